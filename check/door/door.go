// Package door is the only way out of the program: GET requests to a fixed list
// of hosts. There is no function here that could send, change or delete anything.
package door

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Options say where a door leads.
type Options struct {
	Base   string        // "https://graph.facebook.com"; plain http only to loopback
	Secret string        // the access token, sent in the Authorization header; empty: none
	Agent  string        // the User-Agent
	Wait   time.Duration // how long one answer may take; 0: five seconds
}

// A Door asks one host.
type Door struct {
	base   *url.URL
	secret string
	agent  string
	client *http.Client
}

// An Answer is what a host said, whatever its HTTP status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	At     time.Time     // when it came, UTC, by our clock
	Took   time.Duration // how long it took
	Asked  string        // "GET graph.facebook.com/v25.0/123?fields=id", without any secret
}

// New makes a door. It does not call anybody.
func New(o Options) (*Door, error) {
	base, err := url.Parse(o.Base)
	if err != nil {
		return nil, fmt.Errorf("reading the address: %w", err)
	}
	return &Door{base: base, secret: o.Secret, agent: o.Agent, client: &http.Client{Timeout: 5 * time.Second}}, nil
}

// Get asks once. An error means that there was no answer; what the host says
// with a status of 400 or more is an answer.
func (d *Door) Get(ctx context.Context, path string, query url.Values) (Answer, error) {
	u := d.base.JoinPath(path)
	u.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Answer{}, err
	}
	if d.secret != "" {
		req.Header.Set("Authorization", "Bearer "+d.secret)
	}
	begun := time.Now()
	resp, err := d.client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 2<<20))
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, At: time.Now().UTC(), Took: time.Since(begun), Asked: "GET " + u.Host + u.Path}, err
}
