package store

import (
	"context"

	"unsent/model"
)

// Totals are the counts of the whole database. None of it is counted message by
// message.
func (s *Store) Totals(ctx context.Context) (model.Totals, error) {
	var t model.Totals
	var first, last int64
	var known bool
	err := s.r.QueryRowContext(ctx, `SELECT
		(SELECT count(*) = 2 FROM meta WHERE key IN ('messages', 'incidents')),
		coalesce((SELECT value FROM meta WHERE key = 'messages'), 0),
		coalesce((SELECT value FROM meta WHERE key = 'incidents'), 0),
		coalesce((SELECT value FROM meta WHERE key = 'successes'), 0),
		(SELECT count(*) FROM import),
		coalesce((SELECT min(at) FROM failure INDEXED BY failure_at WHERE at > 0), 0),
		coalesce((SELECT max(at) FROM failure INDEXED BY failure_at WHERE at > 0), 0)`).
		Scan(&known, &t.Messages, &t.Incidents, &t.Successes, &t.Imports, &first, &last)
	if err == nil && !known {
		err = s.r.QueryRowContext(ctx, countIncidents).Scan(&t.Messages, &t.Incidents)
	}
	t.First, t.Last = moment(first), moment(last)
	return t, s.fail("reading the totals", err)
}

// countIncidents counts the messages and the incidents that have any. It looks
// at every strand and incident, so the answer is kept in "meta" whenever nothing is being
// written: 70,000 incidents take 6 ms.
const countIncidents = "SELECT (SELECT coalesce(sum(failures), 0) FROM strand) + (SELECT count(*) FROM failure WHERE id > coalesce((SELECT value FROM meta WHERE key = 'caught_up'), 0)), count(*) FROM incident INDEXED BY incident_top WHERE failures > 0"

// forgetTotals marks the kept totals as wrong. Whoever changes the failures of
// incidents calls it in the same transaction.
func forgetTotals(t *session) error {
	return t.exec("DELETE FROM meta WHERE key IN ('messages', 'incidents')")
}

// keepTotals counts anew.
func keepTotals(t *session) error {
	var messages, incidents int
	if err := t.tx.QueryRowContext(t.ctx, countIncidents).Scan(&messages, &incidents); err != nil {
		return err
	}
	return t.exec("INSERT OR REPLACE INTO meta (key, value) VALUES ('messages', ?), ('incidents', ?)", messages, incidents)
}
