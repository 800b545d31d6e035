package store

import (
	"context"
	"maps"
	"strings"
	"testing"

	"unsent/model"
)

// understood is a log that was understood with these columns.
type understood struct {
	*synth
	columns map[string]string
}

func (r understood) Report() model.SourceReport {
	rep := r.synth.Report()
	rep.Columns = maps.Clone(r.columns)
	return rep
}

// A file that was read to its end with other columns is named; one whose import was
// stopped before all columns were seen is not, and neither is one that knew the rows.
func TestReadAgainInAnotherWay(t *testing.T) {
	columns, others := map[string]string{"recipient": "to"}, map[string]string{"recipient": "to", "error": "text"}
	load := func(s *Store, n int, seed uint64, columns map[string]string, stop bool) (again bool) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		i, err := s.Import(ctx, understood{&synth{n: n, seed: seed}, columns}, ImportOptions{Progress: func(i model.Import) {
			if stop && i.Read > batchItems {
				cancel()
			}
		}})
		if (err != nil) != stop {
			t.Fatal(err)
		}
		for _, w := range i.Warnings {
			again = again || strings.Contains(w, "import 1 read the same file")
		}
		return again
	}
	for _, c := range []struct {
		name          string
		seed          uint64 // of the second: the rows are others
		columns       map[string]string
		stopped, want bool
	}{
		{"other columns, other messages", 2, others, false, true},
		{"other columns, known messages", 1, others, false, false},
		{"the same columns", 2, columns, false, false},
		{"after one that was stopped", 2, others, true, false},
	} {
		s, n := openTest(t), 300
		if c.stopped {
			n = 2 * batchItems
		}
		load(s, n, 1, columns, c.stopped)
		if got := load(s, n, c.seed, c.columns, false); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
