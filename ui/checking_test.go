package ui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/check"
	"unsent/kb"
	"unsent/model"
	"unsent/triage"
)

// A clockwork is a clock that a test moves on.
type clockwork struct{ ms atomic.Int64 }

func (c *clockwork) now() time.Time      { return now.Add(time.Duration(c.ms.Load()) * time.Millisecond) }
func (c *clockwork) on(d time.Duration)  { c.ms.Add(d.Milliseconds()) }
func withClock(c *clockwork) func(*Deps) { return func(d *Deps) { d.Now = c.now } }
func at(name string, d time.Duration) model.Finding {
	return model.Finding{Check: name, Title: "Is it?", Verdict: model.OK, Summary: "all is well with it", Source: "graph.facebook.com v25.0", At: now.Add(d), Took: 300 * time.Millisecond}
}

// putBy begins a run of checks on the case on top whose answers the test gives.
func putBy(t *testing.T, a *app, names ...string) (answer func(...model.Finding), c *caseView) {
	t.Helper()
	c, ok := a.top().(*caseView)
	if !ok {
		t.Fatal("no case is on top")
	}
	_, id := a.working.begin(a.ctx, c)
	c.asked.out, c.asked.put, c.asked.since = names, len(names), a.Now()
	return func(all ...model.Finding) {
		for _, f := range all {
			settle(t, a, a.update(checkNews{id: id, what: findingArrived{c, f}}))
		}
	}, c
}

// hung is a store and a Meta that answer only when the run is stopped.
func hung(started chan<- struct{}) func(*Deps) {
	return func(d *Deps) {
		d.Meta = func(ctx context.Context, _ model.Case) (*check.Meta, error) {
			started <- struct{}{}
			<-ctx.Done()
			return nil, ctx.Err()
		}
	}
}

// While checks are out each says so in its place, with the seconds from the first
// on, and the answers come into their places in whatever order they arrive.
func TestAskingAndArriving(t *testing.T) {
	clock := &clockwork{}
	a, _ := newTest(t, size{100, 70}, twoIncidents(), withClock(clock))
	press(t, a, "enter", "3")
	answer, c := putBy(t, a, "status-page", "token", "template")
	if s := screenText(a); !strings.Contains(s, "[ ] token         asking\n") || !strings.Contains(s, "Asking: 0 of 3 answered (esc stops)") {
		t.Fatalf("\n%s", s)
	}
	clock.on(2400 * time.Millisecond)
	answer(at("template", 2*time.Second))
	s := screenText(a)
	for _, want := range []string{"[ ] token         asking, 2 s", "[✓] template      all is well with it  (14:30, just now, took 0.3 s)", "Asking: 1 of 3 answered, 2 s (esc stops)", "3 Check the access token           asking", "5 Check the template               done by check 14:30"} {
		if !strings.Contains(s, want) {
			t.Errorf("want %q in\n%s", want, s)
		}
	}
	answer(at("token", 0), at("status-page", 0))
	if s = screenText(a); strings.Index(s, "status-page   all") > strings.Index(s, "token         all") || strings.Contains(s, "asking") {
		t.Errorf("the answers are not in the articles' order:\n%s", s)
	}
	settle(t, a, a.update(checksDone{c: c, id: a.working.id}))
	clock.on(47 * time.Second)
	if s = screenText(a); !strings.Contains(s, "(14:30, 40 s ago, took 0.3 s)") || strings.Contains(s, "asking") || !strings.Contains(s, "Next: ") {
		t.Errorf("\n%s", s)
	}
	putBy(t, a, "token")
	if s = screenText(a); !strings.Contains(s, "[ ] token         asking; 14:30 it was ok") {
		t.Errorf("asked again, the answer before is gone:\n%s", s)
	}
}

// Stopping says what has no answer, and nothing is left that seems to be asked.
func TestStoppingChecks(t *testing.T) {
	for _, key := range []string{"esc", "ctrl+c", "-"} {
		a, _ := newTest(t, size{100, 40}, twoIncidents())
		press(t, a, "enter")
		answer, c := putBy(t, a, "status-page", "token")
		answer(at("token", 0))
		press(t, a, key)
		if s := screenText(a); a.working.active || strings.Contains(s, "asking") || !strings.Contains(s, "stopped") {
			t.Errorf("%s:\n%s", key, s)
		}
		if key == "esc" && !strings.Contains(screenText(a), "stopped; 1 of 2 checks not answered") {
			t.Errorf("\n%s", screenText(a))
		}
		answer(at("status-page", 0))
		if len(c.data.Findings) != 1 || a.top() != screen(c) {
			t.Errorf("%s: %d findings, and the case is left: %t", key, len(c.data.Findings), a.top() != screen(c))
		}
	}
}

// A run ends when its case is left, and when another case's begins.
func TestOneRunAtATime(t *testing.T) {
	a, _ := newTest(t, size{100, 40}, twoIncidents())
	press(t, a, "enter")
	answer, c := putBy(t, a, "token")
	press(t, a, "l", "enter") // a message of the incident
	press(t, a, "C")
	if c.asked.waits("token") {
		t.Error("the case before still seems to ask")
	}
	answer(at("token", 0))
	if len(c.data.Findings) != 0 {
		t.Error("a late answer was taken")
	}
	press(t, a, "esc", "esc", "esc", "esc")
	press(t, a, "enter")
	putBy(t, a, "token")
	a.pop()
	if a.working.active {
		t.Error("the run goes on without its case")
	}
}

// A packet that waits for the checks is built of what there is when they are
// stopped with ctrl+c.
func TestPacketOfStoppedChecks(t *testing.T) {
	a, _ := newTest(t, size{100, 40}, twoIncidents())
	press(t, a, "enter")
	answer, _ := putBy(t, a, "token", "template")
	press(t, a, "e")
	if s := screenText(a); !strings.Contains(s, "asking: 0 of 2 answered (esc stops); the packet follows") {
		t.Fatalf("\n%s", s)
	}
	answer(at("token", 0))
	press(t, a, "ctrl+c")
	if v := a.top().(*packetView); v.p == nil || v.waiting {
		t.Errorf("\n%s", screenText(a))
	}
}

// Keys are answered while Meta, or the keyring, is not; esc ends the wait at once.
func TestKeysWhileNothingAnswers(t *testing.T) {
	started := make(chan struct{}, 1)
	a, _ := newTest(t, size{80, 24}, twoIncidents(), hung(started))
	press(t, a, "enter")
	over := make(chan tea.Msg)
	cmd := a.update(keyOf("C"))
	go func() { over <- cmd() }()
	<-started
	press(t, a, "j", "j", "tab", "tab", "shift+tab", "shift+tab", "v", "j", "-")
	if s := screenText(a); !strings.Contains(s, "stopped; 13 of 13 checks not answered") {
		t.Errorf("\n%s", s)
	}
	if msg, ok := (<-over).(checksDone); !ok || a.working.current(msg.id) {
		t.Errorf("the run ended with %#v", msg)
	}
}

// When it cannot be found out in whose name to ask, the log is asked all the same
// and the rest says why it was not, and is not ok.
func TestNobodyToAskAs(t *testing.T) {
	a, _ := newTest(t, size{100, 50}, twoIncidents(), func(d *Deps) {
		d.Secrets = func() []string { return []string{secretToken} }
		d.Meta = func(context.Context, model.Case) (*check.Meta, error) {
			return nil, model.WithHint(errors.New("reading the keyring: "+secretToken), "unlock it")
		}
	})
	press(t, a, "enter", "C")
	c := a.top().(*caseView)
	by := map[string]model.Finding{}
	for _, f := range c.data.Findings {
		by[f.Check] = f
	}
	if f := by["token"]; f.Verdict != model.Unknown || !strings.Contains(f.Summary, "could not ask: reading the keyring") || !strings.Contains(f.Summary, "; unlock it") || shows(f.Summary) {
		t.Errorf("token: %+v", f)
	}
	if f := by["recipient"]; f.Verdict != model.OK {
		t.Errorf("recipient: %+v", f)
	}
	if a.working.active || len(a.Store.(*fakeStore).findings) != len(by) {
		t.Errorf("%d findings on screen, %d kept", len(by), len(a.Store.(*fakeStore).findings))
	}
}

// What the account is, what is to be known of its token, and how to give one
// stand where the checks are.
func TestTokenOfTheCase(t *testing.T) {
	const none = "account shop has no token: give it one"
	clock := &clockwork{}
	a, _ := newTest(t, size{100, 60}, twoIncidents(), withClock(clock), func(d *Deps) {
		d.Meta = func(context.Context, model.Case) (*check.Meta, error) {
			return &check.Meta{Account: model.Account{Name: "shop"}, NoToken: none, Remark: "the token expires in 20 hours; make a new one now"}, nil
		}
	})
	press(t, a, "enter", "c")
	s := screenText(a)
	for _, want := range []string{"Checks, asked as shop ─", "The token expires in 20 hours; make a new one now"} {
		if !strings.Contains(s, want) {
			t.Errorf("want %q in\n%s", want, s)
		}
	}
	answer, _ := putBy(t, a, "token")
	answer(model.Finding{Check: "token", Verdict: model.Skipped, Summary: "skipped: " + none, At: now})
	if s := strings.Join(strings.Fields(screenText(a)), " "); !strings.Contains(s, none+" B accounts and their tokens") {
		t.Errorf("the key is not offered:\n%s", s)
	}
	settle(t, a, a.update(checksDone{c: a.working.c, id: a.working.id}))
	if s := screenText(a); !strings.Contains(s, "1 check was left out for want of a token: B shows the accounts") {
		t.Errorf("\n%s", s)
	}
}

// A reading that began before a finding came does not take it away, and one of
// another console that is newer counts.
func TestFindingsSurviveAReading(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{100, 40}, s)
	press(t, a, "enter")
	answer, c := putBy(t, a, "token")
	answer(at("token", 0))
	s.findings = []model.Finding{at("template", 0)}
	press(t, a, "ctrl+r")
	if len(c.data.Findings) != 2 {
		t.Errorf("after a reading: %v", c.data.Findings)
	}
	newer := at("token", time.Minute)
	newer.Verdict, newer.Summary = model.Problem, "it has expired"
	s.findings = []model.Finding{newer}
	press(t, a, "ctrl+r")
	if len(c.data.Findings) != 1 || c.data.Findings[0].Verdict != model.Problem {
		t.Errorf("after another console's: %v", c.data.Findings)
	}
}

// Findings are kept although the run was stopped after they were shown, and one
// that cannot be kept is said so.
func TestFindingsAreKept(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := twoIncidents()
	keep := make(chan model.Finding, 1)
	keep <- at("token", 0)
	close(keep)
	if err := keepFindings(ctx, s, model.Case{}, keep); err != nil || len(s.findings) != 1 {
		t.Errorf("%d kept, %v", len(s.findings), err)
	}
	a, _ := newTest(t, size{100, 40}, s)
	press(t, a, "enter")
	s.err = errors.New("database is locked")
	press(t, a, "c")
	if text := screenText(a); !strings.Contains(text, "database is locked") || strings.Contains(text, "asking") {
		t.Errorf("\n%s", text)
	}
}

// A lock is overruled for a reason, which is on the audit trail, and no other step
// is unlocked by it.
func TestOverrule(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{100, 40}, s)
	press(t, a, "enter", "3", "O")
	if st := screenText(a); !strings.Contains(st, "the selected step is not locked") {
		t.Errorf("\n%s", st)
	}
	press(t, a, "1")
	down := at("status-page", 0)
	down.Verdict, down.Summary = model.Problem, "Meta reports a disruption since 13:40 UTC"
	answer, c := putBy(t, a, "status-page", "token")
	answer(down, at("token", 0))
	s.findings = c.data.Findings
	a.working.finish()
	t.Run("S2-S1c", func(t *testing.T) {
		st := screenText(a)
		for _, want := range []string{"Retry paused: Meta reports a disruption since 13:40 UTC", "3 Check the access token           locked: Meta reports a disruption", "8 Contact support                  locked: Meta reports"} {
			if !strings.Contains(st, want) {
				t.Errorf("want %q in\n%s", want, st)
			}
		}
	})
	press(t, a, "3", "O", "enter")
	if len(a.overlays) != 1 {
		t.Fatal("it was unlocked without a reason")
	}
	press(t, a, "b", "s", "p", "enter")
	if len(s.log) != 1 || !strings.HasPrefix(s.log[0], "override i1 step 3 unlocked although locked: Meta reports a disruption since 13:40 UTC") || !strings.HasSuffix(s.log[0], ": bsp") {
		t.Errorf("audit trail %q", s.log)
	}
	if got := c.Steps[c.stepIndex("3")]; got.State != model.StepDone || got.By != "check" || got.Overruled != "bsp" {
		t.Errorf("step 3 is %s by %q, overruled %q", got.State, got.By, got.Overruled)
	}
	if got := c.Steps[c.stepIndex("4")]; got.State != model.StepLocked {
		t.Errorf("step 4 is %s", got.State)
	}
}

// What stands below the steps can be read where there is no room for all of it.
func TestBelowTheSteps(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	press(t, a, "enter")
	answer, _ := putBy(t, a, "health", "account", "phone-number", "webhook", "token")
	for _, name := range []string{"health", "account", "phone-number", "webhook", "token"} {
		f := at(name, 0)
		f.Verdict, f.Facts = model.Problem, []model.Fact{{Name: "seen", Value: "something"}}
		answer(f)
	}
	press(t, a, "G")
	for range 60 {
		press(t, a, "j")
	}
	if s := screenText(a); !strings.Contains(s, "v shows each answer in full") || strings.Contains(s, "more ↓") {
		t.Errorf("the end is not reached:\n%s", s)
	}
	c := a.top().(*caseView)
	was := c.beyond
	press(t, a, "k")
	if c.beyond != was-1 || c.at != len(c.Steps)-1 && c.Steps[c.at].Depth == 0 && c.Steps[c.at].ID != "8" {
		t.Errorf("k leads from %d to %d, step %d", was, c.beyond, c.at)
	}
	press(t, a, "g")
	if c.at != 0 || !strings.Contains(screenText(a), "> [") && !strings.Contains(screenText(a), ">[") {
		t.Errorf("g does not lead to the first step:\n%s", screenText(a))
	}
}

// The screen is drawn anew by itself as seldom as what it says stays true.
func TestBeat(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	if got := a.stays(); got != time.Minute {
		t.Errorf("at home: %s", got)
	}
	press(t, a, "enter")
	answer, _ := putBy(t, a, "token")
	if got := a.stays(); got != time.Second {
		t.Errorf("while a check is out: %s", got)
	}
	answer(at("token", 0))
	a.working.finish()
	if got := a.stays(); got != 10*time.Second {
		t.Errorf("with a new finding: %s", got)
	}
	a.top().(*caseView).data.Findings[0].At = now.Add(-2 * time.Minute)
	if got := a.stays(); got != time.Minute {
		t.Errorf("with an old one: %s", got)
	}
	var b beat
	if b.next(time.Minute, now) == nil || b.next(time.Minute, now.Add(time.Second)) != nil {
		t.Error("there must be one beat under way, and no more")
	}
	if b.next(time.Second, now) == nil {
		t.Error("an earlier one is needed now")
	}
	id := b.id
	a.beat = b
	a.update(beatCame{id - 1})
	if a.beat.due.IsZero() {
		t.Error("a beat that was overtaken counted")
	}
	if a.update(beatCame{id}); !a.beat.due.IsZero() {
		t.Error("the beat came and is still waited for")
	}
}

// An article that names no check leaves nothing out: C asks everything, as the
// command does.
func TestAllChecks(t *testing.T) {
	c := &caseView{}
	if got := c.allChecks(); len(got) != len(check.All()) {
		t.Errorf("without a check in the article: %v", got)
	}
	c.Steps = []triage.Step{{Step: kb.Step{Checks: []string{"token"}}}}
	if got := strings.Join(c.allChecks(), " "); got != "token window recipient" {
		t.Errorf("with one: %s", got)
	}
}
