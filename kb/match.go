package kb

import (
	"fmt"
	"slices"
	"strings"

	"unsent/model"
)

// Facts are what is known of a failure when its article is looked for. All
// texts are untrusted.
type Facts struct {
	Code                    model.Code
	Subcode                 string
	Vendor                  model.Vendor
	HTTP                    int
	Title, Message, Details string
}

// The rules by which a page is found.
const (
	ByCode      = "code"      // an article serves the code
	ByCatalogue = "catalogue" // no article does, but the catalogue has the code
	ByHTTP      = "http"      // there is no code; the HTTP status leads to an article
	ByText      = "text"      // there is neither; words of the failure lead to an article
	ByNothing   = "unknown"   // nothing is known
)

// A Match is the page for a failure and the reason why it is that one.
type Match struct {
	Article Article
	Known   bool   // false: nothing is known, and Article says no more than that
	Rule    string // one of the rules
	Why     string // one sentence for people
}

const noCode = "the log has no error code of Meta's"

// For finds the page for a failure: by Meta's code; where there is none, by
// HTTP status, and then by words. It never guesses. A code that nobody knows
// has no page, even when its text looks like another error's, and a number of
// another system is never read as one of Meta's.
func For(f Facts) Match {
	l := load()
	switch {
	case f.Code != "":
		return l.forCode(f)
	case f.Vendor != (model.Vendor{}):
		return unknown(f)
	}
	if i, ok := l.byHTTP[f.HTTP]; ok {
		return byStatus(l.articles[i], f.HTTP)
	}
	if m, ok := l.forPhrase(f); ok {
		return m
	}
	if c, ok := theBook().titles[NormTitle(f.Title)]; ok {
		if a, _, ok := l.find(c, ""); ok {
			return Match{a, true, ByText, fmt.Sprintf("matched by the title %q, which Meta gives to %s only: %s", NormTitle(f.Title), c, noCode)}
		}
	}
	return unknown(f)
}

// byStatus is a match by HTTP status alone. Any server between the agent and
// Meta can answer with the same status, so whatever the article says at once,
// to agents and to customers, is put without naming whose server it was. The
// rest of the article stays: to look at the status page, to wait and not to
// hammer is right for either.
func byStatus(a Article, status int) Match {
	whose := "does not say whether Meta's server or another one answered"
	a.Verdict = "WAIT: server unavailable"
	a.Summary = fmt.Sprintf("A server answered HTTP %d, that it cannot take requests for the moment; the log %s.", status, whose)
	a.Sections = slices.Clone(a.Sections)
	for i, s := range a.Sections {
		if s.Key == "lead" {
			a.Sections[i].Body = fmt.Sprintf("Matched by HTTP status %d alone: the log has no error code, and %s. A BSP, a CRM or a proxy answers in the same way. What follows is written for the case that it was Meta's; ask whoever runs the sending system whose answer it was.\n\n%s", status, whose, s.Body)
		}
	}
	a.Replies = []Reply{
		{Key: "what-happened", Question: "Why was my message not sent?", Text: "Your message met a server that could not take it for the moment, so it did not go through. We are finding out which server it was. Please wait a little; we will tell you when it can be sent again."},
		{Key: "retry", Question: "Should I send it again?", Text: "Please wait for now. Trying many times in a row does not help while a server is busy. We will tell you when it is a good time."},
	}
	return Match{a, true, ByHTTP, fmt.Sprintf("matched by HTTP status %d: the log has no error code, and %s", status, whose)}
}

func (l *library) forCode(f Facts) Match {
	a, written, ok := l.find(f.Code, f.Subcode)
	if !ok {
		return unknown(f)
	}
	name, e := "error code "+string(f.Code), Entry{}
	if e, ok = Lookup(f.Code, f.Subcode); ok && e.Subcode != "" {
		name += fmt.Sprintf(" with subcode %s (%s)", e.Subcode, strings.ToLower(e.Title))
	}
	switch {
	case written && a.ID == string(f.Code):
		return Match{a, true, ByCode, "matched by " + name}
	case written:
		return Match{a, true, ByCode, fmt.Sprintf("matched by %s: article %s serves it too", name, a.ID)}
	case e.Through != "":
		name += fmt.Sprintf(", one of %s", e.Name())
	}
	return Match{a, true, ByCatalogue, fmt.Sprintf("matched by %s: no article has been written on it, so this page is made from the error catalogue", name)}
}

// forPhrase looks for the articles' phrases. The longest counts; when two
// articles have equally long ones, the words cannot tell which it is.
func (l *library) forPhrase(f Facts) (Match, bool) {
	best, found, tie := -1, "", false
	for _, s := range []string{f.Title, f.Message, f.Details} {
		if s = phrase(s); s == "" {
			continue
		}
		for i := range l.articles {
			for _, t := range l.articles[i].Texts {
				switch {
				case len(t) < len(found) || !hasWords(s, t):
				case len(t) > len(found):
					best, found, tie = i, t, false
				default:
					tie = tie || i != best
				}
			}
		}
	}
	if best < 0 || tie {
		return Match{}, false
	}
	return Match{l.articles[best], true, ByText, fmt.Sprintf("matched by the words %q: %s", found, noCode)}, true
}

// hasWords reports whether s has t in it as whole words.
func hasWords(s, t string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], t)
		if i < 0 {
			return false
		}
		i += from
		if !wordAt(s, i-1) && !wordAt(s, i+len(t)) {
			return true
		}
		from = i + 1
	}
}

func wordAt(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= '0' && s[i] <= '9' || s[i] >= 0x80)
}

// NormTitle is the form in which titles are compared: lower case, white space
// folded, without the final stops and the blanks among them.
func NormTitle(s string) string {
	return strings.TrimRight(strings.Join(strings.Fields(strings.ToLower(s)), " "), ". ")
}

// phrase is NormTitle with one kind of dash and of quotation mark: people and
// programs replace these when they copy a text.
func phrase(s string) string { return NormTitle(marks.Replace(s)) }

var marks = strings.NewReplacer("–", "-", "—", "-", "‑", "-", "−", "-", "’", "'", "‘", "'", "“", `"`, "”", `"`)
