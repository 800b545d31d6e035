package ui

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	gtext "github.com/yuin/goldmark/text"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"unsent/model"
	"unsent/safe"
)

// parser knows the Markdown that the articles use. goldmark reads it; drawing
// it is ours, because an article is part of a screen here (its steps are
// selected, its width is a pane's): glamour would draw it for 7.7 MB more and
// 12 ms at every start, most of it a highlighter for programming languages.
// Tables are read here too, because goldmark has them in one package with what
// takes half a millisecond of every start and is not used.
var parser = goldmark.New().Parser()

// markdown draws a Markdown text into lines of at most w cells, and never more
// than prose allows.
func markdown(src string, w int, t theme) []string {
	w = min(w, prose)
	if w < 4 {
		return nil
	}
	m := mdWriter{src: []byte(safe.Text(src)), t: t}
	m.blocks(parser.Parse(gtext.NewReader(m.src)), "", w)
	for len(m.out) > 0 && m.out[len(m.out)-1] == "" {
		m.out = m.out[:len(m.out)-1]
	}
	return m.out
}

type mdWriter struct {
	src []byte
	t   theme
	out []string
}

func (m *mdWriter) add(prefix string, lines []string) {
	for _, l := range lines {
		m.out = append(m.out, prefix+l)
	}
}

func (m *mdWriter) gap() {
	if n := len(m.out); n > 0 && m.out[n-1] != "" {
		m.out = append(m.out, "")
	}
}

// blocks draws the children of n, each line behind prefix, within w cells.
func (m *mdWriter) blocks(n ast.Node, prefix string, w int) {
	inner := max(w-cells(prefix), 4)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			m.gap()
			m.add(prefix, wrap(m.inline(c, m.t.head), inner))
		case *ast.Paragraph:
			m.gap()
			if rows := m.rows(c); rows != nil {
				m.table(rows, prefix, inner)
			} else {
				m.add(prefix, wrap(m.inline(c, m.t.plain), inner))
			}
		case *ast.TextBlock:
			m.add(prefix, wrap(m.inline(c, m.t.plain), inner))
		case *ast.List:
			m.gap()
			m.list(c, prefix, w)
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			m.gap()
			lines := c.Lines()
			for i := range lines.Len() {
				seg := lines.At(i)
				m.add(prefix+"  ", []string{fitCode(m.t.code.Render(strings.TrimRight(string(seg.Value(m.src)), "\n")), inner-2)})
			}
		case *ast.Blockquote:
			m.gap()
			m.blocks(c, prefix+m.t.faint.Render(m.t.signs.split)+" ", w)
		case *ast.ThematicBreak:
			m.gap()
			m.add(prefix, []string{m.t.faint.Render(strings.Repeat(m.t.signs.rule, inner))})
		default:
			m.blocks(c, prefix, w)
		}
	}
}

// fitCode cuts a line of code without padding it.
func fitCode(s string, w int) string { return ansi.Truncate(s, w, "…") }

func (m *mdWriter) list(l *ast.List, prefix string, w int) {
	n := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		sign := m.t.signs.bullet + " "
		if l.IsOrdered() {
			sign = model.Thousands(n) + ". "
			n++
		}
		sub := mdWriter{src: m.src, t: m.t}
		sub.blocks(item, "", w-cells(prefix)-len([]rune(sign)))
		for i, line := range sub.out {
			if i == 0 {
				m.out = append(m.out, prefix+m.t.accent.Render(sign)+line)
			} else {
				m.out = append(m.out, prefix+strings.Repeat(" ", len([]rune(sign)))+line)
			}
		}
	}
}

// rows are the cells of a paragraph that is a table: a header, a line of dashes,
// and as many cells in each row, all between bars. It is nil for any other text.
func (m *mdWriter) rows(p *ast.Paragraph) [][]string {
	lines := p.Lines()
	var rows [][]string
	for i := range lines.Len() {
		seg := lines.At(i)
		line := strings.TrimSpace(string(seg.Value(m.src)))
		inside, ok := strings.CutPrefix(line, "|")
		if inside, ok2 := strings.CutSuffix(inside, "|"); ok && ok2 {
			rows = append(rows, strings.Split(inside, "|"))
			continue
		}
		return nil
	}
	if len(rows) < 2 || strings.Trim(strings.Join(rows[1], ""), "-: ") != "" || !strings.Contains(rows[1][0], "-") {
		return nil
	}
	rows = append(rows[:1], rows[2:]...)
	for y, cells := range rows {
		if len(cells) != len(rows[0]) {
			return nil
		}
		style := m.t.plain
		if y == 0 {
			style = m.t.head
		}
		for x, cell := range cells {
			one := mdWriter{src: []byte(strings.TrimSpace(cell)), t: m.t}
			cells[x] = one.inline(parser.Parse(gtext.NewReader(one.src)), style)
		}
	}
	return rows
}

// table draws a table as aligned columns, the last one taking what is left. On
// a pane too narrow for that each row becomes a paragraph.
func (m *mdWriter) table(rows [][]string, prefix string, w int) {
	widths := make([]int, len(rows[0]))
	total := 0
	for i := range widths {
		for _, r := range rows {
			if i < len(r) {
				widths[i] = max(widths[i], cells(r[i]))
			}
		}
		if i < len(widths)-1 {
			widths[i] = min(widths[i], w/3)
			total += widths[i] + 2
		}
	}
	if w-total < 16 {
		for _, r := range rows[1:] {
			m.add(prefix, indent("", strings.Join(r, " – "), w))
		}
		return
	}
	widths[len(widths)-1] = w - total
	for _, r := range rows {
		cells := make([][]string, len(r))
		high := 1
		for i := range r {
			cells[i] = wrap(r[i], widths[i])
			high = max(high, len(cells[i]))
		}
		for y := range high {
			var b strings.Builder
			for i := range cells {
				s := ""
				if y < len(cells[i]) {
					s = cells[i][y]
				}
				if i < len(cells)-1 {
					s = fit(s, widths[i]) + "  "
				}
				b.WriteString(s)
			}
			m.out = append(m.out, prefix+strings.TrimRight(b.String(), " "))
		}
	}
}

// inline draws the text inside a block in one style.
func (m *mdWriter) inline(n ast.Node, style lipgloss.Style) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.WriteString(style.Render(string(c.Segment.Value(m.src))))
			switch {
			case c.HardLineBreak():
				b.WriteString("\n")
			case c.SoftLineBreak():
				b.WriteString(" ")
			}
		case *ast.String:
			b.WriteString(style.Render(string(c.Value)))
		case *ast.CodeSpan:
			b.WriteString(m.inline(c, m.t.code))
		case *ast.Emphasis:
			b.WriteString(m.inline(c, style.Bold(true)))
		case *ast.Link:
			text := m.inline(c, m.t.link)
			b.WriteString(text)
			if url := string(c.Destination); ansi.Strip(text) != url {
				b.WriteString(m.t.faint.Render(" (" + url + ")"))
			}
		case *ast.AutoLink:
			b.WriteString(m.t.link.Render(string(c.URL(m.src))))
		default:
			b.WriteString(m.inline(c, style))
		}
	}
	return b.String()
}
