package ui

import (
	"errors"
	"os"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/safe"
)

// pastedName is how the logs that were pasted are called.
const pastedName = "pasted text "

// pasteAsk asks what to do with a text that was pasted. Nothing in it is ever
// taken for keys.
type pasteAsk struct {
	log     Log
	lines   int
	t       model.Table
	err     error
	looked  bool
	looking task
}

type pasteLooked struct {
	p   *pasteAsk
	id  int
	log Log
	t   model.Table
	err error
}

// pasted asks what to do with a text that the terminal says was pasted.
func (a *app) pasted(text string) tea.Cmd {
	if strings.TrimSpace(text) == "" {
		return a.say("nothing was pasted")
	}
	p := &pasteAsk{}
	a.overlays = append(a.overlays, p)
	return p.take(a, text)
}

func (p *pasteAsk) take(a *app, text string) tea.Cmd {
	p.log = Log{Name: pastedName + a.Now().UTC().Format("2006-01-02 15:04:05"), Text: text, Pasted: true}
	p.looked, p.lines = false, 1+strings.Count(strings.TrimRight(text, "\r\n"), "\n")
	if p.lines == 1 { // lines may end in a carriage return alone
		p.lines += strings.Count(strings.TrimRight(text, "\r\n"), "\r")
	}
	ctx, id := p.looking.start(a.ctx)
	look, l := a.Preview, p.log
	return func() tea.Msg {
		if name, ok := droppedFile(l.Text); ok {
			l = Log{Name: name}
		}
		t, err := look(ctx, l, nil)
		return pasteLooked{p: p, id: id, log: l, t: t, err: err}
	}
}

// droppedFile is the file whose name a terminal pastes when somebody drops it
// there.
func droppedFile(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if len(text) > 4096 || strings.ContainsAny(text, "\r\n") {
		return "", false
	}
	for _, name := range []string{expand(text), expand(strings.ReplaceAll(text, `\ `, " "))} {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() {
			return name, true
		}
	}
	return "", false
}

func (m pasteLooked) arrive(a *app) tea.Cmd {
	if m.p.looking.current(m.id) {
		m.p.looking.done()
		m.p.log, m.p.t, m.p.err, m.p.looked = m.log, m.t, m.err, true
	}
	return nil
}

// loads reports whether the text can be loaded, perhaps once its columns are said.
func (p *pasteAsk) loads() bool {
	return !p.looked || p.err == nil
}

func (p *pasteAsk) box(a *app, sz size) []string {
	w := min(72, sz.w)
	inner := max(w-4, 1)
	var lines []string
	add := func(s string) { lines = append(lines, wrap(s, inner)...) }
	switch {
	case !p.looked:
		add("looking at it")
	case errors.Is(p.err, model.ErrColumns): // and no table: its columns could be named
		add(a.theme.warn.Render("It cannot be loaded: it names no error that is known, and it is no table."))
		add(a.theme.faint.Render("paste the error with its number, or all of the row or of the answer"))
	case p.err != nil:
		add(a.theme.warn.Render("It cannot be loaded: " + masked(a.clean(p.err.Error()), false)))
		if h := model.Hint(p.err); h != "" {
			add(a.theme.faint.Render(masked(h, false)))
		}
	default:
		add("looks like " + looksLike(p.t, p.log))
	}
	lines = append(lines, "")
	for _, s := range firstLines(p.log.Text, 3) {
		lines = append(lines, a.theme.faint.Render(fitLine(masked(a.clean(s), false), inner)))
	}
	lines = append(lines, "")
	keys := a.theme.barKey.Render(" esc ") + " drop"
	if p.loads() {
		keys = a.theme.barKey.Render(" enter ") + " import   " + keys
	}
	return a.frameBox("Paste: "+model.Count(p.lines, "line", "lines"), append(lines, keys), sz, w)
}

// firstLines are the first n lines of a text that say something, each cut.
func firstLines(text string, n int) []string {
	var out []string
	for len(out) < n && text != "" {
		end := strings.IndexAny(text[:min(len(text), 4096)], "\r\n")
		line, rest := text, ""
		switch {
		case end >= 0:
			line, rest = text[:end], text[end+1:]
		case len(text) > 4096:
			line = strings.ToValidUTF8(text[:4096], "")
		}
		if text = rest; strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return out
}

// looksLike says what a text is and what is in it.
func looksLike(t model.Table, l Log) string {
	what := "a text"
	switch t.Format {
	case "csv":
		what = "a table with " + model.Count(len(t.Columns), "column", "columns")
		if t.Why != "" {
			return what + ", and they have to be named first: enter does that"
		}
	case "json", "ndjson":
		what = "JSON"
		if t.System != "" && t.System != "generic" {
			what += " from " + safe.Line(t.System)
		}
	case "text":
		what = model.Count(max(t.Failed, 1), "error message", "error messages")
	}
	if !l.Pasted {
		what = "the name of a file: " + what
	}
	if t.Failed > 0 && t.Code != "" {
		what += ", error " + safe.Line(t.Code)
		if t.Failed > 1 {
			what += " first"
		}
	}
	if t.Format == "text" {
		return what
	}
	return what + ". " + outcome(t)
}

func (p *pasteAsk) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		p.looking.stop()
		a.close()
		return a.say("dropped; nothing was stored")
	case "enter":
		if !p.loads() {
			return nil
		}
		p.looking.stop()
		a.close()
		return a.startImport(job{Log: p.log})
	}
	return nil
}

func (p *pasteAsk) paste(a *app, text string) tea.Cmd { return p.take(a, text) }

func (p *pasteAsk) cursor() (int, int, bool) { return 0, 0, false }

// pasteBox takes a text on terminals that do not say what is pasted: there it
// arrives as if it were typed. It is only added to, which is what a paste does.
type pasteBox struct {
	text []byte
}

func (a *app) openPasteBox() tea.Cmd {
	a.overlays = append(a.overlays, &pasteBox{})
	return nil
}

func (p *pasteBox) box(a *app, sz size) []string {
	w := min(76, sz.w)
	room := max(min(sz.h-4, 12), 1)
	all := p.tail(room)
	var lines []string
	for i, l := range all {
		l = masked(a.clean(l), false)
		if i == len(all)-1 {
			l += "_"
		}
		lines = append(lines, fitLine(l, max(w-4, 1)))
	}
	lines = append(lines, "", a.theme.faint.Render("ctrl+d: done   ctrl+u: empty   esc: cancel"))
	return a.frameBox("Paste or type a message or an error", lines, sz, w)
}

// tail are the last n lines.
func (p *pasteBox) tail(n int) []string {
	from := max(len(p.text)-n*2000, 0)
	for from < len(p.text) && !utf8.RuneStart(p.text[from]) {
		from++
	}
	lines := strings.Split(string(p.text[from:]), "\n")
	return lines[max(len(lines)-n, 0):]
}

func (p *pasteBox) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "esc":
		a.close()
		return nil
	case "ctrl+d":
		a.close()
		return a.pasted(string(p.text))
	case "ctrl+u":
		p.text = nil
	case "enter", "ctrl+j":
		p.text = append(p.text, '\n')
	case "tab":
		p.text = append(p.text, '\t')
	case "backspace":
		_, n := utf8.DecodeLastRune(p.text)
		p.text = p.text[:len(p.text)-n]
	default:
		p.text = append(p.text, k.Text...)
	}
	return nil
}

// paste hands a text over that the terminal knows to be pasted, with what was
// typed before it.
func (p *pasteBox) paste(a *app, text string) tea.Cmd {
	a.close()
	return a.pasted(string(p.text) + text)
}

func (p *pasteBox) cursor() (int, int, bool) { return 0, 0, false }
