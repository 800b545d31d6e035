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
	pieces    []piece // of the incident
	first     int64   // of its failures with a time, 0: none
	last      int64
	state     string
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
	kind   byte
	pieces []piece
	bound  *model.Cursor // rows beyond it are not looked at
}

const (
	byTime   = 't' // all rows in the order of time
	byPieces = 'p' // the rows of some pieces in the order of time each, and these merged
	byNumber = 'n' // some messages
)

// obvious is the way when there is only one that makes sense.
func (sel *selection) obvious() (access, bool) {
	switch {
	case sel.byMessage:
		return access{kind: byNumber}, true
	case sel.incident != 0 && len(sel.pieces) <= fewPieces:
		return access{kind: byPieces, pieces: sel.pieces}, true
	case sel.incident != 0:
		return access{}, false
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
	if sel.incident != 0 {
		var err error
		if sel.pieces, err = piecesOf(ctx, s.r, sel.incident); err != nil {
			return nil, err
		}
		sel.none = len(sel.pieces) == 0
		if err := s.r.QueryRowContext(ctx, "SELECT coalesce(max(first), 0), coalesce(max(last), 0) FROM incident WHERE id = ?", sel.incident).Scan(&sel.first, &sel.last); err != nil {
			return nil, err
		}
	}
	if err := s.selectCells(ctx, sel, q); err != nil {
		return nil, err
	}
	if q.Incident != 0 && len(sel.where) == 0 {
		sel.kept, sel.keptArgs = "SELECT coalesce(sum(failures), 0) FROM incident WHERE id = ?", []any{int64(q.Incident)}
	} else if len(sel.where) > 0 {
		where := strings.Join(sel.where, " AND ")
		sel.kept, sel.keptArgs = "SELECT coalesce(sum(c.failures), 0) FROM cell AS c WHERE "+where, slices.Clone(sel.args)
		if strands, ok := strandsOf(sel.pieces); !ok {
			sel.kept = ""
		} else if q.Incident != 0 {
			sel.kept += " AND c.strand IN (SELECT value FROM json_each(?))"
			sel.keptArgs = append(sel.keptArgs, ids(strands))
		}
	} else {
		sel.kept = "SELECT coalesce((SELECT value FROM meta WHERE key = 'messages'), (SELECT sum(failures) FROM strand), 0)"
	}
	conditions := len(sel.where)

	if q.State != "" {
		sel.state = string(q.State)
		sel.and(incidentOf+" IN (SELECT id FROM incident WHERE state = ?)", sel.state)
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
		found, all, err := s.mentioning(ctx, []span64{{key, key}})
		if err != nil {
			return nil, err
		}
		if all { // a number that lost digits is kept with none, and found by what is left of it
			sel.and("f.recipient IN (?, 0)", key)
			sel.restrict(found)
		} else {
			sel.and("f.recipient = ?", key)
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
	if sel.incident != 0 && a.kind != byPieces {
		// Where it has none, nobody need look: it may have ended weeks before the log.
		if sel.first != 0 {
			where, args = append(where, "f.at <= ?"), append(args, sel.last)
		}
		if sel.first != 0 && q.Back && q.From.At > 0 {
			where, args = append(where, "f.at >= ?"), append(args, sel.first)
		}
		where, args = append(where, incidentOf+" = ?"), append(args, sel.incident)
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
		return "SELECT f.id FROM failure AS f NOT INDEXED" + join + and("f.id IN (SELECT value FROM json_each(?))") + tail,
			slices.Concat([]any{ids(sel.messages)}, args, []any{q.Limit})
	case a.kind == byTime:
		return "SELECT f.id FROM failure AS f INDEXED BY failure_at" + join + and("true") + tail, append(args, q.Limit)
	case len(a.pieces) == 1 && a.pieces[0].whole():
		return "SELECT f.id FROM by_strand AS f" + join + and("f.strand = ?") + tail,
			slices.Concat([]any{a.pieces[0].strand}, args, []any{q.Limit})
	}
	// A page of each piece, and of these the first.
	return "SELECT f.id FROM json_each(?) AS p CROSS JOIN failure AS f ON f.id IN (" +
			"SELECT f.id FROM by_strand AS f" + join + and("f.strand = p.value ->> 0 AND f.at >= p.value ->> 1 AND f.at < p.value ->> 2") + tail + ")" + tail,
		slices.Concat([]any{jsonPieces(a.pieces)}, args, []any{q.Limit, q.Limit})
}

// near bounds a look at some rows next to where the page begins, and says the time of
// the first. all means that there are no more rows than that.
func (s *Store) near(ctx context.Context, q *model.Query, rows int) (a access, first int64, all bool, err error) {
	look := model.Query{From: q.From, Back: q.Back, Limit: rows}
	inner, args := (&selection{}).pageOf(access{kind: byTime}, &look)
	inner = strings.Replace(inner, "SELECT f.id", "SELECT f.at AS at, f.id AS id", 1)
	// Rows of the last one's time may lie within the bound although the look ends
	// before them. They are the next of the page, so that is as good.
	ends := "coalesce(max(at), 0), coalesce(min(at), 0), coalesce(min(id), 0)"
	if q.Back {
		ends = "coalesce(min(at), 0), coalesce(max(at), 0), coalesce(max(id), 0)"
	}
	var n int
	var c model.Cursor
	err = s.r.QueryRowContext(ctx, "SELECT count(*), "+ends+" FROM ("+inner+")", args...).Scan(&n, &first, &c.At, (*int64)(&c.ID))
	if n < rows {
		return access{kind: byTime}, first, true, err
	}
	return access{kind: byTime, bound: &c}, first, false, err
}

// choose weighs the rows that must be looked at in the order of time against
// those of a merge of the strands that have any.
func (s *Store) choose(ctx context.Context, sel *selection, limit int) (access, error) {
	has, err := s.candidates(ctx, sel)
	if err != nil || has == nil {
		return access{kind: byTime}, err
	}
	var all, matching, merge int
	if err := s.r.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM failure").Scan(&all); err != nil {
		return access{}, err
	}
	// A strand of which only some match is read until enough do, and mostly whole.
	rows, err := s.r.QueryContext(ctx, "SELECT s.id, s.failures FROM json_each(?) AS j CROSS JOIN strand AS s ON s.id = j.value", ids(slices.Collect(maps.Keys(has))))
	if err := each(rows, err, func(r *sql.Rows) error {
		var strand int64
		var failures int
		err := r.Scan(&strand, &failures)
		n := has[strand]
		matching += n
		merge += min(failures, limit*failures/max(n, 1)) + 4
		return err
	}); err != nil {
		return access{}, err
	}
	scan := all
	if matching > limit {
		scan = all * limit / matching
	}
	if scan < merge {
		return access{kind: byTime}, nil
	}
	a := access{kind: byPieces}
	if sel.incident != 0 {
		a.pieces = slices.DeleteFunc(slices.Clone(sel.pieces), func(p piece) bool { return has[p.strand] == 0 })
		return a, nil
	}
	for _, strand := range slices.Sorted(maps.Keys(has)) {
		a.pieces = append(a.pieces, piece{strand, -ever, ever})
	}
	return a, nil
}

// fewPieces is up to how many pieces of an incident are merged without weighing
// whether that is the shortest way; manyStrands is from how many on a merge is not
// considered.
const (
	fewPieces   = 32
	manyStrands = 4_000
)

// candidates are the strands that can have matching rows, and how many at most,
// from the kept counts. It is nil when they are too many to say.
func (s *Store) candidates(ctx context.Context, sel *selection) (map[int64]int, error) {
	var has map[int64]int
	meet := func(query string, args ...any) error {
		found := map[int64]int{}
		rows, err := s.r.QueryContext(ctx, query+" LIMIT ?", append(args, manyStrands)...)
		n := 0
		if err := each(rows, err, func(r *sql.Rows) error {
			var id int64
			var count int
			err := r.Scan(&id, &count)
			found[id] += count
			n++
			return err
		}); err != nil || n == manyStrands {
			return err
		}
		has = intersect(has, found)
		return nil
	}
	if sel.incident != 0 {
		if err := meet("SELECT s.id, s.failures FROM extent AS e INDEXED BY extent_incident CROSS JOIN strand AS s ON s.id = e.strand WHERE e.incident = ?", sel.incident); err != nil {
			return nil, err
		}
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
		} else if err := meet("SELECT c.strand, c.failures FROM cell AS c WHERE c.failures > 0 AND "+strings.Join(where, " AND "), args...); err != nil {
			return nil, err
		}
	}
	at := 0
	for _, w := range sel.where {
		n := strings.Count(w, "?")
		switch {
		case strings.HasPrefix(w, "f.campaign ="):
			if err := meet(seenIn+"s.value = ?", seenCampaign, sel.args[at]); err != nil {
				return nil, err
			}
		}
		at += n
	}
	if sel.state != "" {
		if err := meet(`SELECT s.id, s.failures FROM incident AS i INDEXED BY incident_top CROSS JOIN extent AS e INDEXED BY extent_incident ON e.incident = i.id
			CROSS JOIN strand AS s ON s.id = e.strand WHERE i.failures > 0 AND i.state = ?`, sel.state); err != nil {
			return nil, err
		}
	}
	for i := range sel.words {
		found, err := s.wordStrands(ctx, &sel.words[i])
		if err != nil {
			return nil, err
		}
		if found != nil {
			has = intersect(has, found)
		}
	}
	return has, nil
}

// seenIn are the strands in which something was seen, with all of their messages.
const seenIn = "SELECT s.strand, k.failures FROM seen AS s CROSS JOIN strand AS k ON k.id = s.strand WHERE k.failures > 0 AND s.dim = ? AND "

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
