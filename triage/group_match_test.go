package triage

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// flat is a strand with one failure in each minute from 1 to n.
func flat(id int64, n int) Strand {
	s := Strand{ID: id, Code: "131000"}
	for i := range n {
		s.Minutes = append(s.Minutes, Minute{At: int64(i + 1), Failed: 1})
	}
	return s
}

func TestMatch(t *testing.T) {
	strands := []Strand{flat(1, 100), flat(2, 100)}
	group := func(e ...Extent) Group { return Group{Extents: e} }
	tests := []struct {
		name   string
		old    []Known
		groups []Group
		want   Succession
	}{
		{"nothing was known", nil, []Group{group(Extent{1, 1, 100})}, Succession{Numbers: []int64{0}}},
		{"more rows extend it", []Known{{7, []Extent{{1, 1, 40}}}}, []Group{group(Extent{1, 1, 100}, Extent{2, 1, 100})}, Succession{Numbers: []int64{7}}},
		{"two in one: the bigger goes on, even with the higher number", []Known{{3, []Extent{{1, 1, 30}}}, {4, []Extent{{2, 1, 80}}}},
			[]Group{group(Extent{1, 1, 100}, Extent{2, 1, 100})}, Succession{Numbers: []int64{4}, Merged: []Merge{{3, 4}}}},
		{"two of one size in one: the lower number", []Known{{4, []Extent{{2, 1, 50}}}, {3, []Extent{{1, 1, 50}}}},
			[]Group{group(Extent{1, 1, 100}, Extent{2, 1, 100})}, Succession{Numbers: []int64{3}, Merged: []Merge{{4, 3}}}},
		{"one in two: the bigger keeps the number", []Known{{3, []Extent{{1, 1, 100}}}}, []Group{group(Extent{1, 1, 30}), group(Extent{1, 31, 100})}, Succession{Numbers: []int64{0, 3}}},
		{"parts change hands", []Known{{1, []Extent{{1, 1, 50}}}, {2, []Extent{{1, 51, 100}}}}, []Group{group(Extent{1, 1, 30}), group(Extent{1, 31, 100})}, Succession{Numbers: []int64{1, 2}}},
		{"an import was taken back", []Known{{5, []Extent{{9, 1, 100}}}, {6, []Extent{{1, 200, 300}}}}, []Group{group(Extent{1, 1, 100})}, Succession{Numbers: []int64{0}, Gone: []int64{5, 6}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Match(tt.old, tt.groups, strands); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
	untimed := Strand{ID: 3, Minutes: []Minute{{At: 0, Failed: 4}}}
	if got := Match([]Known{{8, []Extent{{3, 0, 0}}}}, []Group{group(Extent{3, 0, 0})}, []Strand{untimed}); got.Numbers[0] != 8 {
		t.Errorf("rows without a time lost their incident: %+v", got)
	}
}

// cuts are disjoint extents of some strands, dealt out to so many owners.
func cuts(r *rand.Rand, strands []Strand, owners int) [][]Extent {
	out := make([][]Extent, owners)
	for _, s := range strands {
		for at := int64(1); at <= 100; {
			to := min(100, at+int64(r.IntN(50)))
			k := r.IntN(owners)
			out[k] = append(out[k], Extent{s.ID, at, to})
			at = to + 1
		}
	}
	return out
}

// Whatever is made of what: a number is used once, none is lost without a word,
// none depends on the order, and what has not changed keeps its number.
func TestMatchHoldsItsPromises(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 3))
		strands := []Strand{flat(1, 100), flat(2, 60+r.IntN(40)), flat(3, 100)}
		var old []Known
		for i, e := range cuts(r, strands, 1+r.IntN(6)) {
			old = append(old, Known{int64(i + 1), e})
		}
		var groups []Group
		for _, e := range cuts(r, strands, 1+r.IntN(6)) {
			groups = append(groups, Group{Extents: e})
		}
		got := Match(old, groups, strands)
		told := map[int64]int{}
		for _, n := range got.Numbers {
			if n != 0 {
				told[n]++
			}
		}
		for _, m := range got.Merged {
			told[m.Number]++
			if !slices.Contains(got.Numbers, m.Into) {
				t.Fatalf("seed %d: %d was merged into %d, which no group has", seed, m.Number, m.Into)
			}
		}
		for _, n := range got.Gone {
			told[n]++
		}
		for _, k := range old {
			if told[k.Number] != 1 {
				t.Fatalf("seed %d: number %d is told of %d times: %+v", seed, k.Number, told[k.Number], got)
			}
		}
		r.Shuffle(len(old), func(i, j int) { old[i], old[j] = old[j], old[i] })
		if again := Match(old, groups, strands); !reflect.DeepEqual(got, again) {
			t.Fatalf("seed %d: another order gives %+v, not %+v", seed, again, got)
		}
		var same []Group
		for _, k := range old {
			same = append(same, Group{Extents: k.Extents})
		}
		for i, n := range Match(old, same, strands).Numbers {
			if n != old[i].Number && len(old[i].Extents) > 0 && n != 0 {
				t.Fatalf("seed %d: an unchanged incident %d became %d", seed, old[i].Number, n)
			}
		}
	}
}
