package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"unsent/model"
)

// topValues is how many values a scope names.
const topValues = 10

// Scopes say how an incident's messages spread over each dimension. All of
// model.Dims are in the answer; one that the log does not have counts 0 values.
//
// Attempted is known for what cells have (template, language, phone number,
// WABA, kind), counted over the sends of the same accounts, and only where the
// log has successes in that time.
func (s *Store) Scopes(ctx context.Context, id model.IncidentID) (map[model.Dim]model.Scope, error) {
	all, err := s.scopes(ctx, id)
	return all, s.fail("reading the scope of "+id.String(), err)
}

// cellScopes are the scopes that a judgement needs, of an incident's kept detail where
// there is one: without the attempts, countries, campaigns and recipients.
func (s *Store) cellScopes(ctx context.Context, id model.IncidentID) (map[model.Dim]model.Scope, error) {
	d, err := s.kept(ctx, id)
	if err != nil || d.Scopes != nil {
		return d.Scopes, err
	}
	pieces, err := piecesOf(ctx, s.r, int64(id))
	if err != nil {
		return nil, err
	}
	cells, err := cellsOf(ctx, s.r, pieces, names{})
	if err != nil {
		return nil, err
	}
	d, err = detailOf(ctx, s.r, pieces, cells)
	return d.Scopes, err
}

func (s *Store) scopes(ctx context.Context, id model.IncidentID) (map[model.Dim]model.Scope, error) {
	e := extent{id: int64(id)}
	if err := s.r.QueryRowContext(ctx, "SELECT coalesce(max(first), 0), coalesce(max(last), 0) FROM incident WHERE id = ?", e.id).Scan(&e.first, &e.last); err != nil {
		return nil, err
	}
	n, err := successes(ctx, s.r)
	if err != nil {
		return nil, err
	}
	if e.pieces, err = piecesOf(ctx, s.r, e.id); err != nil {
		return nil, err
	}
	var all map[model.Dim]model.Scope
	if n == 0 { // no share can be told, and there is nothing to add up
		all, err = s.cellScopes(ctx, id)
	} else {
		all, err = s.sharedScopes(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	return all, s.messageScopes(ctx, e.pieces, all)
}

// sharedScopes are those of cells with the attempts.
func (s *Store) sharedScopes(ctx context.Context, e extent) (map[model.Dim]model.Scope, error) {
	cells, err := cellsOf(ctx, s.r, e.pieces, names{})
	if err != nil {
		return nil, err
	}
	looks, err := surveyed(ctx, s.r, []extent{e})
	if err != nil {
		return nil, err
	}
	sent, err := compared(ctx, s.r, looks[0].during)
	if err != nil {
		return nil, err
	}
	all := scopesOf(cells, sent)
	all[model.DimApp], err = appScope(ctx, s.r, e.pieces)
	return all, err
}

// scopesOf are the scopes of what cells have.
func scopesOf(cells []cellCount, sent []cellPart) map[model.Dim]model.Scope {
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
		for i := range sent {
			attempted[of.key(&sent[i].key)] += int(sent[i].failed + sent[i].succeeded)
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
	return all
}

// scopeOfValues puts the values in order, most failures first.
func scopeOfValues(n int, top []model.ScopeValue) model.Scope {
	slices.SortFunc(top, func(a, b model.ScopeValue) int {
		return cmp.Or(cmp.Compare(b.Failed, a.Failed), cmp.Compare(a.Value, b.Value))
	})
	return model.Scope{Values: n, Top: top[:min(len(top), topValues)]}
}

// appScope is the scope of the app. Most logs name none, and then it is not asked of
// each message.
func appScope(ctx context.Context, q querier, pieces []piece) (model.Scope, error) {
	var sc model.Scope
	var named bool
	if err := q.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'apps')").Scan(&named); err != nil || !named {
		return sc, err
	}
	rows, err := q.QueryContext(ctx, `SELECT n.value, t.n, count(*) OVER () FROM (SELECT f.app AS value, count(*) AS n FROM `+inPieces+` WHERE f.app <> 0 GROUP BY f.app) AS t
		JOIN name AS n ON n.id = t.value ORDER BY t.n DESC, n.value LIMIT ?`, jsonPieces(pieces), topValues)
	err = each(rows, err, func(r *sql.Rows) error {
		var v model.ScopeValue
		err := r.Scan(&v.Value, &v.Failed, &sc.Values)
		sc.Top = append(sc.Top, v)
		return err
	})
	return sc, err
}

// messageScopes adds the scopes that each message counts for by itself: country,
// campaign and recipient. It reads the messages once, and holds their distinct
// recipients.
func (s *Store) messageScopes(ctx context.Context, pieces []piece, to map[model.Dim]model.Scope) error {
	type tally struct {
		n      int
		newest int64 // the message with the highest number
	}
	countries, campaigns, recipients := map[int64]int{}, map[int64]int{}, map[int64]tally{}
	rows, err := s.r.QueryContext(ctx, "SELECT f.id, f.recipient, f.country, f.campaign FROM "+inPieces, jsonPieces(pieces))
	if err := each(rows, err, func(r *sql.Rows) error {
		var id, recipient, country, campaign int64
		err := r.Scan(&id, &recipient, &country, &campaign)
		countries[country]++
		campaigns[campaign]++
		if recipient != 0 {
			t := recipients[recipient]
			recipients[recipient] = tally{t.n + 1, max(t.newest, id)}
		}
		return err
	}); err != nil {
		return err
	}
	for dim, counts := range map[model.Dim]map[int64]int{model.DimCountry: countries, model.DimCampaign: campaigns} {
		delete(counts, 0)
		names := names{}
		if err := names.load(ctx, s.r, slices.Collect(maps.Keys(counts))); err != nil {
			return err
		}
		top := make([]model.ScopeValue, 0, len(counts))
		for id, n := range counts {
			top = append(top, model.ScopeValue{Value: names[id], Failed: n})
		}
		to[dim] = scopeOfValues(len(counts), top)
	}
	keys := slices.SortedFunc(maps.Keys(recipients), func(a, b int64) int {
		return cmp.Or(cmp.Compare(recipients[b].n, recipients[a].n), cmp.Compare(a, b))
	})
	sc := model.Scope{Values: len(keys)}
	for _, key := range keys[:min(len(keys), topValues)] {
		f, err := s.full(ctx, []int64{recipients[key].newest})
		if err != nil {
			return err
		}
		if len(f) == 0 {
			continue
		}
		v := f[0].Recipient
		if v == "" {
			v = f[0].RecipientUser
		}
		sc.Top = append(sc.Top, model.ScopeValue{Value: v, Failed: recipients[key].n})
	}
	to[model.DimRecipient] = sc
	return nil
}
