package door

import (
	"context"
	"net/url"
	"sync"
	"time"
)

type shareKey struct{}

// A memo remembers the questions of one run, and its context.
type memo struct {
	ctx   context.Context
	begun time.Time
	mu    sync.Mutex
	got   map[question]*flight
}

// A question is the same when it goes through the same door for the same thing.
type question struct {
	door *Door
	url  string
}

// A flight is a question under way, or answered once done is closed.
type flight struct {
	done chan struct{}
	a    Answer
	err  error
}

// Share gives a context under which no question is put twice: see the package
// comment. Answers, and errors, are kept as long as the context lives on. What
// has no answer when the context ends says how long the run had lasted then.
func Share(ctx context.Context) context.Context {
	m := &memo{ctx: ctx, begun: time.Now(), got: map[question]*flight{}}
	return context.WithValue(ctx, shareKey{}, m)
}

func shared(ctx context.Context) *memo {
	m, _ := ctx.Value(shareKey{}).(*memo)
	return m
}

// get is the answer to a question that the first who asks puts. It is put in the
// run's name, not in the first one's, so that one who stops takes it from nobody.
func (m *memo) get(ctx context.Context, d *Door, u *url.URL) (Answer, error) {
	if ctx.Err() != nil {
		return Answer{}, d.ended(ctx, m.begun, true)
	}
	key := question{d, u.String()}
	m.mu.Lock()
	f, ok := m.got[key]
	if !ok {
		f = &flight{done: make(chan struct{})}
		m.got[key] = f
		go func() {
			defer close(f.done)
			f.a, f.err = d.ask(m.ctx, m.begun, u)
		}()
	}
	m.mu.Unlock()
	select {
	case <-f.done:
		return f.a, f.err
	case <-ctx.Done():
		return Answer{}, d.ended(ctx, m.begun, false)
	}
}
