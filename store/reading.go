package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"unsent/model"
)

// readingKey is the setting that holds how tables with these headers are read.
func readingKey(set string) string { return "columns." + set }

// Reading is how somebody said that tables with a set of headers (Table.Set) are
// to be read; found is false when nobody has.
func (s *Store) Reading(ctx context.Context, set string) (r model.Reading, found bool, err error) {
	text, err := s.Setting(ctx, readingKey(set))
	if err != nil || text == "" || set == "" {
		return r, false, err
	}
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, false, s.fail("reading how these columns are used", err)
	}
	return r, true, nil
}

// KeepReading remembers how tables with a set of headers are read. The audit
// trail gets the fields and not the headers, which are somebody else's words.
func (s *Store) KeepReading(ctx context.Context, set string, r model.Reading) error {
	r.At = s.now().UTC()
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("keeping how these columns are used: %w", err)
	}
	detail := "kept: " + strings.Join(slices.Sorted(maps.Keys(r.Map)), ", ")
	return s.setReading(ctx, set, string(text), detail)
}

// ForgetReading forgets what KeepReading kept. Nothing kept is no error.
func (s *Store) ForgetReading(ctx context.Context, set string) error {
	return s.setReading(ctx, set, "", "forgotten")
}

func (s *Store) setReading(ctx context.Context, set, text, detail string) error {
	return s.fail("keeping how these columns are used", s.session(ctx, func(t *session) error {
		statement, args := "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", []any{readingKey(set), text}
		if text == "" {
			statement, args = "DELETE FROM setting WHERE key = ?", args[:1]
		}
		if err := t.exec(statement, args...); err != nil {
			return err
		}
		return s.event(t, s.user(), "columns", set, detail)
	}))
}
