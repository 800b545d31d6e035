package model

import (
	"slices"
	"time"
)

// A Case is an incident, or one message of it, with everything that is on record
// about it: what the screen and the commands show, what the checks are asked
// about, what a packet is made of.
type Case struct {
	Incident Incident
	Message  *Failure  // set when the case is one message, with its payloads
	Samples  []Failure // messages of the incident that stand for it, with payloads, at most ten
	Newest   []Failure // its newest messages, without payloads unless they are samples too, at most 200
	History  []Failure // earlier failures of Message, newest first, at most HistoryMost
	Scopes   map[Dim]Scope
	Codes    []CodeCount  // the errors of its messages, most first
	Records  []StepRecord // what is on record of the steps
	Findings []Finding    // the newest of each check; a message's own count before its incident's
	Past     []Finding    // what the same checks found before, newest first, at most five of each check
	Evidence Evidence     // what the rest of the log says
	Notes    []Note
	Read     time.Time // when it was gathered; zero where nobody says, and then no finding is too old

	MovedHere, MovedAway int // messages that were moved to the incident by hand, and away from it
}

// HistoryMost is how many earlier failures of a message are told. A message that a
// CRM sends again every minute has thousands, and the newest say it all.
const HistoryMost = 50

// Target is what the case is about.
func (c *Case) Target() Target {
	if c.Message != nil {
		return Target{Message: c.Message.ID}
	}
	return Target{Incident: c.Incident.ID}
}

// Delivered counts the messages of which the log has a success as well, among those
// whose flags are at hand: the message itself, or the newest of the incident.
func (c *Case) Delivered() (n, of int) {
	all := c.Newest
	switch {
	case c.Message != nil:
		all = []Failure{*c.Message}
	case len(all) == 0:
		all = c.Samples
	}
	for i := range all {
		if slices.Contains(all[i].Flags, FlagDelivered) {
			n++
		}
	}
	return n, len(all)
}

// Stands is the message that stands for the case: the message itself, or the
// first sample with the incident's own error, or any; nil when there is none.
func (c *Case) Stands() *Failure {
	if c.Message != nil {
		return c.Message
	}
	for i := range c.Samples {
		if f := &c.Samples[i]; f.Code == c.Incident.Code && f.Vendor == c.Incident.Vendor {
			return f
		}
	}
	if len(c.Samples) > 0 {
		return &c.Samples[0]
	}
	return nil
}

// InOutage reports whether the failures are of the outage that the log shows:
// bounded like one, or, where nobody has told how they are bounded, and for a
// message, in its time. False where the log shows none.
func (c *Case) InOutage() bool {
	const near = 5 * time.Minute // what the minutes of a log may be out by
	o := &c.Evidence.Outage
	at := c.Incident.First
	if c.Message != nil {
		at = c.Message.At
	}
	switch {
	case !o.Suspected, at.IsZero():
		return false
	case c.Message == nil && c.Evidence.Shape != "":
		return c.Evidence.Shape == ShapeOutage
	}
	return !at.Before(o.Since.Add(-near)) && (o.Until.IsZero() || !at.After(o.Until))
}
