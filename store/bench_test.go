package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"unsent/model"
)

// benchRows is how many rows the benchmarks import: UNSENT_BENCH_ROWS, else
// 100,000.
func benchRows() int {
	if n, err := strconv.Atoi(os.Getenv("UNSENT_BENCH_ROWS")); err == nil && n > 0 {
		return n
	}
	return 100_000
}

// premade holds rows made beforehand, so that making them is not measured.
type premade struct {
	synth
	rows []model.Record
}

func makeRows(n int, seed uint64) []model.Record {
	s := &synth{n: n, seed: seed}
	rows := make([]model.Record, n)
	for i := range rows {
		if err := s.Next(&rows[i]); err != nil {
			panic(err)
		}
	}
	return rows
}

func (p *premade) Next(r *model.Record) error {
	i := p.at
	if err := p.end(); err != nil {
		return err
	}
	// Each pass over the rows has ids, recipients and a time of its own.
	*r = p.rows[i%len(p.rows)]
	if pass := i / len(p.rows); pass > 0 {
		r.WAMID = fmt.Sprintf("%s%06X%s", r.WAMID[:10], pass*0x9e3779%0xffffff, r.WAMID[16:])
		r.Recipient = strconv.Itoa(15550100000 + (i*7919)%60_000)
		r.At = r.At.Add(time.Duration(pass*len(p.rows)) * 2592 * time.Millisecond)
	}
	r.Source.Line = i + 2
	return nil
}

// resident is the peak or present resident memory in MiB, 0 where /proc is not.
func resident(what string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte(what+":")); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(string(rest))[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// cpu is what this process has used of all processors.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkImport reports rows a second for rows of about a kilobyte.
func BenchmarkImport(b *testing.B) {
	rows := makeRows(min(benchRows(), 1_000), 1)
	for b.Loop() {
		dir := b.TempDir()
		s, err := Open(context.Background(), filepath.Join(dir, "unsent.db"))
		if err != nil {
			b.Fatal(err)
		}
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) // as the console does
		stop, slow := make(chan struct{}), make(chan float64)
		go func() { slow <- readAlong(b, s, stop) }()
		start, busy := time.Now(), cpu()
		i, err := s.Import(context.Background(), &premade{synth{n: benchRows()}, rows}, ImportOptions{})
		close(stop)
		runtime.SetDefaultGOMAXPROCS()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(<-slow, "page-p99-ms")
		b.ReportMetric(float64(i.Read)/time.Since(start).Seconds(), "rows/s")
		b.ReportMetric(float64((cpu()-busy).Microseconds())/float64(i.Read), "cpu-us/row")
		b.ReportMetric(resident("VmHWM"), "MiB-peak")
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(dir, "unsent.db")); err == nil {
			b.ReportMetric(float64(info.Size())/float64(benchRows()), "file-B/row")
		}
		os.RemoveAll(dir)
	}
}

// readAlong reads the newest page over and over and answers with the time that
// one in a hundred exceeds, in milliseconds.
func readAlong(b *testing.B, s *Store, stop chan struct{}) float64 {
	var took []float64
	for {
		select {
		case <-stop:
			slices.Sort(took)
			if len(took) == 0 {
				return 0
			}
			return took[len(took)*99/100]
		case <-time.After(20 * time.Millisecond):
		}
		start := time.Now()
		if _, err := s.Failures(context.Background(), model.Query{Limit: 50}); err != nil {
			b.Error(err)
		}
		took = append(took, float64(time.Since(start).Microseconds())/1000)
	}
}

// BenchmarkPage reads what screens show.
func BenchmarkPage(b *testing.B) {
	ctx := context.Background()
	path := filepath.Join(b.TempDir(), "unsent.db")
	s, err := Open(ctx, path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := s.Import(ctx, &synth{n: benchRows(), seed: 1, success: 10}, ImportOptions{}); err != nil {
		b.Fatal(err)
	}
	defer func() { s.Close() }()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("open, totals, incidents", func(b *testing.B) {
		for b.Loop() {
			var err error
			if s, err = Open(ctx, path); err != nil {
				b.Fatal(err)
			}
			if _, err = s.Totals(ctx); err != nil {
				b.Fatal(err)
			}
			if _, err := s.Incidents(ctx, model.Query{}); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	if s, err = Open(ctx, path); err != nil {
		b.Fatal(err)
	}
	top, err := s.Failures(ctx, model.Query{Limit: 1000})
	if err != nil {
		b.Fatal(err)
	}
	like := &top[500]
	middle := model.CursorOf(like)
	middle.At -= int64(benchRows()) * 1000
	for _, c := range []struct {
		name string
		q    model.Query
	}{
		{"newest", model.Query{}}, {"middle", model.Query{From: middle}}, {"middle upwards", model.Query{From: middle, Back: true}},
		{"code", model.Query{Codes: []model.Code{"131000"}}}, {"rare", model.Query{Codes: []model.Code{like.Code}, WABA: like.WABA, Template: like.Template}},
		{"incident", model.Query{Incident: like.Incident}}, {"recipient", model.Query{Recipient: like.Recipient}},
		{"campaign", model.Query{Campaign: like.Campaign}},
		{"search number", model.Query{Search: "+" + like.Recipient}}, {"search wamid", model.Query{Search: like.WAMID}},
		{"search common word", model.Query{Search: "wrong"}}, {"search template", model.Query{Search: like.Template}}, {"search absent", model.Query{Search: "zzzz"}},
	} {
		c.q.Limit = 50
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Failures(ctx, c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("one message", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Failure(ctx, like.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("totals", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Totals(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("glance", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Glance(ctx, like.Incident); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("case", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Case(ctx, like.Incident, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("count of all", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := s.Count(ctx, model.Query{}, 10_000); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("count of an incident", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := s.Count(ctx, model.Query{Incident: like.Incident}, 10_000); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("count of a code", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := s.Count(ctx, model.Query{Codes: []model.Code{"131000"}}, 10_000); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(resident("VmRSS"), "MiB")
}
