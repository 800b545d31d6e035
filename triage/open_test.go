package triage

import (
	"testing"

	"unsent/kb"
	"unsent/model"
)

// What one check could not tell the others do not rule out, and a number that is
// connected can have a declined display name all the same.
func TestWhatIsLeftOpenRulesNothingOut(t *testing.T) {
	about := func(cause string, found ...model.Finding) model.CauseVerdict {
		c := model.Case{Incident: model.Incident{Code: "131000", Failures: 30, WABAs: 1, PhoneIDs: 1}, Findings: found}
		for _, x := range Causes(kb.Article{Causes: []kb.Cause{{Key: cause}}}, nil, &c) {
			if x.Cause == cause {
				return x.Verdict
			}
		}
		return ""
	}
	ok := func(check, summary string) model.Finding {
		return model.Finding{Check: check, Verdict: model.OK, Summary: summary, At: now}
	}
	unknown := func(check string) model.Finding {
		return model.Finding{Check: check, Verdict: model.Unknown, Summary: "could not tell", At: now}
	}
	for _, tt := range []struct {
		what, cause string
		found       []model.Finding
		not         model.CauseVerdict
	}{
		{"health is well and the account gave no answer", "account", []model.Finding{ok("health", "the number and the account may send"), unknown("account")}, model.RuledOut},
		{"a connected number with a remark", "display-name", []model.Finding{{Check: "phone-number", Verdict: model.OK, Summary: "the number is connected; but its display name is declined", Facts: []model.Fact{{Name: "display name is", Value: "DECLINED"}}, At: now}}, model.Unlikely},
		{"the number could not be looked at", "registration", []model.Finding{unknown("phone-number")}, model.Unlikely},
	} {
		if got := about(tt.cause, tt.found...); got == tt.not || got == model.RuledOut {
			t.Errorf("%s: %s is %s", tt.what, tt.cause, got)
		}
	}
}
