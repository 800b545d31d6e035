package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

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
	done   chan struct{}
	err    error
}

// openedMsg is the console, or why there is none.
type openedMsg struct {
	app *app
	err error
}

type openingLate struct{}

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
		return openedMsg{app: newApp(o.ctx, d).warmed()}
	})
	return o
}

// Init waits for the database.
func (o *opening) Init() tea.Cmd {
	return tea.Batch(o.opened, tea.Tick(slowOpening, func(time.Time) tea.Msg { return openingLate{} }))
}

// Update keeps what comes for the console, and hands over to it.
func (o *opening) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case openingLate:
		o.late = true
		return o, nil
	case openedMsg:
		if msg.err != nil {
			o.err = msg.err
			return o, tea.Quit
		}
		cmds := []tea.Cmd{msg.app.Init()}
		var now tea.Model = msg.app
		for _, m := range o.kept {
			var cmd tea.Cmd
			now, cmd = now.Update(m)
			cmds = append(cmds, cmd)
		}
		return now, tea.Batch(cmds...)
	case tea.WindowSizeMsg:
		o.term = size{msg.Width, msg.Height}
	case tea.KeyPressMsg:
		if name := msg.String(); name == "ctrl+c" || name == "q" {
			return o, tea.Quit
		}
	}
	o.kept = append(o.kept, msg)
	return o, nil
}

// View is empty, until it has taken so long that somebody wonders.
func (o *opening) View() tea.View {
	text := ""
	if o.late && o.term.w > 0 {
		text = strings.Repeat("\n", o.term.h/2-o.term.h/8) + fit("  Opening "+safe.Line(o.deps.DBName)+". After an import that was cut off this takes a while. q leaves.", o.term.w)
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
