package ingest

import (
	"fmt"
	"strings"
	"testing"

	"unsent/model"
)

// A book is a workbook that a test makes.
type book struct {
	sheets   []string // the XML of their rows
	names    []string // Sheet1, Sheet2, … when nil
	shared   []string
	date1904 bool
}

// bookOf writes the files of a workbook. Of its styles, 1 is a date and a time
// (built in), 2 a date (its own format), 3 a number with seven digits.
func bookOf(t testing.TB, b book) string {
	t.Helper()
	const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	const rels = head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	wb := head + "<workbook " + main + ">"
	if b.date1904 {
		wb += `<workbookPr date1904="1"/>`
	}
	wb += "<sheets>"
	links := rels
	members := []packed{{"[Content_Types].xml", head + "<Types/>"}, {"_rels/.rels", rels + `<Relationship Id="rId1" Type="` + rel + `officeDocument" Target="xl/workbook.xml"/></Relationships>`}}
	for i, rows := range b.sheets {
		name := fmt.Sprintf("Sheet%d", i+1)
		if b.names != nil {
			name = b.names[i]
		}
		wb += fmt.Sprintf(`<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, name, i+1, i+1)
		links += fmt.Sprintf(`<Relationship Id="rId%d" Type="%sworksheet" Target="worksheets/sheet%d.xml"/>`, i+1, rel, i+1)
		members = append(members, packed{fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), head + "<worksheet " + main + "><sheetData>" + rows + "</sheetData></worksheet>"})
	}
	sst := head + "<sst " + main + ">"
	for _, s := range b.shared {
		sst += "<si>" + s + "</si>"
	}
	styles := head + "<styleSheet " + main + `><numFmts><numFmt numFmtId="165" formatCode="[$-409]d\-mmm\-yyyy;@"/><numFmt numFmtId="166" formatCode="0000000&quot; days&quot;"/></numFmts>` +
		`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs></styleSheet>`
	return zipOf(t, append(members, packed{"xl/workbook.xml", wb + "</sheets></workbook>"}, packed{"xl/_rels/workbook.xml.rels", links + "</Relationships>"},
		packed{"xl/sharedStrings.xml", sst + "</sst>"}, packed{"xl/styles.xml", styles})...)
}

// rowOf makes a row of cells: a text, or the XML of a cell as it is.
func rowOf(n int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, n)
	for i, c := range cells {
		ref := fmt.Sprintf("%c%d", 'A'+i, n)
		switch {
		case c == "":
		case strings.HasPrefix(c, "<c"):
			b.WriteString(strings.Replace(c, "<c", `<c r="`+ref+`"`, 1))
		default:
			fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, c)
		}
	}
	b.WriteString("</row>")
	return b.String()
}

func sheetOf(rows ...[]string) string {
	var b strings.Builder
	for i, r := range rows {
		b.WriteString(rowOf(i+1, r...))
	}
	return b.String()
}

var (
	header    = []string{"Phone", "Status", "Error Code", "Error Message", "Sent At"}
	failedRow = []string{num("15550100101"), "failed", num("131026"), "Message undeliverable", `<c s="1"><v>46346.357060185</v></c>`}
)

func num(v string) string { return "<c><v>" + v + "</v></c>" }

func TestWorkbook(t *testing.T) {
	d := drainText(t, bookOf(t, book{sheets: []string{sheetOf(header, failedRow)}}))
	r := d.failed()[0]
	if r.Recipient != "15550100101" || r.Code != "131026" || r.Source.Line != 2 || r.Source.File != "test" || d.report.Format != "xlsx" {
		t.Errorf("%+v, format %q", r, d.report.Format)
	}
	if got := r.At.Format("2006-01-02T15:04:05.000"); got != "2026-11-20T08:34:10.000" || r.Zone != model.ZoneAssumed || !hasFlag(&r, model.FlagZoneAssumed) {
		t.Errorf("at %s, zone %q", got, r.Zone)
	}
	if want := "15550100101,failed,131026,Message undeliverable,2026-11-20 08:34:10"; r.Raw != want {
		t.Errorf("raw is %q, want %q", r.Raw, want)
	}
	if len(d.report.Warnings) != 1 { // that no zone is known
		t.Errorf("warnings %q", d.report.Warnings)
	}
}

// TestCells has what cells may hold, and what is read.
func TestCells(t *testing.T) {
	shared := []string{"<t>Message undeliverable</t>", `<r><t>Message </t></r><r><rPr/><t xml:space="preserve">undeliverable</t></r><rPh><t>x</t></rPh>`, "<t>two_x000D_\nlines</t>"}
	for _, tt := range []struct{ name, cell, want string }{
		{"shared", `<c t="s"><v>0</v></c>`, "Message undeliverable"},
		{"shared in runs", `<c t="s"><v>1</v></c>`, "Message undeliverable"},
		{"line break", `<c t="s"><v>2</v></c>`, "two\nlines"},
		{"inline", `<c t="inlineStr"><is><t>x &amp; y</t></is></c>`, "x & y"},
		{"formula's text", `<c t="str"><f>A1&amp;B1</f><v>kept text</v></c>`, "kept text"},
		{"formula-like text", "=cmd|x", "=cmd|x"},
		{"quotes, commas, a tab", "a \"b\", c;\td", "a \"b\", c;\td"},
		{"opening quote", `"open`, `"open`},
		{"missing shared", `<c t="s"><v>99</v></c>`, ""},
		{"error", `<c t="e"><v>#DIV/0!</v></c>`, "#DIV/0!"},
		{"number", num("42.5"), "42.5"},
		{"number with days in its format", `<c s="3"><v>46346</v></c>`, "46346"},
		{"blank", `<c s="1"/>`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			row := []string{num("15550100101"), "failed", num("131026"), tt.cell}
			d := drainText(t, bookOf(t, book{shared: shared, sheets: []string{sheetOf(header, row)}}))
			if r := d.failed()[0]; r.Message != tt.want {
				t.Errorf("message is %q, want %q", r.Message, tt.want)
			}
			if tt.name == "missing shared" && !warned(d, "1 cell names a text") {
				t.Errorf("warnings %q", d.report.Warnings)
			}
		})
	}
}

// TestSheetNumbers: a number has the digits that the file holds, and is marked
// where the file has lost some.
func TestSheetNumbers(t *testing.T) {
	for _, tt := range []struct {
		stored, want string
		damaged      bool
	}{
		{"5511999990000", "5511999990000", false},
		{"5.511999990123E12", "5511999990123", false},
		{"1.5550100101E+10", "15550100101", false},
		{"15550100101.0", "15550100101", false},
		{"155501001010001230", "1.55501001010001E+17", true},
	} {
		d := drainText(t, bookOf(t, book{sheets: []string{sheetOf(header, []string{num(tt.stored), "failed", num("131026.0")})}}))
		r := d.failed()[0]
		if r.Recipient != tt.want || hasFlag(&r, model.FlagRecipientDamaged) != tt.damaged || r.Code != "131026" {
			t.Errorf("%s: recipient %q, flags %v, code %q", tt.stored, r.Recipient, r.Flags, r.Code)
		}
	}
}

func TestSheetDates(t *testing.T) {
	for _, tt := range []struct {
		name, cell string
		mac        bool
		want       string
	}{
		{"date and time", `<c s="1"><v>46346.357060185187</v></c>`, false, "2026-11-20T08:34:10"},
		{"own format", `<c s="2"><v>46346</v></c>`, false, "2026-11-20T00:00:00"},
		{"counted from 1904", `<c s="1"><v>44884.357060185187</v></c>`, true, "2026-11-20T08:34:10"},
		{"no style", num("46346.357060185187"), false, "2026-11-20T08:34:10"},
		{"no style, from 1904", num("44884.357060185187"), true, "2026-11-20T08:34:10"},
		{"kind d", `<c t="d"><v>2026-11-20T08:34:10Z</v></c>`, false, "2026-11-20T08:34:10"},
		{"text", "20.11.2026 08:34:10", false, "2026-11-20T08:34:10"},
		{"a time of day only", `<c s="1"><v>0.357060185187</v></c>`, false, ""},
		{"epoch", num("1795163650"), false, "2026-11-20T08:34:10"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			row := []string{num("15550100101"), "failed", num("131026"), "", tt.cell}
			d := drainText(t, bookOf(t, book{date1904: tt.mac, sheets: []string{sheetOf(header, row)}}))
			got := ""
			if r := d.failed()[0]; !r.At.IsZero() {
				got = r.At.Format("2006-01-02T15:04:05")
			}
			if got != tt.want {
				t.Errorf("at %q, want %q; %q", got, tt.want, d.report.Warnings)
			}
		})
	}
	mixed := drainText(t, bookOf(t, book{sheets: []string{sheetOf(header, failedRow, []string{num("15550100102"), "failed", "", "", "03/04/2026 10:00"})}}))
	if !warned(mixed, `"Sent At" has real dates and dates written as text`) {
		t.Errorf("warnings %q", mixed.report.Warnings)
	}
}

// TestSerials: in a table without styles, day numbers are dates only where the
// whole column is.
func TestSerials(t *testing.T) {
	const head = "phone,status,error_code,sent_at\n"
	d := drainText(t, head+"+15550100101,failed,131026,46346.3570601852\n+15550100102,failed,131026,46347\n")
	if r := d.failed()[0]; r.At.Format("2006-01-02T15:04:05") != "2026-11-20T08:34:10" || !warned(d, "day numbers (counted from 1900) and were read as dates; the first is 2026-11-20 08:34:10") {
		t.Errorf("at %v, %q", r.At, d.report.Warnings)
	}
	d = drainText(t, strings.ReplaceAll(head+"+15550100101,failed,131026,46346#3570601852\n", ",", ";"))
	if r := d.failed()[0]; !r.At.IsZero() {
		t.Errorf("a number with a stray sign is at %v", r.At)
	}
	d = drainText(t, strings.NewReplacer(",", ";", ".", ",").Replace(head+"+15550100101,failed,131026,46346.3570601852\n"))
	if r := d.failed()[0]; r.At.Format("15:04:05") != "08:34:10" {
		t.Errorf("with a decimal comma: at %v", r.At)
	}
	for name, row := range map[string]string{
		"mixed with dates": "+15550100101,failed,131026,46346.35\n+15550100102,failed,131026,2026-11-20\n",
		"out of range":     "+15550100101,failed,131026,46346.35\n+15550100102,failed,131026,39999\n",
	} {
		d := drainText(t, head+row)
		if r := d.failed()[0]; !r.At.IsZero() || !hasFlag(&r, model.FlagNoTime) || r.AtText != "46346.35" || !warned(d, "could not be read") {
			t.Errorf("%s: at %v from %q, %q", name, r.At, r.AtText, d.report.Warnings)
		}
	}
	rows := head + strings.Repeat("+15550100101,failed,131026,46346.35\n", sampleRows) + "+15550100102,failed,131026,2026-11-20\n"
	if d := drainText(t, rows); !warned(d, "1 time is no day number") {
		t.Errorf("warnings %q", d.report.Warnings)
	}
}

// TestSheetShape: rows and cells that the file leaves out, what stands above the
// header, cells behind its end, merged cells.
func TestSheetShape(t *testing.T) {
	rows := rowOf(2, "Delivery report") + rowOf(5, header...) +
		`<row r="9"><c r="A9"><v>15550100101</v></c><c r="C9"><v>131026</v></c><c r="H9" t="inlineStr"><is><t>extra</t></is></c></row>` +
		`<row><c><v>15550100102</v></c><c t="inlineStr"><is><t>failed</t></is></c></row>` + rowOf(12, "") + rowOf(14, num("15550100103"), "delivered")
	d := drainText(t, bookOf(t, book{sheets: []string{rows}}))
	if d.count(model.Failed) != 2 || d.count(model.Succeeded) != 1 || len(d.rejected) != 0 {
		t.Fatalf("%+v, rejected %v", d.records, d.rejected)
	}
	for i, line := range []int{9, 10, 14} {
		if d.records[i].Source.Line != line || hasFlag(&d.records[i], model.FlagRepaired) {
			t.Errorf("record %d is in line %d with %v, want line %d", i, d.records[i].Source.Line, d.records[i].Flags, line)
		}
	}
	if !warned(d, "The header is in line 5") || !warned(d, "1 column has cells and no name") {
		t.Errorf("warnings %q", d.report.Warnings)
	}
}

func TestSheets(t *testing.T) {
	log := sheetOf(header, failedRow)
	d := drainText(t, bookOf(t, book{names: []string{"Summary", "Failed", "Blank", "Retry"}, sheets: []string{sheetOf([]string{"Total", "Sent"}, []string{num("4"), num("3")}), log, "", log}}))
	if d.count(model.Failed) != 2 || d.records[0].Source.File != "test/Failed" || d.records[1].Source.File != "test/Retry" {
		t.Errorf("%+v", d.records)
	}
	if !warned(d, "Passed over: sheet \"Summary\", no column of a failure log") || warned(d, "Blank") {
		t.Errorf("warnings %q", d.report.Warnings)
	}
	err := openError(t, bookOf(t, book{names: []string{"A", "B"}, sheets: []string{sheetOf([]string{"alpha", "beta"}, []string{"1", "2"}), sheetOf([]string{"gamma", "delta"}, []string{"1", "2"})}}))
	if !strings.Contains(err.Error(), "an Excel workbook in which nothing is a failure log: sheet \"A\", no column") || !strings.Contains(model.Hint(err), "save that sheet as CSV") {
		t.Errorf("error %v, %s", err, model.Hint(err))
	}
	if d := drainText(t, bookOf(t, book{sheets: []string{"", ""}})); len(d.records) != 0 || !warned(d, "empty") {
		t.Errorf("blank: %+v", d.report)
	}
	if d := drainText(t, bookOf(t, book{sheets: []string{sheetOf(header)}})); len(d.records) != 0 || !warned(d, "no rows") {
		t.Errorf("header only: %+v", d.report)
	}
}

// TestTornSheet: a sheet that is cut off gives its whole rows and says so.
func TestTornSheet(t *testing.T) {
	second := rowOf(3, num("15550100102"), "failed", num("131047"))
	for _, cut := range []string{second, second[:len(second)-8], second + `<row r="4"><c r="A4"><v>155501001`} {
		text := zipOf(t, packed{"[Content_Types].xml", "<Types/>"},
			packed{"xl/workbook.xml", `<workbook><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`},
			packed{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="/xl/worksheets/s.xml"/></Relationships>`},
			packed{"xl/worksheets/s.xml", `<worksheet><sheetData>` + sheetOf(header, []string{num("15550100101"), "failed", num("131026")}) + cut})
		d := drainText(t, text)
		if len(d.rejected) != 1 || !strings.Contains(d.rejected[0].Reason, "cut off") || d.count(model.Failed) < 1 || d.count(model.Failed) > 2 {
			t.Errorf("%q: %d failures, rejected %v", cut, d.count(model.Failed), d.rejected)
		}
	}
	err := openError(t, zipOf(t, packed{"[Content_Types].xml", ""}, packed{"xl/styles.xml", ""}))
	if !strings.Contains(err.Error(), "xl/workbook.xml is missing") {
		t.Errorf("error %v", err)
	}
}

func TestDateFormats(t *testing.T) {
	for code, want := range map[string]bool{
		"General": false, "0.00E+00": false, "@": false, `#,##0 "days"`: false, `\d0`: false, "[Red]0;0": false, "0;[Red]d": false,
		"yyyy-mm-dd": true, "m/d/yy h:mm": true, "[h]:mm:ss": true, "[$-409]d-mmm": true, "[$-F800]dddd, mmmm dd": true, "[mm]": true, "YYYY": true, `"at" hh:mm`: true,
		`"open`: false, "[open": false,
	} {
		if got := isDateFormat(code); got != want {
			t.Errorf("%q: %v, want %v", code, got, want)
		}
	}
}
