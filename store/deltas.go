package store

import (
	"cmp"
	"maps"
	"slices"

	"modernc.org/sqlite/vtab"
)

// The dimensions of the table "seen".
const (
	seenCampaign = 1 + iota
	seenWording
)

type seenKey struct{ dim, value, strand int64 }

type timeKey struct{ cell, minute int64 }

type attempts struct{ failed, succeeded int64 }

type span struct {
	failures    int64
	first, last int64 // of the failures that came, 0: none with a time
	shrunk      bool  // failures went, so first and last must be looked up
}

// deltas are what a batch changes in the kept counts. They are added up in
// memory and written once, in order, at the end of the batch.
type deltas struct {
	cells     map[int64]int64
	strands   map[int64]*span
	seen      map[seenKey]bool
	times     map[timeKey]attempts
	successes int64
}

func newDeltas() *deltas {
	return &deltas{
		cells:   map[int64]int64{},
		strands: map[int64]*span{},
		seen:    map[seenKey]bool{},
		times:   map[timeKey]attempts{},
	}
}

func (d *deltas) clear() {
	clear(d.cells)
	clear(d.strands)
	clear(d.seen)
	clear(d.times)
	d.successes = 0
}

// weighed is what the kept counts know of one message.
type weighed struct {
	at, strand, cell, wording, campaign int64
}

// count adds a message (by 1) or takes it away (by -1).
func (d *deltas) count(w weighed, by int64) {
	d.cells[w.cell] += by
	s := d.strands[w.strand]
	if s == nil {
		s = &span{}
		d.strands[w.strand] = s
	}
	s.failures += by
	switch {
	case by < 0:
		s.shrunk = true
	case w.at != 0:
		if s.first == 0 || w.at < s.first {
			s.first = w.at
		}
		s.last = max(s.last, w.at)
	}
	if by > 0 {
		for _, k := range [...]seenKey{{seenCampaign, w.campaign, w.strand}, {seenWording, w.wording, w.strand}} {
			if k.value != 0 {
				d.seen[k] = true
			}
		}
	}
}

// attempt counts one attempt of a cell.
func (d *deltas) attempt(cell, at int64, failed bool) {
	k := timeKey{cell, minuteOf(at)}
	a := d.times[k]
	if failed {
		a.failed++
	} else {
		a.succeeded++
	}
	d.times[k] = a
}

// apply writes the deltas. The rows of failures are in place already. Counts of
// attempts are the import's; 0 for none.
func (d *deltas) apply(t *session, importID int64) error {
	cells := changed(d.cells, cmp.Compare)
	if _, err := t.bulk(`UPDATE cell SET failures = failures + s.c1 FROM `+source+` AS s WHERE cell.id = s.c0`,
		len(cells), func(row, column int) vtab.Value {
			if column == 0 {
				return cells[row]
			}
			return d.cells[cells[row]]
		}); err != nil {
		return err
	}
	if err := forgetTotals(t); err != nil {
		return err
	}
	strands := slices.Sorted(maps.Keys(d.strands))
	if _, err := t.bulk(`UPDATE strand SET
			failures = failures + s.c1,
			first = CASE WHEN s.c2 <> 0 AND (first = 0 OR s.c2 < first) THEN s.c2 ELSE first END,
			last = max(last, s.c3)
		FROM `+source+` AS s WHERE strand.id = s.c0`,
		len(strands), func(row, column int) vtab.Value {
			s := d.strands[strands[row]]
			switch column {
			case 0:
				return strands[row]
			case 1:
				return s.failures
			case 2:
				return s.first
			}
			return s.last
		}); err != nil {
		return err
	}
	for _, id := range strands {
		if !d.strands[id].shrunk {
			continue
		}
		if err := t.exec(`UPDATE strand SET
			first = coalesce((SELECT min(at) FROM by_strand WHERE strand = ?1 AND at > 0), 0),
			last = coalesce((SELECT max(at) FROM by_strand WHERE strand = ?1 AND at > 0), 0)
			WHERE id = ?1`, id); err != nil {
			return err
		}
	}
	if err := d.applySeen(t); err != nil {
		return err
	}
	if err := d.applyTimes(t, importID); err != nil {
		return err
	}
	if d.successes == 0 {
		return nil
	}
	return t.exec(`INSERT INTO meta (key, value) VALUES ('successes', ?) ON CONFLICT (key) DO UPDATE SET value = value + excluded.value`, d.successes)
}

func (d *deltas) applySeen(t *session) error {
	all := make([]seenKey, 0, len(d.seen))
	for k := range d.seen {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b seenKey) int {
		return cmp.Or(cmp.Compare(a.dim, b.dim), cmp.Compare(a.value, b.value), cmp.Compare(a.strand, b.strand))
	})
	_, err := t.bulk("INSERT OR IGNORE INTO seen (dim, value, strand) SELECT c0, c1, c2 FROM "+source, len(all), func(row, column int) vtab.Value {
		k := all[row]
		return [...]int64{k.dim, k.value, k.strand}[column]
	})
	return err
}

func (d *deltas) applyTimes(t *session, importID int64) error {
	if len(d.times) == 0 {
		return nil
	}
	all := make([]tick, 0, len(d.times))
	for k, a := range d.times {
		all = append(all, tick{k.cell, k.minute, a.failed, a.succeeded})
	}
	return t.exec("INSERT INTO timeline (import, n, counts) SELECT ?1, 1 + coalesce(max(n), 0), ?2 FROM timeline WHERE import = ?1", importID, packTimeline(all))
}

// changed are the keys whose delta is not nothing, in order.
func changed[K comparable](m map[K]int64, order func(a, b K) int) []K {
	keys := make([]K, 0, len(m))
	for k, n := range m {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, order)
	return keys
}
