package door

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"unsent/model"
)

// What a token may have, in bytes. Meta promises no length ("may change over
// time"); those of its examples have 40 to 300, and the smallest keyring holds
// 2,560.
const (
	minSecret = 8
	maxSecret = 2048
)

const (
	secretHint = "copy the token again in one piece, and nothing but the token"
	maskHint   = "what was copied is a shortened or hidden form; copy the token from where it is shown whole"
)

// CleanSecret reads an access token as somebody pasted it. What a paste brings
// along at its ends (spaces, line breaks, quotes, "Bearer ", invisible
// characters) is taken off, and repaired says so in a sentence; whatever stands
// inside a token and cannot belong to one is an error, since leaving it out
// would be a guess. Neither the sentence nor the error holds any of the token,
// and the error has a hint.
//
// It is the rule for every token, wherever it comes from: a form, the standard
// input, the environment, a file.
func CleanSecret(text string) (secret, repaired string, err error) {
	s, took := text, []string{}
	for {
		before := s
		if t := strings.TrimFunc(s, blank); t != s {
			s, took = t, with(took, "spaces or line breaks")
		}
		if t, ok := cutWord(s, "authorization:"); ok {
			s, took = t, with(took, `"Authorization:"`)
		}
		if t, ok := cutWord(s, "bearer "); ok {
			s, took = t, with(took, `"Bearer"`)
		}
		if t, ok := cutQuotes(s); ok {
			s, took = t, with(took, "quotes")
		}
		if s == before {
			break
		}
	}
	if err := judgeSecret(s); err != nil {
		return "", "", err
	}
	if len(took) > 0 {
		repaired = "taken off around the token: " + strings.Join(took, ", ")
	}
	return s, repaired, nil
}

// named is how a token stands in an address or a settings file.
const named = "access_token="

func judgeSecret(s string) error {
	bad := func(hint, format string, args ...any) error {
		return model.WithHint(fmt.Errorf(format, args...), hint)
	}
	switch {
	case s == "":
		return bad(secretHint, "the access token is empty")
	case len(s) > maxSecret:
		return bad(secretHint, "the access token has %d bytes, more than any token has", len(s))
	case len(s) < minSecret:
		return bad(secretHint, "the access token has %d bytes, fewer than any token has", len(s))
	case len(s) > len(named) && strings.EqualFold(s[:len(named)], named), strings.Contains(s, "://"):
		return bad("give only the token's own letters and digits, which often begin with EAA", "the access token has something around it, such as a name or an address")
	case strings.Contains(s, "...") || strings.ContainsAny(s, "…*•●"):
		return model.WithHint(errors.New("the access token is not whole"), maskHint)
	}
	place := 0
	for _, r := range s {
		place++
		switch {
		case r == '\n' || r == '\r':
			return bad(secretHint, "the access token has a line break in it, at character %d", place)
		case unicode.IsSpace(r):
			return bad(secretHint, "the access token has a space in it, at character %d", place)
		case r < 0x20 || r == 0x7f:
			return bad(secretHint, "the access token has a control character in it, at character %d (U+%04X)", place, r)
		case r > 0x7e:
			return bad(secretHint, "the access token has a character in it that no token has, at character %d (U+%04X)", place, r)
		case strings.ContainsRune("\"'`,;<>{}()[]\\&?", r):
			return bad(secretHint, "the access token has a sign in it that no token has, at character %d (%q)", place, string(r))
		}
	}
	return nil
}

// blank is what may stand around a token unseen.
func blank(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || r == 0
}

func cutWord(s, word string) (string, bool) {
	if len(s) > len(word) && strings.EqualFold(s[:len(word)], word) {
		return s[len(word):], true
	}
	return s, false
}

// cutQuotes takes off one pair of quotes, straight or curly.
func cutQuotes(s string) (string, bool) {
	for _, q := range []struct{ open, shut string }{{`"`, `"`}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}} {
		if len(s) >= len(q.open)+len(q.shut) && strings.HasPrefix(s, q.open) && strings.HasSuffix(s, q.shut) {
			return s[len(q.open) : len(s)-len(q.shut)], true
		}
	}
	return s, false
}

func with(all []string, one string) []string {
	for _, s := range all {
		if s == one {
			return all
		}
	}
	return append(all, one)
}
