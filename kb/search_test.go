package kb

import (
	"slices"
	"testing"
)

func TestSearch(t *testing.T) {
	for _, c := range []struct {
		q    string
		want string // first of what is found; "" for nothing
	}{
		{"131000", "131000"},
		{"131016", "131016"},
		{"#131016", "131016"},
		{"(131_047)", "131047"},
		{"133004", "131016"},
		{"463", "190"},
		{"100/33", "100/33"},
		{"something went wrong", "131000"},
		{"WRONG something", "131000"},
		{"Sómething", "131000"},
		{"service unavail", "131016"},
		{"servcie unavailable", "131016"},
		{"undeliverable", "131026"},
		{"re-engagement", "131047"},
		{"workaround new app", "131000"},
		{"graphql", "131000"},
		{"template paused", "132015"},
		{"zzzzzz", ""},
		{"display name", "131037"},
		{"whatsapp_business_messaging permission", "131000"},
		{"business messaging permission", "131000"},
	} {
		got := Search(c.q)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%q finds %s first of %d, want nothing", c.q, got[0].ID, len(got))
		case c.want != "" && (len(got) == 0 || got[0].ID != c.want):
			t.Errorf("%q finds %v, want %s first", c.q, ids(got), c.want)
		}
	}
	if n := len(Search(" . ")); n != len(All()) {
		t.Errorf("an empty search finds %d, want all %d", n, len(All()))
	}
	if got := ids(Search("1310")); !slices.Contains(got, "131000") || !slices.Contains(got, "131064") || slices.Contains(got, "132000") {
		t.Errorf("the beginning of a code finds %v", got)
	}
	if got := Search("template zzzzzz"); len(got) == 0 {
		t.Error("one word of two finds nothing, want what has most of the words")
	}
}

func ids(as []Article) []string {
	var out []string
	for _, a := range as {
		out = append(out, a.ID)
	}
	return out
}

func TestNearly(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"token", "token", true}, {"token", "tokne", true}, {"token", "tkoen", true}, {"token", "toke", true},
		{"token", "tokens", true}, {"token", "taken", true}, {"token", "tokyoo", false}, {"token", "nekot", false},
		{"", "", true}, {"", "a", true}, {"", "ab", false}, {"ab", "ba", true}, {"abcd", "badc", false},
	} {
		if got := nearly(c.a, c.b); got != c.want {
			t.Errorf("nearly(%q, %q) = %v", c.a, c.b, got)
		}
		if got := nearly(c.b, c.a); got != c.want {
			t.Errorf("nearly(%q, %q) = %v", c.b, c.a, got)
		}
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("131000")
	f.Add("é̈ \xff nearly")
	f.Fuzz(func(t *testing.T, q string) {
		seen := map[string]bool{}
		for _, a := range Search(q) {
			if seen[a.ID] {
				t.Fatalf("%q finds %s twice", q, a.ID)
			}
			seen[a.ID] = true
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	Search("x")
	for b.Loop() {
		Search("template languge mismatch")
	}
}

func BenchmarkCatalogue(b *testing.B) {
	for b.Loop() {
		if _, err := readCatalogue(catalogueText); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkArticles(b *testing.B) {
	for b.Loop() {
		if _, errs := readArticles(); errs != nil {
			b.Fatal(errs)
		}
	}
}
