package triage

import (
	"testing"

	"unsent/model"
)

func TestApp(t *testing.T) {
	one := compared(model.DimApp, allOf40, fewOf400, fewOf400)
	several := many(3, 5, 9, 40)
	judge(t, "app", []judged{
		{"S2-C8 the number is another account's", anIncident("131000", finds("number-in-account", model.Problem, "the number does not belong to the WABA")), model.Likely, "does not belong"},
		{"132001 and the number", anIncident("132001", finds("number-in-account", model.Problem, "the number does not belong to the WABA")), model.Likely, "does not belong"},
		{"a webhook stops no send", anIncident("131000", finds("webhook", model.Problem, "no app is subscribed")), model.CannotTell, "does not stop a send"},
		{"one app, several accounts", anIncident("131000", several, shaped(model.ShapeApp), one), model.Possible, "perhaps its token"},
		{"S2-Q1 and the token is in order", anIncident("131000", several, shaped(model.ShapeApp), one, finds("token", model.OK, "the token is valid")), model.Likely, "what they share is the app"},
		{"others go well", anIncident("131000", compared(model.DimTemplate, allOf40, fewOf400, nothing)), model.Unlikely, "another template or none"},
		{"K9 a new app is the article's claim", anIncident("131000"), model.CannotTell, "Meta gives no such advice"},
	})
}
