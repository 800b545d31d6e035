package triage

import "math"

// The chances here are natural logarithms.

// chance is the logarithm of a bound on the chance of a WABA's failures in a
// window, if it were a usual one.
func (w *watcher) chance(a *account, window int, now int64) float64 {
	x, n, width := a.newBad[window], a.newAll[window], windows[window]
	u := w.usual(a, now)
	if a.shares {
		if float64(x) < jumpFactor/2.0*u.share*float64(n) {
			return 0
		}
		return chanceOfShare(x, n, u.share)
	}
	mean := u.rate * float64(width)
	if mean <= 0 {
		return 0
	}
	mean *= u.busy(n-x, width)
	if float64(x) < jumpFactor/3.0*mean {
		return 0
	}
	return chanceOfCount(x, mean)
}

// busy is how many times the usual was sent, as far as failures of other kinds in
// so many minutes tell it. More of them mean a campaign; in an outage they become
// fewer.
func (u *usual) busy(others int, minutes int64) float64 {
	return max(1, 2*float64(others+1)/(u.others*float64(minutes)+1))
}

// chanceOfShare bounds from above (Chernoff) the chance that at least x of n sends fail when each
// fails with probability p. The true chance is smaller: the bound is exact where
// all of n fail, and never makes a jump look rarer than it is.
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

// chanceOfCount is the chance of at least x failures where mean are usual; 0, for
// all, where x is not more than that.
func chanceOfCount(x int, mean float64) float64 {
	k := float64(x)
	if k <= mean {
		return 0
	}
	logGamma, _ := math.Lgamma(k + 1)
	sum, term := 1.0, 1.0
	for i := 1.0; term > 1e-6*sum; i++ {
		term *= mean / (k + i)
		sum += term
	}
	return min(0, k*math.Log(mean)-mean-logGamma+math.Log(sum))
}

// choices is the logarithm of how many ways there are to pick k of n.
func choices(n, k int) float64 {
	a, _ := math.Lgamma(float64(n) + 1)
	b, _ := math.Lgamma(float64(k) + 1)
	c, _ := math.Lgamma(float64(n-k) + 1)
	return a - b - c
}
