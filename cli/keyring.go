package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"

	"unsent/check/graph"
	"unsent/model"
)

// A Keyring keeps secrets for its user, outside of this program: the Keychain of
// macOS, the Credential Manager of Windows, the Secret Service of a desktop.
type Keyring interface {
	Set(service, entry, secret string) error
	Get(service, entry string) (string, error)
	Delete(service, entry string) error // no error when there is none
}

// keyringService is the name under which all entries of unsent are kept.
const keyringService = "unsent"

// keyringPatience is how long a keyring may take: one that is locked asks its
// user for a password first, perhaps on a screen that nobody looks at.
const keyringPatience = 5 * time.Second

var errNoKeyring = errors.New("this machine has no system keyring that can be reached from here")

// systemKeyring is the one of the machine. It needs no C and no program of its own.
type systemKeyring struct{}

func (systemKeyring) Set(service, entry, secret string) error {
	_, err := ofKeyring(func() (string, error) { return "", keyring.Set(service, entry, secret) })
	return err
}

func (systemKeyring) Get(service, entry string) (string, error) {
	return ofKeyring(func() (string, error) { return keyring.Get(service, entry) })
}

func (systemKeyring) Delete(service, entry string) error {
	_, err := ofKeyring(func() (string, error) { return "", keyring.Delete(service, entry) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	return err
}

// ofKeyring asks, and puts the answer in words of ours where the library's are
// for programmers.
func ofKeyring(ask func() (string, error)) (string, error) {
	if !sessionBus() {
		return "", errNoKeyring
	}
	secret, err := ask()
	switch {
	case err == nil:
		return secret, nil
	case keyringMissing(err):
		return "", errNoKeyring
	case errors.Is(err, keyring.ErrNotFound):
		return "", fmt.Errorf("it has no such entry any more: %w", err)
	}
	return "", fmt.Errorf("the system keyring says no: %w", err)
}

// Asking the keyring cannot be stopped, only left behind. What it kept all the
// same is taken out again, since somebody was told that nothing is kept; what it
// hands over all the same, because its password was typed at last, is there when
// it is wanted next.

func (a *app) keyringSet(ctx context.Context, entry, secret string) error {
	_, err := a.keyringDo(ctx, func() (string, error) { return "", a.Keyring.Set(keyringService, entry, secret) },
		func(string) { _ = a.Keyring.Delete(keyringService, entry) })
	return err
}

// keyringGet reads a token out of the keyring, once in a run.
func (a *app) keyringGet(ctx context.Context, entry string) (graph.Token, error) {
	if t := a.tokens.slot(entry); t != "" {
		return t, nil
	}
	learn := func(secret string) (graph.Token, error) {
		t, _, err := readToken(secret)
		if err == nil && t != "" {
			a.tokens.rememberSlot(entry, t)
		}
		return t, err
	}
	secret, err := a.keyringDo(ctx, func() (string, error) { return a.Keyring.Get(keyringService, entry) },
		func(late string) { _, _ = learn(late) })
	if err != nil {
		return "", err
	}
	return learn(secret)
}

func (a *app) keyringDelete(ctx context.Context, entry string) error {
	_, err := a.keyringDo(ctx, func() (string, error) { return "", a.Keyring.Delete(keyringService, entry) }, func(string) {})
	return err
}

// keyringDo asks the keyring; an answer that comes when nobody waits any more
// goes to late.
func (a *app) keyringDo(ctx context.Context, do func() (string, error), late func(secret string)) (string, error) {
	if a.Keyring == nil {
		return "", errNoKeyring
	}
	type answer struct {
		secret string
		err    error
	}
	ch := make(chan answer) // taken or not: the one who waits decides
	gone := make(chan struct{})
	go func() {
		secret, err := do()
		select {
		case ch <- answer{secret, err}:
		case <-gone:
			if err == nil {
				late(secret)
			}
		}
	}()
	end := time.NewTimer(keyringPatience)
	defer end.Stop()
	select {
	case got := <-ch:
		return got.secret, got.err
	case <-end.C:
		close(gone)
		return "", model.WithHint(fmt.Errorf("the system keyring gave no answer within %s", keyringPatience), "it may be locked: unlock it and try again")
	case <-ctx.Done():
		close(gone)
		return "", ctx.Err()
	}
}
