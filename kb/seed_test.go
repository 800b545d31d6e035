package kb

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// The rows of the two seed articles, one subtest each: what a sentence of the
// seed says is served, in the right place.

func article(t *testing.T, id string) *Article {
	t.Helper()
	a := For(Facts{Code: model.Code(id)}).Article
	if a.ID != id || a.Generated {
		t.Fatalf("there is no article %s", id)
	}
	return &a
}

// says insists that text has every one of the words, whatever its case.
func says(t *testing.T, where, text string, words ...string) {
	t.Helper()
	folded := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, w := range words {
		if !strings.Contains(folded, strings.ToLower(w)) {
			t.Errorf("%s does not say %q:\n%s", where, w, text)
		}
	}
}

func step(t *testing.T, a *Article, id string) Step {
	t.Helper()
	s, ok := a.Step(id)
	if !ok {
		t.Fatalf("article %s has no step %s", a.ID, id)
	}
	return s
}

func reply(t *testing.T, a *Article, key string) string {
	t.Helper()
	for _, r := range a.Replies {
		if r.Key == key {
			return r.Text
		}
	}
	t.Fatalf("article %s has no reply %s", a.ID, key)
	return ""
}

func conflict(t *testing.T, a *Article, id string) Conflict {
	t.Helper()
	for _, c := range a.Conflicts {
		if c.ID == id {
			return c
		}
	}
	t.Fatalf("article %s has no conflict %s", a.ID, id)
	return Conflict{}
}

func TestSeed131016(t *testing.T) {
	a := article(t, "131016")
	meaning, why := a.Section("meaning").Body, a.Section("why").Body
	affected, duration := a.Section("affected").Body, a.Section("duration").Body
	page, keys := a.Section("status-page").Body, a.Section("key-facts").Body
	status, wait, stop := step(t, a, "1"), step(t, a, "2"), step(t, a, "3")
	for id, check := range map[string]func(t *testing.T){
		"S1-01": func(t *testing.T) {
			if !slices.Equal(a.HTTP, []int{503}) || !slices.Contains(a.Codes, "133004") || a.Title != "Service unavailable" {
				t.Errorf("codes %v, http %v, title %q", a.Codes, a.HTTP, a.Title)
			}
			two := article(t, "2") // another article, the same advice
			if two.Verdict != a.Verdict || !slices.Equal(two.Steps[0].Checks, status.Checks) || two.Related[0].Code != "131016" {
				t.Errorf("article 2 says %q and begins with %v", two.Verdict, two.Steps[0].Checks)
			}
		},
		"S1-02": func(t *testing.T) {
			says(t, "verdict", a.Verdict, "WAIT", "Meta side")
			says(t, "lead", a.Section("lead").Body, "temporary", "WhatsApp's side", "not a problem of your account", "set-up")
			says(t, "reply", reply(t, a, "what-happened"), "don't worry", "WhatsApp's side", "account and settings are fine")
		},
		"S1-03": func(t *testing.T) {
			if len(a.Texts) != 4 {
				t.Errorf("texts %q: want the four quoted ones", a.Texts)
			}
			says(t, "quoted", a.Section("quoted").Body, "131016 – Service unavailable", "A service is temporarily unavailable.", "503 – Service Unavailable", "Server is temporarily unavailable or overloaded.")
		},
		"S1-04": func(t *testing.T) {
			if meaning == "" || why == "" || len(a.Steps) == 0 {
				t.Error("want meaning, why and what to do")
			}
		},
		"S1-05": func(t *testing.T) {
			says(t, "meaning", meaning, "given by Meta's WhatsApp Business Platform itself", "down", "overloaded", "maintenance", "trouble inside", "reason counts as unknown")
		},
		"S1-06": func(t *testing.T) {
			says(t, "meaning", meaning, "servers cannot work on requests just now")
			says(t, "summary", a.Summary, "cannot take requests for the moment")
		},
		"S1-07": func(t *testing.T) { says(t, "affected", affected, "template messages") },
		"S1-08": func(t *testing.T) { says(t, "affected", affected, "session messages") },
		"S1-09": func(t *testing.T) { says(t, "affected", affected, "automations and bots") },
		"S1-10": func(t *testing.T) { says(t, "affected", affected, "through the API", "only one kind fails") },
		"S1-11": func(t *testing.T) { says(t, "why", why, "API is down for a time") },
		"S1-12": func(t *testing.T) { says(t, "why", why, "heavy load") },
		"S1-13": func(t *testing.T) { says(t, "why", why, "maintenance") },
		"S1-14": func(t *testing.T) { says(t, "why", why, "outage in a region, or everywhere", "country") },
		"S1-15": func(t *testing.T) {
			says(t, "duration", duration, "temporary and not permanent", "goes away without help")
		},
		"S1-16": func(t *testing.T) {
			says(t, "step 2", wait.Body, "few minutes", "couple of hours")
			if a.Expect != 2*time.Hour {
				t.Errorf("expected to last %v, want two hours", a.Expect)
			}
			says(t, "duration", duration, "two hours", "longer", "escalating")
		},
		"S1-17": func(t *testing.T) { says(t, "step 2", wait.Body, "later then works without any change") },
		"S1-18": func(t *testing.T) {
			says(t, "step 1", status.Body, "Before anything else", "status page")
			if !slices.Equal(status.Checks, []string{"status-page", "log-outage"}) || a.Steps[0].ID != "1" {
				t.Errorf("step 1 checks %v, want the status page, and what the log shows of an outage", status.Checks)
			}
		},
		"S1-19": func(t *testing.T) { says(t, "status page", page, "API availability") },
		"S1-20": func(t *testing.T) { says(t, "status page", page, "Messaging status") },
		"S1-21": func(t *testing.T) { says(t, "status page", page, "Incidents and maintenance") },
		"S1-22": func(t *testing.T) {
			says(t, "step 1", status.Body, "all there is to do is to wait", "everything else is locked")
			if status.OutageLocks || !wait.OutageLocks || !stop.OutageLocks {
				t.Error("want every step but the first locked by an outage")
			}
		},
		"S1-23": func(t *testing.T) { says(t, "step 3", stop.Body, "while the service is down does not cure anything") },
		"S1-24": func(t *testing.T) { says(t, "step 3", stop.Body, "fill the logs with needless failures") },
		"S1-25": func(t *testing.T) { says(t, "step 3", stop.Body, "Pause", "stable again") },
		"S1-26": func(t *testing.T) { says(t, "key facts", keys, "131016 and 503", "come from WhatsApp", "Meta") },
		"S1-27": func(t *testing.T) { says(t, "key facts", keys, "unavailable for a time") },
		"S1-28": func(t *testing.T) {
			says(t, "key facts", keys, "Nothing has to be changed on your side")
			account := []string{"token", "health", "account", "phone-number", "number-in-account", "webhook", "template", "recipient"}
			eachStep(a.Steps, func(s Step) {
				for _, c := range s.Checks {
					if slices.Contains(account, c) {
						t.Errorf("step %s looks at the account (%s)", s.ID, c)
					}
				}
			})
			if len(a.Steps) != 3 {
				t.Errorf("%d steps, want three", len(a.Steps))
			}
		},
		"S1-29": func(t *testing.T) {
			says(t, "key facts", keys, "Always look at the status page")
			if status.Open != "https://metastatus.com/whatsapp-business-api" {
				t.Errorf("step 1 opens %q", status.Open)
			}
		},
		"S1-30": func(t *testing.T) { says(t, "key facts", keys, "Retry when the services are back") },
		"K1": func(t *testing.T) {
			c := conflict(t, a, "K1")
			says(t, "K1", c.Article, "waiting and retrying its step 1", "status page before doing anything")
			says(t, "K1", c.We, "status page comes first")
			if status.ID != a.Steps[0].ID || wait.ID != a.Steps[1].ID || !strings.HasPrefix(wait.Title, "Wait") {
				t.Error("want the status page first and the wait second")
			}
		},
		"K10": func(t *testing.T) {
			says(t, "K10", conflict(t, a, "K10").We, "Meta reports nothing", "never 'no outage'")
			says(t, "step 1", status.Body, "no proof", "Meta reports nothing")
		},
		"source": func(t *testing.T) {
			if a.Sources[0].URL != "https://learn.doubletick.io/troubleshoot-errors/whatsapp-api-error-131016-503-service-unavailable" {
				t.Errorf("the first source is %s", a.Sources[0].URL)
			}
		},
	} {
		t.Run(id, check)
	}
}

func TestSeed131000(t *testing.T) {
	a := article(t, "131000")
	faq := a.Section("questions").Body
	cause := func(t *testing.T, key string) string {
		c, ok := a.Cause(key)
		if !ok {
			t.Fatalf("no cause %s", key)
		}
		return c.Title + "\n" + c.Body
	}
	body := func(t *testing.T, id string) string { return step(t, a, id).Title + "\n" + step(t, a, id).Body }
	prevent := func(t *testing.T, n int, words ...string) {
		if len(a.Prevent) != 6 {
			t.Fatalf("%d ways to prevent it, want six", len(a.Prevent))
		}
		says(t, "prevention", a.Prevent[n-1].Title+"\n"+a.Prevent[n-1].Body, words...)
	}
	related := func(t *testing.T, n int, code string, words ...string) {
		r := a.Related[n-1]
		if len(a.Related) != 5 || string(r.Code) != code {
			t.Fatalf("related code %d of %d is %s, want %s", n, len(a.Related), r.Code, code)
		}
		says(t, "related "+code, r.Why, words...)
		if to := For(Facts{Code: model.Code(code)}).Article; to.ID != code {
			t.Errorf("related code %s does not lead to its page", code)
		}
	}
	ask := func(t *testing.T, n int, key string, words ...string) {
		if len(a.Asks) != 5 || a.Asks[n-1].Key != key {
			t.Fatalf("asks are %+v, want P1 to P5", a.Asks)
		}
		says(t, key, a.Asks[n-1].Text, words...)
	}
	for id, check := range map[string]func(t *testing.T){
		"S2-01": func(t *testing.T) {
			if a.Modified != "2026-05-13" || a.Checked == "" || a.Sources[0].Date != "2026-05-13" ||
				a.Sources[0].URL != "https://help.gohighlevel.com/support/solutions/articles/155000007939-error-131000-something-went-wrong" {
				t.Errorf("modified %q, checked %q, source %+v", a.Modified, a.Checked, a.Sources[0])
			}
		},
		"S2-02": func(t *testing.T) {
			for _, key := range []string{"meaning", "why", "diagnosis"} {
				if a.Section(key).Body == "" {
					t.Errorf("no section %s", key)
				}
			}
			if len(a.Causes) != 8 || len(a.Steps) != 8 {
				t.Errorf("%d causes and %d steps, want eight of each", len(a.Causes), len(a.Steps))
			}
		},
		"S2-03": func(t *testing.T) {
			says(t, "meaning", a.Section("meaning").Body, "Something went wrong", "HTTP 500", "internal server error", "unknown or not stated", "Meta's side", "set-up", "access token", "template", "request")
			says(t, "verdict", a.Verdict, "unknown until checked")
			says(t, "lead", a.Section("lead").Body, "catch-all", "no cause may be taken for certain")
		},
		"S2-04": func(t *testing.T) {
			says(t, "example", a.Section("example").Body, `"errors": [`, `"code": 131000`, `"title": "Something went wrong"`, "Message failed to send due to an unknown error.", "webhook errors have none")
		},
		"S2-05": func(t *testing.T) {
			says(t, "meaning", a.Section("meaning").Body, "One message stands for all of them", "no better reason", "several areas have to be looked at one by one")
		},
		"S2-06": func(t *testing.T) {
			says(t, "why", a.Section("why").Body, "signature of a business public key", "GraphQL request failed", "its endpoint answered with an error", "temporary outage", "set up wrongly in the account", "Meta's error codes page", "for one case only")
		},
		"S2-C1": func(t *testing.T) {
			says(t, "cause", cause(t, "outage"), "transient", "down", "slow", "maintenance", "every message", "whatever the account's settings", "first")
		},
		"S2-C2": func(t *testing.T) {
			says(t, "cause", cause(t, "token"), "expired", "revoked", "lack a permission", "whatsapp_business_management", "whatsapp_business_messaging", "the article says")
		},
		"S2-C3": func(t *testing.T) {
			says(t, "cause", cause(t, "account"), "restricted", "flagged", "limited", "policy", "quality rating is low", "review is pending")
		},
		"S2-C4": func(t *testing.T) {
			says(t, "cause", cause(t, "template"), "In Review", "Rejected", "Paused", "Disabled", "a name or a language code that differs")
		},
		"S2-C5": func(t *testing.T) {
			says(t, "cause", cause(t, "window"), "24 hours", "only an approved template", "131047", "no public case")
		},
		"S2-C6": func(t *testing.T) {
			says(t, "cause", cause(t, "recipient"), "country code", "spaces", "special characters", "in place of a validation error")
		},
		"S2-C7": func(t *testing.T) {
			says(t, "cause", cause(t, "public-key"), "signature", "public key", "GraphQL endpoint failed", "answered with an error", "Meta's own infrastructure", "unlikely unless")
		},
		"S2-C8": func(t *testing.T) {
			says(t, "cause", cause(t, "app"), "webhook", "system user token that is out of date", "phone number ID that does not belong to the app")
		},
		"S2-C order": func(t *testing.T) {
			var keys []string
			for _, c := range a.Causes {
				keys = append(keys, c.Key)
			}
			if got := strings.Join(keys, " "); got != "outage token account template window recipient public-key app" {
				t.Errorf("causes are %s", got)
			}
		},
		"S2-S1a": func(t *testing.T) {
			s := step(t, a, "1")
			says(t, "step 1", body(t, "1"), "https://metastatus.com/whatsapp-business-api", "down or degraded")
			if s.Open != "https://metastatus.com/whatsapp-business-api" || !slices.Contains(s.Checks, "status-page") {
				t.Errorf("step 1 opens %q and checks %v", s.Open, s.Checks)
			}
		},
		"S2-S1b": func(t *testing.T) {
			says(t, "step 1", body(t, "1"), "incident is open, wait until Meta has solved it, and only then retry")
		},
		"S2-S1c": func(t *testing.T) {
			says(t, "step 1", body(t, "1"), "Leave the account's settings alone", "goes away by itself", "Steps 3 to 8 are locked")
			for i, s := range a.Steps {
				if s.OutageLocks != (i >= 2) {
					t.Errorf("step %s: locked by an outage: %v", s.ID, s.OutageLocks)
				}
				for _, sub := range s.Sub {
					if !sub.OutageLocks {
						t.Errorf("step %s is not locked by an outage", sub.ID)
					}
				}
			}
		},
		"S2-S2a": func(t *testing.T) { says(t, "step 2", body(t, "2"), "no outage reported", "wait a few minutes") },
		"S2-S2b": func(t *testing.T) {
			says(t, "step 2", body(t, "2"), "once, or now and then, a simple retry is often enough")
			if s := step(t, a, "2"); !slices.Equal(s.Checks, []string{"retry"}) {
				t.Errorf("step 2 checks %v", s.Checks)
			}
		},
		"S2-S2c": func(t *testing.T) { says(t, "step 2", body(t, "2"), "keeps coming, go on to the next steps") },
		"S2-S3a": func(t *testing.T) {
			s := step(t, a, "3")
			if s.Open != "https://developers.facebook.com/tools/debug/accesstoken" || !slices.Contains(s.Checks, "token") {
				t.Errorf("step 3 opens %q and checks %v", s.Open, s.Checks)
			}
			says(t, "step 3", s.Body, "token debugger", "never put it into a link")
		},
		"S2-S3b": func(t *testing.T) { says(t, "step 3", body(t, "3"), "valid and has not expired") },
		"S2-S3c": func(t *testing.T) {
			says(t, "step 3", body(t, "3"), "both permissions", "whatsapp_business_management", "whatsapp_business_messaging")
		},
		"S2-S3d": func(t *testing.T) {
			says(t, "step 3", body(t, "3"), "permanent token of a system user", "short-lived", "ends after hours")
		},
		"S2-S3e": func(t *testing.T) {
			says(t, "step 3", body(t, "3"), "new permanent token", "developer dashboard", "into the CRM")
		},
		"S2-S4a": func(t *testing.T) {
			says(t, "step 4", body(t, "4"), "Business Suite", "account reads Active", "Restricted, Flagged and Disabled are wrong")
		},
		"S2-S4b": func(t *testing.T) { says(t, "step 4", body(t, "4"), "phone number reads Connected") },
		"S2-S4c": func(t *testing.T) { says(t, "step 4", body(t, "4"), "quality rating better than Red") },
		"S2-S4d": func(t *testing.T) {
			says(t, "step 4", body(t, "4"), "notification of a policy violation", "no action is pending", "by hand")
		},
		"S2-S5a": func(t *testing.T) {
			says(t, "step 5", body(t, "5"), "Message Templates", "It reads Active", "In Review, Rejected, Paused and Disabled are wrong", "APPROVED", "PENDING")
		},
		"S2-S5b": func(t *testing.T) {
			says(t, "step 5", body(t, "5"), "name in the request matches", "exactly", "Upper and lower case count")
		},
		"S2-S5c": func(t *testing.T) {
			says(t, "step 5", body(t, "5"), "must match the approved language exactly", "`en_US` is not `en`")
		},
		"S2-S6a": func(t *testing.T) {
			says(t, "step 6", body(t, "6"), "country code", "no spaces, hyphens or special characters")
		},
		"S2-S6b": func(t *testing.T) { says(t, "step 6", body(t, "6"), "15551234567", "+1 (555) 123-4567") },
		"S2-S6c": func(t *testing.T) {
			says(t, "step 6.1", body(t, "6.1"), "test with another number that is known to work", "on WhatsApp")
			if s := step(t, a, "6.1"); !slices.Equal(s.Checks, []string{"other-numbers"}) {
				t.Errorf("step 6.1 checks %v: no API sends the test, and only the log can have made it", s.Checks)
			}
		},
		"S2-S7.1": func(t *testing.T) { says(t, "step 7.1", body(t, "7.1"), "new app", "developers.facebook.com") },
		"S2-S7.2": func(t *testing.T) { says(t, "step 7.2", body(t, "7.2"), "phone numbers and templates") },
		"S2-S7.3": func(t *testing.T) { says(t, "step 7.3", body(t, "7.3"), "permanent token") },
		"S2-S7.4": func(t *testing.T) { says(t, "step 7.4", body(t, "7.4"), "webhook") },
		"S2-S7.5": func(t *testing.T) { says(t, "step 7.5", body(t, "7.5"), "CRM", "new token", "settings", "test") },
		"S2-S7w": func(t *testing.T) {
			s := step(t, a, "7")
			says(t, "step 7", s.Body, "Community claim, not Meta's advice", "many users", "most cases", "settings or in the app itself that a new token cannot", "reaches far", "steps 1 to 6 are settled")
			if !slices.Equal(s.Needs, []string{"1", "2", "3", "4", "5", "6"}) || len(s.Undo) == 0 || len(s.Sub) != 5 || !s.Hand {
				t.Errorf("step 7 needs %v, undoes %d, has %d parts", s.Needs, len(s.Undo), len(s.Sub))
			}
			says(t, "undo", strings.Join(s.Undo, "\n"), "webhook", "token", "numbers and templates", "CRM")
		},
		"S2-S8": func(t *testing.T) {
			says(t, "step 8", body(t, "8"), "request payload", "full error response", "fbtrace_id", "how often", "templates, numbers or recipients", "steps that are done", "to Meta")
		},
		"S2-P1":  func(t *testing.T) { ask(t, 1, "P1", "exact API request payload") },
		"S2-P2":  func(t *testing.T) { ask(t, 2, "P2", "complete error response", "fbtrace_id") },
		"S2-P3":  func(t *testing.T) { ask(t, 3, "P3", "first seen", "how often") },
		"S2-P4":  func(t *testing.T) { ask(t, 4, "P4", "templates", "numbers", "recipients") },
		"S2-P5":  func(t *testing.T) { ask(t, 5, "P5", "steps have been done") },
		"S2-PV1": func(t *testing.T) { prevent(t, 1, "permanent token", "system user", "Short-lived", "authorization") },
		"S2-PV2": func(t *testing.T) {
			prevent(t, 2, "health of the WABA", "account's status", "quality rating", "policy notifications", "before it stops messages")
		},
		"S2-PV3": func(t *testing.T) { prevent(t, 3, "approved templates", "24-hour", "Free text can fail") },
		"S2-PV4": func(t *testing.T) { prevent(t, 4, "transient", "exponential backoff", "Do not hammer") },
		"S2-PV5": func(t *testing.T) { prevent(t, 5, "correct international format", "before it goes to the API") },
		"S2-PV6": func(t *testing.T) { prevent(t, 6, "notifications", "metastatus.com", "hear of an outage at once") },
		"S2-R1":  func(t *testing.T) { related(t, 1, "131005", "never given, or was taken away", "access token") },
		"S2-R2": func(t *testing.T) {
			related(t, 2, "131031", "restricted or disabled", "platform policy", "two-step PIN")
		},
		"S2-R3": func(t *testing.T) {
			related(t, 3, "131047", "over 24 hours", "template", "free text will be refused again")
		},
		"S2-R4": func(t *testing.T) { related(t, 4, "132001", "in that language", "not approved yet") },
		"S2-R5": func(t *testing.T) { related(t, 5, "1", "fault", "status page", "request's format") },
		"S2-Q1": func(t *testing.T) {
			says(t, "questions", faq, "temporary fault or a short outage at Meta", "see that the token has not expired, then that the WABA", "Changes in Meta's own infrastructure")
			says(t, "reply", reply(t, a, "sudden"), "WhatsApp's side", "checking that first")
		},
		"S2-Q2": func(t *testing.T) {
			says(t, "questions", faq, "never in a tight loop", "30 to 60 seconds", "each later wait longer", "After several failed retries, look into the causes")
			says(t, "reply", reply(t, a, "retry"), "wait a minute or two", "many times in a row")
		},
		"S2-Q3": func(t *testing.T) {
			says(t, "questions", faq, "before its delivery is not billed")
			says(t, "reply", reply(t, a, "charged"), "No.", "2026", "provider may have fees")
		},
		"S2-Q4": func(t *testing.T) {
			says(t, "questions", faq, "not on WhatsApp", "24-hour window is over", "written wrongly", "Send a template to the same number", "another recipient who is known to work")
			says(t, "reply", reply(t, a, "one-recipient"), "country code", "template message", "another contact")
		},
		"S2-Q5": func(t *testing.T) {
			says(t, "questions", faq, "generic, unknown error", "no fix that Meta guarantees", "token, WABA and template", "new app with a new token and webhook", "Direct Support ticket", "fbtrace_id")
			if reply(t, a, "no-fix") == "" {
				t.Error("no reply")
			}
		},
		"S2-SUM": func(t *testing.T) {
			var titles []string
			for _, s := range a.Steps {
				titles = append(titles, s.ID+" "+s.Title)
			}
			want := []string{"status page", "retry", "token", "Business Account", "template", "number", "new app", "support"}
			for i, w := range want {
				says(t, "step", titles[i], w)
			}
			summary, at := strings.ToLower(a.Section("summary").Body), 0
			for _, w := range []string{"http 500", "status page", "retry", "token", "waba", "template", "number", "new app", "support", "fbtrace_id"} {
				i := strings.Index(summary[at:], w)
				if i < 0 {
					t.Fatalf("the summary does not have %q where it belongs: %s", w, summary)
				}
				at += i
			}
		},
		"K2": func(t *testing.T) {
			c := conflict(t, a, "K2")
			says(t, "K2", c.Article, "few minutes", "30 to 60 seconds")
			says(t, "K2", c.We, "60 seconds before the first retry", "never under 30", "double")
		},
		"K3": func(t *testing.T) {
			says(t, "K3", conflict(t, a, "K3").Meta, "WhatsApp Flows with an endpoint", "public key is being set")
		},
		"K4": func(t *testing.T) {
			says(t, "K4", conflict(t, a, "K4").Meta, "direct answer carries an fbtrace_id", "webhook has none")
			says(t, "K4", conflict(t, a, "K4").We, "wamid and the time")
		},
		"K5": func(t *testing.T) {
			says(t, "K5", conflict(t, a, "K5").Meta, "delivered message")
			if strings.Contains(reply(t, a, "charged"), "conversation") || strings.Contains(a.Section("questions").Body, "conversation") {
				t.Error("the answer on charges speaks of conversations")
			}
		},
		"K6": func(t *testing.T) {
			says(t, "K6", conflict(t, a, "K6").We, "customer of a BSP writes to the BSP", "Direct Support")
		},
		"K7": func(t *testing.T) {
			says(t, "K7", conflict(t, a, "K7").Meta, "APPROVED, PENDING, REJECTED, PAUSED, DISABLED")
			says(t, "K7", conflict(t, a, "K7").We, "Active is APPROVED", "In Review is PENDING")
		},
		"K8": func(t *testing.T) {
			says(t, "K8", conflict(t, a, "K8").We, "counts as delivered", "left out of every retry")
		},
		"K9": func(t *testing.T) {
			says(t, "K9", conflict(t, a, "K9").Meta, "no such advice")
			says(t, "K9", conflict(t, a, "K9").We, "community's claim", "never offered while the account has a restriction")
		},
		"K10": func(t *testing.T) {
			says(t, "K10", conflict(t, a, "K10").We, "Meta reports nothing", "never 'no outage'")
		},
	} {
		t.Run(id, check)
	}
}

// N12: all ten points on which the sources differ can be read in an article.
func TestConflicts(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range load().articles {
		for _, c := range a.Conflicts {
			seen[c.ID] = true
		}
	}
	for _, id := range []string{"K1", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9", "K10"} {
		if !seen[id] {
			t.Errorf("%s is in no article", id)
		}
	}
}
