package check

import (
	"context"
	"fmt"

	"unsent/model"
)

// severalNumbers is how many well-formed numbers must fail alike before it is not
// the number of one of them.
const severalNumbers = 3

// other-numbers is the test with another number that is known to work, as far as
// the log has made it: where everything fails that goes to several well-formed
// numbers, it is not the number of one person. That some numbers fail while others
// do not says nothing, because the ones that fail may be the bad ones.
var _ = register(Check{
	Name:  "other-numbers",
	Title: "Do other numbers fail alike?",
	Run:   checkOtherNumbers,
})

func checkOtherNumbers(_ context.Context, s Subject) model.Finding {
	numbers := map[string]bool{}
	for i := range s.Newest {
		f := &s.Newest[i]
		if v, _ := judgeNumber(f); v == model.OK && f.Recipient != "" {
			numbers[f.Recipient] = true
		}
	}
	facts := []model.Fact{{Name: "well-formed numbers that failed alike", Value: fmt.Sprint(len(numbers))}}
	if n := len(s.Newest); n < s.Incident.Failures {
		facts[0].Value += fmt.Sprintf(", among the %d newest of %d messages", n, s.Incident.Failures)
	}
	if s.shared() {
		facts = append(facts, model.Fact{Name: "failed in its scope and time", Value: fmt.Sprintf("%d of %d sends", s.Incident.Failures, s.Incident.Attempts)})
	}
	found := func(v model.Verdict, format string, args ...any) model.Finding {
		return model.Finding{Verdict: v, Facts: facts, Summary: fmt.Sprintf(format, args...)}
	}
	const ask = "; send one message to a number that is known to work"
	switch n := len(numbers); {
	case n == 0:
		return found(model.Unknown, "cannot tell: the log has no well-formed number to compare with"+ask)
	case n < severalNumbers:
		return found(model.Unknown, "cannot tell: fewer than %d well-formed numbers failed, and it may be the fault of these"+ask, severalNumbers)
	case s.allFail():
		return found(model.OK, "other numbers fail too: %s of its scope failed, to %d different well-formed numbers, so it is not the number of one person", s.allSends(), n)
	case s.shared():
		return found(model.Unknown, "cannot tell: %d well-formed numbers failed, and %d of %d sends in the same scope did not fail so; whether these numbers are the difference, the log does not say%s",
			n, s.Incident.Attempts-s.Incident.Failures, s.Incident.Attempts, ask)
	}
	return found(model.Unknown, "cannot tell: %d well-formed numbers failed, and the log has no sends that went well to compare with%s", len(numbers), ask)
}
