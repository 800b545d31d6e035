package ui

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// fps is how often a second the terminal is told of what has changed, the most
// that Bubble Tea does. A key waits half as long for its frame as at the usual
// 60, and so does the first screen.
const fps = 120

// slowFPS is the same over a network, whose own delay hides the difference: the
// machine that many agents share is woken half as often.
const slowFPS = 60

// A pace keeps a held key from drawing screens that nobody sees. Bubble Tea asks
// for a drawing after every message and shows the newest when the next frame is
// due, so when one key arrives again and again within a frame only the first few
// are drawn, and when the frame is over the screen that all of them led to.
// Another key is always drawn: screens learn their height by being drawn.
type pace struct {
	frame time.Time // when the frame began that is being drawn for
	held  string    // the key that is pressed in it
	drawn int       // how often it was drawn for
	skip  bool      // the next drawing is one that nobody would see
	owed  bool      // a drawing will be asked for when the frame is over
	last  tea.View
}

// keysDrawn is how often one key is drawn in one frame. A person presses it once;
// it comes more often from a link that delivers in lumps.
const keysDrawn = 2

// frameOver tells that the frame is over in which drawings were left out.
type frameOver struct{}

func (frameOver) arrive(a *app) tea.Cmd {
	a.pace.owed = false
	return nil
}

// key is told of each key that was handled. The command makes up for a drawing
// that is left out.
func (p *pace) key(name string, now time.Time) tea.Cmd {
	const frame = time.Second / fps
	if name != p.held || now.Sub(p.frame) >= frame {
		p.frame, p.held, p.drawn = now, name, 0
	}
	if p.drawn++; p.drawn <= keysDrawn {
		return nil
	}
	p.skip = true
	if p.owed {
		return nil
	}
	p.owed = true
	return tea.Tick(p.frame.Add(frame).Sub(now), func(time.Time) tea.Msg { return frameOver{} })
}

// draw answers with a new drawing, or with the last one where a new one would
// not be seen.
func (p *pace) draw(view func() tea.View) tea.View {
	if !p.skip {
		p.last = view()
	}
	p.skip = false
	return p.last
}
