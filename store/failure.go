package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"unsent/model"
)

// defaultLimit is how many rows a query without a limit answers with.
const defaultLimit = 200

// Failures are the messages that q selects, newest first, those without a time
// last, without their payloads. It reads a page and no more, however many there
// are: q.From and q.Back say where it lies.
func (s *Store) Failures(ctx context.Context, q model.Query) ([]model.Failure, error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	all, err := s.page(ctx, &q)
	if errors.Is(err, errFacts) {
		// What a row refers to went between reading the one and the other.
		all, err = s.page(ctx, &q)
	}
	return all, s.fail("listing messages", err)
}

func (s *Store) page(ctx context.Context, q *model.Query) ([]model.Failure, error) {
	sel, err := s.selection(ctx, q)
	if err != nil || sel.none {
		return nil, err
	}
	read := func(a access, q *model.Query) ([]stored, error) {
		inner, args := sel.pageOf(a, q)
		rows, err := s.r.QueryContext(ctx, "WITH page AS MATERIALIZED ("+inner+") SELECT "+storedColumns+
			" FROM page CROSS JOIN failure AS f ON f.id = page.id", args...)
		found := make([]stored, 0, min(q.Limit, 1000))
		err = each(rows, err, func(r *sql.Rows) error {
			found = append(found, stored{})
			return found[len(found)-1].scan(r)
		})
		return found, err
	}
	var found []stored
	if a, ok := sel.obvious(); ok {
		found, err = read(a, q)
	} else {
		// What is common fills a page from the rows next to where it begins, and
		// what is not too rare from some more of them; only for what is rarer is
		// it worth finding out where to look.
		part, full := *q, false
		seen, newest, oldest := 0, int64(0), int64(0)
		for size := 20 * q.Limit; !full && size > 0; size = further(len(found), q.Limit, seen) {
			near, from, all, err := s.near(ctx, &part, size)
			if err != nil {
				return nil, err
			}
			more, err := read(near, &part)
			if err != nil {
				return nil, err
			}
			if seen == 0 {
				newest = from
			}
			found, seen = append(found, more...), seen+size
			if full = all || len(found) == q.Limit; !full {
				part.From, part.Limit = *near.bound, q.Limit-len(found)
				oldest = near.bound.At
			}
		}
		if !full {
			var a access
			if a, err = s.choose(ctx, sel, q.Limit); err != nil {
				return nil, err
			}
			// As often as it was, a page goes back twice as far at most.
			n := len(found)
			if full = a.kind == byPieces && n > 0 && !q.Back && oldest > 0; full {
				a.bound = &model.Cursor{At: newest - (newest-oldest)*int64(q.Limit)/int64(n)*2}
				if found, err = read(a, q); err != nil {
					return nil, err
				}
				a.bound, full = nil, len(found) == q.Limit
			}
			if !full {
				found, err = read(a, q)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if q.Back {
		slices.Reverse(found)
	}
	return s.dict.failures(ctx, found, false)
}

// farthest is how many rows are looked through in the order of time before it is found
// out where else to look.
const farthest = 24_000

// further is how many rows more to look through when so many of a page were found
// in those that were seen, with a fifth to spare; 0: it is not worth it.
func further(found, limit, seen int) int {
	if found == 0 {
		return 0
	}
	all := seen * limit / found * 6 / 5
	if all > farthest {
		return 0
	}
	return max(all-seen, 2*limit)
}

// Count is how many messages q selects, or max and true when there are more and
// counting them would take time. Where the number is kept it may exceed max.
func (s *Store) Count(ctx context.Context, q model.Query, max int) (n int, more bool, err error) {
	n, more, err = s.count(ctx, &q, max)
	return n, more, s.fail("counting messages", err)
}

func (s *Store) count(ctx context.Context, q *model.Query, max int) (n int, more bool, err error) {
	q.From, q.Back, q.Limit = model.Cursor{}, false, max+1
	sel, err := s.selection(ctx, q)
	if err != nil || sel.none {
		return 0, false, err
	}
	if sel.kept != "" {
		err = s.r.QueryRowContext(ctx, sel.kept, sel.keptArgs...).Scan(&n)
		return n, false, err
	}
	a, ok := sel.obvious()
	if !ok {
		if a, err = s.choose(ctx, sel, q.Limit); err != nil {
			return 0, false, err
		}
	}
	inner, args := sel.pageOf(a, q)
	if err := s.r.QueryRowContext(ctx, "SELECT count(*) FROM ("+inner+")", args...).Scan(&n); err != nil {
		return 0, false, err
	}
	return min(n, max), n > max, nil
}

// Failure is one message with its payloads.
func (s *Store) Failure(ctx context.Context, id model.MessageID) (model.Failure, error) {
	all, err := s.full(ctx, []int64{int64(id)})
	if err == nil && len(all) == 0 {
		return model.Failure{}, missing(id)
	}
	if err != nil {
		return model.Failure{}, s.fail("reading "+id.String(), err)
	}
	return all[0], nil
}

// full reads messages with their payloads, in the order of list.
func (s *Store) full(ctx context.Context, list []int64) ([]model.Failure, error) {
	var found []stored
	for _, id := range list {
		rows, err := s.r.QueryContext(ctx, "SELECT "+storedColumns+" FROM failure AS f WHERE f.id = ?", id)
		if err := each(rows, err, func(r *sql.Rows) error {
			found = append(found, stored{})
			return found[len(found)-1].scan(r)
		}); err != nil {
			return nil, err
		}
	}
	return s.dict.failures(ctx, found, true)
}

// Find is what a target names: an incident, for which the failure is nil, or a
// message and its incident. The error is model.ErrNotFound when there is none.
func (s *Store) Find(ctx context.Context, t model.Target) (model.IncidentID, *model.Failure, error) {
	switch {
	case t.Incident != 0:
		var one int
		err := s.r.QueryRowContext(ctx, "SELECT 1 FROM incident WHERE id = ?", int64(t.Incident)).Scan(&one)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil, missing(t)
		}
		return t.Incident, nil, s.fail("looking for "+t.String(), err)
	case t.WAMID != "":
		id, success, err := s.known(ctx, t.WAMID)
		if err != nil {
			return 0, nil, s.fail("looking for the message", err)
		}
		if id == 0 && success {
			return 0, nil, model.WithHint(missing(t), "the log has this message as delivered and has no failure of it")
		}
		if id == 0 {
			return 0, nil, missing(t)
		}
		t.Message = id
	}
	f, err := s.Failure(ctx, t.Message)
	if err != nil {
		return 0, nil, err
	}
	return f.Incident, &f, nil
}

// known looks a message up by what Record.Identity made of it.
func (s *Store) known(ctx context.Context, identity string) (id model.MessageID, success bool, err error) {
	d := digestOf(identity)
	var by int64
	err = s.r.QueryRowContext(ctx, `SELECT i.failure, i.success FROM run AS r CROSS JOIN identity AS i ON i.run = r.id AND i.key = ? AND i.tag = ?`, d.key, d.tag).Scan((*int64)(&id), &by)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return id, by != 0, err
}

// sampled is among about how many messages of an incident, the newest of its
// strands, Samples looks for combinations. The biggest incidents of a million
// messages have some thousand; where a log names neither account nor template,
// all may be one.
const sampled = 20_000

// edge are the newest messages of an incident, or with oldest its oldest that have
// a time.
func (s *Store) edge(ctx context.Context, id model.IncidentID, n int, oldest bool) ([]int64, error) {
	q := model.Query{Incident: id, Limit: n, Back: oldest}
	if oldest {
		q.From = model.Cursor{At: 1}
	}
	sel, err := s.selection(ctx, &q)
	if err != nil || sel.none {
		return nil, err
	}
	a, ok := sel.obvious()
	if !ok {
		if a, err = s.choose(ctx, sel, n); err != nil {
			return nil, err
		}
	}
	query, args := sel.pageOf(a, &q)
	return s.numbers(ctx, query, args...)
}

// Samples are messages that stand for an incident, with payloads: the newest
// three, the oldest, and one for each combination of error, template, phone number
// id and wording among some 20,000 of the newest; at most k. The commonest of each
// error come first, then the commonest.
func (s *Store) Samples(ctx context.Context, id model.IncidentID, k int) ([]model.Failure, error) {
	doing := "choosing samples of " + id.String()
	newest, err := s.edge(ctx, id, newestFirst, false)
	if err != nil {
		return nil, s.fail(doing, err)
	}
	oldest, err := s.edge(ctx, id, 1, true)
	if err != nil {
		return nil, s.fail(doing, err)
	}
	pieces, err := piecesOf(ctx, s.r, int64(id))
	if err != nil {
		return nil, s.fail(doing, err)
	}
	// The newest row of each combination. A combination that a message picked
	// above already stands for is left out.
	others, err := s.numbers(ctx, `SELECT id FROM (SELECT f.id, count(*) AS n, max(f.at), c.code, c.vendor, c.http FROM json_each(?) AS p CROSS JOIN failure AS f ON f.id IN
			(SELECT f.id FROM by_strand AS f WHERE f.strand = p.value ->> 0 AND f.at >= p.value ->> 1 AND f.at < p.value ->> 2 ORDER BY f.at DESC, f.id DESC LIMIT ?)
		CROSS JOIN cell AS c ON c.id = f.cell GROUP BY c.code, c.vendor, c.http, c.template, c.phone, f.wording)
		ORDER BY row_number() OVER (PARTITION BY code, vendor, http ORDER BY n DESC, id DESC) > 1, n DESC, id DESC LIMIT 100`, jsonPieces(pieces), max(sampled/max(len(pieces), 1), 1))
	if err != nil {
		return nil, s.fail(doing, err)
	}
	var picked []int64
	for _, m := range slices.Concat(newest, oldest, others) {
		if !slices.Contains(picked, m) && len(picked) < k {
			picked = append(picked, m)
		}
	}
	all, err := s.full(ctx, picked)
	return all, s.fail(doing, err)
}

// newestFirst is how many of its newest messages stand for an incident first.
const newestFirst = 3
