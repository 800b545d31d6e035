package ui

import (
	"context"
	"fmt"
	"testing"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// limitStore gives no more incidents than it is asked for.
type limitStore struct {
	*fakeStore
	place string // the incident that was selected last
}

func (s limitStore) Setting(context.Context, string) (string, error) { return s.place, nil }

func (s limitStore) Incidents(_ context.Context, q model.Query) ([]model.Incident, error) {
	return s.incidents[:min(q.Limit, len(s.incidents))], s.err
}

// The first incidents are on the screen before the rest is read, and the one that was
// selected last is selected wherever it is, unless a key was faster.
func TestFirstIncidents(t *testing.T) {
	for _, c := range []struct {
		place, key string
		want       model.IncidentID
	}{{"", "", 1}, {"9", "", 9}, {"150", "", 150}, {"9", "j", 10}, {"150", "j", 2}, {"9", "?", 9}, {"150", "?", 1}} {
		t.Run(fmt.Sprint(c.place, c.key), func(t *testing.T) {
			s := many()
			for i := range s.incidents {
				s.incidents[i].ID, s.incidents[i].Failures = model.IncidentID(i+1), 5000-i
			}
			a := newApp(t.Context(), Deps{Store: limitStore{s, c.place}, DBName: "unsent.db"})
			a.pauses, a.home.likely.quiet = pauses{}, 0
			a.update(tea.WindowSizeMsg{Width: 80, Height: 24})
			settle(t, a, restore(a.ctx, a.Store))
			first, ok := a.first().(incidentsLoaded)
			if !ok {
				t.Fatal("nothing was read")
			}
			rest := a.update(first)
			if len(a.home.all) != listedFirst || !a.home.part {
				t.Fatalf("%d incidents at first", len(a.home.all))
			}
			if c.key != "" {
				a.update(keyOf(c.key))
			}
			settle(t, a, rest)
			if inc := a.home.selected(); len(a.home.all) != len(s.incidents) || a.home.part || inc.ID != c.want {
				t.Errorf("%d incidents, %s is selected", len(a.home.all), inc.ID)
			}
		})
	}
}
