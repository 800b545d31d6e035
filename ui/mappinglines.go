package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/model"
	"unsent/safe"
)

func (m *mapping) title(*app) string { return "columns of " + m.log.name() }

func (m *mapping) cursorLine() int { return 1 + m.at - m.off }

// sampleWidth is how wide the samples stand beside the list; below
// samplesBeside they stand under it.
const (
	samplesBeside = 76
	sampleWidth   = 26
	narrowList    = 50 // below this the list does not say why
)

func (m *mapping) lines(a *app, sz size, _ bool) []string {
	below := m.verdict(a, sz.w)
	w := sz.w
	var samples []string
	if sz.w >= samplesBeside {
		w = sz.w - max(sampleWidth, sz.w/3) - 1
	} else {
		samples = m.samples(a, sz.w, true)
	}
	below = append(samples, below...)
	below = below[:min(len(below), max(sz.h-4, 0))]
	m.high = max(sz.h-len(below)-1, 1)
	m.off = max(min(m.off, m.at), m.at-m.high+1)
	m.off = max(min(m.off, len(m.t.Columns)-m.high), 0)
	name := max((w-4)/3, 6)
	is := max(w-3-name-1-16, 8)
	because := " BECAUSE OF"
	if w < narrowList {
		is, because = max(w-3-name, 8), ""
	}
	list := []string{a.theme.faint.Render(fit("  "+fit("COLUMN", name)+" "+fit("IS READ AS", is)+because, w))}
	for i := m.off; i < len(m.t.Columns) && len(list) < m.high+1; i++ {
		list = append(list, m.line(a, i, name, is, w))
	}
	list = block(list, size{w, m.high + 1})
	if len(samples) == 0 {
		right := size{sz.w - w - 1, m.high + 1}
		list = beside(a.theme.faint.Render(a.theme.signs.split), list, block(m.samples(a, right.w, false), right))
	}
	return block(append(list, below...), sz)
}

func (m *mapping) line(a *app, i, name, is, w int) string {
	c := m.t.Columns[i]
	what, why := c.Field, m.because(c)
	if w < narrowList {
		why = ""
	}
	if c.Second {
		what += " (2nd)"
	}
	plain := what != ""
	switch {
	case plain:
	case c.Meaning != "":
		what = c.Meaning
	case c.Looks != "":
		what = "not used (" + c.Looks + "?)"
	default:
		what = "not used"
	}
	sign := " "
	if i == m.at {
		sign = ">"
	}
	head := sign + " " + fit(columnTitle(c), name) + " "
	if i == m.at {
		return a.theme.selected.Render(fit(strings.TrimRight(head+fit(what, is)+" "+why, " "), w))
	}
	if !plain {
		return fit(head+a.theme.faint.Render(strings.TrimRight(fit(what, is)+" "+why, " ")), w)
	}
	if why != "" {
		why = " " + a.theme.faint.Render(why)
	}
	return fit(head+fit(what, is)+why, w)
}

// columnTitle is what a column is called on the screen.
func columnTitle(c model.Column) string {
	if strings.TrimSpace(c.Header) == "" {
		return c.Ref
	}
	return masked(c.Header, false)
}

// because is where the meaning of a column comes from, in a few words.
func (m *mapping) because(c model.Column) string {
	switch {
	case m.guessed[c.Ref]:
		return "its values"
	case c.Sure == model.SureAsked && c.Ref == m.kept.Map[c.Field]:
		return "you, " + m.kept.At.Format("2006-01-02")
	case c.Sure == model.SureAsked:
		return "you"
	case c.Sure == model.SureFormat:
		return "known export"
	case c.Sure == model.SureName:
		return "its name"
	case c.Sure == model.SureValues:
		return "its values"
	}
	for _, ref := range m.how.Ignore {
		if ref == c.Ref {
			return "you"
		}
	}
	return ""
}

// samples are what stands in the selected column.
func (m *mapping) samples(a *app, w int, rule bool) []string {
	c := m.selected()
	if c == nil {
		return nil
	}
	title := fmt.Sprintf("column %d: %s", c.N, columnTitle(*c))
	out := []string{" " + a.theme.faint.Render(fitLine("what stands in it", w-1))}
	if rule {
		out[0] = a.theme.rule(title, w)
	}
	for _, s := range c.Samples {
		out = append(out, " "+fitLine(masked(s, false), w-2))
	}
	if len(c.Samples) == 0 {
		out = append(out, " "+a.theme.faint.Render("nothing in the first rows"))
	}
	for _, f := range a.Fields {
		if f.Name == c.Field && !rule {
			out = append(out, "")
			for _, l := range wrap(f.Name+": "+f.About, max(w-2, 1)) {
				out = append(out, " "+a.theme.faint.Render(l))
			}
		}
	}
	return out
}

// verdict is what the table would become, and what is left to decide.
func (m *mapping) verdict(a *app, w int) []string {
	t := a.theme
	out := []string{a.theme.rule("with these columns", w)}
	add := func(s string) {
		for _, l := range wrap(s, max(w-2, 1)) {
			out = append(out, " "+l)
		}
	}
	switch {
	case m.t.Why != "":
		add(t.warn.Render("It cannot be loaded like this: " + safe.Line(m.t.Why) + "."))
	default:
		style := t.good
		if m.t.Failed == 0 || m.t.Rejected > 0 {
			style = t.warn
		}
		text := outcome(m.t)
		if m.t.Failed > 0 && m.t.Code != "" {
			text += "; the first error is " + safe.Line(strings.TrimPrefix(m.t.Code, "generic "))
			if strings.HasPrefix(m.t.Code, "generic ") {
				text += ", and no error of Meta's is called that"
			}
		}
		add(style.Render(text))
		if m.t.Rejected > 0 {
			add(t.faint.Render("the first that cannot: " + masked(m.t.Reason, false)))
		}
	}
	if m.t.Why == "" && !m.timed() {
		add(t.warn.Render("No column is read as a time: it will not be known when messages failed."))
	}
	if m.t.Dates != "" {
		add(dateQuestion(m.t.Dates, m.how.DateOrder))
	}
	if m.t.Clock != "" {
		zone := "UTC is assumed; t says another"
		if m.how.Zone != "" {
			zone = safe.Line(m.how.Zone) + ", as you said"
		}
		add("Times without a zone, such as " + masked(m.t.Clock, false) + ": " + zone + ".")
	}
	return out
}

// timed reports whether a column tells when something happened to a message.
func (m *mapping) timed() bool {
	return m.t.Dates != "" || m.t.Clock != "" || slices.ContainsFunc(m.t.Columns, func(c model.Column) bool {
		switch c.Field {
		case "failed_at", "timestamp", "updated_at", "sent_at", "delivered_at", "read_at", "payload", "response":
			return true
		}
		return false
	})
}

// outcome says what the records of a beginning would become.
func outcome(t model.Table) string {
	of := "Of " + model.Count(t.Read, "row", "rows")
	if !t.Whole {
		of = "Of the first " + model.Count(t.Read, "row", "rows")
	}
	parts := []string{model.Count(t.Failed, "failure", "failures"), model.Thousands(t.Succeeded) + " went well"}
	if t.Other > 0 {
		parts = append(parts, model.Thousands(t.Other)+" neither")
	}
	if t.Rejected > 0 {
		parts = append(parts, model.Thousands(t.Rejected)+" cannot be read")
	}
	return of + ": " + strings.Join(parts, ", ")
}

// dateQuestion asks how a date is meant that can be read in two ways, and says
// how it is read.
func dateQuestion(example, order string) string {
	var n []int
	for _, part := range strings.FieldsFunc(example, func(r rune) bool { return r < '0' || r > '9' }) {
		v := 0
		for _, d := range part[:min(len(part), 4)] {
			v = v*10 + int(d-'0')
		}
		n = append(n, v)
	}
	if len(n) < 2 || n[0] < 1 || n[0] > 12 || n[1] < 1 || n[1] > 12 {
		return ""
	}
	dmy := fmt.Sprintf("%d %s", n[0], time.Month(n[1]))
	mdy := fmt.Sprintf("%d %s", n[1], time.Month(n[0]))
	date := safe.Line(example)
	switch order {
	case "dmy":
		return date + " is " + dmy + " (day first), as you said; o: " + mdy + "."
	case "mdy":
		return date + " is " + mdy + " (month first), as you said; o: " + dmy + "."
	}
	return date + ": day first or month first? Taken for " + dmy + " (day first); o: " + mdy + "."
}
