package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// unknown is a table of which no header is known.
const unknown = "Quem,Fim,Porque,Quando,Chave\n" +
	"15550100101,ERRO,131026: Message undeliverable,03/04/2026 10:11,EAAGm0PX4ZCpsBAKZBq7ZCvvZA3ZBZCQx0lLZBGZCwWZAhQ2ZAZB\n" +
	"15550100102,ENTREGUE,,04/05/2026 10:12,\n" +
	"15550100102,ERRO,131047: Re-engagement message,05/04/2026 11:11,\n" +
	"15550100104,ERRO,131026: Message undeliverable,06/04/2026 12:11,\n"

func previewOf(t *testing.T, text string, o Options) model.Table {
	t.Helper()
	table, err := Preview(t.Context(), strings.NewReader(text), "x.csv", o)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// A table whose columns are not known is described so that somebody can say them.
func TestPreviewUnknown(t *testing.T) {
	got := previewOf(t, unknown, Options{})
	if got.Why == "" || got.Set == "" || got.Headless || !got.Whole || got.Read != 0 {
		t.Errorf("%+v", got)
	}
	var looks []string
	for _, c := range got.Columns {
		if c.Field != "" || c.Ref != c.Header {
			t.Errorf("%+v", c)
		}
		looks = append(looks, c.Looks)
		for _, s := range c.Samples {
			if strings.Contains(s, "EAAG") {
				t.Errorf("%s shows a secret", c.Header)
			}
		}
	}
	if want := []string{"recipient", "status", "message", "timestamp", ""}; !slices.Equal(looks, want) {
		t.Errorf("looks like %q, want %q", looks, want)
	}
	if want := []string{"15550100101", "15550100102", "15550100104"}; !slices.Equal(got.Columns[0].Samples, want) {
		t.Errorf("samples %q, want %q: different ones, at most three", got.Columns[0].Samples, want)
	}
}

// With what somebody said, it tells what the rows would become and what is open.
func TestPreviewSaid(t *testing.T) {
	o := Options{Map: map[string]string{"recipient": "Quem", "status": "Fim", "message": "Porque", "timestamp": "Quando"}, Ignore: []string{"Chave"}}
	got := previewOf(t, unknown, o)
	if got.Why != "" || got.Read != 4 || got.Failed != 3 || got.Succeeded != 1 || got.Rejected != 0 || got.Code != "131026" {
		t.Errorf("%+v", got)
	}
	if got.Dates != "03/04/2026 10:11" || got.Clock != "03/04/2026 10:11" {
		t.Errorf("dates %q, clock %q", got.Dates, got.Clock)
	}
	if c := got.Columns[0]; c.Field != "recipient" || c.Sure != model.SureAsked {
		t.Errorf("%+v", c)
	}
	// One date above the twelfth decides it, and nothing is asked.
	if got := previewOf(t, unknown+"15550100104,ERRO,x,26/04/2026 12:11,\n", o); got.Dates != "" {
		t.Errorf("%q is asked although the file tells", got.Dates)
	}
	// Nothing is left that tells of a failure.
	o.Ignore = []string{"Fim", "Porque", "Chave"}
	o.Map = map[string]string{"recipient": "Quem"}
	if got := previewOf(t, unknown, o); got.Why == "" || got.Columns[1].Looks != "" {
		t.Errorf("%+v", got)
	}
}

// A known header is named with how sure it is; what is not used stays out.
func TestPreviewKnown(t *testing.T) {
	text := "recipient,status,status,Foo,error_code\n15550100101,failed,x,131026,131000\n15550100102,delivered,x,,\n"
	got := previewOf(t, text, Options{})
	var all []string
	for _, c := range got.Columns {
		all = append(all, fmt.Sprint(c.Ref, " ", c.Field, " ", c.Sure, " ", c.Second))
	}
	want := []string{"recipient recipient name false", "column 2 status name false", "column 3   false", "Foo   false", "error_code code name false"}
	if !slices.Equal(all, want) {
		t.Errorf("%q\nwant %q", all, want)
	}
	got = previewOf(t, text, Options{Map: map[string]string{"code": "Foo"}, Ignore: []string{"error_code", "column 3"}})
	if got.Failed != 1 || got.Code != "131026" {
		t.Errorf("%+v", got)
	}
	if _, err := Preview(t.Context(), strings.NewReader(text), "x", Options{Ignore: []string{"Bar"}}); err == nil {
		t.Error("a column that is not there was left out")
	}
}

// A table without a header has numbers for names, and can be said by them.
func TestPreviewHeadless(t *testing.T) {
	text := "a,15550100101,131026,zz\nb,15550100102,131047,zz\nc,15550100103,131000,zz\n"
	got := previewOf(t, text, Options{})
	if !got.Headless || got.Set != "" || got.Failed != 3 || got.Columns[1].Ref != "column 2" || got.Columns[1].Sure != model.SureValues {
		t.Errorf("%+v", got)
	}
	// What was guessed of a column does not come between what is said of it.
	got = previewOf(t, text, Options{Map: map[string]string{"recipient": "column 2", "campaign": "column 3"}, Ignore: []string{"column 1"}})
	if got.Why == "" || got.Columns[2].Field != "campaign" {
		t.Errorf("%+v", got.Columns[2])
	}
	// Not even a guess is possible here, and what is said counts all the same.
	text = "a;20260401;15550100101;zz;no\nb;20260402;15550100102;zz;no\n"
	if got = previewOf(t, text, Options{}); got.Why == "" || !got.Headless || len(got.Columns) != 5 {
		t.Errorf("%+v", got)
	}
	got = previewOf(t, text, Options{Map: map[string]string{"recipient": "column 3", "success": "column 5"}})
	if got.Failed != 2 || got.Read != 2 {
		t.Errorf("%+v", got)
	}
}

// What stands above an unknown table is no part of it.
func TestPreviewPreamble(t *testing.T) {
	got := previewOf(t, "Relatorio de maio\n\n"+unknown, Options{})
	if len(got.Columns) != 5 || got.Columns[0].Header != "Quem" {
		t.Errorf("%+v", got.Columns)
	}
}

// What is no table has no columns; what is no log is refused.
func TestPreviewOthers(t *testing.T) {
	got := previewOf(t, `{"error":{"code":131026,"message":"(#131026) Message undeliverable"}}`, Options{})
	if len(got.Columns) != 0 || got.Format != "json" || got.Failed != 1 {
		t.Errorf("%+v", got)
	}
	got = previewOf(t, "Error 131026: Message undeliverable\n", Options{})
	if len(got.Columns) != 0 || got.Format != "text" || got.Code != "131026" {
		t.Errorf("%+v", got)
	}
	for _, text := range []string{"hello there", "Dear all, thank you, and\ngood bye", "%PDF-1.4 x"} {
		if _, err := Preview(t.Context(), strings.NewReader(text), "x", Options{}); err == nil {
			t.Errorf("%q was taken for a log", text)
		}
	}
}

// Only the beginning is read, and a row that is cut off there is not counted
// against the columns.
func TestPreviewReadsTheHead(t *testing.T) {
	var b strings.Builder
	b.WriteString("recipient,status,error_code,note\n")
	for b.Len() < 3<<20 {
		b.WriteString("15550100101,failed,131026,\"two\nlines\"\n")
	}
	r := strings.NewReader(b.String())
	got, err := Preview(t.Context(), r, "big.csv", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if read := b.Len() - r.Len(); read > 1<<20 {
		t.Errorf("%d bytes were read", read)
	}
	if got.Whole || got.Read < 20000 || got.Rejected != 0 || got.Failed != got.Read {
		t.Errorf("%+v", got)
	}
	file := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(file, []byte(unknown), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := PreviewFile(t.Context(), file, Options{}); err != nil || len(got.Columns) != 5 {
		t.Errorf("%v %+v", err, got)
	}
	if _, err := PreviewFile(t.Context(), file+".gone", Options{}); model.Hint(err) == "" {
		t.Errorf("a file that is gone: %v", err)
	}
}

// What was said of a table is found again by its headers, in any order, and the
// report says so. The file's own dates win over it.
func TestRecall(t *testing.T) {
	set := previewOf(t, unknown, Options{}).Set
	said := &Remembered{
		Map: map[string]string{"recipient": "Quem", "status": "Fim", "message": "Porque", "timestamp": "Quando"}, DateOrder: "mdy",
		Zone: time.FixedZone("UTC-03:00", -3*3600), At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
	}
	recall := func(s string) *Remembered {
		if s == set {
			return said
		}
		return nil
	}
	first := func(text string) (model.Record, model.SourceReport) {
		r, err := Open(t.Context(), strings.NewReader(text), "x.csv", Options{Recall: recall})
		if err != nil {
			t.Fatal(err)
		}
		var rec model.Record
		if err := r.Next(&rec); err != nil {
			t.Fatal(err)
		}
		return rec, r.Report()
	}
	shuffled := "quando;FIM;chave;quem;porque\n03/04/2026 10:11;ERRO;;15550100101;131026: x\n"
	rec, rep := first(shuffled)
	if rec.Recipient != "15550100101" || !rec.At.Equal(time.Date(2026, 3, 4, 13, 11, 0, 0, time.UTC)) {
		t.Errorf("%s at %s", rec.Recipient, rec.At)
	}
	if !strings.Contains(strings.Join(rep.Warnings, " "), "as you mapped them on 2026-11-22; m ") {
		t.Errorf("nothing is said of it: %q", rep.Warnings)
	}
	rec, _ = first(shuffled + "26/04/2026 10:11;ERRO;;15550100101;131026: x\n")
	if want := time.Date(2026, 4, 3, 13, 11, 0, 0, time.UTC); !rec.At.Equal(want) {
		t.Errorf("at %s, the file's own dates say %s", rec.At, want)
	}
	// What is said now wins, and other headers are other tables.
	for _, o := range []Options{{Recall: recall, Map: map[string]string{"recipient": "Porque", "status": "Fim"}}, {Recall: recall, Ignore: []string{"Quem"}}} {
		r, err := Open(t.Context(), strings.NewReader(unknown), "x.csv", o)
		if err == nil && strings.Contains(strings.Join(r.Report().Warnings, " "), "as you mapped") {
			t.Errorf("%+v was overruled", o)
		}
	}
	if _, err := Open(t.Context(), strings.NewReader(strings.Replace(unknown, "Quem", "Qual", 1)), "x.csv", Options{Recall: recall}); !errors.Is(err, model.ErrColumns) {
		t.Errorf("another table: %v", err)
	}
}

// Headers of one name are told apart by their order alone.
func TestHeaderSet(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"a,b,c", "C,a,B", true},
		{"a,b,c", "a,b", false},
		{"a,a,b", "a,b,a", false},
		{"a,,b", "b,,a", false},
		{"sent at,to", "To,sent_at", true},
	} {
		if got := headerSet(strings.Split(tt.a, ",")) == headerSet(strings.Split(tt.b, ",")); got != tt.same {
			t.Errorf("%s and %s: %t", tt.a, tt.b, got)
		}
	}
	if headerSet(nil) != "" {
		t.Error("no headers have a name")
	}
}

// What was said comes back by names that find the same columns again.
func TestHand(t *testing.T) {
	text := "who,who,what,status\nx,15550100101,131026,failed\n"
	r, err := Open(t.Context(), strings.NewReader(text), "x.csv", Options{Map: map[string]string{"recipient": "column 2", "code": "WHAT"}, Ignore: []string{"1"}})
	if err != nil {
		t.Fatal(err)
	}
	var rec model.Record
	if err := r.Next(&rec); err != nil || rec.Recipient != "15550100101" || rec.Code != "131026" {
		t.Errorf("%v %+v", err, rec)
	}
	if err := r.Next(&rec); err != io.EOF {
		t.Error(err)
	}
	set, asked, ignored := r.Hand()
	if set == "" || asked["recipient"] != "column 2" || asked["code"] != "what" || !slices.Equal(ignored, []string{"column 1"}) {
		t.Errorf("%q %q %q", set, asked, ignored)
	}
}

// Every field that can be said is explained, and nothing else.
func TestAbout(t *testing.T) {
	var names []string
	for _, a := range About() {
		if a.About == "" {
			t.Errorf("nothing is said of %s", a.Name)
		}
		names = append(names, a.Name)
	}
	slices.Sort(names)
	if want := Fields(); !slices.Equal(names, want) {
		t.Errorf("%q\nwant %q", names, want)
	}
}

// A number beside its own title is a code, wherever it stands.
func TestTitledCode(t *testing.T) {
	o := Options{
		Titles: map[string]model.Code{"message undeliverable": "131026", "something went wrong": "131000"},
		Known:  func(c model.Code) bool { return c == "131026" || c == "131000" },
	}
	for text, want := range map[string]model.Code{
		"131026 Message undeliverable":                       "131026",
		"Failed: Message Undeliverable. (131026)":            "131026",
		"Message failed: 131026 - Message undeliverable":     "131026",
		"131000 Message undeliverable":                       "",
		"order 131026 went out":                              "",
		"order 131000: Something went wrong with the parcel": "131000",
	} {
		if got, _ := titledCode(text, o); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	r, err := Open(t.Context(), strings.NewReader("131026 Message undeliverable\n"), "paste", o)
	if err != nil {
		t.Fatal(err)
	}
	var rec model.Record
	if err := r.Next(&rec); err != nil || rec.Code != "131026" || rec.CodeFrom != model.FromText || rec.Outcome != model.Failed {
		t.Errorf("%v %+v", err, rec)
	}
}

// A column that somebody named and the table does not have is what is told, and
// not that nothing was recognised.
func TestMisnamedColumn(t *testing.T) {
	const table = "c1,c2,Foo,Shop\nX1,15550100100,131047,A\nX2,15550100101,131026,B\n"
	_, err := Open(t.Context(), strings.NewReader(table), "x.csv", Options{Map: map[string]string{"recipient": "c2", "code": "Fooo"}})
	if err == nil || !strings.Contains(err.Error(), `there is no column "Fooo" for code`) || !strings.Contains(err.Error()+model.Hint(err), `"c1", "c2", "Foo"`) {
		t.Error(err, model.Hint(err))
	}
}
