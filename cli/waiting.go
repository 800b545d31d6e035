package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// waiting says on standard error that checks are still out, once they take more
// than a second: one line that is drawn again, or, on a terminal that cannot do
// that, one line once. Findings are printed through it, so that the two do not
// meet in one row.
type waiting struct {
	a    *app
	all  int
	stop chan struct{}
	done sync.WaitGroup

	mu    sync.Mutex
	found int
	drawn bool
}

// waitForFindings begins to wait for so many findings. It does nothing where nobody
// looks at a terminal.
func (a *app) waitForFindings(all int) *waiting {
	w := &waiting{a: a, all: all, stop: make(chan struct{})}
	if !terminal(a.Stderr) || a.json {
		return w
	}
	w.done.Go(func() {
		begun := time.Now()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-w.stop:
				return
			case <-tick.C:
				w.draw(time.Since(begun))
			}
		}
	})
	return w
}

func (w *waiting) draw(took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := fmt.Sprintf("asking: %d of %d answered, %d s", w.found, w.all, int(took.Seconds()))
	if w.a.Getenv("TERM") != "dumb" {
		if cols, ok := width(w.a.Stderr); ok {
			line = ansi.Truncate(line, cols-1, "")
		}
		fmt.Fprintf(w.a.Stderr, "\r\x1b[K%s", line)
	} else if !w.drawn {
		fmt.Fprintln(w.a.Stderr, line)
	}
	w.drawn = true
}

// arrived prints a finding in place of the line.
func (w *waiting) arrived(print func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clear()
	w.found++
	print()
}

// clear takes the line away.
func (w *waiting) clear() {
	if w.drawn && w.a.Getenv("TERM") != "dumb" {
		fmt.Fprint(w.a.Stderr, "\r\x1b[K")
		w.drawn = false
	}
}

// end ends the waiting.
func (w *waiting) end() {
	close(w.stop)
	w.done.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clear()
}
