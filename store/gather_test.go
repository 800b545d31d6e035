package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"unsent/model"
)

// send is one send of a template in an account.
func send(n int, outcome model.Outcome, waba, template string) model.Record {
	r := model.Record{Outcome: outcome, Failure: model.Failure{
		At: base.Add(time.Duration(n) * time.Second), WAMID: fmt.Sprintf("wamid.gather-%s-%s-%d", waba, template, n), WABA: waba, Template: template, Kind: "template",
		Recipient: fmt.Sprintf("1555010%04d", n), RecipientRaw: fmt.Sprintf("1555010%04d", n),
	}}
	if outcome == model.Failed {
		r.Code, r.CodeFrom, r.Title, r.Request = "131000", model.FromColumn, "Something went wrong", `{"to":"15550100123"}`
	}
	return r
}

// "All of them failed" is a share like any other when the account's other sends
// of the time went well; without any success of the account there is none.
func TestShareOfATemplateThatAlwaysFails(t *testing.T) {
	s := openTest(t)
	var list []model.Record
	for n := range 20 {
		list = append(list, send(n, model.Failed, "1", "paused"), send(n, model.Succeeded, "1", "fine"), send(n, model.Failed, "2", "paused"))
	}
	importAll(t, s, list...)
	all, err := s.Incidents(t.Context(), model.Query{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%d incidents, %v", len(all), err)
	}
	for _, inc := range all {
		if want := inc.WABA == "1"; inc.Successes != want || inc.Attempts != 20 {
			t.Errorf("WABA %s: successes %t, %d attempts", inc.WABA, inc.Successes, inc.Attempts)
		}
	}
}

// A case brings everything on record, a message's own findings before its
// incident's, and payloads where they are at hand.
func TestCase(t *testing.T) {
	s := openTest(t)
	importAll(t, s, send(1, model.Failed, "1", "paused"), send(2, model.Failed, "1", "paused"))
	list := failures(t, s, model.Query{})
	id, msg := list[0].Incident, list[0].ID
	for _, f := range []struct {
		msg model.MessageID
		f   model.Finding
	}{
		{0, model.Finding{Check: "window", Verdict: model.OK, At: base}},
		{0, model.Finding{Check: "recipient", Verdict: model.OK, At: base}},
		{msg, model.Finding{Check: "recipient", Verdict: model.Problem, At: base}},
	} {
		if err := s.SaveFinding(t.Context(), id, f.msg, f.f); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddNote(t.Context(), id, "called them", "agent"); err != nil {
		t.Fatal(err)
	}
	whole, err := s.Case(t.Context(), id, 0)
	if err != nil || whole.Message != nil || len(whole.Newest) != 2 || len(whole.Samples) != 2 || whole.Newest[0].Request == "" ||
		len(whole.Notes) != 1 || whole.Incident.Recipients != 2 || whole.Scopes[model.DimTemplate].Values != 1 {
		t.Errorf("%+v %v", whole, err)
	}
	one, err := s.Case(t.Context(), id, msg)
	if err != nil || one.Message == nil || one.Message.Request == "" {
		t.Fatalf("%+v %v", one, err)
	}
	got := map[string]model.Verdict{}
	for _, f := range one.Findings {
		got[f.Check] = f.Verdict
	}
	if len(one.Findings) != 2 || got["recipient"] != model.Problem || got["window"] != model.OK {
		t.Errorf("findings of the message: %v", got)
	}
	if _, err := s.Case(t.Context(), id+99, 0); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("an incident that is not there: %v", err)
	}
}

// A glance is judged like the whole case, and brings the same message to stand
// for it, with its payloads.
func TestGlance(t *testing.T) {
	s := openTest(t)
	var list []model.Record
	for n := range 30 {
		r := send(n, model.Failed, "1", "paused")
		if n%7 == 0 { // a message of the incident whose own error is another
			r.Title = "Something else went wrong"
		}
		list = append(list, r, send(n, model.Failed, "2", "other"))
	}
	importAll(t, s, list...)
	all, err := s.Incidents(t.Context(), model.Query{})
	if err != nil || len(all) < 2 {
		t.Fatalf("%d incidents, %v", len(all), err)
	}
	if err := s.AddNote(t.Context(), all[0].ID, "seen before", "agent"); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveFinding(t.Context(), all[0].ID, 0, model.Finding{Check: "window", Verdict: model.OK, At: base}); err != nil {
		t.Fatal(err)
	}
	for _, inc := range all {
		glance, err := s.Glance(t.Context(), inc.ID)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := s.Case(t.Context(), inc.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "what stands for "+inc.ID.String(), glance.Stands(), whole.Stands())
		same(t, "findings", glance.Findings, whole.Findings)
		same(t, "notes", glance.Notes, whole.Notes)
		same(t, "steps", glance.Records, whole.Records)
		same(t, "incident", glance.Incident, whole.Incident)
		for _, dim := range []model.Dim{model.DimApp, model.DimKind, model.DimTemplate, model.DimWABA} {
			scope := whole.Scopes[dim]
			for i := range scope.Top {
				scope.Top[i].Attempted = 0
			}
			if same(t, "scope of "+string(dim), glance.Scopes[dim], scope); scope.Values == 0 && dim != model.DimApp {
				t.Errorf("%s is in no scope", dim)
			}
		}
	}
	if _, err := s.Glance(t.Context(), 999); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("an incident that is not there: %v", err)
	}
}

// The totals are kept while nothing is written, and whoever reads them in the
// middle of an import gets those of that moment.
func TestTotalsAreKept(t *testing.T) {
	s := openTest(t)
	kept := func() (n int) {
		t.Helper()
		if err := s.r.QueryRow("SELECT count(*) FROM meta WHERE key IN ('messages', 'incidents')").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	totals := func(messages, incidents int) {
		t.Helper()
		got, err := s.Totals(t.Context())
		if err != nil || got.Messages != messages || got.Incidents != incidents {
			t.Errorf("%d messages and %d incidents, %v; want %d and %d", got.Messages, got.Incidents, err, messages, incidents)
		}
		if n, _, err := s.Count(t.Context(), model.Query{}, 10); err != nil || n != messages {
			t.Errorf("counted %d messages, %v; want %d", n, err, messages)
		}
	}
	totals(0, 0)
	importAll(t, s, send(1, model.Failed, "1", "a"), send(2, model.Failed, "1", "a"), send(3, model.Failed, "1", "b"), send(4, model.Succeeded, "1", "b"))
	if kept() != 2 {
		t.Error("nothing is kept after an import")
	}
	totals(3, 2)
	second := importAll(t, s, send(5, model.Failed, "2", "a"))
	totals(4, 3)
	if _, err := s.w.Exec("DELETE FROM meta WHERE key IN ('messages', 'incidents')"); err != nil { // as while an import runs
		t.Fatal(err)
	}
	totals(4, 3)
	if _, err := s.UndoImport(t.Context(), second.ID); err != nil {
		t.Fatal(err)
	}
	if kept() != 2 {
		t.Error("nothing is kept after an import was taken back")
	}
	totals(3, 2)
}

// That not one send of an account went well is a fact where the file that says so
// has others of its sends that did; a file of failures only does not tell.
func TestShareOfAnAccountThatStops(t *testing.T) {
	for _, exported := range []bool{false, true} {
		s := openTest(t)
		var well, list []model.Record
		for n := range 20 {
			well = append(well, send(n-7200, model.Succeeded, "1", "a"))
			list = append(list, send(n, model.Failed, "1", []string{"a", "b"}[n%2]))
		}
		if exported { // the failures are another export's
			importAll(t, s, well...)
		} else {
			list = append(well, list...)
		}
		importAll(t, s, list...)
		all, err := s.Incidents(t.Context(), model.Query{})
		if err != nil || len(all) == 0 {
			t.Fatalf("%d incidents, %v", len(all), err)
		}
		for _, inc := range all {
			if inc.Successes == exported || inc.Attempts != inc.Failures {
				t.Errorf("an export of its own %t: successes %t, %d of %d", exported, inc.Successes, inc.Failures, inc.Attempts)
			}
			ev, err := s.Evidence(t.Context(), &inc)
			if i := slices.IndexFunc(ev.Contrasts, func(c model.Contrast) bool { return c.Dim == model.DimWABA }); err != nil || i < 0 == !exported {
				t.Errorf("an export of its own %t: contrasts %+v, %v", exported, ev.Contrasts, err)
			}
		}
	}
}

// An error that is one of several of an incident has its sample, however many
// templates the commonest one met.
func TestSamplesHaveEveryError(t *testing.T) {
	s := openTest(t)
	s.SetSorter(func(r *model.Record) model.Bounds { return model.Bounds{Code: r.Code, WABA: r.WABA} }, func(_ context.Context, log *Log) ([]model.Group, error) {
		g := model.Group{}
		for _, x := range log.Strands {
			g.Extents = append(g.Extents, model.Extent{Strand: x.ID, From: -1 << 60, To: 1 << 60})
		}
		for _, id := range log.Incidents {
			g.ID = id
		}
		return []model.Group{g}, nil
	})
	var list []model.Record
	for n := range 60 {
		list = append(list, send(n, model.Failed, "1", fmt.Sprintf("template_%d", n%15)))
	}
	rare := send(7, model.Failed, "1", "template_0")
	rare.Code, rare.WAMID = "131016", "wamid.rare"
	importAll(t, s, append(list, rare)...)
	all, err := s.Incidents(t.Context(), model.Query{})
	if err != nil || len(all) != 1 || all[0].Failures != 61 {
		t.Fatalf("%+v, %v", all, err)
	}
	samples, err := s.Samples(t.Context(), all[0].ID, 10)
	if err != nil || !slices.ContainsFunc(samples, func(f model.Failure) bool { return f.Code == "131016" }) {
		t.Errorf("none of %d samples has the second error, %v", len(samples), err)
	}
}
