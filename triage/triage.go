// Package triage turns evidence into what to do next: which incident a failure
// belongs to, how far the article's steps have come and which one is next, what
// the evidence says about each cause. It is pure: no file, no clock, no network.
//
// A kind of judgement is one file. Nothing here is a guess: where no evidence
// speaks, the answer is "cannot tell" and names what is missing.
package triage

import (
	"strings"

	"unsent/kb"
	"unsent/model"
)

// Bounds are what a failure has in common with those that cannot be told from it
// but by their time: the same error in the same WABA, and on the same template
// where the error may be about that. Incidents are made of such strands.
//
// An error is told by its code; without one by another system's code, then by
// the HTTP status, then by its title with digits folded, so that a reference
// number in a title does not make a strand of its own.
//
// Successes are told apart along all dimensions.
func Bounds(r *model.Record) model.Bounds {
	if r.Outcome != model.Failed {
		return model.Bounds{WABA: r.WABA, PhoneID: r.PhoneID, Template: r.Template, Language: r.Language, App: r.App}
	}
	b := model.Bounds{Code: r.Code, WABA: r.WABA}
	if r.Code == "" {
		switch {
		case r.Vendor != (model.Vendor{}):
			b.Vendor = r.Vendor
		case r.HTTPStatus != 0:
			b.HTTP = max(r.HTTPStatus, -1)
		default:
			if b.Title = fold(firstOf(r.Title, r.Message, r.Details)); b.Title == "" {
				b.HTTP = -1 // it says nothing at all, and is a failure all the same
			}
		}
	}
	if ofTemplate(r) {
		b.Template = r.Template
	}
	return b
}

// ofTemplate reports whether an error may have to do with the template that was
// sent. A refused token, a limit, a blocked payment and a recipient without
// WhatsApp meet all templates of an account alike: forty incidents of them would
// be one fault forty times.
func ofTemplate(r *model.Record) bool {
	if r.Code == "" || r.Code == "131000" {
		return true // nobody knows what it is about; for 131000 the article asks for the template
	}
	e, ok := kb.Lookup(r.Code, r.Subcode)
	if !ok {
		return true
	}
	switch e.Category {
	case "authorization", "integrity", "payment", "recipient", "registration", "server", "throttling":
		return false
	}
	return true
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// fold makes two titles that differ in digits, case and spacing the same.
func fold(s string) string {
	var b strings.Builder
	digits := false
	for _, r := range strings.ToLower(strings.Join(strings.Fields(s), " ")) {
		if isDigit := r >= '0' && r <= '9'; isDigit {
			if !digits {
				b.WriteByte('#')
			}
			digits = true
			continue
		}
		digits = false
		b.WriteRune(r)
		if b.Len() > 120 {
			break
		}
	}
	return b.String()
}
