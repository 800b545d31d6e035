package store

import (
	"cmp"
	"maps"
	"slices"

	"modernc.org/sqlite/vtab"

	"unsent/model"
)

// The dimensions of the table "tally".
const (
	tallyCountry = 1 + iota
	tallyApp
	tallyCampaign
	tallyWording
)

type tallyKey struct {
	strand, dim, value int64
}

type rollKey struct{ cell, slot int64 }

type timeKey struct{ strand, minute int64 }

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
	tallies   map[tallyKey]int64
	rolls     map[rollKey]attempts
	times     map[timeKey]attempts
	successes int64
}

func newDeltas() *deltas {
	return &deltas{
		cells:   map[int64]int64{},
		strands: map[int64]*span{},
		tallies: map[tallyKey]int64{},
		rolls:   map[rollKey]attempts{},
		times:   map[timeKey]attempts{},
	}
}

func (d *deltas) clear() {
	clear(d.cells)
	clear(d.strands)
	clear(d.tallies)
	clear(d.rolls)
	clear(d.times)
	d.successes = 0
}

// weighed is what the kept counts know of one message.
type weighed struct {
	at, strand, cell, wording, country, app, campaign int64
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
	for _, k := range [...]tallyKey{
		{w.strand, tallyCountry, w.country},
		{w.strand, tallyApp, w.app},
		{w.strand, tallyCampaign, w.campaign},
		{w.strand, tallyWording, w.wording},
	} {
		if k.value != 0 {
			d.tallies[k] += by
		}
	}
}

// attempt counts one attempt in the roll-ups.
func (d *deltas) attempt(strand, cell, at int64, failed bool) {
	k, m := rollKey{cell, slotOf(at)}, timeKey{strand, minuteOf(at)}
	a, b := d.rolls[k], d.times[m]
	if failed {
		a.failed++
		b.failed++
	} else {
		a.succeeded++
		b.succeeded++
	}
	d.rolls[k], d.times[m] = a, b
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
			first = coalesce((SELECT min(at) FROM failure INDEXED BY failure_strand WHERE strand = ?1 AND at > 0), 0),
			last = coalesce((SELECT max(at) FROM failure INDEXED BY failure_strand WHERE strand = ?1 AND at > 0), 0)
			WHERE id = ?1`, id); err != nil {
			return err
		}
	}
	if err := d.applyTallies(t); err != nil {
		return err
	}
	if err := d.applyRolls(t, importID); err != nil {
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

func (d *deltas) applyTallies(t *session) error {
	tallies := changed(d.tallies, tallyKey.compare)
	less := false
	if _, err := t.bulk(`INSERT INTO tally (strand, dim, value, failed) SELECT c0, c1, c2, c3 FROM `+source+` WHERE true
		ON CONFLICT (strand, dim, value) DO UPDATE SET failed = failed + excluded.failed`,
		len(tallies), func(row, column int) vtab.Value {
			k := tallies[row]
			switch column {
			case 0:
				return k.strand
			case 1:
				return k.dim
			case 2:
				return k.value
			}
			less = less || d.tallies[k] < 0
			return d.tallies[k]
		}); err != nil || !less {
		return err
	}
	for _, k := range tallies {
		if d.tallies[k] < 0 {
			if err := t.exec("DELETE FROM tally WHERE strand = ? AND dim = ? AND value = ? AND failed = 0", k.strand, k.dim, k.value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *deltas) applyRolls(t *session, importID int64) error {
	rolls := make([]rollKey, 0, len(d.rolls))
	for k := range d.rolls {
		rolls = append(rolls, k)
	}
	slices.SortFunc(rolls, func(a, b rollKey) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.slot, b.slot))
	})
	_, err := t.bulk(`INSERT INTO rollup (cell, slot, import, failed, succeeded) SELECT c0, c1, ?, c2, c3 FROM `+source+` WHERE true
		ON CONFLICT (cell, slot, import) DO UPDATE SET failed = failed + excluded.failed, succeeded = succeeded + excluded.succeeded`,
		len(rolls), func(row, column int) vtab.Value {
			k := rolls[row]
			switch column {
			case 0:
				return k.cell
			case 1:
				return k.slot
			case 2:
				return d.rolls[k].failed
			}
			return d.rolls[k].succeeded
		}, importID)
	return err
}

func (d *deltas) applyTimes(t *session, importID int64) error {
	if len(d.times) == 0 {
		return nil
	}
	all := make([]tick, 0, len(d.times))
	for k, a := range d.times {
		all = append(all, tick{k.strand, k.minute, a.failed, a.succeeded})
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

func (k tallyKey) compare(to tallyKey) int {
	return cmp.Or(cmp.Compare(k.strand, to.strand), cmp.Compare(k.dim, to.dim), cmp.Compare(k.value, to.value))
}

// slotOf is the roll-up that a time in milliseconds belongs to, 0 for none.
func slotOf(at int64) int64 {
	step := model.RollUpStep.Milliseconds()
	if at < 0 {
		return -((-at + step - 1) / step)
	}
	return at / step
}
