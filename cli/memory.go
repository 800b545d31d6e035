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
	importGrowth  = 25       // the same while the command line loads a log
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

// save keeps memory small, for which a load takes about a twentieth more time.
// The function it answers with ends that.
func (a *app) save() (end func()) {
	if a.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(importGrowth)
	return func() { debug.SetGCPercent(before) }
}

// share lets keys in while the console works: while a log is loaded, or a case of a
// million messages is read. Then Go has a key wait until the one processor has had its
// ten milliseconds, or the other one has looked up from waiting for the next key, which
// takes as long; with one thread more the system shares them out, and lets in at once who
// has slept. The function it answers with ends that. Somebody who sets
// GOMAXPROCS decides it, and nothing is done.
func (a *app) share() (end func()) {
	if a.Getenv("GOMAXPROCS") != "" {
		return func() {}
	}
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	return runtime.SetDefaultGOMAXPROCS
}
