package triage

import (
	"cmp"
	"slices"
	"strings"

	"unsent/model"
)

// A Strand is what cannot be parted by anything but time: failures of one error
// with the same bounds, or successes.
type Strand struct {
	ID int64

	// The error; all of it zero for successes. HTTP and Title count only where
	// there is neither a code nor another system's.
	Code   model.Code
	Vendor model.Vendor
	HTTP   int
	Title  string

	// The bounds. Empty: this strand does not part by it, or the log does not say.
	WABA, Phone, Template, Language, App string

	Minutes []Minute // ascending, each minute once
}

// A Minute counts the attempts of a strand in one minute of log time.
type Minute = model.Minute

// A Tally answers for a strand between two minutes, both included: how many
// distinct values of a dimension its failures have, which has most of them (an
// opaque number, the same for the same value in every strand) and how many.
// It is asked about model.DimRecipient and model.DimPhone only, and rarely: an
// answer costs a query. A distinct of 0 means that the log does not say.
type Tally func(dim model.Dim, strand, from, to int64) (distinct int, top int64, most int)

// An Extent is a part of a strand, both minutes included. From and To of 0 are
// the rows without a time.
type Extent struct {
	Strand   int64
	From, To int64
}

// An errorID tells errors apart.
type errorID struct {
	code   model.Code
	vendor model.Vendor
	http   int
	title  string
}

func (s *Strand) error() errorID { return errorID{s.Code, s.Vendor, s.HTTP, s.Title} }

// byContent orders strands by what they say and not by their numbers, which
// depend on the order in which files came in.
func byContent(a, b *Strand) int {
	return cmp.Or(
		strings.Compare(string(a.Code), string(b.Code)),
		strings.Compare(a.Vendor.System, b.Vendor.System), strings.Compare(a.Vendor.Code, b.Vendor.Code),
		cmp.Compare(a.HTTP, b.HTTP), strings.Compare(a.Title, b.Title),
		strings.Compare(a.WABA, b.WABA), strings.Compare(a.App, b.App), strings.Compare(a.Phone, b.Phone),
		strings.Compare(a.Template, b.Template), strings.Compare(a.Language, b.Language),
		cmp.Compare(a.ID, b.ID))
}

// A series is a count by minute, summed up, so that any span is two look-ups. It
// belongs to one goroutine.
type series struct {
	at  []int32 // minutes since 1970 need no more
	sum []int32 // sum[i] is all up to and including at[i]

	near [2]int // where the last look-ups ended: the next ones are mostly close by
}

// tick is one minute of a series that is being built.
type tick struct {
	at int64
	n  int
}

func newSeries(ticks []tick) series {
	sortTicks(ticks)
	minutes := 0
	for i := range ticks {
		if i == 0 || ticks[i].at != ticks[i-1].at {
			minutes++
		}
	}
	s := series{at: make([]int32, 0, minutes), sum: make([]int32, 0, minutes)}
	total := int32(0)
	for _, t := range ticks {
		total += int32(t.n)
		if n := len(s.at); n > 0 && s.at[n-1] == int32(t.at) {
			s.sum[n-1] = total
			continue
		}
		s.at, s.sum = append(s.at, int32(t.at)), append(s.sum, total)
	}
	return s
}

// minute is the i-th minute.
func (s *series) minute(i int) int64 { return int64(s.at[i]) }

// last is the last minute of one that is not empty.
func (s *series) last() int64 { return int64(s.at[len(s.at)-1]) }

// from is the place of the first minute that is not before t.
func (s *series) from(t int64) int {
	i, _ := slices.BinarySearchFunc(s.at, t, func(at int32, t int64) int { return cmp.Compare(int64(at), t) })
	return i
}

// byMinute puts ticks in the order of time, those of one minute into one.
func byMinute(ticks []tick) []tick {
	sortTicks(ticks)
	out := ticks[:0]
	for _, t := range ticks {
		if n := len(out); n > 0 && out[n-1].at == t.at {
			out[n-1].n += t.n
			continue
		}
		out = append(out, t)
	}
	return out
}

// sortTicks puts ticks in the order of time. They come as several ascending
// runs, one of each strand, so they are merged.
func sortTicks(ticks []tick) {
	var runs []int // where each begins
	for i := range ticks {
		if i == 0 || ticks[i].at < ticks[i-1].at {
			runs = append(runs, i)
		}
	}
	if len(runs) < 2 {
		return
	}
	from, to := ticks, make([]tick, len(ticks))
	for len(runs) > 1 {
		var merged []int
		for r := 0; r < len(runs); r += 2 {
			i, k := runs[r], runs[r]
			merged = append(merged, k)
			mid, end := len(from), len(from)
			if r+1 < len(runs) {
				mid = runs[r+1]
			}
			if r+2 < len(runs) {
				end = runs[r+2]
			}
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
		from, to, runs = to, from, merged
	}
	if &from[0] != &ticks[0] {
		copy(ticks, from)
	}
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
