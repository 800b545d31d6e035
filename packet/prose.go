package packet

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
)

// A piece of text is either still to be looked at or settled.
type piece struct {
	text    string
	settled bool
}

// prose masks running text: details of an error, a note, a summary. It keeps
// what the sentence says and takes out whom it is about. Secrets go first, in
// every profile.
func (m *masker) prose(s string) string {
	if s == "" {
		return ""
	}
	out, ok := m.proses[s]
	if !ok {
		out = m.masking(clip(s, longestProse))
		m.proses[s] = out
	}
	return out
}

// The most bytes of one text and of one payload that are looked at. A packet
// shows far less of either.
const (
	longestProse   = 8 << 10
	longestPayload = 32 << 10
)

// clip shortens a text before it is masked, at a place where it cuts neither a
// number nor a word in two.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[:n]
	if at := strings.LastIndexFunc(s, unicode.IsSpace); at > n-400 {
		s = s[:at]
	}
	s = strings.TrimRightFunc(s, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsDigit(r) || strings.ContainsRune("+()-./", r)
	})
	return s + " ..."
}

func (m *masker) masking(s string) string {
	s, n := safe.Redact(joinDigits(s), m.literal...)
	m.secrets += n
	if n > 0 {
		m.note(safe.Mask, kindSecret, "")
	}
	ps := []piece{{text: s}}
	ps = each(ps, maskForm(), func(x string) (string, bool) { return x, true })
	ps = each(ps, wamidForm(), func(x string) (string, bool) { return m.wamid(x), true })
	ps = each(ps, escapedRun(), m.hidden)
	ps = each(ps, base64Run(), m.hidden)
	if m.hides() {
		ps = each(ps, jidForm(), func(x string) (string, bool) { return m.phone(x), true })
		ps = each(ps, mailForm(), func(x string) (string, bool) { return m.note("<email>", kindMail, x), true })
		ps = each(ps, linkForm(), m.link)
		ps = each(ps, userForm(), func(x string) (string, bool) { return m.labelled(kindUser, x), true })
		ps = each(ps, ipForm(), func(x string) (string, bool) { return m.note("<ip>", kindNumber, x), true })
	}
	ps = each(ps, timeForm(), func(x string) (string, bool) { return x, true })
	ps = m.knownWords(ps)
	ps = m.knownIDs(ps)
	if m.hides() {
		for i := range ps {
			if !ps[i].settled {
				ps[i].text = m.numbers(ps[i].text)
			}
		}
	}
	var b strings.Builder
	for _, p := range ps {
		b.WriteString(p.text)
	}
	return safe.Text(b.String())
}

var (
	maskForm = model.Pattern(regexp.QuoteMeta(safe.Mask))
	jidForm  = model.Pattern(`\+?\d{5,20}(?::\d+)?@(?:c\.us|s\.whatsapp\.net|g\.us|lid|broadcast)\b`)
	mailForm = model.Pattern(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	linkForm = model.Pattern(`(?i)\bhttps?://[^\s"'<>]+`)
	userForm = model.Pattern(`\b[A-Z]{2}\.(?:ENT\.)?[0-9]{8,}\b`)
	ipForm   = model.Pattern(`\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b`)
	timeForm = model.Pattern(`\b(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z| ?[+-]\d\d:?\d\d)?)?\b|\b[0-3]?\d\.[01]?\d\.(?:19|20)\d\d\b`)
)

// each puts every match in the pieces that are still open to f, which answers
// what stands there and whether that is settled.
func each(ps []piece, re *regexp.Regexp, f func(string) (string, bool)) []piece {
	var out []piece
	for _, p := range ps {
		if p.settled {
			out = append(out, p)
			continue
		}
		at := 0
		for _, loc := range re.FindAllStringIndex(p.text, -1) {
			text, settled := f(p.text[loc[0]:loc[1]])
			if !settled {
				continue
			}
			if loc[0] > at {
				out = append(out, piece{text: p.text[at:loc[0]]})
			}
			out = append(out, piece{text, true})
			at = loc[1]
		}
		if at < len(p.text) {
			out = append(out, piece{text: p.text[at:]})
		}
	}
	return out
}

// joinDigits takes out invisible characters between digits. They come along with
// numbers that are copied from a page, and would hide them from the search.
func joinDigits(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	prev := false
	for i, r := range s {
		if prev && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r)) {
			rest := strings.TrimLeftFunc(s[i:], func(r rune) bool { return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) })
			if next, _ := utf8.DecodeRuneInString(rest); unicode.IsDigit(next) {
				continue
			}
		}
		if r == utf8.RuneError {
			_, n := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+n]) // an invalid byte is shown as what it is
		} else {
			b.WriteRune(r)
		}
		prev = unicode.IsDigit(r)
	}
	return b.String()
}

// hidden masks a run of escapes or base64 in which somebody's number or name
// hides. Other runs are hashes, ids and ordinary percent signs.
func (m *masker) hidden(run string) (string, bool) {
	for _, d := range decoded(run) {
		if m.hides() {
			for _, p := range m.people {
				if strings.Contains(d, p.digits) {
					return m.note(fmt.Sprintf("<data %d chars>", len(run)), kindText, run), true
				}
			}
		}
		for w := range m.personal {
			if strings.Contains(d, w) {
				return m.note(fmt.Sprintf("<data %d chars>", len(run)), kindText, run), true
			}
		}
	}
	return run, false
}

// publicHosts are Meta's own pages: a link to one tells nothing of the customer.
var publicHosts = map[string]bool{
	"developers.facebook.com": true, "business.facebook.com": true, "www.facebook.com": true,
	"metastatus.com": true, "graph.facebook.com": true, "faq.whatsapp.com": true,
}

// link keeps where a link leads at Meta, without its query, and masks any other:
// names, numbers and signatures stand in links.
func (m *masker) link(s string) (string, bool) {
	u, err := url.Parse(s)
	if err == nil && publicHosts[strings.ToLower(u.Host)] && u.User == nil {
		if u.RawQuery == "" && u.Fragment == "" {
			return s, false
		}
		at := strings.IndexAny(s, "?#")
		m.note("?...", kindLink, s)
		return m.prose(s[:at]) + "?...", true // the path has ids of its own
	}
	return m.linkLabel(s), true
}

// linkLabel says how long a link is and, to those who know the business anyway,
// which host it leads to.
func (m *masker) linkLabel(s string) string {
	n := utf8.RuneCountInString(s)
	label := fmt.Sprintf("<link %d chars>", n)
	if u, err := url.Parse(s); err == nil && u.Host != "" && m.profile != Public {
		host := safe.ASCII(safe.Line(u.Hostname()))
		if len(host) <= 60 && strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-0123456789") == "" && !m.holdsPerson(host) {
			label = fmt.Sprintf("<link to %s, %d chars>", host, n)
		}
	}
	return m.note(label, kindLink, s)
}

func (m *masker) holdsPerson(s string) bool {
	digits := safe.Digits(s)
	for _, p := range m.people {
		if strings.Contains(digits, p.digits) {
			return true
		}
	}
	for w := range m.personal {
		if strings.Contains(strings.ToLower(s), strings.ToLower(w)) {
			return true
		}
	}
	return false
}

// knownWords masks names and texts of the payloads where they come again.
func (m *masker) knownWords(ps []piece) []piece {
	for _, w := range m.words {
		label := m.personal[w]
		var out []piece
		for _, p := range ps {
			if p.settled {
				out = append(out, p)
				continue
			}
			rest := p.text
			for {
				i := indexWord(rest, w)
				if i < 0 {
					break
				}
				if i > 0 {
					out = append(out, piece{text: rest[:i]})
				}
				out = append(out, piece{m.note(label, kindName, rest[i:i+len(w)]), true})
				rest = rest[i+len(w):]
			}
			if rest != "" {
				out = append(out, piece{text: rest})
			}
		}
		ps = out
	}
	return ps
}

// indexWord finds w in s, not inside a longer word. Case is folded for ASCII.
func indexWord(s, w string) int {
	for at := 0; at+len(w) <= len(s); at++ {
		if !equalFoldASCII(s[at:at+len(w)], w) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(s[:at])
		after, _ := utf8.DecodeRuneInString(s[at+len(w):])
		first, _ := utf8.DecodeRuneInString(w)
		last, _ := utf8.DecodeLastRuneInString(w)
		if isWordRune(before) && isWordRune(first) || isWordRune(after) && isWordRune(last) {
			continue
		}
		return at
	}
	return -1
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func equalFoldASCII(a, b string) bool {
	for i := range len(a) {
		x, y := a[i], b[i]
		if x != y && !(x|0x20 == y|0x20 && x|0x20 >= 'a' && x|0x20 <= 'z') {
			return false
		}
	}
	return true
}

// knownIDs settles the ids of the business: shown, or labelled for the public.
func (m *masker) knownIDs(ps []piece) []piece {
	return each(ps, digitRun(), func(x string) (string, bool) {
		if what, ok := m.ids[x]; ok && (!m.hides() || m.find(x) < 0) {
			if m.profile == Public {
				return m.labelled(what, x), true
			}
			return m.keep(x), true
		}
		return x, false
	})
}

var digitRun = model.Pattern(`\d{5,}`)

// numbers masks what is or may be a phone number. A run of eight digits or more
// is one unless it is known for something else; with a plus or brackets seven
// are enough; a known number is found in any writing.
func (m *masker) numbers(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		end := i
		if unicode.IsDigit(r) || (r == '+' || r == '(') && startsNumber(s[i+n:]) {
			end = numberEnd(s, i)
		}
		if end == i { // no number begins here, or too many brackets do
			b.WriteString(s[i : i+n])
			i += n
			continue
		}
		after, _ := utf8.DecodeRuneInString(s[end:])
		b.WriteString(m.run(s[i:end], wordBefore(s[:i]), after))
		i = end
	}
	return b.String()
}

func startsNumber(s string) bool {
	s = strings.TrimLeft(s, "( ")
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsDigit(r)
}

// numberEnd is the end of the run of digits and their punctuation at i. At most
// three signs may stand between two digits.
func numberEnd(s string, i int) int {
	end, signs := i, 0
	for j := i; j < len(s); {
		r, n := utf8.DecodeRuneInString(s[j:])
		switch {
		case unicode.IsDigit(r):
			end, signs = j+n, 0
		case signs < 3 && strings.ContainsRune("+ ()./-\u00a0\u2007\u2009\u202f‐‑‒–—", r):
			signs++
		default:
			return end
		}
		j += n
	}
	return end
}

// wordBefore are the letters, digits and underscores that end s.
func wordBefore(s string) string {
	i := len(s)
	for i > 0 && (isLetterByte(s[i-1]) || s[i-1] >= '0' && s[i-1] <= '9') {
		i--
	}
	return s[i:]
}

// run decides on one run of digits; before is the word that it ends, after the
// character behind it.
func (m *masker) run(s, before string, after rune) string {
	digits := safe.Digits(s)
	if len(digits) < shortNumber {
		return s
	}
	if i := m.find(digits); i >= 0 || m.business[digits] {
		if strings.Trim(s, "0123456789") == "" {
			return m.digits(digits)
		}
		return m.phone(strings.TrimSpace(s))
	}
	marked := strings.ContainsAny(s, "+(")
	parts := strings.Fields(s)
	if !marked && len(parts) > 1 && (len(digits) > 15 || anyCode(parts)) {
		// Several figures side by side, not one number.
		for i, p := range parts {
			parts[i] = m.run(p, "", ' ')
		}
		return strings.Join(parts, " ")
	}
	if strings.Trim(s, "0123456789") == "" {
		if len(digits) <= 7 {
			if _, ok := kb.Lookup(model.Code(digits), ""); ok {
				return s
			}
		}
		// Part of a name such as promo_20260513 or of a hash: not a number on its
		// own, unless one of the known numbers is in it.
		hash := strings.ContainsAny(before, "0123456789") || before != "" && isLetter(after)
		if strings.HasSuffix(before, "_") || after == '_' || hash && len(digits) < 12 {
			for i := range m.people {
				if strings.Contains(digits, m.people[i].digits) {
					return m.note(fmt.Sprintf("<recipient#%d>", i+1), kindPhone, digits)
				}
			}
			return s
		}
	}
	least := 8
	if marked {
		least = shortNumber
	}
	switch {
	case len(digits) < least:
		return s
	case len(digits) > 15:
		return m.note(fmt.Sprintf("<%d digits>", len(digits)), kindNumber, s)
	}
	return m.labelled(kindNumber, digits)
}

func anyCode(parts []string) bool {
	for _, p := range parts {
		if c, ok := model.ParseCode(strings.Trim(p, ".-()")); ok && len(c) >= 5 {
			if _, known := kb.Lookup(c, ""); known {
				return true
			}
		}
	}
	return false
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
