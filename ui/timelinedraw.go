package ui

import (
	"fmt"
	"strings"
	"time"

	"unsent/model"
	"unsent/safe"
)

// This file draws the timeline: bars, what lies over them, and what they say.

const timeGutter = 9 // cells for the numbers beside the bars, where there is room

func gutterOf(w int) int {
	if w >= 60 {
		return timeGutter
	}
	return 0
}

// plotWidth is how many cells the bars have on a terminal of some width.
func plotWidth(w int) int { return max(w-2-gutterOf(w), 1) }

// A plot is the part of a timeline that is drawn.
type plot struct {
	v           *timeline
	first, last int // bins, from one on and before another
	room        int // cells for all bars
	wide        int // cells of a bar
	gutter      int
}

func (v *timeline) plot(w int) plot {
	room := plotWidth(w)
	p := plot{v: v, room: room, wide: max(1, min(room/max(len(v.tl.Bins), 1), 8)), gutter: gutterOf(w)}
	fits := max(room/p.wide, 1)
	v.first = max(min(v.first, v.at, len(v.tl.Bins)-fits), v.at-fits+1, 0)
	p.first, p.last = v.first, min(v.first+fits, len(v.tl.Bins))
	return p
}

// row is a line of the plot: a label and one sign for each bin.
func (p *plot) row(label string, sign func(bin int) string) string {
	var b strings.Builder
	for i := p.first; i < p.last; i++ {
		s := sign(i)
		n := p.wide
		if n > 2 && s != " " { // so that bars are seen to be several
			b.WriteString(strings.Repeat(s, n-1) + " ")
			continue
		}
		b.WriteString(strings.Repeat(s, n))
	}
	return p.label(label) + b.String()
}

func (p *plot) label(s string) string {
	if p.gutter == 0 {
		return ""
	}
	return right(s, p.gutter-1) + " "
}

// bars draws counts in h lines, the highest count over all of them.
func (p *plot) bars(a *app, h int, label string, most int, style func(string) string, of func(model.Bin) int) []string {
	signs := a.theme.signs.bars
	full := len(signs) - 1
	out := make([]string, h)
	from, to := p.v.marked()
	for y := range h {
		below := (h - 1 - y) * full // what the lines under this one show
		name := ""
		if y == 0 {
			name = model.Thousands(most)
		} else if y == h-1 {
			name = label
		}
		line := p.row(name, func(i int) string {
			n := of(p.v.tl.Bins[i])
			high := 0
			if n > 0 && most > 0 {
				// At least the lowest bar: a bin with one failure is not an empty one.
				high = max(1, int(int64(n)*int64(h*full)/int64(most)))
			}
			return signs[max(0, min(high-below, full))]
		})
		out[y] = p.highlight(a, line, from, to, style)
	}
	return out
}

// highlight marks the bins of the brush in a line of the plot.
func (p *plot) highlight(a *app, line string, from, to int, style func(string) string) string {
	signs := []rune(line)
	place := func(bin int) int {
		return min(p.gutter+(max(min(bin, p.last), p.first)-p.first)*p.wide, len(signs))
	}
	i, j := place(from), place(to)
	return a.theme.faint.Render(string(signs[:p.gutter])) + style(string(signs[p.gutter:i])) + a.theme.selected.Render(string(signs[i:j])) + style(string(signs[j:]))
}

// brush is the line that shows without colour what is marked.
func (p *plot) brush(a *app) string {
	from, to := p.v.marked()
	return a.theme.accent.Render(p.row("", func(i int) string {
		switch {
		case i == p.v.at:
			return "^"
		case i >= from && i < to:
			return "="
		}
		return " "
	}))
}

// over reports whether a time overlaps a bin.
func (p *plot) over(bin int, from, to time.Time) bool {
	if !to.After(from) {
		to = from.Add(time.Minute)
	}
	return from.Before(p.v.tl.Begin(bin+1)) && to.After(p.v.tl.Begin(bin))
}

// marks are the lines over the bars: outages of Meta's page and of the log.
func (p *plot) marks(a *app, outages []model.LogOutage) (out []string) {
	drawn := false
	line := p.row("Meta", func(i int) string {
		s := " "
		for _, x := range p.v.page.incidents {
			if p.over(i, x.From, x.To) {
				if s, drawn = "M", true; x.About {
					s = "m"
				}
			}
		}
		return s
	})
	if drawn {
		out = append(out, a.theme.warn.Render(line))
	}
	drawn = false
	line = p.row("log", func(i int) string {
		for _, o := range outages {
			if p.over(i, o.Since, p.v.untilOf(o)) {
				drawn = true
				return "L"
			}
		}
		return " "
	})
	if drawn {
		out = append(out, a.theme.warn.Render(line))
	}
	return out
}

// untilOf is when an outage was over; one that goes on ends with the log.
func (v *timeline) untilOf(o model.LogOutage) time.Time {
	if o.Until.IsZero() {
		return v.tl.End()
	}
	return o.Until
}

// axisSteps are the distances between the times under the bars.
var axisSteps = []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour, 364 * 24 * time.Hour, 3640 * 24 * time.Hour}

// axis are the times under the bars: UTC, and the agent's own where they differ.
func (p *plot) axis(a *app, local bool) (out []string) {
	tl := &p.v.tl
	step := axisSteps[len(axisSteps)-1]
	for i := len(axisSteps) - 1; i >= 0; i-- {
		if s := axisSteps[i]; s >= tl.Step && int(s/tl.Step)*p.wide >= 10 {
			step = s
		}
	}
	var at []int // the bins that are named
	for i := p.first; i < p.last; i++ {
		if tl.Begin(i).Unix()%int64(step/time.Second) == 0 {
			at = append(at, i)
		}
	}
	if len(at) == 0 || (at[0]-p.first)*p.wide >= 10 {
		at = append([]int{p.first}, at...)
	}
	line := func(name string, zone *time.Location) string {
		s := p.label(name)
		for _, i := range at {
			label := axisLabel(tl.Begin(i), zone, step)
			x := p.gutter + (i-p.first)*p.wide
			if x+len(label) <= p.gutter+p.room {
				s += strings.Repeat(" ", max(x-cells(s), 0)) + label
			}
		}
		return s
	}
	out = append(out, a.theme.faint.Render(line("UTC", time.UTC)))
	if _, off := tl.From.In(a.Local).Zone(); off != 0 && local && step < 24*time.Hour {
		out = append(out, a.theme.faint.Render(line(tl.From.In(a.Local).Format("-07:00"), a.Local)))
	}
	return out
}

func axisLabel(t time.Time, zone *time.Location, step time.Duration) string {
	t = t.In(zone)
	switch {
	case step >= 300*24*time.Hour:
		return t.Format("Jan 2006")
	case step >= 24*time.Hour, t.Hour() == 0 && t.Minute() == 0:
		return t.Format("2 Jan")
	}
	return t.Format("15:04")
}

// stretch is a time for reading, in UTC and on the agent's own clock where that
// differs: "13 May 13:40 to 14:05 UTC (10:40 to 11:05 -03:00)".
func stretch(from, to, now time.Time, local *time.Location) string {
	in := func(zone *time.Location, like time.Time) string {
		f, t := from.In(zone), to.In(zone)
		day := "2 Jan 15:04"
		if f.Year() != now.In(zone).Year() || f.Year() != t.Year() {
			day = "2 Jan 2006 15:04"
		}
		s := f.Format(day)
		if !like.IsZero() && sameDay(f, like) {
			s = f.Format("15:04")
		}
		if sameDay(f, t) {
			return s + " to " + t.Format("15:04")
		}
		return s + " to " + t.Format(day)
	}
	s := in(time.UTC, time.Time{}) + " UTC"
	if _, off := from.In(local).Zone(); off != 0 {
		s += " (" + in(local, from.UTC()) + from.In(local).Format(" -07:00)")
	}
	return s
}

func sameDay(a, b time.Time) bool {
	y, m, d := a.Date()
	y2, m2, d2 := b.Date()
	return y == y2 && m == m2 && d == d2
}

// binName is the width of a bar in words.
func binName(d time.Duration) string {
	switch {
	case d < time.Hour:
		return model.Count(int(d/time.Minute), "minute", "minutes")
	case d < 24*time.Hour:
		return model.Count(int(d/time.Hour), "hour", "hours")
	}
	return model.Count(int(d/(24*time.Hour)), "day", "days")
}

func (v *timeline) lines(a *app, sz size, _ bool) []string {
	v.line = -1
	t, w := a.theme, max(sz.w-2, 1)
	if len(v.tl.Bins) == 0 {
		return block(v.nothing(a, w), sz)
	}
	p := v.plot(sz.w)
	outages := v.outages(a)
	most := v.tl.Bins[v.highest()].Failed
	head := v.head(a, p, most, w)
	said := v.said(a, w)
	legend := v.legend(a, w, p, outages)
	marks := p.marks(a, outages)
	axis := p.axis(a, sz.h >= 16)
	if sz.h >= 8 {
		axis = append([]string{p.brush(a)}, axis...)
	}
	rest := sz.h - len(head) - len(marks) - len(axis) - len(said)
	good, mostGood := 0, 0
	for _, b := range v.tl.Bins {
		mostGood = max(mostGood, b.Good)
	}
	if mostGood > 0 && rest >= 3 {
		good = max(1, min(4, rest/5))
	}
	keep := min(len(legend), max((rest-good)/2, 0))
	high := max(min(rest-good-keep, 24), 1)
	keep = min(len(legend), max(rest-good-high, 0))
	out := append(head, marks...)
	out = append(out, p.bars(a, high, "failed", most, func(s string) string { return t.bad.Render(s) }, func(b model.Bin) int { return b.Failed })...)
	out = append(out, axis...)
	if good > 0 {
		out = append(out, p.bars(a, good, "sends ok", mostGood, func(s string) string { return t.good.Render(s) }, func(b model.Bin) int { return b.Good })...)
	}
	v.line = len(out)
	if v.line >= sz.h {
		v.line = -1
	}
	out = append(out, said...)
	out = append(out, legend[:keep]...)
	for i := range out {
		sign := " "
		if i == v.line {
			sign = ">"
		}
		out[i] = sign + out[i]
	}
	return block(out, sz)
}

// head says how wide a bar is, which time is drawn, and how high the highest is, in
// one line. What stands below as well goes where there is no room: the agent's own
// clock, then the highest count.
func (v *timeline) head(a *app, p plot, most, w int) []string {
	from, to := v.tl.Begin(p.first), v.tl.Begin(p.last)
	wide := a.theme.strong.Render(binName(v.tl.Step)+" a bar") + ", "
	highest := ", at most " + model.Thousands(most) + " failed"
	utc := wide + stretch(from, to, a.Now(), time.UTC)
	for _, s := range []string{
		wide + stretch(from, to, a.Now(), a.Local) + ", at most " + model.Count(most, "failed attempt", "failed attempts") + " in one",
		wide + stretch(from, to, a.Now(), a.Local) + highest,
		utc + highest,
		utc,
	} {
		if cells(s) <= w {
			return []string{s}
		}
	}
	return wrap(utc, w)[:1]
}

// nothing says why there are no bars.
func (v *timeline) nothing(a *app, w int) []string {
	said := "reading"
	switch {
	case v.err != nil:
		said = a.theme.bad.Render(safe.Line(v.err.Error())) + " ctrl+r tries again"
	case v.ready && v.tl.Timeless.Failed > 0:
		said = "The log does not say when any of this failed: " + model.Count(v.tl.Timeless.Failed, "attempt", "attempts") + " without a time."
	case v.ready && v.c != nil:
		said = "Nothing of this incident is in the log any more."
	case v.ready:
		said = "Nothing is loaded, so there is no time to be seen. i loads a log."
	}
	out := []string{""}
	for _, line := range wrap(said, w) {
		out = append(out, " "+line)
	}
	return out
}

// said is what the marked time has.
func (v *timeline) said(a *app, w int) []string {
	from, to := v.marked()
	b := v.tl.Sum(from, to)
	s := stretch(v.tl.Begin(from), v.tl.Begin(to), a.Now(), a.Local)
	if v.anchor >= 0 {
		s = "marked: " + s
	}
	s = a.theme.strong.Render(s) + ": " + model.Count(b.Failed, "attempt", "attempts") + " failed"
	whole := v.tl.Sum(0, len(v.tl.Bins))
	switch {
	case whole.Good == 0 && v.c != nil:
		s += "; the log has no sends in its scope that went well in this time, so no share can be told"
	case whole.Good == 0:
		s += "; the log has no sends that went well in this time, so no share can be told"
	case b.Good == 0: // all of them failed, or the log leaves out what goes well
		s += "; none that went well is in the log for this time"
	case v.c != nil:
		s += ", " + model.Count(b.Good, "send", "sends") + " in its scope went well"
	default:
		s += fmt.Sprintf(", %s went well: %.0f %% of %s failed", model.Count(b.Good, "send", "sends"), 100*float64(b.Failed)/float64(b.Failed+b.Good), model.Thousands(b.Failed+b.Good))
	}
	lines := wrap(s, w)
	return lines[:min(len(lines), 3)]
}

// legend says what the letters over the bars mean, and what is not drawn.
func (v *timeline) legend(a *app, w int, p plot, outages []model.LogOutage) (out []string) {
	t := a.theme
	w = min(w, prose+20)
	from, to := v.tl.Begin(p.first), v.tl.Begin(p.last)
	seen := false
	for _, x := range v.page.incidents {
		if x.From.Before(to) && !x.To.Before(from) {
			seen = true
			out = append(out, indent(t.warn.Render("M")+" ", "Meta's status page: "+masked(x.Said, false), w)...)
		}
	}
	switch f := v.page.asked; {
	case seen:
	case f == nil:
		out = append(out, wrap(t.faint.Render("Meta's status page was not asked yet; C in a case asks it."), w)...)
	case f.Verdict == model.Skipped:
		out = append(out, wrap(t.faint.Render("Meta's status page was not asked: "+safe.Line(strings.TrimPrefix(f.Summary, "skipped: "))), w)...)
	case len(v.page.incidents) == 0 && f.Verdict == model.Unknown:
		out = append(out, wrap(t.faint.Render("Meta's status page: "+masked(f.Summary, false)), w)...)
	default:
		out = append(out, wrap(t.faint.Render("Meta's status page, asked "+moment(f.At, a.Local)+", named no incident of this time; it shows the last seven days, and not all that goes wrong."), w)...)
	}
	for _, o := range outages {
		if o.Since.Before(to) && v.untilOf(o).After(from) {
			out = append(out, indent(t.warn.Render("L")+" ", "this log: "+masked(o.Reason, false), w)...)
		}
	}
	if n := v.tl.Timeless.Failed; n > 0 {
		out = append(out, wrap(t.faint.Render(model.Count(n, "failed attempt has", "failed attempts have")+" no time in the log and cannot be drawn."), w)...)
	}
	return out
}
