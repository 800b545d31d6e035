package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"unsent/model"
	"unsent/safe"
	"unsent/store"
	"unsent/triage"
	"unsent/ui"
)

// A retry plan as both faces make it: the plan command and the screen's page.

// planAsk is what is asked of a plan.
type planAsk struct {
	csv     string // the file of what is to be sent; "-" for standard output
	refused string // the file of what is not
	full    bool
	force   bool // the files may be overwritten
}

// planned hands over the messages of a target, newest first.
func planned(s *store.Store, m *matter) func(context.Context, func(*model.Failure) error) error {
	return func(ctx context.Context, do func(*model.Failure) error) error {
		if m.Message != nil {
			return do(m.Message)
		}
		_, _, err := eachFailure(ctx, s, model.Query{Incident: m.Incident.ID}, 0, do)
		return err
	}
}

// makePlan makes the plan of a matter and writes the lists that are asked for.
// give gets each message with what is to be done with it, newest first; read is
// told of each message that was read, which each is twice. Where the list of what
// is to be sent has nothing in it the error is errNothingPlanned, and the plan is
// whole all the same.
func (a *app) makePlan(ctx context.Context, s *store.Store, m *matter, ask planAsk, read func(), give func(*model.Failure, *triage.Retry) error) (triage.PlanSum, error) {
	for _, name := range []string{ask.csv, ask.refused} {
		if name != "" && name != "-" {
			if err := unused(name, ask.force); err != nil {
				return triage.PlanSum{}, err
			}
		}
	}
	now := a.Now()
	p := triage.NewPlanner(triage.PlanInput{
		Now: now, Incident: m.Incident, Causes: m.Causes, Findings: m.Findings, Outage: m.Outage, Log: m.Evidence.Outage, Single: m.Message != nil,
	})
	messages := planned(s, m)
	who := people{digits: map[string]bool{}}
	if err := messages(ctx, func(f *model.Failure) error {
		read()
		p.See(f)
		who.see(f)
		return nil
	}); err != nil {
		return triage.PlanSum{}, err
	}
	if err := elsewhere(ctx, s, m, who, now, p.Other); err != nil {
		return triage.PlanSum{}, err
	}
	err := a.planLists(ask, func(send, left planRow) error {
		return messages(ctx, func(f *model.Failure) error {
			if err := ctx.Err(); err != nil {
				return err // a list of a plan that was stopped is none
			}
			read()
			r := p.Plan(f)
			if err := give(f, &r); err != nil {
				return err
			}
			if r.Refused == nil {
				return send(planRowOf(f, &r, ask.full))
			}
			return left(refusedRowOf(f, &r, ask.full))
		})
	})
	if err != nil && !errors.Is(err, errNothingPlanned) {
		return triage.PlanSum{}, err
	}
	if err != nil {
		ask.csv = ""
	}
	sum := p.Sum()
	// What is written is put on record also when the agent stops it now.
	return sum, errors.Join(err, a.logPlan(context.WithoutCancel(ctx), s, m.Target(), &sum, ask))
}

// byRecipient are the codes by which the log says what a person is not to get,
// however long ago that was.
var byRecipient = []model.Code{"130403", "130472", "131049", "131050"}

// people are the recipients of a target, as long as there are few of them: then
// each can be asked for, and the log need not be read.
type people struct {
	digits map[string]bool
	many   bool
}

const fewPeople = 50

func (p *people) see(f *model.Failure) {
	to := safe.ParsePhone(f.Recipient).Digits
	switch {
	case p.many:
	case to != "":
		p.digits[to] = true
		p.many = len(p.digits) > fewPeople
	case slices.Contains(f.Flags, model.FlagBSUID): // cannot be asked for
		p.many = true
	}
}

// elsewhere hands over what the log has outside the target and may be of its
// people. Of many that is everything not too old to be planned, because of what
// is newer than a message of the target, and, however old, whoever is to get none.
func elsewhere(ctx context.Context, s *store.Store, m *matter, who people, now time.Time, do func(*model.Failure)) error {
	first := m.Incident.First
	ours := func(f *model.Failure) bool { return f.Incident == m.Incident.ID }
	if m.Message != nil {
		first = m.Message.At
		ours = func(f *model.Failure) bool { return f.ID == m.Message.ID }
	}
	if first.IsZero() {
		return nil // no message of it has a time, so none is planned
	}
	if oldest := now.Add(-triage.PlanAge); first.Before(oldest) {
		first = oldest
	}
	queries := []model.Query{{Since: first}, {Until: first, Codes: byRecipient}}
	if !who.many {
		queries = nil
		for to := range who.digits {
			queries = append(queries, model.Query{Recipient: to})
		}
	}
	for _, q := range queries {
		_, _, err := eachFailure(ctx, s, q, 0, func(f *model.Failure) error {
			if !ours(f) {
				do(f)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// logPlan keeps on record which lists were written.
func (a *app) logPlan(ctx context.Context, s *store.Store, about model.Target, sum *triage.PlanSum, ask planAsk) error {
	for _, list := range []struct{ name, what string }{
		{ask.csv, model.Count(sum.Planned, "send", "sends")},
		{ask.refused, model.Count(sum.RefusedCount(), "message", "messages") + " not to be sent"},
	} {
		if list.name == "" {
			continue
		}
		masked := "numbers masked"
		if ask.full {
			masked = "numbers in full"
		}
		to := "standard output"
		if list.name != "-" {
			to = a.clean(list.name)
		}
		if err := s.Log(ctx, a.who(), "plan", about.String(), list.what+" written to "+to+", "+masked); err != nil {
			return err
		}
	}
	return nil
}

// screenPlan makes a plan for the screen. A list that it writes gets a name of its
// own in a folder beside the database at db.
func (a *app) screenPlan(ctx context.Context, s *store.Store, db string, ask ui.PlanAsk, progress func(done, all int), give func(*model.Failure, *triage.Retry)) (ui.Planned, error) {
	m, err := load(ctx, s, ask.Target.String())
	if err != nil {
		return ui.Planned{}, err
	}
	all, done := 2, 0
	if m.Message == nil {
		all = 2 * m.Incident.Failures
	}
	var lists planAsk
	name := ""
	if ask.Write != ui.PlanShown {
		if name, err = planFile(db, ask, a.Now()); err != nil {
			return ui.Planned{}, err
		}
		lists = planAsk{csv: name, full: ask.Full, force: true} // the name is taken by us
		if ask.Write == ui.PlanLeftOut {
			lists.csv, lists.refused = "", name
		}
	}
	sum, err := a.makePlan(ctx, s, m, lists, func() { done++; progress(done, all) }, func(f *model.Failure, r *triage.Retry) error {
		give(f, r)
		return nil
	})
	none := errors.Is(err, errNothingPlanned)
	if name != "" && (none || sum.Made.IsZero()) { // nothing was written
		os.Remove(name)
		name = ""
	}
	switch {
	case none:
		err = model.WithHint(errors.New("no list is written: "+errNothingPlanned.Error()), "what speaks against it is on the screen")
	case err != nil && name != "":
		err = fmt.Errorf("the list is in %s, and the audit trail does not say so: %w", name, err)
	}
	return ui.Planned{Sum: sum, File: name}, err
}

// planFile takes a name that no file has yet, for a list of a plan.
func planFile(db string, ask ui.PlanAsk, now time.Time) (string, error) {
	dir := filepath.Join(filepath.Dir(db), "plans")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for plans: %w", err)
	}
	what := "retry"
	if ask.Write == ui.PlanLeftOut {
		what = "left-out"
	}
	// A month in letters: a row of digits would be masked as a phone number wherever the name is shown.
	base := fmt.Sprintf("%s-%s-%s", what, ask.Target, strings.ToLower(now.UTC().Format("02Jan2006")))
	for n := 1; ; n++ {
		name := filepath.Join(dir, fmt.Sprintf("%s-%d.csv", base, n))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		switch {
		case err == nil:
			return name, f.Close()
		case !errors.Is(err, os.ErrExist):
			return "", fmt.Errorf("choosing a name for the list: %w", err)
		}
	}
}
