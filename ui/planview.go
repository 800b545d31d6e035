package ui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
	"unsent/triage"
)

// planView shows the retry plan of an incident or a message: what goes when, what
// is not sent and why. Nothing is ever sent from here; the list is written to a
// file for the system that sends.
type planView struct {
	target model.Target
	sum    triage.PlanSum
	made   bool
	send   []planLine // the first of what is to be sent
	left   []planLine // the first of what is not
	err    error
	making task
	done   planGoesOn
	ask    PlanAsk
	file   string // the list that was written last

	tab    int
	reveal bool
	off    int
	high   int
	total  int
	drawn  drawing
}

// A planLine is one message of a plan.
type planLine struct {
	id                  model.MessageID
	to, template        string // untrusted
	notBefore, notAfter time.Time
	retry               int
	window              bool
	why, instead        string // untrusted: a reason may quote what a check found
	newer               model.MessageID
}

// planShown is how many messages of either kind are listed. The rest is in the
// lists that w and W write.
const planShown = 500

// planTick is how often a plan that is being made says how far it is.
const planTick = time.Second

// The parts of the page.
const (
	planSummary = iota
	planSends
	planLeft
)

var planTabs = []string{"Plan", "To send", "Left out"}

// planAction opens the plan of what is selected.
func planAction(target func() (model.Target, bool)) action {
	return action{name: "plan", keys: []string{"p"}, help: "the retry plan: what may be sent again and when, and why the rest not", short: "plan", why: func(a *app) string {
		if _, ok := target(); !ok {
			return "no incident is selected"
		}
		if a.Plan == nil {
			return "no plan can be made here; 'unsent plan' makes one"
		}
		return ""
	}, do: func(a *app) tea.Cmd {
		t, _ := target()
		v := &planView{target: t}
		a.push(v)
		return v.make(a, PlanAsk{Target: t})
	}}
}

// make makes the plan anew, since time goes on, and writes a list where that is
// asked for.
func (v *planView) make(a *app, ask PlanAsk) tea.Cmd {
	ctx, id := v.making.start(a.ctx)
	v.ask, v.done, v.err = ask, planGoesOn{}, nil
	return makePlan(ctx, v, id, a.Plan, ask)
}

// planGoesOn says how far the making is.
type planGoesOn struct {
	v         *planView
	id        int
	done, all int
	more      tea.Cmd
}

type planMade struct {
	v          *planView
	id         int
	plan       Planned
	send, left []planLine
	err        error
}

// makePlan starts the making and delivers its first message. Progress goes through
// a channel that holds only the newest, so that it never waits for the screen.
func makePlan(ctx context.Context, v *planView, id int, plan func(context.Context, PlanAsk, func(int, int), func(*model.Failure, *triage.Retry)) (Planned, error), ask PlanAsk) tea.Cmd {
	return func() tea.Msg {
		progress, made := make(chan planGoesOn, 1), make(chan planMade, 1)
		go func() {
			m := planMade{v: v, id: id}
			m.plan, m.err = plan(ctx, ask, func(done, all int) {
				if done%256 != 0 {
					return
				}
				select {
				case <-progress:
				default:
				}
				progress <- planGoesOn{done: done, all: all}
			}, func(f *model.Failure, r *triage.Retry) {
				list := &m.send
				if r.Refused != nil {
					list = &m.left
				}
				if len(*list) < planShown {
					*list = append(*list, planLineOf(f, r))
				}
			})
			made <- m
		}()
		return planNext(v, id, progress, made)()
	}
}

func planNext(v *planView, id int, progress <-chan planGoesOn, made <-chan planMade) tea.Cmd {
	return func() tea.Msg {
		tick := time.NewTimer(planTick)
		defer tick.Stop()
		select {
		case m := <-made:
			return m
		case <-tick.C:
		}
		m := planGoesOn{}
		select {
		case m = <-progress:
		default:
		}
		m.v, m.id, m.more = v, id, planNext(v, id, progress, made)
		return m
	}
}

func (m planGoesOn) arrive(*app) tea.Cmd {
	if m.v.making.current(m.id) && m.all > 0 {
		m.v.done.done, m.v.done.all = m.done, m.all
	}
	return m.more
}

func (m planMade) arrive(a *app) tea.Cmd {
	v := m.v
	if !v.making.current(m.id) {
		if m.plan.File != "" { // it was stopped when the list was there already
			return a.say("the list was written before it was stopped: " + safe.Line(m.plan.File))
		}
		return nil
	}
	v.making.done()
	if whole := !m.plan.Sum.Made.IsZero(); whole {
		v.sum, v.send, v.left, v.made, v.drawn = m.plan.Sum, m.send, m.left, true, drawing{}
	}
	if m.err != nil {
		if !v.made {
			v.err = m.err
		}
		return a.fail(m.err)
	}
	if m.plan.File == "" {
		return nil
	}
	v.file = m.plan.File
	numbers := "numbers masked"
	if v.ask.Full {
		numbers = "numbers in full"
	}
	what := model.Count(v.sum.Planned, "message", "messages") + " to be sent"
	if v.ask.Write == PlanLeftOut {
		what = model.Count(v.sum.RefusedCount(), "message", "messages") + " left out"
	}
	return a.say(what + ", " + numbers + ", written to " + safe.Line(v.file) + "; nothing was sent")
}

func planLineOf(f *model.Failure, r *triage.Retry) planLine {
	l := planLine{id: f.ID, to: strings.Clone(firstOf(f.Recipient, f.RecipientUser)), template: strings.Clone(firstOf(f.Template, f.Kind)),
		notBefore: r.NotBefore, notAfter: r.NotAfter, retry: r.Number, window: r.Window, newer: r.Newer}
	if r.Refused != nil {
		l.why, l.instead = r.Refused.Why, r.Refused.Do
	}
	return l
}

func (v *planView) title(*app) string { return v.target.String() + " retry plan" }

// stop ends the making. What was made before stays.
func (v *planView) stop(a *app) tea.Cmd {
	v.making.stop()
	if !v.made {
		a.pop()
		return a.say("stopped; no plan was made")
	}
	return a.say("stopped; the plan is still the one of " + v.sum.Made.Format("15:04:05 UTC"))
}

// planning is the plan that is being made, nil when none is.
func (a *app) planning() *planView {
	for _, s := range a.stack {
		if v, ok := s.(*planView); ok && v.making.active {
			return v
		}
	}
	return nil
}

// write asks which numbers the list is to have, and writes it.
func (v *planView) write(a *app, what PlanList) tea.Cmd {
	write := func(full bool) func(a *app) tea.Cmd {
		return func(a *app) tea.Cmd { return v.make(a, PlanAsk{Target: v.target, Write: what, Full: full}) }
	}
	a.overlays = append(a.overlays, &confirm{
		question: "Write the list with whole numbers?",
		detail:   "A system that sends needs them. The plan is made anew first, the file is readable by you only, and the audit trail says which it has.",
		yes:      "whole numbers", no: "masked numbers",
		do: write(true), other: write(false),
	})
	return nil
}

func (v *planView) actions(a *app) []action {
	busy := func(*app) string {
		if v.making.active {
			return "the plan is being made"
		}
		return ""
	}
	list := []action{
		{name: "write", keys: []string{"w"}, help: "write the list of what is to be sent, for the system that sends", short: "write list", why: func(a *app) string {
			if why := busy(a); why != "" || !v.made {
				return firstOf(why, "there is no plan")
			}
			if v.sum.Planned == 0 {
				return "nothing of it is to be sent now"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return v.write(a, PlanToSend) }},
		{name: "write-left-out", keys: []string{"W"}, help: "write the list of what is left out, with the reasons", why: func(a *app) string {
			if why := busy(a); why != "" || !v.made {
				return firstOf(why, "there is no plan")
			}
			if v.sum.RefusedCount() == 0 {
				return "nothing of it is left out"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return v.write(a, PlanLeftOut) }},
		{name: "next-tab", keys: []string{"tab", "right"}, help: "next part: plan, to send, left out", short: "parts", do: func(*app) tea.Cmd { return v.show(v.tab + 1) }},
		{name: "previous-tab", keys: []string{"shift+tab", "left"}, help: "previous part", do: func(*app) tea.Cmd { return v.show(v.tab - 1) }},
		{name: "refresh", keys: []string{"ctrl+r", "p"}, help: "make the plan anew: time goes on", short: "anew", why: busy, do: func(a *app) tea.Cmd {
			return v.make(a, PlanAsk{Target: v.target})
		}},
		{name: "reveal", keys: []string{"r"}, help: "show or hide whole numbers; showing is written to the audit trail", do: func(a *app) tea.Cmd {
			if v.reveal = !v.reveal; !v.reveal {
				return a.say("numbers are masked")
			}
			ctx, s, who, target := a.ctx, a.Store, a.Who, v.target.String()
			a.say("numbers are shown in full; this is on the audit trail")
			return func() tea.Msg {
				if err := s.Log(ctx, who, "reveal", target, "numbers of the retry plan shown in full"); err != nil {
					return changed{err: err}
				}
				return nil
			}
		}},
	}
	if v.making.active {
		list = append(list, action{name: "stop", keys: []string{"esc", "-"}, help: "stop making the plan", short: "stop", do: v.stop})
	}
	return append(list, moves(func(_ *app, by int) tea.Cmd {
		v.off = min(max(v.off+by, 0), max(v.total-v.high, 0))
		return nil
	}, func() int { return v.high }, func() int { return v.total })...)
}

func (v *planView) show(tab int) tea.Cmd {
	v.tab, v.off = (tab+len(planTabs))%len(planTabs), 0
	return nil
}

func (v *planView) lines(a *app, sz size, _ bool) []string {
	t := a.theme
	w := max(sz.w-2, 1)
	var top, text []string
	switch {
	case v.making.active && (v.ask.Write != PlanShown || !v.made):
		top = append(top, wrap(t.accent.Render(v.progress(a)), w)...)
	case v.err != nil:
		top = append(top, wrap(t.bad.Render(safe.Line(v.err.Error())), w)...)
		top = append(top, wrap(safe.Line(model.Hint(v.err)), w)...)
		top = append(top, "ctrl+r tries again")
	case !v.made:
		top = append(top, "No plan was made. ctrl+r makes one.")
	}
	if v.made {
		if v.sum.Outage != "" {
			top = append(top, wrap(t.bad.Render("WAIT")+" "+v.shown(v.sum.Outage), w)...)
		}
		var names []string
		for i, name := range planTabs {
			switch n := [...]int{planSends: v.sum.Planned, planLeft: v.sum.RefusedCount()}[i]; {
			case i == planSummary:
			default:
				name += " " + model.Thousands(n)
			}
			if i == v.tab {
				name = t.head.Render("[" + name + "]")
			} else {
				name = t.faint.Render(" " + name + " ")
			}
			names = append(names, name)
		}
		if len(top) > max(sz.h-3, 1) {
			top = top[:max(sz.h-3, 1)]
		}
		top = append(top, fitLine(strings.Join(names, ""), w))
		if key := fmt.Sprint(v.sum.Made, v.tab, w, v.reveal, a.isDark); v.drawn.key != key {
			v.drawn = drawing{key, v.part(a, w)}
		}
		text = v.drawn.lines
	}
	v.high, v.total = max(sz.h-len(top), 1), len(text)
	v.off = max(min(v.off, v.total-v.high), 0)
	shown := text[min(v.off, len(text)):]
	if len(shown) > v.high {
		shown = append([]string(nil), shown[:v.high]...)
		shown[v.high-1] = fit(shown[v.high-1], max(w-8, 0)) + t.faint.Render(" more ↓")
	}
	out := append(top, shown...)
	for i := range out {
		out[i] = " " + out[i]
	}
	return block(out, sz)
}

// progress is how far the making is, once it takes more than a second.
func (v *planView) progress(a *app) string {
	s := "making the plan"
	if v.ask.Write != PlanShown {
		s = "writing the list, with the plan made anew"
	}
	if v.done.all > 0 {
		s += fmt.Sprintf(" of %s: %d %%", model.Count(v.done.all/2, "message", "messages"), min(v.done.done*100/v.done.all, 99))
	}
	return s + "  esc stops"
}

// shown makes what a reason quotes harmless.
func (v *planView) shown(s string) string { return masked(s, v.reveal) }

// part is the lines of the part that is shown.
func (v *planView) part(a *app, w int) []string {
	switch v.tab {
	case planSends:
		return v.sends(a, w)
	case planLeft:
		return v.leftOut(a, w)
	}
	var out []string
	for i, line := range v.sum.Lines(a.Local) {
		text := strings.TrimLeft(line, " ")
		pad := line[:len(line)-len(text)]
		head, rest, isRefusal := strings.Cut(text, ": ")
		switch {
		case i == 0:
			style := a.theme.good
			if v.sum.Planned == 0 {
				style = a.theme.warn
			}
			out = append(out, wrap(style.Render(v.shown(text)), min(w, prose+20))...)
		case isRefusal && strings.HasPrefix(text, "Not sent, "):
			if len(out) > 0 && out[len(out)-1] != "" {
				out = append(out, "")
			}
			out = append(out, wrap(a.theme.strong.Render(head+":")+" "+v.shown(rest), min(w, prose+20))...)
		case isRefusal && head == "Mind":
			out = append(out, indent(a.theme.warn.Render("Mind: "), v.shown(rest), min(w, prose+20))...)
		default:
			out = append(out, indent(pad, v.shown(text), min(w, prose+20))...)
		}
	}
	return append(out, "", a.theme.faint.Render("Made "+moment(v.sum.Made, a.Local)+". Nothing is sent by unsent."))
}

// sends is what goes, and when.
func (v *planView) sends(a *app, w int) []string {
	if len(v.send) == 0 {
		return []string{"", "Nothing of it is to be sent now; the next part says why."}
	}
	to, template := 18, 0
	if w >= 100 {
		template = w - 2 - 10 - 21 - 21 - 6 - to
	} else if w < 60 {
		to = 0
	}
	row := func(id, from, until, retry, who, name string) string {
		s := fit(id, 9) + " " + fit(from, 20) + " "
		if w >= 72 {
			s += fit(until, 20) + " "
		}
		s += fit(retry, 5) + " "
		if to > 0 {
			s += fit(who, to) + " "
		}
		if template > 0 {
			s += middle(name, template)
		}
		return fitLine(strings.TrimRight(s, " "), w)
	}
	out := []string{a.theme.faint.Render(row("ID", "NOT BEFORE (UTC)", "NOT AFTER (UTC)", "RETRY", "RECIPIENT", "TEMPLATE"))}
	for _, l := range v.send {
		who := safe.Line(l.to)
		if !v.reveal {
			who = safe.Line(safe.MaskPhone(l.to))
		}
		line := row(l.id.String(), l.notBefore.Format("2006-01-02 15:04:05"), l.notAfter.Format("2006-01-02 15:04:05"), itoa(l.retry), who, masked(l.template, v.reveal))
		out = append(out, line)
		if l.window {
			out = append(out, indent("          ", a.theme.warn.Render("free text: only while the customer service window is open"), w)...)
		}
	}
	if more := v.sum.Planned - len(v.send); more > 0 {
		out = append(out, wrap(a.theme.faint.Render("and "+model.Thousands(more)+" more; w writes all of them to a file"), w)...)
	}
	return out
}

// leftOut is what does not go, and why.
func (v *planView) leftOut(a *app, w int) []string {
	if len(v.left) == 0 {
		return []string{"", "Nothing of it is left out."}
	}
	var out []string
	for _, l := range v.left {
		why := v.shown(l.why)
		if l.newer != 0 {
			why += " (" + l.newer.String() + ")"
		}
		out = append(out, indent(fit(l.id.String(), 9)+" ", why, min(w, prose+20))...)
		if l.instead != "" {
			out = append(out, indent("          ", a.theme.faint.Render(v.shown(l.instead)), min(w, prose+20))...)
		}
	}
	if more := v.sum.RefusedCount() - len(v.left); more > 0 {
		out = append(out, wrap(a.theme.faint.Render("and "+model.Thousands(more)+" more; W writes all of them to a file"), w)...)
	}
	return out
}
