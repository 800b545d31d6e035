package cli

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"unsent/check/graph"
	"unsent/model"
)

// What a token may be. Meta promises no length ("may change over time"); those
// of its examples have 40 to 300 characters, and the smallest keyring holds 2,560
// bytes.
const (
	shortestToken = 8
	longestToken  = 2048
)

// readToken reads an access token as somebody pasted it. Space and line breaks
// around it are left out, which trimmed tells. The error names the place of what
// is wrong and never the text itself; it has a hint. Empty text is no token.
func readToken(text string) (token graph.Token, trimmed bool, err error) {
	t := strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' || r == '\u2060' })
	trimmed = t != "" && strings.TrimRight(text, "\r\n") != t // Enter at the end is how a line is given
	bad := func(hint, format string, args ...any) (graph.Token, bool, error) {
		return "", trimmed, model.WithHint(fmt.Errorf("reading the token: "+format, args...), hint)
	}
	lower := strings.ToLower(t[:min(len(t), 40)])
	switch {
	case t == "":
		return "", false, nil
	case strings.HasPrefix(lower, "bearer"), strings.HasPrefix(lower, "authorization"):
		return bad("leave out everything up to and with the word Bearer, and give what comes after it", "it begins as a header does")
	case strings.HasPrefix(lower, "access_token"), strings.HasPrefix(lower, "http"), strings.HasPrefix(lower, "{"):
		return bad("give only the token's own letters and digits, which often begin with EAA", "there is something around it")
	case strings.ContainsRune(`"'`+"`", rune(t[0])), strings.ContainsRune(`"'`+"`", rune(t[len(t)-1])):
		return bad("leave the quotation marks out", "it stands in quotation marks")
	}
	at := 0
	for _, r := range t {
		if at++; r > ' ' && r < 0x7f {
			continue
		}
		what := fmt.Sprintf("U+%04X, which no token has", r)
		switch {
		case r == '\n' || r == '\r':
			what = "a line break"
		case unicode.IsSpace(r):
			what = "a space"
		case r == utf8.RuneError:
			what = "not text"
		}
		return bad("copy it again, in one piece: a token is one word", "character %d is %s", at, what)
	}
	switch {
	case at < shortestToken:
		return bad("copy the whole token; Meta's have many more", "it has only %d characters", at)
	case at > longestToken:
		return bad("is there more than one token in it? Meta's have some hundred", "it has %d characters", at)
	}
	return graph.Token(t), trimmed, nil
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
