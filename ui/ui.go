// Package ui is the console's screen, and the only user of the terminal.
//
// There is one model, app. A screen (home, case, messages, packet, imports, knowledge base)
// is a file with a struct that draws itself and lists its actions; keys, the
// help, the command palette and the footer are all drawn from that list, so an
// action cannot be missing from one of them. Update never waits: everything
// that reads or writes is a command (commands.go), takes what it needs as
// arguments, and comes back as a message that says what has happened.
//
// Sizes are computed in layout.go only. Text that comes from a file or an
// answer goes through package safe where it is drawn.
//
// To add a screen: a file with the struct and its actions, and a line in the
// tests' list of screens; geometry, keys and goldens are then tested by themselves.
package ui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"
)

// Run shows the console until the agent leaves it or ctx ends. It returns an
// error when the terminal cannot be used, d.Opens failed or the program crashed, a
// *Fault where that was in what is read ahead; the terminal is restored in every case,
// and what d.Opens began has ended.
func Run(ctx context.Context, d Deps, opts ...tea.ProgramOption) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rate := fps
	if d.Remote {
		rate = slowFPS
	}
	opts = append([]tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(rate)}, opts...)
	var o *opening
	var m tea.Model
	if d.Opens != nil {
		o = newOpening(ctx, d)
		m = o
	} else {
		m = newApp(ctx, d).warmed()
	}
	m, err := tea.NewProgram(m, opts...).Run()
	if o != nil {
		if failed := o.end(); failed != nil {
			return failed
		}
	}
	if a, ok := m.(*app); ok && a.fault != nil {
		return a.fault
	}
	if ctx.Err() != nil || errors.Is(err, tea.ErrInterrupted) {
		return context.Canceled
	}
	return err
}
