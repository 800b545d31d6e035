package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unsent/model"
	"unsent/store"
	"unsent/triage"
)

var since = time.Date(2026, 5, 13, 13, 41, 0, 0, time.UTC)

// judged is a matter of a code that leaves every cause open, with what more is
// known of it.
func judged(change func(*model.Case)) *matter {
	m := &matter{Case: model.Case{Incident: model.Incident{ID: 1, Code: "131000", Failures: 500, First: since, Last: since.Add(time.Hour), WABAs: 4}}}
	change(&m.Case)
	m.Judgement = triage.Judge(&m.Case)
	return m
}

func seen(change ...func(*model.LogOutage)) func(*model.Case) {
	return func(c *model.Case) {
		c.Incident.Shape, c.Evidence.Shape = model.ShapeOutage, model.ShapeOutage
		c.Evidence.Outage = model.LogOutage{Suspected: true, WABAs: 5, Hit: 4, Since: since, Reason: "4 of 5 accounts fail since 13:41 UTC"}
		for _, f := range change {
			f(&c.Evidence.Outage)
		}
		c.Incident.Outage = c.Evidence.Outage
	}
}

func page(v model.Verdict, summary string) func(*model.Case) {
	return func(c *model.Case) {
		c.Findings = append(c.Findings, model.Finding{Check: "status-page", Verdict: v, Summary: summary, At: since.Add(time.Hour)})
	}
}

// That no outage is suspected is told apart from nothing that could be looked at.
func TestOutageJSON(t *testing.T) {
	over := func(o *model.LogOutage) { o.Until = since.Add(20 * time.Minute) }
	quiet := func(o *model.LogOutage) { *o = model.LogOutage{WABAs: 6, Hit: 1} }
	one := func(o *model.LogOutage) { *o = model.LogOutage{WABAs: 1, Hit: 1} }
	tests := []struct {
		name                    string
		m                       *matter
		suspected, looked, open bool
		say, text               string
	}{
		{"nothing", judged(func(*model.Case) {}), false, false, false, "cannot tell: the accounts in the log were not compared", "cannot tell: "},
		{"one account", judged(seen(one)), false, false, false, "cannot tell: one account", "cannot tell: one account"},
		{"others are well", judged(seen(quiet)), false, true, false, "does not rule out", "none seen: "},
		{"seen", judged(seen()), true, true, true, "4 of 5 accounts", "suspected: the log suggests"},
		{"over", judged(seen(over)), true, true, false, "over since 2026-05-13 14:01 UTC", "by the log it is over since"},
		{"a quiet page", judged(page(model.OK, "the page reports nothing")), false, true, false, "the page reports nothing; cannot tell", "none seen: "},
		{"a page that could not be read", judged(page(model.Unknown, "could not tell")), false, false, false, "cannot tell: the accounts in the log", "cannot tell: "},
		{"the page", judged(page(model.Problem, "Meta reports an outage")), true, true, true, "Meta reports an outage", "suspected: Meta reports"},
		{"by hand", judged(func(c *model.Case) {
			c.Records = []model.StepRecord{{Step: "1", State: model.StepProblem, By: "hand", Note: "page is red"}}
		}), true, true, true, "step 1 found an outage (page is red)", "suspected: step 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := outageOf(tt.m)
			if j.Suspected != tt.suspected || j.Looked != tt.looked || j.Open != tt.open || !strings.Contains(j.Reason, tt.say) {
				t.Errorf("got %+v, want suspected %t, looked %t, open %t, and %q", j, tt.suspected, tt.looked, tt.open, tt.say)
			}
			if j.Since.IsZero() == (tt.m.Evidence.Outage.Suspected && tt.suspected) {
				t.Errorf("since %v", j.Since)
			}
			if text := outageText(tt.m); !strings.HasPrefix(text, tt.text) {
				t.Errorf("for people %q, want %q first", text, tt.text)
			}
		})
	}
}

// Two strong causes are two in a list as well.
func TestCauseWords(t *testing.T) {
	two := judged(func(*model.Case) {})
	two.Leading = []model.CauseFinding{{Cause: "token", Verdict: model.Likely}, {Cause: "app", Verdict: model.Likely}}
	if got := causeWords(two); got != "token or app" {
		t.Errorf("in a list: %q", got)
	}
}

// A few sends, one record after the other.
type few struct{ list []model.Record }

func (f *few) Next(r *model.Record) error {
	if len(f.list) == 0 {
		return io.EOF
	}
	*r, f.list = f.list[0], f.list[1:]
	return nil
}
func (f *few) Report() model.SourceReport    { return model.SourceReport{} }
func (f *few) Position() (read, total int64) { return 0, 0 }

// An incident that has become a part of another one is shown as that one, which
// says so, and work on it goes there.
func TestJoined(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "unsent.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	put := func(wabas ...string) {
		t.Helper()
		var list []model.Record
		for i, w := range wabas {
			list = append(list, model.Record{Outcome: model.Failed, Failure: model.Failure{
				At: since.Add(time.Duration(i) * time.Minute), WAMID: "wamid.joined-" + w, Code: "131016", CodeFrom: model.FromColumn, WABA: w,
				Recipient: "1555010010" + w, RecipientRaw: "1555010010" + w,
			}})
		}
		if _, err := s.Import(ctx, &few{list}, store.ImportOptions{Who: "alex"}); err != nil {
			t.Fatal(err)
		}
	}
	s.SetSorter(triage.Bounds, nil)
	put("1", "2")
	outage := model.LogOutage{Suspected: true, WABAs: 3, Hit: 3, Since: since, Reason: "Suspected outage at Meta: 3 of 3 WABAs were hit."}
	s.SetSorter(triage.Bounds, func(_ context.Context, log *store.Log) ([]model.Group, error) {
		g := model.Group{ID: 1, Shape: model.ShapeOutage, Reason: "they fail in the same minutes", Outage: outage, Joined: []model.IncidentID{2}}
		for _, x := range log.Strands {
			g.Extents = append(g.Extents, model.Extent{Strand: x.ID, From: -1 << 62, To: 1 << 62})
		}
		return []model.Group{g}, nil
	})
	put("3")

	m, err := load(ctx, s, "i2")
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	a := &app{Sys: Sys{Stdout: &out, Stderr: &errs, Now: func() time.Time { return since }, Getenv: func(string) string { return "" }}}
	if err := a.show(ctx, s, m, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"WAIT: outage suspected\ni1  131016  ", "\ni2 has become a part of i1; this is i1\n", "failed     3 messages",
		"shape      many accounts in the same minutes", "outage     suspected outage at Meta: 3 of 3",
		": likely\n      + ", "What changed before it began",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in:\n%s", want, &out)
		}
	}
	out.Reset()
	if err := a.printMatterJSON(m, false); err != nil {
		t.Fatal(err)
	}
	var j struct {
		ID, Asked, Shape, Reason string
		Outage                   outageJSON
		Leading                  []string
		Causes                   []model.CauseFinding
	}
	if err := json.Unmarshal(out.Bytes(), &j); err != nil {
		t.Fatal(err)
	}
	if j.ID != "i1" || j.Asked != "i2" || j.Shape != "outage" || j.Reason == "" || !j.Outage.Suspected || j.Outage.WABAs != 3 || !j.Outage.Since.Equal(since) ||
		len(j.Leading) != 1 || j.Leading[0] != "outage" || len(j.Causes) == 0 || len(j.Causes[0].Reasons) == 0 || j.Causes[0].Reasons[0].Source != "the log" {
		t.Errorf("%s", &out)
	}
	if inc, _, err := find(ctx, s, "i2"); err != nil || inc.ID != 1 {
		t.Errorf("work on i2 goes to %s, %v", inc.ID, err)
	}
	a.noteJoined(askedFor("i2", 1), 1)
	a.noteJoined(askedFor("i1", 1), 1)
	a.noteJoined(askedFor("m3", 1), 1)
	if errs.String() != "note: i2 has become a part of i1; this is i1\n" {
		t.Errorf("said beside it: %q", &errs)
	}
}
