package check

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"unsent/check/graph"
	"unsent/model"
)

// soon is how long before its end a token is warned about.
const soon = 48 * time.Hour

// The permissions that sending and everything around it need (Meta, error codes
// 3, 10 and 131005; 11 September 2026).
var permissions = []string{"whatsapp_business_messaging", "whatsapp_business_management"}

var _ = registerGraph(Check{
	Name:  "token",
	Title: "Is the access token valid, with both permissions?",
	Hand:  "https://developers.facebook.com/tools/debug/accesstoken",
}, checkToken)

// checkToken judges the token that this program was given. Whether the CRM sends
// with the same one cannot be seen; where the app differs, it does not.
func checkToken(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	info, a, err := g.Debug(ctx)
	if err != nil {
		var e *graph.Error
		if errors.As(err, &e) && e.BadToken() {
			// It was asked in the token's own name, so this is about the token.
			var r reading
			r.refused(e)
			return s.ofAccount().confine(answered(g, a, r.finding("")))
		}
		f := unanswered(g, a, err, "token")
		if e != nil && !e.Throttled() && !e.Passing() {
			f.Summary = "could not inspect the token: " + e.Error() + "; that does not mean that it is invalid"
		}
		return f
	}
	t := s.ofWABA()
	r := judgeToken(info, a.Now(), t, s.apps())
	if skew := a.At.Sub(a.Now()).Abs(); skew > 10*time.Minute {
		r.warn(fmt.Sprintf("this computer's clock is %s off Meta's; Meta's was used", span(skew)))
	}
	return s.ofAccount().confine(answered(g, a, r.finding("the access token is valid and has both permissions")))
}

// refused notes that Meta does not take the token, which is a problem unless the
// token was copied badly: then nothing is known of the CRM's.
func (r *reading) refused(e *graph.Error) {
	const given = "the access token that unsent was given"
	todo := e.Hint()
	why := graph.TokenFault(e.Subcode, e.Message)
	switch {
	case graph.Garbled(e.Message):
		r.unknown("Meta cannot read " + given + ": part of it may be missing, or it is no token; of the one that the CRM sends with this says nothing")
		todo = "copy the token again, whole, and give it once more: B in the console, or unsent account add"
	case why == "":
		r.problem("Meta does not take " + given)
	default:
		r.problem("Meta does not take " + given + ": " + why)
	}
	fact(&r.facts, "what to do", todo)
	r.facts = append(r.facts, metaSaid(e)...)
}

// apps are the apps that the messages were sent with, as the account on record
// and the log have it.
func (s Subject) apps() []string {
	if a := s.account(); a.App != "" {
		return []string{a.App}
	}
	var out []string
	sample, _ := s.looked()
	for _, f := range sample {
		if f.App != "" && !slices.Contains(out, f.App) {
			out = append(out, f.App)
		}
	}
	return out
}

func judgeToken(info graph.TokenInfo, now time.Time, t target, apps []string) reading {
	var r reading
	tokenFacts(&r, info)
	switch {
	case info.Valid == nil:
		r.unknown("Meta's answer does not say whether the token is valid")
		return r
	case !*info.Valid:
		fault := info.Fault
		if fault == nil {
			fault = &graph.Error{Code: 190}
		}
		r.refused(fault)
		return r
	}
	if info.App != "" && len(apps) > 0 && !slices.Contains(apps, info.App) {
		fact(&r.facts, "app that sends", strings.Join(apps, ", "))
		r.unknown("this token belongs to another app (" + info.App + ") than the one that sends (" + clip(strings.Join(apps, ", "), 80) + "), so it says nothing about the token that the messages were sent with")
		return r
	}
	expiry(&r, now, info.Expires, "the access token expired on ", "the access token expires on ")
	expiry(&r, now, info.DataAccess, "the token's access to data ended on ", "the token's access to data ends on ")
	missing := 0
	for _, p := range permissions {
		if info.ScopesSaid && !slices.Contains(info.Scopes, p) {
			missing++
			r.problem("the access token lacks the permission " + p)
		}
	}
	if !info.ScopesSaid {
		r.unknown("Meta's answer does not list the token's permissions")
	}
	judgeTargets(&r, info, t, missing)
	switch upper(info.Type) {
	case "SYSTEM_USER":
	case "USER":
		r.problem("the access token is a person's (type USER), which ends with that person's login and rights; a system user's is needed")
	case "":
		r.unknown("Meta's answer does not say whose token it is")
	case "PAGE", "APP":
		r.unknown("the token is of type " + upper(info.Type) + "; messages are sent with a system user's")
	default:
		r.unknown(strange("type of the token", info.Type))
	}
	return r
}

// judgeTargets looks for the WABA among those that a permission is bound to. A
// permission that names none proves nothing: only reading the WABA does.
func judgeTargets(r *reading, info graph.TokenInfo, t target, missing int) {
	if t.waba == "" || missing > 0 {
		return
	}
	for _, p := range permissions {
		bound := info.Targets[p]
		if len(bound) == 0 || slices.Contains(bound, t.waba) {
			continue
		}
		text := "the token's permission " + p + " is bound to other WABAs than " + t.waba
		if t.of > 1 && t.n*2 <= t.of {
			r.unknown(text + "; but that is the WABA of " + t.share())
			return
		}
		r.problem(text)
		return
	}
}

func expiry(r *reading, now time.Time, m graph.Moment, past, coming string) {
	switch {
	case !m.Known || m.Time.IsZero():
	case !m.Time.After(now):
		r.problem(past + clock(m.Time))
	case m.Time.Sub(now) < soon:
		r.warn(coming + clock(m.Time))
	}
}

func tokenFacts(r *reading, info graph.TokenInfo) {
	fact(&r.facts, "type", info.Type)
	app := info.App
	if info.AppName != "" {
		app += " (" + info.AppName + ")"
	}
	fact(&r.facts, "app", app)
	until := func(name string, m graph.Moment) {
		switch {
		case !m.Known:
		case m.Time.IsZero():
			fact(&r.facts, name, "never")
		default:
			fact(&r.facts, name, clock(m.Time))
		}
	}
	until("expires", info.Expires)
	if !info.DataAccess.Time.IsZero() {
		until("access to data ends", info.DataAccess)
	}
	if !info.ScopesSaid {
		return
	}
	for _, p := range permissions {
		has := "no"
		if slices.Contains(info.Scopes, p) {
			has = "yes"
		}
		if bound := info.Targets[p]; len(bound) > 0 {
			has += ", for WABA " + strings.Join(bound, ", ")
		}
		fact(&r.facts, p, has)
	}
}

// clock is a moment as findings write it.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
