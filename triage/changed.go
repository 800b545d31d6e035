package triage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/model"
)

// A Change is something that was different before an incident began.
type Change struct {
	Text   string    // a sentence without a final stop
	Source string    // "the log", "template check, 13 May 14:05 UTC"
	At     time.Time // when it changed, or was first seen changed; UTC, never zero
	weight int
}

// What a change tells of the incident, most telling first.
const (
	byDate    = iota // it has a date of its own just before the incident began
	byCheck          // a check answered otherwise before it began
	whole            // a value that all failures have was first seen just before
	byLog            // Meta's log of the account has it
	part             // a value that some failures have was first seen just before
	afterward        // a check answered otherwise after it had begun
)

// Before an incident, this long, a first send tells something: a day covers what
// was set up the evening before. An hour tells more.
const (
	recent = 24 * time.Hour
	just   = time.Hour
)

// Changed is what changed before the incident began, most telling first: dates
// of its own (a token that expired), checks that answered otherwise before,
// templates, numbers and apps that the log had not seen before, entries in
// Meta's log of the account. An incident without a time has no before.
func Changed(c *model.Case) []Change {
	began := c.Incident.First
	if c.Message != nil && began.IsZero() {
		began = c.Message.At
	}
	if began.IsZero() {
		return nil
	}
	out := slices.Concat(expired(c, began), answered(c, began), firstSeen(c, began), activity(c, began))
	slices.SortStableFunc(out, func(a, b Change) int {
		if a.weight != b.weight {
			return a.weight - b.weight
		}
		return gap(a.At, began) - gap(b.At, began)
	})
	return out
}

// gap is how many seconds lie between two times.
func gap(a, b time.Time) int { return int(a.Sub(b).Abs() / time.Second) }

// expired are the dates in the token check's facts that lie just before the
// incident, or just after its first failure as the minutes of a log may have it.
func expired(c *model.Case, began time.Time) (out []Change) {
	for _, f := range c.Findings {
		if f.Check != "token" {
			continue
		}
		for _, name := range []string{"expires", "access to data ends"} {
			at, err := time.Parse("2006-01-02 15:04 UTC", fact(f, name))
			if err != nil || at.After(began.Add(5*time.Minute)) || began.Sub(at) > recent {
				continue
			}
			what := map[string]string{"expires": "the access token expired", "access to data ends": "the token's access to data ended"}[name]
			out = append(out, Change{sentence(fmt.Sprintf("%s on %s, %s", what, moment(at), before(at, began))), fromFinding(f).text, at, byDate})
		}
	}
	return out
}

// answered are checks that answered otherwise earlier than they do now. It tells
// most when the earlier answer is from before the incident.
func answered(c *model.Case, began time.Time) (out []Change) {
	for _, now := range c.Findings {
		i := slices.IndexFunc(c.Past, func(f model.Finding) bool {
			return f.Check == now.Check && f.At.Before(now.At) && told(f)
		})
		if i < 0 || !told(now) {
			continue
		}
		was := c.Past[i]
		// The newest answer from before the incident is the one to compare with.
		for _, f := range c.Past[i:] {
			if f.Check == now.Check && told(f) && f.At.Before(began) {
				was = f
				break
			}
		}
		text := differs(was, now)
		if text == "" {
			continue
		}
		weight := byCheck
		if !was.At.Before(began) {
			weight = afterward
		}
		if now.At.Before(began) && began.Sub(now.At) > recent {
			continue
		}
		out = append(out, Change{sentence(fmt.Sprintf("%s; on %s it was otherwise", text, moment(was.At))), fromFinding(now).text, now.At, weight})
	}
	return out
}

func told(f model.Finding) bool { return f.Verdict == model.OK || f.Verdict == model.Problem }

// differs says what two answers of one check have different, "" when nothing: a
// new verdict, or else facts of one name with other values. Only a few facts say
// something of the thing itself and not of the asking.
func differs(was, now model.Finding) string {
	if was.Verdict != now.Verdict {
		return now.Summary
	}
	var parts []string
	for _, f := range now.Facts {
		old := fact(was, f.Name)
		if old == "" || old == strings.ToUpper(f.Value) || !slices.Contains(telling, f.Name) {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s went from %s to %s", f.Name, old, strings.ToUpper(f.Value)))
	}
	return strings.Join(parts, ", ")
}

// telling are the facts whose values are states: of a template, number, account.
var telling = []string{"status", "quality", "review", "category", "platform", "mode", "display name is", "messaging limit", "throughput", "type", "app"}

// unseen is how many failures of a value there would have been before it was first
// seen, had it always failed as it does in the incident, for its absence to mean
// anything: chance leaves none of five in one case of 150.
const unseen = 5

// firstSeen are values of the failures that the log had not seen before. In a log
// of failures only the first of one is when it first failed and no news.
func firstSeen(c *model.Case, began time.Time) (out []Change) {
	if c.Evidence.LogFrom.IsZero() || !c.Incident.Successes {
		return nil
	}
	// What came with its account is no news of its own.
	account := time.Time{}
	for _, s := range c.Evidence.FirstSeen {
		if s.Dim == model.DimWABA && s.At.After(account) {
			account = s.At
		}
	}
	lasted := max(c.Incident.Last.Sub(c.Incident.First), time.Minute)
	for _, s := range c.Evidence.FirstSeen {
		age := began.Sub(s.At)
		// What the log begins with may be older than the log.
		if s.At.IsZero() || age < 0 || age > recent || s.At.Sub(c.Evidence.LogFrom) < just {
			continue
		}
		if s.Dim == model.DimWABA && age > just || s.Dim != model.DimWABA && s.At.Sub(account).Abs() < just {
			continue
		}
		what := nouns[s.Dim]
		if what == "" || c.Scopes[s.Dim].Values == 0 {
			continue
		}
		failed, of := 0, c.Incident.Failures
		for _, v := range c.Scopes[s.Dim].Top {
			if v.Value == s.Value {
				failed = v.Failed
			}
		}
		if float64(failed)*float64(s.At.Sub(c.Evidence.LogFrom)) < unseen*float64(lasted) {
			continue // so rare that the log may only be too short to have it earlier
		}
		weight, share := part, fmt.Sprintf("%s of %s failures have it", model.Thousands(failed), model.Thousands(of))
		if failed >= of {
			weight, share = whole, "all failures have it"
		} else if failed == 0 || age > just {
			continue
		}
		out = append(out, Change{sentence(fmt.Sprintf("%s %s was first seen on %s, %s; %s", what, quote(s.Value), moment(s.At), before(s.At, began), share)), theLog.text, s.At, weight})
	}
	return out
}

var nouns = map[model.Dim]string{
	model.DimTemplate: "the template", model.DimLanguage: "the language", model.DimPhone: "the phone number ID", model.DimWABA: "the WABA",
	model.DimApp: "the app", model.DimKind: "the kind", model.DimCampaign: "the campaign",
}

// activity are the entries of Meta's own log of the account: the facts of that
// check whose names are times.
func activity(c *model.Case, began time.Time) (out []Change) {
	for _, f := range c.Findings {
		if f.Check != "activity" {
			continue
		}
		for _, x := range f.Facts {
			at, err := time.Parse("2006-01-02 15:04 UTC", x.Name)
			if err != nil || at.After(began) {
				continue
			}
			out = append(out, Change{sentence(fmt.Sprintf("Meta's log of the account has for %s, %s: %s", moment(at), before(at, began), x.Value)), fromFinding(f).text, at, byLog})
		}
	}
	return out
}

// before says how long before the incident something was.
func before(at, began time.Time) string {
	if d := began.Sub(at); d >= time.Minute {
		return lasting(d) + " before the first failure"
	}
	return "as the failures began"
}
