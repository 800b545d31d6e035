package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// This file draws home's table and, under it, what the selected incident is.

// A homeTable says which columns there is room for. They go in this order when it
// gets narrow: trend, state, since; where loses its last parts first.
type homeTable struct{ where, trend, since, state, likely int }

// Beside a case, which tells the state, a short trend comes back where it fits.
func homeColumns(w int, beside bool) homeTable {
	t := homeTable{trend: 14, since: 8, state: 10, likely: 26}
	rest := func() int { return w - 2 - 7 - 1 - 8 - t.trend - t.since - t.state - t.likely - 1 }
	const (
		enough = 12 // "WABA …400500"
		least  = 12 // "display name", as wide as the heading
	)
	if rest() < 26 {
		t.likely = 18
	}
	if rest() < 26 {
		t.trend = 0
	}
	if rest() < 18 {
		t.state = 0
	}
	if rest() < enough {
		t.likely = least
	}
	if rest() < enough {
		t.since = 0
	}
	if rest() < 5 { // a list that says no more than what fails
		t.likely = 0
	}
	if beside && t.trend == 0 && t.likely > 0 && rest()+t.likely-least >= enough+9 {
		t.likely, t.trend = least, 9
	}
	t.where = max(rest(), 0)
	return t
}

func (t homeTable) header() string {
	s := "  " + right("IMPACT", 7) + " " + fit("CODE", 8) + fit("WHERE", t.where) + " "
	if t.trend > 0 {
		s += fit("TREND", t.trend)
	}
	if t.since > 0 {
		s += fit("SINCE", t.since)
	}
	if t.state > 0 {
		s += fit("STATE", t.state)
	}
	if t.likely > 0 {
		s += fit("LIKELY CAUSE", t.likely)
	}
	return s
}

func (t homeTable) line(a *app, inc *model.Incident, likely string, marked, at bool) string {
	sign := " "
	if at {
		sign = ">"
	}
	m := " "
	if marked {
		m = "*"
	}
	s := sign + m + right(model.Thousands(inc.Failures), 7) + " " + fit(errorName(*inc), 8) + shortWhere(*inc, t.where) + " "
	if t.trend > 0 {
		s += fit(spark(inc.Trend, t.trend-1, a.theme.signs.bars), t.trend)
	}
	if t.since > 0 {
		s += fit(ago(inc.First, a.Now()), t.since)
	}
	if t.state > 0 {
		s += fit(string(inc.State), t.state)
	}
	if t.likely > 0 {
		s += fit(likely, t.likely)
	}
	return s
}

// reason is what the selected incident is, and what is to be known before
// anything is done about it: an outage that holds retries back, else the reason
// for its likely cause, else what is missing. It takes at most high lines.
func (h *home) reason(a *app, w, high int) []string {
	inc := h.selected()
	if inc == nil {
		return nil
	}
	c := h.open
	if c == nil || c.inc.ID != inc.ID {
		c = newCase(*inc, nil)
	}
	first := c.verdictLine(a)
	switch {
	case inc.Reason != "":
		first += "  " + safe.Line(inc.Reason)
	case c.verdict().From == triage.FromArticle: // else the cause is named already
		first += "  " + safe.Line(firstOf(c.article().Title, inc.Title))
	}
	bars := spark(inc.Trend, min(24, w/3), a.theme.signs.bars)
	each := (high - 1) / 2
	out := []string{a.theme.rule("", w)}
	for i, line := range upTo(each, wrap(first, max(w-2-cells(bars)-1, 1)), w-2-cells(bars)-1) {
		if i == 0 && bars != "" {
			line = fit(line, w-2-cells(bars)) + a.theme.accent.Render(bars)
		}
		out = append(out, " "+line)
	}
	second := safe.Line(c.article().Summary)
	switch {
	case c.Outage != "":
		second = c.paused(a)
	case !c.known():
	case c.over(a) != "":
		second = c.over(a)
	case len(c.Leading) > 0 && len(c.Leading[0].Reasons) > 0:
		second = safe.Line(c.Leading[0].Reasons[0].String())
	case c.Missing != "":
		second = "Missing: " + c.missing(a, true)
	}
	for _, line := range upTo(each, wrap(second, max(w-2, 1)), w-2) {
		out = append(out, " "+line)
	}
	return out
}

// upTo is at most n lines; the last shows that there are more.
func upTo(n int, lines []string, w int) []string {
	if len(lines) <= n {
		return lines
	}
	lines = lines[:max(n, 1)]
	last := len(lines) - 1
	lines[last] = ansi.Truncate(strings.TrimRight(lines[last], " "), max(w-2, 0), "") + " …"
	return lines
}
