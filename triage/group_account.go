package triage

import (
	"cmp"
	"slices"

	"unsent/model"
)

// accountsDown joins the faults of one template or number each that are in truth an
// account's: they began and ended in the same ten minutes, and in their time nothing
// of the account went well. Of an account with two templates no piling up of each
// shows that both were hit at once.
func (g *grouper) accountsDown() {
	type part struct {
		f           *fault
		first, last int64
	}
	by := map[*wabaOf][]part{}
	for _, f := range g.faults() {
		one := f.shape == model.ShapeTemplate || f.shape == model.ShapeNumber
		if !one || slices.ContainsFunc(f.lanes, func(l *lane) bool { return l.bound != boundPlatform }) {
			continue
		}
		first, last, n := f.reach()
		if w := f.lanes[0].waba; n >= 5 && w.shares() && w.good.count(first, last) == 0 {
			by[w] = append(by[w], part{f, first, last})
		}
	}
	near := func(a, b int64) bool { return max(a, b)-min(a, b) <= 10 }
	for _, w := range g.wabas {
		all := by[w]
		slices.SortStableFunc(all, func(a, b part) int { return cmp.Compare(a.first, b.first) })
		for i, a := range all {
			for _, b := range all[i+1:] {
				if a.f.lanes == nil || b.f.lanes == nil || !near(a.first, b.first) || !near(a.last, b.last) {
					continue
				}
				a.first, a.last = min(a.first, b.first), max(a.last, b.last)
				a.f.merge(b.f)
				a.f.shape = model.ShapeAccount
			}
			if a.f.lanes != nil && a.f.shape == model.ShapeAccount {
				a.f.outage = g.unclear(stretch{from: a.first, to: a.last})
				for _, l := range w.meta {
					a.f.take(l, a.first, a.last)
				}
			}
		}
	}
}
