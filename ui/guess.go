package ui

import (
	"context"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// What is being typed into a search is looked for as soon as the keys are quiet, so that
// the answer mostly is there when enter asks for it: on a large log a search takes as
// long as a finger needs from the last letter to enter.

// guessQuiet is for how long no key is pressed before that, guessLeast how many letters
// there must be, and guessGood for how long the answer can be used: messages may be
// loaded meanwhile.
const (
	guessQuiet = 70 * time.Millisecond
	guessLeast = 3
	guessGood  = 3 * time.Second
)

// A guess is a search that nobody has asked for yet.
type guess struct {
	work   task
	text   string // what is typed
	query  string // what is looked for, once it is
	answer tea.Cmd
	came   *atomic.Int64 // when it was there, in nanoseconds since 1970; 0: not yet
}

// good reports whether what is looked for can still be used.
func (g *guess) good() bool {
	came := g.came.Load()
	return came == 0 || time.Since(time.Unix(0, came)) < guessGood
}

// guessWaited tells that no key was pressed for a while.
type guessWaited struct {
	r    *rows
	text string
}

// typing takes what is typed into the search.
func (r *rows) typing(a *app, text string) tea.Cmd {
	r.guess.text = strings.TrimSpace(text)
	if r.guess.text != r.guess.query {
		r.guess.drop()
	}
	if a.pauses.guess < 0 || r.guess.text == r.query.Search || utf8.RuneCountInString(r.guess.text) < guessLeast || strings.HasPrefix(r.guess.text, "!") {
		return nil
	}
	m := guessWaited{r, r.guess.text}
	return tea.Tick(a.pauses.guess, func(time.Time) tea.Msg { return m })
}

func (m guessWaited) arrive(a *app) tea.Cmd {
	g := &m.r.guess
	if len(a.overlays) == 0 || m.text != g.text || m.text == g.query && g.good() {
		return nil
	}
	ctx, id := g.work.start(a.ctx)
	q := m.r.query
	q.Search, q.Limit = m.text, firstRows(a.term.h)
	read, came := loadRows(ctx, m.r, id, a.Store, q, 0), new(atomic.Int64)
	g.query, g.came = m.text, came
	g.answer = ahead(func() tea.Msg {
		defer func() { came.Store(time.Now().UnixNano()) }()
		return read()
	})
	return nil
}

// guessed is the answer to a search, or what waits for it, when it was guessed; nil
// otherwise. It arrives as the run of loading that has the context and the number.
func (r *rows) guessed(ctx context.Context, a *app, q *model.Query, id int) tea.Cmd {
	g := &r.guess
	answer := g.answer
	if answer == nil || q.Search != g.query || q.Limit != firstRows(a.term.h) || !g.good() {
		g.drop()
		g.text = ""
		return nil
	}
	context.AfterFunc(ctx, g.work.cancel)
	*g = guess{work: task{id: g.work.id}}
	return func() tea.Msg {
		m := answer()
		if rows, ok := m.(rowsLoaded); ok {
			rows.id = id
			return rows
		}
		return m
	}
}

// drop stops what is being looked for unasked.
func (g *guess) drop() {
	g.work.stop()
	*g = guess{text: g.text, work: g.work}
}
