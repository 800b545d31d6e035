package door

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"unsent/model"
)

// canary is a secret that nothing but the Authorization header may hold.
const canary = "EAAinventedCanary0123456789abcdefghijklmnopqrstuvwxyz"

// hostile listens on loopback and does with each connection what it is told,
// once the head of a request has been read.
func hostile(t *testing.T, serve func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var open sync.Map
	t.Cleanup(func() {
		l.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
		wg.Wait()
	})
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Store(c, true)
			wg.Go(func() {
				defer c.Close()
				if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil && r.Method == http.MethodGet {
					serve(c)
				}
			})
		}
	})
	return "http://" + l.Addr().String()
}

func open(t *testing.T, o Options) *Door {
	t.Helper()
	if o.Secret == "" {
		o.Secret = canary
	}
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.client.CloseIdleConnections)
	return d
}

// wantError asks with a secret in the query and wants an error of that kind, in
// which no secret and no query is.
func wantError(t *testing.T, d *Door, kind Kind) *Error {
	t.Helper()
	begun := time.Now()
	a, err := d.Get(t.Context(), "/v25.0/debug_token", url.Values{"input_token": {canary}})
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("no *Error but %v and %d bytes with HTTP %d", err, len(a.Body), a.Status)
	}
	if e.Kind != kind {
		t.Errorf("kind %q (%v), want %q", e.Kind, err, kind)
	}
	if a.Body != nil || a.Status != 0 {
		t.Errorf("half an answer beside the error: %d bytes, HTTP %d", len(a.Body), a.Status)
	}
	if took := time.Since(begun); took > d.wait+20*time.Second {
		t.Errorf("took %s with a limit of %s", took, d.wait)
	}
	for _, s := range []string{err.Error(), fmt.Sprintf("%+v %#v %q", e, *e, err), fmt.Sprint(errors.Unwrap(err)), model.Hint(err)} {
		if strings.Contains(s, canary) || strings.Contains(s, "input_token") || strings.Contains(s, "debug_token") {
			t.Errorf("the error tells what was asked: %s", s)
		}
	}
	if !strings.Contains(err.Error(), d.Host()) || e.Host != d.Host() {
		t.Errorf("the error does not name the host: %v", err)
	}
	return e
}

func write(c net.Conn, parts ...string) {
	for _, s := range parts {
		if _, err := io.WriteString(c, s); err != nil {
			return
		}
	}
}

// for ever, in small pieces, until the other side has had enough.
func drip(c net.Conn, piece string, every time.Duration) {
	for {
		if _, err := io.WriteString(c, piece); err != nil {
			return
		}
		time.Sleep(every)
	}
}

// bomb unpacks to n MB. Packed files in a row are one packed file.
func bomb(n int) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(make([]byte, 1<<20))
	z.Close()
	return strings.Repeat(b.String(), n)
}

func TestHostileAnswers(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	packed := bomb(200)
	tests := []struct {
		name  string
		kind  Kind
		say   string
		serve func(c net.Conn)
	}{
		{"silence", Timeout, "no answer from", func(c net.Conn) { io.Copy(io.Discard, c) }},
		{"a header that drips", Timeout, "no answer from", func(c net.Conn) { write(c, ok); drip(c, "X: y\r\n", time.Millisecond) }},
		{"a header without end", TooBig, "more than 2 MB", func(c net.Conn) { write(c, ok); drip(c, "X-Y: "+strings.Repeat("z", 9000)+"\r\n", 0) }},
		{"a header of 128 KB", TooBig, "too big", func(c net.Conn) {
			write(c, ok, strings.Repeat("X: "+strings.Repeat("y", 1020)+"\r\n", 128), "Content-Length: 0\r\n\r\n")
		}},
		{"a body that drips", Timeout, "no answer from", func(c net.Conn) { write(c, ok+"\r\n"); drip(c, " ", time.Millisecond) }},
		{"a body without end", TooBig, "too big", func(c net.Conn) { write(c, ok+"\r\n"); drip(c, strings.Repeat("x", 1<<16), 0) }},
		{"a body of 50 MB, announced", TooBig, "too big", func(c net.Conn) { write(c, ok+"Content-Length: 52428800\r\n\r\n"); drip(c, "x", time.Millisecond) }},
		{"a chunked body of 50 MB", TooBig, "too big", func(c net.Conn) {
			write(c, ok+"Transfer-Encoding: chunked\r\n\r\n")
			drip(c, "10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 0)
		}},
		{"a gzip bomb", TooBig, "too big", func(c net.Conn) {
			write(c, ok+"Content-Encoding: gzip\r\n", fmt.Sprintf("Content-Length: %d\r\n\r\n", len(packed)), packed)
		}},
		{"gzip that is none", Garbled, "not an answer", func(c net.Conn) {
			write(c, ok+"Content-Encoding: gzip\r\nContent-Length: 30\r\n\r\n", strings.Repeat("no", 15))
		}},
		{"cut inside the body", Cut, "was cut", func(c net.Conn) { write(c, ok+"Content-Length: 100\r\n\r\n{\"data\":") }},
		{"cut inside a chunk", Cut, "was cut", func(c net.Conn) { write(c, ok+"Transfer-Encoding: chunked\r\n\r\n20\r\n{\"da") }},
		{"cut inside the header", Cut, "was cut", func(c net.Conn) { write(c, ok+"Content-Length: 5\r\nX: y") }},
		{"cut before anything, twice", Cut, "was cut", func(net.Conn) {}},
		{"no HTTP", Garbled, "not an answer", func(c net.Conn) { write(c, "220 mail.example.com ESMTP\r\n") }},
		{"another protocol", Garbled, "not an answer", func(c net.Conn) {
			write(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n")
			drip(c, "x", time.Millisecond)
		}},
		{"early hints for ever", "", "", func(c net.Conn) { drip(c, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", time.Millisecond) }},
		{"to another host", Redirect, "sends elsewhere", func(c net.Conn) {
			write(c, "HTTP/1.1 302 Found\r\nLocation: https://www.example.com/login?next="+canary+"\r\nContent-Length: 0\r\n\r\n")
		}},
		{"a redirect to nowhere", "", "", func(c net.Conn) {
			write(c, "HTTP/1.1 302 Found\r\nLocation: http://[::bad/"+canary+"\r\nContent-Length: 0\r\n\r\n")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wait := 30 * time.Second // a slow machine is not what is tried
			if tt.kind == Timeout || tt.kind == "" {
				wait = time.Second
			}
			d := open(t, Options{Base: hostile(t, tt.serve), Wait: wait})
			if tt.kind == "" { // which kind is the library's business; that there is an error is ours
				_, err := d.Get(t.Context(), "/v25.0/1", url.Values{"input_token": {canary}})
				if err == nil || strings.Contains(err.Error(), canary) {
					t.Errorf("got %v", err)
				}
				return
			}
			if e := wantError(t, d, tt.kind); !strings.Contains(e.Why, tt.say) {
				t.Errorf("%q does not say %q", e.Why, tt.say)
			} else if e.Hint() == "" {
				t.Errorf("no hint with %q", e.Why)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	wantError(t, open(t, Options{Base: "http://" + l.Addr().String()}), Refused)
}

// A question that was cut before a byte came back is put once more, any other
// is not.
func TestOneRetry(t *testing.T) {
	for _, tt := range []struct {
		name  string
		calls int32
		serve func(n int32, c net.Conn)
		ok    bool
		wait  time.Duration
	}{
		{"cut once", 2, func(n int32, c net.Conn) {
			if n > 1 {
				write(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
			}
		}, true, time.Minute},
		{"cut always", 2, func(int32, net.Conn) {}, false, time.Minute},
		{"cut after a byte", 1, func(_ int32, c net.Conn) { write(c, "H") }, false, time.Minute},
		{"an error of the host's", 1, func(_ int32, c net.Conn) {
			write(c, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}")
		}, true, time.Minute},
		{"silence", 1, func(_ int32, c net.Conn) { io.Copy(io.Discard, c) }, false, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var n atomic.Int32
			d := open(t, Options{Base: hostile(t, func(c net.Conn) { tt.serve(n.Add(1), c) }), Wait: tt.wait})
			_, err := d.Get(t.Context(), "/x", nil)
			if (err == nil) != tt.ok {
				t.Errorf("error %v", err)
			}
			if n.Load() != tt.calls {
				t.Errorf("asked %d times, want %d", n.Load(), tt.calls)
			}
		})
	}
}

func TestCancel(t *testing.T) {
	d := open(t, Options{Base: hostile(t, func(c net.Conn) { io.Copy(io.Discard, c) })})
	for name, ctx := range map[string]context.Context{"alone": t.Context(), "shared": Share(t.Context())} {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(20*time.Millisecond, cancel)
		begun := time.Now()
		_, err := d.Get(ctx, "/x", nil)
		var e *Error
		if !errors.As(err, &e) || e.Kind != Canceled || !errors.Is(err, context.Canceled) || time.Since(begun) > d.wait {
			t.Errorf("%s: %v after %s", name, err, time.Since(begun))
		}
	}
}

// Bytes that are no UTF-8 come out as a visible sign, and a byte order mark goes.
func TestBrokenText(t *testing.T) {
	d := open(t, Options{Base: hostile(t, func(c net.Conn) {
		write(c, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n\xef\xbb\xbf{\"a\xff\xfe\":1")
	})})
	a, err := d.Get(t.Context(), "/x", nil)
	if err != nil || string(a.Body) != "{\"a\ufffd\":1" {
		t.Errorf("%q, %v", a.Body, err)
	}
}

func TestCertificates(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = quiet
	srv.StartTLS()
	t.Cleanup(srv.Close)
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.Config.ErrorLog = quiet
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	t.Cleanup(old.Close)

	if e := wantError(t, open(t, Options{Base: srv.URL}), TLS); !strings.Contains(e.Why, "who signed") {
		t.Errorf("%s", e.Why)
	}
	trusting := func(o Options) *Door {
		d := open(t, o)
		d.client.Transport.(*http.Transport).TLSClientConfig.RootCAs = srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
		return d
	}
	wantError(t, trusting(Options{Base: old.URL}), TLS)
	if e := wantError(t, trusting(Options{Base: strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)}), TLS); !strings.Contains(e.Why, "another name") {
		t.Errorf("%s", e.Why)
	}
	plain := httptest.NewServer(http.NotFoundHandler()) // answers 400 to what is no HTTP
	t.Cleanup(plain.Close)
	wantError(t, open(t, Options{Base: strings.Replace(plain.URL, "http:", "https:", 1)}), TLS)
	if a, err := trusting(Options{Base: srv.URL}).Get(t.Context(), "/x", nil); err != nil || a.Status != http.StatusNotFound {
		t.Errorf("a certificate that is right: HTTP %d, %v", a.Status, err)
	}
}
