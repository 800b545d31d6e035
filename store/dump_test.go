package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// dump is the content of all tables but those that record that something was
// done, and those named.
func dump(t testing.TB, s *Store, without ...string) string {
	t.Helper()
	without = append(without, "event", "event_head", "sqlite_sequence")
	var tables []string
	rows, err := s.r.Query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%\\_fts%' ESCAPE '\\' ORDER BY name")
	if err := each(rows, err, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		tables = append(tables, name)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, table := range tables {
		if !slices.Contains(without, table) {
			fmt.Fprintf(&b, "%s\n%s", table, rowsOf(t, s, "SELECT * FROM "+table))
		}
	}
	return b.String()
}

// rowsOf is what a query answers with, sorted.
func rowsOf(t testing.TB, s *Store, query string, args ...any) string {
	t.Helper()
	var lines []string
	rows, err := s.r.Query(query, args...)
	if err := each(rows, err, func(r *sql.Rows) error {
		names, err := r.Columns()
		if err != nil {
			return err
		}
		values := make([]any, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		err = r.Scan(into...)
		lines = append(lines, fmt.Sprintf("  %v\n", values))
		return err
	}); err != nil {
		t.Fatal(query, err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// portrait is everything that can be seen from outside, as text. Numbers of
// messages and of what they came with are left out unless exact is set.
func portrait(t testing.TB, s *Store, exact bool) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b.WriteString(counts(t, s))
	all := failures(t, s, model.Query{Limit: 10_000})
	for _, f := range all {
		full, err := s.Failure(ctx, f.ID)
		must(err)
		history, err := s.History(ctx, f.ID)
		must(err)
		for _, h := range append([]model.Failure{full}, history...) {
			if !exact {
				h.ID, h.Incident, h.Source = 0, 0, model.Source{}
			}
			fmt.Fprintf(&b, "%+v\n", h)
		}
	}
	if exact {
		for _, table := range []string{"failure", "identity", "mention", "attempt"} {
			columns := "*"
			if table == "attempt" {
				columns = "failure, at, cell, recipient, wording, campaign, country, app, sig, import, text" // the number may be another
			}
			switch table {
			case "identity":
				columns = "key, tag, failure, success"
			case "mention":
				columns = "DISTINCT key, failure" // what is taken back and comes again may be in another run
			}
			fmt.Fprintf(&b, "%s\n%s", table, rowsOf(t, s, "SELECT "+columns+" FROM "+table))
		}
	}
	return b.String()
}

// counts are the counts that a database keeps, by names and not by numbers.
// They are checked against what the rows say.
func counts(t testing.TB, s *Store) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	totals, err := s.Totals(ctx)
	if err != nil {
		t.Fatal(err)
	}
	totals.Imports = 0
	fmt.Fprintf(&b, "%+v\n", totals)
	in, err := s.Incidents(ctx, model.Query{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, i := range in {
		scopes, err := s.Scopes(ctx, i.ID)
		if err != nil {
			t.Fatal(err)
		}
		if i.Recipients, err = s.Recipients(ctx, i.ID); err != nil {
			t.Fatal(err)
		}
		if i.Recipients != scopes[model.DimRecipient].Values {
			t.Errorf("%v: %d recipients, %d in the scope", i.ID, i.Recipients, scopes[model.DimRecipient].Values)
		}
		i.ID, i.Changed = 0, time.Time{}
		lines = append(lines, fmt.Sprintf("%+v %+v\n", i, scopes))
	}
	cells := map[int64]string{}
	rows, err := s.r.QueryContext(ctx, `SELECT c.id, k.key, (SELECT value FROM name WHERE id = c.waba), (SELECT value FROM name WHERE id = c.template), (SELECT value FROM name WHERE id = c.kind)
		FROM cell AS c LEFT JOIN strand AS k ON k.id = c.strand`)
	if err := each(rows, err, func(r *sql.Rows) error {
		var id int64
		var key, waba, template, kind sql.NullString
		err := r.Scan(&id, &key, &waba, &template, &kind)
		cells[id] = fmt.Sprintln("attempts", key.String, waba.String, template.String, kind.String)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	sums := map[tick]attempts{}
	rows, err = s.r.QueryContext(ctx, "SELECT counts FROM timeline")
	if err := each(rows, err, func(r *sql.Rows) error {
		var b []byte
		if err := r.Scan(&b); err != nil {
			return err
		}
		return unpackTimeline(b, func(x tick) {
			k := tick{cell: x.cell, minute: x.minute}
			a := sums[k]
			sums[k] = attempts{a.failed + x.failed, a.succeeded + x.good}
		})
	}); err != nil {
		t.Fatal(err)
	}
	for k, a := range sums {
		lines = append(lines, fmt.Sprint(cells[k.cell], k.minute, a))
	}
	slices.Sort(lines)
	b.WriteString(strings.Join(lines, ""))
	consistent(t, s)
	return b.String()
}

// consistent checks the kept counts against the rows.
func consistent(t testing.TB, s *Store) {
	t.Helper()
	for what, query := range map[string]string{
		"cells":         "SELECT id, failures, n FROM cell LEFT JOIN (SELECT cell AS id, count(*) AS n FROM failure GROUP BY cell) USING (id) WHERE failures <> coalesce(n, 0)",
		"incidents":     "SELECT i.id, failures, n, first, a, last, b FROM incident AS i LEFT JOIN (SELECT id, sum(n) AS n, min(a) AS a, max(b) AS b FROM (SELECT " + incidentOf + " AS id, count(*) AS n, min(nullif(at, 0)) AS a, max(nullif(at, 0)) AS b FROM failure AS f GROUP BY 1 UNION ALL SELECT e.incident, 0, min(a.at), NULL FROM attempt AS a JOIN cell AS c ON c.id = a.cell JOIN extent AS e ON e.strand = c.strand AND a.at >= e.since AND a.at < e.until WHERE a.at <> 0 GROUP BY 1) GROUP BY id) AS x ON x.id = i.id WHERE failures <> coalesce(n, 0) OR n > 0 AND (first <> CASE WHEN b IS NULL THEN 0 ELSE a END OR last <> coalesce(b, 0))",
		"strands":       "SELECT id, failures, n FROM strand LEFT JOIN (SELECT strand AS id, count(*) AS n FROM failure GROUP BY strand) USING (id) WHERE failures <> coalesce(n, 0)",
		"extents":       fmt.Sprintf("SELECT a.strand, a.since, a.until, b.since FROM extent AS a LEFT JOIN extent AS b ON b.strand = a.strand AND b.since = (SELECT min(since) FROM extent WHERE strand = a.strand AND since > a.since) WHERE a.until <> coalesce(b.since, %d) OR NOT EXISTS (SELECT 1 FROM extent WHERE strand = a.strand AND since = %d)", ever, -ever),
		"in order":      "SELECT 1 WHERE (SELECT count(*) FROM by_strand) <> (SELECT count(*) FROM failure) UNION ALL SELECT f.id FROM failure AS f LEFT JOIN by_strand AS b ON (b.strand, b.at, b.id) = (f.strand, f.at, f.id) WHERE (b.recipient, b.cell, b.wording, b.campaign, b.country, b.app) IS NOT (f.recipient, f.cell, f.wording, f.campaign, f.country, f.app)",
		"sorted":        "SELECT id FROM failure WHERE strand NOT IN (SELECT strand FROM extent)",
		"seen":          "SELECT id FROM failure AS f WHERE wording <> 0 AND NOT EXISTS (SELECT 1 FROM seen WHERE dim = 2 AND value = f.wording AND strand = f.strand) OR campaign <> 0 AND NOT EXISTS (SELECT 1 FROM seen WHERE dim = 1 AND value = f.campaign AND strand = f.strand)",
		"cell's strand": "SELECT f.id FROM failure AS f JOIN cell AS c ON c.id = f.cell WHERE c.strand <> f.strand",
		"attempts":      "SELECT id FROM failure AS f WHERE attempts <> 1 + (SELECT count(*) FROM attempt WHERE failure = f.id)",
		"runs":          "SELECT run FROM mention WHERE run NOT IN (SELECT id FROM run) UNION ALL SELECT run FROM identity WHERE run NOT IN (SELECT id FROM run) UNION ALL SELECT id FROM run WHERE id <> 0 AND id NOT IN (SELECT run FROM mention UNION SELECT run FROM identity)",
		"totals":        "SELECT key, value FROM meta WHERE key = 'messages' AND value <> (SELECT count(*) FROM failure) OR key = 'incidents' AND value <> (SELECT count(DISTINCT " + incidentOf + ") FROM failure AS f)",
		"pins":          "SELECT f.id, f.strand, p.incident FROM failure AS f LEFT JOIN pin AS p ON p.message = f.id LEFT JOIN pinned AS o ON o.strand = f.strand WHERE p.incident IS NOT o.incident OR (f.strand < 0) <> (o.strand IS NOT NULL)",
		"identity":      "SELECT 1 WHERE (SELECT count(*) FROM failure) <> (SELECT count(*) FROM identity WHERE failure <> 0)",
	} {
		if wrong := rowsOf(t, s, query); wrong != "" {
			t.Errorf("kept counts of %s are wrong:\n%s", what, wrong)
		}
	}
	wholeTexts(t, s)
	wholeTimeline(t, s)
}

// wholeTimeline checks the timeline against the rows, cell by cell; those of moved
// messages are where they come from.
func wholeTimeline(t testing.TB, s *Store) {
	t.Helper()
	const facts = "code, system, vendor, http, title, waba, phone, template, language, kind"
	want, have := map[[2]int64]int64{}, map[[2]int64]int64{}
	rows, err := s.r.Query(`WITH origin AS (SELECT c.id, (SELECT id FROM cell WHERE strand = p.origin AND (` + facts + `) = (SELECT ` + facts + ` FROM cell WHERE id = c.id)) AS was
			FROM cell AS c JOIN pinned AS p ON p.strand = c.strand)
		SELECT coalesce(o.was, x.cell), x.at FROM (SELECT cell, at FROM failure UNION ALL SELECT cell, at FROM attempt) AS x LEFT JOIN origin AS o ON o.id = x.cell`)
	if err := each(rows, err, func(r *sql.Rows) error {
		var cell, at int64
		err := r.Scan(&cell, &at)
		want[[2]int64{cell, minuteOf(at)}]++
		return err
	}); err != nil {
		t.Fatal(err)
	}
	var good, successes int64
	rows, err = s.r.Query("SELECT counts FROM timeline")
	if err := each(rows, err, func(r *sql.Rows) error {
		var b []byte
		if err := r.Scan(&b); err != nil {
			return err
		}
		return unpackTimeline(b, func(x tick) {
			if x.failed != 0 {
				have[[2]int64{x.cell, x.minute}] += x.failed
			}
			good += x.good
		})
	}); err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(have, want) {
		t.Errorf("the timeline has %d minutes of cells, the rows %d, or others", len(have), len(want))
	}
	if err := s.r.QueryRow("SELECT coalesce((SELECT value FROM meta WHERE key = 'successes'), 0)").Scan(&successes); err != nil || good != successes {
		t.Errorf("the timeline has %d successes, and %d are counted, %v", good, successes, err)
	}
}

// wholeTexts checks that exactly the texts of failures and attempts are kept.
func wholeTexts(t testing.TB, s *Store) {
	t.Helper()
	var want, have [][2]int64 // text and failure
	rows, err := s.r.Query("SELECT text, id FROM failure UNION ALL SELECT text, failure FROM attempt ORDER BY 1")
	if err := each(rows, err, func(r *sql.Rows) error {
		var n [2]int64
		err := r.Scan(&n[0], &n[1])
		want = append(want, n)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	rows, err = s.r.Query("SELECT first, failures, head, body FROM block ORDER BY first")
	if err := each(rows, err, func(r *sql.Rows) error {
		var first int64
		var failures, head, body []byte
		if err := r.Scan(&first, &failures, &head, &body); err != nil {
			return err
		}
		owners, err := unpackOwners(failures)
		if err != nil {
			return err
		}
		texts, err := unpack(head, body)
		for i, x := range texts {
			if !x.gone {
				have = append(have, [2]int64{first + int64(i), owners[i]})
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(have, want) {
		t.Errorf("%d texts are kept and %d are referred to", len(have), len(want))
	}
}
