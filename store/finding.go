package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"unsent/model"
)

// SaveFinding keeps what a check found out about an incident, or about one
// message of it when msg is not 0. Earlier findings stay in the database.
func (s *Store) SaveFinding(ctx context.Context, id model.IncidentID, msg model.MessageID, f model.Finding) error {
	facts, err := json.Marshal(f.Facts)
	if err != nil {
		return s.fail("saving a finding", err)
	}
	target := id.String()
	if msg != 0 {
		target = msg.String()
	}
	return s.fail("saving a finding", s.session(ctx, func(t *session) error {
		if err := t.exec(`INSERT INTO finding (incident, message, name, title, verdict, summary, facts, source, at, took, raw)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			int64(id), int64(msg), f.Check, f.Title, string(f.Verdict), f.Summary, string(facts), f.Source, millis(f.At), int64(f.Took), f.Raw); err != nil {
			return err
		}
		return s.event(t, s.user(), "check", target, f.String())
	}))
}

// Findings are the newest of each check about an incident, or about one message
// when msg is not 0 (id may be 0 then), in the order of the checks' names.
func (s *Store) Findings(ctx context.Context, id model.IncidentID, msg model.MessageID) ([]model.Finding, error) {
	all, err := s.readFindings(ctx, `SELECT `+findingColumns+` FROM finding WHERE id IN (
		SELECT max(id) FROM finding WHERE message = ?1 AND (incident = ?2 OR ?1 <> 0 AND ?2 = 0) GROUP BY name) ORDER BY name`, int64(msg), int64(id))
	return all, s.fail("reading findings", err)
}

// pastFindings is how many earlier findings of a check a case brings along.
const pastFindings = 5

// past are the findings about an incident, and one message of it where msg is not
// 0, that came before the current ones of the same checks, newest first.
func (s *Store) past(ctx context.Context, id model.IncidentID, msg model.MessageID, current []model.Finding) ([]model.Finding, error) {
	all, err := s.readFindings(ctx, `SELECT `+findingColumns+` FROM
		(SELECT *, row_number() OVER (PARTITION BY name ORDER BY id DESC) AS n FROM finding WHERE incident = ? AND message IN (0, ?))
		WHERE n <= ? ORDER BY id DESC`, int64(id), int64(msg), pastFindings+1)
	all = slices.DeleteFunc(all, func(f model.Finding) bool {
		return slices.ContainsFunc(current, func(now model.Finding) bool {
			return now.Check == f.Check && now.About == f.About && now.At.Equal(f.At)
		})
	})
	return all, s.fail("reading earlier findings", err)
}

const findingColumns = "name, message, title, verdict, summary, facts, source, at, took, raw"

func (s *Store) readFindings(ctx context.Context, query string, args ...any) (all []model.Finding, err error) {
	rows, err := s.r.QueryContext(ctx, query, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var f model.Finding
		var at, took int64
		var facts string
		if err := r.Scan(&f.Check, (*int64)(&f.About), &f.Title, &f.Verdict, &f.Summary, &facts, &f.Source, &at, &took, &f.Raw); err != nil {
			return err
		}
		f.At, f.Took = moment(at), time.Duration(took)
		if err := json.Unmarshal([]byte(facts), &f.Facts); err != nil {
			return err
		}
		all = append(all, f)
		return nil
	})
	return all, err
}

// NewestOf are the newest findings of one check, whatever they are about, newest
// first. What the status page said is about all incidents.
func (s *Store) NewestOf(ctx context.Context, check string, most int) ([]model.Finding, error) {
	all, err := s.readFindings(ctx, "SELECT "+findingColumns+" FROM finding WHERE name = ? ORDER BY id DESC LIMIT ?", check, most)
	return all, s.fail("reading findings", err)
}
