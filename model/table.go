package model

import (
	"errors"
	"time"
)

// ErrColumns is what an import fails with, errors.Is, when the log is a table
// and its columns do not tell which messages failed. Somebody can say it.
var ErrColumns = errors.New("the columns of the table are not known")

// A Reading is what somebody said about how a table is to be read. The zero
// Reading says nothing.
type Reading struct {
	Map       map[string]string `json:"map,omitempty"`    // our field -> the column, as Column.Ref names it
	Ignore    []string          `json:"ignore,omitempty"` // columns that are not used, as Column.Ref names them
	Zone      string            `json:"zone,omitempty"`   // of times that carry none: "America/Sao_Paulo", "-03:00"; "": not said
	DateOrder string            `json:"order,omitempty"`  // "dmy" or "mdy"; "": not said
	At        time.Time         `json:"at,omitzero"`      // when it was said; zero while it is not kept
}

// A Sureness says where the meaning of a column comes from.
type Sureness string

// From whom the meaning of a column is known, the surest first.
const (
	SureAsked  Sureness = "asked"  // somebody said it
	SureFormat Sureness = "format" // the columns are those of a known export
	SureName   Sureness = "name"   // columns of this name hold it in other exports
	SureValues Sureness = "values" // its values look like it
)

// A Column is one column of a table.
type Column struct {
	N       int      // from 1
	Header  string   // "column 3" in a table without a header
	Ref     string   // by which a Reading names it: its header, or "column 3" where that is empty or stands there twice
	Field   string   // the field that is read from it; "": none that a Reading can name
	Meaning string   // what it is taken for, when Field is empty and it is known
	Second  bool     // it is read only where a better column of the same field is empty
	Sure    Sureness // of Field or Meaning
	Looks   string   // of a column without a Field: the field that its values look like
	Samples []string // its first different values, at most three; secrets masked, numbers not
}

// A Table is what the beginning of a log says about how it would be read.
type Table struct {
	File     string
	System   string
	Format   string   // "csv", "json", "ndjson", "text"; only "csv" has columns
	Columns  []Column // in the order of the file
	Headless bool     // the columns have no names
	Set      string   // the same for all tables with these headers; "": a Reading cannot be kept for it
	Hand     Reading  // what was said about it: just now, or kept from before

	Why   string // why it cannot be read with these columns; "": it can
	Dates string // one of its dates that does not tell day from month, where nothing else in the file does
	Clock string // one of its times without a zone, where nothing tells the zone

	// What the records of the beginning would become.
	Read, Failed, Succeeded, Other, Rejected int
	Reason                                   string // of the first rejection
	Code                                     string // of the first failure: "131026", "twilio 63016"
	Whole                                    bool   // the beginning is all there is
}

// A FieldAbout is a field that a Reading can name, and what it holds.
type FieldAbout struct{ Name, About string }
