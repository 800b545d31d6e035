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
	known, err := im.t.scan("SELECT 1 FROM attempt WHERE failure = ? AND sig = ? LIMIT 1", []any{m.failure, it.sig}, &one)
	if err != nil {
		return err
	}
	if known {
		im.now.Duplicate++
		return nil
	}
	if err := im.writeRows(); err != nil {
		return err
	}
	if err := im.writeWide(); err != nil {
		return err
	}
	r, err := im.place(it)
	if err != nil {
		return err
	}
	r.id = m.failure
	im.now.Updated++
	im.seen(it.rec.Failure.At)
	im.deltas.attempt(r.cell, r.at, true)
	im.mentioned(it, r.id)
	if r.at < m.at {
		// Older than what is known: it only joins the history.
		if err := im.t.exec(insertAttempt, r.id, r.at, r.cell, it.recipient, r.wording, r.campaign, it.sig, im.now.ID,
			it.facts, it.wide(2), it.wide(3), it.wide(4)); err != nil {
			return err
		}
		return im.t.exec("UPDATE failure SET attempts = attempts + 1 WHERE id = ?", r.id)
	}
	old, err := weigh(im.t, r.id)
	if err != nil {
		return err
	}
	now, err := im.weigh(&r, it)
	if err != nil {
		return err
	}
	im.deltas.count(old, -1)
	im.deltas.count(now, 1)
	m.sig, m.at = it.sig, r.at
	if err := im.t.exec(keepAttempt, r.id); err != nil {
		return err
	}
	if err := im.t.exec(`UPDATE failure SET at = ?, incident = ?, cell = ?, recipient = ?, wording = ?, campaign = ?,
		attempts = attempts + 1, sig = ?, import = ? WHERE id = ?`,
		r.at, r.incident, r.cell, it.recipient, r.wording, r.campaign, it.sig, im.now.ID, r.id); err != nil {
		return err
	}
	return im.t.exec("INSERT OR REPLACE INTO wide (id, facts, request, response, raw) VALUES (?, ?, ?, ?, ?)",
		r.id, it.facts, it.wide(2), it.wide(3), it.wide(4))
}

const (
	insertAttempt = `INSERT INTO attempt (failure, at, cell, recipient, wording, campaign, sig, import, facts, request, response, raw)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	// keepAttempt makes what a message's row says part of its history. Where a
	// dry run has not written the wide row, there is nothing to keep.
	keepAttempt = `INSERT INTO attempt (failure, at, cell, recipient, wording, campaign, sig, import, facts, request, response, raw)
		SELECT f.id, f.at, f.cell, f.recipient, f.wording, f.campaign, f.sig, f.import, coalesce(w.facts, x''), w.request, w.response, w.raw
		FROM failure AS f LEFT JOIN wide AS w ON w.id = f.id WHERE f.id = ?`

	// promoteAttempt makes the newest of a message's history its row again.
	promoteFailure = `UPDATE failure SET at = a.at, incident = c.incident, cell = a.cell, recipient = a.recipient, wording = a.wording,
		campaign = a.campaign, sig = a.sig, import = a.import FROM attempt AS a JOIN cell AS c ON c.id = a.cell
		WHERE failure.id = a.failure AND a.id = ?`
	promoteWide = `UPDATE wide SET facts = a.facts, request = a.request, response = a.response, raw = a.raw
		FROM attempt AS a WHERE wide.id = a.failure AND a.id = ?`
)

// weigh reads what the kept counts know of a message.
func weigh(t *session, id int64) (w weighed, err error) {
	var facts []byte
	if _, err = t.scan("SELECT at, incident, cell, wording, campaign, facts FROM failure JOIN wide USING (id) WHERE id = ?",
		[]any{id}, &w.at, &w.incident, &w.cell, &w.wording, &w.campaign, &facts); err != nil {
		return w, err
	}
	var f model.Failure
	if _, _, err = readFacts(facts, &f); err != nil {
		return w, err
	}
	if w.country, err = nameID(t, f.Country); err != nil {
		return w, err
	}
	w.app, err = nameID(t, f.App)
	return w, err
}

// nameID is the number of a value that has one, else 0.
func nameID(t *session, value string) (id int64, err error) {
	if value != "" {
		_, err = t.scan("SELECT id FROM name WHERE value = ?", []any{value}, &id)
	}
	return id, err
}

// History is what is known of a message's other failures, newest first, each
// with its payloads. It is empty for most messages.
func (s *Store) History(ctx context.Context, id model.MessageID) ([]model.Failure, error) {
	doing := "reading the history of " + id.String()
	rows, err := s.r.QueryContext(ctx, `SELECT a.failure, a.at, c.incident, a.cell, a.recipient, a.wording, a.campaign, 1, 0, a.import,
		a.facts, a.request, a.response, a.raw FROM attempt AS a JOIN cell AS c ON c.id = a.cell WHERE a.failure = ? ORDER BY a.at DESC, a.id DESC`, int64(id))
	var found []stored
	if err := each(rows, err, func(r *sql.Rows) error {
		found = append(found, stored{})
		return found[len(found)-1].scanAll(r)
	}); err != nil {
		return nil, s.fail(doing, err)
	}
	all, err := s.dict.failures(ctx, found)
	return all, s.fail(doing, err)
}
