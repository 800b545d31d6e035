package ingest

import (
	"fmt"
	"strings"
	"testing"

	"unsent/model"
)

// meaningHazards are those of numbers, codes, times and texts.
func meaningHazards() []hazard {
	one := hazardOne
	const phoneHead = "phone,status,error_code\n"
	return []hazard{
		{"Q25 two sends in a row", "phone,status,message_id,error_code\n+15550100101,failed,\"wamid.aaa,wamid.bbb\",131026\n",
			one.but(func(w *hazardWant) {
				w.flags = []model.Flag{model.FlagSeveral}
				w.check = func(t *testing.T, d drained) {
					if d.records[0].WAMID != "wamid.aaa" {
						t.Errorf("wamid is %q", d.records[0].WAMID)
					}
				}
			})},
		{"Q25 answers to several sends in a cell", "phone,status,message_id,response\n+15550100101,failed,\"wamid.aaa,wamid.bbb\",\"[{\"\"messages\"\":[{\"\"id\"\":\"\"wamid.aaa\"\"}]},{\"\"error\"\":{\"\"message\"\":\"\"(#131047) Re-engagement message\"\",\"\"code\"\":131047,\"\"fbtrace_id\"\":\"\"Axx\"\"}}]\"\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131047, "fbtrace_id": "Axx", "flags": []any{"several-sends"}}}}},
		{"Q25 several errors of one send", `{"statuses":[{"id":"wamid.a","status":"failed","recipient_id":"15550100101","errors":[{"code":131026,"title":"Message undeliverable"},{"code":131047,"title":"Re-engagement message","error_data":{"details":"over 24 hours"}}]}]}`,
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "title": "Message undeliverable", "details": "Also reported: (#131047) Re-engagement message: over 24 hours"}}}},
		{"Q25 several errors, in a row's payload", "phone,status,payload\n15550100101,failed,\"{\"\"errors\"\":[{\"\"code\"\":131026},{\"\"code\"\":131047}]}\"\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "details": "Also reported: (#131047)"}}}},
		{"Q25 several errors, of a provider's object", `{"id":"m1","to":"15550100101","status":"failed","errors":[{"code":131026,"title":"Message undeliverable"},{"code":131047,"title":"Re-engagement message"}]}`,
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "details": "Also reported: (#131047) Re-engagement message"}}}},
		{"Q25 several errors without a message are one failure", `{"errors":[{"code":131026,"title":"Message undeliverable"},{"code":131047,"title":"Re-engagement message"}]}`,
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "details": "Also reported: (#131047) Re-engagement message"}}}},
		{"Q25 several codes in a cell", phoneHead + "+15550100101,failed,\"131026, 131047\"\n+15550100102,failed,[131026]\n+15550100103,failed,\"[{\"\"code\"\":131026}]\"\n",
			hazardWant{records: []facts{{"code": 131026, "code_from": "column", "details": "Also reported: 131047"}, {"code": 131026, "code_from": "column"}, {"code": 131026, "code_from": "json"}}}},
		{"Q26 the history of one message", `{"id":"wamid.a","status":"sent","timestamp":"1793000000","recipient_id":"15550100101"}` + "\n" +
			strings.Repeat(`{"id":"wamid.a","status":"failed","timestamp":"1793000005","recipient_id":"15550100101","errors":[{"code":131026}]}`+"\n", 2),
			hazardWant{records: []facts{{"outcome": "in_progress", "wamid": "wamid.a"}, {"outcome": "failed", "code": 131026}, {"outcome": "failed", "code": 131026}}, check: func(t *testing.T, d drained) {
				if a, b := d.records[1].Identity("x"), d.records[2].Identity("x"); a != b {
					t.Errorf("a webhook that came twice is two messages, %q and %q", a, b)
				}
			}}},
		{"Q27 digits lost", "phone,status,error_code\n4.479E+11,failed,131026\n", hazardWant{failed: 1, code: "131026", recipient: "4.479E+11", line: 2, flags: []model.Flag{model.FlagRecipientDamaged}, warning: "1 recipient has lost digits in a spreadsheet"}},
		{"Q27 digits lost, with a decimal comma", "phone;status;error_code\n9,1955E+11;failed;131026\n", hazardWant{failed: 1, code: "131026", recipient: "9,1955E+11", line: 2, flags: []model.Flag{model.FlagRecipientDamaged}}},
		{"Q27 all digits still there", phoneHead + "1.5550100101E10,failed,131026\n15550100101.0,failed,131026\n", one.but(func(w *hazardWant) {
			w.failed = 2
			w.check = func(t *testing.T, d drained) {
				if r := d.records[1].Recipient; r != "15550100101" {
					t.Errorf("a numeric column's number is %q", r)
				}
			}
		})},
		{"Q27 ids without their last digits are none", "phone,status,error_code,phone_number_id,waba_id,message_id\n15550100101,failed,131026,1.06541E+14,\"1,2E+15\",1.23E+17\n15550100101,failed,131047,1.06541E+14,\"1,2E+15\",1.23E+17\n",
			hazardWant{records: []facts{{"phone_number_id": nil, "waba_id": nil, "message_id": nil, "code": 131026}, {"message_id": nil, "code": 131047}}, warning: "6 ids or codes have lost digits", check: func(t *testing.T, d drained) {
				if d.records[0].Identity("x") == d.records[1].Identity("x") {
					t.Error("two messages became one")
				}
			}}},
		{"Q28 guarded number", "phone,status,error_code\n'+15550100101,failed,131026\n", one},
		{"Q28 number behind a tab", "phone,status,error_code\n\"\t+15550100101\",failed,131026\n", one},
		{"Q29 S2-C6 punctuation", "phone,status,error_code\n+1 (555) 010-0101,failed,131026\n", one},
		{"Q29 chat id", "remoteJid,status,error_code\n15550100101@s.whatsapp.net,failed,131026\n", one},
		{"Q29 masked", "phone,status,error_code\n1555****101,failed,131026\n", hazardWant{failed: 1, code: "131026", recipient: "1555****101", line: 2, flags: []model.Flag{model.FlagRecipientMasked}, warning: "hidden digits"}},
		{"Q29 user id only", "recipient_user_id,status,error_code\nUS.13491208655302741918,failed,131026\n", hazardWant{failed: 1, code: "131026", line: 2, flags: []model.Flag{model.FlagBSUID}}},
		{"Q29 no country code, trunk zero, prefix, chat of a group, a placeholder", "phone,status,error_code\n5550101,failed,131026\n+44 (0)20 7946 0101,failed,131026\nwhatsapp:+15550100101,failed,131026\n120363@g.us,failed,131026\nREDACTED,failed,131026\n",
			hazardWant{records: []facts{{"flags": []any{"recipient-odd"}}, {"flags": []any{"recipient-odd"}}, {"recipient": "15550100101"}, {"flags": []any{"group"}}, {"flags": []any{"recipient-masked"}}}}},
		{"Q29 no number at all", "contactId,status,error_code\nabc17,failed,131026\n", hazardWant{records: []facts{{"code": 131026, "recipient": nil, "flags": []any{"recipient-missing"}}}}},
		{"Q30 codes inside of texts", "phone,status,reason\n" + strings.Join([]string{
			"1,failed,(#131000) Something went wrong", "1,failed,131026: Message undeliverable", "1,failed,whatsapp:131047:re_engagement_message_required",
			"1,failed,131016 – Service unavailable", "1,failed,Error 131000 — Something Went Wrong", "1,failed,Graph 500: (#131000) Something went wrong",
			"1,failed,no se entregó (Meta 130472)", "1,failed,[131026] Message undeliverable", "1,failed,Failed · 131026 · Message undeliverable",
			"1,failed,Failed: (131049) not delivered", "1,failed,\"(#131056) (Business Account, Consumer Account) pair rate limit hit\"",
		}, "\n") + "\n", hazardWant{records: []facts{{"code": 131000, "code_from": "text"}, {"code": 131026}, {"code": 131047}, {"code": 131016}, {"code": 131000},
			{"code": 131000}, {"code": 130472}, {"code": 131026}, {"code": 131026}, {"code": 131049}, {"code": 131056}}}},
		{"Q30 HTTP statuses inside of texts, and nothing", "phone,status,reason\n1,failed,WhatsApp API HTTP 401: Authentication Error\n1,failed,WhatsApp error 429\n1,failed,Exception of type 'Example.WhatsApp.SendException' was thrown\n",
			hazardWant{records: []facts{{"outcome": "failed", "http_status": 401}, {"outcome": "failed", "http_status": 429}, {"outcome": "failed", "http_status": nil, "message": "Exception of type 'Example.WhatsApp.SendException' was thrown"}}}},
		{"Q31 a title and no code", "phone,status,reason\n1,failed,Message Undeliverable.\n1,failed,Template params not matching.\n1,failed,Insufficient credit\n",
			hazardWant{records: []facts{{"code": 131026, "code_from": "title"}, {"outcome": "failed", "code_from": "none"}, {"outcome": "failed", "code_from": "none"}}}},
		{"Q32 numbers that are no codes", "phone,status,reason\n1,failed,Message undeliverable to 212131026678\n1,failed,expected (1) but got (0)\n1,failed,object '118130101241809' is unknown\n1,failed,order 131026 is late\n1,failed,restricted (463)\n",
			hazardWant{records: []facts{{"outcome": "failed"}, {"outcome": "failed"}, {"outcome": "failed"}, {"outcome": "failed"}, {"outcome": "failed"}}}},
		{"Q32 another system's number is not Meta's", "phone,status,error_code,provider\n1,failed,1002,Gupshup\n1,failed,1002,\n1,failed,63016,\n1,failed,463,\n1,failed,1,\n",
			hazardWant{records: []facts{{"outcome": "failed", "vendor": facts{"system": "gupshup", "code": "1002"}}, {"outcome": "failed", "vendor": facts{"system": "generic", "code": "1002"}},
				{"outcome": "failed", "code": 131047, "code_from": "vendor", "vendor": facts{"system": "twilio", "code": "63016"}}, {"outcome": "failed", "vendor": facts{"system": "generic", "code": "463"}},
				{"outcome": "failed", "vendor": facts{"system": "generic", "code": "1"}}}}},
		{"Q32 a number of the on-premises API in today's shape", `{"statuses":[{"id":"gBEGFVUBABAQAgkAAAAAAAAAAAA","status":"failed","timestamp":"1793000000","recipient_id":"15550100101","errors":[{"code":470,"title":"Message failed to send because more than 24 hours have passed"}]}]}`,
			hazardWant{records: []facts{{"outcome": "failed", "code": 131047, "code_from": "vendor", "vendor": facts{"system": "on-prem", "code": "470"}}}}},
		{"Q32 Meta's own short numbers, in its own object", `{"id":"m1","to":"15550100101","status":"failed","error":{"code":4,"type":"OAuthException","message":"(#4) Application request limit reached","fbtrace_id":"Axx"}}`,
			hazardWant{records: []facts{{"outcome": "failed", "code": 4, "code_from": "json", "vendor": nil, "fbtrace_id": "Axx"}}}},
		{"Q33 one code in many types", phoneHead + "1,failed,131026.0\n1,failed,131_026\n1,failed,\"131,026\"\n1,failed,131.026\n1,failed,'131026\n1,failed,1.31026E+05\n1,failed,#131026\n",
			hazardWant{records: []facts{{"code": 131026, "code_from": "column"}, {"code": 131026}, {"code": 131026}, {"code": 131026}, {"code": 131026}, {"code": 131026}, {"code": 131026}}}},
		{"Q33 zeros, words, a code without its last digits", phoneHead + "1,delivered,000\n1,failed,EX_INVALID_RECIPIENT\n1,failed,1.31E+05\n",
			hazardWant{records: []facts{{"outcome": "succeeded"}, {"outcome": "failed", "vendor": facts{"system": "generic", "code": "EX_INVALID_RECIPIENT"}}, {"outcome": "failed", "vendor": nil}}, warning: "lost digits"}},
		{"Q33 translated details", `{"error":{"message":"(#131030) x","code":131030,"error_data":{"details":"El número de teléfono del destinatario no está en la lista"},"fbtrace_id":"Axx"}}`,
			hazardWant{records: []facts{{"code": 131030, "flags": []any{"text-not-english"}}}}},
		{"Q34 a wrong title beside a code", "phone,status,error_code,error_message\n1,failed,131026,Re-engagement message\n", hazardWant{records: []facts{{"code": 131026, "code_from": "column", "message": "Re-engagement message"}}}},
		{"Q35 times of many systems in one column", "phone,status,error_code,failed_at\n" + strings.Join([]string{
			"1,failed,1,2023-03-11T14:27:32.9655388Z", "1,failed,1,2021-08-25T16:11:00.000+0500", "1,failed,1,2023-05-09 23:17:40.768000 UTC", "1,failed,1,\"Fri, 12 May 2023 16:20:49 +0000\"",
			"1,failed,1,1698231447", "1,failed,1,1580546677791", "1,failed,1,25-Nov-2022 08:34:10", "1,failed,1,\"Nov 25, 2022\"", "1,failed,1,20140102",
		}, "\n") + "\n", hazardWant{records: []facts{{"at": "2023-03-11T14:27:32.9655388Z"}, {"at": "2021-08-25T11:11:00Z"}, {"at": "2023-05-09T23:17:40.768Z"}, {"at": "2023-05-12T16:20:49Z"},
			{"at": "2023-10-25T10:57:27Z"}, {"at": "2020-02-01T08:44:37.791Z"}, {"at": "2022-11-25T08:34:10Z", "flags": []any{"zone-assumed"}}, {"at": "2022-11-25T00:00:00Z"}, {"at": "2014-01-02T00:00:00Z"}}, warning: "--tz"}},
		{"Q35 a zone that the header names", "phone,status,error_code,Sent At (GMT+05:30)\n1,failed,131026,2026-03-14 07:15:40\n", hazardWant{records: []facts{{"at": "2026-03-14T01:45:40Z"}}}},
		{"Q36 a comma in an unquoted time", "phone,status,sent_at\n15550100101,failed,20/11/2026, 08:34:10\n", hazardWant{records: []facts{{"at": "2026-11-20T08:34:10Z", "flags": []any{"row-repaired"}}}}},
		{"Q36 the order of day and month is not known", "phone;status;sent_at\n1;failed;03/04/2026, 08:34:10\n", hazardWant{records: []facts{{"at": "2026-04-03T08:34:10Z"}}, warning: "--date-order"}},
		{"Q36 a later day tells the order", "phone;status;sent_at\n1;failed;03/04/2026, 08:34:10\n1;failed;03/22/2026, 08:34:10\n", hazardWant{records: []facts{{"at": "2026-03-04T08:34:10Z"}, {"at": "2026-03-22T08:34:10Z"}}}},
		{"Q36 the agent says the order", "phone;status;sent_at\n1;failed;03/04/2026, 08:34:10\n", hazardWant{records: []facts{{"at": "2026-03-04T08:34:10Z"}}, set: func(o *Options) { o.DateOrder = "mdy" }}},
		{"Q36 AM and PM left out", "phone;status;sent_at\n" + func() string {
			var b strings.Builder
			for h := 1; h <= 12; h++ {
				fmt.Fprintf(&b, "1;delivered;22/1/2026, %02d:34:05\n", h)
			}
			return b.String()
		}(), hazardWant{ok: 12, warning: "later than 12:59"}},
		{"Q36 a working day", "phone;status;sent_at\n1;delivered;22/1/2026, 01:34:05\n1;delivered;22/1/2026, 08:34:05\n1;delivered;22/1/2026, 12:34:05\n", hazardWant{ok: 3, check: func(t *testing.T, d drained) {
			if warned(d, "12:59") {
				t.Errorf("warnings %q", d.report.Warnings)
			}
		}}},
		{"Q36b dated in the future", "phone;status;sent_at\n1;failed;01/12/2027 08:34\n", hazardWant{records: []facts{{"flags": []any{"time-in-future"}}}, warning: "dated in the future"}},
		{"Q36b swapped where a spreadsheet could", "phone;status;sent_at\n1;failed;2026-01-11 08:34\n1;failed;31/10/2026 08:34\n", hazardWant{records: []facts{{"at": "2026-01-11T08:34:00Z"}, {"at": "2026-10-31T08:34:00Z"}}, warning: "writes its dates in two ways"}},
		{"Q36b two orders", "phone;status;sent_at\n1;failed;13/01/2026 08:34\n1;failed;01/14/2026 08:34\n", hazardWant{records: []facts{{"at": "2026-01-13T08:34:00Z"}, {"at": nil, "flags": []any{"time-missing"}}}, warning: "not fit the order"}},
		{"Q37 seconds and milliseconds in one feed", `[{"to":"15550100101","status":"failed","error_code":131026,"timestamp":1793000000123},{"to":"15550100101","status":"failed","error_code":131026,"timestamp":"1793000000"}]`,
			hazardWant{records: []facts{{"at": "2026-10-26T07:33:20.123Z"}, {"at": "2026-10-26T07:33:20Z"}}}},
		{"Q38 the column that a time is from", "phone,status,error_code,type,failed_at,created_at,last_inbound_at\n1,failed,131047,text,2026-03-14T07:15:40Z,2026-03-14T09:00:00Z,2026-03-12T07:15:40Z\n",
			hazardWant{records: []facts{{"at": "2026-03-14T07:15:40Z", "last_inbound_at": "2026-03-12T07:15:40Z"}}, check: func(t *testing.T, d drained) {
				if d.report.Columns["failed_at"] != "failed_at" || d.report.Columns["last_inbound_at"] != "last_inbound_at" {
					t.Errorf("columns %v", d.report.Columns)
				}
			}}},
		{"Q38 the window is not told from two clocks", "phone,status,error_code,type,failed_at,last_inbound_at\n1,failed,131047,text,2026-03-14T07:15:40Z,2026-03-12 07:15:40\n1,failed,131047,text,2026-03-14 07:15:40,2026-03-12 07:15:40\n",
			hazardWant{records: []facts{{"last_inbound_at": nil}, {"last_inbound_at": "2026-03-12T07:15:40Z"}}, warning: "by another clock"}},
		{"Q39 escapes stay evidence", "phone,status,error_code,error_message\n15550100101,failed,131026,x\x1b]52;c;eA==\x07y\n", hazardWant{records: []facts{{"code": 131026, "message": "x\x1b]52;c;eA==\x07y"}}}},
		{"Q40 marks of direction in a number and a time", "phone,status,error_code,sent_at\n\u200f+15550100101\u200f,failed,131026,\"\u200f20\u200f/11\u200f/2026، 8:34:05 م\"\n", hazardWant{records: []facts{{"recipient": "15550100101", "at": "2026-11-20T20:34:05Z"}}}},
		{"Q41 a name like a formula", "phone,name,status,error_code\n15550100101,=cmd|' /C calc'!A0,failed,131026\n=\"15550100102\",@kim,failed,131026\n", hazardWant{records: []facts{{"code": 131026, "recipient": "15550100101"}, {"recipient": "15550100102"}}}},
		{"Q42 a web page for an answer", "phone,status,http_status,raw_payload\n15550100101,FAILED,502,\"<!DOCTYPE html><html><body><h1>Bad Gateway</h1></body></html>\"\n",
			hazardWant{records: []facts{{"outcome": "failed", "http_status": 502, "flags": []any{"http-status-only"}}}, check: func(t *testing.T, d drained) {
				if r := d.records[0].Response; !strings.HasPrefix(r, "<!DOCTYPE html>") {
					t.Errorf("the answer is %q", r)
				}
			}}},
		{"Q42 escaped slashes", `{"statuses":[{"id":"wamid.a","status":"failed","recipient_id":"15550100101","errors":[{"code":131053,"title":"Media upload error","error_data":{"details":"video\/3gpp is not allowed"}}]}]}`, hazardWant{records: []facts{{"details": "video/3gpp is not allowed"}}}},
		{"Q43 markers of nothing", "phone,status,error_code,error_message\n+15550100101,delivered,null,N/A\n+15550100102,delivered,\\N,-\n+15550100103,delivered,0,NULL\n", hazardWant{ok: 3}},
		{"Q48 a line of totals", "phone,status,error_code\n+15550100101,failed,131026\nTotal,,\n,1,\nTotal,17,\n", one.but(func(w *hazardWant) {
			w.check = func(t *testing.T, d drained) {
				if n := d.count(model.NotASend); n != 3 {
					t.Errorf("%d are no sends: the totals were taken for some", n)
				}
			}
		})},
		{"Q43 placeholders", "phone,status,error_code,waba_id\n{{phone}},failed,<provider-failure-code>,REDACTED\n", hazardWant{records: []facts{{"outcome": "failed", "code_from": "none", "waba_id": nil, "flags": []any{"recipient-missing"}}}}},
		{"Q44 a token in a payload", "phone,status,error_code,request_body\n15550100101,failed,190,\"{\"\"access_token\"\":\"\"EAAGm0PX4ZCpsBAFakeTokenForTests0123456789abcdefghij\"\"}\"\n", hazardWant{records: []facts{{"code": 190, "flags": []any{"secret-masked"}}}, check: func(t *testing.T, d drained) {
			if r := &d.records[0]; strings.Contains(r.Request+r.Raw, "FakeToken") {
				t.Errorf("the token is kept: %s", r.Raw)
			}
		}}},
		{"Q45 a huge cell, and one that is too large", "phone,status,error_code,raw_payload\n15550100101,failed,131026,\"" + strings.Repeat("<p>no\n", 60000) + "\"\n15550100102,failed,131026,\"" + strings.Repeat("x", maxCell+10) + "\"\n15550100103,failed,131026,\n",
			hazardWant{records: []facts{{"recipient": "15550100101", "code": 131026}, {"recipient": "15550100103"}}, rejected: 1}},
		{"Q48 a summary above the table", "Campaign report\nTotal,3\nFailed,1\n--- RECIPIENTS ---\nPhone,Status,Reason\n15550100101,failed,131026: x\n", hazardWant{records: []facts{{"code": 131026, "source": facts{"line": 6.0}}}, warning: "line 5"}},
	}
}
