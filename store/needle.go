package store

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A needle is a text that is looked for in bytes: ASCII letters in either case,
// everything else as it is. It looks for the one of its bytes that is rarest in
// what is looked through, and compares only there.
type needle struct {
	text         []byte // letters in lower case
	rare         int    // place of the rarest byte
	lower, upper byte   // that byte in both cases
}

func lowered(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func raised(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

func newNeedle(text string) needle {
	n := needle{text: []byte(text)}
	for i, c := range n.text {
		n.text[i] = lowered(c)
	}
	n.aim(0)
	return n
}

// writings are the ways in which text stands in a log: as it is, the ways JSON
// writes it, and all of these with the doubled quotation marks of a table.
func writings(text string) []needle {
	all := []string{text}
	for _, ascii := range []bool{false, true} {
		for _, slash := range []bool{false, true} {
			all = append(all, escaped(text, ascii, slash))
		}
	}
	for _, s := range all {
		all = append(all, strings.ReplaceAll(s, `"`, `""`))
	}
	var needles []needle
	for _, s := range all {
		n := newNeedle(s)
		if !slices.ContainsFunc(needles, func(m needle) bool { return bytes.Equal(m.text, n.text) }) {
			needles = append(needles, n)
		}
	}
	return needles
}

// escaped is text inside a JSON string. Some write everything else than ASCII as
// escapes, and some the slash.
func escaped(text string, ascii, slash bool) string {
	var b []byte
	for i, r := range text {
		size := utf8.RuneLen(r)
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			b = append(b, text[i]) // not UTF-8: nobody can have escaped it
		case r == '"' || r == '\\' || r == '/' && slash:
			b = append(b, '\\', byte(r))
		case r == '\t':
			b = append(b, `\t`...)
		case r > 0xffff && ascii:
			high, low := utf16.EncodeRune(r)
			b = appendEscape(appendEscape(b, high), low)
		case r < ' ' || r >= utf8.RuneSelf && ascii:
			b = appendEscape(b, r)
		default:
			b = append(b, text[i:i+size]...)
		}
	}
	return string(b)
}

func appendEscape(b []byte, r rune) []byte {
	hex := strconv.FormatInt(int64(r), 16)
	return append(append(b, `\u`+"0000"[len(hex):]...), hex...)
}

// choose aims at the byte that is rarest where bytes were counted that are like
// those that are looked through.
func (n *needle) choose(counts *[256]int) {
	least := math.MaxInt
	for i, c := range n.text {
		often := counts[c]
		if up := raised(c); up != c {
			often += counts[up]
		}
		if often < least {
			least = often
			n.aim(i)
		}
	}
}

func (n *needle) aim(at int) {
	n.rare, n.lower, n.upper = at, n.text[at], raised(n.text[at])
}

// here reports whether the needle stands at the beginning of b, which is as long
// or longer.
func (n *needle) here(b []byte) bool {
	for i, c := range n.text {
		if lowered(b[i]) != c {
			return false
		}
	}
	return true
}

// in reports whether b contains the needle.
func (n *needle) in(b []byte) bool {
	s := n.scan(b)
	return s.next(0) >= 0
}

// A scan goes through bytes from one place of a needle to the next. It keeps
// where the rare byte comes next in each case, so that a case that is not there
// is looked for once.
type scan struct {
	needle
	in           []byte
	small, large int // the next places of the rare byte; len(in): none
}

func (n *needle) scan(b []byte) scan { return scan{needle: *n, in: b, small: -1, large: -1} }

// next is the first place at from or behind it, -1 when there is none. From one
// call to the next it only grows.
func (s *scan) next(from int) int {
	from += s.rare
	for {
		s.small = s.seek(s.small, from, s.lower)
		at := s.small
		if s.upper != s.lower {
			s.large = s.seek(s.large, from, s.upper)
			at = min(at, s.large)
		}
		begin := at - s.rare
		if begin+len(s.text) > len(s.in) {
			return -1
		}
		if s.here(s.in[begin:]) {
			return begin
		}
		from = at + 1
	}
}

// seek is where c comes next at from or behind it, if it was at the place known
// before.
func (s *scan) seek(known, from int, c byte) int {
	if known >= from {
		return known
	}
	if from >= len(s.in) {
		return len(s.in)
	}
	if i := bytes.IndexByte(s.in[from:], c); i >= 0 {
		return from + i
	}
	return len(s.in)
}
