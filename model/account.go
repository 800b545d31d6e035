package model

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A TokenKeep says where the access token of an account is. The token itself is
// never in the database.
type TokenKeep string

// The places of a token.
const (
	KeepKeyring TokenKeep = "keyring" // the system's keyring, under Account.Slot
	KeepFile    TokenKeep = "file"    // a file that only its owner can read; Account.File names it
	KeepMemory  TokenKeep = "memory"  // this run of the program only
	KeepEnv     TokenKeep = "env"     // UNSENT_TOKEN, which stands in where no account has a token
	KeepNone    TokenKeep = "none"    // nowhere: the account was added without one
)

// An Account is a business account that the checks may ask about, and what is
// known of the token that asks for it.
type Account struct {
	Name    string    `json:"name"`                       // the agent's word for it, unique whatever the case of its letters
	WABA    string    `json:"waba_id,omitzero"`           // WhatsApp Business Account ID, digits
	Phones  []string  `json:"phone_number_ids,omitempty"` // phone number IDs, digits
	App     string    `json:"app_id,omitzero"`            // the Meta app that sends, digits
	Keep    TokenKeep `json:"token"`
	File    string    `json:"token_file,omitzero"`    // where Keep is KeepFile: its absolute name
	Slot    string    `json:"-"`                      // where Keep is KeepKeyring: the name of the keyring's entry
	Expires time.Time `json:"token_expires,omitzero"` // UTC, as the token check last saw it; zero: not known, or never
	Checked time.Time `json:"token_checked,omitzero"` // UTC, when Meta last said when it expires; zero: it was not asked
	Added   time.Time `json:"added"`                  // UTC
}

// What an id and a name may be. Meta documents ids as strings of digits and
// gives no length; those of public examples have 5 to 17.
const (
	shortestID  = 5
	longestID   = 20
	longestName = 40
)

// ParseID reads an id of Meta's (WABA, phone number ID, app): digits only. Space
// around it, which a paste brings along, is left out. The error says which
// character is none of an id and has a hint.
func ParseID(text string) (string, error) {
	id := trimPaste(text)
	if id == "" {
		return "", WithHint(fmt.Errorf("the id is empty"), "an id of Meta's has digits only, for example 102290129340398")
	}
	at := 0
	for _, r := range id {
		if at++; r >= '0' && r <= '9' {
			continue
		}
		hint := "an id of Meta's has digits only; copy it from WhatsApp Manager or ask the CRM for it"
		switch {
		case r == '+' && at == 1, strings.ContainsRune(" -().\u00a0", r):
			hint = "this looks like a telephone number; the phone number ID is another number, which stands beside it in WhatsApp Manager"
		case strings.ContainsRune("oO", r):
			hint = "is it the digit 0?"
		case strings.ContainsRune("lI|", r):
			hint = "is it the digit 1?"
		case unicode.IsDigit(r):
			hint = "write it with the digits 0 to 9"
		}
		return "", WithHint(fmt.Errorf("character %d of the id is %q, which is no digit", at, r), hint)
	}
	if at < shortestID || at > longestID {
		return "", WithHint(fmt.Errorf("the id has %d digits", at), fmt.Sprintf("an id of Meta's has %d to %d; is a part missing, or are two ids in one?", shortestID, longestID))
	}
	return id, nil
}

// Clean is the account as it may be kept: names and ids trimmed, each phone
// number ID once. The error names the field and has a hint. Where the token is
// does not concern it.
func (a Account) Clean() (Account, error) {
	a.Name = trimPaste(a.Name)
	switch n := utf8.RuneCountInString(a.Name); {
	case n == 0:
		return a, WithHint(fmt.Errorf("the account has no name"), "any short word that tells it from others, for example shop")
	case n > longestName:
		return a, WithHint(fmt.Errorf("the account's name has %d characters", n), fmt.Sprintf("%d are the most", longestName))
	case !utf8.ValidString(a.Name) || strings.ContainsFunc(a.Name, func(r rune) bool { return !unicode.IsPrint(r) }):
		return a, WithHint(fmt.Errorf("the account's name has a character that cannot be shown"), "use letters, digits and spaces")
	}
	var err error
	if a.WABA, err = optionalID("WABA", a.WABA); err != nil {
		return a, err
	}
	if a.App, err = optionalID("app", a.App); err != nil {
		return a, err
	}
	var phones []string
	seen := map[string]bool{}
	for _, p := range a.Phones {
		id, err := optionalID("phone number", p)
		if err != nil {
			return a, err
		}
		if id != "" && !seen[id] {
			phones, seen[id] = append(phones, id), true
		}
	}
	if a.Phones = phones; a.WABA == "" && len(phones) == 0 {
		return a, WithHint(fmt.Errorf("the account has neither a WABA nor a phone number ID"),
			"give at least one: by them a failed message finds its account, and 'unsent show' names those of the log")
	}
	return a, nil
}

// optionalID is ParseID for a field that may be left empty.
func optionalID(field, text string) (string, error) {
	if trimPaste(text) == "" {
		return "", nil
	}
	id, err := ParseID(text)
	if err != nil {
		return "", WithHint(fmt.Errorf("reading the %s ID: %w", field, err), Hint(err))
	}
	return id, nil
}

// trimPaste leaves out what a paste brings along around a text: spaces, line
// breaks, and the signs without width that web pages and mails put there.
func trimPaste(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' || r == '\u2060'
	})
}

// Warning is what is to be said of when the account's token expires, seen at
// now; empty when nothing is.
func (a *Account) Warning(now time.Time) string {
	left := a.Expires.Sub(now)
	switch {
	case a.Expires.IsZero():
		return ""
	case left <= 0:
		return "the token has expired on " + a.Expires.UTC().Format("2006-01-02 15:04 UTC") + "; make a new one"
	case left < 48*time.Hour:
		return fmt.Sprintf("the token expires in %d hours; make a new one now", int(left.Hours()))
	case left < 7*24*time.Hour:
		return fmt.Sprintf("the token expires in %d days; make a new one in time", int(left.Hours()/24))
	}
	return ""
}
