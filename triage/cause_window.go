package triage

import (
	"time"

	"unsent/model"
)

// Free text may be sent for 24 hours after the customer last wrote; templates
// may be sent at any time. Meta's code for it is 131047. The article says that a
// 131000 may stand for it too. Meta's pages do not, and no public case is known
// in which one did (22 November 2026): a message that was late is a fact, but it
// takes the log as well to make that the likely reason of a 131000.
var windowRule = rule{
	cause:  "window",
	title:  "Free text was sent outside the 24-hour customer service window",
	says:   "131047",
	may:    "131000",
	words:  []string{"more than 24 hours", "24 hour window", "24-hour window", "re-engagement"},
	checks: []string{"window"},
	about:  []model.Dim{model.DimRecipient},
	weigh: func(e *evidence, f model.Finding, r *reasons) bool {
		switch {
		case f.Verdict == model.Problem && e.open:
			r.fits(fromFinding(f), "%s", f.Summary)
			return true
		case f.Verdict == model.OK:
			r.excludes(fromFinding(f), "%s", f.Summary)
			return true
		}
		return false
	},
	look: func(e *evidence, r *reasons) {
		if listed(catchAll, e.code, e.subcode) {
			r.remarks(claim, "The article says that free text after 24 hours may come back as 131000; Meta's code for it is 131047, and no public case is known in which it was 131000")
		}
		if e.sent() == templates {
			r.excludes(theLog, "Only templates were sent, and they need no open window")
			if r.proved {
				r.lacks("Meta's code is about free text, and the log says that a template was sent; ask the CRM for the request that was sent")
			}
			return
		}
		e.contradicted(r)
		if m := e.Message; m != nil && e.sent() == freeText && !m.At.IsZero() && !m.LastInbound.IsZero() {
			switch age := m.At.Sub(m.LastInbound); {
			case age < 0: // the export has the customer's last message of today
			case age <= 24*time.Hour:
				r.excludes(source{"message", "this message"}, "The customer had written %s before it, so the window was open", lasting(age))
			case e.open:
				r.fits(source{"message", "this message"}, "The customer had last written %s before this free text; after 24 hours only a template may be sent", lasting(age))
			}
		}
		f, asked := e.answer("window")
		if c, ok := e.contrast(model.DimKind); ok && asked && f.Verdict == model.Problem && e.sent() == freeText && down(c.In) && well(c.Out) {
			r.points(theLog, "%s of free text failed, while %s of the account's templates went well", sends(c.In.Failed, c.In.Sends), wentWell(c.Out))
		}
	},
}

// contradicted says where the log has the customer's message within the day before a
// failure by which Meta says that there was none.
func (e *evidence) contradicted(r *reasons) {
	if !listed("131047", e.code, e.subcode) {
		return
	}
	open, shut := 0, 0
	all := e.Samples
	if e.Message != nil {
		all = []model.Failure{*e.Message}
	}
	for i := range all {
		switch f := &all[i]; {
		case f.Code != e.code:
		case inWindow(f):
			open++
		case !f.LastInbound.IsZero():
			shut++
		}
	}
	if open == 0 {
		return
	}
	if e.Message == nil {
		say := r.excludes
		if shut > 0 {
			say = r.opposes
		}
		say(theLog, "Of %s at hand %s within 24 hours of the customer's own, by the log, so for these the window was open", model.Count(len(all), "message", "messages"), model.Count(open, "was sent", "were sent"))
	}
	r.lacks("Meta says that the window was closed, and the log that the customer had written within 24 hours; ask to which of the business's numbers they wrote, and whether the log's time of it is right")
}

// inWindow reports whether a message failed within 24 hours of the customer's last.
func inWindow(f *model.Failure) bool {
	age := f.At.Sub(f.LastInbound)
	return isFree(f) && !f.At.IsZero() && !f.LastInbound.IsZero() && age >= 0 && age <= serviceWindow
}
