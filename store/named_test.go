package store

import (
	"context"
	"testing"

	"unsent/model"
)

// A word that stands in names which are not searched (languages, kinds, countries, apps)
// finds nothing, and is no error; beside it, a word that is searched finds nothing either.
func TestSearchForOtherNames(t *testing.T) {
	s := openTest(t)
	importAll(t, s, failed("wamid.A", 0, template("hello"), func(r *model.Record) {
		r.Language, r.Kind, r.Country, r.App = "pt_BR", "image", "49", "zapper"
	}))
	ctx := context.Background()
	for text, want := range map[string]int{"pt_BR": 0, "pt": 0, "image": 0, "zapper": 0, "49": 0, "hello pt": 0, "hello": 1, "none": 0} {
		list, err := s.Failures(ctx, model.Query{Search: text})
		n, _, e := s.Count(ctx, model.Query{Search: text}, 10)
		if err != nil || e != nil || len(list) != want || n != want {
			t.Errorf("%s: %d, counted %d, %v, %v", text, len(list), n, err, e)
		}
	}
}
