package ingest

import (
	"testing"

	"unsent/model"
)

// TestNoTime has what programs write where there is no time, and times that are
// hard to read and no such thing.
func TestNoTime(t *testing.T) {
	none := []string{"0001-01-01T00:00:00Z", "0001-01-01 00:00:00 +0000 UTC", "0000-00-00 00:00:00", "0000-00-00T00:00:00Z", "1/1/0001 12:00:00 AM", "01.01.0001 00:00:00",
		"1900-01-01", "1/1/1900 0:00", "1899-12-30 00:00:00", "1970-01-01 00:00:00", "1970-01-01T01:00:00+01:00", "12/31/1969 7:00:00 PM", "Thu, 01 Jan 1970 00:00:00 GMT",
		"1753-01-01 00:00:00.000", "1601-01-01T00:00:00Z", "0", "0.0", "00:00:00", "00/00/0000", "-62135596800", "-1", "—", "–", "n.a.", "never", "false", "No", "Ninguno"}
	for _, s := range none {
		if !noTime(s) {
			t.Errorf("%q is taken for a time", s)
		}
		r := only(t, "phone,sent_at,delivered_at,failed_at\n15550100101,2026-11-20T08:34:10Z,2026-11-20T08:34:10Z,\""+s+"\"\n")
		if r.Outcome != model.Succeeded {
			t.Errorf("failed at %q: the outcome is %s", s, r.Outcome)
		}
		d := drainText(t, "phone,status,error_code,sent_at,delivered_at\n15550100101,failed,131000,2026-11-20T08:34:10Z,\""+s+"\"\n")
		if r := d.records[0]; hasFlag(&r, model.FlagDelivered) || len(d.report.Warnings) > 0 {
			t.Errorf("delivered at %q: flags %v, warnings %q", s, r.Flags, d.report.Warnings)
		}
	}
	for _, s := range []string{"2026-11-20T08:34:10Z", "1778682370", "13/05/2026", "13 May 26 14:26:10 +0000", "1404/11/02", "03:04", "soon", "yes", "read"} {
		if noTime(s) {
			t.Errorf("%q is taken for no time", s)
		}
	}
}

// TestZerosAmongDayNumbers: a spreadsheet's zero does not keep its column from
// being read.
func TestZerosAmongDayNumbers(t *testing.T) {
	d := drainText(t, "phone,status,sent_at,delivered_at\n15550100101,delivered,46155.5,46155.6\n15550100102,failed,46155.5,0\n")
	if r := d.failed()[0]; r.At.Format("2006-01-02") != "2026-05-13" || hasFlag(&r, model.FlagDelivered) {
		t.Errorf("at %v, flags %v", r.At, r.Flags)
	}
}
