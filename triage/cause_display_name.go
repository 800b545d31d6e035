package triage

import "unsent/model"

// A display name belongs to one phone number; while it is not approved, Meta
// limits or refuses what the number sends (131037). One third party has seen
// 131005 with a declined name.
var displayNameRule = rule{
	cause:  "display-name",
	title:  "The number's display name is not approved",
	says:   "131037",
	may:    "131000 131005",
	words:  []string{"display name"},
	checks: []string{"phone-number", "health"},
	about:  []model.Dim{model.DimPhone},
	weigh: func(_ *evidence, f model.Finding, r *reasons) bool {
		if f.Check == "phone-number" && f.Verdict == model.OK && fact(f, "display name is") == "" {
			return true // a number can be connected without its name being approved
		}
		if name := fact(f, "display name is"); f.Verdict != model.Problem && (name == "DECLINED" || name == "EXPIRED") {
			r.fits(fromFinding(f), "The number's display name is %s; that lowers limits, and whether it stops messages Meta does not say", name)
			return true
		}
		return false
	},
	look: func(e *evidence, r *reasons) {
		e.oneNumber(r, "a display name belongs to one number")
	},
}

// oneNumber adds what the log says of a fault that belongs to one phone number.
func (e *evidence) oneNumber(r *reasons, because string) {
	c, ok := e.contrast(model.DimPhone)
	switch {
	case ok && down(c.In) && well(c.Out):
		r.fits(theLog, "%s from one phone number failed, while %s from the account's others went well: %s", sends(c.In.Failed, c.In.Sends), wentWell(c.Out), because)
	case ok && alive(c.In) && e.open:
		r.opposes(theLog, "In the same time %s from this phone number went well", wentWell(c.In))
	}
}
