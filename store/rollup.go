package store

import (
	"context"
	"database/sql"

	"unsent/model"
)

// RollUps are the counted attempts of all sends (id 0), or of one incident: its
// failed attempts, and the successes of the same scope in its time, which have
// no incident. They are in no particular order. A large database has as many
// roll-ups as a tenth of its rows; EachRollUp does not hold them all.
func (s *Store) RollUps(ctx context.Context, id model.IncidentID) ([]model.RollUp, error) {
	var all []model.RollUp
	err := s.EachRollUp(ctx, id, func(r *model.RollUp) error {
		all = append(all, *r)
		return nil
	})
	return all, err
}

// EachRollUp calls each for every roll-up that RollUps answers with. What r
// points to is overwritten by the next. An error of each ends it and is
// returned as it is.
func (s *Store) EachRollUp(ctx context.Context, id model.IncidentID, each func(r *model.RollUp) error) error {
	const doing = "reading the roll-ups"
	if id == 0 {
		return s.rollUps(ctx, doing, each, "SELECT cell, slot, sum(failed), sum(succeeded) FROM rollup GROUP BY cell, slot")
	}
	e := extent{id: int64(id)}
	if err := s.r.QueryRowContext(ctx, "SELECT coalesce(max(first), 0), coalesce(max(last), 0) FROM incident WHERE id = ?", e.id).Scan(&e.first, &e.last); err != nil {
		return s.fail(doing, err)
	}
	if err := s.rollUps(ctx, doing, each, `SELECT r.cell, r.slot, sum(r.failed), sum(r.succeeded)
		FROM cell AS c CROSS JOIN rollup AS r ON r.cell = c.id WHERE c.incident = ? GROUP BY r.cell, r.slot`, e.id); err != nil {
		return err
	}
	cells, err := cellsOf(ctx, s.r, e.id)
	if err != nil {
		return s.fail(doing, err)
	}
	k := scopeOf(cells)
	return s.rollUps(ctx, doing, each, `SELECT r.cell, r.slot, sum(r.failed), sum(r.succeeded)
		FROM json_each(?) AS a CROSS JOIN cell AS c INDEXED BY cell_waba ON c.waba = a.value
		CROSS JOIN rollup AS r ON r.cell = c.id AND `+within+`
		WHERE c.incident = 0 AND (? < 0 OR c.template = ?) AND (? < 0 OR c.language = ?) GROUP BY r.cell, r.slot`,
		append(append([]any{ids(k.wabas)}, e.within()...), k.template, k.template, k.language, k.language)...)
}

// rollUpPage is how many are read before their cells are looked up.
const rollUpPage = 2_000

func (s *Store) rollUps(ctx context.Context, doing string, give func(*model.RollUp) error, query string, args ...any) error {
	type row struct{ cell, slot, failed, succeeded int64 }
	var page []row
	var given error
	hand := func() error {
		list := make([]int64, len(page))
		for i := range page {
			list[i] = page[i].cell
		}
		cells, err := s.dict.cellsOf(ctx, list)
		if err != nil {
			return err
		}
		for _, p := range page {
			c := cells[p.cell]
			if c == nil {
				continue // purged meanwhile
			}
			r := model.RollUp{
				Cell: c.Cell, Incident: model.IncidentID(c.incident), Start: moment(p.slot * model.RollUpStep.Milliseconds()),
				Failed: int(p.failed), Succeeded: int(p.succeeded),
			}
			if given = give(&r); given != nil {
				return given
			}
		}
		page = page[:0]
		return nil
	}
	rows, err := s.r.QueryContext(ctx, query, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var p row
		if err := r.Scan(&p.cell, &p.slot, &p.failed, &p.succeeded); err != nil {
			return err
		}
		if page = append(page, p); len(page) < rollUpPage {
			return nil
		}
		return hand()
	})
	if err == nil {
		err = hand()
	}
	if given != nil {
		return given
	}
	return s.fail(doing, err)
}
