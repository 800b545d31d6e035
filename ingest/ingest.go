// Package ingest turns bytes into records: exports of any CRM or messaging
// provider as CSV or .xlsx, Meta's webhooks and API errors as JSON or NDJSON,
// lines that somebody pasted, and archives of any of these. It owns everything that must be guessed about a file (its
// encoding, delimiter, columns, whose error codes it has, the zone and order of
// its dates) and says in the report what it guessed. Nothing is ever dropped
// without being counted: what cannot be read comes out as a model.Rejection.
//
// The standard library's CSV reader cannot be used: by default it ends at the
// first ragged row; told to be lenient, it lets one stray quote swallow the rest
// of the file without an error; it splits JSON cells whose quotes are escaped by
// a backslash, and takes a file of lone carriage returns for one record. split.go
// does this work and keeps the file's own line numbers.
//
// To read another table, add formats/NAME.json with sample lines and the records
// they must become; a test runs them. To learn another header, add it to
// field.go; another status word, status.go; another system's code, vendor.json.
// To read something that is no table, add NAME.go beside webhook.go. To name
// another kind of file that is no log, add it to refuse.go, or to othertable.go
// when it is told by its columns.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"unsent/model"
)

// Options overrule what Open would guess. The zero value guesses everything.
type Options struct {
	Map       map[string]string            // our field (see Fields) -> the file's column
	Ignore    []string                     // the file's columns that are not used
	Recall    func(set string) *Remembered // what is known of tables with these headers, nil for nothing; not asked when Map or Ignore say something
	Zone      *time.Location               // of times that carry no zone; nil: not known, UTC is assumed and said
	DateOrder string                       // "dmy" or "mdy" for dates such as 03/04/2026; "": by the file's own evidence
	Source    string                       // the system that wrote the file, "twilio"; "": by its columns
	Titles    map[string]model.Code        // title as NormTitle leaves it -> the one code that has it
	Known     func(model.Code) bool        // whether Meta has such a code, for numbers found in sentences; nil: any may be one
	Now       time.Time                    // the clock that "in the future" is told by; zero: time.Now()
}

// A Reader yields the records of one file. It implements model.Stream and
// belongs to one goroutine.
type Reader struct {
	op   *opening
	from stream
	n    int
	err  error     // why reading ended, once it has
	file io.Closer // that OpenFile opened
}

// A format reads one way of writing records.
type format interface {
	next(r *model.Record) error
	report() model.SourceReport
}

// Open reads records from r, whatever it holds. The name is what records give as
// their file. An error says that r holds no failure log: *ColumnsError when no
// column is recognised, *ContentError when it is another kind of thing (an
// image, a Word document, an answer of Meta's API). An empty or header-only file is
// no error, it has no records and a warning.
//
// A zip archive or a workbook is read at random: when r is an io.ReaderAt with a
// Size method it is used as it is, from its beginning; else what r holds is
// copied to a temporary file first, which Close removes.
//
// Open reads at most 1 MiB of text ahead. When ctx ends, so does reading.
func Open(ctx context.Context, r io.Reader, name string, o Options) (*Reader, error) {
	if err := checkOptions(o); err != nil {
		return nil, err
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	op := &opening{ctx: ctx, o: o}
	if f, ok := r.(sized); ok {
		op.total = f.Size()
	}
	from, err := op.open(r, name, 0)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return &Reader{op: op, from: from}, nil
}

// Next fills r with the next record; see model.Stream.
func (d *Reader) Next(r *model.Record) error {
	if d.err != nil {
		return d.err
	}
	if d.n++; d.n&0xff == 0 {
		if err := d.op.ctx.Err(); err != nil {
			d.err = err
			return err
		}
	}
	*r = model.Record{}
	err := d.from.next(r)
	var reject *model.Rejection
	switch {
	case err == nil:
	case errors.As(err, &reject): // it is kept longer than the row that it quotes
		reject.Raw, reject.Reason = strings.Clone(reject.Raw), strings.Clone(reject.Reason)
	default:
		d.err = err
	}
	if err == io.EOF && d.op.total > 0 {
		d.op.read.Store(d.op.total) // an archive may hold more than what was of use
	}
	return err
}

// Report says how the file was understood; see model.Stream.
func (d *Reader) Report() model.SourceReport { return d.from.report() }

// Position is how far reading has come in the file's own bytes, compressed ones
// where it is compressed; see model.Stream.
func (d *Reader) Position() (read, total int64) {
	read, total = d.op.read.Load(), d.op.total
	if total > 0 {
		read = min(read, total) // parts of an archive are looked at twice
	}
	return read, total
}

// Close frees the file that OpenFile opened and removes temporary files. It may
// be called more than once.
func (d *Reader) Close() error {
	d.from.close()
	if d.file == nil {
		return nil
	}
	f := d.file
	d.file = nil
	return f.Close()
}

func checkOptions(o Options) error {
	switch o.DateOrder {
	case "", "dmy", "mdy":
	default:
		return model.WithHint(fmt.Errorf("date order %q is not known", o.DateOrder),
			"write dmy for day/month/year or mdy for month/day/year")
	}
	for name := range o.Map {
		if fieldNamed(name) == fNone {
			return model.WithHint(fmt.Errorf("no field is called %q", name),
				"the fields are "+fieldList())
		}
	}
	return nil
}
