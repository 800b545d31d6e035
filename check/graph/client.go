// Package graph asks Meta's Graph API, and can only ask: every method is one GET
// question with its answer decoded.
//
// A Client speaks in the name of one token and lives for one run of the checks.
// Under a context from door.Share two questions that are the same are put once.
// Answers are decoded defensively, because what Meta documents and what Meta sends
// differ (numbers as strings, error_data as object or text, words that no page
// names): a field that cannot be read is absent, never a default.
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
	"strings"
	"time"

	"unsent/check/door"
	"unsent/model"
)

// DefaultVersion is the version that is asked when none is set: released
// 18 February 2026, served until 29 July 2028 (Graph API versions page, read
// 22 November 2026).
const DefaultVersion = "v25.0"

const (
	metaHost    = "graph.facebook.com"
	addressHint = "UNSENT_GRAPH_URL must be https://" + metaHost + ", or an address of this computer for a try-out; leave it empty"
)

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

// CleanToken reads an access token as somebody pasted it, by the door's rules for
// secrets: repaired says in a sentence what was taken off around it. The error has
// a hint and never shows the text.
func CleanToken(text string) (token Token, repaired string, err error) {
	secret, repaired, err := door.CleanSecret(text)
	return Token(secret), repaired, err
}

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
	made    time.Time
}

var versionForm = model.Pattern(`^v[0-9]{1,3}\.[0-9]{1,2}$`)

// New makes a client. It does not call anybody. An error is about the address,
// the version or the text of the token, and has a hint; it never shows the token.
func New(o Options) (*Client, error) {
	base := o.URL
	if base == "" {
		base = "https://" + metaHost
	}
	u, err := url.Parse(base)
	if err != nil || !ofGraph(u.Hostname()) {
		return nil, model.WithHint(errors.New("the address for the Graph API leads elsewhere than to Meta"), addressHint)
	}
	version := o.Version
	if version == "" {
		version = DefaultVersion
	}
	if !versionForm().MatchString(version) {
		return nil, model.WithHint(fmt.Errorf("%.20q is no version of the Graph API", version),
			"UNSENT_GRAPH_VERSION is written like "+DefaultVersion+"; leave it empty for that one")
	}
	clean, _, err := CleanToken(string(o.Token))
	if err != nil {
		return nil, err
	}
	token := string(clean)
	d, err := door.New(door.Options{Base: base, Secret: token, Agent: o.Agent})
	if err != nil {
		return nil, err
	}
	return &Client{door: d, host: strings.ToLower(u.Hostname()), version: version, token: token, budget: budgetOf(d.Host(), token), made: time.Now()}, nil
}

// ofGraph reports whether a host is the Graph API's or this computer. The door
// lets the status page through as well, which must get no token.
func ofGraph(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, metaHost) || strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// Source is where the answers come from: "graph.facebook.com v25.0".
func (c *Client) Source() string { return c.host + " " + c.version }

// Host is the host that is asked.
func (c *Client) Host() string { return c.host }
