package triage

import (
	"cmp"
	"slices"

	"unsent/model"
)

// A Group is failures that belong to one fault, or, with model.ShapeScattered,
// the failures of one error that nothing in the log ties together. Minutes count
// from 1970 UTC.
type Group struct {
	Shape    model.Shape
	Extents  []Extent // disjoint; those of all groups together cover every failure once
	First    int64    // minute of the first failure; 0 when none has a time
	Last     int64
	Going    bool // nothing shows that it had ended when the log did
	Failures int  // attempts that failed
	WABAs    int  // that it hit; 0 when the log names none
	Reason   string
	Outage   *Disruption     // what the search for outages found for it, if anything
	Beside   model.LogOutage // how the log's accounts fared as it began, where it found nothing
}

// Groups makes incidents of roll-ups. Every failure is in exactly one group. The
// answer depends on what the strands say and not on their order or numbers, so
// a log in ten files gives the same groups as in one; groups are ordered by
// failures, most first, scattered ones last. tally may be nil: then no fault of
// one recipient is found.
//
// It reads all roll-ups each time, in time that grows with their number (about a
// tenth of a second for a hundred thousand minutes), and remembers nothing, so
// it may be called as often as an import wants. Match carries numbers over.
func Groups(strands []Strand, tally Tally) []Group {
	all := accountsOf(strands)
	found := make(chan []Disruption, 1)
	go func() { found <- all.disruptions() }()
	g := newGrouper(all, tally)
	g.askAhead()
	g.outages(<-found)
	g.named()
	g.broad()
	g.local()
	g.whole()
	g.persons()
	g.join()
	g.accountsDown()
	g.edges()
	g.together()
	return g.groups()
}

// A lane is a strand's failures while groups are made of them.
type lane struct {
	s       *Strand
	bound   bound
	waba    *wabaOf
	fails   series // with a time
	untimed int
	held    []holding // what is taken, ascending, disjoint
}

// A holding is a stretch of a lane that a fault has, or is about to get.
type holding struct {
	from, to int64
	f        *fault
}

// A fault is a group that is being made.
type fault struct {
	shape  model.Shape
	lanes  []*lane // in which it holds parts, each once
	in     map[*lane]bool
	outage *Disruption
	same   int64 // the recipient that most of it went to, where that is what it is
	most   int   // how many of its failures did
}

type grouper struct {
	lanes      []*lane
	wabas      []*wabaOf // by name
	begin, end int64
	tally      Tally
	found      []Disruption
	usuals     map[usualKey]float64 // what usual has worked out
	counts     map[usualKey][]int   // what most has, ascending

	pile  pile   // scratch space
	ticks []tick // and more of it
}

func newGrouper(all *accounts, tally Tally) *grouper {
	g := &grouper{wabas: all.wabas, begin: all.begin, end: all.end, tally: tally, usuals: map[usualKey]float64{}, counts: map[usualKey][]int{}}
	for _, w := range all.wabas {
		g.lanes = append(g.lanes, w.lanes...)
	}
	slices.SortFunc(g.lanes, func(a, b *lane) int { return byContent(a.s, b.s) })
	return g
}

// take gives a stretch of a lane to a fault, as far as nobody has it.
func (f *fault) take(l *lane, from, to int64) {
	if from > 0 && l.fails.count(from, to) == 0 {
		return
	}
	taken := false
	for _, free := range l.free(from, to) {
		if l.fails.count(free.from, free.to) > 0 || free.from == 0 {
			free.f = f
			l.held = append(l.held, free)
			taken = true
		}
	}
	if !taken {
		return
	}
	slices.SortFunc(l.held, func(a, b holding) int { return cmp.Compare(a.from, b.from) })
	f.has(l)
}

func (f *fault) has(l *lane) {
	if f.in == nil {
		f.in = map[*lane]bool{}
	}
	if !f.in[l] {
		f.in[l] = true
		f.lanes = append(f.lanes, l)
	}
}

// free are the stretches of a lane between two minutes that nobody has.
func (l *lane) free(from, to int64) []holding {
	var out []holding
	for _, p := range l.held {
		if p.to < from || p.from > to {
			continue
		}
		if p.from > from {
			out = append(out, holding{from: from, to: p.from - 1})
		}
		from = p.to + 1
	}
	if from <= to {
		out = append(out, holding{from: from, to: to})
	}
	return out
}

// tick is a minute with failures.
type tick struct {
	at int64
	n  int
}

// failures are the minutes of some lanes with failures that nobody has. They are good
// until more are asked for.
func (g *grouper) failures(lanes []*lane) []tick {
	for _, l := range lanes {
		g.ticks = l.appendFailures(g.ticks[:0])
		for _, t := range g.ticks {
			g.pile.add(t.at, int32(t.n))
		}
	}
	s := g.pile.series()
	g.ticks = g.ticks[:0]
	for i := range s.at {
		g.ticks = append(g.ticks, tick{s.minute(i), s.n(i)})
	}
	return g.ticks
}

// appendFailures adds the minutes of a lane with failures that nobody has.
func (l *lane) appendFailures(out []tick) []tick {
	out = slices.Grow(out, len(l.fails.at))
	next := 0
	for i := range l.fails.at {
		at := l.fails.minute(i)
		for next < len(l.held) && l.held[next].to < at {
			next++
		}
		if next < len(l.held) && l.held[next].from <= at {
			continue
		}
		out = append(out, tick{at, l.fails.n(i)})
	}
	return out
}

// merge moves all that b has to a.
func (a *fault) merge(b *fault) {
	for _, l := range b.lanes {
		for i := range l.held {
			if l.held[i].f == b {
				l.held[i].f = a
			}
		}
		a.has(l)
	}
	b.lanes, b.in = nil, nil
	a.most += b.most
}

// reach is the first and the last minute of a fault, and its failures with a time.
func (f *fault) reach() (first, last int64, n int) {
	for _, l := range f.lanes {
		for _, p := range l.held {
			if p.f != f || p.from == 0 {
				continue
			}
			from, to := l.edge(p)
			if first == 0 || from < first {
				first = from
			}
			last = max(last, to)
			n += l.fails.count(p.from, p.to)
		}
	}
	return first, last, n
}

// edge is the first and the last minute with a failure in a part.
func (l *lane) edge(p holding) (from, to int64) {
	i, j := l.fails.from(p.from), l.fails.from(p.to+1)
	if i >= j {
		return p.from, p.to
	}
	return l.fails.minute(i), l.fails.minute(j - 1)
}

// faults are all that hold something, by the first lane that does.
func (g *grouper) faults() []*fault {
	var out []*fault
	seen := map[*fault]bool{}
	for _, l := range g.lanes {
		for _, p := range l.held {
			if !seen[p.f] {
				seen[p.f] = true
				out = append(out, p.f)
			}
		}
	}
	return out
}
