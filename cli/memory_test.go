package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
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

// Garbage may grow less while incidents are made, and as before when all is done.
func TestSave(t *testing.T) {
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	before := percent()
	a := &app{Sys: Sys{Getenv: func(string) string { return "" }}}
	end := a.save()
	if p := percent(); p != importGrowth {
		t.Errorf("%d percent while a log is loaded, want %d", p, importGrowth)
	}
	done := a.importOptions(nil, false).Sorting()
	if p := percent(); p != sortGrowth {
		t.Errorf("%d percent while incidents are made, want %d", p, sortGrowth)
	}
	done()
	if p := percent(); p != importGrowth {
		t.Errorf("%d percent behind it, want %d", p, importGrowth)
	}
	end()
	if p := percent(); p != before {
		t.Errorf("%d percent afterwards, %d before", p, before)
	}
	a.Getenv = func(name string) string { return map[string]string{"GOGC": "100"}[name] }
	defer a.save()()
	if p := percent(); p != before {
		t.Errorf("%d percent where somebody has set it", p)
	}
}
