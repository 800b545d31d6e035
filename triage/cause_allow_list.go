package triage

import "unsent/model"

// Meta's test numbers, and apps in development, may write only to the few
// recipients on their list. Meta says so with 131030, and not which it is.
var allowListRule = rule{
	cause:  "allow-list",
	title:  "A test number, or an app in development, wrote to somebody not on its list",
	says:   "131030",
	may:    "131000",
	words:  []string{"allowed list", "allow list"},
	checks: []string{"phone-number"},
	about:  []model.Dim{model.DimRecipient},
	weigh: func(_ *evidence, f model.Finding, r *reasons) bool {
		if f.Verdict == model.Problem {
			return false
		}
		switch mode := fact(f, "mode"); {
		case mode == "SANDBOX":
			r.fits(fromFinding(f), "The business number is a test number, which reaches only the recipients on its list")
		case mode != "":
			r.opposes(fromFinding(f), "The business number is no test number")
		}
		return true
	},
}
