package triage

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/kb"
	"unsent/model"
)

// began is when the incidents of the rules' tests begin; they last half an hour.
var began = now.Add(-time.Hour)

// A trait is one thing that is so in a case.
type trait func(*model.Case)

// anIncident is forty failures with a code in half an hour, of which nothing is
// known but what the traits say.
func anIncident(code model.Code, traits ...trait) *model.Case {
	c := &model.Case{Incident: model.Incident{ID: 1, Code: code, Failures: 40, Attempts: 40, Recipients: 40,
		First: began, Last: began.Add(30 * time.Minute), WABAs: 1, PhoneIDs: 1, Templates: 1}}
	c.Scopes = map[model.Dim]model.Scope{}
	c.Samples = []model.Failure{{Code: code, Recipient: "15550100"}, {Code: code, Recipient: "15550101"}}
	for _, t := range traits {
		t(c)
	}
	return c
}

func ofKind(kind string) trait {
	return func(c *model.Case) {
		c.Scopes[model.DimKind] = model.Scope{Values: 1, Top: []model.ScopeValue{{Value: kind, Failed: c.Incident.Failures}}}
		if kind != "template" {
			c.Incident.Templates = 0
		}
	}
}

// compared: of sends with the dimension's value so many failed, of its
// neighbours so many, and so many in the hour before.
func compared(dim model.Dim, in, out, before model.Share) trait {
	return func(c *model.Case) {
		c.Incident.Successes = true
		c.Evidence.Contrasts = append(c.Evidence.Contrasts, model.Contrast{Dim: dim, Value: "order_ready", In: in, Out: out, Before: before})
	}
}

var (
	allOf40   = model.Share{Sends: 40, Failed: 40}
	fewOf400  = model.Share{Sends: 400, Failed: 4}
	halfOf400 = model.Share{Sends: 400, Failed: 160}
	nothing   model.Share
)

func finds(check string, v model.Verdict, summary string, facts ...string) trait {
	return findsAt(now, check, v, summary, facts...)
}

func findsAt(at time.Time, check string, v model.Verdict, summary string, facts ...string) trait {
	f := model.Finding{Check: check, Verdict: v, Summary: summary, At: at}
	for i := 0; i+1 < len(facts); i += 2 {
		f.Facts = append(f.Facts, model.Fact{Name: facts[i], Value: facts[i+1]})
	}
	return func(c *model.Case) { c.Findings = append(c.Findings, f) }
}

// flagged: all the messages at hand have a flag.
func flagged(f model.Flag) trait {
	return func(c *model.Case) {
		for i := range c.Samples {
			c.Samples[i].Flags = []model.Flag{f}
		}
	}
}

func hand(step string, state model.StepState, note string) trait {
	return func(c *model.Case) {
		c.Records = append(c.Records, model.StepRecord{Step: step, State: state, By: "hand", At: now, Note: note})
	}
}

func many(waba, phone, template, recipient int) trait {
	return func(c *model.Case) {
		c.Incident.WABAs, c.Incident.PhoneIDs, c.Incident.Templates, c.Incident.Recipients = waba, phone, template, recipient
	}
}

func shaped(s model.Shape) trait { return func(c *model.Case) { c.Evidence.Shape = s } }

func suspected(hit, of int) trait {
	return func(c *model.Case) {
		c.Evidence.Outage = model.LogOutage{Suspected: hit > 2, Hit: hit, WABAs: of, Since: began, Reason: "9 of 9 accounts fail far more than before"}
	}
}

func earlier(code model.Code, dim model.Dim) trait {
	return func(c *model.Case) {
		c.Incident.Successes = true
		c.Evidence.Earlier = append(c.Evidence.Earlier, model.Earlier{Code: code, Dim: dim, N: 3, Last: began.Add(-time.Hour)})
	}
}

func details(text string) trait {
	return func(c *model.Case) {
		c.Samples = append(c.Samples, model.Failure{Code: c.Incident.Code, Details: text})
	}
}

func message(f model.Failure) trait {
	return func(c *model.Case) {
		f.At = began
		f.Code = c.Incident.Code
		c.Message = &f
	}
}

// A judged is a case and what must be said of one cause.
type judged struct {
	name string
	c    *model.Case
	want model.CauseVerdict
	says string // stands in one of the reasons
}

// judge runs a rule's table.
func judge(t *testing.T, cause string, table []judged) {
	t.Helper()
	for _, tt := range table {
		t.Run(tt.name, func(t *testing.T) {
			t.Helper()
			j := Judge(tt.c)
			i := slices.IndexFunc(j.Causes, func(c model.CauseFinding) bool { return c.Cause == cause })
			if i < 0 {
				t.Fatalf("%s is not among the causes", cause)
			}
			got := j.Causes[i]
			if got.Verdict != tt.want {
				t.Errorf("%s is %s, want %s\n%s", cause, got.Verdict, tt.want, strings.Join(got.Why, "\n"))
			}
			if !strings.Contains(strings.Join(got.Why, "\n"), tt.says) {
				t.Errorf("no reason says %q:\n%s", tt.says, strings.Join(got.Why, "\n"))
			}
		})
	}
}

func TestNothingIsKnown(t *testing.T) {
	j := Judge(anIncident("131000"))
	want := []string{"outage", "token", "account", "template", "window", "recipient", "public-key", "app",
		"payment", "display-name", "registration", "allow-list", "throttled", "transient"}
	var got []string
	for _, c := range j.Causes {
		got = append(got, c.Cause)
		if c.Verdict != model.CannotTell || c.Reasons[0].Lean != model.Missing {
			t.Errorf("%s is %s: %v", c.Cause, c.Verdict, c.Why)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("causes are %v, want %v", got, want)
	}
	if len(j.Leading) > 0 || j.Missing == "" {
		t.Errorf("leading %v, missing %q", j.Leading, j.Missing)
	}
}

// Meta's codes are not popular beliefs: the catalogue and the rules agree on
// what a code is about.
func TestRulesAgreeWithTheCatalogue(t *testing.T) {
	for _, r := range rules {
		for _, list := range []string{r.says, r.most, r.may} {
			for _, c := range strings.Fields(list) {
				code, sub, _ := strings.Cut(c, "/")
				code, _, _ = strings.Cut(code, "-")
				if _, ok := kb.Lookup(model.Code(code), sub); !ok {
					t.Errorf("the rule for %s lists %s, which the catalogue does not have", r.cause, c)
				}
			}
		}
		if !listed(r.may+" "+r.says+" "+r.most, catchAll, "") {
			t.Errorf("131000 does not leave %s open", r.cause)
		}
	}
	for _, a := range kb.All() {
		for _, c := range a.Causes {
			i := slices.IndexFunc(rules, func(r *rule) bool { return r.cause == c.Key })
			if i >= 0 && !rules[i].knows(a.Codes[0], "") {
				t.Errorf("article %s names %s, whose rule does not list the code", a.ID, c.Key)
			}
		}
	}
}

func TestMetasWordsBeatInference(t *testing.T) {
	c := anIncident("190", compared(model.DimTemplate, allOf40, fewOf400, nothing), finds("template", model.Problem, "the template is paused"))
	j := Judge(c)
	if len(j.Leading) != 1 || j.Leading[0].Cause != "token" || j.Leading[0].Verdict != model.Confirmed {
		t.Errorf("leading: %+v", j.Leading)
	}
	c = anIncident("131000", compared(model.DimTemplate, allOf40, fewOf400, nothing), details("The display name of the number is not approved"))
	if j = Judge(c); len(j.Leading) != 1 || j.Leading[0].Cause != "display-name" {
		t.Errorf("leading: %+v", j.Leading)
	}
}

func TestTwoStrongCandidatesAreTwo(t *testing.T) {
	j := Judge(anIncident("131000", finds("token", model.Problem, "the access token expired"), finds("account", model.Problem, "the account is restricted")))
	if len(j.Leading) != 2 || j.Leading[0].Cause != "token" || j.Leading[1].Cause != "account" {
		t.Errorf("leading: %+v", j.Leading)
	}
}

// What Meta's own pages contradict is shown as the article's claim and decides
// nothing.
func TestBeliefsAreNoConclusions(t *testing.T) {
	j := Judge(anIncident("131000", ofKind("text")))
	for _, cause := range []string{"window", "app", "public-key"} {
		i := slices.IndexFunc(j.Causes, func(c model.CauseFinding) bool { return c.Cause == cause })
		if v := j.Causes[i].Verdict; v == model.Confirmed || v == model.Likely || v == model.Possible {
			t.Errorf("%s is %s", cause, v)
		}
		if !slices.ContainsFunc(j.Causes[i].Reasons, func(r model.Reason) bool {
			return r.Lean == model.Beside && strings.Contains(r.Source, "the article's claim")
		}) {
			t.Errorf("%s does not show the article's claim: %v", cause, j.Causes[i].Why)
		}
	}
	for _, c := range Judge(anIncident("131016", finds("template", model.Problem, "the template is paused"))).Causes {
		if c.Cause == "template" && c.Verdict != model.Unlikely && c.Verdict != model.RuledOut {
			t.Errorf("131016 is no template: %+v", c)
		}
	}
}

func TestUnknownCodes(t *testing.T) {
	for code, says := range map[model.Code]string{
		"":       "complete error response",
		"131132": "Nothing is known about code 131132",
		"131053": "131053 “Media upload error”",
	} {
		j := Judge(anIncident(code))
		if len(j.Causes) != 1 || j.Causes[0].Cause != "unknown" || !strings.Contains(strings.Join(j.Causes[0].Why, "\n"), says) {
			t.Errorf("%q: %+v", code, j.Causes)
		}
	}
}

func TestFindingsOfAnotherTime(t *testing.T) {
	const text = "the access token expired"
	judge(t, "token", []judged{
		{"days later", anIncident("131000", findsAt(now.Add(72*time.Hour), "token", model.Problem, text)), model.Possible, "3 days after the last failure"},
		{"before", anIncident("131000", findsAt(began.Add(-time.Hour), "token", model.Problem, text)), model.Possible, "before the failures began"},
		{"well, days later", anIncident("131000", findsAt(now.Add(72*time.Hour), "token", model.OK, "the token is valid")), model.CannotTell, "3 days after"},
		{"of one account of many", anIncident("131000", many(5, 9, 12, 400), finds("token", model.Problem, text)), model.Possible, "one of the 5 accounts"},
	})
}
