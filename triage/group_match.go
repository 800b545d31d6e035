package triage

import (
	"cmp"
	"slices"
)

// A Known is an incident as it stands: its number and what it has.
type Known struct {
	Number  int64
	Extents []Extent
}

// A Succession says what becomes of numbers when groups are made anew.
type Succession struct {
	Numbers []int64 // the number of each group; 0: it is new
	Merged  []Merge // by the number that ends
	Gone    []int64 // numbers none of whose failures are in any group, ascending
}

// A Merge says that one incident has become a part of another.
type Merge struct{ Number, Into int64 }

// Match gives new groups the numbers of the incidents that they overlap most,
// counted in failures. Of two incidents in one group the one with more failures
// there goes on, and the other is merged into it; of one incident in two groups
// the group with more of its failures keeps the number. With equal counts the
// lower number wins, then the group that is listed first. Strands are those that
// the groups were made of.
func Match(old []Known, groups []Group, strands []Strand) Succession {
	type held struct {
		Extent
		group int
	}
	of := map[int64][]held{} // by strand, ascending
	for i := range groups {
		for _, e := range groups[i].Extents {
			of[e.Strand] = append(of[e.Strand], held{e, i})
		}
	}
	was := map[int64]bool{}
	for _, k := range old {
		for _, e := range k.Extents {
			was[e.Strand] = true
		}
	}
	var p pile
	fails := map[int64]*series{}
	for i := range strands {
		if s := &strands[i]; of[s.ID] != nil && was[s.ID] {
			for _, m := range s.Minutes {
				if m.Failed > 0 {
					p.add(max(m.At, 0), m.Failed)
				}
			}
			c := p.series()
			fails[s.ID] = &c
			slices.SortFunc(of[s.ID], func(a, b held) int { return cmp.Compare(a.From, b.From) })
		}
	}
	type pair struct {
		number int64
		group  int
	}
	shared := map[pair]int{}
	var pairs []pair
	for _, k := range old {
		for _, e := range k.Extents {
			all, c := of[e.Strand], fails[e.Strand]
			if c == nil {
				continue
			}
			i, _ := slices.BinarySearchFunc(all, e.From, func(h held, from int64) int { return cmp.Compare(h.To, from) })
			for ; i < len(all) && all[i].From <= e.To; i++ {
				n := c.count(max(e.From, all[i].From), min(e.To, all[i].To))
				if n == 0 {
					continue
				}
				p := pair{k.Number, all[i].group}
				if shared[p] == 0 {
					pairs = append(pairs, p)
				}
				shared[p] += n
			}
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(a.number, b.number), cmp.Compare(a.group, b.group))
	})
	out := Succession{Numbers: make([]int64, len(groups))}
	kept, seen := map[int64]bool{}, map[int64]bool{}
	for _, p := range pairs {
		if !kept[p.number] && out.Numbers[p.group] == 0 {
			out.Numbers[p.group] = p.number
			kept[p.number] = true
		}
	}
	for _, p := range pairs {
		if !kept[p.number] && !seen[p.number] { // its biggest part comes first
			out.Merged = append(out.Merged, Merge{p.number, out.Numbers[p.group]})
			seen[p.number] = true
		}
	}
	for _, k := range old {
		if !kept[k.Number] && !seen[k.Number] {
			out.Gone = append(out.Gone, k.Number)
		}
	}
	slices.SortFunc(out.Merged, func(a, b Merge) int { return cmp.Compare(a.Number, b.Number) })
	slices.Sort(out.Gone)
	return out
}
