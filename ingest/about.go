package ingest

import "unsent/model"

// abouts say in an agent's words what each field of Fields holds, those first
// that a log can hardly do without.
var abouts = []model.FieldAbout{
	{Name: "recipient", About: "whom the message was for: a phone number"},
	{Name: "status", About: "what became of it: failed, delivered, read"},
	{Name: "code", About: "the error's number, 131026"},
	{Name: "message", About: "why it failed, in words"},
	{Name: "error", About: "a code or a text, whichever the row has"},
	{Name: "title", About: "the error's title"},
	{Name: "details", About: "more about the error"},
	{Name: "failed_at", About: "when it failed"},
	{Name: "timestamp", About: "when it was made or logged"},
	{Name: "updated_at", About: "when its status changed"},
	{Name: "sent_at", About: "when it was sent"},
	{Name: "delivered_at", About: "when it was delivered"},
	{Name: "read_at", About: "when it was read"},
	{Name: "last_inbound_at", About: "when the customer last wrote"},
	{Name: "wamid", About: "Meta's message id, wamid.…"},
	{Name: "message_id", About: "the sending system's message id"},
	{Name: "template", About: "the template's name"},
	{Name: "language", About: "the template's language, en_US"},
	{Name: "category", About: "marketing, utility, authentication, service"},
	{Name: "kind", About: "text, template, image …"},
	{Name: "campaign", About: "the campaign or broadcast"},
	{Name: "waba_id", About: "the WhatsApp business account"},
	{Name: "phone_number_id", About: "Meta's id of the sending number"},
	{Name: "sender", About: "the sending number itself"},
	{Name: "app_id", About: "Meta's id of the app"},
	{Name: "recipient_user_id", About: "the recipient's business-scoped user id"},
	{Name: "fbtrace_id", About: "Meta's trace of the request"},
	{Name: "http_status", About: "the answer's HTTP status, 400"},
	{Name: "subcode", About: "the error's subcode"},
	{Name: "success", About: "yes or no"},
	{Name: "direction", About: "outgoing or incoming"},
	{Name: "attempts", About: "how often it was tried"},
	{Name: "provider", About: "the system that sent it"},
	{Name: "request", About: "the API request as JSON"},
	{Name: "response", About: "the API's answer as JSON"},
	{Name: "payload", About: "a webhook as JSON"},
}

// About says what each field of Fields holds, those first that a log can hardly
// do without.
func About() []model.FieldAbout { return append([]model.FieldAbout(nil), abouts...) }

// meanings are what columns hold that have no field of their own for --map.
var meanings = map[field]string{
	fRowID: "an id of the message", fUserID: "recipient, where it is a number", fName: "a name", fType: "kind or direction", fFromMe: "outgoing or incoming",
	fTemplateID: "the template's id", fBody: "what was sent", fText: "what was sent", fComment: "a remark", fScheduledAt: "planned for",
	fChannel: "the channel", fOther: "known, of no use here",
}
