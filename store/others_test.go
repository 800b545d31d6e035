package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"unsent/model"
)

// between opens the database once more, as another console, and answers options
// for an import whose first batch is followed by what that console does.
func between(t *testing.T, s *Store, do func(other *Store)) ImportOptions {
	t.Helper()
	other, err := Open(context.Background(), s.Path())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	done := false
	return ImportOptions{Progress: func(model.Import) {
		var read int
		// The import's own row says it when a batch is written.
		if err := other.r.QueryRow("SELECT coalesce(max(read), 0) FROM import WHERE file = 'long.csv'").Scan(&read); err != nil {
			t.Error(err)
		}
		if read > 0 && !done {
			done = true
			do(other)
		}
	}}
}

// long is a log of two batches: the first has n failures, the second is rest.
func long(n int, rest ...model.Record) *sliceStream {
	var list []model.Record
	for i := range n {
		list = append(list, failed(fmt.Sprint("wamid.LONG", i), 0))
	}
	s := records(append(list, rest...)...)
	s.file = "long.csv"
	return s
}

// An import that another console takes back while it runs has nothing left that
// could be taken back later; it must not go on.
func TestTakenBackWhileItRuns(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.A", 0))
	o := between(t, s, func(other *Store) {
		if _, err := other.UndoImport(ctx, 2); err != nil {
			t.Error(err)
		}
	})
	imp, err := s.Import(ctx, long(2*batchItems), o)
	if err == nil {
		t.Errorf("it goes on: %+v", imp)
	}
	consistent(t, s)
	if got := rowsOf(t, s, "SELECT count(*) FROM failure WHERE import NOT IN (SELECT id FROM import)"); got != "  [0]\n" {
		t.Errorf("failures of no import: %s", got)
	}
	if imp.Stored != 0 {
		t.Errorf("it says that it kept %d", imp.Stored)
	}
	t.Log(err)
}

// Another console brings the summaries up to date between two batches; what the
// second batch changes must be seen in them.
func TestSummariesBetweenBatches(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	o := between(t, s, func(other *Store) {
		importAll(t, other, failed("wamid.B", 0, func(r *model.Record) { r.WABA = "205550000000002" }))
	})
	var rest []model.Record
	for i := range 40 {
		rest = append(rest, succeeded(fmt.Sprint("wamid.OK", i), 0))
	}
	if _, err := s.Import(ctx, long(batchItems, rest...), o); err != nil {
		t.Fatal(err)
	}
	all, err := s.Incidents(ctx, model.Query{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%d incidents, %v", len(all), err)
	}
	if want := batchItems + 40; all[0].Attempts != want || !all[0].Successes {
		t.Errorf("%d attempts, successes %v, not %d", all[0].Attempts, all[0].Successes, want)
	}
}

// A database that was put together again by a tool may have lost how far its
// numbers go.
func TestNumbersWithoutSequence(t *testing.T) {
	s := openTest(t)
	importAll(t, s, failed("wamid.A", 0))
	if _, err := s.w.Exec("DELETE FROM sqlite_sequence"); err != nil {
		t.Fatal(err)
	}
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 1, code("131026"), func(r *model.Record) { r.Template = "another" }))
	consistent(t, s)
	if all := failures(t, s, model.Query{}); len(all) != 2 || all[0].Template != "another" {
		t.Errorf("%+v", all)
	}
}

func TestDryRunTellsHowFarItIs(t *testing.T) {
	s := openTest(t)
	last, widest := 0, 0
	n := 3 * batchItems
	imp, err := s.Import(context.Background(), long(n), ImportOptions{Dry: true, Progress: func(i model.Import) {
		last, widest = i.Read, max(widest, i.Read-last)
	}})
	if err != nil || imp.Stored != n {
		t.Fatalf("%+v %v", imp, err)
	}
	if last != n || widest > blockTexts {
		t.Errorf("progress ends at %d of %d and leaves out %d at once", last, n, widest)
	}
}

// A dry run keeps nothing, so what ends it must not say that it does.
func TestDryRunThatStops(t *testing.T) {
	s := openTest(t)
	log := long(5)
	log.steps = append(log.steps, errors.New("the disk is gone"))
	imp, err := s.Import(context.Background(), log, ImportOptions{Dry: true})
	var stopped *StoppedError
	if !errors.As(err, &stopped) || stopped.Line != 0 || strings.Contains(err.Error(), "kept") {
		t.Errorf("%v", err)
	}
	if said := strings.Join(imp.Warnings, " "); strings.Contains(said, "go on") {
		t.Errorf("%q", said)
	}
}

// Some logs name their broadcast where others name the message: then all rows are
// attempts of one. What each takes must not grow with how many there are; the
// plan says it whatever the machine.
func TestManyAttemptsOfOneMessage(t *testing.T) {
	s := openTest(t)
	var list []model.Record
	for i := range 2000 {
		list = append(list, failed("wamid.SAME", i))
	}
	if imp := importAll(t, s, list...); imp.Stored != 1 || imp.Updated != 1999 {
		t.Errorf("%+v", imp)
	}
	if imp := importAll(t, s, list...); imp.Duplicate != 2000 {
		t.Errorf("%+v", imp)
	}
	consistent(t, s)
	if plan := rowsOf(t, s, "EXPLAIN QUERY PLAN "+knownAttempt, 1, 1); !strings.Contains(plan, "failure=? AND sig=?") {
		t.Error(plan)
	}
}

// Until an import has come to the file's end its row says so: a program that is
// killed cannot say it afterwards.
func TestUnfinishedImportIsNamed(t *testing.T) {
	s := openTest(t)
	said := ""
	o := between(t, s, func(other *Store) {
		all, err := other.Imports(context.Background())
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v %v", all, err)
		}
		said = strings.Join(all[0].Warnings, " ")
	})
	if _, err := s.Import(context.Background(), long(2*batchItems), o); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said, "not come to its end") {
		t.Errorf("in the middle: %q", said)
	}
	all, err := s.Imports(context.Background())
	if err != nil || strings.Join(all[0].Warnings, " ") != "a warning" {
		t.Errorf("at the end: %+v %v", all, err)
	}
}
