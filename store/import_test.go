package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

func TestImportKeepsEveryFact(t *testing.T) {
	s := openTest(t)
	full := failed("wamid.FULL", 1, func(r *model.Record) {
		r.Vendor = model.Vendor{System: "twilio", Code: "063016"}
		r.MessageID, r.RecipientUser = "SM00112233445566", "US.1234"
		r.Details = "Number 15550100001 is not reachable, trace 4f9d1e0a-1b2c-3d4e-5f60-718293a4b5c6"
		r.Request = `{"messaging_product":"whatsapp","to":"15550100001"}`
		r.Response = `{"error":{"code":131000,"message":"Something went wrong"}}`
		r.Raw = `a,b,"` + strings.ReplaceAll(r.Request, `"`, `""`) + `",` + r.Response
		r.Source = model.Source{File: "march.csv", Line: 7}
	})
	bare := model.Record{Outcome: model.Failed, Failure: model.Failure{Source: model.Source{File: "march.csv", Line: 9}, Raw: "only this"}}
	odd := failed("", 2, func(r *model.Record) {
		r.MessageID, r.Recipient, r.RecipientRaw, r.Code, r.HTTPStatus = "00017", "91****873", "91****873", "", 503
		r.Title, r.Details = "\x1b[31mred\x00\u202e", "bad \xff utf-8"
		r.Source.File, r.Source.Line = "inner.json", 3
		r.Request, r.Raw = "{}", "{}"
		r.Flags = nil
	})
	importAll(t, s, full, bare, odd)
	for _, want := range []model.Record{full, bare, odd} {
		var got model.Failure
		for _, f := range failures(t, s, model.Query{}) {
			if f.Source.Line == want.Source.Line {
				if f.Raw != "" || f.Request != "" || f.Response != "" {
					t.Error("a list has payloads")
				}
				var err error
				if got, err = s.Failure(context.Background(), f.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got.ID == 0 || got.Incident == 0 || got.Attempts != 1 {
			t.Errorf("%v %v %d attempts", got.ID, got.Incident, got.Attempts)
		}
		w := want.Failure
		w.ID, w.Incident, w.Attempts = got.ID, got.Incident, 1
		same(t, "failure", got, w)
	}
}

func TestSameFileTwice(t *testing.T) {
	s := openTest(t)
	list := []model.Record{failed("wamid.A", 0), failed("wamid.B", 1), succeeded("wamid.C", 2), {Outcome: model.InProgress}, {Outcome: model.NotAttempted}, {Outcome: model.NotASend}}
	one := importAll(t, s, list...)
	if one.Stored != 2 || one.Succeeded != 1 || one.InProgress != 1 || one.NotAttempted != 1 || one.NotASend != 1 {
		t.Errorf("%+v", one)
	}
	before := dump(t, s, "import")
	two := importAll(t, s, list...)
	if two.Stored != 0 || two.Duplicate != 3 || two.Succeeded != 0 || two.Updated != 0 || two.InProgress != 1 {
		t.Errorf("%+v", two)
	}
	same(t, "database", dump(t, s, "import"), before)
	totals, err := s.Totals(context.Background())
	if err != nil || totals.Messages != 2 || totals.Successes != 1 || totals.Imports != 2 || totals.Incidents != 1 {
		t.Errorf("%+v %v", totals, err)
	}
	if !totals.First.Equal(base) || !totals.Last.Equal(base.Add(time.Minute)) {
		t.Errorf("%v %v", totals.First, totals.Last)
	}
}

func TestMessageThatFailsTwice(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	t.Run("S1-24", func(t *testing.T) {
		first := failed("wamid.A", 0, func(r *model.Record) { r.Trace, r.Raw = "traceone", "row one" })
		second := failed("wamid.A", 10, code("131026"), func(r *model.Record) { r.Trace, r.Details, r.Raw = "tracetwo", "Unable to deliver", "row two" })
		i := importAll(t, s, first, second, first, second)
		if i.Stored != 1 || i.Updated != 1 || i.Duplicate != 2 {
			t.Errorf("%+v", i)
		}
		all := failures(t, s, model.Query{})
		if len(all) != 1 || all[0].Code != "131026" || all[0].Attempts != 2 {
			t.Fatalf("%+v", all)
		}
		h, err := s.History(ctx, all[0].ID)
		if err != nil || len(h) != 1 || h[0].Code != "131000" || h[0].Raw != "row one" || h[0].Trace != "traceone" {
			t.Errorf("%+v %v", h, err)
		}
		// An older attempt that comes late joins the history.
		old := failed("wamid.A", -5, code("130429"))
		if i := importAll(t, s, old); i.Updated != 1 {
			t.Errorf("%+v", i)
		}
		if h, _ = s.History(ctx, all[0].ID); len(h) != 2 || h[1].Code != "130429" {
			t.Errorf("%+v", h)
		}
		if f, _ := s.Failure(ctx, all[0].ID); f.Code != "131026" || f.Attempts != 3 || f.Raw != "row two" {
			t.Errorf("%+v", f)
		}
		if i := importAll(t, s, old, first); i.Duplicate != 2 {
			t.Errorf("%+v", i)
		}
		var again []model.Record // by a CRM that does not give up
		for minute := range model.HistoryMost + 10 {
			again = append(again, failed("wamid.A", -100-minute, code("130429")))
		}
		importAll(t, s, again...)
		if h, _ = s.History(ctx, all[0].ID); len(h) != model.HistoryMost || h[1].Code != "130429" || h[0].Code != "131000" {
			t.Errorf("%d earlier failures, the newest %v", len(h), h[0].Code)
		}
		// Each of the attempts' ids finds it.
		for _, id := range []string{"traceone", "TRACETWO", "wamid.A"} {
			if got := wamids(t, s, model.Query{Search: id}); got != "wamid.A" {
				t.Errorf("search %q: %q", id, got)
			}
		}
		in, err := s.Incidents(ctx, model.Query{})
		if err != nil || len(in) != 1 || in[0].Code != "131026" || in[0].Failures != 1 {
			t.Errorf("%+v %v", in, err)
		}
	})
}

func TestFailedAndDelivered(t *testing.T) {
	for name, list := range map[string][]model.Record{
		"K8 failure first":   {failed("wamid.A", 0), succeeded("wamid.A", 2)},
		"K8 success first":   {succeeded("wamid.A", 2), failed("wamid.A", 0)},
		"K8 in two files":    {failed("wamid.A", 0), {}, succeeded("wamid.A", 2)},
		"K8 success in file": {succeeded("wamid.A", 2), {}, failed("wamid.A", 0)},
	} {
		t.Run(name, func(t *testing.T) {
			s := openTest(t)
			for _, part := range split(list) {
				importAll(t, s, part...)
			}
			all := failures(t, s, model.Query{})
			if len(all) != 1 || !slices.Contains(all[0].Flags, model.FlagDelivered) {
				t.Errorf("%+v", all)
			}
			in, err := s.Incidents(context.Background(), model.Query{})
			if err != nil || len(in) != 1 || !in[0].Successes {
				t.Errorf("%+v %v", in, err)
			}
		})
	}
}

// split parts a list at its empty records.
func split(list []model.Record) (parts [][]model.Record) {
	parts = [][]model.Record{nil}
	for _, r := range list {
		if r.Outcome == "" {
			parts = append(parts, nil)
			continue
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], r)
	}
	return parts
}

func TestRejectionsAreKept(t *testing.T) {
	s := openTest(t)
	st := records(failed("wamid.A", 0), failed("wamid.B", 0))
	for i := range 250 {
		st.steps = slices.Insert(st.steps, 1, any(&model.Rejection{Line: 300 - i, Reason: "too few cells", Raw: fmt.Sprint("raw ", 300-i)}))
	}
	i, err := s.Import(context.Background(), st, ImportOptions{})
	if err != nil || i.Rejected != 250 || i.Stored != 2 || i.Read != i.Sum() || len(i.Rejections) != keptRejections || i.Rejections[0].Line != 51 {
		t.Errorf("%+v %v", i, err)
	}
	page, err := s.Rejections(context.Background(), i.ID, 240, 100)
	if err != nil || len(page) != 10 || page[9] != (model.Rejection{Line: 300, Reason: "too few cells", Raw: "raw 300"}) {
		t.Errorf("%+v %v", page, err)
	}
	all, err := s.Imports(context.Background())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	i.Rejections, i.Took, all[0].Took = nil, 0, 0
	same(t, "import", all[0], i)
}

func TestReadingThatBreaksOff(t *testing.T) {
	s := openTest(t)
	broken := errors.New("the disk was pulled out")
	st := records(failed("wamid.A", 0), failed("wamid.B", 1))
	st.steps = append(st.steps, broken, failed("wamid.C", 2))
	i, err := s.Import(context.Background(), st, ImportOptions{})
	var stopped *StoppedError
	if !errors.Is(err, broken) || !errors.As(err, &stopped) || model.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	if i.Stored != 2 || i.Read != i.Sum() || wamids(t, s, model.Query{}) != "wamid.B wamid.A" {
		t.Errorf("%+v", i)
	}
}

func TestDryImport(t *testing.T) {
	s := openTest(t)
	importAll(t, s, failed("wamid.A", 0))
	before := dump(t, s)
	i, err := s.Import(context.Background(), records(failed("wamid.A", 0), failed("wamid.A", 3), failed("wamid.B", 1), failed("wamid.B", 1), failed("wamid.B", 2), succeeded("wamid.B", 2)),
		ImportOptions{Dry: true})
	if err != nil || i.Duplicate != 2 || i.Updated != 2 || i.Stored != 1 || i.Succeeded != 1 || i.ID != 0 {
		t.Errorf("%+v %v", i, err)
	}
	same(t, "database", dump(t, s), before)
}

func TestProgressAndCancel(t *testing.T) {
	if raced {
		t.Skip("takes several batches")
	}
	s := openTest(t)
	ctx, cancel := context.WithCancel(context.Background())
	calls, committed := 0, 0
	i, err := s.Import(ctx, &synth{n: 200_000, seed: 3}, ImportOptions{Progress: func(i model.Import) {
		calls++
		if i.Read != i.Sum() || i.TotalBytes != 200_000 {
			t.Errorf("%+v", i)
		}
		if i.Read > batchItems+1000 {
			cancel()
		}
		committed = i.Read
	}})
	var stopped *StoppedError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &stopped) {
		t.Fatalf("%v", err)
	}
	if calls == 0 || i.Read == 0 || i.Read > committed || i.Read != i.Sum() || stopped.Line != i.Read+2 {
		t.Errorf("%d calls, line %d, %+v", calls, stopped.Line, i)
	}
	sound(t, s)
	totals, err := s.Totals(context.Background())
	if err != nil || totals.Messages != i.Stored {
		t.Errorf("%+v %v", totals, err)
	}
	kept, err := s.Imports(context.Background())
	if err != nil || kept[0].Stored != i.Stored || kept[0].Read != i.Read {
		t.Errorf("%+v %v", kept, err)
	}
	again, err := s.Import(context.Background(), &synth{n: 50_000, seed: 3}, ImportOptions{})
	if err != nil || again.Duplicate != i.Stored || again.Stored != 50_000-i.Stored {
		t.Errorf("%+v %v", again, err)
	}
}

// A piped stream does not say how much is to come.
type piped struct{ *synth }

func (p piped) Position() (read, total int64) { read, _ = p.synth.Position(); return read, 0 }

// One that is stopped between two batches says how far it came, and not where the
// last batch began.
func TestStoppedBetweenBatches(t *testing.T) {
	s := openTest(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.SetSorter(byTemplate, func(context.Context, *Log) ([]model.Group, error) {
		cancel()
		return nil, nil
	})
	i, err := s.Import(ctx, piped{&synth{n: 30_000, seed: 3}}, ImportOptions{})
	var stopped *StoppedError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &stopped) {
		t.Fatalf("%v", err)
	}
	if i.Read == 0 || stopped.Line != i.Read+2 {
		t.Errorf("%d records are kept, and it says that it stopped before line %d", i.Read, stopped.Line)
	}
}

func TestGroupNamesIncidents(t *testing.T) {
	s := openTest(t)
	s.SetSorter(func(r *model.Record) model.Bounds { return model.Bounds{Code: r.Code} }, eachStrand)
	run := func(list ...model.Record) {
		t.Helper()
		if _, err := s.Import(context.Background(), records(list...), ImportOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	run(failed("wamid.A", 0), failed("wamid.B", 1, template("other")))
	run(failed("wamid.C", 2, template("third")), failed("wamid.D", 2, code("190")))
	in, err := s.Incidents(context.Background(), model.Query{})
	if err != nil || len(in) != 2 || in[0].ID != 1 || in[0].Failures != 3 || in[0].Templates != 3 || in[0].Template != "" || in[0].WABA == "" {
		t.Errorf("%+v %v", in, err)
	}
}

// Property: whatever the order and the pieces, the totals are the same; read is
// the sum; taking the imports back restores what was there.
func TestAnyOrderAnyPieces(t *testing.T) {
	for seed := range uint64(scaled(12)) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 7))
			var list []model.Record
			for range 120 {
				id, minute := fmt.Sprintf("wamid.%d", rng.IntN(40)), rng.IntN(30)
				change := func(r *model.Record) {
					r.Template = fmt.Sprintf("t%d", rng.IntN(3))
					r.Recipient = fmt.Sprintf("1555010%04d", rng.IntN(20))
					r.Campaign = []string{"", "spring", "autumn"}[rng.IntN(3)]
					if rng.IntN(20) == 0 {
						r.At, r.AtText = time.Time{}, ""
					}
					if r.Outcome == model.Failed {
						r.Code = []model.Code{"131000", "131026", ""}[rng.IntN(3)]
						r.Details = fmt.Sprintf("reason %d of 1555010%04d", rng.IntN(3), rng.IntN(9))
					}
				}
				switch rng.IntN(10) {
				case 0:
					list = append(list, model.Record{Outcome: model.InProgress})
				case 1, 2, 3:
					list = append(list, succeeded(id, minute, change))
				default:
					list = append(list, failed(id, minute, change))
				}
			}
			one := openTest(t)
			importAll(t, one, list...)
			sound(t, one)
			want := portrait(t, one, false)

			two := openTest(t)
			mixed := slices.Clone(list)
			// Attempts without a time are in the order of import, so these
			// stay where they are.
			parts := pieces(rng, mixed)
			var states []string
			var made []int64
			for _, part := range parts {
				states = append(states, portrait(t, two, true))
				made = append(made, importAll(t, two, part...).ID)
			}
			same(t, "in pieces", portrait(t, two, false), want)

			// Which of two successes counts, and which of two attempts at the
			// same time is the newest, is a matter of order.
			seen := map[string]bool{}
			timed := slices.DeleteFunc(slices.Clone(list), func(r model.Record) bool {
				key := fmt.Sprint(r.WAMID, r.Outcome)
				if r.Outcome == model.Failed {
					key = fmt.Sprint(r.WAMID, r.At)
				}
				again := seen[key] && r.WAMID != ""
				seen[key] = true
				return r.At.IsZero() && r.WAMID != "" || again
			})
			ordered, shuffled := openTest(t), openTest(t)
			importAll(t, ordered, timed...)
			rng.Shuffle(len(timed), func(i, j int) { timed[i], timed[j] = timed[j], timed[i] })
			for _, part := range pieces(rng, timed) {
				importAll(t, shuffled, part...)
			}
			same(t, "shuffled", counts(t, shuffled), counts(t, ordered))

			for i := len(made) - 1; i >= 0; i-- {
				if _, err := two.UndoImport(context.Background(), made[i]); err != nil {
					t.Fatal(err)
				}
				same(t, fmt.Sprintf("import %d taken back", made[i]), portrait(t, two, true), states[i])
				sound(t, two)
			}
		})
	}
}

func pieces(rng *rand.Rand, list []model.Record) (parts [][]model.Record) {
	for len(list) > 0 {
		n := min(len(list), 1+rng.IntN(60))
		parts = append(parts, list[:n])
		list = list[n:]
	}
	return parts
}

func TestKeysThatCollide(t *testing.T) {
	s := openTest(t)
	importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 1), succeeded("wamid.C", 2))
	a, b, c := digestOf("wamid.A"), digestOf("wamid.B"), digestOf("wamid.C")
	// Two of them have a run of their own, as after a large batch.
	for _, d := range []digest{b, c} {
		if _, err := s.w.Exec("INSERT INTO run SELECT 1 + max(id), 1 FROM run"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.w.Exec("UPDATE identity SET run = (SELECT max(id) FROM run) WHERE key = ?", d.key); err != nil {
			t.Fatal(err)
		}
	}
	i := importAll(t, s, failed("wamid.A", 0), failed("wamid.B", 1), succeeded("wamid.C", 2), failed("wamid.B", 9))
	if i.Duplicate != 3 || i.Updated != 1 {
		t.Errorf("%+v", i)
	}
	if _, f, err := s.Find(context.Background(), model.Target{WAMID: "wamid.B"}); err != nil || f.Attempts != 2 {
		t.Errorf("%+v %v", f, err)
	}
	// A new message meets a key that is taken.
	d := digestOf("wamid.D")
	if _, err := s.w.Exec("UPDATE identity SET key = ? WHERE key = ?", d.key, a.key); err != nil {
		t.Fatal(err)
	}
	if i := importAll(t, s, failed("wamid.D", 3), failed("wamid.D", 3)); i.Stored != 1 || i.Duplicate != 1 {
		t.Errorf("%+v", i)
	}
	if i := importAll(t, s, failed("wamid.D", 3), succeeded("wamid.D", 4)); i.Duplicate != 1 || i.Succeeded != 1 {
		t.Errorf("%+v", i)
	}
	sound(t, s)
}

func TestEmptyStream(t *testing.T) {
	s := openTest(t)
	i, err := s.Import(context.Background(), records(), ImportOptions{})
	if err != nil || i.Read != 0 || i.ID == 0 || i.Columns == nil {
		t.Errorf("%+v %v", i, err)
	}
}
