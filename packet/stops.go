package packet

import (
	"slices"
	"strings"

	"unsent/model"
)

// A Stop is a reason why a packet should not go out, at least not yet. Rule is
// stable: "outage", "code", "delivered", "recipient-format" or "one-recipient".
type Stop struct{ Rule, Reason string }

// notForMeta are codes that Meta's support can do nothing about, with the reason
// to give. Sources: Meta's error codes page, 11 September 2026.
var notForMeta = map[model.Code]string{
	"131047": "131047 means that the customer last wrote over 24 hours ago; send a template instead",
	"131049": "131049 is Meta's limit on marketing messages to one person; wait at least 24 hours",
	"131050": "131050 means that this person stopped marketing messages from the business; nobody can lift that for them",
	"130472": "130472 means that this person's number is part of an experiment of Meta's; reach them another way",
	"131056": "131056 means too many messages to one person in a short time; wait, then send more slowly",
	"131030": "131030 means that the number is not on the allow list of a test number; add it there",
	"132001": "132001 means that no approved template has this name in this language; correct the name or the language",
}

// stops are the rules that speak against sending the packet. With Override they
// stay listed: what was overruled is on record.
func stops(in Input, p Profile) []Stop {
	var out []Stop
	if why := waits(in); why != "" && p != BSP {
		out = append(out, Stop{"outage", why})
	}
	code := in.Incident.Code
	if in.Message != nil && in.Message.Code != "" {
		code = in.Message.Code
	}
	if why, ok := notForMeta[code]; ok {
		out = append(out, Stop{"code", why})
	} else if a := in.Match.Article; in.Match.Known && strings.HasPrefix(a.Verdict, "FIX THIS") {
		out = append(out, Stop{"code", what(in) + " is to be fixed on the business's side: " + a.Summary})
	}
	if in.Arrived > 0 && in.Arrived == in.ArrivedOf {
		out = append(out, Stop{"delivered", "the log says that they were delivered as well (" + plural(in.Arrived, "message") +
			" looked at): ask in the CRM what became of them first"})
	}
	if why := malformed(in); why != "" {
		out = append(out, Stop{"recipient-format", why})
	}
	switch n := people(in); {
	case n == 1 && in.Incident.Failures > 1:
		out = append(out, Stop{"one-recipient", "all failures are of one recipient: look at the number and at the 24-hour window first, " +
			"send a template to the same number, and test with another number that is known to work"})
	case n == 1:
		out = append(out, Stop{"one-recipient", "it is one message to one recipient: look at the number and at the 24-hour window first, " +
			"and test with another number that is known to work"})
	}
	return out
}

// waits says why an outage keeps a packet back, "" when none does. Of one that only
// the log shows Meta need not know: its page about the status page says to write
// to Direct Support when the page reports nothing (17 June 2026).
func waits(in Input) string {
	if !in.Outage {
		return ""
	}
	byHand := slices.ContainsFunc(in.Steps, func(r model.StepRecord) bool {
		s, ok := in.Match.Article.Step(r.Step)
		return ok && r.By == "hand" && r.State == model.StepProblem && slices.Contains(s.Checks, "status-page")
	})
	page := model.Verdict("")
	for _, f := range in.Findings {
		if f.Check == "status-page" {
			page = f.Verdict
		}
	}
	switch {
	case !inOutage(in) || byHand || page == model.Problem:
		return "an outage is open: waiting is all that helps, and Meta knows of it; only a BSP's own emergency desk may want to hear of it"
	case page == model.OK:
		return ""
	}
	return "the log suggests an outage, and nobody has seen yet whether Meta's status page reports it: look there first; " +
		"where it does, waiting is all that helps, and where it does not, Direct Support wants to hear of it"
}

// malformed says that the recipients' numbers are the fault, as far as that is
// certain: the evidence was judged so, or every sample has a number that cannot
// be one.
func malformed(in Input) string {
	for _, c := range in.Causes {
		if c.Cause == "recipient" && c.Verdict == model.Confirmed {
			return "the recipient's number is at fault: correct its format, then send again"
		}
	}
	if len(in.Samples) == 0 {
		return ""
	}
	for i := range in.Samples {
		// With the request at hand it is seen what was really sent, and a number
		// that only the export wrote badly is no fault.
		if in.Samples[i].Request != "" || !slices.Contains(in.Samples[i].Flags, model.FlagRecipientOdd) {
			return ""
		}
	}
	return "no recipient in the samples has a number in international form as the log writes it: " +
		"look at what was really sent, and correct the numbers first"
}

// people is how many recipients the failures have; -1 when that is not known.
func people(in Input) int {
	if s, ok := in.Scopes[model.DimRecipient]; ok && s.Values > 0 {
		return s.Values
	}
	if in.Incident.Recipients > 0 {
		return in.Incident.Recipients
	}
	if in.Incident.Failures == 1 {
		return 1
	}
	return -1
}
