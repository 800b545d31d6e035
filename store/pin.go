package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"unsent/model"
)

// A pin is what the database has of a message that was moved by hand.
type pin struct {
	Message  int64  `json:"message"`
	Incident int64  `json:"incident"` // 0: it is not moved
	Source   int64  `json:"source,omitempty"`
	Who      string `json:"who,omitempty"`
	At       int64  `json:"at,omitempty"`
}

// Move says that messages belong to an incident, 0 for a new one, whatever the log
// looks like. They stay there, also when more is loaded and when that incident
// becomes a part of another, until they are moved again, Undo takes it back, or they
// are deleted. A message that is moved to where it would be by itself is not moved
// any more.
//
// Only the messages that are named move: what the incidents are made of does not
// change, so no other message changes its incident.
func (s *Store) Move(ctx context.Context, messages []model.MessageID, to model.IncidentID, who string) (m model.Move, err error) {
	err = s.session(ctx, func(t *session) error {
		if to == 0 {
			id, err := newIncidents(t, make([]model.Group, 1))
			if err != nil {
				return err
			}
			to, m.New = model.IncidentID(id), true
			if err := t.exec("UPDATE incident SET reason = ? WHERE id = ?", "Its messages were put together by hand.", id); err != nil {
				return err
			}
		}
		stands, err := t.stands(int64(to), nil)
		if err != nil {
			return err
		}
		m.To = model.IncidentID(stands)
		if _, err := readWork(t, m.To); err != nil {
			return err
		}
		return s.move(t, &m, messages, who, func(old pin, is, natural int64) (pin, bool) {
			if natural == stands {
				return pin{Message: old.Message}, is != stands
			}
			return pin{Message: old.Message, Incident: stands, Source: is, Who: who, At: millis(s.now())}, is != stands
		})
	})
	s.forgetCounted()
	return m, s.fail("moving messages", err)
}

// MoveBack lets messages be where they would be had nobody moved them.
func (s *Store) MoveBack(ctx context.Context, messages []model.MessageID, who string) (m model.Move, err error) {
	err = s.session(ctx, func(t *session) error {
		places := map[int64]bool{}
		err := s.move(t, &m, messages, who, func(old pin, _, natural int64) (pin, bool) {
			if old.Incident == 0 {
				return pin{}, false
			}
			if places[natural] = true; len(places) == 1 {
				m.To = model.IncidentID(natural)
			} else {
				m.To = 0
			}
			return pin{Message: old.Message}, true
		})
		if errors.Is(err, model.ErrThere) {
			return model.WithHint(model.ErrNotMoved, "'unsent show' says of a message whether it was")
		}
		return err
	})
	s.forgetCounted()
	return m, s.fail("moving messages back", err)
}

// move moves messages to where "to" says: it is told which pin a message has, where it
// is and where it would be by itself, and answers its next pin, or false for a message
// that stays. m is filled in.
func (s *Store) move(t *session, m *model.Move, messages []model.MessageID, who string, to func(old pin, is, natural int64) (pin, bool)) error {
	if err := catchUp(t); err != nil { // what is moved is counted
		return err
	}
	if len(messages) == 0 {
		return model.WithHint(errors.New("no message was named"), "name the messages that belong elsewhere, as m12")
	}
	list := slices.Clone(messages)
	slices.Sort(list)
	var before, after []pin
	for _, id := range slices.Compact(list) {
		is, natural, err := t.placeOf(int64(id))
		if err != nil {
			return err
		}
		old, err := t.pinOf(int64(id))
		if err != nil {
			return err
		}
		p, moves := to(old, is, natural)
		if !moves {
			m.Already++
			continue
		}
		before, after = append(before, old), append(after, p)
		m.Messages = append(m.Messages, id)
		if p.Incident == 0 {
			m.Back = append(m.Back, id)
		}
		if source := model.IncidentID(is); is != 0 && !slices.Contains(m.From, source) {
			m.From = append(m.From, source)
		}
	}
	if len(after) == 0 {
		return model.WithHint(fmt.Errorf("%s: %w", m.To, model.ErrThere), "name another incident")
	}
	slices.Sort(m.From)
	if err := s.pin(t, after); err != nil {
		return err
	}
	about := m.To
	if about == 0 {
		about = m.From[0]
	}
	return s.changed(t, change{who: who, what: m.String(), kind: changeMove, incident: about}, before, after, "move")
}

// turnMove is put for messages that were moved. Those that are not there any longer
// need not be moved back.
func (s *Store) turnMove(t *session, to, from string, overlaid error) error {
	if err := catchUp(t); err != nil {
		return err
	}
	var then, next []pin
	if err := errors.Join(json.Unmarshal([]byte(from), &then), json.Unmarshal([]byte(to), &next)); err != nil {
		return err
	}
	gone := map[int64]bool{}
	for _, p := range then {
		var one int
		there, err := t.scan("SELECT 1 FROM failure WHERE id = ?", []any{p.Message}, &one)
		if err != nil {
			return err
		}
		if !there {
			gone[p.Message] = true
			continue
		}
		now, err := t.pinOf(p.Message)
		if err != nil {
			return err
		}
		if now != p {
			return overlaid
		}
	}
	s.forgetCounted()
	return s.pin(t, slices.DeleteFunc(next, func(p pin) bool { return gone[p.Message] }))
}

// pin keeps pins in place of those that the messages have, and moves them.
func (s *Store) pin(t *session, all []pin) error {
	shifts := map[int64][]shift{} // by incident
	see := func(by int) error {
		for _, p := range all {
			is, _, err := t.placeOf(p.Message)
			if err != nil {
				return err
			}
			var at int64
			if _, err := t.scan("SELECT at FROM failure WHERE id = ?", []any{p.Message}, &at); err != nil {
				return err
			}
			shifts[is] = append(shifts[is], shift{at, by})
		}
		return nil
	}
	if err := see(-1); err != nil {
		return err
	}
	for _, p := range all {
		if err := t.exec("DELETE FROM pin WHERE message = ?", p.Message); err != nil {
			return err
		}
		if p.Incident == 0 {
			continue
		}
		if err := t.exec("INSERT INTO pin (message, incident, source, who, at) VALUES (?, ?, ?, ?, ?)", p.Message, p.Incident, p.Source, p.Who, p.At); err != nil {
			return err
		}
	}
	if err := settlePins(t); err != nil {
		return err
	}
	if err := see(1); err != nil {
		return err
	}
	for id, list := range shifts {
		if id == 0 {
			continue
		}
		if err := countShifted(t, id, list); err != nil {
			return err
		}
		if err := s.touched(t, model.IncidentID(id)); err != nil {
			return err
		}
	}
	return keepTotals(t)
}

// movedHow says how a row f of "failure" came to its incident by hand, NULL where it
// did not. readMoved reads it.
const movedHow = "(SELECT json_object('source', source, 'who', who, 'at', at) FROM pin WHERE message = f.id)"

func readMoved(text sql.NullString) (m model.Moved, err error) {
	if !text.Valid {
		return m, nil
	}
	var p pin
	err = json.Unmarshal([]byte(text.String), &p)
	return model.Moved{From: model.IncidentID(p.Source), Who: p.Who, At: moment(p.At)}, err
}

func (t *session) pinOf(message int64) (pin, error) {
	p := pin{Message: message}
	_, err := t.scan("SELECT incident, source, who, at FROM pin WHERE message = ?", []any{message}, &p.Incident, &p.Source, &p.Who, &p.At)
	return p, err
}

// placeOf is the incident that a message belongs to, and the one that it would
// belong to by itself; 0 where none has been made of its strand yet.
func (t *session) placeOf(message int64) (is, natural int64, err error) {
	var origin, at int64
	found, err := t.scan("SELECT "+incidentOf+", coalesce((SELECT origin FROM pinned WHERE strand = f.strand), f.strand), f.at FROM failure AS f WHERE f.id = ?",
		[]any{message}, &is, &origin, &at)
	if err == nil && !found {
		err = missing(model.MessageID(message))
	}
	if err != nil {
		return 0, 0, err
	}
	_, err = t.scan("SELECT e.incident FROM extent AS e WHERE e.strand = ? AND e.since <= ? ORDER BY e.since DESC LIMIT 1", []any{origin, at}, &natural)
	return is, natural, err
}

// stands is the incident itself, or the one that it has become a part of. joined
// says so of those of which the database does not know it yet: 0 for itself.
func (t *session) stands(id int64, joined map[int64]int64) (int64, error) {
	for seen := map[int64]bool{}; !seen[id]; {
		seen[id] = true
		to, known := joined[id]
		if !known {
			if _, err := t.scan("SELECT joined FROM incident WHERE id = ?", []any{id}, &to); err != nil {
				return id, err
			}
		}
		if to == 0 {
			break
		}
		id = to
	}
	return id, nil
}

// settlePins brings messages to the strands that their pins say, and those without
// a pin back to the strand that they come from: an import has put some elsewhere,
// or taken some away.
func settlePins(t *session) error {
	for _, statement := range [...]string{
		"DELETE FROM pin WHERE NOT EXISTS (SELECT 1 FROM failure WHERE id = pin.message)",
		"DELETE FROM pinned WHERE NOT EXISTS (SELECT 1 FROM strand WHERE id = pinned.strand)",
	} {
		if err := t.exec(statement); err != nil {
			return err
		}
	}
	type due struct{ message, incident, strand, origin int64 }
	var all []due
	rows, err := t.tx.QueryContext(t.ctx, `SELECT f.id, p.incident, f.strand, coalesce(o.origin, f.strand) FROM pin AS p CROSS JOIN failure AS f ON f.id = p.message
			LEFT JOIN pinned AS o ON o.strand = f.strand WHERE o.incident IS NOT p.incident
		UNION ALL SELECT f.id, 0, f.strand, o.origin FROM pinned AS o CROSS JOIN by_strand AS f ON f.strand = o.strand
			WHERE NOT EXISTS (SELECT 1 FROM pin WHERE message = f.id)`)
	if err := each(rows, err, func(r *sql.Rows) error {
		var d due
		err := r.Scan(&d.message, &d.incident, &d.strand, &d.origin)
		all = append(all, d)
		return err
	}); err != nil || len(all) == 0 {
		return err
	}
	slices.SortFunc(all, func(a, b due) int { return cmp.Compare(a.message, b.message) })
	deltas := newDeltas()
	for _, d := range all {
		strand := d.origin
		if d.incident != 0 {
			if strand, err = t.pinnedStrand(d.origin, d.incident); err != nil {
				return err
			}
		}
		w, err := weigh(t, d.message)
		if err != nil {
			return err
		}
		old := w
		deltas.count(old, -1)
		if w.cell, err = t.cellIn(strand, w.cell); err != nil {
			return err
		}
		w.strand = strand
		deltas.count(w, 1)
		if err := t.exec("UPDATE failure SET strand = ?, cell = ? WHERE id = ?", w.strand, w.cell, d.message); err != nil {
			return err
		}
		if err := reorder(t, d.message, &old); err != nil {
			return err
		}
	}
	return deltas.apply(t, 0)
}

// below is the next number for a strand or cell of messages that were moved.
func (t *session) below() (id int64, err error) {
	if err := t.exec("INSERT INTO meta (key, value) VALUES ('below', -1) ON CONFLICT (key) DO UPDATE SET value = value - 1"); err != nil {
		return 0, err
	}
	_, err = t.scan("SELECT value FROM meta WHERE key = 'below'", nil, &id)
	return id, err
}

// pinnedStrand is the strand of the messages that were moved from one to an
// incident. It is in one piece for ever.
func (t *session) pinnedStrand(origin, incident int64) (id int64, err error) {
	found, err := t.scan("SELECT strand FROM pinned WHERE origin = ? AND incident = ?", []any{origin, incident}, &id)
	if found || err != nil {
		return id, err
	}
	if id, err = t.below(); err != nil {
		return 0, err
	}
	stands, err := t.stands(incident, nil)
	if err != nil {
		return 0, err
	}
	// The key is what the strand's failures have in common; no import asks for one
	// with a member that bounds do not have.
	if err := t.exec("INSERT INTO strand (id, key) SELECT ?1, json_set(key, '$.pinned', ?1) FROM strand WHERE id = ?2", id, origin); err != nil {
		return 0, err
	}
	if err := t.exec("INSERT INTO pinned (strand, origin, incident) VALUES (?, ?, ?)", id, origin, incident); err != nil {
		return 0, err
	}
	return id, t.exec("INSERT INTO extent (strand, since, until, incident) VALUES (?, ?, ?, ?)", id, -ever, ever, stands)
}

// cellIn is the cell with the facts of another one in a strand.
func (t *session) cellIn(strand, cell int64) (id int64, err error) {
	const facts = "code, system, vendor, http, title, waba, phone, template, language, kind"
	found, err := t.scan("SELECT id FROM cell WHERE strand = ? AND ("+facts+") = (SELECT "+facts+" FROM cell WHERE id = ?)", []any{strand, cell}, &id)
	if found || err != nil {
		return id, err
	}
	if id, err = t.below(); err != nil {
		return 0, err
	}
	return id, t.exec("INSERT INTO cell (id, strand, "+facts+") SELECT ?, ?, "+facts+" FROM cell WHERE id = ?", id, strand, cell)
}

// unpinned are the strands as if nothing had been moved, in place of the table.
const unpinned = `(SELECT s.id, s.key, s.failures + coalesce(p.failures, 0) AS failures,
		CASE WHEN s.first = 0 OR p.first < s.first THEN coalesce(p.first, 0) ELSE s.first END AS first, max(s.last, coalesce(p.last, 0)) AS last
	FROM strand AS s LEFT JOIN (SELECT p.origin, sum(s.failures) AS failures, min(nullif(s.first, 0)) AS first, max(s.last) AS last
		FROM pinned AS p JOIN strand AS s ON s.id = p.strand GROUP BY p.origin) AS p ON p.origin = s.id WHERE s.id > 0)`

// layPins puts the strands of moved messages beside the others and into their
// incidents, and takes their counts and minutes off the strands that they come from.
func layPins(t *session, log *Log, groups []model.Group, after map[int64][]placed) error {
	log.origins = map[int64]int64{}
	var all []struct{ strand, origin, incident int64 }
	rows, err := t.tx.QueryContext(t.ctx, "SELECT strand, origin, incident FROM pinned ORDER BY strand DESC")
	if err := each(rows, err, func(r *sql.Rows) error {
		var l struct{ strand, origin, incident int64 }
		err := r.Scan(&l.strand, &l.origin, &l.incident)
		all = append(all, l)
		return err
	}); err != nil || len(all) == 0 {
		return err
	}
	joined := map[int64]int64{}
	for i := range groups {
		for _, old := range groups[i].Joined {
			joined[int64(old)] = int64(groups[i].ID)
		}
	}
	for i := range groups { // what has a group stands by itself, whatever it was a part of
		joined[int64(groups[i].ID)] = 0
	}
	at := make(map[int64]int, len(log.Strands))
	for i := range log.Strands {
		at[log.Strands[i].ID] = i
	}
	count := func(s *model.Strand) error {
		_, err := t.scan("SELECT failures, first, last FROM strand WHERE id = ?", []any{s.ID}, &s.Failures, &s.First, &s.Last)
		return err
	}
	for _, l := range all {
		stands, err := t.stands(l.incident, joined)
		if err != nil {
			return err
		}
		log.origins[l.strand] = l.origin
		after[l.strand] = []placed{{piece{l.strand, -ever, ever}, stands}}
		s := model.Strand{ID: l.strand}
		if err := count(&s); err != nil {
			return err
		}
		if i, ok := at[l.origin]; ok {
			from := &log.Strands[i]
			s.Bounds = from.Bounds
			if err := count(from); err != nil {
				return err
			}
			times, err := t.numbers("SELECT at FROM by_strand WHERE strand = ? ORDER BY at", l.strand)
			if err != nil {
				return err
			}
			for _, ms := range times {
				minute := minuteOf(ms)
				if i, ok := slices.BinarySearchFunc(from.Minutes, minute, func(m model.Minute, at int64) int { return cmp.Compare(m.At, at) }); ok {
					from.Minutes[i].Failed--
					s.Minutes = append(s.Minutes, model.Minute{At: minute, Failed: 1})
				}
			}
			s.Minutes = eachOnce(s.Minutes)
		}
		log.Strands = append(log.Strands, s)
	}
	return nil
}

// originOf is the strand that a strand's messages come from: mostly it is itself.
func (l *Log) originOf(strand int64) int64 {
	if origin, ok := l.origins[strand]; ok {
		return origin
	}
	return strand
}

// eachMoved are the minutes of moved messages: one less in a cell of the strand that
// they come from, and one more where they are.
func (s *Store) eachMoved(ctx context.Context, give func(tick)) error {
	rows, err := s.r.QueryContext(ctx, `SELECT coalesce((SELECT c.id FROM cell AS c INDEXED BY cell_strand WHERE c.strand = p.origin LIMIT 1), 0), f.cell, f.at
		FROM pinned AS p CROSS JOIN by_strand AS f ON f.strand = p.strand`)
	return each(rows, err, func(r *sql.Rows) error {
		var origin, cell, at int64
		err := r.Scan(&origin, &cell, &at)
		give(tick{origin, minuteOf(at), -1, 0})
		give(tick{cell, minuteOf(at), 1, 0})
		return err
	})
}

// Moved counts the messages that were moved to an incident by hand, and those that
// were moved away from it and would be its own by themselves.
func (s *Store) Moved(ctx context.Context, id model.IncidentID) (here, away int, err error) {
	err = s.r.QueryRowContext(ctx, `SELECT
		(SELECT coalesce(sum(s.failures), 0) FROM pinned AS p CROSS JOIN extent AS e ON e.strand = p.strand CROSS JOIN strand AS s ON s.id = p.strand WHERE e.incident = ?1),
		(SELECT count(*) FROM pinned AS p CROSS JOIN by_strand AS f ON f.strand = p.strand
			WHERE (SELECT e.incident FROM extent AS e WHERE e.strand = p.origin AND e.since <= f.at ORDER BY e.since DESC LIMIT 1) = ?1
			AND NOT EXISTS (SELECT 1 FROM extent AS e WHERE e.strand = p.strand AND e.incident = ?1))`, int64(id)).Scan(&here, &away)
	return here, away, s.fail("counting what was moved by hand to "+id.String(), err)
}
