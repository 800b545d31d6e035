package check

import (
	"context"
	"strings"

	"unsent/check/graph"
	"unsent/model"
)

var _ = registerGraph(Check{
	Name:  "public-key",
	Title: "Is the business public key valid?",
	Hand:  manager,
}, checkPublicKey)

// checkPublicKey asks only where a Flow was sent, or where the error itself speaks
// of a key: Meta's page names the key for "WhatsApp Flows with Endpoint" and for
// the moment of setting one, not for messages (error codes page, 11 September 2026).
func checkPublicKey(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	use := s.flowUse(ctx, g)
	if !use.sent && !s.speaksOfKey() {
		return model.Finding{Verdict: model.Skipped, Summary: first(use.why, "not asked: no Flow was sent") + "; the key matters for Flows only"}
	}
	t := s.ofPhone()
	if f, no := t.need(false, true); no {
		return f
	}
	if t.phone == "" {
		return model.Finding{Verdict: model.Skipped, Summary: "not asked: the log does not have the phone number ID; ask the CRM for it"}
	}
	status, a, err := g.Encryption(ctx, t.phone)
	if err != nil {
		return unanswered(g, a, err, "phone number ID "+t.phone)
	}
	var r reading
	fact(&r.facts, "signature", first(status, "no key is set"))
	switch upper(status) {
	case "VALID":
	case "MISMATCH":
		r.problem("the signature of the business public key does not fit the number: the key must be uploaded again for this number")
	case "":
		r.unknown("no business public key is set for the number; only a Flow with an endpoint needs one")
	default:
		r.unknown(strange("signature of the key", status))
	}
	return t.confine(answered(g, a, r.finding("the business public key of the number is valid")))
}

// speaksOfKey reports whether an error text names the key or the GraphQL call.
func (s Subject) speaksOfKey() bool {
	sample, _ := s.looked()
	for _, f := range sample {
		text := strings.ToLower(f.Title + " " + f.Message + " " + f.Details)
		if strings.Contains(text, "public key") || strings.Contains(text, "graphql") {
			return true
		}
	}
	return false
}
