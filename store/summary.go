package store

import (
	"context"
	"database/sql"
	"strings"

	"unsent/model"
)

// topIncidents is how many incidents a list shows at first. Their summaries are
// kept, because the first screen waits for them; those of others are made when
// they are asked for.
const topIncidents = defaultLimit

// soonCounted is up to how many failures an incident's recipients are counted
// with the summary. Beyond that it takes time and memory that an import has no
// use for, so they are counted when somebody asks.
const soonCounted = 20_000

// trendSlices is the most that model.Incident.Trend has.
const trendSlices = 24

// A summary is what an incident repeats of its cells, messages and times.
type summary struct {
	Code       model.Code   `json:"code,omitempty"`
	Vendor     model.Vendor `json:"vendor,omitzero"`
	HTTP       int          `json:"http,omitempty"`
	Title      string       `json:"title,omitempty"`
	Attempts   int          `json:"attempts"`
	Successes  bool         `json:"successes,omitempty"`
	Recipients int          `json:"recipients"`
	WABAs      int          `json:"wabas,omitempty"`
	PhoneIDs   int          `json:"phone_ids,omitempty"`
	Templates  int          `json:"templates,omitempty"`
	Kinds      int          `json:"kinds,omitempty"`
	WABA       string       `json:"waba,omitempty"`
	PhoneID    string       `json:"phone_id,omitempty"`
	Template   string       `json:"template,omitempty"`
	Language   string       `json:"language,omitempty"`
	Trend      []int        `json:"trend,omitempty"`
	Most       int          `json:"most,omitempty"` // failures of the recipient with most of them
}

// extent is what a summary is made for.
type extent struct {
	id, failures, first, last int64
	shape                     model.Shape
	pieces                    []piece
}

// successes is how many sends that went well the log has.
func successes(ctx context.Context, q querier) (n int64, err error) {
	err = q.QueryRowContext(ctx, "SELECT coalesce((SELECT value FROM meta WHERE key = 'successes'), 0)").Scan(&n)
	return n, err
}

// wabasOf are the accounts of some cells.
func wabasOf(cells []cellCount) map[string]bool {
	all := map[string]bool{}
	for i := range cells {
		all[cells[i].waba] = true
	}
	return all
}

// titled is how many of an incident's messages are asked for the title that most
// of them have.
const titled = 2_000

// described is a summary without its evidence, recipients and trend. l is nil where the
// log has no successes.
func described(ctx context.Context, q querier, e extent, cells []cellCount, l *look) (summary, error) {
	sum := summary{Recipients: -1}
	sum.describe(cells)
	var err error
	if err := q.QueryRowContext(ctx, `SELECT coalesce((SELECT w.title FROM (SELECT f.wording AS id, count(*) AS n FROM (SELECT f.wording FROM `+inPieces+` LIMIT ?) AS f GROUP BY f.wording) AS t
		JOIN wording AS w ON w.id = t.id WHERE w.title <> '' GROUP BY w.title ORDER BY sum(t.n) DESC, w.title LIMIT 1), '')`, jsonPieces(e.pieces), titled).Scan(&sum.Title); err != nil {
		return sum, err
	}
	sum.Attempts = int(e.failures)
	if l == nil {
		return sum, nil
	}
	all, err := parts(ctx, q, l.during)
	if err != nil {
		return sum, err
	}
	// A share can be told when the log has the account's successful sends of that
	// time, be there some in the very scope or not: then "all of them failed" is a
	// fact. With no success of the account the log may hold failures only.
	went := int64(0)
	for i := range all {
		went += all[i].succeeded
	}
	// That not one went well is a fact too, where the same files have sends of the
	// account that went well at another time.
	if sum.Successes = went > 0 || len(all) > 0 && l.told(); sum.Successes {
		in, sends := sum.bounds(e.shape, cells), int64(0)
		for i := range all {
			if c := &all[i]; in(&c.key) {
				sends += c.failed + c.succeeded
			}
		}
		// Failures without a time are in no minute of it.
		sum.Attempts = max(sum.Attempts, int(sends))
	}
	return sum, nil
}

// A cellCount is one cell of an incident with its values and the number of
// messages in it.
type cellCount struct {
	key      cellKey
	failures int64
	code     model.Code
	vendor   model.Vendor
	waba     string
	phone    string
	template string
	language string
	kind     string
}

// cellsOf are the cells of some pieces that have messages, most first. What it finds
// out about names it adds to them.
func cellsOf(ctx context.Context, q querier, pieces []piece, names names) (all []cellCount, err error) {
	counts, param := "SELECT c.id AS cell, c.failures AS n FROM json_each(?) AS j CROSS JOIN cell AS c ON c.strand = j.value WHERE c.failures > 0", ""
	if strands, ok := strandsOf(pieces); ok {
		param = ids(strands)
	} else {
		counts, param = "SELECT f.cell AS cell, count(*) AS n FROM "+inPieces+" GROUP BY f.cell", jsonPieces(pieces)
	}
	rows, err := q.QueryContext(ctx, `SELECT s.n, c.code, c.system, c.vendor, c.http, c.waba, c.phone, c.template, c.language, c.kind
		FROM (`+counts+`) AS s CROSS JOIN cell AS c ON c.id = s.cell ORDER BY s.n DESC, c.id`, param)
	if err := each(rows, err, func(r *sql.Rows) error {
		var c cellCount
		k := &c.key
		err := r.Scan(&c.failures, &k.code, &k.system, &k.vendor, &k.http, &k.waba, &k.phone, &k.template, &k.language, &k.kind)
		all = append(all, c)
		return err
	}); err != nil {
		return nil, err
	}
	return all, names.fill(ctx, q, all)
}

// fill says what the numbers of cells stand for.
func (n names) fill(ctx context.Context, q querier, all []cellCount) error {
	var want []int64
	for i := range all {
		k := &all[i].key
		want = append(want, k.code, k.system, k.vendor, k.waba, k.phone, k.template, k.language, k.kind)
	}
	if err := n.load(ctx, q, want); err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		k := &c.key
		c.code, c.vendor = model.Code(n[k.code]), model.Vendor{System: n[k.system], Code: n[k.vendor]}
		c.waba, c.phone, c.template, c.language, c.kind = n[k.waba], n[k.phone], n[k.template], n[k.language], n[k.kind]
	}
	return nil
}

// names are what some numbers stand for; 0 is the empty one.
type names map[int64]string

// load adds those of want that are not there. One that the database does not have
// is empty.
func (n names) load(ctx context.Context, q querier, want []int64) error {
	list := unknown(n, want)
	if len(list) == 0 {
		return nil
	}
	for _, id := range list {
		n[id] = ""
	}
	rows, err := q.QueryContext(ctx, "SELECT id, value FROM name WHERE id IN (SELECT value FROM json_each(?))", ids(list))
	return each(rows, err, func(r *sql.Rows) error {
		var id int64
		var v string
		err := r.Scan(&id, &v)
		n[id] = v
		return err
	})
}

// describe says what most of an incident's messages have, and what all have.
func (sum *summary) describe(cells []cellCount) {
	sum.Code = most(cells, func(c *cellCount) model.Code { return c.code })
	sum.Vendor = most(cells, func(c *cellCount) model.Vendor { return c.vendor })
	sum.HTTP = int(most(cells, func(c *cellCount) int64 { return c.key.http }))
	sum.WABAs, sum.WABA = distinct(cells, func(c *cellCount) string { return c.waba })
	sum.PhoneIDs, sum.PhoneID = distinct(cells, func(c *cellCount) string { return c.phone })
	sum.Templates, sum.Template = distinct(cells, func(c *cellCount) string { return c.template })
	sum.Kinds, _ = distinct(cells, func(c *cellCount) string { return c.kind })
	_, sum.Language = distinct(cells, func(c *cellCount) string { return c.language })
}

// most is the value that most messages have. Where half and half have two, it
// is that of the larger cell.
func most[V comparable](cells []cellCount, value func(*cellCount) V) (best V) {
	counts := map[V]int64{}
	for i := range cells {
		counts[value(&cells[i])] += cells[i].failures
	}
	top := int64(0)
	for i := range cells {
		if v := value(&cells[i]); counts[v] > top {
			best, top = v, counts[v]
		}
	}
	return best
}

// distinct counts the values, and answers the value when it is the only one.
func distinct(cells []cellCount, value func(*cellCount) string) (n int, only string) {
	seen := map[string]bool{}
	for i := range cells {
		if v := value(&cells[i]); v != "" {
			seen[v] = true
			only = v
		}
	}
	if len(seen) != 1 {
		only = ""
	}
	return len(seen), only
}

// bounds are those of an incident as it is shown, of which a share is told: its one
// template in its one language, its one number where that is what it is about. Sends
// that do not say which are within them where messages of its own do not.
func (sum *summary) bounds(shape model.Shape, cells []cellCount) func(*cellKey) bool {
	var all []func(*cellKey) bool
	one := func(name string, of func(*cellKey) int64) {
		if name == "" {
			return
		}
		has := map[int64]bool{}
		for i := range cells {
			has[of(&cells[i].key)] = true
		}
		all = append(all, func(k *cellKey) bool { return has[of(k)] })
	}
	one(sum.Template, func(k *cellKey) int64 { return k.template })
	if sum.Template != "" {
		one(sum.Language, func(k *cellKey) int64 { return k.language })
	}
	if shape == model.ShapeNumber {
		one(sum.PhoneID, func(k *cellKey) int64 { return k.phone })
	}
	return func(k *cellKey) bool {
		for _, in := range all {
			if !in(k) {
				return false
			}
		}
		return true
	}
}

// A confine is what all messages of an incident share, as numbers of names: -1
// where they differ. Accounts are listed.
type confine struct {
	wabas              []int64
	template, language int64
}

func scopeOf(cells []cellCount) confine {
	k := confine{template: -1, language: -1}
	seen := map[int64]bool{}
	for i, c := range cells {
		if !seen[c.key.waba] {
			seen[c.key.waba] = true
			k.wabas = append(k.wabas, c.key.waba)
		}
		if i == 0 {
			k.template, k.language = c.key.template, c.key.language
		}
		if c.key.template != k.template {
			k.template = -1
		}
		if c.key.language != k.language {
			k.language = -1
		}
	}
	return k
}

// slicesOf says how an incident's time is sliced: from its first five minutes on,
// into n slices of so many five minutes in all.
func slicesOf(e *extent) (from, n, steps int64) {
	const step = lookStep * 60_000
	from = floor(e.first, step)
	steps = floor(e.last, step) - from + 1
	return from, min(trendSlices, steps), steps
}

// trend spreads an incident's messages over equal slices of its time.
func trend(ctx context.Context, q querier, e extent) ([]int, error) {
	if e.first == 0 {
		return nil, nil
	}
	const step = lookStep * 60_000
	from, n, steps := slicesOf(&e)
	trend := make([]int, n)
	// What has come since the incidents were last made lies outside.
	rows, err := q.QueryContext(ctx, "SELECT ((f.at - ?2) / ?3) * ?4 / ?5 AS slice, count(*) FROM "+strings.Replace(inPieces, "?", "?1", 1)+
		" WHERE f.at BETWEEN ?6 AND ?7 GROUP BY slice", jsonPieces(e.pieces), from*step, step, n, steps, e.first, e.last)
	err = each(rows, err, func(r *sql.Rows) error {
		var i, count int
		err := r.Scan(&i, &count)
		trend[i] += count
		return err
	})
	return trend, err
}

// floor is n / by, rounded down: a time may be before 1970.
func floor(n, by int64) int64 {
	if n < 0 {
		return -((by - 1 - n) / by)
	}
	return n / by
}

func countRecipients(ctx context.Context, q querier, pieces []piece) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT count(DISTINCT f.recipient) FROM "+inPieces+" WHERE f.recipient <> 0", jsonPieces(pieces)).Scan(&n)
	return n, err
}
