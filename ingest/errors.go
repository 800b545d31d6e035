package ingest

import (
	"fmt"
	"strings"

	"unsent/safe"
)

// A ColumnsError means that a table has no column that tells of failed
// messages, or not enough of them.
type ColumnsError struct {
	Found  []string // the table's columns, as they are called there
	Line   int      // of the header, from 1
	Reason string   // what is lacking; empty: nothing was recognised

	advice string // in place of naming the columns; empty: that helps

	doubt bool // several columns could be one thing
	table bool // it is certainly a table, not a text with commas in it
}

func (e *ColumnsError) Error() string {
	s := "no column of a failure log is recognised"
	if e.Reason != "" {
		s = e.Reason
	}
	if len(e.Found) == 0 {
		return s
	}
	found := e.Found
	more := ""
	if len(found) > 30 {
		more = fmt.Sprintf(" and %d more", len(found)-30)
		found = found[:30]
	}
	return fmt.Sprintf("%s; line %d has the columns %s%s", s, e.Line, strings.Join(quoteAll(found), ", "), more)
}

// Hint names the flag that maps columns by hand, or what to ask for instead.
func (e *ColumnsError) Hint() string {
	if e.advice != "" {
		return e.advice
	}
	return "name the columns yourself, for example --map recipient=COLUMN --map status=COLUMN --map code=COLUMN"
}

// quoteAll is a list of headers as sentences name them, secrets masked.
func quoteAll(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		clean, _ := safe.Redact(s)
		out[i] = fmt.Sprintf("%q", clip(clean, 60))
	}
	return out
}

// A ContentError means that the bytes are not a failure log at all, and what
// they are instead.
type ContentError struct {
	What   string // "a PNG image"
	Advice string
}

func (e *ContentError) Error() string { return "this is " + e.What }

// Hint says what to do instead.
func (e *ContentError) Hint() string { return e.Advice }
