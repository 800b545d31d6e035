package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"unsent/kb"
	"unsent/safe"
)

// kbView is the knowledge base: a list of articles and the one selected.
type kbView struct {
	all     []kb.Article
	search  string
	at      int
	reading bool // on a narrow terminal: the article has the screen
	off     int
	high    int
	total   int
	first   int
	drawn   drawing
}

func (a *app) openKB() tea.Cmd {
	a.push(&kbView{all: kb.All()})
	return nil
}

// openRelated shows the articles of the codes that an article is related to.
func (a *app) openRelated(art kb.Article) tea.Cmd {
	v := &kbView{search: "related to " + art.ID}
	for _, r := range art.Related {
		v.all = append(v.all, kb.For(kb.Facts{Code: r.Code}).Article)
	}
	a.push(v)
	return nil
}

// openReplies lets the agent choose a ready reply, and copies it.
func (a *app) openReplies(art kb.Article) tea.Cmd {
	p := &palette{label: "Copy which reply?"}
	for _, r := range art.Replies {
		text := strings.TrimSpace(r.Text)
		p.all = append(p.all, action{name: r.Key, help: r.Question, do: func(a *app) tea.Cmd {
			d, ctx := a.Deps, a.ctx
			return func() tea.Msg {
				return packetCopied{text: text + "\n", how: d.Copy(ctx, text+"\n")}
			}
		}})
	}
	a.overlays = append(a.overlays, p)
	return nil
}

// feedback asks whether an article helped. The answer stays on this machine, on
// the audit trail, and "unsent audit --json" exports it.
func (a *app) feedback(art kb.Article) tea.Cmd {
	p := &palette{label: "Did article " + art.ID + " help?"}
	for _, x := range []struct{ name, said string }{
		{"yes", "yes, it helped"},
		{"no-solution", "no: following it did not solve the case"},
		{"no-unclear", "no: it is hard to understand"},
		{"no-wrong", "no: something in it is wrong or out of date"},
		{"no-missing", "no: something is missing"},
	} {
		p.all = append(p.all, action{name: x.name, help: x.said, do: func(a *app) tea.Cmd {
			return a.ask(&input{label: x.said, hint: "what would have helped? empty is fine", do: func(a *app, why string) tea.Cmd {
				ctx, s, who, detail := a.ctx, a.Store, a.Who, x.name
				if why = strings.TrimSpace(why); why != "" {
					detail += ": " + a.clean(why)
				}
				return write("thank you; kept on this machine", func() error { return s.Log(ctx, who, "feedback", "article "+art.ID, detail) })
			}})
		}})
	}
	a.overlays = append(a.overlays, p)
	return nil
}

// heading is the place of the next or previous heading among drawn lines: a
// heading is drawn with a rule behind it.
func heading(lines []string, from, by int, t theme) int {
	for i := from + by; i >= 0 && i < len(lines); i += by {
		if strings.HasSuffix(strings.TrimRight(ansi.Strip(lines[i]), " "), t.signs.rule+t.signs.rule) {
			return i
		}
	}
	return from
}

func (v *kbView) title(*app) string {
	s := "knowledge base " + kb.Version()
	if v.search != "" {
		s += "  " + safe.Line(v.search)
	}
	return s
}

func (v *kbView) selected() *kb.Article {
	if v.at < 0 || v.at >= len(v.all) {
		return nil
	}
	return &v.all[v.at]
}

func (v *kbView) cursorLine() int {
	if v.reading || len(v.all) == 0 {
		return -1
	}
	return v.at - v.first
}

func (v *kbView) lines(a *app, sz size, _ bool) []string {
	if len(v.all) == 0 {
		return block([]string{"", " " + a.theme.warn.Render("No article matches "+safe.Line(v.search)), " / changes the search, esc goes back"}, sz)
	}
	if sz.w < 76 {
		if v.reading {
			return v.text(a, sz)
		}
		return v.list(a, sz)
	}
	left := size{min(sz.w/3, 44), sz.h}
	return beside(a.theme.faint.Render(a.theme.signs.split), v.list(a, left), v.text(a, size{sz.w - left.w - 1, sz.h}))
}

func (v *kbView) list(a *app, sz size) []string {
	v.first = max(min(v.first, v.at), v.at-sz.h+1)
	v.first = max(min(v.first, len(v.all)-sz.h), 0)
	var out []string
	for i := v.first; i < len(v.all) && len(out) < sz.h; i++ {
		art := v.all[i]
		sign := " "
		if i == v.at {
			sign = ">"
		}
		line := sign + fit(art.ID, 8) + " " + safe.Line(art.Title)
		switch {
		case i == v.at:
			line = a.theme.selected.Render(fit(line, sz.w))
		case art.Generated:
			line = a.theme.faint.Render(fit(line, sz.w))
		}
		out = append(out, line)
	}
	return block(out, sz)
}

func (v *kbView) text(a *app, sz size) []string {
	art := *v.selected()
	w := max(sz.w-2, 1)
	key := art.ID + itoa(w)
	if a.isDark {
		key += "d"
	}
	if v.drawn.key != key {
		why := "an article written for this code"
		if art.Generated {
			why = "made from the error catalogue"
		}
		v.drawn = drawing{key, a.articleLines(kb.Match{Article: art, Known: true, Rule: "code", Why: why}, w)}
		v.off = 0
	}
	v.high, v.total = sz.h, len(v.drawn.lines)
	v.off = max(min(v.off, v.total-v.high), 0)
	var out []string
	for _, l := range v.drawn.lines[v.off:] {
		out = append(out, " "+l)
		if len(out) == sz.h {
			break
		}
	}
	return block(out, sz)
}

func (v *kbView) actions(a *app) []action {
	pick := func(by int) func(*app) tea.Cmd {
		return func(*app) tea.Cmd {
			v.at = min(max(v.at+by, 0), max(len(v.all)-1, 0))
			return nil
		}
	}
	scroll := func(by int) { v.off = min(max(v.off+by, 0), max(v.total-v.high, 0)) }
	list := []action{
		{name: "read", keys: []string{"enter"}, help: "read the article", short: "read", do: func(a *app) tea.Cmd {
			v.reading = true
			if a.term.w >= 76 {
				scroll(max(v.high-1, 1))
			}
			return nil
		}},
		{name: "list", keys: []string{"left", "h"}, help: "back to the list", do: func(*app) tea.Cmd { v.reading = false; return nil }},
		{name: "search", keys: []string{"/"}, help: "search codes, titles and texts", short: "search", do: func(a *app) tea.Cmd {
			find := func(a *app, s string) tea.Cmd {
				v.search, v.at, v.off, v.reading = strings.TrimSpace(s), 0, 0, false
				if v.all = kb.All(); v.search != "" {
					v.all = kb.Search(v.search)
				}
				return nil
			}
			return a.ask(&input{label: "Search the knowledge base", hint: "a code, a word, a sentence from an error", value: v.search, live: find, do: find})
		}},
		{name: "next-heading", keys: []string{"]"}, help: "to the article's next heading", do: func(a *app) tea.Cmd {
			v.off = min(heading(v.drawn.lines, v.off, 1, a.theme), max(v.total-v.high, 0))
			return nil
		}},
		{name: "previous-heading", keys: []string{"["}, help: "to the article's previous heading", do: func(a *app) tea.Cmd {
			v.off = heading(v.drawn.lines, v.off, -1, a.theme)
			return nil
		}},
		{name: "feedback", keys: []string{"H"}, help: "say whether the article helped; stays on this machine", why: func(*app) string {
			if v.selected() == nil {
				return "no article is selected"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return a.feedback(*v.selected()) }},
		{name: "reply", keys: []string{"Y"}, help: "copy a ready reply to the customer", short: "reply", why: func(*app) string {
			if s := v.selected(); s == nil || len(s.Replies) == 0 {
				return "the article has no ready reply"
			}
			return ""
		}, do: func(a *app) tea.Cmd { return a.openReplies(*v.selected()) }},
	}
	mv := moves(func(a *app, by int) tea.Cmd {
		if v.reading && a.term.w < 76 {
			scroll(by)
			return nil
		}
		return pick(by)(a)
	}, func() int { return max(v.high-1, 1) }, func() int { return max(len(v.all), v.total) })
	for i := range mv {
		switch mv[i].name { // pages scroll the article wherever it is shown
		case "page-down":
			mv[i].do = func(*app) tea.Cmd { scroll(max(v.high-1, 1)); return nil }
		case "page-up":
			mv[i].do = func(*app) tea.Cmd { scroll(-max(v.high-1, 1)); return nil }
		}
	}
	return append(list, mv...)
}
