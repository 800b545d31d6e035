package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"unsent/check/door"
	"unsent/model"
	"unsent/safe"
)

// An Answer is where and when something was answered, and the answer itself.
type Answer struct {
	Asked string        // "GET /v25.0/123?fields=status", without any secret; empty: it was never put
	At    time.Time     // when it came, or it was clear that none would, UTC, by our clock
	Took  time.Duration // how long it took
	Clock time.Time     // Meta's own clock at that moment, UTC; zero when it did not say
	Raw   string        // the body without secrets, at most 64 KB
	Trace string        // x-fb-trace-id
	Notes []string      // what must be known before trusting it: another version answered, a field was left out
	Cut   bool          // a list is not complete: it went on, or entries could not be read
}

// Now is the time by which Meta's times must be judged: Meta's own clock where it
// gave one.
func (a *Answer) Now() time.Time {
	if !a.Clock.IsZero() {
		return a.Clock
	}
	return a.At
}

// add puts the answer of a further question to this one.
func (a *Answer) add(b Answer) {
	if a.Asked == "" {
		*a = b
		return
	}
	a.Took += b.Took
	a.Raw = clip(a.Raw + "\n" + b.Raw)
	a.Cut = a.Cut || b.Cut
	for _, n := range b.Notes {
		if !slices.Contains(a.Notes, n) {
			a.Notes = append(a.Notes, n)
		}
	}
}

// With is the answer together with that of a further question.
func (a Answer) With(b Answer) Answer {
	a.Notes = slices.Clone(a.Notes)
	a.add(b)
	return a
}

// The status of an answer and the form of a Date header (RFC 9110, 5.6.7 and
// 15.3.1): what is said over HTTP is the door's business, so net/http is not here.
const (
	httpOK   = 200
	httpTime = "Mon, 02 Jan 2006 15:04:05 GMT"
)

// maxRaw is how much of a raw answer is kept.
const maxRaw = 64 << 10

func clip(s string) string {
	if len(s) <= maxRaw {
		return s
	}
	s = s[:maxRaw-4]
	for !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) && len(s) > 0 {
		s = s[:len(s)-1]
	}
	return s + "\n..."
}

// ask puts one question and decodes the answer into to.
func (c *Client) ask(ctx context.Context, path string, query url.Values, to any) (Answer, error) {
	if node, _, _ := strings.Cut(path, "/"); node != debugToken && strings.Trim(node, "0123456789") != "" || node == "" {
		return Answer{}, model.WithHint(fmt.Errorf("asking about %.40q: an ID of Meta's is a number", node), "ask the CRM for the ID")
	}
	body, a, err := c.put(ctx, path, query)
	if err != nil {
		return a, err
	}
	var odd *json.UnmarshalTypeError // one field of another type; the others are there
	if err := json.Unmarshal(body, to); err != nil && !errors.As(err, &odd) {
		return a, &Unread{Status: httpOK, Why: "it has another shape than Meta documents"}
	}
	return a, nil
}

// put asks, and once more without the field that Meta does not know.
func (c *Client) put(ctx context.Context, path string, query url.Values) ([]byte, Answer, error) {
	body, a, err := c.once(ctx, path, query)
	var e *Error
	if !errors.As(err, &e) || e.missingField() == "" {
		return body, a, err
	}
	name := e.missingField()
	left := slices.DeleteFunc(splitFields(query.Get("fields")), func(f string) bool { return fieldName(f) == name })
	if len(left) == 0 || len(left) == len(splitFields(query.Get("fields"))) {
		return body, a, err
	}
	again := url.Values{}
	for k, v := range query {
		again[k] = v
	}
	again.Set("fields", strings.Join(left, ","))
	body, second, err := c.once(ctx, path, again)
	second.Took += a.Took
	second.Notes = append(second.Notes, "Meta does not know the field "+name+" here; it was left out")
	return body, second, err
}

// splitFields cuts a list of fields at its commas, not at those inside braces.
func splitFields(s string) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		case ',':
			if depth == 0 {
				out = append(out, s[from:i])
				from = i + 1
			}
		}
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

// fieldName is a field without its arguments and subfields.
func fieldName(f string) string {
	if i := strings.IndexAny(f, ".({"); i >= 0 {
		f = f[:i]
	}
	return f
}

// once asks one time.
func (c *Client) once(ctx context.Context, path string, query url.Values) ([]byte, Answer, error) {
	a := Answer{Asked: shown("/"+c.version+"/"+path, query), At: time.Now().UTC()}
	if err := c.budget.pause(a.At, c.made); err != nil {
		a.Asked = ""
		return nil, a, err
	}
	got, err := c.door.Get(ctx, c.version+"/"+path, query)
	if err != nil { // a *door.Error, which holds nothing of what was asked
		a.At = time.Now().UTC()
		var e *door.Error
		if errors.As(err, &e) && e.Unasked {
			a.Asked = ""
		}
		return nil, a, err
	}
	a.At, a.Took = got.At, got.Took
	a.Trace = got.Header.Get("X-Fb-Trace-Id")
	if t, err := time.Parse(httpTime, got.Header.Get("Date")); err == nil {
		a.Clock = t.UTC()
	}
	if v := got.Header.Get("Facebook-Api-Version"); v != "" && v != c.version {
		a.Notes = append(a.Notes, fmt.Sprintf("version %.20s answered, %s was asked for", safe.Line(v), c.version))
	}
	body := c.withoutToken(got.Body)
	a.Raw = clip(c.Redact(strings.ToValidUTF8(string(body), "\uFFFD")))
	e, err := judge(got.Status, body)
	c.budget.learn(got.Header.Get, e, got.At)
	if e != nil {
		err = e
	}
	return body, a, err
}

// shown is a question as it may be shown: input_token is not.
func shown(path string, query url.Values) string {
	q := url.Values{}
	for k, v := range query {
		if k == "input_token" {
			v = []string{hidden}
		}
		q[k] = v
	}
	s := "GET " + path
	if len(q) > 0 {
		plain, err := url.QueryUnescape(q.Encode())
		if err != nil {
			plain = q.Encode()
		}
		s += "?" + plain
	}
	return s
}

// judge tells an answer from an error of Meta's and from what is neither.
func judge(status int, body []byte) (*Error, error) {
	trimmed := bytes.TrimSpace(body)
	unread := func(why string) error {
		return &Unread{Status: status, Why: why}
	}
	switch {
	case len(trimmed) == 0:
		return nil, unread("it is empty")
	case trimmed[0] == '<':
		return nil, unread("it is a web page")
	}
	var top struct {
		Error json.RawMessage `json:"error"`
	}
	switch err := json.Unmarshal(trimmed, &top); {
	case err != nil && trimmed[0] == '{' && strings.Contains(err.Error(), "unexpected end"):
		return nil, unread("the body breaks off")
	case err != nil:
		return nil, unread("it is not the JSON that Meta sends")
	}
	if len(top.Error) > 0 && string(top.Error) != "null" {
		var r rawError
		if json.Unmarshal(top.Error, &r) != nil {
			r = rawError{}
			_ = r.Message.UnmarshalJSON(top.Error)
		}
		return r.error(status), nil
	}
	if status >= 400 || status < 200 || status >= 300 {
		return nil, unread("the status says that it went wrong and the body does not say how")
	}
	return nil, nil
}

// withoutToken takes the token out of a body, in the forms in which an answer may
// echo it, and leaves the rest as it is: what is decoded cannot hold it.
func (c *Client) withoutToken(body []byte) []byte {
	for _, form := range []string{c.token, url.QueryEscape(c.token), url.PathEscape(c.token), strings.ReplaceAll(c.token, "/", `\/`), strings.ReplaceAll(c.token, "|", `\u007c`)} {
		body = bytes.ReplaceAll(body, []byte(form), []byte(hidden))
	}
	return body
}

// Redact masks the client's token and whatever else looks like a secret in text
// that is to be kept or shown.
func (c *Client) Redact(s string) string {
	s, _ = safe.Redact(string(c.withoutToken([]byte(s))), c.token)
	return s
}
