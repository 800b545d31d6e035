package model

import "time"

// A Query selects failed messages, newest first, or the incidents that have
// such messages. The zero Query selects all. Conditions are joined by "and".
type Query struct {
	Incident  IncidentID
	Codes     []Code
	NoCode    bool      // only failures without a code
	Since     time.Time // inclusive
	Until     time.Time // exclusive
	WABA      string
	PhoneID   string
	Template  string
	Recipient string // digits
	Campaign  string
	State     CaseState // of the message's incident
	Search    string    // full text over title, message, details, template, campaign and ids
	Limit     int       // 0: 200
	From      Cursor    // the page begins behind this one; zero: at the newest
	Back      bool      // the page ends before From instead: the rows above it
}

// A Cursor is a place in a list of failures. The zero Cursor is its top.
type Cursor struct {
	At int64 // milliseconds since 1970, UTC; rows without a time have 0
	ID MessageID
}

// CursorOf is the place of f.
func CursorOf(f *Failure) Cursor {
	c := Cursor{ID: f.ID}
	if !f.At.IsZero() {
		c.At = f.At.UnixMilli()
	}
	return c
}

// Totals are counts over the whole database, kept and not counted.
type Totals struct {
	Messages  int
	Incidents int
	Successes int
	Imports   int
	First     time.Time
	Last      time.Time
}
