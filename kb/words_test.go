package kb

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// Facts carry over and sentences do not: no run of eight words is shared between
// our texts and the articles they are made from, nor with the table of facts.
func TestOwnWords(t *testing.T) {
	seeds, _ := filepath.Glob("../../shared/seeds/*.txt")
	if len(seeds) == 0 {
		t.Skip("the articles are not here")
	}
	const run = 8
	theirs := map[string]string{}
	learn := func(name, text string) {
		w := plainWords(text)
		for i := 0; i+run <= len(w); i++ {
			theirs[strings.Join(w[i:i+run], " ")] = name
		}
	}
	for _, name := range seeds {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		learn(filepath.Base(name), string(text))
	}
	if f, err := os.Open("../../shared/facts/whatsapp/errors.csv"); err == nil {
		defer f.Close()
		rows, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			learn("errors.csv, cause of "+r[0], r[5])
			learn("errors.csv, remedy of "+r[0], r[6])
		}
	}
	if len(theirs) < 1000 {
		t.Fatalf("only %d runs of words to compare with", len(theirs))
	}
	ours := func(where, text string) {
		w := plainWords(text)
		for i := 0; i+run <= len(w); i++ {
			if name, ok := theirs[strings.Join(w[i:i+run], " ")]; ok {
				t.Errorf("%s has the words of %s: %q", where, name, strings.Join(w[i:i+run], " "))
			}
		}
	}
	for _, a := range load().articles {
		for _, c := range a.Causes {
			ours("article "+a.ID, c.Title)
		}
		for _, text := range slices.Concat([]string{a.Title, a.Summary}, bodyOf(&a)) {
			// What stands in code is Meta's error text, quoted: it has to be exact.
			ours("article "+a.ID, quoted.ReplaceAllString(text, " \x00 "))
		}
	}
	for _, e := range theBook().entries {
		ours("catalogue "+e.Name(), fmt.Sprint(e.Cause, " ", e.Remedy))
	}
}

var quoted = regexp.MustCompile("(?s)```.*?```|`[^`]*`")

func plainWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '_' && r != 0
	})
}
