package model

import "errors"

// ErrNotFound means that the database has no such incident or message.
var ErrNotFound = errors.New("not found")

// Hint is the advice of the first error in the tree that has any: what to do
// now, in one sentence without a final stop. Empty when there is none.
func Hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// WithHint gives err an advice.
func WithHint(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &hinted{err, hint}
}

type hinted struct {
	error
	hint string
}

func (e *hinted) Hint() string  { return e.hint }
func (e *hinted) Unwrap() error { return e.error }
