package ingest

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"unsent/model"
)

// chunks gives out its text in pieces of any size, the way pipes do.
type chunks struct {
	r   io.Reader
	rng *rand.Rand
}

func (c *chunks) Read(p []byte) (int, error) {
	return c.r.Read(p[:min(len(p), 1+c.rng.IntN(70000))])
}

// TestChunks: files larger than what is read ahead, in every layout, give each
// record once and on its line, wherever a piece ends.
func TestChunks(t *testing.T) {
	const n = 4000
	filler := strings.Repeat("lorem ipsum ", 60)
	type file struct {
		text string
		line func(i int) int // of record i
	}
	var lf, crlf, multi, ndjson, array, pretty strings.Builder
	lf.WriteString("phone,status,error_code,details,note\n")
	crlf.WriteString("phone,status,error_code,details,note\r\n")
	multi.WriteString("phone,status,error_code,details,note\n")
	array.WriteString("[\n")
	for i := range n {
		fmt.Fprintf(&lf, "155501%05d,failed,131026,%s,%d\n", i, filler, i)
		fmt.Fprintf(&crlf, "155501%05d,failed,131026,\"%s\",%d\r\n", i, filler, i)
		fmt.Fprintf(&multi, "155501%05d,failed,131026,\"%s\nsays \"\"no\"\",\r\n\",%d\n", i, filler, i)
		s := fmt.Sprintf(`{"id":"wamid.%d","status":"failed","recipient_id":"155501%05d","errors":[{"code":131026,"title":%q}]}`, i, i, filler)
		fmt.Fprintf(&ndjson, "%s\n", s)
		fmt.Fprintf(&array, "%s%s\n", s, map[bool]string{true: ","}[i < n-1])
		fmt.Fprintf(&pretty, "%s\n", strings.ReplaceAll(s, `,"`, ",\n\""))
	}
	array.WriteString("]\n")
	plain := func(i int) int { return i + 2 }
	texts := map[string]file{
		"LF":                 {lf.String(), plain},
		"CRLF":               {crlf.String(), plain},
		"CR":                 {strings.ReplaceAll(lf.String(), "\n", "\r"), plain},
		"line ends in cells": {multi.String(), func(i int) int { return 2 + 3*i }},
		"NDJSON":             {ndjson.String(), func(i int) int { return i + 1 }},
		"array":              {array.String(), plain},
		"pretty":             {pretty.String(), func(i int) int { return 1 + 5*i }},
	}
	for name, tt := range texts {
		t.Run(name, func(t *testing.T) {
			if len(tt.text) < 2*peekSize {
				t.Fatalf("%d bytes are read ahead whole", len(tt.text))
			}
			src := &chunks{strings.NewReader(tt.text), rand.New(rand.NewPCG(1, 2))}
			r, err := Open(context.Background(), src, name, options())
			if err != nil {
				t.Fatal(err)
			}
			d := drain(t, r)
			if len(d.records) != n || len(d.rejected) != 0 {
				t.Fatalf("%d records, %d rejected, want %d: %+v", len(d.records), len(d.rejected), n, d.rejected)
			}
			for i, r := range d.records {
				want := fmt.Sprintf("155501%05d", i)
				if r.Outcome != model.Failed || r.Recipient != want || r.Source.Line != tt.line(i) {
					t.Fatalf("record %d: %s to %s in line %d, want %s in line %d", i, r.Outcome, r.Recipient, r.Source.Line, want, tt.line(i))
				}
			}
			if want := filler + "\nsays \"no\","; name == "line ends in cells" && d.records[n-1].Message != want {
				t.Errorf("message is %q, want %q", d.records[n-1].Message, want)
			}
		})
	}
}
