package safe

import (
	"slices"
	"strings"
)

// Mask is what stands where a secret stood.
const Mask = "<secret:masked>"

// Redact masks secrets in s and tells how many it masked: the literal values in
// known, in any of the forms in which they may be written (as they are, URL
// encoded, base64, JSON escaped), and whatever looks like a credential: Meta
// access tokens (EAA…) and app tokens, values of keys and headers that carry
// secrets, bearer tokens, two-step PINs, app secrets, passwords in URLs, private
// keys. It looks through one another's JSON and URL escapes.
//
// It is called on every imported row. Text that holds nothing suspicious costs
// one pass and no allocation. Ids, hashes, template names and trace ids are not
// secrets and stay. Redact of a redacted text changes nothing.
func Redact(s string, known ...string) (clean string, n int) {
	spans := secrets(s, known)
	if len(spans) == 0 {
		return s, 0
	}
	var b strings.Builder
	b.Grow(len(s))
	at := 0
	for _, sp := range spans {
		b.WriteString(s[at:sp.lo])
		b.WriteString(Mask)
		at = sp.hi
	}
	b.WriteString(s[at:])
	return b.String(), len(spans)
}

// HasSecret reports whether Redact would mask anything.
func HasSecret(s string, known ...string) bool { return len(secrets(s, known)) > 0 }

// A span is a half-open range of bytes.
type span struct{ lo, hi int }

// secrets are the places to mask, in order and apart from each other.
func secrets(s string, known []string) []span {
	f := finder{s: s}
	for _, k := range known {
		f.literal(k)
	}
	f.scan(0)
	if len(f.spans) == 0 {
		return nil
	}
	slices.SortFunc(f.spans, func(a, b span) int {
		if a.lo != b.lo {
			return a.lo - b.lo
		}
		return b.hi - a.hi
	})
	out := f.spans[:0]
	for _, sp := range f.spans {
		if n := len(out); n > 0 && sp.lo <= out[n-1].hi {
			out[n-1].hi = max(out[n-1].hi, sp.hi)
			continue
		}
		out = append(out, sp)
	}
	return slices.DeleteFunc(out, func(sp span) bool {
		// A mask that was escaped since is still a mask.
		plain, _ := unescape(s[sp.lo:sp.hi])
		return strings.ReplaceAll(plain, Mask, "") == ""
	})
}

// A finder collects the secrets of one text.
type finder struct {
	s       string
	spans   []span
	end     int  // the furthest end of a span so far: nothing before it is looked at twice
	blob    int  // the end of the base64 run that was judged last
	escaped bool // the text has escapes that may hide a secret
}

func (f *finder) mask(lo, hi int) {
	f.spans = append(f.spans, span{lo, hi})
	f.end = max(f.end, hi)
}

// pairs marks the two-byte sequences at which a secret may be near. Every word
// that the rules look for is at least three bytes long, so one of its pairs
// begins at an even place and every second place is enough to look at.
var pairs = func() (t [1 << 16]bool) {
	add := func(a, b byte) { t[int(a)|int(b)<<8] = true }
	word := func(s string) {
		for _, v := range []string{s, strings.ToUpper(s), strings.ToUpper(s[:1]) + s[1:], s[:1] + strings.ToUpper(s[1:])} {
			add(v[0], v[1])
		}
	}
	// The rarest two neighbouring pairs of each word: token, key, secret,
	// authorization, passw(ord), bearer, pin, app.
	for _, p := range []string{"ok", "ke", "ey", "ec", "cr", "iz", "za", "ss", "sw", "be", "ea", "pi", "ap", "pp"} {
		word(p)
	}
	for _, p := range []string{"EA", "AA", "yJ", "RU", "UF", "VB", "BQ", "FQ", "QU", `\u`, "u0"} {
		add(p[0], p[1])
	}
	for c := range 256 {
		b := byte(c)
		for _, p := range []byte("|@%") {
			add(p, b)
			add(b, p)
		}
		if !isAlnum(b) {
			add(b, 'p')
		}
		if !isAlnum(b) || b >= 'a' && b <= 'z' {
			add(b, 'P')
		}
	}
	return t
}()

// scan looks for what looks like a secret. Depth counts how many layers of
// escapes were taken off already.
func (f *finder) scan(depth int) {
	s := f.s
	for i := 0; i+1 < len(s); i += 2 {
		if pairs[int(s[i])|int(s[i+1])<<8] {
			// The letter that a rule hangs on is in the pair or beside it.
			for j := max(i-1, 0); j < min(i+3, len(s)); j++ {
				f.judge(j)
			}
		}
	}
	if f.escaped && depth < 3 {
		plain, origin := unescape(s)
		inner := finder{s: plain}
		inner.scan(depth + 1)
		for _, sp := range inner.spans {
			f.mask(origin[sp.lo], origin[sp.hi])
		}
	}
}

// judge applies the rule of the character at i.
func (f *finder) judge(i int) {
	if i < f.end {
		return
	}
	s := f.s
	switch s[i] {
	case 'k', 'K':
		switch {
		case i >= 2 && foldAt(s, i-2, "token"):
			f.named(i-2, i+3)
		case foldAt(s, i, "key"):
			f.named(i, i+3)
			f.privateKey(i)
		}
	case 'z', 'Z':
		if i >= 7 && foldAt(s, i-7, "authorization") {
			f.named(i-7, i+6)
		}
	case 'c', 'C':
		if i >= 2 && foldAt(s, i-2, "secret") {
			f.named(i-2, i+4)
			f.hexBeside(i-2, i+4)
		}
	case 'w', 'W':
		if i >= 4 && foldAt(s, i-4, "passw") {
			f.named(i-4, i+1)
		}
	case 'b', 'B':
		if foldAt(s, i, "bearer") {
			f.bearer(i)
		}
		if i >= 1 && strings.HasPrefix(s[i-1:], "VBQ") {
			f.encodedToken(i)
		}
	case 'p', 'P':
		switch {
		case foldAt(s, i, "pin"):
			f.pin(i)
		case i >= 1 && foldAt(s, i-1, "app") && (i == 1 || !isAlnum(s[i-2])):
			f.hexBeside(i-1, i+2)
		}
	case 'E':
		if strings.HasPrefix(s[i:], "EAA") {
			f.accessToken(i)
		}
	case 'J':
		if i >= 2 && s[i-2:i] == "ey" {
			f.webToken(i - 2)
		}
	case 'U':
		if i >= 1 && strings.HasPrefix(s[i-1:], "RUFB") {
			f.encodedToken(i)
		}
	case 'Q':
		if i >= 1 && strings.HasPrefix(s[i-1:], "FQU") {
			f.encodedToken(i)
		}
	case '|':
		f.appToken(i)
	case '@':
		f.urlPassword(i)
	case '%':
		if i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			f.escaped = true
		}
	case '\\':
		if strings.HasPrefix(s[i+1:], "u00") {
			f.escaped = true
		}
	}
}

// foldAt reports whether word, in lower case, stands at i in any case.
func foldAt(s string, i int, word string) bool {
	if i < 0 || len(s)-i < len(word) {
		return false
	}
	for j := range len(word) {
		if s[i+j]|0x20 != word[j] {
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// unescape takes one layer of \u00XX and %XX away. Origin tells for every byte
// of the result, and for its end, where it came from.
func unescape(s string) (plain string, origin []int) {
	b := make([]byte, 0, len(s))
	origin = make([]int, 0, len(s)+1)
	for i := 0; i < len(s); {
		n, c := 1, s[i]
		switch {
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			n, c = 3, unhex(s[i+1])<<4|unhex(s[i+2])
		case c == '\\' && i+5 < len(s) && s[i+1:i+4] == "u00" && isHex(s[i+4]) && isHex(s[i+5]):
			n, c = 6, unhex(s[i+4])<<4|unhex(s[i+5])
		}
		b = append(b, c)
		origin = append(origin, i)
		i += n
	}
	return string(b), append(origin, len(s))
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
