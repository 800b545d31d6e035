package store

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// big is a database of synthetic rows for tests that only read.
func big(t testing.TB, n int) (*Store, []model.Failure) {
	t.Helper()
	s := openTest(t)
	if _, err := s.Import(context.Background(), &synth{n: n, seed: 5, success: 20}, ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	var all []model.Failure
	var from model.Cursor
	for {
		page := failures(t, s, model.Query{Limit: 1000, From: from})
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
		from = model.CursorOf(&page[len(page)-1])
	}
	return s, all
}

func TestQueriesAnswerLikeAScan(t *testing.T) {
	s, all := big(t, scaled(6000))
	if len(all) < scaled(4000) {
		t.Fatalf("%d messages", len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b model.Failure) int {
		return cmp.Or(cmp.Compare(b.At.UnixMilli(), a.At.UnixMilli()), cmp.Compare(b.ID, a.ID))
	}) {
		t.Fatal("not in the order of time")
	}
	ctx := context.Background()
	if err := s.SetState(ctx, all[0].Incident, model.StateWorking, "", "", "ana"); err != nil {
		t.Fatal(err)
	}
	working := all[0].Incident
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range scaled(200) {
		like := all[rng.IntN(len(all))]
		q := model.Query{Limit: 1 + rng.IntN(60)}
		if rng.IntN(3) == 0 {
			q.Codes = []model.Code{like.Code}
			if rng.IntN(2) == 0 {
				q.Codes = append(q.Codes, "190", "99")
			}
		}
		if rng.IntN(4) == 0 {
			q.WABA = like.WABA
		}
		if rng.IntN(5) == 0 {
			q.PhoneID = like.PhoneID
		}
		if rng.IntN(4) == 0 {
			q.Template = like.Template
		}
		if rng.IntN(6) == 0 {
			q.Recipient = like.Recipient
		}
		if rng.IntN(4) == 0 {
			q.Campaign = like.Campaign
		}
		if rng.IntN(6) == 0 {
			q.Incident = like.Incident
		}
		if rng.IntN(8) == 0 {
			q.State = []model.CaseState{model.StateWorking, model.StateNew}[rng.IntN(2)]
		}
		if rng.IntN(4) == 0 {
			q.Since = like.At.Add(-time.Duration(rng.IntN(100)) * time.Minute)
		}
		if rng.IntN(4) == 0 {
			q.Until = like.At.Add(time.Duration(rng.IntN(100)) * time.Minute)
		}
		word := ""
		if rng.IntN(3) == 0 {
			word = []string{like.Template, "deliver", "went", like.WAMID, like.Recipient, like.Campaign, like.WABA, "131047", "nosuchword"}[rng.IntN(9)]
			q.Search = word
		}
		from := rng.IntN(len(all))
		if rng.IntN(2) == 0 {
			q.From = model.CursorOf(&all[from])
			q.Back = rng.IntN(2) == 0
		}
		matches := func(f *model.Failure) bool {
			text := strings.ToLower(strings.Join([]string{f.Title, f.Message, f.Details, f.Template, f.Campaign, f.WABA, f.PhoneID, string(f.Code)}, " "))
			return (len(q.Codes) == 0 || slices.Contains(q.Codes, f.Code)) && (q.WABA == "" || f.WABA == q.WABA) &&
				(q.PhoneID == "" || f.PhoneID == q.PhoneID) && (q.Template == "" || f.Template == q.Template) &&
				(q.Recipient == "" || f.Recipient == q.Recipient) && (q.Campaign == "" || f.Campaign == q.Campaign) &&
				(q.Incident == 0 || f.Incident == q.Incident) &&
				(q.State == "" || (f.Incident == working) == (q.State == model.StateWorking)) &&
				(q.Since.IsZero() || !f.At.Before(q.Since)) && (q.Until.IsZero() || f.At.Before(q.Until)) &&
				(word == "" || hasWord(text, word) || f.Recipient == word || f.WAMID == word)
		}
		var want []model.MessageID
		total := 0
		incidents := map[model.IncidentID]bool{}
		for i := range all {
			if !matches(&all[i]) {
				continue
			}
			total++
			incidents[all[i].Incident] = true
			if q.From == (model.Cursor{}) || !q.Back && i > from || q.Back && i < from {
				want = append(want, all[i].ID)
			}
		}
		if q.Back && q.From != (model.Cursor{}) {
			want = want[max(0, len(want)-q.Limit):]
		} else {
			want = want[:min(len(want), q.Limit)]
		}
		var got []model.MessageID
		for _, f := range failures(t, s, q) {
			got = append(got, f.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("query %d %+v:\ngot  %v\nwant %v", n, q, got, want)
		}
		limit := 1 + rng.IntN(500)
		count, more, err := s.Count(ctx, q, limit)
		if err != nil || more && (count != limit || total <= limit) || !more && count != total {
			t.Errorf("count %+v: %d %v %v, want %d of at most %d", q, count, more, err, total, limit)
		}
		if n%5 != 0 {
			continue
		}
		q.Limit = 10_000
		in, err := s.Incidents(ctx, q)
		if err != nil || len(in) != len(incidents) {
			t.Errorf("incidents %+v: %d %v, want %d", q, len(in), err, len(incidents))
		}
		for _, i := range in {
			if !incidents[i.ID] {
				t.Errorf("incidents %+v: %v has no such message", q, i.ID)
			}
		}
	}
}

// hasWord reports whether the words of the last word of a search follow one
// another in text, the last one being the beginning of one.
func hasWord(text, word string) bool {
	split := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z') })
	}
	in, want := split(text), split(strings.ToLower(word))
	for i := range in {
		if i+len(want) > len(in) {
			return false
		}
		n := len(want) - 1
		if slices.Equal(in[i:i+n], want[:n]) && strings.HasPrefix(in[i+n], want[n]) {
			return true
		}
	}
	return false
}

func TestPagesGoBothWays(t *testing.T) {
	s := openTest(t)
	var list []model.Record
	for i := range 57 {
		list = append(list, failed(fmt.Sprintf("wamid.%02d", i), i/5)) // five at a time each
	}
	list = append(list, failed("wamid.X", 0, func(r *model.Record) { r.At = time.Time{} }), failed("wamid.Y", 0, func(r *model.Record) { r.At = time.Time{} }))
	importAll(t, s, list...)
	whole := wamids(t, s, model.Query{Limit: 100})
	if !strings.HasSuffix(whole, "wamid.Y wamid.X") || !strings.HasPrefix(whole, "wamid.56 wamid.55 ") {
		t.Errorf("order: %s", whole)
	}
	var down []string
	var cursor model.Cursor
	var pages [][]model.Failure
	for {
		page := failures(t, s, model.Query{Limit: 10, From: cursor})
		if len(page) == 0 {
			break
		}
		pages = append(pages, page)
		for _, f := range page {
			down = append(down, f.WAMID)
		}
		cursor = model.CursorOf(&page[len(page)-1])
	}
	same(t, "downwards", strings.Join(down, " "), whole)
	for i := len(pages) - 1; i > 0; i-- {
		up := failures(t, s, model.Query{Limit: 10, From: model.CursorOf(&pages[i][0]), Back: true})
		same(t, fmt.Sprint("page above ", i), up, pages[i-1])
	}
	if n := len(failures(t, s, model.Query{})); n != 59 {
		t.Errorf("without a limit: %d", n)
	}
}

func TestSearch(t *testing.T) {
	s := openTest(t)
	importAll(t, s,
		failed("wamid.HBgLMTU1NTAxMDAwMDE", 0, to("15550100001"), func(r *model.Record) { r.Details = "The template order_update_v1 was paused" }),
		failed("wamid.B", 1, to("15550100002"), template("café_offer"), func(r *model.Record) {
			r.Details, r.Campaign, r.Trace = `unexpected "token" near col:7 AND (OR NOT*`, "Black Friday", "Trace-XYZ"
		}),
		failed("wamid.C", 2, to("445550100003"), code("190"), template(""), func(r *model.Record) {
			r.Title, r.Message, r.Details = "Access token expired", "Session has expired", "order 4af1c2d3-1111-4222-8333-944455556666 for 15550100002"
			r.MessageID, r.Campaign, r.WABA, r.Trace = "SMabc123", "", "205550000000777", ""
		}),
	)
	for _, c := range []struct{ search, want string }{
		{"paused", "wamid.HBgLMTU1NTAxMDAwMDE"},
		{"PAUS", "wamid.HBgLMTU1NTAxMDAwMDE"},
		{"paus order", "wamid.HBgLMTU1NTAxMDAwMDE"[:0]}, // only the last word is a beginning
		{"order_update_v1 paused", "wamid.HBgLMTU1NTAxMDAwMDE"},
		{"cafe", "wamid.B"},
		{"black friday", "wamid.B"},
		{`"token`, "wamid.C wamid.B"},
		{"token expired", "wamid.C"},
		{"AND", "wamid.B"},
		{"OR NOT*", "wamid.B"},
		{"col:7", "wamid.B"},
		{"title:token", ""},
		{"190", "wamid.C"},
		{"131000", "wamid.B wamid.HBgLMTU1NTAxMDAwMDE"},
		{"wamid.HBgLMTU1NTAxMDAwMDE", "wamid.HBgLMTU1NTAxMDAwMDE"},
		{"15550100001", "wamid.HBgLMTU1NTAxMDAwMDE"},
		{"+1 (555) 010-0001", "wamid.HBgLMTU1NTAxMDAwMDE"},
		{"+1 555 010", "wamid.C wamid.B wamid.HBgLMTU1NTAxMDAwMDE"},
		{"0044 5550100003", "wamid.C"},
		{"+4455", "wamid.C"},
		{"4455", ""},
		{"trace-xyz", "wamid.B"},
		{"smABC123", "wamid.C"},
		{"4af1c2d3-1111-4222-8333-944455556666", "wamid.C"},
		{"205550000000777", "wamid.C"},
		{"105550000000001 expired", "wamid.C"},
		{"15550100002", "wamid.C wamid.B"}, // recipient of one, mentioned by the other
		{"nothing", ""},
		{"!!! ***", ""},
		{"\x00\"paused\x1b", "wamid.HBgLMTU1NTAxMDAwMDE"},
		{"expired \xff", "wamid.C"},
		{"   ", "wamid.C wamid.B wamid.HBgLMTU1NTAxMDAwMDE"},
	} {
		if got := wamids(t, s, model.Query{Search: c.search}); got != c.want {
			t.Errorf("%q: %q, want %q", c.search, got, c.want)
		}
	}
}

func FuzzSearch(f *testing.F) {
	s := openTest(f)
	importAll(f, s, failed("wamid.A", 0))
	for _, text := range []string{`"`, "*", "a OR b", "NEAR(a b)", "col:x", "-x", "^x", "{a b}:c", "\x00", "+1 555", "é", "\U0001f600"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := s.Failures(context.Background(), model.Query{Search: text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// No page may read the whole table, or sort more than a page.
func TestPagesUseIndexes(t *testing.T) {
	s, all := big(t, 3000)
	ctx := context.Background()
	from := model.CursorOf(&all[len(all)/2])
	for _, c := range []struct {
		name string
		q    model.Query
		a    access
		want string
	}{
		{"all", model.Query{From: from}, access{kind: byTime}, "SEARCH f USING INDEX failure_at"},
		{"all, upwards", model.Query{From: from, Back: true}, access{kind: byTime}, "SEARCH f USING INDEX failure_at"},
		{"an incident", model.Query{Incident: all[0].Incident, From: from}, access{kind: byPieces, pieces: []piece{{1, -ever, ever}}}, "SEARCH f USING PRIMARY KEY (strand=? AND"},
		{"a code among all", model.Query{Codes: []model.Code{"190"}, From: from}, access{kind: byTime}, "SEARCH f USING INDEX failure_at"},
		{"a code by its strands", model.Query{Codes: []model.Code{"190"}, From: from}, access{kind: byPieces, pieces: []piece{{1, -ever, ever}, {2, 5, 9}, {3, -ever, ever}}}, "SEARCH f USING PRIMARY KEY (strand=? AND"},
		{"a recipient", model.Query{Recipient: all[0].Recipient}, access{kind: byNumber}, "SEARCH f USING INTEGER PRIMARY KEY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.q.Limit = 50
			sel, err := s.selection(ctx, &c.q)
			if err != nil {
				t.Fatal(err)
			}
			inner, args := sel.pageOf(c.a, &c.q)
			plan := rowsOf(t, s, "EXPLAIN QUERY PLAN "+inner, args...)
			plan = strings.ReplaceAll(plan, "COVERING INDEX", "INDEX")
			if !strings.Contains(plan, c.want) || strings.Contains(plan, "SCAN f\n") || strings.Contains(plan, "SCAN f ") {
				t.Errorf("%s:\n%s", inner, plan)
			}
			if len(c.a.pieces) < 2 && c.a.kind != byNumber && strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("sorts:\n%s", plan)
			}
		})
	}
	// The way that is chosen: what is rare is looked for in its strands.
	sel, err := s.selection(ctx, &model.Query{Template: "nosuch"})
	if err != nil || !sel.none {
		t.Errorf("%+v %v", sel, err)
	}
	q := model.Query{WABA: all[0].WABA, Template: all[0].Template, Codes: []model.Code{all[0].Code}}
	if sel, err = s.selection(ctx, &q); err != nil {
		t.Fatal(err)
	}
	if a, err := s.choose(ctx, sel, 50); err != nil || a.kind != byPieces {
		t.Errorf("%+v %v", a, err)
	}
}

func TestFindAndSamples(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	var list []model.Record
	for i := range 40 {
		list = append(list, failed(fmt.Sprintf("wamid.%02d", i), i, func(r *model.Record) {
			r.PhoneID = fmt.Sprintf("10555000000000%d", i%2)
			r.Details = []string{"Unknown error", "Unknown error", "Unknown error", "Unknown error", "Something else"}[i%5]
			r.Raw = fmt.Sprint("row ", i)
		}))
	}
	importAll(t, s, append(list, succeeded("wamid.OK", 1))...)
	got, err := s.Samples(ctx, 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	combos := map[string]bool{}
	for _, f := range got {
		names = append(names, f.WAMID)
		combos[f.PhoneID+f.Details] = true
		if f.Raw == "" {
			t.Error("without its payload")
		}
	}
	if len(names) < 5 || !slices.Equal(names[:4], []string{"wamid.39", "wamid.38", "wamid.37", "wamid.00"}) || len(combos) != 4 {
		t.Errorf("%v, %d combinations", names, len(combos))
	}
	if got, _ = s.Samples(ctx, 1, 2); len(got) != 2 {
		t.Errorf("%d samples", len(got))
	}
	for _, c := range []struct {
		target model.Target
		want   string
	}{
		{model.Target{WAMID: "wamid.07"}, "wamid.07"}, {model.Target{Message: 8}, "wamid.07"},
	} {
		id, f, err := s.Find(ctx, c.target)
		if err != nil || id != 1 || f == nil || f.WAMID != c.want || f.Raw == "" {
			t.Errorf("%v: %v %+v %v", c.target, id, f, err)
		}
	}
	if id, f, err := s.Find(ctx, model.Target{Incident: 1}); id != 1 || f != nil || err != nil {
		t.Errorf("%v %v %v", id, f, err)
	}
	for _, target := range []model.Target{{WAMID: "wamid.none"}, {WAMID: "wamid.OK"}, {Message: 99}, {Incident: 9}} {
		if _, _, err := s.Find(ctx, target); !isMissing(err) {
			t.Errorf("%v: %v", target, err)
		}
	}
	if _, _, err := s.Find(ctx, model.Target{WAMID: "wamid.OK"}); model.Hint(err) == "" {
		t.Errorf("%v", err)
	}
}
