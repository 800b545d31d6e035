package ingest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"unsent/model"
)

const hookHead = `{"object":"whatsapp_business_account","entry":[{"id":"1200000000000002","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"+1 555 010 0150","phone_number_id":"1200000000000012"},`
const hookTail = `}}]}]}`

func status(id, word, errors string) string {
	s := fmt.Sprintf(`{"id":"wamid.%s","status":%q,"timestamp":"1793000000","recipient_id":"15550100101"`, id, word)
	if errors != "" {
		s += `,"errors":[` + errors + `]`
	}
	return s + "}"
}

// TestErrorShapes reads the two shapes of Meta's errors in all their ages.
func TestErrorShapes(t *testing.T) {
	tests := []struct {
		name, text string
		want       model.Failure
		flags      []model.Flag
	}{
		{"F04 webhook", hookHead + `"statuses":[` + status("a", "failed", `{"code":131049,"title":"T","message":"M","error_data":{"details":"D"},"href":"x"}`) + `]` + hookTail,
			model.Failure{Code: "131049", Title: "T", Message: "M", Details: "D", WAMID: "wamid.a", Recipient: "15550100101", Sender: "15550100150", PhoneID: "1200000000000012", WABA: "1200000000000002"}, nil},
		{"before v16", `{"statuses":[` + status("a", "failed", `{"code":131000,"title":"Generic error","details":"beside"}`) + `],"metadata":{}}`,
			model.Failure{Code: "131000", Title: "Generic error", Details: "beside", WAMID: "wamid.a", Recipient: "15550100101"}, nil},
		{"code as text", status("a", "failed", `{"code":"131026","title":"T"}`),
			model.Failure{Code: "131026", Title: "T", WAMID: "wamid.a", Recipient: "15550100101"}, nil},
		{"F04 K4 Graph error", `{"error":{"message":"(#131000) Something went wrong","type":"OAuthException","code":131000,"error_subcode":2494010,"error_data":{"messaging_product":"whatsapp","details":"D"},"fbtrace_id":"Axx"}}`,
			model.Failure{Code: "131000", Title: "Something went wrong", Message: "(#131000) Something went wrong", Details: "D", Subcode: "2494010", Trace: "Axx"}, []model.Flag{model.FlagNoRecipient, model.FlagNoTime}},
		{"error_data is a text", `{"error":{"message":"(#131056) pair rate limit hit","code":131056,"error_data":"too many","fbtrace_id":"Axx"}}`,
			model.Failure{Code: "131056", Title: "pair rate limit hit", Message: "(#131056) pair rate limit hit", Details: "too many", Trace: "Axx"}, nil},
		{"code 0 is a code", `{"error":{"message":"AuthException","code":0,"type":"OAuthException","fbtrace_id":"Axx"}}`,
			model.Failure{Code: "0", Message: "AuthException", Trace: "Axx"}, nil},
		{"HTTP client's wrapping", `{"status":503,"response":{"data":{"error":{"message":"(#131016) Service unavailable","code":131016,"fbtrace_id":"Axx"}}}}`,
			model.Failure{Code: "131016", Title: "Service unavailable", Message: "(#131016) Service unavailable", Trace: "Axx", HTTPStatus: 503}, nil},
		{"S2-04 the article's snippet", `"errors": [
  {
    "code": 131000,
    "title": "Something Went Wrong",
    "message": "Message failed to send due to an unknown error."
  }
]`, model.Failure{Code: "131000", Title: "Something Went Wrong", Message: "Message failed to send due to an unknown error."}, nil},
		{"errors alone", `{"errors":[{"code":131000,"title":"T"}]}`, model.Failure{Code: "131000", Title: "T"}, nil},
		{"n8n", `[{"messaging_product":"whatsapp","metadata":{"phone_number_id":"12"},"statuses":[` + status("a", "failed", `{"code":131031,"title":"T"}`) + `],"field":"messages"}]`,
			model.Failure{Code: "131031", Title: "T", WAMID: "wamid.a", Recipient: "15550100101", PhoneID: "12"}, nil},
		{"n8n body", `[{"headers":{"host":"x"},"body":` + hookHead + `"statuses":[` + status("a", "failed", `{"code":131031,"title":"T"}`) + `]` + hookTail + `}]`,
			model.Failure{Code: "131031", Title: "T", WAMID: "wamid.a", Recipient: "15550100101", Sender: "15550100150", PhoneID: "1200000000000012", WABA: "1200000000000002"}, nil},
		{"account error", hookHead + `"errors":[{"code":130429,"title":"Rate limit hit"}]` + hookTail,
			model.Failure{Code: "130429", Title: "Rate limit hit", Sender: "15550100150", PhoneID: "1200000000000012", WABA: "1200000000000002"}, []model.Flag{model.FlagAccountError, model.FlagNoTime}},
		{"group", `{"statuses":[{"id":"wamid.a","status":"failed","recipient_id":"120363@g.us","recipient_type":"group","errors":[{"code":131041}]}]}`,
			model.Failure{Code: "131041", WAMID: "wamid.a", Recipient: "120363@g.us"}, []model.Flag{model.FlagGroup}},
		{"known by user id only", `{"id":"wamid.a","status":"failed","recipient_user_id":"US.13491208655302741918","errors":[{"code":131026}]}`,
			model.Failure{Code: "131026", WAMID: "wamid.a", RecipientUser: "US.13491208655302741918"}, []model.Flag{model.FlagBSUID}},
		{"localised details", `{"error":{"message":"(#131030) x","code":131030,"fbtrace_id":"Axx","error_data":{"details":"El número de teléfono del destinatario no está en la lista"}}}`,
			model.Failure{Code: "131030", Title: "x", Message: "(#131030) x", Details: "El número de teléfono del destinatario no está en la lista", Trace: "Axx"}, []model.Flag{model.FlagLocalText}},
		{"callback data", `{"id":"wamid.a","status":"failed","recipient_id":"15550100101","biz_opaque_callback_data":"{\"campaign_id\":\"c1\",\"template\":\"welcome\",\"language\":\"en\"}","errors":[{"code":131026}]}`,
			model.Failure{Code: "131026", WAMID: "wamid.a", Recipient: "15550100101", Template: "welcome", Language: "en", Campaign: "c1"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := only(t, tt.text)
			got := model.Failure{Code: r.Code, Title: r.Title, Message: r.Message, Details: r.Details, Subcode: r.Subcode, Trace: r.Trace, HTTPStatus: r.HTTPStatus,
				WAMID: r.WAMID, Recipient: r.Recipient, RecipientUser: r.RecipientUser, Sender: r.Sender, PhoneID: r.PhoneID, WABA: r.WABA,
				Template: r.Template, Language: r.Language, Campaign: r.Campaign}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("\n got %+v\nwant %+v", got, tt.want)
			}
			if r.Outcome != model.Failed || r.CodeFrom != model.FromJSON || r.Response == "" || r.Raw == "" {
				t.Errorf("outcome %s, code from %s, response %q, raw %q", r.Outcome, r.CodeFrom, r.Response, r.Raw)
			}
			for _, f := range tt.flags {
				if !hasFlag(&r, f) {
					t.Errorf("flag %s is missing from %v", f, r.Flags)
				}
			}
		})
	}
}

// TestSynchronous: a record keeps enough of its answer to tell how the failure
// became known.
func TestSynchronous(t *testing.T) {
	graph := only(t, `{"error":{"message":"(#131000) x","code":131000,"fbtrace_id":"Axx"}}`)
	if sync, known := graph.Synchronous(); !sync || !known {
		t.Errorf("Graph error: synchronous %v, known %v", sync, known)
	}
	hook := only(t, hookHead+`"statuses":[`+status("a", "failed", `{"code":131049}`)+`]`+hookTail)
	if sync, known := hook.Synchronous(); sync || !known {
		t.Errorf("webhook: synchronous %v, known %v", sync, known)
	}
}

// TestManyInOneBody: every array of a webhook is read to its end.
func TestManyInOneBody(t *testing.T) {
	text := `{"entry":[
 {"id":"1","changes":[
  {"field":"messages","value":{"metadata":{"phone_number_id":"11"},"statuses":[
   ` + status("a", "failed", `{"code":131026}`) + `,
   ` + status("b", "delivered", "") + `]}},
  {"field":"messages","value":{"metadata":{"phone_number_id":"12"},"statuses":[
   ` + status("c", "failed", `{"code":131047}`) + `],
   "messages":[{"from":"15550100103","id":"wamid.in","type":"text","timestamp":"1793000000"}]}}]},
 {"id":"2","changes":[
  {"field":"account_update","value":{"event":"ACCOUNT_RESTRICTION"}},
  {"field":"messages","value":{"metadata":{"phone_number_id":"21"},"statuses":[
   ` + status("d", "sent", "") + `]}}]}]}`
	d := drainText(t, text)
	if d.count(model.Failed) != 2 || d.count(model.Succeeded) != 1 || d.count(model.InProgress) != 1 || d.count(model.NotASend) != 2 {
		t.Fatalf("%+v", d.records)
	}
	f := d.failed()
	if f[0].WABA != "1" || f[0].PhoneID != "11" || f[0].Source.Line != 4 || f[1].PhoneID != "12" || f[1].Source.Line != 7 {
		t.Errorf("%+v\n%+v", f[0], f[1])
	}
	if strings.Contains(f[0].Raw, "131047") {
		t.Error("a record's raw text holds other records")
	}
}

func TestNDJSON(t *testing.T) {
	line := func(id string) string {
		return hookHead + `"statuses":[` + status(id, "failed", `{"code":131049}`) + `]` + hookTail
	}
	text := line("a") + "\n" + line("b")[:80] + "\n\n2026-11-20 INFO got " + line("c") + "\n{\"alpha\":1}\n" + line("d")
	d := drainText(t, text)
	if d.report.Format != "ndjson" || d.report.System != "cloud-api" {
		t.Errorf("format %q, system %q", d.report.Format, d.report.System)
	}
	var lines []int
	for _, r := range d.failed() {
		lines = append(lines, r.Source.Line)
	}
	if fmt.Sprint(lines) != "[1 4 6]" {
		t.Errorf("failures in lines %v, want 1, 4, 6", lines)
	}
	if len(d.rejected) != 2 || d.rejected[0].Line != 2 || d.rejected[1].Line != 5 {
		t.Errorf("rejected %v", d.rejected)
	}
}

// TestBrokenDocument: what follows a value that does not close is still read.
func TestBrokenDocument(t *testing.T) {
	good := `{"error":{"message":"(#131000) x","code":131000,"fbtrace_id":"Axx"}}`
	text := strings.ReplaceAll(good, ",", ",\n ") + "\n{\"error\":\n {\"code\": [\n" + strings.ReplaceAll(good, ",", ",\n ") + "\n"
	d := drainText(t, text)
	if d.count(model.Failed) != 2 || len(d.rejected) != 1 || d.rejected[0].Line != 4 {
		t.Errorf("%d failed, rejected %v", d.count(model.Failed), d.rejected)
	}
}

func TestArrayOfRows(t *testing.T) {
	text := `[
 {"phone":"+15550100101","status":"failed","error":{"code":"131026","message":"Message undeliverable"},"sent_at":"2026-11-20T08:34:10Z"},
 {"phone":"+15550100102","status":"delivered"},
 {"phone":"+15550100103","status":"skipped","error":"opted out"},
 17
]`
	d := drainText(t, text)
	if d.count(model.Failed) != 1 || d.count(model.Succeeded) != 1 || d.count(model.NotAttempted) != 1 || len(d.rejected) != 1 {
		t.Fatalf("%+v %v", d.records, d.rejected)
	}
	if r := d.failed()[0]; r.Code != "131026" || r.Source.Line != 2 || r.At.IsZero() || d.report.Columns["code"] != "error.code" {
		t.Errorf("%+v, columns %v", r, d.report.Columns)
	}
}

// TestWebhooksInCells: a sheet that keeps webhooks in one column.
func TestWebhooksInCells(t *testing.T) {
	hook := hookHead + `"statuses":[` + status("a", "failed", `{"code":131049,"title":"T"}`) + "," + status("b", "delivered", "") + `]` + hookTail
	text := "received_at,payload\n2026-11-20T08:34:10Z,\"" + strings.ReplaceAll(hook, `"`, `""`) + "\"\n2026-11-20T08:35:10Z,not JSON\n"
	d := drainText(t, text)
	if d.count(model.Failed) != 1 || d.count(model.Succeeded) != 1 {
		t.Fatalf("%+v", d.records)
	}
	r := d.failed()[0]
	if r.Code != "131049" || r.WABA != "1200000000000002" || r.Source.Line != 2 || r.Recipient != "15550100101" {
		t.Errorf("%+v", r)
	}
}

// TestKapso: a message with the history of its states.
func TestKapso(t *testing.T) {
	r := only(t, `{"message":{"id":"wamid.a","to":"15550100101","type":"text","timestamp":"1793000000","kapso":{"direction":"outbound","status":"failed","statuses":[{"id":"wamid.a","status":"sent","timestamp":"1792999999"},{"id":"wamid.a","status":"failed","timestamp":"1793000000","errors":[{"code":131047,"title":"Re-engagement message"}]}]}},"conversation":{"id":"c","phone_number":"+15550100101","last_active_at":"2026-10-20T00:00:00Z"},"phone_number_id":"12"}`)
	if r.Outcome != model.Failed || r.Code != "131047" || r.WAMID != "wamid.a" || r.LastInbound.IsZero() || r.PhoneID != "12" {
		t.Errorf("%+v", r)
	}
}

// TestCallLog: the request beside the answer says what was sent to whom.
func TestCallLog(t *testing.T) {
	r := only(t, `{"time":"2026-11-20T08:34:10Z","status":500,"request":{"method":"POST","body":{"messaging_product":"whatsapp","to":"15550100101","type":"template","template":{"name":"welcome","language":{"code":"en"}}}},"response":{"error":{"message":"(#131000) Something went wrong","code":131000,"fbtrace_id":"Axx"}}}`)
	if r.Outcome != model.Failed || r.Code != "131000" || r.HTTPStatus != 500 || r.Template != "welcome" || r.Recipient != "15550100101" || r.Trace != "Axx" || r.Request == "" || r.Response == "" || r.At.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestJSONParser(t *testing.T) {
	good := map[string]string{
		`{"a":"x\u00e9\ud83d\ude00\n\/"}`: "xé😀\n/",
		`{"a":1.5e3}`:                     "1.5e3",
		`{a: 'it"s', b: 2,}`:              `it"s`,
		`{:a=>"ruby", "b"=>nil}`:          "ruby",
		`{"a":true}`:                      "true",
		`{"a":"\ud83d"}`:                  "\ufffd",
	}
	for text, want := range good {
		var d jsonDoc
		v, err := d.parse(text)
		if err != nil || v.get("a").text() != want {
			t.Errorf("%s: %q, %v; want %q", text, v.get("a").text(), err, want)
		}
	}
	for _, text := range []string{``, `{`, `{"a"`, `{"a":}`, `[1,`, `{"a":1} x`, `"abc`, `{"a":"\u12"}`, `tru`, `{"a" 1}`, strings.Repeat("[", 100000), `[1-2-3]`} {
		var d jsonDoc
		if v, err := d.parse(text); err == nil {
			t.Errorf("%.20s: no error, %v", text, v.source())
		}
	}
}

// TestManyStatuses: the line of each of many records in one body is found
// without going over the body again for each.
func TestManyStatuses(t *testing.T) {
	const all = 20000
	quarter, whole, ok := proportional(func(part int) {
		n := all / part
		var b strings.Builder
		b.WriteString(hookHead + `"statuses":[`)
		for i := range n {
			if i > 0 {
				b.WriteString(",\n")
			}
			b.WriteString(status(fmt.Sprint("m", i), "failed", `{"code":131026}`))
		}
		b.WriteString(`]` + hookTail)
		d := drainText(t, b.String())
		if len(d.records) != n || d.records[n-1].Source.Line != n {
			t.Errorf("%d records, the last in line %d", len(d.records), d.records[len(d.records)-1].Source.Line)
		}
	})
	if !ok {
		t.Errorf("a quarter took %v, all of them %v", quarter, whole)
	}
}

// TestOtherLinesFirst: a log may begin with many lines about other things; they
// are told and the rest is read. What holds nothing else is refused.
func TestOtherLinesFirst(t *testing.T) {
	other := strings.Repeat(`{"level":"info","msg":"server started"}`+"\n", 200)
	d := drainText(t, other+`{"id":"wamid.1","status":"failed","recipient_id":"15550100101","errors":[{"code":131026,"title":"Message undeliverable"}]}`+"\n")
	if len(d.failed()) != 1 || len(d.rejected) != 200 || d.failed()[0].Source.Line != 201 {
		t.Errorf("%d failed, %d rejected", len(d.failed()), len(d.rejected))
	}
	if _, err := Open(context.Background(), strings.NewReader(other), "test", options()); err == nil {
		t.Error("a log without a single send was taken")
	}
}

// TestMongoValues: MongoDB's tools write a value with its type around it.
func TestMongoValues(t *testing.T) {
	const head = `{"_id":{"$oid":"665f1c2a9b1e8a0012345671"},"to":{"$numberLong":"15550100101"},"status":"failed","error":{"code":{"$numberInt":"131026"},"title":"Message undeliverable"},"createdAt":`
	for _, date := range []string{`{"$date":"2026-05-13T14:26:10Z"}`, `{"$date":1778682370000}`, `{"$date":{"$numberLong":"1778682370000"}}`} {
		r := only(t, head+date+"}")
		if r.Code != "131026" || r.Recipient != "15550100101" || r.MessageID != "665f1c2a9b1e8a0012345671" || r.At.Unix() != 1778682370 {
			t.Errorf("%s: %q, to %s, id %s, at %v", date, r.Code, r.Recipient, r.MessageID, r.At)
		}
	}
	if r := only(t, head+`{"$date":{"$numberLong":"-62135596800000"}},"deliveredAt":{"$date":"0001-01-01T00:00:00Z"}}`); !r.At.IsZero() || hasFlag(&r, model.FlagDelivered) {
		t.Errorf("at %v, flags %v", r.At, r.Flags)
	}
}
