package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"unsent/model"
)

var testNow = time.Date(2026, 5, 13, 14, 30, 0, 0, time.UTC)

func TestParseWhen(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "0001-01-01T00:00:00Z"},
		{"2h", "2026-05-13T12:30:00Z"},
		{"90m", "2026-05-13T13:00:00Z"},
		{"3d", "2026-05-10T14:30:00Z"},
		{"1w", "2026-05-06T14:30:00Z"},
		{"2026-05-12", "2026-05-12T00:00:00Z"},
		{"2026-05-12 13:41", "2026-05-12T13:41:00Z"},
		{"2026-05-12 13:41:07", "2026-05-12T13:41:07Z"},
		{"2026-05-12T13:41", "2026-05-12T13:41:00Z"},
		{"2026-05-12T13:41:07Z", "2026-05-12T13:41:07Z"},
		{"2026-05-12T13:41:07.5-03:00", "2026-05-12T16:41:07.5Z"},
		{"2026-05-12T13:41-03:00", "2026-05-12T16:41:00Z"},
	}
	for _, tt := range tests {
		got, err := parseWhen("since", tt.in, testNow)
		if err != nil || got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("%q: got %v, %v; want %s", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{"yesterday", "2h30", "-2h", "12/05/2026", "2026-13-01", "2026-02-30", "99999999999d", "h", "1y"} {
		var u *usageError
		if got, err := parseWhen("since", in, testNow); !errors.As(err, &u) {
			t.Errorf("%q is read as %v, %v", in, got, err)
		}
	}
}

func TestParseZone(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"America/Sao_Paulo": "-03:00", "UTC": "+00:00", "+05:30": "+05:30", "-0300": "-03:00", "+02": "+02:00", "Europe/Paris": "+02:00",
	} {
		loc, err := parseZone(in)
		if err != nil || at.In(loc).Format("-07:00") != want {
			t.Errorf("%s: got %v, %v; want %s", in, loc, err, want)
		}
	}
	for _, in := range []string{"Local", "Nowhere/Town", "../../etc/passwd", "+25:61"} {
		if loc, err := parseZone(in); err == nil {
			t.Errorf("%q is taken for %v", in, loc)
		}
	}
}

func TestFilters(t *testing.T) {
	f := filters{codes: []string{"131000", "(#131016)"}, since: "2026-05-12", recipient: "whatsapp:+1 212 555 0142", state: "new", waba: "1", matches: "x"}
	want := model.Query{
		Codes: []model.Code{"131000", "131016"}, Since: time.Date(2026, 5, 12, 0, 0, 0, 0, time.UTC), Recipient: "12125550142",
		State: model.StateNew, WABA: "1", Search: "x",
	}
	got, err := f.query(testNow)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
	for name, f := range map[string]filters{
		"code": {codes: []string{"abc"}}, "none and a code": {codes: []string{"none", "1"}}, "recipient": {recipient: "nobody"},
		"state": {state: "done"}, "limit": {limit: -1}, "since": {since: "soon"},
	} {
		var u *usageError
		if _, err := f.query(testNow); !errors.As(err, &u) || u.Hint() == "" {
			t.Errorf("%s: got %v, want a usage error with a hint", name, err)
		}
	}
}

func TestColumnMapRefuses(t *testing.T) {
	for _, in := range []string{"recipient", "=Mobile", "recipient=", "no-such-field=Mobile"} {
		if m, err := columnMap([]string{in}); err == nil {
			t.Errorf("%q is read as %v", in, m)
		}
	}
}

// A line of JSON shows nothing to a terminal that could act on it, and still
// means what was written.
func TestJSONLine(t *testing.T) {
	in := "a\x1b[2J\u009b31m\u202e\u200b\U000e0041\x7f<&>é\n"
	var b strings.Builder
	if err := jsonLine(&b, map[string]string{"t": in}); err != nil {
		t.Fatal(err)
	}
	for _, r := range strings.TrimSuffix(b.String(), "\n") {
		if r < ' ' || r > '~' && r != 'é' {
			t.Errorf("%U stands in %s", r, b.String())
		}
	}
	var back map[string]string
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil || back["t"] != in {
		t.Errorf("read back as %q, %v", back["t"], err)
	}
}

func TestCommas(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 11902: "11,902", 1234567: "1,234,567", -1234: "-1,234", -12: "-12"} {
		if got := model.Thousands(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}

// Masking hides the number in every field that can hold it.
func TestMaskFailure(t *testing.T) {
	const number = "12125550142"
	f := model.Failure{
		Recipient: number, RecipientRaw: "+1 212 555 0142", RecipientUser: "US.13491208655302741918", WAMID: demoWAMID(number, strings.Repeat("A1", 9)),
		Title: "to " + number, Message: "(+1 212 555 0142)", Details: "Unable to deliver message to " + number + ".", MessageID: "send-" + number,
		Template: "promo_12125550177", Campaign: "for 1-212-555-0177", Status: "failed at 12125550177", Kind: "12125550177", Language: "12125550177",
	}
	b, err := json.Marshal(maskFailure(f, false))
	if err != nil {
		t.Fatal(err)
	}
	for _, leak := range []string{number, "212 555 0142", "5550177", "555-0177", "55502741918", "8655302741", strings.TrimPrefix(demoWAMID(number, strings.Repeat("A1", 9)), "wamid.")} {
		if strings.Contains(string(b), leak) {
			t.Errorf("%q is left in %s", leak, b)
		}
	}
	if !strings.Contains(string(b), `"masked":true`) {
		t.Errorf("does not say that it is masked: %s", b)
	}
	b, _ = json.Marshal(maskFailure(f, true))
	if !strings.Contains(string(b), number) || strings.Contains(string(b), "masked") {
		t.Errorf("--full hides something: %s", b)
	}
}

// So do a finding and a scope, which keep the ids that are nobody's number.
func TestMaskFindingAndScope(t *testing.T) {
	f := model.Finding{Summary: "it went to 12125550142", Facts: []model.Fact{
		{Name: "asked", Value: "+1 212 555 0142"}, {Name: "customer last wrote", Value: "2026-05-11 08:00 UTC"}, {Name: "code", Value: "131000"},
	}}
	want := model.Finding{Summary: "it went to +1 212 ... 42", Facts: []model.Fact{
		{Name: "asked", Value: "+1 212 ... 42"}, {Name: "customer last wrote", Value: "2026-05-11 08:00 UTC"}, {Name: "code", Value: "131000"},
	}}
	if diff := cmp.Diff(want, maskFinding(f)); diff != "" || f.Facts[0].Value != "+1 212 555 0142" {
		t.Errorf("%s\nand the finding itself is %+v", diff, f)
	}
	for _, tt := range []struct {
		dim      model.Dim
		in, want string
	}{
		{model.DimRecipient, "12125550142", "+1 212 ... 42"},
		{model.DimRecipient, "nobody", "aaaaaa"},
		{model.DimTemplate, "promo_12125550142", "promo_+1 212 ... 42"},
		{model.DimCampaign, "for 12125550142", "for +1 212 ... 42"},
		{model.DimWABA, "336600000001", "336600000001"},
		{model.DimPhone, "336600000001", "336600000001"},
	} {
		sc := model.Scope{Values: 1, Top: []model.ScopeValue{{Value: tt.in, Failed: 1}}}
		if got := maskScope(tt.dim, sc, false).Top[0].Value; got != tt.want {
			t.Errorf("%s %s is shown as %s, want %s", tt.dim, tt.in, got, tt.want)
		}
		if got := maskScope(tt.dim, sc, true).Top[0].Value; got != tt.in {
			t.Errorf("%s %s is shown as %s with --full", tt.dim, tt.in, got)
		}
	}
}

func TestASCIIOnly(t *testing.T) {
	tests := []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "en_US.UTF-8"}, false},
		{map[string]string{"LANG": "de_DE.utf8"}, false},
		{map[string]string{"LANG": "C"}, true},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, true},
		{map[string]string{"LC_CTYPE": "de_DE.ISO-8859-1"}, true},
		{map[string]string{"UNSENT_ASCII": "1", "LANG": "en_US.UTF-8"}, true},
		{map[string]string{"UNSENT_ASCII": "0", "LANG": "C"}, false},
	}
	for _, tt := range tests {
		if got := asciiOnly(func(k string) string { return tt.env[k] }); got != tt.want {
			t.Errorf("%v: %t", tt.env, got)
		}
	}
}
