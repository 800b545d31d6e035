package model

// Bounds are what the failures of one strand have in common: the error, and
// those of its accounts, numbers and templates along which such an error can be
// bounded. A field along which it cannot is empty, whatever the failures have.
// Those of successes have no error and all of the rest.
type Bounds struct {
	Code     Code   `json:"code,omitzero"`
	Vendor   Vendor `json:"vendor,omitzero"`
	HTTP     int    `json:"http,omitzero"`
	Title    string `json:"title,omitzero"`
	WABA     string `json:"waba,omitzero"`
	PhoneID  string `json:"phone,omitzero"`
	Template string `json:"template,omitzero"`
	Language string `json:"language,omitzero"`
	App      string `json:"app,omitzero"`
}

// Successes reports whether these are the bounds of successes.
func (b *Bounds) Successes() bool {
	return b.Code == "" && b.Vendor == (Vendor{}) && b.HTTP == 0 && b.Title == ""
}

// A Strand is failures that can be parted in no way but in time, or successes.
// Incidents are made of strands, or of pieces of them. First and Last are
// milliseconds since 1970, UTC.
type Strand struct {
	ID int64
	Bounds
	Failures    int   // messages
	First, Last int64 // of those with a time; 0 when none has one
	Minutes     []Minute
}

// A Minute counts the attempts of a strand in one minute of log time. At counts
// minutes since 1970, UTC; 0 is for rows without a time.
type Minute struct {
	At           int64
	Failed, Good int32
}

// An Extent is a piece of a strand: the failures from From on and before To, in
// milliseconds since 1970, UTC. Failures without a time are at 0.
type Extent struct{ Strand, From, To int64 }

// A Group is an incident as it follows from the strands.
type Group struct {
	ID      IncidentID // 0: a new one
	Shape   Shape
	Reason  string       // why these failures are one incident, a sentence for an agent
	Outage  LogOutage    // what the log shows of an outage at that time
	Going   bool         // nothing shows that it had ended when the log did
	Extents []Extent     // of one strand they do not overlap
	Joined  []IncidentID // incidents that are a part of it from now on
}
