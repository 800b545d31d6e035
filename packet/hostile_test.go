package packet

import (
	"strings"
	"testing"
	"time"
)

// TestHostilePayloads feeds repetitions that make a careless reader quadratic or
// endless.
func TestHostilePayloads(t *testing.T) {
	for _, unit := range []string{
		"{", "[", `{"a":`, `"{`, `'{"`, `{"a":"{`, `\"`, `"`, "'", "+(", "((((0+++", "1 ", "1-", "+1", "%41", `\u0041`, "\xc4", "wamid.", "https://", "a@", "a=b&",
		`{"to":"15550100123"},`, "1555010", "US.1", "gBEGA", "\u200b1", "=>", `\`, "aaaaaaaaaaaaaaaa ", "`", "<", "EAA",
	} {
		took := func(size int) time.Duration {
			least := time.Duration(1 << 62)
			in := strings.Repeat(unit, size/len(unit))
			for range 3 {
				m := newMasker(Meta, Input{})
				m.learnPhone("15550100123")
				began := time.Now()
				m.learnPayload(in)
				m.payload(in, true)
				m.prose(in)
				least = min(least, time.Since(began))
			}
			return least
		}
		// The best of three in one run: a busy machine does not matter, and what
		// is quadratic takes sixteen times as long.
		if quarter, whole := took(16<<10), took(64<<10); whole > 9*quarter+250*time.Millisecond {
			t.Errorf("%q: 16 KiB took %v, 64 KiB %v", unit, quarter, whole)
		}
	}
}
