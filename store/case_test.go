package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

func isMissing(err error) bool { return errors.Is(err, model.ErrNotFound) }

// caseWork is what can be seen of the work on incident 1.
func caseWork(t *testing.T, s *Store) string {
	t.Helper()
	ctx := context.Background()
	i, err := s.Incident(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := s.Steps(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	notes, err := s.Notes(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %q %q %+v %+v", i.State, i.Assignee, i.Ticket, steps, notes)
}

func TestWorkAndUndo(t *testing.T) {
	t.Run("F10", func(t *testing.T) {
		s := openTest(t)
		ctx := context.Background()
		importAll(t, s, failed("wamid.A", 0))
		at := base
		s.now = func() time.Time { at = at.Add(time.Minute); return at }
		looks := []string{caseWork(t, s)}
		for i, do := range []func() error{
			func() error { return s.SetState(ctx, 1, model.StateWorking, "", "", "ana") },
			func() error { return s.Assign(ctx, 1, "ben", "ana") },
			func() error { return s.AddNote(ctx, 1, "called the customer", "ana") },
			func() error {
				return s.SetStep(ctx, 1, model.StepRecord{Step: "3", State: model.StepDone, By: "hand"}, "ana")
			},
			func() error {
				return s.SetStep(ctx, 1, model.StepRecord{Step: "3", State: model.StepProblem, By: "check", Note: "paused"}, "ana")
			},
			func() error { return s.SetState(ctx, 1, model.StateEscalated, "sent to Meta", "T-42", "ana") },
		} {
			if err := do(); err != nil {
				t.Fatal(i, err)
			}
			looks = append(looks, caseWork(t, s))
			if looks[i] == looks[i+1] {
				t.Errorf("change %d is not seen: %s", i, looks[i])
			}
		}
		for round := range 2 {
			for i := len(looks) - 2; i >= 0; i-- {
				what, err := s.Undo(ctx, "ana")
				if err != nil || !strings.Contains(what, "i1") {
					t.Fatal(i, what, err)
				}
				same(t, fmt.Sprint("undone to ", i), caseWork(t, s), looks[i])
			}
			if _, err := s.Undo(ctx, "ana"); !isMissing(err) {
				t.Error(err)
			}
			for i := 1; i < len(looks); i++ {
				if _, err := s.Redo(ctx, "ana"); err != nil {
					t.Fatal(i, err)
				}
				same(t, fmt.Sprint("redone to ", i), caseWork(t, s), looks[i])
			}
			if _, err := s.Redo(ctx, "ana"); !isMissing(err) {
				t.Error(round, err)
			}
		}
		if i, _ := s.Incident(ctx, 1); i.Changed.IsZero() {
			t.Error("not marked as changed")
		}
		if n, bad, err := s.VerifyAudit(ctx); bad != nil || err != nil || n != 2+6+12+12 {
			t.Errorf("%d %+v %v", n, bad, err)
		}
		sound(t, s)
	})
}

func TestUndoIsOnesOwn(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.A", 0))
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(s.SetState(ctx, 1, model.StateWorking, "", "", "ana"))
	do(s.AddNote(ctx, 1, "mine", "ben"))
	do(s.Assign(ctx, 1, "cora", "cora"))
	before := caseWork(t, s)
	if _, err := s.Undo(ctx, "ana"); !errors.Is(err, errOverlaid) || model.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	same(t, "after a refused undo", caseWork(t, s), before)
	if what, err := s.Undo(ctx, "ben"); err != nil || !strings.Contains(what, "note") {
		t.Error(what, err)
	}
	// A new change ends what could be done again.
	do(s.AddNote(ctx, 1, "another", "ben"))
	if _, err := s.Redo(ctx, "ben"); !isMissing(err) {
		t.Error(err)
	}
}

func TestWorkOnNothing(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	for i, err := range []error{
		s.SetState(ctx, 7, model.StateWorking, "", "", "ana"), s.Assign(ctx, 7, "ana", "ana"), s.AddNote(ctx, 7, "x", "ana"),
		s.SetStep(ctx, 7, model.StepRecord{Step: "1", State: model.StepDone}, "ana"),
	} {
		if !isMissing(err) {
			t.Error(i, err)
		}
	}
	if _, err := s.Incident(ctx, 7); !isMissing(err) {
		t.Error(err)
	}
	if _, err := s.Failure(ctx, 7); !isMissing(err) {
		t.Error(err)
	}
	if err := s.SetState(ctx, 7, "asleep", "", "", "ana"); err == nil || model.Hint(err) == "" {
		t.Error(err)
	}
	if all, err := s.Events(ctx, 0, 10); err != nil || len(all) != 0 {
		t.Error("what was refused is in the audit trail", all, err)
	}
}

func TestFindingsAndPackets(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.A", 0))
	old := model.Finding{Check: "window", Title: "Is the window open?", Verdict: model.Unknown, Summary: "cannot tell", At: base}
	f := model.Finding{
		Check: "window", Title: "Is the window open?", Verdict: model.Problem, Summary: "closed since noon", At: base.Add(time.Hour),
		Facts: []model.Fact{{Name: "last inbound", Value: "\x1b[1m2 days"}}, Source: "this log", Took: 1234567, Raw: "{}",
	}
	token := model.Finding{Check: "token", Verdict: model.OK, Summary: "works", At: base}
	about := model.Finding{Check: "recipient", About: 1, Verdict: model.Problem, Summary: "not a number", At: base}
	for _, x := range []model.Finding{old, f, token} {
		if err := s.SaveFinding(ctx, 1, 0, x); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveFinding(ctx, 1, 1, about); err != nil {
		t.Fatal(err)
	}
	got, err := s.Findings(ctx, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "of the incident", got, []model.Finding{token, f})
	for _, id := range []model.IncidentID{0, 1} {
		if got, err = s.Findings(ctx, id, 1); err != nil {
			t.Fatal(err)
		}
		same(t, "of the message", got, []model.Finding{about})
	}
	c, err := s.Case(ctx, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "before", c.Past, []model.Finding{old})
	if c, err = s.Case(ctx, 1, 1); err != nil {
		t.Fatal(err)
	}
	same(t, "before, of the message", c.Past, []model.Finding{old})
	if got, err = s.Findings(ctx, 2, 1); len(got) != 0 || err != nil {
		t.Errorf("%+v %v", got, err)
	}

	p := model.Packet{Incident: 1, Made: base, Profile: "meta", Format: "text", Complete: 4, Hash: "abc", File: "p.txt", Text: "To whom it may concern"}
	q := p
	q.Message, q.Format = 1, "json"
	if p.ID, err = s.SavePacket(ctx, p); err != nil {
		t.Fatal(err)
	}
	if q.ID, err = s.SavePacket(ctx, q); err != nil {
		t.Fatal(err)
	}
	packets, err := s.Packets(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "packets", packets, []model.Packet{q, p})
}

func TestAuditFindsEveryAlteration(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	for i := range 30 {
		if err := s.Log(ctx, "ana", "reveal", fmt.Sprint("m", i), "the number was shown"); err != nil {
			t.Fatal(err)
		}
	}
	verify := func() (int64, *model.Event) {
		t.Helper()
		n, bad, err := s.VerifyAudit(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return n, bad
	}
	if n, bad := verify(); n != 30 || bad != nil {
		t.Fatalf("%d %+v", n, bad)
	}
	page, err := s.Events(ctx, 28, 10)
	if err != nil || len(page) != 2 || page[0].N != 29 || page[1].Target != "m29" || page[1].Who != "ana" {
		t.Errorf("%+v %v", page, err)
	}
	for _, c := range []struct {
		name, alter, undo string
		bad               int64
	}{
		{"who", "UPDATE event SET who = 'bnb' WHERE n = 7", "UPDATE event SET who = 'ana' WHERE n = 7", 7},
		{"when", "UPDATE event SET at = at + 1 WHERE n = 9", "UPDATE event SET at = at - 1 WHERE n = 9", 9},
		{"what", "UPDATE event SET what = 'reveaL' WHERE n = 1", "UPDATE event SET what = 'reveal' WHERE n = 1", 1},
		{"a division moved", "UPDATE event SET who = 'an', what = 'areveal' WHERE n = 3", "UPDATE event SET who = 'ana', what = 'reveal' WHERE n = 3", 3},
		{"hash", "UPDATE event SET hash = upper(hash) WHERE n = 12", "UPDATE event SET hash = lower(hash) WHERE n = 12", 12},
		{"order", "UPDATE event SET n = 99 WHERE n = 5", "UPDATE event SET n = 5 WHERE n = 99", 6},
		{"end altered", "UPDATE event SET detail = 'no number was shown' WHERE n = 30", "UPDATE event SET detail = 'the number was shown' WHERE n = 30", 30},
	} {
		if _, err := s.w.Exec(c.alter); err != nil {
			t.Fatal(err)
		}
		if n, bad := verify(); bad == nil || bad.N != c.bad || n >= c.bad {
			t.Errorf("%s: %d sound, %+v", c.name, n, bad)
		}
		if _, err := s.w.Exec(c.undo); err != nil {
			t.Fatal(err)
		}
	}
	if _, bad := verify(); bad != nil {
		t.Fatalf("%+v", bad)
	}
	if _, err := s.w.Exec("DELETE FROM event WHERE n > 25"); err != nil {
		t.Fatal(err)
	}
	if n, bad := verify(); n != 25 || bad == nil || bad.N != 26 {
		t.Errorf("end cut off: %d %+v", n, bad)
	}
}

func TestEveryMutationIsInTheAuditTrail(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	s.SetWho("ana")
	i := importAll(t, s, failed("wamid.A", 0))
	var errs []error
	keep := func(err error) { errs = append(errs, err) }
	keep(s.SetState(ctx, 1, model.StateWorking, "", "", "ana"))
	keep(s.Assign(ctx, 1, "ben", "ana"))
	keep(s.SetStep(ctx, 1, model.StepRecord{Step: "1", State: model.StepDone}, "ana"))
	keep(s.AddNote(ctx, 1, "note", "ana"))
	_, err := s.Move(ctx, []model.MessageID{1}, 0, "ana")
	keep(err)
	_, err = s.Undo(ctx, "ana")
	keep(err)
	_, err = s.Redo(ctx, "ana")
	keep(err)
	keep(s.SaveFinding(ctx, 1, 0, model.Finding{Check: "token", Verdict: model.OK}))
	_, err = s.SavePacket(ctx, model.Packet{Incident: 1})
	keep(err)
	keep(s.SetSetting(ctx, "theme", "dark"))
	_, err = s.UndoImport(ctx, i.ID)
	keep(err)
	_, err = s.Purge(ctx, base)
	keep(err)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	all, err := s.Events(ctx, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var what []string
	for _, e := range all {
		what = append(what, e.What)
		if e.Who != "ana" || e.At.IsZero() || e.Target == "" {
			t.Errorf("%+v", e)
		}
	}
	same(t, "events", strings.Join(what, " "), "import import state assign step note move undo redo check packet setting undo purge")
}
