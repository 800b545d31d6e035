package triage

import (
	"cmp"
	"strings"

	"unsent/model"
)

// A Strand is what cannot be parted by anything but time: failures of one error
// with the same bounds, or successes.
type Strand struct {
	ID int64

	// The error; all of it zero for successes. HTTP and Title count only where
	// there is neither a code nor another system's.
	Code   model.Code
	Vendor model.Vendor
	HTTP   int
	Title  string

	// The bounds. Empty: this strand does not part by it, or the log does not say.
	WABA, Phone, Template, Language, App string

	Minutes []Minute // ascending, each minute once
}

// A Minute counts the attempts of a strand in one minute of log time.
type Minute = model.Minute

// A Tally answers for a strand between two minutes, both included: how many
// distinct values of a dimension its failures have, which has most of them (an
// opaque number, the same for the same value in every strand) and how many.
// It is asked about model.DimRecipient and model.DimPhone only, and rarely: an
// answer costs a query. A distinct of 0 means that the log does not say.
type Tally func(dim model.Dim, strand, from, to int64) (distinct int, top int64, most int)

// An Extent is a part of a strand, both minutes included. From and To of 0 are
// the rows without a time.
type Extent struct {
	Strand   int64
	From, To int64
}

// An errorID tells errors apart.
type errorID struct {
	code   model.Code
	vendor model.Vendor
	http   int
	title  string
}

func (s *Strand) error() errorID { return errorID{s.Code, s.Vendor, s.HTTP, s.Title} }

// byContent orders strands by what they say and not by their numbers, which
// depend on the order in which files came in.
func byContent(a, b *Strand) int {
	return cmp.Or(
		strings.Compare(string(a.Code), string(b.Code)),
		strings.Compare(a.Vendor.System, b.Vendor.System), strings.Compare(a.Vendor.Code, b.Vendor.Code),
		cmp.Compare(a.HTTP, b.HTTP), strings.Compare(a.Title, b.Title),
		strings.Compare(a.WABA, b.WABA), strings.Compare(a.App, b.App), strings.Compare(a.Phone, b.Phone),
		strings.Compare(a.Template, b.Template), strings.Compare(a.Language, b.Language),
		cmp.Compare(a.ID, b.ID))
}
