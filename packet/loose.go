package packet

import (
	"net/url"
	"slices"
	"strings"

	"unsent/model"
	"unsent/safe"
)

// A pair is a name and a value that stand in text that is no JSON.
type pair struct {
	keys   []string // the names above it and its own, nearest last
	value  string
	lo, hi int // where the value stands
}

// loose masks text around or instead of JSON: quoted values by the name before
// them, query strings by their names, the rest as running text. It sets found
// when there were named values.
func (m *masker) loose(s string, answer bool, found *bool) string {
	var b strings.Builder
	at := 0
	for _, p := range pairs(s) {
		if len(p.keys) > 0 {
			*found = true
		}
		b.WriteString(m.prose(s[at:p.lo]))
		shown := m.scalar(p.value, place{keys: p.keys, loose: true, answer: answer})
		b.WriteString(safe.Text(strings.ReplaceAll(shown, `"`, `'`)))
		at = p.hi
	}
	b.WriteString(m.prose(s[at:]))
	return b.String()
}

var headerLine = model.Pattern(`^[A-Za-z][A-Za-z0-9-]+: \S+$`)

var formPair = model.Pattern(`(?:^|[?&\s])([A-Za-z_][\w.\-\[\]]{0,60})=([^&\s"'<>]*)`)

// pairs finds quoted values and the names before them, as in cut-off JSON,
// JavaScript and Ruby, and the pairs of a query string.
func pairs(s string) []pair {
	if q := strings.Count(s, "="); q > 0 && !strings.ContainsAny(s, "{\"") {
		var out []pair
		for _, loc := range formPair().FindAllStringSubmatchIndex(s, -1) {
			v, err := url.QueryUnescape(s[loc[4]:loc[5]])
			if err != nil {
				v = s[loc[4]:loc[5]]
			}
			out = append(out, pair{keys: []string{s[loc[2]:loc[3]]}, value: v, lo: loc[4], hi: loc[5]})
		}
		return out
	}
	var out []pair
	var above []string
	key := ""
	names := func() []string {
		if key == "" {
			return nil
		}
		return append(slices.Clone(above), key)
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '{':
			if len(above) < deepest {
				above = append(above, key)
			}
			key = ""
		case c == '}':
			if len(above) > 0 {
				key, above = above[len(above)-1], above[:len(above)-1]
			}
		case c == '"' || c == '`' || c == '\'' && (i == 0 || !isLetterByte(s[i-1])):
			lo, hi, next := quotedRun(s, i)
			i = next - 1
			if after := strings.TrimLeft(s[next:], " \t\\\r\n"); strings.HasPrefix(after, ":") || strings.HasPrefix(after, "=>") {
				key = strings.Trim(s[lo:hi], `\`)
				continue
			}
			out = append(out, pair{keys: names(), value: s[lo:hi], lo: lo, hi: hi})
		case isLetterByte(c) && (i == 0 || !isLetterByte(s[i-1])):
			end := i
			for end < len(s) && (isLetterByte(s[end]) || s[end] >= '0' && s[end] <= '9' || s[end] == '-') {
				end++
			}
			if after := strings.TrimLeft(s[end:], " \t"); strings.HasPrefix(after, ":") || strings.HasPrefix(after, "=") {
				key = s[i:end]
			}
			i = end - 1
		}
	}
	return out
}

// quotedRun is the inside of the quotation at i and where to go on behind it. A
// quotation that does not end reaches to the end of the text.
func quotedRun(s string, i int) (lo, hi, next int) {
	q := s[i]
	// The quotes of JSON within JSON carry backslashes; the closing one has as
	// many as the opening one.
	slashes := 0
	for i-1-slashes >= 0 && s[i-1-slashes] == '\\' {
		slashes++
	}
	for j := i + 1; j < len(s); j++ {
		if s[j] != q {
			continue
		}
		n := 0
		for s[j-1-n] == '\\' && j-1-n > i {
			n++
		}
		if n <= slashes {
			return i + 1, j - n, j + 1
		}
	}
	return i + 1, len(s), len(s)
}

func isLetterByte(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' }
