package check

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"unsent/check/status"
	"unsent/model"
)

// A fakePage is what the four files of the status page say in a test. Times are
// written {-2h}: that long before the test began, in UTC. "404" and the like are
// answers without a body worth reading.
type fakePage struct {
	orgs, active, history, feed string
	date                        time.Duration // how far off the date of the answers is
}

const (
	goodOrgs = `[{"id":"whatsapp-business-api","name":"WhatsApp Business Platform","rss_file_paths":["outage-events-feed-whatsapp-business-api.rss"],
	"services":[{"id":11,"name":"Cloud API","status":"No known issues","time":"{-200h}"},{"id":12,"name":"Embedded Signup","status":"No known issues"},
	{"id":13,"name":"Marketing Messages API","status":"No known issues"}]},{"id":"graph-api","name":"Graph API","services":[{"name":"Platform Status","status":"No known issues"}]}]`
	goodFeed = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>WhatsApp Business Platform</title><link>https://metastatus.com/whatsapp-business-api</link><description>Outages</description></channel></rss>`
	html     = `<!DOCTYPE html><html><head><title>Log in</title></head><body>Log in to the network</body></html>`
	openNow  = `[{"id":"a1","service_id":11,"status":"High disruptions","time":"{-2h}","posts":[{"status":"High disruptions","description":"<p>Messages are <b>delayed</b></p>","time":"{-2h}"}]}]`
	wasOpen  = `[{"id":"b1","service_id":11,"status":"Resolved","time":"{-5h}","posts":[{"status":"Major disruptions","description":"Sending fails","time":"{-5h}"},{"status":"Resolved","description":"Sending works again","time":"{-1h}"}]}]`
)

func item(title, date string) string {
	return strings.Replace(goodFeed, "</channel>", "<item><title>"+title+"</title><description>&lt;p&gt;text&lt;/p&gt;</description><pubDate>"+date+"</pubDate></item></channel>", 1)
}

var offset = regexp.MustCompile(`\{(rss)?([+-][0-9a-z]+)\}`)

func at(begun time.Time, s string) string {
	return offset.ReplaceAllStringFunc(s, func(m string) string {
		sub := offset.FindStringSubmatch(m)
		d, err := time.ParseDuration(sub[2])
		if err != nil {
			panic(err)
		}
		if sub[1] != "" {
			return begun.Add(d).Format(time.RFC1123Z)
		}
		return begun.Add(d).Format(time.RFC3339)
	})
}

func (p fakePage) serve(t *testing.T, begun time.Time) *status.Client {
	t.Helper()
	or := func(s, def string) string {
		if s == "" {
			return def
		}
		return s
	}
	files := map[string]string{
		"/data/orgs.json": or(p.orgs, goodOrgs), "/data/outages/whatsapp-business-api.json": or(p.active, "[]"),
		"/data/outages/whatsapp-business-api.history.json": or(p.history, "[]"), "/outage-events-feed-whatsapp-business-api.rss": or(p.feed, goodFeed),
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := files[r.URL.Path]
		if !ok || r.Method != http.MethodGet || r.Header.Get("Authorization") != "" {
			t.Errorf("asked for %s %s", r.Method, r.URL)
		}
		if p.date != 0 {
			w.Header().Set("Date", begun.Add(p.date).Format(http.TimeFormat))
		}
		var code int
		if n, _ := fmt.Sscanf(body, "%d", &code); n == 1 && code > 200 {
			w.WriteHeader(code)
			w.Write([]byte(html))
			return
		}
		if body == "cut" {
			panic(http.ErrAbortHandler)
		}
		if body != "empty" {
			w.Write([]byte(at(begun, body)))
		}
	}))
	srv.Config.ErrorLog = nil
	t.Cleanup(srv.Close)
	c, err := status.New(status.Options{URL: srv.URL, Agent: "unsent/test"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Each case is a page and a failure, by default of three hours ago; the verdict
// is the one that an agent must get. Whatever the page says wrongly, it is never ok.
func TestStatusPage(t *testing.T) {
	all := func(s string) fakePage { return fakePage{orgs: s, active: s, history: s, feed: s} }
	only := func(field, s string) string { return strings.Replace(goodOrgs, field, s, 1) }
	cloud := func(word string) string {
		return only(`"Cloud API","status":"No known issues"`, `"Cloud API","status":"`+word+`"`)
	}
	const ok, problem, unknown = model.OK, model.Problem, model.Unknown
	calm := strings.Replace(strings.Replace(wasOpen, `"Resolved","time":"{-5h}"`, `"No known issues","time":"{-5h}"`, 1), `"status":"Resolved"`, `"status":"No known issues"`, 1)
	tests := []struct {
		name string
		page fakePage
		ago  time.Duration // 0: three hours; negative: no time
		want model.Verdict
		say  string
	}{
		{"healthy", fakePage{}, 0, ok, "nothing for the time of this failure; that does not rule out a fault at Meta"},
		{"healthy, just failed", fakePage{}, time.Minute, ok, "15 to 30 minutes late"},
		{"just failed, past outages unknown", fakePage{history: "404"}, time.Minute, ok, "reports nothing"},
		{"an old outage in the past", fakePage{history: strings.NewReplacer("-5h", "-50h", "-1h", "-46h").Replace(wasOpen)}, 0, ok, "reports nothing"},
		{"no list of open ones, but a feed", fakePage{active: "404"}, 0, ok, "reports nothing"},
		{"no feed, but a list of open ones", fakePage{feed: "404"}, 0, ok, "reports nothing"},
		{"word in another form", fakePage{orgs: cloud("no known  ISSUE")}, 0, ok, "reports nothing"},
		{"resolved service", fakePage{orgs: cloud("Resolved")}, 0, ok, "reports nothing"},

		{"open, covers", fakePage{active: openNow, orgs: cloud("High disruptions")}, time.Hour, problem, "covers this failure: “Messages are delayed” (Cloud API, High disruptions), since"},
		{"open, the services say nothing", fakePage{active: openNow}, time.Hour, problem, "still open"},
		{"open, low", fakePage{active: strings.ReplaceAll(openNow, "High", "Low")}, time.Hour, problem, "covers this failure"},
		{"open, began after", fakePage{active: openNow, orgs: cloud("High disruptions")}, 3 * time.Hour, unknown, "began after this failure and does not explain it; wait"},
		{"open, began a moment after", fakePage{active: openNow}, 2*time.Hour + 10*time.Minute, unknown, "may or may not cover this failure"},
		{"open, failure without a time", fakePage{active: openNow}, -1, unknown, "does not say when this failed"},
		{"open, no other file", fakePage{orgs: "503", active: openNow, history: "503", feed: "503"}, time.Hour, problem, "covers this failure"},
		{"open in the feed only", fakePage{feed: item("Messages are delayed", "{rss-2h}")}, time.Hour, problem, "“Messages are delayed”, about since"},
		{"open in the feed, nothing else to be had", fakePage{orgs: "404", active: "404", history: "404", feed: item("High disruptions", "{rss-2h}")}, time.Hour, problem, "covers"},
		{"in the feed without a date", fakePage{feed: item("Messages are delayed", "yesterday")}, time.Hour, unknown, "may or may not"},
		{"resolved in the feed", fakePage{feed: item("Resolved: messages are delayed", "{rss-2h}")}, 3 * time.Hour, unknown, "may or may not"},
		{"not resolved in the feed", fakePage{feed: item("Not resolved: messages are delayed", "{rss-2h}")}, time.Hour, problem, "still open"},
		{"resolved an hour ago", fakePage{history: wasOpen}, 0, problem, "it is over, so sending again is sensible now"},
		{"resolved, still in the list of open ones", fakePage{active: wasOpen}, 0, problem, "it is over"},
		{"no known issues any more, still in the list of open ones", fakePage{active: calm}, 0, problem, "it is over"},
		{"listed without ever having been anything", fakePage{active: `[{"id":1,"service_id":11,"status":"No known issues","time":"{-5h}","posts":[{"status":"No known issues","time":"{-1h}"}]}]`}, 0, unknown, "how bad it is cannot be read"},
		{"resolved, in both lists", fakePage{active: wasOpen, history: wasOpen}, 0, problem, "it is over"},
		{"open in one list, past in the other", fakePage{active: openNow, history: openNow}, time.Hour, unknown, "may or may not"},
		{"resolved, another is open", fakePage{history: wasOpen, active: openNow}, 4 * time.Hour, problem, "another is open now"},
		{"resolved, only in its posts", fakePage{active: `[{"id":1,"time":"{-5h}","posts":[{"status":"Resolved","description":"Fixed","time":"{-1h}"}]}]`}, 0, problem, "it is over"},
		{"resolved before the failure", fakePage{history: wasOpen}, 20 * time.Minute, ok, "reports nothing"},
		{"resolved just before the failure", fakePage{history: wasOpen}, 45 * time.Minute, unknown, "may or may not"},
		{"past, never called resolved", fakePage{history: strings.ReplaceAll(wasOpen, `"Resolved"`, `"Major disruptions"`)}, 30 * time.Minute, unknown, "may or may not"},
		{"times without a zone", fakePage{active: strings.ReplaceAll(openNow, "{-2h}", "2026-11-22 10:00:00")}, time.Hour, unknown, "may or may not"},
		{"an unknown word, covering", fakePage{active: strings.ReplaceAll(openNow, "High disruptions", "Investigating")}, time.Hour, unknown, "how bad it is cannot be read"},
		{"not resolved is no word", fakePage{active: strings.ReplaceAll(openNow, "High disruptions", "Not Resolved")}, time.Hour, unknown, "how bad it is cannot be read"},
		{"an outage without a word", fakePage{active: `[{"service_id":11,"time":"{-2h}"}]`}, time.Hour, unknown, "cannot tell"},
		{"an outage without anything", fakePage{active: `[{}]`}, time.Hour, unknown, "cannot tell"},
		{"its word and its post disagree", fakePage{active: strings.Replace(wasOpen, `"Resolved"`, `"High disruptions"`, 1)}, 0, unknown, "may or may not"},
		{"a service that sends nothing", fakePage{active: strings.Replace(openNow, `"service_id":11`, `"service_id":12`, 1)}, time.Hour, unknown, "no message goes through"},
		{"an unknown service", fakePage{active: strings.Replace(openNow, `"service_id":11`, `"service_id":"x"`, 1)}, time.Hour, problem, "covers"},

		{"a service disrupted, nothing listed, old failure", fakePage{orgs: cloud("Some disruptions")}, 0, unknown, "Some disruptions of Cloud API now, and not since when"},
		{"a service disrupted, nothing listed, new failure", fakePage{orgs: cloud("Major outage")}, 10 * time.Minute, problem, "without saying since when"},
		{"the Graph API disrupted", fakePage{orgs: only(`"Platform Status","status":"No known issues"`, `"Platform Status","status":"Medium disruption"`)}, 0, unknown, "Medium disruption of the Graph API"},
		{"signup disrupted", fakePage{orgs: only(`"Embedded Signup","status":"No known issues"`, `"Embedded Signup","status":"Low disruptions"`)}, 0, unknown, "no message goes through"},
		{"a word nobody knows", fakePage{orgs: cloud("All good!")}, 0, unknown, `"All good!" of Cloud API`},
		{"a service without a word", fakePage{orgs: cloud("")}, 0, unknown, `"" of Cloud API`},
		{"a service word of another kind", fakePage{orgs: only(`"status":"No known issues"`, `"status":{"x":1}`)}, 0, unknown, "another shape"},

		{"everything 404", all("404"), 0, unknown, "list of services: HTTP 404"},
		{"everything 503", all("503"), 0, unknown, "HTTP 503"},
		{"everything a web page", all(html), 0, unknown, "a web page came in its place"},
		{"everything empty", all("empty"), 0, unknown, "an empty answer"},
		{"everything cut", all("cut"), 0, unknown, "was cut before the answer was whole"},
		{"everything null", all("null"), 0, unknown, "another shape"},
		{"everything {}", all("{}"), 0, unknown, "another shape"},
		{"an error in JSON with HTTP 200", all(`{"error":{"message":"An unknown error occurred","code":1}}`), 0, unknown, "another shape"},
		{"no list of services", fakePage{orgs: "404"}, 0, unknown, "the list of services could not be read (list of services: HTTP 404)"},
		{"a truncated list of services", fakePage{orgs: goodOrgs[:len(goodOrgs)/2]}, 0, unknown, "it is not whole"},
		{"no product", fakePage{orgs: `[{"id":"facebook-login","services":[{"name":"Login","status":"No known issues"}]}]`}, 0, unknown, "does not list the WhatsApp Business Platform"},
		{"a product without services", fakePage{orgs: `[{"id":"whatsapp-business-api","services":[]}]`}, 0, unknown, "lists no service"},
		{"an empty list of products", fakePage{orgs: `[]`}, 0, unknown, "does not list"},
		{"no list of outages at all", fakePage{active: "404", feed: html}, 0, unknown, "no list of outages could be read"},
		{"truncated lists of outages", fakePage{active: openNow[:60], feed: goodFeed[:120]}, 0, unknown, "no list of outages could be read"},
		{"another product's feed, no list", fakePage{active: "empty", feed: strings.NewReplacer("WhatsApp Business Platform", "Facebook Login", "whatsapp-business-api", "facebook-login").Replace(goodFeed)}, 0, unknown, "the feed of another product"},
		{"a feed with entities, no list", fakePage{active: "404", feed: strings.Replace(goodFeed, "<rss", `<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss`, 1)}, 0, unknown, "it declares types"},
		{"a feed without a channel, no list", fakePage{active: "404", feed: `<rss version="2.0"></rss>`}, 0, unknown, "it is not a feed"},
		{"an Atom feed, no list", fakePage{active: "404", feed: `<feed><title>WhatsApp</title></feed>`}, 0, unknown, "it is not a feed"},
		{"a feed nested without end, no list", fakePage{active: "404", feed: "<rss><channel>" + strings.Repeat("<a>", 5000)}, 0, unknown, "no list of outages"},
		{"past outages unknown", fakePage{history: "404"}, 0, unknown, "the list of past outages could not be read"},
		{"past outages truncated", fakePage{history: wasOpen[:80]}, 0, unknown, "the list of past outages could not be read"},
		{"failed ten days ago", fakePage{}, 240 * time.Hour, unknown, "shows the last seven days"},
		{"failed at an unknown time", fakePage{}, -1, unknown, "does not say when this failed"},
		{"fails tomorrow", fakePage{}, -24 * time.Hour, unknown, "does not say when this failed"},
		{"announced for tomorrow", fakePage{active: strings.ReplaceAll(openNow, "-2h", "+24h")}, 0, unknown, "lies in the future"},
		{"dated tomorrow in the past", fakePage{history: strings.NewReplacer("-5h", "+20h", "-1h", "+24h").Replace(wasOpen)}, 0, unknown, "lies in the future"},
		{"a copy of yesterday", fakePage{date: -26 * time.Hour}, 30 * time.Hour, unknown, "an old copy, or the clock is wrong"},
		{"a clock a day behind", fakePage{date: 26 * time.Hour}, 3 * time.Hour, unknown, "an old copy, or the clock is wrong"},
		{"broken UTF-8", fakePage{orgs: cloud("No known issues\xff")}, 0, unknown, "not one of its known words"},
		{"the feed says open, the list does not", fakePage{feed: item("Login is down", "{rss-2h}")}, 5 * time.Hour, unknown, "may or may not"},
	}
	if len(tests) < 40 {
		t.Fatalf("%d cases", len(tests))
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now().UTC()
			f := model.Failure{}
			switch {
			case tt.ago == 0:
				f.At = begun.Add(-3 * time.Hour)
			case tt.ago != -1:
				f.At = begun.Add(-tt.ago)
			}
			s := one(f)
			s.Meta = &Meta{Status: tt.page.serve(t, begun)}
			got := run(t, "status-page", s)
			if got.Verdict != tt.want || !strings.Contains(got.Summary, tt.say) {
				t.Errorf("%s %q\nwant %s with %q\n%v", got.Verdict, got.Summary, tt.want, tt.say, got.Facts)
			}
			if got.Verdict == model.Problem != (factOf(got, model.FactOpenNow) != "") {
				t.Errorf("a problem, and only that, says whether it is open: %v", got.Facts)
			}
			if got.Source == "" || got.Took <= 0 || len(got.Raw) > maxRaw+100 {
				t.Errorf("source %q, took %s, %d bytes", got.Source, got.Took, len(got.Raw))
			}
		})
	}
}

func factOf(f model.Finding, name string) string {
	for _, x := range f.Facts {
		if x.Name == name {
			return x.Value
		}
	}
	return ""
}

// What the page says is shown line by line with its file and time, and what is
// over says so.
func TestStatusPageFacts(t *testing.T) {
	begun := time.Now().UTC()
	s := one(model.Failure{At: begun.Add(-3 * time.Hour)})
	s.Meta = &Meta{Status: fakePage{history: wasOpen, feed: "503"}.serve(t, begun)}
	got := run(t, "status-page", s)
	for name, want := range map[string]string{
		"API availability": "Cloud API: No known issues, updated ", "messaging status": "Marketing Messages API: No known issues (list of services, read ",
		"other services": "Embedded Signup", "Graph API": "Platform Status: No known issues", "incident": "“Sending fails” (Cloud API, Major disruptions), ",
		"could not be read": "feed: HTTP 503", model.FactOpenNow: "no", "look at": status.Page,
	} {
		if !strings.Contains(factOf(got, name), want) {
			t.Errorf("%s: %q, want %q", name, factOf(got, name), want)
		}
	}
	if !strings.HasPrefix(got.Raw, "orgs.json: HTTP 200, ") || !strings.Contains(got.Raw, "outage-events-feed-whatsapp-business-api.rss: HTTP 503") || !strings.Contains(got.Raw, "Sending works again") {
		t.Errorf("raw: %s", got.Raw)
	}
	if begun.Sub(got.At).Abs() > time.Minute || !strings.HasPrefix(got.Source, "127.0.0.1:") {
		t.Errorf("at %s from %s", got.At, got.Source)
	}
	s.Meta.Status = fakePage{date: -26 * time.Hour}.serve(t, begun)
	if got := factOf(run(t, "status-page", s), "this machine's clock"); !strings.HasPrefix(got, "26 hours ahead of 127.0.0.1:") && !strings.HasPrefix(got, "25 hours ahead of") {
		t.Errorf("the clock: %q", got)
	}
}

// An outage explains an incident when most of its failures lie in it; the
// newest do not stand for all.
func TestStatusPageIncident(t *testing.T) {
	begun := time.Now().UTC()
	client := fakePage{history: wasOpen}.serve(t, begun) // from 5 hours ago to 1 hour ago
	sample := func(in, out int) (s Subject) {
		for i := range in + out {
			f := model.Failure{At: begun.Add(-2 * time.Hour)}
			if i >= in {
				f.At = begun.Add(-8 * time.Hour)
			}
			s.Newest = append(s.Newest, f)
		}
		s.Incident = model.Incident{ID: 1, Failures: in + out}
		return s
	}
	trend := func(counts ...int) (s Subject) {
		s.Incident = model.Incident{ID: 1, First: begun.Add(-24 * time.Hour), Last: begun, Trend: counts}
		for _, n := range counts {
			s.Incident.Failures += n
		}
		s.Newest = []model.Failure{{At: begun}, {At: begun}}
		return s
	}
	day := func(at, n int) []int { c := make([]int, 24); c[at] = n; return c }
	for _, tt := range []struct {
		name string
		s    Subject
		want model.Verdict
		say  string
	}{
		{"all in it", sample(7, 0), model.Problem, "at the time of all 7 failures"},
		{"most in it", sample(6, 5), model.Problem, "6 of 11 failures"},
		{"half in it", sample(5, 5), model.Unknown, "covers 5 of 10 failures and can explain no more"},
		{"none in it", sample(0, 5), model.OK, "reports nothing for the time of all 5 failures"},
		{"the trend lies in it", trend(day(21, 900)...), model.Problem, "all 900 failures"},
		{"the trend lies before it", trend(day(2, 900)...), model.OK, "all 900 failures"},
		{"the trend touches it", trend(day(18, 900)...), model.Unknown, "may or may not"},
	} {
		tt.s.Meta = &Meta{Status: client}
		if got := run(t, "status-page", tt.s); got.Verdict != tt.want || !strings.Contains(got.Summary, tt.say) {
			t.Errorf("%s: %s %q, want %s with %q", tt.name, got.Verdict, got.Summary, tt.want, tt.say)
		}
	}
}

// The feed's name has changed before: the list of products tells the new one, and
// a name that is no name of a feed is not asked for.
func TestStatusPageFeedMoved(t *testing.T) {
	begun := time.Now().UTC()
	for name, found := range map[string]bool{"outage-events-feed-new.rss": true, "../../v25.0/me.rss": false, "https://example.com/x.rss": false} {
		var asked []string
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/data/orgs.json":
				fmt.Fprint(w, strings.Replace(at(begun, goodOrgs), "outage-events-feed-whatsapp-business-api.rss", name, 1))
			case "/outage-events-feed-new.rss":
				fmt.Fprint(w, goodFeed)
			case "/data/outages/whatsapp-business-api.history.json":
				fmt.Fprint(w, "[]")
			case "/data/outages/whatsapp-business-api.json", "/outage-events-feed-whatsapp-business-api.rss":
				w.WriteHeader(http.StatusNotFound)
			default:
				asked = append(asked, r.URL.Path)
			}
		}))
		t.Cleanup(srv.Close)
		c, err := status.New(status.Options{URL: srv.URL})
		if err != nil {
			t.Fatal(err)
		}
		s := one(model.Failure{At: begun.Add(-3 * time.Hour)})
		s.Meta = &Meta{Status: c}
		if got := run(t, "status-page", s); (got.Verdict == model.OK) != found || len(asked) > 0 {
			t.Errorf("%s: %s %q, asked for %v", name, got.Verdict, got.Summary, asked)
		}
	}
}

// A page that never answers costs five seconds, is unknown, and leaves the other
// checks alone. One that is not asked is skipped.
func TestStatusPageSilent(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c, err := status.New(status.Options{URL: "http://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	s := one(model.Failure{At: now, Kind: "template", RecipientRaw: "15550100123"})
	s.Now, s.Meta = now, &Meta{Status: c}
	begun := time.Now()
	var first time.Duration
	got := map[string]model.Finding{}
	Run(context.Background(), s, []string{"status-page", "window", "recipient"}, func(f model.Finding) {
		if first == 0 {
			first = time.Since(begun)
		}
		got[f.Check] = f
	})
	if f := got["status-page"]; f.Verdict != model.Unknown || f.Summary != "could not tell: no answer from "+c.Host()+" within 5 s" {
		t.Errorf("%s %q", f.Verdict, f.Summary)
	}
	if took := time.Since(begun); first > 3*time.Second || took < 4*time.Second {
		t.Errorf("the first finding came after %s, all after %s", first, took)
	}
	if got["window"].Verdict != model.OK || got["recipient"].Verdict != model.OK {
		t.Errorf("%v", got)
	}
	s.Meta = &Meta{}
	if f := run(t, "status-page", s); f.Verdict != model.Skipped || f.Summary != "skipped: offline" {
		t.Errorf("%s %q", f.Verdict, f.Summary)
	}
}
