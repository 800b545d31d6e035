package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/triage"
)

// planOf makes plans of a store's messages, as the program does.
func planOf(s Store, o *outside) func(context.Context, PlanAsk, func(int, int), func(*model.Failure, *triage.Retry)) (Planned, error) {
	return func(ctx context.Context, ask PlanAsk, progress func(done, all int), give func(*model.Failure, *triage.Retry)) (Planned, error) {
		o.plans = append(o.plans, ask)
		inc := ask.Target.Incident
		if ask.Target.Message != 0 {
			inc = 1
		}
		c, err := s.Case(ctx, inc, ask.Target.Message)
		if err != nil {
			return Planned{}, err
		}
		j := triage.Judge(&c)
		p := triage.NewPlanner(triage.PlanInput{Now: now, Incident: c.Incident, Causes: j.Causes, Findings: c.Findings, Outage: j.Outage, Single: c.Message != nil})
		all := c.Newest
		if c.Message != nil {
			all = []model.Failure{*c.Message}
		}
		for i := range all {
			p.See(&all[i])
		}
		for i := range all {
			progress(i, len(all))
			r := p.Plan(&all[i])
			give(&all[i], &r)
		}
		out := Planned{Sum: p.Sum()}
		if ask.Write != PlanShown {
			out.File = fmt.Sprintf("/plans/list-%s.csv", ask.Target)
		}
		return out, nil
	}
}

// retriable is a store with one incident of n messages that can go once more.
func retriable(n int) *fakeStore {
	s := twoIncidents()
	s.failures = nil
	for i := range n {
		s.failures = append(s.failures, model.Failure{ID: model.MessageID(i + 1), Incident: 1, At: now.Add(-5 * time.Minute), Code: "131016", CodeFrom: model.FromColumn, Attempts: 1,
			Recipient: fmt.Sprintf("155501%05d", i), PhoneID: "200300400500600", WABA: "100200300400500", Template: "order_ready", Language: "en", Kind: "template", Category: "utility"})
	}
	s.incidents[0].Code, s.incidents[0].Failures, s.incidents[0].Last = "131016", n, now.Add(-5*time.Minute)
	return s
}

func TestPlan(t *testing.T) {
	a, o := newTest(t, size{100, 30}, retriable(3))
	press(t, a, "p")
	for _, want := range []string{"i1 retry plan", "3 messages are to be sent once more, 0 left out.", "The first not before 2026-05-13 14:30:", "Mind: No check has looked at Meta's status page", "Nothing is sent by unsent"} {
		if s := screenText(a); !strings.Contains(s, want) {
			t.Errorf("want %q in\n%s", want, s)
		}
	}
	press(t, a, "tab")
	if s := screenText(a); strings.Count(s, "2026-05-13 14:3") != 3 || strings.Contains(s, "15550100001") || !strings.Contains(s, "NOT BEFORE (UTC)") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "r")
	if s := screenText(a); !strings.Contains(s, "15550100001") {
		t.Errorf("\n%s", s)
	}
	if log := a.Store.(*fakeStore).log; len(log) != 1 || !strings.HasPrefix(log[0], "reveal i1") {
		t.Errorf("audit trail %q", log)
	}
	press(t, a, "w", "esc")
	if len(o.plans) != 1 {
		t.Errorf("esc writes a list: %+v", o.plans)
	}
	press(t, a, "w", "n")
	press(t, a, "w", "y")
	about := model.Target{Incident: 1}
	if want := []PlanAsk{{Target: about}, {about, PlanToSend, false}, {about, PlanToSend, true}}; len(o.plans) != 3 || o.plans[1] != want[1] || o.plans[2] != want[2] {
		t.Errorf("%+v, want %+v", o.plans, want)
	}
	if s := screenText(a); !strings.Contains(s, "3 messages to be sent, numbers in full, written to /plans/list-i1.csv; nothing was sent") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "W")
	if s := screenText(a); !strings.Contains(s, "nothing of it is left out") || len(o.plans) != 3 {
		t.Errorf("\n%s", s)
	}
}

// An outage is said before anything else, and nothing goes.
func TestPlanInAnOutage(t *testing.T) {
	s := retriable(3)
	s.findings = []model.Finding{{Check: "status-page", Verdict: model.Problem, Summary: "Meta reports an outage that covers all 3 failures", At: now, Facts: []model.Fact{{Name: model.FactOpenNow, Value: "yes"}}}}
	for _, term := range []size{{80, 24}, {40, 12}} {
		a, o := newTest(t, term, s)
		press(t, a, "p", "w")
		if text := strings.Join(strings.Fields(screenText(a)), " "); !strings.Contains(text, "WAIT Nothing is sent while an outage is suspected or reported: Meta reports an outage") || len(o.plans) != 1 {
			t.Errorf("%s, %+v", text, o.plans)
		}
		press(t, a, "j")
		if s := screenText(a); !strings.Contains(s, "Nothing is to be sent now") && term.h > 12 {
			t.Errorf("\n%s", s)
		}
	}
}

// A page of many messages lists the first of them and counts the rest.
func TestPlanOfMany(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, retriable(planShown+40))
	press(t, a, "p")
	v := a.top().(*planView)
	if len(v.send) != planShown || v.sum.Planned != planShown+40 {
		t.Fatalf("%d of %d", len(v.send), v.sum.Planned)
	}
	press(t, a, "tab")
	screenText(a)
	press(t, a, "G")
	if s := screenText(a); !strings.Contains(s, "and 40 more; w writes all of them to a file") {
		t.Errorf("\n%s", s)
	}
}

// Making takes its time beside the screen: it says how far it is, esc stops it,
// and what comes too late changes nothing.
func TestPlanStops(t *testing.T) {
	var ctx context.Context
	out := make(chan struct{})
	a, _ := newTest(t, size{80, 24}, retriable(3), func(d *Deps) {
		d.Plan = func(c context.Context, _ PlanAsk, progress func(done, all int), _ func(*model.Failure, *triage.Retry)) (Planned, error) {
			ctx = c
			progress(256, 1000)
			<-out
			return Planned{}, c.Err()
		}
	})
	cmd := a.update(keyOf("p"))
	late := make(chan tea.Msg, 1)
	go func() { late <- cmd() }()
	goesOn, ok := (<-late).(planGoesOn)
	if !ok {
		t.Fatal("a plan that takes more than a second says nothing")
	}
	a.update(goesOn)
	if s := screenText(a); !strings.Contains(s, "making the plan of 500 messages: 25 %  esc stops") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "esc")
	if _, home := a.top().(*home); !home || ctx.Err() == nil {
		t.Errorf("esc does not stop it: %v", ctx.Err())
	}
	close(out)
	for m := goesOn.more(); m != nil; {
		cmd := a.update(m)
		if m = nil; cmd != nil {
			m = cmd()
		}
	}
	if s := screenText(a); !strings.Contains(s, "no plan was made") {
		t.Errorf("\n%s", s)
	}
}

// A list that was written although it was stopped is told of.
func TestPlanStoppedTooLate(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, retriable(3))
	press(t, a, "p", "w")
	written := a.update(keyOf("y"))().(planMade)
	press(t, a, "esc")
	if s := screenText(a); !strings.Contains(s, "stopped; the plan is still the one of 14:30:00 UTC") {
		t.Errorf("\n%s", s)
	}
	a.update(written)
	if s := screenText(a); !strings.Contains(s, "the list was written before it was stopped: /plans/list-i1.csv") {
		t.Errorf("\n%s", s)
	}
}

// What cannot be done is said, with what to do.
func TestPlanThatFails(t *testing.T) {
	fail := model.WithHint(errors.New("writing the list: no space left"), "make room")
	a, _ := newTest(t, size{80, 24}, retriable(3), func(d *Deps) {
		make := d.Plan
		d.Plan = func(c context.Context, ask PlanAsk, progress func(done, all int), give func(*model.Failure, *triage.Retry)) (Planned, error) {
			if ask.Write != PlanShown {
				return Planned{}, fail
			}
			return make(c, ask, progress, give)
		}
	})
	press(t, a, "p", "w", "y")
	if s := screenText(a); !strings.Contains(s, "no space left") || !strings.Contains(s, "make room") || !strings.Contains(s, "3 messages are to be sent once more") {
		t.Errorf("\n%s", s)
	}
}
