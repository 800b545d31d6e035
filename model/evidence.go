package model

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Evidence is what the log as a whole says about a case: not what its messages
// hold, but what else was sent at that time, before and after. Its zero value
// says that nothing was looked at; so does the zero value of each field.
//
// For a case that is one message, it is the evidence of the message's incident.
type Evidence struct {
	Shape     Shape // empty: not told
	Outage    LogOutage
	Contrasts []Contrast // one for each dimension along which the incident has exactly one value

	// Earlier are failures with another code of Meta's on the incident's one
	// template, recipient, phone number ID or WABA: from 24 hours before
	// Incident.First to that, and with no send of the same value that
	// went well between the last of them and Incident.First.
	Earlier []Earlier

	// Recovered is the first send after Incident.Last that went well, when it
	// and the next nine within the incident's bounds all did. Zero: not
	// recovered, or the log cannot tell.
	Recovered time.Time

	// Most is how many of the failures the recipient with most of them has; 0:
	// not counted. How many recipients there are says Incident.Recipients.
	Most int

	// LogFrom is the time of the first record of the whole log, sends that went
	// well included. What is first seen then may be older. Zero: not known.
	LogFrom time.Time

	// FirstSeen is when the values that the incident's failures have were first
	// seen in any record of the log, failed or not: for each of template,
	// language, phone number ID, WABA, app, kind and campaign the values of
	// Scopes.Top. A template's value is its name alone, as in Scopes.
	FirstSeen []FirstSeen
}

// A Share is how many of some sends failed, with any error. Sends counts all of
// them. The zero Share says that there were none, or that nobody counted.
type Share struct {
	Sends  int `json:"sends,omitzero"`
	Failed int `json:"failed,omitzero"`
}

// Add adds the sends of another.
func (s *Share) Add(o Share) { s.Sends, s.Failed = s.Sends+o.Sends, s.Failed+o.Failed }

// A Contrast compares the sends inside the bounds of an incident with their
// neighbours in the same time, from Incident.First to Incident.Last, both
// rounded outward to minutes.
//
// The neighbours of a template in a language are the WABA's other templates and
// languages; of a phone number ID, the WABA's other numbers; of a recipient, the
// WABA's other recipients; of a kind, the WABA's other kinds; of a WABA, the
// WABAs in the log; of an app, the other apps. An incident that has several
// WABAs takes the neighbours from all WABAs that it has.
//
// Whether the log holds successful sends at all says Incident.Successes: without
// them every share is 1 and compares nothing.
type Contrast struct {
	Dim    Dim
	Value  string
	In     Share // sends with the value, in the incident's time
	Out    Share // its neighbours, in the same time
	Before Share // sends with the value in the hour before Incident.First
}

// LogOutage is what the log itself says about an outage at Meta while the
// incident lasted.
type LogOutage struct {
	Suspected bool
	WABAs     int       // unrelated WABAs that were sending at the time; 0: not looked at. With one or two Meta cannot be told from the account
	Hit       int       // how many of them failed far more than before
	Since     time.Time // UTC; zero unless Suspected
	Until     time.Time // when it was over; zero: still going on at the end of the log
	Quiet     bool      // at Until the failures stopped, and no sends that went well show that it is over
	Again     time.Time // when the next outage in the log began; zero: none did
	After     int       // such failures at the same accounts since Until, and before Again: far fewer than before, and not always none
	Reason    string    // a sentence with the log's own numbers
}

// Said is Reason as it stands inside a sentence, without a final stop. It always
// says what is suspected.
func (o *LogOutage) Said() string {
	s := strings.TrimRight(strings.TrimSpace(o.Reason), ".")
	if !strings.Contains(strings.ToLower(s), "outage") {
		return "the log suggests an outage at Meta: " + s
	}
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[n:]
}

// Earlier is a failure with another code that came before.
type Earlier struct {
	Code Code
	Dim  Dim // what it shares with the incident: template, recipient, phone_number or waba
	N    int // how many of them
	Last time.Time
}

// FirstSeen is when a value turned up in the log.
type FirstSeen struct {
	Dim   Dim
	Value string
	At    time.Time
}
