// Package graph asks Meta's Graph API, and can only ask.
package graph

import "unsent/check/door"

// A Token is an access token. It prints as [token] wherever it is printed.
type Token string

// String hides the token.
func (Token) String() string { return "[token]" }

// Options say whom a client asks and as whom.
type Options struct {
	URL     string // "https://graph.facebook.com"
	Version string // "v25.0"
	Token   Token
	Agent   string // the User-Agent
}

// A Client asks the Graph API in the name of one token.
type Client struct {
	door    *door.Door
	version string
}

// New makes a client. It does not call anybody.
func New(o Options) (*Client, error) {
	d, err := door.New(door.Options{Base: o.URL, Secret: string(o.Token), Agent: o.Agent})
	if err != nil {
		return nil, err
	}
	return &Client{door: d, version: o.Version}, nil
}
