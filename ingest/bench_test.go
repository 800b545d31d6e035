package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"unsent/model"
)

// generate makes a log of n rows of about 1 KB: the columns of the Cloud API,
// request and response as JSON in cells, some texts with line ends and umlauts.
func generate(n int) string {
	var b strings.Builder
	b.WriteString("message_id,timestamp,waba_id,phone_number_id,from,to,type,template_name,template_language,status,error_code,error_title,error_message,error_details,fbtrace_id,http_status,request_payload,response_payload,campaign_id,contact_last_inbound_at\n")
	codes := []struct {
		code  int
		title string
	}{{131000, "Something went wrong"}, {131026, "Message undeliverable"}, {131047, "Re-engagement message"}, {131016, "Service unavailable"}}
	double := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	for i := range n {
		c := codes[i%len(codes)]
		to := fmt.Sprintf("155501%05d", i%5000)
		text := strings.Repeat("Grüße aus Köln, order ready. ", 14)
		request := fmt.Sprintf(`{"messaging_product":"whatsapp","recipient_type":"individual","to":%q,"type":"template","template":{"name":"order_update_v%d","language":{"code":"en_US"},"components":[{"type":"body","parameters":[{"type":"text","text":%q}]}]}}`, to, i%40, text)
		response := fmt.Sprintf(`{"error":{"message":"(#%d) %s","type":"OAuthException","code":%d,"error_data":{"messaging_product":"whatsapp","details":"Details."},"fbtrace_id":"AxxFake%015d"}}`, c.code, c.title, c.code, i)
		fmt.Fprintf(&b, "wamid.HBgLMTU1NTAxMDAxMDEVAgARGBI%08dA==,2026-07-01T%02d:%02d:%02d.063+05:30,12000000000%04d,12100000000%04d,15550100150,%s,template,order_update_v%d,en_US,failed,%d,%s,(#%d) %s,%s,AxxFake%015d,500,%s,%s,cmp-%d,2026-06-29T07:43:26-03:00\n",
			i, i/3600%24, i/60%60, i%60, i%200, i%400, to, i%40, c.code, c.title, c.code, c.title, double("Line one,\nline two."), i, double(request), double(response), i%1000)
	}
	return b.String()
}

// TestGenerated reads what the benchmark reads and looks at every fact.
func TestGenerated(t *testing.T) {
	const n = 500
	d := drainText(t, generate(n))
	if len(d.records) != n || d.count(model.Failed) != n {
		t.Fatalf("%d records, %d failed", len(d.records), d.count(model.Failed))
	}
	for i, r := range d.records {
		for name, empty := range map[string]bool{
			"at": r.At.IsZero(), "code": r.Code == "", "title": r.Title == "", "message": r.Message == "", "details": r.Details != "Line one,\nline two.",
			"fbtrace_id": r.Trace == "", "http_status": r.HTTPStatus != 500, "wamid": r.WAMID == "", "recipient": r.Recipient == "", "sender": r.Sender == "",
			"phone_number_id": r.PhoneID == "", "waba_id": r.WABA == "", "template": r.Template == "", "language": r.Language == "", "kind": r.Kind != "template",
			"campaign": r.Campaign == "", "last_inbound_at": r.LastInbound.IsZero(), "request": !strings.HasPrefix(r.Request, `{"m`), "response": !strings.HasPrefix(r.Response, `{"e`),
			"raw": !strings.HasPrefix(r.Raw, "wamid."), "country": r.Country != "1", "status": r.Status != "failed", "line": r.Source.Line != 2+2*i,
		} {
			if empty {
				t.Fatalf("record %d: %s is wrong: %+v", i, name, r)
			}
		}
		if hasFlag(&r, model.FlagSecret) || hasFlag(&r, model.FlagRepaired) || hasFlag(&r, model.FlagZoneAssumed) {
			t.Fatalf("record %d: flags %v", i, r.Flags)
		}
	}
}

func benchmark(b *testing.B, text string, rows int) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := Open(context.Background(), strings.NewReader(text), "bench", options())
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		var rec model.Record
		for {
			err := r.Next(&rec)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatalf("%d rows, want %d", n, rows)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) {
	const rows = 20000
	benchmark(b, generate(rows), rows)
}

func BenchmarkNDJSON(b *testing.B) {
	const rows = 20000
	line := hookHead + `"statuses":[` + status("HBgLMTU1NTAxMDAxMDEVAgARGBI", "failed",
		`{"code":131049,"title":"This message was not delivered to maintain healthy ecosystem engagement.","message":"This message was not delivered to maintain healthy ecosystem engagement.","error_data":{"details":"In order to maintain a healthy ecosystem engagement, the message failed to be delivered."},"href":"/documentation/"}`) + `]` + hookTail + "\n"
	benchmark(b, strings.Repeat(line, rows), rows)
}
