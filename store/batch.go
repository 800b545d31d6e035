package store

import (
	"cmp"
	"database/sql"
	"slices"

	"modernc.org/sqlite/vtab"

	"unsent/model"
)

// A message is what a batch knows of one message that it met.
type message struct {
	digest  digest
	run     int64 // where it stands in "identity"
	failure int64 // number of the failure, 0: none
	success int64 // the import that had its success, 0: none
	sig, at int64 // of the newest attempt
	stored  bool  // the database has it
	touched bool  // it is to be written
}

// A row is a new failure on its way into the table "failure".
type row struct {
	id, at, strand, cell, recipient, wording, campaign, country, app, sig, text int64
	delivered                                                                   bool
}

type mention struct{ key, failure int64 }

// look finds out, at the beginning of a batch, whether another program has
// written since the last one; what is remembered may be wrong then.
func (im *importing) look() error {
	var version int64
	if _, err := im.t.scan("PRAGMA data_version", nil, &version); err != nil {
		return err
	}
	if version == im.version {
		return im.learn()
	}
	im.version = version
	if err := im.there(im.t); err != nil {
		return err
	}
	if err := im.in.forget(im.t); err != nil {
		return err
	}
	im.sieves, im.whole, im.asked = nil, false, 0
	return im.learn()
}

// learn makes the sieves once as many look-ups have been made as make that worth
// it; for an empty database that is at once.
func (im *importing) learn() error {
	if im.whole {
		return nil
	}
	var known, runs int
	if _, err := im.t.scan("SELECT coalesce(sum(stored + succeeded), 0), (SELECT count(*) FROM run) FROM import", nil, &known, &runs); err != nil {
		return err
	}
	if im.asked*runs < known {
		return nil
	}
	im.sieves, im.sieve = nil, newSieve(0, max(known, 64<<10))
	st, err := im.t.stmt("SELECT id, messages FROM run ORDER BY id")
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(im.t.ctx)
	if err := each(rows, err, func(r *sql.Rows) error {
		var id int64
		var n int
		err := r.Scan(&id, &n)
		im.sieves = append(im.sieves, newSieve(id, n))
		return err
	}); err != nil {
		return err
	}
	if st, err = im.t.stmt("SELECT run, key, tag FROM identity ORDER BY run"); err != nil {
		return err
	}
	at := 0
	rows, err = st.QueryContext(im.t.ctx)
	im.whole = true
	return each(rows, err, func(r *sql.Rows) error {
		var run int64
		var d digest
		err := r.Scan(&run, &d.key, &d.tag)
		for im.sieves[at].run != run {
			at++
		}
		im.sieves[at].add(d)
		im.sieve.add(d)
		return err
	})
}

// take counts a chunk in and stores what is new in it.
func (im *importing) take(c *chunk) error {
	if err := im.resolve(c); err != nil {
		return err
	}
	for i := range c.items {
		it := &c.items[i]
		if it.line > 0 {
			if im.items == 0 {
				im.line = it.line
			}
			im.last = it.line
		}
		im.items++
		im.now.Read++
		if err := im.one(it); err != nil {
			return err
		}
	}
	im.size += c.size
	return im.writeBlock(c)
}

func (im *importing) one(it *item) error {
	if it.rejected != nil {
		im.now.Rejected++
		im.rejects = append(im.rejects, *it.rejected)
		if len(im.now.Rejections) < keptRejections {
			im.now.Rejections = append(im.now.Rejections, *it.rejected)
		}
		return nil
	}
	switch it.outcome {
	case model.Failed:
		return im.failed(it)
	case model.Succeeded:
		return im.succeeded(it)
	case model.NotAttempted:
		im.now.NotAttempted++
	case model.InProgress:
		im.now.InProgress++
	default:
		im.now.NotASend++
	}
	return nil
}

// resolve finds out which messages of a chunk the database knows.
func (im *importing) resolve(c *chunk) error {
	type question struct {
		m   *message
		run int64
	}
	var ask []question
	for i := range c.items {
		it := &c.items[i]
		if it.rejected != nil || it.digest == (digest{}) || im.known[it.digest] != nil {
			continue
		}
		m := &message{digest: it.digest}
		im.known[it.digest] = m
		if !im.whole {
			ask = append(ask, question{m: m})
			continue
		}
		if !im.sieve.maybe(it.digest) {
			continue
		}
		for _, s := range im.sieves {
			if s.maybe(it.digest) {
				ask = append(ask, question{m, s.run})
			}
		}
	}
	im.asked += len(ask)
	slices.SortFunc(ask, func(a, b question) int {
		return cmp.Or(cmp.Compare(a.run, b.run), cmp.Compare(a.m.digest.key, b.m.digest.key))
	})
	where := "CROSS JOIN run AS r CROSS JOIN identity AS i ON i.run = r.id"
	if im.whole {
		where = "CROSS JOIN identity AS i ON i.run = s.c3"
	}
	return im.t.ask(`SELECT s.c0, i.run, i.failure, i.success, f.sig, f.at FROM `+source+` AS s
		`+where+` AND i.key = s.c1 AND i.tag = s.c2 LEFT JOIN failure AS f ON f.id = i.failure`,
		len(ask), func(row, column int) vtab.Value {
			switch column {
			case 0:
				return int64(row)
			case 1:
				return ask[row].m.digest.key
			case 2:
				return ask[row].m.digest.tag
			}
			return ask[row].run
		}, func(r *sql.Rows) error {
			var n, run, failure, success int64
			var sig, at sql.NullInt64
			if err := r.Scan(&n, &run, &failure, &success, &sig, &at); err != nil {
				return err
			}
			m := ask[n].m
			m.run, m.failure, m.success, m.sig, m.at = run, failure, success, sig.Int64, at.Int64
			m.stored = true
			return nil
		})
}

// touch marks m as to be written at the end of the batch.
func (im *importing) touch(m *message) {
	if m.touched {
		return
	}
	m.touched = true
	if m.stored {
		im.changed = append(im.changed, m)
	} else {
		im.fresh = append(im.fresh, m)
	}
}

func (im *importing) succeeded(it *item) error {
	m := im.known[it.digest]
	if m.success != 0 {
		im.now.Duplicate++
		return nil
	}
	m.success = im.now.ID
	im.touch(m)
	im.now.Succeeded++
	im.deltas.successes++
	strand, err := im.in.strand(im.t, it.origin)
	if err != nil {
		return err
	}
	cell, err := im.in.cell(im.t, &im.h, it.origin, strand)
	if err != nil {
		return err
	}
	im.deltas.attempt(cell, it.at, false)
	if m.failure == 0 {
		return nil
	}
	if err := im.settle(m.failure); err != nil {
		return err
	}
	return im.t.exec("UPDATE failure SET delivered = 1 WHERE id = ?", m.failure)
}

func (im *importing) failed(it *item) error {
	m := im.known[it.digest]
	if m.failure != 0 {
		return im.again(it, m)
	}
	r, err := im.place(it)
	if err != nil {
		return err
	}
	r.id, r.delivered = im.next, m.success != 0
	im.kept = append(im.kept, owner{it.text, r.id})
	im.next++
	m.failure, m.sig, m.at = r.id, it.sig, r.at
	im.touch(m)
	im.rows = append(im.rows, r)
	im.wait(&r)
	im.now.Stored++
	im.seen(it.at)
	im.deltas.attempt(r.cell, r.at, true)
	im.mentioned(it, r.id)
	return nil
}

// place finds the numbers of what a failure refers to.
func (im *importing) place(it *item) (r row, err error) {
	r.at, r.recipient, r.sig = it.at, it.recipient, it.sig
	if r.strand, err = im.in.strand(im.t, it.origin); err != nil {
		return r, err
	}
	if r.cell, err = im.in.cell(im.t, &im.h, it.origin, r.strand); err != nil {
		return r, err
	}
	if r.wording, err = im.in.wording(im.t, it.phrase); err != nil {
		return r, err
	}
	if r.campaign, err = im.in.name(im.t, it.campaign); err != nil {
		return r, err
	}
	if r.country, err = im.in.name(im.t, it.country); err != nil {
		return r, err
	}
	if r.app, err = im.in.name(im.t, it.app); err != nil {
		return r, err
	}
	r.text = im.text + int64(it.text)
	return r, nil
}

func (r *row) weighed() weighed {
	return weighed{at: r.at, strand: r.strand, cell: r.cell, wording: r.wording, campaign: r.campaign}
}

// writeBlock writes the texts of a chunk, but for those of records that were
// known. There are none of these when a log is loaded for the first time, so the
// reader makes the block.
func (im *importing) writeBlock(c *chunk) error {
	kept := im.kept
	im.kept = im.kept[:0]
	if len(kept) == 0 || im.opts.Dry {
		return nil
	}
	head, body := c.head, c.body
	if len(kept) < c.texts {
		texts, err := unpack(head, body)
		if err != nil {
			return err
		}
		for i := range texts {
			if !slices.ContainsFunc(kept, func(o owner) bool { return o.place == i }) {
				texts[i] = text{gone: true}
			}
		}
		im.block.begin(0)
		for i := range texts {
			im.block.add(&texts[i])
		}
		head, body = im.block.pack()
	}
	if err := im.t.exec(insertBlock, im.text, packOwners(kept, c.texts), head, body); err != nil {
		return err
	}
	im.text += int64(c.texts)
	return nil
}

// settle makes sure that the row of a failure is in the database. Most that are
// asked for are there from an earlier batch.
func (im *importing) settle(failure int64) error {
	if failure < im.held {
		return nil
	}
	return im.writeRows()
}

func (im *importing) mentioned(it *item, failure int64) {
	for _, key := range it.mentions {
		im.mention = append(im.mention, mention{key, failure})
	}
}

// seen widens the span of the import's failures.
func (im *importing) seen(ms int64) {
	at := moment(ms)
	if at.IsZero() {
		return
	}
	if im.now.First.IsZero() || at.Before(im.now.First) {
		im.now.First = at
	}
	if at.After(im.now.Last) {
		im.now.Last = at
	}
}

// writeRows writes the failures of a batch that are held back.
func (im *importing) writeRows() error {
	rows := im.rows
	im.rows, im.held = im.rows[:0], im.next
	// "OR FAIL" here and below spares SQLite a copy of each page that it would
	// need to undo the statement alone; if it fails, the batch is undone.
	_, err := im.t.bulk(`INSERT OR FAIL INTO failure (id, at, strand, cell, recipient, wording, campaign, country, app, sig, text, attempts, delivered, import)
		SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, 1, c11, ? FROM `+source,
		len(rows), func(n, column int) vtab.Value { return rows[n].column(column) }, im.now.ID)
	return err
}

func (r *row) column(n int) vtab.Value {
	delivered := int64(0)
	if r.delivered {
		delivered = 1
	}
	return [...]int64{r.id, r.at, r.strand, r.cell, r.recipient, r.wording, r.campaign, r.country, r.app, r.sig, r.text, delivered}[n]
}

// fewHashes is up to how many messages or mentions go into run 0, where each finds
// its own place.
const fewHashes = 4_096

// writeMessages writes which messages are known, and their ids, in the order of
// their keys.
func (im *importing) writeMessages() error {
	fresh := im.fresh
	slices.SortFunc(fresh, func(a, b *message) int {
		return cmp.Or(cmp.Compare(a.digest.key, b.digest.key), cmp.Compare(a.digest.tag, b.digest.tag))
	})
	run := int64(0)
	if max(len(fresh), len(im.mention)) > fewHashes {
		r, err := im.t.result("INSERT INTO run (id, messages) SELECT 1 + max(id), ? FROM run", len(fresh))
		if err != nil {
			return err
		}
		if run, err = r.LastInsertId(); err != nil {
			return err
		}
		if im.whole {
			im.sieves = append(im.sieves, newSieve(run, len(fresh)))
		}
	} else if err := im.t.exec("UPDATE run SET messages = messages + ? WHERE id = 0", len(fresh)); err != nil {
		return err
	}
	if _, err := im.t.bulk(`INSERT OR FAIL INTO identity (run, key, tag, failure, success) SELECT ?, c0, c1, c2, c3 FROM `+source,
		len(fresh), func(row, column int) vtab.Value {
			m := fresh[row]
			switch column {
			case 0:
				return m.digest.key
			case 1:
				return m.digest.tag
			case 2:
				return m.failure
			}
			return m.success
		}, run); err != nil {
		return err
	}
	for _, m := range im.changed {
		if err := im.t.exec("UPDATE identity SET failure = ?, success = ? WHERE run = ? AND key = ? AND tag = ?",
			m.failure, m.success, m.run, m.digest.key, m.digest.tag); err != nil {
			return err
		}
	}
	if im.whole {
		s := im.sieves[0]
		if run != 0 {
			s = im.sieves[len(im.sieves)-1]
		}
		for _, m := range fresh {
			s.add(m.digest)
			im.sieve.add(m.digest)
		}
	}
	clear(im.known)
	im.fresh, im.changed = im.fresh[:0], im.changed[:0]
	mentions := im.mention
	im.mention = im.mention[:0]
	if im.opts.Dry {
		return nil
	}
	return writeMentions(im.t, run, mentions)
}

func writeMentions(t *session, run int64, all []mention) error {
	slices.SortFunc(all, func(a, b mention) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.failure, b.failure))
	})
	all = slices.Compact(all)
	_, err := t.bulk(`INSERT OR IGNORE INTO mention (run, key, failure) SELECT ?, c0, c1 FROM `+source,
		len(all), func(row, column int) vtab.Value {
			if column == 0 {
				return all[row].key
			}
			return all[row].failure
		}, run)
	return err
}
