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
		if !alphanumeric(text[at]) {
			at++
			continue
		}
		end := idEnd(text, at)
		if end == 0 {
			for at < len(text) && alphanumeric(text[at]) {
				at++
			}
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

// idEnd is where the id ends that begins at text[at], 0 when there is none.
func idEnd(text string, at int) int {
	if strings.HasPrefix(text[at:], "wamid.") {
		end := at + len("wamid.")
		for end < len(text) && (alphanumeric(text[end]) || strings.IndexByte("+/=_-", text[end]) >= 0) {
			end++
		}
		return end
	}
	if uuid(text[at:]) {
		return at + 36
	}
	digits, letters, end := 0, 0, at
	for end < len(text) && alphanumeric(text[end]) {
		if text[end] >= '0' && text[end] <= '9' {
			digits++
		} else {
			letters++
		}
		end++
	}
	switch {
	case letters == 0 && digits >= 8:
		return end
	case digits >= 3 && digits+letters >= 12:
		return end
	}
	return 0
}

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
