package check

import (
	"fmt"
	"time"

	"unsent/check/status"
)

// failures are the times at which the messages of a subject failed: one by one
// where the sample is all there is, otherwise in the slices of the incident's
// trend, so that the newest do not stand for all.
type failures struct {
	all, timed  int // timed are those whose time is known
	spans       []failed
	first, last time.Time
	rough       bool // slices, not single messages
}

// failed is how many failed from one time to another; from is to for one message.
type failed struct {
	from, to time.Time
	n        int
}

func failuresOf(s Subject) failures {
	sample, all := s.messages()
	fs := failures{all: all}
	i := &s.Incident
	if s.Message == nil && len(sample) < all && len(i.Trend) > 0 && !i.First.IsZero() {
		fs.rough = true
		for k, n := range i.Trend {
			from := i.First.Add(time.Duration(k) * i.TrendStep())
			fs.add(failed{from, from.Add(i.TrendStep()), n})
		}
		return fs
	}
	fs.all = len(sample)
	for k := range sample {
		if at := sample[k].At; !at.IsZero() {
			fs.add(failed{at, at, 1})
		}
	}
	return fs
}

func (fs *failures) add(f failed) {
	if f.n == 0 {
		return
	}
	fs.spans = append(fs.spans, f)
	fs.timed += f.n
	if fs.first.IsZero() || f.from.Before(fs.first) {
		fs.first = f.from
	}
	if f.to.After(fs.last) {
		fs.last = f.to
	}
}

// before leaves out what is said to have failed after a time: a log whose times
// lie in the future cannot be held against a list of outages.
func (fs failures) before(limit time.Time) failures {
	out := failures{all: fs.all, rough: fs.rough}
	for _, f := range fs.spans {
		if !f.from.After(limit) {
			out.add(f)
		}
	}
	return out
}

// within counts the failures that surely and that perhaps fall into an event.
func (fs failures) within(e status.Event) (sure, may int) {
	for _, f := range fs.spans {
		a, b := e.Covers(f.from), e.Covers(f.to)
		switch {
		case a == status.Yes && b == status.Yes:
			sure += f.n
		case a != status.No || b != status.No || !e.Start.Before(f.from) && !e.Start.After(f.to):
			may += f.n
		}
	}
	return sure, may
}

// most reports whether n are more than the rest: what most of the failures do
// not share is not what ails the incident.
func (fs failures) most(n int) bool { return n > 0 && 2*n > max(fs.timed, fs.all) }

// share is n of the failures in words: "this failure", "12 of 200 failures".
func (fs failures) share(n int) string {
	switch {
	case fs.all <= 1:
		return "this failure"
	case n == fs.all:
		return fmt.Sprintf("all %d failures", n)
	case fs.rough:
		return fmt.Sprintf("about %d of %d failures", n, fs.all)
	}
	return fmt.Sprintf("%d of %d failures", n, fs.all)
}
