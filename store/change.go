package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"unsent/model"
)

// A change is one thing that an agent did by hand and can take back.
type change struct {
	id        int64
	who, what string
	kind      string
	incident  model.IncidentID
	item      string // the step, or the number of the note that came with it
}

const (
	changeWork = "work" // item: a note, or ""
	changeStep = "step" // item: the step
	changeNote = "note" // item: the note
	changeMove = "move" // of messages; incident: where they were moved to
)

// changed keeps a change in the log and in the audit trail. What its agent had
// taken back before cannot be brought back any more.
func (s *Store) changed(t *session, c change, before, after any, event string) error {
	b, err := json.Marshal(before)
	if err != nil {
		return err
	}
	a, err := json.Marshal(after)
	if err != nil {
		return err
	}
	if err := t.exec("UPDATE change SET state = 'dropped' WHERE state = 'undone' AND who = ?", c.who); err != nil {
		return err
	}
	if err := t.exec(`INSERT INTO change (at, who, what, kind, incident, item, before, after, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'done')`,
		millis(s.now()), c.who, c.what, c.kind, int64(c.incident), c.item, string(b), string(a)); err != nil {
		return err
	}
	return s.event(t, c.who, event, c.incident.String(), c.what)
}

// Undo takes back the last change of who that still stands: of state, assignee,
// a step, a note, or where messages belong. It answers what that was. When somebody else has changed
// the same since, nothing is done and the error says so.
func (s *Store) Undo(ctx context.Context, who string) (what string, err error) {
	return s.turn(ctx, who, "undo", `SELECT id, what, kind, incident, item, before, after FROM change
		WHERE state = 'done' AND who = ? ORDER BY id DESC LIMIT 1`, "undone")
}

// Redo does again what Undo took back last, as long as who has changed nothing
// else since.
func (s *Store) Redo(ctx context.Context, who string) (what string, err error) {
	return s.turn(ctx, who, "redo", `SELECT id, what, kind, incident, item, after, before FROM change
		WHERE state = 'undone' AND who = ? ORDER BY id LIMIT 1`, "done")
}

// turn puts what the query reads first in the place of what it reads second.
func (s *Store) turn(ctx context.Context, who, doing, query, state string) (string, error) {
	var c change
	err := s.session(ctx, func(t *session) error {
		var to, from string
		found, err := t.scan(query, []any{who}, &c.id, &c.what, &c.kind, (*int64)(&c.incident), &c.item, &to, &from)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("there is nothing to %s: %w", doing, model.ErrNotFound)
		}
		if err := s.put(t, &c, to, from); err != nil {
			return err
		}
		if err := t.exec("UPDATE change SET state = ? WHERE id = ?", state, c.id); err != nil {
			return err
		}
		return s.event(t, who, doing, c.incident.String(), c.what)
	})
	if err != nil {
		return "", s.fail("taking a change back or doing it again", err)
	}
	return c.what, nil
}

var errOverlaid = errors.New("it was changed by someone else since")

// put makes an incident's work, step or note what "to" says, if it is what
// "from" says.
func (s *Store) put(t *session, c *change, to, from string) error {
	overlaid := model.WithHint(fmt.Errorf("%s: %w", c.what, errOverlaid), "look at the incident and set it by hand")
	switch c.kind {
	case changeWork:
		now, err := readWork(t, c.incident)
		if err != nil {
			return err
		}
		var then, next work
		if err := errors.Join(json.Unmarshal([]byte(from), &then), json.Unmarshal([]byte(to), &next)); err != nil {
			return err
		}
		if now != then {
			return overlaid
		}
		if c.item != "" {
			if err := t.exec("UPDATE note SET removed = 1 - removed WHERE id = ?", c.item); err != nil {
				return err
			}
		}
		return s.writeWork(t, c.incident, next)
	case changeStep:
		now, err := readStep(t, c.incident, c.item)
		if err != nil {
			return err
		}
		var then, next *model.StepRecord
		if err := errors.Join(json.Unmarshal([]byte(from), &then), json.Unmarshal([]byte(to), &next)); err != nil {
			return err
		}
		if (now == nil) != (then == nil) || now != nil && *now != *then {
			return overlaid
		}
		return s.writeStep(t, c.incident, c.item, next)
	case changeMove:
		return s.turnMove(t, to, from, overlaid)
	}
	if err := t.exec("UPDATE note SET removed = 1 - removed WHERE id = ?", c.item); err != nil {
		return err
	}
	return s.touched(t, c.incident)
}
