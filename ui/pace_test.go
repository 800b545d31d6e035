package ui

import (
	"context"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"unsent/model"
)

// Of a held key only the first drawings of a frame are made, one more is asked
// for when it is over, and no other key and no message goes undrawn.
func TestPace(t *testing.T) {
	var p pace
	drawn := 0
	draw := func() { p.draw(func() tea.View { drawn++; return tea.View{} }) }
	at := now
	asked := 0
	for range 500 {
		if p.key("j", at) != nil {
			asked++
		}
		draw()
		at = at.Add(time.Microsecond)
	}
	if drawn != keysDrawn || asked != 1 {
		t.Errorf("500 keys in half a millisecond: %d drawings, %d asked for later; want %d and 1", drawn, asked, keysDrawn)
	}
	if draw(); drawn != keysDrawn+1 {
		t.Error("a message that is no key was not drawn")
	}
	if p.key("k", at); p.skip {
		t.Error("another key would go undrawn")
	}
	p = pace{}
	drawn = 0
	for range 50 {
		p.key("j", at)
		draw()
		at = at.Add(time.Second / 30) // the keyboard's own repetition
	}
	if drawn != 50 {
		t.Errorf("%d of 50 keys at 30 a second were drawn", drawn)
	}
}

// Whatever is left undrawn, the drawing made up for in the end is of the last key.
func TestPaceEndsOnTheLastKey(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, many())
	var cmds []tea.Cmd
	a.beat.due = time.Now() // one is under way: a minute is too long for a test
	for range 60 {
		_, cmd := a.Update(keyOf("j"))
		cmds = append(cmds, cmd)
		a.View()
	}
	for _, c := range cmds {
		settle(t, a, c)
	}
	if got, want := a.View().Content, a.view().Content; got != want || a.home.at != 60 {
		t.Errorf("selected is %d, and the screen shows\n%s", a.home.at, ansi.Strip(got))
	}
}

// windowStore answers with pages of n messages, as the database does.
type windowStore struct {
	*fakeStore
	n int
}

func (s *windowStore) Failures(_ context.Context, q model.Query) ([]model.Failure, error) {
	var page []model.Failure
	for i := range q.Limit {
		id := s.n - i
		if q.From != (model.Cursor{}) {
			id = int(q.From.ID) - 1 - i
			if q.Back {
				id = int(q.From.ID) + q.Limit - i
			}
		}
		if id >= 1 && id <= s.n {
			page = append(page, model.Failure{ID: model.MessageID(id), Incident: 1, At: now.Add(time.Duration(id) * time.Second)})
		}
	}
	return page, nil
}

// Keys that are faster than the database are not lost at the edge of what is
// loaded, in either direction, and the end of the list is the end of the way.
func TestRowsKeysAheadOfTheDatabase(t *testing.T) {
	for _, n := range []int{3, 60, 1000, 5000} {
		a, _ := newTest(t, size{80, 24}, &windowStore{twoIncidents(), n})
		press(t, a, "l")
		r := a.top().(*rows)
		hold := func(key string, times int) {
			t.Helper()
			var cmds []tea.Cmd
			for range times {
				cmds = append(cmds, a.update(keyOf(key)))
			}
			for _, c := range cmds {
				settle(t, a, c)
			}
			a.frame()
		}
		for _, step := range []struct {
			key   string
			times int
			want  int // messages above the selected one
		}{
			{"j", 500, 500}, {"k", 100, 400}, {"j", 2000, 2400}, {"k", 2300, 100}, {"k", 300, 0}, {"j", 1, 1},
		} {
			if hold(step.key, step.times); n <= step.want {
				break
			}
			if got := n - int(r.selected().ID); got != step.want {
				t.Errorf("%d messages, %d times %s: %d above the selected one, want %d", n, step.times, step.key, got, step.want)
			}
		}
		if hold("j", n+500); int(r.selected().ID) != 1 {
			t.Errorf("%d messages: the way down ends at %s", n, r.selected().ID)
		}
		if len(r.list) > 3*pageRows {
			t.Errorf("%d rows are held", len(r.list))
		}
	}
}

// cells is ansi.StringWidth, only sooner done.
func TestCells(t *testing.T) {
	for _, s := range []string{
		"", "plain", "\x1b[1;38;2;1;2;3mbold\x1b[0m rest", "…─│█▁✓✗•", "héllo", "長い名前", "a\u0301b", "👍🏽 ok", "\x1b]0;title\a x", "\x1b[2Jx", "\x1b[", "\x1b",
		"tab\tand\nline", "\u200b\u202e", "\x9b31m", "\xff\xfe", "x\ufe0fy", "1\ufe0f\u20e3", "✓\ufe0f", "─\u0301",
	} {
		if got, want := cells(s), ansi.StringWidth(s); got != want {
			t.Errorf("cells(%q) = %d, want %d", s, got, want)
		}
	}
	a, _ := newTest(t, size{120, 40}, many())
	for i, line := range a.frame() {
		if got, want := cells(line), ansi.StringWidth(line); got != want {
			t.Errorf("line %d: %d cells, want %d: %q", i, got, want, line)
		}
	}
}

func FuzzCells(f *testing.F) {
	f.Add("a\x1b[31mb\x1b[m…")
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := cells(s), ansi.StringWidth(s); got != want {
			t.Errorf("cells(%q) = %d, want %d", s, got, want)
		}
	})
}

// countingStore counts how often a case is read whole, and how often glanced at.
type countingStore struct {
	*fakeStore
	mu             sync.Mutex
	whole, glances int
}

func (s *countingStore) Case(ctx context.Context, id model.IncidentID, msg model.MessageID) (model.Case, error) {
	s.whole++
	return s.fakeStore.Case(ctx, id, msg)
}

func (s *countingStore) Glance(ctx context.Context, id model.IncidentID) (model.Case, error) {
	s.mu.Lock()
	s.glances++
	s.mu.Unlock()
	return s.fakeStore.Glance(ctx, id)
}

// Beside the list a case is only glanced at, one at a time however fast the keys
// are; the case that is opened is read whole, and the one selected last is always
// looked at.
func TestGlances(t *testing.T) {
	s := &countingStore{fakeStore: many()}
	a, _ := newTest(t, size{120, 40}, s)
	var cmds []tea.Cmd
	for range 50 {
		cmds = append(cmds, a.update(keyOf("j")))
	}
	for _, c := range cmds {
		settle(t, a, c)
	}
	seen := a.home.off + 2*layoutFor(a.term).list.h // rows that have been in view or just below, each of them judged once
	if s.whole != 0 || s.glances > 8+seen {
		t.Errorf("50 keys at once read %d cases whole and glanced at %d", s.whole, s.glances)
	}
	before := s.glances
	for range 20 {
		press(t, a, "j", "k")
	}
	if more := s.glances - before; more > 48 {
		t.Errorf("going up and down glanced at %d, though all rows in view were judged", more)
	}
	if c := a.home.open; c.inc.ID != a.home.selected().ID || !c.glanced {
		t.Errorf("beside the list stands %s and selected is %s", c.inc.ID, a.home.selected().ID)
	}
	press(t, a, "enter")
	if c := a.home.open; s.whole != 1 || !c.ready || len(c.data.Scopes) == 0 {
		t.Errorf("opening read %d cases", s.whole)
	}
	late := a.home.open
	settle(t, a, func() tea.Msg { return caseGlanced{c: late, data: model.Case{Incident: late.inc}} })
	if !late.ready || len(late.data.Scopes) == 0 {
		t.Error("a glance that came late took the whole case's place")
	}
}
