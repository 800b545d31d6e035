package ui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
)

// foreignTable is a table whose headers nobody knows, read the way how says.
func foreignTable(how *model.Reading) (model.Table, error) {
	t := model.Table{File: "foreign.csv", Format: "csv", Set: "abc", Whole: true, Dates: "03/04/2026 10:11", Clock: "03/04/2026 10:11", Columns: []model.Column{
		{N: 1, Header: "Quem", Ref: "Quem", Looks: "recipient", Samples: []string{"15550100101", "15550100102"}},
		{N: 2, Header: "Fim", Ref: "Fim", Looks: "status", Samples: []string{"ERRO", "ENTREGUE"}},
		{N: 3, Header: "Porque", Ref: "Porque", Samples: []string{"131026", "131047"}},
		{N: 4, Header: "", Ref: "column 4"},
	}}
	if how == nil {
		how = &model.Reading{}
	}
	if how.Zone == "Mars" {
		return t, errors.New(`"Mars" is no time zone`)
	}
	t.Hand = *how
	for field, ref := range how.Map {
		for i := range t.Columns {
			if c := &t.Columns[i]; c.Ref == ref {
				c.Field, c.Sure, c.Looks = field, model.SureAsked, ""
			}
		}
	}
	for i := range t.Columns {
		if slices.Contains(how.Ignore, t.Columns[i].Ref) {
			t.Columns[i].Looks = ""
		}
	}
	if how.Map["status"] == "" && how.Map["code"] == "" {
		t.Why = "no column says whether a message failed"
		return t, nil
	}
	t.Read, t.Failed, t.Succeeded, t.Rejected, t.Reason = 10, 7, 2, 1, "the row has 3 cells, the header has 4"
	return t, nil
}

// mappingTest is a screen whose import of a foreign table has just failed.
func mappingTest(t *testing.T, term size, s *fakeStore) (*app, *outside) {
	t.Helper()
	a, o := newTest(t, term, s)
	o.table = foreignTable
	o.importErr = fmt.Errorf("reading foreign.csv: %w", model.ErrColumns)
	settle(t, a, a.startFiles([]string{"foreign.csv"}))
	o.importErr, o.imported = nil, model.Import{Read: 10, Stored: 7, Succeeded: 2, Rejected: 1}
	return a, o
}

func top[T screen](t *testing.T, a *app) T {
	t.Helper()
	s, ok := a.top().(T)
	if !ok {
		t.Fatalf("another screen is open:\n%s", screenText(a))
	}
	return s
}

// An import that cannot tell the columns asks for them, with what the values look
// like filled in, and nothing is loaded before the agent says so.
func TestColumnsAreAsked(t *testing.T) {
	a, o := mappingTest(t, size{80, 24}, &fakeStore{})
	m := top[*mapping](t, a)
	if m.how.Map["recipient"] != "Quem" || m.how.Map["status"] != "Fim" || len(m.how.Map) != 2 {
		t.Errorf("filled in: %v", m.how.Map)
	}
	if s := screenText(a); !strings.Contains(s, "Of 10 rows: 7 failures, 2 went well, 1 cannot be read") || strings.Contains(s, "15550100101") {
		t.Errorf("the outcome is missing or a number is not masked:\n%s", s)
	}
	press(t, a, "j", "j", "enter", "c", "o", "d", "enter") // Porque is the code
	press(t, a, "k", "backspace")                          // Fim is not used
	press(t, a, "o")
	if len(o.loaded) != 1 {
		t.Fatalf("%d imports before it was said", len(o.loaded))
	}
	press(t, a, "L")
	if len(o.loaded) != 2 || o.loaded[1].Name != "foreign.csv" {
		t.Fatalf("loaded %+v", o.loaded)
	}
	how := o.hows[1]
	if how == nil || how.Map["code"] != "Porque" || how.Map["recipient"] != "Quem" || how.Map["status"] != "" || !slices.Equal(how.Ignore, []string{"Fim"}) || how.DateOrder != "mdy" {
		t.Errorf("read as %+v", how)
	}
	if a.top() != screen(a.home) {
		t.Errorf("the columns are still open:\n%s", screenText(a))
	}
}

// esc stores nothing and says so.
func TestColumnsEscaped(t *testing.T) {
	a, o := mappingTest(t, size{80, 24}, &fakeStore{})
	press(t, a, "esc")
	if len(o.loaded) != 1 || !strings.Contains(screenText(a), "foreign.csv: nothing was loaded") {
		t.Errorf("%d imports:\n%s", len(o.loaded), screenText(a))
	}
}

// What cannot work cannot be loaded, and says why.
func TestColumnsThatWillNotDo(t *testing.T) {
	a, o := mappingTest(t, size{80, 24}, &fakeStore{})
	press(t, a, "j", "backspace", "L")
	if s := screenText(a); len(o.loaded) != 1 || !strings.Contains(s, "no column says whether a message failed") {
		t.Errorf("%d imports:\n%s", len(o.loaded), s)
	}
	top[*mapping](t, a)
}

// A field that is given to one column is taken off the other, for what was said
// must not be mixed with a guess.
func TestOneColumnOfAField(t *testing.T) {
	a, _ := mappingTest(t, size{80, 24}, &fakeStore{})
	press(t, a, "j", "j", "enter", "r", "e", "c", "i", "p", "enter")
	m := top[*mapping](t, a)
	if m.how.Map["recipient"] != "Porque" || !slices.Contains(m.how.Ignore, "Quem") {
		t.Errorf("%+v", m.how)
	}
	for _, c := range m.t.Columns {
		if c.Ref == "Quem" && c.Field != "" {
			t.Errorf("%+v", c)
		}
	}
}

// A zone that is none is refused, and what was said before stays.
func TestZoneIsAsked(t *testing.T) {
	a, _ := mappingTest(t, size{80, 24}, &fakeStore{})
	press(t, a, "t", "M", "a", "r", "s", "enter")
	m := top[*mapping](t, a)
	if m.how.Zone != "" || !strings.Contains(screenText(a), `"Mars" is no time zone`) {
		t.Errorf("zone %q:\n%s", m.how.Zone, screenText(a))
	}
	press(t, a, "t", "U", "T", "C", "enter")
	if m.how.Zone != "UTC" || !strings.Contains(screenText(a), "UTC, as you said") {
		t.Errorf("zone %q:\n%s", m.how.Zone, screenText(a))
	}
}

// Back to the guess forgets what was kept, and fills in what values look like.
func TestForget(t *testing.T) {
	s := &fakeStore{}
	a, _ := mappingTest(t, size{80, 24}, s)
	press(t, a, "j", "j", "enter", "c", "o", "d", "e", "enter", "F")
	m := top[*mapping](t, a)
	if !slices.Equal(s.forgot, []string{"abc"}) || len(m.how.Map) != 2 || m.how.Map["code"] != "" || len(m.how.Ignore) != 0 {
		t.Errorf("forgot %q, %+v", s.forgot, m.how)
	}
}

// A wrong guess is corrected from the list of files: what it brought in goes
// first, if the agent wants that.
func TestColumnsCorrected(t *testing.T) {
	for key, undone := range map[string]bool{"y": true, "n": false} {
		s := withImports(twoIncidents())
		a, o := newTest(t, size{80, 24}, s)
		o.table = foreignTable
		press(t, a, "I", "m", "j", "enter", "s", "t", "a", "t", "u", "enter", "L")
		if len(o.loaded) != 0 || len(a.overlays) != 1 {
			t.Fatalf("it did not ask:\n%s", screenText(a))
		}
		press(t, a, "esc")
		if top[*mapping](t, a); len(o.loaded) != 0 {
			t.Fatal("esc is no answer")
		}
		press(t, a, "L", key)
		if len(o.loaded) != 1 || o.loaded[0].Name != "march.csv" || (len(s.failures) == 0) != undone {
			t.Errorf("%s: loaded %+v, %d messages are left", key, o.loaded, len(s.failures))
		}
	}
	// When taking out fails, nothing is loaded on top.
	s := withImports(twoIncidents())
	a, o := newTest(t, size{80, 24}, s)
	o.table = foreignTable
	press(t, a, "I", "m", "j", "enter", "s", "t", "a", "t", "u", "enter", "L")
	s.err = errors.New("the disk is full")
	press(t, a, "y")
	if len(o.loaded) != 0 || !strings.Contains(screenText(a), "the disk is full") {
		t.Errorf("loaded %+v:\n%s", o.loaded, screenText(a))
	}
}

// Somebody who is busy with something else is not moved away from it.
func TestColumnsDoNotInterrupt(t *testing.T) {
	a, o := newTest(t, size{80, 24}, twoIncidents())
	o.table, o.importErr = foreignTable, fmt.Errorf("reading foreign.csv: %w", model.ErrColumns)
	press(t, a, "enter")
	settle(t, a, a.startFiles([]string{"foreign.csv"}))
	top[*caseView](t, a)
	if s := strings.Join(strings.Fields(screenText(a)), " "); !strings.Contains(s, "load it again from home to say what its columns are") {
		t.Errorf("nothing is said:\n%s", screenText(a))
	}
}

// Of several such files each is asked about, one after the other.
func TestColumnsOfSeveralFiles(t *testing.T) {
	a, o := newTest(t, size{80, 24}, &fakeStore{})
	o.table, o.importErr = foreignTable, model.ErrColumns
	settle(t, a, a.startFiles([]string{"one.csv", "two.csv"}))
	var asked []string
	for range 2 {
		asked = append(asked, top[*mapping](t, a).log.Name)
		press(t, a, "esc")
	}
	slices.Sort(asked)
	if !slices.Equal(asked, []string{"one.csv", "two.csv"}) || a.top() != screen(a.home) {
		t.Errorf("asked about %q", asked)
	}
}

// A log that turns out to be no table is refused as before.
func TestNoColumnsToAsk(t *testing.T) {
	a, o := newTest(t, size{80, 24}, &fakeStore{})
	o.importErr = fmt.Errorf("reading x.json: %w", model.ErrColumns)
	settle(t, a, a.startFiles([]string{"x.json"}))
	if a.top() != screen(a.home) || !strings.Contains(screenText(a), "reading x.json: the columns") {
		t.Errorf("\n%s", screenText(a))
	}
}

// The date that can be read in two ways is shown in both.
func TestDateQuestion(t *testing.T) {
	for order, want := range map[string]string{
		"":    "Taken for 3 April (day first); o: 4 March.",
		"dmy": "is 3 April (day first), as you said; o: 4 March.",
		"mdy": "is 4 March (month first), as you said; o: 3 April.",
	} {
		if got := dateQuestion("03/04/2026 10:11", order); !strings.Contains(got, want) {
			t.Errorf("%q: %s", order, got)
		}
	}
	for _, odd := range []string{"", "x", "2026-04-03", "99999999999999999999/4/2026", "0/1/2026"} {
		if got := dateQuestion(odd, ""); got != "" {
			t.Errorf("%q: %s", odd, got)
		}
	}
}

// The columns at every size, and hostile ones.
func TestMappingScreens(t *testing.T) {
	for _, term := range []size{{80, 24}, {120, 40}, {40, 12}} {
		for name, keys := range map[string][]string{"columns": nil, "choice": {"j", "j", "enter"}, "choice filtered": {"enter", "d", "e"}} {
			t.Run(name+" "+itoa(term.w)+"x"+itoa(term.h), func(t *testing.T) {
				a, _ := mappingTest(t, term, &fakeStore{})
				press(t, a, keys...)
				golden(t, screenText(a))
			})
		}
	}
}

func TestMappingGeometry(t *testing.T) {
	hostile := "\x1b[2J\x1b]0;pwned\a" + strings.Repeat("長い名前", 40) + "\r\n\t\u202e\x00end"
	for _, keys := range [][]string{nil, {"enter"}, {"t"}, {"?"}, {"o"}} {
		a, o := newTest(t, size{80, 24}, &fakeStore{})
		o.table = func(how *model.Reading) (model.Table, error) {
			table, err := foreignTable(how)
			for i := range table.Columns {
				table.Columns[i].Header, table.Columns[i].Samples = hostile, []string{hostile, hostile}
			}
			table.Dates, table.Clock, table.Reason, table.Why = hostile, hostile, hostile, hostile
			return table, err
		}
		o.importErr = model.ErrColumns
		settle(t, a, a.startFiles([]string{hostile}))
		top[*mapping](t, a)
		press(t, a, keys...)
		drawnAtEverySize(t, a, fmt.Sprint(keys))
	}
}

// drawnAtEverySize checks what TestGeometry does, for a screen that it cannot reach.
func drawnAtEverySize(t *testing.T, a *app, name string) {
	t.Helper()
	for _, w := range []int{1, 5, 39, 40, 60, 75, 76, 80, 120, 300} {
		for _, h := range []int{1, 2, 3, 4, 10, 24, 61} {
			a.update(tea.WindowSizeMsg{Width: w, Height: h})
			checkFrame(t, a, name)
		}
	}
}

// z and Z on the columns are about the columns, and leave the cases alone.
func TestColumnsUndone(t *testing.T) {
	s := &fakeStore{}
	a, _ := mappingTest(t, size{80, 24}, s)
	m := top[*mapping](t, a)
	first := clone(m.how)
	press(t, a, "j", "backspace", "j", "enter", "c", "o", "d", "e", "enter", "o")
	last := clone(m.how)
	press(t, a, "t", "M", "a", "r", "s", "enter") // refused, and so no change
	press(t, a, "z", "z", "z")
	if !same(m.how, first) || !m.guessed["Fim"] {
		t.Errorf("after undo %+v, filled in %v", m.how, m.guessed)
	}
	if press(t, a, "z"); s.undone != 0 || !strings.Contains(screenText(a), "there is none here") {
		t.Errorf("%d changes of cases were taken back:\n%s", s.undone, screenText(a))
	}
	if press(t, a, "Z", "Z", "Z"); !same(m.how, last) {
		t.Errorf("after redo %+v, not %+v", m.how, last)
	}
	press(t, a, "?", "u", "n", "d", "o", "space", "t", "h", "e", "space", "l", "a", "s", "t")
	if text := screenText(a); strings.Contains(text, "change of state") || !strings.Contains(text, "last change of the columns") {
		t.Errorf("the help names the other undo:\n%s", text)
	}
}

// Leaving the correction of a file that is loaded does not say that it is not.
func TestCorrectionLeft(t *testing.T) {
	a, o := newTest(t, size{80, 24}, withImports(twoIncidents()))
	o.table = foreignTable
	press(t, a, "I", "m", "esc")
	if s := screenText(a); strings.Contains(s, "nothing was loaded") || !strings.Contains(s, "it stays as it was loaded") {
		t.Errorf("\n%s", s)
	}
}

// The list of files has what was loaded while the columns of another were open.
func TestFilesBelowColumns(t *testing.T) {
	s := withImports(twoIncidents())
	a, o := newTest(t, size{80, 24}, s)
	o.table, o.imported = foreignTable, model.Import{Read: 1, Stored: 1}
	press(t, a, "I", "m")
	s.imports = append([]model.Import{{ID: 9, File: "april.csv", Read: 1, Stored: 1}}, s.imports...)
	settle(t, a, a.startFiles([]string{"april.csv"}))
	if press(t, a, "esc"); !strings.Contains(screenText(a), "april.csv") {
		t.Errorf("\n%s", screenText(a))
	}
}

// What would be loaded is shown by its first error, so that a wrong column of
// codes is seen, and a table without times is no surprise later.
func TestColumnsShowWhatComes(t *testing.T) {
	a, o := newTest(t, size{80, 24}, &fakeStore{}, func(d *Deps) {
		d.Fields = append(d.Fields, model.FieldAbout{Name: "timestamp", About: "when"})
	})
	code := "generic X0"
	o.table = func(how *model.Reading) (model.Table, error) {
		table, err := foreignTable(&model.Reading{Map: map[string]string{"recipient": "Quem", "code": "Porque"}})
		table.Code, table.Dates, table.Clock = code, "", ""
		if how != nil && how.Map["timestamp"] != "" {
			table.Columns[3].Field = "timestamp"
		}
		return table, err
	}
	o.importErr = fmt.Errorf("reading foreign.csv: %w", model.ErrColumns)
	settle(t, a, a.startFiles([]string{"foreign.csv"}))
	text := strings.Join(strings.Fields(screenText(a)), " ")
	if !strings.Contains(text, "the first error is X0, and no error of Meta's is called that") || !strings.Contains(text, "No column is read as a time") {
		t.Errorf("\n%s", screenText(a))
	}
	code = "131026"
	press(t, a, "j", "j", "j", "enter", "t", "i", "m", "e", "s", "t", "a", "m", "p", "enter")
	text = strings.Join(strings.Fields(screenText(a)), " ")
	if !strings.Contains(text, "the first error is 131026") || strings.Contains(text, "Meta's") || strings.Contains(text, "read as a time") {
		t.Errorf("\n%s", screenText(a))
	}
}

// The name of a file may be a pattern, and lines pasted in its place are a log.
func TestFilesByPattern(t *testing.T) {
	a, o := newTest(t, size{80, 24}, &fakeStore{})
	dir := t.TempDir()
	for _, name := range []string{"a.csv", "b.csv", "c.txt", "[d].csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string][]string{"*.csv": {"[d].csv", "a.csv", "b.csv"}, "[d].csv": {"[d].csv"}, "x*": {"x*"}} {
		o.loaded = nil
		press(t, a, "i")
		a.update(tea.PasteMsg{Content: filepath.Join(dir, pattern) + "\n"})
		press(t, a, "enter")
		var got []string
		for _, l := range o.loaded {
			got = append(got, filepath.Base(l.Name))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s loads %q", pattern, got)
		}
	}
	press(t, a, "i")
	settle(t, a, a.update(tea.PasteMsg{Content: "recipient,code\n15550100101,131026\n"}))
	if !strings.Contains(screenText(a), "Paste: 2 lines") {
		t.Errorf("\n%s", screenText(a))
	}
}
