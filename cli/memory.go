package cli

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// Memory of the console. It is meant to stay open all day, on machines that many
// agents share, and holds little at a time: a collection takes 1 ms.
const (
	consoleGrowth = 50       // percent that the heap may grow by between two collections
	importGrowth  = 50       // the same while the command line loads a log
	sortGrowth    = 25       // the same while incidents are made, there and in the console
	hurriedHeap   = 64 << 20 // bytes, up to which nothing is collected before the first screen

	drawn = 100 * time.Millisecond // after which what is to be shown is on the terminal
)

// hurry puts garbage collection off until the first screen is there, which would
// otherwise wait for three of them. The function it answers with ends that, and
// gives back what the start has needed; it may be called more than once. Somebody
// who sets GOGC decides it, and nothing is done.
func (a *app) hurry() (settle func()) {
	if a.Getenv("GOGC") != "" {
		return func() {}
	}
	debug.SetGCPercent(-1)
	limit := debug.SetMemoryLimit(hurriedHeap)
	return sync.OnceFunc(func() {
		time.AfterFunc(drawn, func() {
			debug.SetMemoryLimit(limit)
			debug.SetGCPercent(consoleGrowth)
			debug.FreeOSMemory()
		})
	})
}

// save keeps memory small while the command line loads a log. What it answers with ends
// that.
func (a *app) save() (end func()) { return a.grow(importGrowth) }

// sorting keeps it smaller while incidents are made of a log, which takes the most.
func (a *app) sorting() (end func()) { return a.grow(sortGrowth) }

// grow sets how much the heap may grow by until end is called. Somebody who sets GOGC
// decides it, and nothing is done.
func (a *app) grow(percent int) (end func()) {
	if a.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}

// share lets keys in while the console works: while a log is loaded, or a case of a
// million messages is read. Then Go has a key wait until the one processor has had its
// ten milliseconds, or the other one has looked up from waiting for the next key, which
// takes as long; with one thread more the system shares them out, and lets in at once who
// has slept. Between short questions it would only cost. The function it answers with
// ends that. Somebody who sets GOMAXPROCS decides it, and nothing is done.
func (a *app) share() (end func()) {
	if a.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	count := func(by int) {
		a.sharing.Lock()
		defer a.sharing.Unlock()
		switch a.shares += by; {
		case a.shares == 1 && by > 0:
			runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
		case a.shares == 0:
			runtime.SetDefaultGOMAXPROCS()
		}
	}
	count(1)
	return func() { count(-1) }
}
