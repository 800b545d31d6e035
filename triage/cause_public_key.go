package triage

import (
	"strings"

	"unsent/model"
)

// Meta names a public key's signature and a GraphQL call for one case: a
// business public key being set for a Flow with an endpoint (Meta: error codes,
// 11 September 2026). Sending an ordinary message sets no key.
var publicKeyRule = rule{
	cause:  "public-key",
	title:  "A public key's signature, or a GraphQL call, failed",
	may:    "10 100 131000",
	words:  []string{"public key", "public-key", "public_key", "graphql"},
	checks: []string{"public-key", "flow"},

	onlyMeta: true, // the article's word: in most cases a fault in Meta's own infrastructure

	weigh: func(e *evidence, f model.Finding, r *reasons) bool {
		if f.Verdict != model.Problem || e.ofKey() {
			return false
		}
		r.remarks(fromFinding(f), "%s; sending an ordinary message does not use the key", f.Summary)
		return true
	},
	look: func(e *evidence, r *reasons) {
		switch {
		case !e.open:
			return
		case e.ofKey():
			r.points(source{"message", "the request"}, "The failed call was about a Flow's public key")
		case e.sent() != notKnown && !e.ofFlow():
			r.opposes(meta, "These are ordinary messages, and sending one sets no public key")
		default:
			r.lacks("The log does not say what was called; ask the CRM whether it was about a Flow or a public key")
		}
		if listed(catchAll, e.code, e.subcode) {
			r.remarks(claim, "The article names a public key and a GraphQL call as general reasons of 131000")
		}
	},
}

// ofKey reports whether a call set a public key: its request says so.
func (e *evidence) ofKey() bool {
	return strings.Contains(e.calls, "whatsapp_business_encryption") || strings.Contains(e.calls, "business_public_key")
}

// ofFlow reports whether a Flow was sent, or may have been.
func (e *evidence) ofFlow() bool {
	kinds := ""
	for _, v := range e.Scopes[model.DimKind].Top {
		kinds += strings.ToLower(v.Value) + " "
	}
	if e.Message != nil {
		kinds = strings.ToLower(e.Message.Kind)
	}
	return strings.Contains(kinds, "flow") || strings.Contains(kinds, "interactive") || strings.Contains(e.calls, `"flow"`)
}
