package triage

import (
	"cmp"
	"math"
	"slices"

	"unsent/model"
)

// outages gives the failures that may be Meta's, in an outage's time and at the
// WABAs that it hit, to the outage.
func (g *grouper) outages(found []Disruption) {
	g.found = found
	for i := range found {
		d := &found[i]
		f := &fault{outage: d}
		switch d.Suspect {
		case SuspectMeta:
			f.shape = model.ShapeOutage
		case SuspectApp:
			f.shape = model.ShapeApp
		case SuspectLate:
			f.shape = model.ShapeScattered // no fault, and not to be taken for one
		default:
			continue // the others are found by their own errors
		}
		for _, w := range g.wabas {
			if w.platform.count(d.From, d.To) == 0 || !g.hit(d, w) {
				continue
			}
			for _, l := range w.meta {
				f.take(l, d.From, d.To)
			}
		}
	}
}

// hit reports whether an outage hit a WABA: the search named it, or a WABA that
// sends little failed as the others did.
func (g *grouper) hit(d *Disruption, w *wabaOf) bool {
	if _, named := slices.BinarySearch(d.WABAs, w.name); named {
		return true
	}
	x := w.platform.count(d.From, d.To)
	if x == 0 || w.name == "" {
		return false
	}
	if w.shares() && d.Sends > 0 {
		n := x + w.good.count(d.From, d.To)
		return float64(x)/float64(n) >= 0.5*float64(d.Failed)/float64(d.Sends)
	}
	// Against the log, or against the hours before: it may have had trouble of
	// its own on another day.
	pace := float64(w.platform.total()-x) / float64(max(g.end-g.begin+1, 1))
	pace = min(pace, float64(w.platform.count(d.From-180, d.From-1)+1)/180)
	return float64(x) >= 5*pace*float64(d.To-d.From+1)
}

// Silence parts a named error in time when the log has no successes: longer than
// a weekend on which an office does not send.
const silence = 3 * 24 * 60

// named makes faults of the errors that say themselves what is wrong.
func (g *grouper) named() {
	type place struct{ waba, phone, template, app, what string }
	type run struct {
		l        *lane
		from, to int64
	}
	by := map[place][]run{}
	var places []place
	for _, l := range g.lanes {
		if !l.named() {
			continue
		}
		p := place{waba: l.s.WABA, what: categoryOf(l.s.Code)}
		switch l.bound {
		case boundTemplate:
			p.template = l.key()
		case boundNumber:
			p.phone = l.s.Phone
			if p.what == "throttling" || p.what == "recipient" {
				p.what += string(l.s.Code)
			}
		case boundApp:
			p.waba, p.app, p.what = "", l.s.App, string(l.s.Code)
		}
		if by[p] == nil {
			places = append(places, p)
		}
		for _, s := range l.runs() {
			by[p] = append(by[p], run{l, s.from, s.to})
		}
		if len(l.fails.at) == 0 {
			by[p] = append(by[p], run{l, 0, 0})
		}
	}
	var accounts []*fault
	for _, p := range places {
		runs := by[p]
		slices.SortStableFunc(runs, func(a, b run) int { return cmp.Compare(a.from, b.from) })
		var f *fault
		var last int64
		for _, r := range runs {
			if f == nil || r.from > last+60 {
				f, last = &fault{shape: model.ShapeAccount}, 0
				switch r.l.bound {
				case boundTemplate:
					f.shape = model.ShapeTemplate
				case boundNumber:
					if p.phone != "" {
						f.shape = model.ShapeNumber
					}
				case boundApp:
					f.shape = model.ShapeApp
				}
				if f.shape == model.ShapeAccount {
					accounts = append(accounts, f)
				}
			}
			f.take(r.l, r.from, r.to)
			last = max(last, r.to)
		}
	}
	g.shared(accounts)
}

// named reports whether a lane's error says what it is about. A single send of a
// template may have been a slip of whoever wrote its name.
func (l *lane) named() bool {
	return l.bound.named() || l.s.Template != "" && templateState[l.s.Code] && l.fails.total()+l.untimed >= 3
}

// runs are the stretches of a named error: it is over when so many sends went
// well that the share that failed before would have shown, or when nothing was
// heard of it for longer than silence.
func (l *lane) runs() []stretch {
	var out []stretch
	good := &l.waba.good
	if l.bound == boundNumber || l.bound == boundTemplate {
		good = l.waba.goodOf(l.key())
	}
	for _, t := range l.appendFailures(nil) {
		if n := len(out); n > 0 {
			r := &out[n-1]
			well := good.count(r.to+1, t.at-1)
			share := float64(r.n) / float64(r.n+good.count(r.from, r.to))
			parted := t.at-r.to > 60 && float64(well) >= max(50, 12/share)
			if good.total() == 0 {
				parted = t.at-r.to > silence
			}
			if !parted {
				r.to, r.n = t.at, r.n+t.n
				continue
			}
		}
		out = append(out, stretch{t.at, t.at, t.n})
	}
	return out
}

// A start is when the fault of one account began.
type start struct {
	f    *fault
	l    *lane
	from int64
	n    int // its failures
}

// tells reports whether a start is more than a failure or two by chance.
func (s start) tells() bool { return s.n >= 3 }

// shared joins the faults of several WABAs that began together with one error:
// a token, an app or a line of credit that they share. Errors of accounts come
// singly all the time, so that only so many beginnings in so short a time that
// chance does not explain it are one.
func (g *grouper) shared(faults []*fault) {
	type kind struct {
		error errorID
		app   string
	}
	by := map[kind][]start{}
	var kinds []kind
	for _, f := range faults {
		l := f.lanes[0]
		from, _, n := f.reach()
		if from == 0 || l.s.WABA == "" {
			continue
		}
		k := kind{l.s.error(), l.s.App}
		if by[k] == nil {
			kinds = append(kinds, k)
		}
		by[k] = append(by[k], start{f, l, from, n})
	}
	for _, k := range kinds {
		all := by[k]
		slices.SortStableFunc(all, func(a, b start) int { return cmp.Compare(a.from, b.from) })
		for i := range all {
			same := g.begunWith(all, i)
			if len(same) == 0 {
				continue
			}
			a := all[i].f
			if categoryOf(k.error.code) == "authorization" {
				a.shape = model.ShapeApp
			}
			for _, s := range same[1:] {
				a.merge(s.f)
			}
		}
	}
}

// sharedChance is the logarithm of the chance (one in three thousand) at which
// beginnings are taken to have one reason, anywhere in the log.
const sharedChance = -8

// begunWith are the faults of at least three WABAs that began with all[i], the
// first of them itself; none when chance explains as many in that time.
func (g *grouper) begunWith(all []start, i int) []start {
	a := all[i]
	if a.f.lanes == nil || !g.quietBefore(a) {
		return nil
	}
	starts := 0
	for _, s := range all {
		if s.tells() {
			starts++
		}
	}
	same := []start{a}
	for _, b := range all[i+1:] {
		late := b.from - a.from
		if late > 1440 {
			break
		}
		if b.f.lanes == nil || b.l.waba == a.l.waba || b.tells() && !g.quietBefore(b) {
			continue
		}
		good := &b.l.waba.good
		if late <= 10 || b.l.waba.shares() && good.count(a.from+2, b.from-1) == 0 || !b.l.waba.shares() && late <= 30+5*min(b.l.pace(b.from), 120) {
			same = append(same, b)
		}
	}
	for ; len(same) > 0; same = same[:len(same)-1] {
		wabas := map[*wabaOf]bool{}
		for _, s := range same {
			if s.tells() {
				wabas[s.l.waba] = true
			}
		}
		if len(wabas) < platformAsks {
			return nil
		}
		within := same[len(same)-1].from - a.from + 1
		usual := float64(starts) * float64(within) / float64(g.end-g.begin+1)
		if chanceOfCount(len(wabas), usual)+math.Log(float64(starts)) <= sharedChance {
			return same
		}
	}
	return nil
}

// quietBefore reports whether a fault is known to have begun, and not only the
// log: sends went well before it, or it took the log many times longer to show
// the first failure than it then took to show the next ones. Of one named app
// that fails without pause it is taken to be so.
func (g *grouper) quietBefore(s start) bool {
	if s.l.waba.good.count(g.begin, s.from-1) > 0 {
		return true
	}
	pace := s.l.pace(s.from)
	return pace > 0 && (s.from-g.begin >= 5*pace || s.l.s.App != "" && pace <= 30)
}

// pace is how many minutes lie between the first failures of a lane from a
// minute on: without successes it tells how soon an account could notice. It is 0
// where there is one.
func (l *lane) pace(from int64) int64 {
	i := l.fails.from(from)
	j := min(i+4, len(l.fails.at)-1)
	if j <= i {
		return 0
	}
	return (l.fails.minute(j) - l.fails.minute(i)) / int64(j-i)
}

// broad finds the faults of whole accounts in errors that do not say what is
// wrong: dense in time, and over the account's templates and numbers.
func (g *grouper) broad() {
	type place struct {
		w    *wabaOf
		what usualKey
	}
	by := map[place][]*lane{}
	var places []place
	for _, l := range g.lanes {
		if l.bound != boundPlatform && l.bound != boundRequest && l.bound != boundTemplate || l.named() {
			continue
		}
		p := place{l.waba, l.usual()}
		if by[p] == nil {
			places = append(places, p)
		}
		by[p] = append(by[p], l)
	}
	for _, p := range places {
		lanes := by[p]
		if len(lanes) < 3 {
			continue
		}
		own := 0
		for _, l := range lanes {
			own += l.fails.total()
		}
		ticks := g.failures(lanes)
		for _, s := range scan(ticks, g.oddsOf(p.w, p.what, own, "")) {
			s = trim(ticks, s)
			if !g.isBroad(p.w, lanes, s) {
				continue
			}
			f := &fault{shape: model.ShapeAccount, outage: g.unclear(s)}
			for _, l := range lanes {
				f.span(l, s)
			}
		}
	}
}

// span takes a stretch. What goes on before and behind an outage is a fault of
// its own, in whose time there was an outage too: it keeps its failures.
func (f *fault) span(l *lane, s stretch) {
	for i, p := range l.held {
		if (p.f.shape == model.ShapeOutage || p.f.shape == model.ShapeApp) && p.from > s.from+10 && p.to < s.to-10 {
			l.held[i].f = f
			f.has(l)
		}
	}
	f.take(l, s.from, s.to)
}

// isBroad reports whether no one or two lanes have most of the failures, and
// where sends that went well are known, whether half of what was sent is hit.
func (g *grouper) isBroad(w *wabaOf, lanes []*lane, s stretch) bool {
	var counts []int
	hit, spared := 0, 0
	for _, l := range lanes {
		n := 0
		for _, free := range l.free(s.from, s.to) {
			n += l.fails.count(free.from, free.to)
		}
		if n > 0 {
			counts = append(counts, n)
		}
	}
	slices.Sort(counts)
	most := 0
	for i, n := 0, len(counts); i < 2 && i < n; i++ {
		most += counts[n-1-i]
	}
	if float64(most) > 0.85*float64(s.n) {
		return false
	}
	if !w.shares() {
		return len(counts) >= 3
	}
	failed := map[string]int{}
	for _, l := range lanes {
		failed[templateKey(l.s.Template, l.s.Language)] += l.fails.count(s.from, s.to)
	}
	for k := range w.templates {
		good := w.by[k]
		n, x := good.count(s.from, s.to), failed[k]
		switch {
		case n+x < 5:
		case float64(x) >= 0.05*float64(n+x):
			hit++
		default:
			spared++
		}
	}
	return hit >= spared
}

// unclear is the outage of which the log, of one or two WABAs, cannot tell
// whether it is one.
func (g *grouper) unclear(s stretch) *Disruption {
	for i := range g.found {
		if d := &g.found[i]; d.Suspect == SuspectUnclear && s.from <= d.To+together && d.From <= s.to+together {
			return d
		}
	}
	return nil
}

// local finds the faults of one strand: a template, a number, a recipient.
func (g *grouper) local() {
	for _, l := range g.lanes {
		if l.named() {
			continue
		}
		if l.fails.total() < 5 {
			continue
		}
		ticks := l.appendFailures(g.ticks[:0])
		g.ticks = ticks
		n := 0
		for _, t := range ticks {
			n += t.n
		}
		if n < 5 {
			continue
		}
		o := g.oddsOf(l.waba, l.usual(), n, l.key())
		for _, s := range scan(ticks, o) {
			g.localFault(l, trim(ticks, s))
		}
	}
}

// key is the template or number of a lane in its WABA's successes.
func (l *lane) key() string {
	switch {
	case l.s.Template != "":
		return templateKey(l.s.Template, l.s.Language)
	case l.s.Phone != "":
		return phoneKey(l.s.Phone)
	}
	return ""
}

func (g *grouper) localFault(l *lane, s stretch) {
	f := &fault{shape: l.shape()}
	if f.shape == model.ShapeAccount {
		f.outage = g.unclear(s)
	}
	f.span(l, s)
	if top, most, yes := g.only(f, model.DimRecipient, 0.7); yes && most >= 5 {
		f.shape, f.same, f.most = model.ShapeRecipient, top, most
		return
	}
	if f.shape == model.ShapeFormat && !g.tells(f, model.DimRecipient) {
		f.shape = model.ShapeAccount // who they are is not known, nor how many
	}
	// Meta's and the customer's choices are no fault, and without successes
	// nobody can tell refused recipients from a campaign.
	if l.bound == boundChoice || l.bound == boundPerson && !l.waba.shares() {
		l.held = slices.DeleteFunc(l.held, func(p holding) bool { return p.f == f })
	}
}

// shape is that of a fault that one lane has alone.
func (l *lane) shape() model.Shape {
	switch {
	case l.s.Code == "131026" || l.s.Code == "131021":
		return model.ShapeFormat
	case l.bound == boundPerson || l.bound == boundChoice:
		return model.ShapeAccount
	case l.s.Template != "":
		return model.ShapeTemplate
	case l.s.Phone != "" && len(l.waba.phones) > 1:
		return model.ShapeNumber
	}
	return model.ShapeAccount
}

// whole finds the faults that fill the log from its beginning to its end, so
// that there is no usual time to compare them with.
func (g *grouper) whole() {
	lanes := map[errorID]int{}
	for _, l := range g.lanes {
		lanes[l.s.error()]++
	}
	for _, l := range g.lanes {
		if l.named() || l.bound == boundPerson || l.bound == boundChoice || len(l.held) > 0 || l.waba.shares() {
			continue
		}
		n := l.fails.total()
		of := l.waba.byError[l.s.error()]
		alone := n >= 10 && lanes[l.s.error()] <= 2 && l.waba.fails.total()-of.total() < fewOthers
		most := n >= 20 && l.s.Template != "" && 5*n >= 4*of.total() && len(l.waba.templates) >= 3
		if alone || most {
			g.localFault(l, stretch{l.fails.minute(0), l.fails.last(), n})
		}
	}
}

// person reports whether a lane is looked at by persons, unless another fault has some of
// it.
func (l *lane) person() bool {
	return (l.bound == boundPerson || l.bound == boundChoice) && l.fails.total() >= 5
}

// askAhead asks what persons will ask, while outages are looked for.
func (g *grouper) askAhead() {
	if g.tally == nil {
		return
	}
	type question struct {
		dim              model.Dim
		strand, from, to int64
	}
	type answer struct {
		distinct int
		top      int64
		most     int
	}
	known, ask := map[question]answer{}, g.tally
	for _, l := range g.lanes {
		if l.person() {
			q := question{model.DimRecipient, l.s.ID, l.fails.minute(0), l.fails.last()}
			var a answer
			a.distinct, a.top, a.most = ask(q.dim, q.strand, q.from, q.to)
			known[q] = a
		}
	}
	g.tally = func(dim model.Dim, strand, from, to int64) (int, int64, int) {
		if a, ok := known[question{dim, strand, from, to}]; ok {
			return a.distinct, a.top, a.most
		}
		return ask(dim, strand, from, to)
	}
}

// persons finds the recipients that are sent to again and again without pause,
// so that no time of it is denser than another.
func (g *grouper) persons() {
	if g.tally == nil {
		return
	}
	for _, l := range g.lanes {
		if !l.person() || len(l.held) > 0 {
			continue
		}
		f := &fault{shape: model.ShapeRecipient}
		f.take(l, l.fails.minute(0), l.fails.last())
		least := 0.7
		if l.fails.total() < 50 { // few are one person's only when all are
			least = 1
		}
		top, most, yes := g.only(f, model.DimRecipient, least)
		if !yes {
			l.held = nil
			continue
		}
		f.same, f.most = top, most
	}
}
