package check

import (
	"context"
	"strings"

	"unsent/check/graph"
	"unsent/model"
	"unsent/safe"
)

var _ = registerGraph(Check{
	Name:  "phone-number",
	Title: "Is the business number connected?",
	Hand:  manager,
}, checkPhoneNumber)

func checkPhoneNumber(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	t := s.ofPhone()
	if f, no := t.need(false, true); no {
		return f
	}
	var before graph.Answer
	if t.phone == "" { // the log has the number itself; the WABA's list has its ID
		p, a, miss := numberIn(ctx, g, t)
		if p == nil {
			if miss.Verdict == model.Problem { // the number-in-account check's business
				miss.Verdict, miss.Summary = model.Unknown, "cannot tell: "+miss.Summary
			}
			return t.confine(miss)
		}
		t.phone, before = p.ID, a
	}
	p, a, err := g.Phone(ctx, t.phone)
	a = before.With(a)
	if err != nil {
		return unanswered(g, a, err, "phone number ID "+t.phone)
	}
	r := judgePhone(p, s.code())
	return t.confine(answered(g, a, r.finding("the business number is connected")))
}

// phoneFaults are the states in which a number cannot send as it should, in words
// for a customer (status of the phone number node; SDK and OpenAPI v23.0).
var phoneFaults = map[string]string{
	"PENDING":      "is not set up to the end",
	"DELETED":      "was deleted from the account",
	"MIGRATED":     "was moved to another account",
	"BANNED":       "is banned by Meta",
	"RESTRICTED":   "is restricted by Meta",
	"RATE_LIMITED": "has sent as much as Meta lets it",
	"DISCONNECTED": "is not connected",
	"UNVERIFIED":   "is not verified",
}

func judgePhone(p graph.Phone, code model.Code) reading {
	var r reading
	fact(&r.facts, "number", maskedNumber(p.Display))
	fact(&r.facts, "display name", p.Name)
	fact(&r.facts, "status", p.Status)
	fact(&r.facts, "quality", p.Quality)
	fact(&r.facts, "display name is", p.NameStatus)
	fact(&r.facts, "verification", p.Verification)
	fact(&r.facts, "platform", p.Platform)
	fact(&r.facts, "mode", p.Mode)
	fact(&r.facts, "throughput", p.Throughput)
	fact(&r.facts, "messaging limit", p.Limit)
	if p.OnBizApp != nil && *p.OnBizApp {
		fact(&r.facts, "also in the app", "yes: the number is used in the WhatsApp Business app too")
	}
	if host := hostOf(p.Webhook); host != "" {
		fact(&r.facts, "webhooks of this number go to", host)
	}
	switch word := upper(p.Status); {
	case word == "CONNECTED":
	case phoneFaults[word] != "":
		r.problem("the business number " + phoneFaults[word] + " (" + word + ")")
	case word == "FLAGGED":
		r.unknown("Meta has flagged the business number for its quality (FLAGGED); that lowers limits, and whether it stopped these messages Meta does not say")
	case word == "UNKNOWN", word == "":
		r.unknown("Meta does not say whether the business number is connected")
	default:
		r.unknown(strange("number's status", p.Status))
	}
	switch upper(p.Platform) {
	case "CLOUD_API", "":
	case "NOT_APPLICABLE":
		r.problem("the business number is not registered for the Cloud API")
	case "ON_PREMISE":
		r.unknown("the business number is on the old On-Premises API, not on the Cloud API")
	default:
		r.unknown(strange("number's platform", p.Platform))
	}
	switch upper(p.Mode) {
	case "LIVE", "":
	case "SANDBOX":
		const text = "the business number is a test number, which reaches only the recipients on its list"
		if code == "131030" {
			r.problem(text)
		} else {
			r.warn(text + "; others fail with 131030")
		}
	default:
		r.unknown(strange("number's mode", p.Mode))
	}
	judgeName(&r, p, code)
	switch upper(p.Quality) {
	case "RED":
		r.warn("its quality is RED: Meta may lower its limits (131048), but that alone does not make a message fail with an unknown error")
	case "YELLOW":
		r.warn("its quality is YELLOW, which is a warning and not a cause")
	case "GREEN", "NA", "UNKNOWN", "":
	default:
		r.warn(strange("number's quality", p.Quality))
	}
	if v := upper(p.Verification); v == "NOT_VERIFIED" || v == "EXPIRED" {
		r.warn("its code verification is " + v + ", which does not stop a registered number from sending")
	}
	return r
}

// judgeName reads the state of the display name. It stops messages of Meta's +1
// 555 numbers only (131037); a public case of 131005 had a declined one too.
func judgeName(r *reading, p graph.Phone, code model.Code) {
	text := "the display name is " + upper(p.NameStatus)
	switch upper(p.NameStatus) {
	case "APPROVED", "AVAILABLE_WITHOUT_REVIEW", "":
		return
	case "DECLINED", "EXPIRED", "PENDING_REVIEW", "NONE", "NON_EXISTS":
	default:
		r.warn(strange("state of the display name", p.NameStatus))
		return
	}
	switch {
	case code == "131037":
		r.problem(text + ", not approved")
	case code == "131005" && upper(p.NameStatus) == "DECLINED":
		r.unknown(text + "; one public case of 131005 had that too, and whether it is the cause here Meta does not say")
	default:
		r.warn(text + ", which lowers limits")
	}
}

// maskedNumber is a business number as it is shown: enough to tell it apart.
func maskedNumber(display string) string {
	if display == "" {
		return ""
	}
	return safe.MaskPhone(safe.Digits(display))
}

// hostOf is the host of an address. Its path and query may hold somebody's secret.
func hostOf(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#\\"); i >= 0 {
		rest = rest[:i]
	}
	return clip(rest[strings.LastIndex(rest, "@")+1:], 100)
}
