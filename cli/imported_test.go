package cli

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"unsent/model"
	"unsent/store"
)

// "Nothing to triage" is only said where every record was read, all is settled,
// and something went well.
func TestReassurance(t *testing.T) {
	tests := []struct {
		name   string
		imp    model.Import
		totals model.Totals
		file   string // of importText
		empty  string // of sayEmpty
	}{
		{"all well", model.Import{Read: 2, Succeeded: 2}, model.Totals{Imports: 1, Successes: 2},
			"no failure in it: nothing to triage", "No failures: 2 sends went well. Nothing to triage."},
		{"none read", model.Import{Read: 3, Rejected: 3}, model.Totals{Imports: 1},
			"", "Cannot tell whether a message failed: 3 records could not be read. 'unsent imports' lists the files."},
		{"one unread", model.Import{Read: 3, Rejected: 1, Succeeded: 2}, model.Totals{Imports: 1, Successes: 2},
			"cannot tell whether a message failed: 1 record could not be read",
			"Cannot tell whether a message failed: 1 record could not be read; 2 sends went well. 'unsent imports' lists the files."},
		{"all under way", model.Import{Read: 2, InProgress: 2}, model.Totals{Imports: 1},
			"cannot tell whether a message failed: 2 are still under way",
			"Cannot tell whether a message failed: 2 are still under way. 'unsent imports' lists the files."},
		{"one under way", model.Import{Read: 2, InProgress: 1, Succeeded: 1}, model.Totals{Imports: 1, Successes: 1},
			"cannot tell whether a message failed: 1 is still under way",
			"Cannot tell whether a message failed: 1 is still under way; 1 send went well. 'unsent imports' lists the files."},
		{"skipped", model.Import{Read: 1, NotAttempted: 1}, model.Totals{Imports: 1},
			"cannot tell whether a message failed: no record says what became of a send",
			"Cannot tell whether a message failed: no record says what became of a send. 'unsent imports' lists the files."},
		{"again", model.Import{Read: 4, Duplicate: 4}, model.Totals{Imports: 2, Successes: 4},
			"seen before: 4 records, 0 new", "No failures: 4 sends went well. Nothing to triage."},
		{"purged", model.Import{Read: 2, Stored: 1, Succeeded: 1}, model.Totals{Imports: 1, Successes: 1},
			"1 failure stored", "No failed message is left in the database: what was imported is purged. 'unsent audit' says by whom."},
		{"nothing", model.Import{}, model.Totals{},
			"no record in it", "Nothing imported yet. 'unsent import FILE' does it, 'unsent demo' shows invented data."},
	}
	for _, tt := range tests {
		if got := headline(&tt.imp, false); got != tt.file {
			t.Errorf("%s: of the file is said %q, want %q", tt.name, got, tt.file)
		}
		if got := emptyText(tt.totals, []model.Import{tt.imp}); got != tt.empty {
			t.Errorf("%s: of the database is said %q, want %q", tt.name, got, tt.empty)
		}
		if text := importText(tt.imp, false, false); tt.imp.Sum() != tt.imp.Read || !strings.Contains(text, tt.file) {
			t.Errorf("%s: the import says\n%s", tt.name, text)
		}
	}
}

// A secret in the name of a file reaches neither its records nor its report.
func TestNamedStream(t *testing.T) {
	a := &app{Sys: Sys{Getenv: func(k string) string { return map[string]string{"UNSENT_TOKEN": "my-own-token-0123456789"}[k] }}}
	in := &oneRecord{file: "log-my-own-token-0123456789.csv"}
	s := a.named(in)
	var r model.Record
	if err := s.Next(&r); err != nil || strings.Contains(r.Source.File+s.Report().File, "my-own") || r.Source.Line != 7 {
		t.Errorf("the record is of %+v, the report of %q, %v", r.Source, s.Report().File, err)
	}
	in.file = "log.csv"
	if s := a.named(in); s != model.Stream(in) {
		t.Error("an ordinary name is replaced")
	}
}

type oneRecord struct{ file string }

func (o *oneRecord) Next(r *model.Record) error {
	r.Source = model.Source{File: o.file, Line: 7}
	return nil
}
func (o *oneRecord) Report() model.SourceReport { return model.SourceReport{File: o.file} }
func (o *oneRecord) Position() (int64, int64)   { return 0, 0 }

// All that could not be read is listed, however much it is and wherever in the
// file it stood.
func TestRejections(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "many.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const many = 1203
	imp, err := s.Import(t.Context(), &unreadable{left: many}, store.ImportOptions{})
	if err != nil || imp.Rejected != many {
		t.Fatalf("%d rejected, %v", imp.Rejected, err)
	}
	got, err := rejections(t.Context(), s, imp.ID)
	if err != nil || len(got) != many {
		t.Fatalf("%d listed, want %d: %v", len(got), many, err)
	}
	for i, r := range got {
		if r.Reason != strconv.Itoa(many-i) {
			t.Fatalf("rejection %d is %q", i, r.Reason)
		}
	}
}

// unreadable is a stream of lines far apart that nobody can read.
type unreadable struct{ left, line int }

func (u *unreadable) Next(*model.Record) error {
	if u.left == 0 {
		return io.EOF
	}
	u.left--
	u.line += 7
	return &model.Rejection{Line: u.line, Reason: strconv.Itoa(u.left + 1)}
}
func (u *unreadable) Report() model.SourceReport { return model.SourceReport{File: "many.csv"} }
func (u *unreadable) Position() (int64, int64)   { return 0, 0 }

// breaks is a log whose second record cannot be reached.
type breaks struct{ few }

func (b *breaks) Next(r *model.Record) error {
	if err := b.few.Next(r); err != nil {
		return errors.New("the disk is gone")
	}
	return nil
}

// A list of imports does not show a part of a file as the whole.
func TestImportsShowAPart(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	one := func() []model.Record {
		return []model.Record{{Outcome: model.Failed, Failure: model.Failure{At: since, Code: "131016", CodeFrom: model.FromColumn, WABA: "100200300400500", Recipient: "15550100100"}}}
	}
	for i, stream := range []model.Stream{&few{one()}, &breaks{few{one()}}} {
		_, err := s.Import(t.Context(), stream, store.ImportOptions{})
		if (err != nil) != (i == 1) {
			t.Fatal(err)
		}
	}
	all, err := s.Imports(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	printImports(&b, all)
	out := b.String()
	if n := strings.Count(out, "+?"); n != 2 || !strings.Contains(out, "+? import 2: stopped before line ") {
		t.Errorf("%d marks in\n%s", n, out)
	}
}
