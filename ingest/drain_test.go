package ingest

import (
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// now is the clock of all tests.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var testTitles = map[string]model.Code{
	"message undeliverable":   "131026",
	"service unavailable":     "131016",
	"re-engagement message":   "131047",
	"something went wrong":    "131000",
	"template does not exist": "132001",
}

// A drained stream is everything that a reader gave.
type drained struct {
	records  []model.Record
	rejected []model.Rejection
	report   model.SourceReport
}

func (d drained) count(o model.Outcome) int {
	n := 0
	for i := range d.records {
		if d.records[i].Outcome == o {
			n++
		}
	}
	return n
}

func (d drained) failed() []model.Record {
	var list []model.Record
	for _, r := range d.records {
		if r.Outcome == model.Failed {
			list = append(list, r)
		}
	}
	return list
}

// kept is a record that stays, with texts of its own.
func kept(r model.Record) model.Record {
	own(reflect.ValueOf(&r).Elem())
	return r
}

func own(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Clone(v.String()))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			own(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			own(v.Index(i))
		}
	}
}

// drain reads r to its end and checks what holds for every stream: each record
// has one of the five outcomes, so that read is their sum and the rejections;
// lines do not run backwards past the first; only failures carry error fields;
// after the end comes the end.
func drain(t testing.TB, r *Reader) drained {
	t.Helper()
	var d drained
	read := 0
	for {
		var rec model.Record
		err := r.Next(&rec)
		placed(t, &rec)
		if err == io.EOF {
			break
		}
		read++
		var rej *model.Rejection
		if errors.As(err, &rej) {
			if rej.Reason == "" || rej.Line < 1 || len(rej.Raw) > maxRaw {
				t.Errorf("rejection %d: line %d, reason %q, %d bytes of raw", read, rej.Line, rej.Reason, len(rej.Raw))
			}
			d.rejected = append(d.rejected, *rej)
			continue
		}
		if err != nil {
			t.Fatalf("record %d: %v", read, err)
		}
		if rec.Source.Line < 1 {
			t.Errorf("record %d has line %d", read, rec.Source.Line)
		}
		if rec.Outcome != model.Failed && (rec.Code != "" || rec.Title != "" || rec.Raw != "") {
			t.Errorf("record %d is %s and has error fields: %+v", read, rec.Outcome, rec)
		}
		if rec.Outcome == model.Failed && rec.CodeFrom == "" {
			t.Errorf("record %d failed and does not say where its code is from", read)
		}
		d.records = append(d.records, kept(rec))
	}
	if err := r.Next(new(model.Record)); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
	d.report = r.Report()
	i := model.Import{
		Read:   read,
		Stored: d.count(model.Failed), Succeeded: d.count(model.Succeeded), NotAttempted: d.count(model.NotAttempted),
		InProgress: d.count(model.InProgress), NotASend: d.count(model.NotASend), Rejected: len(d.rejected),
	}
	if i.Sum() != i.Read {
		t.Errorf("read %d, the sum is %d", i.Read, i.Sum())
	}
	return d
}

func options() Options { return Options{Titles: testTitles, Now: now} }

func openText(t testing.TB, text string, o Options) *Reader {
	t.Helper()
	r, err := Open(context.Background(), strings.NewReader(text), "test", o)
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	return r
}

func drainText(t testing.TB, text string) drained {
	t.Helper()
	return drain(t, openText(t, text, options()))
}

// only is the single record of a text.
func only(t testing.TB, text string) model.Record {
	t.Helper()
	d := drainText(t, text)
	if len(d.records) != 1 || len(d.rejected) != 0 {
		t.Fatalf("%d records and %d rejections, want one record: %+v", len(d.records), len(d.rejected), d.rejected)
	}
	return d.records[0]
}

func hasFlag(r *model.Record, f model.Flag) bool {
	for _, have := range r.Flags {
		if have == f {
			return true
		}
	}
	return false
}

func warned(d drained, part string) bool {
	for _, w := range d.report.Warnings {
		if strings.Contains(w, part) {
			return true
		}
	}
	return false
}
