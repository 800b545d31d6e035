package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"unsent/model"
)

// A timeline is the attempts of cells by the minute. It is kept as a list of
// numbers, four for each minute of a cell: how far the cell's number is from the
// one before, the minute (from the one before of the same cell), attempts that
// failed, attempts that went well. A million of them are some megabytes and are
// read in the time of one frame.

type tick struct{ cell, minute, failed, good int64 }

var errTimeline = errors.New("what is kept of the times of attempts cannot be read")

// minuteOf is the minute of a time in milliseconds; 0 for none, and for what is
// earlier than any log.
func minuteOf(at int64) int64 { return max(at, 0) / 60_000 }

// packTimeline writes ticks, which it puts in order.
func packTimeline(all []tick) []byte {
	slices.SortFunc(all, func(a, b tick) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.minute, b.minute))
	})
	b := make([]byte, 0, 6*len(all))
	cell, minute := int64(0), int64(0)
	for _, t := range all {
		if t.cell != cell {
			minute = 0
		}
		for _, n := range [...]int64{t.cell - cell, t.minute - minute, t.failed, t.good} {
			b = binary.AppendUvarint(b, uint64(n))
		}
		cell, minute = t.cell, t.minute
	}
	return b
}

func unpackTimeline(b []byte, give func(tick)) error {
	var t tick
	for len(b) > 0 {
		var n [4]int64
		for i := range n {
			if len(b) > 0 && b[0] < 0x80 { // as nearly all are
				n[i], b = int64(b[0]), b[1:]
				continue
			}
			v, size := binary.Uvarint(b)
			if size <= 0 || v > 1<<62 {
				return errTimeline
			}
			n[i], b = int64(v), b[size:]
		}
		if n[0] != 0 {
			t.minute = 0
		}
		t.cell, t.minute, t.failed, t.good = t.cell+n[0], t.minute+n[1], n[2], n[3]
		if t.cell < 0 || t.minute < 0 {
			return errTimeline
		}
		give(t)
	}
	return nil
}

// A seat is what has to be known of a cell to read its times: the numbers of its
// strand and of its account's name.
type seat struct{ strand, waba int32 }

// seatsOf are the seats of all cells that have times, at the place of their numbers.
func seatsOf(ctx context.Context, q querier) (all []seat, err error) {
	rows, err := q.QueryContext(ctx, "SELECT id, strand, waba FROM cell WHERE id > 0 ORDER BY id")
	err = each(rows, err, func(r *sql.Rows) error {
		var id int64
		var at seat
		err := r.Scan(&id, &at.strand, &at.waba)
		if id < 0 || id > math.MaxInt32 {
			return errTimeline
		}
		for int64(len(all)) <= id {
			all = append(all, seat{})
		}
		all[id] = at
		return err
	})
	return all, err
}

// readTimeline gives every strand its minutes, in order and each once. strand says
// whose a cell is, 0 for one of which nothing is wanted. saw is told of all that
// there is, also of other cells.
func readTimeline(ctx context.Context, q querier, strands []model.Strand, strand func(cell int64) int64, saw func(imported int64, t tick)) error {
	places := make(map[int64]int, len(strands))
	for i := range strands {
		places[strands[i].ID] = i
	}
	last, at := int64(-1), -1
	place := func(cell int64) int { // ticks come cell by cell
		if cell != last {
			last, at = cell, -1
			if i, ok := places[strand(cell)]; ok {
				at = i
			}
		}
		return at
	}
	each := func(give func(imported int64, t tick)) error {
		rows, err := q.QueryContext(ctx, "SELECT import, counts FROM timeline ORDER BY import, n")
		return each(rows, err, func(r *sql.Rows) error {
			var imported int64
			var b sql.RawBytes
			if err := r.Scan(&imported, &b); err != nil {
				return err
			}
			return unpackTimeline(b, func(t tick) { give(imported, t) })
		})
	}
	counts := make([]int, len(strands))
	total := 0
	if err := each(func(imported int64, t tick) {
		saw(imported, t)
		if i := place(t.cell); i >= 0 {
			counts[i]++
			total++
		}
	}); err != nil {
		return err
	}
	room := make([]model.Minute, total) // one piece of memory for all
	for i := range strands {
		strands[i].Minutes, room = room[:0:counts[i]], room[counts[i]:]
	}
	if err := each(func(_ int64, t tick) {
		if i := place(t.cell); i >= 0 {
			strands[i].Minutes = append(strands[i].Minutes, model.Minute{At: t.minute, Failed: int32(t.failed), Good: int32(t.good)})
		}
	}); err != nil {
		return err
	}
	for i := range strands {
		strands[i].Minutes = eachOnce(strands[i].Minutes)
	}
	return nil
}

// eachOnce puts minutes in order and adds up those that are there twice.
func eachOnce(all []model.Minute) []model.Minute {
	if !slices.IsSortedFunc(all, func(a, b model.Minute) int { return cmp.Compare(a.At, b.At) }) {
		slices.SortFunc(all, func(a, b model.Minute) int { return cmp.Compare(a.At, b.At) })
	}
	kept := all[:0]
	for _, m := range all {
		if n := len(kept); n > 0 && kept[n-1].At == m.At {
			kept[n-1].Failed += m.Failed
			kept[n-1].Good += m.Good
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

// cutTimeline forgets what was before a time in milliseconds. Attempts without a
// time go with the imports that are given.
func cutTimeline(t *session, before int64, old []int64) error {
	type key struct{ imp, n int64 }
	changed := map[key][]byte{}
	rows, err := t.tx.QueryContext(t.ctx, "SELECT import, n, counts FROM timeline")
	if err := each(rows, err, func(r *sql.Rows) error {
		var k key
		var b []byte
		if err := r.Scan(&k.imp, &k.n, &b); err != nil {
			return err
		}
		timeless := slices.Contains(old, k.imp)
		var kept []tick
		cut := false
		err := unpackTimeline(b, func(x tick) {
			if x.minute != 0 && x.minute < minuteOf(before) || x.minute == 0 && timeless {
				cut = true
				return
			}
			kept = append(kept, x)
		})
		if cut {
			changed[k] = packTimeline(kept)
		}
		return err
	}); err != nil {
		return err
	}
	for k, b := range changed {
		if err := t.exec("UPDATE timeline SET counts = ? WHERE import = ? AND n = ?", b, k.imp, k.n); err != nil {
			return err
		}
	}
	return t.exec("DELETE FROM timeline WHERE counts = x''")
}
