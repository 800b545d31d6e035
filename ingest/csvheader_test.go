package ingest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"unsent/model"
)

// TestHeadersFurtherDown wants a header inside of a file to be no record, and what
// stands below another one to be read by it or not at all.
func TestHeadersFurtherDown(t *testing.T) {
	const header = "phone,status,error_code,timestamp\n"
	row := func(n int) string { return fmt.Sprintf("1555010010%d,failed,13102%d,2026-05-13T14:2%d:10Z\n", n, n, n) }
	tests := []struct {
		name, text      string
		failed, refused int
		warning         string
	}{
		{"once more", header + row(1) + header + row(2) + "\n" + header + row(3), 3, 0, "The header stands again in line 3, 6,"},
		{"with a byte order mark", header + row(1) + "\ufeff" + header + row(2), 2, 0, "stands again in line 3,"},
		{"in capitals, quoted", header + row(1) + `"Phone","Status","Error_Code","Timestamp"` + "\n" + row(2), 2, 0, "stands again in line 3,"},
		{"in another order", header + row(1) + "timestamp,error_code,status,phone\n2026-05-13T14:22:10Z,131022,failed,15550100102\n" + header + row(3), 3, 0, "Another table begins in line 3, with the columns timestamp, error_code, status, phone: the rows below it were read by that header"},
		{"with more columns", header + row(1) + "phone,status,template_name,error_code,timestamp\n15550100102,failed,may,131022,2026-05-13T14:22:10Z\n", 2, 0, "line 3"},
		{"of a table that is no log", "Failed messages\nPhone,Error Code,Timestamp\n15550100101,131021,2026-05-13 14:21:10\n\nDelivered messages\nPhone,Template,Date\n15550100103,promo_may,2026-05-13 14:26:10\n15550100104,promo_may,2026-05-13 14:26:10\n",
			1, 3, "Another table begins in line 6, with the columns Phone, Template, Date: no column says whether a message failed"},
		{"of a list of people", header + row(1) + "Number,Name\n15550100103,Maria\n15550100104,Paul\n", 1, 2, "line 3"},
		{"below rows without one", "15550100109,131021,failed,2026-05-13T14:21:10Z\n" + header + row(1), 1, 1, "The header is in line 2"},
		{"and of a log below it", header + row(1) + "Phone,Template,Date\n15550100103,promo_may,2026-05-13 14:26:10\n" + header + row(2), 2, 1, "line 3"},
		{"of a table with more known columns", "Phone,Error Code,Timestamp\n15550100101,131021,2026-05-13T14:21:10Z\nTimestamp,Status,Phone,Error Code,Template Name\n2026-05-13T14:22:10Z,failed,15550100102,131022,may\n2026-05-13T14:22:10Z,delivered,15550100103,,may\n", 2, 0, "line 3"},
	}
	for _, tt := range tests {
		d := drainText(t, tt.text)
		if d.count(model.Failed) != tt.failed || len(d.rejected) != tt.refused {
			t.Errorf("%s: %d failed, rejected %v; want %d and %d\n%v", tt.name, d.count(model.Failed), d.rejected, tt.failed, tt.refused, d.report.Warnings)
			continue
		}
		for i, r := range d.failed() {
			want := fmt.Sprintf("1555010010%d", i+1)
			if r.Recipient != want || r.At.IsZero() || r.At.Minute() != 21+i || r.Code != model.Code("13102"+want[10:]) {
				t.Errorf("%s: failure %d is %s at %s with %s", tt.name, i, r.Recipient, r.At, r.Code)
			}
		}
		if w := strings.Join(d.report.Warnings, "\n"); !strings.Contains(w, tt.warning) {
			t.Errorf("%s: nothing says %q:\n%s", tt.name, tt.warning, w)
		}
		if c := d.report.Columns["recipient"]; !strings.EqualFold(c, "phone") {
			t.Errorf("%s: the columns are %v", tt.name, d.report.Columns)
		}
	}
}

// TestRowsLikeHeaders wants rows of words to stay rows.
func TestRowsLikeHeaders(t *testing.T) {
	d := drainText(t, "contact,type,status,channel\nMaria,template,failed,whatsapp\nContact,template,failed,WhatsApp\nPaul,text,delivered,whatsapp\n")
	if len(d.records) != 3 || d.count(model.Failed) != 2 {
		t.Errorf("%+v %v", d.records, d.report.Warnings)
	}
	d = drainText(t, "phone,status,error\n15550100101,failed,error\nerror,status,phone\n")
	if len(d.records) != 1 || len(d.rejected) != 0 {
		t.Errorf("%+v %v %v", d.records, d.rejected, d.report.Warnings)
	}
}

// TestHandAndHeaders wants columns that somebody named to hold below another header
// where it has them, and nothing to be guessed where it has not.
func TestHandAndHeaders(t *testing.T) {
	o := options()
	o.Map = map[string]string{"recipient": "who", "status": "fate"}
	d := drain(t, openText(t, "who,fate,timestamp\n15550100101,failed,2026-05-13T14:21:10Z\ntimestamp,fate,who,phone,status\n2026-05-13T14:22:10Z,failed,15550100102,1,read\n", o))
	if len(d.failed()) != 2 || d.failed()[1].Recipient != "15550100102" {
		t.Errorf("%+v %v", d.records, d.report.Warnings)
	}
	d = drain(t, openText(t, "who,fate,timestamp\n15550100101,failed,2026-05-13T14:21:10Z\ntimestamp,phone,status\n2026-05-13T14:22:10Z,15550100102,failed\n", o))
	if len(d.failed()) != 1 || len(d.rejected) != 1 || !strings.Contains(d.rejected[0].Reason, "named by hand") {
		t.Errorf("%+v %v %v", d.records, d.rejected, d.report.Warnings)
	}
}

// TestPreviewOfTwoTables wants the columns to be asked about to be the first table's.
func TestPreviewOfTwoTables(t *testing.T) {
	text := "phone,status,error_code,timestamp\n15550100101,failed,131021,2026-05-13T14:21:10Z\ntimestamp,status,phone\n2026-05-13T14:22:10Z,failed,15550100102\n"
	table, err := Preview(context.Background(), strings.NewReader(text), "f.csv", options())
	if err != nil || table.Failed != 2 || len(table.Columns) != 4 || table.Columns[0].Header != "phone" || table.Columns[0].Samples[0] != "15550100101" {
		t.Errorf("%v %+v", err, table)
	}
}
