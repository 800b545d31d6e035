package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"unsent/model"
)

// hashOf is the hash of an event behind the one with the hash before. Each part
// is preceded by its length, so that no text can pass for another division.
func hashOf(before string, e *model.Event) string {
	h := sha256.New()
	put := func(s string) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(s))))
		h.Write([]byte(s))
	}
	put(before)
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(e.N)))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(millis(e.At))))
	for _, s := range [...]string{e.Who, e.What, e.Target, e.Detail} {
		put(s)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// event adds to the audit trail, in the transaction of what it tells.
func (s *Store) event(t *session, who, what, target, detail string) error {
	e := model.Event{At: s.now().UTC(), Who: who, What: what, Target: target, Detail: detail}
	var before string
	if _, err := t.scan("SELECT n, hash FROM event_head", nil, &e.N, &before); err != nil {
		return err
	}
	e.N++
	e.Hash = hashOf(before, &e)
	if err := t.exec("INSERT INTO event (n, at, who, what, target, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
		e.N, millis(e.At), e.Who, e.What, e.Target, e.Detail, e.Hash); err != nil {
		return err
	}
	return t.exec("INSERT INTO event_head (one, n, hash) VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET n = excluded.n, hash = excluded.hash", e.N, e.Hash)
}

// Log adds an event to the audit trail for what the database has no method for:
// a number revealed, a packet copied, a guard overruled.
func (s *Store) Log(ctx context.Context, who, what, target, detail string) error {
	return s.fail("writing the audit trail", s.session(ctx, func(t *session) error {
		return s.event(t, who, what, target, detail)
	}))
}

// Events are the audit trail behind event number "after", oldest first, at most
// limit, 200 when that is 0.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]model.Event, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	all, err := events(ctx, s.r, after, limit)
	return all, s.fail("reading the audit trail", err)
}

func events(ctx context.Context, q querier, after int64, limit int) (all []model.Event, err error) {
	rows, err := q.QueryContext(ctx, "SELECT n, at, who, what, target, detail, hash FROM event WHERE n > ? ORDER BY n LIMIT ?", after, limit)
	err = each(rows, err, func(r *sql.Rows) error {
		var e model.Event
		var at int64
		err := r.Scan(&e.N, &at, &e.Who, &e.What, &e.Target, &e.Detail, &e.Hash)
		e.At = moment(at)
		all = append(all, e)
		return err
	})
	return all, err
}

// VerifyAudit checks the audit trail from its beginning and answers how many
// events are sound. Where it is not sound, bad is the first event that was
// altered, or that follows one that was taken out. A trail whose end was cut
// off has a bad event with the number of the first that is missing and nothing
// else in it.
func (s *Store) VerifyAudit(ctx context.Context) (n int64, bad *model.Event, err error) {
	const doing = "verifying the audit trail"
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one moment, while others write
	if err != nil {
		return 0, nil, s.fail(doing, err)
	}
	defer tx.Rollback()
	var head model.Event
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(n), 0), coalesce(max(hash), '') FROM event_head").Scan(&head.N, &head.Hash); err != nil {
		return 0, nil, s.fail(doing, err)
	}
	before := ""
	for {
		page, err := events(ctx, tx, n, 1000)
		if err != nil {
			return n, nil, s.fail(doing, err)
		}
		for i := range page {
			e := &page[i]
			if e.N != n+1 || e.Hash != hashOf(before, e) {
				return n, e, nil
			}
			n, before = e.N, e.Hash
		}
		if len(page) == 0 {
			break
		}
	}
	if n != head.N || before != head.Hash {
		return n, &model.Event{N: n + 1, Detail: fmt.Sprintf("the trail ended at event %d", head.N)}, nil
	}
	return n, nil, nil
}
