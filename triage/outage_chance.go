package triage

import "math"

// The chances here are bounds from above (Chernoff), as natural logarithms: the
// true chance is smaller. They are exact where all of n fail, cheap, and never
// make a jump look rarer than it is.

// chanceOfShare bounds the chance that at least x of n sends fail when each
// fails with probability p.
func chanceOfShare(x, n int, p float64) float64 {
	if n == 0 || float64(x) <= p*float64(n) {
		return 0
	}
	q := float64(x) / float64(n)
	d := q * math.Log(q/p)
	if x < n {
		d += (1 - q) * math.Log((1-q)/(1-p))
	}
	return -float64(n) * d
}

// chanceOfCount bounds the chance of at least x failures where mean are usual.
func chanceOfCount(x int, mean float64) float64 {
	k := float64(x)
	if k <= mean {
		return 0
	}
	return -(k*math.Log(k/mean) - k + mean)
}

// choices is the logarithm of how many ways there are to pick k of n.
func choices(n, k int) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}
