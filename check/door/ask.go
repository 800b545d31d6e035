package door

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// once sends the one kind of request that there is, and reads the whole answer.
// heard is true when a byte of an answer came before the error.
func (d *Door) once(ctx context.Context, u *url.URL) (a Answer, heard bool, err error) {
	var first atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotFirstResponseByte: func() { first.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Answer{}, false, err
	}
	if d.agent != "" {
		req.Header.Set("User-Agent", d.agent)
	}
	if d.secret != "" {
		req.Header.Set("Authorization", "Bearer "+d.secret)
	}
	begun := time.Now()
	resp, err := d.client.Do(req)
	if err != nil {
		return Answer{}, first.Load(), err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 {
		return Answer{}, true, errSwitched // such an answer has no end
	}
	body, err := readBody(resp)
	if err != nil {
		return Answer{}, true, err
	}
	return Answer{Status: resp.StatusCode, Header: resp.Header, Body: body, At: time.Now().UTC(), Took: time.Since(begun),
		Asked: "GET " + u.Host + u.EscapedPath()}, true, nil
}

// readBody reads what is allowed and not a byte more: the transport unpacks gzip
// as it is read, so a small body that unpacks to a huge one stops here too.
func readBody(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > MaxBody {
		return nil, errTooBig
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	switch {
	case len(body) > MaxBody:
		return nil, errTooBig
	case err != nil:
		return nil, err
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	return bytes.ToValidUTF8(body, []byte("\ufffd")), nil
}

// stayHere follows a redirect within the very same scheme, host and port, twice.
func (d *Door) stayHere(req *http.Request, via []*http.Request) error {
	// The library would tell the next page where it was sent from, query and all.
	req.Header.Del("Referer")
	if req.URL.Scheme != d.base.Scheme || address(req.URL) != address(d.base) || req.URL.User != nil {
		return &redirected{to: req.URL.Scheme + "://" + req.URL.Host}
	}
	if len(via) > maxHops {
		return &redirected{}
	}
	return nil
}
