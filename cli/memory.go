package cli

import (
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"unsent/model"
)

// Memory of the console. It is meant to stay open all day, on machines that many
// agents share, and holds little at a time: a collection takes 1 ms.
const (
	consoleGrowth = 50       // percent that the heap may grow by between two collections
	importGrowth  = 50       // the same while the command line loads a log
	endGrowth     = 25       // the same while incidents are made of it
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

// save keeps memory small while the command line loads a log, and smaller when all of it
// was read: incidents are made then, which takes the most. It answers with the stream
// that is to be loaded, and with what ends that.
func (a *app) save(from model.Stream) (_ model.Stream, end func()) {
	if a.Getenv("GOGC") != "" {
		return from, func() {}
	}
	before := debug.SetGCPercent(importGrowth)
	return &saving{from}, func() { debug.SetGCPercent(before) }
}

type saving struct{ model.Stream }

func (s *saving) Next(r *model.Record) error {
	err := s.Stream.Next(r)
	if errors.Is(err, io.EOF) {
		debug.SetGCPercent(endGrowth)
	}
	return err
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
