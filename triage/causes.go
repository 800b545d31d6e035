package triage

import (
	"fmt"

	"unsent/kb"
	"unsent/model"
)

// asks names the checks that speak about a cause, most telling first.
var asks = map[string][]string{
	"outage":       {"status-page"},
	"token":        {"token"},
	"account":      {"health", "account", "phone-number"},
	"template":     {"template"},
	"window":       {"window"},
	"recipient":    {"recipient"},
	"public-key":   {"public-key", "flow"},
	"app":          {"number-in-account", "webhook"},
	"payment":      {"health"},
	"display-name": {"phone-number"},
	"registration": {"phone-number"},
	"allow-list":   {"phone-number"},
}

// Causes gives every cause of the article, in the article's order, with what
// the findings and the steps by hand say of it. Without evidence the verdict is
// "cannot tell" and the reason names what would tell.
//
// A finding that answers makes a cause likely or unlikely, never more: several
// causes can hold at once, and a green status page in particular rules nothing
// out (Meta counts a minute as down only after ten in a row).
func Causes(a kb.Article, steps []Step, found []model.Finding) []model.CauseFinding {
	var out []model.CauseFinding
	for _, c := range a.Causes {
		out = append(out, cause(c, steps, found))
	}
	return out
}

func cause(c kb.Cause, steps []Step, found []model.Finding) model.CauseFinding {
	cf := model.CauseFinding{Cause: c.Key, Title: c.Title, Verdict: model.CannotTell}
	good, bad := 0, 0
	for _, name := range asks[c.Key] {
		for _, f := range found {
			if f.Check != name {
				continue
			}
			switch f.Verdict {
			case model.Problem:
				bad++
				cf.Why = append(cf.Why, fmt.Sprintf("%s (%s check, %s)", f.Summary, f.Check, f.At.UTC().Format("15:04 UTC")))
			case model.OK:
				good++
				cf.Why = append(cf.Why, fmt.Sprintf("%s (%s check, %s)", f.Summary, f.Check, f.At.UTC().Format("15:04 UTC")))
			case model.Unknown:
				cf.Why = append(cf.Why, f.Summary)
			}
		}
	}
	for _, s := range steps {
		if s.By != "hand" || s.Depth > 0 || !speaks(s, c.Key) {
			continue
		}
		note := ""
		if s.Note != "" {
			note = ": " + s.Note
		}
		switch s.State {
		case model.StepProblem:
			bad++
			cf.Why = append(cf.Why, "step "+s.ID+" found a problem by hand"+note)
		case model.StepDone:
			// Done is not "nothing was wrong": only the note tells what was seen,
			// and no program reads it.
			if note == "" {
				note = "; nothing was noted"
			}
			cf.Why = append(cf.Why, "step "+s.ID+" was done by hand"+note)
		}
	}
	switch {
	case bad > 0:
		cf.Verdict = model.Likely
	case good > 0 && c.Key == "outage":
		cf.Verdict = model.Possible
		cf.Why = append(cf.Why, "a page that reports nothing does not rule out a fault at Meta")
	case good > 0:
		cf.Verdict = model.Unlikely
	case len(cf.Why) == 0:
		cf.Why = []string{ask(c.Key, steps)}
	}
	return cf
}

// speaks reports whether a step looks into a cause: they share a check.
func speaks(s Step, key string) bool {
	for _, name := range asks[key] {
		if contains(s.Checks, name) {
			return true
		}
	}
	return false
}

// ask names the step that would tell.
func ask(key string, steps []Step) string {
	for _, s := range steps {
		if speaks(s, key) {
			return fmt.Sprintf("no check and no step has looked into it yet; step %s would tell", s.ID)
		}
	}
	return "no check and no step has looked into it yet"
}
