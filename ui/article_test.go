package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"unsent/kb"
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
}
