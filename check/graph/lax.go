package graph

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// text is a string that may come as a number. Anything else leaves it empty.
type text string

// UnmarshalJSON never fails: one odd field must not hide the others.
func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	var s string
	switch {
	case len(b) > 0 && b[0] == '"':
		if json.Unmarshal(b, &s) == nil {
			*t = text(s)
		}
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'):
		*t = text(b)
	}
	return nil
}

// number is a whole number that may come as a string; known tells whether there
// was one.
type number struct {
	n     int64
	known bool
}

// UnmarshalJSON never fails.
func (n *number) UnmarshalJSON(b []byte) error {
	*n = number{}
	s := strings.TrimSpace(strings.Trim(string(b), `"`))
	if v, err := strconv.ParseInt(s, 10, 64); err == nil {
		*n = number{v, true}
	} else if f, err := strconv.ParseFloat(s, 64); err == nil && f > -1e15 && f < 1e15 {
		*n = number{int64(f), true}
	}
	return nil
}

func (n number) or(other int64) int64 {
	if n.known {
		return n.n
	}
	return other
}

// flag is a truth value that may come as a string or a number, or not at all.
type flag struct{ value, known bool }

// UnmarshalJSON never fails.
func (f *flag) UnmarshalJSON(b []byte) error {
	*f = flag{}
	switch strings.ToLower(strings.Trim(string(b), `"`)) {
	case "true", "1":
		*f = flag{true, true}
	case "false", "0":
		*f = flag{false, true}
	}
	return nil
}

func (f flag) is(v bool) bool { return f.known && f.value == v }

// A Moment is a time that Meta may leave out, write as 0 for never, as seconds or
// as text.
type Moment struct {
	Time  time.Time // UTC; zero for never
	Known bool      // whether Meta gave it in a form that could be read
}

// UnmarshalJSON never fails.
func (m *Moment) UnmarshalJSON(b []byte) error {
	*m = Moment{}
	var n number
	_ = n.UnmarshalJSON(b)
	switch {
	case n.known && n.n == 0:
		m.Known = true
	case n.known && n.n > 0 && n.n < 1e11:
		*m = Moment{time.Unix(n.n, 0).UTC(), true}
	case n.known && n.n >= 1e11 && n.n < 1e14:
		*m = Moment{time.UnixMilli(n.n).UTC(), true}
	case !n.known:
		var s string
		if json.Unmarshal(b, &s) != nil {
			return nil
		}
		for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05"} {
			if t, err := time.Parse(form, s); err == nil {
				*m = Moment{t.UTC(), true}
				return nil
			}
		}
	}
	return nil
}

// list is an array that survives an odd element. Known tells an empty list from a
// field that is not there or is no list; odd counts the elements that are of
// another kind altogether and so are missing in items.
type list[T any] struct {
	items []T
	known bool
	odd   int
}

// UnmarshalJSON never fails.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	*l = list[T]{}
	var raw []json.RawMessage
	if json.Unmarshal(b, &raw) != nil || raw == nil {
		return nil
	}
	l.known = true
	for _, r := range raw {
		var v T
		var odd *json.UnmarshalTypeError
		err := json.Unmarshal(r, &v)
		if string(r) == "null" || err != nil && (!errors.As(err, &odd) || odd.Field == "") {
			l.odd++
			continue
		}
		l.items = append(l.items, v) // one field of another type hides no other
	}
	return nil
}

// words are the elements of a list of texts.
func words(l list[text]) []string {
	var out []string
	for _, w := range l.items {
		if w != "" {
			out = append(out, string(w))
		}
	}
	return out
}
