package ui

import (
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"unsent/kb"
	"unsent/model"
)

// A case's article is drawn before it is asked for, and what is drawn is kept, for a
// width and an article each, without what is said of the case.
func TestArticleIsDrawnAhead(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, triaged())
	press(t, a, "enter")
	a.View()
	settle(t, a, a.update(judgeWaited{}))
	c := a.top().(*caseView)
	key := a.articleKey(c.article(), c.width)
	want := articleBody(a.theme, c.article(), c.width)
	if len(a.articles) != 1 || !slices.Equal(a.articles[key], want) {
		t.Fatalf("%d articles drawn", len(a.articles))
	}
	a.articles[key] = append([]string{"drawn before"}, want...)
	press(t, a, "tab")
	if text := ansi.Strip(a.View().Content); !strings.Contains(text, "drawn before") || !strings.Contains(text, c.article().Title) {
		t.Error(text)
	}
	for w := 40; w < 40+articlesKept; w++ {
		a.articleLines(c.Match, w)
	}
	if n := len(a.articles); n == 0 || n > articlesKept {
		t.Errorf("%d are kept", n)
	}
	m := c.Match
	m.Why = "somebody says so"
	if text := ansi.Strip(strings.Join(a.articleLines(m, 60), " ")); !strings.Contains(text, "somebody says so") {
		t.Error(text)
	}
	other := kb.All()[0]
	if other.ID == m.Article.ID {
		other = kb.All()[1]
	}
	if text := ansi.Strip(strings.Join(a.articleLines(kb.Match{Article: other}, 60), " ")); !strings.Contains(text, other.Title) || !strings.Contains(text, other.Sources[0].Name) {
		t.Error(text)
	}

	for _, msg := range []tea.Msg{tea.BackgroundColorMsg{Color: color.White}, tea.ColorProfileMsg{Profile: colorprofile.ANSI}} {
		settle(t, a, a.update(msg))
		lines := a.articleLines(c.Match, 60)
		if fresh := articleBody(a.theme, c.article(), 60); !slices.Equal(lines[len(lines)-len(fresh):], fresh) {
			t.Errorf("after %T the article is drawn as before", msg)
		}
	}
}

// What is kept of one page is not shown for another, even where they have one number: a
// page for what nobody knows, and one found by an HTTP status alone.
func TestArticlesAreNotMixedUp(t *testing.T) {
	facts := []kb.Facts{{Code: "999991"}, {Code: "999992"}, {Vendor: model.Vendor{System: "twilio", Code: "63016"}}, {Code: "131016"}, {HTTP: 503}, {HTTP: 418}}
	for i, f := range facts {
		for j, g := range facts {
			a, _ := newTest(t, size{80, 24}, many())
			first, second := kb.For(f), kb.For(g)
			a.articleLines(first, 60)
			lines := a.articleLines(second, 60)
			if fresh := articleBody(a.theme, second.Article, 60); !slices.Equal(lines[len(lines)-len(fresh):], fresh) {
				t.Errorf("%d after %d: another page's text", j, i)
			}
		}
	}
}

// An article is not drawn ahead between keys that follow each other.
func TestArticleWaitsForQuiet(t *testing.T) {
	a, _ := newTest(t, size{80, 24}, triaged())
	press(t, a, "enter")
	a.View()
	a.home.likely.quiet = time.Hour
	a.home.likely.pressed = time.Now()
	if cmd := (articleDue{a.top().(*caseView)}).arrive(a); cmd == nil || len(a.articles) != 0 {
		t.Error("it is drawn, or forgotten")
	}
	a.home.likely.quiet = 0
	settle(t, a, articleDue{a.top().(*caseView)}.arrive(a))
	if len(a.articles) != 1 {
		t.Errorf("%d articles", len(a.articles))
	}
}
