package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"unsent/model"
)

// A detail is what a case asks about the cells of an incident, and about the log
// beside it. It is kept with the summary, and apart from it, because a list does not
// need it.
type detail struct {
	Evidence *model.Evidence           `json:"evidence,omitempty"` // nil: nobody looked
	Scopes   map[model.Dim]model.Scope `json:"scopes,omitempty"`   // those of cells, and the app; without attempts
	Codes    []model.CodeCount         `json:"codes,omitempty"`
	Newest   []int64                   `json:"newest,omitempty"` // messages: the newest, and one with the incident's own error
}

// kept is the detail of an incident; all of it empty when there is none that counts.
func (s *Store) kept(ctx context.Context, id model.IncidentID) (d detail, err error) {
	var stale bool
	var text string
	err = s.r.QueryRowContext(ctx, "SELECT stale, detail FROM incident WHERE id = ?", int64(id)).Scan(&stale, &text)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (stale || text == "") {
		return d, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &d)
	}
	return d, err
}

// keep keeps an incident's summary and detail.
func keep(t *session, id int64, sum *summary, d *detail) error {
	short, err := json.Marshal(sum)
	if err != nil {
		return err
	}
	long, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return t.exec("UPDATE incident SET stale = 0, summary = ?, detail = ? WHERE id = ?", string(short), string(long), id)
}

// detailOf is what the cells tell of it.
func detailOf(ctx context.Context, q querier, pieces []piece, cells []cellCount) (d detail, err error) {
	d.Codes, d.Scopes = codesOf(cells), scopesOf(cells, nil)
	d.Scopes[model.DimApp], err = appScope(ctx, q, pieces)
	return d, err
}

// codesOf are the errors of some cells with their messages, most first.
func codesOf(cells []cellCount) (all []model.CodeCount) {
	for i := range cells {
		c := &cells[i]
		n := slices.IndexFunc(all, func(o model.CodeCount) bool {
			return o.Code == c.code && o.Vendor == c.vendor && o.HTTP == int(c.key.http)
		})
		if n < 0 {
			n, all = len(all), append(all, model.CodeCount{Code: c.code, Vendor: c.vendor, HTTP: int(c.key.http)})
		}
		all[n].Failures += int(c.failures)
	}
	slices.SortStableFunc(all, func(a, b model.CodeCount) int { return b.Failures - a.Failures })
	return all
}

// Codes are the errors of an incident with their messages, most first.
func (s *Store) Codes(ctx context.Context, id model.IncidentID) ([]model.CodeCount, error) {
	doing := "counting the codes of " + id.String()
	d, err := s.kept(ctx, id)
	if err != nil || d.Codes != nil {
		return d.Codes, s.fail(doing, err)
	}
	pieces, err := piecesOf(ctx, s.r, int64(id))
	if err != nil {
		return nil, s.fail(doing, err)
	}
	cells, err := cellsOf(ctx, s.r, pieces, names{})
	if err != nil {
		return nil, s.fail(doing, err)
	}
	return codesOf(cells), nil
}
