package triage

import (
	"testing"

	"unsent/model"
)

// BenchmarkJudge is what home pays for each incident of its list.
func BenchmarkJudge(b *testing.B) {
	for _, code := range []model.Code{"131000", "190", "131005"} {
		c := anIncident(code, compared(model.DimTemplate, allOf40, fewOf400, nothing), finds("token", model.OK, "the token is valid"), suspected(1, 12))
		b.Run(string(code), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Judge(c)
			}
		})
	}
}
