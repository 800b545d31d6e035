package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"unsent/model"
)

// What somebody writes between making incidents and making their summaries is no
// error, and a summary that does not have it is not kept.
func TestRefreshAfterOthersWrote(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	for i := range 40 {
		importAll(t, s, failed(fmt.Sprint("wamid.A", i), i, template(fmt.Sprint("t", i%4))), succeeded(fmt.Sprint("wamid.B", i), i))
	}
	again := func(meanwhile func()) (stale int) {
		t.Helper()
		var log *Log
		if err := s.session(ctx, func(t *session) (err error) {
			if err = t.exec("UPDATE incident SET stale = 1"); err == nil {
				log, err = s.regroup(t)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		meanwhile()
		if err := s.refresh(ctx, log, topIncidents); err != nil {
			t.Fatal(err)
		}
		if err := s.r.QueryRow("SELECT count(*) FROM incident WHERE stale = 1 AND failures > 0").Scan(&stale); err != nil {
			t.Fatal(err)
		}
		return stale
	}
	if n := again(func() {}); n != 0 {
		t.Errorf("nobody wrote, and %d incidents have no summary", n)
	}
	if n := again(func() {
		if err := s.AddNote(ctx, 1, "a note", "somebody"); err != nil {
			t.Fatal(err)
		}
	}); n == 0 {
		t.Error("summaries were kept although somebody wrote")
	}
	// In the middle of another's import.
	s.patience = 10 * time.Millisecond
	if _, err := s.w.Exec("PRAGMA busy_timeout = 10"); err != nil {
		t.Fatal(err)
	}
	var log *Log
	if err := s.session(ctx, func(t *session) (err error) { log, err = s.regroup(t); return err }); err != nil {
		t.Fatal(err)
	}
	other, err := Open(ctx, s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	looked := false
	if _, err := other.Import(ctx, &synth{n: 3 * batchItems, seed: 5, success: 10}, ImportOptions{Progress: func(i model.Import) {
		if looked || i.Read <= batchItems {
			return
		}
		looked = true
		if err := s.refresh(ctx, log, topIncidents); err != nil {
			t.Error(err)
		}
	}}); err != nil || !looked {
		t.Fatal(looked, err)
	}
	in, err := s.Incidents(ctx, model.Query{})
	if err != nil || len(in) == 0 {
		t.Fatal(len(in), err)
	}
	for _, inc := range in {
		if c, err := s.Glance(ctx, inc.ID); err != nil || c.Incident.Failures == 0 {
			t.Errorf("%s: %+v %v", inc.ID, c.Incident, err)
		}
	}
}
