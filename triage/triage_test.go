package triage

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"unsent/check"
	"unsent/kb"
	"unsent/model"
)

var now = time.Date(2026, 5, 13, 14, 30, 0, 0, time.UTC)

func TestBounds(t *testing.T) {
	rec := func(f model.Failure) *model.Record { return &model.Record{Outcome: model.Failed, Failure: f} }
	base := model.Failure{Code: "131000", WABA: "1", Template: "order_ready"}
	tests := []struct {
		name string
		a, b model.Failure
		same bool
	}{
		{"the same", base, model.Failure{Code: "131000", WABA: "1", Template: "order_ready", Recipient: "15550100123", Details: "Reference 7"}, true},
		{"another code", base, model.Failure{Code: "131016", WABA: "1", Template: "order_ready"}, false},
		{"another WABA", base, model.Failure{Code: "131000", WABA: "2", Template: "order_ready"}, false},
		{"another template", base, model.Failure{Code: "131000", WABA: "1", Template: "other"}, false},
		{"131132 is in no catalogue, so it may be about the template", model.Failure{Code: "131132", Template: "a"}, model.Failure{Code: "131132", Template: "b"}, false},
		{"132001 is about the template", model.Failure{Code: "132001", Template: "a"}, model.Failure{Code: "132001", Template: "b"}, false},
		{"190 is about the token", model.Failure{Code: "190", Template: "a"}, model.Failure{Code: "190", Template: "b"}, true},
		{"131026 is about recipients", model.Failure{Code: "131026", WABA: "1", Template: "a"}, model.Failure{Code: "131026", WABA: "1"}, true},
		{"131042 is about the payment of a WABA", model.Failure{Code: "131042", WABA: "1", Template: "a"}, model.Failure{Code: "131042", WABA: "2", Template: "a"}, false},
		{"no code, numbers in the title differ", model.Failure{Title: "Failed, ref 12"}, model.Failure{Title: "failed,  ref 99"}, true},
		{"no code, other title", model.Failure{Title: "Failed"}, model.Failure{Title: "Blocked"}, false},
		{"vendor codes of two systems", model.Failure{Vendor: model.Vendor{System: "gupshup", Code: "1002"}}, model.Failure{Vendor: model.Vendor{System: "vonage", Code: "1002"}}, false},
		{"code 0 is a code", model.Failure{Code: "0"}, model.Failure{}, false},
		{"HTTP status", model.Failure{HTTPStatus: 503}, model.Failure{HTTPStatus: 500}, false},
		{"133010 is about the number", model.Failure{Code: "133010", WABA: "1", PhoneID: "5"}, model.Failure{Code: "133010", WABA: "1", PhoneID: "6"}, false},
		{"131016 is not about the number", model.Failure{Code: "131016", WABA: "1", PhoneID: "5"}, model.Failure{Code: "131016", WABA: "1", PhoneID: "6"}, true},
		{"131000 with a template does not part by the number", model.Failure{Code: "131000", Template: "a", PhoneID: "5"}, model.Failure{Code: "131000", Template: "a", PhoneID: "6"}, true},
		{"131000 without a template does", model.Failure{Code: "131000", PhoneID: "5"}, model.Failure{Code: "131000", PhoneID: "6"}, false},
		{"a template in two languages is two", model.Failure{Code: "132001", Template: "a", Language: "en"}, model.Failure{Code: "132001", Template: "a", Language: "de"}, false},
		{"two apps", model.Failure{Code: "4", App: "7"}, model.Failure{Code: "4", App: "8"}, false},
		{"HTTP status", model.Failure{HTTPStatus: 503}, model.Failure{HTTPStatus: 500}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Bounds(rec(tt.a)) == Bounds(rec(tt.b)); got != tt.same {
				t.Errorf("same incident: %t, want %t", got, tt.same)
			}
		})
	}
}

// A million failures of 40 WABAs with 40 templates and 60 numbers each way make
// few strands, whatever the errors are.
func TestStrandsAreFew(t *testing.T) {
	keys := map[model.Bounds]bool{}
	for _, code := range []model.Code{"131000", "131016", "131026", "131047", "131049", "190", "131042", "132001", "132000", "133010", "130429", "100"} {
		for waba := range 40 {
			for template := range 40 {
				for phone := range 60 {
					r := model.Record{Outcome: model.Failed}
					r.Code, r.WABA, r.PhoneID, r.Template, r.Language = code, strconv.Itoa(waba), strconv.Itoa(phone), "t"+strconv.Itoa(template), "en"
					keys[Bounds(&r)] = true
				}
			}
		}
	}
	if len(keys) > 12_000 {
		t.Errorf("%d strands", len(keys))
	}
}

// article is shaped as 131000 is: status page, wait, token, workaround that
// needs the rest, support.
var article = kb.Article{
	Causes: []kb.Cause{{N: 1, Key: "outage", Title: "Outage"}, {N: 2, Key: "token", Title: "Token"}, {N: 5, Key: "window", Title: "Window"}},
	Steps: []kb.Step{
		{ID: "1", Title: "Status page", Checks: []string{"status-page"}},
		{ID: "2", Title: "Wait", Hand: true},
		{ID: "3", Title: "Token", Checks: []string{"token"}, OutageLocks: true},
		{ID: "6", Title: "Number", Checks: []string{"recipient"}, OutageLocks: true},
		{ID: "7", Title: "New app", Hand: true, OutageLocks: true, Needs: []string{"1", "2", "3", "6"}, Sub: []kb.Step{{ID: "7.1", Title: "Create it", Hand: true}}},
		{ID: "8", Title: "Support", Hand: true, OutageLocks: true},
	},
}

func stateOf(t *testing.T, steps []Step, id string) Step {
	t.Helper()
	for _, s := range steps {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no step %s", id)
	return Step{}
}

func done(ids ...string) (recs []model.StepRecord) {
	for _, id := range ids {
		recs = append(recs, model.StepRecord{Step: id, State: model.StepDone, By: "hand", At: now})
	}
	return recs
}

func TestSteps(t *testing.T) {
	t.Run("S2-S1c an outage locks the steps about the account", func(t *testing.T) {
		steps := Steps(article, []model.StepRecord{{Step: "1", State: model.StepProblem, By: "hand", Note: "page shows a disruption"}}, nil, model.LogOutage{})
		for _, id := range []string{"3", "6", "7", "8"} {
			s := stateOf(t, steps, id)
			if s.State != model.StepLocked || !strings.Contains(s.Lock, "page shows a disruption") {
				t.Errorf("step %s is %s: %q", id, s.State, s.Lock)
			}
		}
		if s := stateOf(t, steps, "2"); s.State != model.StepOpen {
			t.Errorf("waiting is %s, it is what one does in an outage", s.State)
		}
	})
	t.Run("S1-22 an outage found by the check locks as well", func(t *testing.T) {
		steps := Steps(article, nil, []model.Finding{{Check: "status-page", Verdict: model.Problem, Summary: "Meta reports an incident", At: now}}, model.LogOutage{})
		if s := stateOf(t, steps, "3"); s.State != model.StepLocked {
			t.Errorf("step 3 is %s", s.State)
		}
	})
	t.Run("an outage that is over is nothing to wait for", func(t *testing.T) {
		found := []model.Finding{{Check: "status-page", Verdict: model.Problem, Summary: "Meta reported an outage", At: now, Facts: []model.Fact{{Name: model.FactOpenNow, Value: "no"}}}}
		steps := Steps(article, nil, found, model.LogOutage{})
		if s := stateOf(t, steps, "3"); s.State != model.StepOpen {
			t.Errorf("step 3 is %s: %s", s.State, s.Lock)
		}
		if s := stateOf(t, steps, "1"); s.State != model.StepProblem || s.By != "check" {
			t.Errorf("step 1 is %s by %q: it explains the failures all the same", s.State, s.By)
		}
		// The workaround has nothing to wait for, and nothing to mend either.
		work := Step{Step: kb.Step{ID: "7", Needs: []string{"1"}}}
		if got := lock(append(steps[:1:1], work), 1, ""); !strings.Contains(got, "step 1 found an outage that is over") || strings.Contains(got, "fix") {
			t.Errorf("step 7: %q", got)
		}
		found[0].Facts[0].Value = "yes"
		if s := stateOf(t, Steps(article, nil, found, model.LogOutage{}), "3"); s.State != model.StepLocked {
			t.Errorf("open now, and step 3 is %s", s.State)
		}
	})
	t.Run("S2-S1c what a check found of the account waits for the end of an outage", func(t *testing.T) {
		down := model.Finding{Check: "status-page", Verdict: model.Problem, Summary: "Meta reports an incident", At: now}
		for _, v := range []model.Verdict{model.OK, model.Problem} {
			found := []model.Finding{down, {Check: "token", Verdict: v, Summary: "seen", At: now}}
			s := stateOf(t, Steps(article, nil, found, model.LogOutage{}), "3")
			if s.State != model.StepLocked || s.By != "" || len(s.Findings) != 1 {
				t.Errorf("token %s: step 3 is %s by %q with %d findings", v, s.State, s.By, len(s.Findings))
			}
			if next, text, ok := Next(Steps(article, nil, found, model.LogOutage{})); ok && next.ID == "3" {
				t.Errorf("token %s: next is %q", v, text)
			}
		}
		if s := stateOf(t, Steps(article, done("3"), []model.Finding{down}, model.LogOutage{}), "3"); s.State != model.StepDone || s.By != "hand" {
			t.Errorf("taken by hand all the same: %s by %q", s.State, s.By)
		}
	})
	t.Run("S2-S1c a lock can be overruled for a reason", func(t *testing.T) {
		found := []model.Finding{{Check: "status-page", Verdict: model.Problem, Summary: "Meta reports an incident", At: now}, {Check: "token", Verdict: model.Problem, Summary: "expired", At: now}}
		steps := Steps(article, []model.StepRecord{{Step: "3", State: model.StepUnlocked, By: "hand", Note: "another region"}, {Step: "7", State: model.StepUnlocked, By: "hand"}}, found, model.LogOutage{})
		if s := stateOf(t, steps, "3"); s.State != model.StepProblem || s.Lock != "" || s.Overruled != "another region" {
			t.Errorf("step 3 is %s, locked %q, overruled %q", s.State, s.Lock, s.Overruled)
		}
		if s := stateOf(t, steps, "6"); s.State != model.StepLocked {
			t.Errorf("step 6 is %s though nobody overruled its lock", s.State)
		}
		for _, id := range []string{"7", "7.1"} {
			if s := stateOf(t, steps, id); s.State != model.StepOpen || s.Lock != "" {
				t.Errorf("step %s is %s: %q", id, s.State, s.Lock)
			}
		}
		if s := stateOf(t, Steps(article, []model.StepRecord{{Step: "3", State: model.StepOpen, By: "hand"}}, found, model.LogOutage{}), "3"); s.State != model.StepLocked {
			t.Errorf("open again by hand: %s", s.State)
		}
	})
	t.Run("what a check settled does not settle the steps inside it", func(t *testing.T) {
		nested := kb.Article{Steps: []kb.Step{{ID: "6", Checks: []string{"recipient"}, Sub: []kb.Step{{ID: "6.1", Hand: true}}}, {ID: "7", Needs: []string{"6"}}}}
		found := []model.Finding{{Check: "recipient", Verdict: model.OK, At: now}}
		for _, c := range []struct {
			name string
			recs []model.StepRecord
			want string
		}{
			{"open", nil, "locked: settle step 6.1 first"},
			{"taken", done("6.1"), ""},
			{"all of the step by hand", done("6"), ""},
			{"left out on purpose", []model.StepRecord{{Step: "6", State: model.StepSkipped, By: "hand", At: now}}, ""},
		} {
			if s := stateOf(t, Steps(nested, c.recs, found, model.LogOutage{}), "7"); s.Lock != c.want {
				t.Errorf("%s: lock %q, want %q", c.name, s.Lock, c.want)
			}
		}
		if next, _, ok := Next(Steps(nested, nil, nil, model.LogOutage{})); !ok || next.ID != "6" {
			t.Errorf("nothing answered: next is step %q", next.ID)
		}
		if next, _, ok := Next(Steps(nested, nil, found, model.LogOutage{})); !ok || next.ID != "6.1" {
			t.Errorf("step 6 is answered: next is step %q", next.ID)
		}
		if s := stateOf(t, Steps(nested, nil, nil, model.LogOutage{}), "7"); s.Lock != "locked: settle step 6 first" {
			t.Errorf("nothing answered: %q", s.Lock)
		}
	})
	t.Run("S2-S7w the workaround waits for all before it", func(t *testing.T) {
		if s := stateOf(t, Steps(article, done("1", "2", "3"), nil, model.LogOutage{}), "7"); s.State != model.StepLocked || s.Lock != "locked: settle step 6 first" {
			t.Errorf("%s %q", s.State, s.Lock)
		}
		if s := stateOf(t, Steps(article, done("1", "2", "3", "6"), nil, model.LogOutage{}), "7"); s.State != model.StepOpen {
			t.Errorf("%s %q", s.State, s.Lock)
		}
		recs := append(done("1", "2", "6"), model.StepRecord{Step: "3", State: model.StepProblem, By: "hand"})
		if s := stateOf(t, Steps(article, recs, nil, model.LogOutage{}), "7"); s.State != model.StepLocked || !strings.Contains(s.Lock, "fix what step 3 found") {
			t.Errorf("%s %q", s.State, s.Lock)
		}
		if s := stateOf(t, Steps(article, nil, nil, model.LogOutage{}), "7.1"); s.State != model.StepLocked {
			t.Errorf("7.1 is %s while 7 is locked", s.State)
		}
	})
	t.Run("a check that answers settles its step", func(t *testing.T) {
		found := []model.Finding{{Check: "recipient", Verdict: model.OK, At: now}}
		if s := stateOf(t, Steps(article, nil, found, model.LogOutage{}), "6"); s.State != model.StepDone || s.By != "check" {
			t.Errorf("%s by %q", s.State, s.By)
		}
	})
	t.Run("a check that could not answer does not", func(t *testing.T) {
		for _, v := range []model.Verdict{model.Unknown, model.Skipped} {
			if s := stateOf(t, Steps(article, nil, []model.Finding{{Check: "recipient", Verdict: v, At: now}}, model.LogOutage{}), "6"); s.State != model.StepOpen {
				t.Errorf("%s settled the step as %s", v, s.State)
			}
		}
	})
	t.Run("a tick by hand counts before a check", func(t *testing.T) {
		found := []model.Finding{{Check: "recipient", Verdict: model.Problem, At: now}}
		if s := stateOf(t, Steps(article, done("6"), found, model.LogOutage{}), "6"); s.State != model.StepDone || s.By != "hand" {
			t.Errorf("%s by %q", s.State, s.By)
		}
	})
}

func TestNext(t *testing.T) {
	if s, _, ok := Next(Steps(article, nil, nil, model.LogOutage{})); !ok || s.ID != "1" {
		t.Errorf("first is %q", s.ID)
	}
	if s, _, ok := Next(Steps(article, done("1", "2"), nil, model.LogOutage{})); !ok || s.ID != "3" {
		t.Errorf("then %q", s.ID)
	}
	recs := append(done("2"), model.StepRecord{Step: "1", State: model.StepProblem, By: "hand"})
	if _, text, ok := Next(Steps(article, recs, nil, model.LogOutage{})); ok || !strings.Contains(text, "wait until it is over") {
		t.Errorf("in an outage: %t %q", ok, text)
	}
}

// A step that found something is what to act on, before the steps nobody took.
func TestNextActsOnWhatWasFound(t *testing.T) {
	found := []model.Finding{{Check: "recipient", Verdict: model.Problem, Summary: "the number has 3 digits", At: now}}
	if s, text, ok := Next(Steps(article, nil, found, model.LogOutage{})); !ok || s.ID != "6" || !strings.Contains(text, "3 digits") {
		t.Errorf("%q %q", s.ID, text)
	}
}

// Articles and checks name the same things: a check that an article names
// exists, and a step that its causes rest on can be found.
func TestArticlesNameChecksThatExist(t *testing.T) {
	var walk func(a kb.Article, steps []kb.Step)
	walk = func(a kb.Article, steps []kb.Step) {
		for _, s := range steps {
			for _, name := range s.Checks {
				if check.Find(name) == nil {
					t.Errorf("article %s step %s names the check %q, which does not exist", a.ID, s.ID, name)
				}
			}
			walk(a, s.Sub)
		}
	}
	for _, a := range kb.All() {
		walk(a, a.Steps)
	}
	for _, r := range rules {
		for _, name := range r.checks {
			if check.Find(name) == nil {
				t.Errorf("the rule for %s asks %q, which does not exist", r.cause, name)
			}
		}
	}
}
