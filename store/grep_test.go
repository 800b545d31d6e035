package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// grepAll are the messages that have a text, all of them, each once.
func grepAll(t testing.TB, s *Store, q model.Query) []model.MessageID {
	t.Helper()
	var found []model.MessageID
	last := int64(0)
	next, err := s.Grep(context.Background(), q, 0, func(g model.Grep) bool {
		if g.Done < last || g.Done > g.All {
			t.Errorf("at %d of %d after %d", g.Done, g.All, last)
		}
		last = g.Done
		for _, f := range g.Found {
			found = append(found, f.ID)
		}
		return true
	})
	if err != nil || next != 0 {
		t.Fatal(next, err)
	}
	return found
}

// wrote are the words of a record in which a text is looked for.
func wrote(f *model.Failure) []string {
	return []string{f.Request, f.Response, f.Raw, f.AtText, f.Title, f.Message, f.Details, f.Subcode, f.Trace, f.WAMID, f.MessageID,
		f.RecipientRaw, f.RecipientUser, f.Country, f.Sender, f.App, f.Category, f.Status}
}

func lowerASCII(s string) string {
	b := []byte(s)
	for i := range b {
		b[i] = lowered(b[i])
	}
	return string(b)
}

// A look through all texts finds what reading message after message finds, with
// histories, after a purge and an undo, and whatever conditions there are.
func TestGrepAnswersLikeAScan(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(3, 7))
	letters := []rune("abABkKzZ01\"\\/é ")
	word := func(n int) string {
		b := make([]rune, n)
		for i := range b {
			b[i] = letters[rng.IntN(len(letters))]
		}
		return string(b)
	}
	records := func(n, from int) (list []model.Record) {
		for i := range n {
			list = append(list, failed(fmt.Sprintf("wamid.G%dX", (from+i)%scaled(350)), from+i, func(r *model.Record) {
				r.Details = word(rng.IntN(12))
				r.Trace = fmt.Sprintf("Trace%dY", from+i)
				r.Request = fmt.Sprintf(`{"to":"15550100001","body":"%s","n":%d}`, word(rng.IntN(30)), i)
				r.Raw = word(rng.IntN(60))
				switch rng.IntN(4) {
				case 0:
					r.Raw += r.Request
				case 1:
					r.Raw += `"` + strings.ReplaceAll(r.Request, `"`, `""`) + `"`
				case 2:
					r.Response, r.Raw = word(20), ""
				}
				if rng.IntN(60) == 0 {
					r.Raw += strings.Repeat("filler ", 30_000) // blocks of different sizes
				}
				r.Campaign = fmt.Sprint("c", i%5)
			}))
		}
		return list
	}
	check := func(when string) {
		t.Helper()
		all := failures(t, s, model.Query{Limit: 10_000})
		said := map[model.MessageID][]string{}
		for _, f := range all {
			full, err := s.Failure(ctx, f.ID)
			if err != nil {
				t.Fatal(err)
			}
			past, err := s.History(ctx, f.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range append(past, full) {
				said[full.ID] = append(said[full.ID], wrote(&f)...)
			}
		}
		hits := 0
		for range scaled(60) {
			text := word(3 + rng.IntN(3))
			switch like := said[all[rng.IntN(len(all))].ID]; rng.IntN(4) {
			case 0:
				text = like[rng.IntN(len(like))]
				if len(text) > 8 {
					at := rng.IntN(len(text) - 8)
					text = strings.ToValidUTF8(text[at:at+3+rng.IntN(5)], "")
				}
			case 1:
				text = []string{`"body":"a`, "rAcE12", "g went wr", "X" + "wamid"}[rng.IntN(4)]
			}
			text = strings.TrimSpace(text)
			if len([]rune(text)) < model.GrepMin {
				continue
			}
			q := model.Query{Search: text}
			if rng.IntN(3) == 0 {
				q.Campaign = "c3"
			}
			if rng.IntN(4) == 0 {
				q.Incident = all[rng.IntN(len(all))].Incident
			}
			var must, may []model.MessageID
			for _, f := range all {
				if q.Campaign != "" && f.Campaign != q.Campaign || q.Incident != 0 && f.Incident != q.Incident {
					continue
				}
				if slices.ContainsFunc(said[f.ID], func(s string) bool { return strings.Contains(lowerASCII(s), lowerASCII(text)) }) {
					must = append(must, f.ID)
				}
				if slices.ContainsFunc(said[f.ID], func(s string) bool {
					return slices.ContainsFunc(writings(text), func(n needle) bool { return strings.Contains(lowerASCII(s), string(n.text)) })
				}) {
					may = append(may, f.ID)
				}
			}
			got := grepAll(t, s, q)
			hits += len(got)
			slices.Sort(got)
			if len(slices.Compact(slices.Clone(got))) != len(got) {
				t.Fatalf("%s: %q: a message twice: %v", when, text, got)
			}
			for _, id := range must {
				if !slices.Contains(got, id) {
					t.Fatalf("%s: %+v: %v is not found", when, q, id)
				}
			}
			for _, id := range got {
				if !slices.Contains(may, id) {
					t.Fatalf("%s: %+v: %v does not have it: %q", when, q, id, said[id])
				}
			}
		}
		if hits == 0 {
			t.Errorf("%s: nothing was ever found", when)
		}
	}
	n := scaled(300)
	importAll(t, s, records(n, 0)...)
	check("at first")
	second := importAll(t, s, records(n, n)...)
	check("with histories")
	if _, err := s.Purge(ctx, base.Add(time.Duration(n/2)*time.Minute)); err != nil {
		t.Fatal(err)
	}
	check("after a purge")
	if _, err := s.UndoImport(ctx, second.ID); err != nil {
		t.Fatal(err)
	}
	check("after an undo")
}

func TestGrepFinds(t *testing.T) {
	s := openTest(t)
	importAll(t, s,
		failed("wamid.ONE", 0, func(r *model.Record) { r.Request, r.Response, r.Raw = "alpha", "beta", "gamma" }),
		failed("wamid.TWO", 1, func(r *model.Record) {
			r.Raw = `1,"{""name"":""caf\u00e9 \""x\"""",""url"":""https:\/\/example.com\/a""}"`
		}),
		failed("wamid.THREE", 2, func(r *model.Record) { r.Details, r.Raw, r.Source.Line = "ÜBER naïve", "row", 98765 }),
	)
	// An earlier failure of the first says something else.
	importAll(t, s, failed("wamid.ONE", 30, func(r *model.Record) { r.Details, r.Raw = "later words", "delta" }))
	for text, want := range map[string][]model.MessageID{
		"alpha": {1}, "ALPH": {1}, "amm": {1}, "elta": {1}, "phab": nil, "tagam": nil, "betagamma": nil,
		`"name":"caf`: {2}, `café "x"`: {2}, "CAFé": {2}, "https://example.com/a": {2}, `\u00e9`: {2},
		"ÜBER": {3}, "über": nil, "ÜBER NAïVE": {3}, "98765": nil, "wamid.T": {3, 2}, "thing went wron": {1, 3, 2},
		"nown err": {2, 1}, "2494010": {1, 3, 2}, "nowhere": nil,
	} {
		if got := grepAll(t, s, model.Query{Search: text}); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	_, err := s.Grep(context.Background(), model.Query{Search: " é1 "}, 0, func(model.Grep) bool { return true })
	var short *ShortError
	if !errors.As(err, &short) || model.Hint(err) == "" || strings.Contains(err.Error(), "é1") {
		t.Error(err)
	}
}

// Looking goes on where it stopped, without anything twice or left out, and ends
// when it is told to.
func TestGrepGoesOnAndStops(t *testing.T) {
	s, all := big(t, scaled(6000))
	whole := grepAll(t, s, model.Query{Search: "wamid.hbgn"})
	if len(whole) != len(all) {
		t.Fatalf("%d of %d", len(whole), len(all))
	}
	var parts []model.MessageID
	calls := 0
	for next := int64(0); calls == 0 || next > 0; calls++ {
		var err error
		before := next
		next, err = s.Grep(context.Background(), model.Query{Search: "wamid.hbgn"}, before, func(g model.Grep) bool {
			for _, f := range g.Found {
				parts = append(parts, f.ID)
			}
			return false
		})
		if err != nil || before > 0 && next >= before {
			t.Fatal(before, next, err)
		}
	}
	if !slices.Equal(parts, whole) || calls < 4 {
		t.Errorf("%d calls found %d of %d", calls, len(parts), len(whole))
	}

	ctx, cancel := context.WithCancel(context.Background())
	steps := 0
	told := int64(0)
	next, err := s.Grep(ctx, model.Query{Search: "wamid.hbgn"}, 0, func(g model.Grep) bool { steps++; told = g.Next; cancel(); return true })
	if !errors.Is(err, context.Canceled) || next <= 0 || next != told || steps > 2 {
		t.Error(steps, next, err)
	}
	if next, err := s.Grep(ctx, model.Query{Search: "wamid"}, 7, nil); !errors.Is(err, context.Canceled) || next != 7 {
		t.Error(next, err)
	}
	if _, err := s.Grep(context.Background(), model.Query{Search: "wamid", Campaign: "none such"}, 0, nil); err != nil {
		t.Error(err)
	}
}

// A block that is broken is an error and nothing worse.
func TestGrepOfBrokenBlocks(t *testing.T) {
	s, _ := big(t, scaled(1500))
	var head, body, failures []byte
	if err := s.r.QueryRow("SELECT head, body, failures FROM block WHERE first = 1").Scan(&head, &body, &failures); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	refused := 0
	for range scaled(400) {
		b := &grepped{first: 1, head: slices.Clone(head), body: slices.Clone(body), failures: slices.Clone(failures)}
		for range 1 + rng.IntN(3) {
			part := [][]byte{b.head, b.body, b.failures}[rng.IntN(3)]
			part[rng.IntN(len(part))] ^= byte(1 + rng.IntN(255))
		}
		if rng.IntN(3) == 0 {
			b.failures = b.failures[:rng.IntN(len(b.failures))]
		}
		l := looker{needles: writings("wamid"), s: s}
		if _, err := l.block(context.Background(), b); err != nil {
			refused++
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}

func TestNeedle(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "aAbBz-9\xc3\xa9"[rng.IntN(9)]
		}
		return string(b)
	}
	for range 3000 {
		hay, text := random(rng.IntN(60)), random(1+rng.IntN(4))
		n := newNeedle(text)
		var counts [256]int
		for i := range len(hay) / 2 {
			counts[hay[i]]++
		}
		n.choose(&counts)
		s := n.scan([]byte(hay))
		low, want := lowerASCII(hay), lowerASCII(text)
		for from := 0; ; {
			i := strings.Index(low[from:], want)
			got := s.next(from)
			if i < 0 {
				if got != -1 {
					t.Fatalf("%q in %q: %d", text, hay, got)
				}
				break
			}
			if got != from+i {
				t.Fatalf("%q in %q from %d: %d, not %d", text, hay, from, got, from+i)
			}
			if from = got + 1 + rng.IntN(2); from > len(low) {
				break
			}
		}
	}
}

// BenchmarkGrep looks for a text that is nowhere, and for the first hits of one
// that is everywhere. UNSENT_BENCH_DB names a database to do it in.
func BenchmarkGrep(b *testing.B) {
	ctx := context.Background()
	var s *Store
	if path := os.Getenv("UNSENT_BENCH_DB"); path != "" {
		var err error
		if s, err = Open(ctx, path); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { s.Close() })
	} else {
		s = openTest(b)
		rows := makeRows(1_000, 1)
		if _, err := s.Import(ctx, &premade{synth{n: benchRows()}, rows}, ImportOptions{}); err != nil {
			b.Fatal(err)
		}
	}
	var bytes int64
	for _, text := range []string{"zzqq absent", "nosuchword", "\x01\x02\x03"} {
		b.Run("absent "+strconv.Quote(text), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Grep(ctx, model.Query{Search: text}, 0, func(g model.Grep) bool { bytes += g.Done; return true }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(resident("VmHWM"), "MiB-peak")
		})
	}
	b.Run("stopped", func(b *testing.B) {
		var slowest time.Duration
		for b.Loop() {
			ctx, cancel := context.WithCancel(ctx)
			var asked time.Time
			_, err := s.Grep(ctx, model.Query{Search: "nosuchword"}, 0, func(g model.Grep) bool {
				if asked.IsZero() && 100*g.Done > 10*g.All {
					asked = time.Now()
					cancel()
				}
				return true
			})
			cancel()
			if !errors.Is(err, context.Canceled) {
				b.Fatal(err)
			}
			slowest = max(slowest, time.Since(asked))
		}
		b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-to-stop")
	})
	b.Run("first 40", func(b *testing.B) {
		for b.Loop() {
			found := 0
			if _, err := s.Grep(ctx, model.Query{Search: "AMID.H"}, 0, func(g model.Grep) bool { found += len(g.Found); return found < 40 }); err != nil {
				b.Fatal(err)
			}
			if found < 40 {
				b.Fatal(found)
			}
		}
	})
}

// The function that hands blocks over is known to SQL, so it takes nothing but
// blocks, and nothing when nobody wants any.
func TestHandRefuses(t *testing.T) {
	s := openTest(t)
	taken := 0
	hand := s.hands.add(func(int64, []byte, []byte, []byte) error { taken++; return nil })
	for _, args := range [][]any{
		{hand + 1, 1, []byte("a"), []byte("b"), []byte("c")}, {"x", 1, []byte("a"), []byte("b"), []byte("c")},
		{hand, "x", []byte("a"), []byte("b"), []byte("c")}, {hand, 1, "a", []byte("b"), []byte("c")}, {hand, 1, []byte("a"), nil, []byte("c")},
	} {
		var n int64
		if err := s.r.QueryRow("SELECT "+handFunction+"(?, ?, ?, ?, ?)", args...).Scan(&n); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	var n int64
	if err := s.r.QueryRow("SELECT "+handFunction+"(?, 1, x'01', x'02', x'03')", hand).Scan(&n); err != nil || taken != 1 {
		t.Error(taken, err)
	}
	s.hands.remove(hand)
	if err := s.r.QueryRow("SELECT "+handFunction+"(?, 1, x'01', x'02', x'03')", hand).Scan(&n); err == nil {
		t.Error("taken by nobody")
	}
}
