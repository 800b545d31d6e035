package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"unsent/model"
)

// listedMessages are those of the list on top.
func listedMessages(a *app) string {
	var all []string
	for _, f := range a.top().(*rows).list {
		all = append(all, f.ID.String())
	}
	return strings.Join(all, " ")
}

func TestMove(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "enter")
	if press(t, a, "m"); !a.noticeBad || !strings.Contains(a.notice, "l lists its messages") {
		t.Errorf("%q", a.notice)
	}
	press(t, a, "l")
	if got := listedMessages(a); got != "m1 m2" {
		t.Fatal(got)
	}
	// What is moved goes out of the list, and the selection stays on its message.
	press(t, a, "m", "enter")
	if got := listedMessages(a); got != "m2" || s.failures[0].Incident != 2 || a.notice != "m1 moved from i1 to i2 (z undoes)" {
		t.Errorf("%s, m1 in %s, %q", got, s.failures[0].Incident, a.notice)
	}
	if f := a.top().(*rows).selected(); f == nil || f.ID != 2 {
		t.Errorf("%+v is selected", f)
	}
	// The last one leaves an empty list.
	press(t, a, "m", "n", "e", "w", "enter")
	if text := screenText(a); listedMessages(a) != "" || s.failures[1].Incident != 9 || !strings.Contains(text, "m2 moved from i1 to i9, a new incident") {
		t.Errorf("m2 in %s\n%s", s.failures[1].Incident, text)
	}
	if press(t, a, "m"); !strings.Contains(a.notice, "no message is selected") {
		t.Errorf("%q", a.notice)
	}
	press(t, a, "z")
	if press(t, a, "z"); s.undone != 2 {
		t.Errorf("%d undone", s.undone)
	}
}

func TestMoveMarked(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "l")
	if press(t, a, "ctrl+space"); !strings.Contains(a.notice, "space marks the message where the range begins") {
		t.Errorf("%q", a.notice)
	}
	press(t, a, "space", "space")
	if press(t, a, "ctrl+\\"); a.notice != "marks cleared" || len(a.top().(*rows).marks) != 0 {
		t.Errorf("%q", a.notice)
	}
	press(t, a, "g", "space", "G", "ctrl+space")
	if a.notice != "3 messages are marked" || !strings.Contains(screenText(a), "3 marked") {
		t.Errorf("%q\n%s", a.notice, screenText(a))
	}
	// They are of two incidents, so either of them can be chosen.
	press(t, a, "m", "i", "2", "enter")
	if a.notice != "3 messages moved from 2 incidents to i2 (z undoes)" || s.failures[1].Incident != 2 || listedMessages(a) != "m1 m2 m3" {
		t.Errorf("%q %s", a.notice, listedMessages(a))
	}
	if len(a.top().(*rows).marks) != 0 {
		t.Error("the marks are there still")
	}
	if press(t, a, "z"); s.undone != 1 {
		t.Errorf("%d undone, one key moved them", s.undone)
	}
	press(t, a, "m")
	if press(t, a, "x", "y", "z", "enter"); !strings.Contains(screenText(a), "no incident is like that") {
		t.Errorf("\n%s", screenText(a))
	}
	if press(t, a, "esc"); s.undone != 1 || strings.Contains(screenText(a), "to which incident") {
		t.Errorf("\n%s", screenText(a))
	}
}

// refuses has incidents that the list does not show, and one that is not there.
type refuses struct{ *fakeStore }

func (s refuses) Totals(ctx context.Context) (model.Totals, error) {
	t, err := s.fakeStore.Totals(ctx)
	t.Incidents = 900
	return t, err
}

func (s refuses) Move(_ context.Context, _ []model.MessageID, to model.IncidentID, _ string) (model.Move, error) {
	return model.Move{}, model.WithHint(fmt.Errorf("moving messages: looking for %s: %w", to, model.ErrNotFound), "look again")
}

func TestMoveElsewhere(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, refuses{twoIncidents()})
	press(t, a, "l", "m", "x")
	if text := screenText(a); !strings.Contains(text, "type the whole number of") {
		t.Errorf("\n%s", text)
	}
	press(t, a, "backspace", "i", "7", "3", "4")
	if text := screenText(a); !strings.Contains(text, "> i734") {
		t.Errorf("\n%s", text)
	}
	press(t, a, "enter")
	if !a.noticeBad || !strings.Contains(a.notice, "i734: not found") || !strings.Contains(a.notice, "look again") || len(a.undos) != 0 {
		t.Errorf("%q", a.notice)
	}
}

// A message that is moved from its own case is shown in its new incident, and is
// not in the list below any more; when that is undone elsewhere, both follow.
func TestMoveFromCase(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "enter", "l", "j", "enter", "m", "enter")
	c := a.top().(*caseView)
	if c.inc.ID != 2 || c.data.Incident.ID != 2 || !strings.Contains(screenText(a), "moved here from i1 by hand") {
		t.Errorf("%s\n%s", c.inc.ID, screenText(a))
	}
	s.failures[1].Incident, s.failures[1].Moved = 1, model.Moved{} // what undoing does
	if press(t, a, "z"); c.inc.ID != 1 || c.data.Incident.ID != 1 {
		t.Errorf("%s", c.inc.ID)
	}
	press(t, a, "esc")
	if got := listedMessages(a); got != "m1 m2" || a.top().(*rows).selected() == nil {
		t.Error(got)
	}
}

// Reading the list again leaves the selection on its message.
func TestRowsAgain(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "l", "j")
	s.failures = append([]model.Failure{{ID: 4, Incident: 2, At: now, Code: "131047"}}, s.failures...)
	press(t, a, "ctrl+r")
	if r := a.top().(*rows); listedMessages(a) != "m4 m1 m2 m3" || r.selected().ID != 2 {
		t.Errorf("%s, %s is selected", listedMessages(a), r.selected().ID)
	}
	s.err = errors.New("the disk is gone")
	if press(t, a, "ctrl+r"); !a.noticeBad {
		t.Errorf("%q", a.notice)
	}
	s.err = nil
	if press(t, a, "ctrl+r"); listedMessages(a) != "m4 m1 m2 m3" {
		t.Error(listedMessages(a))
	}
}

// A case counts what was moved to it and away from it.
func TestMovedLines(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	press(t, a, "enter")
	c := a.top().(*caseView)
	c.data.MovedHere, c.data.MovedAway = 2, 1
	text := strings.Join(strings.Fields(screenText(a)), " ")
	for _, want := range []string{"2 messages were moved here by hand.", "1 message was moved from here to another incident by hand; how the fault looks in the log is told with it."} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, screenText(a))
		}
	}
}
