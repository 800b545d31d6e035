// Package check asks the questions that the articles ask, and answers each with
// a finding: ok, problem, unknown or skipped. "Could not ask" is never "ok".
//
// A check is one file with one registered value; articles name checks by their
// stable names. To add one: write the file, register it, name it in an article;
// tests notice a name that one side does not know. A check that asks Meta names
// the page where an agent finds the answer by hand.
package check

import (
	"context"
	"slices"
	"time"

	"unsent/model"
)

// A Subject is what the checks are about: a case, the time of the look, and the
// way to Meta.
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
	// Run answers; it is called for a check with a Hand only where Subject.Meta is
	// set. It may leave out what the runner knows: Check, Title, and, where Meta
	// was not asked, Source, At and Took. The context ends when the time is up.
	Run func(ctx context.Context, s Subject) model.Finding
}

// Asks reports whether a check asks Meta, or a person: false for those that the log
// answers, and for a name that is no check's.
func Asks(name string) bool {
	k := Find(name)
	return k != nil && k.Hand != ""
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
	"status-page", "log-outage", "retry", "token", "health", "account", "phone-number", "number-in-account", "webhook",
	"template", "window", "recipient", "other-numbers", "public-key", "flow", "message-history", "activity",
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
