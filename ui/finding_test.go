package ui

import (
	"context"
	"testing"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// keepStore keeps what checks find.
type keepStore struct{ *fakeStore }

func (s keepStore) SaveFinding(_ context.Context, id model.IncidentID, _ model.MessageID, f model.Finding) error {
	s.found[id] = append([]model.Finding{f}, s.found[id]...)
	return nil
}

// What a check has found stays beside the list and in its words, whoever ran it, also
// where the case was read ahead before.
func TestFindingStaysBesideTheList(t *testing.T) {
	s := keepStore{triaged()}
	found := s.found[4][0]
	delete(s.found, 4)
	a, _ := newTest(t, size{120, 40}, s)
	for range 9 {
		if a.home.selected().ID != 4 {
			press(t, a, "j")
		}
	}
	before := a.home.likely.word(a.home.selected())
	row := func(when, want string) {
		t.Helper()
		if got := a.home.likely.word(a.home.selected()); a.home.selected().ID != 4 || got != want || len(a.home.open.data.Findings) == 0 {
			t.Errorf("%s: likely cause %q, want %q; %d findings beside the list", when, got, want, len(a.home.open.data.Findings))
		}
	}
	press(t, a, "enter")
	c := a.top().(*caseView)
	_ = s.SaveFinding(a.ctx, 4, 0, found) // as keepFindings does
	settle(t, a, a.update(findingArrived{c, found}))
	press(t, a, "esc")
	want := a.home.likely.word(a.home.selected())
	if want == before {
		t.Fatalf("the finding makes no difference: %q", want)
	}
	press(t, a, "k", "j")
	row("after up and down", want)

	s.found[4] = nil // and another console finds it
	press(t, a, "ctrl+r", "k", "j", "k")
	_ = s.SaveFinding(a.ctx, 4, 0, found)
	press(t, a, "j")
	row("of another console", want)

	s.found[4] = nil
	press(t, a, "ctrl+r", "k", "j", "k")
	_ = s.SaveFinding(a.ctx, 4, 0, found)
	up := a.update(keyOf("k")) // what is read there is not back when the row is reached
	a.update(keyOf("j"))
	down := a.update(keyOf("j"))
	settle(t, a, tea.Batch(up, down))
	row("while another is read", want)

	s.found[4] = nil
	press(t, a, "ctrl+r")
	if n := len(a.home.open.data.Findings); n != 0 {
		t.Errorf("read anew: %d findings", n)
	}
}
