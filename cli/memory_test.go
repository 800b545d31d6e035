package cli

import (
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"testing"

	"unsent/model"
)

// While something large is read there is one thread more, once, until the last has ended.
func TestShare(t *testing.T) {
	a := &app{Sys: Sys{Getenv: func(string) string { return "" }}}
	before := runtime.GOMAXPROCS(0)
	first := a.share()
	second := a.share()
	if n := runtime.GOMAXPROCS(0); n != before+1 {
		t.Errorf("%d threads, %d before", n, before)
	}
	first()
	if n := runtime.GOMAXPROCS(0); n != before+1 {
		t.Errorf("%d threads while one goes on, %d before", n, before)
	}
	second()
	if n := runtime.GOMAXPROCS(0); n != before {
		t.Errorf("%d threads afterwards, %d before", n, before)
	}
	a.Getenv = func(name string) string { return map[string]string{"GOMAXPROCS": "2"}[name] }
	defer a.share()()
	if n := runtime.GOMAXPROCS(0); n != before {
		t.Errorf("%d threads where somebody has set them", n)
	}
}

// ends is a stream that ends for a reason.
type ends struct {
	model.Stream
	err error
}

func (e ends) Next(*model.Record) error { return e.err }

// Garbage may grow less when all was read, and as before when all is done.
func TestSave(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	a := &app{Sys: Sys{Getenv: func(string) string { return "" }}}
	before := percent()
	for _, c := range []struct {
		err  error
		then int
	}{{errors.New("no such row"), importGrowth}, {io.EOF, endGrowth}} {
		from, end := a.save(ends{err: c.err})
		if err := from.Next(nil); err != c.err || percent() != c.then {
			t.Errorf("%v: %d percent, want %d", err, percent(), c.then)
		}
		end()
		if p := percent(); p != before {
			t.Errorf("%d percent afterwards, %d before", p, before)
		}
	}
}
