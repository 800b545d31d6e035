package triage

import "unsent/model"

// An outage at Meta meets several accounts that have nothing to do with one
// another, in the same minutes. One account alone cannot tell it from a fault of
// its own, and a status page that reports nothing does not speak against it:
// Meta counts a minute as down only after ten in a row (Meta: status page
// documentation, 17 June 2026).
var outageRule = rule{
	cause:  "outage",
	title:  "An outage at Meta",
	may:    "1 2 131000 131016 133004",
	checks: []string{"status-page"},
	weigh: func(_ *evidence, f model.Finding, r *reasons) bool {
		if f.Check == "log-outage" {
			return true // the same as look sees, as it was when the check ran
		}
		if f.Verdict != model.OK {
			return false
		}
		r.remarks(fromFinding(f), "%s; a page that reports nothing does not rule out a fault at Meta", f.Summary)
		return true
	},
	look: func(e *evidence, r *reasons) {
		o := e.Evidence.Outage
		switch {
		case e.InOutage():
			if e.oneApp() {
				r.fits(theLog, "%s", o.Reason)
				r.lacks("All these accounts send through one app, and a fault of the app looks the same; Meta's status page would tell, or the log of another app")
			} else {
				r.points(theLog, "%s", o.Reason)
			}
			if !o.Until.IsZero() && !o.Quiet {
				r.remarks(theLog, "By the log it was over on %s", moment(o.Until))
			}
		case o.Suspected:
			r.fits(theLog, "%s; but these failures are bounded otherwise, or began at another time", o.Reason)
		case o.Reason != "" && o.WABAs > 2 && o.Hit > 1:
			r.remarks(theLog, "%s", o.Reason)
		case o.WABAs > 2 && o.Hit < 2:
			r.opposes(theLog, "Of the %d accounts that were sending at the time, no other failed more than before", o.WABAs)
		case o.WABAs > 2:
			r.remarks(theLog, "Of the %d accounts that were sending at the time, %d failed more than before", o.WABAs, o.Hit)
		case o.WABAs > 0:
			r.lacks("The log has too few accounts to tell a fault at Meta from one of the account; a log of other accounts for the same minutes would tell")
		}
		for _, dim := range []model.Dim{model.DimTemplate, model.DimPhone, model.DimRecipient} {
			if c, ok := e.contrast(dim); ok && down(c.In) && well(c.Out) {
				r.opposes(theLog, "In the same minutes %s of the account's other messages went well, and an outage does not choose", wentWell(c.Out))
				break
			}
		}
	},
}

// oneApp reports whether the log names one app for all failures, and nothing but
// unclear codes: an outage and a fault of the app then look alike. Server codes
// are Meta's own word that it was no fault of the app.
func (e *evidence) oneApp() bool {
	if e.entry.Category == "server" && !e.open {
		return false
	}
	for i := range e.Samples {
		if listed("2 131016 133004", e.Samples[i].Code, "") {
			return false
		}
	}
	return e.Scopes[model.DimApp].Values == 1
}
