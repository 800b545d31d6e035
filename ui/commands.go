package ui

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/model"
	"unsent/packet"
)

// Commands do everything that reads or writes. They run beside Update, so they
// take what they need as arguments and never see the app, which may have moved on.

// readTimeout bounds one reading of the database, which takes milliseconds
// unless a disk hangs.
const readTimeout = 30 * time.Second

// listed is how many incidents home holds, the biggest of all. The rest are
// reached by a search among the messages, and home says that there are more.
const listed = 200

// listedFirst is how many of them are read before the terminal is ready: a tall one has
// them all. The rest follow when they are on it.
const listedFirst = 64

func loadIncidents(ctx context.Context, id int, s Store, most int) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		m := incidentsLoaded{id: id}
		if m.totals, m.err = s.Totals(ctx); m.err == nil {
			m.incidents, m.err = s.Incidents(ctx, model.Query{Limit: most})
		}
		m.part = most < listed && len(m.incidents) == most
		return m
	}
}

// ahead starts a command at once; what it answers arrives when the command that
// comes back is run. Bubble Tea does not see it, so a fault in it is an answer, too.
func ahead(cmd tea.Cmd) tea.Cmd {
	answer := make(chan tea.Msg, 1)
	go func() {
		defer func() {
			if recover() != nil { // its value may quote a log
				answer <- faultMsg{&Fault{string(debug.Stack())}}
			}
		}()
		answer <- cmd()
	}()
	return func() tea.Msg { return <-answer }
}

// A Fault is one of the program itself. Stack is where, as package runtime/debug has it.
type Fault struct{ Stack string }

func (*Fault) Error() string { return "the program has a fault" }

// faultMsg ends the program.
type faultMsg struct{ fault *Fault }

func (m faultMsg) arrive(a *app) tea.Cmd {
	a.fault = m.fault
	return tea.Quit
}

// placeKey is the setting that remembers the selected incident.
const placeKey = "ui.incident"

func restore(ctx context.Context, s Store) tea.Cmd {
	return func() tea.Msg {
		v, err := s.Setting(ctx, placeKey)
		if err != nil {
			return placeRestored{} // a place is a convenience; without it the list begins at its top
		}
		n, _ := strconv.ParseInt(v, 10, 64)
		return placeRestored{incident: model.IncidentID(n)}
	}
}

func remember(s Store, inc *model.Incident) tea.Cmd {
	if inc == nil {
		return nil
	}
	id := inc.ID
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		// Leaving must not fail for want of a remembered place.
		_ = s.SetSetting(ctx, placeKey, strconv.FormatInt(int64(id), 10))
		return nil
	}
}

func loadCase(ctx context.Context, c *caseView, id int, s Store, inc model.IncidentID, msg model.MessageID) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		d, err := s.Case(ctx, inc, msg)
		return caseLoaded{c: c, id: id, data: d, err: err}
	}
}

func glanceAt(ctx context.Context, c *caseView, s Store, inc model.IncidentID) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		d, err := s.Glance(ctx, inc)
		return caseGlanced{c: c, data: d, err: err}
	}
}

// buildPacket makes the packet in every format: they are small, and switching
// between them is then a matter of drawing.
func buildPacket(v *packetView, id int, in packet.Input, p packet.Profile) tea.Cmd {
	return func() tea.Msg {
		m := packetBuilt{v: v, id: id, p: packet.New(in, p), txt: map[packet.Format]string{}}
		for _, f := range packetFormats {
			txt, err := m.p.Render(f)
			if err != nil {
				m.err = fmt.Errorf("building the packet: %w", err)
				return m
			}
			m.txt[f] = txt
		}
		return m
	}
}

// copyPacket writes the packet's file first, so that there is a way out when no
// clipboard can be reached, and then copies.
func copyPacket(ctx context.Context, d Deps, p model.Packet, override string) tea.Cmd {
	return func() tea.Msg {
		m := packetCopied{text: p.Text}
		if m.file, m.err = d.Save(ctx, p); m.err != nil {
			// The clipboard may still work, and then nothing is lost.
			m.how = d.Copy(ctx, p.Text)
			if m.how.Err == nil {
				m.how.Said += " (no file: " + m.err.Error() + ")"
				m.err = nil
			}
			return m
		}
		m.how = d.Copy(ctx, p.Text)
		target := p.Incident.String()
		if p.Message != 0 {
			target = p.Message.String()
		}
		detail := fmt.Sprintf("%s, %s, %d of 5, sha256 %.12s", p.Format, p.Profile, p.Complete, p.Hash)
		if override != "" {
			_ = d.Store.Log(ctx, d.Who, "override", target, override)
		}
		if err := d.Store.Log(ctx, d.Who, "copy", target, detail); err != nil {
			m.how.Said += "; the audit trail could not be written: " + err.Error()
		}
		return m
	}
}

// undoable is what ends the line that tells of a change.
const undoable = " (z undoes)"

// write runs a change of the database and tells what was changed.
func write(what string, f func() error) tea.Cmd {
	return writeAll(what, func(done func()) error {
		err := f()
		if err == nil {
			done()
		}
		return err
	})
}

// writeAll does the same for changes that the agent makes at once, so that one
// undo takes all of them back. f tells of each that is done.
func writeAll(what string, f func(done func()) error) tea.Cmd {
	return func() tea.Msg {
		m := changed{what: what}
		m.err = f(func() { m.n++ })
		return m
	}
}

// turn undoes, or does again, the last changes.
func turn(ctx context.Context, s Store, who string, how turning, again bool) tea.Cmd {
	return func() tea.Msg {
		one, said := s.Undo, "taken back: "
		if again {
			one, said = s.Redo, "done again: "
		}
		m := turned{what: said + "“" + how.what + "”", how: turning{what: how.what}, again: again}
		for range how.n {
			w, err := one(ctx, who)
			if err != nil {
				m.err = err
				return m
			}
			if m.how.n++; how.n == 1 {
				m.what = said + w
			}
		}
		return m
	}
}

func openLink(ctx context.Context, d Deps, url string) tea.Cmd {
	return func() tea.Msg {
		how, err := d.Open(ctx, url)
		if err == nil {
			return linkOpened{how: how}
		}
		return linkCopied{url: url, how: d.Copy(ctx, url)}
	}
}
