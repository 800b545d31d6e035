package ui

import (
	"context"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"unsent/kb"
	"unsent/safe"
)

// slowOpening is after how long it is said that the database is being opened.
const slowOpening = 300 * time.Millisecond

// An opening is the program until its database is open. The terminal is made ready
// meanwhile, which takes as long as opening a database that nothing is wrong with; one
// in which an import was cut off, or that another program writes to, takes seconds.
type opening struct {
	ctx    context.Context
	cancel context.CancelFunc
	deps   Deps
	opened tea.Cmd
	term   size
	late   bool
	kept   []tea.Msg // what came too early
	keys   []tea.Msg // and of that, what was typed: it waits for the first rows
	said   int       // answers of the terminal to what it was asked
	gone   bool
	done   chan struct{}
	err    error
}

// openedMsg is the console with what it has read first, or why there is none.
type openedMsg struct {
	app   *app
	first []tea.Msg
	err   error
}

type (
	openingLate struct{}
	openingOver struct{}
)

// The terminal is asked at the start what it can do. Who leaves before it has answered
// finds the answers in his shell.
const (
	queries    = 2
	answerTime = 150 * time.Millisecond
)

// newOpening begins to open the database.
func newOpening(ctx context.Context, d Deps) *opening {
	o := &opening{deps: d, done: make(chan struct{})}
	o.ctx, o.cancel = context.WithCancel(ctx)
	o.opened = ahead(func() tea.Msg {
		defer close(o.done)
		d, err := d.Opens(o.ctx)
		if err != nil {
			return openedMsg{err: err}
		}
		a := newApp(o.ctx, d).warmed()
		m := openedMsg{app: a, first: []tea.Msg{restore(o.ctx, a.Store)(), a.first()}}
		a.first = nil
		return m
	})
	return o
}

// Init waits for the database. The first screen needs the knowledge base too; it is read
// beside it, and not before the terminal was begun with, which it would hold up.
func (o *opening) Init() tea.Cmd {
	go kb.Version()
	return tea.Batch(o.opened, tea.Tick(slowOpening, func(time.Time) tea.Msg { return openingLate{} }))
}

// Update keeps what comes for the console, and hands over to it.
func (o *opening) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case openingLate:
		o.late = true
		return o, nil
	case openingOver:
		return o, tea.Quit
	case faultMsg:
		o.err = msg.fault
		return o, tea.Quit
	case openedMsg:
		if o.gone {
			return o, nil // nobody waits for it
		}
		if msg.err != nil {
			o.err = msg.err
			return o, o.leave()
		}
		cmds := []tea.Cmd{msg.app.Init()}
		var now tea.Model = msg.app
		for _, m := range slices.Concat(o.kept, msg.first, o.keys) {
			var cmd tea.Cmd
			now, cmd = now.Update(m)
			cmds = append(cmds, cmd)
		}
		return now, tea.Batch(cmds...)
	case tea.ModeReportMsg:
		if o.said++; o.gone && o.said >= queries {
			return o, tea.Quit
		}
	case tea.WindowSizeMsg:
		o.term = size{msg.Width, msg.Height}
	case tea.KeyPressMsg:
		if name := msg.String(); name == "ctrl+c" || name == "q" && len(o.keys) == 0 {
			return o, o.leave()
		}
		o.keys = append(o.keys, msg)
		return o, nil
	case tea.PasteMsg:
		o.keys = append(o.keys, msg)
		return o, nil
	}
	o.kept = append(o.kept, msg)
	return o, nil
}

// leave ends the program when the terminal has answered.
func (o *opening) leave() tea.Cmd {
	o.gone = true
	o.cancel()
	if o.said >= queries {
		return tea.Quit
	}
	return tea.Tick(answerTime, func(time.Time) tea.Msg { return openingOver{} })
}

// View is empty, until it has taken so long that somebody wonders.
func (o *opening) View() tea.View {
	text := ""
	if o.late && o.term.w > 0 {
		lines := []string{"Opening " + safe.Line(o.deps.DBName) + "; q leaves"}
		lines = append(lines, wrap("It takes a while after an import that was cut off, and while another program writes to it.", o.term.w-4)...)
		for i := range lines {
			lines[i] = fit("  "+lines[i], o.term.w)
		}
		text = strings.Repeat("\n", o.term.h/3) + strings.Join(lines, "\n")
	}
	v := tea.NewView(text)
	v.AltScreen = true
	return v
}

// end waits for the opening to end, whatever became of the program.
func (o *opening) end() error {
	o.cancel()
	<-o.done
	return o.err
}
