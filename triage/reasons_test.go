package triage

import "testing"

// The first reason for a cause is what a list and a case quote of it: never one
// that other causes explain as well while a stronger one is there.
func TestStrongestReasonFirst(t *testing.T) {
	r := &reasons{}
	r.fits(theLog, "it fits")
	r.points(theLog, "it points")
	r.fits(theLog, "it fits as well")
	r.proves(meta, "it proves")
	r.points(meta, "it points, too")
	r.points(theLog, "it points")
	want := []string{"It proves", "It points", "It points, too", "It fits", "It fits as well"}
	if len(r.For) != len(want) {
		t.Fatalf("%d lines, want %d", len(r.For), len(want))
	}
	for i, w := range want {
		if r.For[i].Text != w {
			t.Errorf("line %d is %q, want %q", i, r.For[i].Text, w)
		}
	}
}
