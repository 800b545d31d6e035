package kb

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

// What decode reads of our files is what a whole TOML reader reads of them.
func TestDecodeAsTOML(t *testing.T) {
	same := func(name, text string, got, want any) {
		t.Helper()
		if err := decode(text, got); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if _, err := toml.Decode(text, want); err != nil {
			t.Fatalf("%s is no TOML: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-TOML +decode):\n%s", name, d)
		}
	}
	same("catalogue.toml", catalogueText, &catalogueFile{}, &catalogueFile{})
	same("catalogue.toml of Windows", strings.ReplaceAll(catalogueText, "\n", "\r\n"), &catalogueFile{}, &catalogueFile{})
	entries, err := fs.ReadDir(files, "articles")
	if err != nil || len(entries) == 0 {
		t.Fatal("no articles", err)
	}
	for _, e := range entries {
		text, err := fs.ReadFile(files, "articles/"+e.Name())
		if err != nil {
			t.Fatal(err)
		}
		front, _, _ := strings.Cut(strings.TrimPrefix(string(text), "+++\n"), "\n+++\n")
		same(e.Name(), front, &head{}, &head{})
	}
	for _, text := range []string{
		"", "# nothing\n", "title = 'it is \"so\"' # and not so", `title = "a \"b\" \\ \t \u00e9 \U0001F600 #"`,
		"http=[ 1,\n # two\n 2 , ]", "codes = []\ntitle\t=\t\"x\"", "[[step]]\nid = \"1\"\nhand = false\n  [[step]]  # next\n id=\"2\"",
	} {
		same(text, text, &head{}, &head{})
	}
}

// What is no TOML, or is more of it than decode knows, is refused with its line.
func TestDecodeRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"titel = \"x\"":                 "line 1: nothing is called titel",
		"title = \"x\"\ntitle = \"y\"":  "line 2: title is there twice",
		"\n# two\ntitle = 7":            "line 3: title: a text",
		"title = \"x":                   "not closed",
		"title = \"x\ny\"":              "not closed on its line",
		"title = \"\"\"x\"\"\"":         "on one line",
		"title = \"x\" y":               "stands behind it",
		"title = \"x\" verdict = \"y\"": "stands behind it",
		`title = "\a"`:                  "no escape",
		`title = "\x41"`:                "no escape",
		"title":                         "has no value",
		"= \"x\"":                       "is no name",
		"http = [1, two]":               "whole number",
		"http = [01]":                   "whole number",
		"http = [1 2]":                  "not closed",
		"http = [1,":                    "whole number",
		"[[step]]\nhand = yes":          "line 2: hand: true or false",
		"[[step]":                       "]] is missing",
		"[step]":                        "no table of this kind",
		"[[title]]":                     "no table of this kind",
		"[[nobody]]":                    "nothing is called nobody",
		"step = \"x\"":                  "a list",
		"title = \"a\"\n[[step]]\nid = \"b\"\nid = \"c\"": "line 4: id is there twice",
	} {
		err := decode(text, &head{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if err := decode("[source.a]\n[source.a]", &catalogueFile{}); err == nil || !strings.Contains(err.Error(), "source.a is there twice") {
		t.Errorf("a table given twice: %v", err)
	}
}

func BenchmarkDecode(b *testing.B) {
	b.SetBytes(int64(len(catalogueText)))
	b.ReportAllocs()
	for b.Loop() {
		if err := decode(catalogueText, &catalogueFile{}); err != nil {
			b.Fatal(err)
		}
	}
}
