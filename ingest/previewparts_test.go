package ingest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unsent/model"
)

// previewFile writes a file and looks at it.
func previewFile(t *testing.T, name, text string, o Options) (model.Table, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	table, err := PreviewFile(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return table, path
}

// A workbook of which no column is known is asked about like a table: its title
// and blank sheets are no reason not to. What is said of it is kept by its headers
// when it has been read.
func TestPreviewWorkbook(t *testing.T) {
	text := bookOf(t, book{sheets: []string{
		rowOf(1, "Report of October") +
			rowOf(3, "Quem", "Porque", "Quando") +
			rowOf(4, "15550100101", "131026", "2026-10-01 10:00:00") +
			rowOf(5, "15550100102", "131047", "2026-10-02 10:00:00") +
			rowOf(6, "15550100103", "131026", "2026-10-03 10:00:00"),
		"",
	}})
	got, path := previewFile(t, "unknown.xlsx", text, Options{})
	if got.Why == "" || got.Set == "" || len(got.Columns) != 3 || got.Columns[0].Looks != "recipient" || got.Columns[1].Looks != "code" || got.Columns[2].Samples[0] != "2026-10-01 10:00:00" {
		t.Fatalf("%+v", got)
	}
	said := Options{Map: map[string]string{"recipient": "Quem", "code": "Porque", "timestamp": "Quando"}}
	if got, _ = previewFile(t, "unknown.xlsx", text, said); got.Why != "" || got.Read != 3 || got.Failed != 3 || !got.Whole || got.Code != "131026" || got.Clock == "" || got.Columns[1].Field != "code" {
		t.Errorf("%+v", got)
	}
	set := got.Set
	r, err := OpenFile(t.Context(), path, said)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for err == nil {
		err = r.Next(new(model.Record))
	}
	if kept, asked, _ := r.Hand(); err != io.EOF || kept != set || asked["recipient"] != "Quem" {
		t.Errorf("%v; kept by %q, not %q: %v", err, kept, set, asked)
	}
}

// Of an archive the first log is described, and only its beginning is read.
func TestPreviewArchive(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("recipient,status,error_code\n")
	for i := range partRows + 1 {
		fmt.Fprintf(&rows, "15550100%03d,failed,131026\n", 100+i%100)
	}
	got, _ := previewFile(t, "a.zip", zipOf(t, packed{"a.png", "\x89PNG\r\n\x1a\n...."}, packed{"b.csv", rows.String()}), Options{})
	if got.Read != partRows || got.Whole || len(got.Columns) != 3 || got.Columns[2].Field != "code" {
		t.Errorf("%d read, whole %v, columns %+v", got.Read, got.Whole, got.Columns)
	}
	got, _ = previewFile(t, "b.zip", zipOf(t, packed{"c.csv", unknown}), Options{})
	if got.Why == "" || len(got.Columns) != 5 || got.Columns[0].Looks != "recipient" {
		t.Errorf("%+v", got)
	}
	path := filepath.Join(t.TempDir(), "c.zip")
	if err := os.WriteFile(path, []byte(zipOf(t, packed{"a.txt", "nothing of use\n"})), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := PreviewFile(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "a.txt") {
		t.Errorf("%+v, %v", got, err)
	}
}
