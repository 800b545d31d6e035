package ui

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/kb"
	"unsent/safe"
	"unsent/triage"
)

// An articleKey says what an article is drawn for. Its number is not enough: a page for
// what nobody knows has what it is about in its text, and one found by an HTTP status is
// worded anew. What is in the same memory is the same text.
type articleKey struct {
	id            string
	text          *kb.Section
	w             int
	dark, sixteen bool
}

// articlesKept is how many drawn articles are kept.
const articlesKept = 24

// articleLines draws an article behind what is said of the case: its verdict, and
// why it is this article. An article of ten pages takes a third of a frame to draw, so
// it is kept.
func (a *app) articleLines(m kb.Match, w int) []string {
	t := a.theme
	w = min(w, prose)
	out := wrap(t.head.Render(safe.Line(m.Article.Title)), w)
	out = append(out, wrap(t.verdictStyle(m).Render(triage.ArticleVerdict(m))+t.faint.Render("  ("+safe.Line(m.Why)+")"), w)...)
	if m.Article.Generated {
		out = append(out, wrap(t.warn.Render("This page is made from the error catalogue; nobody has written an article for this code yet."), w)...)
	}
	key := a.articleKey(m.Article, w)
	if a.articles[key] == nil {
		articleDrawn{key, articleBody(t, m.Article, w)}.arrive(a)
	}
	return append(out, a.articles[key]...)
}

func (a *app) articleKey(art kb.Article, w int) articleKey {
	key := articleKey{id: art.ID, w: min(w, prose), dark: a.isDark, sixteen: a.sixteen}
	if len(art.Sections) > 0 {
		key.text = &art.Sections[0]
	}
	return key
}

// articleDrawn brings the lines of an article.
type articleDrawn struct {
	key   articleKey
	lines []string
}

func (m articleDrawn) arrive(a *app) tea.Cmd {
	if len(a.articles) >= articlesKept {
		clear(a.articles)
	}
	a.articles[m.key] = m.lines
	return nil
}

// articleAhead draws the article of the case on the screen once no key is pressed: it is
// a key away.
func (a *app) articleAhead() tea.Cmd {
	c, ok := a.top().(*caseView)
	if !ok || !c.ready || c.width == 0 || c.ahead {
		return nil
	}
	c.ahead = true
	return articleIn(c, a.home.likely.quiet)
}

// articleDue asks whether the keys are quiet.
type articleDue struct{ c *caseView }

func articleIn(c *caseView, d time.Duration) tea.Cmd {
	return tea.Tick(d, func(time.Time) tea.Msg { return articleDue{c} })
}

func (m articleDue) arrive(a *app) tea.Cmd {
	c := m.c
	if a.top() != screen(c) {
		c.ahead = false
		return nil
	}
	if left := a.home.likely.quiet - time.Since(a.home.likely.pressed); left > 0 {
		return articleIn(c, left)
	}
	key, t, art := a.articleKey(c.article(), c.width), a.theme, c.article()
	if a.articles[key] != nil {
		return nil
	}
	return func() tea.Msg { return articleDrawn{key, articleBody(t, art, key.w)} }
}

// articleBody draws an article: meaning, causes, steps, what to prevent, replies, and
// where the sources disagree.
func articleBody(t theme, art kb.Article, w int) []string {
	var out []string
	para := func(s string) { out = append(out, wrap(s, w)...) }
	head := func(s string) { out = append(out, "", t.rule(s, w)) }

	for _, s := range art.Sections {
		if s.Title != "" && s.Key != "lead" {
			head(s.Title)
		} else {
			out = append(out, "")
		}
		out = append(out, markdown(s.Body, w, t)...)
	}
	if len(art.Causes) > 0 {
		head("Causes")
		for _, c := range art.Causes {
			out = append(out, "")
			para(t.strong.Render(fmt.Sprintf("%d %s", c.N, safe.Line(c.Title))))
			out = append(out, markdown(c.Body, w, t)...)
		}
	}
	if len(art.Steps) > 0 {
		head("Steps")
		var steps func(all []kb.Step, depth string)
		steps = func(all []kb.Step, depth string) {
			for _, s := range all {
				out = append(out, "")
				for _, l := range wrap(t.strong.Render(s.ID+" "+safe.Line(s.Title)), w-len(depth)) {
					out = append(out, depth+l)
				}
				for _, l := range markdown(s.Body, w-len(depth), t) {
					out = append(out, depth+l)
				}
				if s.Open != "" {
					out = append(out, depth+t.link.Render(s.Open))
				}
				for _, u := range s.Undo {
					out = append(out, indent(depth+t.warn.Render("to undo it: "), safe.Line(u), w)...)
				}
				steps(s.Sub, depth+"  ")
			}
		}
		steps(art.Steps, "")
	}
	if len(art.Prevent) > 0 {
		head("How to prevent it")
		for _, p := range art.Prevent {
			out = append(out, "")
			para(t.strong.Render(safe.Line(p.Title)))
			out = append(out, markdown(p.Body, w, t)...)
		}
	}
	if len(art.Asks) > 0 {
		head("What support asks for")
		for _, k := range art.Asks {
			out = append(out, indent(t.signs.bullet+" ", safe.Line(k.Text), w)...)
		}
	}
	if len(art.Replies) > 0 {
		head("Ready replies to the customer")
		for _, r := range art.Replies {
			out = append(out, "")
			para(t.strong.Render(safe.Line(r.Question)))
			out = append(out, markdown(r.Text, w, t)...)
		}
	}
	if len(art.Related) > 0 {
		head("Related codes")
		for _, r := range art.Related {
			out = append(out, indent(t.accent.Render(fit(string(r.Code), 8)), safe.Line(r.Why), w)...)
		}
	}
	if len(art.Conflicts) > 0 {
		head("Where the sources disagree")
		for _, k := range art.Conflicts {
			out = append(out, "")
			out = append(out, indent(t.faint.Render("the article: "), safe.Line(k.Article), w)...)
			out = append(out, indent(t.faint.Render("Meta:        "), safe.Line(k.Meta), w)...)
			out = append(out, indent(t.faint.Render("we:          "), safe.Line(k.We), w)...)
			out = append(out, indent(t.faint.Render("source:      "), t.faint.Render(safe.Line(k.Source)), w)...)
		}
	}
	head("Sources")
	for _, s := range art.Sources {
		line := safe.Line(s.Name)
		if s.Date != "" {
			line += ", " + safe.Line(s.Date)
		}
		para(line)
		if s.URL != "" {
			out = append(out, indent("  ", t.link.Render(safe.Line(s.URL)), w)...)
		}
	}
	if art.Modified != "" || art.Checked != "" {
		para(t.faint.Render(strings.TrimSpace("source modified " + orNone(art.Modified) + ", facts checked " + orNone(art.Checked))))
	}
	return out
}

func orNone(s string) string {
	if s == "" {
		return "not known"
	}
	return safe.Line(s)
}

// pretty indents a text that is JSON and leaves any other as it is.
func pretty(s string) string {
	var v any
	if json.Unmarshal([]byte(s), &v) != nil {
		return s
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return s
	}
	return string(out)
}
