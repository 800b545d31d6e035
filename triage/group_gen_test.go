package triage

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"unsent/model"
)

// A fake log: events in the order of time, each with the fault that made it.
type fakeLog struct {
	events []fakeEvent
	faults []fakeFault
}

type fakeEvent struct {
	at, to int64 // minute and recipient
	fault  int8  // index in faults; -1: background, a success, or what two faults explain
	kind   fakeKind
}

// A fakeKind is what a record has apart from its time and recipient.
type fakeKind struct {
	waba, phone, template int8       // template of fakeTemplates or more: none
	code                  model.Code // empty: a success
}

func (k fakeKind) record() *model.Record {
	r := &model.Record{Outcome: model.Succeeded}
	if k.code != "" {
		r.Outcome, r.Code = model.Failed, k.code
	}
	r.WABA, r.App, r.PhoneID = fmt.Sprintf("10155501%02d", k.waba), "700", fmt.Sprintf("3366%02d%02d", k.waba, k.phone)
	if k.template < fakeTemplates {
		r.Template, r.Language = fmt.Sprintf("template_%d", k.template), "en_US"
	}
	return r
}

// A fakeFault is a known fault: where and when it is, and with what it fails.
type fakeFault struct {
	shape    model.Shape
	name     string
	wabas    []int
	template int // -1: all
	phone    int // -1: all
	from, to int64
	share    float64 // of the sends within it that fail
	codes    []model.Code
	requeue  float64 // messages a minute to one recipient on top of the rest
}

const fakeWABAs, fakeTemplates, fakeDays = 15, 6, 7

// fakeFaults are kinds of faults, each placed somewhere at random. Six of them
// make a log; WABAs are dealt out so that no two local faults share one.
func fakeFaults(r *rand.Rand) []fakeFault {
	deal := r.Perm(fakeWABAs)
	next := func(n int) []int {
		w := deal[:n]
		deal = deal[n:]
		return w
	}
	begin := func(latest float64) int64 { return simBegin + int64(1440*(0.5+r.Float64()*latest)) }
	span := func(f fakeFault, minutes float64) fakeFault {
		f.to = min(f.from+int64(minutes), simBegin+fakeDays*1440)
		return f
	}
	all := make([]int, fakeWABAs)
	for i := range all {
		all[i] = i
	}
	outage := fakeFault{shape: model.ShapeOutage, name: "outage", wabas: all, template: -1, phone: -1, from: simBegin + int64(2+r.IntN(4))*1440 + 8*60 + int64(r.IntN(600)), share: 0.5 + 0.5*r.Float64(), codes: []model.Code{"131000", "131016", "2"}}
	faults := []fakeFault{
		span(outage, 30+r.Float64()*120),
		span(fakeFault{shape: model.ShapeApp, name: "token of an app", wabas: next(4), template: -1, phone: -1, from: begin(4), share: 1, codes: []model.Code{"190"}}, 1500),
		span(fakeFault{shape: model.ShapeAccount, name: "payment", wabas: next(1), template: -1, phone: -1, from: begin(4), share: 0.3 + 0.6*r.Float64(), codes: []model.Code{"131042"}}, 3000),
		span(fakeFault{shape: model.ShapeAccount, name: "account fails with 131000", wabas: next(1), template: -1, phone: -1, from: begin(4), share: 0.5 + 0.5*r.Float64(), codes: []model.Code{"131000"}}, 2000),
		span(fakeFault{shape: model.ShapeTemplate, name: "template gone", wabas: next(1), template: r.IntN(3), phone: -1, from: begin(4), share: 1, codes: []model.Code{"132001"}}, 10000),
		span(fakeFault{shape: model.ShapeTemplate, name: "template fails with 131000", wabas: next(1), template: r.IntN(3), phone: -1, from: begin(4), share: 0.7 + 0.3*r.Float64(), codes: []model.Code{"131000"}}, 3000),
		span(fakeFault{shape: model.ShapeNumber, name: "number not registered", wabas: next(1), template: -1, phone: 0, from: begin(4), share: 1, codes: []model.Code{"133010"}}, 2500),
		span(fakeFault{shape: model.ShapeRecipient, name: "recipient re-queued", wabas: next(1), template: 1, phone: 0, from: begin(4), codes: []model.Code{"131026"}, requeue: 1 + 2*r.Float64()}, 1500),
	}
	r.Shuffle(len(faults), func(i, j int) { faults[i], faults[j] = faults[j], faults[i] })
	faults = faults[:6]
	// What fails already fails as it did, also in an outage.
	slices.SortStableFunc(faults, func(a, b fakeFault) int { return len(a.wabas) - len(b.wabas) })
	return faults
}

// fake makes a log of so many failures, of which the faults make a part and the
// background the rest.
func fake(seed uint64, failures int) *fakeLog {
	r := rand.New(rand.NewPCG(seed, 77))
	log := &fakeLog{faults: fakeFaults(r)}
	background := []model.Code{"131026", "131026", "131026", "131047", "131049", "131049", "130472", "131000", "131053", "100", "132000"}
	var well []fakeEvent
	send := func(w, at int) fakeEvent {
		phones := 1 + w%3
		return fakeEvent{at: simBegin + int64(at), to: 15550100100 + int64(r.IntN(100_000)), fault: -1,
			kind: fakeKind{waba: int8(w), phone: int8(r.IntN(phones)), template: int8(min(fakeTemplates, math.Abs(r.NormFloat64())*2))}}
	}
	fail := func(e fakeEvent, code model.Code, fault int) {
		e.kind.code, e.fault = code, int8(fault)
		log.events = append(log.events, e)
	}
	for w := range fakeWABAs {
		rate := math.Exp(r.Float64()*1.5 + 0.3)
		campaign, factor := 0, 1.0
		for at := range fakeDays * 1440 {
			hour := float64(at%1440) / 60
			mean := rate * (0.05 + math.Pow(max(0, math.Cos((hour-13)*math.Pi/24)), 2))
			if at%60 == 0 && r.IntN(60) == 0 {
				campaign, factor = at+30, 2+8*r.Float64()
			}
			if at < campaign {
				mean *= factor
			}
			for range poisson(r, mean) {
				e := send(w, at)
				hit, covering := -1, 0
				for i := range log.faults {
					if f := &log.faults[i]; f.requeue == 0 && f.covers(w, &e) {
						covering++
						if hit < 0 && r.Float64() < f.share {
							hit = i
						}
					}
				}
				if hit >= 0 {
					code := log.faults[hit].codes[(w+r.IntN(2))%len(log.faults[hit].codes)]
					if covering > 1 {
						hit = -1 // either is right
					}
					fail(e, code, hit)
					continue
				}
				well = append(well, e)
			}
			for i := range log.faults {
				f := &log.faults[i]
				if f.requeue == 0 || f.wabas[0] != w || simBegin+int64(at) < f.from || simBegin+int64(at) >= f.to {
					continue
				}
				for range poisson(r, f.requeue) {
					e := send(w, at)
					e.to = 15550100199
					fail(e, f.codes[0], i)
				}
			}
		}
	}
	// The background is spread over the sends, so it has their rhythm.
	r.Shuffle(len(well), func(i, j int) { well[i], well[j] = well[j], well[i] })
	for len(log.events) < failures && len(well) > 0 {
		fail(well[0], background[r.IntN(len(background))], -1)
		well = well[1:]
	}
	log.events = append(log.events, well...)
	return log
}

func (f *fakeFault) covers(w int, e *fakeEvent) bool {
	if e.at < f.from || e.at >= f.to {
		return false
	}
	in := false
	for _, x := range f.wabas {
		in = in || x == w
	}
	return in && (f.template < 0 || int(e.kind.template) == f.template) && (f.phone < 0 || int(e.kind.phone) == f.phone)
}

// A fakeStore adds events up as the store does: strands get their numbers in the
// order in which they come.
type fakeStore struct {
	strands []Strand
	index   map[model.Bounds]int
	kinds   map[fakeKind]int
	events  [][]fakeEvent // by strand
}

func (s *fakeStore) strandOf(k fakeKind) int {
	i, ok := s.kinds[k]
	if !ok {
		if s.index == nil {
			s.index, s.kinds = map[model.Bounds]int{}, map[fakeKind]int{}
		}
		r := k.record()
		key := Bounds(r)
		if i, ok = s.index[key]; !ok {
			i = len(s.strands)
			s.index[key] = i
			strand := StrandOf(r)
			strand.ID = int64(i + 1)
			s.strands = append(s.strands, strand)
			s.events = append(s.events, nil)
		}
		s.kinds[k] = i
	}
	return i
}

func (s *fakeStore) add(e *fakeEvent) {
	i := s.strandOf(e.kind)
	s.events[i] = append(s.events[i], *e)
}

func (s *fakeStore) all() []Strand {
	for i := range s.strands {
		slices.SortFunc(s.events[i], func(a, b fakeEvent) int { return cmp.Compare(a.at, b.at) })
		var minutes []Minute
		for _, e := range s.events[i] {
			if n := len(minutes); n == 0 || minutes[n-1].At != e.at {
				minutes = append(minutes, Minute{At: e.at})
			}
			if m := &minutes[len(minutes)-1]; e.kind.code == "" {
				m.Good++
			} else {
				m.Failed++
			}
		}
		s.strands[i].Minutes = minutes
	}
	return s.strands
}

func (s *fakeStore) tally(dim model.Dim, strand, from, to int64) (distinct int, top int64, most int) {
	if dim != model.DimRecipient {
		return 0, 0, 0
	}
	by := map[int64]int{}
	for _, e := range s.events[strand-1] {
		if from <= e.at && e.at <= to {
			by[e.to]++
		}
	}
	for p, n := range by {
		if n > most || n == most && p < top {
			top, most = p, n
		}
	}
	return len(by), top, most
}
