package kb

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// Everything that is compiled in can be read.
func TestLoad(t *testing.T) {
	if err := load().broken; err != nil {
		t.Fatal(err)
	}
}

// The names that other rooms know.
var (
	causeNames = []string{"outage", "token", "account", "template", "window", "recipient", "other-numbers", "public-key", "app", "payment", "display-name", "registration", "allow-list", "throttled", "transient", "unknown"}
	checkNames = []string{"status-page", "retry", "token", "health", "account", "phone-number", "number-in-account", "webhook", "template", "window", "recipient", "other-numbers", "public-key", "flow", "message-history", "activity", "log-outage"}
	verdict    = regexp.MustCompile(`^(WAIT: .+|RETRY LATER|FIX THIS: .+|ASK: .+|ESCALATE)$`)
	link       = regexp.MustCompile(`\]\(([^)]*)\)|(https?://[^\s)">]+)`)
)

// Every article and every page made from the catalogue keeps what the other
// rooms and the agents rely on.
func TestArticles(t *testing.T) {
	all := All()
	unknown := For(Facts{Code: "999999"}).Article
	for _, a := range append(all, unknown) {
		t.Run(a.ID, func(t *testing.T) {
			if a.Title == "" || strings.HasSuffix(a.Title, ".") {
				t.Errorf("title %q: want a line without a final stop", a.Title)
			}
			if !verdict.MatchString(a.Verdict) || len(strings.Fields(a.Verdict)) > 4 {
				t.Errorf("verdict %q: want one of the five kinds in four words or fewer", a.Verdict)
			}
			if a.Summary == "" || strings.Contains(a.Summary, "\n") {
				t.Errorf("summary %q: want one line", a.Summary)
			}
			if a.Section("meaning").Body == "" {
				t.Error("no section meaning")
			}
			if len(a.Steps) == 0 || len(a.Replies) == 0 {
				t.Errorf("%d steps and %d replies: want some of each", len(a.Steps), len(a.Replies))
			}
			day(t, "checked", a.Checked)
			if a.Modified != "" {
				day(t, "modified", a.Modified)
			}
			if a.ID != "unknown" && len(a.Sources) == 0 {
				t.Error("no source")
			}
			for _, s := range a.Sources {
				if s.Name == "" {
					t.Errorf("source %s has no name", s.URL)
				}
				if s.Date != "" {
					day(t, "source "+s.Name, s.Date)
				}
			}
			for i, c := range a.Causes {
				if c.N != i+1 || !slices.Contains(causeNames, c.Key) || c.Title == "" || c.Body == "" {
					t.Errorf("cause %d: number %d, name %q, title %q: want them counted, named and told", i+1, c.N, c.Key, c.Title)
				}
			}
			ids := map[string]bool{}
			eachStep(a.Steps, func(s Step) {
				if ids[s.ID] || s.ID == "" || s.Title == "" || s.Body == "" {
					t.Errorf("step %q %q: want its own number, a title and a text", s.ID, s.Title)
				}
				ids[s.ID] = true
				for _, c := range s.Checks {
					if !slices.Contains(checkNames, c) {
						t.Errorf("step %s: nobody knows the check %q", s.ID, c)
					}
				}
				if s.Open != "" {
					safeLink(t, s.Open)
				}
			})
			eachStep(a.Steps, func(s Step) {
				for _, n := range s.Needs {
					if !ids[n] || n == s.ID {
						t.Errorf("step %s needs step %q, which is not there", s.ID, n)
					}
				}
			})
			for _, r := range a.Related {
				if m := For(Facts{Code: r.Code}); !m.Known || r.Why == "" {
					t.Errorf("related code %s leads nowhere or has no reason", r.Code)
				}
			}
			for _, c := range a.Conflicts {
				if c.ID == "" || c.Article == "" || c.Meta == "" || c.We == "" || c.Source == "" {
					t.Errorf("conflict %+v: want both sides, what we do, and a source", c)
				}
			}
			for _, s := range a.Sources {
				safeLink(t, s.URL)
			}
			for _, text := range bodyOf(&a) {
				for _, m := range link.FindAllStringSubmatch(text, -1) {
					safeLink(t, m[1]+m[2])
				}
			}
		})
	}
}

// The step that hands the case to support says so twice: in the front matter,
// where packets and triage read it, and in its heading, where people do.
func TestEscalates(t *testing.T) {
	heading := regexp.MustCompile(`(?i)\b(escalate|contact support)\b`)
	var have []string
	for _, a := range All() {
		n := 0
		eachStep(a.Steps, func(s Step) {
			if heading.MatchString(s.Title) != s.Escalates && !a.Generated {
				t.Errorf("article %s, step %s %q: escalates is %v", a.ID, s.ID, s.Title, s.Escalates)
			}
			if slices.ContainsFunc(s.Needs, func(id string) bool { n, _ := a.Step(id); return n.Escalates }) {
				t.Errorf("article %s, step %s waits for the step that hands the case to support", a.ID, s.ID)
			}
			if !s.Escalates {
				return
			}
			if n++; n == 1 {
				have = append(have, a.ID)
			}
			if !s.Hand || len(s.Checks) > 0 || len(s.Undo) > 0 || len(s.Sub) > 0 || strings.Contains(s.ID, ".") {
				t.Errorf("article %s, step %s escalates: want a whole step, by hand, with nothing to check or undo", a.ID, s.ID)
			}
			if says := strings.ToLower(s.Body); !strings.Contains(says, "support") && !strings.Contains(says, "bsp") {
				t.Errorf("article %s, step %s does not say to whom the case goes: %s", a.ID, s.ID, s.Body)
			}
		})
		if n > 1 {
			t.Errorf("article %s escalates in %d steps", a.ID, n)
		}
		if a.Verdict == "ESCALATE" && n == 0 {
			t.Errorf("article %s is about escalating and has no step for it", a.ID)
		}
	}
	want := []string{"1", "2", "368", "131000", "131005", "131026", "131031", "131037", "131042", "141000"}
	slices.SortFunc(have, func(x, y string) int { return byCode(model.Code(x), model.Code(y)) })
	if !slices.Equal(have, want) {
		t.Errorf("articles with a step that escalates: %v, want %v", have, want)
	}
}

// An article tells what to do by hand. It promises nothing of this program: what
// the program can do changes, and is told by the program itself.
func TestByHand(t *testing.T) {
	for _, a := range append(All(), For(Facts{Code: "999999"}).Article, For(Facts{HTTP: 503}).Article) {
		for _, text := range append(bodyOf(&a), a.Summary) {
			if m := promise(text); m != "" {
				t.Errorf("article %s promises what the program does: %q", a.ID, m)
			}
		}
	}
	for _, text := range []string{
		"The template check shows its category.", "The check lists the languages.", "The checks read the account.", "If the check answers no, ask.",
		"Run the health check.", "Run token, account and number checks again.", "Run both checks and copy.", "The unsent plan keeps 6 seconds.",
		"The retry plan never does.", "Type `unsent show 3`.", "the console shows it as a date", "Both checks tell it.",
	} {
		if promise(text) == "" {
			t.Errorf("%q counts as no promise", text)
		}
	}
	for _, text := range []string{"Check the token, then the account.", "There is no such check.", "The user checks that the account is there.", "Look at your plan."} {
		if m := promise(text); m != "" {
			t.Errorf("%q counts as a promise: %q", text, m)
		}
	}
}

var promises = regexp.MustCompile(`(?i)\bunsent\b|\b(retry|this) plan\b|\bthe console\b|\b(the|both|these) checks?\b|\b(token|health|account|number|template|window|recipient|history|activity|flow|key|webhook) checks?\b|\brun\b[^.]*\bchecks?\b|\bchecks? (shows?|lists?|reads?|tells?|says?|marks?|compares?|asks?|answers?|finds?|can)\b`)

func promise(text string) string { return promises.FindString(text) }

// WhatsApp Manager has more than one address; the articles use the one that
// Meta's own overview links to.
func TestManagerAddress(t *testing.T) {
	n := 0
	for _, a := range All() {
		eachStep(a.Steps, func(s Step) {
			for _, text := range []string{s.Open, s.Body} {
				if strings.Contains(text, "business.facebook.com/latest") {
					t.Errorf("article %s, step %s has another address of WhatsApp Manager", a.ID, s.ID)
				}
				if strings.Contains(text, "business.facebook.com/wa/manage/") {
					n++
				}
			}
		})
	}
	if n == 0 {
		t.Error("no step opens WhatsApp Manager")
	}
}

func day(t *testing.T, what, s string) {
	t.Helper()
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		t.Errorf("%s: %q is no day", what, s)
	}
}

func safeLink(t *testing.T, s string) {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Contains(s, "fbclid") {
		t.Errorf("link %q: want https, a host and no tracking", s)
	}
}

func eachStep(steps []Step, f func(Step)) {
	for _, s := range steps {
		f(s)
		eachStep(s.Sub, f)
	}
}

// What an agent sends to a customer is short and plain: no codes, no links, no
// talk of what goes on inside, and nothing that needs a degree to read.
func TestReplies(t *testing.T) {
	inside := regexp.MustCompile(`(?i)\b(fbtrace|wamid|waba|graphql|webhook|http|json|payload|api|oauth|token|successfully|\d{5,})\b|https?:|your fault|you should have`)
	for _, a := range All() {
		for _, r := range a.Replies {
			if m := inside.FindString(r.Text + " " + r.Question); m != "" {
				t.Errorf("%s, reply %s: %q is nothing for a customer", a.ID, r.Key, m)
			}
			if g := grade(r.Text); g > 9 {
				t.Errorf("%s, reply %s: reading grade %.1f, want 9 or less", a.ID, r.Key, g)
			}
			if !strings.ContainsAny(r.Question[max(len(r.Question)-1, 0):], "?!") {
				t.Errorf("%s, reply %s: %q is not what a customer would say", a.ID, r.Key, r.Question)
			}
		}
	}
}

// grade is the Flesch-Kincaid grade of an English text.
func grade(s string) float64 {
	sentences, words, syllables := 0, 0, 0
	for _, w := range strings.Fields(s) {
		if strings.ContainsAny(w[len(w)-1:], ".?!;:") {
			sentences++
		}
		words++
		n, vowel := 0, false
		for _, r := range strings.TrimSuffix(strings.ToLower(strings.Trim(w, ".,?!;:()")), "e") {
			v := strings.ContainsRune("aeiouy", r)
			if v && !vowel {
				n++
			}
			vowel = v
		}
		syllables += max(n, 1)
	}
	return 0.39*float64(words)/float64(max(sentences, 1)) + 11.8*float64(syllables)/float64(max(words, 1)) - 15.59
}

func TestGrade(t *testing.T) {
	easy := grade("We will tell you when it is done. Please wait.")
	hard := grade("Notwithstanding considerable infrastructural heterogeneity, authentication irregularities necessitate comprehensive organisational reconciliation")
	if easy > 3 || hard < 15 {
		t.Errorf("grade of an easy text %.1f, of a hard one %.1f", easy, hard)
	}
}

// The version that packets name is a day, and the newest one.
func TestVersion(t *testing.T) {
	day(t, "version", Version())
	for _, a := range All() {
		if a.Checked > Version() {
			t.Errorf("article %s was checked on %s, later than the version %s", a.ID, a.Checked, Version())
		}
	}
}
