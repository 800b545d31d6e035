package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"unsent/model"
)

const (
	// fewMinutes is after how long a second failure says that waiting did not help:
	// the first two waits, 60 seconds and then twice that. The article on 131000
	// waits "a few minutes" (step 2) and never less than 30 seconds before a retry.
	fewMinutes = 3 * time.Minute
	// goesOn and goesOnFor are how long, and for how many messages, all that is sent
	// must fail before it counts like a retry that failed: each is to somebody else.
	goesOn    = 10 * time.Minute
	goesOnFor = 5
)

// passing are the errors that may go by themselves, and of whose articles a retry is
// a step. Other codes name what has to be put right first, and some of them come of
// sending again.
var passing = []model.Code{"1", "131000"}

// retry asks whether the failure is a passing one, which waiting and sending again
// cures. It sends nothing: only what was sent again already tells, and only the log
// has that.
//
// OK is "it stayed, so go on to the next steps", a problem is "it has gone through,
// so there is nothing left to do". A failure that comes and goes is neither: the
// retry is still to be made, and the finding says so.
var _ = register(Check{
	Name:  "retry",
	Title: "Does it stay after waiting and sending again?",
	Run:   checkRetry,
})

func checkRetry(_ context.Context, s Subject) model.Finding {
	sample, _ := s.messages()
	if len(sample) == 0 {
		return model.Finding{Verdict: model.Unknown, Summary: "cannot tell: the incident has no message to look at"}
	}
	inc := &s.Incident
	code := inc.Code
	if s.Message != nil {
		code = s.Message.Code
	}
	if code != "" && !slices.Contains(passing, code) {
		return model.Finding{Verdict: model.Skipped, Summary: fmt.Sprintf("not asked: %s is no error that a retry is meant for", code)}
	}
	if f, ok := wentThrough(sample); ok {
		return f
	}
	var facts []model.Fact
	add := func(name, value string) { facts = append(facts, model.Fact{Name: name, Value: value}) }
	most := slices.MaxFunc(sample, func(a, b model.Failure) int { return a.Attempts - b.Attempts })
	if most.Attempts > 1 {
		add("most failures of one message", fmt.Sprintf("%d, %s", most.Attempts, most.ID))
	}
	groups := s.sentAgain()
	stayed, soon := 0, time.Duration(0)
	var longest time.Duration
	for _, g := range groups {
		switch {
		case g.span >= fewMinutes:
			stayed++
			longest = max(longest, g.span)
		case g.span > 0:
			soon = max(soon, g.span)
		}
	}
	if len(groups) > 1 && stayed > 0 {
		add(fmt.Sprintf("failed again after %s or more", rough(fewMinutes)), fmt.Sprintf("%d of %d recipients looked at", stayed, len(groups)))
	}
	if s.shared() {
		add("failed in its scope and time", fmt.Sprintf("%d of %d sends", inc.Failures, inc.Attempts))
	}
	found := func(v model.Verdict, format string, args ...any) model.Finding {
		return model.Finding{Verdict: v, Facts: facts, Summary: fmt.Sprintf(format, args...)}
	}
	// What few of the recipients met says nothing of an incident: those whose retry
	// went well are not among its failures.
	switch {
	case stayed > 0 && len(groups) == 1:
		return found(model.OK, "waiting did not help: the same kind of message to the same number failed again %s after the first time", rough(longest))
	case 2*stayed > len(groups):
		return found(model.OK, "waiting did not help: to %d of %d recipients the same kind of message failed again, up to %s after the first time", stayed, len(groups), rough(longest))
	case s.allFail() && inc.Failures >= goesOnFor && inc.Last.Sub(inc.First) >= goesOn:
		return found(model.OK, "waiting did not help: %s of its scope failed over %s, until %s", s.allSends(), rough(inc.Last.Sub(inc.First)), clock(inc.Last))
	case soon > 0 && stayed == 0:
		return found(model.Unknown, "cannot tell yet: it failed again after %d seconds, which is too soon; leave it for a few minutes, then send one message once more", int(soon.Seconds()))
	case len(sample) == 1 && most.Attempts > 1 && most.WAMID == "" && s.Message == nil:
		return found(model.Unknown, "cannot tell: %s failed %d times; the check of that message looks at when", most.ID, most.Attempts)
	case len(sample) == 1 && most.Attempts > 1 && most.WAMID == "":
		return found(model.Unknown, "cannot tell: it was tried %d times, and the log does not say when; ask the CRM for the time of each try", most.Attempts)
	case s.shared() && !s.allFail():
		return found(model.Unknown, "cannot tell yet: it comes and goes (%d of %d sends in its scope failed), and then a retry is often enough; when no outage is open, send one message again after 60 seconds", inc.Failures, inc.Attempts)
	}
	return found(model.Unknown, "cannot tell: the log shows nothing that was sent again after a few minutes; when no outage is open, send one message again after 60 seconds, or ask the CRM for all sends of that time, with those that went well")
}

// wentThrough answers where the log has a success of the very messages: they count
// as delivered, and sending them again would send them twice (Meta's support page:
// one message can be reported as failed and as delivered).
func wentThrough(sample []model.Failure) (model.Finding, bool) {
	n := 0
	for i := range sample {
		if has(&sample[i], model.FlagDelivered) {
			n++
		}
	}
	switch {
	case 2*n <= len(sample):
		return model.Finding{}, false
	case len(sample) == 1:
		return model.Finding{Verdict: model.Problem, Summary: "it passed: the log has this very message as delivered too; send it no more"}, true
	}
	return model.Finding{Verdict: model.Problem,
		Summary: fmt.Sprintf("it passed: the log has %d of %d messages as delivered too; send those no more", n, len(sample))}, true
}

// A repeated is what was sent to one recipient in one form and failed alike.
type repeated struct {
	first, last time.Time
	wamid       string        // of the first that has one
	span        time.Duration // from the first failure to the last of another send; 0: it was sent once
}

func (g *repeated) add(f *model.Failure) {
	switch {
	case g.first.IsZero():
		g.first, g.last, g.wamid = f.At, f.At, f.WAMID
		return
	case f.WAMID != "" && f.WAMID == g.wamid:
		return // one send, reported twice
	}
	if f.At.Before(g.first) {
		g.first = f.At
	}
	if f.At.After(g.last) {
		g.last = f.At
	}
	g.span = g.last.Sub(g.first)
}

// sentAgain sorts the messages by recipient and form; of a message there is one
// group, its own, with its history. A row without a time, or without a number that
// tells people apart, counts as one that was sent once.
func (s Subject) sentAgain() []*repeated {
	type key struct {
		to, sender, phone, kind, template, language string
		code                                        model.Code
		vendor                                      model.Vendor
	}
	of := func(f *model.Failure) (key, bool) {
		return key{f.Recipient, f.Sender, f.PhoneID, f.Kind, f.Template, f.Language, f.Code, f.Vendor},
			!f.At.IsZero() && f.Recipient != "" && !has(f, model.FlagRecipientMasked) && !has(f, model.FlagRecipientDamaged) && !isNobody(f)
	}
	groups := map[key]*repeated{}
	var out []*repeated
	if s.Message == nil {
		for i := range s.Newest {
			f := &s.Newest[i]
			k, ok := of(f)
			g := groups[k]
			if !ok || g == nil {
				g = &repeated{}
				out = append(out, g)
			}
			if ok {
				groups[k] = g
				g.add(f)
			}
		}
		return out
	}
	own := &repeated{}
	if f := s.Message; !f.At.IsZero() {
		own.add(f)
		for i := range s.History {
			if h := &s.History[i]; !h.At.IsZero() && h.Code == f.Code && h.Vendor == f.Vendor {
				own.add(h)
			}
		}
		mine, ok := of(f)
		for i := range s.Newest {
			if o := &s.Newest[i]; ok && o.ID != f.ID {
				if k, fits := of(o); fits && k == mine {
					own.add(o)
				}
			}
		}
	}
	return []*repeated{own}
}

// shared reports whether the log tells how many of the sends in the incident's
// scope and time failed: it does when it has sends that went well.
func (s Subject) shared() bool {
	return s.Incident.Successes && s.Incident.Attempts >= s.Incident.Failures && s.Incident.Failures > 0
}

// allFail reports whether as good as everything in the incident's scope failed: 95
// in 100, because a second failure of a message counts as a send.
func (s Subject) allFail() bool {
	return s.shared() && 100*s.Incident.Failures >= 95*s.Incident.Attempts
}

// allSends is "all 431 sends" or "425 of 431 sends".
func (s Subject) allSends() string {
	if s.Incident.Failures == s.Incident.Attempts {
		return fmt.Sprintf("all %d sends", s.Incident.Attempts)
	}
	return fmt.Sprintf("%d of %d sends", s.Incident.Failures, s.Incident.Attempts)
}
