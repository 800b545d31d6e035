package metasim

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"unsent/check"
	"unsent/check/graph"
	"unsent/model"
)

// What our own client asks is what Meta's file lets one ask, in each scenario.
func TestOpenAPIClient(t *testing.T) {
	j := newJudge(t)
	for _, name := range Names() {
		s := start(t, name)
		a := s.Accounts[0]
		sc := s.world.byToken[a.Token].sc
		if slices.ContainsFunc(sc.Faults, func(f Fault) bool {
			return slices.Contains([]string{"silent", "trickle", "huge", "endless", "late"}, f.How)
		}) {
			continue // they take long, and nothing of Meta's is in them
		}
		j.server = s
		front := httptest.NewServer(j)
		client, err := graph.New(graph.Options{URL: front.URL, Version: "v25.0", Token: graph.Token(a.Token), Agent: "unsent/1.0.0"})
		if err != nil {
			t.Fatal(err)
		}
		m := sc.Message
		failed := model.Failure{ID: 1, At: m.At.From(time.Now()), WAMID: "wamid.AA", WABA: a.WABA, PhoneID: a.Phones[m.Phone], Recipient: m.To,
			Kind: "template", Template: m.Template, Language: m.Language, LastInbound: m.Inbound.From(time.Now())}
		if m.Flow {
			failed.Kind = "interactive"
			failed.Request = `{"to":"` + m.To + `","type":"interactive","interactive":{"type":"flow","action":{"name":"flow","parameters":{"flow_id":"` + a.FlowID() + `"}}}}`
		}
		before := len(s.Requests())
		check.Run(t.Context(), check.Subject{Case: model.Case{Message: &failed}, Now: time.Now(),
			Meta: &check.Meta{Graph: client, Account: model.Account{Name: "shop", WABA: a.WABA, Phones: a.Phones, App: a.App}}}, nil, func(model.Finding) {})
		if len(s.Requests()) == before {
			t.Errorf("%s: nothing was asked", name)
		}
		front.Close()
		s.Close()
	}
	slices.Sort(j.faults)
	for _, f := range j.faults {
		t.Error(f)
	}
	if j.judged < 400 {
		t.Errorf("only %d answers were judged", j.judged)
	}
}
