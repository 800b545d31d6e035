package ui

import (
	"fmt"
	"testing"
	"time"

	"unsent/model"
)

// many is a store with as many incidents as home lists and a window of messages.
func many() *fakeStore {
	s := twoIncidents()
	for i := range 198 {
		inc := s.incidents[i%2]
		inc.ID, inc.Failures, inc.Template = model.IncidentID(i+3), 5000-i, fmt.Sprint("order_ready_", i)
		s.incidents = append(s.incidents, inc)
	}
	for i := range 300 {
		f := s.failures[i%3]
		f.ID, f.At = model.MessageID(i+10), f.At.Add(-time.Duration(i)*time.Second)
		s.failures = append(s.failures, f)
	}
	return s
}

// BenchmarkScreen is what a drawing costs, and what a cursor key costs before it.
func BenchmarkScreen(b *testing.B) {
	for _, screen := range []struct {
		name string
		keys []string
	}{
		{"home", nil}, {"messages", []string{"l"}}, {"case", []string{"enter"}}, {"checked", []string{"enter", "C"}}, {"answers", []string{"enter", "C", "v"}}, {"article", []string{"enter", "tab"}}, {"help", []string{"?"}},
	} {
		for _, term := range []size{{80, 24}, {120, 40}, {200, 60}} {
			a, _ := newTest(b, term, many())
			press(b, a, screen.keys...)
			name := fmt.Sprintf("%s %dx%d", screen.name, term.w, term.h)
			b.Run(name+" view", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					a.view()
				}
			})
			b.Run(name+" key", func(b *testing.B) {
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					if i%20 < 10 {
						a.update(keyOf("down"))
					} else {
						a.update(keyOf("up"))
					}
				}
			})
		}
	}
}
