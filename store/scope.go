package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"unsent/model"
)

// topValues is how many values a scope names.
const topValues = 10

// Scopes say how an incident's messages spread over each dimension. All of
// model.Dims are in the answer; one that the log does not have counts 0 values.
//
// Attempted is known for what roll-ups have (template, language, phone number,
// WABA, kind), counted over the sends of the same accounts, and only where the
// log has successes in that time.
func (s *Store) Scopes(ctx context.Context, id model.IncidentID) (map[model.Dim]model.Scope, error) {
	all, err := s.scopes(ctx, id, true)
	return all, s.fail("reading the scope of "+id.String(), err)
}

// scopes are all of them, or those that a judgement needs and that are kept by
// roll-ups: without the attempts, countries, campaigns and recipients.
func (s *Store) scopes(ctx context.Context, id model.IncidentID, whole bool) (map[model.Dim]model.Scope, error) {
	e := extent{id: int64(id)}
	if err := s.r.QueryRowContext(ctx, "SELECT coalesce(max(first), 0), coalesce(max(last), 0) FROM incident WHERE id = ?", e.id).Scan(&e.first, &e.last); err != nil {
		return nil, err
	}
	var err error
	if e.pieces, err = piecesOf(ctx, s.r, e.id); err != nil {
		return nil, err
	}
	cells, err := cellsOf(ctx, s.r, e.pieces)
	if err != nil {
		return nil, err
	}
	var parts []cellPart
	if whole {
		var successes int
		if err := s.r.QueryRowContext(ctx, "SELECT coalesce((SELECT value FROM meta WHERE key = 'successes'), 0)").Scan(&successes); err != nil {
			return nil, err
		}
		if successes > 0 { // else no share can be told, and there is nothing to add up
			if parts, err = cellAttempts(ctx, s.r, scopeOf(cells), e); err != nil {
				return nil, err
			}
		}
	}
	all := map[model.Dim]model.Scope{}
	for dim, of := range map[model.Dim]struct {
		value func(*cellCount) string
		key   func(*cellKey) int64
	}{
		model.DimTemplate: {func(c *cellCount) string { return c.template }, func(k *cellKey) int64 { return k.template }},
		model.DimLanguage: {func(c *cellCount) string { return c.language }, func(k *cellKey) int64 { return k.language }},
		model.DimPhone:    {func(c *cellCount) string { return c.phone }, func(k *cellKey) int64 { return k.phone }},
		model.DimWABA:     {func(c *cellCount) string { return c.waba }, func(k *cellKey) int64 { return k.waba }},
		model.DimKind:     {func(c *cellCount) string { return c.kind }, func(k *cellKey) int64 { return k.kind }},
	} {
		attempted := map[int64]int{}
		for i := range parts {
			attempted[of.key(&parts[i].key)] += int(parts[i].failed + parts[i].succeeded)
		}
		values := map[string]*model.ScopeValue{}
		for i := range cells {
			c := &cells[i]
			v := of.value(c)
			if v == "" {
				continue
			}
			if values[v] == nil {
				values[v] = &model.ScopeValue{Value: v, Attempted: attempted[of.key(&c.key)]}
			}
			values[v].Failed += int(c.failures)
		}
		var top []model.ScopeValue
		for _, v := range values {
			top = append(top, *v)
		}
		all[dim] = scopeOfValues(len(values), top)
	}
	tallies := map[model.Dim]int{model.DimApp: tallyApp}
	if whole {
		tallies[model.DimCountry], tallies[model.DimCampaign] = tallyCountry, tallyCampaign
	}
	for dim, n := range tallies {
		if all[dim], err = s.scopeOfTally(ctx, e.pieces, n); err != nil {
			return nil, err
		}
	}
	if !whole {
		return all, nil
	}
	all[model.DimRecipient], err = s.recipientScope(ctx, e.pieces)
	return all, err
}

// scopeOfValues puts the values in order, most failures first.
func scopeOfValues(n int, top []model.ScopeValue) model.Scope {
	slices.SortFunc(top, func(a, b model.ScopeValue) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(a.Value, b.Value))
	})
	return model.Scope{Values: n, Top: top[:min(len(top), topValues)]}
}

type cellPart struct {
	key cellKey
	attempts
}

// cellAttempts are the attempts of an incident's accounts in its time, by cell;
// none when there is no success among them, because no share can be told then.
func cellAttempts(ctx context.Context, q querier, k confine, e extent) (parts []cellPart, err error) {
	succeeded := int64(0)
	rows, err := q.QueryContext(ctx, `SELECT c.waba, c.phone, c.template, c.language, c.kind, sum(r.failed), sum(r.succeeded)
		FROM json_each(?) AS a CROSS JOIN cell AS c INDEXED BY cell_waba ON c.waba = a.value
		CROSS JOIN rollup AS r ON r.cell = c.id AND `+within+` GROUP BY c.id`, append([]any{ids(k.wabas)}, e.within()...)...)
	err = each(rows, err, func(r *sql.Rows) error {
		var p cellPart
		err := r.Scan(&p.key.waba, &p.key.phone, &p.key.template, &p.key.language, &p.key.kind, &p.failed, &p.succeeded)
		parts = append(parts, p)
		succeeded += p.succeeded
		return err
	})
	if succeeded == 0 {
		parts = nil
	}
	return parts, err
}

// scopeOfTally is the scope of a dimension that is counted message by message.
func (s *Store) scopeOfTally(ctx context.Context, pieces []piece, dim int) (model.Scope, error) {
	var sc model.Scope
	values, args := tallied(pieces, dim)
	rows, err := s.r.QueryContext(ctx, `SELECT n.value, t.n, count(*) OVER () FROM (`+values+`) AS t JOIN name AS n ON n.id = t.value
		WHERE t.n > 0 ORDER BY t.n DESC, n.value LIMIT ?`, append(args, topValues)...)
	err = each(rows, err, func(r *sql.Rows) error {
		var v model.ScopeValue
		err := r.Scan(&v.Value, &v.Failed, &sc.Values)
		sc.Top = append(sc.Top, v)
		return err
	})
	return sc, err
}

func (s *Store) recipientScope(ctx context.Context, pieces []piece) (model.Scope, error) {
	var sc model.Scope
	var top []struct {
		message int64
		failed  int
	}
	rows, err := s.r.QueryContext(ctx, `SELECT max(f.id), count(*) AS n, count(*) OVER () FROM `+inPieces+`
		WHERE f.recipient <> 0 GROUP BY f.recipient ORDER BY n DESC, f.recipient LIMIT ?`, jsonPieces(pieces), topValues)
	if err := each(rows, err, func(r *sql.Rows) error {
		top = append(top, struct {
			message int64
			failed  int
		}{})
		t := &top[len(top)-1]
		return r.Scan(&t.message, &t.failed, &sc.Values)
	}); err != nil {
		return sc, err
	}
	for _, t := range top {
		f, err := s.full(ctx, []int64{t.message})
		if err != nil {
			return sc, err
		}
		if len(f) == 0 {
			continue
		}
		v := f[0].Recipient
		if v == "" {
			v = f[0].RecipientUser
		}
		sc.Top = append(sc.Top, model.ScopeValue{Value: v, Failed: t.failed})
	}
	return sc, nil
}
