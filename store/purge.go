package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Purge deletes for good what is older than a time: failed messages with their
// history, counts of attempts, and of imports made before it the successes,
// rejections and records without a time. It answers how many messages went. Incidents
// keep their number, state, steps, notes, findings and packets.
//
// The time is taken down to a full minute, so that the counts stay exact. What is deleted is overwritten, and the file is written anew, for
// which the disk must have room for it once more.
func (s *Store) Purge(ctx context.Context, before time.Time) (int, error) {
	s.bulk.Lock()
	defer s.bulk.Unlock()
	const doing = "purging"
	before = before.UTC().Truncate(time.Minute)
	cut := before.UnixMilli()
	gone := 0
	if _, err := s.w.ExecContext(ctx, "PRAGMA secure_delete = 1"); err != nil {
		return 0, s.fail(doing, err)
	}
	defer s.w.ExecContext(context.WithoutCancel(ctx), "PRAGMA secure_delete = 0")
	var log *Log
	err := s.session(ctx, func(t *session) (err error) {
		if err := t.exec("CREATE TEMP TABLE IF NOT EXISTS going (id INTEGER PRIMARY KEY)"); err != nil {
			return err
		}
		var touched, more []int64
		for _, part := range [...]struct {
			list   string
			remove func() error
		}{
			{`INSERT INTO temp.going SELECT id FROM attempt WHERE at <> 0 AND at < ?1 OR at = 0 AND import IN (SELECT id FROM import WHERE at < ?1)`,
				func() (err error) { touched, err = removeAttempts(t); return err }},
			{`INSERT INTO temp.going SELECT id FROM failure WHERE at <> 0 AND at < ?1 OR at = 0 AND import IN (SELECT id FROM import WHERE at < ?1)`,
				func() (err error) { gone, more, err = removeFailures(t); return err }},
		} {
			if err := t.exec("DELETE FROM temp.going"); err != nil {
				return err
			}
			if err := t.exec(part.list, cut); err != nil {
				return err
			}
			if err := part.remove(); err != nil {
				return err
			}
		}
		if err := mentionAgain(t, append(touched, more...)); err != nil {
			return err
		}
		const old = "(SELECT id FROM import WHERE at < ?1)"
		for _, statement := range [...]string{
			"UPDATE identity SET success = 0 WHERE success IN " + old,
			"DELETE FROM rejection WHERE import IN " + old,
		} {
			if err := t.exec(statement, cut); err != nil {
				return err
			}
		}
		imports, err := t.numbers("SELECT id FROM import WHERE at < ?", cut)
		if err != nil {
			return err
		}
		if err := cutTimeline(t, cut, imports); err != nil {
			return err
		}
		if err := forgetCells(t); err != nil {
			return err
		}
		if log, err = s.tidy(t); err != nil {
			return err
		}
		if err := forgetStrands(t); err != nil {
			return err
		}
		if err := forgetNames(t); err != nil {
			return err
		}
		return s.event(t, s.user(), "purge", before.Format(time.RFC3339), fmt.Sprintf("%d messages before it deleted", gone))
	})
	s.forgetCounted()
	if err != nil {
		return 0, s.fail(doing, err)
	}
	// Pages that moved may have left copies of what is deleted behind; only
	// writing everything anew leaves nothing.
	for _, statement := range [...]string{
		"INSERT INTO wording_fts (wording_fts) VALUES ('rebuild')",
		"INSERT INTO name_fts (name_fts) VALUES ('rebuild')",
		"VACUUM",
		"PRAGMA optimize",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, err := s.w.ExecContext(ctx, statement); err != nil {
			return gone, s.fail("overwriting what was purged", err)
		}
	}
	return gone, s.fail(doing, s.refresh(ctx, log, topIncidents))
}

// countSuccesses counts the sends that went well anew, and answers which cells have
// attempts.
func countSuccesses(t *session) (cells map[int64]bool, err error) {
	cells, good := map[int64]bool{}, int64(0)
	rows, err := t.tx.QueryContext(t.ctx, "SELECT counts FROM timeline")
	if err := each(rows, err, func(r *sql.Rows) error {
		var b sql.RawBytes
		if err := r.Scan(&b); err != nil {
			return err
		}
		return unpackTimeline(b, func(x tick) { cells[x.cell], good = true, good+x.good })
	}); err != nil {
		return nil, err
	}
	return cells, t.exec("UPDATE meta SET value = ? WHERE key = 'successes'", good)
}

// forgetCells removes the cells that nothing has any more.
func forgetCells(t *session) error {
	has, err := countSuccesses(t)
	if err != nil {
		return err
	}
	gone, err := t.numbers("SELECT id FROM cell WHERE failures = 0 AND id NOT IN (SELECT cell FROM attempt)")
	if err != nil {
		return err
	}
	gone = slices.DeleteFunc(gone, func(id int64) bool { return has[id] })
	return t.exec("DELETE FROM cell WHERE id IN (SELECT value FROM json_each(?))", ids(gone))
}

// forgetStrands removes the strands that nothing has any more: a title may say who
// a customer is. The incident of failures that are gone stays, without a strand.
func forgetStrands(t *session) error {
	gone, err := t.numbers("SELECT id FROM strand WHERE failures = 0 AND id NOT IN (SELECT strand FROM cell)")
	if err != nil {
		return err
	}
	for _, statement := range [...]string{
		"DELETE FROM strand WHERE id IN (SELECT value FROM json_each(?))",
		"DELETE FROM extent WHERE strand IN (SELECT value FROM json_each(?))",
		"DELETE FROM seen WHERE strand IN (SELECT value FROM json_each(?))",
	} {
		if err := t.exec(statement, ids(gone)); err != nil {
			return err
		}
	}
	return nil
}

// forgetNames removes the names that nothing has any more. A campaign may be a
// customer's name.
func forgetNames(t *session) error {
	const used = `SELECT code FROM cell UNION SELECT system FROM cell UNION SELECT vendor FROM cell UNION SELECT title FROM cell
		UNION SELECT waba FROM cell UNION SELECT phone FROM cell UNION SELECT template FROM cell UNION SELECT language FROM cell
		UNION SELECT kind FROM cell UNION SELECT campaign FROM failure UNION SELECT country FROM failure UNION SELECT app FROM failure
		UNION SELECT campaign FROM attempt UNION SELECT country FROM attempt UNION SELECT app FROM attempt`
	for _, statement := range [...]string{
		"INSERT INTO name_fts (name_fts, rowid, value) SELECT 'delete', id, value FROM name WHERE id NOT IN (" + used + ")",
		"DELETE FROM name WHERE id NOT IN (" + used + ")",
		"DELETE FROM seen WHERE dim = 1 AND value NOT IN (SELECT id FROM name)",
	} {
		if err := t.exec(statement); err != nil {
			return err
		}
	}
	return nil
}
