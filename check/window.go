package check

import (
	"context"
	"fmt"
	"strings"
	"time"

	"unsent/model"
)

// Window is how long a customer's message lets a business answer freely: the
// customer service window (Meta, error 131047: "more than 24 hours").
const Window = 24 * time.Hour

// shutCode is Meta's own word for a closed window (error codes page, 11 September
// 2026).
const shutCode model.Code = "131047"

// window asks whether a free-form message was sent outside the customer service
// window. Only the log can answer; the Graph API has no such question. Templates
// need no open window.
var _ = register(Check{
	Name:  "window",
	Title: "Was the customer service window open?",
	Run:   checkWindow,
})

func checkWindow(_ context.Context, s Subject) model.Finding {
	sample, all := s.messages()
	var templates, open, shut, blind int
	var longest time.Duration
	for i := range sample {
		f := &sample[i]
		switch age := f.At.Sub(f.LastInbound); {
		case isTemplate(f):
			templates++
		case f.LastInbound.IsZero() || f.At.IsZero() || f.Kind == "", age < 0:
			// An export often has the customer's last message of today, which says
			// nothing about the time of an older failure.
			blind++
		case f.Code == shutCode && age <= Window:
			blind++ // the log and Meta contradict each other
		case age > Window:
			shut++
			longest = max(longest, age)
		default:
			open++
		}
	}
	n := len(sample)
	of := fmt.Sprintf("%d messages", n)
	if n < all {
		of = fmt.Sprintf("the %d newest of %d messages", n, all)
	}
	facts := []model.Fact{}
	add := func(name string, k int) {
		if k > 0 && n > 1 {
			facts = append(facts, model.Fact{Name: name, Value: fmt.Sprint(k)})
		}
	}
	add("templates, which need no open window", templates)
	add("inside 24 hours", open)
	add("outside 24 hours", shut)
	add("not known", blind)
	if n == 1 && !sample[0].LastInbound.IsZero() {
		facts = append(facts, model.Fact{Name: "customer last wrote", Value: sample[0].LastInbound.UTC().Format("2006-01-02 15:04 UTC")})
	}
	switch {
	case n == 0:
		return model.Finding{Verdict: model.Unknown, Summary: "cannot tell: the incident has no message to look at"}
	case shut > 0 && n == 1:
		return model.Finding{Verdict: model.Problem, Facts: facts,
			Summary: fmt.Sprintf("the customer last wrote %s before this free-form message; after 24 hours only a template may be sent", span(longest))}
	case shut > 0 && shut <= templates+open:
		// What most of the failures do not share is not what ails the incident.
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: fmt.Sprintf("cannot tell: %d of %s are free-form and were sent more than 24 hours after the customer last wrote; %d others failed that had an open window or needed none, so this can explain no more than %d", shut, of, templates+open, shut)}
	case shut > 0 && 2*shut <= n:
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: fmt.Sprintf("cannot tell: %d of %s are free-form and were sent more than 24 hours after the customer last wrote; of %d the log does not say what was sent or when the customer last wrote", shut, of, blind)}
	case shut > 0:
		return model.Finding{Verdict: model.Problem, Facts: facts,
			Summary: fmt.Sprintf("%d of %s are free-form and were sent more than 24 hours after the customer last wrote", shut, of)}
	case blind > 0 && n == 1:
		return model.Finding{Verdict: model.Unknown, Facts: facts, Summary: "cannot tell: " + missing(&sample[0])}
	case blind > 0:
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: fmt.Sprintf("cannot tell for %d of %s: the log does not say what was sent or when the customer last wrote", blind, of)}
	case templates == n && n == 1:
		return model.Finding{Verdict: model.OK, Facts: facts, Summary: "a template was sent; it needs no open window"}
	case templates == n:
		return model.Finding{Verdict: model.OK, Facts: facts, Summary: of + " are templates; they need no open window"}
	case n == 1:
		return model.Finding{Verdict: model.OK, Facts: facts, Summary: "the customer had written within 24 hours"}
	}
	return model.Finding{Verdict: model.OK, Facts: facts,
		Summary: of + " are templates or were sent within 24 hours of the customer's last message"}
}

// missing names what the agent must ask for.
func missing(f *model.Failure) string {
	switch {
	case f.Kind == "":
		return "the log does not say whether a template or a free-form message was sent; ask the CRM"
	case !f.At.IsZero() && f.LastInbound.After(f.At):
		return "the log's last message of the customer is later than this failure; ask the CRM when the customer had written before it"
	case f.Code == shutCode && !f.LastInbound.IsZero() && !f.At.IsZero():
		return "the log says that the customer wrote " + span(f.At.Sub(f.LastInbound)) + " before, and Meta's code 131047 says that it was more than 24 hours; ask the CRM whether that message came to this business number"
	case f.LastInbound.IsZero():
		return "the log does not say when the customer last wrote; ask the CRM for the time of the last inbound message"
	}
	return "the row has no time"
}

func isTemplate(f *model.Failure) bool {
	return strings.EqualFold(f.Kind, "template") || f.Template != ""
}

// span is a length of time in the words that one says: "26 hours", "3 days".
func span(d time.Duration) string {
	if h := int(d.Hours()); h < 72 {
		return fmt.Sprintf("%d hours", h)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
