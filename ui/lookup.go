package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// A lookup is a look through all texts, for what no index knows: a part of a
// word, or what stands only in a request, a response or a row of the file. It
// runs beside everything else and fills the list as it finds something.
type lookup struct {
	task
	on     bool  // the list is what it found
	after  bool  // words and ids found nothing
	next   int64 // where it goes on; 0: at what was loaded last
	end    bool  // it has come to the end
	passed int64 // places of texts
	all    int64
}

// lookRows is how many messages are found before it waits for somebody who wants
// more; lookMost is how many are listed at all.
const (
	lookRows = 40
	lookMost = 1000
)

// looked brings what was found since the message before it; more waits for the
// one behind it.
type looked struct {
	r    *rows
	id   int
	step model.Grep
	more tea.Cmd
}

// lookEnded tells that a look is over, or waits for somebody who wants more.
type lookEnded struct {
	r    *rows
	id   int
	next int64
	err  error
}

func longEnough(text string) bool {
	return utf8.RuneCountInString(strings.TrimSpace(text)) >= model.GrepMin
}

// find is the action that looks through all texts at once.
func (r *rows) find() action {
	return action{name: "find", keys: []string{"f"}, help: "find any part of a text: requests, responses, rows of the file", short: "find", do: func(a *app) tea.Cmd {
		return a.ask(&input{label: "Find in all texts", hint: "any part of a request, a response or a row of the file, as it stands there", value: r.query.Search, do: func(a *app, s string) tea.Cmd {
			if !longEnough(s) {
				return a.warn(fmt.Sprintf("write %d characters or more: shorter ones stand in nearly every row", model.GrepMin))
			}
			r.query.Search = strings.TrimSpace(s)
			return r.lookThrough(a, false)
		}})
	}}
}

// lookThrough begins a look through all texts.
func (r *rows) lookThrough(a *app, after bool) tea.Cmd {
	r.loading.stop()
	r.counts.stop()
	r.list, r.at, r.off, r.ahead, r.err = nil, 0, 0, 0, nil
	r.loaded, r.atTop, r.atEnd = true, true, false
	r.look = lookup{task: r.look.task, on: true, after: after}
	return r.lookOn(a)
}

// lookOn goes on where the look waits.
func (r *rows) lookOn(a *app) tea.Cmd {
	if r.look.active || r.look.end || len(r.list) >= lookMost {
		return nil
	}
	ctx, id := r.look.start(a.ctx)
	return lookThrough(ctx, r, id, a.Store, r.query, r.look.next)
}

func lookThrough(ctx context.Context, r *rows, id int, s Store, q model.Query, before int64) tea.Cmd {
	return func() tea.Msg {
		steps := make(chan model.Grep)
		over := make(chan lookEnded, 1)
		go func() {
			found := 0
			next, err := s.Grep(ctx, q, before, func(g model.Grep) bool {
				select {
				case steps <- g:
				case <-ctx.Done():
				}
				found += len(g.Found)
				return found < lookRows
			})
			over <- lookEnded{r, id, next, err}
			close(steps)
		}()
		return nextLooked(r, id, steps, over)()
	}
}

func nextLooked(r *rows, id int, steps <-chan model.Grep, over <-chan lookEnded) tea.Cmd {
	return func() tea.Msg {
		step, ok := <-steps
		if !ok {
			return <-over
		}
		return looked{r: r, id: id, step: step, more: nextLooked(r, id, steps, over)}
	}
}

func (m looked) arrive(*app) tea.Cmd {
	r := m.r
	if r.look.current(m.id) {
		for _, f := range m.step.Found {
			if !slices.ContainsFunc(r.list, func(g model.Failure) bool { return g.ID == f.ID }) {
				r.list = append(r.list, f)
			}
		}
		r.look.passed, r.look.all, r.look.next = m.step.Done, m.step.All, m.step.Next
	}
	return m.more // also of one that was stopped: it is over at once
}

func (m lookEnded) arrive(a *app) tea.Cmd {
	r := m.r
	if !r.look.current(m.id) {
		return nil
	}
	r.look.done()
	if m.err != nil {
		r.err = m.err
		return a.fail(m.err)
	}
	r.look.next, r.look.end = m.next, m.next == 0
	r.atEnd = r.look.end
	return nil
}

// share is how much it has looked through.
func (l *lookup) share() string {
	switch {
	case l.all == 0 || l.passed == 0:
		return "0 %"
	case 100*l.passed < l.all:
		return "under 1 %"
	}
	return fmt.Sprintf("%d %%", 100*l.passed/l.all)
}

// count is what the title says.
func (l *lookup) count(found int) string {
	switch {
	case found == 0:
		return ""
	case l.end:
		return ": " + model.Thousands(found)
	}
	return ": " + model.Thousands(found) + "+"
}

// status is the line below the list: what it is, and how far it is.
func (l *lookup) status(found int) string {
	so := ""
	if l.after {
		so = "no word or id like this; "
	}
	some := "nothing"
	if found > 0 {
		some = model.Thousands(found)
	}
	switch {
	case l.active && found == 0:
		return so + "looking through all texts: " + l.share() + "  (esc stops)"
	case l.active:
		return so + some + " found, looking on: " + l.share() + "  (esc stops)"
	case l.end && found == 0:
		return so + "all texts were looked through"
	case l.end:
		return so + some + " found in all texts, the last loaded first"
	case found >= lookMost:
		return some + " found in " + l.share() + " of all texts; a longer text finds fewer"
	case found == 0:
		return "stopped, nothing found in " + l.share() + " of all texts; f looks through all"
	}
	return some + " found in " + l.share() + " of all texts; down at the end looks on"
}
