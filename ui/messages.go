package ui

import (
	"errors"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/packet"
	"unsent/safe"
)

// Messages say what has happened, and carry their error. Each knows where it
// arrives; one whose work has been superseded changes nothing.
type arrived interface{ arrive(a *app) tea.Cmd }

type incidentsLoaded struct {
	id        int
	incidents []model.Incident
	part      bool // there are more to be listed
	totals    model.Totals
	err       error
}

func (m incidentsLoaded) arrive(a *app) tea.Cmd {
	if !a.loading.current(m.id) {
		return nil
	}
	a.loading.done()
	if !a.home.loaded && a.Shown != nil {
		a.Shown()
	}
	a.home.loaded = true
	if m.err != nil {
		if a.home.err = m.err; len(a.home.all) == 0 {
			return nil // the empty list says it
		}
		return a.fail(m.err)
	}
	a.home.err = nil
	a.totals = m.totals
	a.home.part = m.part
	a.home.set(m.incidents)
	if !m.part {
		return a.preview()
	}
	rest := incidentsShown{m.id}
	cmd := tea.Tick(a.pauses.rest, func(time.Time) tea.Msg { return rest })
	if s := a.home.selected(); a.home.want != 0 && (s == nil || s.ID != a.home.want) {
		return a.reload() // the one that was selected last is among them
	}
	return tea.Batch(cmd, a.preview())
}

// incidentsShown tells that the first incidents are on the terminal.
type incidentsShown struct{ id int }

func (m incidentsShown) arrive(a *app) tea.Cmd {
	if !a.loading.current(m.id) { // they are being read, or have been
		return nil
	}
	return a.reload()
}

// placeRestored brings the selection of the last session back.
type placeRestored struct{ incident model.IncidentID }

func (m placeRestored) arrive(a *app) tea.Cmd {
	if m.incident != 0 && !a.home.moved && len(a.Files) == 0 && !a.Demo {
		a.home.want = m.incident
		a.home.refilter()
		return a.preview()
	}
	return nil
}

type caseLoaded struct {
	c    *caseView
	id   int
	data model.Case
	err  error
}

func (m caseLoaded) arrive(a *app) tea.Cmd {
	if !m.c.loading.current(m.id) {
		return nil
	}
	m.c.loading.done()
	if m.err != nil {
		m.c.err = m.err
		return a.fail(m.err)
	}
	m.c.take(m.data)
	if f := m.data.Message; f != nil && f.Incident != 0 && f.Incident != m.c.inc.ID { // it was moved, or its incident became a part of another
		m.c.inc.ID = f.Incident
		return m.c.load(a)
	}
	a.home.likely.learn(m.c)
	return m.c.preview(a)
}

// keysClose is how close to each other keys come that nobody pressed one by one: a held
// key comes every 33 ms. What they pass is not looked at.
const keysClose = 15 * time.Millisecond

// glanceWaited tells that the next key of such a row would have come.
type glanceWaited struct{}

func (glanceWaited) arrive(a *app) tea.Cmd {
	a.glancing = false
	if c := a.home.open; c != nil {
		return c.look(a)
	}
	return nil
}

// caseGlanced brings what a case is judged by; the rest follows when it is needed.
type caseGlanced struct {
	c    *caseView
	data model.Case
	err  error
}

func (m caseGlanced) arrive(a *app) tea.Cmd {
	a.glancing = false
	c := a.home.open
	if c == nil {
		return nil
	}
	if c != m.c { // the agent has moved on
		return c.look(a)
	}
	switch {
	case c.ready: // the whole case was faster
		return nil
	case m.err != nil:
		c.err = m.err
		return a.fail(m.err)
	}
	c.glance(m.data)
	a.home.likely.learn(c)
	a.home.likely.came(&m.data)
	if layoutFor(a.term).columns() == 3 {
		return c.whole(a) // the packet in the third column is made of it
	}
	return nil
}

type packetBuilt struct {
	v   *packetView
	id  int
	p   *packet.Packet
	txt map[packet.Format]string
	err error
}

func (m packetBuilt) arrive(a *app) tea.Cmd {
	if !m.v.building.current(m.id) {
		return nil
	}
	m.v.building.done()
	m.v.waiting = false
	if m.err != nil {
		m.v.err = m.err
		return a.fail(m.err)
	}
	m.v.take(m.p, m.txt)
	if m.v.copyNext {
		m.v.copyNext = false
		return m.v.copy(a)
	}
	return nil
}

type packetCopied struct {
	file string
	text string
	how  Copied
	err  error // of writing the file
}

func (m packetCopied) arrive(a *app) tea.Cmd {
	file := ""
	if m.file != "" {
		file = "; also in " + m.file
	}
	switch {
	case m.err != nil:
		return a.fail(m.err)
	case m.how.Err != nil && m.file != "":
		return a.warn("not copied: " + m.how.Err.Error() + "; the packet is in " + m.file)
	case m.how.Err != nil:
		return a.warn("not copied: " + m.how.Err.Error())
	case m.how.Terminal:
		a.say(m.how.Said + file)
		return tea.SetClipboard(m.text)
	}
	return a.say(m.how.Said + file)
}

// changed tells that something about cases was written, in n changes; with an
// error, that no more than those were.
type changed struct {
	what string
	n    int
	err  error
}

// turned tells that changes were taken back or done again. With an error no more
// than how.n were.
type turned struct {
	what  string
	how   turning
	again bool
	err   error
}

func (m turned) arrive(a *app) tea.Cmd {
	if m.how.n > 0 {
		if m.again {
			a.undos = append(a.undos, m.how)
		} else {
			a.redos = append(a.redos, m.how)
		}
	}
	switch {
	case m.err == nil:
		a.say(safe.Line(m.what))
	case m.how.n > 0:
		a.fail(m.err)
		a.notice = "only some of it: " + m.what + "; " + a.notice
	case errors.Is(m.err, model.ErrNotFound) && m.again:
		return a.warn("there is nothing to do again")
	case errors.Is(m.err, model.ErrNotFound):
		return a.warn("there is nothing to undo: no state, step, note, assignment or place of a message was changed by you")
	default:
		return a.fail(m.err)
	}
	return a.refresh()
}

func (m changed) arrive(a *app) tea.Cmd {
	if m.n > 0 {
		a.undos, a.redos = append(a.undos, turning{m.n, strings.TrimSuffix(m.what, undoable)}), nil
	}
	switch {
	case m.err != nil && m.n == 0:
		return a.fail(m.err)
	case m.err != nil:
		a.fail(m.err)
		a.notice = "only some were changed (z undoes them): " + a.notice
	default:
		a.say(m.what)
	}
	return a.refresh()
}

type linkOpened struct {
	how string
	err error
}

func (m linkOpened) arrive(a *app) tea.Cmd {
	if m.err != nil {
		return a.fail(m.err)
	}
	return a.say(m.how)
}

type linkCopied struct {
	url string
	how Copied
}

func (m linkCopied) arrive(a *app) tea.Cmd {
	if m.how.Err != nil {
		return a.say("open " + m.url)
	}
	a.say("open " + m.url + " (" + m.how.Said + ")")
	if m.how.Terminal {
		return tea.SetClipboard(m.url)
	}
	return nil
}
