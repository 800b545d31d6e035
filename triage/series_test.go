package triage

import (
	"math/rand/v2"
	"testing"
)

// A count is the sum of its minutes, in whatever order is asked.
func TestSeriesCount(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var p pile
	for range 300 {
		var ticks []tick
		for at := int64(1); len(ticks) < r.IntN(60); {
			at += r.Int64N(1 + r.Int64N(20))
			ticks = append(ticks, tick{at, 1 + r.IntN(3)})
		}
		for _, i := range r.Perm(len(ticks)) {
			p.add(ticks[i].at, int32(ticks[i].n))
		}
		s := p.series()
		of := map[int64]int{}
		for _, x := range ticks {
			of[x.at] += x.n
		}
		if len(s.at) != len(of) {
			t.Fatalf("%v: %d minutes, want %d", ticks, len(s.at), len(of))
		}
		for i := range s.at {
			if s.n(i) != of[s.minute(i)] {
				t.Fatalf("%v, minute %d: %d, want %d", ticks, s.minute(i), s.n(i), of[s.minute(i)])
			}
		}
		for range 60 {
			from := r.Int64N(600) - 20
			to := from + r.Int64N(100) - 10
			want := 0
			for _, x := range ticks {
				if x.at >= from && x.at <= to {
					want += x.n
				}
			}
			if got := s.count(from, to); got != want {
				t.Fatalf("%v from %d to %d: %d, want %d", ticks, from, to, got, want)
			}
		}
		for range 20 {
			now := r.Int64N(600) - 20
			for k, got := range s.lately(now) {
				if want := s.count(now-windows[k]+1, now); got != want {
					t.Fatalf("%v, %d minutes up to %d: %d, want %d", ticks, windows[k], now, got, want)
				}
			}
		}
	}
}
