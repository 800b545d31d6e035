package model

// A Shape is how far the fault behind an incident reaches, as the log shows it.
// It is not the cause: an account's fault may be its token or its payment.
type Shape string

// The shapes, widest first. ShapeScattered is the only one that is no fault:
// single failures of one error that nothing in the log ties together.
const (
	ShapeOutage    Shape = "outage"    // many accounts that have nothing to do with each other, in the same minutes
	ShapeApp       Shape = "app"       // the accounts of one app or token
	ShapeAccount   Shape = "account"   // one WABA, or WABAs that began to fail in the same minutes with an error of the account
	ShapeNumber    Shape = "number"    // one sender number
	ShapeTemplate  Shape = "template"  // one template in one language
	ShapeRecipient Shape = "recipient" // one recipient, sent to again and again
	ShapeFormat    Shape = "format"    // many recipients refused at once: a list or a way of writing numbers
	ShapeScattered Shape = "scattered"
)
