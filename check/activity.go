package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"unsent/check/graph"
	"unsent/model"
)

var _ = registerGraph(Check{
	Name:  "activity",
	Title: "What changed on the account before it began?",
	Hand:  manager,
}, checkActivity)

// before is how far back a change is looked for.
const before = 7 * 24 * time.Hour

// checkActivity lists what was changed on the WABA in the seven days before the
// first failure. A change before a fault is a lead and no proof, so it is never
// more than "cannot tell".
func checkActivity(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	t := s.ofWABA()
	if f, no := t.need(true, false); no {
		return f
	}
	began := s.Incident.First
	if began.IsZero() && s.Message != nil {
		began = s.Message.At
	}
	if began.IsZero() {
		return model.Finding{Verdict: model.Skipped, Summary: "not asked: the log has no times, so what came before the failures cannot be told"}
	}
	list, a, err := g.Activities(ctx, t.waba)
	if err != nil {
		return unopened(g, a, err, "account")
	}
	r := judgeActivity(list, began, a.Cut)
	return t.confine(answered(g, a, r.finding("Meta's log shows no change on the account in the 7 days before it began")))
}

func judgeActivity(list []graph.Activity, began time.Time, cut bool) reading {
	var r reading
	fact(&r.facts, "it began", clock(began))
	var hits []graph.Activity
	undated, oldest := 0, began
	for _, x := range list {
		switch at := x.At.Time; {
		case at.IsZero():
			undated++
		default:
			if at.Before(oldest) {
				oldest = at
			}
			if at.Before(began) && began.Sub(at) <= before {
				hits = append(hits, x)
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b graph.Activity) int { return b.At.Time.Compare(a.At.Time) })
	for i, x := range hits {
		if i == 10 {
			fact(&r.facts, "and", fmt.Sprintf("%d earlier changes", len(hits)-i))
			break
		}
		text := first(x.Type, "no type")
		if x.Description != "" {
			text += ": " + said(x.Description)
		}
		if x.Actor != "" {
			text += " (by " + clip(x.Actor, 40) + ")"
		}
		fact(&r.facts, clock(x.At.Time), text)
	}
	if undated > 0 {
		fact(&r.facts, "without a time", fmt.Sprint(undated))
	}
	switch {
	case len(hits) == 1:
		r.unknown(fmt.Sprintf("one change on the account came before it, %s at %s; whether it is the cause Meta does not say", first(hits[0].Type, "of no named type"), clock(hits[0].At.Time)))
	case len(hits) > 1:
		r.unknown(fmt.Sprintf("%d changes on the account came in the 7 days before it, the last %s at %s; whether one is the cause Meta does not say", len(hits), first(hits[0].Type, "of no named type"), clock(hits[0].At.Time)))
	case cut && began.Sub(oldest) < before:
		r.unknown("Meta's log of changes is longer than was read")
	case undated > 0:
		r.unknown("Meta's log of changes has entries without a time")
	case began.Sub(oldest) <= before:
		r.unknown("Meta's log of changes has nothing from before it began, and how far back the log reaches is not known")
	}
	return r
}
