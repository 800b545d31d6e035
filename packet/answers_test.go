package packet

import (
	"strings"
	"testing"

	"unsent/model"
)

// What the log answers of retries and of other numbers stands where a receiver
// looks for it; what it could not tell is no answer, and a test that somebody made
// counts before it.
func TestAnswersOfTheLog(t *testing.T) {
	for _, c := range []struct {
		name, check, field string
		verdict            model.Verdict
		byHand             bool
		want               state
		says               string
	}{
		{"retries", "retry", "retries", model.OK, false, given, "it is so"},
		{"retries that cannot be told", "retry", "retries", model.Unknown, false, missing, "Not known"},
		{"other numbers", "other-numbers", "control_test", model.OK, false, given, "Not made by hand. From the log: it is so"},
		{"other numbers that cannot be told", "other-numbers", "control_test", model.Unknown, false, missing, "No test with a number"},
		{"a test was made", "other-numbers", "control_test", model.OK, true, given, "With another number, step 6: test: our own phone fails too"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := whole()
			for i := range in.Samples {
				in.Samples[i].Attempts = 1
			}
			if !c.byHand {
				in.Steps = in.Steps[:5]
			}
			in.Findings = append(in.Findings, model.Finding{Check: c.check, Verdict: c.verdict, Summary: "it is so", Source: "this log", At: began})
			f := find(t, New(in, Meta), c.field)
			if got := strings.Join(f.lines, "\n"); f.state != c.want || !strings.Contains(got, c.says) {
				t.Errorf("state %v, says %q", f.state, got)
			}
		})
	}
}
