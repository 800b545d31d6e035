package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"unsent/model"
)

// Blocks are looked through in four steps: one goroutine reads them, two unpack
// them and look for the text, and whoever called Grep puts what they found in
// order. So many blocks are on the way at once.
const (
	grepAhead   = 8
	grepWorkers = 2
)

// Grep finds the messages of q that have the text q.Search in any of what the log
// said of them, now or earlier: anywhere in a request, a response, a row of the
// file, or a field that was read from these. ASCII letters are found in either
// case, everything else as it is or the way JSON and tables write it. No index
// helps: it reads everything, which takes about a second for a gigabyte of logs.
//
// It begins with what was loaded last, or before a place that another call
// answered, and tells give what it finds when it finds it, and now and then how
// far it is. It stops when give answers false; next is the place where another
// call would go on, 0 at the end. A message whose history has the text in several
// places may then be found again; one call finds it once. Of q count the
// conditions; its place and limit do not.
//
// The error is a *ShortError, or what stopped it; one that ctx stopped wraps
// context.Canceled. next is good then too.
func (s *Store) Grep(ctx context.Context, q model.Query, before int64, give func(model.Grep) bool) (next int64, err error) {
	next, err = s.grep(ctx, q, before, give)
	return next, s.fail("looking through all texts", err)
}

// A ShortError is a text of fewer than model.GrepMin characters.
type ShortError struct{}

func (*ShortError) Error() string { return "the text is too short" }

// Hint says what to do.
func (*ShortError) Hint() string {
	return fmt.Sprintf("write %d characters or more: shorter ones stand in nearly every row", model.GrepMin)
}

func (s *Store) grep(ctx context.Context, q model.Query, before int64, give func(model.Grep) bool) (next int64, err error) {
	text := strings.TrimSpace(q.Search)
	if utf8.RuneCountInString(text) < model.GrepMin {
		return before, &ShortError{}
	}
	q.Search = ""
	sel, err := s.selection(ctx, &q)
	if err != nil || sel.none {
		return 0, err
	}
	var all int64
	if err := s.r.QueryRowContext(ctx, "SELECT coalesce(max(first), 0) FROM block").Scan(&all); err != nil {
		return before, err
	}
	if before <= 0 {
		before = all + 1
	}
	plain := newNeedle(text)
	worded, err := s.wordingsWith(ctx, &plain)
	if err != nil {
		return before, err
	}

	g := &grepping{
		s: s, needles: writings(text), worded: worded,
		free: make(chan *grepped, grepAhead), work: make(chan *grepped, grepAhead), order: make(chan *grepped, grepAhead),
	}
	for range grepAhead {
		g.free <- &grepped{done: make(chan struct{}, 1)}
	}
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { g.read(ctx, before) })
	for range grepWorkers {
		running.Go(func() { g.look(ctx) })
	}
	defer running.Wait()
	defer stop()
	return g.collect(ctx, sel, before, all, give)
}

// A grepping is one look through all texts.
type grepping struct {
	s       *Store
	needles []needle       // the ways in which the text may stand; the first is as it is
	worded  map[int64]byte // wordings that have it, and in which of their parts

	free  chan *grepped // to be used again
	work  chan *grepped // to be looked through
	order chan *grepped // as they were read; closed at the end
	err   error         // why reading ended, when order is closed
}

// A grepped is one block and what is found in it.
type grepped struct {
	first                int64
	failures, head, body []byte
	found                []int64 // messages, the last text's first
	err                  error
	done                 chan struct{}
}

// read reads the blocks before a place, the last one first. It is one query,
// which sees all of them as they were at one time.
func (g *grepping) read(ctx context.Context, before int64) {
	hand := g.s.hands.add(func(first int64, failures, head, body []byte) error {
		var b *grepped
		select {
		case b = <-g.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.first = first
		b.failures, b.head, b.body = append(b.failures[:0], failures...), append(b.head[:0], head...), append(b.body[:0], body...)
		// There is room for all that are on the way.
		g.work <- b
		g.order <- b
		return nil
	})
	rows, err := g.s.r.QueryContext(ctx, "SELECT 1 FROM block WHERE first < ? AND "+handFunction+"(?, first, failures, head, body) ORDER BY first DESC", before, hand)
	g.err = each(rows, err, func(*sql.Rows) error { return nil })
	g.s.hands.remove(hand)
	close(g.work)
	close(g.order)
}

// look looks through blocks until there are no more.
func (g *grepping) look(ctx context.Context) {
	l := looker{needles: slices.Clone(g.needles), worded: g.worded, s: g.s}
	for b := range g.work {
		if b.err = ctx.Err(); b.err == nil {
			b.found, b.err = l.block(ctx, b)
		}
		b.done <- struct{}{}
	}
}

// collect hands on what is found, in order.
func (g *grepping) collect(ctx context.Context, sel *selection, next, all int64, give func(model.Grep) bool) (int64, error) {
	again := map[model.MessageID]bool{} // those with a history that were given
	told := int64(-1)
	for {
		var b *grepped
		select {
		case b = <-g.order:
		case <-ctx.Done():
			return next, ctx.Err()
		}
		if b == nil {
			if err := cmp.Or(ctx.Err(), g.err); err != nil {
				return next, err
			}
			return 0, nil
		}
		select {
		case <-b.done:
		case <-ctx.Done():
			return next, ctx.Err()
		}
		if b.err != nil {
			return next, b.err
		}
		found, err := g.s.among(ctx, sel, b.found)
		if err != nil {
			return next, err
		}
		found = slices.DeleteFunc(found, func(f model.Failure) bool {
			twice := again[f.ID]
			if f.Attempts > 1 {
				again[f.ID] = true
			}
			return twice
		})
		next = b.first
		done := all + 1 - next
		if percent := 100 * done / all; len(found) > 0 || percent != told {
			told = percent
			if !give(model.Grep{Found: found, Done: done, All: all, Next: next}) {
				return next, nil
			}
		}
		g.free <- b.spare()
	}
}

// spare empties a block for the next one. One row of megabytes must not be
// remembered.
func (b *grepped) spare() *grepped {
	if cap(b.body) > 4*blockBytes {
		b.body = nil
	}
	if cap(b.head) > 4*blockBytes {
		b.head = nil
	}
	b.found = nil
	return b
}

// among reads those of some messages that a selection has, in their order.
func (s *Store) among(ctx context.Context, sel *selection, found []int64) ([]model.Failure, error) {
	if len(found) == 0 {
		return nil, nil
	}
	page := func() ([]model.Failure, error) {
		some := *sel
		some.restrict(found)
		if some.none {
			return nil, nil
		}
		inner, args := some.pageOf(access{kind: byNumber}, &model.Query{Limit: len(found)})
		rows, err := s.r.QueryContext(ctx, "WITH page AS MATERIALIZED ("+inner+") SELECT "+storedColumns+
			" FROM page CROSS JOIN failure AS f ON f.id = page.id", args...)
		var list []stored
		if err := each(rows, err, func(r *sql.Rows) error {
			list = append(list, stored{})
			return list[len(list)-1].scan(r)
		}); err != nil {
			return nil, err
		}
		return s.dict.failures(ctx, list, false)
	}
	all, err := page()
	if errors.Is(err, errFacts) {
		all, err = page() // what a row refers to went between reading the one and the other
	}
	place := make(map[model.MessageID]int, len(found))
	for i, id := range found {
		place[model.MessageID(id)] = i
	}
	slices.SortFunc(all, func(a, b model.Failure) int { return cmp.Compare(place[a.ID], place[b.ID]) })
	return all, err
}

// The parts of a wording.
const (
	inTitle = 1 << iota
	inMessage
	inDetails
)

// wordingsWith are the wordings that have a text, and in which of their parts.
func (s *Store) wordingsWith(ctx context.Context, n *needle) (map[int64]byte, error) {
	found := map[int64]byte{}
	rows, err := s.r.QueryContext(ctx, "SELECT id, title, message, details FROM wording")
	return found, each(rows, err, func(r *sql.Rows) error {
		var id int64
		var parts [3]sql.RawBytes
		if err := r.Scan(&id, &parts[0], &parts[1], &parts[2]); err != nil {
			return err
		}
		for i, part := range parts {
			if n.in(part) {
				found[id] |= inTitle << i
			}
		}
		return nil
	})
}
