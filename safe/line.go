package safe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may stand on one letter. The scripts in
// use need at most four; more is an attempt to paint over the neighbours.
const maxMarks = 6

// Line makes s fit for one line of a screen. Everything that a terminal could
// obey, and everything that would be invisible or would reorder the line, is
// replaced by a visible sign, because it is evidence: ESC becomes "␛", another
// control ^X, a line break "↵", a direction control "<U+202E>", a byte that is
// no UTF-8 "<0x9B>". A tab becomes a space. What is printable stays as it is,
// in every script. Line(Line(s)) is Line(s).
func Line(s string) string { return clean(s, false) }

// Text is Line for text of several lines: it keeps "\n", and writes "\r\n" as
// "\n".
func Text(s string) string { return clean(s, true) }

func clean(s string, keepBreaks bool) string {
	i := plainPrefix(s)
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	marks, start := 0, i == 0 // marks since the last base character; start: there is none
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		mark := false
		switch {
		case r == utf8.RuneError && n == 1:
			writeByte(&b, s[i])
		case r == '\n', r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			if r == '\r' {
				n = 2
			}
			if keepBreaks {
				b.WriteByte('\n')
				marks, start = 0, true
				i += n
				continue
			}
			b.WriteString("↵")
		case r == '\t':
			b.WriteByte(' ')
		case r == 0x1b:
			b.WriteString("␛")
		case r < 0x20:
			b.WriteByte('^')
			b.WriteRune(r + '@')
		case r == 0x7f:
			b.WriteString("^?")
		case r < 0x7f:
			b.WriteByte(byte(r))
		case hidden(r):
			writeCodePoint(&b, r)
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			mark = true
			marks++
			switch {
			case marks > maxMarks:
				writeCodePoint(&b, r)
				mark = false
			case start:
				// Without a letter of its own it would sit on whatever the screen
				// draws before this text.
				b.WriteString("◌")
				b.WriteString(s[i : i+n])
			default:
				b.WriteString(s[i : i+n])
			}
		default:
			b.WriteString(s[i : i+n])
		}
		if !mark {
			marks = 0
		}
		start = false
		i += n
	}
	return b.String()
}

// plainPrefix is the length of the part of s that is printable ASCII. Most text
// is nothing else.
func plainPrefix(s string) int {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f {
			return i
		}
	}
	return len(s)
}

// hidden reports whether r shows nothing, reorders what stands around it or is
// no character at all. Controls below U+0080 are handled before.
func hidden(r rune) bool {
	switch {
	case r < 0xa0:
		return true // C1: some terminals obey them as they do ESC sequences
	case r == 0xad, r == 0x34f, r == 0x61c:
		return true // soft hyphen, grapheme joiner, Arabic letter mark
	case r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0, r == 0x17b4, r == 0x17b5:
		return true // letters and vowels that are drawn as nothing
	case r >= 0x180b && r <= 0x180f:
		return true // Mongolian selectors and vowel separator
	case r == 0x2028, r == 0x2029:
		return true // line and paragraph separators
	case r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true // never characters
	case r >= 0xe0000 && r <= 0xe0fff:
		return true // tags and the supplementary variation selectors: invisible text
	case r >= 0xe000 && r <= 0xf8ff, r >= 0xf0000:
		return true // private use: the font decides what is seen
	}
	if !unicode.Is(unicode.Cf, r) {
		return false
	}
	// Format characters hide, except those few that are drawn around a number.
	return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

const hexDigits = "0123456789ABCDEF"

// writeCodePoint writes <U+202E>.
func writeCodePoint(b *strings.Builder, r rune) {
	b.WriteString("<U+")
	width := 16
	if r > 0xffff {
		width = 20
	}
	if r > 0xfffff {
		width = 24
	}
	for shift := width - 4; shift >= 0; shift -= 4 {
		b.WriteByte(hexDigits[r>>shift&0xf])
	}
	b.WriteByte('>')
}

// writeByte writes <0x9B>.
func writeByte(b *strings.Builder, c byte) {
	b.WriteString("<0x")
	b.WriteByte(hexDigits[c>>4])
	b.WriteByte(hexDigits[c&0xf])
	b.WriteByte('>')
}
