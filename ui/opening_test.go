package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// What is pressed while the database is being opened is done when it is open, and
// that it takes long is said.
func TestOpening(t *testing.T) {
	ready, _ := newTest(t, size{80, 24}, many())
	gate := make(chan struct{})
	o := newOpening(t.Context(), Deps{DBName: "week\x1b.db", Opens: func(context.Context) (Deps, error) {
		<-gate
		return ready.Deps, nil
	}})
	var m tea.Model = o
	for _, msg := range []tea.Msg{keyOf("j"), keyOf("j"), tea.WindowSizeMsg{Width: 80, Height: 24}, keyOf("?"), keyOf("q"), keyOf("/")} {
		m, _ = m.Update(msg)
	}
	if v := m.View(); v.Content != "" || !v.AltScreen {
		t.Errorf("before anybody wonders: %q", v.Content)
	}
	m, _ = m.Update(openingLate{})
	if text := m.View().Content; !strings.Contains(text, "Opening week") || strings.Contains(text, "\x1b") {
		t.Errorf("late: %q", text)
	}
	close(gate)
	m, _ = m.Update(o.opened())
	a, ok := m.(*app)
	if !ok || a.term != (size{80, 24}) || len(a.overlays) != 1 || a.home.at != 2 {
		t.Fatalf("%T, %v", m, m)
	}
	if text := ansi.Strip(a.View().Content); strings.Contains(text, "Opening") {
		t.Error(text)
	}
	if err := o.end(); err != nil {
		t.Error(err)
	}
}

// A database that cannot be opened is the program's error, and who does not want to
// wait leaves: then the opening is stopped, and has ended when Run does.
func TestOpeningEnds(t *testing.T) {
	wrong := errors.New("it is damaged")
	quiet := []tea.ProgramOption{tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithoutSignals()}
	if err := Run(t.Context(), Deps{Opens: func(context.Context) (Deps, error) { return Deps{}, wrong }}, quiet...); err != wrong {
		t.Error(err)
	}
	stopped := false
	slow := func(ctx context.Context) (Deps, error) {
		<-ctx.Done()
		stopped = true
		return Deps{}, ctx.Err()
	}
	if err := Run(t.Context(), Deps{Opens: slow}, append(quiet, tea.WithInput(strings.NewReader("q")))...); err != nil || !stopped {
		t.Error(err, stopped)
	}
	var fault *Fault
	odd := func(context.Context) (Deps, error) { panic("4915112345678") }
	if err := Run(t.Context(), Deps{Opens: odd}, quiet...); !errors.As(err, &fault) || !strings.Contains(fault.Stack, "TestOpeningEnds") || strings.Contains(fault.Stack, "49151") {
		t.Error(err, fault)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stopped = false
	if err := Run(ctx, Deps{Opens: slow}, quiet...); !errors.Is(err, context.Canceled) || !stopped {
		t.Error(err, stopped)
	}
}
