package cli

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"unsent/model"
	"unsent/store"
)

// A ring is a keyring in memory that can be made to fail.
type ring struct {
	mu   sync.Mutex
	kept map[string]string
	fail error
}

func (r *ring) Set(service, entry, secret string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail == nil {
		r.kept[service+"/"+entry] = secret
	}
	return r.fail
}

func (r *ring) Get(service, entry string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if secret, ok := r.kept[service+"/"+entry]; ok && r.fail == nil {
		return secret, nil
	}
	return "", errors.Join(r.fail, errors.New("no such entry"))
}

func (r *ring) Delete(service, entry string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail == nil {
		delete(r.kept, service+"/"+entry)
	}
	return r.fail
}

// desk is a run of the program with a new database, a keyring and these settings.
func desk(t *testing.T, k Keyring, env map[string]string) *accounts {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "unsent.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return again(s, k, env)
}

// again is another run of the program on the same database.
func again(s *store.Store, k Keyring, env map[string]string) *accounts {
	a := &app{Sys: Sys{Getenv: func(name string) string { return env[name] }, Now: time.Now, Keyring: k, GOOS: "linux"}}
	return &accounts{a: a, s: s}
}

func (d *accounts) add(t *testing.T, acc model.Account, token string) string {
	t.Helper()
	said, err := d.AddAccount(t.Context(), acc, token)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func (d *accounts) one(t *testing.T) model.Account {
	t.Helper()
	all, err := d.Accounts(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d accounts, %v", len(all), err)
	}
	return all[0]
}

const (
	testWABA  = "205550000000001"
	testPhone = "105550000000001"
	tokenA    = "EAAinventedA0123456789"
	tokenB    = "EAAinventedB0123456789"
)

var shop = model.Account{Name: "shop", WABA: testWABA}

// The keyring has one entry for each account and never an old one.
func TestTokenInKeyring(t *testing.T) {
	k := &ring{kept: map[string]string{}}
	d := desk(t, k, nil)
	if said := d.add(t, shop, tokenA+"\n"); said != "account shop: its token is in the system keyring" {
		t.Error(said)
	}
	first := d.one(t)
	if first.Keep != model.KeepKeyring || k.kept["unsent/"+first.Slot] != tokenA || len(k.kept) != 1 {
		t.Errorf("account %+v, keyring %v", first, k.kept)
	}
	// Changing an id leaves the token; a new token replaces the old one.
	changed := shop
	changed.App = "990000"
	if said := d.add(t, changed, ""); said != "account shop: its token is where it was: the system keyring" || d.one(t).App != "990000" {
		t.Error(said)
	}
	d.add(t, shop, tokenB)
	second := d.one(t)
	if second.Slot == first.Slot || k.kept["unsent/"+second.Slot] != tokenB || len(k.kept) != 1 {
		t.Errorf("account %+v, keyring %v", second, k.kept)
	}
	// Another run reads it, and masks it from then on.
	other := again(d.s, k, nil)
	if token, err := other.token(t.Context(), second); string(token) != tokenB || err != nil {
		t.Errorf("another run gets a token of %d characters, %v", len(token), err)
	}
	if got := other.a.clean("said " + tokenB); strings.Contains(got, tokenB) {
		t.Error(got)
	}
	// Two accounts of one name in two databases do not share an entry.
	elsewhere := desk(t, k, nil)
	elsewhere.add(t, shop, tokenA)
	if len(k.kept) != 2 {
		t.Errorf("keyring: %v", maps.Keys(k.kept))
	}
	// A keyring that does not let go keeps the account, so that it can be tried again.
	k.fail = errors.New("locked")
	if err := d.RemoveAccount(t.Context(), "SHOP"); err == nil || model.Hint(err) == "" || d.one(t).Name != "shop" {
		t.Errorf("removed from a locked keyring: %v", err)
	}
	k.fail = nil
	if err := d.RemoveAccount(t.Context(), "SHOP"); err != nil || len(k.kept) != 1 {
		t.Errorf("%v, keyring %v", err, maps.Keys(k.kept))
	}
	if err := d.RemoveAccount(t.Context(), "shop"); err == nil || model.Hint(err) == "" {
		t.Errorf("removed twice: %v", err)
	}
}

// Without a keyring a token lives as long as the program, and that is said.
func TestTokenInMemory(t *testing.T) {
	d := desk(t, nil, nil)
	if said := d.add(t, shop, tokenA); !strings.Contains(said, "kept in memory until this program ends: this machine has no system keyring") {
		t.Error(said)
	}
	if acc := d.one(t); acc.Keep != model.KeepMemory {
		t.Errorf("kept: %s", acc.Keep)
	}
	if token, err := d.token(t.Context(), d.one(t)); string(token) != tokenA || err != nil {
		t.Errorf("a token of %d characters, %v", len(token), err)
	}
	if err := d.s.SetTokenExpiry(t.Context(), "shop", time.Now().Add(time.Hour), time.Now()); err != nil || d.one(t).Expires.IsZero() {
		t.Errorf("when it expires: %v", err)
	}
	later := again(d.s, nil, nil)
	if acc := later.one(t); acc.Keep != model.KeepNone || !acc.Expires.IsZero() {
		t.Errorf("another run has it %s, until %s", acc.Keep, acc.Expires)
	}
	if acc := again(d.s, nil, map[string]string{"UNSENT_TOKEN": tokenB}).one(t); acc.Keep != model.KeepEnv {
		t.Errorf("with UNSENT_TOKEN it is %s", acc.Keep)
	}
	// For a command memory is nowhere.
	later.brief = true
	if said := later.add(t, shop, tokenA); !strings.Contains(said, "its token is NOT kept") || later.one(t).Keep != model.KeepNone {
		t.Error(said)
	}
	// A keyring that says no says why, without what it was given.
	k := &ring{kept: map[string]string{}, fail: errors.New("cannot store " + tokenA)}
	if said := again(d.s, k, nil).add(t, shop, tokenA); strings.Contains(said, tokenA) || !strings.Contains(said, "cannot store") {
		t.Error(said)
	}
}

func TestAccountRefused(t *testing.T) {
	d := desk(t, nil, nil)
	for say, tt := range map[string]struct {
		acc   model.Account
		token string
	}{
		"neither a WABA":     {model.Account{Name: "shop"}, ""},
		"character 1":        {model.Account{Name: "shop", WABA: "x"}, ""},
		"looks like a token": {model.Account{Name: "EAAG" + strings.Repeat("a1B", 10), WABA: testWABA}, ""},
		"a space":            {shop, "EAAinvented 0123456789"},
		"no such file":       {model.Account{Name: "shop", WABA: testWABA, File: "/nonexistent/token"}, ""},
	} {
		if _, err := d.AddAccount(t.Context(), tt.acc, tt.token); err == nil || !strings.Contains(err.Error(), say) || model.Hint(err) == "" {
			t.Errorf("want an error with %q and a hint, got %v", say, err)
		}
	}
	if all, err := d.Accounts(t.Context()); len(all) != 0 || err != nil {
		t.Errorf("kept all the same: %v, %v", all, err)
	}
}

// A stuckRing waits for somebody to unlock it.
type stuckRing struct {
	ring
	open chan struct{}
}

func (r *stuckRing) Set(service, entry, secret string) error {
	<-r.open
	return r.ring.Set(service, entry, secret)
}

func (r *stuckRing) Get(service, entry string) (string, error) {
	<-r.open
	return r.ring.Get(service, entry)
}

// An account that fits all that another one fits makes both useless, and that is
// said at once and not only by the checks.
func TestTwinAccount(t *testing.T) {
	for _, tt := range []struct {
		name string
		acc  model.Account
		twin bool
	}{
		{"same WABA", model.Account{Name: "till", WABA: testWABA}, true},
		{"same name", model.Account{Name: "Shop", WABA: testWABA}, false},
		{"another WABA", model.Account{Name: "till", WABA: "205550000000002"}, false},
		{"a number of it", model.Account{Name: "till", WABA: testWABA, Phones: []string{testPhone}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := desk(t, &ring{kept: map[string]string{}}, nil)
			d.add(t, shop, tokenA)
			said := d.add(t, tt.acc, tokenB)
			if strings.Contains(said, "shop has the same ids") != tt.twin {
				t.Error(said)
			}
			all, err := d.Accounts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			c := caseOf(testWABA, testPhone)
			if _, none, _ := fitting(all, &c); (none != "") != tt.twin {
				t.Errorf("the checks say %q", none)
			}
		})
	}
}

// A keyring that does not answer is given up, at once when somebody stops; what
// it keeps later on, after all, is taken out again.
func TestStuckKeyring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &stuckRing{ring: ring{kept: map[string]string{}}, open: make(chan struct{})}
		a := &app{Sys: Sys{Keyring: k}}
		begun := time.Now()
		if err := a.keyringSet(t.Context(), "shop", tokenA); err == nil || !strings.Contains(err.Error(), "gave no answer within 5s") || model.Hint(err) == "" {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begun); took != keyringPatience {
			t.Errorf("given up after %s", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := a.keyringGet(ctx, "shop"); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped: %v", err)
		}
		close(k.open)
		synctest.Wait()
		if len(k.kept) != 0 {
			t.Errorf("it was said not to be kept, and is: %v", k.kept)
		}
		if err := a.keyringSet(t.Context(), "shop", tokenA); err != nil || len(k.kept) != 1 {
			t.Errorf("unlocked: %v, %v", err, k.kept)
		}

		// A token that comes when nobody waits any more is there the next time.
		k.open = make(chan struct{})
		if _, err := a.keyringGet(t.Context(), "shop"); err == nil {
			t.Error("a locked keyring gave a token")
		}
		close(k.open)
		synctest.Wait()
		k.fail = errors.New("locked again")
		if token, err := a.keyringGet(t.Context(), "shop"); string(token) != tokenA || err != nil {
			t.Errorf("a token of %d characters, %v", len(token), err)
		}
	})
}
