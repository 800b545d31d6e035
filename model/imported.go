package model

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A ZoneFrom says how the time zone of a file's times is known.
type ZoneFrom string

// How a zone is known, best first.
const (
	ZoneOffset  ZoneFrom = "offset"  // every time carries one, or is an epoch
	ZoneHeader  ZoneFrom = "header"  // a column's name says it: "Sent At (UTC)"
	ZoneFlag    ZoneFrom = "flag"    // the agent said so
	ZoneAssumed ZoneFrom = "assumed" // UTC, for want of anything better, and said so
)

// A Zone is how a file's times were read.
type Zone struct {
	From ZoneFrom `json:"from"`
	Name string   `json:"name"` // "UTC", "America/Sao_Paulo", or "" when each time carries its own
}

// A Rejection is a record that could not be read. It is an error, so that a
// reader can return it; reading goes on behind it.
type Rejection struct {
	Line   int    `json:"line"` // of the file, from 1
	Reason string `json:"reason"`
	Raw    string `json:"raw"` // what stood there, secrets masked, at most 4 KiB
}

func (r *Rejection) Error() string { return fmt.Sprintf("line %d: %s", r.Line, r.Reason) }

// A SourceReport is what a reader learnt about a file. It is complete once the
// reader has reached the end.
type SourceReport struct {
	File     string
	System   string            // where the file comes from: "cloud-api", "twilio", "generic", …
	Format   string            // how it is written: "csv", "json", "ndjson"
	Columns  map[string]string // our field -> the file's column
	Unmapped []string          // columns that nobody asked for
	Zone     Zone
	Warnings []string // sentences
}

// A Stream yields the records of one file. It is used from one goroutine.
type Stream interface {
	// Next fills r with the next record. It returns io.EOF at the end, a
	// *Rejection for a record that could not be read (the next call goes on
	// behind it), and any other error when reading cannot go on; what was
	// read before is good. What r points to is the caller's until the next call.
	Next(r *Record) error
	// Report may be called at any time.
	Report() SourceReport
	// Position is how many bytes of how many are read; total is 0 when unknown.
	Position() (read, total int64)
}

// An Import is what became of one file. Read is always the sum of the eight
// counts after it.
type Import struct {
	ID     int64
	File   string
	System string
	Format string

	Read         int
	Stored       int // failures new to the database
	Updated      int // failures known before, of which the file told something new
	Duplicate    int // records known before
	Succeeded    int
	NotAttempted int
	InProgress   int
	NotASend     int
	Rejected     int

	First, Last time.Time // of the failures, UTC
	Zone        Zone
	Columns     map[string]string
	Unmapped    []string
	Rejections  []Rejection // the first of them; the database keeps all
	Warnings    []string
	Took        time.Duration

	Bytes, TotalBytes int64 // progress while it runs; TotalBytes is 0 when unknown
}

// Sum is what Read must be.
func (i *Import) Sum() int {
	return i.Stored + i.Updated + i.Duplicate + i.Succeeded + i.NotAttempted + i.InProgress + i.NotASend + i.Rejected
}

// How the warning begins of an import whose file was not read to its end: it was
// stopped, or nobody knows yet, because it is still loaded or its program was killed.
const (
	WarnStopped = "stopped before line "
	WarnNoEnd   = "the import has not come to its end"
)

// WarnDays stands in the warning that the order of day and month was assumed.
const WarnDays = " not tell day from month"

// DaysAssumed reports whether the order of day and month was assumed.
func (i *Import) DaysAssumed() bool {
	return slices.ContainsFunc(i.Warnings, func(w string) bool { return strings.Contains(w, WarnDays) })
}

// Unfinished is the warning that the file was not read to its end; empty when it was.
func (i *Import) Unfinished() string {
	for _, w := range i.Warnings {
		if strings.HasPrefix(w, WarnStopped) || strings.HasPrefix(w, WarnNoEnd) {
			return w
		}
	}
	return ""
}

// Failures is how many records of the file were failures.
func (i *Import) Failures() int { return i.Stored + i.Updated }
