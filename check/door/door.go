// Package door is the only way out of the program: GET requests to a fixed list
// of hosts. There is no function here that could send, change or delete anything.
//
// What a door promises: it reaches graph.facebook.com and metastatus.com over
// https, or this machine itself, and nobody else, not by a redirect either; the
// secret goes into one header, to one host; an answer comes within five seconds
// or an *Error does, whatever the other side does; an answer is at most 2 MiB;
// an error never holds a URL, so it cannot hold what a URL may.
//
// # Asking the same thing twice
//
// Checks that run together often want the same answer: the health of a number
// and the number itself are one node. Under a context from Share, a question
// that was put through the same door before, or is just being put, is not put
// again: all who ask get that one answer, with the time at which it came. The
// next run has its own context and asks anew. Who asks need not know.
package door

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Limits of every door.
const (
	Wait    = 5 * time.Second       // for one answer, from the question to the last byte
	MaxBody = 2 << 20               // bytes of an answer, unpacked
	AtOnce  = 4                     // questions under way at one time
	maxHead = 64 << 10              // bytes of an answer's header
	maxHops = 2                     // redirects, all within one host
	moment  = 50 * time.Millisecond // before the one repetition, at least
)

// Options say where a door leads.
type Options struct {
	Base   string        // "https://graph.facebook.com"; plain http only to loopback
	Secret string        // the access token, sent in the Authorization header; empty: none
	Agent  string        // the User-Agent
	Wait   time.Duration // how long one answer may take; 0: five seconds
}

// A Door asks one host. It may be used by several goroutines at once.
type Door struct {
	base   *url.URL
	secret string
	agent  string
	wait   time.Duration
	client *http.Client
	turns  chan struct{} // one for each question under way
	reach  []string      // the addresses that may be dialled
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	proxy  string // the proxy's host, empty when there is none
}

// An Answer is what a host said, whatever its HTTP status. Answers are shared
// between those who asked the same thing: nobody may change Header or Body.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte        // valid UTF-8: bytes that were not are U+FFFD
	At     time.Time     // when it came, UTC, by our clock
	Took   time.Duration // how long it took, without the wait for a turn
	Asked  string        // "GET graph.facebook.com/v25.0/123", without the query and any secret
}

// Ahead is how far this machine's clock is ahead of the clock of the host that
// answered (negative: behind); ok is false when the answer has no date. The
// date is in whole seconds, and an answer from a cache has an old one.
func (a Answer) Ahead() (d time.Duration, ok bool) {
	date, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return a.At.Sub(date), true
}

// New makes a door. It does not call anybody. An error says what is wrong with
// the address or with the secret, never what the secret is, and has a hint.
func New(o Options) (*Door, error) {
	base, err := parseBase(o.Base)
	if err != nil {
		return nil, err
	}
	if o.Secret != "" {
		if base.Hostname() == statusHost {
			return nil, errors.New("the status page is asked without an access token")
		}
		clean, _, err := CleanSecret(o.Secret)
		if err != nil {
			return nil, err
		}
		o.Secret = clean
	}
	d := &Door{base: base, secret: o.Secret, agent: o.Agent, wait: o.Wait, turns: make(chan struct{}, AtOnce)}
	if d.wait <= 0 {
		d.wait = Wait
	}
	d.reach = []string{address(base)}
	dialer := &net.Dialer{Timeout: d.wait, Control: d.onlyLoopback}
	d.dial = dialer.DialContext
	proxy, err := proxyFor(base)
	if err != nil {
		return nil, err
	}
	// One connection for each question under way: over HTTP/2 one fault would be the
	// fault of all.
	tr := &http.Transport{
		DialContext:            d.connect,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    d.wait,
		MaxResponseHeaderBytes: maxHead,
		MaxIdleConnsPerHost:    AtOnce,
		IdleConnTimeout:        30 * time.Second,
	}
	if proxy != nil {
		d.proxy = proxy.Host
		d.reach = append(d.reach, address(proxy))
		tr.Proxy = http.ProxyURL(proxy)
		tr.OnProxyConnectResponse = d.proxySaid
	}
	d.client = &http.Client{Transport: tr, CheckRedirect: d.stayHere}
	return d, nil
}

// Host is whom the door asks: "graph.facebook.com", "127.0.0.1:8080".
func (d *Door) Host() string { return d.base.Host }

// Get asks for a path below the door's address. A *Error means that there was no
// answer; what the host says with a status of 400 or more is an answer. The
// context's end ends it at once.
func (d *Door) Get(ctx context.Context, path string, query url.Values) (Answer, error) {
	u := d.base.JoinPath(path)
	u.RawQuery = query.Encode()
	if m := shared(ctx); m != nil {
		return m.get(ctx, d, u)
	}
	return d.ask(ctx, time.Now(), u)
}

// ask waits for a turn and puts the question, once more if the connection was
// cut before anything came back: a GET changes nothing and may be repeated.
// begun is when the wait for this answer began, which an error counts from.
func (d *Door) ask(ctx context.Context, begun time.Time, u *url.URL) (Answer, error) {
	if ctx.Err() != nil {
		return Answer{}, d.ended(ctx, begun, true)
	}
	ctx, cancel := context.WithTimeout(ctx, d.wait)
	defer cancel()
	select {
	case d.turns <- struct{}{}:
		defer func() { <-d.turns }()
	case <-ctx.Done():
		return Answer{}, d.ended(ctx, begun, true)
	}
	a, heard, err := d.once(ctx, u)
	if err != nil && !heard && wasCut(err) && pause(ctx) {
		a, _, err = d.once(ctx, u)
	}
	if err != nil {
		return Answer{}, d.explain(ctx, begun, err)
	}
	return a, nil
}

// pause waits a moment that differs from one question to the next, so that
// questions that were cut together do not come back together.
func pause(ctx context.Context) bool {
	t := time.NewTimer(moment + rand.N(2*moment))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
