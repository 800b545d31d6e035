package ingest

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"unsent/model"
)

// FuzzOpen: whatever the bytes are, nothing panics, reading ends, every record
// has an outcome, and every text is UTF-8 without NULs.
func FuzzOpen(f *testing.F) {
	for _, p := range presets() {
		f.Add([]byte(strings.Join(p.Sample, "\n")))
	}
	f.Add([]byte("\ufeffphone;status;error\r\n'+1;\"failed;131000\r\n"))
	f.Add([]byte("\xff\xfep\x00h\x00o\x00n\x00e\x00"))
	f.Add([]byte("sep=|\nphone|status\n1|failed"))
	f.Add([]byte(hookHead + `"statuses":[` + status("a", "failed", `{"code":0}`) + `]` + hookTail))
	f.Add([]byte("[\n{\"error\":{\"code\":1}},\n{\"error\""))
	f.Add([]byte("\"errors\": [\n{\"code\": 131000, 'title': nil}\n"))
	f.Add([]byte("(#131000) Something went wrong\n503 Service Unavailable\n{\n"))
	f.Add([]byte("phone,status,payload\n1,failed,\"{\"a\":\"b\",\"c\n1,2,\"{\\\"error\\\":{\\\"code\\\":1}}\"\n"))
	f.Add([]byte("phone,sent_at,failed_at\n1,13/13/2026,1.5\n1,1/2/26,99999999999999999999\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Open(context.Background(), strings.NewReader(string(data)), "fuzz", options())
		if err != nil {
			return
		}
		defer r.Close()
		checkStream(t, r, 10*len(data)+100)
	})
}

// FuzzPacked: the same for the bytes of archives and workbooks, which hold more
// than they are long.
func FuzzPacked(f *testing.F) {
	f.Add([]byte(zipOf(f, packed{"a.csv", oneRow}, packed{"b.csv.gz", gzipOf(f, oneRow)}, packed{"__MACOSX/x", "x"})))
	f.Add([]byte(gzipOf(f, oneRow)))
	f.Add([]byte(bookOf(f, book{sheets: []string{sheetOf(header, failedRow), ""}, shared: []string{"<t>x</t>"}})))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Open(context.Background(), strings.NewReader(string(data)), "fuzz", options())
		if err != nil {
			return
		}
		defer r.Close()
		checkStream(t, r, 1<<22)
	})
}

// FuzzSheet: the same for what a sheet's rows and its shared texts hold.
func FuzzSheet(f *testing.F) {
	f.Add(sheetOf(header, failedRow), "<t>x</t>")
	f.Add(rowOf(1, header...)+`<row r="9"><c r="ZZ9" t="s"><v>0</v></c></row><row><c><v>1e300</v></c><c s="1"><v>-1</v></c></row>`, "<r><t>_x0000_</t></r><rPh><t>y</t></rPh>")
	f.Add(rowOf(1, header...)+`<row r="99999999"><c r="A1" s="77"><v/></c>`, "<t>&#9;</t>")
	f.Fuzz(func(t *testing.T, rows, shared string) {
		text := bookOf(t, book{sheets: []string{rows}, shared: []string{shared}})
		r, err := Open(context.Background(), strings.NewReader(text), "fuzz", options())
		if err != nil {
			return
		}
		defer r.Close()
		checkStream(t, r, 10*len(text)+100)
	})
}

// checkStream reads r to its end and fails where one of the promises is broken.
func checkStream(t *testing.T, r *Reader, limit int) {
	t.Helper()
	for n := 0; ; n++ {
		if n > limit {
			t.Fatalf("more than %d records", limit)
		}
		var rec model.Record
		err := r.Next(&rec)
		placed(t, &rec)
		if err == io.EOF {
			break
		}
		var rej *model.Rejection
		if errors.As(err, &rej) {
			if len(rej.Raw) > maxRaw || rej.Line < 1 || !utf8.ValidString(rej.Raw) {
				t.Fatalf("rejection %+v", rej)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		switch rec.Outcome {
		case model.Failed, model.Succeeded, model.NotAttempted, model.InProgress, model.NotASend:
		default:
			t.Fatalf("outcome %q", rec.Outcome)
		}
		for _, s := range []string{rec.Title, rec.Message, rec.Details, rec.Raw, rec.Response, rec.Recipient, rec.Template, rec.Status} {
			if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
				t.Fatalf("a text that is no clean UTF-8: %q", s)
			}
		}
	}
	rep := r.Report()
	for _, w := range rep.Warnings {
		if w == "" {
			t.Fatal("an empty warning")
		}
	}
}
