package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"unsent/model"
)

const incidentColumns = "i.id, i.failures, i.first, i.last, i.state, i.assignee, i.ticket, i.changed, i.shape, i.reason, i.outage, i.going, i.joined, i.stale, i.summary"

// Incidents are those that have messages which q selects, most failures first,
// at most q.Limit. Their counts are of the whole incident. q.From is not used.
func (s *Store) Incidents(ctx context.Context, q model.Query) ([]model.Incident, error) {
	all, err := s.incidents(ctx, &q)
	return all, s.fail("listing incidents", err)
}

func (s *Store) incidents(ctx context.Context, q *model.Query) ([]model.Incident, error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	// The state is asked of the incident itself.
	state := q.State
	rest := *q
	rest.State, rest.From, rest.Back = "", model.Cursor{}, false
	sel, err := s.selection(ctx, &rest)
	if err != nil || sel.none {
		return nil, err
	}
	where, args := []string{"i.failures > 0"}, []any{}
	and := func(condition string, more ...any) {
		where, args = append(where, condition), append(args, more...)
	}
	if state != "" {
		and("i.state = ?", string(state))
	}
	if q.Incident != 0 {
		and("i.id = ?", int64(q.Incident))
	}
	if sel.byMessage {
		and("i.id IN (SELECT "+incidentOf+" FROM failure AS f WHERE f.id IN (SELECT value FROM json_each(?)))", ids(sel.messages))
	}
	if len(sel.where) > 0 {
		has, err := s.candidates(ctx, sel)
		if err != nil {
			return nil, err
		}
		if has != nil {
			and("i.id IN (SELECT incident FROM extent WHERE strand IN (SELECT value FROM json_each(?)))", ids(slices.Collect(maps.Keys(has))))
		}
	}
	if sel.byMessage && len(sel.where) > 0 {
		sel.and("f.id IN (SELECT value FROM json_each(?))", ids(sel.messages))
	}
	conditions := strings.Join(sel.where, " AND ")
	switch {
	case len(sel.where) == 0:
	case sel.kept != "":
		// Conditions on cells only: these keep their counts, but for strands that
		// are parted.
		and(`EXISTS (SELECT 1 FROM extent AS e INDEXED BY extent_incident CROSS JOIN cell AS c ON c.strand = e.strand WHERE e.incident = i.id AND c.failures > 0 AND `+conditions+`
			AND (e.since = ? AND e.until = ? OR EXISTS (SELECT 1 FROM by_strand AS f WHERE f.strand = e.strand AND f.at >= e.since AND f.at < e.until AND f.cell = c.id)))`,
			append(slices.Clone(sel.args), -ever, ever)...)
	default:
		and(`EXISTS (SELECT 1 FROM extent AS e INDEXED BY extent_incident CROSS JOIN by_strand AS f ON f.strand = e.strand AND f.at >= e.since AND f.at < e.until
			CROSS JOIN cell AS c ON c.id = f.cell WHERE e.incident = i.id AND `+conditions+")", sel.args...)
	}
	rows, err := s.r.QueryContext(ctx, "SELECT "+incidentColumns+" FROM incident AS i INDEXED BY incident_top WHERE "+strings.Join(where, " AND ")+
		" ORDER BY i.failures DESC, i.id LIMIT ?", append(args, q.Limit)...)
	return s.readIncidents(ctx, rows, err)
}

// Incident is one incident, also when it has no failures left.
func (s *Store) Incident(ctx context.Context, id model.IncidentID) (model.Incident, error) {
	rows, err := s.r.QueryContext(ctx, "SELECT "+incidentColumns+" FROM incident AS i WHERE i.id = ?", int64(id))
	all, err := s.readIncidents(ctx, rows, err)
	if err != nil {
		return model.Incident{}, s.fail("reading "+id.String(), err)
	}
	if len(all) == 0 {
		return model.Incident{}, missing(id)
	}
	return all[0], nil
}

func (s *Store) readIncidents(ctx context.Context, rows *sql.Rows, err error) ([]model.Incident, error) {
	var all []model.Incident
	var due []int // those without a summary that counts
	var extents []extent
	if err := each(rows, err, func(r *sql.Rows) error {
		var i model.Incident
		var e extent
		var changed, joined int64
		var stale bool
		var text, outage string
		if err := r.Scan(&e.id, &e.failures, &e.first, &e.last, &i.State, &i.Assignee, &i.Ticket, &changed, &i.Shape, &i.Reason, &outage, &i.Going, &joined, &stale, &text); err != nil {
			return err
		}
		i.ID, i.Failures, i.First, i.Last = model.IncidentID(e.id), int(e.failures), moment(e.first), moment(e.last)
		e.shape = i.Shape
		i.Changed, i.Joined, i.Recipients = moment(changed), model.IncidentID(joined), -1
		if outage != "" {
			if err := json.Unmarshal([]byte(outage), &i.Outage); err != nil {
				return err
			}
		}
		if stale {
			due = append(due, len(all))
		} else {
			var sum summary
			if err := json.Unmarshal([]byte(text), &sum); err != nil {
				return err
			}
			sum.fill(&i)
		}
		all, extents = append(all, i), append(extents, e)
		return nil
	}); err != nil {
		return nil, err
	}
	if err := s.describeDue(ctx, all, extents, due); err != nil {
		return nil, err
	}
	for n := range all {
		if i := &all[n]; i.Recipients < 0 {
			i.Recipients = s.counted(i.ID, i.Failures)
		}
	}
	return all, nil
}

// describeDue fills in those of some incidents that have no summary that counts.
func (s *Store) describeDue(ctx context.Context, all []model.Incident, extents []extent, due []int) error {
	if len(due) == 0 {
		return nil
	}
	some := make([]extent, len(due))
	for i, n := range due {
		some[i] = extents[n]
		var err error
		if some[i].pieces, err = piecesOf(ctx, s.r, some[i].id); err != nil {
			return err
		}
	}
	looks := make([]*look, len(due))
	if n, err := successes(ctx, s.r); err != nil {
		return err
	} else if n > 0 {
		if looks, err = surveyed(ctx, s.r, some); err != nil {
			return err
		}
	}
	names := names{}
	for i, n := range due {
		cells, err := cellsOf(ctx, s.r, some[i].pieces, names)
		if err != nil {
			return err
		}
		sum, err := described(ctx, s.r, some[i], cells, looks[i])
		if err != nil {
			return err
		}
		if sum.Trend, err = trend(ctx, s.r, some[i]); err != nil {
			return err
		}
		sum.fill(&all[n])
	}
	return nil
}

func (sum *summary) fill(i *model.Incident) {
	i.Code, i.Vendor, i.HTTP, i.Title = sum.Code, sum.Vendor, sum.HTTP, sum.Title
	i.Attempts, i.Successes, i.Recipients = sum.Attempts, sum.Successes, sum.Recipients
	i.WABAs, i.PhoneIDs, i.Templates, i.Kinds = sum.WABAs, sum.PhoneIDs, sum.Templates, sum.Kinds
	i.WABA, i.PhoneID, i.Template, i.Language = sum.WABA, sum.PhoneID, sum.Template, sum.Language
	i.Trend = sum.Trend
}

// counted is a number of recipients and of how many failures.
type counted struct{ recipients, failures int }

// Recipients counts the distinct recipients of an incident's messages. The
// answer is remembered until the incident has other failures.
func (s *Store) Recipients(ctx context.Context, id model.IncidentID) (int, error) {
	doing := "counting the recipients of " + id.String()
	var failures int
	err := s.r.QueryRowContext(ctx, "SELECT failures FROM incident WHERE id = ?", int64(id)).Scan(&failures)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, missing(id)
	}
	if err != nil {
		return 0, s.fail(doing, err)
	}
	if n := s.counted(id, failures); n >= 0 {
		return n, nil
	}
	pieces, err := piecesOf(ctx, s.r, int64(id))
	if err != nil {
		return 0, s.fail(doing, err)
	}
	n, err := countRecipients(ctx, s.r, pieces)
	if err != nil {
		return 0, s.fail(doing, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipients[id] = counted{n, failures}
	return n, nil
}

func (s *Store) counted(id model.IncidentID, failures int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.recipients[id]; ok && c.failures == failures {
		return c.recipients
	}
	return -1
}

func (s *Store) forgetCounted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.recipients)
}
