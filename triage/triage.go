// Package triage turns evidence into what to do next: which failures are one
// incident, whether the log shows an outage, how far the article's steps have
// come and which one is next, what the evidence says about each cause. It is
// pure: no file, no clock, no network.
//
// A kind of judgement is one file. Nothing here is a guess: where no evidence
// speaks, the answer is "cannot tell" and names what is missing.
package triage

import (
	"strings"

	"unsent/model"
)

// StrandOf is the strand that a record belongs to, without a number and without
// minutes: the error, and the bounds within which such an error can be a fault.
// A success keeps all bounds, because any of them may be asked about.
//
// An error is told by its code; without one by another system's code, then by
// the HTTP status, then by its title with digits folded, so that a reference
// number in a title does not make a strand of its own.
//
// Template and number are never crossed for one error: sixty numbers with forty
// templates would be 2,400 strands of one error in one account. An error that may
// be about either parts by the template; by the number where there is none.
func StrandOf(r *model.Record) Strand {
	s := Strand{WABA: r.WABA, App: r.App}
	if r.Outcome == model.Succeeded {
		s.Phone, s.Template, s.Language = r.PhoneID, r.Template, r.Language
		return s
	}
	s.Code = r.Code
	if r.Code == "" {
		switch {
		case r.Vendor != (model.Vendor{}):
			s.Vendor = r.Vendor
		case r.HTTPStatus != 0:
			s.HTTP = max(r.HTTPStatus, -1)
		default:
			s.Title = fold(firstOf(r.Title, r.Message, r.Details))
		}
	}
	switch b := boundOf(s.Code, r.Subcode, s.Vendor, s.HTTP); {
	case b == boundNumber:
		s.Phone = r.PhoneID
	case b == boundTemplate || b == boundRequest || s.Code == "131000" || s.Code == "1":
		s.Template, s.Language = r.Template, r.Language
		if r.Template == "" {
			s.Phone, s.Language = r.PhoneID, ""
		}
	}
	return s
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
