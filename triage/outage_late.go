package triage

import "math"

// A provider whose callbacks come late writes nothing for an hour and then the whole
// hour's failures in some minutes. That looks like a jump at all of its accounts, and
// is none: the failures are as many as such a time always has.

const (
	leastLate  = 10  // minutes of silence that late callbacks leave at least
	lateSilent = 14  // failures that are usual in the silence, so that it is none by chance (one in a million)
	lateMost   = 1.5 // times the usual failures of silence and jump together, at most
)

// late reports whether a jump is callbacks that came late, and since when the log was
// silent about the WABAs that it hit. Where the log has their sends, a jump is one of
// their share, which late callbacks do not change.
func (w *watcher) late(o *opened) (silent int64, yes bool) {
	last := int64(0)
	for _, a := range o.hit {
		if a.shares {
			return 0, false
		}
		if i := a.all.from(o.From); i > 0 {
			last = max(last, a.all.minute(i-1))
		}
	}
	gap, known := o.From-1-last, last-w.begin+1
	if last == 0 || gap < leastLate || known < minHistory {
		return 0, false
	}
	known = min(known, baseDay)
	usual, came := 0.0, 0
	for _, a := range o.hit {
		usual += float64(a.bad.count(last-known+1, last)) / float64(known)
		came += a.bad.count(o.From, o.To)
	}
	if usual*float64(gap) < lateSilent {
		return 0, false
	}
	owed := usual * float64(gap+o.To-o.From+1)
	return last + 1, float64(came) <= lateMost*owed+3*math.Sqrt(owed)
}
