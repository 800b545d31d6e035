package ui

import (
	"encoding/json"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"unsent/check"
	"unsent/model"
	"unsent/safe"
)

// answers shows what the checks of a case have answered, one at a time and in
// full: what was asked, when, of whom, what it rests on, the raw answer.
type answers struct {
	c      *caseView
	name   string // the selected check
	off    int
	high   int
	total  int
	reveal bool
	line   int // where the selected check was drawn
	drawn  drawing
}

// openAnswers shows them from the first of the selected step on.
func (c *caseView) openAnswers(a *app) tea.Cmd {
	v := &answers{c: c}
	names, at := c.order()
	if s := c.step(); s != nil {
		for _, name := range s.Checks {
			if v.name == "" && (at[name] != nil || c.asked.waits(name)) {
				v.name = name
			}
		}
	}
	if v.name == "" && len(names) > 0 {
		v.name = names[0]
	}
	a.push(v)
	return nil
}

func (v *answers) title(*app) string { return v.c.target().String() + " checks" }

func (v *answers) cursorLine() int { return v.line }

// place is the number of the selected check among those that are listed.
func (v *answers) place(names []string) int {
	for i, name := range names {
		if name == v.name {
			return i
		}
	}
	return 0
}

func (v *answers) lines(a *app, sz size, _ bool) []string {
	t := a.theme
	names, at := v.c.order()
	v.line = -1
	if len(names) == 0 {
		return block([]string{"", " No check was run yet.", " C runs all"}, sz)
	}
	i := v.place(names)
	n := min(len(names), max(sz.h/3, 1))
	first := max(min(i-n/2, len(names)-n), 0)
	var out []string
	for j := first; j < first+n; j++ {
		name, f := names[j], at[names[j]]
		mark, said := "[ ]", "asking"+elapsed(a.Now().Sub(v.c.asked.since))
		if !v.c.asked.waits(name) {
			mark, said = t.verdict(f.Verdict), safe.Line(f.Summary)
		}
		line := " " + mark + " " + fit(safe.Line(name), 18) + " " + said
		if j == i {
			if v.line = len(out); !v.c.asked.waits(name) {
				line = " [" + t.signs.verdict[f.Verdict] + "] " + fit(safe.Line(name), 18) + " " + said
			}
			line = t.selected.Render(fit(">"+line[1:], sz.w))
		}
		out = append(out, fit(line, sz.w))
	}
	if sz.h > 8 {
		rule := a.theme.rule("", sz.w)
		if n < len(names) { // the list does not show all
			rule = " " + a.theme.rule(fmt.Sprintf("check %d of %d", i+1, len(names)), sz.w-1)
		}
		out = append(out, rule)
	}
	w := max(sz.w-2, 1)
	more := v.answer(a, names[i], at[names[i]], w)
	v.high, v.total = max(sz.h-len(out), 1), len(more)
	v.off = max(min(v.off, v.total-v.high), 0)
	shown := more[min(v.off, len(more)):]
	for j, l := range shown {
		if j == v.high-1 && len(shown) > v.high {
			l = fit(l, max(sz.w-9, 0)) + t.faint.Render(" more ↓")
		}
		out = append(out, " "+l)
		if j == v.high-1 {
			break
		}
	}
	return block(out, sz)
}

// answer is all that is known of one check.
func (v *answers) answer(a *app, name string, f *model.Finding, w int) []string {
	t := a.theme
	if f == nil {
		title := name
		if k := check.Find(name); k != nil {
			title = k.Title
		}
		return append(wrap(t.strong.Render(safe.Line(title)), w), "asking"+elapsed(a.Now().Sub(v.c.asked.since)))
	}
	out := wrap(t.strong.Render(safe.Line(f.Title)), w)
	out = append(out, indent(t.verdict(f.Verdict)+" "+string(f.Verdict)+": ", safe.Line(strings.TrimPrefix(f.Summary, string(f.Verdict)+": ")), min(w, prose+20))...)
	out = append(out, "")
	names := 12 // cells; a long name gets a line of its own before any is cut
	for _, x := range f.Facts {
		if n := cells(safe.Line(x.Name)); n <= min(30, w/3) {
			names = max(names, n)
		}
	}
	fact := func(name, value string) {
		switch name = safe.Line(name); {
		case value == "":
		case cells(name) > names:
			out = append(out, wrap(t.faint.Render(name), w)...)
			out = append(out, indent(strings.Repeat(" ", names+1), value, w)...)
		default:
			out = append(out, indent(t.faint.Render(fit(name, names))+" ", value, w)...)
		}
	}
	at := moment(f.At, a.Local) + ", " + age(f.At, a.Now())
	if f.Verdict == model.Skipped {
		fact("left out", at)
	} else {
		fact("asked of", safe.Line(f.Source))
		fact("when", at)
		if f.Source != fromLog {
			fact("took", seconds(f.Took))
		}
	}
	for _, x := range f.Facts {
		fact(x.Name, v.show(a, x.Value))
	}
	if k := check.Find(name); k != nil && k.Hand != "" {
		fact("o opens", k.Hand)
	}
	out = append(out, "", a.theme.rule("Raw answer", w))
	key := fmt.Sprint(name, f.At, len(f.Raw), w, v.reveal, a.isDark)
	if v.drawn.key != key {
		v.drawn = drawing{key, v.raw(a, f, w)}
	}
	return append(out, v.drawn.lines...)
}

// show makes a value of an answer harmless, with people's numbers masked until
// they are revealed.
func (v *answers) show(a *app, s string) string { return masked(a.clean(s), v.reveal) }

// raw is the answer as it came, made harmless and without secrets.
func (v *answers) raw(a *app, f *model.Finding, w int) []string {
	if strings.TrimSpace(f.Raw) == "" {
		said := "There is none."
		switch {
		case f.Verdict == model.Skipped:
			said = "Nobody was asked."
		case f.Source == fromLog:
			said = "The log answered; nobody was asked."
		}
		return []string{a.theme.faint.Render(said)}
	}
	var out []string
	for _, line := range strings.Split(prettyLines(f.Raw), "\n") {
		line = v.show(a, line)
		out = append(out, wrap(line, w)...)
	}
	return out
}

// prettyLines indents a text that is JSON, or each of its lines that is.
func prettyLines(s string) string {
	if json.Valid([]byte(s)) {
		return pretty(s)
	}
	lines := strings.Split(strings.TrimRight(s, "\r\n"), "\n")
	for i, l := range lines {
		if l = strings.TrimSpace(l); strings.HasPrefix(l, "{") || strings.HasPrefix(l, "[") {
			lines[i] = pretty(l)
		}
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	return strings.Join(lines, "\n")
}

func (v *answers) actions(a *app) []action {
	names, at := v.c.order()
	some := func(*app) string {
		if len(names) == 0 {
			return "no check was run yet"
		}
		return ""
	}
	pick := func(by int) func(*app) tea.Cmd {
		return func(*app) tea.Cmd {
			if i := v.place(names) + by; i >= 0 && i < len(names) {
				v.name, v.off = names[i], 0
			}
			return nil
		}
	}
	hand := ""
	if len(names) > 0 {
		if k := check.Find(names[v.place(names)]); k != nil {
			hand = k.Hand
		}
	}
	list := []action{
		{name: "check", keys: []string{"c"}, help: "run the selected check again", short: "again", why: some, do: func(a *app) tea.Cmd {
			return v.c.check(a, []string{names[v.place(names)]})
		}},
		{name: "check-all", keys: []string{"C"}, help: "run all checks that the article asks for", short: "all", do: func(a *app) tea.Cmd { return v.c.check(a, nil) }},
		{name: "next-check", keys: []string{"tab", "n"}, help: "next check", short: "next", why: some, do: pick(1)},
		{name: "previous-check", keys: []string{"shift+tab", "p"}, help: "previous check", why: some, do: pick(-1)},
		{name: "page", keys: []string{"o"}, help: "open the page where one looks by hand", why: func(*app) string {
			if hand == "" {
				return "the log answers this; there is no page"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return openLink(a.ctx, a.Deps, hand) }},
		{name: "reveal", keys: []string{"r"}, help: "show or hide whole numbers; showing is written to the audit trail", why: func(*app) string {
			if len(names) == 0 || at[names[v.place(names)]] == nil {
				return "there is no answer to show"
			}
			return ""
		}, do: func(a *app) tea.Cmd {
			if v.reveal = !v.reveal; !v.reveal {
				return a.say("numbers are masked")
			}
			ctx, s, who, target := a.ctx, a.Store, a.Who, v.c.target().String()
			a.say("numbers are shown in full; this is on the audit trail")
			return func() tea.Msg {
				if err := s.Log(ctx, who, "reveal", target, "numbers in the answers of checks"); err != nil {
					return changed{err: err}
				}
				return nil
			}
		}},
	}
	return append(list, moves(func(_ *app, by int) tea.Cmd {
		v.off = min(max(v.off+by, 0), max(v.total-v.high, 0))
		return nil
	}, func() int { return v.high }, func() int { return v.total })...)
}
