package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"unsent/model"
)

// work is the part of an incident that agents set.
type work struct {
	State    model.CaseState `json:"state"`
	Assignee string          `json:"assignee,omitempty"`
	Ticket   string          `json:"ticket,omitempty"`
}

func readWork(t *session, id model.IncidentID) (w work, err error) {
	found, err := t.scan("SELECT state, assignee, ticket FROM incident WHERE id = ?", []any{int64(id)}, &w.State, &w.Assignee, &w.Ticket)
	if err == nil && !found {
		err = missing(id)
	}
	return w, err
}

func (s *Store) writeWork(t *session, id model.IncidentID, w work) error {
	if err := t.exec("UPDATE incident SET state = ?, assignee = ?, ticket = ? WHERE id = ?", string(w.State), w.Assignee, w.Ticket, int64(id)); err != nil {
		return err
	}
	return s.touched(t, id)
}

// touched notes that an agent has worked on an incident.
func (s *Store) touched(t *session, id model.IncidentID) error {
	return t.exec("UPDATE incident SET changed = ? WHERE id = ?", millis(s.now()), int64(id))
}

// SetState moves an incident to a state of work. A ticket, where one is given,
// is kept with it; a note is added as AddNote does.
func (s *Store) SetState(ctx context.Context, id model.IncidentID, to model.CaseState, note, ticket, who string) error {
	doing := "setting the state of " + id.String()
	if _, ok := model.ParseCaseState(string(to)); !ok {
		return model.WithHint(fmt.Errorf("%s: there is no state %q", doing, to), "the states are new, working, waiting, escalated and solved")
	}
	return s.fail(doing, s.session(ctx, func(t *session) error {
		before, err := readWork(t, id)
		if err != nil {
			return err
		}
		after := before
		after.State = to
		if ticket != "" {
			after.Ticket = ticket
		}
		if err := s.writeWork(t, id, after); err != nil {
			return err
		}
		item := ""
		if note != "" {
			n, err := s.insertNote(t, id, note, who)
			if err != nil {
				return err
			}
			item = strconv.FormatInt(n, 10)
		}
		what := fmt.Sprintf("state of %s from %s to %s", id, before.State, to)
		return s.changed(t, change{who: who, what: what, kind: changeWork, incident: id, item: item}, before, after, "state")
	}))
}

// Assign names who works on an incident; empty for nobody.
func (s *Store) Assign(ctx context.Context, id model.IncidentID, assignee, who string) error {
	return s.fail("assigning "+id.String(), s.session(ctx, func(t *session) error {
		before, err := readWork(t, id)
		if err != nil {
			return err
		}
		after := before
		after.Assignee = assignee
		if err := s.writeWork(t, id, after); err != nil {
			return err
		}
		what := fmt.Sprintf("assignee of %s from %q to %q", id, before.Assignee, assignee)
		return s.changed(t, change{who: who, what: what, kind: changeWork, incident: id}, before, after, "assign")
	}))
}

// SetStep keeps how far a step of an incident's article has come. Without a
// time of its own it gets the present one.
func (s *Store) SetStep(ctx context.Context, id model.IncidentID, step model.StepRecord, who string) error {
	return s.fail(fmt.Sprintf("recording step %s of %s", step.Step, id), s.session(ctx, func(t *session) error {
		if _, err := readWork(t, id); err != nil {
			return err
		}
		before, err := readStep(t, id, step.Step)
		if err != nil {
			return err
		}
		if step.At.IsZero() {
			step.At = s.now()
		}
		step.At = moment(millis(step.At)) // as it will be read
		if err := s.writeStep(t, id, step.Step, &step); err != nil {
			return err
		}
		what := fmt.Sprintf("step %s of %s to %s", step.Step, id, step.State)
		return s.changed(t, change{who: who, what: what, kind: changeStep, incident: id, item: step.Step}, before, &step, "step")
	}))
}

func readStep(t *session, id model.IncidentID, step string) (*model.StepRecord, error) {
	r := model.StepRecord{Step: step}
	var at int64
	found, err := t.scan("SELECT state, by, at, note FROM step WHERE incident = ? AND step = ?", []any{int64(id), step}, &r.State, &r.By, &at, &r.Note)
	if err != nil || !found {
		return nil, err
	}
	r.At = moment(at)
	return &r, nil
}

// writeStep keeps a step, or forgets it when it is nil.
func (s *Store) writeStep(t *session, id model.IncidentID, step string, r *model.StepRecord) error {
	err := t.exec("DELETE FROM step WHERE incident = ? AND step = ?", int64(id), step)
	if err == nil && r != nil {
		err = t.exec("INSERT INTO step (incident, step, state, by, at, note) VALUES (?, ?, ?, ?, ?, ?)",
			int64(id), step, string(r.State), r.By, millis(r.At), r.Note)
	}
	if err != nil {
		return err
	}
	return s.touched(t, id)
}

// Steps are the steps of an incident that something is known of, in the order
// of their numbers.
func (s *Store) Steps(ctx context.Context, id model.IncidentID) ([]model.StepRecord, error) {
	var all []model.StepRecord
	rows, err := s.r.QueryContext(ctx, `SELECT step, state, by, at, note FROM step WHERE incident = ?
		ORDER BY CAST(step AS INTEGER), CAST(substr(step, instr(step || '.', '.') + 1) AS INTEGER), step`, int64(id))
	err = each(rows, err, func(r *sql.Rows) error {
		var step model.StepRecord
		var at int64
		err := r.Scan(&step.Step, &step.State, &step.By, &at, &step.Note)
		step.At = moment(at)
		all = append(all, step)
		return err
	})
	return all, s.fail("reading the steps of "+id.String(), err)
}

// AddNote leaves a note on an incident.
func (s *Store) AddNote(ctx context.Context, id model.IncidentID, text, who string) error {
	return s.fail("adding a note to "+id.String(), s.session(ctx, func(t *session) error {
		if _, err := readWork(t, id); err != nil {
			return err
		}
		n, err := s.insertNote(t, id, text, who)
		if err != nil {
			return err
		}
		c := change{who: who, what: "note on " + id.String(), kind: changeNote, incident: id, item: strconv.FormatInt(n, 10)}
		return s.changed(t, c, nil, json.RawMessage("{}"), "note")
	}))
}

func (s *Store) insertNote(t *session, id model.IncidentID, text, who string) (int64, error) {
	r, err := t.result("INSERT INTO note (incident, at, who, text) VALUES (?, ?, ?, ?)", int64(id), millis(s.now()), who, text)
	if err != nil {
		return 0, err
	}
	if err := s.touched(t, id); err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// Notes are the notes on an incident, oldest first.
func (s *Store) Notes(ctx context.Context, id model.IncidentID) ([]model.Note, error) {
	var all []model.Note
	rows, err := s.r.QueryContext(ctx, "SELECT id, at, who, text FROM note WHERE incident = ? AND removed = 0 ORDER BY id", int64(id))
	err = each(rows, err, func(r *sql.Rows) error {
		var n model.Note
		var at int64
		err := r.Scan(&n.ID, &at, &n.Who, &n.Text)
		n.At = moment(at)
		all = append(all, n)
		return err
	})
	return all, s.fail("reading the notes on "+id.String(), err)
}
