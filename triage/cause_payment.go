package triage

import "unsent/model"

// Without a working payment set-up Meta does not send what the business starts.
// Its codes are 131042, and 141006 in health status; third parties have seen
// 131005 with it.
var paymentRule = rule{
	cause:  "payment",
	title:  "Meta cannot charge: the payment set-up",
	says:   "131042 131044 141006",
	may:    "131000 131005",
	words:  []string{"payment method", "payment issue", "eligibility payment", "credit line"},
	checks: []string{"health"},
	about:  []model.Dim{model.DimWABA},
	look: func(e *evidence, r *reasons) {
		if c, ok := e.contrast(model.DimKind); ok && e.sent() == templates && down(c.In) && well(c.Out) {
			r.fits(theLog, "%s of templates failed, while %s of free text went well: a missing payment stops what the business starts", sends(c.In.Failed, c.In.Sends), wentWell(c.Out))
			return
		}
		if s := e.otherTemplates(); alive(s) {
			r.opposes(theLog, "In the same time %s with the account's other templates went well, and templates as a rule need a payment set-up as well", wentWell(s))
		}
	},
}

// otherTemplates are the sends of the account with other templates, where the
// log tells them from free text; none otherwise.
func (e *evidence) otherTemplates() model.Share {
	c, ok := e.contrast(model.DimTemplate)
	kind, told := e.contrast(model.DimKind)
	if !ok || !told || e.sent() != templates {
		return model.Share{}
	}
	return model.Share{Sends: c.Out.Sends - kind.Out.Sends, Failed: c.Out.Failed - kind.Out.Failed}
}
