package ingest

import (
	"testing"

	"unsent/model"
)

// TestDirections: what a customer wrote is no send, in whichever way the log says
// so.
func TestDirections(t *testing.T) {
	for _, word := range []string{"inbound", "Entrante", "Eingehend", "Masuk", "Entrant", "In arrivo", "Inkomend", "Gelen", "Przychodzące", "Входящее", "受信", "recebida"} {
		if r := only(t, "phone,status,direction\n15550100101,failed,"+word+"\n"); r.Outcome != model.NotASend {
			t.Errorf("%s: %s", word, r.Outcome)
		}
		if !directionWord(word) {
			t.Errorf("%s is no direction", word)
		}
	}
	for _, word := range []string{"outbound", "Saliente", "Ausgehend", "Keluar"} {
		if r := only(t, "phone,status,direction\n15550100101,failed,"+word+"\n"); r.Outcome != model.Failed {
			t.Errorf("%s: %s", word, r.Outcome)
		}
	}
	for value, want := range map[string]model.Outcome{"true": model.Failed, "1": model.Failed, "": model.Failed, "false": model.NotASend, "0": model.NotASend, "FALSCH": model.NotASend} {
		d := drainText(t, "id,fromMe,remoteJid,status\n3EB0A1B2C3D4E5F60001,"+value+",15550100101@s.whatsapp.net,ERROR\n")
		if d.records[0].Outcome != want || d.report.Columns["direction"] != "fromMe" {
			t.Errorf("fromMe %q: %s, columns %v", value, d.records[0].Outcome, d.report.Columns)
		}
	}
	for value, want := range map[string]model.Outcome{"true": model.Failed, "false": model.NotASend} {
		if r := only(t, `{"key":{"remoteJid":"15550100101@s.whatsapp.net","fromMe":`+value+`,"id":"3EB0A1B2C3D4E5F60001"},"status":"ERROR"}`); r.Outcome != want {
			t.Errorf("key.fromMe %s: %s", value, r.Outcome)
		}
	}
}
