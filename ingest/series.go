package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"unsent/model"
)

const (
	maxNamed    = 10  // parts that are named one by one when they are no logs
	maxRemarks  = 40  // warnings about parts
	maxUnmapped = 200 // columns of all parts that nobody asked for
)

// A part is one of several contents of a file: a member of an archive, a sheet
// of a workbook.
type part struct {
	name string // as it is called in there
	open func() (stream, error)
}

// errBlank says that a part has nothing in it, so that there is nothing to say
// about it.
var errBlank = errors.New("it is empty")

// A series reads the parts of a file one after the other, as one stream.
type series struct {
	file   string
	format string // "zip" or "xlsx"
	parts  []part
	at     int
	cur    stream
	label  string // of the part at hand, for what is said about it
	system string // of the part at hand
	under  io.Closer

	sum     model.SourceReport // of the parts that are done
	passed  []string           // parts that are no logs, and why
	odd     error              // of the part that was passed over last
	unnamed bool               // one of them is a table whose columns nobody knows
	table   *csvReader         // the last one of which somebody said something
}

// newSeries opens the first part that is a log. When none is, the error says
// what they are: kind is what they stand in, "a zip archive".
func newSeries(s *series, kind string) (stream, error) {
	err := s.advance()
	if err == nil {
		return s, nil
	}
	defer s.close()
	if err != io.EOF {
		return nil, err
	}
	if len(s.passed) == 0 {
		return &content{form: &empty{rep: emptyReport(s.file, Options{})}, src: &source{}}, nil
	}
	if len(s.passed) == 1 { // beside blank sheets it is as if it were alone
		return nil, s.odd
	}
	advice := "ask for the export of the messages themselves, one row or object for each, as CSV, .xlsx or JSON"
	switch {
	case s.unnamed && s.format == "xlsx":
		advice = "if one of them is the log, save that sheet as CSV and load it by itself: its columns can be named then; else " + advice
	case s.unnamed:
		advice = "if one of them is the log, unpack it and load it by itself: its columns can be named then; else " + advice
	}
	return nil, &ContentError{What: fmt.Sprintf("%s in which nothing is a failure log: %s", kind, listed(s.passed)), Advice: advice}
}

// advance opens the next part that is a log; io.EOF when there is none.
func (s *series) advance() error {
	alone := len(s.parts) == 1
	for s.at < len(s.parts) {
		p := s.parts[s.at]
		s.at++
		cur, err := p.open()
		if err == nil {
			s.cur, s.label = cur, ""
			if !alone {
				s.label = s.call(p)
			}
			s.system = cur.report().System
			if c, ok := tableOf(cur); ok && len(c.asked)+len(c.ignored) > 0 {
				s.table = c
			}
			return nil
		}
		switch {
		case errors.Is(err, errBlank):
		case endsAll(err):
			return err
		case alone:
			return fmt.Errorf("%s in it: %w", s.call(p), err)
		default:
			s.odd = fmt.Errorf("%s in it: %w", s.call(p), err)
			s.passed = append(s.passed, s.call(p)+", "+shortly(err))
			var columns *ColumnsError
			s.unnamed = s.unnamed || errors.As(err, &columns) && columns.table && (columns.Reason == "" || columns.doubt)
		}
	}
	return io.EOF
}

// call is a part's name as sentences have it.
func (s *series) call(p part) string {
	name := clip(p.name, 80)
	if s.format == "xlsx" {
		return fmt.Sprintf("sheet %q", name)
	}
	return name
}

// shortly is why a part is no log, without its columns one by one.
func shortly(err error) string {
	var columns *ColumnsError
	if errors.As(err, &columns) {
		err = &ColumnsError{Reason: columns.Reason}
	}
	return clip(err.Error(), 300)
}

// endsAll reports whether an error is not about one part only.
func endsAll(err error) bool {
	var bomb *boundError
	return errors.As(err, &bomb) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func (s *series) next(r *model.Record) error {
	for {
		if s.cur == nil {
			if err := s.advance(); err != nil {
				return err
			}
		}
		err := s.cur.next(r)
		var reject *model.Rejection
		switch {
		case err == nil:
			r.Source.System = s.system
			return nil
		case errors.As(err, &reject):
			if s.label != "" {
				reject.Reason = s.label + ": " + reject.Reason
			}
			return err
		case err != io.EOF:
			return err
		}
		s.add(&s.sum, s.cur.report())
		s.cur.close()
		s.cur = nil
	}
}

// add makes the report of a part one of all.
func (s *series) add(sum *model.SourceReport, rep model.SourceReport) {
	switch {
	case sum.System == "":
		sum.System = rep.System
	case !slices.Contains(strings.Split(sum.System, ", "), rep.System) && len(sum.System) < 100:
		sum.System += ", " + rep.System
	}
	// Sum may be a copy that shares its map with what is kept.
	columns := map[string]string{}
	maps.Copy(columns, rep.Columns)
	maps.Copy(columns, sum.Columns)
	sum.Columns = columns
	for _, name := range rep.Unmapped {
		if len(sum.Unmapped) < maxUnmapped && !slices.Contains(sum.Unmapped, name) {
			sum.Unmapped = append(sum.Unmapped, name)
		}
	}
	if weaker(rep.Zone.From, sum.Zone.From) {
		sum.Zone = rep.Zone
	}
	for _, w := range rep.Warnings {
		if s.label != "" {
			w = s.label + ": " + w
		}
		if len(sum.Warnings) < maxRemarks {
			sum.Warnings = append(sum.Warnings, w)
		} else if len(sum.Warnings) == maxRemarks {
			sum.Warnings = append(sum.Warnings, "There is more to say about other parts of the file; unpack it and import them one by one to read it.")
		}
	}
}

// weaker reports whether a zone is known in a weaker way than another.
func weaker(a, b model.ZoneFrom) bool {
	order := []model.ZoneFrom{"", model.ZoneOffset, model.ZoneHeader, model.ZoneFlag, model.ZoneAssumed}
	return slices.Index(order, a) > slices.Index(order, b)
}

func (s *series) report() model.SourceReport {
	rep := s.sum
	rep.File, rep.Format = s.file, s.format
	rep.Warnings, rep.Unmapped = slices.Clone(rep.Warnings), slices.Clone(rep.Unmapped)
	if s.cur != nil {
		s.add(&rep, s.cur.report())
	}
	for i, p := range s.passed {
		if more := len(s.passed) - i; i == maxNamed && more > 0 {
			rep.Warnings = append(rep.Warnings, countOf(more, "more part of the file was", "more parts of the file were")+" passed over.")
			break
		}
		rep.Warnings = append(rep.Warnings, "Passed over: "+p+".")
	}
	return rep
}

// listed joins the first of a list and counts the others.
func listed(list []string) string {
	if more := len(list) - maxNamed; more > 0 {
		return strings.Join(list[:maxNamed], "; ") + fmt.Sprintf("; and %d more", more)
	}
	return strings.Join(list, "; ")
}

func (s *series) close() {
	if s.cur != nil {
		s.cur.close()
		s.cur = nil
	}
	if s.under != nil {
		s.under.Close()
		s.under = nil
	}
}
