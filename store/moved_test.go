package store

import (
	"context"
	"fmt"
	"testing"

	"unsent/model"
)

// A search finds what it would have found before messages were moved by hand, however
// many cells have the word: those of moved messages have numbers below 0.
func TestSearchAmongMovedMessages(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	var all []model.Record
	for i := range 2 * fewIn {
		mine, other := failed(fmt.Sprint("wamid.", i), i, template(fmt.Sprint("t", i))), failed(fmt.Sprint("wamid.o", i), i, template(fmt.Sprint("o", i)))
		other.WABA = "777"
		all = append(all, mine, other)
	}
	importAll(t, s, all...)
	var some []model.MessageID
	list := failures(t, s, model.Query{Limit: 1000})
	for i := range list {
		if i%10 < 2 {
			some = append(some, list[i].ID)
		}
	}
	for _, search := range []string{"777", "205550000000001", "131000", "o1", "t1"} {
		t.Run(search, func(t *testing.T) {
			q := model.Query{Search: search, Limit: 1000}
			before := wamids(t, s, q)
			if before == "" {
				t.Fatal("nothing was found before")
			}
			if _, err := s.Move(ctx, some, 0, "ana"); err != nil {
				t.Fatal(err)
			}
			if after := wamids(t, s, q); after != before {
				t.Errorf("found %s, want %s", after, before)
			}
			if _, err := s.Undo(ctx, "ana"); err != nil {
				t.Fatal(err)
			}
		})
	}
}
