package safe

import (
	"strings"
	"testing"
)

func TestMaskText(t *testing.T) {
	const wamid = "wamid.HBgLMTU1NTAxMDAxNjcVAgARGBI5QTNCQzdEOUUxRjIzNDU2NzgA"
	for _, c := range []struct {
		name, in, want string
		known          []string
	}{
		{"none", "Message undeliverable", "Message undeliverable", nil},
		{"plain", "to 15550100167 failed", "to +1 555 ... 67 failed", nil},
		{"plus", "to +1 (555) 010-0167, again", "to +1 555 ... 67, again", nil},
		{"separators", "call 1-555-010-0167.", "call +1 555 ... 67.", nil},
		{"jid", "15550100167@s.whatsapp.net:3", "+1 555 ... 67@s.whatsapp.net:3", nil},
		{"channel", "whatsapp:+15550100167", "whatsapp:+1 555 ... 67", nil},
		{"double zero", "0015550100167", "+1 555 ... 67", nil},
		{"arabic digits", "إلى ١٥٥٥٠١٠٠١٦٧", "إلى +1 555 ... 67", nil},
		{"two numbers", "15550100167 15550100168", "+1 555 ... 67 +1 555 ... 68", nil},
		{"plus between", "+15550100167+15550100168", "+1 555 ... 67+1 555 ... 68", nil},
		{"in a name", "promo_15550100167_en", "promo_+1 555 ... 67_en", nil},
		{"unassigned with plus", "+99955501001", MaskPhone("99955501001"), nil},
		{"wamid", "id " + wamid + ", no", "id " + MaskWAMID(wamid) + ", no", nil},
		{"old id", "gBEGVVABAAFnAgk4sVKoEcqTRyE", MaskWAMID("gBEGVVABAAFnAgk4sVKoEcqTRyE"), nil},
		{"code beside", "131026 15550100167", "131026 +1 555 ... 67", nil},
		{"code and a figure", "131026 14", "131026 14", nil},
		{"date", "at 2026-09-11 14:03:22 and 11/09/2026", "at 2026-09-11 14:03:22 and 11/09/2026", nil},
		{"date in a name", "promo_20260513", "promo_20260513", nil},
		{"uuid", "550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000", nil},
		{"trace", "AbC12345678dEf", "AbC12345678dEf", nil},
		{"account", "WABA 102290129340398", "WABA 102290129340398", nil},
		{"account in brackets, longer", "another app (166000000000690) than", "another app (166000000000690) than", nil},
		{"number in brackets, in a sentence", "to (15550100167) failed", "to (+1 555 ... 67) failed", nil},
		{"account in brackets", "another app (33669000000077)", "another app (33669000000077)", nil},
		{"number in brackets", "to (15550100167) failed", "to (+1 555 ... 67) failed", nil},
		{"plus in brackets", "to (+15550100167)", "to (+1 555 ... 67)", nil},
		{"long", "1234567890123456789", "1234567890123456789", nil},
		{"known digits", "to 102290129340398", "to " + MaskPhone("102290129340398"), []string{"102290129340398"}},
		{"known, national", "to 555-010-0167", "to +1 555 ... 67", []string{"+1 555 010 0167"}},
		{"known, short", "to 55501 or 555012", "to ... or 555012", []string{"55501"}},
		{"known, text", "dear Ana Example,", "dear ...,", []string{"Ana Example"}},
		{"known wamid", wamid, MaskWAMID(wamid), []string{wamid}},
		{"known, too short", "to a b", "to a b", []string{"a", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := MaskText(c.in, c.known...)
			if c.name == "known, short" {
				c.want = strings.Replace(c.want, "...", MaskPhone("55501"), 1)
			}
			if got != c.want {
				t.Errorf("MaskText(%q) = %q, want %q", c.in, got, c.want)
			}
			if again := MaskText(got, c.known...); again != got {
				t.Errorf("again: %q became %q", got, again)
			}
		})
	}
}

func FuzzMaskText(f *testing.F) {
	f.Add("to +1 (555) 010-0167, wamid.HBgLMTU1NTAxMDAxNjcVAgA= at 2026-09-11", "15550100167")
	f.Fuzz(func(t *testing.T, s, known string) {
		got := MaskText(s, known)
		if d := ParsePhone(known).Digits; len(d) >= leastDigits && strings.Contains(got, d) && !settled().MatchString(got) {
			t.Errorf("MaskText(%q, %q) = %q still has the number", s, known, got)
		}
	})
}
