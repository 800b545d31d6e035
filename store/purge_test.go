package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

func TestPurge(t *testing.T) {
	t.Run("T6", func(t *testing.T) {
		s := openTest(t)
		ctx := context.Background()
		s.now = func() time.Time { return base.Add(-24 * time.Hour) }
		secret := func(i int) func(*model.Record) {
			return func(r *model.Record) {
				r.Recipient, r.RecipientRaw = fmt.Sprintf("1555010%04d", i), fmt.Sprintf("SECRETRAW%d", i)
				r.Details, r.Campaign = fmt.Sprintf("SECRETDETAILS for Jane %d", i), fmt.Sprintf("SECRETCAMPAIGN%d", i)
				r.Raw, r.Request, r.Trace = fmt.Sprintf("SECRETROW%d", i), strings.Repeat("SECRETREQUEST", 300), fmt.Sprintf("SECRETTRACE%d", i)
			}
		}
		var list, rest []model.Record
		for i := range 300 {
			list = append(list, failed(fmt.Sprintf("wamid.SECRET%d", i), i, secret(i)))
		}
		for i := range 50 {
			// Some fail again later, with nothing left to hide.
			again := failed(fmt.Sprintf("wamid.SECRET%d", i), 500+i)
			again.WAMID = fmt.Sprintf("wamid.LATER%d", i)
			rest = append(rest, again)
		}
		twice := []model.Record{failed("wamid.TWICE", 10, secret(901)), failed("wamid.TWICE", 700)}
		list = append(list, model.Record{Outcome: model.Failed, Failure: model.Failure{WAMID: "wamid.SECRETTIMELESS", Raw: "SECRETROW"}}, succeeded("wamid.SECRETOK", 5))
		st := records(append(list, twice[0])...)
		st.steps = append(st.steps, &model.Rejection{Line: 9, Reason: "bad", Raw: "SECRETREJECTED"})
		if _, err := s.Import(ctx, st, ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := s.AddNote(ctx, 1, "keep this note", "ana"); err != nil {
			t.Fatal(err)
		}
		s.now = func() time.Time { return base.Add(24 * time.Hour) }
		importAll(t, s, append(rest, twice[1], succeeded("wamid.OK2", 600))...)

		gone, err := s.Purge(ctx, base.Add(400*time.Minute))
		if err != nil || gone != 301 {
			t.Fatal(gone, err)
		}
		sound(t, s)

		kept := openTest(t)
		importAll(t, kept, append(rest, twice[1], succeeded("wamid.OK2", 600))...)
		same(t, "what is left", counts(t, s), counts(t, kept))
		if notes, err := s.Notes(ctx, 1); err != nil || len(notes) != 1 {
			t.Error("the note went", err)
		}
		if h, err := s.History(ctx, 302); err != nil || len(h) != 0 {
			t.Errorf("%+v %v", h, err)
		}
		path := s.Path()
		s.Close()
		files, _ := filepath.Glob(path + "*")
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if at := bytes.Index(bytes.ToUpper(data), []byte("SECRET")); at >= 0 {
				t.Errorf("%s still holds %q", filepath.Base(file), data[at:min(at+40, len(data))])
			}
			if bytes.Contains(data, []byte("15550100010")) || bytes.Contains(data, []byte("Jane")) {
				t.Errorf("%s still holds a recipient", filepath.Base(file))
			}
		}
	})
}

func TestUndoImportKeepsWork(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	one := importAll(t, s, failed("wamid.A", 0))
	if err := s.AddNote(ctx, 1, "called", "ana"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.UndoImport(ctx, one.ID); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if in, err := s.Incidents(ctx, model.Query{}); err != nil || len(in) != 0 {
		t.Errorf("%+v %v", in, err)
	}
	if i, err := s.Incident(ctx, 1); err != nil || i.Failures != 0 || i.Recipients > 0 {
		t.Errorf("%+v %v", i, err)
	}
	if _, err := s.UndoImport(ctx, one.ID); !isMissing(err) {
		t.Error(err)
	}
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 0, template("other")))
	in, err := s.Incidents(ctx, model.Query{})
	if err != nil || len(in) != 2 || in[0].ID != 1 || in[1].ID != 2 {
		t.Errorf("%+v %v", in, err)
	}
	// Numbers of messages that went are not given out again.
	if all := failures(t, s, model.Query{}); all[0].ID != 3 || all[1].ID != 2 {
		t.Errorf("%v %v", all[0].ID, all[1].ID)
	}
}
