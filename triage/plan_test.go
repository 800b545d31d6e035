package triage

import (
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// The plans of these tests are made at now, of messages that failed five minutes
// before, by a passing fault and at one account, unless a test says otherwise.
func failed(id int, change func(*model.Failure)) model.Failure {
	f := model.Failure{
		ID: model.MessageID(id), At: now.Add(-5 * time.Minute), Code: "131016", CodeFrom: model.FromColumn, Attempts: 1,
		Recipient: "1555010" + string(rune('0'+id/100%10)) + string(rune('0'+id/10%10)) + string(rune('0'+id%10)),
		WABA:      "336600000000001", PhoneID: "3366100000101", Template: "order_ready", Language: "en", Kind: "template", Category: "utility",
	}
	if change != nil {
		change(&f)
	}
	return f
}

func planFor(in PlanInput, all ...model.Failure) ([]Retry, PlanSum) {
	if in.Now.IsZero() {
		in.Now = now
	}
	p := NewPlanner(in)
	for i := range all {
		p.See(&all[i])
	}
	var out []Retry
	for i := range all {
		out = append(out, p.Plan(&all[i]))
	}
	return out, p.Sum()
}

func withFlags(flags ...model.Flag) func(*model.Failure) {
	return func(f *model.Failure) { f.Flags = flags }
}

func ago(d time.Duration) func(*model.Failure) {
	return func(f *model.Failure) { f.At = now.Add(-d) }
}

func free(f *model.Failure) { f.Template, f.Language, f.Kind, f.Category = "", "", "text", "" }

func with(all ...func(*model.Failure)) func(*model.Failure) {
	return func(f *model.Failure) {
		for _, change := range all {
			change(f)
		}
	}
}

func code(c model.Code) func(*model.Failure) { return func(f *model.Failure) { f.Code = c } }

func noCode(status int, title string) func(*model.Failure) {
	return func(f *model.Failure) { f.Code, f.CodeFrom, f.HTTPStatus, f.Title = "", model.FromNone, status, title }
}

// Where the log contradicts Meta's code, the catalogue's words on the code are not
// told as if they were known of the message.
func TestPlanSaysWhatTheLogContradicts(t *testing.T) {
	late := func(ago time.Duration) func(*model.Failure) {
		return with(free, code("131047"), func(f *model.Failure) { f.LastInbound = f.At.Add(-ago) })
	}
	got, _ := planFor(PlanInput{}, failed(1, late(3*time.Hour)), failed(2, late(30*time.Hour)))
	if r := got[0].Refused; r == nil || r.Rule != RuleTemplate || strings.Contains(r.Why, "more than a day") {
		t.Errorf("three hours after the customer wrote: %+v", r)
	}
	if r := got[1].Refused; r == nil || !strings.Contains(r.Why, "more than a day") {
		t.Errorf("thirty hours after: %+v", r)
	}
}

func TestPlanRules(t *testing.T) {
	category := func(c string) func(*model.Failure) { return func(f *model.Failure) { f.Category = c } }
	named := func(s string) func(*model.Failure) {
		return func(f *model.Failure) { f.Template, f.Category = s, "" }
	}
	attempts := func(n int) func(*model.Failure) { return func(f *model.Failure) { f.Attempts = n } }
	inbound := func(d time.Duration) func(*model.Failure) {
		return func(f *model.Failure) { f.LastInbound = now.Add(-d) }
	}
	tests := []struct {
		what   string
		change func(*model.Failure)
		rule   string // "" is planned
	}{
		{"a passing fault of a server", nil, ""},
		{"131000 without evidence of a cause", code("131000"), ""},
		{"a number that sent too much", code("130429"), ""},
		{"a pair that got too much", code("131056"), ""},
		{"a code of Meta's in an HTTP 500 is a refusal", func(f *model.Failure) { f.Code, f.HTTPStatus = "131000", 500 }, ""},

		{"131047 as free text", with(free, code("131047")), RuleTemplate},
		{"131047 as a template, which does not tell what went wrong", code("131047"), RuleTemplate},
		{"the person stopped marketing", code("131050"), RuleNever},
		{"the person is part of an experiment", code("130472"), RuleNever},
		{"the business blocked the person", code("130403"), RuleNever},
		{"the person is not on WhatsApp, or has an old one", code("131026"), RuleNever},
		{"no messages to that country", code("130497"), RuleNever},
		{"a value of the template is missing", code("132000"), RuleChange},
		{"a wrong parameter", code("100"), RuleChange},
		{"a template that is disabled for good", code("132016"), RuleChange},
		{"the token has expired", code("190"), RuleFix},
		{"a subcode of a token's", func(f *model.Failure) { f.Code, f.Subcode = "190", "463" }, RuleFix},
		{"a code of a range", code("217"), RuleFix},
		{"the payment", code("131042"), RuleFix},
		{"the account is locked", code("131031"), RuleFix},
		{"the display name", code("131037"), RuleFix},
		{"the number is not registered", code("133010"), RuleFix},
		{"the template is paused", code("132015"), RuleFix},
		{"too many people blocked the number", code("131048"), RuleFix},
		{"calls are no messages", code("138001"), RuleNotASend},
		{"to a group", code("131020"), RuleNoMessage},
		{"a code that nobody knows", code("131999"), RuleUnknown},

		{"503 without a code of Meta's", noCode(503, ""), RuleAmbiguous},
		{"500 without a code of Meta's", noCode(500, "Internal Server Error"), RuleAmbiguous},
		{"200 without an id", noCode(200, ""), RuleAmbiguous},
		{"a timeout", noCode(0, "cURL error 28: Operation timed out"), RuleAmbiguous},
		{"a timeout that a proxy tells", noCode(408, ""), RuleAmbiguous},
		{"a connection that was cut", noCode(0, "read ECONNRESET"), RuleAmbiguous},
		{"a 503 that has Meta's words but not Meta's code", func(f *model.Failure) { f.CodeFrom, f.HTTPStatus = model.FromTitle, 503 }, RuleAmbiguous},
		{"400 without a code of Meta's", noCode(400, "Bad request"), RuleUnknown},
		{"another system's code", func(f *model.Failure) { f.Code, f.Vendor = "", model.Vendor{System: "gupshup", Code: "1002"} }, RuleUnknown},

		{"delivered as well", withFlags(model.FlagDelivered), RuleDelivered},
		{"an error beside a status that is none", withFlags(model.FlagContradiction), RuleDelivered},
		{"nobody named", with(withFlags(model.FlagNoRecipient), func(f *model.Failure) { f.Recipient = "" }), RuleRecipient},
		{"no number and no user id", func(f *model.Failure) { f.Recipient = "" }, RuleRecipient},
		{"a number with digits hidden", withFlags(model.FlagRecipientMasked), RuleRecipient},
		{"a number that a spreadsheet damaged", withFlags(model.FlagRecipientDamaged), RuleRecipient},
		{"a number without its country code", withFlags(model.FlagRecipientOdd), RuleRecipient},
		{"a person known by a user id", with(withFlags(model.FlagBSUID), func(f *model.Failure) { f.Recipient, f.RecipientUser = "", "US.13491208655302741918" }), ""},
		{"a row with cells too many", withFlags(model.FlagRepaired), RuleRow},
		{"a row with several sends", withFlags(model.FlagSeveral), RuleNoMessage},
		{"a row about the account", withFlags(model.FlagAccountError), RuleNoMessage},
		{"a group", withFlags(model.FlagGroup), RuleNoMessage},
		{"no time", func(f *model.Failure) { f.At = time.Time{} }, RuleTime},
		{"a time to come", ago(-10 * time.Minute), RuleTime},
		{"a clock a little ahead", ago(-time.Minute), ""},

		{"news of 23 hours", ago(23 * time.Hour), ""},
		{"news of a day", ago(24 * time.Hour), RuleStale},
		{"unknown category, a day", with(category(""), ago(24*time.Hour)), RuleStale},
		{"a login code of five minutes", category("authentication"), ""},
		{"a login code of ten minutes", with(category("authentication"), ago(10*time.Minute)), RuleStale},
		{"what looks like a login code by its name", with(named("store_otp_v2"), ago(10*time.Minute)), RuleStale},
		{"a category that does not say, and a name that does", with(named("store_otp_v2"), category("business_initiated"), ago(10*time.Minute)), RuleStale},
		{"marketing that is called a login offer", with(named("login_offer"), category("marketing"), ago(time.Hour)), ""},
		{"marketing of two days", with(category("marketing"), ago(48*time.Hour)), ""},
		{"marketing of three days", with(category("marketing"), ago(72*time.Hour)), RuleStale},
		{"news of 9 hours without a zone", with(withFlags(model.FlagZoneAssumed), ago(9*time.Hour)), ""},
		{"news of 10 hours without a zone may be of 24", with(withFlags(model.FlagZoneAssumed), ago(10*time.Hour)), RuleTime},
		{"news of 25 hours without a zone", with(withFlags(model.FlagZoneAssumed), ago(25*time.Hour)), RuleStale},
		{"a login code without a zone", with(withFlags(model.FlagZoneAssumed), category("authentication")), RuleTime},

		{"free text in an open window", with(free, inbound(time.Hour)), ""},
		{"free text in a window that is not known", free, ""},
		{"free text in a closed window", with(free, inbound(24*time.Hour)), RuleWindow},
		{"a template needs no window", inbound(48 * time.Hour), ""},

		{"the fifth retry", attempts(5), ""},
		{"no sixth retry", attempts(6), RuleTried},
		{"a second retry of what Meta holds back", with(code("131049"), category("marketing"), attempts(2)), RuleTried},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			got, sum := planFor(PlanInput{}, failed(1, tt.change))
			rule := ""
			if got[0].Refused != nil {
				rule = got[0].Refused.Rule
				if why := got[0].Refused.Why; !strings.HasSuffix(why, ".") || strings.Contains(why, "..") {
					t.Errorf("the reason is no sentence: %q", why)
				}
			}
			if rule != tt.rule {
				t.Fatalf("rule %q (%+v), want %q", rule, got[0].Refused, tt.rule)
			}
			if n := sum.RefusedCount(); n+sum.Planned != 1 || (rule == "") != (sum.Planned == 1) {
				t.Errorf("%d planned and %d refused, want the one message counted", sum.Planned, n)
			}
		})
	}
}

func TestPlanFirstWait(t *testing.T) {
	// S2-S2a, S2-Q2: 30 to 60 seconds at least; S2-PV4: and longer each time.
	seen := map[time.Duration]bool{}
	for id := range 200 {
		got, _ := planFor(PlanInput{}, failed(id+1, nil))
		r := got[0]
		if r.Wait < 30*time.Second || r.Wait > 60*time.Second {
			t.Fatalf("m%d waits %v, want 30 to 60 s", id+1, r.Wait)
		}
		if r.NotBefore.Sub(now) < r.Wait {
			t.Fatalf("m%d goes %v after the plan and should wait %v", id+1, r.NotBefore.Sub(now), r.Wait)
		}
		seen[r.Wait] = true
		for i, w := range r.Then {
			before := append([]time.Duration{r.Wait}, r.Then...)[i]
			if w < before || w > LongWait {
				t.Fatalf("m%d: wait %v follows %v", id+1, w, before)
			}
		}
		if len(r.Then) != Retries-1 {
			t.Fatalf("m%d: %d waits after the first, want an end behind retry %d", id+1, len(r.Then), Retries)
		}
	}
	if len(seen) < 20 {
		t.Errorf("200 messages have %d different first waits; jitter should spread them", len(seen))
	}
}

func TestPlanLaterRetriesWaitLonger(t *testing.T) {
	var before time.Duration
	for n := 1; n <= Retries; n++ {
		got, _ := planFor(PlanInput{}, failed(7, func(f *model.Failure) { f.Attempts = n }))
		if got[0].Number != n || got[0].Wait < before || len(got[0].Then) != Retries-n {
			t.Errorf("after %d failures: %+v", n, got[0])
		}
		before = got[0].Wait
	}
	// A message that the CRM queued again has a new id and is the same all the same.
	got, _ := planFor(PlanInput{}, failed(9, nil), failed(8, to(9, ago(time.Hour))), failed(7, to(9, ago(2*time.Hour))))
	if got[0].Number != 3 {
		t.Errorf("after three messages with one template to one person it is retry %d, want 3", got[0].Number)
	}
}

// to makes a message one to the recipient of another one.
func to(id int, change func(*model.Failure)) func(*model.Failure) {
	return with(func(f *model.Failure) { f.Recipient = failed(id, nil).Recipient }, change)
}

func TestPlanApplicationLimitWaitsAnHour(t *testing.T) {
	for _, c := range []model.Code{"4", "80007"} {
		if got, _ := planFor(PlanInput{}, failed(1, code(c))); got[0].Refused != nil || got[0].Wait < time.Hour {
			t.Errorf("%s: %+v, want an hour at least", c, got[0])
		}
	}
}

func TestPlanHeldBackWaitsADay(t *testing.T) {
	held := failed(1, with(code("131049"), ago(2*time.Hour), func(f *model.Failure) { f.Category = "" }))
	got, _ := planFor(PlanInput{}, held)
	if got[0].Refused != nil || got[0].NotBefore.Before(held.At.Add(24*time.Hour)) || len(got[0].Then) != 0 {
		t.Errorf("%+v, want one try a day after %v", got[0], held.At)
	}
	noZone := held
	noZone.Flags = []model.Flag{model.FlagZoneAssumed}
	if got, _ = planFor(PlanInput{}, noZone); got[0].NotBefore.Before(held.At.Add(36 * time.Hour)) {
		t.Errorf("without a zone it may have failed 12 hours later: %v", got[0].NotBefore)
	}
	// The day counts from the newest, and for the person's other marketing too.
	other := failed(2, to(1, with(ago(time.Hour), func(f *model.Failure) { f.Category, f.Template = "marketing", "spring_sale" })))
	got, _ = planFor(PlanInput{}, other, held)
	if got[0].Refused != nil || got[0].NotBefore.Before(held.At.Add(24*time.Hour)) {
		t.Errorf("other marketing to the same person: %+v", got[0])
	}
	other.Category = ""
	if got, _ = planFor(PlanInput{}, other, held); got[0].Refused != refusedHeld {
		t.Errorf("what may be marketing: %+v", got[0])
	}
	other.Category = "utility"
	if got, _ = planFor(PlanInput{}, other, held); got[0].Refused != nil || got[0].Wait > time.Minute {
		t.Errorf("what is no marketing: %+v", got[0])
	}
}

func TestPlanHeedsWhatIsElsewhereInTheLog(t *testing.T) {
	marketing := failed(1, func(f *model.Failure) { f.Category = "marketing" })
	tests := []struct {
		what  string
		other model.Failure
		want  *Refusal
	}{
		{"the person stopped marketing long ago", failed(2, to(1, with(code("131050"), ago(900*time.Hour)))), refusedStopped},
		{"the person is in an experiment", failed(2, to(1, code("130472"))), refusedTestGroup},
		{"the business blocked the person", failed(2, to(1, code("130403"))), refusedBlocked},
		{"a newer message of the same template", failed(2, to(1, ago(time.Minute))), refusedNewer},
		{"a later one that was delivered", failed(2, to(1, with(ago(time.Minute), withFlags(model.FlagDelivered)))), refusedElsewhere},
		{"somebody else stopped marketing", failed(2, code("131050")), nil},
		{"another template failed", failed(2, to(1, with(ago(time.Minute), func(f *model.Failure) { f.Template = "other" }))), nil},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			p := NewPlanner(PlanInput{Now: now})
			p.See(&marketing)
			p.Other(&tt.other)
			if got := p.Plan(&marketing); got.Refused != tt.want {
				t.Errorf("refused: %+v, want %+v", got.Refused, tt.want)
			}
		})
	}
}

func TestPlanOneSendForEachPersonAndTemplate(t *testing.T) {
	template := func(s string) func(*model.Failure) { return func(f *model.Failure) { f.Template = s } }
	waba := func(s string) func(*model.Failure) { return func(f *model.Failure) { f.WABA = s } }
	tests := []struct {
		what string
		all  []model.Failure // newest first
		want string          // the ids planned
	}{
		{"three of one template", []model.Failure{failed(3, nil), failed(2, to(3, ago(time.Hour))), failed(1, to(3, ago(2*time.Hour)))}, "m3"},
		{"two languages of one template", []model.Failure{failed(2, nil), failed(1, to(2, func(f *model.Failure) { f.Language = "pt_BR" }))}, "m2"},
		{"two templates", []model.Failure{failed(2, nil), failed(1, to(2, template("other")))}, "m2 m1"},
		{"two people", []model.Failure{failed(2, nil), failed(1, nil)}, "m2 m1"},
		{"two businesses with a template of one name", []model.Failure{failed(2, nil), failed(1, to(2, waba("336600000000002")))}, "m2 m1"},
		{"two businesses, two messages of each", []model.Failure{failed(4, nil), failed(3, to(4, waba("2"))), failed(2, to(4, ago(time.Hour))), failed(1, to(4, with(waba("2"), ago(time.Hour))))}, "m4 m3"},
		{"a row without its account may be of either", []model.Failure{failed(3, nil), failed(2, to(3, waba("2"))), failed(1, to(3, waba("")))}, "m3"},
		{"two free texts", []model.Failure{failed(2, free), failed(1, to(2, with(free, ago(time.Hour))))}, "m2"},
		{"the newest may have arrived", []model.Failure{failed(2, noCode(504, "")), failed(1, to(2, ago(time.Hour)))}, ""},
		{"the newest was delivered", []model.Failure{failed(2, withFlags(model.FlagDelivered)), failed(1, to(2, ago(time.Hour)))}, ""},
		{"an older one was delivered", []model.Failure{failed(2, nil), failed(1, to(2, with(ago(time.Hour), withFlags(model.FlagDelivered))))}, "m2"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			got, _ := planFor(PlanInput{}, tt.all...)
			var ids []string
			for _, r := range got {
				if r.Refused == nil {
					ids = append(ids, r.Message.String())
				} else if r.Refused.Rule == RuleNewer && r.Newer == 0 {
					t.Errorf("%s does not say which message goes in its place", r.Message)
				}
			}
			if s := strings.Join(ids, " "); s != tt.want {
				t.Errorf("planned %q, want %q", s, tt.want)
			}
		})
	}
}

func TestPlanSpacing(t *testing.T) {
	var all []model.Failure
	for i := range 20 {
		all = append(all, failed(i+1, to(1, func(f *model.Failure) { f.Template = "t" + string(rune('a'+i)) })))
	}
	got, sum := planFor(PlanInput{}, all...)
	if sum.Planned != 20 {
		t.Fatalf("%d planned, want 20: %+v", sum.Planned, sum.Refused)
	}
	for i, a := range got {
		for _, b := range got[i+1:] {
			if d := a.NotBefore.Sub(b.NotBefore).Abs(); d < 6*time.Second {
				t.Errorf("%s and %s go to one person %v apart", a.Message, b.Message, d)
			}
		}
	}
}

func TestPlanPace(t *testing.T) {
	p := NewPlanner(PlanInput{Now: now})
	all := make([]model.Failure, 0, 5000)
	for i := range 5000 {
		all = append(all, failed(i+1, func(f *model.Failure) { f.Recipient = f.Recipient + model.MessageID(i).String() }))
		p.See(&all[i])
	}
	minutes := map[int64]int{}
	for i := range all {
		r := p.Plan(&all[i])
		if r.Refused != nil {
			t.Fatalf("%+v", r.Refused)
		}
		minutes[r.NotBefore.Unix()/60]++
	}
	for m, n := range minutes {
		if n > SendsPerMinute {
			t.Errorf("%d sends in minute %d", n, m)
		}
	}
	if len(minutes) > 5000/SendsPerMinute+2 {
		t.Errorf("5,000 sends take %d minutes", len(minutes))
	}
}

func TestPlanQueueThatIsTooLong(t *testing.T) {
	p := NewPlanner(PlanInput{Now: now})
	all := make([]model.Failure, 0, 6000)
	for i := range 6000 {
		all = append(all, failed(i+1, func(f *model.Failure) {
			f.Recipient, f.Category = f.Recipient+model.MessageID(i).String(), "authentication"
		}))
		p.See(&all[i])
	}
	refused := 0
	for i := range all {
		switch r := p.Plan(&all[i]); {
		case r.Refused == refusedQueue:
			refused++
		case r.Refused != nil:
			t.Fatalf("%+v", r.Refused)
		case r.NotBefore.After(all[i].At.Add(10 * time.Minute)):
			t.Fatalf("%s goes %v after it failed", r.Message, r.NotBefore.Sub(all[i].At))
		}
	}
	// Five minutes are left to them, at most 600 a minute.
	if sent := 6000 - refused; sent > 6*SendsPerMinute || sent < 4*SendsPerMinute {
		t.Errorf("%d codes sent, %d refused for the queue", sent, refused)
	}
}

func TestPlanWaitsForWhatKeepsItBack(t *testing.T) {
	// S1-25, S1-30: no retry before the service is back.
	finding := func(check string, v model.Verdict, at time.Time) model.Finding {
		return model.Finding{Check: check, Verdict: v, Summary: "as it was found", At: at}
	}
	cause := func(name string, v model.CauseVerdict) []model.CauseFinding {
		return []model.CauseFinding{{Cause: name, Title: "The " + name, Verdict: v, Why: []string{"the evidence"}}}
	}
	before, after := now.Add(-time.Hour), now.Add(-time.Minute)
	solved := model.Incident{State: model.StateSolved, Changed: after, WABAs: 1, Templates: 1}
	one := model.Incident{State: model.StateWorking, WABAs: 1, Templates: 1}
	tests := []struct {
		what string
		in   PlanInput
		code model.Code
		rule string
	}{
		{"nothing", PlanInput{}, "131000", ""},
		{"an outage in the log", PlanInput{Outage: "failures jumped over 9 accounts at once"}, "131000", RuleOutage},
		{"an outage, and the incident marked solved", PlanInput{Outage: "still open", Incident: solved}, "131000", RuleOutage},
		{"the status page reports a problem", PlanInput{Findings: []model.Finding{finding("status-page", model.Problem, before)}}, "131000", RuleOutage},
		{"the log's own check reports one", PlanInput{Findings: []model.Finding{finding("log-outage", model.Problem, before)}}, "131000", RuleOutage},
		{"an outage is likely", PlanInput{Causes: cause("outage", model.Likely)}, "131000", RuleOutage},
		{"an outage was likely and is over in the log", PlanInput{Causes: cause("outage", model.Likely), Log: model.LogOutage{Suspected: true, Until: now}}, "131000", ""},
		{"Meta's page says that an outage is over", PlanInput{Causes: cause("outage", model.Confirmed), Findings: []model.Finding{{Check: "status-page", Verdict: model.Problem, At: now, Facts: []model.Fact{{Name: model.FactOpenNow, Value: "no"}}}}}, "131000", ""},
		{"an outage is possible", PlanInput{Causes: cause("outage", model.Possible)}, "131000", ""},
		{"an outage comes before a token", PlanInput{Outage: "open"}, "190", RuleOutage},
		{"a token is likely", PlanInput{Causes: cause("token", model.Likely)}, "131000", RuleFix},
		{"a payment is confirmed", PlanInput{Causes: cause("payment", model.Confirmed)}, "131000", RuleFix},
		{"a token is possible", PlanInput{Causes: cause("token", model.Possible)}, "131000", ""},
		{"a token was likely, and the incident is solved", PlanInput{Causes: cause("token", model.Likely), Incident: solved}, "131000", ""},
		{"too much was sent", PlanInput{Causes: cause("throttled", model.Confirmed)}, "131000", ""},
		{"a closed window is nothing to a template", PlanInput{Causes: cause("window", model.Likely)}, "131000", ""},
		{"the number of this message is likely wrong", PlanInput{Causes: cause("recipient", model.Likely), Single: true}, "131000", RuleFix},
		{"an expired token", PlanInput{Incident: one}, "190", RuleFix},
		{"an expired token, looked at before the failure", PlanInput{Incident: one, Findings: []model.Finding{finding("token", model.OK, before)}}, "190", RuleFix},
		{"an expired token, good since", PlanInput{Incident: one, Findings: []model.Finding{finding("token", model.OK, after)}}, "190", ""},
		{"an expired token, not known since", PlanInput{Incident: one, Findings: []model.Finding{finding("token", model.Unknown, after)}}, "190", RuleFix},
		{"tokens of two accounts, one good since", PlanInput{Incident: model.Incident{WABAs: 2}, Findings: []model.Finding{finding("token", model.OK, after)}}, "190", RuleFix},
		{"numbers, one good since", PlanInput{Incident: model.Incident{WABAs: 1, PhoneIDs: 2}, Findings: []model.Finding{finding("phone-number", model.OK, after)}}, "133010", RuleFix},
		{"a number, good since", PlanInput{Incident: model.Incident{WABAs: 1, PhoneIDs: 1}, Findings: []model.Finding{finding("phone-number", model.OK, after)}}, "133010", ""},
		{"a template, good since", PlanInput{Incident: model.Incident{WABAs: 1, Templates: 1, Language: "en"}, Findings: []model.Finding{finding("template", model.OK, after)}}, "132001", ""},
		{"a template in two languages, one good since", PlanInput{Incident: model.Incident{WABAs: 1, Templates: 1}, Findings: []model.Finding{finding("template", model.OK, after)}}, "132001", RuleFix},
		{"templates, one good since", PlanInput{Incident: model.Incident{WABAs: 1, Templates: 2}, Findings: []model.Finding{finding("template", model.OK, after)}}, "132001", RuleFix},
		{"an expired token, marked solved", PlanInput{Incident: solved}, "190", ""},
		{"marked solved, and found wrong since", PlanInput{Incident: solved, Findings: []model.Finding{finding("token", model.Problem, now)}}, "190", RuleFix},
		{"a good token does not unlock an account", PlanInput{Incident: one, Findings: []model.Finding{finding("token", model.OK, after)}}, "131031", RuleFix},
		{"what nobody can put right", PlanInput{Incident: solved}, "131050", RuleNever},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			got, _ := planFor(tt.in, failed(1, code(tt.code)))
			rule := ""
			if got[0].Refused != nil {
				rule = got[0].Refused.Rule
			}
			if rule != tt.rule {
				t.Errorf("rule %q (%+v), want %q", rule, got[0].Refused, tt.rule)
			}
			if rule != "" && !strings.HasSuffix(got[0].Refused.Why, ".") {
				t.Errorf("the reason is no sentence: %q", got[0].Refused.Why)
			}
		})
	}
}

func TestPlanIsTheSameForTheSameInput(t *testing.T) {
	all := []model.Failure{failed(3, nil), failed(2, code("131049")), failed(1, code("190"))}
	_, a := planFor(PlanInput{}, all...)
	_, b := planFor(PlanInput{}, all...)
	if x, y := strings.Join(a.Lines(time.UTC), "\n"), strings.Join(b.Lines(time.UTC), "\n"); x != y {
		t.Errorf("%s\n\nand then\n\n%s", x, y)
	}
}

func TestPlanSaysWhatCameBetween(t *testing.T) {
	p := NewPlanner(PlanInput{Now: now})
	old, late := failed(1, nil), failed(2, to(1, ago(time.Minute)))
	p.See(&old)
	if got := p.Plan(&late); got.Refused != refusedUnseen {
		t.Errorf("a message that See has not seen: %+v", got)
	}
}

func TestPlanLines(t *testing.T) {
	_, sum := planFor(PlanInput{
		Incident: model.Incident{Last: now.Add(-3 * time.Hour)},
		Findings: []model.Finding{{Check: "status-page", Verdict: model.OK, At: now.Add(-5 * time.Hour)}},
	}, failed(4, nil), failed(3, free), failed(2, code("131050")), failed(1, code("131050")))
	zone := time.FixedZone("", -3*3600)
	got := strings.Join(sum.Lines(zone), "\n")
	for _, want := range []string{
		"2 messages are to be sent once more, 2 left out.",
		"The first not before 2026-05-13 14:30:",
		"(2026-05-13 11:30:",
		"stop after retry 5 of a message (the first one: 1 min",
		"last looked at 5 hours ago",
		"The newest failure of this incident in the log is 3 hours old. What has happened since is known only as far as the log goes",
		"1 message is free text",
		"have the CRM leave those people out",
		"Not sent, 2: 131050 User stopped marketing messages: The person does not want marketing messages from this business any more. Sending it again does not help or is not allowed.\n  Do not send marketing",
		"\n  m2, m1",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the lines lack %q:\n%s", want, got)
		}
	}
	_, sum = planFor(PlanInput{Outage: "failures jumped"}, failed(1, nil))
	got = strings.Join(sum.Lines(time.UTC), "\n")
	if !strings.HasPrefix(got, "Nothing is to be sent now: 1 message is refused.\nNot sent, 1: Nothing is sent while an outage is suspected or reported: failures jumped") {
		t.Errorf("in an outage:\n%s", got)
	}
}
