package ui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/textinput"

	"unsent/model"
	"unsent/safe"
)

// This file moves messages to another incident by hand: marks in the list of
// messages, and the choice of the incident.

// markActions mark messages, so that one key moves all of them.
func (r *rows) markActions(some func(*app) string) []action {
	return []action{
		{name: "move", keys: []string{"m"}, help: "move it, or all marked, to another incident", short: "move", why: func(*app) string {
			if len(r.chosen()) == 0 {
				return "no message is selected"
			}
			return ""
		}, do: func(a *app) tea.Cmd {
			places := map[model.MessageID]model.IncidentID{}
			for _, f := range r.chosen() {
				places[f.ID] = f.Incident
			}
			return a.openMover(places)
		}},
		{name: "mark", keys: []string{"space"}, help: "mark it, or unmark it; m moves all marked", why: some, do: func(a *app) tea.Cmd {
			if f := r.selected(); r.marks[f.ID] != nil {
				delete(r.marks, f.ID)
				r.marked = 0
			} else {
				r.mark(f)
			}
			return r.move(a, 1)
		}},
		{name: "mark-range", keys: []string{"ctrl+space"}, help: "mark all from the last mark to here", why: func(a *app) string {
			if r.selected() != nil && r.markedAt() < 0 {
				return "space marks the message where the range begins"
			}
			return some(a)
		}, do: func(a *app) tea.Cmd {
			from, to := r.markedAt(), r.at
			for i := min(from, to); i <= max(from, to); i++ {
				r.mark(&r.list[i])
			}
			return a.say(model.Count(len(r.marks), "message is", "messages are") + " marked")
		}},
		{name: "unmark", keys: []string{"ctrl+\\"}, help: "clear all marks", do: func(a *app) tea.Cmd {
			r.marks, r.marked = nil, 0
			return a.say("marks cleared")
		}},
	}
}

func (r *rows) mark(f *model.Failure) {
	if r.marks == nil {
		r.marks = map[model.MessageID]*model.Failure{}
	}
	kept := *f
	r.marks[f.ID], r.marked = &kept, f.ID
}

// markedAt is the row of the last mark, -1 when it is not among those in memory.
func (r *rows) markedAt() int {
	return slices.IndexFunc(r.list, func(f model.Failure) bool { return f.ID == r.marked })
}

// chosen are the messages that are to be moved: the marked ones, also those that
// are out of sight, or else the selected one.
func (r *rows) chosen() (list []*model.Failure) {
	for _, f := range r.marks {
		list = append(list, f)
	}
	if f := r.selected(); len(list) == 0 && f != nil {
		list = append(list, f)
	}
	return list
}

// took brings the list up to date after a move, and leaves the selection where it
// is: the next message to be moved is the next one down.
func (r *rows) took(a *app, m model.Move) tea.Cmd {
	r.marks, r.marked = nil, 0
	gone := func(f model.Failure) bool {
		return r.query.Incident != 0 && r.query.Incident != m.To && slices.Contains(m.Messages, f.ID)
	}
	for _, f := range r.list[:min(r.at, len(r.list))] {
		if gone(f) {
			r.at--
		}
	}
	r.list = slices.DeleteFunc(r.list, gone)
	for i := range r.list {
		f := &r.list[i]
		switch {
		case slices.Contains(m.Back, f.ID):
			f.Incident, f.Moved = m.To, model.Moved{}
		case slices.Contains(m.Messages, f.ID):
			f.Incident, f.Moved = m.To, model.Moved{From: f.Incident, Who: a.Who, At: a.Now()}
		}
	}
	if len(r.list) == 0 && !(r.atTop && r.atEnd) {
		return r.first(a)
	}
	ctx, id := r.counts.start(a.ctx)
	return tea.Batch(r.move(a, 0), countRows(ctx, r, id, a.Store, r.query))
}

// moveAction is what a case can do of it: its message, where it is one.
func (c *caseView) moveAction() action {
	return action{name: "move", keys: []string{"m"}, help: "move the message to another incident", why: func(*app) string {
		if c.msgID == 0 {
			return "this is an incident; l lists its messages, and m moves them"
		}
		return ""
	}, do: func(a *app) tea.Cmd {
		return a.openMover(map[model.MessageID]model.IncidentID{c.msgID: c.inc.ID})
	}}
}

// messagesNamed is one message by its number, or how many.
func messagesNamed(list []model.MessageID) string {
	if len(list) == 1 {
		return list[0].String()
	}
	return model.Count(len(list), "message", "messages")
}

// mover chooses where messages belong. Typing filters.
type mover struct {
	messages []model.MessageID
	all      []target
	more     bool // there are incidents beside those
	text     textinput.Model
	at       int
}

// A target is an incident, 0 for a new one, and its line.
type target struct {
	id    model.IncidentID
	label string
}

func (a *app) openMover(places map[model.MessageID]model.IncidentID) tea.Cmd {
	m := &mover{text: newText(""), more: a.totals.Incidents > len(a.home.all)}
	only := model.IncidentID(0) // where all of them are
	for id, in := range places {
		if m.messages = append(m.messages, id); len(m.messages) == 1 {
			only = in
		} else if only != in {
			only = 0
		}
	}
	slices.Sort(m.messages)
	var scattered []target // the others are faults, which come first here as well
	for _, inc := range a.home.all {
		if inc.ID == only || inc.Failures == 0 {
			continue
		}
		x := target{inc.ID, strings.Join([]string{fit(inc.ID.String(), 6), right(model.Thousands(inc.Failures), 7), fit(errorName(inc), 8), safe.Line(where(inc))}, " ")}
		if inc.Shape == model.ShapeScattered {
			scattered = append(scattered, x)
		} else {
			m.all = append(m.all, x)
		}
	}
	m.all = append(m.all, scattered...)
	m.at = m.first()
	a.overlays = append(a.overlays, m)
	return nil
}

// shown are the incidents that match what was typed: first the one whose number it
// is, which may also be one that the list does not have.
func (m *mover) shown() []target {
	typed := strings.ToLower(strings.TrimSpace(m.text.Value()))
	fresh := target{0, fit("new", 6) + " a new incident of " + messagesNamed(m.messages)}
	if typed == "" {
		return append([]target{fresh}, m.all...)
	}
	var out []target
	for _, x := range append(slices.Clone(m.all), fresh) {
		hay, ok := strings.ToLower(x.label), true
		for _, w := range strings.Fields(typed) {
			ok = ok && strings.Contains(hay, w)
		}
		switch {
		case typed == x.id.String():
			out = append([]target{x}, out...)
		case ok:
			out = append(out, x)
		}
	}
	if t, err := model.ParseTarget(typed); err == nil && t.Incident != 0 && m.more && !slices.ContainsFunc(m.all, func(x target) bool { return x.id == t.Incident }) {
		out = append([]target{{t.Incident, fit(t.Incident.String(), 6) + " an incident that is not among the biggest"}}, out...)
	}
	return out
}

// first is what is selected at first: an incident, where there is one.
func (m *mover) first() int {
	if m.text.Value() == "" {
		return min(1, len(m.all))
	}
	return 0
}

func (m *mover) box(a *app, sz size) []string {
	w := min(76, sz.w)
	m.text.SetWidth(max(w-8, 1))
	shown := m.shown()
	lines := []string{m.text.View()}
	if sz.h > 8 {
		lines = append(lines, a.theme.faint.Render("  "+fit("", 6)+" "+right("FAILED", 7)+" "+fit("CODE", 8)+" WHERE"))
	}
	room := max(sz.h-2-len(lines), 1)
	first := max(min(m.at-room/2, len(shown)-room), 0)
	for i := first; i < len(shown) && i < first+room; i++ {
		sign := "  "
		if i == m.at {
			sign = "> "
		}
		line := sign + shown[i].label
		if i == m.at {
			line = a.theme.selected.Render(fit(line, max(w-3, 0)))
		}
		lines = append(lines, line)
	}
	if len(shown) == 0 {
		said := "no incident is like that"
		if m.more {
			said += " among the biggest; type the whole number of another, as i734"
		}
		lines = append(lines, wrap(a.theme.warn.Render(said), max(w-4, 1))...)
	}
	return a.frameBox("Move "+messagesNamed(m.messages)+" to which incident?", lines, sz, w)
}

func (m *mover) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	shown := m.shown()
	if moved(k, &m.at, len(shown)) {
		return nil
	}
	switch k.String() {
	case "esc":
		a.close()
		return nil
	case "enter":
		if m.at >= len(shown) {
			return nil
		}
		a.close()
		return moveTo(a.ctx, a.Store, m.messages, shown[m.at].id, a.Who, a.top())
	}
	var cmd tea.Cmd
	m.text, cmd = m.text.Update(k)
	m.at = m.first()
	return cmd
}

func (m *mover) paste(_ *app, text string) tea.Cmd {
	m.text.SetValue(m.text.Value() + safe.Line(strings.TrimSpace(text)))
	m.at = m.first()
	return nil
}

func (m *mover) cursor() (int, int, bool) {
	c := m.text.Cursor()
	if c == nil {
		return 0, 0, false
	}
	return c.X + 2, 1, true
}

// placed tells that messages were moved, for the screen that they were moved on.
type placed struct {
	from screen
	move model.Move
	err  error
}

func moveTo(ctx context.Context, s Store, messages []model.MessageID, to model.IncidentID, who string, from screen) tea.Cmd {
	return func() tea.Msg {
		m, err := s.Move(ctx, messages, to, who)
		return placed{from, m, err}
	}
}

func (p placed) arrive(a *app) tea.Cmd {
	if p.err != nil {
		return a.fail(p.err)
	}
	said := placedText(p.move)
	a.undos, a.redos = append(a.undos, turning{1, said}), nil
	a.say(said + undoable)
	a.home.likely.forget()
	cmds := []tea.Cmd{a.reload()}
	for _, s := range a.stack {
		if r, ok := s.(*rows); ok {
			cmds = append(cmds, r.took(a, p.move))
		}
	}
	if c, ok := p.from.(*caseView); ok {
		c.inc.ID = p.move.To
		cmds = append(cmds, c.load(a))
	}
	return tea.Batch(cmds...)
}

// placedText says what was moved: "m4 moved from i2 to i7".
func placedText(m model.Move) string {
	said := messagesNamed(m.Messages) + " moved"
	switch n := len(m.From); {
	case n == 1:
		said += " from " + m.From[0].String()
	case n > 1:
		said += " from " + model.Count(n, "incident", "incidents")
	}
	if m.New {
		said += " to " + m.To.String() + ", a new incident"
	} else {
		said += " to " + m.To.String()
	}
	if m.Already > 0 {
		said += "; " + model.Count(m.Already, "was", "were") + " there already"
	}
	return said
}

// movedLines say what was moved by hand, since that is not in the log.
func (c *caseView) movedLines(a *app, w int) []string {
	var said []string
	if f := c.data.Message; f != nil && f.Moved.From != 0 {
		said = append(said, "It was moved here "+movedText(f.Moved, a)+".")
	}
	if c.msgID == 0 {
		if n := c.data.MovedHere; n > 0 {
			said = append(said, model.Count(n, "message was", "messages were")+" moved here by hand.")
		}
		if n := c.data.MovedAway; n > 0 {
			said = append(said, model.Count(n, "message was", "messages were")+" moved from here to another incident by hand; how the fault looks in the log is told with "+them(n)+".")
		}
	}
	if len(said) == 0 {
		return nil
	}
	return wrap(a.theme.warn.Render(strings.Join(said, " ")), w)
}

// movedText is "from i2 by hand: alex, 13 May …".
func movedText(m model.Moved, a *app) string {
	if m.From == 0 {
		return ""
	}
	return "from " + m.From.String() + " by hand: " + safe.Line(m.Who) + ", " + moment(m.At, a.Local)
}

func them(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
