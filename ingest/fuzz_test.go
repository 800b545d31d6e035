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
	for _, p := range presets {
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
		limit := 10*len(data) + 100
		for n := 0; ; n++ {
			if n > limit {
				t.Fatalf("%d records of %d bytes", n, len(data))
			}
			var rec model.Record
			err := r.Next(&rec)
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
	})
}
