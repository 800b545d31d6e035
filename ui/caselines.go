package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// This file draws a case: a verdict line and the tab names on top, the tab below.

func (c *caseView) lines(a *app, sz size, focus bool) []string {
	out := c.top(a, sz.w, focus)
	if sz.h < 10 { // every line counts: leave out all but the verdict and the tabs
		out = []string{out[0], out[len(out)-1]}
	}
	foot := c.next(a, sz.w-1)
	if (c.tab != tabOverview || sz.h < 10) && a.working.c != c {
		foot = ""
	}
	body := size{sz.w, sz.h - len(out)}
	if foot != "" {
		body.h -= 1
	}
	c.wide = body.h >= 30 && layoutFor(a.term).columns() < 3 // with three the text stands beside it
	c.tight, c.low = body.h < 24, body.h < 15
	c.high = max(body.h, 0)
	part := c.part(a, body, focus)
	c.total = len(part)
	first := c.off
	if c.tab == tabOverview {
		first = c.scrollTo(part, body.h)
	}
	first = max(min(first, len(part)-body.h), 0)
	c.off = first
	if c.line >= 0 {
		c.line += len(out) - first
	}
	shown := part[min(first, len(part)):]
	if len(shown) > body.h && body.h > 0 {
		shown = shown[:body.h]
		shown[body.h-1] = fit(shown[body.h-1], max(sz.w-8, 0)) + a.theme.faint.Render(" more ↓")
	}
	out = append(out, block(shown, body)...)
	if foot != "" {
		out = append(out, fit(" "+foot, sz.w))
	}
	return block(out, sz)
}

// scrollTo is the first line so that the selected step is on screen, or what the
// agent has scrolled to above the first or below the last of them. Until a key
// moves it, a case is shown from its top, where the verdict and its reasons are.
func (c *caseView) scrollTo(part []string, h int) int {
	first := c.off - c.beyond
	if c.line >= 0 {
		if c.at == 0 && c.line < h {
			first = 0
		}
		if c.line < first {
			first = c.line
		}
		if last := c.line + c.tall - 1; last >= first+h-1 { // with what it says, where that fits
			first = min(last-h+2, c.line)
		}
	}
	first = max(min(first, len(part)-h), 0)
	if !c.moved {
		c.beyond = -first
	}
	c.beyond = max(min(c.beyond, len(part)-h-first), -first)
	return first + c.beyond
}

// part is the lines of the chosen tab.
func (c *caseView) part(a *app, sz size, focus bool) []string {
	c.line = -1
	w := max(sz.w-2, 1)
	c.width = w
	var lines []string
	switch c.tab {
	case tabOverview:
		lines = c.overview(a, w, focus)
	case tabArticle:
		lines = c.cached(a, w, "article", func() []string { return a.articleLines(c.Match, w) })
	case tabCauses:
		lines = c.causeLines(a, w)
	case tabScope:
		lines = c.scopeLines(a, w)
	case tabChanges:
		lines = c.changeLines(a, w)
	case tabFacts:
		lines = c.factLines(a, w)
	case tabRaw:
		lines = c.cached(a, w, "raw", func() []string { return c.rawLines(a, w) })
	case tabNotes:
		lines = c.noteLines(a, w)
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = " " + l
	}
	return out
}

func (c *caseView) cached(a *app, w int, what string, draw func() []string) []string {
	key := fmt.Sprint(what, w, a.isDark, c.reveal, c.Match.Article.ID, c.ready)
	if c.drawn.key != key {
		c.drawn = drawing{key, draw()}
	}
	return c.drawn.lines
}

// top is the verdict, what the case is about, and the tabs.
func (c *caseView) top(a *app, w int, focus bool) []string {
	t := a.theme
	m := c.Match
	verdict := c.verdictLine(a)
	who := model.Count(c.inc.Failures, "message", "messages")
	if c.msgID != 0 {
		who = "message " + c.msgID.String() + " of " + c.inc.ID.String()
	}
	// While a log is loaded they are counted at another time than the messages.
	if c.inc.Recipients > 0 && c.inc.Recipients <= c.inc.Failures && c.msgID == 0 {
		who += ", " + model.Count(c.inc.Recipients, "recipient", "recipients")
	}
	right := t.faint.Render(who + "  " + string(c.inc.State))
	lines := []string{spread(" "+verdict, right, w)}
	lines = append(lines, fit(" "+t.strong.Render(errorName(c.inc)+"  "+safe.Line(m.Article.Title))+"  "+t.faint.Render(safe.Line(where(c.inc))), w))
	var bar strings.Builder
	bar.WriteString(" ")
	for i, name := range tabs {
		if w < 66 { // there is no room for all names: the chosen one and how many
			if i == c.tab {
				bar.WriteString(t.head.Render("["+name+"]") + t.faint.Render(fmt.Sprintf(" %d of %d, tab for more", i+1, len(tabs))))
			}
			continue
		}
		if i == c.tab {
			style := t.head
			if !focus {
				style = t.strong
			}
			bar.WriteString(style.Render("[" + name + "]"))
		} else {
			bar.WriteString(t.faint.Render(" " + name + " "))
		}
	}
	return append(lines, fit(bar.String(), w))
}

// spread puts l at the left and r at the right; r goes first when both do not fit.
func spread(l, r string, w int) string {
	if cells(l)+cells(r)+2 > w {
		return fit(l, w)
	}
	return fit(l, w-cells(r)-1) + r + " "
}

// verdictStyle colours a verdict by its first word.
func (t theme) verdictStyle(m kb.Match) lipgloss.Style {
	switch word, _, _ := strings.Cut(m.Article.Verdict, ":"); {
	case !m.Known:
		return t.warn
	case strings.HasPrefix(word, "FIX"):
		return t.bad
	case strings.HasPrefix(word, "WAIT"), strings.HasPrefix(word, "RETRY"):
		return t.warn
	}
	return t.accent
}

// overview is the part that an agent reads first: what the evidence says, what
// the error means, since when, the steps, the findings.
func (c *caseView) overview(a *app, w int, focus bool) []string {
	t := a.theme
	lead := c.leadLines(a, min(w, prose+20))
	if said := triage.Arrived(&c.data); said != "" {
		lead = append(indent(t.warn.Render("Delivered: "), safe.Line(said), min(w, prose+20)), lead...)
	}
	if c.low { // the reason, the time and a step come behind it
		lead = upTo(max(c.high-5, 2), lead, w)
	}
	out := append(c.joined(w), lead...)
	out = append(out, c.meaning(a, w)...)
	out = append(out, c.movedLines(a, min(w, prose+20))...)
	if !c.inc.First.IsZero() {
		line, share := "first "+passed(c.inc.First, a.Now())+", last "+passed(c.inc.Last, a.Now())+"  ", ""
		if s, ok := c.inc.Share(); ok && c.msgID == 0 {
			share = "  " + s.Percent() + " of " + model.Count(s.Sends, "send", "sends") + " failed this way"
		}
		line += t.accent.Render(spark(c.inc.Trend, min(24, w-cells(line)-cells(share)), t.signs.bars)) + share
		out = append(out, fitLine(line, w))
	}
	if e := c.article().Expect; e > 0 && !c.inc.First.IsZero() {
		if age := c.inc.Last.Sub(c.inc.First); age > e && a.Now().Sub(c.inc.Last) < e {
			out = append(out, wrap(t.warn.Render("It has lasted "+lasted(age, e)+". Escalate?"), min(w, prose))...)
		}
	}
	if c.err != nil {
		out = append(out, wrap(t.bad.Render(safe.Line(c.err.Error())), w)...)
	}
	if len(c.Steps) > 0 {
		out = append(out, a.theme.rule("Steps", w))
		for i := range c.Steps {
			if s := &c.Steps[i]; s.Depth == 0 || c.unfolded(i) {
				out = c.stepLine(a, out, i, w, focus)
			}
		}
	}
	return append(out, c.findingLines(a, w)...)
}

// meaning is what the error means and what the failures are bounded by. On a small
// terminal the first gives way to what leads, which the article's part still has,
// and the second is cut; the part Scope has it whole.
func (c *caseView) meaning(a *app, w int) []string {
	t := a.theme
	summary := safe.Line(c.article().Summary)
	if v := c.article().Verdict; c.Match.Known && c.verdict().From != triage.FromArticle && !strings.HasPrefix(v, "ASK") {
		summary = t.strong.Render(v+".") + " " + summary
	}
	out := wrap(summary+t.faint.Render("  ("+safe.Line(c.Match.Why)+")"), min(w, prose+20))
	if !c.Match.Known {
		if f := c.data.Stands(); f != nil {
			out = append(out, wrap("The log's own words: "+masked(firstOf(f.Details, f.Message, f.Title, "none"), c.reveal), min(w, prose))...)
		}
	}
	if c.Match.Known && (c.low || c.tight && len(c.Leading) > 0) {
		out = nil
	}
	if c.inc.Reason != "" && !c.leads(c.inc.Reason) {
		out = append(out, c.short(wrap(safe.Line(c.inc.Reason), min(w, prose+20)), 2, w)...)
	}
	return out
}

// leads reports whether a leading cause has said it already.
func (c *caseView) leads(reason string) bool {
	return slices.ContainsFunc(c.Leading[:min(len(c.Leading), 2)], func(cause model.CauseFinding) bool {
		return len(cause.Reasons) > 0 && strings.HasPrefix(cause.Reasons[0].Text, reason) && !(c.Outage != "" && cause.Cause == "outage")
	})
}

// short is at most n of the lines where the terminal is small, one less where it is
// very small; else all of them.
func (c *caseView) short(lines []string, n, w int) []string {
	switch {
	case !c.tight:
		return lines
	case c.low:
		n = max(n-1, 1)
	}
	return upTo(n, lines, min(w, prose+20))
}

// next is the one line that says what is being asked, or what to do now.
func (c *caseView) next(a *app, w int) string {
	if a.working.c == c {
		return a.theme.accent.Render(upper(c.asked.progress(a)))
	}
	step, text, ok := triage.Next(c.Steps)
	switch {
	case len(c.Steps) == 0:
		return ""
	case ok && step.State == model.StepProblem && cells(text) > w-len("Next: "): // what it found stands below it
		return a.theme.accent.Render("Next: act on what step " + step.ID + " found")
	case ok:
		return a.theme.accent.Render("Next: " + safe.Line(text))
	}
	return a.theme.accent.Render(safe.Line(text))
}

// unfolded reports whether a step inside a step is shown: while its parent or
// one of its siblings is selected, or one was ticked.
func (c *caseView) unfolded(i int) bool {
	parent, _, _ := strings.Cut(c.Steps[i].ID, ".")
	sel, _, _ := strings.Cut(c.Steps[c.at].ID, ".")
	return parent == sel || c.Steps[i].By != ""
}

// stepLine adds one step: its mark, number, title and what is known of it. The
// selected step's text follows when it is unfolded.
func (c *caseView) stepLine(a *app, out []string, i, w int, focus bool) []string {
	t := a.theme
	s := &c.Steps[i]
	deep := strings.Repeat("  ", s.Depth)
	sign := " "
	if i == c.at && focus {
		sign = ">"
	}
	said := c.stepSaid(a, s)
	plain := sign + deep + "[" + t.signs.step[s.State] + "] " + s.ID + " " + safe.Line(s.Title)
	at := min(max(cells(plain)+2, 40), w)
	cut := cells(said) > w-at
	if cut && s.State == model.StepLocked && w-at < 24 { // too little to make sense
		said = "locked"
	} else if cut && s.By == "check" {
		said = string(s.State) + " " + clock(s.At, a)
	}
	if i == c.at {
		c.line = len(out)
		if said != "" {
			plain = fit(plain, at) + said
		}
		style := t.selected
		if !focus {
			style = t.strong
		}
		out = append(out, style.Render(fit(plain, w)))
		switch {
		case c.open, c.wide && len(s.Findings) == 0: // else enter shows it: what was found comes first
			out = append(out, c.stepDetail(a, s, w)...)
		case cut && s.Lock != "":
			out = append(out, indent(findingMargin, t.warn.Render(upper(safe.Line(s.Lock))), w)...)
		case s.State == model.StepOpen && len(s.Undo) > 0:
			undo := indent(findingMargin, t.warn.Render("to undo it: ")+safe.Line(strings.Join(s.Undo, " ")), w)
			out = append(out, c.short(undo, 3, w)...)
		case cut && s.By == "hand" && s.Note != "":
			out = append(out, indent(findingMargin, t.faint.Render(safe.Line(s.Note)), w)...)
		}
		out = append(out, c.stepFindings(a, s, w, true)...)
		c.tall = len(out) - c.line
		return out
	}
	line := sign + deep + t.step(s.State) + " " + s.ID + " " + safe.Line(s.Title)
	if said != "" {
		line = fit(line, at) + t.faint.Render(said)
	}
	return append(append(out, fitLine(line, w)), c.stepFindings(a, s, w, false)...)
}

// stepDetail is the text of the selected step: what to do, and what was found.
func (c *caseView) stepDetail(a *app, s *triage.Step, w int) []string {
	return c.stepText(a, s, w, "      ")
}

// stepText is the same behind any margin.
func (c *caseView) stepText(a *app, s *triage.Step, w int, margin string) []string {
	t := a.theme
	var out []string
	if s.Lock != "" {
		out = append(out, indent(margin, t.warn.Render(safe.Line(s.Lock)), w)...)
	}
	if s.Overruled != "" {
		out = append(out, indent(margin, t.warn.Render("its lock was overruled: "+safe.Line(s.Overruled)), w)...)
	}
	if s.Note != "" && s.By == "hand" { // what a check says stands below
		out = append(out, indent(margin, t.faint.Render(string(s.State)+" by "+s.By+": "+safe.Line(s.Note)), w)...)
	}
	for _, l := range markdown(s.Body, w-len(margin), t) {
		out = append(out, margin+l)
	}
	for _, u := range s.Undo {
		out = append(out, indent(margin+t.warn.Render("to undo it: "), safe.Line(u), w)...)
	}
	if s.Open != "" {
		out = append(out, margin+t.faint.Render("o opens ")+t.link.Render(s.Open))
	}
	return out
}

// fitLine cuts a line without padding it.
func fitLine(s string, w int) string {
	if cells(s) <= w {
		return s
	}
	return fit(s, w)
}

// upper is a sentence with a capital at its beginning.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func firstOf(all ...string) string {
	for _, s := range all {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}
