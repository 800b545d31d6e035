package check

import (
	"context"

	"unsent/check/graph"
	"unsent/model"
)

var _ = registerGraph(Check{
	Name:  "account",
	Title: "Is the WhatsApp Business Account active?",
	Hand:  manager,
}, checkAccount)

func checkAccount(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	t := s.ofWABA()
	if f, no := t.need(true, false); no {
		return f
	}
	w, a, err := g.Account(ctx, t.waba)
	if err != nil {
		return unanswered(g, a, err, "WABA "+t.waba)
	}
	r := judgeAccount(w, s.code())
	good := "the WhatsApp account is active and approved"
	if w.Review == "" {
		good = "the WhatsApp account is active; of its review Meta's answer says nothing"
	}
	return t.confine(answered(g, a, r.finding(good)))
}

// code is the error code of the case.
func (s Subject) code() model.Code {
	if s.Message != nil {
		return s.Message.Code
	}
	return s.Incident.Code
}

func judgeAccount(w graph.WABA, code model.Code) reading {
	var r reading
	fact(&r.facts, "name", w.Name)
	fact(&r.facts, "status", w.Status)
	fact(&r.facts, "review", w.Review)
	fact(&r.facts, "business verification", w.Verification)
	fact(&r.facts, "ownership", w.Ownership)
	fact(&r.facts, "country", w.Country)
	fact(&r.facts, "currency", w.Currency)
	fact(&r.facts, "messaging limit", w.Limit)
	switch upper(w.Status) {
	case "ACTIVE", "":
	case "PENDING", "RESTRICTED", "DISABLED":
		r.problem("the WhatsApp account is " + upper(w.Status) + ", not active")
	default:
		r.unknown(strange("account's status", w.Status))
	}
	switch upper(w.Review) {
	case "APPROVED", "":
	case "PENDING", "REJECTED", "RESTRICTED", "LIMIT_REACHED", "DEFERRED":
		r.problem("Meta's review of the WhatsApp account is " + upper(w.Review) + ", not APPROVED")
	default:
		r.unknown(strange("account's review", w.Review))
	}
	switch {
	case w.Status == "" && w.Review == "":
		r.unknown("Meta's answer has neither the account's status nor its review")
	case w.Status == "":
		r.unknown("Meta's answer does not have the account's status; its review of the account is " + upper(w.Review))
	}
	switch w.Verification {
	case "", "verified":
	case "not_verified", "pending", "pending_need_more_info", "pending_submission", "failed", "rejected", "expired", "revoked", "ineligible":
		r.warn("the business behind it is not verified (" + w.Verification + "), which lowers limits and stops no message")
	default:
		r.warn(strange("business verification", w.Verification))
	}
	if w.Marketing != nil && *w.Marketing {
		text := "marketing messages are switched off for this account on the Cloud API"
		if code == "131063" {
			r.problem(text)
		} else {
			r.warn(text)
		}
	}
	if code == "131042" && (w.Currency == "" || w.Timezone == "") {
		r.warn("Meta gives no currency or no time zone of the account; 131042 can come of one that was never set")
	}
	return r
}
