package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"unsent/model"
)

func TestIncidentAndScopes(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	phone := func(id string) func(*model.Record) { return func(r *model.Record) { r.PhoneID = id } }
	var list []model.Record
	for i := range 30 { // thirty failures over an hour, two senders, three recipients
		list = append(list, failed(fmt.Sprint("wamid.F", i), i*2, phone(fmt.Sprint("10", i%2)), to(fmt.Sprint(15550100000+i%3)), func(r *model.Record) {
			if i%3 == 0 {
				r.Campaign, r.Country = "autumn", "55"
			}
		}))
	}
	for i := range 70 {
		list = append(list, succeeded(fmt.Sprint("wamid.S", i), i%58, phone("100")))
	}
	list = append(list,
		succeeded("wamid.EARLY", -600), succeeded("wamid.LATE", 600), // outside its time
		succeeded("wamid.OTHER", 10, template("welcome"), phone("100")), // outside its scope
		failed("wamid.X", 10, code("190"), func(r *model.Record) { r.PhoneID = "100" }),
	)
	importAll(t, s, list...)
	i, err := s.Incident(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	trend := i.Trend
	i.Trend = nil
	same(t, "incident", i, model.Incident{
		ID: 1, Code: "131000", Title: "Something went wrong", Failures: 30, Attempts: 30 + 70 + 1, Successes: true, Recipients: 3,
		First: base, Last: base.Add(58 * time.Minute), WABAs: 1, PhoneIDs: 2, Templates: 1, Kinds: 1,
		WABA: "205550000000001", Template: "order_update_v1", Language: "en_US", State: model.StateNew,
	})
	sum := 0
	for _, n := range trend {
		sum += n
	}
	if len(trend) != 12 || sum != 30 {
		t.Errorf("%v", trend)
	}
	got, err := s.Scopes(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := map[model.Dim]model.Scope{
		model.DimTemplate: {Values: 1, Top: []model.ScopeValue{{Value: "order_update_v1", Failed: 30, Attempted: 101}}},
		model.DimLanguage: {Values: 1, Top: []model.ScopeValue{{Value: "en_US", Failed: 30, Attempted: 102}}},
		model.DimPhone:    {Values: 2, Top: []model.ScopeValue{{Value: "100", Failed: 15, Attempted: 87}, {Value: "101", Failed: 15, Attempted: 15}}},
		model.DimWABA:     {Values: 1, Top: []model.ScopeValue{{Value: "205550000000001", Failed: 30, Attempted: 102}}},
		model.DimKind:     {Values: 1, Top: []model.ScopeValue{{Value: "template", Failed: 30, Attempted: 102}}},
		model.DimApp:      {Values: 1, Top: []model.ScopeValue{{Value: "9900", Failed: 30}}},
		model.DimCountry:  {Values: 2, Top: []model.ScopeValue{{Value: "1", Failed: 20}, {Value: "55", Failed: 10}}},
		model.DimCampaign: {Values: 2, Top: []model.ScopeValue{{Value: "spring", Failed: 20}, {Value: "autumn", Failed: 10}}},
		model.DimRecipient: {Values: 3, Top: []model.ScopeValue{
			{Value: "15550100000", Failed: 10}, {Value: "15550100001", Failed: 10}, {Value: "15550100002", Failed: 10}}},
	}
	same(t, "scopes", got, want)

	codes, err := s.Codes(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "codes", codes, []model.CodeCount{{Code: "131000", Failures: 30}})
}

func TestIncidentWithoutSuccesses(t *testing.T) {
	s := openTest(t)
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 5, code("190")), failed("wamid.C", 7, func(r *model.Record) { r.At = time.Time{} }))
	in, err := s.Incidents(context.Background(), model.Query{})
	if err != nil || len(in) != 2 || in[0].Failures != 2 || in[0].Attempts != 2 || in[0].Successes {
		t.Errorf("%+v %v", in, err)
	}
	sc, err := s.Scopes(context.Background(), in[0].ID)
	if err != nil || sc[model.DimTemplate].Top[0].Attempted != 0 {
		t.Errorf("%+v %v", sc, err)
	}
}

func TestCodeOfAnIncident(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*model.Record)
		want   model.Incident
	}{
		{"vendor", func(r *model.Record) { r.Code, r.Vendor = "", model.Vendor{System: "twilio", Code: "063016"} }, model.Incident{Vendor: model.Vendor{System: "twilio", Code: "063016"}, HTTP: 400}},
		{"http", func(r *model.Record) { r.Code, r.HTTPStatus = "", 503 }, model.Incident{HTTP: 503}},
		{"title", func(r *model.Record) { r.Code, r.HTTPStatus = "", 0 }, model.Incident{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := openTest(t)
			importAll(t, s, failed("wamid.A", 0, c.change))
			i, err := s.Incident(context.Background(), 1)
			if err != nil || i.Code != "" || i.Vendor != c.want.Vendor || i.HTTP != c.want.HTTP || i.Title != "Something went wrong" {
				t.Errorf("%+v %v", i, err)
			}
			if n := len(failures(t, s, model.Query{NoCode: true})); n != 1 {
				t.Errorf("%d without a code", n)
			}
		})
	}
}
