package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"unsent/model"
)

func accounts(t *testing.T, s *Store) []model.Account {
	t.Helper()
	all, err := s.Accounts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// details are what the audit trail says of accounts.
func details(t *testing.T, s *Store) (all []string) {
	t.Helper()
	events, err := s.Events(context.Background(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.What == "account" {
			all = append(all, fmt.Sprintf("%s %s: %s", e.Who, e.Target, e.Detail))
		}
	}
	return all
}

func TestAccounts(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	s.SetWho("ana")
	s.now = func() time.Time { return base }
	shop := model.Account{Name: "Shop", WABA: "205550000000001", Phones: []string{"105550000000001", "105550000000002"}, App: "990000", Keep: model.KeepKeyring, Slot: "shop-1"}
	desk := model.Account{Name: "desk", Phones: []string{"105550000000003"}, Keep: model.KeepFile, File: "/run/token"}
	for _, a := range []model.Account{shop, desk} {
		if err := s.SetAccount(ctx, a); err != nil {
			t.Fatal(err)
		}
	}
	shop.Added, desk.Added = base, base
	same(t, "accounts", accounts(t, s), []model.Account{desk, shop})

	// The expiry is kept, and told once.
	soon := base.Add(20 * time.Hour)
	for _, expires := range []time.Time{{}, {}, soon, soon} {
		if err := s.SetTokenExpiry(ctx, "SHOP", expires, base); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetTokenExpiry(ctx, "nobody", soon, base); err != nil {
		t.Errorf("an account that is gone: %v", err)
	}
	if got := accounts(t, s)[1]; !got.Expires.Equal(soon) || !got.Checked.Equal(base) {
		t.Errorf("expires %s, checked %s", got.Expires, got.Checked)
	}

	// A name is one account, however it is written.
	if err := s.SetAccount(ctx, model.Account{Name: "SHOP", WABA: "205550000000009", Keep: model.KeepNone}); err != nil {
		t.Fatal(err)
	}
	if all := accounts(t, s); len(all) != 2 || all[1].Name != "SHOP" || all[1].WABA != "205550000000009" || !all[1].Expires.IsZero() || all[1].Slot != "" {
		t.Errorf("replaced: %+v", all)
	}
	if err := s.RemoveAccount(ctx, "shop"); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveAccount(ctx, "shop"); !errors.Is(err, model.ErrNotFound) {
		t.Errorf("removing it again: %v", err)
	}
	want := []string{
		"ana Shop: added: WABA 205550000000001, phone number IDs 105550000000001 105550000000002, app 990000, token: keyring",
		"ana desk: added: phone number IDs 105550000000003, token: file",
		"ana SHOP: Meta says that its token expires never",
		"ana SHOP: Meta says that its token expires on 2026-11-03T05:00:00Z",
		"ana SHOP: changed: WABA 205550000000009, token: none",
		"ana shop: removed",
	}
	same(t, "the audit trail", details(t, s), want)
	if n, bad, err := s.VerifyAudit(ctx); err != nil || bad != nil || n == 0 {
		t.Errorf("the trail: %d events, %v, %v", n, bad, err)
	}
	sound(t, s)
}

// A database of the first schema gets the table and keeps what it has.
func TestAccountsOnAnOlderDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "unsent.db")
	old, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	importAll(t, old, failed("wamid.A", 0))
	if _, err := old.w.Exec("DROP TABLE account; DROP TABLE pin; DROP TABLE pinned; PRAGMA user_version = 1"); err != nil { // as it was then
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SetAccount(context.Background(), model.Account{Name: "shop", WABA: "205550000000001", Keep: model.KeepNone}); err != nil {
		t.Fatal(err)
	}
	if n := len(failures(t, s, model.Query{})); n != 1 || len(accounts(t, s)) != 1 {
		t.Errorf("%d messages, %d accounts", n, len(accounts(t, s)))
	}
	if kept, _ := filepath.Glob(path + ".schema1-*.bak"); len(kept) != 1 {
		t.Errorf("copies of the older database: %v", kept)
	}
}
