package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"unsent/model"
)

// Bins of any width hold what the minutes hold, and none could be narrower.
func TestGrid(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 300 {
		most := 1 + r.Int64N(90)
		g := grid{most: most, step: 1}
		minutes := map[int64]model.Bin{}
		from, to := int64(ever), int64(0)
		reach := int64(1) << r.IntN(26)
		for range 1 + r.IntN(200) {
			at := 29_000_000 + r.Int64N(reach)
			failed, good := r.Int64N(9), r.Int64N(9)
			g.add(at, failed, good)
			b := minutes[at]
			minutes[at] = model.Bin{Failed: b.Failed + int(failed), Good: b.Good + int(good)}
			from, to = min(from, at), max(to, at)
		}
		if int64(len(g.bins)) > most || g.first != from/g.step || g.first+int64(len(g.bins))-1 != to/g.step {
			t.Fatalf("%d: %d bins of %d minutes from %d, at most %d for %d to %d", n, len(g.bins), g.step, g.first, most, from, to)
		}
		for i := range gridSteps[1:] {
			if narrow := gridSteps[i]; g.step == gridSteps[i+1] && to/narrow-from/narrow < most {
				t.Fatalf("%d: %d to %d go into %d bins of %d minutes; they have %d", n, from, to, most, narrow, g.step)
			}
		}
		want := make([]model.Bin, len(g.bins))
		for at, x := range minutes {
			b := &want[at/g.step-g.first]
			b.Failed, b.Good = b.Failed+x.Failed, b.Good+x.Good
		}
		if !slices.Equal(g.bins, want) {
			t.Fatalf("%d: the bins have %+v, the minutes %+v", n, g.bins, want)
		}
	}
}

func TestTimeline(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	n := 0
	at := func(minute int, change ...func(*model.Record)) model.Record {
		n++
		return failed(fmt.Sprintf("wamid.%04d", n), minute, change...)
	}
	went := func(r *model.Record) { r.Outcome, r.Code = model.Succeeded, "" }
	other := func(r *model.Record) { r.WABA = "105559999999999" }
	timeless := func(r *model.Record) { r.At = time.Time{} }
	var list []model.Record
	for m := range 10 {
		list = append(list, at(m, template("order_ready")), at(m, template("order_ready")), at(m, template("order_ready"), went),
			at(m, template("order_paid"), went), at(m, template("order_ready"), other, went))
	}
	list = append(list, at(20, template("order_ready"), went), at(-600, template("order_ready"), went), at(3, code("190"), other), at(0, template("order_ready"), timeless))
	importAll(t, s, list...)
	incidents, err := s.Incidents(ctx, model.Query{Codes: []model.Code{"131000"}})
	if err != nil || len(incidents) != 1 {
		t.Fatalf("%+v %v", incidents, err)
	}
	id := incidents[0].ID
	read := func(q model.Query, most int) model.Timeline {
		t.Helper()
		tl, err := s.Timeline(ctx, q, most)
		if err != nil {
			t.Fatal(err)
		}
		return tl
	}
	tests := []struct {
		what     string
		q        model.Query
		most     int
		step     time.Duration
		from     time.Time
		bins     int
		sum, at3 model.Bin
		timeless int
	}{
		{"all", model.Query{}, 10_000, time.Minute, base.Add(-600 * time.Minute), 621, model.Bin{Failed: 21, Good: 32}, model.Bin{}, 1},
		{"all in few bins", model.Query{}, 20, time.Hour, base.Add(-600 * time.Minute).Truncate(time.Hour), 11, model.Bin{Failed: 21, Good: 32}, model.Bin{}, 1},
		{"all of a time", model.Query{Since: base, Until: base.Add(5 * time.Minute)}, 80, time.Minute, base, 5, model.Bin{Failed: 11, Good: 15}, model.Bin{Failed: 3, Good: 3}, 1},
		// The failure without a code of the other account and its sends are not its own; what
		// went well half a day before it is not around it.
		{"an incident", model.Query{Incident: id}, 80, time.Minute, base, 21, model.Bin{Failed: 20, Good: 11}, model.Bin{Failed: 2, Good: 1}, 1},
		{"a time of an incident", model.Query{Incident: id, Since: base.Add(8 * time.Minute)}, 80, time.Minute, base.Add(8 * time.Minute), 13, model.Bin{Failed: 4, Good: 3}, model.Bin{}, 1},
		{"a time without any", model.Query{Since: base.Add(time.Hour)}, 80, time.Minute, time.Time{}, 0, model.Bin{}, model.Bin{}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			tl := read(tt.q, tt.most)
			if tl.Step != tt.step || !tl.From.Equal(tt.from) || len(tl.Bins) != tt.bins || tl.Sum(0, len(tl.Bins)) != tt.sum || tl.Timeless.Failed != tt.timeless {
				t.Fatalf("%d bins of %v from %v, %+v, %+v without a time", len(tl.Bins), tl.Step, tl.From, tl.Sum(0, len(tl.Bins)), tl.Timeless)
			}
			if len(tl.Bins) > 3 && tl.Step == time.Minute && tl.Bins[3] != tt.at3 {
				t.Errorf("its fourth minute has %+v, want %+v", tl.Bins[3], tt.at3)
			}
		})
	}
	if _, err := s.Timeline(ctx, model.Query{Incident: 99}, 80); !isMissing(err) {
		t.Errorf("of an incident that is not there: %v", err)
	}
}

// An incident that is a piece of a strand has the attempts of its own time.
func TestTimelineOfPieces(t *testing.T) {
	s := openTest(t)
	cut := base.Add(5 * time.Minute).UnixMilli()
	s.SetSorter(func(r *model.Record) model.Bounds { return model.Bounds{Code: r.Code, WABA: r.WABA} }, func(_ context.Context, log *Log) (groups []model.Group, err error) {
		for _, x := range log.Strands {
			if x.Failures > 0 {
				groups = append(groups, model.Group{Extents: []model.Extent{{Strand: x.ID, From: -ever, To: cut}}}, model.Group{Extents: []model.Extent{{Strand: x.ID, From: cut, To: ever}}})
			}
		}
		return groups, nil
	})
	var list []model.Record
	for m := range 12 {
		list = append(list, failed(fmt.Sprintf("wamid.%04d", m), m))
	}
	importAll(t, s, list...)
	all, err := s.Incidents(context.Background(), model.Query{})
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v %v", all, err)
	}
	for _, inc := range all {
		tl, err := s.Timeline(context.Background(), model.Query{Incident: inc.ID}, 80)
		if err != nil || tl.Sum(0, len(tl.Bins)).Failed != inc.Failures || !tl.From.Equal(inc.First) {
			t.Errorf("%s has %d from %v on, its timeline %+v from %v, %v", inc.ID, inc.Failures, inc.First, tl.Sum(0, len(tl.Bins)), tl.From, err)
		}
	}
}

// BenchmarkTimeline reads all times, and those of the biggest incident.
func BenchmarkTimeline(b *testing.B) {
	s := openTest(b)
	ctx := context.Background()
	if _, err := s.Import(ctx, &synth{n: benchRows(), seed: 5, success: 20}, ImportOptions{}); err != nil {
		b.Fatal(err)
	}
	all, err := s.Incidents(ctx, model.Query{Limit: 1})
	if err != nil {
		b.Fatal(err)
	}
	for name, q := range map[string]model.Query{"all": {}, "incident": {Incident: all[0].ID}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Timeline(ctx, q, 200); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
