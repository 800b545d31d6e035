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
	again := func(meanwhile func(other *Store)) (stale int) {
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
		other, err := Open(ctx, s.Path())
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		meanwhile(other)
		if err := s.refresh(ctx, log, topIncidents); err != nil {
			t.Fatal(err)
		}
		if err := s.r.QueryRow("SELECT count(*) FROM incident WHERE stale = 1 AND failures > 0").Scan(&stale); err != nil {
			t.Fatal(err)
		}
		return stale
	}
	if n := again(func(*Store) {}); n != 0 {
		t.Errorf("nobody wrote, and %d incidents have no summary", n)
	}
	for i, meanwhile := range []func(*Store){
		func(other *Store) { // cells, strands and names that the log does not know
			var list []model.Record
			for i := range 30 {
				list = append(list, failed(fmt.Sprint("wamid.C", i), i, template(fmt.Sprint("new", i))))
			}
			importAll(t, other, list...)
		},
		func(other *Store) { // texts that it knows go
			if _, err := other.UndoImport(ctx, 1); err != nil {
				t.Fatal(err)
			}
		},
		func(*Store) { // the same program writes
			if err := s.AddNote(ctx, 1, "a note", "somebody"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		if n := again(meanwhile); n == 0 && i == 2 {
			t.Errorf("summaries were kept although somebody wrote (%d)", i)
		}
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
