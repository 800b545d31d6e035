package ui

import (
	"os"
	"path/filepath"
	"sort"
	"strings"

	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	"github.com/charmbracelet/x/ansi"

	"unsent/safe"
)

// close takes the overlay on top away.
func (a *app) close() {
	if n := len(a.overlays); n > 0 {
		a.overlays = a.overlays[:n-1]
	}
}

// frameBox puts lines into a box of at most sz, with a title in its edge.
func (a *app) frameBox(title string, lines []string, sz size, wish int) []string {
	t := a.theme
	w := min(wish, sz.w)
	if w < 8 || sz.h < 3 { // no room for an edge
		return block(lines, size{max(w, 0), min(len(lines), sz.h)})
	}
	tl, tr, bl, br, v := "╭", "╮", "╰", "╯", "│"
	if a.ASCII {
		tl, tr, bl, br, v = "+", "+", "+", "+", "|"
	}
	edge := func(s string) string { return t.accent.Render(s) }
	rule := func(n int) string { return strings.Repeat(t.signs.rule, max(n, 0)) }
	title = ansi.Truncate(title, max(w-6, 0), "…")
	out := []string{edge(tl+t.signs.rule+" ") + t.head.Render(title) + edge(" "+rule(w-5-cells(title))+tr)}
	for i, l := range lines {
		if i == sz.h-2 {
			break
		}
		out = append(out, edge(v)+fit(" "+l, w-2)+edge(v))
	}
	return append(out, edge(bl+rule(w-2)+br))
}

// confirm asks a question whose answer is no unless it is y.
type confirm struct {
	question, detail string
	yes, no          string
	do               func(a *app) tea.Cmd
	other            func(a *app) tea.Cmd // what n does, where that is not the same as leaving the question
}

func (c *confirm) box(a *app, sz size) []string {
	w := min(64, sz.w)
	lines := wrap(safe.Line(c.question), w-4)
	lines = append(lines, wrap(a.theme.faint.Render(c.detail), w-4)...)
	lines = append(lines, "", a.theme.barKey.Render(" y ")+" "+c.yes+"   "+a.theme.barKey.Render(" n ")+" "+c.no)
	return a.frameBox("Sure?", lines, sz, w)
}

func (c *confirm) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "y", "Y":
		a.close()
		return c.do(a)
	case "n", "N":
		if a.close(); c.other != nil {
			return c.other(a)
		}
	case "esc", "enter", "q":
		a.close()
	}
	return nil
}

func (c *confirm) paste(*app, string) tea.Cmd { return nil }

func (c *confirm) cursor() (int, int, bool) { return 0, 0, false }

// newText is a line of input. Its paste key is off: that would read the
// clipboard of the machine that the program runs on, which over SSH is another;
// the terminal's own paste works.
func newText(value string) textinput.Model {
	ti := textinput.New()
	ti.Prompt = "> "
	ti.SetVirtualCursor(false)
	ti.KeyMap.Paste = key.NewBinding(key.WithDisabled())
	ti.CharLimit = 2000
	ti.SetValue(value)
	ti.CursorEnd()
	ti.Focus()
	return ti
}

// input asks for one line of text.
type input struct {
	label, hint, value string
	need               bool                           // an empty answer is not taken
	files              bool                           // tab completes file names
	live               func(a *app, s string) tea.Cmd // called while typing
	do                 func(a *app, s string) tea.Cmd
	text               textinput.Model
	before             string
	said               string
}

func (a *app) ask(in *input) tea.Cmd {
	in.text, in.before = newText(in.value), in.value
	a.overlays = append(a.overlays, in)
	return nil
}

func (in *input) box(a *app, sz size) []string {
	w := min(76, sz.w)
	in.text.SetWidth(max(w-8, 1))
	hint := in.hint
	if in.said != "" {
		hint = in.said
	}
	lines := []string{in.text.View()}
	if hint != "" {
		lines = append(lines, wrap(a.theme.faint.Render(hint), max(w-4, 1))...)
	}
	return a.frameBox(in.label, lines, sz, w)
}

func (in *input) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		a.close()
		if in.live != nil {
			return in.live(a, in.before)
		}
		return nil
	case "enter":
		s := in.text.Value()
		if in.need && strings.TrimSpace(s) == "" {
			in.said = "this needs an answer; esc cancels"
			return nil
		}
		a.close()
		return in.do(a, s)
	case "tab":
		if in.files {
			s, list := complete(in.text.Value())
			in.text.SetValue(s)
			in.text.CursorEnd()
			in.said = list
			return nil
		}
	}
	var cmd tea.Cmd
	in.text, cmd = in.text.Update(k)
	return tea.Batch(cmd, in.changed(a))
}

func (in *input) changed(a *app) tea.Cmd {
	if in.live != nil {
		return in.live(a, in.text.Value())
	}
	return nil
}

func (in *input) paste(a *app, text string) tea.Cmd {
	if in.files && strings.ContainsAny(strings.TrimSpace(text), "\r\n") { // a log itself, and not where one is
		a.close()
		return a.pasted(text)
	}
	in.text.SetValue(in.text.Value() + safe.Line(strings.TrimSpace(text)))
	in.text.CursorEnd()
	return in.changed(a)
}

func (in *input) cursor() (int, int, bool) {
	c := in.text.Cursor()
	if c == nil {
		return 0, 0, false
	}
	return c.X + 2, 1, true
}

// expand makes "~/x" a path.
func expand(path string) string {
	path = strings.TrimSpace(path)
	if n := len(path); n > 1 && (path[0] == '\'' || path[0] == '"') && path[n-1] == path[0] {
		path = path[1 : n-1] // a file dropped on a terminal comes in quotes
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}

// matching are the files that a pattern such as "logs/*.csv" matches; the path
// itself when it is a file's name or matches none.
func matching(path string) []string {
	if _, err := os.Lstat(path); err == nil || !strings.ContainsAny(path, "*?[") {
		return []string{path}
	}
	if names, err := filepath.Glob(path); err == nil && len(names) > 0 {
		return names
	}
	return []string{path}
}

// complete completes a file name as far as it is certain, and lists what it
// could still become.
func complete(typed string) (value, candidates string) {
	path := expand(typed)
	dir, base := filepath.Split(path)
	look := dir
	if look == "" {
		look = "."
	}
	entries, err := os.ReadDir(look)
	if err != nil {
		return typed, "there is no folder " + safe.Line(look)
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || base == "" && strings.HasPrefix(name, ".") {
			continue
		}
		if e.IsDir() {
			name += string(filepath.Separator)
		}
		names = append(names, name)
	}
	sort.Strings(names)
	if len(names) == 0 {
		return typed, "no file begins like this"
	}
	common := names[0]
	for _, n := range names[1:] {
		for !strings.HasPrefix(n, common) {
			common = common[:len(common)-1]
		}
	}
	if len(names) == 1 {
		return dir + common, ""
	}
	if len(names) > 8 {
		names = append(names[:8], "…")
	}
	return dir + common, safe.Line(strings.Join(names, "  "))
}

// palette lists actions; typing filters, enter runs the chosen one.
type palette struct {
	label string
	names bool // shows ":name" first, for those who know it
	all   []action
	text  textinput.Model
	ready bool
	at    int
}

func (a *app) openHelp() tea.Cmd {
	a.overlays = append(a.overlays, &palette{label: "What works here", all: a.actions()})
	return nil
}

func (a *app) openPalette() tea.Cmd {
	a.overlays = append(a.overlays, &palette{label: "Run", names: true, all: a.actions()})
	return nil
}

// shown are the actions that match what was typed: all words, anywhere.
func (p *palette) shown() []action {
	if !p.ready {
		p.text, p.ready = newText(""), true
	}
	words := strings.Fields(strings.ToLower(p.text.Value()))
	var out []action
	for _, x := range p.all {
		hay := strings.ToLower(x.name + " " + x.help + " " + x.keyList())
		ok := true
		for _, w := range words {
			ok = ok && strings.Contains(hay, w)
		}
		if ok {
			out = append(out, x)
		}
	}
	return out
}

func (p *palette) box(a *app, sz size) []string {
	shown := p.shown()
	w := min(78, sz.w)
	p.text.SetWidth(max(w-8, 1))
	lines := []string{p.text.View()}
	room := max(sz.h-3, 1)
	keys := 16
	if w < 60 {
		keys = 8
	}
	entry := func(i int) (left, said string, can bool) {
		x := shown[i]
		left = "  "
		if i == p.at {
			left = "> "
		}
		if p.names {
			left += fit(":"+x.name, keys)
		} else {
			left += fit(x.keyList(), keys)
		}
		said = safe.Line(x.help)
		why := x.reason(a)
		if why != "" {
			said += "  (not now: " + safe.Line(why) + ")"
		}
		return left + " ", said, why == ""
	}
	var chosen []string // in full: that is what it is chosen for
	if p.at < len(shown) {
		left, said, _ := entry(p.at)
		chosen = indent(left, said, max(w-3, 1))
		chosen = chosen[:max(min(len(chosen), room), 1)]
	}
	first := max(min(p.at-room/2, len(shown)-1-room+len(chosen)), 0)
	for i := first; i < len(shown) && len(lines) < room+1; i++ {
		if i == p.at {
			for _, line := range chosen {
				lines = append(lines, a.theme.selected.Render(fit(line, max(w-3, 0))))
			}
			continue
		}
		left, said, can := entry(i)
		line := left + said
		if !can {
			line = a.theme.faint.Render(line)
		}
		lines = append(lines, line)
	}
	lines = lines[:min(len(lines), room+1)]
	if len(shown) == 0 {
		lines = append(lines, a.theme.warn.Render("nothing here is called that"))
	}
	return a.frameBox(p.label, lines, sz, w)
}

// moved moves the cursor of a list that is chosen from while typing; it leaves
// letters to the text, so vi's keys are not among its own.
func moved(k tea.KeyPressMsg, at *int, n int) bool {
	by := map[string]int{"down": 1, "ctrl+n": 1, "up": -1, "ctrl+p": -1, "pgdown": 10, "pgup": -10}[k.String()]
	*at = max(min(*at+by, n-1), 0)
	return by != 0
}

func (p *palette) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	shown := p.shown()
	if moved(k, &p.at, len(shown)) {
		return nil
	}
	switch k.String() {
	case "esc":
		a.close()
		return nil
	case "tab":
		if p.at < len(shown) && p.names {
			p.text.SetValue(shown[p.at].name)
			p.text.CursorEnd()
		}
		return nil
	case "enter":
		if p.at >= len(shown) {
			return nil
		}
		a.close()
		a.coached(shown[p.at].name)
		return a.run(shown[p.at])
	}
	var cmd tea.Cmd
	p.text, cmd = p.text.Update(k)
	p.at = 0
	return cmd
}

func (p *palette) paste(_ *app, text string) tea.Cmd {
	p.shown()
	p.text.SetValue(p.text.Value() + safe.Line(strings.TrimSpace(text)))
	p.at = 0
	return nil
}

func (p *palette) cursor() (int, int, bool) {
	p.shown()
	c := p.text.Cursor()
	if c == nil {
		return 0, 0, false
	}
	return c.X + 2, 1, true
}
