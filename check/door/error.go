package door

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"unsent/safe"
)

// A Kind is why there was no answer.
type Kind string

// The kinds.
const (
	Timeout  Kind = "timeout"  // nothing, or not all of it, came in time
	Canceled Kind = "canceled" // who asked stopped it
	Offline  Kind = "offline"  // no way there: no network, no such name
	Refused  Kind = "refused"  // nobody listens there
	TLS      Kind = "tls"      // the other side could not prove who it is, or speaks no TLS 1.2
	Proxy    Kind = "proxy"    // the proxy in between did not let it through
	Cut      Kind = "cut"      // the connection broke before the answer was whole
	TooBig   Kind = "too big"  // more than MaxBody, or a header without end
	Redirect Kind = "redirect" // sent to another host, or in circles
	Garbled  Kind = "garbled"  // what came is not HTTP
)

// An Error says that there was no answer, from whom, and why. It holds neither
// a URL nor anything of what was asked.
type Error struct {
	Host string // "graph.facebook.com"
	What string // in the gerund: "asking Meta"
	Kind Kind
	Why  string // names the host: "no answer from graph.facebook.com within 5 s"
	// Unasked tells that the question was never put: its time was over before.
	Unasked bool
	hint    string
}

func (e *Error) Error() string { return e.What + ": " + e.Why }

// Hint is what to do now.
func (e *Error) Hint() string { return e.hint }

// Unwrap lets errors.Is tell an end of the context from other errors. The
// library's own errors are not handed on: they repeat the whole URL.
func (e *Error) Unwrap() error {
	switch e.Kind {
	case Timeout:
		return context.DeadlineExceeded
	case Canceled:
		return context.Canceled
	}
	return nil
}

var (
	errTooBig    = errors.New("the answer is too big")
	errElsewhere = errors.New("that address is not on the list")
	errSwitched  = errors.New("the answer changes the protocol")
)

// redirected is what stayHere ends a request with; to is empty for too many.
type redirected struct{ to string }

func (r *redirected) Error() string { return "redirected" }

// refusedBy is a proxy's own no.
type refusedBy struct{ status int }

func (r *refusedBy) Error() string { return "refused by the proxy" }

func (d *Door) proxySaid(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode != http.StatusOK {
		return &refusedBy{resp.StatusCode}
	}
	return nil
}

// wasCut reports whether the other side closed the connection.
func wasCut(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// ended is the error for a context that is over. queued: the question was never put.
func (d *Door) ended(ctx context.Context, begun time.Time, queued bool) *Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		e := d.fail(Canceled, "stopped before "+d.Host()+" had answered", "")
		e.Unasked = queued
		return e
	}
	s := max(1, int(time.Since(begun).Round(time.Second)/time.Second))
	why := fmt.Sprintf("no answer from %s within %d s", d.Host(), s)
	if queued {
		why = fmt.Sprintf("no answer from %s within %d s to the questions before this one", d.Host(), s)
	}
	hint := "try again; if it stays so, look whether this machine can reach " + d.Host()
	if d.proxy != "" {
		hint += " through the proxy " + safe.Line(d.proxy)
	}
	e := d.fail(Timeout, why, hint)
	e.Unasked = queued
	return e
}

func (d *Door) fail(k Kind, why, hint string) *Error {
	return &Error{Host: d.Host(), What: "asking Meta", Kind: k, Why: why, hint: hint}
}

// explain turns what the library says into an *Error. Its texts are not passed
// on: they hold URLs, addresses of proxies and what the other side sent.
func (d *Door) explain(ctx context.Context, begun time.Time, err error) *Error {
	host := d.Host()
	var (
		moved *redirected
		no    *refusedBy
		op    *net.OpError
		dns   *net.DNSError
		slow  net.Error
	)
	isOp := errors.As(err, &op)
	switch {
	case errors.As(err, &moved) && moved.to != "":
		return d.fail(Redirect, fmt.Sprintf("%s sends elsewhere, to %s, and this program does not follow", host, safe.Line(clip(moved.to))),
			"a network that asks for a login does this; open a page in the browser of this machine, log in, and try again")
	case errors.As(err, &moved):
		return d.fail(Redirect, host+" sends in circles", "try again later")
	case errors.Is(err, errTooBig), strings.Contains(err.Error(), "response headers exceeded"):
		return d.fail(TooBig, fmt.Sprintf("the answer of %s is too big: more than %d MB are not read", host, MaxBody>>20),
			"this is no answer that Meta gives; look whether something else answers in its place")
	case ctx.Err() != nil, errors.As(err, &slow) && slow.Timeout():
		return d.ended(ctx, begun, false)
	case errors.As(err, &no):
		return d.fail(Proxy, fmt.Sprintf("the proxy %s does not let it through to %s (HTTP %d)", safe.Line(d.proxy), host, no.status),
			"ask who runs the network to allow "+host+", or work offline (UNSENT_OFFLINE=1)")
	case d.proxy != "" && isOp && op.Op == "proxyconnect":
		return d.fail(Proxy, fmt.Sprintf("the proxy %s, on the way to %s, cannot be reached", safe.Line(d.proxy), host),
			"look at HTTPS_PROXY in the environment")
	case errors.Is(err, errElsewhere):
		return d.fail(Offline, host+" does not lead to this machine", "write 127.0.0.1 instead of the name")
	case isCertificate(err):
		return d.fail(TLS, host+" could not prove that it is "+host+": "+certificate(err),
			"look at this machine's clock, and ask who runs the network whether something reads along")
	case isTLS(err):
		return d.fail(TLS, host+" does not speak TLS 1.2 or newer", "look whether something else answers in its place")
	case errors.As(err, &dns):
		return d.fail(Offline, "the name "+host+" could not be looked up", "look whether this machine is online, or work offline (UNSENT_OFFLINE=1)")
	case errors.Is(err, syscall.ECONNREFUSED):
		return d.fail(Refused, host+" refused the connection", "look whether a firewall is in between, or work offline (UNSENT_OFFLINE=1)")
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.EADDRNOTAVAIL):
		return d.fail(Offline, "there is no way to "+host+" from this machine", "look whether this machine is online, or work offline (UNSENT_OFFLINE=1)")
	case wasCut(err):
		return d.fail(Cut, "the connection to "+host+" was cut before the answer was whole", "try again")
	case isOp && op.Op == "dial":
		return d.fail(Offline, host+" could not be reached", "look whether this machine is online, or work offline (UNSENT_OFFLINE=1)")
	}
	return d.fail(Garbled, "what came from "+host+" is not an answer over HTTP", "look whether something else answers in its place")
}

func isTLS(err error) bool {
	var header tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &header) || errors.As(err, &alert) || strings.Contains(err.Error(), "tls: ") ||
		strings.Contains(err.Error(), "HTTP response to HTTPS client")
}

func isCertificate(err error) bool {
	var v *tls.CertificateVerificationError
	return errors.As(err, &v)
}

// certificate says what is wrong with a certificate, in our words.
func certificate(err error) string {
	var (
		invalid x509.CertificateInvalidError
		name    x509.HostnameError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate is not valid today (or the clock is wrong)"
	case errors.As(err, &name):
		return "its certificate is for another name"
	}
	return "this machine does not know who signed its certificate"
}
