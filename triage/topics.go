package triage

import (
	"slices"
	"strings"

	"unsent/model"
)

// single are checks that look into one cause only: a problem that they find is
// a problem of that.
var single = map[string]string{
	"status-page": "outage", "log-outage": "outage", "token": "token", "template": "template", "window": "window",
	"recipient": "recipient", "public-key": "public-key", "flow": "public-key", "number-in-account": "app",
}

// broad are checks that see several causes, with those that one may take for
// meant when their finding does not say which.
var broad = map[string][]string{
	"health":       {"account", "app", "payment", "display-name"},
	"account":      {"account"},
	"phone-number": {"account", "display-name", "registration"},
}

// marks are what a finding of a broad check says when it means a cause. Numbers
// are Meta's own, as health status gives them (Meta: health status, read 22
// November 2026; 141000 names no reason and is left out on purpose).
var marks = []mark{
	{"payment", "141006|131042|payment|billing|credit line|currency|time zone"},
	{"display-name", "131037|display name"},
	{"template", "141002"},
	{"registration", "133010|131045|not registered|not connected|not set up|not verified|was deleted|was moved"},
	{"allow-list", "131030|test number|allowed list"},
	{"throttled", "has sent as much"},
	{"account", "141014|141010|131031|368|banned|restricted|disabled|policy|violation"},
}

// wholes are what a finding says that names no reason, only what is blocked.
var wholes = []mark{{"app", "for the app"}, {"account", "for the whatsapp account|for the business"}}

type mark struct{ cause, words string }

func (m mark) in(text string) bool {
	return slices.ContainsFunc(strings.Split(m.words, "|"), func(w string) bool { return has(text, w) })
}

var metaCode = model.Pattern(`\b1[34]\d{4}\b`)

// topics are the causes that a finding with a problem speaks about, and whether
// it says so itself. What it found stands in the first part of its summary;
// behind it are remarks on what stops nothing. The facts, which also hold what
// is in order, are searched for Meta's error codes and for further problems, which
// are named "also".
func topics(f model.Finding) (causes []string, sure bool) {
	if c, ok := single[f.Check]; ok {
		return []string{c}, true
	}
	if broad[f.Check] == nil {
		return nil, false
	}
	text, _, _ := strings.Cut(strings.ToLower(f.Summary), ";")
	for _, fact := range f.Facts {
		if fact.Name == "also" { // a second problem
			text += " " + strings.ToLower(fact.Value)
		}
		text += " " + strings.Join(metaCode().FindAllString(fact.Value, -1), " ")
	}
	for _, list := range [][]mark{marks, wholes} {
		for _, m := range list {
			if m.in(text) {
				causes = append(causes, m.cause)
			}
		}
		if len(causes) > 0 {
			return causes, true
		}
	}
	return broad[f.Check], len(broad[f.Check]) == 1
}

// fact is the value of a finding's fact, in capitals as Meta writes its words.
func fact(f model.Finding, name string) string {
	for _, x := range f.Facts {
		if x.Name == name {
			return strings.ToUpper(x.Value)
		}
	}
	return ""
}

// has reports whether a text has a phrase; a number only as a whole number.
func has(text, phrase string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], phrase)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(phrase)
		digit := func(j int) bool { return j >= 0 && j < len(text) && text[j] >= '0' && text[j] <= '9' }
		if !(digit(i-1) && digit(i)) && !(digit(end-1) && digit(end)) {
			return true
		}
		from = i + 1
	}
}
