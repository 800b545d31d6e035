package cli

import (
	"fmt"
	"time"

	"github.com/charmbracelet/x/ansi"

	"unsent/model"
	"unsent/safe"
)

// progress shows on standard error how far something is: one line that is drawn
// again, or, on a terminal that cannot do that, a line for every tenth.
type progress struct {
	a      *app
	on     bool
	dumb   bool
	begun  time.Time
	last   time.Time
	tenths int64
}

func (a *app) newProgress() *progress {
	return &progress{
		a: a, begun: a.Now(), last: a.Now(),
		on:   terminal(a.Stderr) && !a.json,
		dumb: a.Getenv("TERM") == "dumb",
	}
}

func (p *progress) show(i model.Import) {
	now := p.a.Now()
	if !p.on || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last = now
	took := now.Sub(p.begun)
	var percent int64
	line := fmt.Sprintf("%s: %s records, %s a second", safe.Line(i.File), model.Thousands(i.Read), model.Thousands(int(float64(i.Read)/took.Seconds())))
	if i.TotalBytes > 0 && i.Bytes > 0 {
		left := time.Duration(float64(took) * float64(i.TotalBytes-i.Bytes) / float64(i.Bytes))
		percent = 100 * i.Bytes / i.TotalBytes
		line = fmt.Sprintf("%3d %%  %s, %s left", percent, line, left.Round(time.Second))
	}
	p.draw(line, percent)
}

// looked shows how far a look through all texts is.
func (p *progress) looked(g model.Grep) {
	now := p.a.Now()
	if !p.on || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last = now
	percent := 100 * g.Done / g.All
	p.draw(fmt.Sprintf("%3d %%  looking through all texts", percent), percent)
}

func (p *progress) draw(line string, percent int64) {
	if !p.dumb {
		cols, _ := width(p.a.Stderr)
		fmt.Fprintf(p.a.Stderr, "\r\x1b[K%s", ansi.Truncate(line, cols-1, "…"))
	} else if percent/10 > p.tenths {
		p.tenths = percent / 10
		fmt.Fprintln(p.a.Stderr, line)
	}
}

func (p *progress) end() {
	if p.on && !p.dumb && p.last.After(p.begun) {
		fmt.Fprint(p.a.Stderr, "\r\x1b[K")
	}
}
