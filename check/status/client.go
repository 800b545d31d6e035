// Package status reads Meta's status page, and can only read.
package status

import "unsent/check/door"

// Options say where the page is.
type Options struct {
	URL   string // "https://metastatus.com"
	Agent string // the User-Agent
}

// A Client reads the status page.
type Client struct{ door *door.Door }

// New makes a client. It does not call anybody.
func New(o Options) (*Client, error) {
	d, err := door.New(door.Options{Base: o.URL, Agent: o.Agent})
	if err != nil {
		return nil, err
	}
	return &Client{door: d}, nil
}
