package check

import (
	"context"
	"fmt"
	"strings"

	"unsent/check/graph"
	"unsent/model"
	"unsent/safe"
)

var _ = registerGraph(Check{
	Name:  "number-in-account",
	Title: "Does the number belong to this WABA?",
	Hand:  manager,
}, checkNumberInAccount)

// checkNumberInAccount looks for the sending number in the WABA's list. A number
// of another WABA explains 132001: templates belong to the WABA.
func checkNumberInAccount(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	t := s.ofPhone()
	if f, no := t.need(true, true); no {
		return f
	}
	p, a, miss := numberIn(ctx, g, t)
	if p == nil {
		return t.confine(miss)
	}
	var r reading
	fact(&r.facts, "number", maskedNumber(p.Display))
	fact(&r.facts, "display name", p.Name)
	fact(&r.facts, "status", p.Status)
	return t.confine(answered(g, a, r.finding("the business number belongs to this WhatsApp account")))
}

// numberIn finds the target's number in its WABA, by its ID or else by the number
// itself. When it is not there, miss is the finding that says so.
func numberIn(ctx context.Context, g *graph.Client, t target) (found *graph.Phone, a graph.Answer, miss model.Finding) {
	list, a, err := g.Phones(ctx, t.waba)
	if err != nil {
		return nil, a, unanswered(g, a, err, "WABA "+t.waba)
	}
	want := safe.Digits(t.sender)
	for i := range list {
		p := &list[i]
		if t.phone != "" && p.ID == t.phone || t.phone == "" && want != "" && safe.Digits(p.Display) == want {
			return p, a, model.Finding{}
		}
	}
	var r reading
	var there []string
	for _, p := range list {
		there = append(there, strings.TrimSpace(p.ID+" "+maskedNumber(p.Display)))
	}
	what := "phone number ID " + t.phone
	if t.phone == "" {
		what = "number " + safe.MaskPhone(want)
	}
	fact(&r.facts, "numbers of the WABA", first(strings.Join(there, "; "), "none"))
	switch {
	case a.Cut:
		r.unknown(fmt.Sprintf("%s is not among the %d numbers of WABA %s that were read, and there are more", what, len(list), t.waba))
	case t.from != "":
		// One of the two is the account's, not the log's: it may just be the wrong account.
		r.unknown(fmt.Sprintf("%s is not in WABA %s; the log does not name both, one is from the account %s, so with which the messages were sent is not known", what, t.waba, t.from))
	default:
		r.problem(fmt.Sprintf("%s does not belong to WABA %s, with which the log pairs it; templates and token of that account do not fit the number", what, t.waba))
	}
	return nil, a, answered(g, a, r.finding(""))
}
