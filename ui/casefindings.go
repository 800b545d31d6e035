package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// This file draws what the checks of a case have answered: short below each
// step, and in full in a part of its own.

// stepSaid is the short state of a step behind its title.
func (c *caseView) stepSaid(a *app, s *triage.Step) string {
	answered, unknown, out := 0, 0, 0
	for _, name := range s.Checks {
		if c.asked.waits(name) {
			out++
		}
	}
	for _, f := range s.Findings {
		if f.Verdict == model.OK || f.Verdict == model.Problem {
			answered++
		}
		if f.Verdict == model.Unknown {
			unknown++
		}
	}
	switch {
	case out > 0 && len(s.Checks) == 1:
		return "asking"
	case out > 0:
		return "asking " + model.Count(out, "check", "checks")
	case s.State == model.StepLocked && s.Depth > 0:
		return "locked"
	case s.State == model.StepLocked:
		return safe.Line(s.Lock)
	case s.By == "check": // what it says stands below
		return string(s.State) + " by check " + clock(s.At, a)
	case s.By != "":
		said := string(s.State) + " by " + s.By + " " + clock(s.At, a)
		if s.Note != "" {
			said += ": " + safe.Line(s.Note)
		}
		return said
	case s.Overruled != "":
		return "lock overruled"
	case s.State == model.StepOpen && len(s.Undo) > 0:
		return "the article's next"
	case s.Hand && answered > 0 && answered == len(s.Checks):
		return "by hand; the checks found nothing"
	case s.Hand:
		return "by hand"
	case answered > 0:
		return fmt.Sprintf("%d of %d checks answered", answered, len(s.Checks))
	case unknown > 0:
		return "cannot tell"
	case len(s.Findings) > 0:
		return "not asked"
	}
	return ""
}

// stepFindings are the answers below a step: below the selected one, where there
// is room, all of them whole, with why a check was left out. The others, and all on
// a small terminal, have few, so that the steps stay in sight.
func (c *caseView) stepFindings(a *app, s *triage.Step, w int, selected bool) []string {
	w = min(w, prose+20)
	if !c.wide || !selected {
		return c.fewFindings(a, s, w, selected)
	}
	var out []string
	untold, left := shared{verdict: model.Unknown}, shared{verdict: model.Skipped}
	for _, name := range s.Checks {
		i := slices.IndexFunc(s.Findings, func(f model.Finding) bool { return f.Check == name })
		switch {
		case c.asked.waits(name):
			out = append(out, findingMargin+"[ ] "+safe.Line(name)+": asking"+elapsed(a.Now().Sub(c.asked.since)))
		case i < 0:
		case s.Findings[i].Verdict == model.Skipped:
			left.add(&s.Findings[i])
		case s.Findings[i].Verdict == model.Unknown:
			untold.add(&s.Findings[i])
		default:
			f := &s.Findings[i]
			out = append(out, indent(findingMargin+a.theme.verdict(f.Verdict)+" ", safe.Line(name)+": "+safe.Line(f.Summary), w)...)
		}
	}
	out = append(out, untold.lines(a, findingMargin, w, c.tokenKey)...)
	return append(out, left.lines(a, findingMargin, w, c.tokenKey)...)
}

const findingMargin = "      "

// fewFindings are the answers below a step on a small terminal: a line for each
// that found something, and below the selected step the most telling in a few
// lines. What is cut or left out is announced with the key that shows it.
func (c *caseView) fewFindings(a *app, s *triage.Step, w int, selected bool) []string {
	if !selected {
		var out []string
		for _, f := range s.Findings {
			if f.Verdict == model.Problem && !c.asked.waits(f.Check) {
				out = append(out, fitLine(findingMargin+a.theme.verdict(f.Verdict)+" "+safe.Line(f.Check)+": "+safe.Line(f.Summary), w))
			}
		}
		return out
	}
	most := 4
	if c.tight {
		most = 2
	}
	var all, keys []string
	for _, v := range []model.Verdict{model.Problem, model.Unknown, model.OK, model.Skipped} {
		said := shared{verdict: v}
		for _, name := range s.Checks {
			i := slices.IndexFunc(s.Findings, func(f model.Finding) bool { return f.Check == name })
			if i >= 0 && s.Findings[i].Verdict == v && !c.asked.waits(name) {
				said.add(&s.Findings[i])
			}
		}
		all = append(all, said.lines(a, findingMargin, w, func(a *app, why string) string {
			if key := c.tokenKey(a, why); key != "" {
				keys = []string{findingMargin + "    " + key}
			}
			return ""
		})...)
	}
	for _, name := range s.Checks {
		if c.asked.waits(name) {
			all = append(all, findingMargin+"[ ] "+safe.Line(name)+": asking"+elapsed(a.Now().Sub(c.asked.since)))
		}
	}
	if len(all) <= most {
		return append(all, keys...)
	}
	const more = " … v shows all"
	last := ansi.Truncate(strings.TrimRight(all[most-1], " "), max(w-cells(more), 0), "")
	all = all[:most]
	all[most-1] = last + a.theme.faint.Render(more)
	return append(all, keys...)
}

// A shared is checks with the same verdict by what they say: where Meta cannot be
// reached, or there is no token, many say the same, and one line tells it.
type shared struct {
	verdict model.Verdict
	reasons []string
	names   map[string][]string
}

func (l *shared) add(f *model.Finding) {
	if l.names == nil {
		l.names = map[string][]string{}
	}
	if l.names[f.Summary] == nil {
		l.reasons = append(l.reasons, f.Summary)
	}
	l.names[f.Summary] = append(l.names[f.Summary], safe.Line(f.Check))
}

// lines draws a line for each reason, and what more there is to say of it.
func (l *shared) lines(a *app, margin string, w int, more func(a *app, why string) string) (out []string) {
	t := a.theme
	for _, why := range l.reasons {
		said := strings.Join(l.names[why], ", ") + ": " + safe.Line(why)
		if l.verdict == model.Skipped {
			said = t.faint.Render(said)
		}
		out = append(out, indent(margin+t.verdict(l.verdict)+" ", said, w)...)
		if s := more(a, why); s != "" {
			out = append(out, margin+"    "+s)
		}
	}
	return out
}

// fromLog is the source of a finding that needs no network.
const fromLog = "this log"

// nameWidth is the cells of most checks' names.
const nameWidth = 13

// findingLines are the checks that were run, and those still out, each in its
// place, so that an answer changes one line.
func (c *caseView) findingLines(a *app, w int) []string {
	t := a.theme
	head := "Checks"
	if acc := c.asked.account; acc.Name != "" {
		head += ", asked as " + safe.Line(acc.Name)
	}
	out := []string{a.theme.rule(head, w)}
	if c.asked.remark != "" {
		out = append(out, wrap(t.warn.Render(upper(safe.Line(c.asked.remark))), min(w, prose+20))...)
	}
	names, at := c.order()
	if len(names) == 0 {
		return append(out, t.faint.Render("none was run: C runs all, c those of the selected step"))
	}
	wide := min(w, prose+20)
	left := shared{verdict: model.Skipped}
	for _, name := range names {
		f := at[name]
		switch {
		case c.asked.waits(name):
			line := "[ ] " + inColumn(name) + " asking" + elapsed(a.Now().Sub(c.asked.since))
			if f != nil && f.Verdict != model.Skipped {
				line += t.faint.Render("; " + clock(f.At, a) + " it was " + string(f.Verdict))
			}
			out = append(out, fitLine(line, w))
		case f.Verdict == model.Skipped:
			left.add(f)
		default:
			said := safe.Line(f.Summary)
			if f.Source != fromLog { // what the log says does not age
				said += t.faint.Render("  (" + when(f, a) + ")")
			}
			out = append(out, indent(t.verdict(f.Verdict)+" "+inColumn(name)+" ", said, wide)...)
			if f.Verdict == model.Problem || f.Verdict == model.Unknown {
				for _, fact := range f.Facts {
					out = append(out, indent(strings.Repeat(" ", nameWidth+5), t.faint.Render(safe.Line(fact.Name)+": "+safe.Line(fact.Value)), wide)...)
				}
			}
		}
	}
	out = append(out, left.lines(a, "", wide, c.tokenKey)...)
	return append(out, t.faint.Render("v shows each answer in full, raw too"))
}

// inColumn is a check's name, as wide as the column; a longer one is not cut, since it is
// what 'unsent check' is asked for.
func inColumn(name string) string {
	name = safe.Line(name)
	return fit(name, max(nameWidth, cells(name)))
}

// tokenKey offers the key for an account where a check was left out for want of a
// token.
func (c *caseView) tokenKey(a *app, why string) string {
	if c.asked.noToken == "" || a.Accounts == nil || !strings.Contains(why, c.asked.noToken) {
		return ""
	}
	return a.theme.barKey.Render(" B ") + " accounts and their tokens"
}

// when is the time of an answer and its age, and how long it took where that is
// worth a word.
func when(f *model.Finding, a *app) string {
	s := clock(f.At, a) + ", " + age(f.At, a.Now())
	if f.Took >= 100*time.Millisecond {
		s += ", took " + seconds(f.Took)
	}
	return s
}

// clock is a time of day, with its date when that is not today.
func clock(t time.Time, a *app) string {
	here := t.In(a.Local)
	if now := a.Now().In(a.Local); here.YearDay() != now.YearDay() || here.Year() != now.Year() {
		return here.Format("2 Jan 15:04")
	}
	return here.Format("15:04")
}

// seconds is a short length of time, "0.3 s".
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// age is how old an answer is. Below a minute it is told in tens of seconds, which
// is as often as the screen is drawn anew for it.
func age(t, now time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return "no time"
	case d < -time.Minute:
		return "in the future"
	case d < 10*time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds())/10*10)
	}
	return passed(t, now)
}
