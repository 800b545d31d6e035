package metasim

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/check"
)

// Each file is whole, speaks of checks that exist, and names nobody's ids twice.
func TestScenarios(t *testing.T) {
	ids := map[string]string{}
	for _, name := range Names() {
		s, err := Find(name)
		if err != nil {
			t.Error(err)
			continue
		}
		for question := range s.Expect {
			if check.Find(question) == nil {
				t.Errorf("%s expects something of %q, which is no check", name, question)
			}
		}
		for _, id := range append([]string{s.WABA}, phoneIDs(s)...) {
			if ids[id] != "" {
				t.Errorf("%s and %s both have %s", name, ids[id], id)
			}
			ids[id] = name
		}
		if !strings.HasPrefix(s.WABA, "3366") || s.Message.To != "05550142" && !strings.HasPrefix(s.Message.To, "121255501") {
			t.Errorf("%s: %s or %s may be somebody's", name, s.WABA, s.Message.To)
		}
	}
}

func phoneIDs(s Scenario) (ids []string) {
	for _, p := range s.Phones {
		ids = append(ids, p.ID)
	}
	return ids
}

// There is a scenario for each cause and each trap that was asked for.
func TestScenariosAsked(t *testing.T) {
	for _, name := range []string{
		"healthy", "outage-open", "outage-resolved", "expired-token", "user-token", "missing-scope", "restricted-waba", "blocked-payment",
		"paused-template", "wrong-language", "number-elsewhere", "webhook-unsubscribed", "rate-limited", "slow", "cut", "html", "error-in-200",
		"unknown-values", "sip-blocked", "no-target-ids", "unseen", "unknown-field", "other-version", "paging", "template-look-alike",
		"flow-blocked", "key-mismatch", "silent", "endless",
	} {
		if !slices.Contains(Names(), name) {
			t.Errorf("there is no scenario %s", name)
		}
	}
}

func TestScenarioIncomplete(t *testing.T) {
	whole, err := os.ReadFile("scenarios/paused-template.toml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parse("whole", whole); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, old, new, want string }{
		{"no title", `title = `, `# title = `, "lacks title"},
		{"no account", `waba = "`, `waba = "x`, "lacks waba"},
		{"no message", "[message]\ncode", "[message]\n#", "lacks message.code"},
		{"no expectation", `template = "problem"` + "\n" + `token = "ok"` + "\n" + `number-in-account = "ok"`, "", "lacks expect"},
		{"a verdict of its own", `token = "ok"`, `token = "fine"`, `"fine" is no verdict`},
		{"a misspelt field", "[[activity]]", "[[activities]]", `nothing is known of "activities`},
		{"a misspelt field inside", "description = ", "descripton = ", "descripton"},
		{"a time that is none", `"-5h5m"`, `"yesterday"`, "yesterday"},
		{"a fault that is none", "[[activity]]", "[[fault]]\non = [\"graph\"]\nhow = \"badly\"\n[[activity]]", "badly"},
		{"a fault on nothing", "[[activity]]", "[[fault]]\non = [\"moon\"]\nhow = \"cut\"\n[[activity]]", "moon"},
		{"an entity that is none", "[[activity]]", "[health.MOON]\ncan_send_message = \"BLOCKED\"\n[[activity]]", "MOON"},
		{"a number that is none", `id = "3366`, `id = "+3366`, "no id"},
		{"an outage without service", "[[activity]]", "[[status_page.outage]]\nstatus = \"Major outage\"\nbegun = \"-1h\"\n[[activity]]", "an outage has"},
		{"not TOML", "[message]", "[message", "reading scenario"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := strings.Replace(string(whole), test.old, test.new, 1)
			if text == string(whole) {
				t.Fatalf("%q is not in the file", test.old)
			}
			if _, err := parse("broken", []byte(text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	if _, err := Find("no-such"); err == nil {
		t.Error("a scenario that does not exist was found")
	}
}

func TestSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{"-90m": -90 * time.Minute, "2d": 48 * time.Hour, "-1d": -24 * time.Hour, "1s": time.Second} {
		if got, err := span(text); err != nil || got != want {
			t.Errorf("span(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "1.5d", "99999999d", "-", "now"} {
		if got, err := span(text); err == nil {
			t.Errorf("span(%q) = %v, want an error", text, got)
		}
	}
}
