// Package graph asks Meta's Graph API, and can only ask: every method is one GET
// question with its answer decoded.
//
// A Client speaks in the name of one token and lives for one run of the checks:
// two questions that are the same are asked once and share the answer. Answers
// are decoded defensively, because what Meta documents and what Meta sends differ
// (numbers as strings, error_data as object or text, words that no page names):
// a field that cannot be read is absent, never a default.
//
// The token is sent in a header, and in the one query that debug_token needs. It
// is taken out of every body before the body is decoded, and no Answer, no error
// and no Raw text holds it.
//
// To add a question: a method that calls ask, a struct with the fields that its
// judge reads, and a case in shapes_test.go.
package graph

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"unsent/check/door"
	"unsent/model"
)

// DefaultVersion is the version that is asked when none is set: released
// 18 February 2026, served until 29 July 2028 (Graph API versions page, read
// 22 November 2026).
const DefaultVersion = "v25.0"

const metaHost = "graph.facebook.com"

// A Token is an access token. It prints as [token] under every verb, in a log
// and in JSON.
type Token string

const hidden = "[token]"

// String hides the token.
func (Token) String() string { return hidden }

// GoString hides the token from %#v.
func (Token) GoString() string { return hidden }

// Format hides the token from the verbs that String does not serve, %x and %q
// among them.
func (Token) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText hides the token from JSON and everything else that encodes.
func (Token) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// LogValue hides the token from slog.
func (Token) LogValue() slog.Value { return slog.StringValue(hidden) }

// Options say whom a client asks and as whom.
type Options struct {
	URL     string // "https://graph.facebook.com", the default; or http(s) to loopback
	Version string // "v25.0"; empty: DefaultVersion
	Token   Token
	Agent   string // the User-Agent
}

// A Client asks the Graph API in the name of one token. Its methods may be called
// at the same time.
type Client struct {
	door    *door.Door
	host    string
	version string
	token   string
	budget  *budget

	mu    sync.Mutex
	asked map[string]*flight
}

var versionForm = regexp.MustCompile(`^v[0-9]{1,3}\.[0-9]{1,2}$`)

// New makes a client. It does not call anybody. An error is about the address,
// the version or the text of the token, and has a hint; it never shows the token.
func New(o Options) (*Client, error) {
	base := o.URL
	if base == "" {
		base = "https://" + metaHost
	}
	u, err := url.Parse(base)
	if err != nil || !reachable(u) {
		return nil, model.WithHint(errors.New("the address for the Graph API leads elsewhere than to Meta"),
			"UNSENT_GRAPH_URL must be https://"+metaHost+", or an address of this computer for a try-out; leave it empty")
	}
	version := o.Version
	if version == "" {
		version = DefaultVersion
	}
	if !versionForm.MatchString(version) {
		return nil, model.WithHint(fmt.Errorf("%.20q is no version of the Graph API", version),
			"UNSENT_GRAPH_VERSION is written like "+DefaultVersion+"; leave it empty for that one")
	}
	token, err := tokenText(string(o.Token))
	if err != nil {
		return nil, err
	}
	d, err := door.New(door.Options{Base: base, Secret: token, Agent: o.Agent})
	if err != nil {
		return nil, err
	}
	return &Client{door: d, host: u.Hostname(), version: version, token: token,
		budget: budgetOf(u.Host, token), asked: map[string]*flight{}}, nil
}

// reachable allows Meta's host by https, and this computer.
func reachable(u *url.URL) bool {
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if ip, err := netip.ParseAddr(u.Hostname()); u.Hostname() == "localhost" || err == nil && ip.IsLoopback() {
		return u.Scheme == "http" || u.Scheme == "https"
	}
	return u.Scheme == "https" && u.Host == metaHost
}

// tokenText is the token without the blanks around it. What cannot be a token is
// an error that does not show it.
func tokenText(s string) (string, error) {
	s = strings.TrimSpace(s)
	const hint = "copy the token alone, in one piece, from Business settings, Users, System users"
	switch {
	case s == "":
		return "", model.WithHint(errors.New("the access token is empty"), hint)
	case len(s) > 4096:
		return "", model.WithHint(fmt.Errorf("the access token is %d characters long, which no token is", len(s)), hint)
	case len(s) > 7 && strings.EqualFold(s[:7], "bearer "):
		return "", model.WithHint(errors.New("the access token has the word Bearer in front"), "leave the word out: "+hint)
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			return "", model.WithHint(errors.New("the access token has a space or a line break inside"), hint)
		case r < 0x21 || r > 0x7e:
			return "", model.WithHint(fmt.Errorf("the access token has a character that no token has (U+%04X)", r), hint)
		case r == '"' || r == '\'' || r == '`':
			return "", model.WithHint(errors.New("the access token has quotation marks around it or inside"), "leave them out: "+hint)
		}
	}
	return s, nil
}

// Source is where the answers come from: "graph.facebook.com v25.0".
func (c *Client) Source() string { return c.host + " " + c.version }

// Host is the host that is asked.
func (c *Client) Host() string { return c.host }
