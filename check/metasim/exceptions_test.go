package metasim

import (
	"slices"
	"strings"
)

// An exception is where what is served differs from Meta's file, and why.
type exception struct {
	scenario string // empty: any
	op       string // empty: any
	kind     string // operation, query, header, status, answer
	at       string
	values   []string // empty: any
	why      string
}

func (x exception) matches(scenario, op, kind, at, what string) bool {
	return (x.scenario == "" || x.scenario == scenario) && (x.op == "" || x.op == op) && x.kind == kind && x.at == at &&
		(len(x.values) == 0 || slices.ContainsFunc(x.values, func(v string) bool { return strings.HasPrefix(what, v+":") }))
}

// exceptions are needed because Meta's file, v23.0 of 21 Nov 2025, leaves things
// out, contradicts itself and is contradicted by real answers. A test fails when
// one of them is not needed any more.
var exceptions = []exception{
	{op: "debug_token", kind: "operation", why: "the file is about WhatsApp only; the Graph API reference has it"},
	{op: "app", kind: "operation", why: "the file is about WhatsApp only; the Graph API reference has it"},
	{op: "subscriptions", kind: "operation", why: "the file is about WhatsApp only; the Graph API reference has it"},
	{op: "1", kind: "operation", why: "an id of nothing is asked about on purpose"},

	{op: "message_templates", kind: "query", at: "fields", why: "the file names the filter by name only; Meta's SDK has fields, limit and after on each list"},
	{op: "message_templates", kind: "query", at: "limit", why: "the file names the filter by name only; Meta's SDK has fields, limit and after on each list"},
	{op: "message_templates", kind: "query", at: "after", why: "the file names the filter by name only; Meta's SDK has fields, limit and after on each list"},
	{op: "template", kind: "query", at: "fields", why: "the file names no parameter at all; each node takes fields, and Meta's page on health asks a template for it"},

	{op: "phone_numbers", kind: "answer", at: "data/*/status", values: []string{"CONNECTED"}, why: "the file knows LINKED and UNLINKED and not CONNECTED; each real answer seen has CONNECTED, and Meta's SDK lists it"},
	{op: "phone_numbers", kind: "answer", at: "data/*/status", values: []string{"absent"}, why: "the file requires status; a real answer to a question without fields has none"},
	{op: "phone_numbers", kind: "answer", at: "data/*/code_verification_status", values: []string{"NOT_VERIFIED"}, why: "the file has UNVERIFIED; real answers and Meta's SDK have NOT_VERIFIED"},
	{op: "phone", kind: "answer", at: "code_verification_status", values: []string{"NOT_VERIFIED"}, why: "the file has UNVERIFIED; real answers and Meta's SDK have NOT_VERIFIED"},
	{op: "account", kind: "answer", at: "business_verification_status", values: []string{"verified"}, why: "the file has capitals; real answers and Meta's SDK have small letters"},

	{scenario: "unknown-values", op: "account", kind: "answer", at: "account_review_status", why: "the scenario is about a word that nobody knows"},
	{scenario: "unknown-values", op: "phone", kind: "answer", at: "quality_rating", why: "the scenario is about a word that nobody knows"},
	{scenario: "unknown-values", op: "phone_numbers", kind: "answer", at: "data/*/status", why: "the scenario is about a word that nobody knows"},
	{scenario: "unknown-values", op: "phone_numbers", kind: "answer", at: "data/*/quality_rating", why: "the scenario is about a word that nobody knows"},
	{scenario: "error-in-200", kind: "status", why: "the scenario is about an error with HTTP 200"},
}
