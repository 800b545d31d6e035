package status

import (
	"strings"
	"testing"
	"time"
)

func TestLevels(t *testing.T) {
	for word, want := range map[string]Level{
		"No known issues": Fine, "no known issue": Fine, " NO  KNOWN\tISSUES ": Fine, "Resolved": Resolved,
		"Low disruptions": Degraded, "Some disruption": Degraded, "Medium disruptions": Outage, "High disruptions": Outage, "Major disruption": Outage, "Major outage": Outage,
		"": Unknown, "Not resolved": Unknown, "Unresolved": Unknown, "No known issues yet": Unknown, "OK": Unknown, "Operational": Unknown, "N\u043e known issues": Unknown, "s": Unknown,
	} {
		if got := levelOf(word); got != want {
			t.Errorf("%q is %d, want %d", word, got, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	want := time.Date(2026, 11, 22, 10, 30, 0, 0, time.UTC)
	for in, zoned := range map[string]bool{
		"2026-11-22T10:30:00Z": true, "2026-11-22T10:30:00.000Z": true, "2026-11-22T11:30:00+01:00": true, "2026-11-22T02:30:00-0800": true, "2026-11-22 10:30:00+00:00": true,
		"2026-11-22T10:30:00": false, "2026-11-22 10:30:00": false, "2026-11-22T10:30": false, "1795343400": true, "1795343400000": true,
		"Sun, 22 Nov 2026 10:30:00 GMT": true, "Sun, 22 Nov 2026 10:30:00 UTC": true, "Sun, 22 Nov 2026 02:30:00 -0800": true, "Sun, 22 Nov 2026 10:30:00 PST": false,
	} {
		got, z, ok := parseTime(in)
		if !ok || !got.Equal(want) || z != zoned || got.Location() != time.UTC {
			t.Errorf("%s: %s, zone known: %t, read: %t", in, got, z, ok)
		}
	}
	for _, in := range []string{"", "today", "0", "-1", "NaN", "Inf", "1e300", "12345", "0001-01-01T00:00:00Z", "22/11/2026", "99999999999999999999"} {
		if got, _, ok := parseTime(in); ok {
			t.Errorf("%q is read as %s", in, got)
		}
	}
}

func TestCovers(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	h := func(n float64) time.Time { return noon.Add(time.Duration(n * float64(time.Hour))) }
	open := Event{Start: noon, Sure: true}
	over := Event{Start: noon, End: h(2), Over: true, Sure: true, EndSure: true}
	vague := Event{Start: noon, End: h(2), Over: true, Sure: true}
	feed := Event{Start: noon, From: FromFeed}
	unsure := Event{Start: noon, End: h(2), Over: true}
	for _, tt := range []struct {
		name string
		e    Event
		at   time.Time
		want Cover
	}{
		{"open, later", open, h(100), Yes}, {"open, at its begin", open, noon, Yes}, {"open, shortly before", open, h(-0.5), Maybe}, {"open, before", open, h(-0.6), No},
		{"over, in it", over, h(1), Yes}, {"over, at its end", over, h(2), Yes}, {"over, shortly after", over, h(2.5), Maybe}, {"over, after", over, h(2.6), No}, {"over, before", over, h(-1), No},
		{"end not given, after", vague, h(20), Maybe}, {"end not given, a day after", vague, h(27), No}, {"end not given, in it", vague, h(1), Yes},
		{"feed, soon after", feed, h(3), Yes}, {"feed, days after", feed, h(60), Maybe}, {"feed, before", feed, h(-3), Maybe}, {"feed, days before", feed, h(-60), No},
		{"no zone, in it", unsure, h(1), Maybe}, {"no zone, hours off", unsure, h(-9), Maybe}, {"no zone, days off", unsure, h(40), No},
		{"no time of failure", open, time.Time{}, Maybe}, {"no time of its own", Event{}, noon, Maybe},
	} {
		if got := tt.e.Covers(tt.at); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"<p>Messages are <b>delayed</b></p>":        "Messages are delayed",
		"&lt;script&gt;x&lt;/script&gt; &amp; more": "x & more",
		"a\n\n b\tc":             "a b c",
		strings.Repeat("é", 400): strings.Repeat("é", 300) + "…",
	} {
		if got := plain(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Whatever the files hold, reading them ends, and what it finds holds together.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(`[{"id":"whatsapp-business-api","rss_file_paths":["x.rss"],"services":[{"id":1,"name":"Cloud API","status":"Resolved","time":"2026-11-22T10:30:00Z"}]}]`))
	f.Add([]byte(`[{"id":1,"service_id":"1","status":"High disruptions","time":1795343400,"posts":[{"status":"Resolved","description":"<b>x</b>","time":"2026-11-22"}]}]`))
	f.Add([]byte(`<rss><channel><title>WhatsApp</title><item><title>Resolved</title><pubDate>Sun, 22 Nov 2026 10:30:00 GMT</pubDate></item></channel></rss>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var r Report
		for _, p := range []struct {
			part *Part
			read func(*Report, *Part, []byte)
		}{{&r.Orgs, (*Report).readOrgs}, {&r.Active, (*Report).readActive}, {&r.History, (*Report).readHistory}, {&r.Feed, (*Report).readFeed}} {
			if p.part.Why = unreadable(200, body); p.part.Why == "" {
				p.read(&r, p.part, body)
			}
		}
		r.settle()
		if r.Orgs.OK() && len(r.Services) == 0 {
			t.Error("a list of services without one was read")
		}
		if r.Feed.OK() && (r.Orgs.OK() || r.Active.OK()) {
			t.Error("the same bytes are a feed and JSON")
		}
		if r.feedName != "" && (strings.ContainsAny(r.feedName, "/:?#") || strings.Contains(r.feedName, "..")) {
			t.Errorf("the feed's name is %q", r.feedName)
		}
		for _, e := range r.Events {
			if e.Over && e.End.Before(e.Start) || e.EndSure && !e.Over || len([]rune(e.Title)) > 301 {
				t.Errorf("%+v", e)
			}
			if at := e.Start.Add(time.Minute); e.Sure && !e.Over && !e.Start.IsZero() && e.Covers(at) != Yes {
				t.Errorf("%+v does not cover %s", e, at)
			}
		}
	})
}
