package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"modernc.org/sqlite/vtab"

	"unsent/model"
)

// A Log is what incidents are made from. It may be used until the Sorter that it
// was given to returns.
type Log struct {
	Strands []model.Strand // by number, with their minutes; those of failures that are gone are left out
	// Incidents are what the strands' failures belong to now: each extent with
	// the number of its incident. Those of one strand are in the order of time;
	// the first begins before all times and the last does not end.
	Incidents map[model.Extent]model.IncidentID

	t     *session
	seats []seat  // of cells
	first []int32 // the minute in which each cell was first seen, 0: at no time
	again bool    // a message has failed more than once, so that attempts are not messages

	unlike  bool            // a strand's minutes do not count its messages
	origins map[int64]int64 // of the strands of moved messages

	version, begun int64 // of the database, and of the writing in which it was made
}

// A Sorter makes incidents: each failure of each strand is in exactly one. Groups
// that go on with an incident have its number.
type Sorter func(ctx context.Context, log *Log) ([]model.Group, error)

// SetSorter says how incidents are made, and by what strands are bounded. For want
// of it each strand is one: code, WABA and template.
func (s *Store) SetSorter(bounds func(*model.Record) model.Bounds, sort Sorter) {
	s.bounds = bounds
	if sort != nil {
		s.sorter = sort
	}
}

// byTemplate are the bounds for want of others.
func byTemplate(r *model.Record) model.Bounds {
	c := model.CellOf(r)
	if r.Outcome == model.Failed && c.Code == "" && c.Vendor == (model.Vendor{}) && c.HTTP == 0 && c.Title == "" {
		c.HTTP = -1 // it says nothing at all, and is a failure all the same
	}
	return model.Bounds{Code: c.Code, Vendor: c.Vendor, HTTP: c.HTTP, Title: c.Title, WABA: c.WABA, Template: c.Template}
}

// eachStrand makes every strand an incident of its own.
func eachStrand(_ context.Context, log *Log) ([]model.Group, error) {
	known := map[int64]model.IncidentID{}
	for e, id := range log.Incidents {
		known[e.Strand] = id
	}
	groups := make([]model.Group, 0, len(log.Strands))
	for _, s := range log.Strands {
		if s.Failures == 0 {
			continue
		}
		groups = append(groups, model.Group{ID: known[s.ID], Extents: []model.Extent{{Strand: s.ID, From: -ever, To: ever}}})
	}
	return groups, nil
}

// Tally says, of the failures in an extent, how many distinct recipients or phone
// number ids they have, a number that stands for the one with most failures, and how
// many these are, attempts of one message counted each. Failures that do not say it do
// not count.
func (l *Log) Tally(dim model.Dim, e model.Extent) (distinct int, top int64, most int, err error) {
	of, n := "f.recipient", "count(*)"
	if dim == model.DimPhone {
		of = "(SELECT phone FROM cell WHERE id = f.cell)"
	}
	if l.again {
		n = "sum((SELECT attempts FROM failure WHERE id = f.id))"
	}
	_, err = l.t.scan(`SELECT count(*) OVER (), v, n FROM (SELECT `+of+` AS v, `+n+` AS n FROM by_strand AS f
		WHERE f.strand IN (SELECT ?1 UNION ALL SELECT strand FROM pinned WHERE origin = ?1) AND f.at >= ?2 AND f.at < ?3 GROUP BY v) WHERE v <> 0 ORDER BY n DESC, v LIMIT 1`, []any{e.Strand, e.From, e.To}, &distinct, &top, &most)
	return distinct, top, most, err
}

// A sorted incident is what the database has of one, or is to have.
type sorted struct {
	shape, reason, outage string
	failures, first, last int64
	going, joined         int64
}

// abandoned is after how long without a batch an import is taken to have been
// killed. One that runs writes every second.
const abandoned = 10 * time.Second

// Settle makes the incidents anew if an import was cut off before it did. It is
// called once the sorter is set.
func (s *Store) Settle(ctx context.Context) error {
	const doing = "making the incidents of an import that was cut off"
	var at int64
	err := s.r.QueryRowContext(ctx, "SELECT value FROM meta WHERE key = 'unsorted'").Scan(&at)
	if errors.Is(err, sql.ErrNoRows) || err == nil && s.now().Sub(moment(at)).Abs() < abandoned {
		return nil
	}
	if err != nil {
		return s.fail(doing, err)
	}
	var log *Log
	if err := s.session(ctx, func(t *session) (err error) {
		if err := indexCells(t); err != nil {
			return err
		}
		log, err = s.regroup(t)
		return err
	}); err != nil {
		return s.fail(doing, err)
	}
	return s.fail(doing, s.refresh(ctx, log, topIncidents))
}

// regroup makes the incidents anew from the strands.
func (s *Store) regroup(t *session) (*Log, error) {
	log := &Log{t: t, Incidents: map[model.Extent]model.IncidentID{}, begun: s.begun.Load()}
	if _, err := t.scan("PRAGMA data_version", nil, &log.version); err != nil {
		return nil, err
	}
	if err := catchUp(t); err != nil {
		return nil, err
	}
	if err := settlePins(t); err != nil {
		return nil, err
	}
	if _, err := t.scan("SELECT EXISTS (SELECT 1 FROM attempt)", nil, &log.again); err != nil {
		return nil, err
	}
	rows, err := t.tx.QueryContext(t.ctx, "SELECT id, key, failures, first, last FROM "+unpinned+" ORDER BY id")
	if err := each(rows, err, func(r *sql.Rows) error {
		var x model.Strand
		var key []byte
		if err := r.Scan(&x.ID, &key, &x.Failures, &x.First, &x.Last); err != nil {
			return err
		}
		err := json.Unmarshal(key, &x.Bounds)
		if x.Failures > 0 || x.Successes() {
			log.Strands = append(log.Strands, x)
		}
		return err
	}); err != nil {
		return nil, err
	}
	if log.seats, err = seatsOf(t.ctx, t.tx); err != nil {
		return nil, err
	}
	if err := log.readTimes(); err != nil {
		return nil, err
	}
	before := map[int64][]placed{}
	rows, err = t.tx.QueryContext(t.ctx, "SELECT strand, since, until, incident FROM extent ORDER BY strand, since")
	if err := each(rows, err, func(r *sql.Rows) error {
		var p placed
		err := r.Scan(&p.strand, &p.from, &p.to, &p.incident)
		before[p.strand] = append(before[p.strand], p)
		log.Incidents[model.Extent{Strand: p.strand, From: p.from, To: p.to}] = model.IncidentID(p.incident)
		return err
	}); err != nil {
		return nil, err
	}
	groups, err := s.sorter(t.ctx, log)
	if err != nil {
		return nil, err
	}
	first, err := newIncidents(t, groups)
	if err != nil {
		return nil, err
	}
	for i := range groups {
		if groups[i].ID == 0 {
			groups[i].ID, first = model.IncidentID(first), first+1
		}
	}
	after, err := lay(log.Strands, groups)
	if err != nil {
		return nil, err
	}
	if err := layPins(t, log, groups, after); err != nil {
		return nil, err
	}
	if err := writeExtents(t, before, after); err != nil {
		return nil, err
	}
	if err := s.writeSorted(t, log, groups, after); err != nil {
		return nil, err
	}
	if err := keepTotals(t); err != nil {
		return nil, err
	}
	return log, t.exec("DELETE FROM meta WHERE key = 'unsorted'")
}

// readTimes gives the strands their minutes.
func (l *Log) readTimes() error {
	l.first = make([]int32, len(l.seats))
	strange := false
	err := readTimeline(l.t.ctx, l.t.tx, l.Strands, func(cell int64) int64 {
		if cell >= int64(len(l.seats)) {
			return 0
		}
		return int64(l.seats[cell].strand)
	}, func(_ int64, t tick) {
		if t.cell >= int64(len(l.first)) || t.minute > math.MaxInt32 {
			strange = true
			return
		}
		if was := l.first[t.cell]; t.minute > 0 && (was == 0 || int32(t.minute) < was) {
			l.first[t.cell] = int32(t.minute)
		}
	})
	if err == nil && strange {
		err = errTimeline
	}
	for i := range l.Strands {
		n, _, _ := failedIn(l.Strands[i].Minutes)
		l.unlike = l.unlike || n != int64(l.Strands[i].Failures)
	}
	return err
}

// placed is a piece of a strand in its incident.
type placed struct {
	piece
	incident int64
}

// newIncidents makes room for the groups that are new, and answers the number of
// the first.
func newIncidents(t *session, groups []model.Group) (first int64, err error) {
	n := 0
	for i := range groups {
		if groups[i].ID == 0 {
			n++
		}
	}
	if _, err := t.scan("SELECT 1 + max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'incident'), 0), coalesce((SELECT max(id) FROM incident), 0))", nil, &first); err != nil {
		return 0, err
	}
	_, err = t.bulk("INSERT OR FAIL INTO incident (id) SELECT c0 FROM "+source, n, func(row, _ int) vtab.Value { return first + int64(row) })
	return first, err
}

// lay puts the groups' extents beside each other so that they leave no time of a
// strand out: what comes before the first is the first's, what is between two the
// earlier one's.
func lay(strands []model.Strand, groups []model.Group) (map[int64][]placed, error) {
	after := make(map[int64][]placed, len(strands))
	for i := range groups {
		for _, e := range groups[i].Extents {
			after[e.Strand] = append(after[e.Strand], placed{piece{e.Strand, e.From, e.To}, int64(groups[i].ID)})
		}
	}
	for _, s := range strands {
		if s.Failures == 0 {
			continue
		}
		all := after[s.ID]
		if len(all) == 0 {
			return nil, fmt.Errorf("making incidents: strand %d is in none", s.ID)
		}
		slices.SortFunc(all, func(a, b placed) int { return cmp.Compare(a.from, b.from) })
		kept := all[:1]
		for _, p := range all[1:] {
			last := &kept[len(kept)-1]
			switch {
			case p.from < last.to:
				return nil, fmt.Errorf("making incidents: strand %d is in two at a time", s.ID)
			case p.incident == last.incident:
				last.to = p.to
			default:
				kept = append(kept, p)
			}
		}
		for i := range kept {
			if i > 0 {
				kept[i-1].to = kept[i].from
			}
		}
		kept[0].from, kept[len(kept)-1].to = -ever, ever
		after[s.ID] = kept
	}
	return after, nil
}

// writeExtents writes those of the strands that changed. A strand without
// failures keeps its own: when some come again, they are the same incident's.
func writeExtents(t *session, before, after map[int64][]placed) error {
	var gone []int64
	var fresh []placed
	for _, strand := range slices.Sorted(maps.Keys(after)) {
		if slices.Equal(before[strand], after[strand]) {
			continue
		}
		if len(before[strand]) > 0 {
			gone = append(gone, strand)
		}
		fresh = append(fresh, after[strand]...)
	}
	if _, err := t.bulk("DELETE FROM extent WHERE strand IN (SELECT c0 FROM "+source+")", len(gone),
		func(row, _ int) vtab.Value { return gone[row] }); err != nil {
		return err
	}
	_, err := t.bulk("INSERT OR FAIL INTO extent (strand, since, until, incident) SELECT c0, c1, c2, c3 FROM "+source, len(fresh),
		func(row, column int) vtab.Value {
			p := fresh[row]
			return [...]int64{p.strand, p.from, p.to, p.incident}[column]
		})
	return err
}

// writeSorted writes what changed of the incidents themselves.
func (s *Store) writeSorted(t *session, log *Log, groups []model.Group, after map[int64][]placed) error {
	before := map[int64]sorted{}
	rows, err := t.tx.QueryContext(t.ctx, "SELECT id, shape, reason, outage, failures, first, last, going, joined FROM incident")
	if err := each(rows, err, func(r *sql.Rows) error {
		var id int64
		var x sorted
		err := r.Scan(&id, &x.shape, &x.reason, &x.outage, &x.failures, &x.first, &x.last, &x.going, &x.joined)
		before[id] = x
		return err
	}); err != nil {
		return err
	}
	now := make(map[int64]*sorted, len(groups))
	for id, x := range before { // those without failures keep what they were
		now[id] = &sorted{shape: x.shape, reason: x.reason, outage: x.outage, joined: x.joined}
	}
	for i := range groups {
		g := &groups[i]
		x := &sorted{shape: string(g.Shape), reason: g.Reason}
		if g.Going {
			x.going = 1
		}
		if g.Outage != (model.LogOutage{}) {
			text, err := json.Marshal(g.Outage)
			if err != nil {
				return err
			}
			x.outage = string(text)
		}
		now[int64(g.ID)] = x
	}
	for i := range groups {
		for _, old := range groups[i].Joined {
			if x := now[int64(old)]; x != nil && old != groups[i].ID {
				x.joined = int64(groups[i].ID)
				if err := s.join(t, old, groups[i].ID); err != nil {
					return err
				}
			}
		}
	}
	if err := log.measure(now, after); err != nil {
		return err
	}
	if err := eachAttempt(t, func(strand, at int64) {
		for _, p := range after[strand] {
			if x := now[p.incident]; at >= p.from && at < p.to && x.first != 0 {
				x.first = min(x.first, at)
			}
		}
	}); err != nil {
		return err
	}
	var due []int64
	for id, x := range now {
		if before[id] != *x {
			due = append(due, id)
		}
	}
	slices.Sort(due)
	if len(due) == 0 {
		return nil
	}
	if err := forgetTotals(t); err != nil {
		return err
	}
	_, err = t.bulk(`UPDATE incident SET shape = s.c1, reason = s.c2, failures = s.c3, first = s.c4, last = s.c5, joined = s.c6, outage = s.c7, going = s.c8, stale = 1
		FROM `+source+` AS s WHERE incident.id = s.c0`, len(due), func(row, column int) vtab.Value {
		x := now[due[row]]
		switch column {
		case 0:
			return due[row]
		case 1:
			return x.shape
		case 2:
			return x.reason
		case 7:
			return x.outage
		case 8:
			return x.going
		}
		return [...]int64{x.failures, x.first, x.last, x.joined}[column-3]
	})
	return err
}

// measure counts the failures of all incidents, and finds the first and the last of
// each.
func (l *Log) measure(now map[int64]*sorted, after map[int64][]placed) error {
	wider := func(x *sorted, first, last int64) {
		if first != 0 && (x.first == 0 || first < x.first) {
			x.first = first
		}
		x.last = max(x.last, last)
	}
	type edge struct {
		placed
		first, last int64 // the minutes
	}
	var edges []edge
	for i := range l.Strands {
		s := &l.Strands[i]
		for _, p := range after[s.ID] {
			x := now[p.incident]
			if p.whole() {
				x.failures += int64(s.Failures)
				wider(x, s.First, s.Last)
				continue
			}
			if minutes, ok := minutesIn(s, p.piece); ok && l.exact() {
				n, first, last := failedIn(minutes)
				x.failures += n
				if first != 0 {
					edges = append(edges, edge{p, first, last})
				}
				continue
			}
			var n, first, last int64
			if _, err := l.t.scan(`SELECT count(*), coalesce(min(nullif(at, 0)), 0), coalesce(max(nullif(at, 0)), 0) FROM by_strand
				WHERE strand = ? AND at >= ? AND at < ?`, []any{p.strand, p.from, p.to}, &n, &first, &last); err != nil {
				return err
			}
			x.failures += n
			wider(x, first, last)
		}
	}
	// Of those that minutes counted, a message is read only where it may be the
	// incident's first or last.
	first, last := map[int64]int64{}, map[int64]int64{}
	for _, e := range edges {
		if at, ok := first[e.incident]; !ok || e.first < at {
			first[e.incident] = e.first
		}
		last[e.incident] = max(last[e.incident], e.last)
	}
	for _, e := range edges {
		var at int64
		x := now[e.incident]
		if e.first == first[e.incident] && (x.first == 0 || e.first <= minuteOf(x.first)) {
			if _, err := l.t.scan("SELECT at FROM by_strand WHERE strand = ? AND at >= ? ORDER BY at LIMIT 1", []any{e.strand, max(e.first*60_000, 1)}, &at); err != nil {
				return err
			}
			wider(x, at, at)
		}
		if e.last == last[e.incident] && e.last >= minuteOf(x.last) {
			if _, err := l.t.scan("SELECT at FROM by_strand WHERE strand = ? AND at < ? ORDER BY at DESC LIMIT 1", []any{e.strand, (e.last + 1) * 60_000}, &at); err != nil {
				return err
			}
			wider(x, at, at)
		}
	}
	return nil
}

// join carries over what agents did on an incident that has become a part of
// another: its notes, findings and packets are the other one's, its steps where
// the other one has none of that number. A note says so.
func (s *Store) join(t *session, old, to model.IncidentID) error {
	w, err := readWork(t, old)
	if err != nil {
		return err
	}
	var worked bool
	if _, err := t.scan("SELECT changed <> 0 OR EXISTS (SELECT 1 FROM finding WHERE incident = ?1) OR EXISTS (SELECT 1 FROM packet WHERE incident = ?1) FROM incident WHERE id = ?1",
		[]any{int64(old)}, &worked); err != nil || !worked {
		return err // nobody has seen to it, so nobody has to be told
	}
	for _, statement := range [...]string{
		"UPDATE note SET incident = ?2 WHERE incident = ?1",
		"UPDATE finding SET incident = ?2 WHERE incident = ?1",
		"UPDATE packet SET incident = ?2 WHERE incident = ?1",
		"UPDATE OR IGNORE step SET incident = ?2 WHERE incident = ?1",
	} {
		if err := t.exec(statement, int64(old), int64(to)); err != nil {
			return err
		}
	}
	was := string(w.State)
	if w.Ticket != "" {
		was += ", ticket " + w.Ticket
	}
	if w.Assignee != "" {
		was += ", " + w.Assignee
	}
	if _, err := s.insertNote(t, to, fmt.Sprintf("%s has turned out to be the same fault and is a part of this incident now (it was: %s)", old, was), "unsent"); err != nil {
		return err
	}
	return s.event(t, s.user(), "join", old.String(), "now a part of "+to.String())
}
