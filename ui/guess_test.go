package ui

import (
	"context"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// searchStore remembers what is searched for.
type searchStore struct {
	*fakeStore
	mu     sync.Mutex
	asked  []string
	ended  int           // searches that were stopped
	closed chan struct{} // nil: searches are answered at once
}

func (s *searchStore) Failures(ctx context.Context, q model.Query) ([]model.Failure, error) {
	if q.Search != "" && q.From == (model.Cursor{}) {
		s.mu.Lock()
		s.asked = append(s.asked, q.Search)
		s.mu.Unlock()
		if s.closed != nil {
			select {
			case <-s.closed:
			case <-ctx.Done():
				s.mu.Lock()
				if ctx.Err() == context.Canceled { // and did not merely take too long
					s.ended++
				}
				s.mu.Unlock()
				return nil, ctx.Err()
			}
		}
	}
	return s.fakeStore.Failures(ctx, q)
}

func (s *searchStore) take() (asked []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked, s.asked = s.asked, nil
	return asked
}

// waitCame waits for what was guessed.
func waitCame(r *rows) {
	for end := time.Now().Add(5 * time.Second); r.guess.came.Load() == 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
	}
}

// A search is read once: when the keys are quiet or when it is asked for, and what was
// read for other letters, too long ago, or for somebody who gave it up is not shown.
func TestSearchIsGuessed(t *testing.T) {
	s := &searchStore{fakeStore: many()}
	a, _ := newTest(t, size{80, 24}, s)
	a.pauses.guess = 0
	press(t, a, "l", "/")
	r := a.top().(*rows)
	enter := func(text string) { settle(t, a, a.update(tea.PasteMsg{Content: text})) }
	waitUntil := func(what func() bool) {
		t.Helper()
		for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
			s.mu.Lock()
			done := what()
			s.mu.Unlock()
			if done {
				return
			}
			if time.Now().After(end) {
				t.Fatal("that never comes")
			}
		}
	}
	waitFor := func(n int) { t.Helper(); waitUntil(func() bool { return len(s.asked) >= n }) }
	enter("fa")
	if got := s.take(); got != nil {
		t.Errorf("two letters are no search: %q", got)
	}
	enter("il")
	waitFor(1)
	press(t, a, "enter")
	if got := s.take(); len(got) != 1 || got[0] != "fail" || r.query.Search != "fail" || r.loading.active {
		t.Errorf("%q, %+v", got, r.query)
	}
	want := len(r.list)

	press(t, a, "/")
	enter("ed")
	waitFor(1)
	enter("x")
	waitFor(2)
	press(t, a, "esc", "/", "enter")
	if got := s.take(); len(got) != 3 || got[2] != "fail" || len(r.list) != want {
		t.Errorf("%q: what was given up is not asked for, and the search that stands is read anew", got)
	}

	press(t, a, "/")
	enter("ing")
	waitFor(1)
	waitCame(r)
	r.guess.came.Add(-int64(guessGood))
	press(t, a, "enter")
	if got := s.take(); len(got) != 2 || got[1] != "failing" {
		t.Errorf("an old answer was shown: %q", got)
	}

	s.closed = make(chan struct{})
	press(t, a, "/")
	enter("ne")
	waitFor(1)
	a.pauses.guess = -1 // other letters stop it at once, not with the next search
	enter("s")
	waitUntil(func() bool { return s.ended == 1 })
	a.pauses.guess = 0
	enter("s")
	waitFor(2)
	cmd := a.update(keyOf("enter"))
	if !r.loading.active || s.ended != 1 {
		t.Errorf("nobody waits for the answer, or %d searches were stopped by other letters", s.ended)
	}
	r.loading.stop() // by a key that leads elsewhere
	settle(t, a, cmd)
	if s.ended != 2 {
		t.Errorf("%d searches were stopped", s.ended)
	}
}
