package check

import (
	"context"

	"unsent/check/graph"
	"unsent/model"
)

var _ = registerGraph(Check{
	Name:  "flow",
	Title: "Is the Flow healthy?",
	Hand:  manager,
}, checkFlow)

// flowFaults are the states in which a Flow cannot be used (Flows API reference;
// 132068 and 132069 of the error codes page).
var flowFaults = map[string]string{
	"DEPRECATED": "is retired (DEPRECATED) and can no longer be sent",
	"BLOCKED":    "is blocked (BLOCKED, 132068)",
	"THROTTLED":  "is slowed down (THROTTLED, 132069)",
}

func checkFlow(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	use := s.flowUse(ctx, g)
	if !use.sent {
		return model.Finding{Verdict: model.Skipped, Summary: first(use.why, "not asked: no Flow was sent")}
	}
	if use.id == "" {
		return model.Finding{Verdict: model.Skipped, Summary: "not asked: a Flow was sent, but the log does not have its ID; ask the CRM for the Flow ID"}
	}
	if why := notDigits("Flow ID", use.id); why != "" {
		return model.Finding{Verdict: model.Unknown, Summary: why}
	}
	t := s.ofPhone()
	phone := t.phone
	if notDigits("phone number ID", phone) != "" {
		phone = ""
	}
	w, a, err := g.Flow(ctx, use.id, phone)
	if err != nil {
		return unanswered(g, a, err, "Flow "+use.id)
	}
	return use.about.confine(answered(g, a, judgeFlow(w, use.draft)))
}

func judgeFlow(w graph.Flow, draft bool) model.Finding {
	var r reading
	fact(&r.facts, "Flow", w.Name)
	fact(&r.facts, "status", w.Status)
	fact(&r.facts, "endpoint", hostOf(w.Endpoint))
	fact(&r.facts, "app", w.App)
	switch word := upper(w.Status); {
	case word == "PUBLISHED":
	case word == "DRAFT" && draft:
		r.warn("it is a draft, and was sent as one")
	case word == "DRAFT":
		r.problem("the Flow is still a draft (DRAFT) and was not sent as one")
	case flowFaults[word] != "":
		r.problem("the Flow " + flowFaults[word])
	case word == "":
		r.unknown("Meta does not say whether the Flow is published")
	default:
		r.unknown(strange("Flow's status", w.Status))
	}
	for _, f := range w.Faults {
		r.warn("Meta finds a fault in it: " + said(f))
	}
	// The Flow's own entity first: its 131000 has a telling text.
	h := judgeHealth(w.Health, true)
	h.covers(w.Health, "FLOW")
	r.problems = append(h.problems, r.problems...)
	r.unknowns = append(r.unknowns, h.unknowns...)
	r.warnings = append(r.warnings, h.warnings...)
	r.facts = append(r.facts, h.facts...)
	return r.finding("the Flow is published and Meta says that it may be sent")
}
