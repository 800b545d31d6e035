package ui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

func paste(t *testing.T, a *app, text string) {
	t.Helper()
	settle(t, a, a.update(tea.PasteMsg{Content: text}))
}

// A pasted text asks before anything happens: its letters are never keys.
func TestPasteAsks(t *testing.T) {
	s := twoIncidents()
	a, o := newTest(t, size{80, 24}, s)
	paste(t, a, "q\nd\ny\nError 131026: undeliverable to 15550100101\n")
	if text := screenText(a); !strings.Contains(text, "Paste: 4 lines") || !strings.Contains(text, "looks like 1 error message, error 131026") || strings.Contains(text, "15550100101") {
		t.Errorf("\n%s", text)
	}
	if len(o.loaded) != 0 || s.incidents[0].State != model.StateNew {
		t.Error("the text did something")
	}
	press(t, a, "q", "y", "d")
	if len(a.overlays) != 1 || len(o.loaded) != 0 {
		t.Error("only enter and esc answer")
	}
	press(t, a, "esc")
	if len(a.overlays) != 0 || len(o.loaded) != 0 || !strings.Contains(screenText(a), "dropped; nothing was stored") {
		t.Errorf("\n%s", screenText(a))
	}
}

// One failing message is on the screen at once, new or seen before.
func TestPasteLandsOnItsCase(t *testing.T) {
	s := twoIncidents()
	a, o := newTest(t, size{80, 24}, s)
	o.imported, o.only = model.Import{Read: 1, Stored: 1}, &s.failures[2]
	paste(t, a, "131047 Re-engagement message")
	press(t, a, "enter")
	c := top[*caseView](t, a)
	if c.msgID != 3 || c.inc.ID != 2 {
		t.Errorf("message %d of %d", c.msgID, c.inc.ID)
	}
	if l := o.loaded[0]; !l.Pasted || l.Text != "131047 Re-engagement message" || l.Name != "pasted text 2026-05-13 14:30:00" {
		t.Errorf("%+v", l)
	}
}

// What is no log is refused before it is loaded; a later paste takes its place.
func TestPasteRefused(t *testing.T) {
	for _, err := range []error{model.ErrColumns, model.WithHint(errors.New("this is a web page"), "sign in first")} {
		a, o := newTest(t, size{80, 24}, &fakeStore{})
		o.table = func(*model.Reading) (model.Table, error) {
			return model.Table{}, fmt.Errorf("reading pasted text: %w", err)
		}
		paste(t, a, "dear all")
		press(t, a, "enter")
		if len(o.loaded) != 0 || !strings.Contains(screenText(a), "It cannot be loaded") || strings.Contains(screenText(a), " import ") {
			t.Errorf("\n%s", screenText(a))
		}
		o.table = nil
		paste(t, a, "one\rtwo")
		if s := screenText(a); len(a.overlays) != 1 || !strings.Contains(s, "Paste: 2 lines") || !strings.Contains(s, "looks like 1 error message") {
			t.Errorf("\n%s", s)
		}
	}
}

// A pasted table whose columns are not known is asked about like a file's.
func TestPastedTable(t *testing.T) {
	a, o := newTest(t, size{80, 24}, &fakeStore{})
	o.table = foreignTable
	o.importErr = model.ErrColumns
	paste(t, a, "Quem\tFim\n15550100101\tERRO\n")
	if s := screenText(a); !strings.Contains(s, "they have to be named first") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "enter")
	m := top[*mapping](t, a)
	o.importErr = nil
	press(t, a, "L")
	if l := o.loaded[1]; !m.log.Pasted || !l.Pasted || !strings.HasPrefix(l.Text, "Quem\t") {
		t.Errorf("%+v", l)
	}
}

// A file that is dropped on the terminal arrives as a paste of its name.
func TestDroppedFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "my log.csv")
	if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{name, "'" + name + "' ", strings.ReplaceAll(name, " ", `\ `)} {
		a, o := newTest(t, size{80, 24}, &fakeStore{})
		paste(t, a, text)
		if !strings.Contains(screenText(a), "the name of a file") {
			t.Errorf("%q:\n%s", text, screenText(a))
		}
		press(t, a, "enter")
		if l := o.loaded[0]; l.Pasted || l.Name != name {
			t.Errorf("%q: %+v", text, l)
		}
	}
}

// Where the terminal does not say what is pasted, a box takes the keys as text.
func TestPasteBox(t *testing.T) {
	a, o := newTest(t, size{80, 24}, twoIncidents())
	press(t, a, "ctrl+v", "q", "d", "enter", "x", "tab", "é", "backspace", "backspace", "y", "ctrl+j", "z")
	if s := screenText(a); !strings.Contains(s, "│ qd ") || !strings.Contains(s, "│ z_") {
		t.Errorf("\n%s", s)
	}
	press(t, a, "ctrl+d", "enter")
	if len(o.loaded) != 1 || o.loaded[0].Text != "qd\nxy\nz" {
		t.Errorf("%+v", o.loaded)
	}
	// Typed and pasted, emptied and left.
	press(t, a, "ctrl+v", "a")
	paste(t, a, "b\n")
	if p, ok := a.overlays[0].(*pasteBox); ok {
		t.Errorf("it still waits: %q", p.text)
	}
	press(t, a, "enter", "ctrl+v", "a", "ctrl+u", "ctrl+d")
	if len(o.loaded) != 2 || o.loaded[1].Text != "ab\n" || !strings.Contains(screenText(a), "nothing was pasted") {
		t.Errorf("%+v\n%s", o.loaded, screenText(a))
	}
	press(t, a, "ctrl+v", "a", "esc")
	if len(a.overlays) != 0 || len(o.loaded) != 2 {
		t.Error("esc does not leave")
	}
}

// A large or hostile paste is drawn in its size, secrets and numbers masked.
func TestPasteGeometry(t *testing.T) {
	token := "EAAG" + strings.Repeat("x1Y2", 30)
	for _, text := range []string{"\x1b[2J" + strings.Repeat("長", 3000), strings.Repeat("x", 5<<20), strings.Repeat("a,b\n", 1<<20), "token " + token + " of 15550100101", "\xff\xfe\x00"} {
		for _, box := range []bool{false, true} {
			a, _ := newTest(t, size{80, 24}, &fakeStore{})
			if box {
				a.overlays = append(a.overlays, &pasteBox{text: []byte(text)})
			} else {
				paste(t, a, text)
			}
			if s := screenText(a); strings.Contains(s, token[:12]) || strings.Contains(s, "15550100101") {
				t.Errorf("a secret or a number is shown:\n%s", s)
			}
			drawnAtEverySize(t, a, "paste")
		}
	}
}

// The progress says how far, how many, how fast and how long yet, as far as there
// is room, and what stops it.
func TestProgressLine(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, twoIncidents())
	a.importing.start(a.ctx)
	a.importing.jobs = []job{{Log: Log{Name: "/logs/may.csv"}}}
	a.importing.began = now.Add(-10_000_000_000)
	a.importing.now = model.Import{Read: 42000, Bytes: 42, TotalBytes: 100}
	want := "█████───────  loading may.csv  42 %  42,000 rows  4,200/s  14 s left  esc stops"
	if got := a.importing.line(a, 79); got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
	if s := screenText(a); !strings.Contains(s, "42,000 rows  4,200/s  14 s left") {
		t.Errorf("it is not on the screen:\n%s", s)
	}
	if got := a.importing.line(a, 30); got != "loading may.csv  42 %" {
		t.Errorf("%q", got)
	}
	press(t, a, "l")
	if got := a.importing.line(a, 120); !strings.HasSuffix(got, "esc at home stops") {
		t.Errorf("%q", got)
	}
}

// A stopped import says what of it is kept.
func TestStoppedSaysWhatIsKept(t *testing.T) {
	j := job{Log: Log{Name: "may.csv"}}
	if got := kept(j, model.Import{Read: 500, Stored: 300}); got != "stopped loading may.csv: 500 rows read so far, 300 failures are kept; loading it again goes on from there" {
		t.Error(got)
	}
	if got := kept(j, model.Import{}); !strings.Contains(got, "nothing of it was kept") {
		t.Error(got)
	}
}
