package cli

import (
	"testing"

	"unsent/ingest"
	"unsent/kb"
)

// A title in a log finds the title in the catalogue only if both packages write
// it alike.
func TestNormTitle(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		".":                               "",
		"Something went wrong":            "something went wrong",
		"Something went wrong.":           "something went wrong",
		"something went wrong..":          "something went wrong",
		"Something went wrong . ":         "something went wrong",
		"  Something\u00a0went\n\twrong ": "something went wrong",
		"Re-engagement message…":          "re-engagement message…",
		"v1.2 is out":                     "v1.2 is out",
		"ÉCHEC.":                          "échec",
	} {
		if got := kb.NormTitle(in); got != want {
			t.Errorf("kb: %q becomes %q, want %q", in, got, want)
		}
		if got := ingest.NormTitle(in); got != want {
			t.Errorf("ingest: %q becomes %q, want %q", in, got, want)
		}
	}
	for title := range kb.Titles() {
		if got := ingest.NormTitle(title); got != title {
			t.Errorf("the catalogue's %q is looked up as %q", title, got)
		}
	}
}
