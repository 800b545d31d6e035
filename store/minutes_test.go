package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"unsent/model"
)

// What minutes tell of pieces of strands is what their messages say, and where they
// do not tell, the messages are asked.
func TestMinutesCountMessages(t *testing.T) {
	for _, again := range []bool{false, true} {
		t.Run(fmt.Sprint("again ", again), func(t *testing.T) { minutesCount(t, again) })
	}
}

func minutesCount(t *testing.T, again bool) {
	s := openTest(t)
	ctx := context.Background()
	r := rand.New(rand.NewPCG(1, 2))
	const incidents = 3
	s.SetSorter(byTemplate, func(_ context.Context, log *Log) ([]model.Group, error) {
		groups := make([]model.Group, incidents)
		for _, x := range log.Strands {
			from := int64(-ever)
			for to := x.First; x.First > 0 && to < x.Last; from = to {
				to = (to/60_000 + 1 + r.Int64N(90)) * 60_000
				g := &groups[r.IntN(incidents)]
				g.Extents = append(g.Extents, model.Extent{Strand: x.ID, From: from, To: to})
			}
			groups[0].Extents = append(groups[0].Extents, model.Extent{Strand: x.ID, From: from, To: ever})
		}
		return groups, nil
	})
	var all []model.Record
	for i := range 3000 {
		x := failed(fmt.Sprint("wamid.", i), r.IntN(600), template(fmt.Sprint("t", r.IntN(50))), to(fmt.Sprint("49151", 1_000_000+r.IntN(300))),
			code([...]model.Code{"131000", "131026", "131049"}[r.IntN(3)]))
		x.At = x.At.Add(time.Duration(r.IntN(60_000)) * time.Millisecond)
		if r.IntN(20) == 0 {
			x.At = time.Time{}
		}
		if again && i > 0 && r.IntN(10) == 0 {
			x.WAMID = all[r.IntN(i)].WAMID
		}
		all = append(all, x)
	}
	importAll(t, s, all...)

	var log *Log
	if err := s.session(ctx, func(t *session) (err error) { log, err = s.regroup(t); return err }); err != nil {
		t.Fatal(err)
	}
	if log.exact() == again {
		t.Fatal("minutes tell:", log.exact())
	}
	var due []extent
	rows, err := s.r.QueryContext(ctx, "SELECT id, failures, first, last FROM incident WHERE failures > 0")
	if err := each(rows, err, func(r *sql.Rows) error {
		var e extent
		err := r.Scan(&e.id, &e.failures, &e.first, &e.last)
		due = append(due, e)
		return err
	}); err != nil || len(due) != incidents {
		t.Fatal(len(due), err)
	}
	for i := range due {
		if due[i].pieces, err = piecesOf(ctx, s.r, due[i].id); err != nil || len(due[i].pieces) <= fewPieces {
			t.Fatal(len(due[i].pieces), err)
		}
	}
	m := gather(log)
	if err := m.readCells(ctx, s.r); err != nil {
		t.Fatal(err)
	}
	if m.within, err = log.cellsWithin(ctx, s.r, due); err != nil || (m.within == nil) != again {
		t.Fatal(err)
	}
	if !again { // others than those that are due have messages of the same strands
		if some, err := log.cellsWithin(ctx, s.r, due[1:]); err != nil || !reflect.DeepEqual(some, m.within[1:]) {
			t.Errorf("cells of some incidents are not those of all, %v", err)
		}
	}
	own := m.beside(s.r)
	for i, e := range due {
		var n, first, last int64
		if err := s.r.QueryRowContext(ctx, "SELECT count(*), min(nullif(f.at, 0)), max(f.at) FROM "+inPieces, jsonPieces(e.pieces)).Scan(&n, &first, &last); err != nil {
			t.Fatal(err)
		}
		if again { // it begins with the first failure, which another may have followed
			first = min(first, e.first)
		}
		same(t, "counts", [...]int64{e.failures, e.first, e.last}, [...]int64{n, first, last})
		got, err := own.cellsOf(ctx, e.pieces, i)
		if err != nil {
			t.Fatal(err)
		}
		want, err := cellsOf(ctx, s.r, e.pieces, names{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i].key.strand = 0
		}
		if !slices.Equal(got, want) {
			t.Errorf("cells %+v, want %+v", got, want)
		}
		latest := own.latest(e.pieces)
		if !again && len(latest) > 20 {
			t.Errorf("the newest are looked for in %d of %d pieces", len(latest), len(e.pieces))
		}
		newest, err := newestIn(ctx, s.r, latest, newestFirst)
		if err != nil {
			t.Fatal(err)
		}
		wanted, err := newestIn(ctx, s.r, e.pieces, newestFirst)
		if err != nil || !slices.Equal(newest, wanted) {
			t.Errorf("newest %v, want %v, %v", newest, wanted, err)
		}
	}
}
