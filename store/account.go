package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"unsent/model"
)

// SetAccount keeps an account, in place of the one with its name (whatever the
// case of its letters) where there is one. It is kept as added now. The audit
// trail says where its token is.
func (s *Store) SetAccount(ctx context.Context, a model.Account) error {
	phones, err := json.Marshal(a.Phones)
	if err != nil {
		return s.fail("keeping the account", err)
	}
	return s.fail("keeping the account", s.session(ctx, func(t *session) error {
		what := "added"
		if r, err := t.result("DELETE FROM account WHERE name = ?", a.Name); err != nil {
			return err
		} else if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n > 0 {
			what = "changed"
		}
		if err := t.exec("INSERT INTO account (name, waba, phones, app, keep, file, slot, expires, checked, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			a.Name, a.WABA, string(phones), a.App, string(a.Keep), a.File, a.Slot, millis(a.Expires), millis(a.Checked), millis(s.now())); err != nil {
			return err
		}
		return s.event(t, s.user(), "account", a.Name, what+": "+idsOf(a)+", token: "+string(a.Keep))
	}))
}

// idsOf names the ids of an account for the audit trail.
func idsOf(a model.Account) string {
	var parts []string
	if a.WABA != "" {
		parts = append(parts, "WABA "+a.WABA)
	}
	if len(a.Phones) > 0 {
		parts = append(parts, "phone number IDs "+strings.Join(a.Phones, " "))
	}
	if a.App != "" {
		parts = append(parts, "app "+a.App)
	}
	return strings.Join(parts, ", ")
}

// Accounts are all accounts in the order of their names.
func (s *Store) Accounts(ctx context.Context) ([]model.Account, error) {
	var all []model.Account
	rows, err := s.r.QueryContext(ctx, "SELECT name, waba, phones, app, keep, file, slot, expires, checked, added FROM account ORDER BY name")
	err = each(rows, err, func(r *sql.Rows) error {
		var a model.Account
		var phones string
		var expires, checked, added int64
		if err := r.Scan(&a.Name, &a.WABA, &phones, &a.App, &a.Keep, &a.File, &a.Slot, &expires, &checked, &added); err != nil {
			return err
		}
		a.Expires, a.Checked, a.Added = moment(expires), moment(checked), moment(added)
		if err := json.Unmarshal([]byte(phones), &a.Phones); err != nil {
			return err
		}
		all = append(all, a)
		return nil
	})
	return all, s.fail("reading the accounts", err)
}

// RemoveAccount forgets an account. One that is not there is model.ErrNotFound.
func (s *Store) RemoveAccount(ctx context.Context, name string) error {
	return s.fail("removing the account "+name, s.session(ctx, func(t *session) error {
		r, err := t.result("DELETE FROM account WHERE name = ?", name)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return model.ErrNotFound
		}
		return s.event(t, s.user(), "account", name, "removed")
	}))
}

// SetTokenExpiry notes when Meta said, at the time checked, that the token of an
// account expires; the zero time for never. The audit trail has it only where it
// is news. An account that is gone is no error: it may have been removed while a
// check ran.
func (s *Store) SetTokenExpiry(ctx context.Context, name string, expires, checked time.Time) error {
	return s.fail("keeping when the token expires", s.session(ctx, func(t *session) error {
		var before, seen int64
		found, err := t.scan("SELECT expires, checked FROM account WHERE name = ?", []any{name}, &before, &seen)
		if err != nil || !found {
			return err
		}
		if err := t.exec("UPDATE account SET expires = ?, checked = ? WHERE name = ?", millis(expires), millis(checked), name); err != nil {
			return err
		}
		if before == millis(expires) && seen != 0 {
			return nil
		}
		when := "never"
		if !expires.IsZero() {
			when = fmt.Sprintf("on %s", expires.UTC().Format(time.RFC3339))
		}
		return s.event(t, s.user(), "account", name, "Meta says that its token expires "+when)
	}))
}
