package triage

import "unsent/model"

// A number that is malformed, or that WhatsApp cannot reach, fails each time
// while everybody else is reached. Whether a number is on WhatsApp cannot be
// asked of the API at all.
var recipientRule = rule{
	cause:  "recipient",
	title:  "The recipient or the recipient's number",
	says:   "130403 131021 131050 131062 137000",
	may:    "100 131000 131008 131009 131026",
	words:  []string{"not a valid whatsapp", "incapable of receiving", "recipient is not a valid", "invalid phone number", "not a whatsapp user"},
	checks: []string{"recipient", "other-numbers"},
	about:  []model.Dim{model.DimRecipient},
	weigh: func(e *evidence, f model.Finding, r *reasons) bool {
		if f.Verdict == model.OK && e.again() {
			r.remarks(fromFinding(f), "%s", f.Summary)
			return true
		}
		return false
	},
	look: func(e *evidence, r *reasons) {
		if _, asked := e.answer("recipient"); !asked && e.numbers() == numbersOdd && (e.open || e.code == "131026") {
			r.fits(theLog, "Many of the recipients' numbers do not look like whole international numbers")
		}
		if !e.again() {
			return
		}
		c, ok := e.contrast(model.DimRecipient)
		switch {
		case ok && c.In.Sends > c.In.Failed:
			r.opposes(theLog, "In the same time %s to this recipient went well", wentWell(c.In))
		case ok && well(c.Out) && e.sent() == templates && !e.oneTemplateDown():
			r.points(theLog, "%s to this recipient failed, while %s to the account's other recipients went well", sends(c.In.Failed, c.In.Sends), wentWell(c.Out))
		case ok && well(c.Out):
			r.fits(theLog, "%s to this recipient failed, while %s to the account's other recipients went well; a closed 24-hour window looks the same", sends(c.In.Failed, c.In.Sends), wentWell(c.Out))
		default:
			r.fits(theLog, "All failures are of messages to one recipient")
			if !e.Incident.Successes {
				r.lacks("The log has no sends that went well, so it does not show whether others are reached; send a template to another number that is known to work")
			}
		}
	},
}

// oneTemplateDown reports whether the template that failed went well with nobody:
// then it is no less suspect than the recipient.
func (e *evidence) oneTemplateDown() bool {
	c, ok := e.contrast(model.DimTemplate)
	return ok && c.In.Failed == c.In.Sends
}

// again reports whether one recipient failed again and again.
func (e *evidence) again() bool {
	return e.Incident.Recipients == 1 && e.Incident.Failures > 2
}
