package check

import (
	"context"
	"slices"

	"unsent/check/graph"
	"unsent/model"
	"unsent/safe"
)

var _ = registerGraph(Check{
	Name:  "message-history",
	Title: "What does Meta know of this message?",
	Hand:  manager,
}, checkHistory)

// checkHistory asks about one message: of an incident, the one that stands for it.
// The endpoint is experimental, so a refusal is no news.
func checkHistory(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	f := s.inQuestion()
	switch {
	case f == nil:
		return model.Finding{Verdict: model.Skipped, Summary: "not asked: the log has no message with both Meta's message ID (wamid) and a phone number ID; ask the CRM for them"}
	case notDigits("phone number ID", f.PhoneID) != "":
		return model.Finding{Verdict: model.Unknown, Summary: notDigits("phone number ID", f.PhoneID)}
	}
	events, a, err := g.History(ctx, f.PhoneID, f.WAMID)
	if err != nil {
		return unopened(g, a, err, "message")
	}
	r, good := judgeHistory(events)
	r.facts = append([]model.Fact{{Name: "message", Value: f.ID.String() + ", " + safe.MaskWAMID(f.WAMID)}}, r.facts...)
	// One message stands for itself only.
	_, all := s.looked()
	return target{what: "message", n: 1, of: all, all: all, kind: all}.confine(answered(g, a, r.finding(good)))
}

// inQuestion is the message to ask about.
func (s Subject) inQuestion() *model.Failure {
	fits := func(f *model.Failure) bool { return f != nil && f.WAMID != "" && f.PhoneID != "" }
	if f := s.Stands(); fits(f) {
		return f
	}
	sample, _ := s.looked()
	for _, f := range sample {
		if fits(f) {
			return f
		}
	}
	return nil
}

func judgeHistory(events []graph.MessageEvent) (r reading, good string) {
	events = slices.Clone(events)
	slices.SortStableFunc(events, func(a, b graph.MessageEvent) int { return a.At.Time.Compare(b.At.Time) })
	var arrived, failed, webhook string
	for _, e := range events {
		when := ""
		if !e.At.Time.IsZero() {
			when = " at " + clock(e.At.Time)
		}
		text := first(e.Delivery, "no status") + when + ", webhook " + first(e.Webhook, "not said")
		if host := hostOf(e.Address); host != "" {
			text += " to " + host
		}
		if e.Fault != "" {
			text += ": " + said(e.Fault)
		}
		fact(&r.facts, "event", text)
		switch upper(e.Delivery) {
		case "DELIVERED", "READ":
			arrived = upper(e.Delivery) + when
		case "FAILED", "ERROR":
			failed = upper(e.Delivery) + when
		case "SENT", "ACCEPTED", "DELETED", "":
		default:
			r.unknown(strange("message's state", e.Delivery))
		}
		switch upper(e.Webhook) {
		case "FAILED", "RETRYING":
			webhook = "Meta could not hand over the report of it (webhook " + upper(e.Webhook) + "), so the CRM may not know"
		case "DELIVERED", "PENDING", "":
		default:
			r.warn(strange("webhook's state", e.Webhook))
		}
	}
	switch {
	case len(events) == 0:
		r.unknown("Meta's history has nothing about this message")
	case arrived != "":
		good = "the message arrived (" + arrived + "): it must not be sent again"
	case failed != "":
		r.problem("Meta's own history has the message as failed (" + failed + ")")
	default:
		r.unknown("Meta took the message, and its history has no delivery and no failure")
	}
	if webhook != "" {
		r.warn(webhook)
	}
	return r, good
}
