package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
)

// A planHold keeps back what could go otherwise.
type planHold struct {
	cause   string // the cause it comes from; empty: an outage
	refusal *Refusal
}

// holdsOf says what of a case keeps its messages back: an outage everything, a
// likely cause what it meets until somebody has put it right.
func holdsOf(in PlanInput) []planHold {
	var out []planHold
	outage := in.Outage
	for _, f := range in.Findings {
		// What the log's check found may be older than what the log says by now.
		now := f.Check == "status-page" || f.Check == "log-outage" && in.Log.Until.IsZero()
		if outage == "" && f.Verdict == model.Problem && !over(f) && now {
			outage = firstOf(f.Summary, "the "+f.Check+" check found one")
		}
	}
	past := !in.Log.Until.IsZero() || slices.ContainsFunc(in.Findings, func(f model.Finding) bool { return f.Check == "status-page" && over(f) })
	solved := planSolved(in)
	for _, c := range in.Causes {
		if c.Verdict != model.Likely && c.Verdict != model.Confirmed {
			continue
		}
		why := ""
		if len(c.Why) > 0 {
			why = ": " + c.Why[0]
		}
		switch c.Cause {
		case "outage":
			if outage == "" && !past {
				outage = "an outage is " + string(c.Verdict) + why
			}
		case "throttled", "transient", "unknown": // these are what waiting is for
		default:
			if !solved {
				out = append(out, planHold{c.Cause, &Refusal{RuleFix, ended(
					fmt.Sprintf("The %s cause of the failures has to be put right first: %s%s", c.Verdict, firstOf(c.Title, c.Cause), why)), causeFixed}})
			}
		}
	}
	if outage != "" {
		out = append([]planHold{{"", &Refusal{RuleOutage, ended("Nothing is sent while an outage is suspected or reported: " + outage),
			"Wait until it is over, look at the status page again, and make the plan anew."}}}, out...)
	}
	return out
}

// ended is a sentence with its full stop.
func ended(s string) string { return strings.TrimRight(s, " .") + "." }

const causeFixed = "When it is right, run the checks again or mark the incident solved, and make the plan anew."

// fixedBy says how the plan comes to know that something is right again.
func fixedBy(checks []string) string {
	if len(checks) == 0 {
		return "When it is right, mark the incident solved, and make the plan anew."
	}
	return fmt.Sprintf("When it is right, run the check again (%s) or mark the incident solved, and make the plan anew.", list(checks))
}

// held refuses what something keeps back.
func (p *Planner) held(f *model.Failure, rule planRule, e kb.Entry) *Refusal {
	for _, h := range p.holds {
		if h.cause == "" {
			return h.refusal
		}
	}
	if rule.do == doFix && !p.fixed(rule.fault, f) { // more exact than what is likely of the incident
		return &Refusal{RuleFix, fmt.Sprintf("%s %s: %s This has to be put right first: %s.", e.Name(), e.Title, e.Cause, rule.fault.name), e.Remedy + " " + fixedBy(rule.fault.checks)}
	}
	for _, h := range p.holds {
		switch {
		case h.cause == "window" && !isFree(f): // templates need no window
		case h.cause == "recipient" && !p.in.Single: // each number was looked at by itself
		default:
			return h.refusal
		}
	}
	return nil
}

// planSolved reports whether somebody has marked the incident solved, and no check
// has found a problem since.
func planSolved(in PlanInput) bool {
	if in.Incident.State != model.StateSolved {
		return false
	}
	for _, f := range in.Findings {
		if f.Verdict == model.Problem && f.At.After(in.Incident.Changed) {
			return false
		}
	}
	return true
}

// fixed reports whether what a message failed by is right by now: because the
// incident is solved, or because a check says so that ran after the failure. A
// check looks at one account, one number and one template in one language, so of
// several it says nothing.
func (p *Planner) fixed(what *planFault, f *model.Failure) bool {
	if planSolved(p.in) {
		return true
	}
	inc := &p.in.Incident
	switch {
	case inc.WABAs > 1,
		what == badNumber && inc.PhoneIDs > 1,
		what == badTemplate && (inc.Templates > 1 || inc.Language != f.Language):
		return false
	}
	good := false
	for _, found := range p.in.Findings {
		if !contains(what.checks, found.Check) {
			continue
		}
		switch found.Verdict {
		case model.Problem:
			return false
		case model.OK:
			good = good || found.At.Unix() > failedBy(f)
		}
	}
	return good
}

// staleFinding is how long a look at the status page counts.
const staleFinding = 30 * time.Minute
