package ui

import "context"

// A task is work of which only the newest run counts: loading a case, say.
// Starting it again stops the run before it, and marks what that one may still
// deliver as late.
type task struct {
	id     int
	cancel context.CancelFunc
	active bool
}

// start ends the run before and returns the new run's context and number.
func (t *task) start(parent context.Context) (context.Context, int) {
	t.stop()
	ctx, cancel := context.WithCancel(parent)
	t.id++
	t.cancel, t.active = cancel, true
	return ctx, t.id
}

// stop ends the run, and whatever it still delivers is late.
func (t *task) stop() {
	if t.cancel != nil {
		t.cancel()
	}
	t.id++
	t.cancel, t.active = nil, false
}

// done marks the run as over. Its number stays current.
func (t *task) done() { t.active = false }

// current reports whether id is the newest run.
func (t *task) current(id int) bool { return t.id == id }
