package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"unsent/model"
)

// A hazard is one way in which exports are damaged or odd, and what must come of
// it. Its name begins with its number: Q for the project's list of hazards of
// files, W for its list of what people paste out of webhooks.
type hazard struct {
	name, text string
	want       hazardWant
}

// Facts are those of a record, by their names in JSON; see checkRecord.
type facts = map[string]any

type hazardWant struct {
	failed, ok, rejected int
	code                 model.Code
	recipient            string
	line                 int // of the first failure
	flags                []model.Flag
	warning              string
	records              []facts // all of them; then nothing above is looked at but rejected and warning
	check                func(t *testing.T, d drained)
	set                  func(*Options) // what the agent said; nil: nothing
}

const (
	hazardHead = "Phone,Status,Error Code,Error Message,Sent At\n"
	hazardRow  = "+15550100101,failed,131026,Message undeliverable,2026-11-20T08:34:10Z\n"
)

// hazardOne is what comes of hazardHead and hazardRow.
var hazardOne = hazardWant{failed: 1, code: "131026", recipient: "15550100101", line: 2}

// but is w with a change.
func (w hazardWant) but(change func(*hazardWant)) hazardWant { change(&w); return w }

func utf16le(s string, bom bool) string {
	var b bytes.Buffer
	if bom {
		b.Write([]byte{0xff, 0xfe})
	}
	for _, u := range utf16.Encode([]rune(s)) {
		b.Write([]byte{byte(u), byte(u >> 8)})
	}
	return b.String()
}

// fileHazards are those of bytes, lines, quotes and shapes.
func fileHazards() []hazard {
	const head, row = hazardHead, hazardRow
	one := hazardOne
	whole := one.but(func(w *hazardWant) {
		w.check = func(t *testing.T, d drained) {
			if r := &d.records[0]; hasFlag(r, model.FlagRepaired) || r.Message != "x" {
				t.Errorf("flags %v, message %q", r.Flags, r.Message)
			}
		}
	})
	return []hazard{
		{"plain", head + row, one},
		{"Q01 BOM before a plain header", "\ufeff" + head + row, one},
		{"Q01 BOM before a quoted header", "\ufeff\"Phone\",\"Status\",\"Error Code\"\n+15550100101,failed,131026\n", one},
		{"Q01 BOM before a quoted header with a comma", "\ufeff\"Remark, if any\",Phone,Status,Error Code\nx,+15550100101,failed,131026\n", one.but(func(w *hazardWant) {
			w.check = func(t *testing.T, d drained) {
				if hasFlag(&d.records[0], model.FlagRepaired) {
					t.Error("the mark kept the quote from opening the cell")
				}
			}
		})},
		{"Q02 UTF-16 with a mark", utf16le(head+row, true), one.but(func(w *hazardWant) { w.warning = "UTF-16" })},
		{"Q02 UTF-16 without a mark", utf16le(head+row, false), one.but(func(w *hazardWant) { w.warning = "UTF-16" })},
		{"Q03 Windows-1252 in one cell", head + "+15550100101,failed,131026,Mensagem n\xe3o entregue ao usu\xe1rio,2026-11-20T08:34:10Z\n",
			one.but(func(w *hazardWant) {
				w.warning = "Windows-1252"
				w.flags = []model.Flag{model.FlagLocalText}
				w.check = func(t *testing.T, d drained) {
					if d.records[0].Message != "Mensagem não entregue ao usuário" || !strings.Contains(d.records[0].Raw, "não") {
						t.Errorf("message is %q, raw %q", d.records[0].Message, d.records[0].Raw)
					}
				}
			})},
		{"Q03 UTF-8 cut off at a column limit", head + "+15550100101,failed,131026,José 王\xe4\xbc,2026-11-20T08:34:10Z\n",
			one.but(func(w *hazardWant) {
				w.check = func(t *testing.T, d drained) {
					if d.records[0].Message != "José 王\ufffd" {
						t.Errorf("message is %q", d.records[0].Message)
					}
				}
			})},
		{"Q04 NUL in a cell", head + "+15550100101,failed,131026,Mes\x00sage,2026-11-20T08:34:10Z\n",
			one.but(func(w *hazardWant) {
				w.warning = "NUL"
				w.check = func(t *testing.T, d drained) {
					if d.records[0].Message != "Message" {
						t.Errorf("message is %q", d.records[0].Message)
					}
				}
			})},
		{"Q06 semicolons", strings.ReplaceAll(head+row, ",", ";"), one},
		{"Q06 tabs", strings.ReplaceAll(head+row, ",", "\t"), one},
		{"Q06 pipes", strings.ReplaceAll(head+row, ",", "|"), one},
		{"Q06 semicolons and stray commas", "Phone;Status;Error Message\n+15550100101;failed;131026: sorry, no, really\n", one},
		{"Q07 sep line", "sep=;\n" + strings.ReplaceAll(head+row, ",", ";"), one.but(func(w *hazardWant) { w.line = 3 })},
		{"Q07 sep line with a sign of its own", "sep=^\n" + strings.ReplaceAll(head+row, ",", "^"), one.but(func(w *hazardWant) { w.line = 3 })},
		{"Q08 lone carriage returns", strings.ReplaceAll(head+row+row, "\n", "\r"), one.but(func(w *hazardWant) { w.failed = 2 })},
		{"Q09 header LF, rows CRLF", head + strings.ReplaceAll(row+row, "\n", "\r\n"), one.but(func(w *hazardWant) { w.failed = 2 })},
		{"Q10 line ends in a quoted cell", "Phone,Body,Status,Error Code\n+15550100102,\"a\r\nb\nc\",delivered,\n+15550100101,\"x,\ny\",failed,131026\n",
			hazardWant{failed: 1, ok: 1, code: "131026", recipient: "15550100101", line: 5}},
		{"Q11 line end in a header cell", "\"Phone\nNumber\",\"Error\tCode\",Status\n+15550100101,131026,failed\n", one.but(func(w *hazardWant) { w.line = 3 })},
		{"Q12 blank line behind the header", "Phone,Name,Timestamp,Status\n\n+15550100101,Kim,2026-11-20 08:34:10,failed\n", hazardWant{failed: 1, recipient: "15550100101", line: 3}},
		{"Q12 preamble", "Delivery report\nGenerated for,Example Ltd\n\n" + head + row, one.but(func(w *hazardWant) { w.line = 5; w.warning = "line 4" })},
		{"Q13 no header", "2026-11-20T08:34:10.061Z,15550100101,Hello,Failed\n2026-11-20T08:34:11.061Z,15550100102,Hello there,Success\n",
			hazardWant{failed: 1, ok: 1, recipient: "15550100101", line: 1, warning: "no header"}},
		{"Q14 header only", "Numbers,Status\n", hazardWant{warning: "no rows"}},
		{"Q14 header only, no line end", "Numbers,Status", hazardWant{warning: "no rows"}},
		{"Q14 empty", "", hazardWant{warning: "empty"}},
		{"Q14 blank", " \r\n\r\n", hazardWant{warning: "empty"}},
		{"Q15 unquoted comma in a name", "Phone,Name,Status,Error Code\n+15550100101,Doe, Jo,failed,131026\n",
			one.but(func(w *hazardWant) { w.flags = []model.Flag{model.FlagRepaired}; w.warning = "repaired" })},
		{"Q15 unquoted commas in the text", head + "+15550100101,failed,131026,Sorry, we could not, alas,2026-11-20T08:34:10Z\n",
			one.but(func(w *hazardWant) {
				w.flags = []model.Flag{model.FlagRepaired}
				w.check = func(t *testing.T, d drained) {
					if r := d.records[0]; r.Message != "Sorry, we could not, alas" || r.At.IsZero() {
						t.Errorf("message %q at %v", r.Message, r.At)
					}
				}
			})},
		{"Q16 a cell too many at the end", head + strings.TrimSuffix(row, "\n") + ",\n", one.but(func(w *hazardWant) { w.flags = []model.Flag{model.FlagRepaired} })},
		{"Q16 cells missing at the end", head + "+15550100101,failed,131026\n", one.but(func(w *hazardWant) { w.flags = []model.Flag{model.FlagRepaired, model.FlagNoTime} })},
		{"Q16 a row that cannot be repaired", head + "a,b,c,d,e,f,g,h\n" + row, one.but(func(w *hazardWant) { w.rejected = 1; w.line = 3 })},
		{"Q17 quotes in the middle of a cell", head + "+15550100101,failed,131026,\"IT\"S a 5\" screen\",2026-11-20T08:34:10Z\n" + row, one.but(func(w *hazardWant) {
			w.failed = 2
			w.check = func(t *testing.T, d drained) {
				if d.records[0].Message != `IT"S a 5" screen` {
					t.Errorf("message is %q", d.records[0].Message)
				}
			}
		})},
		{"Q18 JSON with doubled quotes", "Phone,Status,response\n+15550100101,failed,\"{\"\"error\"\":{\"\"code\"\":131026,\"\"fbtrace_id\"\":\"\"Axx\"\"}}\"\n", one},
		{"Q18 JSON with quotes not doubled", "Phone,Status,response\n+15550100101,failed,\"{\"error\":{\"code\":131026,\"fbtrace_id\":\"Axx\"}}\"\n", one},
		{"Q18 JSON with backslashes", "Phone,Status,response\n+15550100101,failed,\"{\\\"error\\\":{\\\"code\\\":131026,\\\"fbtrace_id\\\":\\\"Axx\\\"}}\"\n", one},
		{"Q18 JSON without quotes around", "Phone,response,Status\n+15550100101,{\"error\":{\"code\":131026,\"fbtrace_id\":\"Axx\"}},failed\n", one},
		{"Q18 JSON with quotes not doubled, a comma behind one", "Phone,Status,response\n+15550100101,failed,\"{\"error\":{\"message\":\"x\",\"code\":131026}}\"\n", whole},
		{"Q18 JSON with backslashes, a comma behind one", "Phone,Status,response\n+15550100101,failed,\"{\\\"error\\\":{\\\"message\\\":\\\"x\\\",\\\"code\\\":131026}}\"\n", whole},
		{"Q19 a quote that never closes", head + row + "+15550100102,failed,131026,\"Oops,2026-11-20T08:34:10Z\n" + row + row,
			one.but(func(w *hazardWant) { w.failed = 3; w.rejected = 1 })},
		{"Q19 a quote that the next row closes", head + row + "+15550100102,failed,131026,\"Oops,2026-11-20T08:34:10Z\n" + row + "+15550100103,failed,131026,\"x\",2026-11-20T08:34:10Z\n",
			one.but(func(w *hazardWant) { w.failed = 3; w.rejected = 1 })},
		{"Q20 JSON in a string of JSON", `{"context":{"MetaWabaIds":[{"wabaId":"1200000000000002"}]},"whatsAppWebhookEntry":"{\"id\":\"1\",\"changes\":[{\"field\":\"messages\",\"value\":{\"messaging_product\":\"whatsapp\",\"metadata\":{\"phone_number_id\":\"12\"},\"statuses\":[{\"id\":\"wamid.x\",\"status\":\"failed\",\"timestamp\":\"1793000000\",\"recipient_id\":\"15550100101\",\"errors\":[{\"code\":131026,\"title\":\"Message undeliverable\"}]}]}}]}","aws_account_id":"1"}`,
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "recipient": "15550100101", "waba_id": "1", "phone_number_id": "12", "wamid": "wamid.x"}}}},
		{"Q21 stray commas", `{"error":{"message":"(#131026) Message undeliverable","code":131026,},}`, hazardWant{failed: 1, code: "131026", line: 1, warning: "not valid JSON"}},
		{"Q21 Python", `{'error': {'message': '(#131026) Message undeliverable', 'code': 131026, 'is_transient': False, 'x': None}}`, hazardWant{failed: 1, code: "131026", line: 1, warning: "not valid JSON"}},
		{"Q21 curly quotes", `{“error”:{“message”:“(#131026) Message undeliverable”,“code”:131026}}`, hazardWant{failed: 1, code: "131026", line: 1, warning: "not valid JSON"}},
		{"Q21 comments", "{\n\"error\": { // the answer\n\"message\": \"(#131026) Message undeliverable\", /* as shown */\n\"code\": 131026 } }", hazardWant{failed: 1, code: "131026", line: 1, warning: "not valid JSON"}},
		{"Q21 a Python dict over two log lines", "2026-11-20 08:34:10,123 - sender - INFO - answer: {'error': {'message': '(#131030) Recipient phone number not in allowed list', 'code': 131030,\n 'error_data': {'details': \"The recipient's number is not in the list\"}, 'fbtrace_id': 'Axx'}}\nnext line\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131030, "code_from": "json", "details": "The recipient's number is not in the list", "fbtrace_id": "Axx", "at": "2026-11-20T08:34:10.123Z"}}, warning: "passed over"}},
		{"Q21 a curl session", "curl -X POST https://graph.example.com/v23.0/12/messages -d '{\"to\":\"15550100101\"}'\nHTTP/2 400\ncontent-type: application/json\n\n{\"error\":{\"message\":\"(#132001) Template name does not exist\",\"code\":132001,\"fbtrace_id\":\"Axx\"}}\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 132001, "http_status": 400, "fbtrace_id": "Axx"}}}},
		{"Q22 other streams", "{\"stream\":\"calls\",\"data\":{\"status\":\"failed\",\"sid\":\"CA1\"},\"emitted_at\":1682602854052}\n{\"stream\":\"messages\",\"data\":{\"sid\":\"SM1\",\"status\":\"failed\",\"error_code\":131026,\"to\":\"+15550100101\",\"from\":\"+15550100150\"},\"emitted_at\":1682602854052}\n",
			one.but(func(w *hazardWant) { w.line = 2 })},
		{"Q23 quotes inside the header", "\"\"\"TO\"\"\",status,error_code\n+15550100101,failed,131026\n", one},
		{"Q23 headers that are nearly the same, and the uploader's own", "User Details,UserDetails,phone,favourite colour,status,error_code\nKim,{},+15550100101,blue,failed,131026\n", one},
		{"Q24 other order of columns", "Sent At,Error Message,Error Code,Status,Phone\n2026-11-20T08:34:10Z,Message undeliverable,131026,failed,+15550100101\n", one},
	}
}

// TestHazards reads each and looks at what comes out.
func TestHazards(t *testing.T) {
	// S2-C6, the ways to write a number, is among the rows of Q29.
	for _, tt := range slices.Concat(fileHazards(), meaningHazards(), pasteHazards()) {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			if tt.want.set != nil {
				tt.want.set(&o)
			}
			d := drain(t, openText(t, tt.text, o))
			list := d.failed()
			if tt.want.records != nil {
				list = nil
				if len(d.records) != len(tt.want.records) || len(d.rejected) != tt.want.rejected {
					t.Fatalf("%d records, rejected %v; want %d and %d\n%+v", len(d.records), d.rejected, len(tt.want.records), tt.want.rejected, d.records)
				}
				for i, want := range tt.want.records {
					checkRecord(t, fmt.Sprintf("record %d", i+1), &d.records[i], want)
				}
			} else if len(list) != tt.want.failed || d.count(model.Succeeded) != tt.want.ok || len(d.rejected) != tt.want.rejected {
				t.Fatalf("%d failed, %d succeeded, %d rejected %v; want %d, %d, %d",
					len(list), d.count(model.Succeeded), len(d.rejected), d.rejected, tt.want.failed, tt.want.ok, tt.want.rejected)
			}
			if !warned(d, tt.want.warning) && tt.want.warning != "" {
				t.Errorf("no warning says %q: %q", tt.want.warning, d.report.Warnings)
			}
			if len(list) > 0 {
				r := &list[0]
				if r.Code != tt.want.code || tt.want.recipient != "" && r.Recipient != tt.want.recipient || r.Source.Line != tt.want.line {
					t.Errorf("code %q, recipient %q, line %d; want %q, %q, %d", r.Code, r.Recipient, r.Source.Line, tt.want.code, tt.want.recipient, tt.want.line)
				}
				for _, f := range tt.want.flags {
					if !hasFlag(r, f) {
						t.Errorf("flag %s is missing from %v", f, r.Flags)
					}
				}
			}
			if tt.want.check != nil {
				tt.want.check(t, d)
			}
		})
	}
}

// TestNotALog: what cannot be a log is called by its name.
func TestNotALog(t *testing.T) {
	tests := []struct{ name, text, what string }{
		{"5 PNG", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG image"},
		{"5 PDF", "%PDF-1.7\n", "a PDF document"},
		{"5 old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"},
		{"5 web page", "\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"},
		{"SQL dump", "-- a dump\n\nINSERT INTO `whatsapp_logs` (`id`, `mobile`, `status`, `error`) VALUES\n(1, '15550100101', 'failed', '(#131026) x'),\n", "an SQL dump"},
		{"SQL dump with its tables", "CREATE TABLE public.messages (\n  id integer,\n  status text\n);\nCOPY public.messages (id, status) FROM stdin;\n1\tfailed\n", "an SQL dump"},
		{"binary", strings.Repeat("\x01\x02\x03\x04abc", 20), "a binary file"},
		{"health answer", `{"health_status":{"can_send_message":"BLOCKED","entities":[{"errors":[{"error_code":131000}]}]},"id":"1"}`, "health question"},
		{"token answer", `{"data":{"app_id":"1","is_valid":true,"scopes":[]}}`, "access token"},
		{"phone numbers", `{"data":[{"verified_name":"x","display_phone_number":"1","id":"1"}]}`, "lists phone numbers"},
		{"templates", `{"data":[{"name":"x","components":[],"language":"en","status":"APPROVED","category":"UTILITY"}]}`, "lists templates"},
		{"success", `{"success":true}`, "bare answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(context.Background(), strings.NewReader(tt.text), "f.csv", options())
			var content *ContentError
			if !errors.As(err, &content) || !strings.Contains(err.Error(), tt.what) {
				t.Fatalf("error %v, want a *ContentError about %q", err, tt.what)
			}
			if model.Hint(err) == "" {
				t.Error("there is no hint")
			}
		})
	}
}

func TestColumnsError(t *testing.T) {
	tests := []struct{ name, text, found, reason string }{
		{"nothing known", "alpha,beta\n1,2\n", "alpha", "no column of a failure log"},
		{"48 a summary", "ID,Title,Created On,Total Recipients,Messages Sent,Delivered,Read,Failed,Status\n1,x,2026-01-01,10,9,8,7,1,done\n", "Total Recipients", "summary"},
		{"no outcome", "Phone,Name\n+15550100101,Kim\n", "Phone", "whether a message failed"},
		{"no subject", "Status,Country\nfailed,US\n", "Status", "which message"},
		{"JSON", `[{"alpha":1,"beta":2}]`, "alpha", "no field"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(context.Background(), strings.NewReader(tt.text), "f", options())
			var columns *ColumnsError
			if !errors.As(err, &columns) {
				t.Fatalf("error is %v, want a *ColumnsError", err)
			}
			if !strings.Contains(err.Error(), tt.found) || !strings.Contains(err.Error(), tt.reason) || !strings.Contains(model.Hint(err), "--map") {
				t.Errorf("%v\nhint: %s", err, model.Hint(err))
			}
		})
	}
}

func TestMap(t *testing.T) {
	const text = "alpha,beta,gamma\n+15550100101,kaputt,131026\n"
	o := options()
	o.Map = map[string]string{"recipient": "alpha", "code": "GAMMA", "message": "2"}
	d := drain(t, openText(t, text, o))
	r := d.failed()[0]
	if r.Recipient != "15550100101" || r.Code != "131026" || r.Message != "kaputt" || d.report.Columns["code"] != "gamma" {
		t.Errorf("%+v, columns %v", r, d.report.Columns)
	}
	for name, m := range map[string]map[string]string{"field": {"colour": "alpha"}, "column": {"recipient": "delta"}} {
		o.Map = m
		_, err := Open(context.Background(), strings.NewReader(text), "f", o)
		if err == nil || model.Hint(err) == "" {
			t.Errorf("an unknown %s: error %v, hint %q", name, err, model.Hint(err))
		}
	}
}

func TestGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, "phone,status,error_code\n+15550100101,failed,131026\n")
	z.Close()
	if r := only(t, b.String()); r.Code != "131026" {
		t.Errorf("code is %q", r.Code)
	}
	_, err := Open(context.Background(), strings.NewReader(b.String()[:12]), "f", options())
	if err == nil {
		t.Error("a gzip file that is cut off is no error")
	}
}

// TestOpenQuotes: a hostile file of open quotes must not cost the square of its
// size, and must give up no more than its own lines.
func TestOpenQuotes(t *testing.T) {
	var b strings.Builder
	b.WriteString("phone,status,error_code,error_message\n")
	const n = 20000
	for i := range n {
		if i%2 == 0 {
			fmt.Fprintf(&b, "+15550100101,failed,131026,\"open %d\n", i)
		} else {
			b.WriteString("+15550100102,failed,131026,fine\n")
		}
	}
	d := drainText(t, b.String())
	if got := len(d.records) + len(d.rejected); got < n/2 {
		t.Errorf("%d records and rejections of %d lines", got, n)
	}
	if d.count(model.Failed) == 0 {
		t.Error("no good row was read")
	}
}

func TestHugeCells(t *testing.T) {
	huge := strings.Repeat("x", 3<<20)
	text := "phone,status,error_code,payload\n+15550100101,failed,131026,\"" + huge + "\"\n+15550100102,failed,131026,\n"
	d := drainText(t, text)
	if len(d.rejected) != 1 || d.rejected[0].Line != 2 || d.count(model.Failed) != 1 || d.failed()[0].Source.Line != 3 {
		t.Errorf("%d rejected, %d failed", len(d.rejected), d.count(model.Failed))
	}
	endless := strings.Repeat("y,", 12<<20)
	d = drainText(t, "phone,status,error_code\n"+endless+"\n+15550100101,failed,131026\n")
	if len(d.rejected) != 1 || d.count(model.Failed) != 1 {
		t.Errorf("endless line: %d rejected, %d failed", len(d.rejected), d.count(model.Failed))
	}
}

func TestWideTable(t *testing.T) {
	cols := make([]string, 300)
	cells := make([]string, 300)
	for i := range cols {
		cols[i], cells[i] = fmt.Sprintf("extra%d", i), "x"
	}
	cols[0], cols[1], cols[2] = "phone", "status", "error_code"
	cells[0], cells[1], cells[2] = "+15550100101", "failed", "131026"
	d := drainText(t, strings.Join(cols, ",")+"\n"+strings.Join(cells, ",")+"\n")
	if d.count(model.Failed) != 1 || !warned(d, "300 columns") {
		t.Errorf("%d failed, warnings %q", d.count(model.Failed), d.report.Warnings)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	text := "phone,status,error_code\n" + strings.Repeat("+15550100101,failed,131026\n", 5000)
	r, err := Open(ctx, strings.NewReader(text), "f", options())
	if err != nil {
		t.Fatal(err)
	}
	var rec model.Record
	if err := r.Next(&rec); err != nil {
		t.Fatal(err)
	}
	cancel()
	for range 1000 {
		if err = r.Next(&rec); err != nil {
			break
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want context.Canceled", err)
	}
	if _, err := Open(ctx, strings.NewReader(text), "f", options()); !errors.Is(err, context.Canceled) {
		t.Errorf("opening: error is %v, want context.Canceled", err)
	}
}

// TestReadError: what was read before an error is good, and the error is told.
func TestReadError(t *testing.T) {
	broken := errors.New("the cable is out")
	text := "phone,status,error_code\n+15550100101,failed,131026\n"
	r, err := Open(context.Background(), io.MultiReader(strings.NewReader(text), &failing{broken}), "f", options())
	if err != nil {
		t.Fatal(err)
	}
	var rec model.Record
	if err := r.Next(&rec); err != nil || rec.Code != "131026" {
		t.Fatalf("first record: %v, %+v", err, rec)
	}
	if err := r.Next(&rec); !errors.Is(err, broken) {
		t.Errorf("error is %v, want %v", err, broken)
	}
}

func TestPosition(t *testing.T) {
	text := "phone,status,error_code\n+15550100101,failed,131026\n"
	r := openText(t, text, options())
	drain(t, r)
	if read, total := r.Position(); read != int64(len(text)) || total != int64(len(text)) {
		t.Errorf("position %d of %d, want %d", read, total, len(text))
	}
}
