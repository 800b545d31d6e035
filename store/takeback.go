package store

import (
	"context"
	"database/sql"
	"fmt"

	"unsent/model"
)

// UndoImport removes what an import added and answers how many messages went:
// failures, attempts of messages that were known before, successes, counts,
// rejections. Messages that it had updated are again as they were. Incidents
// keep their number and their work.
//
// A record that a later import found to be a duplicate was added by this one,
// so it goes too.
func (s *Store) UndoImport(ctx context.Context, id int64) (int, error) {
	s.bulk.Lock()
	defer s.bulk.Unlock()
	doing := fmt.Sprintf("taking back import %d", id)
	gone := 0
	var log *Log
	err := s.session(ctx, func(t *session) error {
		var file string
		found, err := t.scan("SELECT file FROM import WHERE id = ?", []any{id}, &file)
		if err != nil {
			return err
		}
		if !found {
			return model.ErrNotFound
		}
		// The import's attempts, older ones first, so that what remains of a
		// message's history is never from it.
		if err := t.exec(`CREATE TEMP TABLE IF NOT EXISTS going (id INTEGER PRIMARY KEY)`); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM temp.going"); err != nil {
			return err
		}
		if err := t.exec("INSERT INTO temp.going SELECT id FROM attempt WHERE import = ?", id); err != nil {
			return err
		}
		touched, err := removeAttempts(t)
		if err != nil {
			return err
		}
		if err := t.exec("DELETE FROM temp.going"); err != nil {
			return err
		}
		if err := t.exec("INSERT INTO temp.going SELECT id FROM failure WHERE import = ?", id); err != nil {
			return err
		}
		var more []int64
		if gone, more, err = removeFailures(t); err != nil {
			return err
		}
		if err := mentionAgain(t, append(touched, more...)); err != nil {
			return err
		}
		for _, statement := range [...]string{
			"UPDATE failure SET delivered = 0 WHERE delivered = 1 AND id IN (SELECT failure FROM identity WHERE success = ?1)",
			"UPDATE identity SET success = 0 WHERE success = ?1",
			"DELETE FROM timeline WHERE import = ?1",
			"DELETE FROM import WHERE id = ?1",
		} {
			if err := t.exec(statement, id); err != nil {
				return err
			}
		}
		if _, err := countSuccesses(t); err != nil {
			return err
		}
		if log, err = s.tidy(t); err != nil {
			return err
		}
		return s.event(t, s.user(), "undo", file, fmt.Sprintf("import %d taken back: %d messages", id, gone))
	})
	s.forgetCounted()
	if err == nil {
		err = s.refresh(ctx, log, topIncidents)
	}
	return gone, s.fail(doing, err)
}

// removeAttempts removes the rows of "attempt" that temp.going lists, and
// answers whose history they were.
func removeAttempts(t *session) (touched []int64, err error) {
	touched, err = t.numbers("SELECT DISTINCT failure FROM attempt WHERE id IN (SELECT id FROM temp.going)")
	if err != nil {
		return nil, err
	}
	texts, err := t.numbers("SELECT text FROM attempt WHERE id IN (SELECT id FROM temp.going)")
	if err != nil {
		return nil, err
	}
	if err := dropTexts(t, texts); err != nil {
		return nil, err
	}
	if err := t.exec("DELETE FROM attempt WHERE id IN (SELECT id FROM temp.going)"); err != nil {
		return nil, err
	}
	for _, id := range touched {
		if err := t.exec("UPDATE failure SET attempts = 1 + (SELECT count(*) FROM attempt WHERE failure = ?1) WHERE id = ?1", id); err != nil {
			return nil, err
		}
	}
	return touched, nil
}

// removeFailures removes the messages that temp.going lists, or puts the newest
// of their history in their place. It answers how many went and which stayed.
func removeFailures(t *session) (gone int, stayed []int64, err error) {
	if err := catchUp(t); err != nil {
		return 0, nil, err
	}
	d := newDeltas()
	going, err := t.numbers("SELECT id FROM temp.going ORDER BY id")
	if err != nil {
		return 0, nil, err
	}
	texts, err := t.numbers("SELECT text FROM failure WHERE id IN (SELECT id FROM temp.going)")
	if err != nil {
		return 0, nil, err
	}
	if err := dropTexts(t, texts); err != nil {
		return 0, nil, err
	}
	for _, id := range going {
		w, err := weigh(t, id)
		if err != nil {
			return 0, nil, err
		}
		d.count(w, -1)
		var attempt int64
		earlier, err := t.scan("SELECT id FROM attempt WHERE failure = ? ORDER BY at DESC, id DESC LIMIT 1", []any{id}, &attempt)
		if err != nil {
			return 0, nil, err
		}
		if !earlier {
			gone++
			continue
		}
		for _, statement := range [...]string{promoteAttempt, "DELETE FROM attempt WHERE id = ?"} {
			if err := t.exec(statement, attempt); err != nil {
				return 0, nil, err
			}
		}
		if err := t.exec("UPDATE failure SET attempts = attempts - 1 WHERE id = ?", id); err != nil {
			return 0, nil, err
		}
		if err := reorder(t, id, &w); err != nil {
			return 0, nil, err
		}
		if w, err = weigh(t, id); err != nil {
			return 0, nil, err
		}
		d.count(w, 1)
		stayed = append(stayed, id)
	}
	for _, id := range stayed {
		if err := t.exec("DELETE FROM temp.going WHERE id = ?", id); err != nil {
			return 0, nil, err
		}
	}
	for _, statement := range [...]string{
		"DELETE FROM by_strand WHERE (strand, at, id) IN (SELECT strand, at, id FROM failure WHERE id IN (SELECT id FROM temp.going))",
		"DELETE FROM failure WHERE id IN (SELECT id FROM temp.going)",
		"DELETE FROM mention WHERE failure IN (SELECT id FROM temp.going)",
		"UPDATE identity SET failure = 0 WHERE failure IN (SELECT id FROM temp.going)",
	} {
		if err := t.exec(statement); err != nil {
			return 0, nil, err
		}
	}
	return gone, stayed, d.apply(t, 0)
}

// mentionAgain writes anew by which ids some messages can be found, after a
// part of their history went.
func mentionAgain(t *session, messages []int64) error {
	if len(messages) == 0 {
		return nil
	}
	if err := t.exec("DELETE FROM mention WHERE failure IN (SELECT value FROM json_each(?))", ids(messages)); err != nil {
		return err
	}
	var all []mention
	for _, id := range messages {
		type kept struct {
			recipient int64
			f         model.Failure
		}
		var texts []int64
		parts := map[int64]*kept{}
		rows, err := t.tx.QueryContext(t.ctx, `SELECT f.recipient, d.title, d.message, d.details, f.text FROM failure AS f
			JOIN wording AS d ON d.id = f.wording WHERE f.id = ?1
			UNION ALL SELECT a.recipient, d.title, d.message, d.details, a.text FROM attempt AS a
			JOIN wording AS d ON d.id = a.wording WHERE a.failure = ?1`, id)
		if err := each(rows, err, func(r *sql.Rows) error {
			var k kept
			var number int64
			err := r.Scan(&k.recipient, &k.f.Title, &k.f.Message, &k.f.Details, &number)
			texts, parts[number] = append(texts, number), &k
			return err
		}); err != nil {
			return err
		}
		if err := eachText(t.ctx, t.tx, texts, false, func(number int64, x *text) error {
			k := parts[number]
			if _, _, err := readFacts(x.facts, &k.f); err != nil {
				return err
			}
			if k.recipient > 0 {
				all = append(all, mention{k.recipient, id})
			}
			mentionsIn(&k.f, func(key int64) { all = append(all, mention{key, id}) })
			return nil
		}); err != nil {
			return err
		}
	}
	return writeMentions(t, 0, all)
}

// tidy removes what nothing refers to any more, and makes the incidents anew.
func (s *Store) tidy(t *session) (*Log, error) {
	for _, statement := range [...]string{
		"DELETE FROM identity WHERE failure = 0 AND success = 0",
		`INSERT INTO wording_fts (wording_fts, rowid, title, message, details) SELECT 'delete', id, title, message, details FROM wording
			WHERE id NOT IN (SELECT wording FROM failure UNION SELECT wording FROM attempt)`,
		"DELETE FROM wording WHERE id NOT IN (SELECT wording FROM failure UNION SELECT wording FROM attempt)",
		"DELETE FROM seen WHERE dim = 2 AND value NOT IN (SELECT id FROM wording)",
		"DELETE FROM run WHERE id <> 0 AND NOT EXISTS (SELECT 1 FROM mention WHERE run = run.id) AND NOT EXISTS (SELECT 1 FROM identity WHERE run = run.id)",
		"UPDATE incident SET stale = 1",
	} {
		if err := t.exec(statement); err != nil {
			return nil, err
		}
	}
	if err := indexCells(t); err != nil {
		return nil, err
	}
	return s.regroup(t)
}

// numbers reads one column of a few, or some million, rows.
func (t *session) numbers(query string, args ...any) (all []int64, err error) {
	st, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := st.QueryContext(t.ctx, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		all = append(all, id)
		return err
	})
	return all, err
}
