package cli

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"unsent/safe"
)

// fiction are the ranges that regulators keep free, the CRM's odd one, and our
// own invented senders.
var fiction = regexp.MustCompile(`^(1\d{3}55501\d\d|447700900\d{3}|3363998\d{4}|05550142)$`)

// Nothing in the demo can be anybody's: each number is one that is kept free for
// fiction, and each wamid holds its recipient's.
func TestDemoIsInvented(t *testing.T) {
	d := newDemo(testNow)
	if n := len(d.sends); n < 4000 || n > 8000 {
		t.Errorf("%d sends; a demo of that size is not quick, or tells no share", n)
	}
	failed := 0
	for _, s := range d.sends {
		if !fiction.MatchString(s.to) || !fiction.MatchString(sender(s.waba, s.phone)) {
			t.Fatalf("%s or %s may be somebody's number", s.to, sender(s.waba, s.phone))
		}
		if s.wamid != "" {
			if got, ok := safe.WAMIDNumber(s.wamid); !ok || got != s.to {
				t.Fatalf("%s holds %q, not %s", s.wamid, got, s.to)
			}
		}
		if s.code != 0 {
			failed++
		}
		if (s.code != 0 && !s.hook) != (s.trace != "") || (s.trace != "") != (s.wamid == "") {
			t.Fatalf("a refused send has a trace and no wamid, any other a wamid and no trace: %+v", s)
		}
		if s.at.After(testNow) || testNow.Sub(s.at) > 24*time.Hour {
			t.Fatalf("%v is not lately", s.at)
		}
	}
	if failed < 1900 || failed > 2300 {
		t.Errorf("%d failures, want about 2,000", failed)
	}
	for _, f := range demoFiles(testNow) {
		if safe.HasSecret(string(f.text)) {
			t.Errorf("%s looks as if it held a secret", f.name)
		}
	}
}

// The same clock gives the same bytes; another clock moves the story along.
func TestDemoIsDeterministic(t *testing.T) {
	one, two := demoFiles(testNow), demoFiles(testNow.Add(20*time.Second))
	for i := range one {
		if !bytes.Equal(one[i].text, two[i].text) {
			t.Errorf("%s differs within one minute", one[i].name)
		}
	}
	if later := demoFiles(testNow.Add(time.Hour)); bytes.Equal(one[0].text, later[0].text) {
		t.Error("an hour later the times are the same")
	}
}

// The demo tells the five stories.
func TestDemoStories(t *testing.T) {
	d := newDemo(testNow)
	outage := map[int]map[int]bool{131016: {}, 131000: {}}
	for _, s := range d.sends {
		in := func(from, to int) bool {
			ago := testNow.Sub(s.at)
			return ago <= time.Duration(from)*time.Minute && ago >= time.Duration(to)*time.Minute
		}
		switch {
		case s.code == 131016, s.code == 131000 && s.template == "":
			outage[s.code][s.waba] = true
			if !in(outageFrom, outageTo) {
				t.Fatalf("the outage reaches %v", s.at)
			}
		case s.code == 131000:
			if s.template != "order_ready" || s.lang != "en" {
				t.Fatalf("131000 on %s / %s", s.template, s.lang)
			}
		case s.code == 190 && s.waba != tokenWABA, s.code == 0 && s.waba == tokenWABA && in(tokenAgo-1, 0):
			t.Fatalf("the expired token: WABA %d, code %d at %v", s.waba, s.code, s.at)
		case s.code == 0 && s.template == "order_ready" && s.lang == "en" && in(pausedAgo-1, 0):
			t.Fatalf("order_ready / en goes out at %v", s.at)
		case s.code == 131009 && s.to != "05550142":
			t.Fatalf("the malformed number is %s", s.to)
		case s.code == 131047 && (s.kind != "text" || s.at.Sub(s.inbound) < 24*time.Hour):
			t.Fatalf("131047 %v after the customer wrote, %s", s.at.Sub(s.inbound), s.kind)
		}
	}
	if len(outage[131016]) != 9 || len(outage[131000]) != 9 {
		t.Errorf("the outage is seen in %d and %d WABAs, want 9", len(outage[131016]), len(outage[131000]))
	}
	files := demoFiles(testNow)
	if n := strings.Count(string(files[1].text), "\n"); n < 500 || !strings.Contains(string(files[1].text), `"statuses"`) {
		t.Errorf("%d webhooks", n)
	}
	if !strings.Contains(string(files[0].text), "fbtrace_id") {
		t.Error("the CRM's log has no answer of the Graph API")
	}
}
