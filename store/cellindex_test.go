package store

import (
	"context"
	"testing"

	"unsent/model"
)

// The indexes of a search are there once a log was loaded, or what was left of one is
// put in order, and while they are not a search finds the same.
func TestCellIndexes(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	indexes := func() (n int) {
		t.Helper()
		if err := s.r.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name IN ('cell_code', 'cell_template', 'cell_phone', 'cell_vendor')").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	search := func(text string) int {
		t.Helper()
		all, err := s.Failures(ctx, model.Query{Search: text, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if n := indexes(); n != 0 {
		t.Errorf("a new database has %d", n)
	}
	importAll(t, s, failed("wamid.1", 1, code("131026"), template("promo_v1")), failed("wamid.2", 2, code("131049"), template("otp_v1")))
	if n := indexes(); n != len(cellIndexes) {
		t.Errorf("after a log there are %d", n)
	}

	for _, text := range []string{"131026", "promo_v1", "wamid.2"} {
		if n := search(text); n != 1 {
			t.Errorf("%s: %d messages", text, n)
		}
	}
	if err := s.session(ctx, func(t *session) error {
		for _, statement := range []string{"DROP INDEX cell_code", "DROP INDEX cell_template", "DROP INDEX cell_phone", "DROP INDEX cell_vendor",
			"INSERT INTO meta (key, value) VALUES ('unsorted', 1)"} { // as when an import was killed
			if err := t.exec(statement); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"131026", "promo_v1", "wamid.2"} {
		if n := search(text); n != 1 {
			t.Errorf("%s without an index: %d messages", text, n)
		}
	}
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	if n := indexes(); n != len(cellIndexes) {
		t.Errorf("after one that was cut off there are %d", n)
	}
}

// An import that is killed behind incidents that were made on its way is put in order
// as one that never came so far.
func TestKilledBehindIncidents(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.1", 1))
	im := &importing{s: s, grouped: 0}
	im.now.Read, im.next = soonGrouped, soonGrouped
	if err := im.regroup(ctx); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.r.QueryRowContext(ctx, "SELECT count(*) FROM meta WHERE key = 'unsorted'").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d marks, %v", n, err)
	}
}
