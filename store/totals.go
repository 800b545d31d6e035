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
	err := s.r.QueryRowContext(ctx, `SELECT
		(SELECT coalesce(sum(failures), 0) FROM incident INDEXED BY incident_top WHERE failures > 0),
		(SELECT count(*) FROM incident INDEXED BY incident_top WHERE failures > 0),
		coalesce((SELECT value FROM meta WHERE key = 'successes'), 0),
		(SELECT count(*) FROM import),
		coalesce((SELECT min(at) FROM failure INDEXED BY failure_at WHERE at > 0), 0),
		coalesce((SELECT max(at) FROM failure INDEXED BY failure_at WHERE at > 0), 0)`).
		Scan(&t.Messages, &t.Incidents, &t.Successes, &t.Imports, &first, &last)
	t.First, t.Last = moment(first), moment(last)
	return t, s.fail("reading the totals", err)
}
