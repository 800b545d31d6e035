package check

import (
	"context"
	"fmt"
	"strings"

	"unsent/model"
)

// log-outage asks what the log itself shows of an outage at Meta: accounts that
// have nothing to do with one another and that fail in the same minutes. Meta's
// status page runs late and leaves out what is short; a log with several accounts
// shows it at once. One or two accounts cannot show it: a fault of the account
// looks the same.
var _ = register(Check{
	Name:  "log-outage",
	Title: "Does the log itself show an outage at Meta?",
	Run:   func(_ context.Context, s Subject) model.Finding { return LogOutage(&s.Case) },
})

// fewest is how many accounts it takes to tell Meta from an account.
const fewest = 3

// LogOutage is what the log-outage check says of a case: the log is at hand, so it
// can be told at any time.
func LogOutage(c *model.Case) model.Finding {
	o := &c.Evidence.Outage
	f := model.Finding{Verdict: model.Unknown, Facts: outageFacts(o)}
	accounts := fmt.Sprintf("of the %d accounts that were sending at the time", o.WABAs)
	switch {
	case o.WABAs <= 0:
		f.Summary = "cannot tell: " + notCompared(c)
	case o.WABAs == 1:
		f.Summary = "cannot tell: one account was sending at the time, and a fault of its own looks the same as one at Meta; a log of other accounts for the same minutes would tell"
	case o.WABAs < fewest:
		f.Summary = fmt.Sprintf("cannot tell: %d accounts were sending at the time, too few to tell a fault at Meta from one of the account; a log of other accounts for the same minutes would tell", o.WABAs)
	case o.Suspected && c.InOutage():
		f.Verdict = model.Problem
		f.Summary = o.Said()
		if !o.Until.IsZero() {
			end := "by the log it is over since "
			if o.Quiet {
				end = "quiet or nearly so, which does not show that it is over, since "
			}
			f.Summary = end + clock(o.Until) + ": " + f.Summary
		}
	case o.Suspected:
		f.Summary = "cannot tell: these failures are bounded otherwise than the outage that the log suggests, or began at another time: " + o.Said()
	case o.Hit > 1 && o.Reason != "": // it points elsewhere
		f.Summary = "cannot tell an outage: the log " + strings.ToLower(o.Reason[:1]) + strings.TrimRight(o.Reason[1:], ".")
	case o.Hit > 1:
		f.Summary = fmt.Sprintf("cannot tell: %s, %d failed far more than before, too few to call it an outage at Meta", accounts, o.Hit)
	default:
		f.Verdict = model.OK
		f.Summary = accounts + ", none failed far more than before"
		if o.Hit == 1 {
			f.Summary = accounts + ", one failed far more than before and the others did not"
		}
		f.Summary += "; that speaks against an outage at Meta and does not rule out one that hits few accounts"
	}
	return f
}

// notCompared is why the accounts of the log could not be held against each other.
func notCompared(c *model.Case) string {
	switch {
	case c.Incident.First.IsZero():
		return "the log has no times, so accounts cannot be compared minute by minute"
	case c.Incident.WABAs == 0:
		return "the log does not say which account sent; ask the CRM for an export with the WABA ID"
	}
	return "the accounts in the log were not compared minute by minute; it may have too little for that"
}

func outageFacts(o *model.LogOutage) []model.Fact {
	if o.WABAs <= 0 {
		return nil
	}
	facts := []model.Fact{
		{Name: "accounts sending at the time", Value: fmt.Sprint(o.WABAs)},
		{Name: "failing far more than before", Value: fmt.Sprint(o.Hit)},
	}
	if !o.Suspected {
		return facts
	}
	fact(&facts, "since", clock(o.Since))
	if o.Until.IsZero() {
		fact(&facts, "until", "not over at the end of the log")
		return facts
	}
	fact(&facts, "until", clock(o.Until))
	fact(&facts, model.FactOpenNow, "no")
	return facts
}
