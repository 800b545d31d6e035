package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// A migration brings the schema from one version to the next.
type migration struct{ name, sql string }

// migrations are all of them in order; the n-th leads to version n.
func migrations() []migration {
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	var all []migration
	for i, e := range entries {
		text, err := migrationFiles.ReadFile(path.Join("migrations", e.Name()))
		if err != nil || e.Name()[:4] != fmt.Sprintf("%04d", i+1) {
			panic("migrations are not numbered one by one: " + e.Name())
		}
		all = append(all, migration{e.Name(), string(text)})
	}
	return all
}

// migrate brings the schema to the last known version. Another console may be
// doing the same, so the version is read again under the write lock.
func (s *Store) migrate(ctx context.Context, known []migration) error {
	version, err := userVersion(ctx, s.r) // who changes nothing needs no connection that could
	var mode string
	if err == nil {
		err = s.r.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
	}
	if err == nil && mode != "wal" { // a copy; readers would be in a writer's way
		err = s.w.PingContext(ctx)
	}
	switch {
	case err != nil || version == len(known):
		return err
	case version > len(known):
		return &NewerError{Path: s.path, Have: version, Know: len(known)}
	case version > 0:
		if err := s.backup(ctx, version); err != nil {
			return fmt.Errorf("copying it before bringing it up to date: %w", err)
		}
	}
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = func() error {
		version, err := userVersion(ctx, tx)
		if err != nil {
			return err
		}
		if version > len(known) {
			return &NewerError{Path: s.path, Have: version, Know: len(known)}
		}
		for ; version < len(known); version++ {
			m := known[version]
			if _, err := tx.ExecContext(ctx, m.sql); err != nil {
				return fmt.Errorf("applying %s: %w", m.name, err)
			}
		}
		// PRAGMA takes no parameters; these are numbers of ours.
		_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version))
		return err
	}()
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func userVersion(ctx context.Context, q querier) (version int, err error) {
	err = q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, err
}

// querier is a handle or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// backup copies the database to a file beside it, as of one moment. It is made
// empty first, because SQLite would give it a wider mode.
func (s *Store) backup(ctx context.Context, version int) error {
	name := fmt.Sprintf("%s.schema%d-%s.bak", s.path, version, s.now().UTC().Format("20060102T150405"))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil // made within this second, from the same version
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if _, err := s.w.ExecContext(ctx, "VACUUM INTO ?", name); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}
