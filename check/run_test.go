package check

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"unsent/model"
)

// with puts these checks in the place of all others for one test.
func with(t *testing.T, checks ...Check) {
	t.Helper()
	oldAll, oldOrder := all, order
	all, order = nil, nil
	for _, c := range checks {
		order = append(order, c.Name)
		register(c)
	}
	t.Cleanup(func() { all, order = oldAll, oldOrder })
}

const page = "https://example.com/by-hand"

func says(v model.Verdict, s string) func(context.Context, Subject) model.Finding {
	return func(context.Context, Subject) model.Finding { return model.Finding{Verdict: v, Summary: s} }
}

func collect(ctx context.Context, s Subject, patience, grace time.Duration) (got []model.Finding) {
	s.Now = now
	runFor(ctx, s, nil, func(f model.Finding) { got = append(got, f) }, patience, grace)
	return got
}

// Checks that ask are begun in the articles' order and no more than a few at a
// time; what needs no network does not wait for them.
func TestRunOrder(t *testing.T) {
	var mu sync.Mutex
	var begun []string
	var under, most atomic.Int32
	hold := make(chan struct{})
	var checks []Check
	for _, name := range strings.Fields("a b c d e f g h i") {
		checks = append(checks, Check{Name: name, Title: name, Hand: page, Run: func(context.Context, Subject) model.Finding {
			mu.Lock()
			begun = append(begun, name)
			mu.Unlock()
			if n := under.Add(1); n > most.Load() {
				most.Store(n)
			}
			<-hold
			under.Add(-1)
			return model.Finding{Verdict: model.OK, Summary: "fine"}
		}})
	}
	with(t, append(checks, Check{Name: "log", Title: "log", Run: says(model.OK, "read")})...)
	var got []string
	runFor(t.Context(), Subject{Now: now, Meta: &Meta{}}, nil, func(f model.Finding) {
		if len(got) == 0 {
			if f.Check != "log" || f.Source != "this log" || !f.At.Equal(now) {
				t.Errorf("the first is %+v", f)
			}
			for under.Load() < askers { // else one that is done makes room before the others have begun
				time.Sleep(time.Millisecond)
			}
			close(hold)
		}
		got = append(got, f.Check)
	}, time.Minute, time.Minute)
	if len(got) != 10 || most.Load() > askers {
		t.Errorf("%d findings, %d at once", len(got), most.Load())
	}
	if first := begun[:askers]; !slices.Equal(slices.Sorted(slices.Values(first)), strings.Fields("a b c d e")) {
		t.Errorf("begun first: %v", first)
	}
}

// A check that panics, one that never ends and one that ends late cost nobody
// else anything, and none of them is ok.
func TestRunHolds(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	var none []int
	with(t,
		Check{Name: "fine", Title: "?", Hand: page, Run: says(model.OK, "fine")},
		Check{Name: "panics", Title: "?", Hand: page, Run: func(context.Context, Subject) model.Finding { panic("EAAinventedSecretInAPanic0123456789") }},
		Check{Name: "index", Title: "?", Hand: page, Run: func(context.Context, Subject) model.Finding { _ = none[len(order)]; return model.Finding{} }},
		Check{Name: "deaf", Title: "?", Hand: page, Run: func(context.Context, Subject) model.Finding { <-hang; return model.Finding{Verdict: model.OK} }},
		Check{Name: "polite", Title: "?", Hand: page, Run: func(ctx context.Context, _ Subject) model.Finding {
			<-ctx.Done()
			return model.Finding{Verdict: model.Unknown, Summary: "could not tell: no answer from 127.0.0.1:1 within 5 s", Source: "127.0.0.1:1"}
		}},
		Check{Name: "empty", Title: "?", Run: func(context.Context, Subject) model.Finding { return model.Finding{} }},
	)
	got := map[string]model.Finding{}
	for _, f := range collect(t.Context(), Subject{Meta: &Meta{}}, 50*time.Millisecond, 2*time.Second) {
		if _, twice := got[f.Check]; twice || f.Title != "?" || f.Source == "" || f.At.Before(now) || f.Took <= 0 {
			t.Errorf("%+v", f)
		}
		got[f.Check] = f
	}
	for name, want := range map[string]string{"panics": "a fault of this program", "index": "index out of range", "deaf": "no answer within 0.05 s", "polite": "no answer from 127.0.0.1:1", "empty": "gave no answer"} {
		if f := got[name]; f.Verdict != model.Unknown || !strings.Contains(f.Summary, want) || strings.Contains(f.Summary, "EAA") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if got["fine"].Verdict != model.OK || len(got) != 6 {
		t.Errorf("%d findings, fine: %+v", len(got), got["fine"])
	}
}

// A stop ends a run at once, without findings for what is pending, and the
// checks that are under way hear of it.
func TestRunStops(t *testing.T) {
	heard := make(chan struct{})
	with(t, Check{Name: "slow", Title: "?", Hand: page, Run: func(ctx context.Context, _ Subject) model.Finding {
		<-ctx.Done()
		close(heard)
		return model.Finding{Verdict: model.Problem, Summary: "too late"}
	}}, Check{Name: "log", Title: "?", Run: says(model.OK, "read")})
	ctx, cancel := context.WithCancel(t.Context())
	var got []string
	runFor(ctx, Subject{Now: now, Meta: &Meta{}}, nil, func(f model.Finding) { got = append(got, f.Check); cancel() }, time.Hour, time.Hour)
	<-heard
	if !slices.Equal(got, []string{"log"}) {
		t.Errorf("findings of %v", got)
	}
}

// Without a way to Meta, what has to be asked of Meta is skipped and names the
// page; nothing is called.
func TestRunOffline(t *testing.T) {
	with(t, Check{Name: "asks", Title: "?", Hand: page, Run: func(context.Context, Subject) model.Finding { panic("called") }})
	got := collect(t.Context(), Subject{}, time.Minute, time.Minute)
	if len(got) != 1 || got[0].Verdict != model.Skipped || got[0].Summary != "skipped: offline" || got[0].Facts[0].Value != page || got[0].Source != "unsent" {
		t.Errorf("%+v", got)
	}
}

// What a finding keeps of an answer has an end and no secret.
func TestFindingIsClean(t *testing.T) {
	token := "EAA" + strings.Repeat("Gx7b", 20)
	facts := []model.Fact{{Name: "said", Value: "Malformed access token " + token}}
	with(t, Check{Name: "a", Title: "?", Run: func(context.Context, Subject) model.Finding {
		return model.Finding{Verdict: model.Unknown, Summary: "Bearer " + token, Facts: facts, Raw: `{"access_token":"` + token + `"}` + strings.Repeat("é", maxRaw)}
	}})
	f := collect(t.Context(), Subject{}, time.Minute, time.Minute)[0]
	if strings.Contains(f.Summary+f.Facts[0].Value+f.Raw, token[3:30]) {
		t.Errorf("the token is in %q %v %.80q", f.Summary, f.Facts, f.Raw)
	}
	if len(f.Raw) > maxRaw+100 || !strings.Contains(f.Raw, "(cut here: ") || strings.Contains(f.Raw, "\ufffd") {
		t.Errorf("%d bytes kept, ending in %q", len(f.Raw), f.Raw[len(f.Raw)-80:])
	}
	if !strings.Contains(facts[0].Value, token) {
		t.Error("the check's own facts were changed under its hands")
	}
}
