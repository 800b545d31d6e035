package check

import (
	"context"
	"fmt"
	"slices"

	"unsent/check/graph"
	"unsent/model"
)

const manager = "https://business.facebook.com/wa/manage/home/"

var _ = registerGraph(Check{
	Name:  "health",
	Title: "May the account, number and app send messages?",
	Hand:  manager,
}, checkHealth)

// checkHealth asks for the health of the number, or of the WABA when the log names
// no number. It is Meta's own first advice for 131031 (error codes page).
func checkHealth(ctx context.Context, s Subject, g *graph.Client) model.Finding {
	t, thing := s.ofPhone(), "phone number ID"
	node := t.phone
	if node == "" {
		t, thing = s.ofWABA(), "WABA"
		node = t.waba
	}
	if node == "" {
		f, _ := t.need(true, false)
		f.Summary = "not asked: the log names neither a phone number ID nor a WABA; ask the CRM for one of them"
		return f
	}
	if f, no := t.need(thing == "WABA", thing != "WABA"); no {
		return f
	}
	h, a, err := g.Health(ctx, node)
	if err != nil {
		return unanswered(g, a, err, thing+" "+node)
	}
	r := judgeHealth(h, true)
	good, own := "Meta says that number, account and app may send messages", "PHONE_NUMBER"
	if thing == "WABA" {
		good, own = "Meta says that account and app may send messages; of the number nothing is known", "WABA"
	}
	r.covers(h, own, "WABA", "APP")
	return t.confine(answered(g, a, r.finding(good)))
}

// entityNames are the entities in words. Others are shown as Meta writes them.
var entityNames = map[string]string{
	"PHONE_NUMBER": "the phone number", "WABA": "the WhatsApp account", "BUSINESS": "the business", "APP": "the app",
	"MESSAGE_TEMPLATE": "the template", "FLOW": "the Flow",
}

// judgeHealth reads the entities one by one. The overall word is not used where
// there are entities: it is BLOCKED as well when only calls over SIP are (Meta's
// own example, health status page, 22 November 2026).
func judgeHealth(h graph.Health, facts bool) reading {
	var r reading
	if !h.Said {
		r.unknown("Meta's answer has no health status")
		return r
	}
	if len(h.Entities) == 0 {
		r.entity(graph.Entity{Type: "", CanSend: h.Overall}, facts)
		return r
	}
	for _, e := range h.Entities {
		r.entity(e, facts)
	}
	return r
}

// covers makes an answer that leaves out one of the entities no answer about it.
// Meta's page has WABA, BUSINESS and APP in every answer and the number's own in
// that of a number (health status page, 22 November 2026); without any entity the
// overall word stands for all.
func (r *reading) covers(h graph.Health, types ...string) {
	if h.Odd > 0 {
		r.unknown(fmt.Sprintf("%d %s of Meta's health status could not be read", h.Odd, map[bool]string{true: "part", false: "parts"}[h.Odd == 1]))
	}
	for _, want := range types {
		if len(h.Entities) > 0 && !slices.ContainsFunc(h.Entities, func(e graph.Entity) bool { return upper(e.Type) == want }) {
			r.unknown("Meta's health status says nothing of " + entityNames[want])
		}
	}
}

func (r *reading) entity(e graph.Entity, facts bool) {
	name := entityNames[upper(e.Type)]
	if name == "" {
		name = clip(e.Type, 60)
	}
	if e.Type == "" {
		name = "all of it together"
	}
	var why []string
	var advice []model.Fact
	for _, x := range e.Errors {
		if x.AboutSIP() {
			continue
		}
		text := bare(said(x.Description))
		if x.Code != 0 {
			text = fmt.Sprintf("%s (%d)", text, x.Code)
		}
		why = append(why, text)
		fact(&advice, fmt.Sprintf("Meta's advice for %d", x.Code), said(x.Solution))
	}
	reasons := len(why)
	for _, i := range e.Info {
		why = append(why, bare(said(i)))
	}
	text := ""
	if len(why) > 0 {
		text = ": " + why[0]
	}
	if facts {
		fact(&r.facts, name, first(e.CanSend, "not said"))
		for _, w := range why {
			fact(&r.facts, name, w)
		}
		r.facts = append(r.facts, advice...)
	}
	switch word := upper(e.CanSend); {
	case word == graph.Available:
	case word == graph.Blocked:
		r.problem("Meta blocks sending for " + name + text)
	case word == graph.Limited && reasons > 0:
		r.problem("Meta limits sending for " + name + text)
	case word == graph.Limited && upper(e.Type) == "APP":
		// Such as an app without webhooks: it hides the reasons and stops no message.
		r.warn("Meta has a remark on the app" + text)
	case word == graph.Limited:
		r.unknown("Meta limits sending for " + name + text + "; whether that stopped these messages it does not say")
	case word == "":
		r.unknown("Meta does not say whether sending is open for " + name)
	default:
		r.unknown(strange("state of "+name, e.CanSend))
	}
}

func first(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
