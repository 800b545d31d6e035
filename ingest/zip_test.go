package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unsent/model"
)

const oneRow = "phone,status,error_code\n+15550100101,failed,131026\n"

// A packed is a member of an archive that a test makes.
type packed struct{ name, text string }

func zipOf(t testing.TB, members ...packed) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.Create(m.name)
		if err == nil {
			_, err = io.WriteString(w, m.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipOf(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// openError is why a text is refused; it must have a hint.
func openError(t *testing.T, text string) error {
	t.Helper()
	r, err := Open(context.Background(), strings.NewReader(text), "f.csv", options())
	if err == nil {
		r.Close()
		t.Fatalf("it was opened: %+v", r.Report())
	}
	if model.Hint(err) == "" {
		t.Errorf("no hint with %v", err)
	}
	return err
}

func TestZip(t *testing.T) {
	text := zipOf(t,
		packed{"b/two.csv", "phone,status,error_code\n+15550100102,failed,131047\n\"broken,failed\n"},
		packed{"__MACOSX/._one.csv", "\x00\x05\x16\x07"}, packed{".DS_Store", "\x00"}, packed{"b/", ""},
		packed{"one.ndjson", `{"recipient":"15550100103","status":"delivered","id":"m1"}` + "\n"},
		packed{"a.csv", oneRow},
		packed{"logo.png", "\x89PNG\r\n\x1a\n"},
		packed{"notes.txt", "Hello there, these are our notes."})
	d := drainText(t, text)
	if d.count(model.Failed) != 2 || d.count(model.Succeeded) != 1 || len(d.rejected) != 1 {
		t.Fatalf("%+v, rejected %v", d.records, d.rejected)
	}
	var files []string
	for _, r := range d.records {
		files = append(files, fmt.Sprintf("%s:%d", r.Source.File, r.Source.Line))
	}
	if want := []string{"test/a.csv:2", "test/b/two.csv:2", "test/one.ndjson:1"}; !slices.Equal(files, want) {
		t.Errorf("the records are from %q, want %q", files, want)
	}
	if r := d.rejected[0]; r.Line != 3 || !strings.HasPrefix(r.Reason, "b/two.csv: ") {
		t.Errorf("the rejection is %+v", r)
	}
	if d.report.Format != "zip" || d.report.File != "test" || d.report.Columns["code"] != "error_code" {
		t.Errorf("report %+v", d.report)
	}
	if !warned(d, "Passed over: logo.png, this is a PNG image.") || !warned(d, "Passed over: notes.txt, no column of a failure log is recognised.") {
		t.Errorf("warnings %q", d.report.Warnings)
	}
	for _, w := range d.report.Warnings {
		if strings.Contains(w, "MACOSX") || strings.Contains(w, "DS_Store") {
			t.Errorf("litter is spoken of: %q", w)
		}
	}
}

// TestZipSystems: a member's ids belong to its own system, so that importing the
// member alone finds the same messages.
func TestZipSystems(t *testing.T) {
	d := drainText(t, zipOf(t,
		packed{"a.csv", "message_id,phone,status,error_code\nx1,+15550100101,failed,131026\n"},
		packed{"b.csv", "MessageSid,MessageStatus,To,ErrorCode\nSM00000000000000000000000000000001,failed,whatsapp:+15550100102,63016\n"}))
	if len(d.records) != 2 || d.records[0].Source.System != "generic" || d.records[1].Source.System != "twilio" || d.report.System != "generic, twilio" {
		t.Errorf("report %q, records %+v", d.report.System, d.records)
	}
}

func TestZipWithoutLog(t *testing.T) {
	var many []packed
	for i := range 15 {
		many = append(many, packed{fmt.Sprintf("p%02d.png", i), "\x89PNG\r\n\x1a\n"})
	}
	err := openError(t, zipOf(t, many...))
	var content *ContentError
	if !errors.As(err, &content) || !strings.Contains(err.Error(), "p09.png") || strings.Contains(err.Error(), "p10.png") || !strings.Contains(err.Error(), "and 5 more") {
		t.Errorf("error %v", err)
	}
	// A single member's own error says more, and its hint helps.
	err = openError(t, zipOf(t, packed{"x.csv", "alpha,beta\n1,2\n"}))
	var columns *ColumnsError
	if !errors.As(err, &columns) || !strings.Contains(err.Error(), "x.csv") {
		t.Errorf("error %v", err)
	}
	if d := drainText(t, zipOf(t, append(many, packed{"zz.csv", oneRow})...)); d.count(model.Failed) != 1 || !warned(d, "5 more parts of the file were passed over") || warned(d, "p10.png") {
		t.Errorf("warnings %q", d.report.Warnings)
	}
	if d := drainText(t, zipOf(t)); len(d.records) != 0 || !warned(d, "empty") {
		t.Errorf("an empty archive: %+v", d.report)
	}
	if d := drainText(t, zipOf(t, packed{"x.csv", ""})); len(d.records) != 0 || !warned(d, "empty") {
		t.Errorf("an empty member: %+v", d.report)
	}
}

// TestNested: one archive inside another is read, and no third.
func TestNested(t *testing.T) {
	plain := zipOf(t, packed{"a.csv", oneRow})
	for name, tt := range map[string]struct{ text, file string }{
		"gzip in gzip": {gzipOf(t, gzipOf(t, oneRow)), "test"},
		"zip in gzip":  {gzipOf(t, plain), "test/a.csv"},
		"gzip in zip":  {zipOf(t, packed{"a.csv.gz", gzipOf(t, oneRow)}), "test/a.csv.gz"},
		"zip in zip":   {zipOf(t, packed{"in.zip", plain}), "test/in.zip/a.csv"},
		"xlsx in zip":  {zipOf(t, packed{"in.xlsx", bookOf(t, book{sheets: []string{sheetOf(header, failedRow)}})}), "test/in.xlsx"},
	} {
		if r := only(t, tt.text); r.Code != "131026" || r.Source.File != tt.file {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for name, text := range map[string]string{
		"gzip": gzipOf(t, gzipOf(t, gzipOf(t, oneRow))), "zip": zipOf(t, packed{"b.zip", zipOf(t, packed{"a.zip", plain})}),
	} {
		if err := openError(t, text); !strings.Contains(err.Error(), "inside an archive") {
			t.Errorf("three layers of %s: %v", name, err)
		}
	}
}

// TestZipFromPipe: an archive that cannot be read at random is copied, and the
// copy is gone afterwards.
func TestZipFromPipe(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	text := zipOf(t, packed{"a.csv", oneRow}, packed{"b.csv", oneRow})
	r, err := Open(context.Background(), io.MultiReader(strings.NewReader(text)), "test", options())
	if err != nil {
		t.Fatal(err)
	}
	if d := drain(t, r); d.count(model.Failed) != 2 {
		t.Errorf("%+v", d.records)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestZipMemberTrouble(t *testing.T) {
	good := packed{"good.csv", oneRow}
	encrypted := []byte(zipOf(t, packed{"secret.csv", oneRow}, good))
	// The general purpose flags of the member's local and central headers.
	encrypted[6] |= 1
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	d := drainText(t, string(encrypted))
	if d.count(model.Failed) != 1 || !warned(d, "secret.csv, this is protected by a password") {
		t.Errorf("encrypted: %q", d.report.Warnings)
	}

	strange := []byte(zipOf(t, packed{"lzma.csv", oneRow}, good))
	strange[bytes.Index(strange, []byte("PK\x01\x02"))+10] = 14
	if d := drainText(t, string(strange)); d.count(model.Failed) != 1 || !warned(d, "lzma.csv, this is packed by a method (number 14)") {
		t.Errorf("another method: %q", d.report.Warnings)
	}

	// The first member's checksum is wrong: what was read of it counts, the
	// damage is a rejection, and the next member is read all the same.
	hurt := []byte(zipOf(t, packed{"a.csv", oneRow}, good))
	hurt[bytes.Index(hurt, []byte("PK\x01\x02"))+16] ^= 1
	d = drainText(t, string(hurt))
	if d.count(model.Failed) != 2 || len(d.rejected) != 1 || !strings.Contains(d.rejected[0].Reason, "a.csv: the zip member is damaged") {
		t.Errorf("damaged: %+v, rejected %v", d.records, d.rejected)
	}

	whole := zipOf(t, packed{"a.csv", oneRow})
	if err := openError(t, whole[:len(whole)-30]); !strings.Contains(err.Error(), "cut off") {
		t.Errorf("cut off: %v", err)
	}
}

func TestZipNames(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "Gr\x81n.csv", NonUTF8: true})
	if err == nil {
		_, err = io.WriteString(w, oneRow)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	if r := only(t, b.String()); r.Source.File != "test/Grün.csv" {
		t.Errorf("file is %q", r.Source.File)
	}
}

// TestBombs: what unpacks to more than a log can be ends with an error, and soon.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat(oneRow+strings.Repeat("x", 1<<18)+"\n", 320)
	for name, text := range map[string]string{"gzip": gzipOf(t, zeros), "zip": zipOf(t, packed{"a.csv", zeros})} {
		r := openText(t, text, options())
		var err error
		for range 10_000 {
			var reject *model.Rejection
			if err = r.Next(new(model.Record)); err != nil && !errors.As(err, &reject) {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), "500 times its size") || model.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	var many []packed
	for i := range maxMembers + 1 {
		many = append(many, packed{name: fmt.Sprint(i)})
	}
	if err := openError(t, zipOf(t, many...)); !strings.Contains(err.Error(), "10001 members") {
		t.Errorf("members: %v", err)
	}
}

// TestTornGzip: what stands in front of the cut is read, half a row is not, and
// the cut is told.
func TestTornGzip(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("phone,status,error_code,error_message\n")
	for i := range 3000 {
		fmt.Fprintf(&rows, "+1555010%04d,failed,131026,no %x\n", i, i*2654435761)
	}
	whole := gzipOf(t, rows.String())
	for _, cut := range []int{len(whole) / 2, len(whole) / 3, len(whole) - 9} {
		d := drainText(t, whole[:cut])
		if len(d.rejected) != 1 || !strings.Contains(d.rejected[0].Reason, "cut off") || !warned(d, "not whole") || d.count(model.Failed) < 100 {
			t.Fatalf("cut at %d: %d failures, rejected %v, %q", cut, d.count(model.Failed), d.rejected, d.report.Warnings)
		}
		for _, r := range d.failed() {
			if r.Code != "131026" || len(r.Recipient) != 11 || hasFlag(&r, model.FlagRepaired) {
				t.Fatalf("half a row was read: %+v", r)
			}
		}
	}
	// Two that were joined are one.
	if d := drainText(t, gzipOf(t, oneRow)+gzipOf(t, "+15550100102,failed,131047\n")); d.count(model.Failed) != 2 || len(d.rejected) != 0 {
		t.Errorf("joined: %+v, %v", d.records, d.rejected)
	}
	if d := drainText(t, gzipOf(t, oneRow)+"rubbish behind it"); d.count(model.Failed) != 1 || len(d.rejected) != 1 {
		t.Errorf("rubbish: %+v, %v", d.records, d.rejected)
	}
}

// TestZipPosition: progress is in the file's own bytes, moves, and ends at its end.
func TestZipPosition(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.zip")
	var rows strings.Builder
	rows.WriteString("phone,status,error_code,error_message\n")
	for i := range 200_000 {
		fmt.Fprintf(&rows, "+1555010%04d,failed,131026,no %x\n", i%10000, i*2654435761)
	}
	text := zipOf(t, packed{"a.csv", rows.String()}, packed{"b.csv", oneRow})
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := OpenFile(context.Background(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var last int64
	moved := 0
	for {
		err := r.Next(new(model.Record))
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		read, total := r.Position()
		if read < last || read > total || total != int64(len(text)) {
			t.Fatalf("position %d of %d after %d", read, total, last)
		}
		if read > last {
			moved++
		}
		last = read
	}
	if read, total := r.Position(); moved < 5 || read != total {
		t.Errorf("moved %d times, ends at %d of %d", moved, read, total)
	}
}

// The record at the end counts members in 16 bits, and the library compares no
// more of them: an archive of 65,537 says that it has one.
func TestMembersThatAreNotCounted(t *testing.T) {
	one := zipOf(t, packed{"a.csv", "phone,status,error_code\n15550100101,failed,131026\n"})
	end := strings.LastIndex(one, "PK\x05\x06")
	start := strings.Index(one, "PK\x01\x02")
	for _, members := range []int{1 + 1<<16, 1 + 8<<16} {
		list := strings.Repeat(one[start:end], members)
		tail := []byte(one[end:])
		binary.LittleEndian.PutUint32(tail[12:], uint32(len(list)))
		r := &greedy{Reader: bytes.NewReader([]byte(one[:start] + list + string(tail)))}
		_, err := Open(context.Background(), r, "many.zip", options())
		var bound *boundError
		if !errors.As(err, &bound) {
			t.Errorf("%d members: %v", members, err)
		}
		if most := int64(maxListing + 1<<17); r.got > most {
			t.Errorf("%d members: %d bytes are read to refuse them", members, r.got)
		}
	}
}

// A greedy reader counts what is read at random.
type greedy struct {
	*bytes.Reader
	got int64
}

func (g *greedy) ReadAt(p []byte, off int64) (int, error) {
	n, err := g.Reader.ReadAt(p, off)
	g.got += int64(n)
	return n, err
}
