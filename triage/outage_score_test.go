package triage

import (
	"math/rand/v2"
	"testing"
)

// The score of the search for outages, over 200 simulated days of seeds on which
// nothing was tuned (0 to 59 were used for that):
//
//	go test ./triage -run TestOutageScore -v
func TestOutageScore(t *testing.T) {
	for _, successes := range []bool{true, false} {
		var score simScore
		for seed := uint64(1000); seed < 1020; seed++ {
			sim := simulate(seed, 10)
			strands, enough := sim.strands, 2
			if !successes {
				strands, enough = withoutSuccesses(strands), 3
			}
			score.add(sim, strands, enough)
		}
		t.Logf("successes in the log: %t: %s", successes, &score)
		for _, m := range score.missed {
			t.Log("   ", m)
		}
		if score.hours < 1000 || float64(score.falseAlarms) > score.hours/1000 {
			t.Errorf("%d false alarms in %.0f quiet hours", score.falseAlarms, score.hours)
		}
		least, visible := 90, 65 // without successes nobody knows what to expect
		if successes {
			least, visible = 98, 85
		}
		if score.tellingOK*100 < score.telling*least {
			t.Errorf("%d of %d outages that three WABAs showed were noticed within three minutes", score.tellingOK, score.telling)
		}
		if score.visibleOK*100 < score.visible*visible {
			t.Errorf("%d of %d outages that were visible in principle were noticed within three minutes", score.visibleOK, score.visible)
		}
		if successes && score.resumed*100 < score.recovered*80 {
			t.Errorf("%d of %d recoveries were noticed within five minutes", score.resumed, score.recovered)
		}
	}
}

// Eighty WABAs of which none sends much, so that hardly any jumps by itself, and
// the log has failures only: what tells is how many fail in the same minutes.
func TestOutageScoreOfACrowd(t *testing.T) {
	var score simScore
	for seed := uint64(1000); seed < 1010; seed++ {
		sim := simulateOf(rand.New(rand.NewPCG(seed, 56)), 6, 80, -5)
		score.add(sim, withoutSuccesses(sim.strands), 3)
	}
	t.Log(&score)
	for _, m := range score.missed {
		t.Log("   ", m)
	}
	if score.falseAlarms > 0 || score.seen*100 < score.outages*60 {
		t.Errorf("%d false alarms in %.0f quiet hours, %d of %d outages seen", score.falseAlarms, score.hours, score.seen, score.outages)
	}
}
