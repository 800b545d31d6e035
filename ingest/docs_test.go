package ingest

import (
	"cmp"
	goflag "flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = goflag.Bool("update", false, "write the table of docs/formats.md anew")

// The table of presets in docs/formats.md says what the presets say.
func TestFormatsDocument(t *testing.T) {
	const name, begin, end = "../docs/formats.md", "<!-- presets -->\n", "<!-- end -->\n"
	doc, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the marks round the table are gone")
	}
	all := slices.Clone(presets())
	slices.SortFunc(all, func(a, b *preset) int { return cmp.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString("| preset | what it is | recognised by | codes are | how sure | source |\n|---|---|---|---|---|---|\n")
	for _, p := range all {
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s | %s | %s |\n", p.Name, p.About, strings.Join(p.Headers, "` `"), cmp.Or(p.Codes, "none"), p.Certainty, p.Source)
	}
	want := before + begin + b.String() + end + after
	if *update {
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(doc) != want {
		t.Error("docs/formats.md differs from ingest/formats; go test ./ingest -run TestFormatsDocument -update writes it")
	}
}
