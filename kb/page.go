package kb

import (
	"fmt"

	"unsent/model"
)

// StatusPage is Meta's public status page for the WhatsApp Business Platform.
const StatusPage = "https://metastatus.com/whatsapp-business-api"

// A kind says what a page made from the catalogue adds by category.
type kind struct {
	verdict string   // when a retry alone does not help
	checks  []string // that look into such an error
	look    string   // where an agent looks for the same by hand
	reply   string   // to the customer
}

var kinds = map[string]kind{
	"authorization": {"FIX THIS: access", []string{"token", "health"}, "Look at the access token in Meta's Access Token Debugger: valid, with both WhatsApp permissions? Then open WhatsApp Manager and read the banners at the top.", "WhatsApp did not accept our access, so this did not go through. It has nothing to do with the person you wrote to. We are having the access put right; please do not send it again until we tell you."},
	"flow":          {"FIX THIS: Flow", []string{"flow"}, "Open the Flow in WhatsApp Manager, Account tools, Flows, and read its state and any warnings.", "The interactive form in this message has a problem, so it did not go through. We are having it looked at and will tell you when it can be used again."},
	"integrity":     {"FIX THIS: restriction", []string{"health", "account"}, "Open WhatsApp Manager, read the banners at the top and the state of the account.", "WhatsApp has put a restriction in place, so this did not go through. We are finding out what it is about and how long it lasts, and will tell you what can be done."},
	"media":         {"FIX THIS: media", nil, "", "The file in this message could not be handled. Please check that it opens and is not too large, then send it again."},
	"other":         {"FIX THIS: request", nil, "", "This did not go through because WhatsApp did not accept it the way it was sent. Sending it again will not change that. We are having it corrected."},
	"payment":       {"FIX THIS: payment", []string{"health"}, "Open WhatsApp Manager and read the banners at the top; one about payment names what is missing.", "WhatsApp has a question about the payment set-up of this account, so this did not go through. Once that is settled it can be sent again. We will tell you what is needed."},
	"recipient":     {"FIX THIS: recipient list", []string{"recipient"}, "Read the recipient's number digit by digit: the country code, the length, signs that do not belong.", "This cannot be delivered to this contact the way it is. Sending it again will not change that. We will tell you what can be done for this contact."},
	"registration":  {"FIX THIS: number set-up", []string{"health", "phone-number"}, "Open WhatsApp Manager, Account tools, Phone numbers, and read the state of the number; read the banners at the top as well.", "This did not go through because of how the phone number is set up at WhatsApp. We are having it looked at and will tell you when it is done."},
	"server":        {"WAIT: Meta side", []string{"status-page"}, "", "WhatsApp had a problem of its own, so this did not go through. Please wait a little; we will tell you when it can be tried again."},
	"template":      {"FIX THIS: template", []string{"template"}, "Open WhatsApp Manager, Message templates, and compare name, language and status with what was sent.", "WhatsApp did not accept the template of this message, so it did not go through. We are having the template looked at and will tell you when it can be sent."},
	"throttling":    {"FIX THIS: limit", nil, "", "WhatsApp limits what this number or account may do, so this did not go through. Sending it again does not change that. We are finding out what it takes and will tell you when it can go out."},
}

// page makes the page of a code that nobody has written an article on. It says
// what it is, and no more than the catalogue knows.
func page(e Entry) Article {
	k := kinds[e.Category]
	id := string(e.Code)
	if e.Subcode != "" {
		id += "/" + e.Subcode
	}
	a := Article{
		ID: id, Codes: []model.Code{e.Code}, Title: e.Title, Verdict: k.verdict, Summary: e.Cause,
		Generated: true, Checked: e.AsOf, Sources: []Link{e.link},
	}
	reply := k.reply
	again := e.Retry != "no" && !e.Fix
	if again && e.Category != "server" {
		a.Verdict = "RETRY LATER"
		reply = "This did not go through now. What we know of the error says that it can be tried again after a wait. Please leave it for the moment; we will tell you when."
	}
	if e.verdict != "" {
		a.Verdict = e.verdict
	}
	lead := fmt.Sprintf("This page is made from the error catalogue: no article has been written on %s. Source: %s, %s.", e.Name(), e.link.Name, e.AsOf)
	if !e.Meta {
		lead += " It is not Meta's own page that says this, so take it with care."
	}
	meaning := e.Cause
	if e.HTTP != 0 {
		meaning += fmt.Sprintf("\n\nIt is known to come with HTTP status %d. The code counts and not the status: the same code has been seen with others.", e.HTTP)
	}
	retry := map[string]string{
		"yes":   "Another try may help. Wait before it, and longer before each further one.",
		"later": "Another try may help after a wait, and not before.",
		"no":    "Another try alone will not help: first something has to change.",
	}[e.Retry]
	if e.Fix {
		retry = "A wait alone does not help: first comes what the catalogue advises below, then another try."
	}
	a.Sections = []Section{
		{Key: "lead", Body: lead},
		{Key: "meaning", Title: "Meaning", Body: meaning},
		{Key: "retry", Title: "Retry", Body: retry},
	}
	add := func(s Step) {
		s.ID = fmt.Sprint(len(a.Steps) + 1)
		a.Steps = append(a.Steps, s)
	}
	if e.Category == "server" {
		add(Step{Title: "Check whether Meta reports an incident", Checks: []string{"status-page"}, Open: StatusPage,
			Body: "An open incident would explain it. A page that reports nothing does not prove that nothing is wrong."})
	} else if len(k.checks) > 0 {
		add(Step{Title: "Look at what the error is about", Checks: k.checks,
			Body: k.look + " Read the details of the failure as well: they are more precise than its title."})
	} else {
		add(Step{Title: "Read the details of the failure", Hand: true,
			Body: "The details are more precise than the title; often they name the very thing that is wrong."})
	}
	add(Step{Title: "Do what the catalogue advises", Hand: true, Body: e.Remedy, Escalates: a.Verdict == "ESCALATE"})
	a.Replies = []Reply{{Key: "what-happened", Question: "What went wrong?", Text: reply}}
	return a
}

// unknown is the answer when nothing is known. It names no cause: it shows what
// can be read and asked for.
func unknown(f Facts) Match {
	subject, why := "This failure", "the log has neither a code of Meta's nor words that it knows"
	switch {
	case f.Code != "":
		subject, why = "Code "+string(f.Code), fmt.Sprintf("nothing is known about code %s", f.Code)
	case f.Vendor != (model.Vendor{}):
		subject, why = "The code "+f.Vendor.String(), fmt.Sprintf("%s is a code of %s and not one of Meta's", f.Vendor.Code, f.Vendor.System)
	case f.HTTP != 0:
		subject, why = fmt.Sprintf("HTTP status %d without an error code", f.HTTP), fmt.Sprintf("HTTP status %d alone does not say what went wrong", f.HTTP)
	}
	a := Article{
		ID: "unknown", Generated: true,
		Title: "Not in the knowledge base", Verdict: "ASK: more details",
		Summary: subject + " is not in the knowledge base, so nothing can be told about its cause.",
		Checked: Version(),
		Sections: []Section{{Key: "meaning", Title: "Meaning",
			Body: subject + " is not in the knowledge base. What its sender says about it stands in the failure's own details. No other article is shown in its place: it might be the wrong one."}},
		Steps: []Step{
			{ID: "1", Title: "Read the details of the failure", Hand: true, Body: "Title, message and details are what the sender of the error had to say. Read them before anything else."},
			{ID: "2", Title: "Check whether Meta reports an incident", Checks: []string{"status-page"}, Open: StatusPage, Body: "An open incident would explain many errors. A page that reports nothing does not prove that nothing is wrong."},
			{ID: "3", Title: "Ask for the full error", Hand: true, Body: "Ask whoever runs the sending system for the complete API response or webhook: it has Meta's own error code in it, and a direct response has an fbtrace_id too."},
		},
		Replies: []Reply{{Key: "what-happened", Question: "What went wrong?",
			Text: "Your message was not delivered, and the error we got does not tell us why yet. We are asking for the details and will come back to you as soon as we know more."}},
	}
	if f.Code == "" && f.Vendor != (model.Vendor{}) {
		a.Sections = append(a.Sections, Section{Key: "vendor", Title: "A code of another system",
			Body: fmt.Sprintf("The number was given by %s. The same digits mean other things at Meta, so no article is looked up by them. Look the number up in that system's own documentation, or ask its support which error of Meta's it stands for.", f.Vendor.System)})
	}
	return Match{Article: a, Rule: ByNothing, Why: "not in the knowledge base: " + why}
}
