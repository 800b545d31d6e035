package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
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

// A summary is what an incident repeats of its cells, tallies and roll-ups.
type summary struct {
	Code       model.Code      `json:"code,omitempty"`
	Vendor     model.Vendor    `json:"vendor,omitzero"`
	HTTP       int             `json:"http,omitempty"`
	Title      string          `json:"title,omitempty"`
	Attempts   int             `json:"attempts"`
	Successes  bool            `json:"successes,omitempty"`
	Recipients int             `json:"recipients"`
	WABAs      int             `json:"wabas,omitempty"`
	PhoneIDs   int             `json:"phone_ids,omitempty"`
	Templates  int             `json:"templates,omitempty"`
	Kinds      int             `json:"kinds,omitempty"`
	WABA       string          `json:"waba,omitempty"`
	PhoneID    string          `json:"phone_id,omitempty"`
	Template   string          `json:"template,omitempty"`
	Language   string          `json:"language,omitempty"`
	Trend      []int           `json:"trend,omitempty"`
	Most       int             `json:"most,omitempty"`     // failures of the recipient with most of them
	Evidence   *model.Evidence `json:"evidence,omitempty"` // nil: nobody looked
}

// extent is what a summary is made for.
type extent struct {
	id, failures, first, last int64
	pieces                    []piece
}

// refresh makes the summaries of the largest incidents that have none, with their
// evidence, and keeps the totals.
func refresh(t *session, n int, log *Log) error {
	if err := keepTotals(t); err != nil {
		return err
	}
	var due []extent
	rows, err := t.tx.QueryContext(t.ctx, `SELECT id, failures, first, last FROM
		(SELECT id, failures, first, last, stale FROM incident INDEXED BY incident_top WHERE failures > 0 ORDER BY failures DESC, id LIMIT ?) WHERE stale = 1`, n)
	if err := each(rows, err, func(r *sql.Rows) error {
		var e extent
		err := r.Scan(&e.id, &e.failures, &e.first, &e.last)
		due = append(due, e)
		return err
	}); err != nil {
		return err
	}
	for _, e := range due {
		if e.pieces, err = piecesOf(t.ctx, t.tx, e.id); err != nil {
			return err
		}
		sum, err := summarise(t.ctx, t.tx, e, log)
		if err != nil {
			return err
		}
		if e.failures <= soonCounted {
			if sum.Recipients, err = countRecipients(t.ctx, t.tx, e.pieces); err != nil {
				return err
			}
		}
		text, err := json.Marshal(sum)
		if err != nil {
			return err
		}
		if err := t.exec("UPDATE incident SET stale = 0, summary = ? WHERE id = ?", string(text), e.id); err != nil {
			return err
		}
	}
	return nil
}

// summarise makes the summary of one incident, but for its recipients; with its
// evidence where log is not nil.
func summarise(ctx context.Context, q querier, e extent, log *Log) (summary, error) {
	cells, err := cellsOf(ctx, q, e.pieces)
	if err != nil {
		return summary{}, err
	}
	sum, err := described(ctx, q, e, cells)
	if err != nil || log == nil || len(cells) == 0 {
		return sum, err
	}
	ev, err := evidence(ctx, q, e, &sum, cells, aroundIn(log.Strands, wabasOf(cells), minuteOf(e.first), minuteOf(e.last)))
	sum.Evidence = &ev
	return sum, err
}

// wabasOf are the accounts of some cells.
func wabasOf(cells []cellCount) map[string]bool {
	all := map[string]bool{}
	for i := range cells {
		all[cells[i].waba] = true
	}
	return all
}

// described is a summary without its evidence.
func described(ctx context.Context, q querier, e extent, cells []cellCount) (summary, error) {
	sum := summary{Recipients: -1}
	sum.describe(cells)
	wordings, args := tallied(e.pieces, tallyWording)
	var err error
	if err := q.QueryRowContext(ctx, `SELECT coalesce((SELECT w.title FROM (`+wordings+`) AS t JOIN wording AS w ON w.id = t.value
		WHERE w.title <> '' GROUP BY w.title ORDER BY sum(t.n) DESC, w.title LIMIT 1), '')`, args...).Scan(&sum.Title); err != nil {
		return sum, err
	}
	sum.Attempts = int(e.failures)
	if sum.Trend, err = trend(ctx, q, e); err != nil {
		return sum, err
	}
	var successes int64
	if err := q.QueryRowContext(ctx, "SELECT coalesce((SELECT value FROM meta WHERE key = 'successes'), 0)").Scan(&successes); err != nil || successes == 0 {
		return sum, err // a log of failures only, as most are, needs no look at the sends of accounts
	}
	all, err := attemptsIn(ctx, q, scopeOf(cells), e)
	if err != nil {
		return sum, err
	}
	// A share can be told when the log has the account's successful sends of that
	// time, be there some in the very scope or not: then "all of them failed" is a
	// fact. With no success of the account the log may hold failures only.
	wide := all
	if wide.succeeded == 0 {
		if wide, err = attemptsIn(ctx, q, confine{wabas: scopeOf(cells).wabas, template: -1, language: -1}, e); err != nil {
			return sum, err
		}
	}
	sum.Successes = wide.succeeded > 0
	if sum.Successes {
		// Failures without a time are in no slice of it.
		sum.Attempts = max(sum.Attempts, int(all.failed+all.succeeded))
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

// tallied is a query for the values of a dimension in some pieces with the number
// of messages of each, columns value and n. What is kept of strands tells it, or
// else the messages do.
func tallied(pieces []piece, dim int) (string, []any) {
	if strands, ok := strandsOf(pieces); ok {
		return "SELECT t.value, sum(t.failed) AS n FROM json_each(?) AS j CROSS JOIN tally AS t ON t.strand = j.value AND t.dim = ? GROUP BY t.value", []any{ids(strands), dim}
	}
	column := [...]string{tallyCountry: "country", tallyApp: "app", tallyCampaign: "campaign", tallyWording: "wording"}[dim]
	return "SELECT f." + column + " AS value, count(*) AS n FROM " + inPieces + " WHERE f." + column + " <> 0 GROUP BY f." + column, []any{jsonPieces(pieces)}
}

// cellsOf are the cells of some pieces that have messages, most first.
func cellsOf(ctx context.Context, q querier, pieces []piece) (all []cellCount, err error) {
	counts, param := "SELECT c.id AS cell, c.failures AS n FROM json_each(?) AS j CROSS JOIN cell AS c ON c.strand = j.value WHERE c.failures > 0", ""
	if strands, ok := strandsOf(pieces); ok {
		param = ids(strands)
	} else {
		counts, param = "SELECT f.cell AS cell, count(*) AS n FROM "+inPieces+" GROUP BY f.cell", jsonPieces(pieces)
	}
	name := func(column string) string {
		return fmt.Sprintf(", coalesce((SELECT value FROM name WHERE id = c.%s), '')", column)
	}
	rows, err := q.QueryContext(ctx, `SELECT s.n, c.code, c.http, c.waba, c.phone, c.template, c.language, c.kind`+
		name("code")+name("system")+name("vendor")+name("waba")+name("phone")+name("template")+name("language")+name("kind")+
		` FROM (`+counts+`) AS s CROSS JOIN cell AS c ON c.id = s.cell ORDER BY s.n DESC, c.id`, param)
	err = each(rows, err, func(r *sql.Rows) error {
		var c cellCount
		err := r.Scan(&c.failures, &c.key.code, &c.key.http, &c.key.waba, &c.key.phone, &c.key.template, &c.key.language, &c.key.kind,
			&c.code, &c.vendor.System, &c.vendor.Code, &c.waba, &c.phone, &c.template, &c.language, &c.kind)
		all = append(all, c)
		return err
	})
	return all, err
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

// within is the condition on a roll-up r that it lies in an incident's time.
// Attempts without a time count when the incident has failures without one.
const within = `(r.slot BETWEEN ? AND ? OR r.slot = 0 AND ?)`

func (e *extent) within() []any {
	if e.first == 0 {
		return []any{0, 0, true}
	}
	return []any{slotOf(e.first), slotOf(e.last), false}
}

// attemptsIn counts the attempts of a scope in an incident's time.
func attemptsIn(ctx context.Context, q querier, k confine, e extent) (all attempts, err error) {
	where, args := "", []any{ids(k.wabas)}
	if k.template >= 0 {
		where += " AND c.template = ?"
		args = append(args, k.template)
		if k.language >= 0 {
			where += " AND c.language = ?"
			args = append(args, k.language)
		}
	}
	err = q.QueryRowContext(ctx, `SELECT coalesce(sum(r.failed), 0), coalesce(sum(r.succeeded), 0)
		FROM json_each(?) AS a CROSS JOIN cell AS c INDEXED BY cell_waba ON c.waba = a.value`+where+`
		CROSS JOIN rollup AS r ON r.cell = c.id AND `+within, append(args, e.within()...)...).Scan(&all.failed, &all.succeeded)
	return all, err
}

// trend spreads an incident's messages over equal slices of its time.
func trend(ctx context.Context, q querier, e extent) ([]int, error) {
	if e.first == 0 {
		return nil, nil
	}
	from, to := slotOf(e.first), slotOf(e.last)
	n := min(trendSlices, to-from+1)
	slices := make([]int, n)
	step := model.RollUpStep.Milliseconds()
	// What has come since the incidents were last made lies outside.
	rows, err := q.QueryContext(ctx, "SELECT ((f.at - ?2) / ?3) * ?4 / ?5 AS slice, count(*) FROM "+strings.Replace(inPieces, "?", "?1", 1)+
		" WHERE f.at BETWEEN ?6 AND ?7 GROUP BY slice", jsonPieces(e.pieces), from*step, step, n, to-from+1, e.first, e.last)
	err = each(rows, err, func(r *sql.Rows) error {
		var i, count int
		err := r.Scan(&i, &count)
		slices[i] += count
		return err
	})
	return slices, err
}

func countRecipients(ctx context.Context, q querier, pieces []piece) (n int, err error) {
	err = q.QueryRowContext(ctx, "SELECT count(DISTINCT f.recipient) FROM "+inPieces+" WHERE f.recipient <> 0", jsonPieces(pieces)).Scan(&n)
	return n, err
}
