package ingest

import (
	"strings"
	"testing"

	"unsent/model"
)

// What stands where a message has no id must not make one message of many.
func TestWhatNamesNoMessage(t *testing.T) {
	for _, id := range []string{"0", "-1", "False", "n.a.", "unknown", ".", "00000000-0000-0000-0000-000000000000", "[REDACTED]", "***", "wamid.***", "wamid.HBgM…", "wamid.HBgMNTU1...", "xxxx"} {
		d := drainText(t, "Message ID,Recipient,Status,Error Code,Timestamp\n"+
			id+",15550100101,failed,131026,2026-11-02T09:00:00Z\n"+
			id+",15550100102,failed,131026,2026-11-02T09:01:00Z\n")
		if len(d.records) != 2 {
			t.Fatalf("%q: %d records", id, len(d.records))
		}
		a, b := d.records[0], d.records[1]
		if a.Identity("") == b.Identity("") {
			t.Errorf("%q makes one message of two", id)
		}
		if a.WAMID+a.MessageID != "" || !strings.Contains(a.Raw, id) {
			t.Errorf("%q: wamid %q, id %q, row %q", id, a.WAMID, a.MessageID, a.Raw)
		}
	}
	for _, id := range []string{"7", "x1", "SM00112233445566", "wamid.a", "0-1", "00000000-0000-0000-0000-000000000001", "unknown-7"} {
		d := drainText(t, "Message ID,Recipient,Status,Error Code\n"+id+",15550100101,failed,131026\n")
		if len(d.records) != 1 || d.records[0].Outcome != model.Failed || d.records[0].WAMID+d.records[0].MessageID != id {
			t.Errorf("%q: %+v", id, d.records)
		}
	}
}
