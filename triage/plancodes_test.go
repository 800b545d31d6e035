package triage

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"testing"

	"unsent/kb"
	"unsent/model"
)

// The table of codes and the catalogue have the same codes, so that one which is
// added there is thought of here, and where the catalogue says never to retry no
// plan does.
func TestPlanKnowsEveryCode(t *testing.T) {
	seen := map[model.Code]bool{}
	for _, code := range everyCode(t) {
		seen[code] = true
		r, e, ok := planRuleOf(code, "")
		if !ok {
			t.Errorf("nobody has thought of a retry after %s %s: give it a line in plancodes.go", code, e.Title)
			continue
		}
		if e.Retry == "no" && (r.do == doAgain || r.do == doTomorrow) {
			t.Errorf("%s %s is retried, and the catalogue says that nothing is won by it", code, e.Title)
		}
		if e.Retry == "yes" && (r.do != doAgain && r.do != doNothing) {
			t.Errorf("%s %s is not retried, and the catalogue says that it may help", code, e.Title)
		}
		waits, refuses := r.do == doAgain || r.do == doTomorrow, r.do == doFix || r.do == doChange || r.do == doNever
		if e.Fix && waits || e.Retry == "later" && !e.Fix && refuses {
			t.Errorf("%s %s: the plan and the catalogue do not agree whether a wait is enough", code, e.Title)
		}
		if (r.do == doFix) != (r.fault != nil) {
			t.Errorf("%s: only what has to be put right names what that is", code)
		}
		if r.first != 0 && r.do != doAgain {
			t.Errorf("%s has a wait and is not retried", code)
		}
	}
	for code := range planRules {
		if !seen[code] {
			t.Errorf("%s is in plancodes.go and not in the catalogue", code)
		}
	}
	for _, a := range kb.All() {
		for _, code := range a.Codes {
			if _, _, ok := planRuleOf(code, ""); !ok {
				t.Errorf("article %s serves %s, and no retry is thought of", a.ID, code)
			}
		}
	}
}

// What never may be sent again stands here a second time, so that a slip in the
// table is seen.
func TestPlanNeverRetries(t *testing.T) {
	for _, code := range []model.Code{
		"130472", "131050", "130403", "131026", "130497", // the person
		"131047",                                        // free text
		"190", "0", "131005", "131042", "131031", "368", // put right first
		"132000", "132001", "132012", "132016", "100", "131008", "131009", // another message
	} {
		got, _ := planFor(PlanInput{}, failed(1, func(f *model.Failure) { f.Code = code }))
		if got[0].Refused == nil {
			t.Errorf("%s is sent again", code)
		}
	}
}

// A longer list of codes than ours, where it is at hand: what we do not know is
// refused.
func TestPlanCodesOfTheField(t *testing.T) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "facts", "whatsapp", "errors.csv"))
	if err != nil {
		t.Skip("the list is not here")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		code, ok := model.ParseCode(row[0])
		if !ok {
			continue // a subcode or a range
		}
		got, _ := planFor(PlanInput{}, failed(1, func(f *model.Failure) { f.Code = code }))
		if _, _, known := planRuleOf(code, ""); !known && got[0].Refused == nil {
			t.Errorf("%s is not known and sent again", code)
		}
		if row[4] == "no" && got[0].Refused == nil {
			t.Errorf("%s %s is sent again, and is final by that list", code, row[1])
		}
	}
}
