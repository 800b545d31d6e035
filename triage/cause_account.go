package triage

import "unsent/model"

// A restricted account stops as a whole: all its templates, numbers and
// recipients, while other accounts go well. Meta has codes of its own for it
// (131031, 368); behind a 131000 only a look at the account tells.
var accountRule = rule{
	cause:  "account",
	title:  "The WhatsApp Business Account is restricted",
	says:   "368 141014",
	most:   "131031",
	may:    "131000 131042",
	words:  []string{"account has been locked", "account has been restricted", "account has been disabled", "account is restricted", "policy violation", "violated"},
	checks: []string{"health", "account"},
	about:  []model.Dim{model.DimWABA},
	look: func(e *evidence, r *reasons) {
		if text, _, ok := e.stopped(model.DimWABA); ok && !e.several(model.DimWABA) {
			r.fits(theLog, "%s: a restricted account looks like that, and so does a token that stops", text)
			return
		}
		if s, what := e.others(); s.Sends > 0 {
			r.opposes(theLog, "In the same time %s %s went well, and a restricted account does not choose", wentWell(s), what)
		} else if s, ok := e.partly(); ok {
			r.remarks(theLog, "In the same time %s of the account went well; a restriction need not stop them all", wentWell(s))
		}
	},
}
