package triage

import "unsent/model"

// A template that is paused, rejected, in review or named wrongly fails each
// time, in one language or in all, and the account's other templates go well.
// Free text has no template. The codes of the Marketing Messages API are about the
// way a template was sent, and not about the template.
var templateRule = rule{
	cause:  "template",
	title:  "The template, or what it was filled with, is not accepted",
	says:   "132000 132005 132007 132008 132012 132015 132016 132018 141002",
	most:   "132001",
	may:    "100 131000 131008 131009 134102",
	words:  []string{"template does not exist", "template name", "template is paused", "template is disabled", "template was rejected", "not approved template", "template not approved"},
	checks: []string{"template"},
	about:  []model.Dim{model.DimTemplate},
	look: func(e *evidence, r *reasons) {
		if e.sent() == freeText {
			r.excludes(theLog, "No template was sent")
			if r.proved {
				r.lacks("Meta's code is about a template, and the log says that none was sent; ask the CRM for the request that was sent")
			}
			return
		}
		c, compared := e.contrast(model.DimTemplate)
		switch {
		case compared && down(c.In) && well(c.Out):
			tell := r.points
			if why := e.confounded(); why != "" {
				tell = r.fits
				r.lacks("%s", why)
			}
			tell(theLog, "%s of the template %s failed, while %s of the account with another template or none went well", sends(c.In.Failed, c.In.Sends), quote(c.Value), wentWell(c.Out))
		case compared && alive(c.In):
			r.opposes(theLog, "In the same time %s of the template %s went well", wentWell(c.In), quote(c.Value))
		case compared && down(c.Out):
			r.opposes(theLog, "In the same time %s of the account with another template or none failed as well", sends(c.Out.Failed, c.Out.Sends))
		case e.Message == nil && e.Incident.Templates > 2:
			r.opposes(theLog, "The failures spread over %d templates", e.Incident.Templates)
		case e.Message == nil && e.Evidence.Shape == model.ShapeTemplate:
			r.fits(theLog, "All failures are of one template")
			if !e.Incident.Successes {
				r.lacks("The log has no sends that went well, so it does not show whether other templates do; a log that has them would tell")
			}
		}
	},
}

// confounded says what else than the template all failures of one template may
// share, "" when the log shows that it is nothing else: a campaign goes out with a
// template of its own, but also from one number and to one list.
func (e *evidence) confounded() string {
	if c, ok := e.contrast(model.DimPhone); ok && well(c.Out) && c.In.Failed*2 > c.In.Sends {
		return "All of it came from one phone number, from which little else went well; that may be the number's fault"
	}
	if e.again() {
		return "All of it went to one recipient; send the template to another one, which would tell"
	}
	if e.fine("recipient") {
		return ""
	}
	switch e.numbers() {
	case numbersOdd:
		return "Many of the recipients' numbers are written oddly, and a bad list looks the same; the recipient check would tell"
	case numbersUnknown:
		return "The log does not show the recipients' numbers in full, and a bad list looks the same; the CRM can tell how they were sent"
	}
	return ""
}
