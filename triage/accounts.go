package triage

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// accounts are what roll-ups say of each WABA, read once for all that looks for
// faults. Whoever counts in a series on a goroutine of its own copies it first.
type accounts struct {
	wabas      []*wabaOf // by name
	begin, end int64     // of the log
}

// A wabaOf is what is known of one WABA.
type wabaOf struct {
	name      string
	good      series            // sends that went well, of all kinds
	by        map[string]series // the same by template and language, and by phone number
	fails     series            // failures of all errors
	sends     series            // both
	platform  series            // failures that may be Meta's
	lanes     []*lane           // with failures
	meta      []*lane           // with those that may be Meta's
	byError   map[errorID]series
	parts     map[byte]bool   // by what its successes part: the first letters of the keys of by
	templates map[string]bool // that the log has of it
	phones    map[string]bool
	apps      []string

	begin, end int64 // its first and last minute in the log; 0 when none has a time
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

func templateKey(template, language string) string { return "t\x1f" + template + "\x1f" + language }
func phoneKey(phone string) string                 { return "p\x1f" + phone }

// accountsOf reads all roll-ups, as many WABAs at once as there are processors.
func accountsOf(strands []Strand) *accounts {
	by := map[string][]*Strand{}
	for i := range strands {
		by[strands[i].WABA] = append(by[strands[i].WABA], &strands[i])
	}
	a := &accounts{}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		a.wabas = append(a.wabas, &wabaOf{name: name})
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(a.wabas)) {
		all.Go(func() {
			var p pile
			for i := next.Add(1) - 1; i < int64(len(a.wabas)); i = next.Add(1) - 1 {
				a.wabas[i].read(by[a.wabas[i].name], &p)
			}
		})
	}
	all.Wait()
	for _, w := range a.wabas {
		if w.begin != 0 && (a.begin == 0 || w.begin < a.begin) {
			a.begin = w.begin
		}
		a.end = max(a.end, w.end)
	}
	return a
}

// read reads the strands of a WABA.
func (w *wabaOf) read(strands []*Strand, p *pile) {
	slices.SortFunc(strands, byContent)
	w.by, w.parts, w.byError = map[string]series{}, map[byte]bool{}, map[errorID]series{}
	w.templates, w.phones = map[string]bool{}, map[string]bool{}
	byKey, byError := map[string][]*Strand{}, map[errorID][]*lane{}
	apps := map[string]bool{}
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
		if s.App != "" {
			apps[s.App] = true
		}
		l := &lane{s: s, bound: s.bound(), waba: w}
		good := false
		for _, m := range s.Minutes {
			if m.At <= 0 {
				l.untimed += int(m.Failed)
				continue
			}
			if w.begin == 0 || m.At < w.begin {
				w.begin = m.At
			}
			w.end = max(w.end, m.At)
			good = good || m.Good > 0
			if m.Failed > 0 {
				p.add(m.At, m.Failed)
			}
		}
		if good {
			for _, k := range keys {
				byKey[k] = append(byKey[k], s)
			}
		}
		l.fails = p.series()
		if len(l.fails.at) == 0 && l.untimed == 0 {
			continue
		}
		w.lanes = append(w.lanes, l)
		byError[s.error()] = append(byError[s.error()], l)
		if l.bound == boundPlatform {
			w.meta = append(w.meta, l)
		}
	}
	w.apps = slices.Sorted(maps.Keys(apps))
	w.good = p.good(strands)
	for k, of := range byKey {
		w.by[k] = p.good(of)
		w.parts[k[0]] = true
	}
	for k, lanes := range byError {
		w.byError[k] = p.fails(lanes)
	}
	w.fails, w.platform = p.fails(w.lanes), p.fails(w.meta)
	if w.sends = w.fails; w.shares() {
		p.addAll(&w.fails)
		p.addAll(&w.good)
		w.sends = p.series()
	}
}

// good are the sends of some strands that went well.
func (p *pile) good(strands []*Strand) series {
	for _, s := range strands {
		for _, m := range s.Minutes {
			if m.At > 0 && m.Good > 0 {
				p.add(m.At, m.Good)
			}
		}
	}
	return p.series()
}

// fails are the failures of some lanes. Of one lane they are its own, and not kept
// twice.
func (p *pile) fails(lanes []*lane) series {
	if len(lanes) == 1 {
		return lanes[0].fails
	}
	for _, l := range lanes {
		p.addAll(&l.fails)
	}
	return p.series()
}
