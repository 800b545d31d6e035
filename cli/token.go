package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"unsent/check/graph"
	"unsent/model"
)

// readToken reads an access token as somebody pasted it, by the rules of package graph.
// What was taken off around it repaired says, unless it is the line's own end.
// The error never shows the text and has a hint. Empty text is no token.
func readToken(text string) (token graph.Token, repaired string, err error) {
	if strings.TrimSpace(text) == "" {
		return "", "", nil
	}
	token, repaired, err = graph.CleanToken(strings.TrimRight(text, "\r\n"))
	if err != nil {
		err = fmt.Errorf("reading the token: %w", err)
	}
	return token, repaired, err
}

// tokens are those that this run of the program knows: given to it, or read out
// of the keyring. They are nowhere else in memory for longer than a call.
type tokens struct {
	mu     sync.Mutex
	memory map[string]graph.Token // by the name of the account, in lower case
	slots  map[string]graph.Token // by the keyring's entry
	known  []string               // all that were ever seen in this run, to be masked
}

func (t *tokens) seen(token graph.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := string(token); s != "" && !slices.Contains(t.known, s) {
		t.known = append(t.known, s)
	}
}

func (t *tokens) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.known)
}

func (t *tokens) remember(name string, token graph.Token) {
	t.seen(token)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.memory == nil {
		t.memory = map[string]graph.Token{}
	}
	t.memory[strings.ToLower(name)] = token
}

func (t *tokens) of(name string) graph.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.memory[strings.ToLower(name)]
}

func (t *tokens) forget(name, slot string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.memory, strings.ToLower(name))
	delete(t.slots, slot)
}

func (t *tokens) slot(slot string) graph.Token {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.slots[slot]
}

func (t *tokens) rememberSlot(slot string, token graph.Token) {
	t.seen(token)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.slots == nil {
		t.slots = map[string]graph.Token{}
	}
	t.slots[slot] = token
}

// envToken is the token of the environment, which is used where no account has
// one, and what names it; both are empty when there is none.
func (a *app) envToken() (token graph.Token, from string, err error) {
	if text := a.Getenv("UNSENT_TOKEN"); strings.TrimSpace(text) != "" {
		token, _, err = readToken(text)
		a.tokens.seen(token)
		return token, "UNSENT_TOKEN", inEnv("UNSENT_TOKEN", err)
	}
	if name := a.Getenv("UNSENT_TOKEN_FILE"); name != "" {
		token, err = a.readTokenFile(name)
		return token, "UNSENT_TOKEN_FILE", inEnv("UNSENT_TOKEN_FILE", err)
	}
	return "", "", nil
}

func inEnv(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("using %s: %w", name, err)
}

// withHint is an error with what to do now, as one sentence for a finding.
func withHint(err error) string {
	if h := model.Hint(err); h != "" {
		return err.Error() + "; " + h
	}
	return err.Error()
}
