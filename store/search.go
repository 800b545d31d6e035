package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A word is one word of a search and where it was found: numbers of wordings,
// of names (for cells and campaigns), of messages.
type word struct {
	wordings, names, messages []int64
	spans                     []span64 // in place of messages, when these are many
	cells                     []int64  // those that have a name; nil when they are too many to say
	campaigns                 []int64  // the names that are a campaign's, or all
}

// A span64 is a range of keys of the table "mention", both ends included.
type span64 struct{ low, high int64 }

const (
	maxWords   = 12
	minDigits  = 7 // of a number that is searched for by its beginning: codes have up to seven, and are no beginnings
	minDialled = 4 // the same with a plus sign before it
)

// search adds the conditions of a search: all words, each anywhere: in title,
// message or details, in a template, campaign, account or phone number id or
// code, or as an id of the message. The texts are few, because they are folded,
// so the full-text index is over those; ids are looked up whole, and numbers
// also by their beginning.
//
// What an agent types is data: no character of it has a meaning for the
// full-text index, and none can make an error.
func (s *Store) search(ctx context.Context, sel *selection, text string) error {
	words := strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text))
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	if len(words) > 1 && plainNumber(text) {
		// A phone number as people write it; or two codes, if there is no such number.
		w := word{}
		if err := s.ids(ctx, &w, prefixes(text)); err != nil {
			return err
		}
		if len(w.messages)+len(w.spans) > 0 {
			sel.must(w)
			return nil
		}
	}
	asked := false
	for i, text := range words {
		if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
			continue
		}
		asked = true
		w, err := s.word(ctx, text, i == len(words)-1)
		if err != nil {
			return err
		}
		sel.must(w)
	}
	sel.none = sel.none || !asked
	return nil
}

// must adds a word to the conditions.
func (sel *selection) must(w word) {
	if len(w.wordings)+len(w.names)+len(w.spans) == 0 {
		sel.restrict(w.messages)
		return
	}
	condition, args := w.condition()
	sel.and(condition, args...)
	sel.cells = sel.cells || len(w.names) > 0 && w.cells == nil
	sel.words = append(sel.words, w)
}

// condition is what a row must meet for the word to be in it.
func (w *word) condition() (string, []any) {
	var either []string
	var args []any
	in := func(column string, list []int64) {
		if len(list) > fewIn {
			// Those of messages that were moved by hand are below 0, and few.
			slices.Sort(list)
			n, _ := slices.BinarySearch(list, 0)
			if n < len(list) {
				either = append(either, "("+column+" >= 0 AND substr(?, "+column+" + 1, 1) = x'01')")
				args = append(args, marks(list[n:]))
			}
			list = list[:n]
		}
		if len(list) > 0 {
			either = append(either, column+" IN (SELECT value FROM json_each(?))")
			args = append(args, ids(list))
		}
	}
	in("f.wording", w.wordings)
	if w.cells == nil {
		for _, column := range [...]string{"c.template", "c.waba", "c.phone", "c.code", "c.vendor"} {
			in(column, w.names)
		}
	} else {
		in("f.cell", w.cells)
	}
	in("f.campaign", w.campaigns)
	if len(w.messages) > 0 { // their numbers have no end
		either = append(either, "f.id IN (SELECT value FROM json_each(?))")
		args = append(args, ids(w.messages))
	}
	for _, k := range w.spans {
		either = append(either, "f.id IN (SELECT m.failure FROM "+mentions+")")
		args = append(args, k.low, k.high)
	}
	if len(either) == 0 {
		return "false", nil // names of something that is not searched
	}
	return "(" + strings.Join(either, " OR ") + ")", args
}

// fewIn is up to how many numbers of cells and the like are looked for in a list. A list
// of thousands takes SQLite longer to make, for each query, than a page takes to read.
const fewIn = 64

// marks has a byte for each number from 0 to the last of list: 1 at those that are in it.
func marks(list []int64) []byte {
	b := make([]byte, slices.Max(list)+1)
	for _, n := range list {
		b[n] = 1
	}
	return b
}

// word looks one word up.
func (s *Store) word(ctx context.Context, text string, last bool) (w word, err error) {
	match := `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	if last {
		match += "*"
	}
	// What is named is looked up beside the ids, of which each run has its own.
	err = atOnce(func() (err error) {
		if w.wordings, err = s.numbers(ctx, "SELECT rowid FROM wording_fts WHERE wording_fts MATCH ?", match); err != nil {
			return err
		}
		if w.names, err = s.numbers(ctx, "SELECT rowid FROM name_fts WHERE name_fts MATCH ?", match); err != nil {
			return err
		}
		return s.wordCells(ctx, &w)
	}, func() error {
		key := mentionKey(text)
		keys := []span64{{key, key}}
		if plainNumber(text) {
			keys = prefixes(text)
		}
		if err := s.ids(ctx, &w, keys); err != nil {
			return err
		}
		id, _, err := s.known(ctx, text)
		if id != 0 && !slices.Contains(w.messages, int64(id)) {
			w.messages = append(w.messages, int64(id))
		}
		return err
	})
	return w, err
}

// ids looks up which messages some keys name.
func (s *Store) ids(ctx context.Context, w *word, keys []span64) error {
	found, all, err := s.mentioning(ctx, keys)
	if all {
		w.messages = found
	} else {
		w.spans = keys
	}
	return err
}

// prefixes are the keys of the numbers that text is, or is the beginning of.
func prefixes(text string) []span64 {
	digits := strings.TrimLeft(digitsOf(text), "0")
	n, ok := number(digits)
	if !ok {
		return nil
	}
	keys := []span64{{n, n}}
	dialled := strings.HasPrefix(strings.TrimSpace(text), "+")
	if len(digits) < minDigits && !(dialled && len(digits) >= minDialled) {
		return keys
	}
	// A number has up to 18 digits here; E.164 ends at 15.
	for low, high := n*10, n*10+9; low < 1e18; low, high = low*10, high*10+9 {
		keys = append(keys, span64{low, high})
	}
	return keys
}

// mentions are those with a key in a range, in each run one after the other.
const mentions = "run AS r CROSS JOIN mention AS m ON m.run = r.id AND m.key BETWEEN ? AND ?"

// mentioning are the messages that some keys name; all is false when they are
// too many to answer with. All keys are looked for in one run, and then in the next: most
// of their places in it are near each other.
func (s *Store) mentioning(ctx context.Context, keys []span64) (found []int64, all bool, err error) {
	if len(keys) == 0 {
		return nil, true, nil
	}
	args := make([]any, 0, 2*len(keys)+1)
	for _, k := range keys {
		args = append(args, k.low, k.high)
	}
	found, err = s.numbers(ctx, "WITH wanted (low, high) AS MATERIALIZED (VALUES "+strings.Repeat("(?, ?), ", len(keys)-1)+`(?, ?))
		SELECT DISTINCT m.failure FROM run AS r CROSS JOIN wanted AS k CROSS JOIN mention AS m ON m.run = r.id AND m.key BETWEEN k.low AND k.high LIMIT ?`, append(args, fewMessages+1)...)
	if err != nil || len(found) > fewMessages {
		return nil, false, err
	}
	return found, true, nil
}

func (s *Store) numbers(ctx context.Context, query string, args ...any) (all []int64, err error) {
	rows, err := s.r.QueryContext(ctx, query, args...)
	err = each(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		all = append(all, id)
		return err
	})
	return all, err
}

// listed are the numbers that a query answers in one text, which is several times
// faster than a row for each.
func (s *Store) listed(ctx context.Context, query string, args ...any) (all []int64, err error) {
	var list sql.NullString
	if err := s.r.QueryRowContext(ctx, query, args...).Scan(&list); err != nil || list.String == "" {
		return nil, err
	}
	for part := range strings.SplitSeq(list.String, ",") {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

// manyNamed is by how many names cells are looked up, and manyCellsNamed up to how many
// of these. What more of them have is found soon in the order of time.
const (
	manyNamed      = 4_000
	manyCellsNamed = 40_000
)

// wordCells finds the cells and the campaigns that have a word in a name. While a log is
// loaded any name may be a campaign's.
func (s *Store) wordCells(ctx context.Context, w *word) error {
	w.campaigns = w.names
	if len(w.names) > manyNamed {
		return nil
	}
	w.cells = []int64{}
	if len(w.names) == 0 {
		return nil
	}
	var err error
	if w.campaigns, err = s.numbers(ctx, `SELECT value FROM json_each(?) AS n WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'unsorted')
		OR EXISTS (SELECT 1 FROM seen WHERE dim = ? AND seen.value = n.value)`, ids(w.names), seenCampaign); err != nil {
		return err
	}
	// The indexes answer all of it, once they are made.
	if w.cells, err = s.listed(ctx, `WITH named AS MATERIALIZED (SELECT value FROM json_each(?))
		SELECT group_concat(id) FROM (SELECT id FROM cell WHERE waba IN named
		UNION ALL SELECT id FROM cell WHERE code IN named
		UNION ALL SELECT id FROM cell WHERE template <> 0 AND template IN named
		UNION ALL SELECT id FROM cell WHERE phone <> 0 AND phone IN named
		UNION ALL SELECT id FROM cell WHERE vendor <> 0 AND vendor IN named LIMIT ?)`, ids(w.names), manyCellsNamed+1); err != nil {
		return err
	}
	if len(w.cells) > manyCellsNamed {
		w.cells = nil
		return nil
	}
	slices.Sort(w.cells)
	w.cells = append([]int64{}, slices.Compact(w.cells)...) // two of its names may have the word; nil says something else
	return nil
}

// wordStrands are the strands that have a word, and how often; nil when
// they are too many to say.
func (s *Store) wordStrands(ctx context.Context, w *word) (map[int64]int, error) {
	if len(w.spans) > 0 || w.cells == nil {
		return nil, nil
	}
	found := map[int64]int{}
	for _, part := range [...]struct {
		query string
		list  []int64
		dim   []any
	}{
		{seenIn + "s.value IN (SELECT value FROM json_each(?)) LIMIT ?", w.wordings, []any{seenWording}},
		{seenIn + "s.value IN (SELECT value FROM json_each(?)) LIMIT ?", w.campaigns, []any{seenCampaign}},
		{"SELECT strand, failures FROM cell WHERE failures > 0 AND id IN (SELECT value FROM json_each(?)) LIMIT ?", w.cells, nil},
		{"SELECT strand, 1 FROM failure WHERE id IN (SELECT value FROM json_each(?)) LIMIT ?", w.messages, nil},
	} {
		if len(part.list) == 0 {
			continue
		}
		rows, err := s.r.QueryContext(ctx, part.query, append(part.dim, ids(part.list), fewMessages+1)...)
		n := 0
		if err := each(rows, err, func(r *sql.Rows) error {
			var id int64
			var count int
			err := r.Scan(&id, &count)
			found[id] += count
			n++
			return err
		}); err != nil {
			return nil, err
		}
		if n > fewMessages {
			return nil, nil
		}
	}
	return found, nil
}

// plainNumber reports whether s is a number as people write it: digits and what
// may part them.
func plainNumber(s string) bool {
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case strings.ContainsRune(" \t+-().\u00a0", r):
		default:
			return false
		}
	}
	return digits > 0
}

// digitsOf are the digits in s.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
