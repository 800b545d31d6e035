package triage

import (
	"fmt"
	"strings"
	"time"

	"unsent/kb"
	"unsent/model"
)

// reason says why these failures are one fault, in numbers of the log. Names in
// it are the log's: untrusted text.
func (g *grouper) reason(f *fault, grp *Group) string {
	if f.outage != nil && (f.shape == model.ShapeOutage || f.shape == model.ShapeApp || f.shape == model.ShapeScattered) {
		return f.outage.Reason()
	}
	first := f.lanes[0].s
	what, more := g.errors(f)
	when, after := g.when(f, grp)
	fails := model.Count(grp.Failures, "send", "sends") + " failed with " + what + more + when
	s := ""
	switch f.shape {
	case model.ShapeOutage:
		s = fmt.Sprintf("%d WABAs began to fail with Meta's own errors together; the log before that is too short to say what was usual, so it cannot tell an outage at Meta from how things always are: %s.", grp.WABAs, fails)
	case model.ShapeApp:
		if f.lanes[0].bound == boundApp {
			s = "The error is about how often the app" + space(first.App) + " may call: " + fails + "."
		} else {
			s = fmt.Sprintf("%d WABAs began to fail with the same error within %s, which points to the app%s or a token that they share: %s.", grp.WABAs, f.spread(), space(first.App), fails)
		}
		if d := g.limit(grp); d != nil && first.Code == "4" {
			grp.Outage = d
			s, after = d.Reason(), ""
		}
	case model.ShapeAccount:
		switch {
		case grp.WABAs > 1:
			s = fmt.Sprintf("%d WABAs began to fail with the same error within %s, which points to something that they share: %s.", grp.WABAs, f.spread(), fails)
		case f.lanes[0].bound.named():
			s = "The error is about " + accountName(first.WABA) + ": " + fails + "."
		case len(f.lanes) == 1:
			s = "At " + accountName(first.WABA) + " " + fails + "; the log does not tell more closely what they share."
		case f.lanes[0].waba.shares():
			s = sentence(accountName(first.WABA)) + " is hit across its templates or numbers, not one of them alone: " + fails + "."
		default:
			s = "At " + accountName(first.WABA) + " more than one template or number is hit: " + fails + "."
		}
		s += g.beside(f, grp, "")
		if f.outage != nil {
			s, after = s+after+" "+f.outage.Reason(), ""
		}
	case model.ShapeNumber:
		if first.Phone == "" {
			s = "Almost all of it is from one sender number of " + accountName(first.WABA) + ", which has more: " + fails + "."
			break
		}
		s = "Sender number" + space(first.Phone) + " of " + accountName(first.WABA) + ": " + fails + "."
		s += g.beside(f, grp, phoneKey(first.Phone))
	case model.ShapeTemplate:
		name := first.Template
		if first.Language != "" {
			name += " (" + first.Language + ")"
		}
		s = "Template " + name + " of " + accountName(first.WABA) + ": " + fails + "."
		s += g.beside(f, grp, templateKey(first.Template, first.Language))
	case model.ShapeRecipient:
		most := "all"
		if f.most < grp.Failures {
			most = model.Thousands(f.most)
		}
		s = "One recipient of " + accountName(first.WABA) + " is sent to again and again: " + fails + ", " + most + " of them to that one."
	case model.ShapeFormat:
		s = "Many recipients are refused at once at " + accountName(first.WABA) + ", which points to a list or to the way its numbers are written: " + fails + "."
		s += g.beside(f, grp, "")
	}
	return s + after
}

// beside says what went well in the same time: with the same template or number
// (key) and at the rest of the account.
func (g *grouper) beside(f *fault, grp *Group, key string) string {
	if grp.WABAs > 1 || grp.First == 0 {
		return ""
	}
	w := f.lanes[0].waba
	if !w.shares() {
		return ""
	}
	all := w.good.count(grp.First, grp.Last)
	if key == "" {
		if all == 0 {
			return " No send of the account went well in that time."
		}
		return " In that time " + model.Count(all, "send", "sends") + " of the account went well."
	}
	if !w.parts[key[0]] {
		return " In that time " + model.Count(all, "send", "sends") + " of the account went well; the log does not say which."
	}
	same := w.goodOf(key).count(grp.First, grp.Last)
	s := " None with it went well in that time"
	if same > 0 {
		s = " " + model.Thousands(same) + " with it went well in that time"
	}
	failed, unsure := w.failedBeside(key, grp.First, grp.Last)
	least := model.Thousands(failed)
	if unsure {
		least = "at least " + least
	}
	switch {
	case all > same && failed > 0:
		return s + ", and " + model.Thousands(all-same) + " others of the account did, while " + least + " failed as well."
	case all > same:
		return s + ", and " + model.Thousands(all-same) + " others of the account did."
	case failed > 0:
		return s + ", and no other of the account did: " + least + " failed as well."
	case unsure:
		return s + ", and no other of the account did."
	}
	return s + ", and nothing else of the account to compare with."
}

// failedBeside counts the failures of an account that are surely not of a template
// or number, and reports whether there are some of which the log does not say it:
// the strands of a token's error, say, do not part by templates.
func (w *wabaOf) failedBeside(key string, first, last int64) (failed int, unsure bool) {
	for _, l := range w.lanes {
		n := l.fails.count(first, last)
		parts := l.s.Template != "" || l.s.Phone != "" && l.bound != boundNumber // free text, where it parts by number
		switch number := key[0] == 'p'; {
		case n == 0:
		case number && l.s.Phone == "", !number && !parts:
			unsure = true
		case number && phoneKey(l.s.Phone) != key, !number && templateKey(l.s.Template, l.s.Language) != key:
			failed += n
		}
	}
	return failed, unsure
}

// errors names the error that most of a fault's failures have, and how many
// others there are.
func (g *grouper) errors(f *fault) (most, more string) {
	by := map[errorID]int{}
	var top *Strand
	for _, l := range f.lanes {
		e := l.s.error()
		for _, p := range l.held {
			if p.f == f {
				by[e] += l.fails.count(p.from, p.to)
			}
		}
		if top == nil || by[e] > by[top.error()] {
			top = l.s
		}
	}
	switch n := len(by) - 1; {
	case n == 1:
		more = " and another error"
	case n > 1:
		more = fmt.Sprintf(" and %d other errors", n)
	}
	return errorName(top), more
}

// errorName is an error as an agent reads it.
func errorName(s *Strand) string {
	switch {
	case s.Code != "":
		if e, ok := kb.Lookup(s.Code, ""); ok {
			return string(s.Code) + " (" + e.Title + ")"
		}
		return string(s.Code)
	case s.Vendor != (model.Vendor{}):
		return s.Vendor.String()
	case s.HTTP > 0:
		return fmt.Sprintf("HTTP status %d", s.HTTP)
	case s.Title != "":
		return `"` + s.Title + `"`
	}
	return "an error that the log does not name"
}

// when is the time of a group, and a sentence on what the log shows behind its last
// failure. That it goes on is said only where the log ends about when the next one
// was due.
func (g *grouper) when(f *fault, grp *Group) (when, after string) {
	span := " from " + clock(grp.First) + " to " + clock(grp.Last)
	if grp.First == grp.Last {
		span = " at " + clock(grp.First)
	}
	quiet := float64(g.end - grp.Last)
	switch well, owed := g.since(f, grp); {
	case grp.First == 0:
		return ", without a time", ""
	case !grp.Going, quiet <= 2 && grp.First == grp.Last:
		return span, ""
	case quiet <= max(2, min(2*grp.pace(), 10)) && owed < 3:
		return " since " + clock(grp.First) + ", still so when the log ends", ""
	case well > 0 && f.shape != model.ShapeRecipient && f.shape != model.ShapeFormat:
		return span, " After that " + model.Count(well, "such send", "such sends") + " went well until the log ends at " + clock(g.end) + "."
	}
	return span, " The log goes on until " + clock(g.end) + " and does not show whether it is over."
}

// spread is how long it took until the last of a fault's accounts had begun to fail.
func (f *fault) spread() string {
	began := map[*wabaOf]int64{}
	first, last := int64(0), int64(0)
	for _, l := range f.lanes {
		for _, p := range l.held {
			if from, _ := l.edge(p); p.f == f && p.from > 0 && (began[l.waba] == 0 || from < began[l.waba]) {
				began[l.waba] = from
			}
		}
	}
	for _, at := range began {
		if first == 0 || at < first {
			first = at
		}
		last = max(last, at)
	}
	return lasting(time.Duration(last-first+1) * time.Minute)
}

// accountName names an account, or says that the log does not.
func accountName(waba string) string {
	if waba == "" {
		return "an account that the log does not name"
	}
	return "account " + waba
}

// limit is the app's limit that the search for outages saw in a group's time.
func (g *grouper) limit(grp *Group) *Disruption {
	for i := range g.found {
		if d := &g.found[i]; d.Suspect == SuspectAppLimit && d.From <= grp.Last && grp.First <= d.To {
			return d
		}
	}
	return nil
}

// scatteredReason says what is known of failures that no fault has; blind, that the
// log has no sends that went well of the accounts.
func scatteredReason(s *Strand, grp *Group, untimed int, blind bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s with %s", model.Count(grp.Failures, "failure", "failures"), errorName(s))
	if grp.WABAs > 0 {
		b.WriteString(" at " + model.Count(grp.WABAs, "account", "accounts"))
	}
	switch {
	case grp.Failures == 1:
		b.WriteString("; nothing in the log ties it to others.")
	case untimed == grp.Failures:
		b.WriteString("; none has a time, so the log does not tell which belong together.")
	default:
		b.WriteString("; nothing in the log shows that they are one fault.")
		if blind && (s.Code == "131026" || s.Code == "131021") {
			b.WriteString(" It has no sends of these accounts that went well, so it does not tell a bad list from a large campaign; ask for an export that has them.")
		}
		if untimed > 0 {
			fmt.Fprintf(&b, " %s without a time, so the log does not tell where they belong.", model.Count(untimed, "is", "are"))
		}
	}
	return b.String()
}
