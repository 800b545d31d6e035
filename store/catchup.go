package store

import (
	"cmp"
	"database/sql"
	"slices"

	"modernc.org/sqlite/vtab"
)

// Messages are stored as they come, and are put in order by their strands, and
// counted, later: many at a time, because each time most of the table by_strand is
// written anew. Until then they are found by their ids and in the list of all
// messages; incidents do not have them anyway, because these are made afterwards.
// Who makes incidents, takes back or deletes catches up first.

// behind is how many messages an import lets wait. It keeps them in memory, three
// megabytes.
const behind = 65_536

// A waiting is a message that is to be put in order.
type waiting struct {
	at, recipient                                 int64
	n                                             int32 // its number is so much above the first one's
	strand, cell, wording, campaign, country, app int32
}

func (w *waiting) column(n int, first int64) vtab.Value {
	switch n {
	case 0:
		return int64(w.strand)
	case 1:
		return w.at
	case 2:
		return first + int64(w.n)
	case 3:
		return w.recipient
	}
	return int64([...]int32{w.cell, w.wording, w.campaign, w.country, w.app}[n-4])
}

// caughtUp is the number of the last message that is in order and counted.
func caughtUp(t *session) (n int64, err error) {
	_, err = t.scan("SELECT value FROM meta WHERE key = 'caught_up'", nil, &n)
	return n, err
}

// catchUp puts all messages in order and counts them.
func catchUp(t *session) error {
	caught, err := caughtUp(t)
	if err != nil {
		return err
	}
	for {
		all := make([]waiting, 0, 1024)
		last := caught
		st, err := t.stmt(`SELECT id, at, recipient, strand, cell, wording, campaign, country, app FROM failure WHERE id > ? ORDER BY id LIMIT ?`)
		if err != nil {
			return err
		}
		rows, err := st.QueryContext(t.ctx, caught, behind)
		if err := each(rows, err, func(r *sql.Rows) error {
			var w waiting
			err := r.Scan(&last, &w.at, &w.recipient, &w.strand, &w.cell, &w.wording, &w.campaign, &w.country, &w.app)
			if w.n = int32(last - caught - 1); int64(w.n) != last-caught-1 {
				return errFacts
			}
			all = append(all, w)
			return err
		}); err != nil || len(all) == 0 {
			return err
		}
		if err := putInOrder(t, all, caught+1, last); err != nil {
			return err
		}
		caught = last
	}
}

// putInOrder puts some messages in order and counts them. They are all between two
// numbers that are in the database.
func putInOrder(t *session, all []waiting, first, last int64) error {
	slices.SortFunc(all, func(a, b waiting) int {
		return cmp.Or(cmp.Compare(a.strand, b.strand), cmp.Compare(a.at, b.at), cmp.Compare(a.n, b.n))
	})
	// "OR FAIL" spares SQLite a copy of each page that it would need to undo the
	// statement alone; if it fails, all is undone.
	if _, err := t.bulk(`INSERT OR FAIL INTO by_strand (strand, at, id, recipient, cell, wording, campaign, country, app)
		SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8 FROM `+source, len(all), func(row, column int) vtab.Value { return all[row].column(column, first) }); err != nil {
		return err
	}
	d, apps := newDeltas(), false
	for i := range all {
		w := &all[i]
		apps = apps || w.app != 0
		d.count(weighed{w.at, int64(w.strand), int64(w.cell), int64(w.wording), int64(w.campaign)}, 1)
	}
	if err := d.apply(t, 0); err != nil {
		return err
	}
	if apps {
		if err := t.exec("INSERT OR IGNORE INTO meta (key, value) VALUES ('apps', 1)"); err != nil {
			return err
		}
	}
	return t.exec("INSERT INTO meta (key, value) VALUES ('caught_up', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", last)
}

// wait lets a new message wait.
func (im *importing) wait(r *row) {
	im.waiting = append(im.waiting, waiting{
		at: r.at, recipient: r.recipient, n: int32(r.id - im.caught - 1),
		strand: int32(r.strand), cell: int32(r.cell), wording: int32(r.wording), campaign: int32(r.campaign), country: int32(r.country), app: int32(r.app),
	})
}

// catchUp does so when enough wait, or at the end.
func (im *importing) catchUp(end bool) error {
	if n := len(im.waiting); n == 0 || n < behind && !end {
		return nil
	}
	err := error(nil)
	if int64(len(im.waiting)) == im.next-1-im.caught {
		err = putInOrder(im.t, im.waiting, im.caught+1, im.next-1)
	} else {
		err = catchUp(im.t) // others wait too
	}
	im.caught, im.waiting = im.next-1, im.waiting[:0]
	return err
}

// reorder puts a message that has changed in order again. old is what it was.
func reorder(t *session, id int64, old *weighed) error {
	if err := t.exec("DELETE FROM by_strand WHERE strand = ? AND at = ? AND id = ?", old.strand, old.at, id); err != nil {
		return err
	}
	if err := t.exec("INSERT OR IGNORE INTO meta (key, value) SELECT 'apps', 1 FROM failure WHERE id = ? AND app <> 0", id); err != nil {
		return err
	}
	return t.exec(`INSERT INTO by_strand (strand, at, id, recipient, cell, wording, campaign, country, app)
		SELECT strand, at, id, recipient, cell, wording, campaign, country, app FROM failure WHERE id = ?`, id)
}
