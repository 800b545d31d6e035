package triage

import "unsent/model"

// perPerson are limits of one recipient; they say nothing of an account.
const perPerson = "130472 131049 131056"

// Limits have codes of their own, which say which limit it was. Nothing but such
// a code, before or beside it, makes an unclear failure look like a limit.
var throttledRule = rule{
	cause: "throttled",
	title: "A limit of Meta's, or Meta holds it back",
	says:  "4 17 613 80007 80008 130429 130472 131048 131049 131056 131064 131208 133016",
	may:   "131000",
	words: []string{"rate limit", "too many messages", "too many calls", "healthy ecosystem"},
	about: []model.Dim{model.DimWABA, model.DimPhone, model.DimRecipient},
	look: func(e *evidence, r *reasons) {
		if e.open && len(r.For) == 0 {
			r.lacks("Meta has codes of its own for its limits, and none is seen here; ask the CRM how fast it was sending")
		}
	},
}
