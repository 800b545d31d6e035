package store

import "strings"

// folded stands in a wording where a message had an id of its own.
const folded = "…"

// fold takes what is peculiar to one message out of a text: phone numbers, ids
// and hashes. What is left repeats, so that a million rows have some hundred
// wordings. Each part that was taken out is given to each, if that is set.
// Codes (at most seven digits) and ordinary words stay.
func fold(text string, each func(id string)) string {
	var out strings.Builder
	kept := 0
	for at := 0; at < len(text); {
		if class[text[at]] == 0 {
			at++
			continue
		}
		end, isID := wordAt(text, at)
		if !isID {
			at = end
			continue
		}
		if each != nil {
			each(text[at:end])
		}
		out.WriteString(text[kept:at])
		out.WriteString(folded)
		at, kept = end, end
	}
	if kept == 0 {
		return text
	}
	out.WriteString(text[kept:])
	return out.String()
}

// wordAt is where the word ends that begins at text[at], and whether it is an id.
func wordAt(text string, at int) (end int, isID bool) {
	digits := 0
	for end = at; end < len(text) && class[text[end]] != 0; end++ {
		digits += int(class[text[end]] & 1)
	}
	n := end - at
	switch {
	case n == 8 && uuid(text[at:]):
		return at + 36, true
	case n == 5 && strings.HasPrefix(text[at:], "wamid."):
		for end++; end < len(text) && (alphanumeric(text[end]) || strings.IndexByte("+/=_-", text[end]) >= 0); {
			end++
		}
		return end, true
	}
	return end, digits >= 3 && n >= 12 || digits == n && n >= 8
}

// class tells what a byte is: 3 a digit, 2 a letter, 0 something else.
var class = func() (t [256]byte) {
	for c := range t {
		switch b := byte(c); {
		case b >= '0' && b <= '9':
			t[c] = 3
		case alphanumeric(b):
			t[c] = 2
		}
	}
	return t
}()

// uuid reports whether s begins with 8-4-4-4-12 hexadecimal digits.
func uuid(s string) bool {
	if len(s) < 36 || len(s) > 36 && alphanumeric(s[36]) {
		return false
	}
	for i := range 36 {
		c := s[i] | 0x20
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if s[i] != '-' {
				return false
			}
		case c >= 'a' && c <= 'f', c >= '0' && c <= '9' && s[i] == c:
		default:
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
