package triage

import "slices"

// Where many WABAs fail little and no success is known, none of them jumps by
// itself: each has a failure or two, and what tells is how many have some in the
// same minutes. Of each only so many count that no WABA's own fault speaks for
// another, and without the two that have most of them it must still be a jump.
// WABAs that fail all the time, or are in trouble of their own, have no say.
const (
	crowdEach   = 3   // failures of one WABA that count
	crowdLeast  = 6   // that must count; a job that sends once a day fails for all of its WABAs in the same minute
	crowdOthers = -10 // logarithm of the chance (one in twenty thousand) of those without the two WABAs that have most
	crowdQuiet  = 0.2 // failures a minute that a WABA with a say may have
)

// crowd are the WABAs that had failures in the last minutes when these are so
// many that chance does not explain it; nil otherwise.
func (w *watcher) crowd(recent []*account, now int64, window int) []*account {
	width := windows[window]
	from := now - width + 1
	hit, counts, sum := w.hit[:0], w.counts[:0], 0
	for _, a := range recent {
		if a.last < from || a.shares || w.usual(a, now).middle > crowdQuiet {
			continue
		}
		x := min(a.newBad[window], crowdEach)
		hit, counts, sum = append(hit, a), append(counts, x), sum+x
	}
	w.hit, w.counts = hit, counts
	if len(hit) < platformAsks || sum < crowdLeast || chanceOfCount(sum, w.quietly(now)*float64(width)) > surprise {
		return nil
	}
	slices.Sort(counts)
	rest := sum - counts[len(counts)-1] - counts[len(counts)-2]
	mean, others, usually := 0.0, 0, 0.0
	for _, a := range w.accounts {
		u := w.usual(a, now)
		switch {
		case a.shares || u.middle > crowdQuiet:
		case u.middle == 0:
			return nil // too short a log to tell
		default:
			mean += u.middle * float64(width)
			others += a.all.count(from, now) - a.bad.count(from, now)
			usually += u.others * float64(width)
		}
	}
	// More failures of other kinds mean that more was sent.
	mean *= max(1, float64(others+1)/(usually+1))
	if float64(sum) < jumpFactor/2.0*mean || chanceOfCount(sum, mean) > surprise || chanceOfCount(rest, mean) > crowdOthers {
		return nil
	}
	return slices.Clone(hit)
}

// quietly is how many failures a minute the WABAs with a say have, worked out once
// in half an hour.
func (w *watcher) quietly(now int64) float64 {
	if now -= now % 30; w.quiet.at != now || w.quiet.age != w.age {
		w.quiet = usual{at: now, age: w.age}
		for _, a := range w.accounts {
			if u := w.usual(a, now); !a.shares && u.middle <= crowdQuiet {
				w.quiet.middle += u.middle
			}
		}
	}
	return w.quiet.middle
}

// hitLeast are the failures for each WABA that jumps, where few do and no send
// that went well is known.
const hitLeast = 2

// haveSeveral reports whether the WABAs that jump have more than a failure each. Where
// sends that went well are known, their share says it already.
func haveSeveral(hit []*account, from, to int64) bool {
	n := 0
	for _, a := range hit {
		if a.shares {
			return true
		}
		n += a.bad.count(from, to)
	}
	return n >= hitLeast*len(hit)
}

// isHabit reports whether most of these WABAs began to fail half as much and more
// at the same time of an earlier day: a job that sends at night fails every night.
// Where sends that went well are known, a job is seen in them.
func isHabit(hit []*account, from, to int64) bool {
	const about = 5 // minutes by which a job may be early or late
	as := 0
	for _, a := range hit {
		if a.shares {
			return false
		}
		x := a.bad.count(from, to)
		for _, days := range [...]int64{1, 2, 3, 7} {
			then := from - days*baseDay - about
			if 2*a.bad.count(then, to-days*baseDay+about) >= x && 4*a.bad.count(then-30, then-1) <= x {
				as++
				break
			}
		}
	}
	return 3*as >= 2*len(hit)
}
