package triage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"unsent/model"
)

// A simulated log: some WABAs with a daily rhythm, campaigns at full hours, a
// background of every kind of error that differs by WABA and hour, local faults,
// and outages of which it is known when they began.
type simulation struct {
	strands []Strand
	minutes int64 // of log
	outages []simOutage
}

type simOutage struct {
	from, to int64
	severity float64
	wabas    int
	early    []int     // failures in the first three minutes, by WABA
	quiet    []float64 // and how many there would have been without it, on average
}

// visible reports whether somebody who knew how many failures each WABA had to
// expect in those minutes, campaigns and its own faults included, would see an
// outage in the counts: at three WABAs, and as surprising as is asked for. What
// such a person does not see is not visible in principle. A log without successes
// does not tell the expected counts, so whoever has only the log needs more.
func (o *simOutage) visible() bool {
	hit, sum := 0, 0.0
	for w, n := range o.early {
		if c := chanceOfCount(n, o.quiet[w]); c <= jumpChance {
			hit, sum = hit+1, sum+max(c, jumpMost)
		}
	}
	return hit >= platformAsks && sum+choices(len(o.early), hit) <= surprise
}

const simBegin = 29_500_000 // a minute in 2026

// poisson draws a count.
func poisson(r *rand.Rand, mean float64) int {
	if mean <= 0 {
		return 0
	}
	if mean > 50 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	l, k, p := math.Exp(-mean), 0, 1.0
	for {
		if p *= r.Float64(); p <= l {
			return k
		}
		k++
	}
}

func binomial(r *rand.Rand, n int, p float64) int {
	if n > 200 && p*float64(n) > 20 {
		return min(n, max(0, int(math.Round(float64(n)*p+math.Sqrt(float64(n)*p*(1-p))*r.NormFloat64()))))
	}
	k := 0
	for range n {
		if r.Float64() < p {
			k++
		}
	}
	return k
}

// simulate makes a log of so many days, with an outage on two days of three.
func simulate(seed uint64, days int) *simulation {
	r := rand.New(rand.NewPCG(seed, 55))
	return simulateOf(r, days, 4+r.IntN(12), -1) // 0.4 to 12 sends a minute by day
}

// simulateOf makes it of so many WABAs, the smallest of which send e^least times
// a minute by day.
func simulateOf(r *rand.Rand, days, wabas int, least float64) *simulation {
	sim := &simulation{minutes: int64(days) * 1440}
	for day := range days {
		if day == 0 || r.IntN(3) == 0 {
			continue
		}
		from := simBegin + int64(day)*1440 + int64(r.IntN(1100))
		o := simOutage{from: from, to: from + 5 + int64(r.ExpFloat64()*50), severity: 0.25 + 0.75*r.Float64(), wabas: max(3, wabas-r.IntN(1+wabas/2)), early: make([]int, wabas), quiet: make([]float64, wabas)}
		sim.outages = append(sim.outages, o)
	}
	fullHours := make([]bool, days*24) // hours at which many send at once
	for i := range fullHours {
		fullHours[i] = i%24 >= 8 && i%24 <= 20 && r.IntN(4) == 0
	}
	for w := range wabas {
		rate := math.Exp(r.Float64()*3.5 + least)
		background := 0.001 + 0.007*r.Float64()
		other := 0.01 + 0.05*r.Float64()
		peak := 10 + 6*r.Float64()
		platform := Strand{ID: int64(3*w + 1), Code: []model.Code{"131000", "131016", "2"}[r.IntN(3)], WABA: fmt.Sprintf("10155501%02d", w), App: fmt.Sprint(500 + w%3)}
		others := Strand{ID: int64(3*w + 2), Code: "131026", WABA: platform.WABA, App: platform.App}
		good := Strand{ID: int64(3*w + 3), WABA: platform.WABA, App: platform.App}
		var campaign, localUntil int64
		factor, list, local, hourly := 1.0, 0.0, 0.0, 1.0
		for t := range sim.minutes {
			at := simBegin + t
			if t%60 == 0 {
				hourly = math.Exp(0.5 * r.NormFloat64())
				if r.IntN(40) == 0 || fullHours[t/60] && r.IntN(2) == 0 {
					campaign, factor, list = t+10+int64(r.IntN(40)), 5+30*r.Float64(), 0.02
					if r.IntN(5) == 0 {
						list = 0.4 // a bad list
					}
				}
				if r.IntN(24*8) == 0 { // a fault of this WABA's own
					localUntil, local = t+30+int64(r.IntN(300)), 0.1+0.9*r.Float64()
				}
			}
			hour := float64(t%1440) / 60
			mean := rate * (0.06 + math.Pow(math.Max(0, math.Cos((hour-peak)*math.Pi/24)), 2))
			bad, lost := background*hourly, other
			if t < campaign {
				mean *= factor
				lost += list
			}
			if t < localUntil {
				bad = max(bad, local)
			}
			expected := mean * bad
			for i := range sim.outages {
				if o := &sim.outages[i]; o.from <= at && at < o.to && w < o.wabas {
					bad = max(bad, o.severity)
				}
			}
			n := poisson(r, mean)
			f := binomial(r, n, min(1, bad))
			for i := range sim.outages {
				if o := &sim.outages[i]; o.from <= at && at < min(o.to, o.from+3) {
					o.early[w] += f
					o.quiet[w] += expected
				}
			}
			l := binomial(r, n-f, min(1, lost))
			for s, c := range map[*Strand]int{&platform: f, &others: l} {
				if c > 0 {
					s.Minutes = append(s.Minutes, Minute{At: at, Failed: int32(c)})
				}
			}
			if n-f-l > 0 {
				good.Minutes = append(good.Minutes, Minute{At: at, Good: int32(n - f - l)})
			}
		}
		sim.strands = append(sim.strands, platform, others, good)
	}
	return sim
}

type simScore struct {
	hours               float64 // without an outage
	falseAlarms         int
	outages, seen, fast int
	telling, tellingOK  int // outages that showed at three WABAs in their first three minutes: two failed sends at each, or three where no success is known
	visible, visibleOK  int // outages that were visible in principle in their first three minutes
	recovered, resumed  int // ends that were followed by an hour of log, and proposals within five minutes of them
	delays, resumes     []int
	missed              []string
}

// score compares what Disruptions says with what was simulated.
func (s *simScore) add(sim *simulation, strands []Strand, enough int) {
	found := Disruptions(strands)
	used := make([]bool, len(found))
	s.hours += float64(sim.minutes) / 60
	for _, o := range sim.outages {
		s.hours -= float64(o.to-o.from) / 60
		s.outages++
		delay := -1
		for i, d := range found {
			if d.Suspect == SuspectMeta && d.From <= o.to && d.To >= o.from {
				used[i] = true
				if d.Noticed >= o.from && (delay < 0 || int(d.Noticed-o.from)+1 < delay) {
					delay = int(d.Noticed-o.from) + 1
					if d.Recovered > 0 {
						s.recovered++
						s.resumes = append(s.resumes, int(d.Recovered-o.to)+1)
						if d.Recovered-o.to < 5 {
							s.resumed++
						}
					}
				}
			}
		}
		if delay > 0 {
			s.seen++
			s.delays = append(s.delays, delay)
		}
		if delay > 0 && delay <= 3 {
			s.fast++
		}
		if o.visible() {
			s.visible++
			if delay > 0 && delay <= 3 {
				s.visibleOK++
			}
		}
		shown := 0
		for _, n := range o.early {
			if n >= enough {
				shown++
			}
		}
		if shown >= 3 {
			s.telling++
			if delay > 0 && delay <= 3 {
				s.tellingOK++
			} else {
				s.missed = append(s.missed, fmt.Sprintf("%d WABAs, severity %.2f, %d failures in three minutes: noticed after %d", o.wabas, o.severity, o.early, delay))
			}
		}
	}
	for i, d := range found {
		if d.Suspect == SuspectMeta && !used[i] {
			s.falseAlarms++
			s.missed = append(s.missed, fmt.Sprintf("false alarm %d..%d, %d of %d WABAs, %d of %d, before %d of %d", d.From-simBegin, d.To-simBegin, len(d.WABAs), d.Active, d.Failed, d.Sends, d.BeforeFailed, d.BeforeSends))
		}
	}
}

func (s *simScore) String() string {
	slices.Sort(s.delays)
	slices.Sort(s.resumes)
	at := func(all []int, p float64) int {
		if len(all) == 0 {
			return 0
		}
		return all[min(len(all)-1, int(p*float64(len(all))))]
	}
	return fmt.Sprintf("%.0f quiet hours, %d false alarms; %d outages, %d seen, %d within 3 minutes (median %d, 95 %%: %d); of %d that three WABAs showed in those 3 minutes, %d within them, of %d visible in principle %d; %d recovered, noticed within 5 minutes %d (median %d, 95 %%: %d)",
		s.hours, s.falseAlarms, s.outages, s.seen, s.fast, at(s.delays, .5), at(s.delays, .95), s.telling, s.tellingOK, s.visible, s.visibleOK, s.recovered, s.resumed, at(s.resumes, .5), at(s.resumes, .95))
}

// withoutSuccesses is the log as an export of failures only has it.
func withoutSuccesses(strands []Strand) []Strand {
	var out []Strand
	for _, s := range strands {
		kept := s
		kept.Minutes = nil
		for _, m := range s.Minutes {
			if m.Failed > 0 {
				kept.Minutes = append(kept.Minutes, Minute{At: m.At, Failed: m.Failed})
			}
		}
		if len(kept.Minutes) > 0 {
			out = append(out, kept)
		}
	}
	return out
}
