package store

import (
	"context"
	"database/sql"

	"unsent/model"
)

// again takes another record of a message that has failed before: the same
// attempt once more, or another one, which becomes part of its history.
func (im *importing) again(it *item, m *message) error {
	if it.sig == m.sig {
		im.now.Duplicate++
		return nil
	}
	var one int
	known, err := im.t.scan(knownAttempt, []any{m.failure, it.sig}, &one)
	if err != nil {
		return err
	}
	if known {
		im.now.Duplicate++
		return nil
	}
	if err := im.settle(m.failure); err != nil {
		return err
	}
	r, err := im.place(it)
	if err != nil {
		return err
	}
	r.id = m.failure
	im.kept = append(im.kept, owner{it.text, r.id})
	im.now.Updated++
	im.seen(it.at)
	im.deltas.attempt(r.cell, r.at, true)
	im.mentioned(it, r.id)
	if r.at < m.at {
		// Older than what is known: it only joins the history.
		if err := im.t.exec(insertAttempt, r.id, r.at, r.cell, it.recipient, r.wording, r.campaign, r.country, r.app, it.sig, im.now.ID, r.text); err != nil {
			return err
		}
		return im.t.exec("UPDATE failure SET attempts = attempts + 1 WHERE id = ?", r.id)
	}
	old, err := weigh(im.t, r.id)
	if err != nil {
		return err
	}
	m.sig, m.at = it.sig, r.at
	if err := im.t.exec(keepAttempt, r.id); err != nil {
		return err
	}
	if err := im.t.exec(`UPDATE failure SET at = ?, strand = ?, cell = ?, recipient = ?, wording = ?, campaign = ?, country = ?, app = ?,
		attempts = attempts + 1, sig = ?, import = ?, text = ? WHERE id = ?`,
		r.at, r.strand, r.cell, it.recipient, r.wording, r.campaign, r.country, r.app, it.sig, im.now.ID, r.text, r.id); err != nil {
		return err
	}
	if n := r.id - im.caught - 1; n >= 0 {
		if n < int64(len(im.waiting)) { // it waits as it was
			last := im.waiting
			im.waiting = im.waiting[:n]
			im.wait(&r)
			im.waiting = last
		}
		return nil
	}
	im.deltas.count(old, -1)
	im.deltas.count(r.weighed(), 1)
	return reorder(im.t, r.id, &old)
}

const (
	// knownAttempt has an index of its own: a log may have a million rows of what
	// it calls one message.
	knownAttempt = "SELECT 1 FROM attempt WHERE failure = ? AND sig = ? LIMIT 1"

	insertAttempt = `INSERT INTO attempt (failure, at, cell, recipient, wording, campaign, country, app, sig, import, text)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	// keepAttempt makes what a message's row says part of its history.
	keepAttempt = `INSERT INTO attempt (failure, at, cell, recipient, wording, campaign, country, app, sig, import, text)
		SELECT id, at, cell, recipient, wording, campaign, country, app, sig, import, text FROM failure WHERE id = ?`

	// promoteAttempt makes the newest of a message's history its row again.
	promoteAttempt = `UPDATE failure SET at = a.at, strand = c.strand, cell = a.cell, recipient = a.recipient, wording = a.wording,
		campaign = a.campaign, country = a.country, app = a.app, sig = a.sig, import = a.import, text = a.text
		FROM attempt AS a JOIN cell AS c ON c.id = a.cell WHERE failure.id = a.failure AND a.id = ?`
)

// eachAttempt gives the strands and times of failures that later ones followed: an
// incident begins with the first failure of a message, and not with the last one.
// Those without a time are left out.
func eachAttempt(t *session, give func(strand, at int64)) error {
	st, err := t.stmt("SELECT c.strand, a.at FROM attempt AS a CROSS JOIN cell AS c ON c.id = a.cell WHERE a.at <> 0")
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(t.ctx)
	return each(rows, err, func(r *sql.Rows) error {
		var strand, at int64
		err := r.Scan(&strand, &at)
		give(strand, at)
		return err
	})
}

// weigh reads what the kept counts know of a message.
func weigh(t *session, id int64) (w weighed, err error) {
	_, err = t.scan("SELECT at, strand, cell, wording, campaign FROM failure WHERE id = ?",
		[]any{id}, &w.at, &w.strand, &w.cell, &w.wording, &w.campaign)
	return w, err
}

// History is what is known of a message's other failures, newest first and at most
// model.HistoryMost, each with its payloads. They are of the message's incident, whatever their errors
// were. It is empty for most messages.
func (s *Store) History(ctx context.Context, id model.MessageID) ([]model.Failure, error) {
	doing := "reading the history of " + id.String()
	rows, err := s.r.QueryContext(ctx, `SELECT a.failure, a.at, `+incidentOf+`, a.cell, a.recipient, a.wording, a.campaign, 1, 0, a.import, a.text, NULL
		FROM attempt AS a JOIN failure AS f ON f.id = a.failure WHERE a.failure = ? ORDER BY a.at DESC, a.id DESC LIMIT ?`, int64(id), model.HistoryMost)
	var found []stored
	if err := each(rows, err, func(r *sql.Rows) error {
		found = append(found, stored{})
		return found[len(found)-1].scan(r)
	}); err != nil {
		return nil, s.fail(doing, err)
	}
	all, err := s.dict.failures(ctx, found, true)
	return all, s.fail(doing, err)
}
