package safe

import (
	"strings"
	"sync"
)

// The rules. Each is called where its word stands and marks what must go. They
// look only a bounded way around, so that a hostile text of megabytes costs no
// more than its length.

const (
	farthest  = 64      // how far a name reaches
	longValue = 4 << 10 // how long a quoted value may be before its end is not looked for
)

// named judges `name: value` in the many ways in which JSON, headers, query
// strings, YAML and printed maps write it. The word at [lo,hi) is part of the
// name.
func (f *finder) named(lo, hi int) {
	s := f.s
	for n := 0; lo > 0 && isName(s[lo-1]) && n < farthest; n++ {
		lo--
	}
	for n := 0; hi < len(s) && isName(s[hi]) && n < farthest; n++ {
		hi++
	}
	kind := secretName(s[lo:hi])
	if kind == 0 && strings.EqualFold(s[lo:hi], "key") && lo >= 4 && foldAt(s, lo-4, "api") {
		kind = keyName
	}
	if kind == 0 {
		return
	}

	i := skip(s, hi, `\"'`+"`", 6)
	i = skip(s, i, " \t", 8)
	// {"name": "Authorization", "value": "…"}
	if rest := strings.TrimLeft(s[i:min(i+24, len(s))], ` ,\"'`+"\t\r\n"); foldAt(rest, 0, "value") && i < len(s) && s[i] == ',' {
		i += strings.Index(strings.ToLower(s[i:min(i+24, len(s))]), "value") + len("value")
		i = skip(s, i, `\"' `, 6)
	}
	sep := byte(0)
	switch {
	case i >= len(s):
		return
	case strings.HasPrefix(s[i:], "=>"), strings.HasPrefix(s[i:], ":="):
		sep, i = '=', i+2
	case s[i] == ':', s[i] == '=':
		sep, i = s[i], i+1
	case s[i] == '>' && lo > 0 && s[lo-1] == '<':
		sep, i = '=', i+1
	default:
		return
	}
	i = skip(s, i, " \t", 8)
	i = skip(s, i, "[", 1)

	if at, end, ok := quoted(s, i); ok {
		if at < end {
			f.mask(at, end)
		}
		return
	}
	end := i
	for end < len(s) && !strings.ContainsRune("&;, \t\r\n\"'`<>()[]{}\\", rune(s[end])) {
		end++
	}
	value := strings.TrimRight(s[i:end], ".")
	end = i + len(value)
	switch {
	case value == "" || value == "null" || value == "true" || value == "false" || value == "undefined" || value == "None":
	case kind == authName:
		f.authorization(i, end)
	case sep == '=' && len(value) >= 4,
		kind == keyName && len(value) >= 6 && !prose()[strings.ToLower(value)],
		len(value) >= 8 && looksRandom(value):
		f.mask(i, end)
	}
}

// authorization judges an Authorization header's value without quotes: a scheme
// and what follows it, or a bare credential. The first word ends at end.
func (f *finder) authorization(i, end int) {
	s := f.s
	switch strings.ToLower(s[i:end]) {
	case "bearer", "basic", "digest", "token", "apikey", "api-key", "app", "oauth", "key", "hmac", "aws4-hmac-sha256":
		from := skip(s, end, " \t", 8)
		to := from
		for to < len(s) && !strings.ContainsRune("\r\n\"'`<\\", rune(s[to])) && to-from < longValue {
			if s[to] == ' ' && !strings.HasPrefix(strings.ToLower(s[i:end]), "digest") {
				break
			}
			to++
		}
		if to > from && !prose()[strings.ToLower(s[from:to])] {
			f.mask(from, to)
		}
	default:
		if end-i >= 8 && looksRandom(s[i:end]) {
			f.mask(i, end)
		}
	}
}

// bearer judges what follows the word at i.
func (f *finder) bearer(i int) {
	s := f.s
	if i > 0 && isAlnum(s[i-1]) && !escapedLetter(s, i-1) {
		return
	}
	from := skip(s, i+len("bearer"), " \t+", 8)
	if from == i+len("bearer") {
		return
	}
	to := from
	for to < len(s) && (isAlnum(s[to]) || strings.IndexByte("._~+/=|-", s[to]) >= 0) {
		to++
	}
	value := strings.TrimRight(s[from:to], ".-")
	if len(value) < 6 || prose()[strings.ToLower(strings.TrimRight(value, "="))] {
		return
	}
	f.mask(from, from+len(value))
}

// prose are the words that follow "bearer" or "api key" in sentences.
var prose = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`token tokens authentication authorization authorisation credential credentials realm
		scheme schemes header headers required missing invalid expired revoked format value values access should cannot
		failed failure rejected string strings please provided unknown incorrect`) {
		m[w] = true
	}
	return m
})

// accessToken judges "EAA" at i: Meta's user, system user and page tokens. The
// next letters tell the kind; all of them are masked.
func (f *finder) accessToken(i int) {
	s := f.s
	end := i
	for end < len(s) && isAlnum(s[end]) {
		end++
	}
	least := 23
	if i > 0 && isAlnum(s[i-1]) && !escapedLetter(s, i-1) {
		// Glued to something in front. Message ids and hashes are shorter than a
		// token's shortest rest.
		least = 80
	}
	if end-i < least {
		return
	}
	// A token that a file's lines cut in two goes on at the next line's start.
	for {
		next := end
		for next < len(s) && next < end+4 && strings.IndexByte("\"' \r\n", s[next]) >= 0 {
			next++
		}
		if !strings.Contains(s[end:next], "\n") {
			break
		}
		to, letters, digits := next, 0, 0
		for to < len(s) && isAlnum(s[to]) {
			if s[to] <= '9' {
				digits++
			} else {
				letters++
			}
			to++
		}
		if to-next < 20 || letters == 0 || digits == 0 {
			break
		}
		end = to
	}
	f.mask(i, end)
}

// encodedToken judges a run of base64 in which the letters of an access token's
// beginning stand, at any of the three alignments.
func (f *finder) encodedToken(i int) {
	s := f.s
	if i < f.blob {
		return
	}
	lo, hi := i, i
	for lo > 0 && isBase64(s[lo-1]) {
		lo--
	}
	for hi < len(s) && isBase64(s[hi]) {
		hi++
	}
	f.blob = hi
	end := skip(s, hi, "=", 2)
	if hi-lo < 40 {
		return
	}
	for phase := range 4 {
		raw, err := DecodeBase64(s[lo+phase : hi])
		if err != nil {
			continue
		}
		if holdsToken(string(raw)) {
			f.mask(lo, end)
			return
		}
	}
}

// holdsToken looks for an access token in decoded bytes. Among bytes that are no
// text such a run of letters does not come about by chance, so it may be glued
// to anything.
func holdsToken(s string) bool {
	for at := 0; ; at++ {
		n := strings.Index(s[at:], "EAA")
		if n < 0 {
			return false
		}
		at += n
		end := at
		for end < len(s) && isAlnum(s[end]) {
			end++
		}
		if end-at >= 23 {
			return true
		}
	}
}

// webToken judges a JSON Web Token at i: three parts of base64.
func (f *finder) webToken(i int) {
	s := f.s
	isPart := func(c byte) bool { return isAlnum(c) || c == '_' || c == '-' }
	if i > 0 && isPart(s[i-1]) && !escapedLetter(s, i-1) {
		return
	}
	end := i
	for part := range 3 {
		from := end
		for end < len(s) && isPart(s[end]) {
			end++
		}
		if end-from < 10 {
			return
		}
		if part == 2 {
			break
		}
		if end >= len(s) || s[end] != '.' {
			return
		}
		end++
	}
	f.mask(i, end)
}

// appToken judges "|" at i: an app's id and its token or secret.
func (f *finder) appToken(i int) {
	s := f.s
	lo := i
	for lo > 0 && s[lo-1] >= '0' && s[lo-1] <= '9' && i-lo < 19 {
		lo--
	}
	if i-lo < 15 || i-lo > 18 {
		return
	}
	hi := i + 1
	for hi < len(s) && (isAlnum(s[hi]) || s[hi] == '_' || s[hi] == '-') {
		hi++
	}
	// A row of cells parted by bars has numbers and words there.
	if hi-i-1 >= 20 && !allDigits(s[i+1:hi]) {
		f.mask(lo, hi)
	}
}

// urlPassword judges "@" at i: https://user:password@host.
func (f *finder) urlPassword(i int) {
	s := f.s
	lo := i
	for lo > 0 && i-lo < 256 && strings.IndexByte(" \t\r\n\"'<>/@", s[lo-1]) < 0 {
		lo--
	}
	if lo < 3 || s[lo-3:lo] != "://" {
		return
	}
	if at := strings.IndexByte(s[lo:i], ':'); at >= 0 && lo+at+1 < i {
		f.mask(lo+at+1, i)
	}
}

// pin judges "pin" at i: a two-step verification PIN.
func (f *finder) pin(i int) {
	s := f.s
	camel := i > 0 && s[i] == 'P' && s[i-1] >= 'a' && s[i-1] <= 'z'
	if i > 0 && isAlnum(s[i-1]) && !camel && !escapedLetter(s, i-1) {
		return
	}
	j := i + 3
	if k := skip(s, j, " _-", 1); foldAt(s, k, "code") {
		j = k + len("code")
	}
	if k := skip(s, j, " ", 2); k > j && foldAt(s, k, "is ") {
		j = k + 2
	}
	k := skip(s, j, `\"' :=>#`+"\t", 10)
	if k == j {
		return
	}
	end := k
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	clear := strings.ContainsAny(s[j:k], ":=")
	if n := end - k; (n == 6 || clear && n >= 4 && n <= 8) && (end == len(s) || !isAlnum(s[end])) {
		f.mask(k, end)
	}
}

// hexBeside judges 32 hexadecimal digits, the form of an app secret, next to the
// word at [lo,hi): within 24 bytes and in the same cell.
func (f *finder) hexBeside(lo, hi int) {
	s := f.s
	for i := hi; i < len(s) && i < hi+24+1 && strings.IndexByte(",{}\r\n", s[i]) < 0; i++ {
		if isHex(s[i]) && !isWord(s[i-1]) {
			if end := hexRun(s, i); end-i == 32 {
				f.mask(i, end)
				return
			}
		}
	}
	for i := lo - 1; i >= 31 && i > lo-12 && strings.IndexByte(",{}\r\n", s[i]) < 0; i-- {
		if isHex(s[i]) && !isWord(s[i+1]) {
			if from := i - 31; hexRun(s, from) == i+1 && (from == 0 || !isWord(s[from-1])) {
				f.mask(from, i+1)
			}
			return
		}
	}
}

// hexRun is the end of the run of hexadecimal digits from i, or i when the run is
// part of a longer word.
func hexRun(s string, i int) int {
	end := i
	for end < len(s) && isHex(s[end]) && end-i <= 32 {
		end++
	}
	if end < len(s) && isWord(s[end]) {
		return i
	}
	return end
}

// privateKey judges "KEY" at i in a PEM header.
func (f *finder) privateKey(i int) {
	s := f.s
	if !strings.HasPrefix(s[i:], "KEY-----") {
		return
	}
	head := s[max(0, i-32):i]
	if !strings.Contains(head, "-----BEGIN") || !strings.Contains(head, "PRIVATE") {
		return
	}
	from := i + len("KEY-----")
	to := len(s)
	if n := strings.Index(s[from:], "-----END"); n >= 0 {
		to = from + n
	}
	if from < to {
		f.mask(from, to)
	}
}

// The kinds of names whose values are secret.
const (
	tokenName = iota + 1
	keyName
	authName
)

// secretName judges a name by its end, so that "token_type" and "key_hash" are
// none.
func secretName(name string) int {
	var b [farthest * 3]byte
	n := 0
	for i := 0; i < len(name) && n < len(b); i++ {
		if c := name[i]; isAlnum(c) {
			b[n] = c
			if c >= 'A' && c <= 'Z' {
				b[n] |= 0x20
			}
			n++
		}
	}
	s := string(b[:n])
	for _, e := range []struct {
		end  string
		kind int
	}{
		{"token", tokenName}, {"secret", tokenName}, {"secretproof", tokenName}, {"password", tokenName}, {"passwd", tokenName},
		{"secretkey", tokenName}, {"privatekey", tokenName}, {"secretvalue", tokenName}, {"tokenvalue", tokenName},
		{"apikey", keyName}, {"accesskey", keyName}, {"authkey", keyName}, {"appkey", keyName}, {"subscriptionkey", keyName},
		{"authorization", authName},
	} {
		if strings.HasSuffix(s, e.end) {
			return e.kind
		}
	}
	return 0
}

// quoted finds a value in quotes at i. The quotes may be escaped, as in JSON
// within JSON, or doubled, as in a cell of a CSV file; the value ends at the same
// sign. A value without an end, as in a cut-off payload, reaches to the next
// white space.
func quoted(s string, i int) (at, end int, ok bool) {
	j := skip(s, i, `\`, 8)
	if j >= len(s) || strings.IndexByte(`"'`+"`", s[j]) < 0 {
		return 0, 0, false
	}
	sign := s[i : j+1]
	at = j + 1
	if sign == `"` && at < len(s) && s[at] == '"' {
		if at+1 >= len(s) || strings.IndexByte(",}] \t\r\n)&;", s[at+1]) >= 0 {
			return at, at, true // an empty value
		}
		sign, at = `""`, at+1
	}
	limit := min(len(s), at+longValue)
	for end = at; end < limit; end++ {
		if !strings.HasPrefix(s[end:limit], sign) {
			continue
		}
		if s[end] != '\\' && end > at && s[end-1] == '\\' {
			continue // the quote is part of the value
		}
		return at, end, true
	}
	for end = at; end < len(s) && strings.IndexByte(" \t\r\n", s[end]) < 0; end++ {
	}
	return at, end, true
}

// looksRandom tells a credential from a word: it has digits, an inner capital or
// signs that words lack, or is longer than words are.
func looksRandom(s string) bool {
	if len(s) >= 24 {
		return true
	}
	for i := range len(s) {
		if c := s[i]; c >= '0' && c <= '9' || c == '_' || c == '|' || c == '=' || i > 0 && c >= 'A' && c <= 'Z' && s[i-1] >= 'a' {
			return true
		}
	}
	return false
}

// escapedLetter reports that the letter at i is the end of an escape such as
// \n, so that a word may begin behind it.
func escapedLetter(s string, i int) bool {
	return i > 0 && s[i-1] == '\\' && strings.IndexByte("nrtbf", s[i]) >= 0
}

// skip passes at most n bytes of set.
func skip(s string, i int, set string, n int) int {
	for ; i < len(s) && n > 0 && strings.IndexByte(set, s[i]) >= 0; n-- {
		i++
	}
	return i
}

func isName(c byte) bool { return isAlnum(c) || c == '_' || c == '-' || c == '.' }

func isWord(c byte) bool { return isAlnum(c) || c == '_' }

func isBase64(c byte) bool {
	return isAlnum(c) || c == '+' || c == '/' || c == '-' || c == '_'
}
