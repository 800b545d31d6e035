package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"

	"unsent/model"
)

// Incidents are parted at minutes. Where the attempts of a log are its messages, the
// minutes that incidents are made of tell what a piece of a strand has, and none of its
// messages need to be read.

// exact reports whether the minutes are those of the messages.
func (l *Log) exact() bool { return !l.again && !l.unlike && len(l.origins) == 0 }

// minutesOf are the first and the last minute of a piece, 0 for what has no time.
// It is not ok when the piece does not begin or end with a minute.
func minutesOf(p piece) (from, to int64, ok bool) {
	to = math.MaxInt64
	if p.from > 0 {
		from = p.from / 60_000
	}
	if p.to < ever {
		to = p.to/60_000 - 1
	}
	return from, to, (p.from == -ever || p.from%60_000 == 0) && (p.to == ever || p.to%60_000 == 0)
}

// minutesIn are the minutes of a strand in a piece of it.
func minutesIn(s *model.Strand, p piece) ([]model.Minute, bool) {
	from, to, ok := minutesOf(p)
	at := func(m model.Minute, at int64) int { return cmp.Compare(m.At, at) }
	i, _ := slices.BinarySearchFunc(s.Minutes, from, at)
	j := len(s.Minutes)
	if p.to < ever {
		j, _ = slices.BinarySearchFunc(s.Minutes, to+1, at)
	}
	return s.Minutes[i:max(i, j)], ok
}

// failedIn says how many messages have failed in some minutes, and in which of them
// first and last; 0 when none has a time.
func failedIn(minutes []model.Minute) (n, first, last int64) {
	for _, m := range minutes {
		if m.Failed == 0 {
			continue
		}
		n += int64(m.Failed)
		if m.At > 0 {
			last = m.At
			if first == 0 {
				first = m.At
			}
		}
	}
	return n, first, last
}

// cellsWithin counts the messages of cells in the pieces of incidents that have not
// all of a strand, each by the place of the incident. It is one pass over the
// timeline; nil where that does not tell.
func (l *Log) cellsWithin(ctx context.Context, q querier, due []extent) ([]map[int64]int32, error) {
	if !l.exact() {
		return nil, nil
	}
	type part struct {
		from, to int64
		incident int
	}
	of := map[int32][]part{} // by strand, in order
	counts := make([]map[int64]int32, len(due))
	for i := range due {
		counts[i] = map[int64]int32{}
		for _, p := range due[i].pieces {
			from, to, ok := minutesOf(p)
			if !ok {
				return nil, nil
			}
			if !p.whole() {
				of[int32(p.strand)] = append(of[int32(p.strand)], part{from, to, i})
			}
		}
	}
	for _, all := range of {
		slices.SortFunc(all, func(a, b part) int { return cmp.Compare(a.from, b.from) })
	}
	rows, err := q.QueryContext(ctx, "SELECT counts FROM timeline")
	return counts, each(rows, err, func(r *sql.Rows) error {
		var b sql.RawBytes
		if err := r.Scan(&b); err != nil {
			return err
		}
		last, parts := int64(-1), []part(nil)
		return unpackTimeline(b, func(t tick) {
			if t.cell != last { // ticks come cell by cell, and by time
				last, parts = t.cell, nil
				if t.cell < int64(len(l.seats)) {
					parts = of[l.seats[t.cell].strand]
				}
			}
			for len(parts) > 0 && parts[0].to < t.minute {
				parts = parts[1:]
			}
			if len(parts) > 0 && parts[0].from <= t.minute && t.failed > 0 {
				counts[parts[0].incident][t.cell] += int32(t.failed)
			}
		})
	})
}
