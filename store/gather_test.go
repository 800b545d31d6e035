package store

import (
	"errors"
	"fmt"
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
