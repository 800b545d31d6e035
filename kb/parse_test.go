package kb

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const small = `+++
codes = ["131999"]
title = "A test"
verdict = "RETRY LATER"
summary = "One line."
checked = "2026-11-22"
expect = "90m"
[[cause]]
n = 1
key = "outage"
[[step]]
id = "1"
checks = ["status-page"]
[[step]]
id = "1.1"
hand = true
[[step]]
id = "2"
hand = true
escalates = true
+++
The lead.

## Meaning
What it means.

` + "````text\n## no heading\n```\n### neither\n````" + `

## Causes
### 1 The cause
Its text.
## Steps
### 1 The step
Its text.
#### 1.1 A part of it
Do it.
### 2 Escalate
Write to support.
## Prevent
### Be careful
Always.
## Replies
### why: Why did it fail?
Because.
## A section of its own
### With a heading
And a text.
`

func TestParse(t *testing.T) {
	a, err := parse("131999.md", small)
	if err != nil {
		t.Fatal(err)
	}
	want := []Section{
		{Key: "lead", Body: "The lead."},
		{Key: "meaning", Title: "Meaning", Body: "What it means.\n\n````text\n## no heading\n```\n### neither\n````"},
		{Key: "a-section-of-its-own", Title: "A section of its own", Body: "### With a heading\n\nAnd a text."},
	}
	if d := cmp.Diff(want, a.Sections); d != "" {
		t.Errorf("sections (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Cause{{N: 1, Key: "outage", Title: "The cause", Body: "Its text."}}, a.Causes); d != "" {
		t.Errorf("causes (-want +got):\n%s", d)
	}
	sub, ok := a.Step("1.1")
	if !ok || sub.Title != "A part of it" || !sub.Hand || len(a.Steps) != 2 {
		t.Errorf("step 1.1 is %+v inside %+v", sub, a.Steps)
	}
	for id, want := range map[string]bool{"1": false, "1.1": false, "2": true} {
		if s, _ := a.Step(id); s.Escalates != want {
			t.Errorf("step %s: escalates is %v, want %v", id, s.Escalates, want)
		}
	}
	if len(a.Replies) != 1 || a.Replies[0] != (Reply{"why", "Why did it fail?", "Because."}) {
		t.Errorf("replies %+v", a.Replies)
	}
	if len(a.Prevent) != 1 || a.Prevent[0].Title != "Be careful" {
		t.Errorf("prevent %+v", a.Prevent)
	}
	if a.Expect.Minutes() != 90 {
		t.Errorf("expect %v, want 90 minutes", a.Expect)
	}
	if crlf, err := parse("131999.md", strings.ReplaceAll(small, "\n", "\r\n")); err != nil || !cmp.Equal(crlf, a) {
		t.Errorf("the same file with CRLF is read differently: %v\n%s", err, cmp.Diff(a, crlf))
	}
}

// A mistake in an article is refused, and the reason says where to look.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"no front matter", "+++\ncodes", "codes", "first line"},
		{"not closed", "\n+++\nThe", "\nThe", "not closed"},
		{"no TOML", `title = "A test"`, `title = `, "front matter"},
		{"unknown name", `title = "A test"`, `titel = "A test"`, "titel"},
		{"no code", `codes = ["131999"]`, `codes = ["none"]`, `"none" is no code`},
		{"other code than the name's", `codes = ["131999"]`, `codes = ["131998"]`, "131999"},
		{"text too short", `title = "A test"`, "title = \"A test\"\ntexts = [\"error\"]", "too short"},
		{"length of time", `"90m"`, `"soon"`, "soon"},
		{"heading for no cause", "### 1 The cause", "### 2 The cause", "cause 2"},
		{"cause without heading", "### 1 The cause\nIts text.", "", "cause 1"},
		{"step without heading", "#### 1.1 A part of it", "", "step 1.1"},
		{"sub-step under another step", "#### 1.1 A part", "#### 2.1 A part", "2.1"},
		{"reply without key", "### why: Why", "### Why", "reply"},
		{"stray heading", "The lead.", "### Stray", "none is expected"},
		{"title at level one", "The lead.", "# Stray", "none is expected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(small, c.from) {
				t.Fatalf("the text has no %q", c.from)
			}
			_, err := parse("131999.md", strings.Replace(small, c.from, c.to, 1))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// Whatever the text, parse either refuses it or gives an article whose parts
// fit together; it never panics.
func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add("")
	f.Add("+++\n+++\n")
	f.Add(strings.ReplaceAll(small, "````", "```"))
	entries, err := files.ReadDir("articles")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		if text, err := files.ReadFile("articles/" + e.Name()); err == nil {
			f.Add(strings.Replace(string(text), `"`+strings.TrimSuffix(e.Name(), ".md")+`"`, `"131999"`, 1))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parse("131999.md", text)
		if err != nil {
			return
		}
		if len(a.Codes) == 0 || string(a.Codes[0]) != a.ID {
			t.Fatalf("accepted with codes %v and id %q", a.Codes, a.ID)
		}
		eachStep(a.Steps, func(s Step) {
			if got, ok := a.Step(s.ID); !ok || got.ID != s.ID {
				t.Fatalf("step %q cannot be found again", s.ID)
			}
		})
		for _, s := range a.Sections {
			if s.Key == "" {
				t.Fatalf("a section has no key: %+v", s)
			}
		}
	})
}
