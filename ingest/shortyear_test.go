package ingest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// TestShortYears: a year of two digits stands in front or behind, by what is
// possible for a message of WhatsApp's and by the file's other dates. The clock
// says 20 November 2026.
func TestShortYears(t *testing.T) {
	tests := []struct {
		name        string
		times, want []string
		warning     string
	}{
		{"year first, as Spark logs it", []string{"26/05/13 14:26:10"}, []string{"2026-05-13 14:26"}, ""},
		{"year first, a day that is a year before the API", []string{"26/07/01 08:30"}, []string{"2026-07-01 08:30"}, ""},
		{"year first, with dashes and dots", []string{"26-05-13 14:26", "26.05.13 14:26"}, []string{"2026-05-13 14:26", "2026-05-13 14:26"}, ""},
		{"year first is no proof of day first", []string{"26/05/13 14:26", "04/05/2026 14:26"}, []string{"2026-05-13 14:26", "2026-05-04 14:26"}, "day before month was assumed"},
		{"day first", []string{"13/05/26 14:26"}, []string{"2026-05-13 14:26"}, ""},
		{"month first", []string{"05/13/26 14:26", "05/04/26 14:26"}, []string{"2026-05-13 14:26", "2026-05-04 14:26"}, ""},
		{"day or month first", []string{"05/04/26 14:26"}, []string{"2026-04-05 14:26"}, "day before month was assumed"},
		{"another row says day first", []string{"20/05/26 14:26", "04/05/26 14:26"}, []string{"2026-05-20 14:26", "2026-05-04 14:26"}, ""},
		{"another row says year first", []string{"26/05/20 14:26", "26/05/04 14:26"}, []string{"2026-05-20 14:26", "2026-05-04 14:26"}, ""},
		{"the other reading is in the future", []string{"28/05/26 14:26", "20/05/26 14:26"}, []string{"2026-05-28 14:26", "2026-05-20 14:26"}, ""},
		{"both are possible, day first is later", []string{"20/05/26 14:26"}, []string{"2026-05-20 14:26"}, "the day was read first"},
		{"both are possible, year first is later", []string{"26/05/20 14:26"}, []string{"2026-05-20 14:26"}, "the year was read first"},
		{"told too late", append(slices.Repeat([]string{"20/05/26 14:26"}, 1100), "26/05/04 14:26"),
			append(slices.Repeat([]string{"2026-05-20 14:26"}, 1100), "2026-05-04 14:26"), "until a later row"},
		{"a year of the Buddhist calendar is left as it was", []string{"22/01/69 14:26"}, []string{"2069-01-22 14:26"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := options()
			o.Now, o.Zone = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), time.UTC
			d := drain(t, openText(t, withTimes(tt.times...), o))
			var got []string
			for _, r := range d.failed() {
				got = append(got, r.At.Format("2006-01-02 15:04"))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("times %v, want %v", got, tt.want)
			}
			if tt.warning != "" && !warned(d, tt.warning) || tt.warning == "" && (warned(d, "first") || warned(d, "date-order")) && !strings.HasPrefix(tt.name, "a year of") {
				t.Errorf("warnings %q, want one about %q", d.report.Warnings, tt.warning)
			}
		})
	}
	o := options()
	o.Now, o.DateOrder = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), "dmy"
	d := drain(t, openText(t, withTimes("26/05/20 14:26"), o))
	if got := d.failed()[0].At.Format("2006-01-02"); got != "2020-05-26" {
		t.Errorf("at %s, not as the agent said", got)
	}
}

// A failure whose date does not tell day from month says so for itself, and one whose
// date does, or whose order somebody has said, does not.
func TestDayOrderAssumed(t *testing.T) {
	for at, want := range map[string]bool{"03/04/2026 08:34": true, "05/05/2026 08:34": false, "22/04/2026 08:34": false, "2026-04-03 08:34": false, "03.04.2026 08:34": false} {
		r := only(t, "phone,status,sent_at\n15550100101,failed,"+at+"\n")
		if hasFlag(&r, model.FlagDayAssumed) != want {
			t.Errorf("%s: %v", at, r.Flags)
		}
	}
}
