package store

import (
	"context"
	"database/sql"
	"sync"
)

// reads are the connections that read, with their statements: to prepare one takes
// as long as to answer it, and a case asks a dozen times.
type reads struct {
	*sql.DB

	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

// manyStatements is how many statements are kept. Those that everybody asks come first;
// what a search puts together comes once, and is prepared for itself.
const manyStatements = 48

// stmt is a query's statement, nil when it is to be asked without one.
func (r *reads) stmt(ctx context.Context, query string) *sql.Stmt {
	r.mu.Lock()
	st, full := r.prepared[query], len(r.prepared) >= manyStatements
	r.mu.Unlock()
	if st != nil || full {
		return st
	}
	st, err := r.PrepareContext(ctx, query)
	if err != nil {
		return nil // whoever asks without it is told
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.prepared[query]; other != nil { // somebody else was as fast
		st.Close()
		return other
	}
	r.prepared[query] = st
	return st
}

func (r *reads) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := r.stmt(ctx, query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	return r.DB.QueryContext(ctx, query, args...)
}

func (r *reads) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := r.stmt(ctx, query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return r.DB.QueryRowContext(ctx, query, args...)
}
