package triage

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"unsent/model"
)

// A million roll-up minutes in 20,000 strands of 200 WABAs over four days: a
// background, successes, and a template in ten that fails for a while.
func BenchmarkGroups(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var strands []Strand
	codes := []model.Code{"", "", "131000", "131026", "131049", "132000", "131053", "131016", "100", "131047"}
	for i := range 20_000 {
		s := Strand{ID: int64(i + 1), Code: codes[i%10], WABA: fmt.Sprint(i / 100), Template: fmt.Sprint("t", i/10%10), Language: "en", App: "1"}
		from, step := 0, 4*1440/50/5
		if s.Code == "132000" && i/10%10 == 7 {
			from, step = r.IntN(500), 2
		}
		at := int64(simBegin + from*5) // all send in the same minutes, so that shares are shares
		for range 50 {
			at += 5 * (1 + int64(r.IntN(step)))
			if s.Code == "" {
				s.Minutes = append(s.Minutes, Minute{At: at, Good: 20 + r.Int32N(20)})
			} else {
				s.Minutes = append(s.Minutes, Minute{At: at, Failed: 1 + r.Int32N(2)})
			}
		}
		strands = append(strands, s)
	}
	b.ReportAllocs()
	for b.Loop() {
		Groups(strands, nil)
	}
	b.ReportMetric(float64(len(Groups(strands, nil))), "groups")
}
