package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"unsent/model"
)

// A selection is a model.Query in the terms of the tables: conditions on a row
// f of "failure" and its cell c.
type selection struct {
	none      bool // nothing can match
	where     []string
	args      []any
	cells     bool // a condition is on c
	incident  int64
	messages  []int64 // all that can match, when byMessage
	byMessage bool
	words     []word

	kept     string // a query for the exact count, where it is kept
	keptArgs []any
}

func (sel *selection) and(condition string, args ...any) {
	sel.where = append(sel.where, condition)
	sel.args = append(sel.args, args...)
}

// An access is the way to the rows of a selection.
type access struct {
	kind      byte
	incidents []int64
	bound     *model.Cursor // rows beyond it are not looked at
}

const (
	byTime      = 't' // all rows in the order of time
	byIncidents = 'i' // the rows of some incidents in the order of time each, and these merged
	byNumber    = 'n' // some messages
)

// obvious is the way when there is only one that makes sense.
func (sel *selection) obvious() (access, bool) {
	switch {
	case sel.byMessage:
		return access{kind: byNumber}, true
	case sel.incident != 0:
		return access{kind: byIncidents, incidents: []int64{sel.incident}}, true
	case len(sel.where) == 0 || sel.onlyTime():
		return access{kind: byTime}, true
	}
	return access{}, false
}

func (sel *selection) onlyTime() bool {
	for _, w := range sel.where {
		if !strings.HasPrefix(w, "f.at ") {
			return false
		}
	}
	return true
}

// selection reads names and words of q.
func (s *Store) selection(ctx context.Context, q *model.Query) (*selection, error) {
	sel := &selection{incident: int64(q.Incident)}
	if err := s.selectCells(ctx, sel, q); err != nil {
		return nil, err
	}
	if q.Incident != 0 && len(sel.where) == 0 {
		sel.kept, sel.keptArgs = "SELECT coalesce(sum(failures), 0) FROM incident WHERE id = ?", []any{int64(q.Incident)}
	} else if len(sel.where) > 0 {
		where := strings.Join(sel.where, " AND ")
		sel.kept, sel.keptArgs = "SELECT coalesce(sum(c.failures), 0) FROM cell AS c WHERE c.incident <> 0 AND "+where, slices.Clone(sel.args)
		if q.Incident != 0 {
			sel.kept += " AND c.incident = ?"
			sel.keptArgs = append(sel.keptArgs, int64(q.Incident))
		}
	} else {
		sel.kept = "SELECT coalesce((SELECT value FROM meta WHERE key = 'messages'), (SELECT sum(failures) FROM incident INDEXED BY incident_top WHERE failures > 0), 0)"
	}
	conditions := len(sel.where)

	if q.State != "" {
		sel.and("f.incident IN (SELECT id FROM incident WHERE state = ?)", string(q.State))
	}
	if !q.Since.IsZero() {
		sel.and("f.at >= ?", q.Since.UnixMilli())
	}
	if !q.Until.IsZero() {
		sel.and("f.at < ?", q.Until.UnixMilli())
		if q.Since.IsZero() {
			sel.and("f.at <> 0") // without a time it is not known to be before
		}
	}
	if q.Campaign != "" {
		id, err := s.nameOf(ctx, q.Campaign)
		if err != nil {
			return nil, err
		}
		sel.none = sel.none || id == 0
		sel.and("f.campaign = ?", id)
	}
	if q.Recipient != "" {
		key := mentionKey(q.Recipient)
		if digits := digitsOf(q.Recipient); plainNumber(q.Recipient) {
			key = mentionKey(digits)
		}
		sel.and("f.recipient = ?", key)
		found, all, err := s.mentioning(ctx, []span64{{key, key}})
		if err != nil {
			return nil, err
		}
		if all {
			sel.restrict(found)
		}
	}
	if strings.TrimSpace(q.Search) != "" {
		if err := s.search(ctx, sel, q.Search); err != nil {
			return nil, err
		}
	}
	if len(sel.where) != conditions || sel.byMessage {
		sel.kept = ""
	}
	return sel, nil
}

// fewMessages is up to how many messages are sorted rather than looked for in
// the order of time.
const fewMessages = 5_000

// restrict narrows the selection down to some messages.
func (sel *selection) restrict(found []int64) {
	if sel.byMessage {
		found = slices.DeleteFunc(slices.Clone(found), func(id int64) bool { return !slices.Contains(sel.messages, id) })
	}
	sel.messages, sel.byMessage = found, true
	sel.none = sel.none || len(found) == 0
}

// nameOf is the number of a value, 0 when no record has it.
func (s *Store) nameOf(ctx context.Context, value string) (id int64, err error) {
	err = s.r.QueryRowContext(ctx, "SELECT coalesce((SELECT id FROM name WHERE value = ?), 0)", value).Scan(&id)
	return id, err
}

// selectCells adds the conditions on the cell.
func (s *Store) selectCells(ctx context.Context, sel *selection, q *model.Query) error {
	var codes []int64
	for _, code := range q.Codes {
		id, err := s.nameOf(ctx, string(code))
		if err != nil {
			return err
		}
		if id != 0 {
			codes = append(codes, id)
		}
	}
	if q.NoCode {
		codes = append(codes, 0)
	}
	if len(q.Codes) > 0 || q.NoCode {
		sel.none = len(codes) == 0
		sel.cells = true
		if len(codes) == 1 {
			sel.and("c.code = ?", codes[0])
		} else {
			sel.and("c.code IN (SELECT value FROM json_each(?))", ids(codes))
		}
	}
	for _, f := range [...]struct{ column, value string }{
		{"waba", q.WABA}, {"phone", q.PhoneID}, {"template", q.Template},
	} {
		if f.value == "" {
			continue
		}
		id, err := s.nameOf(ctx, f.value)
		if err != nil {
			return err
		}
		sel.none = sel.none || id == 0
		sel.cells = true
		sel.and("c."+f.column+" = ?", id)
	}
	return nil
}

// pageOf is the query for the numbers of a page's messages, in order.
func (sel *selection) pageOf(a access, q *model.Query) (string, []any) {
	order, beyond, within := " ORDER BY f.at DESC, f.id DESC", "<", ">="
	if q.Back {
		order, beyond, within = " ORDER BY f.at, f.id", ">", "<="
	}
	where, args := slices.Clone(sel.where), slices.Clone(sel.args)
	if q.From != (model.Cursor{}) {
		where = append(where, "(f.at, f.id) "+beyond+" (?, ?)")
		args = append(args, q.From.At, int64(q.From.ID))
	}
	if a.bound != nil {
		where = append(where, "(f.at, f.id) "+within+" (?, ?)")
		args = append(args, a.bound.At, int64(a.bound.ID))
	}
	join := ""
	if sel.cells {
		join = " CROSS JOIN cell AS c ON c.id = f.cell"
	}
	tail := order + " LIMIT ?"
	and := func(first string) string {
		return " WHERE " + strings.Join(append([]string{first}, where...), " AND ")
	}
	switch {
	case a.kind == byNumber:
		if sel.incident != 0 {
			where, args = append(where, "f.incident = ?"), append(args, sel.incident)
		}
		return "SELECT f.id FROM failure AS f NOT INDEXED" + join + and("f.id IN (SELECT value FROM json_each(?))") + tail,
			slices.Concat([]any{ids(sel.messages)}, args, []any{q.Limit})
	case a.kind == byTime:
		return "SELECT f.id FROM failure AS f INDEXED BY failure_at" + join + and("true") + tail, append(args, q.Limit)
	case len(a.incidents) == 1:
		return "SELECT f.id FROM failure AS f INDEXED BY failure_incident" + join + and("f.incident = ?") + tail,
			slices.Concat([]any{a.incidents[0]}, args, []any{q.Limit})
	}
	// A page of each incident, and of these the first.
	return "SELECT f.id FROM json_each(?) AS i CROSS JOIN failure AS f ON f.id IN (" +
			"SELECT f.id FROM failure AS f INDEXED BY failure_incident" + join + and("f.incident = i.value") + tail + ")" + tail,
		slices.Concat([]any{ids(a.incidents)}, args, []any{q.Limit, q.Limit})
}

// near bounds a look at some rows next to where the page begins. all means that
// there are no more rows than that.
func (s *Store) near(ctx context.Context, q *model.Query, rows int) (a access, all bool, err error) {
	look := model.Query{From: q.From, Back: q.Back, Limit: rows}
	inner, args := (&selection{}).pageOf(access{kind: byTime}, &look)
	inner = strings.Replace(inner, "SELECT f.id", "SELECT f.at AS at, f.id AS id", 1)
	// Rows of the last one's time may lie within the bound although the look ends
	// before them. They are the next of the page, so that is as good.
	last := "coalesce(min(at), 0), coalesce(min(id), 0)"
	if q.Back {
		last = "coalesce(max(at), 0), coalesce(max(id), 0)"
	}
	var n int
	var c model.Cursor
	err = s.r.QueryRowContext(ctx, "SELECT count(*), "+last+" FROM ("+inner+")", args...).Scan(&n, &c.At, (*int64)(&c.ID))
	if n < rows {
		return access{kind: byTime}, true, err
	}
	return access{kind: byTime, bound: &c}, false, err
}

// choose weighs the rows that must be looked at in the order of time against
// those of a merge of the incidents that have any.
func (s *Store) choose(ctx context.Context, sel *selection, limit int) (access, error) {
	has, err := s.candidates(ctx, sel)
	if err != nil || has == nil {
		return access{kind: byTime}, err
	}
	var all, matching, merge int
	if err := s.r.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM failure").Scan(&all); err != nil {
		return access{}, err
	}
	for _, n := range has {
		matching += n
		merge += min(n, limit) + 4
	}
	scan := all
	if matching > limit {
		scan = all * limit / matching
	}
	if scan < merge {
		return access{kind: byTime}, nil
	}
	return access{kind: byIncidents, incidents: slices.Sorted(maps.Keys(has))}, nil
}

// manyIncidents is from how many on a merge is not considered.
const manyIncidents = 4_000

// candidates are the incidents that can have matching rows, and how many at
// most, from the kept counts. It is nil when they are too many to say.
func (s *Store) candidates(ctx context.Context, sel *selection) (map[int64]int, error) {
	var has map[int64]int
	meet := func(query string, args ...any) error {
		found := map[int64]int{}
		rows, err := s.r.QueryContext(ctx, query+" LIMIT ?", append(args, manyIncidents)...)
		n := 0
		if err := each(rows, err, func(r *sql.Rows) error {
			var id int64
			var count int
			err := r.Scan(&id, &count)
			found[id] += count
			n++
			return err
		}); err != nil || n == manyIncidents {
			return err
		}
		has = intersect(has, found)
		return nil
	}
	if sel.cells {
		var where []string
		var args []any
		at := 0
		for _, w := range sel.where {
			n := strings.Count(w, "?")
			if strings.HasPrefix(w, "c.") {
				where, args = append(where, w), append(args, sel.args[at:at+n]...)
			}
			at += n
		}
		if len(where) == 0 {
			// Only a word of the search is looked for in cells.
		} else if err := meet("SELECT c.incident, c.failures FROM cell AS c WHERE c.failures > 0 AND c.incident <> 0 AND "+strings.Join(where, " AND "), args...); err != nil {
			return nil, err
		}
	}
	at := 0
	for _, w := range sel.where {
		n := strings.Count(w, "?")
		switch {
		case strings.HasPrefix(w, "f.campaign ="):
			if err := meet("SELECT incident, failed FROM tally WHERE dim = ? AND value = ?", tallyCampaign, sel.args[at]); err != nil {
				return nil, err
			}
		case strings.HasPrefix(w, "f.incident IN"):
			if err := meet("SELECT id, failures FROM incident WHERE failures > 0 AND state = ?", sel.args[at]); err != nil {
				return nil, err
			}
		}
		at += n
	}
	for i := range sel.words {
		found, err := s.wordIncidents(ctx, &sel.words[i])
		if err != nil {
			return nil, err
		}
		if found != nil {
			has = intersect(has, found)
		}
	}
	return has, nil
}

// intersect keeps what both have, and the lower count. A nil a has all.
func intersect(a, b map[int64]int) map[int64]int {
	if a == nil {
		return b
	}
	both := map[int64]int{}
	for id, n := range a {
		if m, ok := b[id]; ok {
			both[id] = min(n, m)
		}
	}
	return both
}
