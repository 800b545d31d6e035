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
	failure int64 // number of the failure, 0: none
	success int64 // the import that had its success, 0: none
	sig, at int64 // of the newest attempt
	more    bool  // it stands in identity_more
	stored  bool  // the database has it
	touched bool  // it is to be written
}

// A row is a new failure on its way into the table "failure".
type row struct {
	id, at, incident, cell, recipient, wording, campaign, country, app, sig, text int64
	delivered                                                                     bool
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
	if err := im.in.forget(im.t); err != nil {
		return err
	}
	im.sieve, im.whole, im.asked = sieve{}, false, 0
	im.more = map[digest]bool{}
	st, err := im.t.stmt("SELECT key, tag FROM identity_more")
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(im.t.ctx)
	if err := each(rows, err, func(r *sql.Rows) error {
		var d digest
		err := r.Scan(&d.key, &d.tag)
		im.more[d] = true
		return err
	}); err != nil {
		return err
	}
	return im.learn()
}

// learn loads all known messages into the sieve once as many look-ups have been
// made as make that worth it; for an empty database that is at once.
func (im *importing) learn() error {
	if im.whole {
		return nil
	}
	var known int
	if _, err := im.t.scan("SELECT coalesce(sum(stored + succeeded), 0) FROM import", nil, &known); err != nil {
		return err
	}
	if im.asked < known/4 {
		return nil
	}
	im.sieve = sieve{}
	st, err := im.t.stmt("SELECT key, tag FROM identity UNION ALL SELECT key, tag FROM identity_more")
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(im.t.ctx)
	im.whole = true
	return each(rows, err, func(r *sql.Rows) error {
		var d digest
		err := r.Scan(&d.key, &d.tag)
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
	var ask []*message
	for i := range c.items {
		it := &c.items[i]
		if it.rejected != nil || it.digest == (digest{}) || im.known[it.digest] != nil {
			continue
		}
		m := &message{digest: it.digest}
		im.known[it.digest] = m
		if !im.whole || im.sieve.maybe(it.digest) {
			ask = append(ask, m)
		}
	}
	im.asked += len(ask)
	slices.SortFunc(ask, func(a, b *message) int { return cmp.Compare(a.digest.key, b.digest.key) })
	value := func(row, column int) vtab.Value {
		switch column {
		case 0:
			return int64(row)
		case 1:
			return ask[row].digest.key
		}
		return ask[row].digest.tag
	}
	found := func(more bool) func(r *sql.Rows) error {
		return func(r *sql.Rows) error {
			var n, tag, failure, success int64
			var sig, at sql.NullInt64
			if err := r.Scan(&n, &tag, &failure, &success, &sig, &at); err != nil {
				return err
			}
			if m := ask[n]; tag == m.digest.tag {
				m.failure, m.success, m.sig, m.at = failure, success, sig.Int64, at.Int64
				m.stored, m.more = true, more
			}
			return nil
		}
	}
	if err := im.t.ask(`SELECT s.c0, i.tag, i.failure, i.success, f.sig, f.at FROM `+source+` AS s
		CROSS JOIN identity AS i ON i.key = s.c1 LEFT JOIN failure AS f ON f.id = i.failure`,
		len(ask), value, found(false)); err != nil {
		return err
	}
	if len(im.more) == 0 {
		return nil
	}
	return im.t.ask(`SELECT s.c0, i.tag, i.failure, i.success, f.sig, f.at FROM `+source+` AS s
		CROSS JOIN identity_more AS i ON i.key = s.c1 AND i.tag = s.c2 LEFT JOIN failure AS f ON f.id = i.failure`,
		len(ask), value, found(true))
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
	cell, err := im.in.cell(im.t, &im.h, it, 0)
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
	im.now.Stored++
	im.seen(it.at)
	im.deltas.count(r.weighed(), 1)
	im.deltas.attempt(r.cell, r.at, true)
	im.mentioned(it, r.id)
	return nil
}

// place finds the numbers of what a failure refers to.
func (im *importing) place(it *item) (r row, err error) {
	r.at, r.recipient, r.sig = it.at, it.recipient, it.sig
	if r.incident, err = im.in.incident(im.t, it); err != nil {
		return r, err
	}
	if r.cell, err = im.in.cell(im.t, &im.h, it, r.incident); err != nil {
		return r, err
	}
	if r.wording, err = im.in.wording(im.t, it); err != nil {
		return r, err
	}
	if r.campaign, err = im.in.named(im.t, it.campaignSum, it.campaign); err != nil {
		return r, err
	}
	if r.country, err = im.in.named(im.t, it.countrySum, it.country); err != nil {
		return r, err
	}
	if r.app, err = im.in.named(im.t, it.appSum, it.app); err != nil {
		return r, err
	}
	r.text = im.text + int64(it.text)
	return r, nil
}

func (r *row) weighed() weighed {
	return weighed{at: r.at, incident: r.incident, cell: r.cell, wording: r.wording, campaign: r.campaign, country: r.country, app: r.app}
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

// writeRows writes the failures of a batch that are held back so that they go
// in by incident: the index over incidents is then written from its beginning
// to its end, and what the other one needs fits into the page cache.
func (im *importing) writeRows() error {
	rows := im.rows
	im.rows, im.held = im.rows[:0], im.next
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.incident, b.incident), cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id))
	})
	// "OR FAIL" here and below spares SQLite a copy of each page that it would
	// need to undo the statement alone; if it fails, the batch is undone.
	_, err := im.t.bulk(`INSERT OR FAIL INTO failure (id, at, incident, cell, recipient, wording, campaign, country, app, sig, text, attempts, delivered, import)
		SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, 1, c11, ? FROM `+source,
		len(rows), func(n, column int) vtab.Value { return rows[n].column(column) }, im.now.ID)
	return err
}

func (r *row) column(n int) vtab.Value {
	delivered := int64(0)
	if r.delivered {
		delivered = 1
	}
	return [...]int64{r.id, r.at, r.incident, r.cell, r.recipient, r.wording, r.campaign, r.country, r.app, r.sig, r.text, delivered}[n]
}

// writeMessages writes which messages are known, and their ids, in the order of
// their keys: these are spread all over the table, and in order each page of it
// is written once a batch.
func (im *importing) writeMessages() error {
	fresh := im.fresh
	slices.SortFunc(fresh, func(a, b *message) int { return cmp.Compare(a.digest.key, b.digest.key) })
	n, err := im.t.bulk(`INSERT OR IGNORE INTO identity (key, tag, failure, success) SELECT c0, c1, c2, c3 FROM `+source,
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
		})
	if err != nil {
		return err
	}
	if n < int64(len(fresh)) {
		if err := im.crowded(fresh); err != nil {
			return err
		}
	}
	for _, m := range im.changed {
		table := "UPDATE identity SET failure = ?, success = ? WHERE key = ? AND tag = ?"
		if m.more {
			table = "UPDATE identity_more SET failure = ?, success = ? WHERE key = ? AND tag = ?"
		}
		if err := im.t.exec(table, m.failure, m.success, m.digest.key, m.digest.tag); err != nil {
			return err
		}
	}
	for _, m := range fresh {
		if im.whole {
			im.sieve.add(m.digest)
		}
	}
	clear(im.known)
	im.fresh, im.changed = im.fresh[:0], im.changed[:0]
	if im.opts.Dry {
		im.mention = im.mention[:0]
		return nil
	}
	err = im.writeMentions()
	im.mention = im.mention[:0]
	return err
}

// fewMentions is up to how many go into run 0, where each finds its own place.
// More have a run of their own, which costs those who look something up one step
// more, and spares rewriting most of the table.
const fewMentions = 4_096

func (im *importing) writeMentions() error {
	run := int64(0)
	if len(im.mention) > fewMentions {
		r, err := im.t.result("INSERT INTO mention_run (id) SELECT 1 + max(id) FROM mention_run")
		if err != nil {
			return err
		}
		if run, err = r.LastInsertId(); err != nil {
			return err
		}
	}
	return writeMentions(im.t, run, im.mention)
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

// crowded puts messages whose key belongs to another message where those go.
func (im *importing) crowded(fresh []*message) error {
	for _, m := range fresh {
		var tag int64
		if _, err := im.t.scan("SELECT tag FROM identity WHERE key = ?", []any{m.digest.key}, &tag); err != nil {
			return err
		}
		if tag == m.digest.tag {
			continue
		}
		if err := im.t.exec("INSERT INTO identity_more (key, tag, failure, success) VALUES (?, ?, ?, ?)",
			m.digest.key, m.digest.tag, m.failure, m.success); err != nil {
			return err
		}
		im.more[m.digest] = true
	}
	return nil
}
