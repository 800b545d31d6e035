package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pasteHazards are the shapes in which webhooks and API errors reach an agent.
func pasteHazards() []hazard {
	const failed = `{"id":"wamid.a","status":"failed","timestamp":"1793000000","recipient_id":"15550100101","errors":[{"code":131026,"title":"Message undeliverable"}]}`
	one := []facts{{"outcome": "failed", "code": 131026, "code_from": "json", "wamid": "wamid.a", "recipient": "15550100101", "at": "2026-10-26T07:33:20Z"}}
	return []hazard{
		{"W01 n8n: an array, the field inside", `[{"messaging_product":"whatsapp","metadata":{"phone_number_id":"12"},"statuses":[` + failed + `],"field":"messages"}]`, hazardWant{records: one}},
		{"W02 a Ruby hash behind a log prefix", `I, [2026-11-20T08:34:10.123456 #12]  INFO -- : [Job] {:entry=>[{:id=>"1", :changes=>[{:value=>{:messaging_product=>"whatsapp", :conversation=>nil, :statuses=>[{:id=>"wamid.a", :status=>"failed", :timestamp=>"1793000000", :recipient_id=>"15550100101", :errors=>[{:code=>131026, :title=>"Message undeliverable"}]}]}}]}]}`, hazardWant{records: one}},
		{"W02 a Ruby hash that is cut off", `I, [2026-11-20T08:34:10.123456 #12]  INFO -- : [Job] {"entry"=>[{"id"=>"1", "changes"=>[{"value"=>{"statuses"=>[{"id"=>"wamid.a", "status"=>"failed", "timestamp"=>"1793000000", "recipient_id"=>"15550100101", "errors"=>[{"code"=>131026, "title"=>"Message undeliverable", "message"=>"Message undel` + "\nnext line\n",
			hazardWant{records: one, warning: "passed over"}},
		{"W02 half a number at the cut is no code", `I INFO {"statuses"=>[{"id"=>"wamid.a", "status"=>"failed", "recipient_id"=>"15550100101", "errors"=>[{"title"=>"x", "code"=>1310`,
			hazardWant{records: []facts{{"outcome": "failed", "wamid": "wamid.a", "title": "x"}}}},
		{"W03 a console's object", "{\n  statuses: [\n    {\n      id: 'wamid.a',\n      status: 'failed',\n      timestamp: '1793000000',\n      recipient_id: '15550100101',\n      errors: [ { code: 131026, title: 'Message undeliverable' } ]\n    }\n  ]\n}\n",
			hazardWant{records: one, warning: "not valid JSON"}},
		{"W03 only the inner lines of it", "    message: '(#131000) Something went wrong',\n    type: 'OAuthException',\n    code: 131000,\n    error_data: { messaging_product: 'whatsapp', details: 'Generic error' },\n    error_subcode: 2494002,\n    fbtrace_id: 'Axx'\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131000, "code_from": "json", "title": "Something went wrong", "details": "Generic error", "subcode": "2494002", "fbtrace_id": "Axx"}}}},
		{"W03 what lies too deep for a console", "{ statuses: [ { id: 'wamid.a', status: 'failed', timestamp: '1793000000', recipient_id: '15550100101', errors: [Array] } ] }",
			hazardWant{records: []facts{{"outcome": "failed", "wamid": "wamid.a", "code_from": "none"}}}},
		{"W03 an HTTP client's exception", "AxiosError: Request failed with status code 400\n    at settle (/app/settle.js:19:12)\n  response: {\n    status: 400,\n    data: { error: { message: \"(#131030) Recipient phone number not in allowed list\", code: 131030, error_data: [Object], fbtrace_id: 'Axx' } }\n  }\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131030, "http_status": 400, "fbtrace_id": "Axx"}}}},
		{"W03 PHP's print_r", "Array\n(\n    [error] => Array\n        (\n            [message] => (#131026) Message undeliverable\n            [type] => OAuthException\n            [code] => 131026\n            [fbtrace_id] => Axx\n        )\n\n)\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "code_from": "json", "title": "Message undeliverable", "fbtrace_id": "Axx"}}}},
		{"W03 PHP's var_export", "array (\n  'error' => \n  array (\n    'message' => '(#131026) Message undeliverable',\n    'type' => 'OAuthException',\n    'code' => 131026,\n    'fbtrace_id' => 'Axx',\n  ),\n)\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "code_from": "json", "title": "Message undeliverable", "fbtrace_id": "Axx"}}}},
		{"W03 YAML", "- phone: \"+15550100101\"\n  status: failed\n  error_code: 131026\n- phone: \"+15550100102\"\n  status: failed\n  error_code: 131047\n",
			hazardWant{records: []facts{{"code": 131026, "recipient": "15550100101"}, {"code": 131047, "recipient": "15550100102"}}}},
		{"W04 the line of a screen", "(#132000) Number of parameters does not match the expected number of params", hazardWant{records: []facts{{"outcome": "failed", "code": 132000, "code_from": "text", "title": "Number of parameters does not match the expected number of params"}}}},
		{"W04 the lines of a tooltip", "Error code: 131026\nError title: Message undeliverable\nPhone: +1 555 010 0101\n\nStatus: Failed\nReason: Message undeliverable\nTo: +15550100102\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "code_from": "column", "recipient": "15550100101"}, {"outcome": "failed", "code": 131026, "code_from": "title", "recipient": "15550100102"}}}},
		{"W04 signs and dots", "❌ Failed · 131026 · Message undeliverable\nFailed: (131049) This message was not delivered.\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026}, {"outcome": "failed", "code": 131049}}}},
		{"W05 statuses[] alone", `{"statuses":[` + failed + `]}`, hazardWant{records: one}},
		{"W06 Kapso's history", `{"message":{"id":"wamid.a","to":"15550100101","type":"text","kapso":{"direction":"outbound","status":"failed","statuses":[{"id":"wamid.a","status":"sent","timestamp":"1792999999"},` + failed + `]}}}`, hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "wamid": "wamid.a"}}}},
		{"W06 Gupshup's milliseconds", `{"gs_app_id":"x","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","statuses":[` + strings.Replace(failed, `"1793000000"`, `1793000000000`, 1) + `]}}]}]}`, hazardWant{records: one}},
		{"W06 Gupshup's event in a column: its numbers are its own", "id,errors,bsp_status\n901234567890,\"{\"\"payload\"\":{\"\"destination\"\":\"\"15550100101\"\",\"\"gsId\"\":\"\"g\"\",\"\"payload\"\":{\"\"code\"\":1002,\"\"reason\"\":\"\"Number Does Not Exist On WhatsApp\"\"},\"\"type\"\":\"\"failed\"\"},\"\"type\"\":\"\"message-event\"\",\"\"version\"\":2}\",error\n",
			hazardWant{records: []facts{{"outcome": "failed", "vendor": facts{"system": "gupshup", "code": "1002"}, "recipient": "15550100101", "message": "Number Does Not Exist On WhatsApp"}}}},
		{"W06 errors[] at the top", `{"message_id":"m-1","to":"15550100101","status":"failed","errors":[{"code":131026,"title":"Message undeliverable"}]}`, hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "message_id": "m-1", "title": "Message undeliverable"}}}},
		{"W07 Bad Gateway", "Bad Gateway", hazardWant{records: []facts{{"outcome": "failed", "message": "Bad Gateway"}}}},
		{"W08 HTTP 200 with an error inside", `{"status":200,"body":{"error":{"message":"Invalid OAuth access token","type":"OAuthException","code":190,"fbtrace_id":"Axx"}}}`, hazardWant{records: []facts{{"outcome": "failed", "code": 190, "http_status": 200}}}},
		{"W09 a secret in the title", `{"id":"wamid.a","status":"failed","recipient_id":"15550100101","errors":[{"code":131000,"title":"Bearer abcDEF0123456789 was rejected"}]}`, hazardWant{records: []facts{{"code": 131000, "flags": []any{"secret-masked"}}}, check: func(t *testing.T, d drained) {
			if strings.Contains(fmt.Sprintf("%+v", d.records[0]), "abcDEF") {
				t.Errorf("the secret is kept: %+v", d.records[0])
			}
		}}},
		{"W10 the code in a table", "phone,status,error_code\n1,failed,\"131000\"\n1,failed,131000.0\n1,failed,(#131000) Something went wrong\n", hazardWant{records: []facts{{"code": 131000}, {"code": 131000}, {"code": 131000, "title": "Something went wrong"}}}},
		{"W11 the help article's snippet", "\"errors\": [\n  {\n    \"code\": 131000,\n    \"title\": \"Something Went Wrong\",\n    \"message\": \"Not sent.\"\n  }\n]", hazardWant{records: []facts{{"outcome": "failed", "code": 131000, "title": "Something Went Wrong", "message": "Not sent."}}}},
		{"W12 what came in is no failed send", `{"messages":[{"from":"15550100101","id":"wamid.in","timestamp":"1793000000","type":"unsupported","errors":[{"code":131051,"title":"Unsupported message type"}]}]}` + "\n" +
			`{"from":"15550100101","id":"wamid.in","timestamp":"1793000000","type":"unsupported","errors":[{"code":131051,"title":"Unsupported message type"}]}` + "\n" +
			`{"messaging_product":"whatsapp","metadata":{},"messages":[{"from":"15550100101","id":"wamid.in","type":"unknown","errors":[{"code":131051}]}]}` + "\n",
			hazardWant{records: []facts{{"outcome": "not_a_send"}, {"outcome": "not_a_send"}, {"outcome": "not_a_send"}}}},
		{"W12 what came in, of a kind unknown", `{"from":"15550100101","id":"wamid.in","timestamp":"1793000000","type":"unknown","errors":[{"code":131051,"title":"Unsupported message type"}]}`, hazardWant{records: []facts{{"outcome": "not_a_send"}}}},
		{"W12 what came in, in a table", "from,to,type,error_code\n15550100101,15550100150,unsupported,131051\n", hazardWant{records: []facts{{"outcome": "not_a_send"}}}},
		{"W13 the account's errors name no message", hookHead + `"errors":[{"code":130429,"title":"Rate limit hit"},{"code":0,"title":"AuthException"}]` + hookTail, hazardWant{records: []facts{{"outcome": "failed", "code": 130429, "flags": []any{"account-level"}}, {"outcome": "failed", "code": 0, "flags": []any{"account-level"}}}}},
		{"W14 known by a user id, and groups", `{"statuses":[{"id":"wamid.a","status":"failed","recipient_user_id":"US.13491208655302741918","errors":[{"code":131026}]},{"id":"wamid.b","status":"failed","recipient_id":"Y2FwaV9ncm91cDoxMjM=","recipient_type":"group","errors":[{"code":131026}]}]}`,
			hazardWant{records: []facts{{"recipient_user_id": "US.13491208655302741918", "flags": []any{"bsuid"}}, {"flags": []any{"group"}}}}},
		{"W15 a payload in a log line, which says when and to whom", "[2026-11-20 08:34:10 UTC] ERROR send to 15550100101 failed {\"error\":{\"message\":\"(#131026) Message undeliverable\",\"code\":131026,\"fbtrace_id\":\"Axx\"}}\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "recipient": "15550100101", "at": "2026-11-20T08:34:10Z", "fbtrace_id": "Axx"}}}},
		{"W15 log lines in a table", "@timestamp,message\n\"Nov 20, 2026 @ 08:34:10.123\",\"send to 15550100101 failed {\"\"error\"\":{\"\"code\"\":131026,\"\"message\"\":\"\"(#131026) x\"\",\"\"fbtrace_id\"\":\"\"Axx\"\"}}\"\n2026-11-20T08:34:11Z,server started\n2026-11-20T08:34:12Z,to +15550100102: error 131047\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "code_from": "json", "recipient": "15550100101", "fbtrace_id": "Axx", "at": "2026-11-20T08:34:10.123Z"}, {"outcome": "not_a_send"}, {"outcome": "failed", "code": 131047, "recipient": "15550100102"}}}},
		{"W15 a log line of name=value", "time=2026-11-20T08:34:10Z level=error msg=\"send failed\" to=15550100101 code=131026 fbtrace_id=Axx\n",
			hazardWant{records: []facts{{"outcome": "failed", "code": 131026, "code_from": "text", "recipient": "15550100101", "at": "2026-11-20T08:34:10Z", "fbtrace_id": "Axx"}}}},
	}
}

// hazardsElsewhere are the tests of hazards that are not, or not only, about what
// a file becomes: "package.Test".
var hazardsElsewhere = map[string][]string{
	"Q05": {"ingest.TestNotALog"},
	"Q26": {"store.TestSameFileTwice", "store.TestMessageThatFailsTwice", "store.TestFailedAndDelivered"},
	"Q35": {"ingest.TestTimes"},
	"Q36": {"ingest.TestLocalTimes", "ingest.TestDateOrder"},
	"Q39": {"safe.TestLineRegression"},
	"Q40": {"safe.TestLineRegression"},
	"Q41": {"safe.TestCSV", "safe.TestCell"},
	"Q44": {"ingest.TestSecrets", "safe.TestRedactRecall"},
	"Q46": {"ingest.TestNotALog"},
	"Q47": {"ingest.TestNotALog"},
	"Q48": {"ingest.TestColumnsError"},
	"W07": {"ingest.TestNotALog"},
}

// TestEveryHazard: no number of the two lists is forgotten, and the tests that
// stand elsewhere are there.
func TestEveryHazard(t *testing.T) {
	have := map[string]bool{}
	for _, h := range append(append(fileHazards(), meaningHazards()...), pasteHazards()...) {
		id, _, _ := strings.Cut(h.name, " ")
		have[id] = true
	}
	for id, tests := range hazardsElsewhere {
		have[id] = true
		for _, name := range tests {
			pkg, fn, _ := strings.Cut(name, ".")
			if !hasTest(t, filepath.Join("..", pkg), fn) {
				t.Errorf("%s: there is no %s", id, name)
			}
		}
	}
	for _, list := range []struct {
		letter string
		last   int
	}{{"Q", 48}, {"W", 15}} {
		for i := 1; i <= list.last; i++ {
			if id := fmt.Sprintf("%s%02d", list.letter, i); !have[id] {
				t.Errorf("%s has no test", id)
			}
		}
	}
}

// hasTest reports whether a package's tests have a function of that name.
func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name) + `\(`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if declared.Match(data) {
			return true
		}
	}
	return false
}
