package triage

import (
	"cmp"
	"maps"
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
	found := make(chan []Disruption, 1)
	go func() { found <- Disruptions(strands) }()
	g := newGrouper(strands, tally)
	g.outages(<-found)
	g.named()
	g.broad()
	g.local()
	g.whole()
	g.persons()
	g.join()
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

// A wabaOf is what is known of one WABA.
type wabaOf struct {
	name      string
	good      series            // sends that went well, of all kinds
	by        map[string]series // the same by template and language, and by phone number
	fails     series            // failures of all errors
	platform  series            // those that may be Meta's
	meta      []*lane           // that have them
	byError   map[errorID]series
	parts     map[byte]bool   // by what its successes part: the first letters of the keys of by
	templates map[string]bool // that the log has of it
	phones    map[string]bool
}

func (w *wabaOf) shares() bool { return w.good.total() > 0 }

// goodOf are the sends that went well with a template or a number; of the whole
// WABA where its successes do not say, or key is empty.
func (w *wabaOf) goodOf(key string) *series {
	s, ok := w.by[key]
	if ok || key != "" && w.parts[key[0]] {
		return &s
	}
	return &w.good
}

type grouper struct {
	lanes      []*lane
	wabas      []*wabaOf // by name
	begin, end int64
	tally      Tally
	found      []Disruption
	usuals     map[usualKey]float64 // what usual has worked out
	counts     map[usualKey][]int   // what most has, ascending
}

func templateKey(template, language string) string { return "t\x1f" + template + "\x1f" + language }
func phoneKey(phone string) string                 { return "p\x1f" + phone }

func newGrouper(strands []Strand, tally Tally) *grouper {
	g := &grouper{tally: tally, usuals: map[usualKey]float64{}, counts: map[usualKey][]int{}}
	sorted := make([]*Strand, len(strands))
	for i := range strands {
		sorted[i] = &strands[i]
	}
	slices.SortFunc(sorted, byContent)
	by := map[string][]*Strand{}
	for _, s := range sorted {
		by[s.WABA] = append(by[s.WABA], s)
	}
	for _, waba := range slices.Sorted(maps.Keys(by)) { // only one's minutes are copied at a time
		g.account(waba, by[waba])
	}
	slices.SortFunc(g.lanes, func(a, b *lane) int { return byContent(a.s, b.s) })
	return g
}

// account reads the strands of one WABA, which are in the order of byContent.
func (g *grouper) account(name string, strands []*Strand) {
	w := &wabaOf{name: name, by: map[string]series{}, parts: map[byte]bool{}, byError: map[errorID]series{}, templates: map[string]bool{}, phones: map[string]bool{}}
	g.wabas = append(g.wabas, w)
	var good, fails, platform []tick
	goodBy, failsBy := map[string][]tick{}, map[errorID][]tick{}
	for _, s := range strands {
		var keys []string
		if s.Template != "" {
			keys = append(keys, templateKey(s.Template, s.Language))
			w.templates[keys[0]] = true
		}
		if s.Phone != "" {
			keys = append(keys, phoneKey(s.Phone))
			w.phones[s.Phone] = true
		}
		l := &lane{s: s, bound: s.bound(), waba: w}
		var own []tick
		for _, m := range s.Minutes {
			if m.At <= 0 {
				l.untimed += int(m.Failed)
				continue
			}
			if g.begin == 0 || m.At < g.begin {
				g.begin = m.At
			}
			g.end = max(g.end, m.At)
			if m.Good > 0 {
				good = append(good, tick{m.At, int(m.Good)})
				for _, k := range keys {
					goodBy[k] = append(goodBy[k], tick{m.At, int(m.Good)})
				}
			}
			if m.Failed > 0 {
				own = append(own, tick{m.At, int(m.Failed)})
			}
		}
		if len(own) == 0 && l.untimed == 0 {
			continue
		}
		fails = append(fails, own...)
		failsBy[s.error()] = append(failsBy[s.error()], own...)
		if l.bound == boundPlatform {
			platform = append(platform, own...)
			w.meta = append(w.meta, l)
		}
		l.fails = newSeries(own)
		g.lanes = append(g.lanes, l)
	}
	w.good, w.fails, w.platform = newSeries(good), newSeries(fails), newSeries(platform)
	for k, v := range goodBy {
		w.by[k] = newSeries(v)
		w.parts[k[0]] = true
	}
	for k, v := range failsBy {
		w.byError[k] = newSeries(v)
	}
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

// failures are the minutes of a lane with failures that nobody has.
func (l *lane) failures() []tick {
	var out []tick
	next := 0
	for i := range l.fails.at {
		at := l.fails.minute(i)
		for next < len(l.held) && l.held[next].to < at {
			next++
		}
		if next < len(l.held) && l.held[next].from <= at {
			continue
		}
		n := l.fails.sum[i]
		if i > 0 {
			n -= l.fails.sum[i-1]
		}
		out = append(out, tick{at, int(n)})
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
