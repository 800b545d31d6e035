package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/check"
	"unsent/model"
)

// timeline shows when attempts failed, of one incident or of all that the log has,
// and beside them what Meta's status page and the log itself say of outages. A
// brush narrows the list of messages to a time.
type timeline struct {
	c     *caseView // nil: all
	tl    model.Timeline
	page  statusPage
	ready bool
	err   error
	load  task

	at     int       // the bin under the cursor
	anchor int       // where the brush began; -1: there is none
	keep   time.Time // when the bin under the cursor begins, while another width is read
	since  time.Time // the time that is shown alone; zero: all
	until  time.Time
	wider  []span // what was shown before that
	first  int    // first bin drawn, where there is no room for all
	line   int    // where the selected time is told
}

type span struct{ since, until time.Time }

// A statusPage is what the status page said when it was asked, at any incident.
type statusPage struct {
	asked     *model.Finding // the newest answer; nil: there is none
	incidents []check.PageIncident
}

const (
	pageAnswers = 5  // how many answers of the status page are looked through: it forgets after seven days
	leastBins   = 24 // on the narrowest terminal
)

// timelineAction opens the timeline of a case, or of all for nil.
func timelineAction(of *caseView) action {
	what := "when all of it failed, by minute, hour or day; mark a time to list its messages"
	if of != nil {
		what = "when the incident failed, by minute, hour or day; mark a time to list its messages"
	}
	return action{name: "timeline", keys: []string{"t"}, help: what, short: "timeline", do: func(a *app) tea.Cmd {
		v := &timeline{c: of, anchor: -1, line: -1}
		a.push(v)
		return v.read(a)
	}}
}

type timelineRead struct {
	v    *timeline
	id   int
	tl   model.Timeline
	page statusPage
	err  error
}

// read reads the timeline in as many bins as there is room for.
func (v *timeline) read(a *app) tea.Cmd {
	q := model.Query{Since: v.since, Until: v.until}
	if v.c != nil {
		q.Incident = v.c.inc.ID
	}
	ctx, id := v.load.start(a.ctx)
	return readTimeline(ctx, v, id, a.Store, q, max(plotWidth(a.term.w), leastBins))
}

func readTimeline(ctx context.Context, v *timeline, id int, s Store, q model.Query, most int) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		m := timelineRead{v: v, id: id}
		if m.tl, m.err = s.Timeline(ctx, q, most); m.err != nil {
			return m
		}
		var answers []model.Finding
		answers, m.err = s.NewestOf(ctx, "status-page", pageAnswers)
		m.page = pageOf(answers)
		return m
	}
}

// pageOf joins answers of the status page, the newest first: each forgets what is
// over for seven days, and an older one knows it still.
func pageOf(answers []model.Finding) (p statusPage) {
	known := map[time.Time]bool{}
	for i := range answers {
		f := &answers[i]
		if p.asked == nil || p.asked.Verdict == model.Skipped && f.Verdict != model.Skipped {
			p.asked = f
		}
		for _, x := range check.PageIncidents(*f) {
			if !known[x.From] {
				p.incidents = append(p.incidents, x)
				known[x.From] = true
			}
		}
	}
	return p
}

func (m timelineRead) arrive(a *app) tea.Cmd {
	v := m.v
	if !v.load.current(m.id) {
		return nil
	}
	v.load.done()
	if m.err != nil {
		v.err = m.err
		return a.fail(m.err)
	}
	begun := v.ready
	v.tl, v.page, v.ready, v.err, v.anchor = m.tl, m.page, true, nil, -1
	v.at = v.highest()
	if begun && !v.keep.IsZero() && m.tl.Step > 0 {
		v.at = int(v.keep.Sub(m.tl.From) / m.tl.Step)
	}
	v.keep = time.Time{}
	v.put(v.at)
	return nil
}

// highest is the bin with most failures: what somebody looks for first.
func (v *timeline) highest() (best int) {
	for i, b := range v.tl.Bins {
		if b.Failed > v.tl.Bins[best].Failed {
			best = i
		}
	}
	return best
}

// put moves the cursor to a bin.
func (v *timeline) put(at int) { v.at = max(min(at, len(v.tl.Bins)-1), 0) }

// resized reads the timeline again, in the bins that there is room for now.
func (v *timeline) resized(a *app) tea.Cmd {
	v.keep = v.tl.Begin(v.at)
	return v.read(a)
}

// marked are the bins of the brush, or the one under the cursor: from one on and
// before another.
func (v *timeline) marked() (from, to int) {
	if v.anchor < 0 {
		return v.at, v.at + 1
	}
	return min(v.anchor, v.at), max(v.anchor, v.at) + 1
}

// outages are those that the log shows by itself, of the incident or of all that
// home lists, each once.
func (v *timeline) outages(a *app) (out []model.LogOutage) {
	of := a.home.all
	if v.c != nil {
		of = []model.Incident{v.c.inc}
	}
	known := map[span]bool{}
	for i := range of {
		if o := of[i].Outage; o.Suspected && !o.Since.IsZero() && !known[span{o.Since, o.Until}] {
			known[span{o.Since, o.Until}] = true
			out = append(out, o)
		}
	}
	return out
}

func (v *timeline) title(*app) string {
	if v.c != nil {
		return v.c.inc.ID.String() + " timeline"
	}
	return "timeline of all"
}

func (v *timeline) cursorLine() int { return v.line }

// alone shows the marked time and nothing else, in narrower bins.
func (v *timeline) alone(a *app) tea.Cmd {
	from, to := v.marked()
	v.wider = append(v.wider, span{v.since, v.until})
	v.since, v.until = v.tl.Begin(from), v.tl.Begin(to)
	v.ready, v.anchor = false, -1
	return v.read(a)
}

// less takes the brush off, else shows what was shown before.
func (v *timeline) less(a *app) tea.Cmd {
	if v.anchor >= 0 {
		v.anchor = -1
		return nil
	}
	last := v.wider[len(v.wider)-1]
	v.wider = v.wider[:len(v.wider)-1]
	v.since, v.until = last.since, last.until
	return v.resized(a)
}

func (v *timeline) actions(a *app) []action {
	some := func(*app) string {
		if len(v.tl.Bins) == 0 {
			return "there is no time to be seen"
		}
		return ""
	}
	by := func(n int, mark bool) func(*app) tea.Cmd {
		return func(*app) tea.Cmd {
			if mark && v.anchor < 0 {
				v.anchor = v.at
			}
			v.put(v.at + n)
			return nil
		}
	}
	list := []action{
		{name: "messages", keys: []string{"enter", "l"}, help: "list the messages whose newest failure was in the marked time", short: "messages", why: some, do: func(a *app) tea.Cmd {
			from, to := v.marked()
			q := model.Query{Since: v.tl.Begin(from), Until: v.tl.Begin(to)}
			if v.c != nil {
				q.Incident = v.c.inc.ID
			}
			return a.openRows(q)
		}},
		{name: "mark", keys: []string{"v", "space"}, help: "begin to mark a time at this bar, or take the mark off", short: "mark", why: some, do: func(*app) tea.Cmd {
			if v.anchor >= 0 {
				v.anchor = -1
			} else {
				v.anchor = v.at
			}
			return nil
		}},
		{name: "alone", keys: []string{"+"}, help: "show the marked time alone, in narrower bars", short: "closer", why: func(a *app) string {
			if why := some(a); why != "" {
				return why
			}
			if v.tl.Step <= time.Minute {
				return "the bars are a minute each, which is what is kept"
			}
			return ""
		}, do: v.alone},
		{name: "later", keys: []string{"right", "j", "down"}, help: "later", do: by(1, false)},
		{name: "earlier", keys: []string{"left", "k", "up"}, help: "earlier", do: by(-1, false)},
		{name: "mark-later", keys: []string{"shift+right"}, help: "mark on to later", do: by(1, true)},
		{name: "mark-earlier", keys: []string{"shift+left"}, help: "mark on to earlier", do: by(-1, true)},
		{name: "page-later", keys: []string{"pgdown", "ctrl+d"}, help: "ten bars later", do: by(10, false)},
		{name: "page-earlier", keys: []string{"pgup", "ctrl+u"}, help: "ten bars earlier", do: by(-10, false)},
		{name: "first", keys: []string{"g", "home"}, help: "to the first bar", do: func(*app) tea.Cmd { v.put(0); return nil }},
		{name: "last", keys: []string{"G", "end"}, help: "to the last bar", do: func(*app) tea.Cmd { v.put(len(v.tl.Bins)); return nil }},
		{name: "highest", keys: []string{"n"}, help: "to the bar with most failures", why: some, do: func(*app) tea.Cmd { v.put(v.highest()); return nil }},
		{name: "refresh", keys: []string{"ctrl+r"}, help: "read the database again", do: v.resized},
	}
	switch {
	case v.anchor >= 0:
		list = append(list, action{name: "unmark", keys: []string{"esc", "-"}, help: "take the mark off", short: "unmark", do: v.less})
	case len(v.wider) > 0:
		list = append(list, action{name: "wider", keys: []string{"esc", "-"}, help: "show what was shown before", short: "wider", do: v.less})
	}
	return list
}
