// Package status reads Meta's status page, and can only read.
//
// The page is a program that runs in a browser; what it shows comes from four
// files. The feed (RSS) is the one that Meta's documentation names (page about
// the status page, 17 Jun 2026). The three JSON files are undocumented: their
// shapes here are those that public readers of them agree on, and whatever does
// not fit is "could not be read", never "nothing is reported".
//
// The package says what the page says. What that means for a failed message is
// judged by the check.
package status

import (
	"context"
	"strings"
	"sync"

	"unsent/check/door"
)

// The files behind the page of the product whatsapp-business-api.
const (
	Product     = "whatsapp-business-api"
	Page        = "https://metastatus.com/whatsapp-business-api" // for people
	orgsPath    = "data/orgs.json"
	activePath  = "data/outages/" + Product + ".json"
	historyPath = "data/outages/" + Product + ".history.json"
	feedPath    = "outage-events-feed-" + Product + ".rss"
)

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

// Host is whom the client asks: "metastatus.com".
func (c *Client) Host() string { return c.door.Host() }

// Read asks for the four files at the same time. There is always a report: a
// file that could not be had or read says so in its Part.
func (c *Client) Read(ctx context.Context) Report {
	r := Report{Host: c.Host()}
	parts := []struct {
		part *Part
		name string
		path string
		read func(*Report, *Part, []byte)
	}{
		{&r.Orgs, "list of services", orgsPath, (*Report).readOrgs},
		{&r.Active, FromActive, activePath, (*Report).readActive},
		{&r.History, FromHistory, historyPath, (*Report).readHistory},
		{&r.Feed, FromFeed, feedPath, (*Report).readFeed},
	}
	bodies := make([][]byte, len(parts))
	var wg sync.WaitGroup
	for i, p := range parts {
		wg.Go(func() { bodies[i] = c.fetch(ctx, p.part, p.name, p.path) })
	}
	wg.Wait()
	for i, p := range parts {
		if p.part.Why == "" {
			p.read(&r, p.part, bodies[i])
		}
	}
	// The feed's name has changed before; the list of products tells the new one.
	if r.Feed.Why != "" && r.feedName != "" && r.feedName != feedPath {
		moved := Part{}
		if body := c.fetch(ctx, &moved, FromFeed, r.feedName); moved.Why == "" {
			r.readFeed(&moved, body)
		}
		if moved.Why == "" {
			r.Feed = moved
		}
	}
	r.settle()
	return r
}

// fetch asks for one file and says in its part how that went.
func (c *Client) fetch(ctx context.Context, p *Part, name, path string) []byte {
	p.Name, p.File = name, path[strings.LastIndex(path, "/")+1:]
	a, err := c.door.Get(ctx, path, nil)
	if err != nil {
		p.err = err
		p.Why = "no answer"
		return nil
	}
	p.At, p.Took, p.Status, p.Raw = a.At, a.Took, a.Status, a.Body
	p.Ahead, p.Dated = a.Ahead()
	p.Why = unreadable(a.Status, a.Body)
	return a.Body
}
