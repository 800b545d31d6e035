package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"unsent/model"
)

// The times around an incident that its evidence looks at.
const (
	hourBefore = 60      // minutes before it, with which its shares are compared
	dayBefore  = 24 * 60 // minutes before it, from which clearer failures of the same thing count
	recovered  = 10      // sends in a row that show that it is over
	manyCells  = 300     // cells of its accounts, beyond which nobody looks when each was first seen
	manyBefore = 20_000  // failures of its accounts around it, beyond which nobody looks for clearer ones
)

// around is what was sent at an incident's accounts, and beside them.
type around struct {
	mine   []*model.Strand // of its accounts, with their minutes
	others model.Share     // of all other accounts, in its time
	from   int64           // the first minute of the whole log; 0 when it has no times
}

// aroundOf reads it from the database, without the minutes of other accounts. l,
// first and the log's own beginning are found in the same pass.
func aroundOf(ctx context.Context, q querier, e *extent, l *look) (a around, first map[int64]int64, err error) {
	first = map[int64]int64{}
	wabas, err := accountsOf(ctx, q, e.pieces)
	if err != nil {
		return a, nil, err
	}
	cells, err := accountCells(ctx, q, wabas)
	if err != nil {
		return a, nil, err
	}
	mine := map[int64]bool{}
	for _, at := range cells {
		mine[int64(at.strand)] = true
	}
	strands := make([]model.Strand, 0, len(mine))
	rows, err := q.QueryContext(ctx, "SELECT s.id, s.key FROM json_each(?) AS j CROSS JOIN strand AS s ON s.id = j.value", ids(slices.Sorted(maps.Keys(mine))))
	if err := each(rows, err, func(r *sql.Rows) error {
		var s model.Strand
		var key sql.RawBytes
		if err := r.Scan(&s.ID, &key); err != nil {
			return err
		}
		err := json.Unmarshal(key, &s.Bounds)
		strands = append(strands, s)
		return err
	}); err != nil {
		return a, nil, err
	}
	begin, end := minuteOf(e.first), minuteOf(e.last)
	err = readTimeline(ctx, q, strands, func(cell int64) int64 { return int64(cells[cell].strand) }, func(imported int64, t tick) {
		if t.minute > 0 && (a.from == 0 || t.minute < a.from) {
			a.from = t.minute
		}
		if at, ok := cells[t.cell]; ok {
			l.saw(t, l.in(file{imported, at.waba}))
			if was := first[t.cell]; t.minute > 0 && (was == 0 || t.minute < was) {
				first[t.cell] = t.minute
			}
		} else if t.minute >= begin && t.minute <= end && t.minute > 0 {
			a.others.Add(model.Share{Sends: int(t.failed + t.good), Failed: int(t.failed)})
		}
	})
	for i := range strands {
		a.mine = append(a.mine, &strands[i])
	}
	return a, first, err
}

// during adds up the attempts from one minute to another, both included.
func during(all []model.Minute, first, last int64) (s model.Share) {
	i, _ := slices.BinarySearchFunc(all, max(first, 1), func(m model.Minute, at int64) int { return cmp.Compare(m.At, at) })
	for ; i < len(all) && all[i].At <= last; i++ {
		s.Sends += int(all[i].Failed) + int(all[i].Good)
		s.Failed += int(all[i].Failed)
	}
	return s
}

// evidence is what the log says about an incident beside its own messages. Shape
// and outage are known already.
func evidence(ctx context.Context, q querier, e extent, sum *summary, cells []cellCount, a around, l *look, of firsts) (ev model.Evidence, err error) {
	if a.from > 0 {
		ev.LogFrom = time.Unix(a.from*60, 0).UTC()
	}
	if e.first == 0 {
		return ev, nil
	}
	if sum.Successes {
		if ev.Contrasts, err = contrasts(ctx, q, e, sum, cells, a, l); err != nil {
			return ev, err
		}
		kind := ""
		if sum.Kinds == 1 {
			kind = cells[0].kind
		}
		ev.Recovered = a.recovery(e, sum, kind)
	}
	if ev.Earlier, err = earlier(ctx, q, e, sum, cells, a); err != nil {
		return ev, err
	}
	ev.FirstSeen, err = firstSeen(ctx, cells, of)
	return ev, err
}

// contrasts compare the incident's one template, number, kind and account with
// their neighbours.
func contrasts(ctx context.Context, q querier, e extent, sum *summary, cells []cellCount, a around, l *look) ([]model.Contrast, error) {
	now, err := compared(ctx, q, l.during)
	if err != nil {
		return nil, err
	}
	before, err := compared(ctx, q, l.before)
	if err != nil {
		return nil, err
	}
	var out []model.Contrast
	of := func(dim model.Dim, value string, is func(*cellKey) bool) {
		c := model.Contrast{Dim: dim, Value: value}
		for i := range now {
			if s := (model.Share{Sends: int(now[i].failed + now[i].succeeded), Failed: int(now[i].failed)}); is(&now[i].key) {
				c.In.Add(s)
			} else {
				c.Out.Add(s)
			}
		}
		for i := range before {
			if is(&before[i].key) {
				c.Before.Add(model.Share{Sends: int(before[i].failed + before[i].succeeded), Failed: int(before[i].failed)})
			}
		}
		out = append(out, c)
	}
	k := scopeOf(cells)
	if sum.Template != "" {
		value := sum.Template
		if sum.Language != "" {
			value += " / " + sum.Language
		}
		of(model.DimTemplate, value, func(c *cellKey) bool { return c.template == k.template && (k.language < 0 || c.language == k.language) })
	}
	if sum.PhoneID != "" {
		phone := cells[0].key.phone
		of(model.DimPhone, sum.PhoneID, func(c *cellKey) bool { return c.phone == phone })
	}
	if sum.Kinds == 1 {
		kind := cells[0].key.kind
		of(model.DimKind, cells[0].kind, func(c *cellKey) bool { return c.kind == kind })
	}
	if sum.WABA != "" {
		c := model.Contrast{Dim: model.DimWABA, Value: sum.WABA, Out: a.others}
		first, last := minuteOf(e.first), minuteOf(e.last)
		for _, s := range a.mine {
			c.In.Add(during(s.Minutes, first, last))
			c.Before.Add(during(s.Minutes, first-hourBefore, first-1))
		}
		out = append(out, c)
	}
	return out, nil
}

// within reports whether a strand of sends that went well, or of failures, may be
// of an incident's template, language and number.
func (sum *summary) within(b *model.Bounds) bool {
	return (sum.Template == "" || b.Template == sum.Template) && (sum.Language == "" || sum.Template == "" || b.Language == "" || b.Language == sum.Language) &&
		(sum.PhoneID == "" || b.PhoneID == "" || b.PhoneID == sum.PhoneID)
}

// recovery is the first minute behind the incident from which ten sends within its
// bounds went well and none failed; zero when there is none. Where all that failed
// is of one kind, free text tells nothing of templates, nor they of it.
func (a *around) recovery(e extent, sum *summary, kind string) time.Time {
	behind := map[int64]attempts{}
	for _, s := range a.mine {
		if !sum.within(&s.Bounds) || s.Successes() && kind != "" && strings.EqualFold(kind, "template") != (s.Template != "") {
			continue
		}
		i, _ := slices.BinarySearchFunc(s.Minutes, minuteOf(e.last)+1, func(m model.Minute, at int64) int { return cmp.Compare(m.At, at) })
		for _, m := range s.Minutes[i:] {
			x := behind[m.At]
			x.failed += int64(m.Failed)
			x.succeeded += int64(m.Good)
			behind[m.At] = x
		}
	}
	minutes := make([]int64, 0, len(behind))
	for at := range behind {
		minutes = append(minutes, at)
	}
	slices.Sort(minutes)
	since, well := int64(0), int64(0)
	for _, at := range minutes {
		x := behind[at]
		if x.failed > 0 {
			since, well = 0, 0
			continue
		}
		if since == 0 {
			since = at
		}
		if well += x.succeeded; well >= recovered {
			return time.Unix(since*60, 0).UTC()
		}
	}
	return time.Time{}
}

// earlier are failures with another code on the incident's template, number or
// account in the day before it, unless that went well again before the incident
// began. What came beside it is not what it followed.
func earlier(ctx context.Context, q querier, e extent, sum *summary, cells []cellCount, a around) ([]model.Earlier, error) {
	first := minuteOf(e.first)
	near := model.Share{}
	for _, s := range a.mine {
		near.Add(during(s.Minutes, first-dayBefore, first))
	}
	if sum.WABA == "" || near.Failed > manyBefore {
		return nil, nil
	}
	type key struct {
		code model.Code
		dim  model.Dim
	}
	found := map[key]*model.Earlier{}
	k := scopeOf(cells)
	var others []int64 // strands of another code that failed in that day
	for _, s := range a.mine {
		if s.Code != "" && s.Code != cells[0].code && during(s.Minutes, first-dayBefore, first).Failed > 0 {
			others = append(others, s.ID)
		}
	}
	if len(others) == 0 {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, `SELECT (SELECT value FROM name WHERE id = c.code), c.template, c.phone, count(*), max(f.at)
		FROM json_each(?) AS s CROSS JOIN by_strand AS f ON f.strand = s.value AND f.at BETWEEN ? AND ?
		CROSS JOIN cell AS c ON c.id = f.cell GROUP BY c.code, c.template, c.phone`, ids(others), e.first-dayBefore*60_000, e.first)
	err = each(rows, err, func(r *sql.Rows) error {
		var code model.Code
		var template, phone, at int64
		var n int
		if err := r.Scan(&code, &template, &phone, &n, &at); err != nil {
			return err
		}
		for _, d := range [...]struct {
			dim  model.Dim
			same bool
		}{
			{model.DimTemplate, sum.Template != "" && template == k.template},
			{model.DimPhone, sum.PhoneID != "" && phone == cells[0].key.phone},
			{model.DimWABA, true},
		} {
			if !d.same {
				continue
			}
			x := found[key{code, d.dim}]
			if x == nil {
				x = &model.Earlier{Code: code, Dim: d.dim}
				found[key{code, d.dim}] = x
			}
			x.N += n
			if t := moment(at); t.After(x.Last) {
				x.Last = t
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []model.Earlier
	for k, x := range found {
		mended := slices.ContainsFunc(a.mine, func(s *model.Strand) bool {
			same := k.dim == model.DimWABA || k.dim == model.DimTemplate && s.Template == sum.Template || k.dim == model.DimPhone && s.PhoneID == sum.PhoneID
			return same && s.Successes() && during(s.Minutes, minuteOf(x.Last.UnixMilli())+1, first-1).Sends > 0
		})
		if !mended {
			out = append(out, *x)
		}
	}
	slices.SortFunc(out, func(a, b model.Earlier) int {
		return cmp.Or(cmp.Compare(a.Dim, b.Dim), cmp.Compare(a.Code, b.Code))
	})
	return out, nil
}

// firsts are when the values of some accounts' cells were first seen, in minutes; nil
// when they have too many cells.
type firsts func(ctx context.Context, wabas []int64) (map[dimValue]int64, error)

// firstsOf reads them from the database. seen says in which minute a cell was.
func firstsOf(q querier, seen func(cell int64) int64) firsts {
	return func(ctx context.Context, wabas []int64) (map[dimValue]int64, error) {
		first := map[dimValue]int64{}
		n := 0
		rows, err := q.QueryContext(ctx, `SELECT c.id, c.template, c.language, c.phone, c.waba, c.kind
			FROM json_each(?) AS a CROSS JOIN cell AS c INDEXED BY cell_waba ON c.waba = a.value WHERE c.id > 0 LIMIT ?`, ids(wabas), manyCells+1)
		if err := each(rows, err, func(r *sql.Rows) error {
			var id int64
			var c cellKey
			if err := r.Scan(&id, &c.template, &c.language, &c.phone, &c.waba, &c.kind); err != nil {
				return err
			}
			n++
			minute := seen(id)
			if minute == 0 {
				return nil
			}
			for _, v := range c.values() {
				if first[v] == 0 || minute < first[v] {
					first[v] = minute
				}
			}
			return nil
		}); err != nil || n > manyCells {
			return nil, err
		}
		return first, nil
	}
}

// firstSeen is when each template, language, number, account and kind of an
// incident was first seen in the log, to the minute.
func firstSeen(ctx context.Context, cells []cellCount, of firsts) ([]model.FirstSeen, error) {
	first, err := of(ctx, scopeOf(cells).wabas)
	if err != nil || first == nil {
		return nil, err
	}
	var out []model.FirstSeen
	counts := map[model.Dim]int{}
	told := map[dimValue]bool{}
	for i := range cells { // most failures first, as in the scope
		c := &cells[i]
		texts := map[model.Dim]string{model.DimTemplate: c.template, model.DimLanguage: c.language, model.DimPhone: c.phone, model.DimWABA: c.waba, model.DimKind: c.kind}
		for _, v := range c.key.values() {
			minute := first[v]
			if v.id == 0 || minute == 0 || told[v] || counts[v.dim] == topValues {
				continue
			}
			told[v] = true
			counts[v.dim]++
			out = append(out, model.FirstSeen{Dim: v.dim, Value: texts[v.dim], At: moment(minute * 60_000)})
		}
	}
	return out, nil
}

type dimValue struct {
	dim model.Dim
	id  int64
}

// values are what a cell has of each dimension.
func (k *cellKey) values() [5]dimValue {
	return [...]dimValue{{model.DimTemplate, k.template}, {model.DimLanguage, k.language}, {model.DimPhone, k.phone}, {model.DimWABA, k.waba}, {model.DimKind, k.kind}}
}

// Evidence is what the log says about an incident beside its own messages. It is
// kept for the incidents that a list shows first; for another one it is read,
// which takes some hundredths of a second in a database of a million messages.
// Its Most is not counted.
func (s *Store) Evidence(ctx context.Context, i *model.Incident) (model.Evidence, error) {
	ev, err := s.evidence(ctx, i)
	ev.Shape, ev.Outage = i.Shape, i.Outage
	return ev, s.fail("reading what the log says about "+i.ID.String(), err)
}

func (s *Store) evidence(ctx context.Context, i *model.Incident) (ev model.Evidence, err error) {
	d, err := s.kept(ctx, i.ID)
	if err != nil {
		return ev, err
	}
	if d.Evidence != nil {
		return *d.Evidence, nil
	}
	e := extent{id: int64(i.ID)}
	if err := s.r.QueryRowContext(ctx, "SELECT failures, first, last, shape FROM incident WHERE id = ?", e.id).Scan(&e.failures, &e.first, &e.last, &e.shape); err != nil {
		return ev, err
	}
	if e.pieces, err = piecesOf(ctx, s.r, e.id); err != nil {
		return ev, err
	}
	cells, err := cellsOf(ctx, s.r, e.pieces, names{})
	if err != nil || len(cells) == 0 {
		return ev, err
	}
	l := newLook(&e)
	a, first, err := aroundOf(ctx, s.r, &e, l)
	if err != nil {
		return ev, err
	}
	sum, err := described(ctx, s.r, e, cells, l)
	if err != nil {
		return ev, err
	}
	return evidence(ctx, s.r, e, &sum, cells, a, l, firstsOf(s.r, func(cell int64) int64 { return first[cell] }))
}
