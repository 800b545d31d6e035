package ui

import (
	"context"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
)

// mapping shows what the columns of a table are taken for, lets the agent say
// better, and loads the table with that. Nothing is stored before that.
type mapping struct {
	log     Log
	former  *model.Import // the import that is corrected, nil for none
	t       model.Table
	how     model.Reading
	before  model.Reading   // what t was made with
	kept    model.Reading   // what was said earlier about such tables
	guessed map[string]bool // columns (Ref) that were filled in by their values
	at, off int
	high    int // lines of the list when it was drawn last
	looking task
	waiting bool           // load as soon as the table is known
	filling bool           // say what values look like as soon as the table is known
	changes []columnChange // for z, the last one at the end
	undone  []columnChange // for Z
}

// A columnChange is what stood on the screen before the agent changed it.
type columnChange struct {
	how     model.Reading
	guessed map[string]bool
}

// tableLooked brings what a log would be read as. A mapping that is not open yet
// opens with it.
type tableLooked struct {
	m    *mapping
	id   int
	t    model.Table
	err  error
	open bool
	why  error // what the import failed with, for a log that turns out to be no table
}

// askColumns is what an import does that cannot tell the columns: it asks, unless
// the agent is in the middle of something else.
func (a *app) askColumns(l Log, why error) tea.Cmd {
	free := a.top() == screen(a.home)
	switch a.top().(type) {
	case *imports, *mapping: // the next table waits on top of the one being asked about
		free = true
	}
	if len(a.overlays) > 0 || !free {
		return a.warn(safe.Line(a.clean(why.Error())) + "; load it again from home to say what its columns are")
	}
	return a.openMapping(l, nil, why)
}

func (a *app) openMapping(l Log, former *model.Import, why error) tea.Cmd {
	m := &mapping{log: l, former: former}
	ctx, id := m.looking.start(a.ctx)
	look := a.Preview
	return func() tea.Msg {
		t, err := look(ctx, l, nil)
		return tableLooked{m: m, id: id, t: t, err: err, open: true, why: why}
	}
}

func (m tableLooked) arrive(a *app) tea.Cmd {
	if !m.m.looking.current(m.id) {
		return nil
	}
	m.m.looking.done()
	if m.open {
		return m.m.begin(a, m)
	}
	if m.err != nil {
		m.m.how, m.m.waiting = clone(m.m.before), false
		if n := len(m.m.changes); n > 0 && same(m.m.changes[n-1].how, m.m.how) {
			m.m.changes = m.m.changes[:n-1] // that change was not made
		}
		return a.fail(m.err)
	}
	m.m.t, m.m.before = m.t, clone(m.m.how)
	if m.m.filling {
		m.m.filling = false
		return m.m.fill(a)
	}
	if m.m.waiting {
		m.m.waiting = false
		return a.run(action{help: "load", why: m.m.cannot, do: m.m.load})
	}
	return nil
}

// begin opens the screen.
func (m *mapping) begin(a *app, l tableLooked) tea.Cmd {
	switch {
	case l.why != nil && (l.err != nil || len(l.t.Columns) == 0): // it is no table
		a.importing.refused = append(a.importing.refused, m.log.name())
		a.fail(l.why)
		a.sayRefused(true)
		return nil
	case l.err != nil:
		return a.fail(l.err)
	case len(l.t.Columns) == 0:
		return a.warn("only a table has columns that can be named")
	case len(a.overlays) > 0:
		return a.warn(m.log.name() + ": its columns are not known; load it again from home to say what they are")
	}
	m.t, m.how = l.t, clone(l.t.Hand)
	m.before = clone(m.how)
	if !m.how.At.IsZero() {
		m.kept = clone(m.how)
	}
	a.push(m)
	return m.fill(a)
}

// fill says of a table that cannot be read otherwise what its values look like.
// They stand on the screen before anything is loaded.
func (m *mapping) fill(a *app) tea.Cmd {
	if m.t.Why == "" {
		return nil
	}
	m.guessed = map[string]bool{}
	for _, c := range m.t.Columns {
		if c.Looks != "" {
			m.set(c, c.Looks)
			m.guessed[c.Ref] = true
		}
	}
	if len(m.guessed) == 0 {
		return nil
	}
	return m.look(a)
}

// look asks what the table would be read as now.
func (m *mapping) look(a *app) tea.Cmd {
	ctx, id := m.looking.start(a.ctx)
	look, l, how := a.Preview, m.log, clone(m.how)
	return func() tea.Msg {
		t, err := look(ctx, l, &how)
		return tableLooked{m: m, id: id, t: t, err: err}
	}
}

func clone(r model.Reading) model.Reading {
	r.Map, r.Ignore = maps.Clone(r.Map), slices.Clone(r.Ignore)
	return r
}

func same(a, b model.Reading) bool {
	return maps.Equal(a.Map, b.Map) && slices.Equal(a.Ignore, b.Ignore) && a.Zone == b.Zone && a.DateOrder == b.DateOrder
}

// set says which field a column is; "": it is not used. Other columns that were
// read as this field are not any more: what the agent says is not mixed with a
// guess.
func (m *mapping) set(c model.Column, field string) {
	m.unsay(c)
	if field == "" {
		m.how.Ignore = append(m.how.Ignore, c.Ref)
		return
	}
	for i, other := range m.t.Columns {
		if other.Field == field && other.Ref != c.Ref {
			m.unsay(other)
			m.how.Ignore = append(m.how.Ignore, other.Ref)
			m.t.Columns[i].Field, m.t.Columns[i].Meaning = "", ""
		}
	}
	if m.how.Map == nil {
		m.how.Map = map[string]string{}
	}
	m.how.Map[field] = c.Ref
}

// changing remembers what is said now, so that the change that follows can be
// taken back.
func (m *mapping) changing() {
	m.changes, m.undone = append(m.changes, m.said()), nil
}

func (m *mapping) said() columnChange { return columnChange{clone(m.how), maps.Clone(m.guessed)} }

// turnBack puts the last of one list in the place of what is said now, which goes
// to the end of the other. It is this screen's z and Z: those of everywhere are
// about changes of cases, which are not seen from here.
func (m *mapping) turnBack(from, to *[]columnChange) action {
	return action{why: func(*app) string {
		if len(*from) == 0 {
			return "there is none here"
		}
		return ""
	}, do: func(a *app) tea.Cmd {
		last := (*from)[len(*from)-1]
		*from, *to = (*from)[:len(*from)-1], append(*to, m.said())
		m.how, m.guessed = last.how, last.guessed
		return m.look(a)
	}}
}

// unsay leaves a column to the guess again.
func (m *mapping) unsay(c model.Column) {
	maps.DeleteFunc(m.how.Map, func(_, ref string) bool { return ref == c.Ref })
	m.how.Ignore = slices.DeleteFunc(m.how.Ignore, func(ref string) bool { return ref == c.Ref })
	delete(m.guessed, c.Ref)
}

func (m *mapping) selected() *model.Column {
	if m.at < 0 || m.at >= len(m.t.Columns) {
		return nil
	}
	return &m.t.Columns[m.at]
}

// cannot is why the table cannot be loaded now.
func (m *mapping) cannot(a *app) string {
	switch {
	case m.looking.active:
		return ""
	case m.t.Why != "":
		return m.t.Why
	case m.former != nil && a.importing.active:
		return "an import is running"
	}
	return ""
}

// load loads the table with these columns, after what an import brought in that
// read it otherwise is taken out, if the agent wants that.
func (m *mapping) load(a *app) tea.Cmd {
	if m.looking.active {
		m.waiting = true
		return nil
	}
	how := clone(m.how)
	start := func(a *app) tea.Cmd {
		if a.top() == screen(m) {
			a.pop()
		}
		return a.startImport(job{m.log, &how})
	}
	if m.former == nil {
		return start(a)
	}
	a.overlays = append(a.overlays, &confirm{
		question: "Take out first what " + m.log.name() + " brought in before?",
		detail:   model.Count(m.former.Stored, "message", "messages") + " came from it with the other columns. Notes and steps on incidents stay.",
		yes:      "take out, then load", no: "keep it and load beside it",
		do: func(a *app) tea.Cmd {
			ctx, s, id := a.ctx, a.Store, m.former.ID
			a.say("taking out what it brought in before")
			return func() tea.Msg {
				_, err := s.UndoImport(ctx, id)
				return formerTakenOut{start: start, err: err}
			}
		},
		other: start,
	})
	return nil
}

// left is what leaving the screen without loading means for the log.
func (m *mapping) left() string {
	if m.former != nil {
		return m.log.name() + ": nothing was changed; it stays as it was loaded"
	}
	return m.log.name() + ": nothing was loaded"
}

type formerTakenOut struct {
	start func(*app) tea.Cmd
	err   error
}

func (m formerTakenOut) arrive(a *app) tea.Cmd {
	if m.err != nil {
		return a.fail(m.err)
	}
	return tea.Batch(a.reload(), m.start(a))
}

func (m *mapping) actions(*app) []action {
	column := func(*app) string {
		if m.selected() == nil {
			return "no column is selected"
		}
		return ""
	}
	back, again := m.turnBack(&m.changes, &m.undone), m.turnBack(&m.undone, &m.changes)
	back.name, back.keys, back.help = "undo", []string{"z"}, "undo the last change of the columns, dates or zone"
	again.name, again.keys, again.help = "redo", []string{"Z"}, "do it again"
	list := []action{
		{name: "choose", keys: []string{"enter", "space"}, help: "say what the column is", short: "choose", why: column, do: func(a *app) tea.Cmd {
			a.overlays = append(a.overlays, newPicker(m, *m.selected(), a.Fields))
			return nil
		}},
		{name: "not-used", keys: []string{"backspace", "delete"}, help: "the column is not used", short: "not used", why: column, do: func(a *app) tea.Cmd {
			m.changing()
			m.set(*m.selected(), "")
			return m.look(a)
		}},
		{name: "load", keys: []string{"L"}, help: "load the table with these columns", short: "load", why: m.cannot, do: m.load},
		{name: "date-order", keys: []string{"o"}, help: "dates: day first or month first", short: "date order", why: func(*app) string {
			if m.t.Dates == "" {
				return "no date of the file leaves it open"
			}
			return ""
		}, do: func(a *app) tea.Cmd {
			m.changing()
			if m.how.DateOrder == "mdy" {
				m.how.DateOrder = "dmy"
			} else {
				m.how.DateOrder = "mdy"
			}
			return m.look(a)
		}},
		{name: "zone", keys: []string{"t"}, help: "time zone of the times", short: "zone", why: func(*app) string {
			if m.t.Clock == "" {
				return "no time of the file lacks its zone"
			}
			return ""
		}, do: func(a *app) tea.Cmd {
			return a.ask(&input{label: "In which time zone are the times?", hint: "a name, America/Sao_Paulo, or an offset, -03:00; empty: not known, UTC is assumed", value: m.how.Zone,
				do: func(a *app, s string) tea.Cmd {
					m.changing()
					m.how.Zone = strings.TrimSpace(s)
					return m.look(a)
				}})
		}},
		back, again,
		{name: "forget", keys: []string{"F"}, help: "back to the guess; forget what was said about such tables", do: func(a *app) tea.Cmd {
			m.changing()
			m.how, m.guessed, m.filling = model.Reading{}, nil, true
			a.say("back to the guess")
			return tea.Batch(m.look(a), forget(a.ctx, a.Store, m.t.Set))
		}},
	}
	return append(list, moves(func(_ *app, by int) tea.Cmd {
		m.at = min(max(m.at+by, 0), max(len(m.t.Columns)-1, 0))
		return nil
	}, func() int { return m.high }, func() int { return len(m.t.Columns) })...)
}

type readingForgotten struct{ err error }

func forget(ctx context.Context, s Store, set string) tea.Cmd {
	if set == "" {
		return nil
	}
	return func() tea.Msg { return readingForgotten{s.ForgetReading(ctx, set)} }
}

func (m readingForgotten) arrive(a *app) tea.Cmd {
	if m.err != nil {
		return a.fail(m.err)
	}
	return nil
}
