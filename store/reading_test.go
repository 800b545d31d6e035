package store

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"unsent/model"
)

// What was said about a table's columns is kept by its headers, can be forgotten,
// and is on the audit trail without the headers' words.
func TestReadings(t *testing.T) {
	s, ctx := openTest(t), context.Background()
	want := model.Reading{Map: map[string]string{"recipient": "Quem", "code": "column 3"}, Ignore: []string{"Chave"}, Zone: "-03:00", DateOrder: "mdy"}
	if err := s.KeepReading(ctx, "abc", want); err != nil {
		t.Fatal(err)
	}
	if _, found, err := s.Reading(ctx, "abd"); found || err != nil {
		t.Errorf("other headers: %t %v", found, err)
	}
	got, found, err := s.Reading(ctx, "abc")
	if err != nil || !found || got.At.IsZero() {
		t.Fatalf("%+v %t %v", got, found, err)
	}
	want.At = got.At
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for range 2 { // nothing kept is no error
		if err := s.ForgetReading(ctx, "abc"); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := s.Reading(ctx, "abc"); found || err != nil {
		t.Errorf("it is not forgotten: %v", err)
	}
	events, err := s.Events(ctx, 0, 0)
	if err != nil || len(events) != 3 || events[0].Detail != "kept: code, recipient" || events[1].Detail != "forgotten" {
		t.Errorf("%v %+v", err, events)
	}
}

// A message is found by what its record says.
func TestMessageOf(t *testing.T) {
	s, ctx := openTest(t), context.Background()
	one, two := failed("wamid.A", 0), failed("", 1)
	importAll(t, s, one, two, succeeded("wamid.C", 2))
	for _, r := range []model.Record{one, two} {
		f, err := s.MessageOf(ctx, r.Identity("cloud-api"))
		if err != nil || f.WAMID != r.WAMID || !f.At.Equal(r.At) {
			t.Errorf("%q: %v %+v", r.WAMID, err, f)
		}
	}
	for _, id := range []string{"wamid.C", "wamid.D"} {
		if _, err := s.MessageOf(ctx, id); !isMissing(err) {
			t.Errorf("%s: %v", id, err)
		}
	}
}
