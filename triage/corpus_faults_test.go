package triage

import (
	"fmt"
	"slices"

	"unsent/model"
)

// A trouble is one thing that is wrong in a simulated world, and its label.
type trouble struct {
	cause    string
	code     model.Code
	from, to int // minutes
	shape    model.Shape
	waba     string
	account  *business
	phone    string
	template string
	one      bool // one recipient again and again
	bad      bool // recipients whose numbers are malformed
	problem  []string
	text     map[string]string // what a check says that finds it
	spoken   bool              // request or details name it
	hits     float64
	beside   []*trouble // others on the same account; their causes are not wrong to name
}

// names reports whether a cause is the trouble's, or that of one beside it.
func (f *trouble) names(cause string) bool {
	return f.cause == cause || slices.ContainsFunc(f.beside, func(g *trouble) bool { return g.cause == cause })
}

// causesToMake is what the corpus has incidents of.
var causesToMake = []string{"outage", "token", "account", "template", "window", "recipient", "public-key", "app",
	"payment", "display-name", "registration", "allow-list", "throttled", "transient"}

// strike makes one trouble and lets the day's sends fail of it.
func (w *world) strike(cause string, a *business) *trouble {
	f := &trouble{cause: cause, code: "131000", account: a, waba: a.waba, shape: model.ShapeAccount, hits: 0.98}
	f.from = 70 + w.rng.IntN(180)
	f.to = min(minutes-1, f.from+30+w.rng.IntN(120))
	hit := func(s *send) bool { return s.waba == a.waba }
	switch cause {
	case "outage":
		f.code, f.hits = pick[model.Code](w, "131000", "131016", "2"), 0.4+0.5*w.rng.Float64()
		f.to, f.waba = f.from+10+w.rng.IntN(50), ""
		if len(w.accounts) >= 3 {
			f.shape = model.ShapeOutage
		}
		hit = func(*send) bool { return true }
		f.finds("status-page", "Meta reports an outage that covers all failures")
	case "token":
		f.code = pick[model.Code](w, "190", "131000", "131000", "131005", "0")
		f.hits = pick(w, 0.98, 0.98, 0.5) // some accounts have two tokens
		f.finds("token", "the access token expired on 2026-05-13")
	case "account":
		f.code = pick[model.Code](w, "131031", "368", "131000", "131000", "131000")
		f.hits = pick(w, 0.98, 0.98, 0.4) // a restriction need not stop everything
		f.finds("health", "Meta blocks sending for the WhatsApp account: the account is banned (141014)")
		f.finds("account", "the WhatsApp account is RESTRICTED, not active")
	case "template":
		f.code = pick[model.Code](w, "132001", "132015", "131000", "131000", "131000", "131000")
		f.template, f.shape = pick(w, a.templates...), model.ShapeTemplate
		hit = func(s *send) bool { return s.waba == a.waba && s.template == f.template }
		f.finds("template", "the template is PAUSED, not APPROVED")
	case "window":
		f.code = pick[model.Code](w, "131047", "131000", "131000")
		hit = func(s *send) bool { return s.waba == a.waba && s.kind == "text" }
		if w.chance(0.3) {
			f.hits = 0.5 // some of them were in time
		}
		f.finds("window", "these messages are free-form and were sent more than 24 hours after the customer last wrote")
	case "recipient":
		f.code = pick[model.Code](w, "131026", "131050", "131000", "131000", "131000")
		if f.one = w.chance(0.5); f.one {
			f.hits = 1
		}
		f.bad = !f.one || w.chance(0.4)
		f.shape = model.ShapeFormat
		if f.one {
			f.shape = model.ShapeRecipient
			w.again(f)
		}
		if f.bad {
			f.finds("recipient", "these numbers are malformed")
		}
		if !f.one && w.chance(0.5) {
			w.campaign(f) // a bad list, with a template of its own
			hit = func(s *send) bool { return s.waba == a.waba && s.template == "campaign" }
			break
		}
		hit = func(s *send) bool { return s.waba == a.waba && (!f.one && s.recipient%11 == 3 || s.recipient == -1) }
	case "public-key":
		f.spoken = w.chance(0.6)
		w.calls(f)
		hit = func(s *send) bool { return s.kind == "" && s.waba == a.waba }
		f.finds("public-key", "the signature of the business public key does not fit the number")
	case "app":
		if w.chance(0.5) {
			f.shape, f.waba = model.ShapeApp, ""
			hit = func(s *send) bool { return s.app == a.app && (a.app != "" || s.waba == a.waba) }
			break
		}
		f.phone, f.shape = pick(w, a.phones...), model.ShapeNumber
		hit = func(s *send) bool { return s.phone == f.phone }
		f.finds("number-in-account", "phone number ID "+f.phone+" does not belong to WABA "+a.waba)
	case "payment":
		f.code = pick[model.Code](w, "131042", "131042", "131000", "131005")
		hit = func(s *send) bool { return s.waba == a.waba && s.kind == "template" }
		f.finds("health", "Meta blocks sending for the WhatsApp account: an error with the payment method (141006)")
	case "display-name", "registration":
		f.code = pick[model.Code](w, "131000", "131000", map[string]model.Code{"display-name": "131037", "registration": "133010"}[cause])
		f.phone, f.shape = pick(w, a.phones...), model.ShapeNumber
		hit = func(s *send) bool { return s.phone == f.phone }
		if cause == "registration" {
			f.finds("phone-number", "the business number is not registered for the Cloud API")
		} else {
			f.finds("health", "Meta limits sending for the phone number: the display name was not approved")
		}
	case "allow-list":
		f.code = pick[model.Code](w, "131030", "131030", "131000")
		f.phone, f.shape, f.hits = pick(w, a.phones...), model.ShapeNumber, 0.8
		hit = func(s *send) bool { return s.phone == f.phone && s.recipient%5 > 0 }
	case "throttled":
		f.code = pick[model.Code](w, "130429", "131056", "131049", "80007", "131000")
		f.hits = 0.3 + 0.5*w.rng.Float64()
	case "transient":
		f.code = pick[model.Code](w, "131000", "131000", "131016", "2")
		f.to, f.hits = min(minutes-1, f.from+60+w.rng.IntN(120)), 0.02+0.04*w.rng.Float64()
		f.shape = model.ShapeScattered
	}
	for i := range w.log {
		s := &w.log[i]
		if s.at >= f.from && s.at <= f.to && s.trouble == nil && hit(s) && w.chance(f.hits) {
			s.code, s.trouble, s.details = f.code, f, "It is not known why this was not sent."
			if f.spoken {
				s.request = `{"path":"whatsapp_business_encryption","business_public_key":"…"}`
			}
			if cause == "outage" && w.chance(0.3) {
				s.code = pick[model.Code](w, "131000", "131016", "133004")
			}
		}
	}
	if cause == "template" && w.chance(0.3) {
		w.foretell(f)
	}
	for _, g := range w.faults {
		if g.account == a {
			f.beside, g.beside = append(f.beside, g), append(g.beside, f)
		}
	}
	w.faults = append(w.faults, f)
	return f
}

func (f *trouble) finds(check, text string) {
	if f.text == nil {
		f.text = map[string]string{}
	}
	f.problem = append(f.problem, check)
	f.text[check] = text
}

// again adds a queue that sends to one recipient over and over.
func (w *world) again(f *trouble) {
	for t := f.from; t <= f.to; t += 5 {
		s := w.one(f.account, t)
		s.recipient, s.code = -1, ""
		w.log = append(w.log, s)
	}
}

// campaign adds a list that is sent to once, from one number.
func (w *world) campaign(f *trouble) {
	for t := f.from; t <= f.to; t++ {
		for range 1 + w.rng.IntN(3) {
			w.log = append(w.log, send{at: t, waba: f.waba, app: f.account.app, phone: f.account.phones[0], kind: "template",
				template: "campaign", language: "en", recipient: 100000 + w.rng.IntN(50000)})
		}
	}
}

// calls adds calls about a Flow's public key, which are no messages.
func (w *world) calls(f *trouble) {
	for t := f.from; t <= f.to; t += 2 {
		w.log = append(w.log, send{at: t, waba: f.waba, app: f.account.app, phone: f.account.phones[0], recipient: -2})
	}
}

// foretell lets the sends of the half hour before fail with a clear code: what
// begins as 132001 goes on as 131000.
func (w *world) foretell(f *trouble) {
	for i := range w.log {
		s := &w.log[i]
		if s.at >= f.from-30 && s.at < f.from && s.waba == f.waba && s.template == f.template && s.trouble == nil {
			s.code = "132001"
		}
	}
}

// findings are what checks say about a trouble's incident, put some time after
// the log has ended. What is wrong is found by the checks that can see it; the
// others are content, or could not ask, and now and then see something else that
// is wrong and has nothing to do with it.
func (w *world) findings(f *trouble, c *model.Case) {
	ask := pick(w, 0.0, 0.0, 0.5, 1.0)
	later := 1 + w.rng.IntN(90)
	old := w.chance(0.1)
	if old {
		later += 4 * 24 * 60
	}
	for _, check := range []string{"status-page", "token", "health", "account", "phone-number", "number-in-account", "webhook", "template", "window", "recipient"} {
		if !w.chance(ask) {
			continue
		}
		x := model.Finding{Check: check, Verdict: model.OK, Summary: "nothing is wrong with the " + check, At: minute(minutes + later)}
		text := f.text[check]
		for _, g := range f.beside { // a check sees whatever is wrong with the account
			if text == "" {
				text = g.text[check]
			}
		}
		switch {
		case text != "":
			x.Verdict, x.Summary = model.Problem, text
		case w.chance(0.08):
			x.Verdict, x.Summary = model.Unknown, "cannot tell: no answer within 5 s"
		case check == "webhook" && w.chance(0.2):
			x.Verdict, x.Summary = model.Problem, "no app is subscribed to the account's webhooks"
		case check == "token" && w.chance(0.15):
			x.Verdict, x.Summary = model.Problem, "the access token is a person's (type USER)"
			x.Facts = []model.Fact{{Name: "type", Value: "USER"}}
		case check == "token" && (old || c.Incident.WABAs > 1 && f.shape == model.ShapeOutage) && w.chance(0.3):
			x.Verdict, x.Summary = model.Problem, "the access token expired"
		case check == "template" && c.Incident.Templates > 1 && w.chance(0.3):
			x.Verdict, x.Summary = model.Problem, "the template is PAUSED, not APPROVED"
		case check == "template" && c.Incident.Templates == 0:
			x.Verdict, x.Summary = model.Skipped, "not asked: no template was sent"
		case check == "window" && c.Incident.Templates == 0:
			x.Verdict, x.Summary = model.Unknown, "cannot tell: the log does not say when the customers last wrote"
		case check == "phone-number" && f.cause == "allow-list":
			x.Facts = []model.Fact{{Name: "mode", Value: "SANDBOX"}}
		}
		c.Findings = append(c.Findings, x)
	}
	if w.chance(0.1) && len(f.problem) > 0 {
		step := map[string]string{"status-page": "1", "token": "3", "template": "5"}[f.problem[0]]
		if step != "" && f.code == "131000" {
			c.Records = append(c.Records, model.StepRecord{Step: step, State: model.StepProblem, By: "hand", At: minute(minutes + later), Note: fmt.Sprintf("seen in %s", f.problem[0])})
		}
	}
}
