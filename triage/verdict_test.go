package triage

import (
	"strings"
	"testing"

	"unsent/model"
)

// That sends go well shows the end of a fault that each of them would have met, and
// not of one that is about a person or about what stood in a message.
func TestEnded(t *testing.T) {
	recovered := func(c *model.Case) { c.Evidence.Recovered = now }
	among := func(n int) trait { return func(c *model.Case) { c.Incident.Attempts = n } }
	for _, x := range []struct {
		name string
		c    *model.Case
		want bool
	}{
		{"Meta's own", anIncident("131016", recovered), true},
		{"a token", anIncident("190", recovered), true},
		{"a template", anIncident("132015", recovered), true},
		{"numbers that are not reached", anIncident("131026", recovered), false},
		{"the window of each person", anIncident("131047", recovered), false},
		{"held back from some people", anIncident("131049", recovered), false},
		{"what stood in the message", anIncident("100", recovered), false},
		{"what the template was filled with", anIncident("132000", recovered), false},
		{"people who are not on a list", anIncident("131030", recovered), false},
		{"nobody knows the code", anIncident("", recovered), false},
		{"one person, whatever the code", anIncident("131000", shaped(model.ShapeRecipient), recovered), false},
		{"half of what was sent failed", anIncident("131000", among(80), recovered), true},
		{"most went well all the time", anIncident("131000", among(400), recovered), false},
	} {
		if j := Judge(x.c); j.Ended(x.c) != x.want {
			t.Errorf("%s: ended is %v, want %v", x.name, !x.want, x.want)
		} else if since := j.WellSince(x.c); since.IsZero() == x.want {
			t.Errorf("%s: well since %v", x.name, since)
		}
	}
}

// The first line says what to wait for, else what leads, else what a check found,
// else that it is over, else what the article says; two strong causes are two.
func TestVerdict(t *testing.T) {
	fromLog := []string{"retry", "log-outage", "window", "recipient", "other-numbers"}
	asks := func(check string) bool { return !contains(fromLog, check) }
	outage := []trait{many(9, 9, 9, 400), shaped(model.ShapeOutage), suspected(9, 9)}
	recovered := func(c *model.Case) { c.Evidence.Recovered = now }
	quiet := func(c *model.Case) {
		c.Evidence.Shape, c.Evidence.Outage = model.ShapeOutage, model.LogOutage{Until: now, Quiet: true}
	}
	for _, x := range []struct {
		name string
		c    *model.Case
		want string
		from VerdictFrom
	}{
		{"seen in the log", anIncident("131000", outage...), "WAIT: outage suspected", FromOutage},
		{"seen by Meta", anIncident("131000", append(outage, finds("status-page", model.Problem, "Meta reports an outage"))...), "WAIT: outage reported", FromOutage},
		{"seen by hand", anIncident("131000", hand("1", model.StepProblem, "red")), "WAIT: outage reported", FromOutage},
		{"the code says it", anIncident("131047"), "CONFIRMED: The customer service window is closed", FromCauses},
		{"nobody has looked", anIncident("131000"), "ASK: unknown until checked", FromArticle},
		{"one has looked", anIncident("131000", finds("status-page", model.OK, "reports nothing")), "ASK: unknown, 7 of 8 checks without an answer", FromArticle},
		{"what the log answers does not count", anIncident("131000", finds("retry", model.OK, "went well")), "ASK: unknown until checked", FromArticle},
		{"a webhook that is missing hides the reason and is none", anIncident("131000", finds("webhook", model.Problem, "no app is subscribed")), "ASK: unknown, 7 of 8 checks without an answer", FromArticle},
		{"what was found need not be the cause", anIncident("131000", finds("webhook", model.Problem, "no app is subscribed"), finds("flow", model.Problem, "is a draft")), "CANNOT TELL: the flow check found something", FromChecks},
		{"all steps are settled", anIncident("131000", hand("1", model.StepDone, "green"), hand("2", model.StepDone, ""), hand("3", model.StepDone, ""), hand("4", model.StepDone, ""), hand("5", model.StepDone, ""), hand("6", model.StepSkipped, "")), "ASK: unknown, ask support", FromArticle},
		{"over", anIncident("131016", recovered), "OVER by the log", FromRecovery},
		{"no failure since, and nothing that went well", anIncident("131016", quiet), "QUIET by the log, try one send", FromRecovery},
		{"quiet elsewhere, and its own sends go well", anIncident("131016", quiet, recovered), "OVER by the log", FromRecovery},
		{"no article", anIncident(""), "CANNOT TELL: unknown error", FromArticle},
	} {
		j := Judge(x.c)
		if got := j.Verdict(x.c, asks); got.Words != x.want || got.From != x.from {
			t.Errorf("%s: %q (%d), want %q (%d)", x.name, got.Words, got.From, x.want, x.from)
		}
	}
	for code, want := range map[model.Code]string{"131016": "Meta side", "131005": "access", "131000": "", "131026": "", "132069": "", "190": "", "": ""} {
		if j := Judge(anIncident(code)); j.Side() != want {
			t.Errorf("%s lies on the side %q, want %q", code, j.Side(), want)
		}
	}
	twice := anIncident("131000")
	for i := range twice.Samples {
		twice.Samples[i].Flags = []model.Flag{model.FlagDelivered}
	}
	if got := Arrived(twice); !strings.Contains(got, "2 of the 2 newest") || Arrived(anIncident("131000")) != "" {
		t.Errorf("delivered as well: %q", got)
	}
	if twice.Message = &twice.Samples[0]; !strings.Contains(Arrived(twice), "this very message") {
		t.Errorf("a message that was delivered as well: %q", Arrived(twice))
	}
	twilio := anIncident("131047")
	for i := range twice.Samples {
		twilio.Samples[i].CodeFrom, twilio.Samples[i].Vendor = model.FromVendor, model.Vendor{System: "twilio", Code: "63016"}
	}
	if j := Judge(twilio); len(j.Leading) != 1 || !strings.HasPrefix(j.Leading[0].Why[0], "Twilio's code 63016 stands for Meta's 131047") {
		t.Errorf("a code that was translated: %+v", j.Leading)
	}
	two := []model.CauseFinding{{Cause: "token", Title: "The token", Verdict: model.Likely}, {Cause: "app", Title: "The app", Verdict: model.Likely}}
	if got := LeadWords(two); got != "LIKELY: token or app set-up" {
		t.Errorf("two are %q", got)
	}
}
