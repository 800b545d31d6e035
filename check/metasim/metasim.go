// Package metasim pretends to be Meta: an HTTP server on this machine that
// answers what the Graph API and the status page would answer. The demo and the
// tests ask it in place of Meta.
//
// What it pretends is in scenario files, one per cause and per trap. To add one,
// add a file to scenarios; a test says what an incomplete file lacks. Times in
// the files are told from now ("-1h"), so that a scenario does not grow old.
//
// The package shares no code with the client that asks it, so that a mistake in
// reading Meta's answers is not made twice. A test holds what it serves to the
// OpenAPI file that Meta publishes.
package metasim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options say what is pretended.
type Options struct {
	Scenarios []string      // names, as Names gives them; each is served under the ids of its file
	Accounts  []Account     // scenarios that are served under other ids than their file's
	Delay     time.Duration // how long each answer takes
	Now       time.Time     // the moment that the scenarios' times count from; zero: this one
}

// An Account is a business account that the server knows: a scenario under ids.
// In Options an empty field stands for the value of the scenario's file.
type Account struct {
	Scenario string
	WABA     string
	Name     string   // as Meta knows the account
	Phones   []string // phone number IDs, in the order of the file
	Numbers  []string // the phones' numbers as people write them; invented where there are fewer
	App      string   // the app that sends
	Token    string   // the access token; invented, no other server takes it
}

// A Server answers on loopback until it is closed.
type Server struct {
	URL      string    // "http://127.0.0.1:40123", for the Graph API and the status page alike
	Accounts []Account // what it serves: those of Options.Scenarios, then those of Options.Accounts

	world *world
	delay time.Duration
	http  *http.Server
	done  chan struct{} // closed when the server stops
	once  sync.Once

	mu  sync.Mutex
	log []Request
}

// Start serves scenarios until ctx ends or Close is called. An error says which
// scenario does not exist, which two cannot be told apart, or that no port could
// be had.
func Start(ctx context.Context, o Options) (*Server, error) {
	if len(o.Scenarios)+len(o.Accounts) == 0 {
		return nil, errors.New("starting the pretend Meta: it was given no scenario")
	}
	now := o.Now
	if now.IsZero() {
		now = time.Now()
	}
	s := &Server{delay: o.Delay, done: make(chan struct{})}
	for _, name := range o.Scenarios {
		s.Accounts = append(s.Accounts, Account{Scenario: name})
	}
	s.Accounts = append(s.Accounts, o.Accounts...)
	s.world = newWorld(now.UTC())
	for i := range s.Accounts {
		if err := s.world.add(&s.Accounts[i]); err != nil {
			return nil, fmt.Errorf("starting the pretend Meta: %w", err)
		}
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("starting the pretend Meta: %w", err)
	}
	s.URL = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	go s.http.Serve(l) //nolint:errcheck // it ends with ErrServerClosed, when Close says so
	context.AfterFunc(ctx, s.Close)
	return s, nil
}

// Close stops the server at once; answers under way are cut off.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.done)
		s.http.Close()
	})
}

// wait pauses, unless the one who asked hangs up first or the server stops. It
// reports whether anybody still waits for the answer.
func (s *Server) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.done:
	}
	return false
}
