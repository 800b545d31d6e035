package triage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unsent/model"
)

// store adds a log up, with or without its successes.
func (log *fakeLog) store(successes bool) *fakeStore {
	s := &fakeStore{}
	for i := range log.events {
		if e := &log.events[i]; successes || e.kind.code != "" {
			s.add(e)
		}
	}
	return s
}

// groupOf finds the group of a failure.
func groupOf(groups []Group) func(strand, at int64) int {
	type span struct {
		Extent
		group int
	}
	by := map[int64][]span{}
	for i, g := range groups {
		for _, e := range g.Extents {
			by[e.Strand] = append(by[e.Strand], span{e, i})
		}
	}
	return func(strand, at int64) int {
		for _, s := range by[strand] {
			if s.From <= at && at <= s.To {
				return s.group
			}
		}
		return -1
	}
}

// 50,000 failures of six known faults and background are six incidents, with at
// least 99 % of the faults' rows in their own; the same with hardly any
// background. The score of forty logs of each kind, and what is said of them:
//
//	go test ./triage -run TestGroupScore -v
func TestGroupScore(t *testing.T) {
	last := uint64(4006)
	if testing.Verbose() {
		last = 4040
	}
	for _, failures := range []int{50_000, 20_000} {
		groupScore(t, failures, 4000, last)
	}
}

func groupScore(t *testing.T, failures int, first, last uint64) {
	for _, successes := range []bool{true, false} {
		rows, right, logs, exact := 0, 0, 0, 0
		for seed := first; seed < last; seed++ {
			log := fake(seed, failures)
			s := log.store(successes)
			groups := Groups(s.all(), s.tally)
			of := groupOf(groups)
			in := make([]map[int]int, len(log.faults))
			for i := range in {
				in[i] = map[int]int{}
			}
			for i := range log.events {
				e := &log.events[i]
				if e.fault < 0 {
					continue
				}
				in[e.fault][of(int64(s.strandOf(e.kind)+1), e.at)]++
			}
			logs++
			var bad []string
			home := map[int]int{}
			for i, f := range log.faults {
				most, total := -1, 0
				for g, n := range in[i] {
					total += n
					if most < 0 || n > in[i][most] {
						most = g
					}
				}
				if total == 0 {
					continue
				}
				rows += total
				right += in[i][most]
				home[most]++
				if g := groups[most]; g.Shape != f.shape || float64(in[i][most]) < 0.99*float64(total) {
					bad = append(bad, fmt.Sprintf("%s (%d rows): %d are in %q, shape %s", f.name, total, in[i][most], g.Reason, g.Shape))
				}
			}
			big := 0
			for i, g := range groups {
				if g.Shape != model.ShapeScattered && g.Failures > 10 {
					big++
					if seed < first+2 {
						t.Log(g.Reason)
					}
					if home[i] == 0 {
						bad = append(bad, fmt.Sprintf("no fault: %s, %d failures: %s", g.Shape, g.Failures, g.Reason))
					}
				}
			}
			if big == len(log.faults) && len(home) == big {
				exact++
			} else {
				bad = append(bad, fmt.Sprintf("%d incidents above ten failures", big))
			}
			if len(bad) > 0 {
				t.Logf("seed %d, successes %t:\n\t%s", seed, successes, strings.Join(bad, "\n\t"))
			}
		}
		t.Logf("at least %d failures, successes in the log: %t: %d of %d logs with exactly their incidents, %.2f %% of %d rows of faults in their own", failures, successes, exact, logs, 100*float64(right)/float64(rows), rows)
		if float64(right) < 0.99*float64(rows) {
			t.Errorf("%d of %d rows", right, rows)
		}
		// With hardly any background and no successes there is little to compare with.
		if few := failures < 50_000 && !successes; exact < logs && !few || exact*100 < logs*95 {
			t.Errorf("%d of %d logs have exactly their incidents", exact, logs)
		}
	}
}

// The same log in ten pieces in any order gives the same groups.
func TestGroupsDoNotDependOnTheOrder(t *testing.T) {
	log := fake(3, 10_000)
	for _, successes := range []bool{true, false} {
		want := ""
		for order := range uint64(4) {
			r := rand.New(rand.NewPCG(order, 1))
			events := slices.Clone(log.events)
			if order > 0 {
				pieces := [10][]fakeEvent{}
				for _, e := range events {
					k := r.IntN(10)
					if order == 1 {
						k = int(e.at-simBegin) * 10 / (fakeDays * 1440) // cut by time
					}
					pieces[k] = append(pieces[k], e)
				}
				events = nil
				for _, k := range r.Perm(10) {
					events = append(events, pieces[k]...)
				}
			}
			s := (&fakeLog{events: events}).store(successes)
			strands := s.all()
			got := describe(Groups(strands, s.tally), strands)
			if want == "" {
				want = got
			}
			if got != want {
				t.Fatalf("order %d, successes %t:\n%s\nwant\n%s", order, successes, got, want)
			}
		}
	}
}

// describe writes groups with the strands' contents instead of their numbers.
func describe(groups []Group, strands []Strand) string {
	var b strings.Builder
	by := map[int64]*Strand{}
	for i := range strands {
		by[strands[i].ID] = &strands[i]
	}
	for _, g := range groups {
		fmt.Fprintf(&b, "%s %d %d..%d %t %d %s\n", g.Shape, g.Failures, g.First, g.Last, g.Going, g.WABAs, g.Reason)
		for _, e := range g.Extents {
			s := by[e.Strand]
			fmt.Fprintf(&b, "\t%s %s %s %s %d..%d\n", s.Code, s.WABA, s.Phone, s.Template, e.From, e.To)
		}
	}
	return b.String()
}
