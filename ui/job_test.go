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
)

// The main job takes four keys and ends with the packet on the clipboard, its
// file written first.
func TestMainJob(t *testing.T) {
	a, out := newTest(t, size{80, 24}, twoIncidents())
	press(t, a, "enter", "C", "e", "y")
	if len(out.copied) != 1 || len(out.saved) != 1 || out.copied[0] != out.saved[0] || !strings.Contains(out.copied[0], "131000") {
		t.Fatalf("copied %q, saved %q", out.copied, out.saved)
	}
	if s := screenText(a); !strings.Contains(s, "copied with wl-copy; also in /packets/packet-1.txt") {
		t.Errorf("the screen does not say where it went:\n%s", s)
	}
}

// Keys typed faster than the work is done are not lost: copy waits for the
// packet, and the packet for the checks.
func TestMainJobTypedAhead(t *testing.T) {
	for _, keys := range [][]string{{"enter", "C", "e", "y"}, {"E", "y"}} {
		a, out := newTest(t, size{80, 24}, twoIncidents())
		var cmds []tea.Cmd
		for _, k := range keys {
			cmds = append(cmds, a.update(keyOf(k)))
		}
		for _, c := range cmds {
			settle(t, a, c)
		}
		if len(out.copied) != 1 || !strings.Contains(out.copied[0], "131000") {
			t.Fatalf("%v copied %q:\n%s", keys, out.copied, screenText(a))
		}
		if s := a.Store.(*fakeStore); len(s.findings) == 0 {
			t.Errorf("%v ran no check", keys)
		}
	}
}

// A copy that goes through the terminal says so, and a copy that failed never
// says copied.
func TestCopySaysTheTruth(t *testing.T) {
	tests := []struct {
		name string
		how  Copied
		want string
	}{
		{"terminal", Copied{Terminal: true, Said: "sent to the terminal (OSC 52), which does not say whether it took it"}, "does not say whether it took it; also in /packets/"},
		{"failed", Copied{Err: errors.New("no clipboard can be reached")}, "not copied: no clipboard can be reached; the packet is in /packets/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, out := newTest(t, size{100, 24}, twoIncidents())
			out.how = tt.how
			press(t, a, "enter", "e", "y")
			s := strings.Join(strings.Fields(screenText(a)), " ")
			if !strings.Contains(s, tt.want) || strings.Contains(s, "copied with") {
				t.Errorf("want %q in\n%s", tt.want, screenText(a))
			}
		})
	}
}

// A result that arrives after the agent has moved on changes nothing.
func TestLateResults(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	press(t, a, "enter")
	c := a.top().(*caseView)
	late := a.update(keyOf("C")) // the checks are out
	press(t, a, "esc")           // and stopped
	before := len(c.data.Findings)
	settle(t, a, late)
	if len(c.data.Findings) != before {
		t.Errorf("a stopped check still delivered %d findings", len(c.data.Findings)-before)
	}
	stale := loadCase(context.Background(), c, c.loading.id-1, a.Store, 1, 0)
	c.data.Notes = []model.Note{{Text: "kept"}}
	settle(t, a, stale)
	if len(c.data.Notes) != 1 {
		t.Error("an old reading of the case replaced a newer one")
	}
}

// esc goes back and never leaves; q asks while an import runs; ctrl+c stops the
// work first.
func TestLeaving(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	press(t, a, "enter", "tab", "esc", "esc", "esc")
	if a.top() != screen(a.home) {
		t.Error("esc did not lead home")
	}
	a.importing.start(a.ctx)
	a.importing.jobs = []job{{Log: Log{Name: "big.csv"}}}
	press(t, a, "q")
	if len(a.overlays) != 1 || !strings.Contains(screenText(a), "Leave while the import of big.csv is running?") {
		t.Errorf("q asked nothing:\n%s", screenText(a))
	}
	press(t, a, "enter")
	if len(a.overlays) != 0 || !a.importing.active {
		t.Error("enter must mean no")
	}
	press(t, a, "ctrl+c")
	if a.importing.active {
		t.Error("ctrl+c did not stop the import")
	}
}

// An import says what became of every row, and a failed one what to do.
func TestImportSays(t *testing.T) {
	png := model.WithHint(errors.New("x.csv is a PNG image"), "give the export itself")
	tests := []struct {
		name string
		imp  model.Import
		err  error
		want string
	}{
		{"new", model.Import{Read: 10, Stored: 8, Rejected: 2}, nil, "8 new failures of 10 rows; 2 rows could not be read: b shows them"},
		{"a remark", model.Import{Read: 10, Stored: 10, Warnings: []string{"UTC was assumed"}}, nil, "10 new failures of 10 rows; 1 remark: b"},
		{"again", model.Import{Read: 10, Duplicate: 10}, nil, "seen before (the same 10 records). 0 new"},
		{"all well", model.Import{Read: 12000, Succeeded: 12000}, nil, "12,000 rows read, 0 failures (12,000 went well). Nothing in it to triage"},
		{"header only", model.Import{Warnings: []string{"there is a header and no rows"}}, nil, "no rows (there is a header and no rows)"},
		{"error", model.Import{}, png, "x.csv is a PNG image"},
		{"hint", model.Import{}, png, "give the export itself"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, out := newTest(t, size{160, 24}, &fakeStore{})
			out.imported, out.importErr = tt.imp, tt.err
			settle(t, a, a.startFiles([]string{"x.csv"}))
			if s := screenText(a); !strings.Contains(s, tt.want) {
				t.Errorf("want %q in\n%s", tt.want, s)
			}
		})
	}
}

// Help filters while typing and runs what is chosen.
func TestHelpRuns(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	press(t, a, append([]string{"?"}, append(strings.Split("knowledge", ""), "enter")...)...)
	if _, ok := a.top().(*kbView); !ok {
		t.Errorf("the knowledge base is not open:\n%s", screenText(a))
	}
}

// A step ticked by hand is kept with its note; a locked one asks why and is
// written to the audit trail.
func TestSteps(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{80, 40}, s)
	press(t, a, "enter", "2", "x", "o", "k", "enter")
	if got := s.steps[1]; len(got) != 1 || got[0].Step != "2" || got[0].State != model.StepDone || got[0].Note != "ok" || got[0].By != "hand" {
		t.Errorf("steps %+v", got)
	}
	t.Run("S2-S7", func(t *testing.T) {
		press(t, a, "7", "x", "enter")
		if len(a.overlays) != 1 {
			t.Fatal("a locked step was taken without a reason")
		}
		press(t, a, "b", "s", "p", "enter")
		if len(s.log) == 0 || !strings.HasPrefix(s.log[0], "override i1 step 7 taken although locked: settle steps") {
			t.Errorf("audit trail %q", s.log)
		}
	})
	t.Run("S2-S1c", func(t *testing.T) {
		press(t, a, "1", "f", "d", "o", "w", "n", "enter")
		if st := screenText(a); !strings.Contains(st, "Retry paused: step 1 found an outage (down)") || !strings.Contains(st, "locked: step 1 found an outage") {
			t.Errorf("an outage must lock the steps behind it:\n%s", st)
		}
	})
}

// A number is masked until it is revealed, and revealing is on the trail.
func TestReveal(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{120, 40}, s)
	press(t, a, "l")
	if st := screenText(a); strings.Contains(st, "15550100123") {
		t.Errorf("a whole number is on screen:\n%s", st)
	}
	press(t, a, "r")
	if st := screenText(a); !strings.Contains(st, "15550100123") {
		t.Errorf("the number is not revealed:\n%s", st)
	}
	if len(s.log) != 1 || !strings.HasPrefix(s.log[0], "reveal") {
		t.Errorf("audit trail %q", s.log)
	}
}

// The filter of home takes words, their absence, and letters in order.
func TestFilter(t *testing.T) {
	inc := twoIncidents().incidents[0]
	for filter, want := range map[string]bool{"131000": true, "order": true, "order 131000": true, "window": false, "!window": true, "!order": false, "-f ordrdy": true, "-f zzz": false, "": true, "!": true} {
		if got := matches(filter, inc); got != want {
			t.Errorf("%q: %t", filter, got)
		}
	}
}

// An outage that lasts longer than the article expects is said so.
func TestLongerThanExpected(t *testing.T) {
	s := twoIncidents()
	s.incidents[0].Code, s.incidents[0].First, s.incidents[0].Last = "131016", now.Add(-3*time.Hour), now.Add(-time.Minute)
	for i := range s.failures[:2] {
		s.failures[i].Code = "131016"
	}
	said := func() bool {
		a, _ := newTest(t, size{100, 30}, s)
		press(t, a, "enter")
		return strings.Contains(screenText(a), "longer than the article expects")
	}
	t.Run("S1-16 still going", func(t *testing.T) {
		if !said() {
			t.Error("three hours are not noticed")
		}
	})
	t.Run("hardly longer is not told as the same length twice", func(t *testing.T) {
		for d, want := range map[time.Duration]string{
			2*time.Hour + 20*time.Minute: "a little longer than the article expects (2 hours)",
			3 * time.Hour:                "3 hours, longer than the article expects (2 hours)",
		} {
			if got := lasted(d, 2*time.Hour); got != want {
				t.Errorf("%s: %q, want %q", d, got, want)
			}
		}
	})
	t.Run("failures that stopped are not still counted on", func(t *testing.T) {
		s.incidents[0].First, s.incidents[0].Last = now.Add(-150*time.Minute), now.Add(-time.Hour)
		if said() {
			t.Error("90 minutes of failures, an hour ago, have lasted longer than two hours")
		}
	})
	t.Run("S1-15 over long ago", func(t *testing.T) {
		s.incidents[0].First, s.incidents[0].Last = now.Add(-90*time.Hour), now.Add(-80*time.Hour)
		if said() {
			t.Error("an outage that is over is called a long one")
		}
	})
}

// Feedback on an article is kept on the audit trail of this machine.
func TestFeedback(t *testing.T) {
	t.Run("S2-FB", func(t *testing.T) {
		s := twoIncidents()
		a, _ := newTest(t, size{80, 24}, s)
		press(t, a, "enter", "H", "down", "enter", "n", "o", "enter")
		if len(s.log) != 1 || s.log[0] != "feedback article 131000 no-solution: no" {
			t.Errorf("audit trail %q", s.log)
		}
	})
}

// The article's headings are one key apart.
func TestHeadings(t *testing.T) {
	t.Run("S2-02", func(t *testing.T) {
		a, _ := newTest(t, size{80, 24}, twoIncidents())
		var seen []string
		press(t, a, "enter", "]")
		for range 12 {
			press(t, a, "]")
			seen = append(seen, strings.Split(screenText(a), "\n")[5])
		}
		all := strings.Join(seen, "\n")
		for _, want := range []string{"Meaning", "Causes", "Steps"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s is never on top:\n%s", want, all)
			}
		}
	})
}

// Which kinds of message fail is on the scope part.
func TestKinds(t *testing.T) {
	for _, id := range []string{"S1-07", "S1-08", "S1-09", "S1-10"} {
		t.Run(id, func(t *testing.T) {
			a, _ := newTest(t, size{80, 60}, twoIncidents())
			press(t, a, "enter", "tab", "tab", "tab")
			if !strings.Contains(screenText(a), "kind  1 value") {
				t.Errorf("no kinds:\n%s", screenText(a))
			}
		})
	}
}

// One bad file does not keep the others out; stopping names what was not loaded.
func TestSeveralFiles(t *testing.T) {
	var loaded []string
	a, _ := newTest(t, size{120, 24}, &fakeStore{}, func(d *Deps) {
		d.Import = func(_ context.Context, l Log, _ *model.Reading, _ func(model.Import)) (Loaded, error) {
			loaded = append(loaded, l.Name)
			if l.Name == "bad.csv" {
				return Loaded{}, errors.New("bad.csv is a PNG image")
			}
			return Loaded{Import: model.Import{File: l.Name, Read: 1, Stored: 1}}, nil
		}
	})
	settle(t, a, a.startFiles([]string{"bad.csv", "good.csv"}))
	if strings.Join(loaded, " ") != "bad.csv good.csv" {
		t.Errorf("loaded %v", loaded)
	}
	a.importing.start(a.ctx)
	a.importing.jobs = []job{{Log: Log{Name: "one.csv"}}, {Log: Log{Name: "two.csv"}}, {Log: Log{Name: "three.csv"}}}
	press(t, a, "esc")
	if s := screenText(a); !strings.Contains(s, "not loaded: two.csv, three.csv") {
		t.Errorf("what was dropped is not said:\n%s", s)
	}
}

// An import that takes a while to stop is still read to its end, and the list
// shows what it stored.
func TestSlowStop(t *testing.T) {
	s := &fakeStore{}
	release := make(chan struct{})
	a, _ := newTest(t, size{120, 24}, s, func(d *Deps) {
		d.Import = func(ctx context.Context, _ Log, _ *model.Reading, progress func(model.Import)) (Loaded, error) {
			progress(model.Import{Read: 1})
			<-ctx.Done()
			<-release
			return Loaded{Import: model.Import{Read: 3, Stored: 3}}, ctx.Err()
		}
	})
	cmd := a.startFiles([]string{"x.csv"})
	a.back()
	s.incidents = twoIncidents().incidents
	time.AfterFunc(500*time.Millisecond, func() { close(release) })
	settle(t, a, cmd)
	if len(a.home.all) != 2 {
		t.Error("what the stopped import stored is not shown")
	}
}

// Secrets that an agent types are masked before they are kept, and texts of a
// log show no number until it is revealed.
func TestTypedSecretsAndLoggedNumbers(t *testing.T) {
	s := twoIncidents()
	token := "EAAG" + strings.Repeat("x1Y2", 30)
	a, _ := newTest(t, size{120, 40}, s)
	press(t, a, "enter", "A")
	a.update(tea.PasteMsg{Content: "their token is " + token})
	press(t, a, "enter")
	if len(s.notes) != 1 || strings.Contains(s.notes[0].Text, token) {
		t.Errorf("notes %+v", s.notes)
	}
	for i := range s.failures {
		s.failures[i].Details = "Message to +1 555 010 0177 was not delivered, wamid.HBgLMTU1NTAxMDAxNzcVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"
		s.failures[i].Template = "to_15550100177"
	}
	for _, keys := range [][]string{{"l"}, {"l", "enter", "tab", "tab", "tab", "tab"}, {"enter", "tab", "tab", "tab"}} {
		b, _ := newTest(t, size{200, 50}, s)
		press(t, b, keys...)
		if text := screenText(b); strings.Contains(text, "0100177") || strings.Contains(text, "010 0177") || strings.Contains(text, "HBgLMTU1") {
			t.Errorf("%v shows a number:\n%s", keys, text)
		}
	}
}

// The selected incident stays selected and on screen when the list is sorted.
func TestSortKeepsTheSelection(t *testing.T) {
	s := twoIncidents()
	for n := range 60 {
		s.incidents = append(s.incidents, model.Incident{ID: model.IncidentID(10 + n), Code: model.Code(itoa(131000 + n%7)), Failures: 1 + n%13, First: now, Last: now.Add(-time.Duration(n*37%60) * time.Hour), State: model.StateNew})
	}
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "pgdown", "j", "j", "j")
	want := a.home.selected().ID
	for _, k := range []string{"s", "s", "S", "s", "S"} {
		press(t, a, k)
		if got := a.home.selected().ID; got != want {
			t.Errorf("after %s: %s is selected instead of %s", k, got, want)
		}
		if !strings.Contains(screenText(a), "\n>") {
			t.Errorf("after %s the selected line is not on screen:\n%s", k, screenText(a))
		}
	}
}

// One undo takes back what one key did to several incidents.
func TestUndoOfSeveral(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{80, 24}, s)
	press(t, a, "space", "space", "w", "z")
	if s.undone != 2 {
		t.Errorf("%d changes were taken back", s.undone)
	}
	press(t, a, "d", "z")
	if s.undone != 4 {
		t.Errorf("%d changes were taken back in all", s.undone)
	}
}

// Undo with nothing to undo says that in words, not as an error of the database.
func TestNothingToUndo(t *testing.T) {
	s := twoIncidents()
	a, _ := newTest(t, size{80, 24}, s)
	s.err = fmt.Errorf("taking a change back: %w", model.ErrNotFound)
	if press(t, a, "z"); !strings.Contains(screenText(a), " there is nothing to undo: no state") {
		t.Errorf("\n%s", screenText(a))
	}
	if press(t, a, "Z"); !strings.Contains(screenText(a), " there is nothing to do again") {
		t.Errorf("\n%s", screenText(a))
	}
}

// Of several files those that could not be loaded are named at the end, whatever
// came behind them.
func TestRefusedFilesAreNamed(t *testing.T) {
	a, o := newTest(t, size{80, 24}, twoIncidents())
	o.imported = model.Import{Read: 1, Stored: 1}
	load := a.Import
	a.Import = func(ctx context.Context, l Log, how *model.Reading, progress func(model.Import)) (Loaded, error) {
		if strings.HasSuffix(l.Name, ".pdf") {
			return Loaded{}, errors.New("this is a PDF document")
		}
		if strings.HasSuffix(l.Name, ".md") {
			return Loaded{}, fmt.Errorf("reading %s: %w", l.Name, model.ErrColumns)
		}
		return load(ctx, l, how, progress)
	}
	settle(t, a, a.startFiles([]string{"a.pdf", "b.csv", "c.pdf", "d.csv"}))
	if s := screenText(a); !strings.Contains(s, "not loaded: a.pdf, c.pdf; load one by itself") {
		t.Errorf("\n%s", s)
	}
	o.table = func(*model.Reading) (model.Table, error) { return model.Table{Format: "text"}, nil }
	settle(t, a, a.startFiles([]string{"a.pdf", "a.md"}))
	if s := screenText(a); !strings.Contains(s, "not loaded: a.pdf, a.md; load one by itself") {
		t.Errorf("a text that is no table:\n%s", s)
	}
	settle(t, a, a.startFiles([]string{"e.csv", "f.pdf"}))
	if s := screenText(a); !strings.Contains(s, "this is a PDF document") || strings.Contains(s, "a.pdf") {
		t.Errorf("\n%s", s)
	}
}
