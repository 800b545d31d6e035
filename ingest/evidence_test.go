package ingest

import (
	"slices"
	"strings"
	"testing"

	"unsent/model"
)

// TestCodeInText has the forms that exports and screens write, and numbers
// that look like codes and are none.
func TestCodeInText(t *testing.T) {
	tests := map[string]model.Code{
		"(#131000) Something went wrong":            "131000",
		"131026: Message undeliverable":             "131026",
		"131026: x":                                 "131026",
		"131016 – Service unavailable":              "131016",
		"Error 131000 — Something Went Wrong":       "131000",
		"Graph 500: (#131000) Something went wrong": "131000",
		"mensagem não entregue (Meta 130472)":       "130472",
		"#131000":                                   "131000",
		"(#100) Invalid parameter":                  "100",
		"(#4) Application request limit reached":    "4",
		"(#80007) Rate limit issues":                "80007",
		"(#131056) (Business Account, Consumer Account) pair rate limit hit": "131056",
		"(#131026) Message undeliverable to 212612345678":                    "131026",
		"code=131049": "131049",
		"Number of parameters does not match … (1) … (0)": "",
		"Your account has been restricted (463)":          "",
		"WhatsApp error 429":                              "",
		"to 1310001234567":                                "",
		"order 8131000 late":                              "",
		"ref A131000":                                     "",
		"ref 131000B":                                     "",
		"version 1.131000":                                "",
		"object '118130101241809' is unknown":             "",
		"call #5 of 7 failed":                             "",
		"Issue#12":                                        "",
		"colour #131313ff":                                "",
		"131026":                                          "131026",
		"\"131026 - Message undeliverable\"":              "131026",
		"failed with code 131026":                         "131026",
		"Error Code: 131026, try later":                   "131026",
		"{\"code\":131026,":                               "131026",
		"errno 131026":                                    "131026",
		"(code 131026)":                                   "131026",
		"failed: #131026 again":                           "131026",
		"Erro 131026":                                     "131026",
		"error no. 131026":                                "131026",
		"the error is 131026":                             "131026",
		"Order 131000 was not delivered":                  "",
		"131000 was not delivered":                        "",
		"131000-55 is sold out":                           "",
		"promo code 131000 has expired":                   "",
		"tracking code: 131000":                           "",
		"your order number 131000":                        "",
		"invoice (131000)":                                "",
		"Meta sent 131000 messages":                       "",
		"call 131000":                                     "",
		"":                                                "",
	}
	for text, want := range tests {
		got, ok := codeInText(text, nil)
		if got != want || ok != (want != "") {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestKnownCodes: what the catalogue does not have is no code, wherever a
// sentence names it, but for Meta's own form and a column of codes.
func TestKnownCodes(t *testing.T) {
	o := options()
	o.Known = func(c model.Code) bool { return c == "131026" }
	for text, want := range map[string]model.Code{
		"error 131026":                       "131026",
		"error 139999":                       "",
		"139999: Something":                  "",
		"first (#139999), then more":         "",
		"(#139999) Something new":            "139999",
		"whatsapp:131026:undeliverable":      "131026",
		"whatsapp:139999:some_slug":          "",
		"error 139999, before: error 131026": "131026",
	} {
		d := drain(t, openText(t, "phone,status,reason\n15550100101,failed,\""+text+"\"\n", o))
		if len(d.records) != 1 || d.records[0].Code != want {
			t.Errorf("%q: %+v, want %q", text, d.records, want)
		}
	}
	d := drain(t, openText(t, "phone,status,error_code\n15550100101,failed,139999\n", o))
	if d.records[0].Code != "139999" {
		t.Errorf("a column of codes gave %q", d.records[0].Code)
	}
	d = drain(t, openText(t, "phone,status,reason\n15550100101,failed,Order 131026 was not delivered\n", o))
	if r := d.records[0]; r.Code != "" || r.Message != "Order 131026 was not delivered" {
		t.Errorf("an order's number became the code %q of %q", r.Code, r.Message)
	}
}

func TestNormTitle(t *testing.T) {
	for in, want := range map[string]string{
		"Something  went Wrong": "something went wrong", "wrong..": "wrong", "wrong. ": "wrong", "wrong .": "wrong", " a\tb\n": "a b", "": "", "..": "",
	} {
		if got := NormTitle(in); got != want {
			t.Errorf("NormTitle(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestHTTPInText(t *testing.T) {
	tests := map[string]int{
		"WhatsApp API HTTP 401: Authentication Error": 401,
		"503 – Service Unavailable":                   503,
		"503 Service Unavailable":                     503,
		"Graph 500: error":                            500,
		"Request failed with status code 429":         429,
		"HTTP/1.1 502 Bad Gateway":                    502,
		"WhatsApp error 429":                          429,
		"Your order 503 is late":                      0,
		"450 messages":                                0,
		"503":                                         0,
		"call +1 555 0150":                            0,
	}
	for text, want := range tests {
		if got := httpInText(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// TestEvidence walks down the order of trust, from a column of codes to a title.
func TestEvidence(t *testing.T) {
	tests := []struct {
		name, header, cells string
		code                model.Code
		from                model.CodeFrom
		vendor              string
		http                int
		flags               []model.Flag
	}{
		{"column", "phone,status,error_code", "15550100101,failed,131026", "131026", model.FromColumn, "", 0, nil},
		{"column of a spreadsheet", "phone,status,error_code", "15550100101,failed,131026.0", "131026", model.FromColumn, "", 0, nil},
		{"column before text", "phone,status,error_code,error_message", "15550100101,failed,131026,(#131000) x", "131026", model.FromColumn, "", 0, nil},
		{"json before text", "phone,status,response_payload,error_message", `15550100101,failed,"{""error"":{""code"":131047}}",(#131000) x`, "131047", model.FromJSON, "", 0, nil},
		{"text", "phone,status,error_message", "15550100101,failed,131026: Message undeliverable", "131026", model.FromText, "", 0, nil},
		{"S1-03 text with a dash", "phone,status,reason", "15550100101,failed,131016 – Service unavailable", "131016", model.FromText, "", 0, nil},
		{"S1-01 status 503 in text", "phone,status,reason", "15550100101,failed,503 – Service Unavailable", "", model.FromNone, "", 503, []model.Flag{model.FlagHTTPOnly}},
		{"S1-03 text without a number", "phone,status,reason", "15550100101,failed,Service unavailable.", "131016", model.FromTitle, "", 0, nil},
		{"title with details behind it", "phone,status,failure_reason", "15550100101,failed,Message undeliverable: Message Undeliverable", "131026", model.FromTitle, "", 0, nil},
		{"a code before its own title", "phone,status,failure_reason", "15550100101,failed,131026 Message undeliverable", "131026", model.FromText, "", 0, nil},
		{"a code behind its own title", "phone,status,failure_reason", "15550100101,failed,Re-engagement message (131047)", "131047", model.FromText, "", 0, nil},
		{"a number before another title", "phone,status,failure_reason", "15550100101,failed,131026 Re-engagement message", "", model.FromNone, "", 0, nil},
		{"an order before words", "phone,status,failure_reason", "15550100101,failed,131026 was not delivered to the shop", "", model.FromNone, "", 0, nil},
		{"nothing", "phone,status,failure_reason", "15550100101,failed,who knows", "", model.FromNone, "", 0, nil},
		{"failed without any error", "phone,status", "15550100101,failed", "", model.FromNone, "", 0, nil},
		{"slug", "phone,status,errorReason", "15550100101,FAILED,whatsapp:131047:re_engagement_message_required", "131047", model.FromText, "", 0, nil},
		{"error holds a code", "phone,status,error", "15550100101,failed,131026", "131026", model.FromColumn, "", 0, nil},
		{"error holds a text", "phone,status,error", "15550100101,failed,(#131026) Message undeliverable", "131026", model.FromText, "", 0, nil},
		{"error is a yes", "phone,error,error_code", "15550100101,true,131026", "131026", model.FromColumn, "", 0, nil},
		{"F05 1002 is nobody's", "phone,status,error_code", "15550100101,failed,1002", "", model.FromNone, "generic 1002", 0, []model.Flag{model.FlagVendorOnly}},
		{"F05 S1-05 Twilio by its range", "phone,status,error_code", "15550100101,failed,63016", "131047", model.FromVendor, "twilio 63016", 0, nil},
		{"F05 Twilio by its ids", "sid,to,status,error_code", "SM00000000000000000000000000000001,15550100101,failed,30008", "", model.FromNone, "twilio 30008", 0, []model.Flag{model.FlagVendorOnly}},
		{"F05 S1-26 both codes kept", "sid,to,status,error_code,error_message", "SM00000000000000000000000000000001,15550100101,failed,63012,(#131000) Something went wrong", "131000", model.FromText, "twilio 63012", 0, nil},
		{"several meanings at Twilio", "sid,to,status,error_code", "SM00000000000000000000000000000001,15550100101,failed,63018", "", model.FromNone, "twilio 63018", 0, []model.Flag{model.FlagVendorOnly}},
		{"provider column", "phone,status,error_code,provider", "15550100101,failed,1002,Gupshup", "", model.FromNone, "gupshup 1002", 0, []model.Flag{model.FlagVendorOnly}},
		{"provider column, Meta", "phone,status,error_code,provider", "15550100101,failed,4,meta", "4", model.FromColumn, "", 0, nil},
		{"symbolic", "phone,status,error_code", "15550100101,failed,BALANCE_INSUFFICIENT", "", model.FromNone, "generic BALANCE_INSUFFICIENT", 0, []model.Flag{model.FlagVendorOnly}},
		{"HTTP status in the code column", "phone,status,error_code", "15550100101,failed,503", "", model.FromNone, "", 503, []model.Flag{model.FlagHTTPOnly}},
		{"code in the status column", "phone,status,name", "15550100101,131026,Kim", "131026", model.FromColumn, "", 0, nil},
		{"HTTP status in the status column", "phone,status,name", "15550100101,500,Kim", "", model.FromNone, "", 500, []model.Flag{model.FlagHTTPOnly}},
		{"0 of an unknown system is no code", "phone,status,error_code,error_message", "15550100101,failed,0,oops", "", model.FromNone, "", 0, nil},
		{"0 of Meta's is", "waba_id,phone_number_id,to,status,error_code,error_message", "1,2,15550100101,failed,0,AuthException", "0", model.FromColumn, "", 0, nil},
		{"payload cut off", "phone,status,response_payload", `15550100101,failed,"{""error"":{""message"":""x"",""code"":131000,""error_da"`, "131000", model.FromJSON, "", 0, nil},
		{"detail holds a wamid or a code", "time,number,result,detail", "2026-11-20T08:34:10Z,15550100101,failed,131026: x", "131026", model.FromText, "", 0, nil},
		{"comments of a failed row", "phone,status,comments", "15550100101,failed,131026: nope", "131026", model.FromText, "", 0, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := only(t, tt.header+"\n"+tt.cells+"\n")
			if r.Outcome != model.Failed || r.Code != tt.code || r.CodeFrom != tt.from || r.Vendor.String() != tt.vendor || r.HTTPStatus != tt.http {
				t.Errorf("%s: code %q from %s, vendor %q, http %d; want %q from %s, %q, %d",
					r.Outcome, r.Code, r.CodeFrom, r.Vendor, r.HTTPStatus, tt.code, tt.from, tt.vendor, tt.http)
			}
			for _, f := range tt.flags {
				if !hasFlag(&r, f) {
					t.Errorf("flag %s is missing from %v", f, r.Flags)
				}
			}
		})
	}
}

// TestSource: the agent's word decides whose codes they are.
func TestSource(t *testing.T) {
	const text = "phone,status,error_code\n15550100101,failed,470\n"
	for source, want := range map[string]string{"": "generic 470", "gupshup": "gupshup 470", "on-prem": "on-prem 470", "acme": "acme 470"} {
		o := options()
		o.Source = source
		r := drain(t, openText(t, text, o)).failed()[0]
		if r.Vendor.String() != want {
			t.Errorf("source %q: vendor %q, want %q", source, r.Vendor, want)
		}
		if wantCode := model.Code(map[bool]string{true: "131047"}[source == "on-prem"]); r.Code != wantCode {
			t.Errorf("source %q: code %q, want %q", source, r.Code, wantCode)
		}
	}
}

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name, header, cells string
		want                model.Outcome
		flags               []model.Flag
	}{
		{"failed", "phone,status", "15550100101,Failed", model.Failed, nil},
		{"undelivered", "phone,status", "15550100101,undelivered", model.Failed, nil},
		{"Unifonic", "phone,status", "15550100101,Failed user limit reached", model.Failed, nil},
		{"Kaleyra and Connectly: no status, a text", "phone,error_msg", "15550100101,Message Undeliverable.", model.Failed, nil},
		{"no status, a failure time", "phone,failed_at", "15550100101,2026-11-20T08:34:10Z", model.Failed, nil},
		{"no status, delivered", "phone,error_msg,delivered_at", "15550100101,,2026-11-20T08:34:10Z", model.Succeeded, nil},
		{"no status, sent", "phone,error_msg,sent_at", "15550100101,,2026-11-20T08:34:10Z", model.InProgress, nil},
		{"success is false", "phone,success", "15550100101,false", model.Failed, nil},
		{"success is true", "phone,success", "15550100101,t", model.Succeeded, nil},
		{"skipped", "phone,status,error", "15550100101,SKIPPED,opted out", model.NotAttempted, nil},
		{"queued", "phone,status", "15550100101,queued", model.InProgress, nil},
		{"read", "phone,status", "15550100101,READ", model.Succeeded, nil},
		{"inbound", "phone,status,direction,error_code", "15550100101,failed,inbound,131051", model.NotASend, nil},
		{"deleted", "phone,status", "15550100101,deleted", model.NotASend, nil},
		{"contradiction: Chatwoot 13377", "phone,status,external_error", "15550100101,delivered,131026: Message undeliverable", model.Failed, []model.Flag{model.FlagContradiction}},
		{"no contradiction: the column says none", "phone,status,error", "15550100101,delivered,No error", model.Succeeded, nil},
		{"no contradiction: a comment", "phone,status,comments", "15550100101,delivered,left at the door", model.Succeeded, nil},
		{"no contradiction: 0", "phone,status,error_code", "15550100101,delivered,0", model.Succeeded, nil},
		{"no contradiction: 000", "phone,status,error_code", "15550100101,delivered,000", model.Succeeded, nil},
		{"no contradiction: the text that was sent", "phone,status,message", "15550100101,delivered,Hello Kim", model.Succeeded, nil},
		{"K8 failed and delivered", "phone,status,error_code,delivered_at", "15550100101,failed,131026,2026-11-20T08:34:10Z", model.Failed, []model.Flag{model.FlagDelivered}},
		{"22 another channel", "phone,status,channel", "15550100101,failed,SMS", model.NotASend, nil},
		{"22 this channel", "phone,status,channel", "15550100101,failed,WhatsApp", model.Failed, nil},
		{"a word nobody knows, with a time of failure", "phone,status,failed_at", "15550100101,zonked,2026-11-20T08:34:10Z", model.Failed, nil},
		{"a remark behind a dash", "phone,status", "15550100101,Failed - number invalid", model.Failed, nil},
		{"a remark behind a colon", "phone,status", "15550100101,Failed: number invalid", model.Failed, nil},
		{"a remark in brackets", "phone,status", "15550100101,Delivered (2 ticks)", model.Succeeded, nil},
		{"a failure in brackets", "phone,status", "15550100101,read (failed)", model.Failed, []model.Flag{model.FlagContradiction}},
		{"a failure and a success", "phone,status", "15550100101,failed: read", model.Failed, []model.Flag{model.FlagContradiction}},
		{"German", "phone,status", "15550100101,gescheitert", model.Failed, nil},
		{"German, delivered", "phone,status", "15550100101,Zugestellt", model.Succeeded, nil},
		{"Spanish", "phone,status", "15550100101,falló", model.Failed, nil},
		{"Spanish, read", "phone,status", "15550100101,Leído", model.Succeeded, nil},
		{"French", "phone,status", "15550100101,Échoué", model.Failed, nil},
		{"French, delivered", "phone,status", "15550100101,livré", model.Succeeded, nil},
		{"Italian", "phone,status", "15550100101,Consegnato", model.Succeeded, nil},
		{"Indonesian", "phone,status", "15550100101,Dibaca", model.Succeeded, nil},
		{"Turkish", "phone,status", "15550100101,BAŞARISIZ", model.Failed, nil},
		{"a word nobody knows, with an error", "phone,status,error_code", "15550100101,zonked,131026", model.Failed, nil},
		{"Dutch", "phone,status", "15550100101,Niet afgeleverd", model.Failed, nil},
		{"Polish", "phone,status", "15550100101,Niedostarczono", model.Failed, nil},
		{"Russian", "phone,status", "15550100101,Не доставлено", model.Failed, nil},
		{"Chinese", "phone,status", "15550100101,发送失败", model.Failed, nil},
		{"Chinese, read", "phone,status", "15550100101,已读", model.Succeeded, nil},
		{"Japanese", "phone,status", "15550100101,送信失敗", model.Failed, nil},
		{"Korean", "phone,status", "15550100101,전송 실패", model.Failed, nil},
		{"Arabic", "phone,status", "15550100101,فشل", model.Failed, nil},
		{"Hindi", "phone,status", "15550100101,विफल", model.Failed, nil},
		{"Hindi, sent", "phone,status", "15550100101,भेजा गया", model.InProgress, nil},
		{"Portuguese", "phone,status", "15550100101,Não entregue", model.Failed, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := only(t, tt.header+"\n"+tt.cells+"\n")
			if r.Outcome != tt.want {
				t.Errorf("outcome is %s, want %s", r.Outcome, tt.want)
			}
			for _, f := range tt.flags {
				if !hasFlag(&r, f) {
					t.Errorf("flag %s is missing from %v", f, r.Flags)
				}
			}
			if len(tt.flags) == 0 && hasFlag(&r, model.FlagContradiction) {
				t.Error("there is no contradiction")
			}
		})
	}
	d := drainText(t, "phone,status,token\n15550100101,delivered,\n15550100101,Zonked,hunter2hunter2\n")
	if !warned(d, `"zonked"`) {
		t.Errorf("an unknown status is not told: %q", d.report.Warnings)
	}
	if len(d.rejected) != 1 || d.count(model.Succeeded) != 1 {
		t.Fatalf("a word nobody knows gave %+v, %+v", d.records, d.rejected)
	}
	if r := d.rejected[0]; r.Line != 3 || !strings.Contains(r.Reason, `the status "Zonked" is not known`) ||
		!strings.HasPrefix(r.Raw, "15550100101,Zonked,") || strings.Contains(r.Raw, "hunter2") {
		t.Errorf("rejected as %+v", r)
	}
	if d := drainText(t, "phone,status,external_error\n15550100101,delivered,131026: x\n"); !warned(d, "no failure") {
		t.Errorf("a contradiction is not told: %q", d.report.Warnings)
	}
}

// TestTwilioSMS: where WhatsApp numbers are marked, the others got an SMS.
func TestTwilioSMS(t *testing.T) {
	d := drainText(t, "sid,to,status,error_code\nSM00000000000000000000000000000001,whatsapp:+15550100101,failed,63016\nSM00000000000000000000000000000002,+15550100102,failed,30008\n")
	if d.count(model.Failed) != 1 || d.count(model.NotASend) != 1 || !warned(d, "another channel") {
		t.Errorf("%+v %q", d.records, d.report.Warnings)
	}
}

// TestMessageColumn: "message" is what was sent, unless only failures have one.
func TestMessageColumn(t *testing.T) {
	d := drainText(t, "phone,status,message\n15550100101,failed,The number is not on WhatsApp\n15550100102,delivered,\n")
	if r := d.failed()[0]; r.Message != "The number is not on WhatsApp" {
		t.Errorf("message is %q", r.Message)
	}
	d = drainText(t, "phone,status,message\n15550100101,failed,Hello Kim\n15550100102,delivered,Hello Jo\n")
	if r := d.failed()[0]; r.Message != "" {
		t.Errorf("the text that was sent was taken for the error: %q", r.Message)
	}
}

func TestIDs(t *testing.T) {
	tests := []struct{ name, header, cells, wamid, id string }{
		{"wamid under any name", "id,phone,status", "wamid.abc,15550100101,failed", "wamid.abc", ""},
		{"old id", "message_id,phone,status", "gBEGFVUBABAQAgkAAAAAAAAAAAA,15550100101,failed", "gBEGFVUBABAQAgkAAAAAAAAAAAA", ""},
		{"row number", "id,phone,status", "17,15550100101,failed", "", ""},
		{"own id", "message_id,phone,status", "m-17,15550100101,failed", "", "m-17"},
		{"both", "id,wa_message_id,message_id,phone,status", "17,wamid.abc,m-17,15550100101,failed", "wamid.abc", "m-17"},
		{"empty wamid", "wa_message_id,message_id,phone,status", ",m-17,15550100101,failed", "", "m-17"},
	}
	for _, tt := range tests {
		r := only(t, tt.header+"\n"+tt.cells+"\n")
		if r.WAMID != tt.wamid || r.MessageID != tt.id {
			t.Errorf("%s: wamid %q, id %q", tt.name, r.WAMID, r.MessageID)
		}
	}
}

// TestInnerIDs: the id of a person in the exporting system is no odd number.
func TestInnerIDs(t *testing.T) {
	for _, id := range []string{"17", "cl9x2", "Kim Doe"} {
		for _, header := range []string{"Recipient ID", "userId", "Contact"} {
			r := only(t, header+",Status,Failed Reason\n"+id+",failed,131026: x\n")
			if r.Recipient != "" || hasFlag(&r, model.FlagRecipientOdd) || !hasFlag(&r, model.FlagNoRecipient) {
				t.Errorf("%s %q: recipient %q, flags %v", header, id, r.Recipient, r.Flags)
			}
		}
	}
	if r := only(t, "Contact,Phone,Status\nKim,15550100101,failed\n"); r.Recipient != "15550100101" {
		t.Errorf("recipient %q", r.Recipient)
	}
	if r := only(t, "Contact,Status\n+1 555 010 0101,failed\n"); r.Recipient != "15550100101" {
		t.Errorf("recipient %q", r.Recipient)
	}
}

// TestRequestFillsIn: what columns lack is in the request.
func TestRequestFillsIn(t *testing.T) {
	r := only(t, "status,error_code,request_payload\nfailed,131000,\""+strings.ReplaceAll(`{"messaging_product":"whatsapp","to":"15550100101","type":"template","template":{"name":"welcome","language":{"code":"pt_BR"}}}`, `"`, `""`)+"\"\n")
	if r.Template != "welcome" || r.Language != "pt_BR" || r.Kind != "template" || r.Recipient != "15550100101" {
		t.Errorf("%+v", r)
	}
}

// TestSecrets: no token survives in anything that is kept.
func TestSecrets(t *testing.T) {
	const token = "EAAGm0PX4ZCpsBAFakeTokenForTests0123456789abcdefghij"
	tests := map[string]string{
		"cell":      "phone,status,error_code,error_message\n15550100101,failed,190,Bad token " + token + "\n",
		"JSON cell": "phone,status,error_code,request_payload\n15550100101,failed,190,\"{\"\"access_token\"\":\"\"" + token + "\"\"}\"\n",
		"URL":       "phone,status,error_code,url\n15550100101,failed,190,https://graph.example/v1?access_token=" + token + "&x=1\n",
		"column":    "phone,status,error_code,api_key\n15550100101,failed,190,hunter2hunter2\n",
		"webhook":   status("a", "failed", `{"code":190,"title":"Bearer `+token+`"}`),
		"Graph":     `{"error":{"message":"bad ` + token + `","code":190,"fbtrace_id":"A"}}`,
		"text":      "(#190) Invalid token " + token + "\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			r := only(t, text)
			if !hasFlag(&r, model.FlagSecret) {
				t.Errorf("not flagged: %v", r.Flags)
			}
			for where, s := range map[string]string{"title": r.Title, "message": r.Message, "details": r.Details, "request": r.Request, "response": r.Response, "raw": r.Raw} {
				if strings.Contains(s, token[6:20]) || strings.Contains(s, "hunter2") {
					t.Errorf("the secret stands in %s: %s", where, s)
				}
			}
		})
	}
	d := drainText(t, "phone,status,error_code\n15550100101,failed,190\na,b,c,d,"+token+"\n")
	if len(d.rejected) != 1 || strings.Contains(d.rejected[0].Raw, token[6:20]) {
		t.Errorf("rejected %v", d.rejected)
	}
}

func TestText(t *testing.T) {
	d := drainText(t, "**131016 – Service unavailable**\nA service is temporarily unavailable.\n**503 – Service Unavailable**\nServer is temporarily unavailable or overloaded.\n\nThanks, Kim\n")
	if len(d.records) != 1 {
		t.Fatalf("S1-03: %d records, want one: %+v", len(d.records), d.records)
	}
	if r := d.records[0]; r.Code != "131016" || r.HTTPStatus != 503 || r.Title != "Service unavailable" || r.Details != "A service is temporarily unavailable." {
		t.Errorf("S1-03: %+v", r)
	}
	r := only(t, "[2026-11-20T08:34:10Z] ERROR send to +15550100101 failed: (#131026) Message undeliverable, wamid.HBgLMTU1NQ==\n")
	if r.Code != "131026" || r.Recipient != "15550100101" || r.WAMID != "wamid.HBgLMTU1NQ==" || r.At.IsZero() || r.Source.Line != 1 {
		t.Errorf("log line: %+v", r)
	}
	r = only(t, "503 Service Unavailable")
	if r.HTTPStatus != 503 || r.Code != "" || !hasFlag(&r, model.FlagHTTPOnly) {
		t.Errorf("S1-01: %+v", r)
	}
	r = only(t, "E, [2026] ERROR -- : answer {:error=>{:message=>\"(#131053) Media upload error\", :code=>131053, :fbtrace_id=>\"Axx\"}}\n")
	if r.Code != "131053" || r.Trace != "Axx" {
		t.Errorf("Ruby: %+v", r)
	}
	open := strings.Repeat("x {\n", 30000) + "(#131000) Something went wrong\n"
	if d := drainText(t, open); d.count(model.Failed) != 1 || d.records[0].Source.Line != 30001 {
		t.Errorf("braces that never close: %d records", len(d.records))
	}
	if _, err := Open(t.Context(), strings.NewReader("Dear team,\nplease find attached the list.\n"), "f", options()); err == nil {
		t.Error("a letter is no error")
	}
}

// TestIdentity: F02, reading a file twice names the same messages, and different
// rows of a file without message ids are different messages.
func TestIdentity(t *testing.T) {
	const text = "id,phone,status,error_code,sent_at\n1,15550100101,failed,131026,2026-11-20T08:34:10Z\n2,15550100102,failed,131026,2026-11-20T08:34:10Z\n3,15550100101,failed,131047,2026-11-20T08:34:10Z\n"
	seen := map[string]int{}
	for range 2 {
		d := drainText(t, text)
		for _, r := range d.failed() {
			seen[r.Identity(d.report.System)]++
		}
	}
	if len(seen) != 3 {
		t.Errorf("%d identities, want 3", len(seen))
	}
	for id, n := range seen {
		if n != 2 {
			t.Errorf("%q was seen %d times, want 2", id, n)
		}
	}
}

func TestFields(t *testing.T) {
	names := Fields()
	if len(names) < 30 || !slices.IsSorted(names) {
		t.Errorf("%v", names)
	}
	for _, n := range append(names, "at") {
		if fieldNamed(n) == fNone {
			t.Errorf("%q names no field", n)
		}
	}
	// A header that stands under two fields would mean the first only.
	seen := map[string]field{}
	for f := range nFields {
		for _, h := range strings.Fields(fieldInfos[f].headers) {
			if h == "|" {
				continue
			}
			if h != headerKey(h) {
				t.Errorf("%q is not as headerKey leaves it", h)
			}
			if other, ok := seen[h]; ok && other != f {
				t.Errorf("%q is a header of two fields, %d and %d", h, other, f)
			}
			seen[h] = f
		}
	}
}
