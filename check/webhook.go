package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"unsent/check/graph"
	"unsent/model"
)

var _ = registerGraph(Check{
	Name:  "webhook",
	Title: "Is the app subscribed to the account's webhooks?",
	Hand:  "https://developers.facebook.com/apps/",
}, checkWebhook)

// metaTestApp is an app of Meta's own, which alone on the list means that nobody
// else gets the webhooks (public audit of 20 September 2026).
const metaTestApp = "2202427980234937"

// hides is what a missing subscription does and does not do.
const hides = "failure reasons never reach the CRM; that hides why messages fail and does not make them fail"

func checkWebhook(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	t := s.ofWABA()
	if f, no := t.need(true, false); no {
		return f
	}
	subs, a, err := g.Subscribed(ctx, t.waba)
	if err != nil {
		return unanswered(g, a, err, "WABA "+t.waba)
	}
	apps, sure := s.apps(), true
	if len(apps) == 0 {
		// The token's own app, which the token check asks for anyway.
		if info, _, err := g.Debug(ctx); err == nil && info.App != "" {
			apps, sure = []string{info.App}, false
		}
	}
	r := judgeWebhook(subs, apps, sure, a.Cut)
	good := "the app gets the account's webhooks"
	if !sure {
		good = "the token's app " + clip(strings.Join(apps, ", "), 80) + " gets the account's webhooks; whether the CRM sends with that app the log does not say"
	}
	return t.confine(answered(g, a, r.finding(good)))
}

// judgeWebhook looks for our apps among the subscribers. They are not sure when
// only the token tells them: the CRM may send with another app than the token's.
func judgeWebhook(subs []graph.Subscriber, apps []string, sure, cut bool) reading {
	var r reading
	ours, foreign := false, 0
	for _, x := range subs {
		text := strings.TrimSpace(x.ID + " " + x.Name)
		if host := hostOf(x.Override); host != "" {
			text += ", sent to " + host
		}
		fact(&r.facts, "subscribed app", text)
		ours = ours || slices.Contains(apps, x.ID)
		if x.ID != metaTestApp {
			foreign++
		}
	}
	names := clip(strings.Join(apps, ", "), 80)
	if sure {
		fact(&r.facts, "our app", names)
	} else {
		fact(&r.facts, "the token's app", names)
	}
	switch {
	case ours:
	case cut:
		r.unknown("not all of the subscribed apps could be read")
	case len(subs) == 0:
		r.problem("no app is subscribed to the account's webhooks: " + hides)
	case foreign == 0:
		r.problem("only a test app of Meta's is subscribed to the account's webhooks: " + hides)
	case len(apps) > 0 && sure:
		r.problem(fmt.Sprintf("our app %s is not subscribed to the account's webhooks: %s", names, hides))
	case len(apps) > 0:
		r.unknown("the token's app " + names + " is not subscribed, and other apps are; the log does not say which app the CRM sends with")
	default:
		r.unknown("the log does not say which app sends, so whether it is among the subscribed apps is open; ask the CRM for its app ID")
	}
	return r
}
