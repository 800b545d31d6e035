package triage

import (
	"fmt"
	"strings"
	"time"

	"unsent/model"
)

// Reason says what the log shows, in numbers of the log only, and what it does
// not tell. Times are UTC.
func (d *Disruption) Reason() string {
	var b strings.Builder
	switch d.Suspect {
	case SuspectMeta:
		b.WriteString("Suspected outage at Meta: ")
	case SuspectApp:
		b.WriteString("Points to app " + d.App + ", not to Meta: only WABAs of that app fail, those of other apps do not. ")
	case SuspectAppLimit:
		b.WriteString("Points to the call limit of the app" + space(d.App) + ", not to Meta: code 4 came at several accounts in the same minutes. ")
	case SuspectLate:
		b.WriteString("Points to callbacks that came late at the provider, not to Meta: the log has nothing of these accounts from " + clock(d.Silent) + " to " + clock(d.From-1) +
			", and then no more failures than such a time always has. ")
	case SuspectLasting:
		b.WriteString("No outage, because it went on for longer than a day, though it began as one does: ")
	case SuspectUnclear:
		b.WriteString("Cannot tell an outage at Meta from a fault of the account, because the log has " + model.Count(d.Active, "WABA", "WABAs") + " only: ")
	}
	who := "WABAs that sent"
	if d.Sends == 0 {
		who = "WABAs that the log has failures of in that time"
	}
	fmt.Fprintf(&b, "%d of %d %s were hit; ", len(d.WABAs), d.Active, who)
	span := "since " + clock(d.From)
	switch {
	case d.From == d.To:
		span = "at " + clock(d.From)
	case d.Over:
		span = "from " + clock(d.From) + " to " + clock(d.To)
	}
	if d.Sends > 0 {
		fmt.Fprintf(&b, "%s of their sends failed %s (%s of %s)", model.Share{Failed: d.Failed, Sends: d.Sends}.Percent(), span, model.Thousands(d.Failed), model.Thousands(d.Sends))
		if d.BeforeSends > 0 {
			fmt.Fprintf(&b, ", %s %s (%s of %s)", model.Share{Failed: d.BeforeFailed, Sends: d.BeforeSends}.Percent(), d.before(), model.Thousands(d.BeforeFailed), model.Thousands(d.BeforeSends))
		}
	} else {
		fmt.Fprintf(&b, "%s failed there %s", model.Count(d.Failed, "send", "sends"), span)
		if d.Before > 0 {
			fmt.Fprintf(&b, ", %s %s", model.Thousands(d.BeforeFailed), d.before())
		}
	}
	b.WriteByte('.')
	if d.Before == 0 {
		b.WriteString(" The log begins in it, so what was usual before is not known.")
	}
	if d.Sends == 0 {
		b.WriteString(" The log does not have the sends that went well of all of them, so which share failed cannot be told.")
	}
	if d.Suspect == SuspectMeta && d.App != "" {
		b.WriteString(" All of them send through app " + d.App + ", so the log alone does not tell Meta from that app.")
	}
	return b.String()
}

// Resume says whether sending can go on, and why; empty while the outage goes on.
func (d *Disruption) Resume() string {
	again := ""
	if d.Again != 0 {
		again = " until the next outage began, at " + clock(d.Again) + ","
	}
	switch {
	case d.Recovered > 0:
		return "Sends have gone well again since " + clock(d.To+1) + "; resume with a few, then the rest."
	case d.Over && d.After > 0:
		return "Since " + clock(d.To+1) + again + " the log has " + model.Count(d.After, "such failure", "such failures") + " at these accounts, and does not show that anything was sent and went well; try one send before resuming."
	case d.Over:
		return "No such failure since " + clock(d.To) + strings.TrimSuffix(again, ",") + ", but the log does not show that anything was sent and went well; try one send before resuming."
	}
	return ""
}

// before names the time before that is compared with.
func (d *Disruption) before() string {
	if d.Before >= baseHour {
		return "in the hour before"
	}
	return "in the " + model.Count(d.Before, "minute", "minutes") + " of log before"
}

// clock is a minute as people say it: "13 May 13:41 UTC".
func clock(minute int64) string {
	return time.Unix(minute*60, 0).UTC().Format("2 Jan 15:04 UTC")
}

// space is a name behind a space, or nothing.
func space(name string) string {
	if name == "" {
		return ""
	}
	return " " + name
}
