package ui

import (
	"context"
	"testing"
	"time"
)

// The console rests once after each time that something was done, and not while
// something is.
func TestRest(t *testing.T) {
	rests := 0
	a, _ := newTest(t, size{80, 24}, many(), func(d *Deps) { d.Rest = func(context.Context) { rests++ } })
	if rests != 1 {
		t.Fatalf("after the start it rested %d times", rests)
	}
	a.pauses.atRest = 30 * time.Millisecond
	began := time.Now()
	press(t, a, "j")
	if rests != 2 || time.Since(began) < a.pauses.atRest {
		t.Errorf("it rested %d times, %s after the key", rests, time.Since(began))
	}
	first, second := a.update(keyOf("j")), a.update(keyOf("k"))
	settle(t, a, first)
	settle(t, a, second)
	if rests != 3 {
		t.Errorf("after two keys it rested %d times", rests-2)
	}

	a.importing.start(a.ctx)
	time.Sleep(2 * a.pauses.atRest) // no key for long enough
	a.resting = true
	wait := restWaited{}.arrive(a)
	if rests != 3 || !a.resting {
		t.Error("it rested while a log was loaded")
	}
	a.importing.done()
	press(t, a, "l")
	r := a.top().(*rows)
	for _, work := range []*task{&r.loading, &r.look.task} {
		work.start(a.ctx)
		a.resting, rests = true, 3
		a.home.likely.pressed = time.Time{}
		if wait = (restWaited{}).arrive(a); wait == nil || rests != 3 || !a.resting {
			t.Error("it rested while the list was read")
		}
		work.stop()
	}
	settle(t, a, wait)
	if rests != 4 || a.resting {
		t.Errorf("after the import it rested %d times", rests-3)
	}
}
