package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/triage"
)

// triaged is a store with incidents of many shapes: an outage in the log, a
// template that was paused, a token that expired, two strong causes, an incident
// that nobody has looked into, one that is a part of another, scattered failures.
func triaged() *fakeStore {
	at := now.Add(-50 * time.Minute)
	outage := model.LogOutage{Suspected: true, WABAs: 12, Hit: 9, Since: at, Reason: "9 of 12 accounts that have nothing to do with each other failed in the same minutes, from 13:40 UTC on"}
	account := model.Incident{Code: "131000", Title: "Something went wrong", Successes: true, Recipients: -1, First: at, Last: now.Add(-5 * time.Minute),
		WABAs: 1, PhoneIDs: 1, Templates: 3, Kinds: 1, WABA: "100200300400500", PhoneID: "200300400500600", State: model.StateNew, Trend: []int{1, 4, 9, 7, 3, 8}}
	of := func(id model.IncidentID, failures, attempts int, shape model.Shape, reason string, change func(*model.Incident)) model.Incident {
		inc := account
		inc.ID, inc.Failures, inc.Attempts, inc.Shape, inc.Reason = id, failures, attempts, shape, reason
		change(&inc)
		return inc
	}
	none := func(*model.Incident) {}
	s := &fakeStore{
		incidents: []model.Incident{
			of(1, 11902, 12800, model.ShapeOutage, "Failures of 9 accounts began in the same minutes and are without a pattern of their own", func(i *model.Incident) {
				i.WABAs, i.WABA, i.PhoneIDs, i.PhoneID, i.Templates, i.Outage = 9, "", 11, "", 14, outage
			}),
			of(2, 700, 700, model.ShapeScattered, "Single failures that share nothing", func(i *model.Incident) { i.Code, i.Title, i.WABAs, i.WABA = "131053", "Media upload error", 4, "" }),
			of(3, 431, 431, model.ShapeTemplate, "All sends of order_ready in en failed, and those of other templates did not", func(i *model.Incident) {
				i.Templates, i.Template, i.Language, i.State = 1, "order_ready", "en", model.StateWaiting
			}),
			of(4, 212, 212, model.ShapeAccount, "All sends of one account failed from one minute on", none),
			of(5, 75, 75, model.ShapeNumber, "All sends of one phone number failed", none),
			of(6, 40, 90, model.ShapeAccount, "Sends of one account failed across its templates", none),
		},
		evidence: map[model.IncidentID]model.Evidence{
			6: {Shape: model.ShapeAccount, Recovered: now.Add(-3 * time.Minute)},
			1: {Shape: model.ShapeOutage, Outage: outage},
			3: {Shape: model.ShapeTemplate, LogFrom: at.Add(-48 * time.Hour),
				Contrasts: []model.Contrast{{Dim: model.DimTemplate, Value: "order_ready", In: model.Share{Sends: 431, Failed: 431}, Out: model.Share{Sends: 5200, Failed: 4}, Before: model.Share{Sends: 380}}}},
		},
	}
	found := func(check string, v model.Verdict, said string, facts ...model.Fact) model.Finding {
		return model.Finding{Check: check, Verdict: v, Summary: said, Facts: facts, Source: "graph.facebook.com v25.0", At: now.Add(-4 * time.Minute)}
	}
	s.found = map[model.IncidentID][]model.Finding{
		3: {found("template", model.Problem, "order_ready in en is paused because of low quality"), found("token", model.OK, "The token is valid and has both permissions")},
		4: {found("token", model.Problem, "The access token expired on 13 May 2026 at 13:38 UTC", model.Fact{Name: "expires", Value: "2026-05-13 13:38 UTC"})},
		5: {found("token", model.Problem, "The access token expired on 13 May 2026 at 13:38 UTC"), found("number-in-account", model.Problem, "The phone number does not belong to this account")},
	}
	return s
}

// triageSurfaces are home and the case as triage fills them.
var triageSurfaces = []struct {
	name string
	keys []string
}{
	{"home", nil},
	{"home token", []string{"j", "j"}},
	{"home marked", []string{"space", "j", "ctrl+space"}},
	{"outage", []string{"enter"}},
	{"outage causes", []string{"enter", "tab", "tab"}},
	{"template", []string{"j", "enter"}},
	{"template causes", []string{"j", "enter", "tab", "tab"}},
	{"token", []string{"j", "j", "enter"}},
	{"token changes", []string{"j", "j", "enter", "tab", "tab", "tab", "tab"}},
	{"two strong causes", []string{"j", "j", "j", "enter", "tab", "tab"}},
	{"home over", []string{"G", "k"}},
	{"over", []string{"G", "k", "enter"}},
	{"scattered", []string{"G", "enter"}},
}

func TestTriageScreens(t *testing.T) {
	for _, term := range []size{{80, 24}, {120, 40}, {200, 60}, {40, 12}} {
		for _, s := range triageSurfaces {
			t.Run(s.name+" "+itoa(term.w)+"x"+itoa(term.h), func(t *testing.T) {
				a, _ := newTest(t, term, triaged())
				press(t, a, s.keys...)
				golden(t, screenText(a))
			})
		}
	}
}

// Every reason of every cause can be read whole at 80x24, with its source.
func TestReasonsAreWhole(t *testing.T) {
	for n := range 6 {
		a, _ := newTest(t, size{80, 24}, triaged())
		for range n {
			press(t, a, "j")
		}
		press(t, a, "enter", "tab", "tab")
		var all strings.Builder
		for range 120 {
			for _, l := range strings.Split(screenText(a), "\n")[5:23] {
				all.WriteString(" " + strings.TrimSpace(strings.TrimSuffix(l, "more ↓")))
			}
			all.WriteString(" ")
			press(t, a, "j")
		}
		seen := strings.Join(strings.Fields(all.String()), " ")
		c := a.top().(*caseView)
		if len(c.Causes) == 0 {
			t.Fatal("no causes")
		}
		for _, cause := range c.Causes {
			for _, r := range cause.Reasons {
				for _, word := range strings.FieldsFunc(r.String(), func(r rune) bool { return r == ' ' || r == '-' }) { // lines break there
					if !strings.Contains(seen, word) {
						t.Errorf("%s: %q of %q is not on the screen", c.inc.ID, word, r)
					}
				}
			}
		}
	}
}

// A row's likely cause is judged for the rows in view alone, once, and again when
// what the list knows of the incident, or a check, has changed.
func TestLikely(t *testing.T) {
	s := &countingStore{fakeStore: triaged()}
	a, _ := newTest(t, size{80, 24}, s)
	want := map[model.IncidentID]string{1: "Meta outage", 2: "Media upload error", 3: "template", 4: "token", 5: "token, app set-up", 6: "cannot tell"}
	for id, word := range want {
		for i := range a.home.shown {
			if inc := &a.home.shown[i]; inc.ID == id && a.home.likely.word(inc) != word {
				t.Errorf("%s: %s, want %s", id, a.home.likely.word(inc), word)
			}
		}
	}
	if s.glances > 7 { // one of each, and one for what is below the list
		t.Errorf("%d glances at 6 incidents", s.glances)
	}
	if last := a.home.shown[len(a.home.shown)-1]; last.Shape != model.ShapeScattered {
		t.Errorf("the last row is %s", last.Shape)
	}
	// More failures, and no evidence any more.
	before := s.glances
	s.incidents[2].Failures, s.evidence[3], s.found[3] = 500, model.Evidence{}, nil
	settle(t, a, a.reload())
	if got := a.home.likely.word(&a.home.shown[1]); got != "cannot tell" || s.glances != before+1 {
		t.Errorf("after more failures: %s, %d glances", got, s.glances-before)
	}
	// No cause leads, and all that are left lie on one side.
	side := s.incidents[2]
	side.ID, side.Code = 7, "131016"
	if j := triage.Judge(&model.Case{Incident: side}); likelyWord(&j) != "Meta side" {
		t.Errorf("a 131016 of which nothing is known: %s", likelyWord(&j))
	}
	// A check answers in a case that is open.
	press(t, a, "G", "k", "enter")
	c := a.top().(*caseView)
	settle(t, a, func() tea.Msg {
		return findingArrived{c, model.Finding{Check: "token", Verdict: model.Problem, Summary: "The access token expired", At: now}}
	})
	press(t, a, "esc")
	if got := a.home.likely.word(a.home.selected()); got != "token" {
		t.Errorf("after the check: %s", got)
	}
}

// While a log is loaded nothing is judged, and a database that fails says so in
// the column and not over it.
func TestLikelyHolds(t *testing.T) {
	s := &countingStore{fakeStore: triaged()}
	a, _ := newTest(t, size{80, 24}, s)
	a.importing.active = true
	s.incidents[2].Failures++
	before := s.glances
	settle(t, a, a.reload())
	if word := a.home.likely.word(&a.home.shown[1]); word != notJudged || s.glances > before {
		t.Errorf("while loading: %s, %d glances", word, s.glances-before)
	}
	a.importing.active = false
	b, _ := newTest(t, size{80, 24}, failingGlances{triaged()})
	if word := b.home.likely.word(&b.home.shown[0]); word != "could not read" {
		t.Errorf("a database that fails: %s", word)
	}
}

type failingGlances struct{ *fakeStore }

func (failingGlances) Glance(context.Context, model.IncidentID) (model.Case, error) {
	return model.Case{}, errors.New("disk I/O error")
}

// Marks make one key change several incidents, and one undo takes all of it back.
func TestMarks(t *testing.T) {
	s := triaged()
	a, _ := newTest(t, size{80, 24}, s)
	states := func() string {
		var all []string
		for _, inc := range s.incidents {
			all = append(all, fmt.Sprint(inc.ID, "=", inc.State))
		}
		return strings.Join(all, " ")
	}
	if press(t, a, "ctrl+space"); !strings.Contains(a.notice, "space marks") {
		t.Errorf("a range without a beginning: %q", a.notice)
	}
	press(t, a, "space", "j", "ctrl+space")
	if len(a.home.marks) != 3 || !strings.Contains(screenText(a), "3 marked") {
		t.Errorf("%d marked\n%s", len(a.home.marks), screenText(a))
	}
	press(t, a, "G", "d")
	if got := states(); got != "i1=solved i2=new i3=solved i4=solved i5=new i6=new" {
		t.Error(got)
	}
	if press(t, a, "z"); s.undone != 3 || a.notice != "taken back: “3 incidents now solved”" {
		t.Errorf("%d undone, %q", s.undone, a.notice)
	}
	if press(t, a, "ctrl+\\", "a"); len(a.home.marks) != 0 || !strings.HasPrefix(a.notice, "i2 assigned to agent") {
		t.Errorf("%d marked, %q", len(a.home.marks), a.notice)
	}
	// What is gone from the list is not changed unseen.
	press(t, a, "g", "space", "space")
	s.incidents = s.incidents[1:]
	settle(t, a, a.reload())
	if len(a.home.marks) != 1 {
		t.Errorf("%d marked", len(a.home.marks))
	}
}

// stopsAt fails at one incident.
type stopsAt struct {
	*fakeStore
	at model.IncidentID
}

func (s stopsAt) SetState(ctx context.Context, id model.IncidentID, to model.CaseState, note, ticket, who string) error {
	if id == s.at {
		return errors.New("the disk is full")
	}
	return s.fakeStore.SetState(ctx, id, to, note, ticket, who)
}

// When a change of several breaks off, what was changed can be undone.
func TestMarksBreakOff(t *testing.T) {
	s := triaged()
	a, _ := newTest(t, size{80, 24}, stopsAt{s, 3})
	press(t, a, "space", "space", "space", "w")
	if !a.noticeBad || !strings.Contains(a.notice, "the disk is full") || !strings.Contains(a.notice, "z undoes") {
		t.Errorf("%q", a.notice)
	}
	if press(t, a, "z"); s.undone != 1 {
		t.Errorf("%d undone", s.undone)
	}
}

// An incident that has become a part of another says so, and leads there.
func TestJoined(t *testing.T) {
	s := triaged()
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "enter")
	if press(t, a, "J"); !strings.Contains(a.notice, "not a part of another") {
		t.Errorf("%q", a.notice)
	}
	s.incidents[0].Joined, s.incidents[0].Failures = 3, 0
	press(t, a, "ctrl+r")
	if text := screenText(a); !strings.Contains(text, "PART OF i3 NOW") || !strings.Contains(text, "J opens it") {
		t.Errorf("\n%s", text)
	}
	press(t, a, "J")
	if c := a.top().(*caseView); c.inc.ID != 3 || !c.ready {
		t.Errorf("J opened %s", c.inc.ID)
	}
}

// What is over is not waited for, unless an outage is open.
func TestOver(t *testing.T) {
	s := triaged()
	s.incidents[0].Code, s.incidents[0].Outage.Until = "131016", now.Add(-time.Minute)
	e := s.evidence[1]
	e.Outage.Until = now.Add(-time.Minute)
	s.evidence[1] = e
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "enter")
	c := a.top().(*caseView)
	c.Leading = nil // as it is where nothing leads
	if text := screenText(a); !strings.Contains(text, "OVER by the log") || !strings.Contains(text, "the outage ended at 2026-05-13 14:29:00 UTC") {
		t.Errorf("\n%s", text)
	}
	c.data.Evidence.Outage.Quiet = true // nothing of it shows that it is over
	if text := screenText(a); strings.Contains(text, "OVER by the log") || !strings.Contains(text, "QUIET by the log") || !strings.Contains(text, "try one") {
		t.Errorf("\n%s", text)
	}
	c.Outage = "Meta reports an outage"
	if text := screenText(a); strings.Contains(text, "OVER by the log") || !strings.Contains(text, "Retry paused: Meta reports an outage") {
		t.Errorf("\n%s", text)
	}
}

// However small the terminal is, a case shows the step that is to be done.
func TestStepOnSmallScreen(t *testing.T) {
	for _, sz := range []size{{40, 12}, {60, 15}, {80, 18}, {80, 24}} {
		a, _ := newTest(t, sz, triaged())
		for range a.home.shown {
			press(t, a, "enter")
			c, ok := a.top().(*caseView)
			if ok && len(c.Steps) > 0 && c.inc.Joined == 0 && !strings.Contains(screenText(a), ">[") {
				t.Errorf("%s at %dx%d shows no step:\n%s", c.inc.ID, sz.w, sz.h, screenText(a))
			}
			press(t, a, "esc", "down")
		}
	}
}
