package model

import (
	"strconv"
	"time"
)

// An IncidentID numbers an incident in the local database. It is written "i3"
// and never given to another incident.
type IncidentID int64

// String is "i3".
func (id IncidentID) String() string { return "i" + strconv.FormatInt(int64(id), 10) }

// MarshalText writes "i3".
func (id IncidentID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// An Incident is failures that belong to one fault, as far as can be told. It
// is the unit of work: it has a state, steps and notes, and one escalation
// packet speaks for all its messages.
type Incident struct {
	ID     IncidentID
	Code   Code   // the code most of its failures have; empty when they have none
	Vendor Vendor // the same for another system's code
	HTTP   int    // the HTTP status most of them have, 0 when none
	Title  string // the title most of them have: untrusted text

	Shape  Shape      // what kind of fault it looks like in the log; empty when nobody has said
	Reason string     // why its failures are one incident
	Outage LogOutage  // what the log shows of an outage at that time
	Going  bool       // nothing shows that it had ended when the log did
	Joined IncidentID // the incident that it has become a part of, 0: none

	Failures   int  // messages, not attempts
	Attempts   int  // sends in the incident's scope and time, failed ones included; equals Failures when Successes is false
	Successes  bool // whether the log has any successful send of the same WABAs in that time: without one no share can be told
	Recipients int  // distinct recipients; -1 when not counted yet

	First, Last time.Time // of its failures, UTC; zero when no row had a time

	WABAs, PhoneIDs, Templates, Kinds int    // distinct values in its failures
	WABA, PhoneID, Template, Language string // the value when there is exactly one

	State    CaseState
	Assignee string
	Ticket   string    // the receiver's number for the escalation
	Changed  time.Time // when state, steps or notes last changed; zero: never touched

	Trend []int // failures per equal slice between First and Last, oldest first, at most 24
}

// Share is how many of the sends in the incident's scope and time failed as its
// messages did; others may have failed with another error. It is false where the log
// cannot tell, where there was one send alone, and of one recipient's messages, since
// nobody counts whom those went to that went well.
func (i *Incident) Share() (s Share, ok bool) {
	return Share{Sends: i.Attempts, Failed: i.Failures}, i.Successes && i.Attempts > 1 && i.Attempts >= i.Failures && i.Shape != ShapeRecipient
}

// Minutes, hours or days: the width of one slice of Trend.
func (i *Incident) TrendStep() time.Duration {
	if len(i.Trend) == 0 {
		return 0
	}
	return i.Last.Sub(i.First) / time.Duration(len(i.Trend))
}

// A CaseState is how far the work on an incident has come.
type CaseState string

// The states, in the order of work.
const (
	StateNew       CaseState = "new"
	StateWorking   CaseState = "working"
	StateWaiting   CaseState = "waiting"
	StateEscalated CaseState = "escalated"
	StateSolved    CaseState = "solved"
)

// CaseStates are all states in order.
var CaseStates = []CaseState{StateNew, StateWorking, StateWaiting, StateEscalated, StateSolved}

// ParseCaseState reads a state's name.
func ParseCaseState(s string) (CaseState, bool) {
	for _, c := range CaseStates {
		if string(c) == s {
			return c, true
		}
	}
	return "", false
}

// A Dim is a dimension along which an incident may be confined.
type Dim string

// The dimensions, in the order in which a packet lists them.
const (
	DimTemplate  Dim = "template"
	DimLanguage  Dim = "language"
	DimPhone     Dim = "phone_number"
	DimWABA      Dim = "waba"
	DimApp       Dim = "app"
	DimRecipient Dim = "recipient"
	DimCountry   Dim = "country"
	DimKind      Dim = "kind"
	DimCampaign  Dim = "campaign"
)

// Dims are all dimensions in order.
var Dims = []Dim{DimTemplate, DimLanguage, DimPhone, DimWABA, DimApp, DimRecipient, DimCountry, DimKind, DimCampaign}

// A Scope tells how an incident's failures spread over one dimension.
type Scope struct {
	Values int          `json:"values"` // distinct values; 0: the log does not have this dimension
	Top    []ScopeValue `json:"top"`    // the values with most failures, at most ten, most first
}

// A ScopeValue is one value of a dimension. Attempted counts all sends with
// that value between the incident's first and last failure, failed ones
// included; it is 0 when the log cannot tell.
type ScopeValue struct {
	Value     string `json:"value"`
	Failed    int    `json:"failed"`
	Attempted int    `json:"attempted,omitzero"`
}

// A Cell is the set of facts that attempts are counted by: every failure and every
// success belongs to exactly one. A success has no code.
type Cell struct {
	Code     Code
	Vendor   Vendor
	HTTP     int    // only where there is no code
	Title    string // only where there is neither a code nor a vendor's
	WABA     string
	PhoneID  string
	Template string
	Language string
	Kind     string
}

// CellOf is the cell that a record belongs to.
func CellOf(r *Record) Cell {
	c := Cell{WABA: r.WABA, PhoneID: r.PhoneID, Template: r.Template, Language: r.Language, Kind: r.Kind}
	if r.Outcome != Failed {
		return c
	}
	c.Code, c.Vendor = r.Code, r.Vendor
	if c.Code == "" {
		c.HTTP = r.HTTPStatus
		if c.Vendor == (Vendor{}) {
			c.Title = r.Title
		}
	}
	return c
}

// A CodeCount says how many messages of an incident have an error: its code, or
// another system's, or the HTTP status where there is neither.
type CodeCount struct {
	Code     Code
	Vendor   Vendor
	HTTP     int
	Failures int
}
