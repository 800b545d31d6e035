package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync/atomic"

	"unsent/model"
)

// refresh makes the summaries of the largest incidents that have none, with their
// evidence. It is called behind the transaction in which log was made: it reads on two
// connections at once, in nobody's way, and writes at the end. When somebody has written
// meanwhile, or ctx ends, it keeps nothing; whoever looks at an incident makes its
// summary then.
func (s *Store) refresh(ctx context.Context, log *Log, n int) error {
	due, all, err := s.summarise(ctx, log, n)
	if len(due) == 0 || ctx.Err() != nil {
		if ctx.Err() != nil {
			err = nil
		}
		return err
	}
	reading := err
	err = s.session(ctx, func(t *session) error {
		changed, err := s.hasChanged(t, log)
		if changed || err != nil {
			return err // what is read while others write need not fit together
		}
		for i := range all {
			if err := keep(t, due[i].id, &all[i].summary, &all[i].detail); err != nil {
				return err
			}
		}
		return reading
	})
	if busy := (*BusyError)(nil); ctx.Err() != nil || errors.As(translate(s.path, err), &busy) {
		return nil
	}
	return err
}

// made is what summarise makes of an incident.
type made struct {
	summary
	detail
}

// summarise answers with the incidents that have no summary, and with what is made of
// them; with nothing of the second and an error when it could not be read.
func (s *Store) summarise(ctx context.Context, log *Log, n int) (due []extent, all []made, err error) {
	rows, err := s.r.QueryContext(ctx, `SELECT id, failures, first, last, shape FROM
		(SELECT id, failures, first, last, shape, stale FROM incident INDEXED BY incident_top WHERE failures > 0 ORDER BY failures DESC, id LIMIT ?) WHERE stale = 1`, n)
	if err := each(rows, err, func(r *sql.Rows) error {
		var e extent
		err := r.Scan(&e.id, &e.failures, &e.first, &e.last, &e.shape)
		due = append(due, e)
		return err
	}); err != nil || len(due) == 0 {
		return due, nil, err
	}
	for i := range due {
		if due[i].pieces, err = piecesOf(ctx, s.r, due[i].id); err != nil {
			return due, nil, err
		}
	}
	m := gather(log)
	var looks []*look
	if err := atOnce(
		func() (err error) { looks, err = log.survey(ctx, s.r, due); return err },
		func() error { return m.readCells(ctx, s.r) },
		func() (err error) { m.within, err = log.cellsWithin(ctx, s.r, due); return err },
	); err != nil {
		return due, nil, err
	}
	all = make([]made, len(due))
	var next atomic.Int64
	work := func() error {
		own := m.beside(s.r)
		for i := next.Add(1) - 1; i < int64(len(due)); i = next.Add(1) - 1 {
			e := &due[i]
			sum, d, err := own.summarise(ctx, e, int(i), looks[i])
			if err == nil && e.failures <= soonCounted {
				sum.Recipients, err = countRecipients(ctx, s.r, e.pieces)
			}
			if err != nil {
				return err
			}
			all[i] = made{sum, d}
		}
		return nil
	}
	if err := atOnce(work, work); err != nil {
		return due, nil, err
	}
	return due, all, nil
}

// hasChanged reports whether somebody has written since log was made.
func (s *Store) hasChanged(t *session, log *Log) (bool, error) {
	var version int64
	_, err := t.scan("PRAGMA data_version", nil, &version)
	return version != log.version || s.begun.Load() != log.begun+1, err
}

// atOnce does some things at once, and answers the first error once all are done.
func atOnce(all ...func() error) error {
	failed := make(chan error, len(all))
	for _, do := range all {
		go func() { failed <- do() }()
	}
	var first error
	for range all {
		if err := <-failed; first == nil {
			first = err
		}
	}
	return first
}

// survey takes the looks of some incidents; nil for each where the log has no
// successes, because no share can be told then.
func (l *Log) survey(ctx context.Context, q querier, due []extent) ([]*look, error) {
	looks := make([]*look, len(due))
	if n, err := successes(ctx, q); err != nil || n == 0 {
		return looks, err
	}
	wabaOf := map[int64]int32{} // by strand
	for _, at := range l.seats {
		wabaOf[int64(at.strand)] = at.waba
	}
	by := map[int32][]*look{}
	for i := range due {
		looks[i] = newLook(&due[i])
		var mine []int32
		for _, p := range due[i].pieces {
			mine = append(mine, wabaOf[l.originOf(p.strand)])
		}
		slices.Sort(mine)
		for _, waba := range slices.Compact(mine) {
			by[waba] = append(by[waba], looks[i])
		}
	}
	return looks, survey(ctx, q, func(cell int64) (int32, []*look) {
		if cell >= int64(len(l.seats)) { // it has come since
			return 0, nil
		}
		waba := l.seats[cell].waba
		return waba, by[waba]
	})
}

// A summer makes summaries one after the other.
type summer struct {
	q     querier
	names names
	known map[int64]map[dimValue]int64 // by account; nil for one of too many cells
	*logged
}

// logged is what summers share.
type logged struct {
	log     *Log
	around  *surroundings
	strands map[int64]*model.Strand
	exact   bool              // the strands' times are those of their messages
	cells   []packedCell      // those with messages, by strand
	within  []map[int64]int32 // what cellsWithin found
}

// A packed cell is a cellCount as small as it can be: there may be some hundred
// thousand.
type packedCell struct {
	id, strand                                                                  int64
	failures, code, system, vendor, http, waba, phone, template, language, kind int32
}

// manyNames is from how many names on a summer starts to remember them anew.
const manyNames = 20_000

// readCells reads the cells that have messages.
func (m *logged) readCells(ctx context.Context, q querier) error {
	rows, err := q.QueryContext(ctx, `SELECT id, strand, failures, code, system, vendor, http, waba, phone, template, language, kind
		FROM cell INDEXED BY cell_strand WHERE failures > 0 ORDER BY strand, id`)
	return each(rows, err, func(r *sql.Rows) error {
		var c packedCell
		err := r.Scan(&c.id, &c.strand, &c.failures, &c.code, &c.system, &c.vendor, &c.http, &c.waba, &c.phone, &c.template, &c.language, &c.kind)
		m.cells = append(m.cells, c)
		return err
	})
}

// cellsOf is the function cellsOf with what is in memory, for the incident at a place.
func (m *summer) cellsOf(ctx context.Context, pieces []piece, place int) ([]cellCount, error) {
	if len(m.names) > manyNames {
		clear(m.names)
	}
	_, whole := strandsOf(pieces)
	if !whole && m.within == nil {
		return cellsOf(ctx, m.q, pieces, m.names)
	}
	var mine []packedCell
	last := int64(0)
	for _, p := range pieces {
		if p.strand == last { // another piece of the same
			continue
		}
		last = p.strand
		i, _ := slices.BinarySearchFunc(m.cells, p.strand, func(c packedCell, strand int64) int { return cmp.Compare(c.strand, strand) })
		for ; i < len(m.cells) && m.cells[i].strand == p.strand; i++ {
			c := m.cells[i]
			if !p.whole() {
				c.failures = m.within[place][c.id]
			}
			if c.failures > 0 {
				mine = append(mine, c)
			}
		}
	}
	slices.SortFunc(mine, func(a, b packedCell) int { return cmp.Or(cmp.Compare(b.failures, a.failures), cmp.Compare(a.id, b.id)) })
	all := make([]cellCount, len(mine))
	for i, c := range mine {
		all[i] = cellCount{failures: int64(c.failures), key: cellKey{
			strand: c.strand, code: int64(c.code), system: int64(c.system), vendor: int64(c.vendor), http: int64(c.http), waba: int64(c.waba),
			phone: int64(c.phone), template: int64(c.template), language: int64(c.language), kind: int64(c.kind),
		}}
	}
	return all, m.names.fill(ctx, m.q, all)
}

func gather(log *Log) *logged {
	m := &logged{log: log, around: surround(log.Strands)}
	// Else attempts are not messages, or not of the strand that they are counted for.
	m.exact = log.exact()
	m.strands = make(map[int64]*model.Strand, len(log.Strands))
	for i := range log.Strands {
		m.strands[log.Strands[i].ID] = &log.Strands[i]
	}
	return m
}

// beside is a summer that works beside others.
func (m *logged) beside(q querier) *summer {
	return &summer{q: q, names: names{}, known: map[int64]map[dimValue]int64{}, logged: m}
}

// summarise makes the summary of one incident, which has a place among those that are
// due, but for its recipients, and its detail.
func (m *summer) summarise(ctx context.Context, e *extent, place int, l *look) (sum summary, d detail, err error) {
	cells, err := m.cellsOf(ctx, e.pieces, place)
	if err != nil {
		return sum, d, err
	}
	if sum, err = described(ctx, m.q, *e, cells, l); err != nil || len(cells) == 0 {
		return sum, d, err
	}
	if sum.Trend = m.trend(e); sum.Trend == nil {
		if sum.Trend, err = trend(ctx, m.q, *e); err != nil {
			return sum, d, err
		}
	}
	if d, err = detailOf(ctx, m.q, e.pieces, cells); err != nil {
		return sum, d, err
	}
	if d.Newest, err = m.newest(ctx, e.pieces, &sum); err != nil {
		return sum, d, err
	}
	a := m.around.around(wabasOf(cells), minuteOf(e.first), minuteOf(e.last))
	ev, err := evidence(ctx, m.q, *e, &sum, cells, a, l, m.firsts)
	d.Evidence = &ev
	return sum, d, err
}

// newest are the messages by which an incident is judged at a glance: its newest, and
// where none of these has its own error, the newest that has.
func (m *summer) newest(ctx context.Context, pieces []piece, sum *summary) ([]int64, error) {
	var last, own []piece
	own = slices.Clone(pieces)
	own = slices.DeleteFunc(own, func(p piece) bool {
		s := m.strands[p.strand]
		return s == nil || s.Code != sum.Code || s.Vendor != sum.Vendor
	})
	last = m.latest(pieces)
	all, err := newestIn(ctx, m.q, last, newestFirst)
	if err != nil || len(own) == 0 {
		return all, err
	}
	one, err := newestIn(ctx, m.q, m.latest(own), 1)
	for _, id := range one {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all, err
}

// latest are those of some pieces in which the newest messages must be: the ones that
// ended last.
func (m *summer) latest(pieces []piece) []piece {
	if len(pieces) <= fewPieces {
		return pieces
	}
	type ended struct {
		piece
		at int64 // minute
	}
	var some []piece
	var all []ended
	for _, p := range pieces {
		s := m.strands[p.strand]
		if s == nil || !p.whole() && !m.exact {
			some = append(some, p)
			continue
		}
		last := minuteOf(s.Last)
		if !p.whole() {
			minutes, ok := minutesIn(s, p)
			if !ok {
				some = append(some, p)
				continue
			}
			_, _, last = failedIn(minutes)
		}
		all = append(all, ended{p, last})
	}
	slices.SortFunc(all, func(a, b ended) int { return cmp.Compare(b.at, a.at) })
	for i, e := range all {
		if i >= newestFirst && e.at < all[newestFirst-1].at { // each has one that is newer
			break
		}
		some = append(some, e.piece)
	}
	return some
}

// newestIn are the newest messages of some pieces.
func newestIn(ctx context.Context, q querier, pieces []piece, n int) (all []int64, err error) {
	rows, err := q.QueryContext(ctx, `SELECT f.id FROM json_each(?) AS p CROSS JOIN failure AS f ON f.id IN
		(SELECT f.id FROM by_strand AS f WHERE f.strand = p.value ->> 0 AND f.at >= p.value ->> 1 AND f.at < p.value ->> 2 ORDER BY f.at DESC, f.id DESC LIMIT ?)
		ORDER BY f.at DESC, f.id DESC LIMIT ?`, jsonPieces(pieces), n, n)
	err = each(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		all = append(all, id)
		return err
	})
	return all, err
}

// firsts are kept for each account: it may have many incidents.
func (m *summer) firsts(ctx context.Context, wabas []int64) (map[dimValue]int64, error) {
	read := firstsOf(m.q, func(cell int64) int64 {
		if cell >= int64(len(m.log.first)) { // it has come since
			return 0
		}
		return int64(m.log.first[cell])
	})
	if len(wabas) != 1 {
		return read(ctx, wabas)
	}
	if first, ok := m.known[wabas[0]]; ok {
		return first, nil
	}
	first, err := read(ctx, wabas)
	m.known[wabas[0]] = first
	return first, err
}

// trend is the function trend with what is in memory; nil when that does not tell.
func (m *summer) trend(e *extent) []int {
	if !m.exact || e.first == 0 {
		return nil
	}
	from, n, steps := slicesOf(e)
	out := make([]int, n)
	begin, end := minuteOf(e.first), minuteOf(e.last)
	for _, p := range e.pieces {
		s := m.strands[p.strand]
		if s == nil || !p.whole() && (p.from > -ever && p.from%60_000 != 0 || p.to < ever && p.to%60_000 != 0) {
			return nil
		}
		since, until := max(minuteOf(p.from), begin), end
		if p.to < ever {
			until = min(until, minuteOf(p.to)-1)
		}
		i, _ := slices.BinarySearchFunc(s.Minutes, max(since, 1), func(m model.Minute, at int64) int { return cmp.Compare(m.At, at) })
		for ; i < len(s.Minutes) && s.Minutes[i].At <= until; i++ {
			out[(s.Minutes[i].At/lookStep-from)*n/steps] += int(s.Minutes[i].Failed)
		}
	}
	return out
}
