package safe

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// shortest is the least length of a literal secret. Shorter ones would mask
// ordinary words.
const shortest = 6

// literal masks every place where the known secret stands, in each of its forms.
func (f *finder) literal(secret string) {
	secret = strings.TrimSpace(secret)
	if len(secret) < shortest {
		return
	}
	for _, form := range forms(secret) {
		for at := 0; ; {
			n := strings.Index(f.s[at:], form)
			if n < 0 {
				break
			}
			at += n
			f.spans = append(f.spans, span{at, at + len(form)})
			at += len(form)
		}
	}
}

// forms are the ways in which a secret may be written inside other text.
func forms(secret string) []string {
	out := []string{secret}
	add := func(s string) {
		if len(s) < shortest {
			return
		}
		for _, o := range out {
			if o == s {
				return
			}
		}
		out = append(out, s)
	}
	add(url.QueryEscape(secret))
	add(url.PathEscape(secret))
	add(strings.ToLower(url.QueryEscape(secret)))
	if b, err := json.Marshal(secret); err == nil {
		escaped := string(b[1 : len(b)-1])
		add(escaped)
		add(strings.ReplaceAll(escaped, "/", `\/`))
		if b, err = json.Marshal(escaped); err == nil {
			add(string(b[1 : len(b)-1])) // JSON within JSON
		}
	}
	add(strings.ReplaceAll(secret, `"`, `""`))
	// Base64 of a longer text that holds the secret: the three alignments,
	// without the characters at the edges, which depend on the neighbours.
	for lead := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			s := enc.EncodeToString([]byte(strings.Repeat("x", lead) + secret))
			if lead > 0 {
				s = s[lead+1:]
			}
			if (lead+len(secret))%3 != 0 {
				s = s[:len(s)-1]
			}
			add(s)
		}
	}
	return out
}
