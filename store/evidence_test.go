package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"unsent/model"
)

// Sends of another kind are no recovery: templates go through a closed window, and
// free text needs no payment.
func TestRecoveryIsOfOneKind(t *testing.T) {
	text := func(r *model.Record) { r.Kind, r.Template, r.Language = "text", "", "" }
	as := func(*model.Record) {}
	for name, x := range map[string]struct {
		fails, goes func(*model.Record)
		want        bool
	}{
		"text after text": {text, text, true}, "templates after text": {text, as, false},
		"templates after templates": {as, as, true}, "text after templates": {as, text, false},
	} {
		s := openTest(t)
		var list []model.Record
		for m := range 12 {
			list = append(list, failed(fmt.Sprint("wamid.a", m), m, code("131042"), x.fails), succeeded(fmt.Sprint("wamid.b", m), 20+m, x.goes))
		}
		importAll(t, s, list...)
		c, err := s.Case(context.Background(), 1, 0)
		if err != nil || c.Incident.Failures != 12 {
			t.Fatalf("%s: %+v %v", name, c.Incident, err)
		}
		if got := !c.Evidence.Recovered.IsZero(); got != x.want {
			t.Errorf("%s: recovered %v", name, c.Evidence.Recovered)
		}
	}
}

// A template begins to fail at 10:00 while the account's other one and another
// account go on; an hour before, a clearer error had met the same template; at the
// end all goes well again.
func TestEvidence(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	n := 0
	at := func(minute int, change ...func(*model.Record)) model.Record {
		n++
		return failed(fmt.Sprintf("wamid.%04d", n), minute, change...)
	}
	went := func(r *model.Record) { r.Outcome, r.Code = model.Succeeded, "" }
	other := func(r *model.Record) { r.WABA = "105559999999999" }
	var list []model.Record
	for m := range 60 { // the hour before: all goes well
		list = append(list, at(m-60, template("order_ready"), went), at(m-60, template("order_paid"), went), at(m-60, template("order_ready"), other, went))
	}
	list = append(list, at(-1, template("order_ready"), code("132001")))
	for m := range 30 {
		list = append(list, at(m, template("order_ready")), at(m, template("order_paid"), went), at(m, template("order_paid"), other, went))
	}
	for m := range 12 {
		list = append(list, at(40+m, template("order_ready"), went))
	}
	importAll(t, s, list...)
	all, err := s.Incidents(ctx, model.Query{Codes: []model.Code{"131000"}})
	if err != nil || len(all) != 1 || all[0].Failures != 30 {
		t.Fatalf("%+v %v", all, err)
	}
	check := func(t *testing.T) {
		t.Helper()
		c, err := s.Case(ctx, all[0].ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		ev := c.Evidence
		if want := base.Add(-time.Hour); !ev.LogFrom.Equal(want) {
			t.Errorf("the log begins %v, want %v", ev.LogFrom, want)
		}
		if want := base.Add(40 * time.Minute); !ev.Recovered.Equal(want) {
			t.Errorf("recovered %v, want %v", ev.Recovered, want)
		}
		want := map[model.Dim][3]model.Share{
			model.DimTemplate: {{Sends: 30, Failed: 30}, {Sends: 30}, {Sends: 61, Failed: 1}},
			model.DimWABA:     {{Sends: 60, Failed: 30}, {Sends: 30}, {Sends: 121, Failed: 1}},
		}
		for _, x := range ev.Contrasts {
			w, ok := want[x.Dim]
			if ok && [3]model.Share{x.In, x.Out, x.Before} != w {
				t.Errorf("%s %s: in %+v, out %+v, before %+v; want %+v", x.Dim, x.Value, x.In, x.Out, x.Before, w)
			}
			delete(want, x.Dim)
		}
		if len(want) > 0 {
			t.Errorf("no contrast of %v", want)
		}
		found := map[model.Dim]model.Earlier{}
		for _, x := range ev.Earlier {
			found[x.Dim] = x
		}
		if x := found[model.DimTemplate]; x.Code != "132001" || x.N != 1 || !x.Last.Equal(base.Add(-time.Minute)) {
			t.Errorf("before it: %+v", ev.Earlier)
		}
		if len(ev.FirstSeen) == 0 || ev.FirstSeen[0].Dim != model.DimTemplate || ev.FirstSeen[0].Value != "order_ready" || !ev.FirstSeen[0].At.Equal(base.Add(-time.Hour)) {
			t.Errorf("first seen: %+v", ev.FirstSeen)
		}
		if ev.Most != c.Scopes[model.DimRecipient].Top[0].Failed {
			t.Errorf("most %d", ev.Most)
		}
		glance, err := s.Glance(ctx, all[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		glance.Evidence.Most = ev.Most
		same(t, "at a glance", glance.Evidence, ev)
	}
	t.Run("kept", check)
	if _, err := s.w.Exec("UPDATE incident SET stale = 1"); err != nil {
		t.Fatal(err)
	}
	t.Run("read", check)
}
