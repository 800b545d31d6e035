package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// restQuiet is after how long without a key, and without work, the console is at rest. It
// is open all day, and mostly so.
const restQuiet = time.Second

// restWaited asks whether it is.
type restWaited struct{}

// atRest tells the world outside, once after each time that something was done.
func (a *app) atRest() tea.Cmd {
	if a.resting || a.Rest == nil {
		return nil
	}
	a.resting = true
	return restIn(a.pauses.atRest)
}

// reading reports whether the screen waits for the database.
func (a *app) reading() bool {
	switch s := a.top().(type) {
	case *caseView:
		return s.loading.active
	case *rows:
		return s.loading.active || s.look.active
	}
	return a.loading.active
}

func restIn(d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return restWaited{} })
}

func (restWaited) arrive(a *app) tea.Cmd {
	left := a.pauses.atRest - time.Since(a.home.likely.pressed)
	if a.busy() != "" || a.reading() {
		left = a.pauses.atRest
	}
	if left > 0 {
		return restIn(left)
	}
	a.resting = false
	ctx, rest := a.ctx, a.Rest
	return func() tea.Msg {
		rest(ctx)
		return nil
	}
}
