package kb

import (
	"strings"
	"testing"

	"unsent/model"
)

func TestFor(t *testing.T) {
	for _, c := range []struct {
		name  string
		facts Facts
		id    string
		rule  string
		why   string // must be part of Why
	}{
		// S1-01: the code or HTTP 503, Meta's code 2 and 133004, and which rule matched.
		{"S1-01 code", Facts{Code: "131016"}, "131016", ByCode, "131016"},
		{"S1-01 http", Facts{HTTP: 503}, "131016", ByHTTP, "HTTP status 503"},
		{"S1-01 133004", Facts{Code: "133004", HTTP: 503}, "131016", ByCode, "article 131016 serves it too"},
		{"S1-01 2", Facts{Code: "2", HTTP: 503}, "2", ByCode, "error code 2"},
		{"S1-01 code before http", Facts{Code: "131000", HTTP: 503}, "131000", ByCode, "131000"},
		{"S1-01 500 alone says nothing", Facts{HTTP: 500}, "unknown", ByNothing, "500"},
		{"S1-01 200", Facts{HTTP: 200}, "unknown", ByNothing, "200"},

		// S1-03: the four quoted texts, for logs with text and no code.
		{"S1-03 first", Facts{Message: "131016 – Service unavailable"}, "131016", ByText, "131016 - service unavailable"},
		{"S1-03 second", Facts{Details: "A service is temporarily unavailable."}, "131016", ByText, "a service is temporarily unavailable"},
		{"S1-03 third", Facts{Title: "503 – Service Unavailable"}, "131016", ByText, "503 - service unavailable"},
		{"S1-03 fourth", Facts{Message: "Server is temporarily unavailable or overloaded."}, "131016", ByText, "overloaded"},
		{"S1-03 another dash", Facts{Message: "131016 — SERVICE   unavailable"}, "131016", ByText, ""},
		{"S1-03 inside a sentence", Facts{Message: "Send failed: A service is temporarily unavailable. (try 2)"}, "131016", ByText, ""},
		{"S1-03 not inside a word", Facts{Message: "the a service is temporarily unavailableness"}, "unknown", ByNothing, ""},
		{"S1-03 not half of it", Facts{Message: "service is unavailable"}, "unknown", ByNothing, ""},

		{"131000 by code", Facts{Code: "131000"}, "131000", ByCode, ""},
		{"131000 by its details", Facts{Details: "Message failed to send due to an unknown error."}, "131000", ByText, "unknown error"},
		{"by a title of one code", Facts{Title: "Rate limit hit"}, "130429", ByText, "130429 only"},
		{"by an old title", Facts{Title: "We were unable to authenticate the app user"}, "0", ByText, "0 only"},
		{"a title only as a whole", Facts{Title: "Oops! Something went wrong, call us"}, "unknown", ByNothing, ""},
		{"a title that two codes have", Facts{Title: "Parameter value is not valid"}, "unknown", ByNothing, ""},
		{"Generic error is not 131000", Facts{Title: "Generic error"}, "unknown", ByNothing, ""},

		{"subcode of an article's code", Facts{Code: "190", Subcode: "463"}, "190", ByCode, "subcode 463 (expired)"},
		{"subcode of the catalogue", Facts{Code: "100", Subcode: "33"}, "100/33", ByCatalogue, "subcode 33"},
		{"subcode that nobody knows", Facts{Code: "100", Subcode: "77"}, "100", ByCatalogue, "error code 100"},
		{"range", Facts{Code: "207"}, "201", ByCatalogue, "201 to 219"},
		{"the code 0 is a code", Facts{Code: "0"}, "0", ByCatalogue, "error code 0"},

		// S2-R5: an unknown code is "not in the knowledge base", never a wrong article.
		{"S2-R5 unknown code", Facts{Code: "999999"}, "unknown", ByNothing, "999999"},
		{"S2-R5 unknown code with 503", Facts{Code: "999999", HTTP: 503}, "unknown", ByNothing, "999999"},
		{"S2-R5 unknown code with a known text", Facts{Code: "999999", Message: "A service is temporarily unavailable."}, "unknown", ByNothing, ""},
		{"S2-R5 nothing at all", Facts{}, "unknown", ByNothing, "neither"},

		// A vendor's number is not Meta's, whatever its digits.
		{"vendor", Facts{Vendor: model.Vendor{System: "twilio", Code: "63016"}}, "unknown", ByNothing, "63016 is a code of twilio"},
		{"vendor with Meta's digits", Facts{Vendor: model.Vendor{System: "gupshup", Code: "131016"}}, "unknown", ByNothing, "not one of Meta's"},
		{"vendor with 503", Facts{Vendor: model.Vendor{System: "exotel", Code: "30005"}, HTTP: 503}, "unknown", ByNothing, ""},
		{"vendor that was translated", Facts{Code: "131047", Vendor: model.Vendor{System: "twilio", Code: "63016"}}, "131047", ByCode, ""},
		{"vendor without a name", Facts{Vendor: model.Vendor{Code: "é"}}, "unknown", ByNothing, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := For(c.facts)
			if m.Article.ID != c.id || m.Rule != c.rule {
				t.Errorf("found %s by %s (%s), want %s by %s", m.Article.ID, m.Rule, m.Why, c.id, c.rule)
			}
			if m.Known != (c.rule != ByNothing) {
				t.Errorf("known is %v at rule %s", m.Known, m.Rule)
			}
			if !strings.Contains(m.Why, c.why) || m.Why == "" || strings.ContainsAny(m.Why, "\n") {
				t.Errorf("why is %q, want one line with %q", m.Why, c.why)
			}
			if !m.Known && (!strings.Contains(m.Why, "not in the knowledge base") || !strings.Contains(m.Article.Section("meaning").Body, "not in the knowledge base")) {
				t.Errorf("an unknown failure does not say so: %q", m.Why)
			}
		})
	}
}

// An HTTP status alone does not say whose server answered, so nothing that is
// shown at once or sent to a customer says that it was Meta's.
func TestStatusOnly(t *testing.T) {
	m := For(Facts{HTTP: 503})
	if want := "matched by HTTP status 503: the log has no error code, and does not say whether Meta's server or another one answered"; m.Why != want {
		t.Errorf("why is %q, want %q", m.Why, want)
	}
	written := For(Facts{Code: "131016"}).Article
	if m.Article.Verdict == written.Verdict || strings.Contains(m.Article.Verdict, "Meta") || !strings.HasPrefix(m.Article.Verdict, "WAIT: ") {
		t.Errorf("verdict %q: want one that waits and does not name Meta", m.Article.Verdict)
	}
	for what, text := range map[string]string{"summary": m.Article.Summary, "lead": m.Article.Section("lead").Body} {
		if !strings.Contains(text, "503") || !strings.Contains(text, "does not say whether Meta's server or another one answered") {
			t.Errorf("the %s does not say that the log leaves it open: %q", what, text)
		}
	}
	for _, r := range m.Article.Replies {
		if strings.Contains(r.Text, "WhatsApp's side") || strings.Contains(r.Text, "WhatsApp could not") || grade(r.Text) > 9 {
			t.Errorf("reply %s blames WhatsApp or is hard to read: %q", r.Key, r.Text)
		}
	}
	if len(m.Article.Replies) == 0 || len(m.Article.Steps) != len(written.Steps) {
		t.Errorf("%d replies and %d steps", len(m.Article.Replies), len(m.Article.Steps))
	}
	if again := For(Facts{Code: "131016"}).Article; strings.Contains(again.Section("lead").Body, "503") || again.Verdict != "WAIT: Meta side" {
		t.Error("the article for the code has changed with it")
	}
}

// A page gives one answer to whether to try again. A verdict that says so above an
// advice that nothing is won by it is no answer, and the customer reads the wrong half.
func TestPageSaysOneThing(t *testing.T) {
	b, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range b.entries {
		a := page(e)
		retry, reply := a.Sections[2].Body, a.Replies[0].Text
		if again := e.Retry != "no" && !e.Fix; again != strings.HasPrefix(retry, "Another try may help") ||
			!again && (strings.HasPrefix(a.Verdict, "RETRY") || strings.HasPrefix(a.Verdict, "WAIT") || strings.Contains(reply, "tried again")) {
			t.Errorf("%s: %s above %q, and to the customer: %s", e.Name(), a.Verdict, retry, reply)
		}
	}
	for _, code := range []model.Code{"131048", "131064", "132015", "133000", "134102", "2388103", "2593107"} {
		if v := For(Facts{Code: code}).Article.Verdict; !strings.HasPrefix(v, "FIX THIS") {
			t.Errorf("%s: %s", code, v)
		}
	}
}

// F29: a code that only the catalogue has gets a page that says what it is made
// from and how old that is.
func TestGenerated(t *testing.T) {
	for _, c := range []struct {
		code    model.Code
		verdict string
		lead    []string
	}{
		{"130429", "RETRY LATER", []string{"made from the error catalogue", "Meta: WhatsApp error codes", "2026-09-11"}},
		{"132015", "FIX THIS: template", []string{"132015"}},
		{"132012", "FIX THIS: template", nil},
		{"131050", "FIX THIS: recipient list", nil},
		{"141000", "ESCALATE", []string{"not on Meta's error codes page", "take it with care"}},
		{"207", "FIX THIS: access", []string{"201 to 219"}},
		{"131030", "FIX THIS: recipient list", []string{"pywa", "take it with care"}},
	} {
		m := For(Facts{Code: c.code})
		if !m.Article.Generated || m.Rule != ByCatalogue || m.Article.Verdict != c.verdict {
			t.Errorf("%s: generated %v by %s, verdict %q, want %q", c.code, m.Article.Generated, m.Rule, m.Article.Verdict, c.verdict)
		}
		for _, want := range append(c.lead, "no article") {
			if lead := m.Article.Section("lead").Body; !strings.Contains(lead, want) {
				t.Errorf("%s: the lead %q does not have %q", c.code, lead, want)
			}
		}
		e, _ := Lookup(c.code, "")
		last := m.Article.Steps[len(m.Article.Steps)-1]
		if !strings.Contains(m.Article.Section("meaning").Body, e.Cause) || last.Body != e.Remedy {
			t.Errorf("%s: the page does not have the catalogue's cause and remedy", c.code)
		}
	}
}

// Every entry of the catalogue is found by its code, as an article or a page.
func TestEveryCodeIsFound(t *testing.T) {
	for _, e := range theBook().entries {
		m := For(Facts{Code: e.Code, Subcode: e.Subcode})
		if !m.Known {
			t.Errorf("%s is not found", e.Name())
		}
	}
	for _, a := range All() {
		for _, c := range a.Codes {
			if m := For(Facts{Code: c}); a.Generated && strings.Contains(a.ID, "/") {
				continue // the page of a subcode
			} else if m.Article.ID != a.ID {
				t.Errorf("article %s serves %s, but that finds %s", a.ID, c, m.Article.ID)
			}
		}
	}
}

// Every phrase of an article leads to that article: no two articles claim the
// same words, and no phrase is part of another article's longer one.
func TestTexts(t *testing.T) {
	for _, a := range load().articles {
		for _, text := range a.Texts {
			if m := For(Facts{Message: "x: " + text + ", y"}); m.Article.ID != a.ID || m.Rule != ByText {
				t.Errorf("article %s has the text %q, which leads to %s by %s", a.ID, text, m.Article.ID, m.Rule)
			}
		}
	}
}

// Untrusted text of any kind is matched or not, and never breaks anything.
func FuzzFor(f *testing.F) {
	f.Add("131016", "", "", "", 503, "A service is temporarily unavailable.")
	f.Add("", "33", "twilio", "63016", 0, "\xff\x00–")
	f.Fuzz(func(t *testing.T, code, sub, system, vendor string, http int, text string) {
		c, _ := model.ParseCode(code)
		m := For(Facts{Code: c, Subcode: sub, Vendor: model.Vendor{System: system, Code: vendor}, HTTP: http, Title: text, Message: text, Details: text})
		if m.Why == "" || m.Rule == "" || m.Article.Title == "" || len(m.Article.Steps) == 0 {
			t.Fatalf("an empty answer: %+v", m)
		}
		if c == "" && (system != "" || vendor != "") && m.Known {
			t.Fatalf("a number of %q was taken for Meta's %s", system, m.Article.ID)
		}
	})
}
