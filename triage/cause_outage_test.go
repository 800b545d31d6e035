package triage

import (
	"testing"
	"time"

	"unsent/model"
)

func TestOutage(t *testing.T) {
	early := func(c *model.Case) { c.Incident.First = began.Add(-5 * time.Hour) }
	judge(t, "outage", []judged{
		{"S2-C1 several accounts in the same minutes", anIncident("131000", many(9, 12, 30, 500), shaped(model.ShapeOutage), suspected(9, 9)), model.Likely, "9 of 9 accounts"},
		{"and the status page", anIncident("131000", many(9, 12, 30, 500), shaped(model.ShapeOutage), suspected(9, 9), finds("status-page", model.Problem, "Meta reports an outage")), model.Confirmed, "Meta reports an outage"},
		{"the status page alone", anIncident("131000", finds("status-page", model.Problem, "Meta reports an outage")), model.Likely, "Meta reports"},
		{"K10 a page that reports nothing rules nothing out", anIncident("131000", many(9, 12, 30, 500), suspected(9, 9), finds("status-page", model.OK, "Meta reports nothing")), model.Likely, "does not rule out"},
		{"a page that reports nothing moves nothing", anIncident("131000", finds("status-page", model.OK, "Meta reports nothing")), model.CannotTell, "does not rule out"},
		{"one account cannot tell", anIncident("131000", suspected(1, 1)), model.CannotTell, "too few accounts"},
		{"one of many accounts", anIncident("131000", suspected(1, 12)), model.Unlikely, "no other failed more"},
		{"many accounts that point elsewhere", anIncident("131000", shaped(model.ShapeApp), func(c *model.Case) {
			c.Evidence.Outage = model.LogOutage{WABAs: 7, Hit: 4, Reason: "Points to app 700, not to Meta: only WABAs of that app fail"}
		}), model.CannotTell, "Points to app 700, not to Meta"},
		{"one template during an outage", anIncident("131000", shaped(model.ShapeTemplate), suspected(9, 9)), model.Possible, "bounded otherwise"},
		{"began long before it", anIncident("131000", suspected(9, 9), early), model.Possible, "at another time"},
		{"one template, the others well", anIncident("131000", compared(model.DimTemplate, allOf40, fewOf400, nothing)), model.Unlikely, "does not choose"},
		{"131016 alone", anIncident("131016"), model.Possible, "131016"},
		{"131016 over many accounts", anIncident("131016", many(9, 9, 9, 99), suspected(9, 9)), model.Likely, "9 of 9"},
		{"ticked by hand", anIncident("131000", hand("1", model.StepProblem, "the page is red")), model.Likely, "the page is red"},
	})
}

// The log-outage check sees what the log says already: it adds no second origin,
// and a step about the status page is done without it.
func TestLogOutageCheckIsTheLog(t *testing.T) {
	at := now.Add(-time.Hour)
	c := &model.Case{Incident: model.Incident{Code: "131000", First: at, Last: now, Failures: 50, WABAs: 4},
		Evidence: model.Evidence{Shape: model.ShapeOutage, Outage: model.LogOutage{Suspected: true, WABAs: 4, Hit: 4, Since: at, Reason: "four accounts failed at once"}}}
	without := Judge(c)
	c.Findings = []model.Finding{{Check: "log-outage", Verdict: model.Problem, At: now, Summary: "the log suggests an outage at Meta"}}
	with := Judge(c)
	if a, b := without.Causes[0], with.Causes[0]; a.Verdict != model.Likely || b.Verdict != a.Verdict || len(a.Reasons) != len(b.Reasons) {
		t.Errorf("the log alone %s %v, with its check %s %v: want likely, twice the same", a.Verdict, a.Why, b.Verdict, b.Why)
	}
	if s := with.Steps[0]; s.State != model.StepProblem || s.By != "check" {
		t.Errorf("step %s is %s by %q, want a problem by check", s.ID, s.State, s.By)
	}
	c.Evidence = model.Evidence{}
	for verdict, want := range map[model.Verdict]model.StepState{model.OK: model.StepDone, model.Unknown: model.StepDone, "": model.StepDone} {
		c.Findings = []model.Finding{{Check: "status-page", Verdict: model.OK, At: now}, {Check: "log-outage", Verdict: verdict, At: now}}
		if s := Judge(c).Steps[0]; s.State != want {
			t.Errorf("page ok, log %q: step is %s, want %s", verdict, s.State, want)
		}
	}
	c.Findings = []model.Finding{{Check: "log-outage", Verdict: model.OK, At: now}}
	if s := Judge(c).Steps[0]; s.State != model.StepOpen {
		t.Errorf("nobody has looked at the page, and the step is %s", s.State)
	}
}
