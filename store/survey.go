package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"unsent/model"
)

// lookStep is what the time of fewer than lookFew failures in one minute is widened to,
// in minutes: a failure alone lasts no time, and what its account sent then is what it
// sent in these minutes. Of more, minutes around them would say that sends went well in
// their time which did not.
const (
	lookStep = 5
	lookFew  = 3
)

// A look is what the sends of an incident's accounts were, cell by cell, while it
// lasted and before.
type look struct {
	first, last int64              // the first and the last minute; 0 when it has no time
	during      map[int64]attempts // by cell
	before      map[int64]attempts // in the hour before it
	files       map[file]*said
}

// A file is an import's part about an account, and said is what it has.
type file struct {
	imported int64
	waba     int32
}

type said struct{ failures, successes bool } // failures while the incident lasted, successes at some time

func newLook(e *extent) *look {
	l := &look{during: map[int64]attempts{}, before: map[int64]attempts{}, files: map[file]*said{}}
	if e.first != 0 {
		l.first, l.last = max(minuteOf(e.first), 1), minuteOf(e.last)
		if l.last == l.first && e.failures < lookFew {
			l.first = max(l.first/lookStep*lookStep, 1)
			l.last = l.last/lookStep*lookStep + lookStep - 1
		}
	}
	return l
}

// saw counts a tick in. Attempts without a time count when the incident has none.
func (l *look) saw(t tick, in *said) {
	in.successes = in.successes || t.good > 0
	to := l.during
	switch {
	case t.minute >= l.first && t.minute <= l.last:
		in.failures = in.failures || t.failed > 0
	case t.minute >= l.first-hourBefore && t.minute < l.first && t.minute > 0:
		to = l.before
	default:
		return
	}
	a := to[t.cell]
	a.failed += t.failed
	a.succeeded += t.good
	to[t.cell] = a
}

// in is what a file is known to have said.
func (l *look) in(f file) *said {
	s := l.files[f]
	if s == nil {
		s = &said{}
		l.files[f] = s
	}
	return s
}

// told reports whether each file that has failures of an account while the incident
// lasted has sends of the same account that went well at some time: it is no export
// of failures only.
func (l *look) told() bool {
	for _, s := range l.files {
		if s.failures && !s.successes {
			return false
		}
	}
	return true
}

// survey reads the timeline once for many looks. of says whose a cell is, and which
// of them want to know of it.
func survey(ctx context.Context, q querier, of func(cell int64) (waba int32, looks []*look)) error {
	rows, err := q.QueryContext(ctx, "SELECT import, counts FROM timeline")
	return each(rows, err, func(r *sql.Rows) error {
		var imported int64
		var b sql.RawBytes
		if err := r.Scan(&imported, &b); err != nil {
			return err
		}
		last, looks, in := int64(-1), []*look(nil), []*said(nil)
		return unpackTimeline(b, func(t tick) {
			if t.cell != last { // ticks come cell by cell
				last, in = t.cell, in[:0]
				var waba int32
				waba, looks = of(t.cell)
				for _, l := range looks {
					in = append(in, l.in(file{imported, waba}))
				}
			}
			for i, l := range looks {
				l.saw(t, in[i])
			}
		})
	})
}

// accountCells are the cells of some accounts, by number.
func accountCells(ctx context.Context, q querier, wabas []int64) (map[int64]seat, error) {
	all := map[int64]seat{}
	rows, err := q.QueryContext(ctx, "SELECT c.id, c.strand, c.waba FROM json_each(?) AS a CROSS JOIN cell AS c INDEXED BY cell_waba ON c.waba = a.value", ids(wabas))
	err = each(rows, err, func(r *sql.Rows) error {
		var id int64
		var at seat
		err := r.Scan(&id, &at.strand, &at.waba)
		all[id] = at
		return err
	})
	return all, err
}

// surveyed are the looks of some incidents, for those who have nothing of the
// timeline in memory. It is one pass over it.
func surveyed(ctx context.Context, q querier, due []extent) ([]*look, error) {
	looks := make([]*look, len(due))
	by := map[int32][]*look{}
	var wabas []int64
	for i := range due {
		looks[i] = newLook(&due[i])
		mine, err := accountsOf(ctx, q, due[i].pieces)
		if err != nil {
			return nil, err
		}
		for _, waba := range mine {
			by[int32(waba)] = append(by[int32(waba)], looks[i])
		}
		wabas = append(wabas, mine...)
	}
	slices.Sort(wabas)
	cells, err := accountCells(ctx, q, slices.Compact(wabas))
	if err != nil {
		return nil, err
	}
	return looks, survey(ctx, q, func(cell int64) (int32, []*look) {
		if at, ok := cells[cell]; ok {
			return at.waba, by[at.waba]
		}
		return 0, nil
	})
}

// accountsOf are the accounts of some pieces, as numbers of names. A strand has one.
func accountsOf(ctx context.Context, q querier, pieces []piece) (all []int64, err error) {
	strands := make([]int64, len(pieces))
	for i, p := range pieces {
		strands[i] = p.strand
	}
	rows, err := q.QueryContext(ctx, "SELECT DISTINCT c.waba FROM json_each(?) AS j CROSS JOIN cell AS c INDEXED BY cell_strand ON c.strand = j.value", ids(strands))
	err = each(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		all = append(all, id)
		return err
	})
	return all, err
}

// A cellPart is a cell's share of what a look saw.
type cellPart struct {
	key cellKey
	attempts
}

// compared are parts, and none when there is no success among them: no share can be
// told then.
func compared(ctx context.Context, q querier, of map[int64]attempts) ([]cellPart, error) {
	for _, a := range of {
		if a.succeeded > 0 {
			return parts(ctx, q, of)
		}
	}
	return nil, nil
}

// parts are the attempts of cells with what the cells say.
func parts(ctx context.Context, q querier, of map[int64]attempts) (all []cellPart, err error) {
	numbers := slices.Sorted(maps.Keys(of))
	rows, err := q.QueryContext(ctx, "SELECT c.id, c.waba, c.phone, c.template, c.language, c.kind FROM json_each(?) AS j CROSS JOIN cell AS c ON c.id = j.value", ids(numbers))
	err = each(rows, err, func(r *sql.Rows) error {
		var id int64
		var p cellPart
		err := r.Scan(&id, &p.key.waba, &p.key.phone, &p.key.template, &p.key.language, &p.key.kind)
		p.attempts = of[id]
		all = append(all, p)
		return err
	})
	return all, err
}

// The surroundings of all incidents: the strands with their minutes, by account,
// and the sums of all accounts.
type surroundings struct {
	strands map[string][]*model.Strand
	minutes []int64    // in order
	sums    []attempts // up to each minute, itself included
	from    int64      // the first minute of the log; 0 when it has no times
}

// surround puts strands that have their minutes in order for many questions.
func surround(strands []model.Strand) *surroundings {
	g := &surroundings{strands: map[string][]*model.Strand{}}
	by := map[int64]attempts{}
	for i := range strands {
		s := &strands[i]
		g.strands[s.WABA] = append(g.strands[s.WABA], s)
		for _, m := range s.Minutes {
			if m.At > 0 {
				a := by[m.At]
				a.failed += int64(m.Failed)
				a.succeeded += int64(m.Good)
				by[m.At] = a
			}
		}
	}
	for at := range by {
		g.minutes = append(g.minutes, at)
	}
	slices.Sort(g.minutes)
	var sum attempts
	for _, at := range g.minutes {
		sum.failed += by[at].failed
		sum.succeeded += by[at].succeeded
		g.sums = append(g.sums, sum)
	}
	if len(g.minutes) > 0 {
		g.from = g.minutes[0]
	}
	return g
}

// upTo is the sum of all accounts up to a minute.
func (g *surroundings) upTo(minute int64) attempts {
	i, found := slices.BinarySearchFunc(g.minutes, minute, func(m, at int64) int { return cmp.Compare(m, at) })
	if found {
		i++
	}
	if i == 0 {
		return attempts{}
	}
	return g.sums[i-1]
}

// around is what there is around an incident of some accounts.
func (g *surroundings) around(wabas map[string]bool, first, last int64) around {
	a := around{from: g.from}
	for waba := range wabas {
		a.mine = append(a.mine, g.strands[waba]...)
	}
	b, e := g.upTo(max(first, 1)-1), g.upTo(last)
	failed := e.failed - b.failed
	a.others = model.Share{Sends: int(failed + e.succeeded - b.succeeded), Failed: int(failed)}
	if len(wabas) == 1 { // nobody compares several with the others
		for _, s := range a.mine {
			mine := during(s.Minutes, first, last)
			a.others.Sends -= mine.Sends
			a.others.Failed -= mine.Failed
		}
	}
	return a
}
