package triage

import (
	"slices"

	"unsent/model"
)

// A wrong set-up of the Meta app meets what is sent through it and nothing else;
// a phone number ID that is not the account's is the plainest case. A wrong
// webhook hides results and stops no send. That a new app cures most lasting
// cases is the article's claim and not Meta's: it is never concluded here.
var appRule = rule{
	cause:  "app",
	title:  "The Meta app or the API is set up wrongly",
	may:    "1 3 10 33 100 100/33 131000 131005 132001",
	words:  []string{"application does not have", "app is not installed", "app has been disabled"},
	checks: []string{"number-in-account"},
	weigh: func(e *evidence, f model.Finding, r *reasons) bool {
		if f.Check == "health" && f.Verdict == model.Problem {
			if about, sure := topics(f); !sure || slices.Contains(about, "app") {
				r.fits(fromFinding(f), "%s", f.Summary)
			}
			return true
		}
		if _, _, whole := e.stopped(model.DimApp); whole && f.Check == "number-in-account" && f.Verdict == model.OK {
			r.remarks(fromFinding(f), "%s", f.Summary) // one number is well, and the fault is the whole app's
			return true
		}
		return false
	},
	look: func(e *evidence, r *reasons) {
		if f, ok := e.answer("webhook"); ok && f.Verdict == model.Problem {
			r.remarks(fromFinding(f), "%s; a wrong webhook hides results, it does not stop a send", f.Summary)
		}
		if text, c, ok := e.stopped(model.DimApp); ok && well(c.Out) && e.several(model.DimWABA) {
			if e.fine("token") {
				r.points(theLog, "%s. Several accounts are hit and the token is in order: what they share is the app", text)
			} else {
				r.fits(theLog, "%s. Several accounts are hit: they share the app, and perhaps its token", text)
			}
		} else if c, ok := e.contrast(model.DimPhone); ok && c.Out.Sends > 0 {
			e.oneNumber(r, "a phone number ID that is not the account's looks like that")
		} else if s, what := e.others(); s.Sends > 0 && e.open {
			r.opposes(theLog, "In the same time %s %s went well", wentWell(s), what)
		}
		if e.article.ID == catchAll {
			r.remarks(claim, "The article says that a new app cures most lasting cases; Meta gives no such advice")
		}
	},
}
