package triage

import (
	"cmp"
	"slices"
)

// A series is a count by minute, summed up, so that any span is two look-ups. It
// belongs to one goroutine.
type series struct {
	at  []int32 // minutes since 1970 need no more
	sum []int32 // sum[i] is all up to and including at[i]

	near [2]int // where the last look-ups ended: the next ones are mostly close by
}

// A pile is what a series is made of. It keeps its memory for the next one.
type pile struct{ counts, spare []count }

// count is one minute of a series that is being made.
type count struct{ at, n int32 }

func (p *pile) add(at int64, n int32) { p.counts = append(p.counts, count{int32(at), n}) }

func (p *pile) addAll(s *series) {
	for i := range s.at {
		p.counts = append(p.counts, count{s.at[i], int32(s.n(i))})
	}
}

// series makes one of what was added since the last.
func (p *pile) series() series {
	all := p.inOrder()
	minutes := 0
	for i := range all {
		if i == 0 || all[i].at != all[i-1].at {
			minutes++
		}
	}
	both := make([]int32, 2*minutes) // one piece of memory for both
	s := series{at: both[:0:minutes], sum: both[minutes:minutes]}
	total := int32(0)
	for _, c := range all {
		total += c.n
		if n := len(s.at); n > 0 && s.at[n-1] == c.at {
			s.sum[n-1] = total
			continue
		}
		s.at, s.sum = append(s.at, c.at), append(s.sum, total)
	}
	p.counts = p.counts[:0]
	return s
}

// inOrder puts the counts in the order of time. They come as several ascending
// runs, one of each strand, so they are merged.
func (p *pile) inOrder() []count {
	var runs []int // where each begins
	for i := range p.counts {
		if i == 0 || p.counts[i].at < p.counts[i-1].at {
			runs = append(runs, i)
		}
	}
	for len(runs) > 1 {
		from, to := p.counts, slices.Grow(p.spare[:0], len(p.counts))[:len(p.counts)]
		merged := runs[:0]
		for r := 0; r < len(runs); r += 2 {
			i, k := runs[r], runs[r]
			mid, end := len(from), len(from)
			if r+1 < len(runs) {
				mid = runs[r+1]
			}
			if r+2 < len(runs) {
				end = runs[r+2]
			}
			merged = append(merged, k)
			for j := mid; k < end; k++ {
				if i < mid && (j >= end || from[i].at <= from[j].at) {
					to[k] = from[i]
					i++
				} else {
					to[k] = from[j]
					j++
				}
			}
		}
		p.counts, p.spare, runs = to, from, merged
	}
	return p.counts
}

// minute is the i-th minute.
func (s *series) minute(i int) int64 { return int64(s.at[i]) }

// n is the count of the i-th minute.
func (s *series) n(i int) int {
	if i == 0 {
		return int(s.sum[0])
	}
	return int(s.sum[i] - s.sum[i-1])
}

// last is the last minute of one that is not empty.
func (s *series) last() int64 { return int64(s.at[len(s.at)-1]) }

// from is the place of the first minute that is not before t.
func (s *series) from(t int64) int {
	i, _ := slices.BinarySearchFunc(s.at, t, func(at int32, t int64) int { return cmp.Compare(int64(at), t) })
	return i
}

// upTo is the sum of all minutes up to and including t. It looks from *near on, and
// leaves there where it found it.
func (s *series) upTo(t int64, near *int) int {
	// Steps that double, back and forth, until t lies between low and high.
	low, high := min(*near, len(s.at)), min(*near, len(s.at))
	for step := 1; low > 0 && int64(s.at[low-1]) > t; step *= 2 {
		low, high = max(low-step, 0), low
	}
	for step := 1; high < len(s.at) && int64(s.at[high]) <= t; step *= 2 {
		low, high = high+1, min(high+step, len(s.at))
	}
	for low < high { // at[:low] <= t < at[high:]
		if mid := int(uint(low+high) / 2); int64(s.at[mid]) <= t {
			low = mid + 1
		} else {
			high = mid
		}
	}
	*near = low
	if low == 0 {
		return 0
	}
	return int(s.sum[low-1])
}

// count is the sum of the minutes from and to and all between.
func (s *series) count(from, to int64) int {
	if to < from || len(s.at) == 0 {
		return 0
	}
	return s.upTo(to, &s.near[1]) - s.upTo(from-1, &s.near[0])
}

// lately is the sum of each window that ends with now.
func (s *series) lately(now int64) (n [len(windows)]int) {
	all := s.upTo(now, &s.near[1])
	i, before := s.near[1], all
	for k, width := range windows {
		for i > 0 && int64(s.at[i-1]) > now-width {
			if i--; i > 0 {
				before = int(s.sum[i-1])
			} else {
				before = 0
			}
		}
		n[k] = all - before
	}
	return n
}

func (s *series) total() int {
	if len(s.sum) == 0 {
		return 0
	}
	return int(s.sum[len(s.sum)-1])
}
