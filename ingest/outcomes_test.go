package ingest

import (
	"strings"
	"testing"

	"unsent/model"
)

type outcomeTest struct {
	name, header, cells string
	want                model.Outcome
}

func testOutcomes(t *testing.T, tests []outcomeTest) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := only(t, tt.header+"\n"+tt.cells+"\n")
			if r.Outcome != tt.want {
				t.Errorf("outcome is %s, want %s (flags %v)", r.Outcome, tt.want, r.Flags)
			}
		})
	}
}

// TestTextsThatSpeakOfErrors: what was sent to the customer, or noted about it,
// names a code now and then; where the message arrived, or is on its way, that is
// no error.
func TestTextsThatSpeakOfErrors(t *testing.T) {
	testOutcomes(t, []outcomeTest{
		{"a body", "to,message,status", `15550100101,"You asked about error 131026, please try again",delivered`, model.Succeeded},
		{"a body that begins with a code", "to,message,status", "15550100101,131047 - your login code,read", model.Succeeded},
		{"a body that is a title", "to,message,status", "15550100101,Something went wrong.,read", model.Succeeded},
		{"a body on its way", "to,message,status", "15550100101,131047 - your login code,sent", model.InProgress},
		{"a body, and a time of delivery for a status", "to,message,failed_at,delivered_at", "15550100101,131047: your login code,,2026-11-20T08:34:10Z", model.Succeeded},
		{"a body, and a preset's word", "to,message,success", "15550100101,error 131026 again?,true", model.Succeeded},
		{"a note", "phone,status,notes", `15550100101,delivered,"error 131049 last week, fine now"`, model.Succeeded},
		{"a note of a failure", "phone,status,notes", "15550100101,failed,error 131049", model.Failed},
		{"a reason that is the error", "phone,status,reason", "15550100101,delivered,(#131049) not delivered", model.Failed},
		{"a reason with its title", "phone,status,reason", "15550100101,sent,131026: Message undeliverable", model.Failed},
		{"a message that is the error", "to,message,status", "15550100101,(#131026) Message undeliverable,sent", model.Failed},
		{"no status at all", "to,message,sent_at", "15550100101,(#131026) Message undeliverable,2026-11-20T08:34:10Z", model.Failed},
	})
}

// TestNothingWrong has the ways in which exports say that there was no error.
func TestNothingWrong(t *testing.T) {
	var tests []outcomeTest
	for _, code := range []string{"200", "202", "1000", "-1", "E000", "ERR_NONE", "NO_ERROR", "DELIVERED_TO_HANDSET", "Sin error"} {
		tests = append(tests,
			outcomeTest{"code " + code, "phone,status,code", "15550100101,delivered," + code, model.Succeeded},
			outcomeTest{"code of a sent one " + code, "phone,status,code", "15550100101,sent," + code, model.InProgress})
	}
	for _, text := range []string{"Sin error", "Ninguno", "No aplica", "Nenhum erro", "Kein Fehler", "Aucune erreur", "Brak błędu", "Нет ошибки", "Tidak ada", "无错误",
		"Message sent successfully", "Not applicable", "No Error Found", "success - 200", "Delivered to handset", "Enviado con éxito", "Entregado", "送信済み"} {
		tests = append(tests,
			outcomeTest{text, "phone,status,error", "15550100101,delivered," + text, model.Succeeded},
			outcomeTest{"sent: " + text, "phone,status,error_message", "15550100101,sent," + text, model.InProgress})
	}
	for _, text := range []string{"Not sent successfully", "Unsuccessful", "No success", "Enviado sin éxito", "nicht erfolgreich", "not delivered to handset"} {
		tests = append(tests, outcomeTest{text, "phone,status,error_message", "15550100101,sent," + text, model.Failed})
	}
	testOutcomes(t, append(tests,
		outcomeTest{"a code of Meta's", "phone,status,error_code", "15550100101,delivered,131026", model.Failed},
		outcomeTest{"a system's own code", "phone,status,error_code,provider", "15550100101,sent,1002,Gupshup", model.Failed},
		outcomeTest{"a word for an error", "phone,status,error_code", "15550100101,sent,BALANCE_INSUFFICIENT", model.Failed},
		outcomeTest{"an error in words", "phone,status,error", "15550100101,sent,number is barred", model.Failed},
	))
}

// TestErrorNobodyKnows: beside a status of success the status counts, and the
// report names the error.
func TestErrorNobodyKnows(t *testing.T) {
	for _, tt := range []outcomeTest{
		{"a number", "phone,status,error_code", "15550100101,sent,1002", model.InProgress},
		{"a word", "phone,status,error_code", "15550100101,read,QUUX_7", model.Succeeded},
		{"a text", "phone,status,error", "15550100101,delivered,Hech narsa", model.Succeeded},
	} {
		d := drainText(t, tt.header+"\n"+tt.cells+"\n")
		if len(d.records) != 1 || d.records[0].Outcome != tt.want || !warned(d, "the status was believed") {
			t.Errorf("%s: %+v, warnings %q", tt.name, d.records, d.report.Warnings)
		}
	}
	if d := drainText(t, "phone,status,code\n15550100101,delivered,200\n"); len(d.report.Warnings) > 0 {
		t.Errorf("warnings %q", d.report.Warnings)
	}
}

// TestStatusOfMoreWords: a failure counts wherever it stands in a history or behind
// another status, and what speaks of one and cannot be told is rejected.
func TestStatusOfMoreWords(t *testing.T) {
	for status, want := range map[string]model.Outcome{
		"sent,failed": model.Failed, "{sent,failed}": model.Failed, `["sent", "failed"]`: model.Failed, "Sent - Failed": model.Failed, "Sent > Failed": model.Failed,
		"Enviado - No entregado": model.Failed, "sent 14:26; failed 14:27": model.Failed, "queued | sent | undelivered": model.Failed, "failed, sent": model.Failed,
		"sent,delivered": model.InProgress, "Delivered - not read": model.Succeeded, "Delivered (no error)": model.Succeeded, "Read - order 17": model.Succeeded,
		"Sent (not delivered yet)": model.InProgress, "whatsapp:failed": model.Failed, "message.read": model.Succeeded,
		"Sent (previous attempt failed)": "", "Sent - could not be delivered": "", "Accepted: invalid number": "",
		"Dear Kim, blocked": "", "Zonked (failed)": model.Failed,
	} {
		got, clash, ok := judgeStatus(strings.ToLower(status))
		if got != want || clash || ok != (want != "") {
			t.Errorf("%q: %q, contradiction %v, want %q", status, got, clash, want)
		}
	}
	for _, status := range []string{"delivered,failed", "failed, delivered", "Read (failed)"} {
		if got, clash, _ := judgeStatus(strings.ToLower(status)); got != model.Failed || !clash {
			t.Errorf("%q: %q, contradiction %v", status, got, clash)
		}
	}
}
