package cli_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "unsent"

// rooms says which of our packages a package may import, and why not more.
// A package that is not listed fails the test: a new room has to be thought of.
var rooms = map[string]struct {
	may []string
	why string
}{
	"":                 {[]string{"cli"}, "main only hands over to cli"},
	"model":            {nil, "everybody speaks in its words, so it can know nobody"},
	"safe":             {[]string{"model"}, "what guards the others depends on none of them"},
	"ingest":           {[]string{"model", "safe"}, "reading must work, and be fuzzed, without a database"},
	"store":            {[]string{"model"}, "it keeps what it is given and judges nothing"},
	"kb":               {[]string{"model"}, "articles name checks and do not run them"},
	"triage":           {[]string{"model", "kb"}, "it is pure: evidence in, judgement out"},
	"check":            {[]string{"model", "safe"}, "it asks questions and knows no article"},
	"check/door":       {[]string{"model", "safe"}, "it knows hosts and bytes, and not what is asked"},
	"check/graph":      {[]string{"model", "safe", "check/door"}, "it knows Meta's words and judges nothing"},
	"check/status":     {[]string{"model", "safe", "check/door"}, "it knows the page's words and judges nothing"},
	"check/metasim":    {nil, "it shares no code with the client that asks it, or both would read Meta wrong alike"},
	"packet":           {[]string{"model", "kb", "safe"}, "it is pure: the same input gives the same bytes"},
	"ui":               {[]string{"model", "kb", "triage", "check", "packet", "safe"}, "it reaches the world through Deps only, so that a test can replace it"},
	"cli":              {[]string{"model", "safe", "ingest", "store", "kb", "triage", "check", "check/graph", "check/status", "check/metasim", "packet", "ui"}, "it puts the others together"},
	"cli/internal/tty": {nil, "it is a tool of tests"},
	"bench":            {[]string{"check/metasim"}, "it measures the program from outside, as its user meets it; what the checks ask has to answer in a known time"},
}

// doors says who alone may import what reaches outside the program. A name that
// ends in /... covers the tree below it.
var doors = []struct {
	what string
	who  []string
	why  string
}{
	{"database/sql", []string{"store"}, "SQL is written and its errors are read in one place"},
	{"database/sql/driver", []string{"store"}, "SQL is written and its errors are read in one place"},
	{"modernc.org/...", []string{"store"}, "SQL is written and its errors are read in one place"},
	{"net/http", []string{"check/door", "check/metasim"}, "there is one door out, and it can only GET; the pretend Meta is on the other side of it"},
	{"net", []string{"check/door", "check/metasim"}, "there is one door out, and it can only GET; the pretend Meta is on the other side of it"},
	{"os/exec", []string{"cli", "cli/internal/tty", "bench"}, "programs are started where the agent's world is known"},
	{"os/signal", []string{"cli"}, "an interrupt ends a context, and everybody else looks at the context"},
	{"encoding/csv", []string{"ingest", "safe"}, "reading copes with what exports do wrong, writing guards spreadsheets"},
	{"charm.land/bubbletea/v2", []string{"ui"}, "the screen is drawn in one room"},
	{"charm.land/bubbles/v2/...", []string{"ui"}, "the screen is drawn in one room"},
	{"charm.land/lipgloss/v2/...", []string{"ui", "cli"}, "colours are the faces' business"},
	{"github.com/godbus/...", []string{"cli"}, "the system's keyring is a part of the world outside"},
	{"github.com/zalando/...", []string{"cli"}, "the system's keyring is a part of the world outside"},
	{"charm.land/fang/v2", []string{"cli"}, "flags are read in one room"},
	{"github.com/spf13/...", []string{"cli"}, "flags are read in one room"},
	{"github.com/yuin/...", []string{"ui", "kb"}, "Markdown is read where articles are"},
	{"github.com/BurntSushi/...", []string{"kb", "check/metasim"}, "TOML is what people write for us: articles and scenarios"},
	{"github.com/creack/pty", []string{"cli/internal/tty", "bench"}, "a terminal of our own is for tests and measuring"},
	{"github.com/charmbracelet/x/vt", []string{"cli/internal/tty", "bench"}, "a terminal of our own is for tests and measuring"},
	{"unsafe", []string{"ingest"}, "rows that are not copied make a load a fourteenth faster; nothing else is worth it"},
	{"reflect", []string{"kb"}, "the front matter of articles is read into fields by their names"},
	{"github.com/charmbracelet/ultraviolet", []string{"ui"}, "the screen is drawn in one room"},
	{"testing", nil, "the program does not know that it is tested"},
}

// Each thing that unsent does to the world outside is done in one room, and no
// room knows more of the others than it must.
func TestImports(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing the packages: %v", err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		seen[name] = true
		room, ok := rooms[name]
		if !ok {
			t.Errorf("%s is in no list: say in imports_test.go what it may import, and why", name)
			continue
		}
		for _, imp := range p.Imports {
			if ours, ok := strings.CutPrefix(imp, module+"/"); ok && !slices.Contains(room.may, ours) && !nested(name, ours) {
				t.Errorf("%s imports %s and may not: %s", name, ours, room.why)
			}
			for _, d := range doors {
				if covers(d.what, imp) && !slices.Contains(d.who, name) {
					t.Errorf("%s imports %s, which is for %s: %s", name, imp, orNobody(d.who), d.why)
				}
			}
			if first, _, _ := strings.Cut(imp, "/"); name == "model" && strings.Contains(first, ".") {
				t.Errorf("model imports %s; it may import the standard library only", imp)
			}
		}
	}
	for name := range rooms {
		// bench may be left out of a copy of the source; every other room is the program.
		if !seen[name] && name != "bench" {
			t.Errorf("there is no package %q any more: take it out of imports_test.go", name)
		}
	}
}

// nested reports whether ours is inside the room itself.
func nested(room, ours string) bool { return strings.HasPrefix(ours, room+"/") }

func covers(what, imp string) bool {
	tree, ok := strings.CutSuffix(what, "/...")
	return imp == what || ok && (imp == tree || strings.HasPrefix(imp, tree+"/"))
}

func orNobody(who []string) string {
	if len(who) == 0 {
		return "nobody"
	}
	return strings.Join(who, " and ")
}
