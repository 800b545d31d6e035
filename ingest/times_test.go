package ingest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// TestTimes has the forms that exports and browsers write. An empty want cannot be read.
func TestTimes(t *testing.T) {
	const offset, assumed = model.ZoneOffset, model.ZoneAssumed
	tests := []struct {
		text, want string
		zone       model.ZoneFrom
	}{
		{"2026-03-14T07:15:40Z", "2026-03-14T07:15:40Z", offset},
		{"2026-03-14T07:15:40.123Z", "2026-03-14T07:15:40.123Z", offset},
		{"2026-03-14T07:15:40.123456Z", "2026-03-14T07:15:40.123456Z", offset},
		{"2023-03-11T14:27:32.9655388Z", "2023-03-11T14:27:32.9655388Z", offset},
		{"2025-01-08T23:30:43.271279391Z", "2025-01-08T23:30:43.271279391Z", offset},
		{"2026-03-14T07:15:40+05:30", "2026-03-14T01:45:40Z", offset},
		{"2026-03-14T07:15:40-0300", "2026-03-14T10:15:40Z", offset},
		{"2019-06-01T00:00:00+0000", "2019-06-01T00:00:00Z", offset},
		{"2026-03-14T07:15+05", "2026-03-14T02:15:00Z", offset},
		{"2023-05-09 23:17:40.768000 UTC", "2023-05-09T23:17:40.768Z", offset},
		{"2024-05-10 20:13:50.682000", "2024-05-10T20:13:50.682Z", assumed},
		{"2026-03-14 07:15:40", "2026-03-14T07:15:40Z", assumed},
		{"2026-03-14 07:15", "2026-03-14T07:15:00Z", assumed},
		{"2026/03/14 07:15", "2026-03-14T07:15:00Z", assumed},
		{"2026-03-14", "2026-03-14T00:00:00Z", assumed},
		{"Fri, 12 May 2023 16:20:49 +0000", "2023-05-12T16:20:49Z", offset},
		{"Fri, 12 May 2023 16:20:49 GMT", "2023-05-12T16:20:49Z", offset},
		{"Wed, 13 May, 2026 at 7:45 AM", "2026-05-13T07:45:00Z", assumed},
		{"25-Nov-2022 08:34:10", "2022-11-25T08:34:10Z", assumed},
		{"Nov 25, 2022", "2022-11-25T00:00:00Z", assumed},
		{"November 25, 2022 08:34 PM", "2022-11-25T20:34:00Z", assumed},
		{"Fri Jan 02 2026 08:34:05 GMT+0530 (India Standard Time)", "2026-01-02T03:04:05Z", offset},
		{"1698231447", "2023-10-25T10:57:27Z", offset},
		{"1580546677791", "2020-02-01T08:44:37.791Z", offset},
		{"1698231447123456", "2023-10-25T10:57:27.123456Z", offset},
		{"1698231447123456789", "2023-10-25T10:57:27.123456789Z", offset},
		{"1698231447.5", "2023-10-25T10:57:27.5Z", offset},
		{"20140102", "2014-01-02T00:00:00Z", assumed},
		{"2026051308", "2026-05-13T08:00:00Z", assumed},
		{"2026051324", "2026-05-14T00:00:00Z", assumed},
		{"2041234567", "2034-09-07T09:36:07Z", offset},
		{"2026135108", "", ""},
		{"20140102153000", "2014-01-02T15:30:00Z", assumed},
		{"13/2/2026, 8:34:05 am", "2026-02-13T08:34:05Z", assumed},
		{"2/13/2026, 8:34:05 PM", "2026-02-13T20:34:05Z", assumed},
		{"13/02/2026, 08:34:05", "2026-02-13T08:34:05Z", assumed},
		{"13/2/2026, 8:34:05 a.m.", "2026-02-13T08:34:05Z", assumed},
		{"13/2/2026, 08.34.05", "2026-02-13T08:34:05Z", assumed},
		{"2.1.2026, 08:34:05", "2026-01-02T08:34:05Z", assumed},
		{"\u200f13\u200f/2\u200f/2026، 8:34:05 ص", "2026-02-13T08:34:05Z", assumed},
		{"١٣\u200f/٢\u200f/٢٠٢٦، ٨:٣٤:٠٥ م", "2026-02-13T20:34:05Z", assumed},
		{"13/02/2026 08:34 +0000", "2026-02-13T08:34:00Z", offset},
		{"12:34", "", ""}, {"yesterday", "", ""}, {"2026-02-30", "", ""}, {"31/02/2026", "", ""}, {"14/14/2026", "", ""},
		{"1970-01-01T00:00:00Z", "", ""}, {"0", "", ""}, {"99999999999", "", ""}, {"2026-03-14T07:15:40 IST", "", ""}, {"4.479E+11", "", ""}, {"", "", ""},
	}
	for _, tt := range tests {
		c := newClock(Options{Now: now})
		got, zone, ok := c.read(tt.text, fTime, nil)
		if tt.want == "" {
			if ok {
				t.Errorf("%q: %v, want none", tt.text, got)
			}
			continue
		}
		if !ok || got.Format(time.RFC3339Nano) != tt.want || zone != tt.zone {
			t.Errorf("%q: %v %s %v, want %s %s", tt.text, got.Format(time.RFC3339Nano), zone, ok, tt.want, tt.zone)
		}
	}
}

func timesOf(d drained) []string {
	var list []string
	for _, r := range d.failed() {
		if r.At.IsZero() {
			list = append(list, "-")
		} else {
			list = append(list, r.At.Format("01-02T15:04"))
		}
	}
	return list
}

func withTimes(times ...string) string {
	var b strings.Builder
	b.WriteString("phone;status;sent_at\n")
	for _, s := range times {
		b.WriteString("15550100101;failed;" + s + "\n")
	}
	return b.String()
}

// TestDateOrder: one order for a file, by its evidence, the agent's word, or an
// assumption that is said.
func TestDateOrder(t *testing.T) {
	tests := []struct {
		name, order string
		times, want []string
		warning     string
	}{
		{"36 day above 12, later", "", []string{"02/01/2026 08:34", "13/01/2026 08:34"}, []string{"01-02T08:34", "01-13T08:34"}, ""},
		{"36 month first", "", []string{"02/01/2026 08:34", "01/13/2026 08:34"}, []string{"02-01T08:34", "01-13T08:34"}, ""},
		{"36 no evidence", "", []string{"02/01/2026 08:34"}, []string{"01-02T08:34"}, "--date-order"},
		{"36 the agent's word", "mdy", []string{"02/01/2026 08:34"}, []string{"02-01T08:34"}, ""},
		{"36 evidence that comes too late", "", append(slices.Repeat([]string{"02/01/2026 08:34"}, 1100), "01/13/2026 08:34"),
			append(slices.Repeat([]string{"01-02T08:34"}, 1100), "01-13T08:34"), "until a later row"},
		{"36b mixed", "", []string{"13/01/2026 08:34", "01/14/2026 08:34"}, []string{"01-13T08:34", "-"}, "spreadsheet"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			o.DateOrder = tt.order
			d := drain(t, openText(t, withTimes(tt.times...), o))
			if got := timesOf(d); strings.Join(got, " ") != strings.Join(tt.want, " ") {
				t.Errorf("times %v, want %v", got, tt.want)
			}
			order := false
			for _, w := range d.report.Warnings {
				order = order || strings.Contains(w, "date-order") || strings.Contains(w, "later row") || strings.Contains(w, "spreadsheet")
			}
			if order != (tt.warning != "") || tt.warning != "" && !warned(d, tt.warning) {
				t.Errorf("warnings %q, want one about %q", d.report.Warnings, tt.warning)
			}
		})
	}
	if _, err := Open(t.Context(), strings.NewReader("x"), "f", Options{DateOrder: "ymd"}); err == nil || model.Hint(err) == "" {
		t.Errorf("an unknown order: %v", err)
	}
}

// TestZone: where a zone is known from, and that an assumption is said.
func TestZone(t *testing.T) {
	saoPaulo, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Skip(err)
	}
	tests := []struct {
		name, text, want string
		zone             *time.Location
		report           model.Zone
		flagged          bool
	}{
		{"offset", "phone,status,sent_at\n1,failed,2026-03-14T07:15:40-03:00\n", "03-14T10:15", nil, model.Zone{From: model.ZoneOffset}, false},
		{"offset and the agent's word", "phone,status,sent_at\n1,failed,2026-03-14T07:15:40-03:00\n", "03-14T10:15", time.UTC, model.Zone{From: model.ZoneOffset}, false},
		{"header", "phone,status,Sent At (UTC)\n1,failed,2026-03-14 07:15:40\n", "03-14T07:15", nil, model.Zone{From: model.ZoneHeader, Name: "UTC"}, false},
		{"header with an offset", "phone,status,Sent At (GMT+05:30)\n1,failed,2026-03-14 07:15:40\n", "03-14T01:45", nil, model.Zone{From: model.ZoneHeader, Name: "UTC+05:30"}, false},
		{"the agent's word", "phone,status,sent_at\n1,failed,2026-03-14 07:15:40\n", "03-14T10:15", saoPaulo, model.Zone{From: model.ZoneFlag, Name: "America/Sao_Paulo"}, false},
		{"assumed", "phone,status,sent_at\n1,failed,2026-03-14 07:15:40\n", "03-14T07:15", nil, model.Zone{From: model.ZoneAssumed, Name: "UTC"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			o.Zone = tt.zone
			d := drain(t, openText(t, tt.text, o))
			if got := timesOf(d)[0]; got != tt.want {
				t.Errorf("at %s, want %s", got, tt.want)
			}
			if d.report.Zone != tt.report {
				t.Errorf("zone %+v, want %+v", d.report.Zone, tt.report)
			}
			if hasFlag(&d.failed()[0], model.FlagZoneAssumed) != tt.flagged || warned(d, "--tz") != tt.flagged {
				t.Errorf("flags %v, warnings %q", d.failed()[0].Flags, d.report.Warnings)
			}
		})
	}
}

// TestAtOrder: failed, updated, made, sent, in this order.
func TestAtOrder(t *testing.T) {
	header := "phone,status,sent_at,created_at,updated_at,failed_at\n1,failed,"
	for _, tt := range []struct{ cells, want string }{
		{"2026-03-01T00:00Z,2026-03-02T00:00Z,2026-03-03T00:00Z,2026-03-04T00:00Z", "03-04T00:00"},
		{"2026-03-01T00:00Z,2026-03-02T00:00Z,2026-03-03T00:00Z,", "03-03T00:00"},
		{"2026-03-01T00:00Z,2026-03-02T00:00Z,,", "03-02T00:00"},
		{"2026-03-01T00:00Z,,,", "03-01T00:00"},
		{"2026-03-01T00:00Z,,,soon", "03-01T00:00"},
	} {
		if got := timesOf(drainText(t, header+tt.cells+"\n"))[0]; got != tt.want {
			t.Errorf("%s: at %s, want %s", tt.cells, got, tt.want)
		}
	}
	r := drainText(t, header+",,,soon\n").failed()[0]
	if !hasFlag(&r, model.FlagNoTime) || r.AtText != "soon" {
		t.Errorf("flags %v, at text %q", r.Flags, r.AtText)
	}
	r = drainText(t, header+",,,2027-03-01T00:00Z\n").failed()[0]
	if !hasFlag(&r, model.FlagFuture) {
		t.Errorf("flags %v", r.Flags)
	}
}

// TestLocalTimes has 20:34 on 22 January 2026, and 8:34 in the morning, as browsers
// write them in many countries. An empty want cannot be told and is said to be
// unread.
func TestLocalTimes(t *testing.T) {
	const morning, evening, minute = "2026-01-22T08:34:05", "2026-01-22T20:34:05", "2026-01-22T20:34:00"
	tests := map[string]string{
		"1/22/2026, 8:34:05\u202fAM": morning, "1/22/2026, 8:34:05 PM": evening, "Jan 22, 2026, 8:34 PM": minute,
		"22/01/2026, 8:34:05 pm": evening, "22/1/2026, 8:34:05 am": morning, "2026-01-22, 8:34:05\u202fp.m.": evening, "2026/01/22, 20:34:05": evening,
		"22.1.2026, 20:34:05": evening, "22.01.2026 20:34:05": evening, "22. 1. 2026 20:34:05": evening, "22. 01. 2026. 20:34:05": evening,
		"22 de jan. de 2026, 20:34": minute, "22 de enero de 2026, 20:34": minute, "22/1/2026, 8:34:05\u00a0p.\u00a0m.": evening, "22/1/2026, 8:34:05 a. m.": morning,
		"22/01/2026 20:34:05": evening, "22 janv. 2026, 20:34": minute, "22 janvier 2026 20:34:05": evening, "2026-01-22 20 h 34 min 05 s": evening, "22 janv. 2026, 20 h 34": minute,
		"22 gen 2026, 20:34": minute, "22-1-2026, 20:34:05": evening, "22. Jan. 2026, 20:34": minute, "22. Januar 2026 20:34": minute,
		"22 Oca 2026 20:34": minute, "22.01.2026 ÖS 8:34:05": evening, "22 sty 2026, 20:34": minute, "22 янв. 2026 г., 20:34": minute, "22 января 2026 20:34": minute, "22.01.2026, 8:34:05 пп": evening,
		"2026/1/22 20:34:05": evening, "2026/1/22 午後8:34:05": evening, "2026年1月22日 20:34": minute, "2026年1月22日 20時34分05秒": evening,
		"2026/1/22 上午8:34:05": morning, "2026/1/22 下午8:34:05": evening, "2026年1月22日 晚上8:34": minute, "22/1/2026 下午8:34:05": evening,
		"2026. 1. 22. PM 8:34:05": evening, "2026. 1. 22. 오전 8:34:05": morning, "2026. 1. 22. 오후 8:34:05": evening, "2026년 1월 22일 오후 8:34": minute,
		"٢٢\u200f/١\u200f/٢٠٢٦، ٨:٣٤:٠٥ م": evening, "22\u200f/1\u200f/2026، 8:34:05 ص": morning, "२२/१/२०२६, ८:३४:०५ PM": evening, "২২/১/২০২৬, ৮:৩৪:০৫ AM": morning,
		"22/1/2026, 8:34:05 अपराह्न": evening, "22/1/2026, 20.34.05": evening, "22/1/2026, 8.34.05 PM": evening, "22 Jan 2026, 20.34": minute, "22 Januari 2026 20:34": minute,
		"22/1/2026, 8:34:05 PTG": evening, "20:34:05 22/1/2026": evening, "8:34:05 CH 22/1/2026": evening, "22/1/2569 20:34:05": evening,
		"22.1.2026 klo 20.34.05": evening, "2026. 01. 22. du. 8:34:05": evening, "22.01.2026 г., 20:34:05 ч.": evening, "22/1/2026, 8:34:05 μ.μ.": evening,
		"۱۴۰۴/۱۱/۲, ۲۰:۳۴:۰۵": "", "20:34:05": "", "22/1/2026, 20:34:05 PM": "", "8:34:05 of 22": "", "weeks 20:34 22": "", "22 jax. 2026, 20:34": "",
	}
	for text, want := range tests {
		st, ok := parseStamp(text)
		if want == "" {
			if ok {
				t.Errorf("%q: %v, want none", text, st.t)
			}
			continue
		}
		if got := st.t.Format("2006-01-02T15:04:05"); !ok || got != want || st.zoned {
			t.Errorf("%q: %s %v, want %s", text, got, ok, want)
		}
	}
	if st, ok := parseStamp("22/1/2026, 8:34:05 p. m. GMT-3"); !ok || !st.zoned || st.offset != -3*time.Hour || st.t.Hour() != 20 {
		t.Errorf("a zone behind the half of the day: %+v", st)
	}
}
