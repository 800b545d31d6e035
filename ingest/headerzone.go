package ingest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// anyMinus makes one sign of those that stand for a minus.
var anyMinus = strings.NewReplacer("−", "-", "–", "-", "—", "-", "‐", "-", "‑", "-", "﹣", "-", "－", "-", "＋", "+", "（", "(", "）", ")", "\u00a0", " ", "\u202f", " ")

// headerZone reads a zone out of a header, as in "Sent At (UTC)", "Date
// (GMT+05:30)" or "Time (UTC/GMT −3 São Paulo)". What does not give one offset for
// sure gives none: the times then count as without a zone, and that is said.
func headerZone(h string) (offset int, name string, ok bool) {
	u := anyMinus.Replace(strings.ToUpper(h))
	for _, word := range []string{"UTC", "GMT"} {
		at := strings.Index(u, word)
		if at < 0 || at > 0 && isLetter(u[at-1]) {
			continue
		}
		rest := strings.TrimLeft(u[at+3:], " ")
		for _, same := range []string{"/GMT", "/UTC", "(GMT", "(UTC"} {
			rest = strings.TrimLeft(strings.TrimPrefix(rest, same), " ")
		}
		if rest != "" && isLetter(rest[0]) {
			continue
		}
		if first, _ := utf8.DecodeRuneInString(rest); strings.ContainsRune("+-±", first) || unicode.IsDigit(first) {
			return zoneDigits(rest)
		}
		return 0, "UTC", !offsetIn(u)
	}
	return 0, "", false
}

// zoneDigits reads "+5:30 MUMBAI)", "-03:00)", "+0530" or "+5.5".
func zoneDigits(s string) (offset int, name string, ok bool) {
	if s[0] != '+' && s[0] != '-' {
		return 0, "", false
	}
	sign, s := s[0], strings.TrimLeft(s[1:], " ")
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	hours, rest := s[:n], s[n:]
	minutes := "00"
	switch {
	case n == 4:
		hours, minutes = hours[:2], hours[2:]
	case n == 0 || n > 2:
		return 0, "", false
	case rest != "" && strings.ContainsRune(":.", rune(rest[0])):
		m := 1
		for m < len(rest) && isDigit(rest[m]) {
			m++
		}
		switch part := rest[1:m]; {
		case m == 3 && (rest[0] == ':' || part == "30" || part == "45" || part == "00"):
			minutes = part
		case m == 2 && rest[0] == '.' && part == "5":
			minutes = "30"
		case m == 1 && rest[0] == '.': // the end of a sentence
		default:
			return 0, "", false
		}
		rest = rest[m:]
	}
	h, m := atoi(hours), atoi(minutes)
	if h > 14 || m > 59 || offsetIn(rest) || strings.ContainsAny(rest, "½¼¾") {
		return 0, "", false // two offsets are those of summer and winter
	}
	if offset = h*3600 + m*60; sign == '-' {
		offset = -offset
	}
	return offset, fmt.Sprintf("UTC%c%02d:%02d", sign, h, m), true
}

// offsetIn reports whether there is an offset in s.
func offsetIn(s string) bool {
	for i := 1; i < len(s); i++ {
		if isDigit(s[i]) && (s[i-1] == '+' || s[i-1] == '-' && (i == 1 || !isDigit(s[i-2]))) {
			return true
		}
	}
	return false
}
