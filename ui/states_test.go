package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"unsent/check"
	"unsent/model"
)

// graphFinding is an answer of Graph as the checks give it, 12 seconds old.
func graphFinding(name string, v model.Verdict, summary string, facts ...model.Fact) model.Finding {
	f := model.Finding{Check: name, Title: check.Find(name).Title, Verdict: v, Summary: summary, Facts: facts, Source: "graph.facebook.com v25.0",
		At: now.Add(-12 * time.Second), Took: 240 * time.Millisecond}
	if v != model.Skipped {
		f.Raw = "GET graph.facebook.com/v25.0/100200300400500?fields=id,name\nHTTP 200\n" + `{"id":"100200300400500","name":"Example Shop","display_phone_number":"+1 555-010-0199"}`
	}
	return f
}

// each gives the same finding for several checks.
func each(v model.Verdict, summary string, names ...string) (out []model.Finding) {
	for _, name := range names {
		out = append(out, graphFinding(name, v, summary))
	}
	return out
}

var askedOfGraph = []string{"token", "health", "account", "phone-number", "number-in-account", "webhook", "template"}

const noTokenSaid = "no token: no account on record has WABA 100200300400500; 'unsent account add' tells of one, or set UNSENT_TOKEN"

// checkStates are what a case looks like while and after it is checked.
var checkStates = []struct {
	name     string
	findings []model.Finding
	out      []string // still asked, for 2.4 seconds
	offline  bool
	noToken  bool
	keys     []string // pressed in the case
	steps    []model.StepRecord
}{
	{name: "asking", findings: each(model.OK, "valid until 12 July 2026, with both permissions", "token"), out: []string{"status-page", "health", "account", "template"}},
	{name: "asked again", findings: each(model.OK, "valid until 12 July 2026, with both permissions", "token"), out: []string{"token"}, keys: []string{"3"}},
	{name: "healthy", findings: append(each(model.OK, "nothing speaks against it", askedOfGraph...), graphFinding("status-page", model.OK, "Meta reports nothing")), keys: []string{"4"}},
	{name: "no token", findings: append(each(model.Skipped, "skipped: "+noTokenSaid, askedOfGraph...), graphFinding("status-page", model.OK, "Meta reports nothing")), noToken: true, keys: []string{"3"}},
	{name: "offline", findings: each(model.Skipped, "skipped: offline", append([]string{"status-page"}, askedOfGraph...)...), offline: true},
	{name: "timed out", findings: each(model.Unknown, "could not tell: no answer from graph.facebook.com within 5 s", "token", "health"), keys: []string{"3"}},
	{name: "rate limited", findings: []model.Finding{graphFinding("health", model.Unknown, "could not tell: Meta limits how often this token may ask (80008); wait 12 minutes, asking sooner makes it longer",
		model.Fact{Name: "wait", Value: "12 minutes, until 14:42 UTC"}, model.Fact{Name: "error", Value: "80008 of Graph, HTTP 400"})}, keys: []string{"4"}},
	{name: "problem", findings: []model.Finding{graphFinding("template", model.Problem, "order_ready exists in en_US, and en was sent",
		model.Fact{Name: "sent", Value: "order_ready / en"}, model.Fact{Name: "languages", Value: "en_US (APPROVED), pt_BR (PAUSED)"})}},
	{name: "outage", findings: append(each(model.OK, "nothing speaks against it", "token"), graphFinding("status-page", model.Problem, "Meta reports a disruption of the Cloud API since 13:40 UTC, which covers these failures")), keys: []string{"4"}},
	{name: "outage overruled", findings: []model.Finding{graphFinding("status-page", model.Problem, "Meta reports a disruption of the Cloud API since 13:40 UTC, which covers these failures"), graphFinding("token", model.Problem, "expired on 2 May 2026")},
		steps: []model.StepRecord{{Step: "3", State: model.StepUnlocked, By: "hand", At: now, Note: "BSP asks for it"}}, keys: []string{"3"}},
	{name: "answer", findings: each(model.OK, "nothing speaks against it", askedOfGraph...), keys: []string{"4", "v"}},
	{name: "answer awaited", findings: each(model.OK, "valid until 12 July 2026, with both permissions", "token"), out: []string{"health", "account"}, keys: []string{"4", "v"}},
}

// state brings a console into one of them.
func state(t *testing.T, term size, name string, change ...func(*Deps)) *app {
	t.Helper()
	for _, s := range checkStates {
		if s.name != name {
			continue
		}
		store := twoIncidents()
		store.findings = s.findings
		store.steps = map[model.IncidentID][]model.StepRecord{1: s.steps}
		clock := &clockwork{}
		a, _ := newTest(t, term, store, append(change, withClock(clock), func(d *Deps) {
			d.Offline = s.offline
			d.Meta = func(context.Context, model.Case) (*check.Meta, error) { return nil, nil }
		})...)
		press(t, a, "enter")
		if len(s.out) > 0 || s.noToken {
			_, c := putBy(t, a, s.out...)
			if s.noToken {
				a.update(accountKnown{c: c, noToken: noTokenSaid})
				a.working.finish()
			}
		}
		clock.on(2400 * time.Millisecond)
		press(t, a, s.keys...)
		return a
	}
	t.Fatalf("there is no state %q", name)
	return nil
}

func TestCheckStates(t *testing.T) {
	for _, term := range []size{{80, 24}, {120, 40}, {200, 60}, {40, 12}} {
		for _, s := range checkStates {
			t.Run(s.name+" "+itoa(term.w)+"x"+itoa(term.h), func(t *testing.T) {
				a := state(t, term, s.name)
				checkFrame(t, a, s.name)
				golden(t, screenText(a))
			})
		}
	}
}

// In ASCII and without colour nothing of it is lost.
func TestCheckStatesInASCII(t *testing.T) {
	for _, s := range checkStates {
		for _, r := range screenText(state(t, size{80, 24}, s.name, func(d *Deps) { d.ASCII = true })) {
			if r > 0x7e {
				t.Errorf("%s shows %q", s.name, r)
				break
			}
		}
	}
}

// On the smallest usual terminal every finding that somebody has to read can be
// read to its end: below its step, and in full one key away.
func TestFindingsAreReadableAt80x24(t *testing.T) {
	for _, s := range checkStates {
		for _, f := range s.findings {
			if f.Verdict == model.OK || len(s.out) > 0 {
				continue
			}
			a := state(t, size{80, 24}, s.name)
			if _, inCase := a.top().(*caseView); !inCase {
				continue
			}
			seen := ""
			for range 40 { // all there is, a line at a time
				for _, l := range strings.Split(screenText(a), "\n")[5:22] {
					l = strings.TrimSpace(strings.TrimSuffix(l, "more ↓"))
					if !strings.Contains(seen, l) {
						seen += " " + l
					}
				}
				press(t, a, "j")
			}
			for _, word := range strings.Fields(f.Summary) {
				if !strings.Contains(seen, word) {
					t.Errorf("%s: %q is not in\n%s", s.name, word, seen)
				}
			}
		}
	}
}

// Whatever the checks say, and however long they say it, all steps of the article
// are on the smallest usual terminal when a case is opened, and why a step is
// locked is there in full when it is selected.
func TestStepsStayInSight(t *testing.T) {
	long := "cannot tell: " + strings.Repeat("what was asked has an answer that goes on and on, ", 6) + "to its end"
	store := twoIncidents()
	store.incidents[0].Reason = strings.Repeat("Template order_ready fails and no other does. ", 6)
	store.findings = append(each(model.Unknown, long, append([]string{"status-page", "retry", "window"}, askedOfGraph...)...), graphFinding("recipient", model.Problem, long))
	a, _ := newTest(t, size{80, 24}, store)
	press(t, a, "enter")
	for i, s := range a.top().(*caseView).Steps {
		if s.Depth == 0 && !strings.Contains(screenText(a), "] "+s.ID+" ") {
			t.Errorf("step %d (%s) is not in sight\n%s", i, s.ID, screenText(a))
		}
	}
	if press(t, a, "1"); !strings.Contains(screenText(a), "… v shows all") {
		t.Errorf("nothing says that there is more\n%s", screenText(a))
	}
	press(t, a, "7")
	if want := "Locked: fix what step 6 found first"; !strings.Contains(screenText(a), want) {
		t.Errorf("want %q in\n%s", want, screenText(a))
	}
}

// The raw answer shows no number before it is revealed, which is on the audit
// trail, and never a secret.
func TestRawAnswer(t *testing.T) {
	a := state(t, size{100, 60}, "answer", func(d *Deps) { d.Secrets = func() []string { return []string{"Example Shop"} } })
	for _, want := range []string{"GET graph.facebook.com/v25.0/100200300400500?fields=id,name", `  "id": "100200300400500"`, "asked of     graph.facebook.com v25.0", "when         2026-05-13 14:29:48 UTC, 10 s ago", "took         0.2 s"} {
		if s := screenText(a); !strings.Contains(s, want) {
			t.Errorf("want %q in\n%s", want, s)
		}
	}
	if s := screenText(a); strings.Contains(s, "010-0199") || strings.Contains(s, "Example Shop") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "r")
	if s := screenText(a); !strings.Contains(s, "010-0199") || strings.Contains(s, "Example Shop") {
		t.Errorf("\n%s", s)
	}
	if log := a.Store.(*fakeStore).log; len(log) != 1 || !strings.HasPrefix(log[0], "reveal i1") {
		t.Errorf("audit trail %q", log)
	}
	if press(t, a, "n", "n"); a.top().(*answers).name != "phone-number" {
		t.Errorf("selected is %s", a.top().(*answers).name)
	}
}
