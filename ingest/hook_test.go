package ingest

import (
	"strings"
	"testing"

	"unsent/model"
)

func inQuotes(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// TestWebhooksBesideAStatus wants a webhook to decide where the row's status, event
// or direction is the receiver's own.
func TestWebhooksBesideAStatus(t *testing.T) {
	hook := func(statuses ...string) string {
		return hookHead + `"statuses":[` + strings.Join(statuses, ",") + `]` + hookTail
	}
	failed := func(id string) string { return status(id, "failed", `{"code":131049,"title":"T"}`) }
	arrived := status("d", "delivered", "")
	const bare = `{"id":"wamid.n","status":"failed","timestamp":"1793000000","recipient_id":"15550100109"}`
	tests := []struct {
		name, text    string
		read, failing int
	}{
		{"processed", "id,status,payload,received_at\n" +
			"1,success," + inQuotes(hook(failed("a"), failed("b"), failed("c"))) + ",2026-05-13 11:26:15\n" +
			"2,success," + inQuotes(hook(arrived, bare)) + ",2026-05-13 11:26:15\n" +
			"3,failed," + inQuotes(hook(arrived)) + ",2026-05-13 11:26:15\n", 6, 4},
		{"inbound", "id,direction,payload,created_at\n1,inbound," + inQuotes(hook(failed("a"), failed("b"))) + ",2026-05-13 14:26:15\n", 2, 2},
		{"an event, and the receiver's error", "id,event,payload,error\n1,messages," + inQuotes(hook(failed("a"))) + ",\n2,messages," + inQuotes(hook(arrived)) + ",Timeout in worker\n", 2, 1},
		{"what came in, and failed to be dealt with", "id,status,payload\n1,failed," + inQuotes(hookHead+`"messages":[{"from":"15550100101","id":"wamid.in","timestamp":"1793000000","type":"text"}]`+hookTail) + "\n", 1, 0},
		{"a column of any name", "received_at,response_code,raw_body\n2026-05-13 14:26:15,200," + inQuotes(hook(failed("a"), arrived)) + "\n", 2, 1},
		{"a column that has another meaning", "received_at,status,body\n2026-05-13 14:26:15,done," + inQuotes(hook(failed("a"), arrived)) + "\n", 2, 1},
		{"Splunk", `{"preview":false,"result":{"_raw":"` + strings.ReplaceAll(hook(failed("a"), failed("b")), `"`, `\"`) + `","_time":"2026-05-13T14:26:20.000+00:00"}}`, 2, 2},
		{"of the row's message, and of others", "phone,status,payload\n15550100101,failed," + inQuotes(hook(failed("a"), bare)) + "\n", 2, 2},
		{"of the row's message, done", "phone,status,template,payload\n15550100101,processed,may," + inQuotes(hook(failed("a"))) + "\n", 1, 1},
	}
	for _, tt := range tests {
		d := drainText(t, tt.text)
		if n := d.count(model.Failed); len(d.records) != tt.read || n != tt.failing || len(d.rejected) != 0 {
			t.Errorf("%s: %d records, %d failed, rejected %v; want %d and %d", tt.name, len(d.records), n, d.rejected, tt.read, tt.failing)
			continue
		}
		for _, r := range d.failed() {
			if at := r.At.Format("2006-01-02"); at != "2026-10-26" || r.WABA != "1200000000000002" || r.PhoneID == "" || r.HTTPStatus != 0 {
				t.Errorf("%s: at %s, WABA %q, phone number ID %q, HTTP %d: these are not the webhook's", tt.name, at, r.WABA, r.PhoneID, r.HTTPStatus)
			}
		}
		if tt.name == "processed" && !strings.Contains(strings.Join(d.report.Warnings, " "), "3 rows hold webhooks of Meta's") {
			t.Errorf("nothing says that the rows' status was not used: %v", d.report.Warnings)
		}
		if r := d.records[0]; strings.HasSuffix(tt.name, "done") && r.Template != "may" {
			t.Errorf("the row's template is lost: %+v", r)
		}
	}
}

// TestRowsWithAPayload wants rows that are one message to stay what they are.
func TestRowsWithAPayload(t *testing.T) {
	last := hookHead + `"statuses":[` + status("a", "failed", `{"code":131049,"title":"T"}`) + `]` + hookTail
	answer := `{"messaging_product":"whatsapp","contacts":[{"input":"15550100101","wa_id":"15550100101"}],"messages":[{"id":"wamid.a"}]}`
	refusal := `{"error":{"message":"(#131030) x","type":"OAuthException","code":131030,"fbtrace_id":"Axx"}}`
	for _, payload := range []string{last, answer, refusal} {
		r := only(t, "phone,status,error_code,timestamp,campaign,payload\n15550100101,failed,131026,2026-05-13T14:26:10Z,may,"+inQuotes(payload)+"\n")
		if r.Outcome != model.Failed || r.Code != "131026" || r.Campaign != "may" || r.At.Format("2006-01-02") != "2026-05-13" || r.WAMID != "wamid.a" && payload != refusal {
			t.Errorf("%s: %+v", payload, r)
		}
	}
	r := only(t, "phone,status,payload\n15550100101,failed,"+inQuotes(answer)+"\n")
	if r.Outcome != model.Failed {
		t.Errorf("the answer to the send went before what became of it: %+v", r)
	}
	silent := hookHead + `"statuses":[` + status("a", "failed", "") + `]` + hookTail
	r = only(t, "phone,status,payload\n15550100101,delivered,"+inQuotes(silent)+"\n")
	if r.Outcome != model.Failed || !hasFlag(&r, model.FlagContradiction) {
		t.Errorf("the row's delivered hides the webhook's failed: %+v", r)
	}
}
