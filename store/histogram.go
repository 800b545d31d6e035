package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"unsent/model"
)

// gridSteps are the widths of a timeline's bins in minutes. Each is a multiple of
// the one before, so that bins can be joined to wider ones and nothing has to be
// read again. What is longer still is the last one, doubled.
var gridSteps = []int64{1, 5, 15, 60, 6 * 60, 24 * 60, 7 * 24 * 60, 28 * 24 * 60, 364 * 24 * 60}

// A grid adds minutes up into bins of the least width with which there are no more
// than most.
type grid struct {
	most  int64
	step  int64 // minutes
	first int64 // number of the first bin since 1970
	bins  []model.Bin
	last  int64 // the first minute of the bin that was added to last, at place at
	at    int
}

func (g *grid) add(minute int64, failed, good int64) {
	if uint64(minute-g.last) >= uint64(g.step) || len(g.bins) == 0 {
		g.find(minute)
	}
	b := &g.bins[g.at]
	b.Failed += int(failed)
	b.Good += int(good)
}

// find makes room for a minute.
func (g *grid) find(minute int64) {
	at := minute / g.step
	if len(g.bins) == 0 {
		g.first = at
	}
	for max(at, g.first+int64(len(g.bins))-1)-min(at, g.first) >= g.most {
		g.coarsen()
		at = minute / g.step
	}
	if at < g.first {
		g.bins = slices.Concat(make([]model.Bin, g.first-at), g.bins)
		g.first = at
	}
	for g.first+int64(len(g.bins)) <= at {
		g.bins = append(g.bins, model.Bin{})
	}
	g.at, g.last = int(at-g.first), at*g.step
}

// coarsen joins the bins to those of the next width.
func (g *grid) coarsen() {
	step := 2 * g.step
	if i := slices.Index(gridSteps, g.step); i >= 0 && i+1 < len(gridSteps) {
		step = gridSteps[i+1]
	}
	first := g.first * g.step / step
	var bins []model.Bin
	for i, b := range g.bins {
		at := (g.first+int64(i))*g.step/step - first
		for int64(len(bins)) <= at {
			bins = append(bins, model.Bin{})
		}
		bins[at].Failed += b.Failed
		bins[at].Good += b.Good
	}
	g.step, g.first, g.bins = step, first, bins
}

// trim takes bins without attempts off both ends: what was in them was moved.
func (g *grid) trim() {
	for len(g.bins) > 0 && g.bins[0] == (model.Bin{}) {
		g.bins, g.first = g.bins[1:], g.first+1
	}
	for n := len(g.bins); n > 0 && g.bins[n-1] == (model.Bin{}); n = len(g.bins) {
		g.bins = g.bins[:n-1]
	}
}

// Timeline adds attempts up by time, in no more than most bins of equal width,
// from the first attempt to the last. Of q count Incident, Since and Until; of an
// incident the time around it where q has neither. It reads what is kept of all
// times once, however many messages there are, and holds most bins.
func (s *Store) Timeline(ctx context.Context, q model.Query, most int) (model.Timeline, error) {
	t, err := s.timeline(ctx, q, most)
	doing := "reading when attempts failed"
	if q.Incident != 0 {
		doing = "reading when " + q.Incident.String() + " failed"
	}
	return t, s.fail(doing, err)
}

func (s *Store) timeline(ctx context.Context, q model.Query, most int) (tl model.Timeline, err error) {
	g := grid{most: int64(max(most, 1)), step: gridSteps[0]}
	has := func(tick) bool { return true }
	if q.Incident != 0 {
		inc, err := s.Incident(ctx, q.Incident)
		if err != nil {
			return tl, err
		}
		if q.Since.IsZero() && q.Until.IsZero() {
			q.Since, q.Until = inc.Around()
		}
		if has, err = s.ticksOf(ctx, &inc); err != nil {
			return tl, err
		}
	}
	since, until := int64(1), int64(ever)
	if !q.Since.IsZero() {
		since = max(minuteOf(q.Since.UnixMilli()), 1)
	}
	if !q.Until.IsZero() {
		until = minuteOf(q.Until.UnixMilli() + 59_999)
	}
	rows, err := s.r.QueryContext(ctx, "SELECT counts FROM timeline")
	err = each(rows, err, func(r *sql.Rows) error {
		var b sql.RawBytes
		if err := r.Scan(&b); err != nil {
			return err
		}
		return unpackTimeline(b, func(t tick) {
			switch {
			case t.minute == 0 && has(t):
				tl.Timeless.Failed += int(t.failed)
				tl.Timeless.Good += int(t.good)
			case t.minute >= since && t.minute < until && t.failed+t.good > 0 && has(t):
				g.add(t.minute, t.failed, t.good)
			}
		})
	})
	if err == nil && q.Incident != 0 {
		err = s.eachMoved(ctx, func(t tick) {
			switch {
			case !has(t):
			case t.minute == 0:
				tl.Timeless.Failed += int(t.failed)
			case t.minute >= since && t.minute < until:
				g.add(t.minute, t.failed, 0)
			}
		})
	}
	g.trim()
	tl.Step, tl.Bins = time.Duration(g.step)*time.Minute, g.bins
	if len(g.bins) > 0 {
		tl.From = time.Unix(g.first*g.step*60, 0).UTC()
	}
	return tl, err
}

// ticksOf tells which ticks are an incident's: the failures in its pieces, and the
// sends that went well of its accounts, and of its one template, language and
// number where it has one.
func (s *Store) ticksOf(ctx context.Context, inc *model.Incident) (func(tick) bool, error) {
	all, err := piecesOf(ctx, s.r, int64(inc.ID))
	if err != nil {
		return nil, err
	}
	pieces := map[int64][]piece{}
	for _, p := range all {
		pieces[p.strand] = append(pieces[p.strand], p)
	}
	scope := summary{Template: inc.Template, Language: inc.Language, PhoneID: inc.PhoneID}
	wabas, good := map[string]bool{}, map[int64]bool{}
	bounds := func(query string, arg any, give func(int64, *model.Bounds)) error {
		rows, err := s.r.QueryContext(ctx, query, arg)
		return each(rows, err, func(r *sql.Rows) error {
			var id int64
			var key sql.RawBytes
			var b model.Bounds
			if err := r.Scan(&id, &key); err != nil {
				return err
			}
			err := json.Unmarshal(key, &b)
			give(id, &b)
			return err
		})
	}
	numbers := make([]int64, 0, len(pieces))
	for id := range pieces {
		numbers = append(numbers, id)
	}
	if err := bounds("SELECT id, key FROM strand WHERE id IN (SELECT value FROM json_each(?))", ids(numbers), func(_ int64, b *model.Bounds) { wabas[b.WABA] = true }); err != nil {
		return nil, err
	}
	if err := bounds("SELECT id, key FROM strand WHERE failures = ?", 0, func(id int64, b *model.Bounds) {
		if b.Successes() && wabas[b.WABA] && scope.within(b) {
			good[id] = true
		}
	}); err != nil {
		return nil, err
	}
	type part struct {
		pieces []piece
		well   bool
	}
	parts := map[int64]part{} // of cells
	rows, err := s.r.QueryContext(ctx, "SELECT c.id, c.strand FROM json_each(?) AS j CROSS JOIN cell AS c INDEXED BY cell_strand ON c.strand = j.value",
		ids(slices.Concat(numbers, slices.Collect(maps.Keys(good)))))
	if err := each(rows, err, func(r *sql.Rows) error {
		var cell, strand int64
		err := r.Scan(&cell, &strand)
		parts[cell] = part{pieces[strand], good[strand]}
		return err
	}); err != nil {
		return nil, err
	}
	last, mine := int64(-1), part{}
	return func(t tick) bool {
		if t.cell != last { // ticks come cell by cell
			last, mine = t.cell, parts[t.cell]
		}
		return mine.well || slices.ContainsFunc(mine.pieces, func(p piece) bool { return t.minute >= minuteOf(p.from) && t.minute < minuteOf(p.to) })
	}, nil
}
