package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"unsent/model"
)

// messageOf is the message with a wamid.
func messageOf(t testing.TB, s *Store, wamid string) model.Failure {
	t.Helper()
	f, err := s.MessageOf(context.Background(), wamid)
	if err != nil {
		t.Fatal(wamid, err)
	}
	return f
}

func move(t testing.TB, s *Store, to model.IncidentID, list ...string) model.Move {
	t.Helper()
	var messages []model.MessageID
	for _, wamid := range list {
		messages = append(messages, messageOf(t, s, wamid).ID)
	}
	m, err := s.Move(context.Background(), messages, to, "ana")
	if err != nil {
		t.Fatal(err)
	}
	consistent(t, s)
	return m
}

// Going back is to where a message would be by itself, however often it was moved.
func TestMoveBack(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 1, template("two")), failed("wamid.C", 2, template("three")))
	before := portrait(t, s, true)
	move(t, s, 2, "wamid.A")
	move(t, s, 3, "wamid.A", "wamid.B")
	m, err := s.MoveBack(ctx, []model.MessageID{1, 2, 3}, "ana")
	if err != nil || m.To != 0 || m.Already != 1 || m.String() != "m1 and m2 from i3 back to where they come from" {
		t.Errorf("%+v %s %v", m, m, err)
	}
	same(t, "back", portrait(t, s, true), before)
	if _, err := s.MoveBack(ctx, []model.MessageID{1}, "ana"); !errors.Is(err, model.ErrNotMoved) || model.Hint(err) == "" {
		t.Error(err)
	}
	if what, err := s.Undo(ctx, "ana"); err != nil || what != m.String() {
		t.Error(what, err)
	}
	wantMoved(t, s, map[string]model.IncidentID{"wamid.A": 3, "wamid.B": 3})
	if m, err = s.MoveBack(ctx, []model.MessageID{2}, "ana"); err != nil || m.String() != "m2 from i3 back to i2" {
		t.Errorf("%s %v", m, err)
	}
}

// wantMoved checks that messages are in the incidents that they were moved to.
func wantMoved(t testing.TB, s *Store, want map[string]model.IncidentID) {
	t.Helper()
	for wamid, id := range want {
		if f := messageOf(t, s, wamid); f.Incident != id || f.Moved.Who != "ana" {
			t.Errorf("%s is in %s and not in %s, moved %+v", wamid, f.Incident, id, f.Moved)
		}
	}
}

// byGaps is a sorter that parts strands where ten minutes pass without a failure,
// and joins the first pieces of all when one of them has three failures.
func byGaps(_ context.Context, log *Log) ([]model.Group, error) {
	numberAt := func(strand, at int64) model.IncidentID {
		for e, id := range log.Incidents {
			if e.Strand == strand && e.From <= at && at < e.To {
				return id
			}
		}
		return 0
	}
	var groups []model.Group
	used := map[model.IncidentID]bool{}
	add := func(e model.Extent) {
		id := numberAt(e.Strand, max(e.From, 0))
		if used[id] {
			id = 0
		}
		used[id] = true
		groups = append(groups, model.Group{ID: id, Shape: model.ShapeTemplate, Extents: []model.Extent{e}})
	}
	for _, x := range log.Strands {
		if x.Failures == 0 {
			continue
		}
		from, last := int64(-ever), int64(0)
		for _, m := range x.Minutes {
			if m.Failed > 0 && last != 0 && m.At-last > 10 {
				add(model.Extent{Strand: x.ID, From: from, To: m.At * 60_000})
				from = m.At * 60_000
			}
			if m.Failed > 0 {
				last = m.At
			}
		}
		add(model.Extent{Strand: x.ID, From: from, To: ever})
	}
	return groups, nil
}

func TestMove(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	// A and B are of one strand and one moment; T has no time.
	timeless := failed("wamid.T", 0)
	timeless.At, timeless.AtText = time.Time{}, ""
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 0), failed("wamid.C", 3, to("15550100009")), timeless,
		failed("wamid.X", 1, code("190"), to("15550100007")), succeeded("wamid.OK", 2))
	before := portrait(t, s, true)

	m := move(t, s, 2, "wamid.B", "wamid.T")
	same(t, "what is said", m.String(), "m2 and m4 from i1 to i2")
	wantMoved(t, s, map[string]model.IncidentID{"wamid.B": 2, "wamid.T": 2})
	same(t, "of i1", wamids(t, s, model.Query{Incident: 1}), "wamid.C wamid.A")
	same(t, "of i2", wamids(t, s, model.Query{Incident: 2}), "wamid.X wamid.B wamid.T")
	same(t, "of i2 with its code", wamids(t, s, model.Query{Incident: 2, Codes: []model.Code{"131000"}}), "wamid.B wamid.T")
	i, err := s.Incident(ctx, 2)
	if err != nil || i.Failures != 3 || i.Recipients != 2 || !i.First.Equal(base) || i.Changed.IsZero() {
		t.Errorf("%+v %v", i, err)
	}
	c, err := s.Case(ctx, 2, messageOf(t, s, "wamid.B").ID)
	if err != nil || c.MovedHere != 2 || c.MovedAway != 0 || c.Message.Moved.From != 1 || c.Message.Moved.At.IsZero() {
		t.Errorf("%d %d %+v %v", c.MovedHere, c.MovedAway, c.Message.Moved, err)
	}
	if c, err := s.Glance(ctx, 1); err != nil || c.MovedHere != 0 || c.MovedAway != 2 {
		t.Errorf("%d %d %v", c.MovedHere, c.MovedAway, err)
	}
	for id, want := range map[model.IncidentID]int{1: 2, 2: 2} { // with a time
		tl, err := s.Timeline(ctx, model.Query{Incident: id}, 80)
		if sum := tl.Sum(0, len(tl.Bins)); err != nil || sum.Failed != want {
			t.Errorf("the timeline of %s has %d failures, not %d, %v", id, sum.Failed, want, err)
		}
	}
	all, err := s.Samples(ctx, 2, 10)
	if err != nil || len(all) != 3 {
		t.Errorf("%d samples, %v", len(all), err)
	}

	// Where they are already, and where there is nothing.
	b := messageOf(t, s, "wamid.B").ID
	if _, err := s.Move(ctx, []model.MessageID{b}, 2, "ana"); !errors.Is(err, model.ErrThere) || model.Hint(err) == "" {
		t.Error(err)
	}
	if _, err := s.Move(ctx, []model.MessageID{b}, 99, "ana"); !isMissing(err) {
		t.Error(err)
	}
	if _, err := s.Move(ctx, []model.MessageID{99}, 2, "ana"); !isMissing(err) {
		t.Error(err)
	}
	if _, err := s.Move(ctx, nil, 2, "ana"); err == nil || model.Hint(err) == "" {
		t.Error(err)
	}

	m = move(t, s, 0, "wamid.X", "wamid.T")
	if !m.New || m.To != 3 || m.String() != "m4 and m5 from i2 to i3 (new)" {
		t.Errorf("%+v", m)
	}
	if i, err := s.Incident(ctx, 3); err != nil || i.Failures != 2 || i.Reason == "" || i.Shape != "" {
		t.Errorf("%+v %v", i, err)
	}
	// Back to where it comes from by itself is no move any more.
	m = move(t, s, 1, "wamid.T", "wamid.A")
	if f := messageOf(t, s, "wamid.T"); f.Moved != (model.Moved{}) || f.Incident != 1 || m.Already != 1 || len(m.Back) != 1 || m.Back[0] != f.ID {
		t.Errorf("%+v %+v", f.Moved, m)
	}
	for _, want := range []string{"m4 from i3 back to i1", "m4 and m5 from i2 to i3 (new)", "m2 and m4 from i1 to i2"} {
		what, err := s.Undo(ctx, "ana")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "taken back", what, want)
		consistent(t, s)
	}
	same(t, "all taken back", portrait(t, s, true), before)
	for range 3 {
		if _, err := s.Redo(ctx, "ana"); err != nil {
			t.Fatal(err)
		}
		consistent(t, s)
	}
	wantMoved(t, s, map[string]model.IncidentID{"wamid.B": 2, "wamid.X": 3})
	events, err := s.Events(ctx, 0, 100)
	if err != nil || !slices.ContainsFunc(events, func(e model.Event) bool {
		return e.What == "move" && e.Target == "i2" && e.Who == "ana" && e.Detail == "m2 and m4 from i1 to i2"
	}) {
		t.Errorf("%+v %v", events, err)
	}
}

// Property: whatever is moved, loaded, taken back and purged in whatever order, what
// is moved is where it was moved to, and all else is where it would be had nothing
// been moved.
func TestMovedAndLoadedInAnyOrder(t *testing.T) {
	for seed := range uint64(scaled(12)) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 11))
			ctx := context.Background()
			s, plain := openTest(t), openTest(t)
			for _, x := range []*Store{s, plain} {
				x.SetSorter(byTemplate, byGaps)
			}
			want := map[string]model.IncidentID{} // where messages were moved to
			moves := 0
			var made []int64
			check := func() {
				t.Helper()
				sound(t, s)
				consistent(t, s)
				wantMoved(t, s, want)
				alike := map[model.IncidentID]model.IncidentID{} // the numbers of new ones may differ
				for _, f := range failures(t, plain, model.Query{Limit: 1000}) {
					mine := messageOf(t, s, f.WAMID)
					is, natural, err := placeOf(s, mine.ID)
					if err != nil {
						t.Fatal(err)
					}
					if alike[f.Incident] == 0 {
						alike[f.Incident] = model.IncidentID(natural)
					}
					if alike[f.Incident] != model.IncidentID(natural) || mine.Moved.Who == "" && is != natural {
						t.Errorf("%s is in i%d and would be in i%d; without moves it is in %s, whose other messages are in %s", f.WAMID, is, natural, f.Incident, alike[f.Incident])
					}
				}
			}
			for range 14 {
				switch rng.IntN(6) {
				case 0, 1, 2:
					var list []model.Record
					for range 5 + rng.IntN(20) {
						r := failed(fmt.Sprintf("wamid.%d", rng.IntN(60)), rng.IntN(90), template(fmt.Sprintf("t%d", rng.IntN(3))))
						if rng.IntN(8) == 0 {
							r.At, r.AtText = time.Time{}, ""
						}
						if rng.IntN(5) == 0 {
							r = succeeded(r.WAMID, 3)
						}
						list = append(list, r)
					}
					made = append(made, importAll(t, s, list...).ID)
					importAll(t, plain, list...)
				case 3, 4:
					all := failures(t, s, model.Query{Limit: 1000})
					if len(all) == 0 {
						continue
					}
					rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
					to := all[0].Incident
					if rng.IntN(3) == 0 {
						to = 0
					}
					list := all[1:min(len(all), 2+rng.IntN(6))]
					var messages []model.MessageID
					for _, f := range list {
						messages = append(messages, f.ID)
					}
					m, err := s.Move(ctx, messages, to, "ana")
					if errors.Is(err, model.ErrThere) || len(list) == 0 {
						continue
					}
					if err != nil {
						t.Fatal(err)
					}
					moves++
					wantAsMadeAnew(t, s)
					for _, id := range m.Messages {
						f, err := s.Failure(ctx, id)
						if err != nil || f.Incident != m.To {
							t.Fatal(f.Incident, m, err)
						}
						delete(want, f.WAMID)
						if f.Moved.Who != "" {
							want[f.WAMID] = m.To
						}
					}
				case 5:
					if len(made) == 0 {
						continue
					}
					id := made[len(made)-1]
					made = made[:len(made)-1]
					for _, x := range []*Store{s, plain} {
						if _, err := x.UndoImport(ctx, id); err != nil {
							t.Fatal(err)
						}
					}
					for wamid := range want {
						if _, err := s.MessageOf(ctx, wamid); isMissing(err) {
							delete(want, wamid) // and when it comes again, it is another message
						}
					}
				}
				check()
			}
			for _, x := range []*Store{s, plain} {
				if _, err := x.Purge(ctx, base.Add(40*time.Minute)); err != nil {
					t.Fatal(err)
				}
			}
			for wamid := range want {
				if _, err := s.MessageOf(ctx, wamid); isMissing(err) {
					delete(want, wamid)
				}
			}
			check()
			for range moves {
				if _, err := s.Undo(ctx, "ana"); err != nil {
					t.Fatal(err)
				}
			}
			clear(want)
			check()
			if left := rowsOf(t, s, "SELECT * FROM pin UNION ALL SELECT id, 0, 0, '', 0 FROM failure WHERE strand < 0"); left != "" {
				t.Errorf("all is taken back, and this is left:\n%s", left)
			}
			if got, want := len(failures(t, s, model.Query{Limit: 1000})), len(failures(t, plain, model.Query{Limit: 1000})); got != want {
				t.Errorf("%d messages, %d without moves", got, want)
			}
		})
	}
}

// wantAsMadeAnew checks that what a move leaves of incidents is what making all of
// them anew would.
func wantAsMadeAnew(t testing.TB, s *Store) {
	t.Helper()
	const query = "SELECT id, failures, first, last, shape, reason, joined, summary FROM incident WHERE failures > 0"
	left := rowsOf(t, s, query)
	var log *Log
	if err := s.session(context.Background(), func(t *session) (err error) {
		if err := t.exec("UPDATE incident SET stale = 1"); err != nil {
			return err
		}
		log, err = s.regroup(t)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.refresh(context.Background(), log, topIncidents); err != nil {
		t.Fatal(err)
	}
	same(t, "what moving left, and making all anew", left, rowsOf(t, s, query))
}

// The trend of a large incident is corrected and not counted again.
func TestMoveOutOfALargeIncident(t *testing.T) {
	s, _ := big(t, 3000)
	ctx := context.Background()
	in, err := s.Incidents(ctx, model.Query{Limit: 2})
	if err != nil || len(in) < 2 {
		t.Fatal(len(in), err)
	}
	read := func(id model.IncidentID) (e extent, sum summary) {
		t.Helper()
		var text string
		if err := s.r.QueryRow("SELECT id, failures, first, last, summary FROM incident WHERE id = ?", int64(id)).Scan(&e.id, &e.failures, &e.first, &e.last, &text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &sum); err != nil {
			t.Fatal(err)
		}
		if e.pieces, err = piecesOf(ctx, s.r, e.id); err != nil {
			t.Fatal(err)
		}
		return e, sum
	}
	list := failures(t, s, model.Query{Incident: in[0].ID, Limit: 9})[1:] // and not its newest
	was, old := read(in[0].ID)
	into, grown := read(in[1].ID)
	var messages []model.MessageID
	var came, went []shift
	for _, f := range list {
		at := f.At.UnixMilli()
		if at > into.first && at < into.last {
			messages, came, went = append(messages, f.ID), append(came, shift{at, 1}), append(went, shift{at, -1})
		}
	}
	if _, err := s.Move(ctx, messages, in[1].ID, "ana"); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		id     model.IncidentID
		was    extent
		old    summary
		shifts []shift
	}{{in[0].ID, was, old, went}, {in[1].ID, into, grown, came}} {
		e, made := read(x.id)
		if e.first != x.was.first || e.last != x.was.last || e.failures == x.was.failures {
			t.Fatalf("%+v, was %+v", e, x.was)
		}
		same(t, "the trend of "+x.id.String(), e.shifted(x.old.Trend, x.shifts), made.Trend)
	}
	wantAsMadeAnew(t, s)
}

// placeOf is the session's.
func placeOf(s *Store, message model.MessageID) (is, natural int64, err error) {
	err = s.session(context.Background(), func(t *session) error {
		is, natural, err = t.placeOf(int64(message))
		return err
	})
	return is, natural, err
}

// What was moved to an incident goes with it into another one, and comes back with
// it. Moving to a number that has become a part of another one is moving there.
func TestMovedToAPart(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	together := false
	s.SetSorter(byTemplate, func(ctx context.Context, log *Log) ([]model.Group, error) {
		if !together {
			return eachStrand(ctx, log)
		}
		one := model.Group{ID: 1}
		for _, x := range log.Strands {
			if x.Template == "other" {
				continue
			}
			one.Extents = append(one.Extents, model.Extent{Strand: x.ID, From: -ever, To: ever})
		}
		one.Joined = []model.IncidentID{2}
		groups, err := eachStrand(ctx, log)
		return append([]model.Group{one}, slices.DeleteFunc(groups, func(g model.Group) bool { return g.ID <= 2 })...), err
	})
	importAll(t, s, failed("wamid.A", 0, template("one")), failed("wamid.B", 1, template("two")), failed("wamid.C", 2, template("other")), failed("wamid.D", 2, template("other")))
	move(t, s, 2, "wamid.C")
	together = true
	load := importAll(t, s, failed("wamid.E", 3, template("one")))
	consistent(t, s)
	wantMoved(t, s, map[string]model.IncidentID{"wamid.C": 1})
	if m := move(t, s, 2, "wamid.D"); m.To != 1 {
		t.Errorf("%+v", m)
	}
	wantMoved(t, s, map[string]model.IncidentID{"wamid.D": 1})
	together = false
	if _, err := s.UndoImport(ctx, load.ID); err != nil {
		t.Fatal(err)
	}
	consistent(t, s)
	for range 2 {
		if _, err := s.Undo(ctx, "ana"); err != nil {
			t.Fatal(err)
		}
	}
	consistent(t, s)
	if f := messageOf(t, s, "wamid.C"); f.Incident != 3 || f.Moved != (model.Moved{}) {
		t.Errorf("%s %+v", f.Incident, f.Moved)
	}
}

// Another agent's later move of the same message is not taken back.
func TestMoveOfAnotherAgentStands(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 1, template("two")), failed("wamid.C", 2, template("three")))
	move(t, s, 2, "wamid.A")
	if _, err := s.Move(ctx, []model.MessageID{1}, 3, "ben"); err != nil {
		t.Fatal(err)
	}
	if what, err := s.Undo(ctx, "ana"); !errors.Is(err, errOverlaid) || model.Hint(err) == "" {
		t.Error(what, err)
	}
	if f := messageOf(t, s, "wamid.A"); f.Incident != 3 || f.Moved.Who != "ben" || f.Moved.From != 2 {
		t.Errorf("%s %+v", f.Incident, f.Moved)
	}
}

// A message that is moved while a log is loaded, by this console and by another one,
// and whose next attempt comes with that log, stays where it was moved to.
func TestMovedWhileLoading(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 1), failed("wamid.C", 2, template("two")))
	rest := []model.Record{failed("wamid.A", 50), failed("wamid.NEW", 51, template("three")), failed("wamid.NEW2", 52, template("three"))}
	done := false
	o := between(t, s, func(other *Store) { // between two batches, on the goroutine that imports
		for _, x := range []struct {
			s       *Store
			message model.MessageID
		}{{other, 2}, {s, 1}} {
			if _, err := x.s.Move(ctx, []model.MessageID{x.message}, 0, "ana"); err != nil {
				t.Error(err)
			}
		}
		done = true
	})
	o.Who = "ana"
	if _, err := s.Import(ctx, long(batchItems+1, rest...), o); err != nil || !done {
		t.Fatal(done, err)
	}
	sound(t, s)
	consistent(t, s)
	f := messageOf(t, s, "wamid.A")
	wantMoved(t, s, map[string]model.IncidentID{"wamid.B": 3, "wamid.A": 4})
	if f.Attempts != 2 || !f.At.Equal(base.Add(50*time.Minute)) || wamids(t, s, model.Query{Incident: f.Incident}) != "wamid.A" {
		t.Errorf("%+v", f)
	}
}
