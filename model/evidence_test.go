package model

import (
	"testing"
	"time"
)

func TestLogOutageSaid(t *testing.T) {
	for reason, want := range map[string]string{
		"Suspected outage at Meta: 4 of 5 WABAs were hit.": "suspected outage at Meta: 4 of 5 WABAs were hit",
		"4 of 5 accounts fail since 13:41 UTC":             "the log suggests an outage at Meta: 4 of 5 accounts fail since 13:41 UTC",
	} {
		if got := (&LogOutage{Reason: reason}).Said(); got != want {
			t.Errorf("%q is said as %q, want %q", reason, got, want)
		}
	}
}

// Failures are of an outage by how they are bounded, or by their time where that
// is not told; a message by its time alone.
func TestInOutage(t *testing.T) {
	at := time.Date(2026, 5, 13, 13, 41, 0, 0, time.UTC)
	open := LogOutage{Suspected: true, Since: at}
	over := LogOutage{Suspected: true, Since: at, Until: at.Add(20 * time.Minute)}
	after := func(d time.Duration) *Failure { return &Failure{At: at.Add(d)} }
	for name, c := range map[string]struct {
		is    bool
		first time.Duration
		shape Shape
		o     LogOutage
		m     *Failure
	}{
		"bounded like it":          {true, 0, ShapeOutage, open, nil},
		"bounded otherwise":        {false, 0, ShapeTemplate, open, nil},
		"not told, in its time":    {true, 10 * time.Minute, "", over, nil},
		"not told, just before":    {true, -4 * time.Minute, "", over, nil},
		"not told, long before":    {false, -time.Hour, "", open, nil},
		"not told, after it":       {false, time.Hour, "", over, nil},
		"a message in its time":    {true, 0, ShapeOutage, over, after(time.Minute)},
		"a message after it":       {false, 0, ShapeOutage, over, after(time.Hour)},
		"a message without a time": {false, 0, ShapeOutage, over, &Failure{}},
		"none is seen":             {false, 0, ShapeOutage, LogOutage{WABAs: 5}, nil},
	} {
		k := Case{Incident: Incident{First: at.Add(c.first)}, Message: c.m, Evidence: Evidence{Shape: c.shape, Outage: c.o}}
		if got := k.InOutage(); got != c.is {
			t.Errorf("%s: %t", name, got)
		}
	}
}
