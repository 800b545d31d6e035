package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// slowStore tells how far a look is only when the test lets it.
type slowStore struct {
	*fakeStore
	let    chan struct{}
	looks  chan context.Context
	before []int64
}

func (s *slowStore) Grep(ctx context.Context, q model.Query, before int64, give func(model.Grep) bool) (int64, error) {
	s.before = append(s.before, before)
	s.looks <- ctx
	return s.fakeStore.Grep(ctx, q, before, func(g model.Grep) bool {
		select {
		case <-s.let:
		case <-ctx.Done():
			return false
		}
		return give(g)
	})
}

// typed types a text into the field that a key opens, and answers the command
// that enter leads to.
func typed(t *testing.T, a *app, key, text string) tea.Cmd {
	t.Helper()
	press(t, a, key, "ctrl+u")
	for _, r := range text {
		press(t, a, string(r))
	}
	return a.update(keyOf("enter"))
}

// step runs a command, gives what it answers to the screen and answers the
// commands that follow.
func step(a *app, cmd tea.Cmd) tea.Cmd {
	if m, ok := cmd().(arrived); ok {
		return a.update(m)
	}
	return nil
}

// What no word is leads to a look through all texts by itself. It tells how far
// it is, shows what it has found meanwhile, answers keys, and stops with esc.
func TestLookThroughTexts(t *testing.T) {
	st := twoIncidents()
	for i := range 50 {
		st.failures = append(st.failures, model.Failure{ID: model.MessageID(10 + i), Details: "window", Request: fmt.Sprintf(`{"filler":%d}`, i)})
	}
	s := &slowStore{fakeStore: st, let: make(chan struct{}, 100), looks: make(chan context.Context, 10)}
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "l")
	cmd := step(a, typed(t, a, "/", `"NAME":"ord`)) // the words; it stands in the first that was loaded, which comes last
	r := a.top().(*rows)
	if len(s.looks) != 0 || !r.look.active || !strings.Contains(screenText(a), "no word or id like this; looking through all texts: 0 %") {
		t.Fatal(screenText(a))
	}
	for range 26 {
		s.let <- struct{}{}
		cmd = step(a, cmd)
	}
	ctx := <-s.looks
	if text := screenText(a); !strings.Contains(text, "looking through all texts: 49 %") {
		t.Error(text)
	}
	press(t, a, "down", "G", "?", "esc") // keys do what they do meanwhile
	if a.top() != screen(r) || !r.look.active {
		t.Fatal("a key stopped it")
	}
	press(t, a, "esc")
	if ctx.Err() == nil || a.top() != screen(r) || !strings.Contains(screenText(a), "stopped, nothing found in 49 % of all texts") {
		t.Error(ctx.Err(), screenText(a))
	}
	s.let <- struct{}{}
	settle(t, a, cmd) // what is late changes nothing
	if r.look.passed != 26 || r.look.active {
		t.Errorf("%+v", r.look)
	}
	close(s.let)
	settle(t, a, typed(t, a, "f", `"NAME":"ord`))
	if text := screenText(a); len(r.list) != 1 || !strings.Contains(text, " 1 found in all texts, the last loaded first") || strings.Contains(text, "no word") {
		t.Error(text)
	}
	press(t, a, "enter")
	if c, ok := a.top().(*caseView); !ok || c.msgID != 1 {
		t.Error(screenText(a))
	}
	press(t, a, "esc")
	if len(r.list) != 1 || !r.look.on {
		t.Error("what was found is gone")
	}
	press(t, a, "esc")
	if a.top() != screen(a.home) {
		t.Error("esc does not go back any more")
	}
}

// It waits when there is enough to look at, goes on below the last of it without
// anything twice, and a new search drops it.
func TestLookGoesOn(t *testing.T) {
	st := twoIncidents()
	for i := range 100 {
		st.failures = append(st.failures, model.Failure{ID: model.MessageID(10 + i), Details: "window", Request: `{"filler":1}`})
	}
	s := &slowStore{fakeStore: st, let: make(chan struct{}), looks: make(chan context.Context, 10)}
	close(s.let)
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "l")
	settle(t, a, typed(t, a, "/", "illER"))
	r := a.top().(*rows)
	if text := screenText(a); len(r.list) != lookRows || r.look.end || !strings.Contains(text, "40 found in 38 % of all texts; down at the end looks on") {
		t.Fatal(len(r.list), text)
	}
	press(t, a, "down")
	if len(r.list) != lookRows {
		t.Error("it looks on unasked")
	}
	press(t, a, "G", "G", "G", "G")
	if len(r.list) != 100 || !r.look.end || len(s.before) != 3 {
		t.Error(len(r.list), s.before, screenText(a))
	}
	for i, f := range r.list {
		if slices.IndexFunc(r.list, func(g model.Failure) bool { return g.ID == f.ID }) != i {
			t.Error("twice", f.ID)
		}
	}
	if text := screenText(a); !strings.Contains(text, "100 found in all texts") {
		t.Error(text)
	}

	late := step(a, typed(t, a, "/", "illER"))
	settle(t, a, typed(t, a, "/", "window"))
	settle(t, a, late)
	if text := screenText(a); r.look.on || r.query.Search != "window" || len(r.list) != 100 || strings.Contains(text, "all texts") {
		t.Error(len(r.list), text)
	}
	settle(t, a, typed(t, a, "/", "zz"))
	if r.look.on || !strings.Contains(screenText(a), "No message matches zz") {
		t.Error(screenText(a))
	}
	settle(t, a, typed(t, a, "f", "zz"))
	if r.look.on || !strings.Contains(screenText(a), "write 3 characters or more") {
		t.Error(screenText(a))
	}
	st.err = errors.New("the disk is gone")
	settle(t, a, typed(t, a, "f", "zzz"))
	if r.look.active || !strings.Contains(screenText(a), "the disk is gone") {
		t.Error(screenText(a))
	}
}

// A list of what was found does not grow without end.
func TestLookEnds(t *testing.T) {
	st := twoIncidents()
	for i := range 3 * lookMost {
		st.failures = append(st.failures, model.Failure{ID: model.MessageID(10 + i), At: now.Add(-time.Hour), Request: "common"})
	}
	a, _ := newTest(t, size{80, 24}, st)
	press(t, a, "l")
	settle(t, a, typed(t, a, "f", "common"))
	r := a.top().(*rows)
	for range 50 {
		press(t, a, "G")
	}
	if text := screenText(a); len(r.list) != lookMost || !strings.Contains(text, "a longer text finds fewer") || r.look.active {
		t.Error(len(r.list), text)
	}
}
