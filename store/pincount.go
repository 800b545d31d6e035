package store

import (
	"encoding/json"
	"slices"
)

// A shift is a message that came to an incident (by 1) or went (by -1).
type shift struct {
	at int64
	by int
}

// countShifted counts an incident's messages after some came and went, and makes
// its summary anew, with its evidence. The trend of a large one, which is counted
// message by message, is only corrected.
func countShifted(t *session, id int64, shifts []shift) error {
	e, was := extent{id: id}, extent{id: id}
	var stale bool
	var text string
	if _, err := t.scan("SELECT failures, first, last, shape, stale, summary FROM incident WHERE id = ?", []any{id}, &was.failures, &was.first, &was.last, &e.shape, &stale, &text); err != nil {
		return err
	}
	var old summary
	if !stale {
		if err := json.Unmarshal([]byte(text), &old); err != nil {
			return err
		}
	}
	var err error
	if e.pieces, err = piecesOf(t.ctx, t.tx, id); err != nil {
		return err
	}
	if _, err := t.scan("SELECT count(*), coalesce(min(nullif(f.at, 0)), 0), coalesce(max(nullif(f.at, 0)), 0) FROM "+inPieces,
		[]any{jsonPieces(e.pieces)}, &e.failures, &e.first, &e.last); err != nil {
		return err
	}
	if err := eachAttempt(t, func(strand, at int64) {
		for _, p := range e.pieces {
			if p.strand == strand && at >= p.from && at < p.to && e.first != 0 {
				e.first = min(e.first, at)
			}
		}
	}); err != nil {
		return err
	}
	cells, err := cellsOf(t.ctx, t.tx, e.pieces, names{})
	if err != nil {
		return err
	}
	l := newLook(&e)
	a, first, err := aroundOf(t.ctx, t.tx, &e, l)
	if err != nil {
		return err
	}
	sum, err := described(t.ctx, t.tx, e, cells, l)
	if err != nil {
		return err
	}
	if !stale && e.first == was.first && e.last == was.last && e.failures > soonCounted {
		sum.Trend = e.shifted(old.Trend, shifts)
	} else if sum.Trend, err = trend(t.ctx, t.tx, e); err != nil {
		return err
	}
	var d detail
	if len(cells) > 0 {
		if d, err = detailOf(t.ctx, t.tx, e.pieces, cells); err != nil {
			return err
		}
		ev, err := evidence(t.ctx, t.tx, e, &sum, cells, a, l, firstsOf(t.tx, func(cell int64) int64 { return first[cell] }))
		if err != nil {
			return err
		}
		d.Evidence = &ev
	}
	if e.failures <= soonCounted {
		if sum.Recipients, err = countRecipients(t.ctx, t.tx, e.pieces); err != nil {
			return err
		}
	}
	if err := t.exec("UPDATE incident SET failures = ?, first = ?, last = ? WHERE id = ?", e.failures, e.first, e.last, id); err != nil {
		return err
	}
	return keep(t, id, &sum, &d)
}

// shifted is an incident's trend after some messages came and went within its time.
func (e *extent) shifted(trend []int, shifts []shift) []int {
	trend = slices.Clone(trend)
	from, n, steps := slicesOf(e)
	const step = lookStep * 60_000
	for _, s := range shifts {
		if s.at >= e.first && s.at <= e.last && len(trend) == int(n) {
			trend[(floor(s.at, step)-from)*n/steps] += s.by
		}
	}
	return trend
}
