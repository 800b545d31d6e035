package triage

import (
	"strings"

	"unsent/model"
)

// Every send needs the token. When it expires, is revoked or loses a permission,
// all that is sent with it stops at one moment, whatever the template, the number
// and the recipient. Meta has codes of its own for it, so a 131000
// says little without a look at the token.
var tokenRule = rule{
	cause:  "token",
	title:  "The access token is missing, has expired, was revoked or lacks a permission",
	says:   "0 104 190 200-299",
	may:    "3 10 100/33 131000 131005",
	words:  []string{"access token", "session has expired", "oauth", "session has been invalidated"},
	checks: []string{"token"},
	about:  []model.Dim{model.DimWABA},
	weigh: func(_ *evidence, f model.Finding, r *reasons) bool {
		// A person's token is a risk, and works as long as the person's login does.
		found, _, _ := strings.Cut(f.Summary, ";")
		if f.Verdict == model.Problem && fact(f, "type") == "USER" && strings.Contains(found, "type USER") {
			r.fits(fromFinding(f), "%s", f.Summary)
			return true
		}
		return false
	},
	look: func(e *evidence, r *reasons) {
		for _, dim := range []model.Dim{model.DimApp, model.DimWABA} {
			if text, c, ok := e.stopped(dim); ok && well(c.Before) {
				r.fits(theLog, "%s: a token that stops looks like that, and so does a restricted account", text)
				return
			}
		}
		if s, what := e.others(); s.Sends > 0 {
			r.opposes(theLog, "In the same time %s %s went well, and each of them needs the token", wentWell(s), what)
		} else if s, ok := e.partly(); ok {
			r.remarks(theLog, "In the same time %s of the account went well; if it is the token, these were sent with another one", wentWell(s))
		}
	},
}
