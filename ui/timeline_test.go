package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// anOutage is a store whose timeline has an outage in it, which the status page
// lists and the log shows.
func anOutage(minutes int) *fakeStore {
	s := twoIncidents()
	tl := model.Timeline{Step: time.Minute, From: now.Add(-time.Duration(minutes) * time.Minute), Bins: make([]model.Bin, minutes), Timeless: model.Bin{Failed: 7}}
	for i := range tl.Bins {
		tl.Bins[i] = model.Bin{Failed: i % 2, Good: 40}
		if at := tl.Begin(i); !at.Before(now.Add(-30*time.Minute)) && at.Before(now.Add(-10*time.Minute)) {
			tl.Bins[i] = model.Bin{Failed: 300 + i, Good: 4}
		}
	}
	s.timeline = &tl
	s.incidents[0].Outage = model.LogOutage{Suspected: true, WABAs: 9, Hit: 9, Since: now.Add(-30 * time.Minute), Until: now.Add(-10 * time.Minute), Reason: "9 of 9 accounts that have nothing to do with each other failed in the same minutes"}
	s.findings = []model.Finding{{Check: "status-page", Verdict: model.Problem, Summary: "Meta reported an outage", At: now.Add(-5 * time.Minute), Facts: []model.Fact{
		{Name: "incident", Value: "“Messages delayed” (Cloud API), 13 May 14:05 to 14:15 UTC"}, {Name: "its time", Value: "2026-05-13 14:05 to 2026-05-13 14:15 UTC"}}}}
	return s
}

func TestTimelineOutage(t *testing.T) {
	for _, term := range []size{{80, 24}, {40, 12}, {120, 40}} {
		for _, ascii := range []string{"", " ascii"} {
			t.Run(itoa(term.w)+"x"+itoa(term.h)+ascii, func(t *testing.T) {
				a, _ := newTest(t, term, anOutage(60), func(d *Deps) {
					d.Local, d.ASCII = time.FixedZone("", -3*3600), ascii != ""
				})
				press(t, a, "t", "v", "left", "left", "left", "left")
				checkFrame(t, a, t.Name())
				golden(t, screenText(a))
			})
		}
	}
}

// The letters over the bars stand over the minutes that they speak of.
func TestTimelineMarks(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, anOutage(60))
	press(t, a, "t")
	v := a.top().(*timeline)
	p := v.plot(80)
	marks := p.marks(a, v.outages(a))
	if len(marks) != 2 {
		t.Fatalf("%q", marks)
	}
	for i, want := range []struct {
		label    string
		from, to int
	}{{"Meta", 35, 45}, {"log", 30, 50}} {
		for bin := range v.tl.Bins {
			line := a.theme.warn.Render(p.row(want.label, func(i int) string {
				if i >= want.from && i < want.to {
					return want.label[:1]
				}
				return " "
			}))
			if !strings.EqualFold(line, marks[i]) {
				t.Fatalf("bin %d: %q, want %q", bin, marks[i], line)
			}
		}
	}
}

func TestTimelineBrush(t *testing.T) {
	s := anOutage(60)
	a, _ := newTest(t, size{100, 24}, s)
	press(t, a, "enter", "t")
	v := a.top().(*timeline)
	if v.at != 49 { // the highest
		t.Errorf("begins at bin %d", v.at)
	}
	press(t, a, "g", "right", "right", "shift+right", "shift+right", "shift+right")
	if from, to := v.marked(); from != 2 || to != 6 {
		t.Errorf("marked %d to %d", from, to)
	}
	if s := screenText(a); !strings.Contains(s, ">marked: 13 May 13:32 to 13:36 UTC: 2 attempts failed, 160 sends in its scope went well") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "enter")
	r, ok := a.top().(*rows)
	if want := (model.Query{Incident: 1, Since: now.Add(-58 * time.Minute), Until: now.Add(-54 * time.Minute)}); !ok || queryOf(r.query) != queryOf(want) {
		t.Fatalf("%T %+v", a.top(), r.query)
	}
	press(t, a, "esc")
	if a.top() != screen(v) || v.anchor < 0 {
		t.Error("esc does not lead back to the mark")
	}
	press(t, a, "esc")
	if a.top() != screen(v) || v.anchor >= 0 {
		t.Error("esc does not take the mark off")
	}
	press(t, a, "esc")
	if _, back := a.top().(*caseView); !back {
		t.Errorf("esc leads to %T", a.top())
	}
}

// queryOf is a query as it is compared: one with slices cannot be.
func queryOf(q model.Query) string {
	return strings.Join([]string{q.Incident.String(), q.Since.String(), q.Until.String()}, " ")
}

// Shown alone, a time has bars as narrow as minutes; esc widens it again.
func TestTimelineCloser(t *testing.T) {
	s := anOutage(60)
	s.timeline.Step = 5 * time.Minute
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "t", "g", "v", "right")
	v := a.top().(*timeline)
	from, to := v.tl.Begin(0), v.tl.Begin(2)
	press(t, a, "+")
	if !v.since.Equal(from) || !v.until.Equal(to) || len(v.wider) != 1 {
		t.Errorf("%v to %v", v.since, v.until)
	}
	press(t, a, "esc")
	if !v.since.IsZero() || a.top() != screen(v) {
		t.Errorf("%v, %T", v.since, a.top())
	}
	s.timeline.Step = time.Minute
	press(t, a, "ctrl+r", "+")
	if text := screenText(a); !strings.Contains(text, "a minute each") {
		t.Errorf("\n%s", text)
	}
}

// A time of which the log has failures only has no share: a log may leave out what
// goes well, and "100 % failed" would be told to a customer.
func TestTimelineTellsNoShareOfFailuresAlone(t *testing.T) {
	s := anOutage(60)
	for i := range s.timeline.Bins {
		s.timeline.Bins[i] = model.Bin{Failed: 4}
	}
	s.timeline.Bins[0].Good = 1
	a, _ := newTest(t, size{120, 40}, s)
	press(t, a, "t", "g")
	if text := screenText(a); !strings.Contains(text, "1 send went well: 80 % of 5 failed") {
		t.Errorf("\n%s", text)
	}
	press(t, a, "right")
	if text := screenText(a); strings.Contains(text, "100 %") || !strings.Contains(text, "none that went well is in the log for this time") {
		t.Errorf("\n%s", text)
	}
}

// A terminal that becomes narrower shows the part with the cursor until the bars
// are read anew, and the cursor stays at its time.
func TestTimelineResized(t *testing.T) {
	s := anOutage(60)
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "t", "G")
	cmd := a.update(tea.WindowSizeMsg{Width: 40, Height: 12})
	checkFrame(t, a, "narrower")
	if text := screenText(a); !strings.Contains(text, "14:29 to 14:30 UTC") || !strings.Contains(text, "^") {
		t.Errorf("\n%s", text)
	}
	s.timeline = &model.Timeline{Step: 5 * time.Minute, From: now.Add(-time.Hour), Bins: make([]model.Bin, 12)}
	settle(t, a, cmd)
	if text := screenText(a); !strings.Contains(text, "14:25 to 14:30 UTC") {
		t.Errorf("\n%s", text)
	}
}

func TestStretch(t *testing.T) {
	at := time.Date(2026, 5, 13, 1, 40, 0, 0, time.UTC)
	zone := time.FixedZone("", -3*3600)
	tests := []struct {
		from, to time.Time
		zone     *time.Location
		want     string
	}{
		{at, at.Add(5 * time.Minute), time.UTC, "13 May 01:40 to 01:45 UTC"},
		{at, at.Add(5 * time.Minute), zone, "13 May 01:40 to 01:45 UTC (12 May 22:40 to 22:45 -03:00)"},
		{at.Add(6 * time.Hour), at.Add(7 * time.Hour), zone, "13 May 07:40 to 08:40 UTC (04:40 to 05:40 -03:00)"},
		{at, at.Add(48 * time.Hour), time.UTC, "13 May 01:40 to 15 May 01:40 UTC"},
		{at.AddDate(-1, 0, 0), at, time.UTC, "13 May 2025 01:40 to 13 May 2026 01:40 UTC"},
	}
	for _, tt := range tests {
		if got := stretch(tt.from, tt.to, now, tt.zone); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

// What the status page was asked, and when it was not, is said as it is.
func TestTimelineLegend(t *testing.T) {
	at := func(f model.Finding) []model.Finding {
		f.Check, f.At = "status-page", now.Add(-time.Minute)
		return []model.Finding{f}
	}
	for want, findings := range map[string][]model.Finding{
		"Meta's status page was not asked yet":                     nil,
		"Meta's status page was not asked: offline":                at(model.Finding{Verdict: model.Skipped, Summary: "skipped: offline"}),
		"Meta's status page: could not tell: no answer":            at(model.Finding{Verdict: model.Unknown, Summary: "could not tell: no answer"}),
		"asked 2026-05-13 14:29:00 UTC, named no incident of this": at(model.Finding{Verdict: model.OK}),
		"M Meta's status page: “Earlier”": append(at(model.Finding{Verdict: model.OK, Facts: []model.Fact{{Name: "incident", Value: "“Earlier”"}, {Name: "its time", Value: "2026-05-13 14:05 UTC, still open"}}}),
			at(model.Finding{Verdict: model.OK})...),
	} {
		s := anOutage(60)
		s.findings = findings
		a, _ := newTest(t, size{120, 40}, s)
		press(t, a, "t")
		if text := screenText(a); !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
		if text := screenText(a); !strings.Contains(text, "7 failed attempts have no time in the log") || !strings.Contains(text, "L this log: 9 of 9 accounts") {
			t.Errorf("\n%s", text)
		}
	}
}
