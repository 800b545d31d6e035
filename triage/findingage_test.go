package triage

import (
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// What a check found long ago neither settles a step nor locks one, says how old it
// is, and stays what it was for the causes.
func TestOldFindings(t *testing.T) {
	down := finds("status-page", model.Problem, "Meta reports an incident")
	expired := finds("token", model.Problem, "the access token expired")
	for _, tt := range []struct {
		name  string
		after time.Duration // when the case is read, from the first finding on
		trait trait
		step  string
		want  model.StepState
		says  string
	}{
		{"an outage that the page has just reported", 10 * time.Minute, down, "1", model.StepProblem, ""},
		{"an outage that the page reported this morning", 3 * time.Hour, down, "1", model.StepOpen, "asked 3 hours ago, ask again; it was: Meta reports an incident"},
		{"a token that was refused this morning", 3 * time.Hour, expired, "3", model.StepProblem, ""},
		{"a token that was refused two weeks ago", 14 * 24 * time.Hour, expired, "3", model.StepOpen, "asked 14 days ago, ask again; it was: the access token expired"},
		{"numbers of the log stay as they are", 14 * 24 * time.Hour, finds("recipient", model.Problem, "12 of 40 are malformed"), "6", model.StepProblem, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := anIncident("131000", tt.trait)
			c.Read = c.Findings[0].At.Add(tt.after)
			j := Judge(c)
			s := stateOf(t, j.Steps, tt.step)
			if s.State != tt.want {
				t.Errorf("step %s is %s", tt.step, s.State)
			}
			if tt.says != "" && (len(s.Findings) != 1 || s.Findings[0].Summary != tt.says || s.Findings[0].Verdict != model.Unknown) {
				t.Errorf("it says %+v", s.Findings)
			}
			if old := tt.says != ""; old && (j.Outage != "" || stateOf(t, j.Steps, "3").State == model.StepLocked) {
				t.Errorf("it locks: %q", j.Outage)
			}
			if c.Findings[0].Verdict != model.Problem {
				t.Error("the finding itself was changed")
			}
		})
	}
}

// While none leads there is always something to say of what is missing.
func TestMissingIsNeverEmpty(t *testing.T) {
	answered := []trait{finds("status-page", model.OK, "nothing reported"), finds("token", model.OK, "valid"), finds("health", model.OK, "available"), finds("account", model.OK, "active"),
		finds("template", model.OK, "approved"), finds("window", model.OK, "open"), finds("recipient", model.OK, "well formed"), finds("other-numbers", model.OK, "others are reached"),
		finds("number-in-account", model.OK, "it is"), finds("phone-number", model.OK, "connected"), finds("public-key", model.OK, "fits"), finds("flow", model.OK, "published"), finds("retry", model.OK, "it passed")}
	for n := range len(answered) + 1 {
		j := Judge(anIncident("131000", answered[:n]...))
		if len(j.Leading) == 0 && j.Missing == "" {
			t.Errorf("%d checks answered: nothing is said to be missing", n)
		}
	}
	open := []Step{{State: model.StepOpen, Findings: []model.Finding{{Check: "token", Verdict: model.OK}}}}
	open[0].ID, open[0].Checks = "3", []string{"token", "health"}
	unlikely := []model.CauseFinding{{Cause: "token", Verdict: model.Unlikely}}
	if m := Missing(unlikely, open); !strings.Contains(m, "the health check, in step 3") {
		t.Errorf("a check is open: %q", m)
	}
}

func TestSentence(t *testing.T) {
	for in, want := range map[string]string{
		"all 12 sends failed.": "All 12 sends failed", "order_paid is paused": "order_paid is paused", "otp2 is paused": "otp2 is paused", "the template": "The template",
		"12 of 40": "12 of 40", "": "", "today, all": "Today, all",
	} {
		if got := sentence(in); got != want {
			t.Errorf("%q became %q, not %q", in, got, want)
		}
	}
}
