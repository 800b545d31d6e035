package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/textinput"

	"unsent/model"
	"unsent/safe"
)

// picker chooses what a column is. Typing filters.
type picker struct {
	m      *mapping
	column model.Column
	all    []choice
	text   textinput.Model
	at     int
}

// A choice is a field, or what stands beside the fields: not used, as guessed.
type choice struct {
	field, label, about string
	guess               bool
}

func newPicker(m *mapping, c model.Column, fields []model.FieldAbout) *picker {
	p := &picker{m: m, column: c, text: newText("")}
	for _, f := range fields {
		x := choice{field: f.Name, label: f.Name, about: f.About}
		for _, other := range m.t.Columns {
			if other.Field == f.Name && other.Ref != c.Ref {
				x.about += " (now " + columnTitle(other) + ")"
				break
			}
		}
		if f.Name == c.Field || c.Field == "" && f.Name == c.Looks {
			p.at = len(p.all)
		}
		p.all = append(p.all, x)
	}
	p.all = append(p.all, choice{label: "not used", about: "the column is passed over"}, choice{label: "as guessed", about: "take back what you said of this column", guess: true})
	return p
}

func (p *picker) shown() []choice {
	words := strings.Fields(strings.ToLower(p.text.Value()))
	var out []choice
	for _, x := range p.all {
		hay, ok := strings.ToLower(x.label+" "+x.about), true
		for _, w := range words {
			ok = ok && strings.Contains(hay, w)
		}
		if ok {
			out = append(out, x)
		}
	}
	return out
}

func (p *picker) box(a *app, sz size) []string {
	w := min(76, sz.w)
	p.text.SetWidth(max(w-8, 1))
	shown := p.shown()
	lines := []string{p.text.View()}
	room := max(sz.h-3, 1)
	first := max(min(p.at-room/2, len(shown)-room), 0)
	for i := first; i < len(shown) && len(lines) < room+1; i++ {
		sign := "  "
		if i == p.at {
			sign = "> "
		}
		line := sign + fit(shown[i].label, 18) + " " + safe.Line(shown[i].about)
		if i == p.at {
			line = a.theme.selected.Render(fit(line, max(w-3, 0)))
		}
		lines = append(lines, line)
	}
	if len(shown) == 0 {
		lines = append(lines, a.theme.warn.Render("no field is called that"))
	}
	return a.frameBox("What is "+columnTitle(p.column)+"?", lines, sz, w)
}

func (p *picker) press(a *app, k tea.KeyPressMsg) tea.Cmd {
	shown := p.shown()
	if moved(k, &p.at, len(shown)) {
		return nil
	}
	switch k.String() {
	case "esc":
		a.close()
		return nil
	case "enter":
		if p.at >= len(shown) {
			return nil
		}
		a.close()
		p.m.changing()
		x := shown[p.at]
		if x.guess {
			p.m.unsay(p.column)
		} else {
			p.m.set(p.column, x.field)
		}
		return p.m.look(a)
	}
	var cmd tea.Cmd
	p.text, cmd = p.text.Update(k)
	p.at = 0
	return cmd
}

func (p *picker) paste(_ *app, text string) tea.Cmd {
	p.text.SetValue(p.text.Value() + safe.Line(strings.TrimSpace(text)))
	p.at = 0
	return nil
}

func (p *picker) cursor() (int, int, bool) {
	c := p.text.Cursor()
	if c == nil {
		return 0, 0, false
	}
	return c.X + 2, 1, true
}
