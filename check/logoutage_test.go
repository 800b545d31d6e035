package check

import (
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// What the log shows of an outage is said with its numbers; one or two accounts
// say nothing, and that nobody else failed is not said to rule an outage out.
func TestLogOutage(t *testing.T) {
	at := now.Add(-time.Hour)
	seen := model.LogOutage{Suspected: true, WABAs: 5, Hit: 4, Since: at, Reason: "in 4 of 5 accounts 90% of sends failed since 13:30 UTC, and 1% before"}
	over := seen
	over.Until = at.Add(20 * time.Minute)
	quiet := over
	quiet.Quiet = true
	one := seen
	one.WABAs, one.Hit = 1, 1
	tests := []struct {
		name  string
		o     model.LogOutage
		shape model.Shape
		first time.Time
		want  model.Verdict
		say   string
		fact  string // of model.FactOpenNow
	}{
		{"seen", seen, model.ShapeOutage, at, model.Problem, "suggests an outage at Meta: in 4 of 5 accounts", ""},
		{"seen, not told how it is bounded", seen, "", at.Add(time.Minute), model.Problem, "in 4 of 5 accounts", ""},
		{"over", over, model.ShapeOutage, at, model.Problem, "over since 2026-05-13 13:50 UTC: the log suggests", "no"},
		{"quiet", quiet, model.ShapeOutage, at, model.Problem, "quiet or nearly so, which does not show that it is over, since 2026-05-13 13:50 UTC: the log suggests", "no"},
		{"another fault at that time", seen, model.ShapeTemplate, at, model.Unknown, "bounded otherwise", ""},
		{"before it", seen, "", at.Add(-time.Hour), model.Unknown, "began at another time", ""},
		{"after it", over, "", at.Add(30 * time.Minute), model.Unknown, "began at another time", "no"},
		{"one account", one, model.ShapeAccount, at, model.Unknown, "one account was sending", ""},
		{"two accounts", model.LogOutage{WABAs: 2, Hit: 2}, "", at, model.Unknown, "2 accounts were sending at the time, too few", ""},
		{"nobody else", model.LogOutage{WABAs: 7, Hit: 1}, "", at, model.OK, "does not rule out", ""},
		{"nobody at all", model.LogOutage{WABAs: 3}, "", at, model.OK, "none failed far more", ""},
		{"some", model.LogOutage{WABAs: 9, Hit: 2}, "", at, model.Unknown, "2 failed far more than before, too few", ""},
		{"many, and it points elsewhere", model.LogOutage{WABAs: 7, Hit: 7, Reason: "Points to the call limit of the app 700, not to Meta."}, model.ShapeApp, at, model.Unknown, "cannot tell an outage: the log points to the call limit of the app 700, not to Meta", ""},
		{"not looked at", model.LogOutage{}, "", at, model.Unknown, "ask the CRM for an export with the WABA ID", ""},
		{"no times", model.LogOutage{}, "", time.Time{}, model.Unknown, "no times", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Subject{Case: model.Case{Incident: model.Incident{First: tt.first}, Evidence: model.Evidence{Shape: tt.shape, Outage: tt.o}}}
			got := run(t, "log-outage", s)
			if got.Verdict != tt.want || !strings.Contains(got.Summary, tt.say) {
				t.Errorf("got %s %q, want %s with %q", got.Verdict, got.Summary, tt.want, tt.say)
			}
			if fact := factOf(got, model.FactOpenNow); fact != tt.fact {
				t.Errorf("open now: %q, want %q", fact, tt.fact)
			}
			if strings.HasPrefix(got.Summary, "cannot tell") != (got.Verdict == model.Unknown) {
				t.Errorf("%s says %q", got.Verdict, got.Summary)
			}
		})
	}
}

// A message that failed when the outage was over is not of it.
func TestLogOutageOfMessage(t *testing.T) {
	at := now.Add(-time.Hour)
	for failed, want := range map[time.Duration]model.Verdict{
		time.Minute: model.Problem, 20 * time.Minute: model.Unknown, -time.Hour: model.Unknown,
	} {
		s := one(model.Failure{At: at.Add(failed)})
		s.Evidence = model.Evidence{Shape: model.ShapeOutage, Outage: model.LogOutage{Suspected: true, WABAs: 4, Hit: 4, Since: at, Until: at.Add(10 * time.Minute), Reason: "x"}}
		if got := run(t, "log-outage", s); got.Verdict != want {
			t.Errorf("%s after it began: %s %q, want %s", failed, got.Verdict, got.Summary, want)
		}
	}
}
