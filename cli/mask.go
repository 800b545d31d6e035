package cli

import (
	"strings"

	"unsent/model"
	"unsent/safe"
)

// What is shown without --full names nobody: recipients and message ids are
// labels, and texts have the numbers in them hidden. Ids that are a field of
// their own and belong to no recipient (WABA, phone number id, fbtrace_id) stay.

// failureJSON is a failure as lists write it.
type failureJSON struct {
	model.Failure
	Masked bool `json:"masked,omitzero"` // recipient, wamid and texts have the number hidden
}

// maskFailure hides the recipient wherever the record names it: the number
// itself, the wamid that contains it, the user id, and texts that quote it or
// anybody else's.
func maskFailure(f model.Failure, full bool) failureJSON {
	if full {
		return failureJSON{Failure: f}
	}
	f.Flags = append([]model.Flag{}, f.Flags...)
	var known []string
	for _, s := range []string{f.WAMID, f.RecipientRaw, f.Recipient, safe.ParsePhone(f.Recipient).Digits, f.RecipientUser} {
		if len(s) >= 5 {
			known = append(known, s)
		}
	}
	if digits, ok := safe.WAMIDNumber(f.WAMID); ok {
		known = append(known, digits)
	}
	for _, text := range []*string{&f.Title, &f.Message, &f.Details, &f.Template, &f.Language, &f.Kind, &f.Campaign, &f.Status} {
		*text = safe.MaskText(*text, known...)
	}
	label := maskRecipient(f.Recipient)
	// The sending system's id may be a number that only looks like a phone's.
	for _, k := range known {
		f.MessageID = strings.ReplaceAll(f.MessageID, k, label)
	}
	f.Recipient, f.RecipientRaw = label, label
	if f.WAMID != "" {
		f.WAMID = safe.MaskWAMID(f.WAMID)
	}
	if u := f.RecipientUser; len(u) > 5 {
		f.RecipientUser = u[:3] + "..." + u[len(u)-2:]
	}
	return failureJSON{f, true}
}

// maskFinding hides numbers in what a check found.
func maskFinding(f model.Finding) model.Finding {
	f.Summary = safe.MaskText(f.Summary)
	facts := make([]model.Fact, len(f.Facts))
	for i, fact := range f.Facts {
		facts[i] = model.Fact{Name: fact.Name, Value: safe.MaskText(fact.Value)}
	}
	f.Facts = facts
	return f
}

// maskScope hides the recipients of a scope, and numbers in names that somebody
// chose, unless they are asked for.
func maskScope(dim model.Dim, sc model.Scope, full bool) model.Scope {
	sc.Top = orEmpty(sc.Top)
	mask := func(s string) string { return safe.MaskText(s) }
	switch {
	case full:
		return sc
	case dim == model.DimRecipient:
		mask = maskRecipient
	case dim == model.DimPhone || dim == model.DimWABA || dim == model.DimApp || dim == model.DimCountry:
		return sc
	}
	masked := make([]model.ScopeValue, len(sc.Top))
	for i, v := range sc.Top {
		masked[i] = v
		masked[i].Value = mask(v.Value)
	}
	sc.Top = masked
	return sc
}

// maskRecipient hides a number; what is no number keeps its shape only.
func maskRecipient(s string) string {
	if p := safe.ParsePhone(s); p.Digits != "" {
		return safe.MaskPhone(p.Digits)
	}
	if s == "" {
		return ""
	}
	return safe.PhoneShape(s)
}

// unless is the text with numbers hidden, unless all is to be shown.
func unless(full bool, s string) string {
	if full {
		return s
	}
	return safe.MaskText(s)
}
