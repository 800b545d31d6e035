package triage

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Suspect is what an outage that the log shows points to.
type Suspect string

// The suspects. SuspectUnclear is for a log of one or two WABAs, in which an
// outage at Meta and a fault of the account look the same.
const (
	SuspectMeta     Suspect = "meta"
	SuspectApp      Suspect = "app"       // only WABAs of one app fail while those of others do not
	SuspectAppLimit Suspect = "app-limit" // code 4 at many WABAs
	SuspectUnclear  Suspect = "unclear"
	SuspectLate     Suspect = "late"    // callbacks that came late: after a silence, as many failures as it owed
	SuspectLasting  Suspect = "lasting" // it began as an outage does and went on for longer than one lasts
)

// A Disruption is a time in which the log looks as it does in an outage: the
// share of failed sends, or without successes their number, jumped in the same
// minutes at several WABAs. Minutes count from 1970 UTC and are included.
type Disruption struct {
	Suspect Suspect
	From    int64    // the first minute of the jump
	To      int64    // the last minute with a failure of it
	Noticed int64    // the minute at whose end the log showed it
	WABAs   []string // those that it hit, sorted
	Active  int      // WABAs that sent in that time, as far as the log says
	App     string   // the app of the WABAs that it hit; empty when they have several or the log names none

	Failed, Sends             int // at the WABAs that it hit; Sends is 0 when the log has no successes of them
	BeforeFailed, BeforeSends int // the same in the hour before From, or since the log began when that is later
	Before                    int // how many minutes of log that hour has

	Silent    int64 // the minute since which the log had nothing of those WABAs until From; only of late callbacks
	Over      bool  // it has ended in the log
	Again     int64 // the minute at which the next outage of that kind began; 0 when there is none
	After     int   // failures of that kind at those WABAs behind To, until the next outage or the end of the log
	Recovered int64 // the minute at whose end enough sends had gone well again; 0 when it only fell silent or goes on
}

// These decide what counts as a jump. They were chosen on other simulated days
// than those on which TestOutageScore measures.
const (
	surprise     = -13.8 // logarithm of the chance (one in a million) that the WABAs jump together, at which an outage is suspected
	jumpChance   = -3.9  // logarithm of the chance (2 %) at which one WABA counts as jumping
	jumpMost     = -9    // and at most so much of it counts, so that one WABA's own fault does not speak for three
	jumpFactor   = 5     // a jump is at least so many times the usual
	baseGap      = 10    // minutes before now that do not yet count as usual
	baseDay      = 1440  // minutes that do
	baseHour     = 60
	minHistory   = 60 // minutes of log without which a count has no history
	together     = 15 // minutes of quiet that do not part an outage
	platformAsks = 3  // WABAs that tell Meta from an account

	// longest is how many minutes an outage lasts. Meta's longest was a third of
	// it; what goes on beyond is how things are since then, or has another name.
	longest = 1440
)

// windows are the last minutes that are looked at, shortest first.
var windows = [...]int64{1, 2, 3, 5, 10}

// account is what an outage's watch knows of one WABA.
type account struct {
	waba   string
	apps   []string
	shares bool                      // the log has successes of it
	bad    series                    // failures of the kind that is watched
	all    series                    // sends, or without successes all failures
	day    struct{ bad, all series } // the same, to be asked about what was a day ago
	last   int64                     // the newest minute with one of bad, while watching

	// Of each window up to the minute that is looked at.
	newBad, newAll [len(windows)]int

	known usual // what was last worked out
	busy  busy  // and of its busy hours
}

// busy is how many failures a busy hour of a WABA has, at a time.
type busy struct {
	at, age int64
	n       float64
}

// usual is what is usual at a WABA, at a time.
type usual struct {
	at, age int64   // for which it was worked out
	share   float64 // of its sends that fail, doubled; at most a half
	rate    float64 // of its failures a minute, several times; 0 where the log is too short to tell
	middle  float64 // the same for one of many WABAs, of which what is unknown of each evens out
	others  float64 // of its failures of other kinds a minute
}

// Disruptions finds the outages in the log, oldest first. It looks at one minute
// after the other and uses nothing that came later to notice one, so that
// Noticed is when a console that watched the log would have said it.
func Disruptions(strands []Strand) []Disruption { return accountsOf(strands).disruptions() }

func (all *accounts) disruptions() []Disruption {
	out := all.watch(func(w *wabaOf) series { return w.platform }, false)
	var p pile
	out = append(out, all.watch(func(w *wabaOf) series {
		for _, l := range w.lanes {
			if l.s.Code == "4" {
				p.addAll(&l.fails)
			}
		}
		return p.series()
	}, true)...)
	slices.SortStableFunc(out, func(a, b Disruption) int { return cmp.Compare(a.From, b.From) })
	return out
}

// A watcher goes through a log minute by minute.
type watcher struct {
	accounts   []*account
	begin, end int64 // of the log
	limit      bool  // it watches for an app's limit
	open       *opened
	done       []Disruption
	quiet      usual      // of all WABAs that have a say in a crowd
	masked     [][2]int64 // times of outages, which are not usual, ascending
	age        int64      // grows when an outage begins or ends

	hit    []*account // scratch space of crowd
	counts []int      // and more of it
}

// opened is an outage that is going on.
type opened struct {
	Disruption
	hit     []*account
	crowd   bool  // it was told by how many WABAs have a failure or two
	checked int64 // the newest minute at which its end was looked for
}

// event is a minute with failures of the kind that is watched.
type event struct {
	at      int32
	account int32 // its place
}

// watch looks for outages in one kind of failures.
func (all *accounts) watch(bad func(*wabaOf) series, limit bool) []Disruption {
	w := &watcher{begin: all.begin, end: all.end, limit: limit}
	var recent []*account
	events := w.read(all.wabas, bad)
	for i := 0; i < len(events); {
		now := int64(events[i].at)
		recent = slices.DeleteFunc(recent, func(a *account) bool { return a.last <= now-windows[len(windows)-1] })
		for ; i < len(events) && int64(events[i].at) == now; i++ {
			a := w.accounts[events[i].account]
			if a.last <= now-windows[len(windows)-1] {
				recent = append(recent, a)
			}
			a.last = now
		}
		w.settle(now - 1)
		w.look(recent, now)
	}
	w.settle(w.end)
	if w.open != nil {
		w.close(w.end)
	}
	w.aftermath()
	return w.done
}

// aftermath counts what each outage left behind: an end is told by how few failures
// there are, which need not be none.
func (w *watcher) aftermath() {
	until, again := w.end, int64(0)
	for i := len(w.done) - 1; i >= 0; i-- {
		d := &w.done[i]
		for _, a := range w.accounts {
			if slices.Contains(d.WABAs, a.waba) {
				d.After += a.bad.count(d.To+1, until)
			}
		}
		d.Again = again
		until, again = d.From-1, d.From
	}
}

// read takes the WABAs, and when they had failures that are watched. Rows without a
// WABA are one account of their own when no row has one, and left out otherwise: they
// may be anybody's.
func (w *watcher) read(wabas []*wabaOf, bad func(*wabaOf) series) []event {
	minutes := 0
	for _, x := range wabas {
		if x.name == "" && len(wabas) > 1 {
			continue
		}
		a := &account{waba: x.name, apps: x.apps, shares: x.shares(), bad: bad(x), all: x.sends}
		a.day.bad, a.day.all = a.bad, a.all
		minutes += len(a.bad.at)
		w.accounts = append(w.accounts, a)
	}
	events := make([]event, 0, minutes)
	for i, a := range w.accounts {
		for _, at := range a.bad.at {
			events = append(events, event{at, int32(i)})
		}
	}
	slices.SortFunc(events, func(x, y event) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.account, y.account)) })
	return events
}

// look asks whether the WABAs that have just had failures jump together.
func (w *watcher) look(recent []*account, now int64) {
	if w.open != nil && w.open.crowd {
		for _, a := range recent {
			w.joins(a, a.last == now && !a.shares && w.usual(a, now).middle <= crowdQuiet)
		}
	}
	for _, a := range recent {
		a.newBad, a.newAll = a.bad.lately(now), a.all.lately(now)
	}
	for n, width := range windows {
		var hit []*account
		sum, own := 0.0, 0.0 // own is that of one WABA alone
		for _, a := range recent {
			if p := w.chance(a, n, now); p <= jumpChance {
				hit, sum, own = append(hit, a), sum+max(p, jumpMost), own+p
				w.joins(a, p <= 2*jumpChance)
			}
		}
		if w.open != nil || w.isMasked(now-width+1) {
			continue // failures of an outage that is over do not begin another
		}
		if crowd := w.crowd(recent, now, n); crowd != nil && !isHabit(crowd, now-width+1, now) {
			w.begins(w.blamed(), crowd, now, width)
			w.open.crowd = true
			continue
		}
		if len(hit) == 0 || own > surprise || !haveSeveral(hit, now-width+1, now) || isHabit(hit, now-width+1, now) {
			continue
		}
		active, telling := 0, 0
		for _, a := range w.accounts {
			switch n := a.all.count(now-width+1, now); {
			case !a.shares:
				active++ // its sends are not in the log
			case n > 0:
				active++
				if n >= 3 {
					telling++
				}
			}
		}
		suspect := SuspectMeta
		switch {
		case len(hit) >= platformAsks && len(hit)*3 >= telling && sum+choices(active, len(hit)) <= surprise:
			suspect = w.blamed()
		case len(w.accounts) < platformAsks && !w.limit:
			suspect = SuspectUnclear
		default:
			continue
		}
		w.begins(suspect, hit, now, width)
	}
}

// joins adds a WABA to the outage that goes on.
func (w *watcher) joins(a *account, hit bool) {
	if hit && w.open != nil && !slices.Contains(w.open.hit, a) {
		w.open.hit = append(w.open.hit, a)
	}
}

// blamed is what an outage at three WABAs and more points to.
func (w *watcher) blamed() Suspect {
	if w.limit {
		return SuspectAppLimit
	}
	return SuspectMeta
}

// begins opens an outage, or goes on with one that had only paused.
func (w *watcher) begins(suspect Suspect, hit []*account, now, width int64) {
	o := &opened{Disruption: Disruption{Suspect: suspect, Noticed: now}, hit: hit, checked: now}
	o.From = w.onset(hit, now, width)
	if n := len(w.done); n > 0 && o.From-w.done[n-1].To <= together && w.done[n-1].Suspect == suspect {
		before := w.done[n-1]
		w.done, w.masked = w.done[:n-1], w.masked[:n-1]
		o.From, o.Noticed = before.From, before.Noticed
		for _, a := range w.accounts {
			if slices.Contains(before.WABAs, a.waba) && !slices.Contains(hit, a) {
				o.hit = append(o.hit, a)
			}
		}
	}
	w.open = o
	w.age++
}

// settle looks, minute by minute up to now, whether the outage has ended.
func (w *watcher) settle(now int64) {
	for w.open != nil && w.open.checked < now {
		w.open.checked++
		t := w.open.checked
		if t-w.open.From > longest {
			// What was usual before is not what is usual now. From here on it is.
			if !w.limit {
				w.open.Suspect = SuspectLasting
			}
			w.close(t)
			w.masked = w.masked[:len(w.masked)-1]
			return
		}
		if from, well, over := w.ended(w.open, t); over {
			w.open.Over = true
			if well {
				w.open.Recovered = t
			}
			w.close(from)
		}
	}
}

// quiet are the last minutes in which an end is looked for.
var quiet = []int64{3, 5, 10, 30, 60, 240}

// ended reports whether the outage has ended by t: so many sends went well, or
// without successes so much time passed, that at the outage's own rate chance
// would have left fewer than one failure in a thousand such times. A WABA that
// goes on failing alone does not keep an outage open. From is where the quiet
// began.
func (w *watcher) ended(o *opened, t int64) (from int64, well, over bool) {
	for _, width := range quiet {
		from = t - width + 1
		if from <= o.From {
			break
		}
		var worst *account
		if len(o.hit) >= platformAsks {
			for _, a := range o.hit {
				if worst == nil || a.bad.count(from, t) > worst.bad.count(from, t) {
					worst = a
				}
			}
		}
		if well, over = w.isQuiet(o, nil, from, t); !over && worst != nil {
			well, over = w.isQuiet(o, worst, from, t)
		}
		if over {
			return from, well, true
		}
	}
	return 0, false, false
}

// isQuiet asks whether the outage has ended at the WABAs that it hit, but for one.
func (w *watcher) isQuiet(o *opened, but *account, from, t int64) (well, over bool) {
	was, tried, x, n := 0, 0, 0, 0
	shares := false
	for _, a := range o.hit {
		if a == but {
			continue
		}
		was += a.bad.count(o.From, from-1)
		tried += a.all.count(o.From, from-1)
		x += a.bad.count(from, t)
		n += a.all.count(from, t)
		shares = shares || a.shares
	}
	if shares {
		share := float64(was) / float64(max(tried, 1))
		if float64(n)*share >= 7 && float64(x) <= max(0.05, share/10)*float64(n) {
			return true, true
		}
	} else {
		expected := float64(was) / float64(from-o.From) * float64(t-from+1)
		if expected >= 7 && float64(x) <= expected/10 {
			return false, true
		}
	}
	return false, t-from+1 == quiet[len(quiet)-1] && x == 0
}

// close writes down what the outage was. From end on nothing of it is left.
func (w *watcher) close(end int64) {
	o := w.open
	w.open = nil
	w.age++
	if !o.Over {
		end++
	}
	before := max(w.begin, o.From-baseHour)
	o.Before = int(o.From - before)
	for _, a := range o.hit {
		if i := a.bad.from(end); i > 0 {
			o.To = max(o.To, a.bad.minute(i-1))
		}
	}
	w.fewer(o)
	slices.SortFunc(o.hit, func(a, b *account) int { return strings.Compare(a.waba, b.waba) })
	shares := !slices.ContainsFunc(o.hit, func(a *account) bool { return !a.shares })
	o.hit = slices.DeleteFunc(o.hit, func(a *account) bool { return a.bad.count(o.From, o.To) == 0 })
	for _, a := range o.hit {
		o.WABAs = append(o.WABAs, a.waba)
		o.Failed += a.bad.count(o.From, o.To)
		o.BeforeFailed += a.bad.count(before, o.From-1)
		if shares {
			o.Sends += a.all.count(o.From, o.To)
			o.BeforeSends += a.all.count(before, o.From-1)
		}
	}
	w.blame(o)
	if o.Suspect == SuspectMeta {
		if silent, yes := w.late(o); yes {
			o.Suspect, o.Silent = SuspectLate, silent
		}
	}
	w.done = append(w.done, o.Disruption)
	w.masked = append(w.masked, [2]int64{o.From, o.To})
}

// fewer adds the WABAs that sent too little for a jump of their own to show, and
// of which as much failed as of the others: at least half their share.
func (w *watcher) fewer(o *opened) {
	x, n := 0, 0
	for _, a := range o.hit {
		if a.shares {
			x, n = x+a.bad.count(o.From, o.To), n+a.all.count(o.From, o.To)
		}
	}
	if n == 0 || len(o.hit) < platformAsks {
		return
	}
	least := float64(x) / float64(n) / 2
	for _, a := range w.accounts {
		if f := a.bad.count(o.From, o.To); f > 0 && a.shares && !slices.Contains(o.hit, a) && float64(f) >= least*float64(a.all.count(o.From, o.To)) {
			o.hit = append(o.hit, a)
		}
	}
}

// blame counts who sent, and asks whether it is one app's trouble.
func (w *watcher) blame(o *opened) {
	apps := map[string]bool{}
	for _, a := range o.hit {
		for _, app := range a.apps {
			apps[app] = true
		}
		if len(a.apps) == 0 {
			apps[""] = true // not said: may be any
		}
	}
	if len(apps) == 1 {
		o.App = slices.Collect(maps.Keys(apps))[0]
	}
	for _, a := range w.accounts {
		n := a.all.count(o.From, o.To)
		if n > 0 {
			o.Active++
		}
		others := len(a.apps) == 1 && o.App != "" && a.apps[0] != o.App
		if others && o.Suspect == SuspectMeta && a.shares && n >= 10 && a.bad.count(o.From, o.To)*20 <= n {
			o.Suspect = SuspectApp
		}
	}
}

// onset is the minute since which the failures fit the jump better than what
// was usual.
func (w *watcher) onset(hit []*account, now, width int64) int64 {
	best, from, score := math.Inf(-1), now, 0.0
	for t := now; t >= max(w.begin, now-baseHour) && !w.isMasked(t); t-- {
		for _, a := range hit {
			u := w.usual(a, now)
			x, n, seen := a.bad.count(t, t), a.all.count(t, t), a.bad.count(now-width+1, now)
			if a.shares {
				q := min(0.99, float64(seen)/float64(a.all.count(now-width+1, now)))
				score += float64(x)*math.Log(q/u.share) + float64(n-x)*math.Log((1-q)/(1-u.share))
			} else {
				rate := float64(seen) / float64(width)
				score += float64(x)*math.Log(rate/u.rate) - (rate - u.rate)
			}
		}
		if score > best {
			best, from = score, t
		}
	}
	return from
}

func (w *watcher) isMasked(t int64) bool {
	for i := len(w.masked) - 1; i >= 0 && w.masked[i][1] >= t; i-- {
		if w.masked[i][0] <= t {
			return true
		}
	}
	return false
}

// usual works out what is usual at a WABA: the last day and the last hour,
// without the last minutes, whichever is worse; once in five minutes. Where no send is known, 2 % may fail.
func (w *watcher) usual(a *account, now int64) *usual {
	u := &a.known
	now -= now % 5
	if u.at == now && u.age == w.age {
		return u
	}
	*u = usual{at: now, age: w.age}
	day, sends, minutes := w.base(&a.day.bad, &a.day.all, now, baseDay)
	hour, lately, last := w.base(&a.bad, &a.all, now, baseHour)
	u.share = min(0.5, max(2*(float64(day)+0.5)/(float64(sends)+50), 2*(float64(hour)+0.5)/(float64(lately)+50)))
	if minutes >= minHistory {
		// Several times, since a day has busy hours; but not what a fault of some
		// hours had, which is no usual hour.
		hourly := w.busyHour(a, now)
		u.rate = max(min(3*(float64(day)+1)/float64(minutes), 2*(hourly+1)/baseHour), 2*(float64(hour)+0.5)/float64(max(last, baseHour)))
		u.middle = max(min(3*(float64(day)+0.2)/float64(minutes), 2*(hourly+0.2)/baseHour), 2*float64(hour)/float64(max(last, baseHour)))
		u.others = float64(sends-day) / float64(minutes)
	}
	return u
}

// busyHour is how many failures a busy hour of the last day had, worked out once
// an hour: four of five hours had no more. Of a log that is shorter than a day it
// is the busiest.
func (w *watcher) busyHour(a *account, now int64) float64 {
	now -= now % baseHour
	if a.busy.at == now && a.busy.age == w.age {
		return a.busy.n
	}
	a.busy = busy{at: now, age: w.age}
	var hours [baseDay / baseHour]int
	n := 0
	near := a.bad.near[0]
	all := a.bad.upTo(now-baseGap, &near)
	for to := now - baseGap; n < len(hours) && to > w.begin; to -= baseHour {
		before := a.bad.upTo(to-baseHour, &near)
		if !w.isMasked(to) && !w.isMasked(to-baseHour+1) {
			hours[n] = all - before
			n++
		}
		all = before
	}
	slices.Sort(hours[:n])
	switch {
	case n == len(hours):
		a.busy.n = float64(hours[n*4/5])
	case n > 0:
		a.busy.n = float64(hours[n-1])
	}
	return a.busy.n
}

// base counts what was usual before now: failures, sends, and minutes of log.
func (w *watcher) base(bad, all *series, now, span int64) (x, n, minutes int) {
	to := now - baseGap
	from := max(to-span+1, w.begin)
	if w.open != nil {
		to = min(to, w.open.From-1)
	}
	if to < from {
		return 0, 0, 0
	}
	x, n, minutes = bad.count(from, to), all.count(from, to), int(to-from+1)
	for i := len(w.masked) - 1; i >= 0 && w.masked[i][1] >= from; i-- {
		if f, t := max(w.masked[i][0], from), min(w.masked[i][1], to); f <= t {
			x -= bad.count(f, t)
			n -= all.count(f, t)
			minutes -= int(t - f + 1)
		}
	}
	return x, n, minutes
}
