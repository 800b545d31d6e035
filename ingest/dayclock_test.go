package ingest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// TestDayAndClock has tables that write the day in one column and the time of day
// in another. The row is that of one failure; an empty want has no time.
func TestDayAndClock(t *testing.T) {
	tests := []struct {
		name, header, row, want string
	}{
		{"Spanish", "Fecha;Hora", "13/05/2026;17:45:00", "2026-05-13T17:45:00Z"},
		{"Portuguese", "Data;Hora", "13/05/2026;17h45", "2026-05-13T17:45:00Z"},
		{"German", "Datum;Uhrzeit", "13.05.2026;17:45 Uhr", "2026-05-13T17:45:00Z"},
		{"German, with a dot", "Datum;Zeit", "13.05.2026;17.45", "2026-05-13T17:45:00Z"},
		{"French", "Date;Heure", "13/05/2026;17:45", "2026-05-13T17:45:00Z"},
		{"Italian", "Data;Ora", "13/05/2026;17:45", "2026-05-13T17:45:00Z"},
		{"Indonesian", "Tanggal;Jam", "13/05/2026;17.45", "2026-05-13T17:45:00Z"},
		{"English", "Date;Time", "2026-05-13;17:45:10.250", "2026-05-13T17:45:10.25Z"},
		{"the clock first", "Time;Date", "5:45 PM;May 13, 2026", "2026-05-13T17:45:00Z"},
		{"half days in Spanish", "Fecha;Hora", "13/05/2026;05:45 p. m.", "2026-05-13T17:45:00Z"},
		{"half days in Chinese", "date;time", "2026-05-13;下午5:45", "2026-05-13T17:45:00Z"},
		{"digits alone", "date;time", "20260513;174510", "2026-05-13T17:45:10Z"},
		{"a zone behind the clock", "date;time", "2026-05-13;17:45:10 +0530", "2026-05-13T12:15:10Z"},
		{"a zone in the clock's header", "Date;Time (UTC-3)", "2026-05-13;17:45", "2026-05-13T20:45:00Z"},
		{"midnight behind the date", "date;time", "2026-05-13 00:00:00;17:45:10", "2026-05-13T17:45:10Z"},
		{"a spreadsheet's first day before the clock", "date;time", "2026-05-13;1899-12-30 17:45:10", "2026-05-13T17:45:10Z"},
		{"a spreadsheet's numbers", "date;time", "46155;0.739699074", "2026-05-13T17:45:10Z"},
		{"a spreadsheet's day and a clock", "date;time", "46155;17:45:10", "2026-05-13T17:45:10Z"},
		{"the day a message was sent", "Sent Date;Sent Time", "2026-05-13;17:45", "2026-05-13T17:45:00Z"},
		{"the clock of the failure", "Date;Failed time", "2026-05-13;17:45", "2026-05-13T17:45:00Z"},
		{"a day of several clocks", "Date;Sent Time;Delivered Time", "2026-05-13;17:45;17:46", "2026-05-13T17:45:00Z"},
		{"the day of the failure", "Failed date;Time", "2026-05-13;17:45", "2026-05-13T17:45:00Z"},
		{"a whole time beside its clock", "Time;Date", "17:45;2026-05-13 17:45:10", "2026-05-13T17:45:10Z"},
		{"no clock", "Date;Time", "2026-05-13;", "2026-05-13T00:00:00Z"},
		{"no day", "Date;Time", ";17:45", ""},
		{"a clock that is none", "Date;Time", "2026-05-13;25:99", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			first := tt.row // a row that has both tells what the columns are
			if strings.HasPrefix(first, ";") || strings.HasSuffix(first, ";") || tt.want == "" {
				first = "2026-05-12;09:05"
			}
			d := drainText(t, tt.header+";phone;status\n"+first+";15550100101;failed\n"+tt.row+";15550100101;failed\n")
			got := d.records[1].At
			if want, _ := time.Parse(time.RFC3339Nano, tt.want); !got.Equal(want) {
				t.Errorf("at %s (%q), want %s", got, d.records[1].AtText, tt.want)
			}
			if tt.want == "" && !strings.Contains(strings.Join(d.report.Warnings, "\n"), "could not be read") {
				t.Errorf("nothing is said: %q", d.report.Warnings)
			}
		})
	}
}

// A date without its order is read as the rest of the file tells, and both
// columns count as used.
func TestDayAndClockReport(t *testing.T) {
	d := drainText(t, "Date,Time,Phone,Status\n03/04/2026,09:05,15550100101,failed\n03/25/2026,17:45,15550100101,failed\n")
	if got := d.records[0].At.Format(time.DateTime); got != "2026-03-04 09:05:00" {
		t.Errorf("at %s", got)
	}
	if len(d.report.Unmapped) > 0 || d.report.Columns["timestamp"] != "Date + Time" || d.records[0].AtText != "03/04/2026 09:05" {
		t.Errorf("columns %v, not used %q, text %q", d.report.Columns, d.report.Unmapped, d.records[0].AtText)
	}
	table := previewOf(t, "Date,Time,Phone,Status\n03/04/2026,09:05,15550100101,failed\n", Options{})
	if table.Columns[0].Field != "timestamp" || table.Columns[1].Field != "timestamp" || table.Columns[1].Second || table.Clock != "03/04/2026 09:05" {
		t.Errorf("%+v", table)
	}
	o := options()
	o.Map = map[string]string{"timestamp": "Date"}
	if d := drain(t, openText(t, "Date,Time,Phone,Status\n2026-05-13,09:05,15550100101,failed\n", o)); d.records[0].At.Hour() != 9 {
		t.Errorf("at %s: the clock is lost where the day is named", d.records[0].At)
	}
}

// A day is no failure, and no delivery, where the clock of those is blank.
func TestDayWithoutClock(t *testing.T) {
	for _, header := range []string{"Date,Failed time,Phone", "Date,Delivered time,Phone"} {
		d := drainText(t, header+",Message ID,Error\n2026-05-13,09:05,15550100101,m-1,\n2026-05-13,,15550100101,m-2,\n")
		if r := d.records[1]; r.Outcome != model.InProgress || r.At.Format(time.DateTime) != "2026-05-13 00:00:00" {
			t.Errorf("%s: %s at %s", header, r.Outcome, r.At)
		}
		if d.records[0].Outcome == model.InProgress {
			t.Errorf("%s: the clock tells nothing", header)
		}
	}
	d := drainText(t, "Failed date,Time,Phone,Message ID\n2026-05-13,09:05,15550100101,m-1\n,09:06,15550100101,m-2\n")
	if d.records[0].Outcome != model.Failed || d.records[1].Outcome != model.InProgress {
		t.Errorf("%s, %s", d.records[0].Outcome, d.records[1].Outcome)
	}
}

func TestDayAndClockElsewhere(t *testing.T) {
	d := drainText(t, `[{"date":"2026-05-13","time":"17:45:10","phone":"15550100101","status":"failed"},{"date":"2026-05-14","time":"09:05:00","phone":"15550100101","status":"failed"}]`)
	if got := d.records[1].At.Format(time.DateTime); got != "2026-05-14 09:05:00" {
		t.Errorf("JSON: at %s", got)
	}
	cell := func(style, v string) string { return `<c s="` + style + `"><v>` + v + `</v></c>` }
	d = drainText(t, bookOf(t, book{sheets: []string{sheetOf([]string{"Date", "Time", "Phone", "Status"},
		[]string{cell("2", "46155"), cell("1", "0.739699074074074"), num("15550100101"), "failed"})}}))
	if got := d.records[0].At.Format(time.DateTime); got != "2026-05-13 17:45:10" || !slices.Equal(d.report.Unmapped, nil) {
		t.Errorf("XLSX: at %s, not used %q", got, d.report.Unmapped)
	}
}
