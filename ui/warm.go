package ui

import (
	"io"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// warmed sees to it that the first screen is drawn warm, from when there is something to
// draw on: earlier, it would be in the way of reading that.
func (a *app) warmed() *app {
	first, theme := a.first, a.theme
	a.first = func() tea.Msg {
		m := first()
		go warm(theme, os.Environ())
		return m
	}
	return a
}

// warm draws a screen into nothing, the way the framework is about to draw the
// first one. In a new process each page of code and memory is slow when it is
// used first, three milliseconds for a whole screen. Here that happens beside the
// reading of the database, while the first frame is not due yet.
func warm(t theme, env []string) {
	const w, h = 120, 40
	line := t.faint.Render(strings.Repeat(t.signs.rule, 20)) + t.accent.Render("warm ") + t.strong.Render("up ") + t.warn.Render("to ") + "draw"
	text := strings.TrimSuffix(strings.Repeat(t.selected.Render(fit(line, w/2))+fit(line, w/2)+"\n", h), "\n")
	screen := uv.NewScreenBuffer(w, h)
	uv.NewStyledString(text).Draw(screen, screen.Bounds())
	r := uv.NewTerminalRenderer(io.Discard, env)
	r.SetFullscreen(true)
	r.Resize(w, h)
	r.Erase()
	r.Render(screen.RenderBuffer)
	// Nothing is on a terminal, so nothing can go wrong there.
	_ = r.Flush()
}
