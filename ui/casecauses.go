package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"unsent/check"
	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// This file draws what the evidence says of a case: what leads, each cause with
// the reasons for and against it, what changed before it began.

// verdict is what to say first of the case. While checks are out, those without an
// answer are not counted: the line below the steps does it.
func (c *caseView) verdict() triage.Verdict {
	asks := check.Asks
	if len(c.asked.out) > 0 {
		asks = nil
	}
	v := c.Judgement.Verdict(&c.data, asks)
	if c.inc.Joined != 0 {
		v = triage.Verdict{Words: "PART OF " + c.inc.Joined.String() + " NOW", From: triage.FromOutage}
	}
	return v
}

func (c *caseView) verdictLine(a *app) string {
	v, style := c.verdict(), a.theme.bad
	switch v.From {
	case triage.FromOutage, triage.FromChecks:
		style = a.theme.warn
	case triage.FromRecovery:
		if style = a.theme.good; c.Quiet(&c.data) {
			style = a.theme.warn
		}
	case triage.FromArticle:
		style = a.theme.verdictStyle(c.Match)
	case triage.FromCauses:
		if len(c.Leading) == 1 && (c.Leading[0].Cause == "throttled" || c.Leading[0].Cause == "transient") {
			style = a.theme.warn
		}
	}
	return style.Bold(true).Render(safe.Line(v.Words))
}

// joined says that the incident is a part of another, where it is.
func (c *caseView) joined(w int) []string {
	if c.inc.Joined == 0 {
		return nil
	}
	to := c.inc.Joined.String()
	return wrap(fmt.Sprintf("%s has turned out to be the same fault as %s. Its messages, notes, findings and packets are there now; J opens it.", c.inc.ID, to), min(w, prose))
}

func (c *caseView) openJoined(a *app) tea.Cmd {
	next := newCase(model.Incident{ID: c.inc.Joined, Recipients: -1}, nil)
	a.push(next)
	return next.load(a)
}

// paused says why nothing is sent again for now.
func (c *caseView) paused(a *app) string {
	return a.theme.warn.Render("Retry paused: ") + safe.Line(c.Outage)
}

// over says that the failures have ended, as far as the log shows it; empty when
// it does not.
func (c *caseView) over(a *app) string {
	e := &c.data.Evidence
	switch {
	case !c.Ended(&c.data):
		return ""
	case c.Quiet(&c.data):
		again := ""
		if !e.Outage.Again.IsZero() {
			again = " until the next outage began"
		}
		word, since := "Quiet: ", "no such failure"
		if n := e.Outage.After; n > 0 {
			word, since = "Quieter: ", model.Count(n, "such failure", "such failures")+" at these accounts"
		}
		return a.theme.warn.Render(word) + since + " since " + moment(e.Outage.Until, a.Local) + again + ", and the log shows no send that went well; try one before the rest"
	case e.Shape == model.ShapeOutage && !e.Outage.Until.IsZero():
		return a.theme.good.Render("Over: ") + "by the log the outage ended at " + moment(e.Outage.Until, a.Local) + "; what is left can be planned again"
	}
	return a.theme.good.Render("Over: ") + "by the log, sends like these go well again since " + moment(e.Recovered, a.Local)
}

// leadLines are for the overview: whether it is an outage or over, the first
// reason of what leads, or else what is missing, then what changed before it.
func (c *caseView) leadLines(a *app, w int) (out []string) {
	t := a.theme
	if !c.known() {
		return []string{t.faint.Render("reading what the log says about it")}
	}
	if c.Outage != "" {
		out = append(out, wrap(c.paused(a), w)...)
	}
	if over := c.over(a); over != "" {
		out = append(out, wrap(over, w)...)
	}
	for i, cause := range c.Leading {
		if c.Outage != "" && cause.Cause == "outage" {
			continue // it is said
		}
		if i == 2 {
			out = append(out, t.faint.Render("and "+model.Count(len(c.Leading)-2, "more cause", "more causes")+" in the part Causes"))
			break
		}
		if len(cause.Reasons) > 0 {
			out = append(out, c.short(indent(t.strong.Render(upper(safe.Line(triage.CauseWord(cause)))+": "), c.reasonText(a, cause.Reasons[0]), w), 2, w)...)
		}
	}
	if len(c.Leading) == 0 && c.Missing != "" {
		out = append(out, indent(t.warn.Render("Missing: "), c.missing(a, false), w)...)
	}
	if n := len(c.Changed); n > 0 {
		more := ""
		if n > 1 {
			more = t.faint.Render("; " + model.Thousands(n-1) + " more in the part Changes")
		}
		first := c.Changed[0]
		out = append(out, c.short(indent(t.strong.Render("Changed: "), safe.Line(first.Text)+t.faint.Render(" ("+safe.Line(first.Source)+")")+more, w), 1, w)...)
	}
	return out
}

// reasonText is a reason with its source, and the key that gets it when it is
// missing.
func (c *caseView) reasonText(a *app, r model.Reason) string {
	s := safe.Line(r.Text)
	if r.Source != "" {
		s += a.theme.faint.Render(" (" + safe.Line(r.Source) + ")")
	}
	if keys, _ := c.keyFor(a, r.Text); r.Lean == model.Missing && keys != "" {
		s += " " + a.theme.accent.Render("("+keys+")")
	}
	return s
}

// missing is what would tell most, and the keys that get it. At home those are
// pressed once the incident is open.
func (c *caseView) missing(a *app, home bool) string {
	s := safe.Line(c.Missing)
	keys, does := c.keyFor(a, c.Missing)
	if keys == "" {
		return s
	}
	if home && keys != "i" && keys != "asking" {
		keys = "enter, " + keys
	}
	return s + " " + a.theme.accent.Render("("+keys+" "+does+")")
}

// keyFor names the keys that get what is missing, and says what they do; empty
// when no key gets it.
func (c *caseView) keyFor(a *app, missing string) (keys, does string) {
	for _, s := range c.Steps {
		parent, _, _ := strings.Cut(s.ID, ".")
		if len(parent) != 1 || !strings.Contains(missing, "step "+s.ID) {
			continue
		}
		for _, name := range s.Checks {
			switch {
			case !strings.Contains(strings.ToLower(missing), "the "+name+" check"):
			case c.asked.waits(name):
				return "asking", "now"
			case a.Offline, strings.Contains(missing, "by hand"):
				return parent, "goes to the step"
			default:
				return parent + "\u00a0c", "asks it, C asks all"
			}
		}
	}
	switch {
	case strings.Contains(missing, "check would tell") && !a.Offline:
		return "C", "asks"
	case strings.Contains(missing, "a log of other accounts"), strings.Contains(missing, "the log of another app"):
		return "i", "loads one"
	}
	return "", ""
}

// leans are how a reason stands to its cause, in words: colour is never alone.
var leans = map[model.Lean]string{model.For: "for", model.Against: "against", model.Beside: "beside", model.Missing: "missing"}

func (c *caseView) causeLines(a *app, w int) []string {
	t := a.theme
	if !c.known() {
		return []string{"reading"}
	}
	wide := min(w, prose+20)
	var out []string
	switch {
	case len(c.Leading) > 0 && c.verdict().From == triage.FromCauses:
		// It stands on top.
	case len(c.Leading) > 0:
		out = wrap(t.strong.Render(safe.Line(triage.LeadWords(c.Leading))), wide)
	case c.Missing != "":
		out = append(out, t.strong.Render("It cannot be told yet."))
		out = append(out, indent(t.warn.Render("Missing: "), c.missing(a, false), wide)...)
	}
	said := "All causes in the article's order."
	if len(c.Leading) > 0 {
		said += " > marks what leads."
	}
	out = append(out, wrap(t.faint.Render(said+" The part Article has its own words on each."), wide)...)
	for i, cause := range c.Causes {
		style, lead := t.plain, "  "
		switch cause.Verdict {
		case model.Confirmed, model.Likely:
			style = t.bad
		case model.Unlikely, model.RuledOut:
			style = t.good
		case model.CannotTell:
			style = t.faint
		}
		for _, l := range c.Leading {
			if l.Cause == cause.Cause {
				lead = "> "
			}
		}
		out = append(out, "")
		out = append(out, indent(lead+itoa(i+1)+" ", t.strong.Render(safe.Line(cause.Title))+"  "+style.Render(string(cause.Verdict)), wide)...)
		for _, r := range cause.Reasons {
			out = append(out, indent("    "+fit(leans[r.Lean], 8), c.reasonText(a, r), wide)...)
		}
	}
	return out
}

// changeLines are what was different before the incident began, most telling first.
func (c *caseView) changeLines(a *app, w int) []string {
	t := a.theme
	if !c.known() {
		return []string{"reading"}
	}
	wide := min(w, prose+20)
	out := wrap(t.faint.Render("What changed before the failures began, most telling first. That it came before does not make it the cause."), wide)
	if len(c.Changed) == 0 {
		out = append(out, "")
		said := "Nothing that is known. Dates of tokens, and states that checks saw earlier, come from the checks: C runs them."
		if slices.ContainsFunc(c.data.Findings, func(f model.Finding) bool {
			return check.Asks(f.Check) && (f.Verdict == model.OK || f.Verdict == model.Problem)
		}) {
			said = "Nothing that the log or a check shows. Ask what was changed: app, token, templates, numbers."
		}
		return append(out, wrap(said, wide)...)
	}
	for _, x := range c.Changed {
		out = append(out, "")
		out = append(out, indent(fit(clock(x.At, a), 13), safe.Line(x.Text)+t.faint.Render(" ("+safe.Line(x.Source)+")"), wide)...)
	}
	return out
}
