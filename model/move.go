package model

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrThere means that all messages that were to be moved are in that incident.
var ErrThere = errors.New("the messages are in it already")

// ErrNotMoved means that none of the messages that were to go back was moved.
var ErrNotMoved = errors.New("none of the messages was moved by hand")

// A Move is what became of moving messages to an incident by hand.
type Move struct {
	To       IncidentID   `json:"to,omitzero"`  // 0: back to several
	New      bool         `json:"new,omitzero"` // it was made for them
	Messages []MessageID  `json:"messages"`     // those that were moved, ascending
	From     []IncidentID `json:"from"`         // where they were, ascending
	// Back are those of them that are by themselves where they are now, so that
	// nothing holds them there any more.
	Back    []MessageID `json:"back,omitempty"`
	Already int         `json:"already,omitzero"` // messages that were there, or were not moved that were to go back
}

// namedMessages is how many messages a sentence names.
const namedMessages = 20

// String is "m4 and m9 from i2 to i7".
func (m Move) String() string {
	var from []string
	for _, id := range m.From {
		from = append(from, id.String())
	}
	s := m.messages()
	if len(from) > 0 {
		s += " from " + and(from)
	}
	switch {
	case m.To == 0:
		return s + " back to where they come from"
	case len(m.Back) == len(m.Messages):
		return s + " back to " + m.To.String()
	case m.New:
		return s + " to " + m.To.String() + " (new)"
	}
	return s + " to " + m.To.String()
}

func (m Move) messages() string {
	var list []string
	for i, id := range m.Messages {
		if i == namedMessages {
			list = append(list, fmt.Sprintf("%d more", len(m.Messages)-i))
			break
		}
		list = append(list, id.String())
	}
	return and(list)
}

// and is "a", "a and b", or "a, b and c".
func and(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}

// Moved says how a message came to its incident, where that was by hand; From is 0
// where it was not.
type Moved struct {
	From IncidentID `json:"from"` // where it was then
	Who  string     `json:"who"`
	At   time.Time  `json:"at"`
}
