package triage

import (
	"math"
	"slices"

	"unsent/model"
)

// A stretch of failures is a fault when it is so much denser than usual that
// chance does not explain it. What is usual is counted against what went on
// beside the failures: the sends that went well; without successes the account's
// other failures, which grow with its traffic as well; without those, time.
//
// Each failure speaks for a fault, each thing beside it against one, by the
// logarithm of how much likelier it is in a fault than usually. A stretch whose
// sum is highest is the fault (the maximal scoring segment), and it ends when so
// much went on without a failure that chance does not explain that either.
type odds struct {
	failure float64 // what a failure adds
	beside  float64 // what one of the others takes
	minute  float64 // what a minute takes, where nothing else can be counted
	others  func(from, to int64) int
	enough  float64 // the sum a fault must reach
	fewest  int     // and the failures it must have
	least   float64 // and how many of them a minute
}

// stretch is what scan finds.
type stretch struct {
	from, to int64
	n        int
}

// scan finds the dense stretches in failures by minute, ascending.
func scan(ticks []tick, o *odds) []stretch {
	var out []stretch
	var cur, best stretch
	score, top, last := 0.0, 0.0, int64(0)
	done := func() {
		if top >= o.enough && best.n >= o.fewest && float64(best.n) >= o.least*float64(best.to-best.from+1) {
			out = append(out, best)
		}
		cur, best, score, top = stretch{}, stretch{}, 0, 0
	}
	for _, t := range ticks {
		if cur.n > 0 {
			score -= o.minute * float64(t.at-last)
			if o.others != nil {
				score -= o.beside * float64(o.others(last+1, t.at-1))
			}
			if top-score > o.enough || score <= 0 {
				done()
			}
		}
		if cur.n == 0 {
			cur.from = t.at
		}
		score += o.failure * float64(t.n)
		if o.others != nil {
			score -= o.beside * float64(o.others(t.at, t.at))
		}
		cur.n += t.n
		cur.to, last = t.at, t.at
		if score > top {
			top, best = score, cur
		}
		if score <= 0 {
			done()
		}
	}
	done()
	return out
}

// trim drops the few failures at either end of a stretch that lie far apart from
// the rest: background that happened to be near.
func trim(ticks []tick, s stretch) stretch {
	i, _ := slices.BinarySearchFunc(ticks, s.from, func(t tick, at int64) int { return int(t.at - at) })
	j, _ := slices.BinarySearchFunc(ticks, s.to+1, func(t tick, at int64) int { return int(t.at - at) })
	in := ticks[i:j]
	few := max(3, s.n/50)
	core := func(skip int) int64 { // the minute behind so many failures
		for _, t := range in {
			if skip -= t.n; skip < 0 {
				return t.at
			}
		}
		return s.to
	}
	long := 12 * float64(core(s.n-few-1)-core(few)+1) / float64(max(s.n-2*few, 1))
	dropped := 0
	for len(in) > 1 && dropped+in[0].n <= few && float64(in[1].at-in[0].at) > max(long, 10) {
		dropped += in[0].n
		in = in[1:]
	}
	s.n -= dropped
	dropped = 0
	for k := len(in) - 1; k > 0 && dropped+in[k].n <= few && float64(in[k].at-in[k-1].at) > max(long, 10); k-- {
		dropped += in[k].n
		in = in[:k]
	}
	s.n -= dropped
	s.from, s.to = in[0].at, in[len(in)-1].at
	return s
}

// logOdds is what a failure adds and what another send takes, when p of them
// fail usually and q in a fault.
func logOdds(p, q float64) (failure, beside float64) {
	return math.Log(q / p), math.Log((1 - p) / (1 - q))
}

// fewOthers is how many other failures an account must have for its traffic to
// be told by them.
const fewOthers = 30

// oddsOf are the odds for some lanes of one WABA, with own failures of one error
// or one kind of errors. Key is their template or number in the WABA's
// successes; empty for all.
//
// Where sends that went well are known, twice what is usual is still usual, but
// at least one send in a hundred and at most one in ten; a fault is five times
// that, at least one in ten. Recipients are refused more often, so there it is
// one in 25 and one in five. A sum of 16 is a chance of one in nine million.
// Other failures are a worse measure of traffic than successes, so that more is
// asked for. TestGroupScore shows what these are worth.
func (g *grouper) oddsOf(w *wabaOf, what usualKey, own int, key string) *odds {
	o := &odds{enough: 16, fewest: 5}
	person := what.bound == boundPerson || what.bound == boundChoice
	if w.shares() {
		p := clamp(2*g.usual(what), 0.01, 0.1)
		q := max(0.1, 5*p)
		if person {
			p = clamp(2*g.usual(what), 0.04, 0.2)
			q = min(0.6, 4*p)
		}
		o.failure, o.beside = logOdds(p, q)
		o.others = w.goodOf(key).count
		return o
	}
	others := w.beside(what)
	total := w.fails.total() - w.of(what)
	if total < fewOthers {
		// Time alone: several times what other accounts have of it, and more than
		// the account has all the time.
		length := float64(max(g.end-g.begin+1, 1440))
		pace := max(3*float64(g.most(what, w)), 5) / length
		o.least = 1.2 * float64(w.of(what)) / length
		o.failure, o.minute = math.Log(8), 7*pace
		o.fewest = 10
		return o
	}
	// The account in the middle says what is usual: an account's own share is
	// spoilt by its faults. One lane of several has less than its account.
	p := clamp(g.usual(what), 0.01, 0.5)
	if own == w.of(what) && len(g.wabas) >= platformAsks {
		p = clamp(2*p, 0.01, 0.5)
	}
	q := clamp(8*p, 0.3, (1+p)/2)
	o.failure, o.beside = logOdds(p, q)
	o.others = others
	o.enough, o.fewest = 25, 10
	return o
}

func clamp(x, low, high float64) float64 { return min(max(x, low), high) }

// A usualKey is what is compared between WABAs: one error, or all that may be
// Meta's.
type usualKey struct {
	bound bound
	error errorID // zero for boundPlatform: those are read together
}

func (l *lane) usual() usualKey {
	if l.bound == boundPlatform {
		return usualKey{bound: boundPlatform}
	}
	return usualKey{l.bound, l.s.error()}
}

// most is how many failures of a kind an account has that few of the others
// exceed, outages apart: four of five have no more.
func (g *grouper) most(k usualKey, but *wabaOf) int {
	quiet := func(w *wabaOf) int {
		s := w.kind(k)
		n := s.total()
		for i := range g.found {
			if d := &g.found[i]; d.Suspect == SuspectMeta {
				n -= s.count(d.From, d.To)
			}
		}
		return n
	}
	all, ok := g.counts[k]
	if !ok {
		for _, w := range g.wabas {
			all = append(all, quiet(w))
		}
		slices.Sort(all)
		g.counts[k] = all
	}
	own, _ := slices.BinarySearch(all, quiet(but))
	switch i := (len(all) - 1) * 4 / 5; {
	case len(all) < 2:
		return 0
	case i >= own && i+1 < len(all):
		return all[i+1]
	default:
		return all[min(i, len(all)-2)]
	}
}

// kind are a WABA's failures of a kind.
func (w *wabaOf) kind(k usualKey) *series {
	if k.bound == boundPlatform {
		return &w.platform
	}
	s := w.byError[k.error]
	return &s
}

// of counts a WABA's failures of a kind.
func (w *wabaOf) of(k usualKey) int { return w.kind(k).total() }

// beside counts a WABA's failures of other kinds.
func (w *wabaOf) beside(k usualKey) func(from, to int64) int {
	own := w.kind(k)
	return func(from, to int64) int { return w.fails.count(from, to) - own.count(from, to) }
}

// usual is the share of a kind of failure at the WABA in the middle, when they
// are ordered by it: of sends where the log has successes, of failures
// otherwise. An account with few of either says little about a share and is left
// out; where most are like that, all accounts are taken together.
func (g *grouper) usual(k usualKey) float64 {
	p, ok := g.usuals[k]
	if !ok {
		var all []float64
		of, n := 0, 0
		for _, w := range g.wabas {
			own, sent := w.of(k), w.good.total()+w.fails.total()
			of, n = of+own, n+sent
			if sent >= 50 {
				all = append(all, float64(own)/float64(sent))
			}
		}
		if len(all) >= platformAsks || len(all) == len(g.wabas) {
			slices.Sort(all)
			p = all[len(all)/2]
		} else {
			p = float64(of) / float64(max(n, 1))
		}
		g.usuals[k] = p
	}
	return p
}

// tells reports whether a fault's failures say what they have of a dimension. Without a
// tally they may.
func (g *grouper) tells(f *fault, dim model.Dim) bool {
	if g.tally == nil {
		return true
	}
	for _, l := range f.lanes {
		for _, p := range l.held {
			if p.f != f {
				continue
			}
			if distinct, _, _ := g.tally(dim, l.s.ID, p.from, p.to); distinct > 0 {
				return true
			}
		}
	}
	return false
}

// only reports whether almost all failures of a fault have one value of a
// dimension, which, and how many have it.
func (g *grouper) only(f *fault, dim model.Dim, least float64) (value int64, most int, yes bool) {
	if g.tally == nil {
		return 0, 0, false
	}
	by := map[int64]int{}
	total := 0
	for _, l := range f.lanes {
		for _, p := range l.held {
			if p.f != f {
				continue
			}
			distinct, top, n := g.tally(dim, l.s.ID, p.from, p.to)
			if distinct == 0 {
				return 0, 0, false
			}
			by[top] += n
			total += l.fails.count(p.from, p.to)
			if p.from == 0 {
				total += l.untimed
			}
		}
	}
	for v, n := range by {
		if n > most || n == most && v < value {
			value, most = v, n
		}
	}
	return value, most, float64(most) >= least*float64(total)
}
