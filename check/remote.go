package check

// The questions that only Meta can answer. The pages are those that the
// articles of the knowledge base send an agent to.
func init() {
	const (
		manager  = "https://business.facebook.com/wa/manage/home/"
		debugger = "https://developers.facebook.com/tools/debug/accesstoken"
		apps     = "https://developers.facebook.com/apps/"
	)
	for _, c := range []Check{
		{Name: "token", Title: "Is the access token valid, with both permissions?", Hand: debugger},
		{Name: "health", Title: "May the account, number and app send messages?", Hand: manager},
		{Name: "account", Title: "Is the WhatsApp Business Account active?", Hand: manager},
		{Name: "phone-number", Title: "Is the business number connected?", Hand: manager},
		{Name: "number-in-account", Title: "Does the number belong to this WABA?", Hand: manager},
		{Name: "webhook", Title: "Is the app subscribed to the account's webhooks?", Hand: apps},
		{Name: "template", Title: "Does the template exist in this language, approved?", Hand: manager},
		{Name: "public-key", Title: "Is the business public key valid?", Hand: manager},
		{Name: "flow", Title: "Is the Flow healthy?", Hand: manager},
		{Name: "message-history", Title: "What does Meta know of this message?", Hand: manager},
		{Name: "activity", Title: "What changed on the account before it began?", Hand: manager},
	} {
		register(c)
	}
}
