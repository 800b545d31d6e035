// Package check asks the questions that the articles ask, and answers each with
// a finding: ok, problem, unknown or skipped. "Could not ask" is never "ok".
//
// A check is one file with one registered value; articles name checks by their
// stable names. To add one: write the file, register it, name it in an article;
// tests notice a name that one side does not know. The checks in this package
// need nothing but the log. Those that would have to ask Meta are listed in
// remote.go with the page where an agent finds the answer by hand.
package check

import (
	"context"
	"fmt"
	"slices"
	"time"

	"unsent/model"
)

// A Subject is what the checks are about: a case, and the clock for the time of
// the findings.
type Subject struct {
	model.Case
	Now  time.Time
	Meta *Meta // nil: offline, nothing is asked over the network
}

// messages are the messages that the subject is about, and how many there are
// in all: a sample must not pass for the whole.
func (s Subject) messages() (sample []model.Failure, all int) {
	if s.Message != nil {
		return []model.Failure{*s.Message}, 1
	}
	return s.Newest, max(len(s.Newest), s.Incident.Failures)
}

// A Check is one question.
type Check struct {
	Name  string // stable: articles, commands and packets use it
	Title string // the question, shown while it is asked
	Hand  string // the page where an agent can look by hand; empty when the log answers
	// Run answers from what the subject says. It is nil for a check that only
	// Meta can answer.
	Run func(ctx context.Context, s Subject) model.Finding
}

var all []*Check

// register adds a check at start. A name given twice is a mistake of ours.
func register(c Check) *Check {
	if slices.ContainsFunc(all, func(o *Check) bool { return o.Name == c.Name }) {
		panic("two checks are named " + c.Name)
	}
	all = append(all, &c)
	return &c
}

// order is the sequence of the articles' steps: the status page gates the rest.
var order = []string{
	"status-page", "token", "health", "account", "phone-number", "number-in-account", "webhook",
	"template", "window", "recipient", "public-key", "flow", "message-history", "activity",
}

// All are the checks in the order in which the articles ask.
func All() []*Check {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b *Check) int {
		return slices.Index(order, a.Name) - slices.Index(order, b.Name)
	})
	return out
}

// Find is the check of that name, nil when there is none.
func Find(name string) *Check {
	for _, c := range all {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Run puts the named checks (all of them when names is empty), in the articles'
// order, and hands each finding to found as it arrives, from the calling
// goroutine. It stops when ctx ends; checks not put by then give no finding.
// An unknown name gives a finding that says so.
func Run(ctx context.Context, s Subject, names []string, found func(model.Finding)) {
	for _, name := range names {
		if Find(name) == nil {
			found(model.Finding{Check: name, Verdict: model.Skipped, Source: "unsent", At: s.Now.UTC(),
				Summary: fmt.Sprintf("skipped: there is no check named %q", name)})
		}
	}
	for _, c := range All() {
		if len(names) > 0 && !slices.Contains(names, c.Name) {
			continue
		}
		if ctx.Err() != nil {
			return
		}
		found(c.put(ctx, s))
	}
}

// put runs one check and fills in what every finding must carry.
func (c *Check) put(ctx context.Context, s Subject) model.Finding {
	begun := time.Now()
	f := model.Finding{Verdict: model.Skipped, Source: "unsent",
		Summary: "not asked: only Meta can answer, and this version asks nothing over the network; look by hand"}
	if c.Hand != "" {
		f.Facts = []model.Fact{{Name: "look at", Value: c.Hand}}
	}
	if c.Run != nil {
		f = c.Run(ctx, s)
	}
	f.Check, f.Title = c.Name, c.Title
	f.At, f.Took = s.Now.UTC(), time.Since(begun)
	if f.Source == "" {
		f.Source = "this log"
	}
	return f
}
