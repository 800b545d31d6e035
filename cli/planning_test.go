package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"unsent/model"
	"unsent/store"
	"unsent/triage"
	"unsent/ui"
)

// A list that is not written, because nothing goes or because the agent stops it,
// leaves no file that somebody could take for one.
func TestScreenPlanLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "unsent.db")
	s, err := store.Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	day := testNow.Add(48 * time.Hour) // by then all of the demo is too old
	a := &app{Sys: Sys{Getenv: func(string) string { return "" }, Now: func() time.Time { return testNow }}}
	if err := a.loadDemo(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	all, err := s.Incidents(t.Context(), model.Query{Codes: []model.Code{"131000"}, Limit: 1})
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	about := model.Target{Incident: all[0].ID}
	lists := func() int {
		names, err := filepath.Glob(filepath.Join(dir, "plans", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	ctx, stop := context.WithCancel(t.Context())
	plan := func(ctx context.Context, give func()) (ui.Planned, error) {
		return a.screenPlan(ctx, s, db, ui.PlanAsk{Target: about, Write: ui.PlanToSend}, func(int, int) {}, func(*model.Failure, *triage.Retry) { give() })
	}
	if got, err := plan(ctx, stop); !errors.Is(err, context.Canceled) || got.File != "" || lists() != 0 {
		t.Errorf("stopped: %q, %v, %d files", got.File, err, lists())
	}
	if got, err := plan(t.Context(), func() {}); err != nil || got.Sum.Planned == 0 || lists() != 1 {
		t.Fatalf("%+v, %v, %d files", got.Sum, err, lists())
	} else if info, err := os.Stat(got.File); err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	a.Now = func() time.Time { return day }
	if got, err := plan(t.Context(), func() {}); err == nil || got.File != "" || got.Sum.RefusedCount() != all[0].Failures || lists() != 1 {
		t.Errorf("nothing goes: %q, %v, %d refused, %d files", got.File, err, got.Sum.RefusedCount(), lists())
	}
}
