package triage

import "unsent/model"

// compared is how the log's accounts fared while a fault began: its first hour
// beside the hour before. Only accounts count whose sends that went well the log
// has, because of the others nobody knows whether they were sending. Zero where
// there are none, or the fault has no time.
func (g *grouper) compared(grp *Group) model.LogOutage {
	var o model.LogOutage
	if grp.First == 0 || grp.WABAs == 0 || grp.Shape == model.ShapeScattered {
		return o
	}
	last := min(grp.Last, grp.First+baseHour-1)
	for _, w := range g.wabas {
		if w.name == "" || !w.shares() {
			continue
		}
		x := w.fails.count(grp.First, last)
		n := x + w.good.count(grp.First, last)
		if n == 0 {
			continue
		}
		o.WABAs++
		before := w.fails.count(grp.First-baseHour, grp.First-1)
		sent := before + w.good.count(grp.First-baseHour, grp.First-1)
		// A fifth of its sends, and five times the share before.
		if x >= 3 && 5*x >= n && float64(x)*float64(sent+1) >= jumpFactor*float64(before)*float64(n) {
			o.Hit++
		}
	}
	return o
}
