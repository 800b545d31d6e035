package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"unsent/model"
)

const crashRows = 75_000

// The tests' own program imports, when told to, so that it can be killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("UNSENT_TEST_IMPORT"); path != "" {
		s, err := Open(context.Background(), path)
		if err == nil {
			fmt.Println("begun")
			_, err = s.Import(context.Background(), &synth{n: crashRows, seed: 9, success: 30}, ImportOptions{Progress: func(i model.Import) {
				fmt.Println(i.Read)
			}})
		}
		fmt.Println("end", err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestKilledImport(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("takes long; what races is in the other tests")
	}
	path := filepath.Join(t.TempDir(), "unsent.db")
	ctx := context.Background()
	moved, moves := map[string]model.IncidentID{}, 0
	for round := range 4 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "UNSENT_TEST_IMPORT="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// It is killed at another point each time, in the middle of what it does.
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if n, _ := strconv.Atoi(lines.Text()); n > 3_000+round*22_000 {
				break
			}
		}
		time.Sleep(time.Duration(round*7) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()

		s, err := Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		s.now = func() time.Time { return time.Now().Add(abandoned) }
		if err := s.Settle(ctx); err != nil {
			t.Fatal(err)
		}
		sound(t, s)
		consistent(t, s)
		imports, err := s.Imports(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, i := range imports {
			if i.Read != i.Sum() {
				t.Errorf("read %d is not the sum %d", i.Read, i.Sum())
			}
			sum += i.Stored
		}
		totals, err := s.Totals(ctx)
		if err != nil || totals.Messages != sum {
			t.Errorf("%d messages, %d imported, %v", totals.Messages, sum, err)
		}
		if _, bad, err := s.VerifyAudit(ctx); bad != nil || err != nil {
			t.Errorf("%+v %v", bad, err)
		}
		// What was moved by hand stays where it is through all of this.
		wantMoved(t, s, moved)
		for _, f := range failures(t, s, model.Query{Limit: 7}) {
			if moved[f.WAMID] == 0 {
				m, err := s.Move(ctx, []model.MessageID{f.ID}, 0, "ana")
				if err != nil {
					t.Fatal(err)
				}
				moved[f.WAMID], moves = m.To, moves+1
			}
		}
		t.Logf("killed with %d messages stored", sum)
		s.Close()
	}
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Import(ctx, &synth{n: crashRows, seed: 9, success: 30}, ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	wantMoved(t, s, moved)
	consistent(t, s)
	for range moves {
		if _, err := s.Undo(ctx, "ana"); err != nil {
			t.Fatal(err)
		}
	}
	clean := openTest(t)
	if _, err := clean.Import(ctx, &synth{n: crashRows, seed: 9, success: 30}, ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	consistent(t, s)
	for _, query := range []string{
		"SELECT key, tag, failure <> 0, success <> 0 FROM identity",
		"SELECT k.key, i.failures, i.first, i.last FROM incident AS i JOIN extent AS e ON e.incident = i.id JOIN strand AS k ON k.id = e.strand WHERE i.failures > 0 AND k.failures > 0",
		"SELECT m.key, f.sig FROM mention AS m JOIN failure AS f ON f.id = m.failure",
	} {
		if rowsOf(t, s, query) != rowsOf(t, clean, query) {
			t.Errorf("after importing again this differs: %s", query)
		}
	}
	if counts(t, s) != counts(t, clean) {
		t.Error("after importing again the counts differ")
	}
}

func TestDiskFull(t *testing.T) {
	for _, pages := range []int{60, scaled(300) + 90, scaled(1500) + 100} {
		t.Run(fmt.Sprint(pages, " pages"), func(t *testing.T) {
			s := openTest(t)
			ctx := context.Background()
			if _, err := s.w.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
				t.Fatal(err)
			}
			i, err := s.Import(ctx, &synth{n: scaled(50_000), seed: 4}, ImportOptions{})
			var full *FullError
			if !errors.As(err, &full) || model.Hint(err) == "" {
				t.Fatalf("%T %v", err, err)
			}
			if i.Read != i.Sum() || full.Line != i.Read+2 {
				t.Errorf("line %d, %+v", full.Line, i)
			}
			sound(t, s)
			totals, err := s.Totals(ctx)
			if err != nil || totals.Messages != i.Stored {
				t.Errorf("%+v %v", totals, err)
			}
			if _, err := s.w.Exec("PRAGMA max_page_count = 1000000"); err != nil {
				t.Fatal(err)
			}
			// There may have been no room for the incidents of the last batches.
			s.now = func() time.Time { return time.Now().Add(abandoned) }
			if err := s.Settle(ctx); err != nil {
				t.Fatal(err)
			}
			s.now = time.Now
			consistent(t, s)
			again, err := s.Import(ctx, &synth{n: scaled(5_000), seed: 4}, ImportOptions{})
			if err != nil || again.Stored+again.Duplicate != scaled(5_000) || again.Duplicate != min(i.Stored, scaled(5_000)) {
				t.Errorf("%+v %v", again, err)
			}
		})
	}
}

func TestDatabaseInUse(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.A", 0))
	other, err := Open(ctx, s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.w.Exec("PRAGMA busy_timeout = 20"); err != nil {
		t.Fatal(err)
	}
	other.patience = 0
	tx, err := s.w.Begin() // takes the write lock
	if err != nil {
		t.Fatal(err)
	}
	var busy *BusyError
	if err := other.AddNote(ctx, 1, "x", "ana"); !errors.As(err, &busy) || model.Hint(err) == "" {
		t.Errorf("%T %v", err, err)
	}
	if _, err := other.Import(ctx, records(failed("wamid.B", 0)), ImportOptions{}); !errors.As(err, &busy) {
		t.Errorf("%T %v", err, err)
	}
	if got := wamids(t, other, model.Query{}); got != "wamid.A" {
		t.Errorf("reading meanwhile: %q", got)
	}
	tx.Rollback()
	if err := other.AddNote(ctx, 1, "x", "ana"); err != nil {
		t.Error(err)
	}
}

// Two consoles on one file, both importing and both working: nothing is lost,
// nothing counts twice, and no one is told that the other is busy.
func TestTwoConsoles(t *testing.T) {
	one := openTest(t)
	ctx := context.Background()
	importAll(t, one, failed("wamid.A", 0))
	two, err := Open(ctx, one.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	rows, notes := fewer(40_000), scaled(25)*2+5
	var wg sync.WaitGroup
	for i, s := range []*Store{one, two} {
		wg.Go(func() {
			// The two files have half of their rows in common.
			from := &synth{n: rows + i*rows/2, at: i * rows / 2, seed: 11, success: 10}
			if _, err := s.Import(ctx, from, ImportOptions{}); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			for n := range notes {
				if err := s.AddNote(ctx, 1, fmt.Sprint(i, " ", n), "ana"); err != nil {
					t.Error(err)
				}
				if _, err := s.Failures(ctx, model.Query{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	sound(t, one)
	kept, err := one.Notes(ctx, 1)
	if err != nil || len(kept) != 2*notes {
		t.Errorf("%d notes, %v", len(kept), err)
	}
	if _, bad, err := two.VerifyAudit(ctx); bad != nil || err != nil {
		t.Errorf("%+v %v", bad, err)
	}
	clean := openTest(t)
	importAll(t, clean, failed("wamid.A", 0))
	if _, err := clean.Import(ctx, &synth{n: rows + rows/2, seed: 11, success: 10}, ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	a, err := one.Totals(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b, err := clean.Totals(ctx)
	if err != nil {
		t.Fatal(err)
	}
	a.Imports, b.Imports = 0, 0
	same(t, "totals", a, b)
	consistent(t, one)
}

// The first screen waits for opening, totals and incidents.
func TestReadersDuringImport(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	done := make(chan error, 1)
	go func() {
		_, err := s.Import(ctx, &synth{n: fewer(60_000), seed: 2, success: 10}, ImportOptions{})
		done <- err
	}()
	last := 0
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			consistent(t, s)
			return
		default:
		}
		totals, err := s.Totals(ctx)
		if err != nil || totals.Messages < last {
			t.Fatalf("%+v %v", totals, err)
		}
		last = totals.Messages
		if _, err := s.Failures(ctx, model.Query{Limit: 40}); err != nil {
			t.Fatal(err)
		}
		in, err := s.Incidents(ctx, model.Query{Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range in {
			if i.Failures <= 0 || i.Attempts < i.Failures {
				t.Fatalf("%+v", i)
			}
		}
	}
}
