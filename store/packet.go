package store

import (
	"context"
	"database/sql"
	"fmt"

	"unsent/model"
)

// SavePacket keeps an escalation packet as it went out and answers its number.
func (s *Store) SavePacket(ctx context.Context, p model.Packet) (int64, error) {
	var id int64
	err := s.session(ctx, func(t *session) error {
		r, err := t.result(`INSERT INTO packet (incident, message, made, profile, format, complete, hash, file, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			int64(p.Incident), int64(p.Message), millis(p.Made), p.Profile, p.Format, p.Complete, p.Hash, p.File, p.Text)
		if err != nil {
			return err
		}
		if id, err = r.LastInsertId(); err != nil {
			return err
		}
		target := p.Incident.String()
		if p.Message != 0 {
			target = p.Message.String()
		}
		return s.event(t, s.user(), "packet", target, fmt.Sprintf("packet %d, profile %s, format %s, complete %d of 5, hash %s", id, p.Profile, p.Format, p.Complete, p.Hash))
	})
	return id, s.fail("saving the packet", err)
}

// Packets are those of an incident, newest first.
func (s *Store) Packets(ctx context.Context, id model.IncidentID) ([]model.Packet, error) {
	var all []model.Packet
	rows, err := s.r.QueryContext(ctx, `SELECT id, incident, message, made, profile, format, complete, hash, file, text
		FROM packet WHERE incident = ? ORDER BY id DESC`, int64(id))
	err = each(rows, err, func(r *sql.Rows) error {
		var p model.Packet
		var made int64
		err := r.Scan(&p.ID, (*int64)(&p.Incident), (*int64)(&p.Message), &made, &p.Profile, &p.Format, &p.Complete, &p.Hash, &p.File, &p.Text)
		p.Made = moment(made)
		all = append(all, p)
		return err
	})
	return all, s.fail("reading packets", err)
}
