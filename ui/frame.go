package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"unsent/model"
	"unsent/safe"
)

// This file draws the terminal's whole: title, body, what lies over it, footer.

// View draws the whole terminal.
func (a *app) View() tea.View { return a.pace.draw(a.view) }

func (a *app) view() tea.View {
	lines := a.frame()
	for i := range lines {
		// Every cell that is given is read again by the framework, and those that
		// are not are blank.
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	v := tea.NewView(strings.Join(lines, "\n"))
	v.AltScreen = true
	v.WindowTitle = "unsent " + safe.Line(a.DBName)
	if x, y, ok := a.cursorAt(); ok {
		v.Cursor = tea.NewCursor(x, y)
	}
	return v
}

// frame is the terminal's lines, as many as it has and none wider than it.
func (a *app) frame() []string {
	l := layoutFor(a.term)
	if a.term.w <= 0 || a.term.h <= 0 {
		return nil
	}
	body := a.body(l)
	if n := len(a.overlays); n > 0 {
		body = a.over(body, l.body, a.overlays[n-1])
	}
	out := append(a.head(l), body...)
	if l.foot > 0 {
		out = append(out, a.foot(l))
	}
	if a.ASCII {
		for i := range out {
			out[i] = asciified(out[i])
		}
	}
	return out
}

// body draws the screen on top, and beside it what there is room for.
func (a *app) body(l layout) []string {
	extra := a.bottom(l)
	if a.notice == "" && len(extra) > 0 { // what stays must not hide what to do next
		for _, part := range []*size{&l.body, &l.list, &l.main, &l.side} {
			part.h -= len(extra)
		}
		return append(a.columnsOf(l), extra...)
	}
	lines := a.columnsOf(l)
	if len(extra) > 0 && len(lines) > len(extra) {
		copy(lines[len(lines)-len(extra):], extra)
	}
	return lines
}

func (a *app) columnsOf(l layout) []string {
	top := a.top()
	c, isCase := top.(*caseView)
	if top == screen(a.home) {
		c = a.home.open
	}
	if l.columns() == 1 || !isCase && top != screen(a.home) || c == nil {
		return top.lines(a, l.body, true)
	}
	sep := a.theme.faint.Render(a.theme.signs.split)
	blocks := [][]string{
		a.home.lines(a, l.list, top == screen(a.home)),
		c.lines(a, l.main, isCase),
	}
	if l.columns() == 3 {
		blocks = append(blocks, c.aside(a, l.side))
	}
	return beside(sep, blocks...)
}

// bottom is the notice or the coach, over the last lines of the body.
func (a *app) bottom(l layout) []string {
	if l.body.h < 4 {
		return nil
	}
	switch {
	case a.notice != "":
		style := a.theme.accent
		if a.noticeBad {
			style = a.theme.bad
		}
		lines := wrap(style.Render(a.notice), max(l.body.w-2, 1))
		lines = lines[:min(len(lines), max(3, l.body.h/2), l.body.h-2)]
		for i := range lines {
			lines[i] = fit(" "+lines[i], l.body.w)
		}
		return lines
	case a.importing.active:
		return []string{fit(" "+a.theme.accent.Render(a.importing.line(a, max(l.body.w-2, 1))), l.body.w)}
	case a.coach != coachOff:
		return []string{fit(" "+a.theme.accent.Render(a.coachLine())+a.theme.faint.Render("  (esc at home ends the tour)"), l.body.w)}
	}
	return nil
}

// head is the title bar: what this is, what is loaded, what is running.
func (a *app) head(l layout) []string {
	if l.head == 0 {
		return nil
	}
	left := " unsent"
	if a.Demo {
		left += "  DEMO: invented data"
	} else if a.DBName != "" && l.term.w >= 70 {
		left += "  " + safe.Line(a.DBName)
	}
	if a.Offline {
		left += "  OFFLINE"
	}
	left += "  " + a.top().title(a)
	rightSide := ""
	switch {
	case a.importing.active && l.term.w >= 60:
		rightSide = "loading"
		if im := &a.importing; im.now.TotalBytes > 0 {
			rightSide += fmt.Sprintf(" %d %%", min(im.now.Bytes*100/im.now.TotalBytes, 100))
		}
	case a.totals.Messages > 0 && l.term.w >= 60:
		rightSide = model.Count(a.totals.Incidents, "incident", "incidents") + ", " + model.Count(a.totals.Messages, "message", "messages")
		if cells(left)+2+cells(rightSide)+1 > l.term.w { // where somebody is says more than how many there are
			rightSide = ""
		}
	}
	rightSide += " "
	w := l.term.w
	if rightSide != " " { // so that a long place does not run into it
		rightSide = "  " + rightSide
	}
	room := w - cells(rightSide)
	line := fit(left, w)
	if room > 8 {
		line = fit(left, room) + rightSide
	}
	out := []string{a.theme.bar.Render(fit(line, w))}
	if l.head > 1 {
		out = append(out, a.theme.faint.Render(strings.Repeat(a.theme.signs.rule, w)))
	}
	return out
}

// foot lists the keys that matter here, as many as fit.
func (a *app) foot(l layout) string {
	var b strings.Builder
	used := 0
	list := a.actions()
	if n := len(a.overlays); n > 0 {
		return a.theme.bar.Render(fit(" "+overlayKeys(a.overlays[n-1]), l.term.w))
	}
	// Help and quit come last in the list and must not be the ones left out.
	room := l.term.w - len(" ? help  q quit") - 1
	for _, x := range list {
		if x.short == "" || x.name == "help" || x.name == "quit" || x.reason(a) != "" {
			continue
		}
		n := cells(keyName(x.keys[0])) + 1 + cells(x.short) + 2
		if used+n > room {
			break
		}
		b.WriteString(a.theme.barKey.Render(" "+keyName(x.keys[0])) + a.theme.bar.Render(" "+x.short+" "))
		used += n
	}
	b.WriteString(a.theme.barKey.Render(" ?") + a.theme.bar.Render(" help "))
	b.WriteString(a.theme.barKey.Render(" q") + a.theme.bar.Render(" quit"))
	s := b.String()
	n := cells(s)
	if n > l.term.w {
		return fit(s, l.term.w)
	}
	return s + a.theme.bar.Render(strings.Repeat(" ", l.term.w-n))
}

// overlayKeys is the footer while an overlay has the keys.
func overlayKeys(o overlay) string {
	switch o := o.(type) {
	case *confirm:
		if o.other != nil {
			return "y " + o.yes + "  n " + o.no + "  esc cancel"
		}
		return "y yes  n no  esc no"
	case *picker:
		return "type to filter  ↑ ↓ choose  enter take  esc cancel"
	case *pasteAsk:
		if !o.loads() {
			return "esc drop"
		}
		return "enter import  esc drop"
	case *pasteBox:
		return "paste or type  ctrl+d done  ctrl+u empty  esc cancel"
	case *accountForm:
		return "enter next  ↑ ↓ field  ctrl+s keep  esc cancel"
	case *palette:
		return "type to filter  ↑ ↓ choose  enter run  esc close"
	}
	return "enter take  esc cancel"
}

// place is where an overlay's box lies in the body.
func place(box []string, sz size) (x, y, w int) {
	for _, line := range box {
		w = max(w, cells(line))
	}
	return max((sz.w-w)/2, 0), max((sz.h-len(box))/3, 0), w
}

// over draws an overlay's box over the body.
func (a *app) over(body []string, sz size, o overlay) []string {
	box := o.box(a, sz)
	if len(box) > sz.h {
		box = box[:sz.h]
	}
	x, y, w := place(box, sz)
	for i, line := range box {
		under := body[y+i]
		body[y+i] = fit(ansi.Cut(under, 0, x), x) + fit(line, min(w, sz.w)) + ansi.Cut(under, x+w, sz.w)
		body[y+i] = fit(body[y+i], sz.w)
	}
	return body
}

// cursorAt is where the text cursor stands: in the overlay's input, or on the
// selected line, so that screen readers and magnifiers follow it.
func (a *app) cursorAt() (x, y int, ok bool) {
	l := layoutFor(a.term)
	if n := len(a.overlays); n > 0 {
		o := a.overlays[n-1]
		cx, cy, ok := o.cursor()
		if !ok {
			return 0, 0, false
		}
		bx, by, _ := place(o.box(a, l.body), l.body)
		x, y = bx+cx, by+cy+l.head
		return x, y, x < a.term.w && y < a.term.h
	}
	s, ok := a.top().(interface{ cursorLine() int })
	if !ok {
		return 0, 0, false
	}
	line := s.cursorLine()
	if line < 0 || line >= l.body.h {
		return 0, 0, false
	}
	x = 0
	if _, isCase := a.top().(*caseView); isCase && l.columns() > 1 {
		x = l.list.w + 1
	}
	return x, line + l.head, true
}

// The coach leads a new agent through the main job, once.
const coachOff = -1

var coachLines = []string{
	"1/4  press enter: open the biggest incident",
	"2/4  press C: run the checks",
	"3/4  press e: build the escalation packet",
	"4/4  press y: copy it",
}

// coachWants are the actions that they ask for.
var coachWants = []string{"open", "check-all", "packet", "copy"}

// coachLine is what to press next, or the way back to where that key works.
func (a *app) coachLine() string {
	can := func(name string) bool {
		return slices.ContainsFunc(a.top().actions(a), func(x action) bool { return x.name == name })
	}
	switch home := a.top() == screen(a.home); {
	case a.coach == 0 && home, a.coach > 0 && can(coachWants[a.coach]):
		return coachLines[a.coach]
	case a.coach == 3 && can("packet"):
		return "4/4  press e, then y: copy the packet"
	case len(a.stack) == 1:
		return itoa(a.coach+1) + "/4  press enter: open the incident again"
	}
	return itoa(a.coach+1) + "/4  press esc: go back to the tour"
}

// coached moves the coach on when the key it asked for was pressed.
func (a *app) coached(name string) {
	if a.coach == coachOff || name != coachWants[a.coach] || a.coach == 0 && len(a.stack) > 1 {
		return
	}
	if a.coach++; a.coach == len(coachLines) {
		a.coach = coachOff
	}
}

// rule is a heading with a line behind it.
func (t theme) rule(text string, w int) string {
	if text == "" {
		return t.faint.Render(strings.Repeat(t.signs.rule, max(w, 0)))
	}
	rest := max(w-cells(text)-1, 0)
	return t.head.Render(text) + " " + t.faint.Render(strings.Repeat(t.signs.rule, rest))
}
