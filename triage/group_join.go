package triage

import (
	"cmp"
	"slices"
	"strings"

	"unsent/model"
)

// join puts together what is one fault in several errors or several stretches: a
// template that fails with 132001 and then with 131000, an account that fails
// with two errors since the same minutes.
func (g *grouper) join() {
	all := g.faults()
	type at struct {
		f           *fault
		first, last int64
	}
	by := map[*wabaOf][]at{}
	for _, f := range all {
		first, last, n := f.reach()
		if n == 0 || f.shape == model.ShapeOutage || f.shape == model.ShapeApp || len(f.wabas()) > 1 {
			continue
		}
		w := f.lanes[0].waba
		by[w] = append(by[w], at{f, first, last})
	}
	for _, w := range g.wabas {
		faults := by[w]
		slices.SortStableFunc(faults, func(a, b at) int { return cmp.Compare(a.first, b.first) })
		for i := range faults {
			a := &faults[i]
			for j := i + 1; j < len(faults) && a.f.lanes != nil; j++ {
				b := &faults[j]
				if b.f.lanes != nil && g.oneFault(a.f, b.f, a.last, b.first, b.first-a.first) {
					for _, l := range a.f.lanes { // what lies between in both is no other
						if b.f.in[l] && l.fails.count(a.last+1, b.first-1) > 0 {
							a.f.span(l, stretch{from: a.first, to: b.last})
						}
					}
					a.last = max(a.last, b.last)
					a.f.merge(b.f)
				}
			}
		}
	}
}

// oneFault reports whether b, which begins after a, is the same fault.
func (g *grouper) oneFault(a, b *fault, aLast, bFirst, late int64) bool {
	x, y := a.lanes[0], b.lanes[0]
	if a.shape != b.shape {
		return false
	}
	overlap := g.quietBetween(aLast, bFirst) <= 60
	if !x.waba.shares() && x == y && bFirst <= aLast+1440 {
		overlap = true // without successes a night is no recovery
	}
	switch a.shape {
	case model.ShapeTemplate:
		return overlap && x.s.Template == y.s.Template && x.s.Language == y.s.Language
	case model.ShapeNumber:
		return overlap && x.s.Phone == y.s.Phone && (x.bound.named() == y.bound.named())
	case model.ShapeRecipient:
		return overlap && a.same == b.same
	case model.ShapeFormat:
		return overlap
	case model.ShapeAccount:
		if x.bound.named() || y.bound.named() {
			return false
		}
		return overlap && (x == y || late <= 10)
	}
	return false
}

// quietBetween counts the minutes between two that no outage had: in an outage
// nothing shows whether another fault goes on.
func (g *grouper) quietBetween(last, first int64) int64 {
	n := first - last
	for i := range g.found {
		if d := &g.found[i]; d.Suspect == SuspectMeta {
			n -= max(0, min(d.To, first)-max(d.From, last)+1)
		}
	}
	return n
}

// edges gives an outage what is dense in its time and may be Meta's: failures
// that were reported late, and accounts whose own trouble hid the jump.
func (g *grouper) edges() {
	var outages []*fault
	all := g.faults()
	for _, f := range all {
		if f.outage != nil && f.shape == model.ShapeOutage {
			outages = append(outages, f)
		}
	}
	for _, f := range all {
		if len(f.lanes) == 0 || slices.Contains(outages, f) {
			continue
		}
		first, last, _ := f.reach()
		meta := !slices.ContainsFunc(f.lanes, func(l *lane) bool { return l.bound != boundPlatform })
		for _, o := range outages {
			d := o.outage
			if meta && first >= d.From-together && last <= d.To+together {
				o.merge(f)
				break
			}
		}
	}
}

// together joins whole accounts that failed with Meta's own errors in the same
// minutes, where the log is too short before them for a jump to be told. They
// must have begun together after the log did, or have ended together before it
// ended; a log of nothing else says neither.
func (g *grouper) together() {
	type reach struct {
		f           *fault
		first, last int64
	}
	var all []reach
	for _, f := range g.faults() {
		first, last, n := f.reach()
		if f.shape != model.ShapeAccount || n < 10 || last-first > longest || f.lanes[0].s.WABA == "" ||
			slices.ContainsFunc(f.lanes, func(l *lane) bool { return l.bound != boundPlatform }) {
			continue
		}
		all = append(all, reach{f, first, last})
	}
	slices.SortStableFunc(all, func(a, b reach) int { return cmp.Compare(a.first, b.first) })
	near := func(a, b int64) bool { return max(a, b)-min(a, b) <= 10 }
	for i, a := range all {
		began, ended := map[*wabaOf]bool{}, map[*wabaOf]bool{}
		for _, b := range all[i:] {
			if a.f.lanes == nil || b.f.lanes == nil {
				continue
			}
			if near(a.first, b.first) {
				began[b.f.lanes[0].waba] = true
			}
			if near(a.last, b.last) {
				ended[b.f.lanes[0].waba] = true
			}
		}
		beginning := len(began) >= platformAsks && a.first >= g.begin+10
		ending := len(ended) >= platformAsks && a.last <= g.end-10
		if !beginning && !ending {
			continue
		}
		for _, b := range all[i+1:] {
			if b.f.lanes != nil && (beginning && near(a.first, b.first) || ending && near(a.last, b.last)) {
				a.f.merge(b.f)
			}
		}
		a.f.shape = model.ShapeOutage
	}
}

// wabas are the WABAs that a fault has failures of.
func (f *fault) wabas() []*wabaOf {
	var out []*wabaOf
	seen := map[*wabaOf]bool{}
	for _, l := range f.lanes {
		if !seen[l.waba] {
			seen[l.waba] = true
			out = append(out, l.waba)
		}
	}
	return out
}

// groups writes the faults down, and what is left as scattered.
func (g *grouper) groups() []Group {
	for _, l := range g.lanes {
		if l.untimed == 0 || len(l.held) == 0 || l.held[0].from == 0 {
			continue
		}
		// Rows without a time go with those of the same strand that have one.
		last := l.held[len(l.held)-1]
		l.held = slices.Insert(l.held, 0, holding{f: last.f})
	}
	var out []Group
	for _, f := range g.faults() {
		slices.SortFunc(f.lanes, func(a, b *lane) int { return byContent(a.s, b.s) })
		if f.shape == model.ShapeAccount && !f.lanes[0].bound.named() && len(f.lanes[0].waba.phones) > 1 {
			if _, _, yes := g.only(f, model.DimPhone, 0.95); yes {
				f.shape = model.ShapeNumber
			}
		}
		grp := Group{Shape: f.shape, Outage: f.outage}
		for _, l := range f.lanes {
			for _, p := range l.held {
				if p.f != f {
					continue
				}
				if p.from == 0 {
					grp.Failures += l.untimed
				} else {
					p.from, p.to = l.edge(p)
					grp.Failures += l.fails.count(p.from, p.to)
				}
				grp.Extents = append(grp.Extents, Extent{l.s.ID, p.from, p.to})
			}
		}
		grp.First, grp.Last, _ = f.reach()
		grp.WABAs = namesOf(f.wabas())
		grp.Going = g.going(f, &grp)
		grp.Reason = g.reason(f, &grp)
		if grp.Outage == nil {
			grp.Beside = g.compared(&grp)
		}
		out = append(out, grp)
	}
	out = append(out, g.scattered()...)
	slices.SortStableFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b2i(a.Shape == model.ShapeScattered), b2i(b.Shape == model.ShapeScattered)),
			cmp.Compare(b.Failures, a.Failures), cmp.Compare(a.First, b.First), strings.Compare(a.Reason, b.Reason))
	})
	return out
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// namesOf counts the WABAs that the log names.
func namesOf(all []*wabaOf) int {
	n := 0
	for _, w := range all {
		if w.name != "" {
			n++
		}
	}
	return n
}

// scattered are the failures that no fault has, one group for each error.
func (g *grouper) scattered() []Group {
	var out []Group
	var now *Group
	var of errorID
	var wabas []*wabaOf
	untimed := 0
	finish := func(l *lane) {
		if now != nil {
			now.WABAs = namesOf(wabas)
			blind := !slices.ContainsFunc(wabas, (*wabaOf).shares)
			now.Reason = scatteredReason(l.s, now, untimed, blind)
			out = append(out, *now)
		}
		now, wabas, untimed = nil, nil, 0
	}
	for i, l := range g.lanes {
		if i > 0 && of != l.s.error() {
			finish(g.lanes[i-1])
		}
		of = l.s.error()
		free := l.free(0, max(g.end, 0))
		if l.untimed > 0 && len(l.held) == 0 {
			free = append([]holding{{}}, l.free(1, g.end)...)
		}
		for _, p := range free {
			n := l.untimed
			if p.to > 0 {
				if n = l.fails.count(p.from, p.to); n > 0 {
					p.from, p.to = l.edge(p)
				}
			} else {
				untimed += n
			}
			if n == 0 {
				continue
			}
			if now == nil {
				now = &Group{Shape: model.ShapeScattered}
			}
			now.Failures += n
			now.Extents = append(now.Extents, Extent{l.s.ID, p.from, p.to})
			if p.to > 0 {
				if now.First == 0 || p.from < now.First {
					now.First = p.from
				}
				now.Last = max(now.Last, p.to)
			}
			if !slices.Contains(wabas, l.waba) {
				wabas = append(wabas, l.waba)
			}
		}
	}
	if len(g.lanes) > 0 {
		finish(g.lanes[len(g.lanes)-1])
	}
	return out
}

// going reports whether nothing shows that a fault was over when the log ended:
// neither so many sends that went well that it would have shown, nor a time
// without failures that is long for its pace.
func (g *grouper) going(f *fault, grp *Group) bool {
	if f.outage != nil && f.shape == model.ShapeOutage {
		return !f.outage.Over
	}
	if grp.Last == 0 {
		return false
	}
	pace := grp.pace()
	if grp.Failures == 1 {
		pace = 60
	}
	if float64(g.end-grp.Last) > max(30, min(8*pace, silence)) {
		return false
	}
	_, owed := g.since(f, grp)
	return owed < 12
}

// pace is how many minutes lie between two failures.
func (grp *Group) pace() float64 {
	return float64(grp.Last-grp.First) / float64(max(grp.Failures-1, 1))
}

// since counts what went well behind a fault's last failure, of its template or
// number, else of its accounts, and how many of these would have failed had it
// gone on.
func (g *grouper) since(f *fault, grp *Group) (well int, owed float64) {
	during := 0
	for _, w := range f.wabas() {
		good := &w.good
		if l := f.lanes[0]; f.shape == model.ShapeTemplate || f.shape == model.ShapeNumber && l.s.Phone != "" {
			good = w.goodOf(f.lanes[0].key())
		}
		well += good.count(grp.Last+1, g.end)
		during += good.count(grp.First, grp.Last)
	}
	return well, float64(well) * float64(grp.Failures) / float64(grp.Failures+during)
}
