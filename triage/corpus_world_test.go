package triage

import (
	"fmt"
	"math/rand/v2"
	"time"

	"unsent/model"
)

// This file makes logs of a day's six hours: accounts that send templates and
// free text to many people, a little of which always fails. Faults are put into
// it by corpus_faults_test.go; what the log then shows is counted by
// corpus_evidence_test.go, as model.Evidence says it is to be counted.

// midnight is when a simulated log begins; it has as many minutes.
var midnight = time.Date(2026, 5, 13, 6, 0, 0, 0, time.UTC)

const minutes = 6 * 60

// A send is one line of a simulated log.
type send struct {
	at                       int // minute
	waba, app, phone         string
	template, language, kind string
	recipient                int
	code                     model.Code // empty: it went well
	trouble                  *trouble   // the trouble that it failed of; nil: background
	details, request         string
}

// An account is a WABA and how it sends.
type business struct {
	waba, app string
	phones    []string
	templates []string
	people    int
	text      float64 // share of free text
	rate      float64 // sends a minute
}

type world struct {
	rng       *rand.Rand
	accounts  []business
	successes bool // whether the log holds what went well
	masked    bool // whether it hides the recipients' numbers
	log       []send
	faults    []*trouble
}

func (w *world) chance(p float64) bool { return w.rng.Float64() < p }

// pick is one of several values.
func pick[T any](w *world, all ...T) T { return all[w.rng.IntN(len(all))] }

// newWorld makes the accounts and their quiet day.
func newWorld(seed uint64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 20260513))}
	w.successes, w.masked = w.chance(0.65), w.chance(0.25)
	n := pick(w, 1, 2, 4, 6, 9, 12)
	apps, silent := pick(w, 1, 2, 3), w.chance(0.3)
	for i := range n {
		a := business{waba: fmt.Sprintf("10229000000%04d", i), app: fmt.Sprintf("63497000000%d", i%apps),
			people: 200 + w.rng.IntN(2000), text: pick(w, 0, 0.1, 0.4), rate: 0.6 + 3*w.rng.Float64()}
		if silent {
			a.app = "" // many exports do not name the app
		}
		for j := range 1 + w.rng.IntN(3) {
			a.phones = append(a.phones, fmt.Sprintf("10654%04d000%03d", i, j))
		}
		for j := range 2 + w.rng.IntN(6) {
			a.templates = append(a.templates, fmt.Sprintf("notice_%d", j))
		}
		w.accounts = append(w.accounts, a)
	}
	for t := range minutes {
		for i := range w.accounts {
			a := &w.accounts[i]
			for range w.poisson(a.rate) {
				w.log = append(w.log, w.one(a, t))
			}
		}
	}
	return w
}

// one is an ordinary send; a few fail of what always fails a little.
func (w *world) one(a *business, t int) send {
	s := send{at: t, waba: a.waba, app: a.app, phone: pick(w, a.phones...), recipient: w.rng.IntN(a.people), kind: "text"}
	if !w.chance(a.text) {
		s.kind, s.template, s.language = "template", pick(w, a.templates...), "en"
	}
	switch x := w.rng.Float64(); {
	case x < 0.010:
		s.code = "131026"
	case x < 0.014 && s.kind == "text":
		s.code = "131047"
	case x < 0.014 && s.kind == "template":
		s.code = "131049"
	case x < 0.016:
		s.code = "131000"
	}
	return s
}

// poisson by counting down; the means here are small.
func (w *world) poisson(mean float64) (n int) {
	for p := w.rng.ExpFloat64(); p < mean; p += w.rng.ExpFloat64() {
		n++
	}
	return n
}

func (s *send) failed() bool { return s.code != "" }

func minute(t int) time.Time { return midnight.Add(time.Duration(t) * time.Minute) }
