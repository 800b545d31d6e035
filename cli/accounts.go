package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"unsent/check/graph"
	"unsent/model"
	"unsent/safe"
	"unsent/store"
)

// accounts are the business accounts of one database with their tokens, for the
// commands and for the screen.
type accounts struct {
	a *app
	s *store.Store
	// brief means that this run ends with the command, so that keeping a token
	// in memory would keep it from nobody for nothing.
	brief bool

	mu    sync.Mutex
	asked map[model.Target]string // the account whose own token the checks of a case use
}

// Accounts are all accounts by name. Keep says where a token is for this run.
func (d *accounts) Accounts(ctx context.Context) ([]model.Account, error) {
	all, err := d.s.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	env, _, _ := d.a.envToken()
	for i := range all {
		acc := &all[i]
		if acc.Keep != model.KeepNone {
			continue
		}
		if d.a.tokens.of(acc.Name) != "" {
			acc.Keep = model.KeepMemory
			continue
		}
		// What was seen of a token that an earlier run had is over with it.
		acc.Expires, acc.Checked = time.Time{}, time.Time{}
		if env != "" {
			acc.Keep = model.KeepEnv
		}
	}
	return all, nil
}

// named is the account of a name, whatever the case of its letters.
func named(all []model.Account, name string) (model.Account, bool) {
	for _, acc := range all {
		if strings.EqualFold(acc.Name, strings.TrimSpace(name)) {
			return acc, true
		}
	}
	return model.Account{}, false
}

// AddAccount keeps an account in place of the one with its name. Its token is
// what token says, or in acc.File; an empty token leaves an account that has one
// as it is. It answers with one sentence: where the token is now.
func (d *accounts) AddAccount(ctx context.Context, acc model.Account, token string) (string, error) {
	acc, err := acc.Clean()
	if err != nil {
		return "", err
	}
	if safe.HasSecret(acc.Name, d.a.secrets()...) {
		return "", model.WithHint(errors.New("the account's name looks like a token"), "a name is shown and kept; any short word will do, for example shop")
	}
	tok, repaired, err := readToken(token)
	if err != nil {
		return "", err
	}
	d.a.tokens.seen(tok)
	all, err := d.s.Accounts(ctx)
	if err != nil {
		return "", err
	}
	before, _ := named(all, acc.Name)
	acc.Keep, acc.Slot, acc.Expires, acc.Checked = model.KeepNone, "", time.Time{}, time.Time{}
	var said string
	switch {
	case tok != "":
		acc.File = ""
		said = d.keep(ctx, &acc, tok)
		if repaired != "" {
			said += " (" + repaired + ")"
		}
	case acc.File != "":
		if said, err = d.keepFile(&acc); err != nil {
			return "", err
		}
	case before.Name != "":
		acc.Keep, acc.File, acc.Slot, acc.Expires, acc.Checked = before.Keep, before.File, before.Slot, before.Expires, before.Checked
		said = "its token is where it was: " + d.where(acc)
	default:
		said = "it has no token; " + giveToken(acc.Name)
	}
	if err := d.s.SetAccount(ctx, acc); err != nil {
		if acc.Slot != "" && acc.Slot != before.Slot {
			err = errors.Join(err, d.a.keyringDelete(ctx, acc.Slot))
		}
		return "", err
	}
	if other := twin(all, acc); other != "" {
		said += "; but " + other + " has the same ids, and no check can tell which of the two to ask as: remove one"
	}
	if before.Slot != "" && before.Slot != acc.Slot {
		if err := d.a.keyringDelete(ctx, before.Slot); err != nil {
			said += fmt.Sprintf("; the token before it is still in the keyring (entry %s of %s): %v", before.Slot, keyringService, err)
		}
		d.a.tokens.forget("", before.Slot)
	}
	return d.a.clean("account " + acc.Name + ": " + said), nil
}

// twin is another account that fits every case that acc fits; empty when there is
// none.
func twin(all []model.Account, acc model.Account) string {
	for _, other := range all {
		if strings.EqualFold(other.Name, acc.Name) || other.WABA != acc.WABA {
			continue
		}
		if acc.WABA != "" && len(acc.Phones) == 0 && len(other.Phones) == 0 ||
			slices.ContainsFunc(acc.Phones, func(id string) bool { return slices.Contains(other.Phones, id) }) {
			return other.Name
		}
	}
	return ""
}

// keep puts a token where it lasts longest, and says where that is.
func (d *accounts) keep(ctx context.Context, acc *model.Account, token graph.Token) string {
	slot := newSlot(acc.Name)
	err := d.a.keyringSet(ctx, slot, string(token))
	if err == nil {
		acc.Keep, acc.Slot = model.KeepKeyring, slot
		d.a.tokens.forget(acc.Name, "")
		d.a.tokens.rememberSlot(slot, token)
		return "its token is in the system keyring"
	}
	if d.brief {
		return "its token is NOT kept: " + err.Error() + "; set UNSENT_TOKEN, or put the token into a file that only you can read and name that with --token-file"
	}
	d.a.tokens.remember(acc.Name, token)
	return "its token is kept in memory until this program ends: " + err.Error()
}

// keepFile notes the file that has the token, after a look into it.
func (d *accounts) keepFile(acc *model.Account) (string, error) {
	name, err := filepath.Abs(acc.File)
	if err != nil {
		return "", fmt.Errorf("finding the token file: %w", err)
	}
	if _, err := d.a.readTokenFile(name); err != nil {
		return "", err
	}
	acc.Keep, acc.File = model.KeepFile, name
	d.a.tokens.forget(acc.Name, "")
	said := "its token is read from " + name + " each time"
	if d.a.GOOS == "windows" {
		said += "; whether others on this machine can read that file cannot be told on Windows"
	}
	return said, nil
}

// newSlot is a name for an entry of the keyring that no other account has, also
// none of another database.
func newSlot(name string) string {
	word := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' {
			return r
		}
		return '_'
	}, name)
	return word + "." + rand.Text()[:12]
}

// where says in a few words where an account's token is.
func (d *accounts) where(acc model.Account) string {
	switch acc.Keep {
	case model.KeepKeyring:
		return "the system keyring"
	case model.KeepFile:
		return acc.File
	case model.KeepMemory:
		return "memory, until this program ends"
	case model.KeepEnv:
		return "none of its own; UNSENT_TOKEN stands in"
	}
	if d.a.tokens.of(acc.Name) != "" {
		return "memory, until this program ends"
	}
	return "nowhere, it has none"
}

// giveToken says how an account gets a token.
func giveToken(name string) string {
	return fmt.Sprintf("give it one (B in the console, or 'unsent account add %s'), or set UNSENT_TOKEN", name)
}

// RemoveAccount forgets an account and takes its token out of the keyring. Where
// a keyring is there and does not let go of it the account stays, so that it can
// be tried again.
func (d *accounts) RemoveAccount(ctx context.Context, name string) error {
	_, err := d.remove(ctx, name)
	return err
}

// remove also says what became of the token.
func (d *accounts) remove(ctx context.Context, name string) (said string, err error) {
	all, err := d.s.Accounts(ctx)
	if err != nil {
		return "", err
	}
	acc, ok := named(all, name)
	if !ok {
		return "", model.WithHint(fmt.Errorf("removing the account: there is none named %q", d.a.clean(name)), "'unsent account list' shows all")
	}
	said = "account " + acc.Name + " is removed"
	switch acc.Keep {
	case model.KeepKeyring:
		err := d.a.keyringDelete(ctx, acc.Slot)
		switch {
		case errors.Is(err, errNoKeyring):
			said += fmt.Sprintf("; its token is in a keyring that cannot be reached from here (entry %s of %s): remove it there", acc.Slot, keyringService)
		case err != nil:
			return "", model.WithHint(fmt.Errorf("taking the token of account %s out of the keyring: %w", acc.Name, err), "the account is left as it was; unlock the keyring and try again")
		default:
			said += ", and its token is out of the keyring"
		}
	case model.KeepFile:
		said += "; the token file is left as it is: " + acc.File
	}
	if err := d.s.RemoveAccount(ctx, acc.Name); err != nil {
		return "", err
	}
	d.a.tokens.forget(acc.Name, acc.Slot)
	return said, nil
}

// token reads the token of an account; empty when it has none of its own.
func (d *accounts) token(ctx context.Context, acc model.Account) (graph.Token, error) {
	switch acc.Keep {
	case model.KeepFile:
		return d.a.readTokenFile(acc.File)
	case model.KeepKeyring:
		t, err := d.a.keyringGet(ctx, acc.Slot)
		if err != nil {
			return "", model.WithHint(fmt.Errorf("reading the token out of the system keyring: %w", err), cmp.Or(model.Hint(err), giveToken(acc.Name)))
		}
		return t, nil
	}
	return d.a.tokens.of(acc.Name), nil
}

// note keeps what the token check saw of the expiry with the account whose token
// it was. Any other finding is none of its business.
func (d *accounts) note(ctx context.Context, about model.Target, f model.Finding) error {
	if f.Check != "token" {
		return nil
	}
	d.mu.Lock()
	name := d.asked[about]
	d.mu.Unlock()
	expires, ok := expiryIn(f.Raw)
	if !ok || name == "" {
		return nil
	}
	return d.s.SetTokenExpiry(ctx, name, expires, f.At)
}

// expiryIn reads when a token expires out of Meta's answer to debug_token; the
// zero time for never. It is not known where the answer is none, or where the
// token is not valid and has no time.
//
// Source: developers.facebook.com/docs/graph-api/reference/debug_token, read
// 22 November 2026: expires_at is in seconds, 0 for never.
func expiryIn(raw string) (time.Time, bool) {
	_, body, found := strings.Cut(raw, "{")
	var answer struct {
		Data struct {
			Expires *int64 `json:"expires_at"`
			Valid   bool   `json:"is_valid"`
		} `json:"data"`
	}
	if !found || json.NewDecoder(strings.NewReader("{"+body)).Decode(&answer) != nil || answer.Data.Expires == nil {
		return time.Time{}, false
	}
	switch at := *answer.Data.Expires; {
	case at > 0:
		return time.Unix(at, 0).UTC(), true
	case at == 0 && answer.Data.Valid:
		return time.Time{}, true
	}
	return time.Time{}, false
}
