package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"modernc.org/sqlite/vtab"
)

// A session is one write transaction with its statements, prepared once each.
type session struct {
	ctx      context.Context
	tx       *sql.Tx
	feed     *feed
	prepared map[string]*sql.Stmt
}

// begin takes the write lock. It looks for it every 10 ms at the latest: another
// console's import pauses every now and then, and not for longer than it must. SQLite by
// itself looks ten times less often.
func (s *Store) begin(ctx context.Context) (_ *session, err error) {
	defer func() {
		if err == nil {
			return
		}
		if _, e := s.w.ExecContext(context.WithoutCancel(ctx), waitLong); e != nil {
			err = errors.Join(err, e)
		}
	}()
	if _, err := s.w.ExecContext(ctx, "PRAGMA busy_timeout = 20"); err != nil { // looks after 1, 2, 5 and 10 ms
		return nil, err
	}
	tx, err := s.w.BeginTx(ctx, nil)
	for end := time.Now().Add(s.patience); err != nil; tx, err = s.w.BeginTx(ctx, nil) {
		if busy := (*BusyError)(nil); !errors.As(translate(s.path, err), &busy) || ctx.Err() != nil || time.Now().After(end) {
			return nil, err
		}
	}
	s.begun.Add(1)
	if _, err = tx.ExecContext(context.WithoutCancel(ctx), waitLong); err == nil {
		err = s.feed.attach(ctx, tx)
	}
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return &session{ctx, tx, s.feed, map[string]*sql.Stmt{}}, nil
}

// waitLong is how long the one connection that writes waits for a lock, but for begin.
const waitLong = "PRAGMA busy_timeout = 5000"

func (t *session) commit() error { return t.tx.Commit() }

// rollback ends the transaction for the reason err, which it returns. When the
// context has ended, that is the reason, whatever failed because of it.
func (t *session) rollback(err error) error {
	if e := t.ctx.Err(); e != nil && err != nil {
		err = e
	}
	if e := t.tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
		return errors.Join(err, e)
	}
	return err
}

func (t *session) stmt(query string) (*sql.Stmt, error) {
	if st := t.prepared[query]; st != nil {
		return st, nil
	}
	st, err := t.tx.PrepareContext(t.ctx, query)
	if err == nil {
		t.prepared[query] = st // closed by the end of the transaction
	}
	return st, err
}

func (t *session) exec(query string, args ...any) error {
	_, err := t.result(query, args...)
	return err
}

func (t *session) result(query string, args ...any) (sql.Result, error) {
	st, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.ExecContext(t.ctx, args...)
}

// scan reads one row; found is false when there is none.
func (t *session) scan(query string, args []any, into ...any) (found bool, err error) {
	st, err := t.stmt(query)
	if err != nil {
		return false, err
	}
	err = st.QueryRowContext(t.ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// bulkRows is how many rows one statement takes. While it runs, SQLite keeps a
// copy of each page that it changes, to be able to undo it alone.
const bulkRows = 1_024

// bulk runs a statement over n rows of Go values.
func (t *session) bulk(query string, n int, value func(row, column int) vtab.Value, args ...any) (changed int64, err error) {
	defer t.feed.clear()
	for from := 0; from < n; from += bulkRows {
		st, err := t.stmt(query)
		if err != nil {
			return changed, err
		}
		t.feed.n = min(bulkRows, n-from)
		t.feed.value = func(row, column int) vtab.Value { return value(from+row, column) }
		r, err := st.ExecContext(t.ctx, args...)
		if err != nil {
			return changed, err
		}
		some, err := r.RowsAffected()
		if err != nil {
			return changed, err
		}
		changed += some
	}
	return changed, nil
}

// ask reads rows of a query over n rows of Go values.
func (t *session) ask(query string, n int, value func(row, column int) vtab.Value, row func(*sql.Rows) error) error {
	if n == 0 {
		return nil
	}
	st, err := t.stmt(query)
	if err != nil {
		return err
	}
	t.feed.n, t.feed.value = n, value
	defer t.feed.clear()
	rows, err := st.QueryContext(t.ctx)
	return each(rows, err, row)
}

// each calls row for every row and closes them.
func each(rows *sql.Rows, err error, row func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
