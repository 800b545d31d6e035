package ui

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"unsent/model"
)

// surfaces are all screens and overlays, by the keys that lead there. Geometry,
// keys and goldens are tested over this list, so a new screen has one line here.
var surfaces = []struct {
	name string
	keys []string
}{
	{"home", nil},
	{"home filtered to nothing", []string{"/", "z", "z", "z", "enter"}},
	{"case", []string{"enter"}},
	{"case step unfolded", []string{"enter", "enter"}},
	{"case checked", []string{"enter", "C"}},
	{"case answers", []string{"enter", "C", "v"}},
	{"case answers of the recipient", []string{"enter", "C", "v", "G", "n", "n", "n", "n", "n", "n", "n", "n", "n", "n", "r"}},
	{"case locked step", []string{"enter", "1", "f", "d", "o", "w", "n", "enter", "4", "O"}},
	{"case article", []string{"enter", "tab"}},
	{"case causes", []string{"enter", "C", "tab", "tab"}},
	{"case scope", []string{"enter", "tab", "tab", "tab"}},
	{"case changes", []string{"enter", "tab", "tab", "tab", "tab"}},
	{"case facts", []string{"enter", "tab", "tab", "tab", "tab", "tab"}},
	{"case raw", []string{"enter", "tab", "tab", "tab", "tab", "tab", "tab", "r"}},
	{"case notes", []string{"enter", "shift+tab"}},
	{"case note being written", []string{"enter", "A", "h", "i"}},
	{"packet", []string{"enter", "C", "e"}},
	{"packet copied", []string{"enter", "C", "e", "y"}},
	{"plan", []string{"p"}},
	{"plan to send", []string{"p", "tab"}},
	{"plan refused", []string{"j", "p"}},
	{"plan left out", []string{"j", "p", "tab", "tab"}},
	{"plan of a message", []string{"l", "enter", "p"}},
	{"plan list asked", []string{"p", "w"}},
	{"plan list written", []string{"p", "w", "y"}},
	{"timeline", []string{"t"}},
	{"timeline of an incident", []string{"enter", "C", "t"}},
	{"timeline marked", []string{"t", "v", "left", "left", "left"}},
	{"timeline messages", []string{"t", "v", "left", "enter"}},
	{"messages", []string{"l"}},
	{"message case", []string{"l", "enter"}},
	{"messages found in texts", []string{"l", "/", "f", "b", "t", "r", "a", "enter"}},
	{"messages found nowhere", []string{"l", "/", "z", "z", "z", "enter"}},
	{"messages marked", []string{"l", "space", "j", "space"}},
	{"messages to move", []string{"l", "space", "space", "m"}},
	{"message moved", []string{"l", "m", "enter"}},
	{"message case moved", []string{"l", "enter", "m", "n", "e", "w", "enter"}},
	{"messages to find", []string{"l", "f", "x"}},
	{"imports", []string{"I"}},
	{"import asked", []string{"i"}},
	{"knowledge base", []string{"K"}},
	{"paste box", []string{"ctrl+v", "h", "i"}},
	{"columns", []string{"I", "m"}},
	{"columns choice", []string{"I", "m", "enter"}},
	{"accounts", []string{"B"}},
	{"account form", []string{"B", "a", "x", "enter", "tab", "tab", "tab", "s", "e", "c"}},
	{"help", []string{"?"}},
	{"palette", []string{":", "p", "a", "c"}},
}

// Every screen is looked at in four sizes, in the plain text that remains
// without colour.
func TestScreens(t *testing.T) {
	for _, term := range []size{{80, 24}, {120, 40}, {200, 60}, {40, 12}} {
		for _, s := range surfaces {
			t.Run(s.name+" "+itoa(term.w)+"x"+itoa(term.h), func(t *testing.T) {
				a, _ := newTest(t, term, withImports(twoIncidents()))
				press(t, a, s.keys...)
				golden(t, screenText(a))
			})
		}
	}
}

// The first screen says what to do when there is nothing to show.
func TestEmptyScreens(t *testing.T) {
	tests := []struct {
		name  string
		store func() *fakeStore
	}{
		{"nothing imported", func() *fakeStore { return &fakeStore{} }},
		{"nothing failed", func() *fakeStore {
			return &fakeStore{imports: []model.Import{{ID: 1, File: "a.csv", Read: 12000, Succeeded: 12000}}}
		}},
		{"database fails", func() *fakeStore {
			return &fakeStore{err: model.WithHint(errors.New("reading incidents: database is locked"), "close the other unsent")}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := newTest(t, size{80, 24}, tt.store())
			golden(t, screenText(a))
		})
	}
}

// In ASCII no sign is left that a terminal without Unicode cannot draw.
func TestASCII(t *testing.T) {
	for _, s := range surfaces {
		a, _ := newTest(t, size{80, 24}, withImports(twoIncidents()), func(d *Deps) { d.ASCII = true })
		press(t, a, s.keys...)
		for _, r := range screenText(a) {
			if r > 0x7e {
				t.Errorf("%s shows %q:\n%s", s.name, r, screenText(a))
				break
			}
		}
	}
}

func withImports(s *fakeStore) *fakeStore {
	s.imports = []model.Import{{ID: 1, File: "march.csv", System: "cloud-api", Format: "csv", Read: 5, Stored: 3, Succeeded: 1, Rejected: 1,
		Zone: model.Zone{From: model.ZoneOffset}, Columns: map[string]string{"code": "error_code"}}}
	s.bad = []model.Rejection{{Line: 4, Reason: "3 cells where the header has 20", Raw: "a,b,c"}}
	return s
}

// At any size there are as many lines as the terminal has rows and none is
// wider than it, whatever the data says. Bubble Tea does not crop: a line too
// wide wraps, and everything under it is in the wrong place.
func TestGeometry(t *testing.T) {
	hostile := "\x1b[2J\x1b]0;pwned\a" + strings.Repeat("長い名前", 40) + "\r\n\t\u202e\u009b31m" + "\x00end"
	s := withImports(twoIncidents())
	for i := range s.incidents {
		s.incidents[i].Reason, s.incidents[i].Shape = hostile, model.ShapeOutage
		s.incidents[i].Outage = model.LogOutage{Suspected: true, WABAs: 5, Hit: 4, Since: now.Add(-time.Hour), Reason: hostile}
		s.incidents[i].Title, s.incidents[i].Template, s.incidents[i].WABA, s.incidents[i].Ticket = hostile, hostile, hostile, hostile
	}
	for i := range s.failures {
		f := &s.failures[i]
		f.Title, f.Details, f.Message, f.Template, f.Recipient, f.RecipientRaw, f.WAMID, f.Raw, f.Response = hostile, hostile, hostile, hostile, hostile, hostile, hostile, hostile, hostile
		f.Source.File = hostile
	}
	s.evidence = map[model.IncidentID]model.Evidence{1: {Shape: model.ShapeOutage, Outage: s.incidents[0].Outage, LogFrom: now.Add(-100 * time.Hour),
		FirstSeen: []model.FirstSeen{{Dim: model.DimTemplate, Value: hostile, At: s.incidents[0].First.Add(-time.Minute)}}}}
	s.imports[0].File, s.imports[0].System = hostile, hostile
	s.bad[0].Raw, s.bad[0].Reason = hostile, hostile
	s.notes = []model.Note{{At: now, Who: hostile, Text: hostile}}
	for _, v := range []model.Verdict{model.Problem, model.Unknown, model.Skipped} {
		s.findings = append(s.findings, model.Finding{Check: hostile + string(v), Title: hostile, Verdict: v, Summary: hostile, Source: hostile, Raw: hostile, Facts: []model.Fact{{Name: hostile, Value: hostile}}})
	}
	for _, surface := range surfaces {
		a, _ := newTest(t, size{80, 24}, s, func(d *Deps) { d.DBName = hostile })
		press(t, a, surface.keys...)
		for _, w := range []int{1, 5, 39, 40, 60, 79, 80, twoColumns - 1, twoColumns, threeColumns - 1, threeColumns, 300} {
			for _, h := range []int{1, 2, 3, 4, 10, 24, 61} {
				a.update(tea.WindowSizeMsg{Width: w, Height: h})
				checkFrame(t, a, surface.name)
			}
		}
	}
}

// checkFrame checks that the screen is drawn in the terminal's size and lets no
// control character through.
func checkFrame(t *testing.T, a *app, name string) {
	t.Helper()
	w, h := a.term.w, a.term.h
	lines := a.frame()
	if len(lines) != h {
		t.Fatalf("%s at %dx%d: %d lines", name, w, h, len(lines))
	}
	for y, line := range lines {
		if n := ansi.StringWidth(line); n > w {
			t.Fatalf("%s at %dx%d: line %d is %d wide: %q", name, w, h, y, n, line)
		}
		if bad := control(line); bad != "" {
			t.Fatalf("%s at %dx%d: line %d lets %s through", name, w, h, y, bad)
		}
	}
	if v := a.View(); v.Cursor != nil && (v.Cursor.X >= w || v.Cursor.Y >= h) {
		t.Fatalf("%s at %dx%d: the cursor is at %d,%d", name, w, h, v.Cursor.X, v.Cursor.Y)
	}
}

// control names a control character in a drawn line, apart from the escape
// sequences for styles that the screen itself draws.
func control(line string) string {
	for rest := line; rest != ""; {
		if strings.HasPrefix(rest, "\x1b[") {
			end := strings.IndexByte(rest, 'm')
			if end < 0 || strings.Trim(rest[2:end], "0123456789;:") != "" {
				return strconv.Quote(rest[:min(len(rest), 12)])
			}
			rest = rest[end+1:]
			continue
		}
		var r rune
		for _, r = range rest {
			break
		}
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return strconv.QuoteRune(r)
		}
		rest = rest[len(string(r)):]
	}
	return ""
}

// No key means two things on a screen, and every action has a name, a key and a
// line of help.
func TestKeys(t *testing.T) {
	for _, s := range surfaces {
		a, _ := newTest(t, size{80, 24}, withImports(twoIncidents()))
		press(t, a, s.keys...)
		by := map[string]string{}
		names := map[string]bool{}
		for _, x := range a.actions() {
			if x.name == "" || x.help == "" || len(x.keys) == 0 || x.do == nil {
				t.Errorf("%s: %q lacks a name, a key or its help", s.name, x.name)
			}
			if names[x.name] {
				t.Errorf("%s: two actions are named %s", s.name, x.name)
			}
			names[x.name] = true
			for _, k := range x.keys {
				if by[k] != "" {
					t.Errorf("%s: %s means %s and %s", s.name, k, by[k], x.name)
				}
				by[k] = x.name
			}
		}
	}
}

// Every action of every screen does something or says why not, and none of them
// panics, also when nothing is loaded and when the database fails.
func TestEveryAction(t *testing.T) {
	stores := map[string]func() *fakeStore{
		"loaded": func() *fakeStore { return withImports(twoIncidents()) },
		"empty":  func() *fakeStore { return &fakeStore{} },
		"broken": func() *fakeStore { s := twoIncidents(); s.err = errors.New("database is locked"); return s },
	}
	for name, store := range stores {
		for _, s := range surfaces {
			a, _ := newTest(t, size{80, 24}, store())
			press(t, a, s.keys...)
			for i := range a.actions() {
				a, _ := newTest(t, size{80, 24}, store())
				press(t, a, s.keys...)
				list := a.actions()
				if i >= len(list) || list[i].name == "quit" {
					continue
				}
				settle(t, a, a.run(list[i]))
				if n := len(a.frame()); n != 24 {
					t.Errorf("%s, %s, %s: %d lines", name, s.name, list[i].name, n)
				}
			}
		}
	}
}

// Any keys in any order leave a screen that can be drawn.
func TestMonkey(t *testing.T) {
	keys := []string{"enter", "esc", "tab", "shift+tab", "j", "k", "g", "G", "l", "e", "y", "Y", "P", "r", "C", "c", "x", "f", "u", "A", "i", "I", "K", "?", ":", "/", "n", "N",
		"s", "S", "a", "w", "d", "z", "Z", "space", "backspace", "1", "7", "8", "o", "O", "T", "R", "U", "E", "b", "m", "L", "F", "t", "ctrl+v", "ctrl+d", "-", "v", "p", "B", "D", "+", "W", "shift+right", "shift+left", "pgdown", "pgup", "up", "down", "left", "right", "ctrl+r", "J", "X", "ctrl+space", "ctrl+\\"}
	r := rand.New(rand.NewPCG(1, 2))
	a, _ := newTest(t, size{80, 24}, withImports(twoIncidents()))
	for range 5000 {
		k := keys[r.IntN(len(keys))]
		press(t, a, k)
		if r.IntN(20) == 0 {
			a.update(tea.WindowSizeMsg{Width: 1 + r.IntN(220), Height: 1 + r.IntN(70)})
		}
		if n := len(a.frame()); n != a.term.h {
			t.Fatalf("after %s: %d lines for %d", k, n, a.term.h)
		}
	}
}

// Contrast is at least 4.5:1 in both themes (WCAG 2.1, 1.4.3).
func TestContrast(t *testing.T) {
	for name, p := range map[string]colours{"dark": dark, "light": light} {
		for what, c := range p.pairs() {
			if got := contrast(t, c[0], c[1]); got < 4.5 {
				t.Errorf("%s %s: %.2f", name, what, got)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	lum := func(hex string) float64 {
		n, err := strconv.ParseUint(hex[1:], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		lin := func(v uint64) float64 {
			c := float64(v&0xff) / 255
			if c <= 0.04045 {
				return c / 12.92
			}
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		return 0.2126*lin(n>>16) + 0.7152*lin(n>>8) + 0.0722*lin(n)
	}
	x, y := lum(a), lum(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
