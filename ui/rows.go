package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
)

// pageRows is how many messages are fetched at a time. The list holds at most
// three pages, however many messages there are.
const pageRows = 200

// firstRows is how many are fetched first on a terminal of some height: what fits
// on it and not more, because somebody waits for them. The rest of a page follows.
func firstRows(high int) int { return min(max(high, 20), pageRows) }

// rows lists failed messages, newest first: a window on the database that moves
// by keys, never a slice of everything.
type rows struct {
	query   model.Query
	list    []model.Failure
	at, off int
	high    int
	ahead   int  // how far the selection is to move on once there are the rows for it
	atTop   bool // nothing newer than list[0]
	atEnd   bool // nothing older than the last
	total   int
	more    bool // total is a lower bound
	loading task
	counts  task
	loaded  bool
	err     error
	reveal  bool
	look    lookup
	guess   guess
	marks   map[model.MessageID]*model.Failure
	marked  model.MessageID // the last one that was marked; a range begins there
}

type rowsLoaded struct {
	r    *rows
	id   int
	list []model.Failure
	how  int // 0: a new list, 1: older rows, -1: newer rows, sameRows: the same ones again
	end  bool
	err  error
}

type rowsCounted struct {
	r    *rows
	id   int
	n    int
	more bool
	err  error
}

func (a *app) openRows(q model.Query) tea.Cmd {
	r := &rows{query: q}
	a.push(r)
	return r.first(a)
}

func (r *rows) first(a *app) tea.Cmd {
	if r.look.on && !r.look.after {
		return r.lookThrough(a, false)
	}
	r.look.stop()
	ctx, id := r.loading.start(a.ctx)
	q := r.query
	q.Limit = firstRows(a.term.h)
	r.ahead = 0
	r.counts.stop() // it begins when the rows are there, which somebody waits for
	if known := r.guessed(ctx, a, &q, id); known != nil {
		return known
	}
	return loadRows(ctx, r, id, a.Store, q, 0)
}

// sameRows are the rows of the window as they are now.
const sameRows = 2

// again reads the window again and leaves the selection on its message.
func (r *rows) again(a *app) tea.Cmd {
	if len(r.list) == 0 || r.err != nil || r.look.on {
		return r.first(a)
	}
	ctx, id := r.loading.start(a.ctx)
	q := r.query
	q.Limit, r.ahead = max(len(r.list), firstRows(a.term.h)), 0
	if !r.atTop {
		q.From = model.CursorOf(&r.list[0])
		q.From.ID++ // with that one
	}
	return loadRows(ctx, r, id, a.Store, q, sameRows)
}

func loadRows(ctx context.Context, r *rows, id int, s Store, q model.Query, how int) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		list, err := s.Failures(ctx, q)
		return rowsLoaded{r: r, id: id, list: list, how: how, end: len(list) < q.Limit, err: err}
	}
}

func countRows(ctx context.Context, r *rows, id int, s Store, q model.Query) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		n, more, err := s.Count(ctx, q, 10000)
		return rowsCounted{r: r, id: id, n: n, more: more, err: err}
	}
}

func (m rowsCounted) arrive(*app) tea.Cmd {
	if m.r.counts.current(m.id) && m.err == nil {
		m.r.total, m.r.more = m.n, m.more
	}
	return nil
}

func (m rowsLoaded) arrive(a *app) tea.Cmd {
	r := m.r
	if !r.loading.current(m.id) {
		return nil
	}
	r.loading.done()
	r.loaded = true
	if m.err != nil {
		r.err, r.ahead = m.err, 0
		return a.fail(m.err)
	}
	switch m.how {
	case 0:
		if len(r.list) > 0 { // the keys were meant for the list that goes
			r.ahead = 0
		}
		r.list, r.at, r.off, r.atTop, r.atEnd = m.list, 0, 0, true, m.end
		r.err, r.look.on = nil, false
		if len(m.list) == 0 && longEnough(r.query.Search) {
			return r.lookThrough(a, true)
		}
	case sameRows:
		at := r.at
		if f := r.selected(); f != nil {
			if i := slices.IndexFunc(m.list, func(x model.Failure) bool { return x.ID == f.ID }); i >= 0 {
				at = i
			}
		}
		r.off += at - r.at
		r.list, r.at, r.atEnd = m.list, max(min(at, len(m.list)-1), 0), m.end
	case 1:
		r.list = append(r.list, m.list...)
		r.atEnd = m.end
		if extra := len(r.list) - 3*pageRows; extra > 0 { // forget the newest
			r.list = append([]model.Failure(nil), r.list[extra:]...)
			r.at, r.off, r.atTop = max(r.at-extra, 0), max(r.off-extra, 0), false
		}
	case -1:
		r.list = append(append([]model.Failure(nil), m.list...), r.list...)
		r.at, r.off, r.atTop = r.at+len(m.list), r.off+len(m.list), m.end
		if len(r.list) > 3*pageRows { // forget the oldest
			r.list, r.atEnd = r.list[:3*pageRows], false
		}
	}
	if m.how != 0 && m.how != sameRows {
		return r.move(a, 0)
	}
	ctx, id := r.counts.start(a.ctx)
	shown := rowsShown{r, ctx, id}
	return tea.Batch(r.move(a, 0), tea.Tick(a.pauses.rest, func(time.Time) tea.Msg { return shown }))
}

// untilShown is how long the first rows take to be on the terminal: two frames. The
// rest is read then, and counted; both take what the drawing would need.
const untilShown = 2 * time.Second / fps

type rowsShown struct {
	r   *rows
	ctx context.Context
	id  int
}

func (m rowsShown) arrive(a *app) tea.Cmd {
	r := m.r
	if !r.counts.current(m.id) {
		return nil
	}
	count := countRows(m.ctx, r, m.id, a.Store, r.query)
	if r.loading.active || r.atEnd {
		return count
	}
	return tea.Batch(count, r.older(a))
}

func (r *rows) title(a *app) string {
	s := "messages"
	if r.query.Incident != 0 {
		s += " of " + r.query.Incident.String()
	}
	if !r.query.Since.IsZero() {
		s += ", " + stretch(r.query.Since, r.query.Until, a.Now(), time.UTC)
	}
	if r.look.on {
		s += r.look.count(len(r.list))
	} else if r.loaded && r.total > 0 {
		n := model.Thousands(r.total)
		if r.more {
			n += "+"
		}
		s += ": " + n
	}
	if n := len(r.marks); n > 0 {
		s += "  " + model.Thousands(n) + " marked"
	}
	if r.query.Search != "" {
		s += "  search: " + safe.Line(r.query.Search)
	}
	return s
}

func (r *rows) cursorLine() int {
	if len(r.list) == 0 {
		return -1
	}
	return 1 + r.at - r.off
}

func (r *rows) lines(a *app, sz size, _ bool) []string {
	if !r.look.on || sz.h < 3 {
		return r.table(a, sz)
	}
	return append(r.table(a, size{sz.w, sz.h - 1}), a.theme.accent.Render(fitLine(" "+r.look.status(len(r.list)), sz.w)))
}

func (r *rows) table(a *app, sz size) []string {
	t := a.theme
	r.high = max(sz.h-1, 1)
	r.scroll()
	cols := rowColumns(sz.w)
	out := []string{t.faint.Render(fit(cols.header(), sz.w))}
	for i := r.off; i < len(r.list) && len(out) < sz.h; i++ {
		line := cols.line(a, &r.list[i], r.marks[r.list[i].ID] != nil, i == r.at, r.reveal)
		if i == r.at {
			line = t.selected.Render(fit(line, sz.w))
		}
		out = append(out, line)
	}
	if len(r.list) == 0 {
		switch {
		case r.err != nil:
			out = append(out, "", " "+t.bad.Render(safe.Line(r.err.Error())), " ctrl+r tries again")
		case !r.loaded:
			out = append(out, "", " reading")
		case r.look.on && !r.look.end:
			// The line below tells how far it is.
		case r.query.Search != "":
			out = append(out, "", " "+t.warn.Render("No message matches "+safe.Line(r.query.Search)), " / changes the search, esc goes back")
		default:
			out = append(out, "", " No failed message is loaded.", " i loads a log")
		}
	}
	return block(out, sz)
}

func (r *rows) scroll() {
	r.off = min(max(r.off, r.at-r.high+1), r.at)
	r.off = max(min(r.off, len(r.list)-r.high), 0)
}

type rowTable struct{ to, template, text int }

func rowColumns(w int) rowTable {
	t := rowTable{to: 20, template: 22}
	rest := func() int { return w - 1 - 16 - 8 - t.to - t.template - 3 }
	if rest() < 12 {
		t.template = 0
	}
	if rest() < 8 {
		t.to = 0
	}
	t.text = max(rest(), 0)
	return t
}

func (t rowTable) header() string {
	s := " " + fit("TIME (local)", 16) + " " + fit("CODE", 8)
	if t.to > 0 {
		s += fit("RECIPIENT", t.to) + " "
	}
	if t.template > 0 {
		s += fit("TEMPLATE", t.template) + " "
	}
	return s + fit("WHAT THE LOG SAYS", t.text)
}

func (t rowTable) line(a *app, f *model.Failure, marked, at, reveal bool) string {
	sign := " "
	if at {
		sign = ">"
	}
	m := " "
	if marked {
		m = "*"
	}
	when := "no time"
	if !f.At.IsZero() {
		when = f.At.In(a.Local).Format("Jan 02 15:04:05")
		if f.At.In(a.Local).Year() != a.Now().In(a.Local).Year() {
			when = f.At.In(a.Local).Format("2006-01-02 15:04")
		}
	}
	code := string(f.Code)
	switch {
	case code != "":
	case f.Vendor != (model.Vendor{}):
		code = safe.Line(f.Vendor.Code)
	case f.HTTPStatus != 0:
		code = "HTTP" + itoa(f.HTTPStatus)
	default:
		code = "none"
	}
	s := sign + fit(when, 16) + m + fit(code, 8)
	if t.to > 0 {
		to := f.Recipient
		if !reveal {
			to = safe.MaskPhone(to)
		}
		if to == "" {
			to = "not in the log"
		}
		s += fit(safe.Line(to), t.to) + " "
	}
	if t.template > 0 {
		name := f.Template
		if name == "" {
			name = f.Kind
		}
		s += middle(masked(name, reveal), t.template) + " "
	}
	said := masked(firstOf(f.Details, f.Message, f.Title), reveal)
	if f.Moved.From != 0 {
		said = "moved from " + f.Moved.From.String() + " by hand; " + said
	}
	return s + fit(said, t.text)
}

func (r *rows) selected() *model.Failure {
	if r.at < 0 || r.at >= len(r.list) {
		return nil
	}
	return &r.list[r.at]
}

// move moves the selection and fetches one screen ahead of the edge. Where keys
// are faster than the database, what is left of the way is made up for when the
// rows are there.
func (r *rows) move(a *app, by int) tea.Cmd {
	to := r.at + by + r.ahead
	r.at = min(max(to, 0), max(len(r.list)-1, 0))
	r.ahead = to - r.at
	if r.ahead > 0 && r.atEnd || r.ahead < 0 && r.atTop {
		r.ahead = 0
	}
	if len(r.list) == 0 {
		return nil
	}
	r.scroll()
	switch {
	case r.look.on:
		r.ahead = 0
		if by > 0 && r.at+max(r.high, 1) >= len(r.list) {
			return r.lookOn(a)
		}
	case r.loading.active:
	case by+r.ahead > 0 && !r.atEnd && (r.ahead > 0 || r.at+2*r.high >= len(r.list)):
		return r.older(a)
	case by+r.ahead < 0 && !r.atTop && (r.ahead < 0 || r.at-2*r.high <= 0):
		return r.newer(a)
	}
	return nil
}

// older fetches the page behind the last row, newer the one before the first.
func (r *rows) older(a *app) tea.Cmd {
	q := r.query
	q.Limit, q.From = pageRows, model.CursorOf(&r.list[len(r.list)-1])
	ctx, id := r.loading.start(a.ctx)
	return loadRows(ctx, r, id, a.Store, q, 1)
}

func (r *rows) newer(a *app) tea.Cmd {
	q := r.query
	q.Limit, q.From, q.Back = pageRows, model.CursorOf(&r.list[0]), true
	ctx, id := r.loading.start(a.ctx)
	return loadRows(ctx, r, id, a.Store, q, -1)
}

func (r *rows) actions(a *app) []action {
	some := func(*app) string {
		if r.selected() == nil {
			return "no message is selected"
		}
		return ""
	}
	list := []action{
		{name: "open", keys: []string{"enter"}, help: "open the message", short: "open", why: some, do: func(a *app) tea.Cmd {
			f := *r.selected()
			c := newCase(model.Incident{ID: f.Incident, Code: f.Code, Vendor: f.Vendor, HTTP: f.HTTPStatus, Title: f.Title, State: model.StateNew, Failures: 1}, &f)
			c.reveal = r.reveal
			a.push(c)
			return c.load(a)
		}},
		{name: "search", keys: []string{"/"}, help: "search in texts, templates, campaigns, numbers and ids", short: "search", do: func(a *app) tea.Cmd {
			return a.ask(&input{label: "Search messages", hint: "words, a number, a wamid, an fbtrace_id; if there is none like it, any part of a text; empty shows all", value: r.query.Search, live: r.typing, do: func(a *app, s string) tea.Cmd {
				if s = strings.TrimSpace(s); strings.HasPrefix(s, "!") {
					return a.warn("a search among messages cannot leave words out; on the incidents it can")
				}
				r.query.Search, r.look.on = s, false
				return r.first(a)
			}})
		}},
		r.find(),
		{name: "reveal", keys: []string{"r"}, help: "show or hide whole numbers; showing is written to the audit trail", short: "numbers", do: func(a *app) tea.Cmd {
			r.reveal = !r.reveal
			if !r.reveal {
				return a.say("numbers are masked")
			}
			ctx, s, who := a.ctx, a.Store, a.Who
			a.say("numbers are shown in full; this is on the audit trail")
			return func() tea.Msg {
				if err := s.Log(ctx, who, "reveal", "messages", "numbers shown in full"); err != nil {
					return changed{err: err}
				}
				return nil
			}
		}},
	}
	list = append(list, r.markActions(some)...)
	if r.look.active {
		list = append(list, action{name: "stop", keys: []string{"esc"}, help: "stop looking; what is found stays", short: "stop", do: func(*app) tea.Cmd {
			r.look.stop()
			return nil
		}})
	}
	mv := moves(func(a *app, by int) tea.Cmd { return r.move(a, by) }, func() int { return r.high }, func() int { return len(r.list) })
	for i := range mv {
		if mv[i].name == "top" { // the newest of all, not of the window
			mv[i].do = func(a *app) tea.Cmd {
				if r.atTop {
					return r.move(a, -len(r.list))
				}
				return r.first(a)
			}
		}
		if mv[i].name == "bottom" {
			mv[i].do = func(a *app) tea.Cmd { return r.last(a) }
		}
	}
	return append(list, mv...)
}

// last goes to the oldest message: the page above the bottom.
func (r *rows) last(a *app) tea.Cmd {
	if r.atEnd || r.look.on {
		return r.move(a, len(r.list))
	}
	ctx, id := r.loading.start(a.ctx)
	q := r.query
	q.Limit, q.Back = pageRows, true
	q.From = model.Cursor{At: -1 << 62}
	s := a.Store
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		list, err := s.Failures(ctx, q)
		return rowsAtEnd{rowsLoaded{r: r, id: id, list: list, end: true, err: err}}
	}
}

type rowsAtEnd struct{ rowsLoaded }

func (m rowsAtEnd) arrive(a *app) tea.Cmd {
	if !m.r.loading.current(m.id) {
		return nil
	}
	m.r.ahead = 0
	cmd := m.rowsLoaded.arrive(a)
	if m.err == nil {
		m.r.at, m.r.atTop, m.r.atEnd = max(len(m.list)-1, 0), len(m.list) < pageRows, true
		m.r.scroll()
	}
	return cmd
}
