package ingest

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"unsent/model"
)

// TestBytes: the same log in the ways that bytes can be written gives the same
// records, whatever carries it.
func TestBytes(t *testing.T) {
	const plain = "Phone,Status,Error Code,Error Message\n+15550100101,failed,131026,\"Olá, não\"\n+15550100102,delivered,,\n+15550100103,failed,131047,x\n"
	wide := func(s string, big, mark bool) string {
		units := utf16.Encode([]rune(s))
		if mark {
			units = append([]uint16{0xfeff}, units...)
		}
		var b bytes.Buffer
		for _, u := range units {
			if big {
				b.Write([]byte{byte(u >> 8), byte(u)})
			} else {
				b.Write([]byte{byte(u), byte(u >> 8)})
			}
		}
		return b.String()
	}
	narrow := strings.NewReplacer("á", "\xe1", "ã", "\xe3").Replace(plain)
	forms := map[string]string{
		"UTF-8":                plain,
		"UTF-8 with a mark":    "\ufeff" + plain,
		"UTF-16 LE":            wide(plain, false, false),
		"UTF-16 LE, mark":      wide(plain, false, true),
		"UTF-16 BE":            wide(plain, true, false),
		"UTF-16 BE, mark":      wide(plain, true, true),
		"Windows-1252":         narrow,
		"CRLF":                 strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":                   strings.ReplaceAll(plain, "\n", "\r"),
		"UTF-16 BE, mark, CR":  wide(strings.ReplaceAll(plain, "\n", "\r"), true, true),
		"CRLF and LF":          strings.Replace(plain, "\n", "\r\n", 2),
		"no last line end":     strings.TrimSuffix(plain, "\n"),
		"blank lines":          "\n\r\n" + strings.ReplaceAll(plain, "\n", "\n\n"),
		"NULs at the end":      plain + strings.Repeat("\x00", 40),
		"sep line":             "sep=,\r\n" + plain,
		"sep line, semicolons": "\ufeffsep=;\n" + strings.NewReplacer(";", ",", ",", ";", "Olá,", "Olá,").Replace(plain),
		"tabs, UTF-16":         wide(strings.NewReplacer("Olá,", "Olá,", ",", "\t").Replace(plain), false, true),
	}
	for name, text := range forms {
		for carrier, pack := range map[string]func(string) string{
			"as it is": func(s string) string { return s },
			"gzip":     func(s string) string { return gzipOf(t, s) },
			"zip":      func(s string) string { return zipOf(t, packed{"a.csv", s}) },
		} {
			d := drainText(t, pack(text))
			failed := d.failed()
			if len(failed) != 2 || d.count(model.Succeeded) != 1 || len(d.rejected) != 0 {
				t.Errorf("%s, %s: %+v, rejected %v", name, carrier, d.records, d.rejected)
				continue
			}
			if failed[0].Recipient != "15550100101" || failed[0].Message != "Olá, não" || failed[1].Code != "131047" {
				t.Errorf("%s, %s: %+v", name, carrier, failed[0])
			}
		}
	}
}

// TestTornText: half a row in front of a read error is no row.
func TestTornText(t *testing.T) {
	for _, text := range []string{"phone,status,error_code\n+15550100101,failed,131026\n+15550100102,failed,1310", "phone,status,error_code\n+15550100101,failed,131026\n+1555"} {
		var out []model.Record
		r := &Reader{op: &opening{}}
		src := &source{}
		src.window = newWindow(t.Context(), io.MultiReader(strings.NewReader(text), &failing{&damage{"torn here"}}))
		table, err := newCSVReader(src, "test", options())
		if err != nil {
			t.Fatal(err)
		}
		r.op.ctx, r.from = t.Context(), &content{form: table, src: src}
		d := drain(t, r)
		if out = d.failed(); len(out) != 1 || len(d.rejected) != 1 || d.rejected[0].Line != 3 || !strings.HasPrefix(d.rejected[0].Raw, "+1555") {
			t.Errorf("%+v, rejected %+v", out, d.rejected)
		}
	}
}
