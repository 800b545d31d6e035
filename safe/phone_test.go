package safe

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"unicode"

	"unsent/model"
)

func TestParsePhone(t *testing.T) {
	const (
		odd     = model.FlagRecipientOdd
		damaged = model.FlagRecipientDamaged
		masked  = model.FlagRecipientMasked
		none    = model.FlagNoRecipient
	)
	for _, c := range []struct {
		name, in, digits string
		flag             model.Flag
		shape            string
	}{
		{"digits", "15550100123", "15550100123", "", "ddddddddddd"},
		{"S2-S6b as the API wants it", "15551234567", "15551234567", "", "ddddddddddd"},
		{"S2-S6b as people write it", "+1 (555) 123-4567", "15551234567", "", "+d (ddd) ddd-dddd"},
		{"plus", "+15550100123", "15550100123", "", "+ddddddddddd"},
		{"Twilio", "whatsapp:+15550100123", "15550100123", "", "aaaaaaaa:+ddddddddddd"},
		{"Twilio, capitals", "WhatsApp: +1 555 010 0123", "15550100123", "", "aaaaaaaa: +d ddd ddd dddd"},
		{"tel", "tel:+1-555-010-0123", "15550100123", "", "aaa:+d-ddd-ddd-dddd"},
		{"c.us", "15550100123@c.us", "15550100123", "", "ddddddddddd@a.aa"},
		{"whatsapp.net", "15550100123@s.whatsapp.net", "15550100123", "", "ddddddddddd@a.aaaaaaaa.aaa"},
		{"linked device", "15550100123:12@s.whatsapp.net", "15550100123", "", "ddddddddddd:dd@a.aaaaaaaa.aaa"},
		{"group", "120363020000000000@g.us", "", model.FlagGroup, "dddddddddddddddddd@a.aa"},
		{"linked id", "99900011122233@lid", "", model.FlagBSUID, "dddddddddddddd@aaa"},
		{"mail address", "someone@example.com", "", odd, "aaaaaaa@aaaaaaa.aaa"},
		{"apostrophe", "'+15550100123", "15550100123", "", "'+ddddddddddd"},
		{"tab", "\t+15550100123", "15550100123", "", "^I+ddddddddddd"},
		{"space", " +15550100123", "15550100123", "", " +ddddddddddd"},
		{"formula text", `="15550100123"`, "15550100123", "", `="ddddddddddd"`},
		{"quotes", `"15550100123"`, "15550100123", "", `"ddddddddddd"`},
		{"invisible marks", "\u202a+1\u00a0555\u00a0010\u00a00123\u202c", "15550100123", "", "<U+202A>+d ddd ddd dddd<U+202C>"},
		{"thin dashes", "+1‑555–010-0123", "15550100123", "", "+d-ddd-ddd-dddd"},
		{"decimal", "15550100123.0", "15550100123", "", "ddddddddddd.d"},
		{"dots", "+1.555.010.0123", "15550100123", "", "+d.ddd.ddd.dddd"},
		{"Arabic digits", "١٥٥٥٠١٠٠١٢٣", "15550100123", "", "DDDDDDDDDDD"},
		{"sheet", "4.479E+11", "", damaged, "d.ddda+dd"},
		{"sheet, comma", "9,19877E+11", "", damaged, ""},
		{"sheet, short", "5E+09", "", damaged, ""},
		{"sheet, all kept", "3.108207129E9", "3108207129", "", ""},
		{"sheet, all kept and long", "1.5550100123E+10", "15550100123", "", ""},
		{"sheet, too many", "1.55501001234E+10", "", damaged, ""},
		{"stars", "9191****873", "", masked, "dddd****ddd"},
		{"crosses", "91XX985XX10X", "", masked, "ddaadddaadda"},
		{"word", "REDACTED", "", masked, "aaaaaaaa"},
		{"all stars", "****", "", masked, "****"},
		{"BSUID", "US.13491208655302741918", "", model.FlagBSUID, "aa.dddddddddddddddddddd"},
		{"BSUID of an enterprise", "US.ENT.11815799212886844830", "", model.FlagBSUID, ""},
		{"empty", "", "", none, ""},
		{"null", "NULL", "", none, "aaaa"},
		{"database null", `\N`, "", none, `\a`},
		{"dash", "-", "", none, "-"},
		{"placeholder", "{{phone}}", "", none, "{{aaaaa}}"},
		{"name", "A Person", "", odd, "a aaaaaa"},
		{"too short", "12345", "12345", odd, "ddddd"},
		{"too long", "1555010012345678", "1555010012345678", odd, "dddddddddddddddd"},
		{"far too long", strings.Repeat("1", 30), "", odd, strings.Repeat("d", 30)},
		{"trunk zero", "07700900123", "07700900123", odd, "ddddddddddd"},
		{"trunk zero in brackets", "+44 (0)7700 900123", "4407700900123", odd, "+dd (d)dddd dddddd"},
		{"two zeros in front", "0015550100123", "0015550100123", odd, "ddddddddddddd"},
		{"area code in front", "(555) 010-0123", "5550100123", odd, "(ddd) ddd-dddd"},
		{"no country code", "9876543210", "9876543210", odd, "dddddddddd"},
		{"no such code", "2105550100123", "2105550100123", odd, "ddddddddddddd"},
		{"extension", "+1 555 010 0123 ext 4", "", odd, "+d ddd ddd dddd aaa d"},
		{"two numbers", "15550100123,15550100124", "", odd, "ddddddddddd,ddddddddddd"},
		{"two numbers and a stroke", "12025550100/12025550101", "", odd, "ddddddddddd/ddddddddddd"},
		{"two numbers with blanks", "1202 5550100 1202 5550101", "", odd, "dddd ddddddd dddd ddddddd"},
		{"two short numbers", "5550100/5550101", "", odd, "ddddddd/ddddddd"},
		{"a stroke behind an area code", "+49 30/1234567", "49301234567", "", "+dd dd/ddddddd"},
		{"escape", "\x1b[31m15550100123", "", odd, "^[[ddaddddddddddd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := ParsePhone(c.in)
			var want []model.Flag
			if c.flag != "" {
				want = []model.Flag{c.flag}
			}
			if p.Digits != c.digits || !slices.Equal(p.Flags, want) {
				t.Errorf("ParsePhone(%q) = %q %v, want %q %v", c.in, p.Digits, p.Flags, c.digits, want)
			}
			if p.Shape != PhoneShape(c.in) {
				t.Errorf("shape %q is not PhoneShape's %q", p.Shape, PhoneShape(c.in))
			}
			if c.shape != "" && p.Shape != c.shape {
				t.Errorf("shape of %q is %q, want %q", c.in, p.Shape, c.shape)
			}
			if strings.ContainsAny(p.Shape, "123456789") && !strings.Contains(p.Shape, "<U+") {
				t.Errorf("the shape %q has digits", p.Shape)
			}
		})
	}
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"", "+1 (555) 010-0123", "4.479E+11", "9191****873", "US.1349", "1@c.us", "\xff", "'", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := ParsePhone(s)
		if p.Digits != "" && !allDigits(p.Digits) {
			t.Fatalf("%q gave the digits %q", s, p.Digits)
		}
		if p.Digits == "" && len(p.Flags) == 0 {
			t.Fatalf("%q gave neither digits nor a reason", s)
		}
		// Nothing is invented: the digits stand in the text in this order.
		rest := []rune(s)
		for _, d := range p.Digits {
			for len(rest) > 0 && !(unicode.IsDigit(rest[0]) && rune('0'+digitValue(rest[0])) == d) {
				rest = rest[1:]
			}
			if len(rest) == 0 {
				t.Fatalf("%q gave %q", s, p.Digits)
			}
			rest = rest[1:]
		}
		checkClean(t, s, p.Shape, false)
	})
}

func TestMaskPhone(t *testing.T) {
	for in, want := range map[string]string{
		"15550100167":      "+1 555 ... 67",
		"+15550100167":     "+1 555 ... 67",
		"919876543210":     "+91 987 ... 10",
		"6591234567":       "+65 91 ... 67",
		"298123456":        "+298 ... 56",
		"6834000":          "+683 ...",
		"0770090012":       "077 ... 12",
		"12":               "+1 ...",
		"":                 "...",
		"not a number 123": "...",
	} {
		if got := MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCountry(t *testing.T) {
	for _, c := range [][3]string{
		{"15550100123", "1", "US, Canada, Caribbean"},
		{"5511900000000", "55", "Brazil"},
		{"447700900123", "44", "United Kingdom"},
		{"35312345678", "353", "Ireland"},
		{"998901234567", "998", "Uzbekistan"},
		{"2101", "", ""},
		{"0", "", ""},
		{"", "", ""},
	} {
		if code, where := Country(c[0]); code != c[1] || where != c[2] {
			t.Errorf("Country(%q) = %q, %q; want %q, %q", c[0], code, where, c[1], c[2])
		}
	}
	// No code may be the beginning of another, or the table could not be read.
	for a := range plans() {
		for b := range plans() {
			if a != b && strings.HasPrefix(b, a) {
				t.Errorf("code %s begins %s", a, b)
			}
		}
	}
	if len(plans()) < 215 {
		t.Errorf("only %d codes", len(plans()))
	}
	for code, p := range plans() {
		if p.where == "" || !allDigits(code) || p.least > p.most || len(code)+p.most > mostDigits {
			t.Errorf("code %s: %+v", code, p)
		}
	}
}

func fakeWAMID(digits string) string {
	raw := append([]byte{0x1c, 0x18, byte(len(digits))}, digits...)
	raw = append(raw, 0x15, 2, 0, 0x11, 0x18, 0x12)
	raw = append(raw, "9A3CA5B3D4CD6E67E7"...)
	return "wamid." + base64.StdEncoding.EncodeToString(append(raw, 0))
}

func TestWAMIDNumber(t *testing.T) {
	legacy := func(b ...byte) string {
		return base64.RawStdEncoding.EncodeToString(append(b, 0x02, 0x09, 0x4a, 1, 2, 3, 4, 5, 6, 7, 8))
	}
	for _, c := range []struct{ name, in, want string }{
		{"eleven digits", fakeWAMID("15550100123"), "15550100123"},
		{"twelve digits", fakeWAMID("447700900123"), "447700900123"},
		{"white space around", " " + fakeWAMID("15550100123") + "\n", "15550100123"},
		{"cut", fakeWAMID("15550100123")[:30], "15550100123"},
		{"old, even count", legacy(0x80, 0x11, 0x06, 0x44, 0x77, 0x00, 0x90, 0x01, 0x23), "447700900123"},
		{"old, odd count", legacy(0x80, 0x11, 0x86, 0x15, 0x55, 0x01, 0x00, 0x12, 0x3f), "15550100123"},
		{"old, outbound", legacy(0x00, 0x11, 0x06, 0x44, 0x77, 0x00, 0x90, 0x01, 0x23), "447700900123"},
		{"user id inside", "wamid." + base64.StdEncoding.EncodeToString([]byte("\x1c\x18\x0aUS.1349120\x15\x02")), ""},
		{"not base64", "wamid.fail!", ""},
		{"short", "wamid.HBg", ""},
		{"another id", "gibberish.HBgLMTU1NTAxMDAxMjM", ""},
		{"empty", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := WAMIDNumber(c.in)
			if got != c.want && ok || ok != (c.want != "") {
				t.Errorf("WAMIDNumber(%q) = %q, %v; want %q", c.in, got, ok, c.want)
			}
		})
	}
	a, b := MaskWAMID(fakeWAMID("15550100123")), MaskWAMID(fakeWAMID("15550100124"))
	if a == b || a != MaskWAMID(fakeWAMID("15550100123")) || len(a) != len("wamid#")+8 || strings.Contains(a, "555") {
		t.Errorf("labels %q and %q", a, b)
	}
}
