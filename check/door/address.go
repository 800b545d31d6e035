package door

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"unsent/model"
	"unsent/safe"
)

// The two hosts of Meta's that may be asked, over https on its usual port.
const (
	graphHost  = "graph.facebook.com"
	statusHost = "metastatus.com"
)

const addressHint = "use https://" + graphHost + " or https://" + statusHost + ", or an address of this machine such as http://127.0.0.1:8080"

// parseBase reads an address and holds it to the list. The error never repeats
// what stands before an @ or behind a question mark.
func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		// The library's error repeats the address, which may hold a password.
		return nil, model.WithHint(errors.New("the address may not be used: it is not an address"), addressHint)
	}
	bad := func(format string, args ...any) (*url.URL, error) {
		return nil, model.WithHint(fmt.Errorf("the address may not be used: "+format, args...), addressHint)
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return bad("it does not begin with https://")
	case host == "":
		return bad("it names no host")
	case u.User != nil:
		return bad("it has a name or password in it")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "":
		return bad("it has more than a host in it")
	}
	switch {
	case loopback(host):
		// The pretend Meta, wherever it is put.
	case host != graphHost && host != statusHost:
		return bad("%s is not asked by this program", safe.Line(clip(u.Host)))
	case u.Scheme != "https":
		return bad("%s is asked over https only", host)
	case u.Port() != "" && u.Port() != "443":
		return bad("%s is asked on its usual port only", host)
	case u.Path != "" && u.Path != "/":
		return bad("it has a path; the version of the Graph API is set by UNSENT_GRAPH_VERSION")
	default:
		u.Host = host
	}
	u.Path = strings.TrimSuffix(u.Path, "/") + "/"
	return u, nil
}

// loopback reports whether a host is this machine: 127.0.0.0/8, ::1, localhost.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" && !ip.Is4In6() && ip.IsLoopback()
}

// address is what is dialled for a URL: "graph.facebook.com:443".
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// proxyFor is the proxy that the environment names for an address (HTTPS_PROXY,
// NO_PROXY), nil for none. What goes to this machine never takes one, and plain
// http goes nowhere else.
func proxyFor(base *url.URL) (*url.URL, error) {
	if base.Scheme != "https" || loopback(base.Hostname()) {
		return nil, nil
	}
	p, err := http.ProxyFromEnvironment(&http.Request{URL: base})
	if err != nil || p != nil && (p.Hostname() == "" || strings.HasSuffix(p.Host, ":")) {
		// The library's error repeats the address, which may hold a password.
		return nil, model.WithHint(errors.New("reading the proxy's address from the environment: it is not an address"),
			"put an address such as http://proxy.example.com:3128 into HTTPS_PROXY, or take the variable away")
	}
	return p, nil
}

// connect dials one of the door's own addresses. Nothing in this program asks it
// for another; if something ever does, it ends here.
func (d *Door) connect(ctx context.Context, network, addr string) (net.Conn, error) {
	for _, a := range d.reach {
		if strings.EqualFold(a, addr) {
			return d.dial(ctx, network, addr)
		}
	}
	return nil, errElsewhere
}

// onlyLoopback makes sure, when the door leads to this machine, that the name it
// has (localhost) really means this machine.
func (d *Door) onlyLoopback(_, addr string, _ syscall.RawConn) error {
	if !loopback(d.base.Hostname()) {
		return nil
	}
	if ap, err := netip.ParseAddrPort(addr); err != nil || !ap.Addr().Unmap().IsLoopback() {
		return errElsewhere
	}
	return nil
}

// clip keeps untrusted text short enough for a sentence.
func clip(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
