package triage

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"unsent/kb"
	"unsent/model"
)

// everyCode are all codes of the catalogue, those with a subcode once.
func everyCode(t *testing.T) []model.Code {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "kb", "catalogue.toml"))
	if err != nil {
		t.Fatal(err)
	}
	var out []model.Code
	seen := map[model.Code]bool{}
	for _, m := range regexp.MustCompile(`(?m)^code\s*=\s*"(\d+)"`).FindAllSubmatch(text, -1) {
		if code := model.Code(m[1]); !seen[code] {
			seen[code] = true
			out = append(out, code)
		}
	}
	if len(out) < 150 {
		t.Fatalf("the catalogue has %d codes; is it written in another way now?", len(out))
	}
	return out
}

// A code confirms a cause when the cause's name is what Meta's page says of the
// code, and not when both are about the same corner. So the pairs stand here a
// second time.
func TestConfirmedByCode(t *testing.T) {
	want := map[string]string{
		"token":        "0 104 190 200 201 220",
		"account":      "368 141014",
		"template":     "132000 132005 132007 132008 132012 132015 132016 132018 141002",
		"window":       "131047",
		"recipient":    "130403 131021 131050 131062 137000",
		"payment":      "131042 131044 141006",
		"display-name": "131037",
		"registration": "131045 133006 133010",
		"allow-list":   "131030",
		"throttled":    "4 17 613 80007 80008 130429 130472 131048 131049 131056 131064 131208 133016",
	}
	got := map[string][]string{}
	for _, code := range everyCode(t) {
		j := Judge(anIncident(code))
		for _, c := range j.Causes {
			if c.Verdict == model.Confirmed {
				got[c.Cause] = append(got[c.Cause], string(code))
			}
		}
	}
	for cause, codes := range want {
		if have := strings.Join(got[cause], " "); have != codes {
			t.Errorf("%s is confirmed by %s, want %s", cause, have, codes)
		}
	}
	for cause, codes := range got {
		if want[cause] == "" {
			t.Errorf("%s is confirmed by %v", cause, codes)
		}
	}
}

// What the catalogue says to try again after a wait is not held back as something
// that has to be put right: the plan waits as long as its table says.
func TestPlanWaitsWhereTheCatalogueDoes(t *testing.T) {
	for _, code := range everyCode(t) {
		rule, e, _ := planRuleOf(code, "")
		if e.Retry == "no" || rule.do != doAgain && rule.do != doTomorrow {
			continue
		}
		c := anIncident(code)
		j := Judge(c)
		got, _ := planFor(PlanInput{Incident: c.Incident, Causes: j.Causes}, failed(1, func(f *model.Failure) {
			f.Code, f.Category = code, "marketing" // which may be days old
		}))
		if r := got[0].Refused; r != nil {
			t.Errorf("%s %s is not planned: %s", code, e.Title, r.Why)
		}
		if got[0].Wait > 0 && got[0].Wait < rule.first/2 {
			t.Errorf("%s waits %s, want about %s", code, got[0].Wait, rule.first)
		}
	}
	for _, code := range []model.Code{"131057", "134101", "2494100"} {
		if e, ok := kb.Lookup(code, ""); !ok || e.Retry != "later" {
			t.Errorf("%s is no code to wait for any more", code)
		}
	}
}
