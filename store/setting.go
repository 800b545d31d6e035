package store

import (
	"context"
	"database/sql"
	"errors"
)

// Setting is a value that SetSetting kept, empty when there is none.
func (s *Store) Setting(ctx context.Context, key string) (value string, err error) {
	err = s.r.QueryRowContext(ctx, "SELECT value FROM setting WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, s.fail("reading a setting", err)
}

// SetSetting keeps a value. Secrets do not belong here.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	return s.fail("keeping a setting", s.session(ctx, func(t *session) error {
		if err := t.exec("INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value); err != nil {
			return err
		}
		return s.event(t, s.user(), "setting", key, value)
	}))
}
