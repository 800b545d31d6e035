package ingest

import (
	"strings"
	"testing"

	"unsent/model"
)

// TestStructText has errors as query engines write structs into a cell.
func TestStructText(t *testing.T) {
	for cell, want := range map[string]model.Failure{
		`[{code=131026, title=Message undeliverable}]`:                                                                     {Code: "131026", Title: "Message undeliverable"},
		`[{code=131026, title=Not sent, sorry, message=Not (really) sent, error_data={details=Try it, later}, href=null}]`: {Code: "131026", Title: "Not sent, sorry", Message: "Not (really) sent", Details: "Try it, later"},
		`[Row(code=131026, title='Message undeliverable', error_data=Row(details='it\'s off'))]`:                           {Code: "131026", Title: "Message undeliverable", Details: "it's off"},
		`{code=131026, title=Message undeliverable}`:                                                                       {Code: "131026", Title: "Message undeliverable"},
		`[{code=131047, title=Re-engagement message}, {code=131026, title=x}]`:                                             {Code: "131047", Title: "Re-engagement message"},
		`[{code=131026, title=Message undeliv`:                                                                             {Code: "131026"},
		"[{code=131026, title=über \"ten\" 🙂 <b>\u00a0x}]":                                                                 {Code: "131026", Title: "über \"ten\" 🙂 <b>\u00a0x"},
		`{131026}`:        {Code: "131026"},
		`{131026,131047}`: {Code: "131026", Details: "Also reported: 131047"},
	} {
		for _, header := range []string{"errors", "error_code"} {
			r := only(t, "phone,status,"+header+"\n15550100101,failed,\""+strings.ReplaceAll(cell, `"`, `""`)+"\"\n")
			if header == "error_code" && strings.Contains(cell, "Row") {
				want = model.Failure{Code: "131026", Message: strings.Trim(cell, "[]")} // there it is a text that names a code
			}
			if r.Code != want.Code || r.Title != want.Title || r.Message != want.Message || r.Details != want.Details {
				t.Errorf("%s %s: %q, %q, %q, %q", header, cell, r.Code, r.Title, r.Message, r.Details)
			}
		}
	}
	for _, s := range []string{"", "{}", "{a}", "{=1}", "[{a=1}", "{a=1} b", "Row(", "[a=1}]", "[}]", "{a=" + strings.Repeat("{a=", 50)} {
		if text, ok := structJSON(s); ok {
			t.Errorf("%q became %s", s, text)
		}
	}
}

// TestColumnOfCodes has one code as databases and spreadsheets write it.
func TestColumnOfCodes(t *testing.T) {
	for _, cell := range []string{"131026", "131026.0", "131026.00", "131026.000", "131026.000000000", "131\u202f026", "131\u00a0026", "131'026", "131.026", "131,026.00", "131.026,00",
		"\u200f131026", "131026\u200e", "１３１０２６", "١٣١٠٢٦", "۱۳۱۰۲۶", "META_131026", "WA-131026", "Meta:131026", "E131026"} {
		r := only(t, "phone,status,error_code\n15550100101,failed,\""+cell+"\"\n")
		if r.Code != "131026" || r.CodeFrom != model.FromColumn {
			t.Errorf("%q: code %q from %s, vendor %q", cell, r.Code, r.CodeFrom, r.Vendor)
		}
	}
	for cell, want := range map[string]string{"63016.00": "twilio 63016", "1002.00": "generic 1002", "0012": "generic 0012", "1.002": "generic 1.002", "XY131026": "generic XY131026"} {
		if r := only(t, "phone,status,error_code\n15550100101,failed,"+cell+"\n"); r.Vendor.String() != want {
			t.Errorf("%q: vendor %q, want %q", cell, r.Vendor, want)
		}
	}
	if r := only(t, "phone,status,error_code\n15550100101,failed,131.000\n"); r.Code != "131000" {
		t.Errorf("131.000 is %q", r.Code)
	}
}
