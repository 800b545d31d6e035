package ingest

import (
	"strings"
	"testing"
)

// TestMonthsOfTwoLanguages: where Polish and Croatian have one name for different
// months, the dots tell, or nothing does and that is said.
func TestMonthsOfTwoLanguages(t *testing.T) {
	for text, want := range map[string]string{
		"12. lip 2026. 14:26": "06-12", "12. lis 2026. 14:26": "10-12", "12. listopada 2026. 14:26": "10-12", "12. svibnja 2026. 14:26": "05-12", "12. stu 2026. 14:26": "11-12",
		"12 lip 2026, 14:26": "07-12", "12 listopada 2026 14:26": "11-12", "12 lipca 2026 14:26": "07-12",
		"12 lip. 2026 14:26": "", "12. lip 2026 14:26": "", "12. lip. 2026 14:26": "",
	} {
		d := drainText(t, "phone;status;error_code;date\n15550100101;failed;131026;"+text+"\n")
		got := ""
		if at := d.records[0].At; !at.IsZero() {
			got = at.Format("01-02")
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		if polish := strings.HasPrefix(text, "12 lip ") || strings.HasPrefix(text, "12 listopada"); warned(d, "In Croatian") != polish {
			t.Errorf("%q: warnings %q", text, d.report.Warnings)
		}
		if want == "" && !warned(d, "could not be read") {
			t.Errorf("%q: nothing is said: %q", text, d.report.Warnings)
		}
	}
}
