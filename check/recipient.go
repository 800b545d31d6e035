package check

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"unsent/model"
	"unsent/safe"
)

// recipient judges the form of the numbers: country code there, digits only,
// a length that E.164 allows (8 to 15 digits, ITU-T E.164). Whether a number is
// on WhatsApp cannot be asked of the API at all, and it does not pretend to know.
//
// The request tells what was sent. A column of an export only tells how the
// exporting system writes numbers, so an odd form there is not yet a fault.
//
// The article on 131000 (step 6) wants digits only. Meta's own example of an
// accepted send has a "+" in front, so a "+" is no fault, and other signs between
// the digits are "cannot tell" with the form that the article wants. A repair is
// proposed where there is only one, and never applied.
//
// The rules are by hand: country codes, and lengths where they are certain. A
// library with every country's numbering plan would add 6 MB to a program of 20,
// and could not answer the question that matters either, whether the number is on
// WhatsApp.
var _ = register(Check{
	Name:  "recipient",
	Title: "Is the recipient's number well formed?",
	Run:   checkRecipient,
})

func checkRecipient(_ context.Context, s Subject) model.Finding {
	sample, all := s.messages()
	var bad, odd, none, nobody, good int
	var facts []model.Fact
	for i := range sample {
		f := &sample[i]
		v, fact := judgeNumber(f)
		switch v {
		case model.Problem:
			bad++
		case model.Unknown:
			odd++
		case model.Skipped:
			none++
			if isNobody(f) {
				nobody++
			}
		default:
			good++
		}
		if v != model.OK && len(facts) < 5 && fact.Value != "" {
			facts = append(facts, fact)
		}
	}
	if len(sample) == 1 {
		if fixed, how := repair(&sample[0]); fixed != "" {
			facts = append(facts, model.Fact{Name: "proposed", Value: fmt.Sprintf("%s (%d digits), %s; nothing was changed", safe.MaskPhone(fixed), len(fixed), how)})
		}
	}
	if len(sample) == 1 && good == 1 {
		facts = append(facts, goodFacts(&sample[0])...)
	}
	n := len(sample)
	looked := counted(n, all)
	switch {
	case n > 0 && nobody == n:
		return model.Finding{Verdict: model.Skipped,
			Summary: "there is no number to judge: it was addressed to a group or by a user id"}
	case n == 0 || none == n:
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: "cannot tell: the log names no recipient; ask the CRM for the number that the message went to"}
	case bad > 0 && n == 1:
		return model.Finding{Verdict: model.Problem, Facts: facts, Summary: "the number is malformed: " + reason(&sample[0])}
	case bad > 0 && bad <= good:
		// What most of the failures do not share is not what ails the incident.
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: fmt.Sprintf("cannot tell: %d of %s are malformed; %d others failed that are well formed, so this can explain no more than %d", bad, looked, good, bad)}
	case bad > 0 && 2*bad <= n:
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: fmt.Sprintf("cannot tell: %d of %s are malformed; of %d the log does not show the number as it was sent", bad, looked, odd+none)}
	case bad > 0:
		return model.Finding{Verdict: model.Problem, Facts: facts,
			Summary: fmt.Sprintf("%d of %s are malformed", bad, looked)}
	case odd > 0 && n == 1:
		return model.Finding{Verdict: model.Unknown, Facts: facts, Summary: "cannot tell: " + reason(&sample[0])}
	case odd > 0:
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: fmt.Sprintf("cannot tell for %d of %s: the log does not show the number as it was sent", odd, looked)}
	case n == 1:
		return model.Finding{Verdict: model.OK, Facts: facts,
			Summary: "the number is well formed; whether it is on WhatsApp cannot be asked"}
	}
	if none > 0 {
		return model.Finding{Verdict: model.Unknown, Facts: facts,
			Summary: fmt.Sprintf("cannot tell for %d of %s: the log has no number there; the others are well formed", none, looked)}
	}
	return model.Finding{Verdict: model.OK, Facts: facts,
		Summary: fmt.Sprintf("%s are well formed; whether they are on WhatsApp cannot be asked", looked)}
}

// counted is "all 12 numbers" or "the 200 newest of 11,902 numbers".
func counted(n, all int) string {
	switch {
	case n >= all && n == 1:
		return "the one number"
	case n >= all && n == 2:
		return "both numbers"
	case n >= all:
		return fmt.Sprintf("all %d numbers", n)
	}
	return fmt.Sprintf("the %d newest of %d numbers", n, all)
}

// judgeNumber answers for one message, with the fact that explains the answer.
func judgeNumber(f *model.Failure) (model.Verdict, model.Fact) {
	written, fromRequest := asSent(f)
	fact := model.Fact{Name: "number of " + f.ID.String(), Value: safe.PhoneShape(written)}
	switch {
	case written == "":
		return model.Skipped, model.Fact{}
	case isNobody(f):
		return model.Skipped, model.Fact{}
	case has(f, model.FlagRecipientMasked), has(f, model.FlagRecipientDamaged) && !fromRequest:
		return model.Unknown, fact
	}
	why := malformed(written)
	if odd := unusual(written); why == "" && odd != "" {
		fact.Value += ": " + odd
		return model.Unknown, fact
	}
	if why == "" {
		return model.OK, fact
	}
	fact.Value += ": " + why
	p := safe.ParsePhone(written)
	if p.Digits == "" || malformed(p.Digits) != "" {
		return model.Problem, fact
	}
	fact.Value += "; the article's form is " + safe.PhoneShape(p.Digits)
	return model.Unknown, fact
}

// unusual says what is odd about a number of a possible form: its country's
// numbers are longer or shorter. Empty: nothing, or nothing certain.
func unusual(s string) string {
	s = strings.TrimPrefix(s, "+")
	least, most := safe.Lengths(s)
	calling, where := safe.Country(s)
	n := len(s) - len(calling)
	if most == 0 || n >= least && n <= most {
		return ""
	}
	want := fmt.Sprint(least)
	if most > least {
		want = fmt.Sprintf("%d to %d", least, most)
	}
	return fmt.Sprintf("it has %d digits behind +%s (%s), where %s are usual", n, calling, where, want)
}

// repair is the number as it may have been meant, with what to do to it, where
// only one can have been meant; both empty otherwise. A missing country code or a
// missing digit cannot be guessed.
func repair(f *model.Failure) (digits, how string) {
	written, _ := asSent(f)
	p := safe.ParsePhone(written)
	switch {
	case isNobody(f) || p.Digits == "":
		return "", ""
	case strings.Contains(written, "(0)"):
		digits, how = safe.Digits(strings.Replace(written, "(0)", "", 1)), "without the (0) and the signs"
	case strings.HasPrefix(p.Digits, "00"):
		digits, how = p.Digits[2:], "without the 00 in front"
	case p.Digits != strings.TrimPrefix(written, "+"):
		digits, how = p.Digits, "without the signs"
	}
	if digits == "" || malformed(digits) != "" || unusual(digits) != "" {
		return "", ""
	}
	return digits, how
}

// isNobody reports whether a message went to no phone number: to a group, or to
// a business-scoped user id.
func isNobody(f *model.Failure) bool {
	return has(f, model.FlagGroup) || has(f, model.FlagBSUID)
}

// malformed says what is wrong with a number in the form that the article asks
// for: the international number, digits only. Empty: nothing.
func malformed(s string) string {
	s = strings.TrimPrefix(s, "+")
	if i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		return "it has signs other than digits"
	}
	switch {
	case strings.HasPrefix(s, "0"):
		return "it begins with 0, where a country code must stand"
	case len(s) < 8:
		return fmt.Sprintf("it has %d digits, too few for a number with its country code", len(s))
	case len(s) > 15:
		return fmt.Sprintf("it has %d digits, and 15 is the most", len(s))
	}
	if calling, _ := safe.Country(s); calling == "" {
		return "it begins with no country code that exists"
	}
	return ""
}

func onlyDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// reason is the sentence for a single message.
func reason(f *model.Failure) string {
	written, fromRequest := asSent(f)
	switch {
	case has(f, model.FlagRecipientMasked):
		return "the log hides digits of the number; ask the CRM for the whole number"
	case has(f, model.FlagRecipientDamaged) && !fromRequest:
		return "a spreadsheet has cut digits off the number; ask for the export without a spreadsheet in between"
	}
	why := malformed(written)
	if odd := unusual(written); why == "" && odd != "" {
		return odd + "; ask the customer for the number"
	}
	if p := safe.ParsePhone(written); fromRequest && p.Digits != "" && malformed(p.Digits) == "" {
		return "the request writes the number with other signs than digits; the article asks for digits only, and whether the API minds is not known"
	}
	if !fromRequest && !onlyDigits(strings.TrimPrefix(written, "+")) {
		return "the log writes the number with other signs than digits, and the request is not in the log; ask the CRM how it was sent"
	}
	return why
}

// asSent is the number as the request had it, or else as the log has it.
func asSent(f *model.Failure) (number string, fromRequest bool) {
	var req struct {
		To any `json:"to"`
	}
	if f.Request != "" && json.Unmarshal([]byte(f.Request), &req) == nil {
		switch to := req.To.(type) {
		case string:
			return to, true
		case float64:
			return fmt.Sprintf("%.0f", to), true
		}
	}
	if f.RecipientRaw != "" {
		return f.RecipientRaw, false
	}
	return f.Recipient, false
}

func goodFacts(f *model.Failure) []model.Fact {
	written, fromRequest := asSent(f)
	p := safe.ParsePhone(written)
	out := []model.Fact{{Name: "number", Value: safe.MaskPhone(p.Digits)}}
	if calling, where := safe.Country(p.Digits); calling != "" {
		out = append(out, model.Fact{Name: "country code", Value: "+" + calling + " (" + where + ")"})
	}
	if fromRequest {
		out = append(out, model.Fact{Name: "read from", Value: "the request"})
	}
	return out
}

func has(f *model.Failure, flag model.Flag) bool { return slices.Contains(f.Flags, flag) }
