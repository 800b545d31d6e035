package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// What a report quotes of a row is what stood there, whatever came behind it.
func TestReportsQuoteTheirRows(t *testing.T) {
	var b strings.Builder
	b.WriteString("recipient,status,error,timestamp\n")
	for range 3 {
		for _, status := range []string{"sluggish", "parked at the gate", "limbo", "in the drawer of somebody"} {
			b.WriteString("15550100101," + status + ",,2026-03-04 10:11:12\n")
		}
		b.WriteString("15550100102,failed,131026,the fourth of something\n")
		b.WriteString("15550100103,failed,131026: " + strings.Repeat("words ", 40) + ",2026-03-04 10:11:12\n")
	}
	d := drainText(t, b.String())
	for _, want := range []string{`12 records have a status whose meaning is not known`, `("in the drawer of somebody", "limbo", "parked at the gate", "sluggish")`, `"the fourth of something"`} {
		if !warned(d, want) {
			t.Errorf("no warning has %q: %q", want, d.report.Warnings)
		}
	}
}

// A rejection is kept, and quotes its own row whatever is read behind it.
func TestRejectionsStay(t *testing.T) {
	var b strings.Builder
	b.WriteString("timestamp,to,status,error_code,error\n")
	const rows = 30_000
	for i := range rows {
		if i%1000 == 100 {
			fmt.Fprintf(&b, "2026-01-02 10:00:00,+4915%08d,zorblaxed,,\n", i)
			continue
		}
		fmt.Fprintf(&b, "2026-01-02 10:00:00,+4915%08d,failed,131026,Message undeliverable %d\n", i, i)
	}
	d := drainText(t, b.String())
	if len(d.rejected) != rows/1000 {
		t.Fatalf("%d rejected", len(d.rejected))
	}
	for n, r := range d.rejected {
		if want := fmt.Sprintf("2026-01-02 10:00:00,+4915%08d,zorblaxed,,", n*1000+100); r.Raw != want {
			t.Errorf("line %d quotes %q, want %q", r.Line, r.Raw, want)
		}
	}
}
