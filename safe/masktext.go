package safe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"unsent/model"
)

// MaskText is s with people's numbers hidden, for free text that is shown to
// somebody who did not ask to see them: every message id becomes MaskWAMID's
// label, every number that may be a phone number becomes MaskPhone's. Such is
// a run of 8 to 15 digits, of any script and with the usual punctuation, that
// begins with an assigned calling code; after a plus seven digits are enough and
// any code is. Known are values that are masked wherever they stand: a phone
// number in any writing and with or without its country code, a message id,
// or any other text of at least three characters, which becomes "...".
//
// Dates, UUIDs, error codes, digits inside a mixed id and numbers of over 15
// digits are kept; so is a number of 14 or 15 digits, as accounts have, that
// its country's numbers cannot be as long as. MaskText of its own result changes
// nothing.
func MaskText(s string, known ...string) string {
	var numbers []string
	for _, k := range known {
		k = strings.TrimSpace(k)
		if utf8.RuneCountInString(k) < 3 || !strings.Contains(s, k) && Digits(k) == "" {
			continue
		}
		switch d := ParsePhone(k).Digits; {
		case len(d) >= 3 && strings.Trim(k, "0123456789+ ()./-") == "":
			numbers = append(numbers, d)
			continue
		case d != "":
			numbers = append(numbers, d)
		}
		label := "..."
		if at := wamidForm().FindStringIndex(k); at != nil && at[0] == 0 && at[1] == len(k) {
			label = MaskWAMID(k)
		}
		s = strings.ReplaceAll(s, k, label)
	}
	if countDigits(s) < leastDigits && len(numbers) == 0 && !wamidForm().MatchString(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	at := 0
	for _, keep := range settled().FindAllStringIndex(s, -1) {
		maskNumbers(&b, s[:keep[0]], at, numbers)
		part := s[keep[0]:keep[1]]
		if wamidForm().MatchString(part) {
			part = MaskWAMID(part)
		}
		b.WriteString(part)
		at = keep[1]
	}
	maskNumbers(&b, s, at, numbers)
	return b.String()
}

const wamidText = `wamid\.[A-Za-z0-9+/_=-]{4,}|\b(?:gBE|gBG|ABE|ABG)[A-Za-z0-9+/_=-]{17,}`

var (
	wamidForm = model.Pattern(wamidText)

	// settled is what maskNumbers must not look at: message ids, labels of
	// MaskWAMID, UUIDs, dates with their times.
	settled = model.Pattern(wamidText +
		`|wamid#[0-9a-f]{8}|\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b` +
		`|\b(?:19|20)[0-9]{2}[-/.](?:0?[1-9]|1[0-2])[-/.][0-3]?[0-9](?:[T ]+[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?)?\b` +
		`|\b[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:19|20)[0-9]{2}(?:[T ]+[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?)?\b`)
	compactDate = model.Pattern(`^(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$`)
)

func countDigits(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// maskNumbers writes s[at:] with its numbers masked. What is before at is there
// to tell what a run of digits follows on.
func maskNumbers(b *strings.Builder, s string, at int, known []string) {
	for i := at; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !unicode.IsDigit(r) && !(r == '+' || r == '(') {
			b.WriteString(s[i : i+n])
			i += n
			continue
		}
		end := runEnd(s, i)
		if end == i || r == '(' && !strings.Contains(s[i:end], ")") { // that one is around the number, not in it
			b.WriteString(s[i : i+n])
			i += n
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[end:])
		b.WriteString(maskRun(s[i:end], unicode.IsLetter(before) || unicode.IsLetter(after), known))
		i = end
	}
}

// runEnd is the end of the digits at i with their punctuation, of which at most
// three characters stand between two digits; i itself when there is no digit. A
// plus begins a number of its own.
func runEnd(s string, i int) int {
	end, signs := i, 0
	for j := i; j < len(s); {
		r, n := utf8.DecodeRuneInString(s[j:])
		switch {
		case unicode.IsDigit(r):
			end, signs = j+n, 0
		case r == '+' && end > i:
			return end
		case signs < 3 && strings.ContainsRune("+ ()./-\u00a0\u2007\u2009\u202f‐‑‒–—", r) || r >= 0x80 && hidden(r) && r != utf8.RuneError && signs < 3:
			signs++
		default:
			return end
		}
		j += n
	}
	return end
}

// maskRun is one run of digits, masked if it may be somebody's number. Inside a
// word it must be long enough not to be a part of an id.
func maskRun(run string, inWord bool, known []string) string {
	digits := Digits(run)
	if k, ok := knownNumber(digits, known); ok {
		return MaskPhone(k)
	}
	marked := strings.HasPrefix(run, "+") || strings.HasPrefix(run, "(+")
	if marked {
		if len(digits) < leastDigits {
			return run
		}
		if len(digits) <= mostDigits {
			return MaskPhone(digits)
		}
	}
	// Figures side by side are looked at one by one when one of them alone is a
	// number or all of them together are too many.
	if parts := strings.Split(run, " "); len(parts) > 1 {
		apart := len(digits) > mostDigits
		for _, p := range parts {
			n := countDigits(p)
			apart = apart || n >= 8 || n == 6 && (strings.HasPrefix(p, "13") || strings.HasPrefix(p, "14"))
		}
		if apart {
			for i, p := range parts {
				if p != "" {
					parts[i] = maskRun(p, inWord && (i == 0 || i == len(parts)-1), known)
				}
			}
			return strings.Join(parts, " ")
		}
	}
	p, ok := planOf(strings.TrimPrefix(digits, "00"))
	behind := len(strings.TrimPrefix(digits, "00")) - len(p.code)
	switch {
	case !ok, len(digits) < 8, inWord && len(digits) < 10, compactDate().MatchString(run):
		return run
	case len(digits) > mostDigits && !strings.HasPrefix(digits, "00"), len(digits) > mostDigits+2:
		return run
	case len(digits) >= 14 && strings.Trim(run, "0123456789") == "" && p.most > 0 && (behind < p.least || behind > p.most):
		return run
	}
	return MaskPhone(strings.TrimPrefix(digits, "00"))
}

// knownNumber is the known number that digits are, contain, or are the national
// form of.
func knownNumber(digits string, known []string) (string, bool) {
	national := strings.TrimLeft(digits, "0")
	for _, k := range known {
		switch {
		case digits == k, len(k) >= leastDigits && strings.Contains(digits, k),
			len(national) >= leastDigits && strings.HasSuffix(k, national):
			return k, true
		}
	}
	return "", false
}
