package check

import (
	"testing"
	"time"

	"unsent/check/status"
	"unsent/model"
)

// What is written of an incident's time is read again.
func TestPageIncidents(t *testing.T) {
	at := time.Date(2025, 12, 31, 23, 40, 0, 0, time.UTC)
	end := at.Add(50 * time.Minute)
	asked := at.Add(3 * time.Hour)
	tests := []struct {
		what string
		e    status.Event
		want PageIncident
	}{
		{"over", status.Event{Start: at, End: end, Over: true, Sure: true, EndSure: true}, PageIncident{From: at, To: end}},
		{"open", status.Event{Start: at, Sure: true}, PageIncident{From: at, To: asked, Open: true}},
		{"open, about", status.Event{Start: at}, PageIncident{From: at, To: asked, Open: true, About: true}},
		{"no end", status.Event{Start: at, Over: true, Sure: true}, PageIncident{From: at, To: at, About: true}},
		{"an end that is its last post", status.Event{Start: at, End: end, Over: true, Sure: true}, PageIncident{From: at, To: end, About: true}},
		{"another zone", status.Event{Start: at.In(time.FixedZone("", -3*3600)), End: end, Over: true, Sure: true, EndSure: true}, PageIncident{From: at, To: end}},
		{"no time", status.Event{Over: true}, PageIncident{}},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			tt.e.Title = "delays, 1 Jan 2020-01-01 00:00 to 2020-01-02 00:00 UTC"
			f := model.Finding{At: asked, Facts: pageFacts(&status.Report{Events: []status.Event{tt.e}})}
			got := PageIncidents(f)
			if tt.want.From.IsZero() {
				if len(got) != 0 {
					t.Errorf("%+v", got)
				}
				return
			}
			l := listed{Event: tt.e}
			tt.want.Said = l.name() + " ()"
			if len(got) != 1 || got[0] != tt.want {
				t.Errorf("%+v, want %+v, of %q", got, tt.want, f.Facts)
			}
		})
	}
}
