package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// A beat has the screen drawn anew when what it says of time is no longer true:
// each second while checks are out, and as often as the ages on it change
// otherwise, which is once a minute when nothing is new. There is no animation.
type beat struct {
	id  int
	due time.Time // zero: none is under way
}

// beatCame asks for nothing but a drawing.
type beatCame struct{ id int }

func (m beatCame) arrive(a *app) tea.Cmd {
	if m.id == a.beat.id {
		a.beat.due = time.Time{}
	}
	return nil
}

// next is the command that waits for the next beat, nil when an earlier one is
// under way.
func (b *beat) next(wait time.Duration, now time.Time) tea.Cmd {
	due := now.Add(wait)
	if !b.due.IsZero() && !due.Before(b.due) {
		return nil
	}
	b.id++
	b.due = due
	id := b.id
	return tea.Tick(wait, func(time.Time) tea.Msg { return beatCame{id} })
}

// stays is how long what the screen says of time stays true.
func (a *app) stays() time.Duration {
	if a.working.active {
		return time.Second
	}
	if c := a.shownCase(); c != nil {
		for i := range c.data.Findings {
			if a.Now().Sub(c.data.Findings[i].At) < time.Minute {
				return 10 * time.Second
			}
		}
	}
	return time.Minute
}

// shownCase is the case that is on screen, nil when none is.
func (a *app) shownCase() *caseView {
	switch s := a.top().(type) {
	case *home:
		return s.open
	case *caseView:
		return s
	case *answers:
		return s.c
	}
	return nil
}
