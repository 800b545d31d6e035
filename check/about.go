package check

import (
	"fmt"
	"slices"
	"strings"

	"unsent/model"
)

// ids are what a question to Meta is about; a check fills in those that it needs.
type ids struct{ waba, phone, sender, template, language string }

// A target is the one thing that a check asks about: what the most messages of
// the case share, where they do not all share it.
type target struct {
	ids
	what string // "phone number": how the thing is called
	from string // the account that an ID was taken from; empty: all are the log's
	n    int    // messages that it belongs to
	of   int    // messages looked at
	all  int    // messages of the case
	kind int    // how many such things the messages have
}

// looked are the messages that can be looked at: the message, or the newest and
// the samples of an incident, each once. The samples have payloads.
func (s Subject) looked() (sample []*model.Failure, all int) {
	if s.Message != nil {
		return []*model.Failure{s.Message}, 1
	}
	seen := map[model.MessageID]bool{}
	for i := range s.Samples {
		f := &s.Samples[i]
		seen[f.ID] = true
		sample = append(sample, f)
	}
	for i := range s.Newest {
		if f := &s.Newest[i]; f.ID == 0 || !seen[f.ID] {
			sample = append(sample, f)
		}
	}
	return sample, max(len(sample), s.Incident.Failures)
}

// about finds what to ask about: the ids that key reads from the most messages.
// Those of the account in whose name Meta is asked come first, because its token
// sees no others. Messages without ids (key says false) count as others.
func (s Subject) about(what string, dim model.Dim, key func(*model.Failure) (ids, bool)) target {
	sample, all := s.looked()
	count := map[ids]int{}
	var order []ids
	for _, f := range sample {
		k, ok := key(f)
		if !ok {
			continue
		}
		if count[k] == 0 {
			order = append(order, k)
		}
		count[k]++
	}
	t := target{what: what, of: len(sample), all: all, kind: len(order)}
	own := func(k ids) bool {
		a := s.account()
		return a.WABA != "" && k.waba == a.WABA || k.phone != "" && slices.Contains(a.Phones, k.phone)
	}
	for _, k := range order {
		if better, mine := count[k] > t.n, own(k); t.n == 0 || mine && !own(t.ids) || better && mine == own(t.ids) {
			t.ids, t.n = k, count[k]
		}
	}
	if s.Message == nil {
		t.kind = max(t.kind, s.Scopes[dim].Values)
	}
	return t
}

// account is the account in whose name Meta is asked.
func (s Subject) account() model.Account {
	if s.Meta == nil {
		return model.Account{}
	}
	return s.Meta.Account
}

// ofWABA is the WABA to ask about.
func (s Subject) ofWABA() target {
	t := s.about("WABA", model.DimWABA, func(f *model.Failure) (ids, bool) { return ids{waba: f.WABA}, f.WABA != "" })
	return s.fill(t)
}

// ofPhone is the business number to ask about, with its WABA as far as known.
func (s Subject) ofPhone() target {
	sample, _ := s.looked()
	wabas := map[string]string{} // some rows name the WABA of a number and some do not
	for _, f := range sample {
		if f.WABA != "" && f.PhoneID != "" && wabas[f.PhoneID] == "" {
			wabas[f.PhoneID] = f.WABA
		}
	}
	t := s.about("phone number", model.DimPhone, func(f *model.Failure) (ids, bool) {
		if f.PhoneID != "" { // the number itself adds nothing, and may be written in two ways
			return ids{waba: first(f.WABA, wabas[f.PhoneID]), phone: f.PhoneID}, true
		}
		return ids{waba: f.WABA, sender: f.Sender}, f.Sender != ""
	})
	t = s.fill(t)
	if a := s.account(); t.phone == "" && t.sender == "" && len(a.Phones) == 1 {
		t.phone, t.from, t.n = a.Phones[0], a.Name, t.of
	}
	return t
}

// ofAccount counts the messages that were sent from the account in whose name Meta
// is asked: other accounts have other tokens. Messages that name neither a WABA nor
// a number may be its own, and all may be when the account is not on record.
func (s Subject) ofAccount() target {
	sample, all := s.looked()
	a := s.account()
	t := target{what: "account", of: len(sample), all: all}
	for _, f := range sample {
		if f.WABA == "" && f.PhoneID == "" || a.WABA == "" && len(a.Phones) == 0 || f.WABA != "" && f.WABA == a.WABA || slices.Contains(a.Phones, f.PhoneID) {
			t.n++
		}
	}
	return t
}

// ofTemplate is the template to ask about, with its language and WABA.
func (s Subject) ofTemplate() target {
	t := s.about("template", model.DimTemplate, func(f *model.Failure) (ids, bool) {
		return ids{waba: f.WABA, template: f.Template, language: f.Language}, f.Template != ""
	})
	if t.template == "" {
		return t
	}
	return s.fill(t)
}

// fill takes the WABA from the account where the log names none.
func (s Subject) fill(t target) target {
	if a := s.account(); t.waba == "" && a.WABA != "" {
		t.waba, t.from = a.WABA, a.Name
		if t.n == 0 {
			t.n = t.of
		}
	}
	return t
}

// share is "120 of the 200 newest of 11902 messages".
func (t target) share() string {
	of := fmt.Sprintf("%d messages", t.of)
	if t.of < t.all {
		of = fmt.Sprintf("the %d newest of %d messages", t.of, t.all)
	}
	return fmt.Sprintf("%d of %s", t.n, of)
}

// confine keeps an answer about one thing from passing for the whole incident:
// what at most half of the messages share is not what ails the incident, and what
// is well with it says nothing of the others.
func (t target) confine(f model.Finding) model.Finding {
	if t.from != "" {
		f.Facts = append(f.Facts, model.Fact{Name: "ID from", Value: "the account " + t.from + "; the log names none"})
	}
	if t.kind > 1 {
		f.Facts = append(f.Facts, model.Fact{Name: "asked about", Value: fmt.Sprintf("1 of %d %ss, that of %s", t.kind, t.what, t.share())})
	}
	if t.of > 1 && t.n*2 <= t.of && (f.Verdict == model.OK || f.Verdict == model.Problem) {
		f.Verdict = model.Unknown
		f.Summary = fmt.Sprintf("cannot tell for the whole incident: %s; but that is %s", f.Summary, t.share())
	}
	return f
}

// notDigits says what is wrong with an ID of Meta's; all of them are digits.
func notDigits(what, id string) string {
	for i, r := range id {
		if r < '0' || r > '9' {
			return fmt.Sprintf("cannot tell: the %s %q is not a number (see %q at place %d); ask the CRM for it", what, clip(id, 40), r, len([]rune(id[:i]))+1)
		}
	}
	if len(id) > 25 {
		return fmt.Sprintf("cannot tell: the %s has %d digits, which none has; ask the CRM for it", what, len(id))
	}
	return ""
}

// need is the finding for IDs without which the question cannot be put; false
// when all are there.
func (t target) need(waba, phone bool) (model.Finding, bool) {
	skip := func(text string) (model.Finding, bool) {
		return model.Finding{Verdict: model.Skipped, Summary: text}, true
	}
	switch {
	case waba && t.waba == "":
		return skip("not asked: the log names no WABA and no account on record has one; ask the CRM for the WABA ID, then add the account: B in the console, or unsent account add")
	case phone && t.phone == "" && t.sender == "":
		return skip("not asked: the log does not say which business number sent; ask the CRM for its phone number ID")
	case phone && t.phone == "" && t.waba == "":
		return skip("not asked: the log has the business number but neither its phone number ID nor its WABA; ask the CRM for the phone number ID")
	}
	why := ""
	if phone {
		why = notDigits("phone number ID", t.phone)
	}
	if why == "" && (waba || phone && t.phone == "") { // the number is looked up in its WABA
		why = notDigits("WABA ID", t.waba)
	}
	return model.Finding{Verdict: model.Unknown, Summary: why}, why != ""
}

// clip cuts text at n characters.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimSpace(string(r[:n])) + "..."
}
