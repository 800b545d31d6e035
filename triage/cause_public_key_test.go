package triage

import (
	"testing"

	"unsent/model"
)

func TestPublicKey(t *testing.T) {
	setsKey := func(c *model.Case) {
		c.Samples = append(c.Samples, model.Failure{Code: c.Incident.Code, Request: `POST /106540000000001/whatsapp_business_encryption {"business_public_key":"…"}`})
	}
	bad := finds("public-key", model.Problem, "the signature does not fit the number")
	judge(t, "public-key", []judged{
		{"K3 ordinary messages", anIncident("131000", ofKind("template")), model.Unlikely, "sets no public key"},
		{"K3 ordinary messages, and a key that is wrong", anIncident("131000", ofKind("template"), bad), model.Unlikely, "does not use the key"},
		{"S2-C7 the call set a key", anIncident("131000", setsKey), model.Likely, "public key"},
		{"and the check", anIncident("131000", setsKey, bad), model.Confirmed, "does not fit"},
		{"the error's own words", anIncident("131000", details("Error while processing the public key signature")), model.Likely, "public key"},
		{"not known what was called", anIncident("131000"), model.CannotTell, "ask the CRM"},
	})
}
