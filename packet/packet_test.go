package packet

import (
	stdcmp "cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"unsent/kb"
	"unsent/model"
	"unsent/safe"
)

// go test ./packet -update writes the golden files anew; read the difference
// before keeping it.
var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file of testdata. The knowledge base's version and the
// hash over it change with every article, so they stand there as words.
func golden(t *testing.T, name, got string, k *Packet) {
	t.Helper()
	got = strings.ReplaceAll(got, k.Hash(), "HASH")
	got = strings.ReplaceAll(got, k.Hash()[:12], "HASH")
	got = strings.ReplaceAll(got, kb.Version(), "KB")
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, d)
	}
}

func render(t *testing.T, k *Packet, f Format) string {
	t.Helper()
	s, err := k.Render(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// article is a knowledge base of its own, so that the tests do not change with
// the real one's sentences.
func article() kb.Match {
	return kb.Match{Known: true, Rule: "code", Why: "matched by error code 131000", Article: kb.Article{
		ID: "131000", Title: "Something went wrong", Verdict: "ASK: unknown until checked", Checked: "2026-05-13",
		Steps: []kb.Step{
			{ID: "1", Title: "Check the status page", Checks: []string{"status-page"}},
			{ID: "2", Title: "Wait, then retry", Hand: true},
			{ID: "3", Title: "Check the token", Checks: []string{"token"}, OutageLocks: true},
			{ID: "4", Title: "Check the account", Checks: []string{"health", "account"}, OutageLocks: true},
			{ID: "5", Title: "Check the template", Checks: []string{"template"}, OutageLocks: true},
			{ID: "6", Title: "Check the number", Checks: []string{"recipient"}, Hand: true, OutageLocks: true},
			{ID: "7", Title: "Make a new app", Hand: true, Undo: []string{"point the webhook back"}, Sub: []kb.Step{{ID: "7.1", Title: "Create it", Hand: true}}},
			{ID: "8", Title: "Hand it over", Hand: true, Escalates: true},
		},
	}}
}

func whole() Input {
	in := outageLike()
	in.Match = article()
	return in
}

func TestGolden(t *testing.T) {
	in := whole()
	for _, p := range []Profile{Meta, BSP, Public, Internal} {
		k := New(in, p)
		golden(t, string(p)+".txt", render(t, k, Text), k)
	}
	k := New(in, Meta)
	golden(t, "meta.short.txt", render(t, k, Short), k)
	golden(t, "meta.md", render(t, k, Markdown), k)
	golden(t, "meta.json", render(t, k, JSON), k)
	bare := Input{Version: "0.9.0", Made: began, Match: article(), Incident: model.Incident{ID: 4, Code: "131000", Failures: 2, Attempts: 2, Recipients: -1}}
	k = New(bare, Meta)
	golden(t, "bare.txt", render(t, k, Text), k)
	golden(t, "bare.short.txt", render(t, k, Short), k)
	message := webhookFailure(3)
	in.Message, in.Samples = &message, []model.Failure{message}
	k = New(in, Meta)
	golden(t, "message.txt", render(t, k, Text), k)
}

func find(t *testing.T, k *Packet, key string) field {
	t.Helper()
	for _, f := range k.fields {
		if f.key == key {
			return f
		}
	}
	t.Fatalf("no field %q", key)
	return field{}
}

// TestItems takes one thing away from a complete packet at a time.
func TestItems(t *testing.T) {
	each := func(in *Input, f func(*model.Failure)) {
		in.Samples = slices.Clone(in.Samples)
		for i := range in.Samples {
			f(&in.Samples[i])
		}
	}
	for _, c := range []struct {
		name, first string
		complete    int
		change      func(*Input)
		missing     int // the field's number
	}{
		{"S2-S8 everything", "SUBJECT", 5, func(*Input) {}, 0},
		{"S2-P1 no payload", "INCOMPLETE: no request payload", 4, func(in *Input) { each(in, func(f *model.Failure) { f.Request = "" }) }, 9},
		{"S2-P1 only the text of the message", "INCOMPLETE: no request payload", 4, func(in *Input) {
			each(in, func(f *model.Failure) { f.Request = "Hello Maria, your order is ready" })
		}, 9},
		{"S2-P2 no response", "INCOMPLETE: no complete error response", 4, func(in *Input) { each(in, func(f *model.Failure) { f.Response, f.Trace, f.WAMID = "", "", "" }) }, 10},
		{"S2-P3 no times", "INCOMPLETE: no time of the first failure", 4, func(in *Input) { in.Incident.First, in.Incident.Last = time.Time{}, time.Time{} }, 5},
		{"S2-P4 no dimensions", "INCOMPLETE: no word on templates, numbers or recipients", 4, func(in *Input) { in.Scopes = nil }, 7},
		{"S2-P5 one step open", "INCOMPLETE: step 2 not done", 4, func(in *Input) {
			in.Steps = slices.DeleteFunc(slices.Clone(in.Steps), func(s model.StepRecord) bool { return s.Step == "2" })
		}, 14},
		{"S2-P5 nothing done", "INCOMPLETE: steps 1, 2, 3, 4, 5 and 6 not done", 4, func(in *Input) { in.Steps, in.Findings = nil, nil }, 14},
		{"S2-P5 done by checks", "INCOMPLETE: steps 2 and 6 not done", 4, func(in *Input) {
			in.Steps = slices.DeleteFunc(slices.Clone(in.Steps), func(s model.StepRecord) bool { return s.By != "check" })
		}, 14},
		{"S2-P5 findings settle nothing by themselves", "INCOMPLETE: steps 1, 2, 3, 4, 5 and 6 not done", 4, func(in *Input) { in.Steps = nil }, 14},
		{"S2-P5 the way to support is not owed", "SUBJECT", 5, func(in *Input) {
			in.Match.Article.Steps[6].Undo, in.Match.Article.Steps[6].Escalates = nil, true
		}, 0},
		{"S2-P5 a step that only sounds like it is owed", "INCOMPLETE: step 8 not done", 4, func(in *Input) {
			in.Match.Article.Steps[7].Title, in.Match.Article.Steps[7].Escalates = "Contact support", false
		}, 14},
		{"S2-P5 left out on purpose", "SUBJECT", 5, func(in *Input) {
			in.Steps = slices.Clone(in.Steps)
			in.Steps[1].State = model.StepSkipped
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := whole()
			c.change(&in)
			k := New(in, Meta)
			if k.Complete != c.complete {
				t.Errorf("complete %d, want %d", k.Complete, c.complete)
			}
			text := strings.ReplaceAll(render(t, k, Text), "\n  ", " ")
			if !strings.HasPrefix(text, c.first) {
				t.Errorf("begins %q, want %q", text[:60], c.first)
			}
			if c.complete < 5 && !strings.HasPrefix(render(t, k, Short), "INCOMPLETE: ") || strings.HasPrefix(render(t, k, Markdown), "INCOMPLETE: ") != (c.complete < 5) {
				t.Error("another format does not say that it is incomplete")
			}
			listed := c.missing == 0
			for _, m := range k.Missing {
				if m.Text == "" || m.N < 1 || m.N > 22 || m.Field == "" {
					t.Errorf("missing item without a word: %+v", m)
				}
				listed = listed || m.N == c.missing
			}
			if !listed {
				t.Errorf("field %d is not listed as missing: %+v", c.missing, k.Missing)
			}
			if len(k.Missing)+k.Quality != 22 {
				t.Errorf("%d missing and quality %d are not 22", len(k.Missing), k.Quality)
			}
		})
	}
}

func TestSteps(t *testing.T) {
	in := whole()
	k := New(in, Meta)
	text := render(t, k, Text)
	for id, want := range map[string]string{
		"S2-P5 time, by whom, result": "2 Wait, then retry: done, 2026-05-13 13:56 UTC, by hand: waited 60 s",
		"S2-S7 asked first":           "7 Make a new app: not done: it changes a live set-up, so we ask",
		"S2-S8 this packet":           "8 Hand it over: this packet",
	} {
		t.Run(id, func(t *testing.T) {
			if flat := strings.Join(strings.Fields(text), " "); !strings.Contains(flat, want) {
				t.Errorf("%q is not in:\n%s", want, text)
			}
		})
	}
	t.Run("locked by an outage is not owed", func(t *testing.T) {
		in := whole()
		in.Outage, in.Steps = true, in.Steps[:2]
		in.Findings = nil
		k := New(in, BSP)
		if k.Complete != 5 {
			t.Errorf("complete %d: %v", k.Complete, k.lacks())
		}
		if s := strings.Join(find(t, k, "steps").lines, "\n"); !strings.Contains(s, "3 Check the token: not applicable yet: an outage is open") {
			t.Error(s)
		}
	})
}

// TestTraces is conflict K4: a webhook's error has no fbtrace_id, and the packet
// says so instead of asking for one.
func TestTraces(t *testing.T) {
	async, sync := webhookFailure(1), syncFailure(2)
	cut := sync
	cut.Trace, cut.Response = "", `{"error":{"code":131000,"message":"(#131000) Something went wrong"}}`
	cut.HTTPStatus = 500
	noAnswer := sync
	noAnswer.Trace, noAnswer.Response = "", ""
	for _, c := range []struct {
		name    string
		samples []model.Failure
		state   state
		says    string
	}{
		{"K4 webhook only", []model.Failure{async}, notApplicable, "an error in a webhook has no fbtrace_id"},
		{"S2-P2 answers", []model.Failure{sync}, given, ""},
		{"K4 both", []model.Failure{sync, async}, given, "1 of 2 samples came by webhook"},
		{"S2-P2 cannot tell", []model.Failure{noAnswer}, missing, "does not tell"},
		{"S2-P2 answer cut off", []model.Failure{cut}, missing, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := whole()
			in.Samples = c.samples
			k := New(in, Meta)
			f := find(t, k, "traces")
			if f.state != c.state || !strings.Contains(strings.Join(f.lines, " "), c.says) {
				t.Errorf("state %d, lines %q", f.state, f.lines)
			}
		})
	}
	t.Run("S2-P2 trace in the answer only", func(t *testing.T) {
		in := whole()
		f := syncFailure(2)
		f.Trace = ""
		in.Samples = []model.Failure{f}
		if got := find(t, New(in, Meta), "traces").exact; len(got) != 1 || !strings.HasPrefix(got[0], "A1bCdEfGhIjKlMnOpQr0002") {
			t.Errorf("traces %q", got)
		}
	})
	t.Run("refused messages have no id", func(t *testing.T) {
		in := whole()
		in.Samples = []model.Failure{sync}
		if f := find(t, New(in, Meta), "messages"); f.state != notApplicable {
			t.Errorf("state %d, %q", f.state, f.lines)
		}
	})
}

// TestResponse: what counts as the complete error response.
func TestResponse(t *testing.T) {
	webhook := webhookFailure(1)
	columns := webhook
	columns.Response, columns.Message = "", "Something went wrong"
	partly := columns
	partly.Details = ""
	unknown := columns
	unknown.WAMID = ""
	raw := unknown
	raw.Raw = webhook.Response
	gateway := unknown
	gateway.Response = "502 Bad Gateway"
	for _, c := range []struct {
		name string
		f    model.Failure
		ok   bool
		says string
	}{
		{"S2-P2 webhook", webhook, true, `"code":131000`},
		{"S2-04 columns of a webhook error", columns, true, "code: 131000"},
		{"columns without details", partly, false, "code: 131000"},
		{"columns, unknown how it came", unknown, false, "details:"},
		{"the whole row is the webhook", raw, true, `"errors":[`},
		{"no JSON at all", gateway, true, "502 Bad Gateway"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := whole()
			in.Samples = []model.Failure{c.f}
			f := find(t, New(in, Meta), "responses")
			if (f.state == given) != c.ok || len(f.pre) == 0 || !strings.Contains(f.pre[0].text, c.says) {
				t.Errorf("state %d, %+v", f.state, f.pre)
			}
		})
	}
}

func TestStops(t *testing.T) {
	one := func(in *Input) {
		in.Incident.Recipients = 1
		in.Scopes = map[model.Dim]model.Scope{model.DimRecipient: {Values: 1}}
	}
	fix := article()
	fix.Article.Verdict, fix.Article.Summary = "FIX THIS: token", "The token has expired."
	for _, c := range []struct {
		name    string
		profile Profile
		change  func(*Input)
		rules   string
	}{
		{"nothing against it", Meta, func(*Input) {}, ""},
		{"S2-S1b outage", Meta, func(in *Input) { in.Outage = true }, "outage"},
		{"an outage that the log suggests, page not looked at", Meta, func(in *Input) { *in = widely(); in.Outage, in.Findings = true, nil }, "outage"},
		{"the same, and the page reports nothing", Meta, func(in *Input) { *in = widely(); in.Outage = true }, ""},
		{"the same, and somebody saw it on the page", Meta, func(in *Input) {
			*in = widely()
			in.Outage, in.Steps = true, []model.StepRecord{{Step: "1", State: model.StepProblem, By: "hand"}}
		}, "outage"},
		{"outage, emergency desk", BSP, func(in *Input) { in.Outage = true }, ""},
		{"S2-R3 re-engagement", Meta, func(in *Input) { in.Incident.Code = "131047" }, "code"},
		{"S2-R4 template", BSP, func(in *Input) { in.Incident.Code = "132001" }, "code"},
		{"fix card", Meta, func(in *Input) { in.Match = fix }, "code"},
		{"S2-Q4 one recipient", Meta, one, "one-recipient"},
		{"S2-C6 malformed number", Meta, func(in *Input) {
			in.Causes = []model.CauseFinding{{Cause: "recipient", Verdict: model.Confirmed}}
		}, "recipient-format"},
		{"only the export has odd numbers", Meta, func(in *Input) {
			in.Samples = slices.Clone(in.Samples)
			for i := range in.Samples {
				in.Samples[i].Flags = []model.Flag{model.FlagRecipientOdd}
			}
		}, ""},
		{"odd numbers and no request", Meta, func(in *Input) {
			in.Samples = slices.Clone(in.Samples)
			for i := range in.Samples {
				in.Samples[i].Flags, in.Samples[i].Request = []model.Flag{model.FlagRecipientOdd}, ""
			}
		}, "recipient-format"},
		{"recipients not known", Meta, func(in *Input) { in.Incident.Recipients, in.Scopes = -1, nil }, ""},
		{"delivered after all", Meta, func(in *Input) { in.Arrived, in.ArrivedOf = 40, 40 }, "delivered"},
		{"some delivered", Meta, func(in *Input) { in.Arrived, in.ArrivedOf = 39, 40 }, ""},
		{"several", Meta, func(in *Input) { one(in); in.Outage = true; in.Incident.Code = "131049" }, "outage code one-recipient"},
		{"S2-S1c overruled stays on record", Meta, func(in *Input) { in.Outage, in.Override = true, true }, "outage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := whole()
			c.change(&in)
			k := New(in, c.profile)
			var rules []string
			for _, s := range k.Stops {
				rules = append(rules, s.Rule)
				if len(s.Reason) < 20 {
					t.Errorf("%s gives no reason: %q", s.Rule, s.Reason)
				}
			}
			if got := strings.Join(rules, " "); got != c.rules {
				t.Errorf("stops %q, want %q", got, c.rules)
			}
			if _, err := k.Render(Text); err != nil {
				t.Errorf("a stop is the caller's to enforce, yet: %v", err)
			}
		})
	}
}

// TestSeverity is feature E07: Meta's own words, and no share where there is none.
func TestSeverity(t *testing.T) {
	for _, c := range []struct {
		name, word, says string
		change           func(*Input)
	}{
		{"E07 most sends", "Urgent", "98%", func(*Input) {}},
		{"E07 some sends", "Standard", "some sends fail: 10%", func(in *Input) {
			in.Incident.Failures = 1214
			in.Scopes[model.DimWABA] = model.Scope{Values: 1, Top: []model.ScopeValue{{Value: "120000000000002", Failed: 1214, Attempted: 12140}}}
		}},
		{"E07 all of a template, few of the account", "Standard", "some sends fail: 4%", func(in *Input) {
			in.Incident.Failures, in.Incident.Attempts = 431, 431
			in.Scopes[model.DimWABA] = model.Scope{Values: 1, Top: []model.ScopeValue{{Value: "120000000000002", Failed: 431, Attempted: 10000}}}
		}},
		{"E07 nothing known of the account", "Urgent", "98% of 12,140 attempts failed", func(in *Input) { delete(in.Scopes, model.DimWABA) }},
		{"E07 one send alone is not most", "Standard", "too few were made at the time", func(in *Input) {
			in.Incident.Failures, in.Incident.Attempts = 1, 1
			in.Scopes[model.DimWABA] = model.Scope{Values: 1, Top: []model.ScopeValue{{Value: "120000000000002", Failed: 1, Attempted: 1}}}
		}},
		{"E07 workaround", "Standard", "a workaround is in use", func(in *Input) { in.Workaround = "e-mail instead" }},
		{"E07 no successes", "At least Standard", "share unknown: the log has no successful sends", func(in *Input) { in.Incident.Successes, in.Incident.Attempts = false, 11902 }},
		{"E07 blocked", "Critical", "BLOCKED", func(in *Input) {
			in.Findings = []model.Finding{{Check: "health", Verdict: model.Problem, Facts: []model.Fact{{Name: "WABA 12", Value: "BLOCKED"}}}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := whole()
			c.change(&in)
			f := find(t, New(in, Meta), "severity")
			if !strings.HasPrefix(f.lines[0], c.word+",") || !strings.Contains(f.lines[0], c.says) {
				t.Errorf("got %q", f.lines[0])
			}
		})
	}
}

// TestDoor is conflict K6 and feature E08: who is asked depends on who one is.
func TestDoor(t *testing.T) {
	t.Run("K6", func(t *testing.T) {
		if d := New(whole(), Meta).Door; !strings.Contains(d, "Direct Support") || !strings.Contains(d, "partner") {
			t.Error(d)
		}
		if d := New(whole(), BSP).Door; !strings.Contains(d, "BSP") {
			t.Error(d)
		}
	})
	t.Run("S2-Q5", func(t *testing.T) {
		if s := render(t, New(whole(), Meta), Text); !strings.Contains(s, "A1bCdEfGhIjKlMnOpQr0005") {
			t.Error("the fbtrace_id for Direct Support is not in the packet")
		}
	})
	if k := New(whole(), "somebody"); k.profile != Public {
		t.Errorf("an unknown receiver sees the profile %q", k.profile)
	}
}

// TestDeterminism is feature E10.
func TestDeterminism(t *testing.T) {
	first := New(whole(), Meta)
	for range 20 {
		in := whole()
		slices.Reverse(in.Samples)
		k := New(in, Meta)
		if k.Hash() != first.Hash() {
			t.Fatal("E10: the same input has another hash")
		}
		for _, f := range []Format{Text, Short, Markdown, JSON} {
			if render(t, k, f) != render(t, first, f) {
				t.Fatalf("E10: %s has other bytes", f)
			}
		}
	}
	in := whole()
	in.Made = in.Made.Add(time.Hour)
	later := New(in, Meta)
	if later.Hash() != first.Hash() {
		t.Error("the clock line is in the hash")
	}
	if a, b := render(t, first, Text), render(t, later, Text); a == b || len(a) != len(b) {
		t.Error("the clock line does not tell the time")
	}
	in.Notes = nil
	if New(in, Meta).Hash() == first.Hash() {
		t.Error("a note is not in the hash")
	}
	if New(whole(), BSP).Hash() == first.Hash() {
		t.Error("the profile is not in the hash")
	}
}

// TestRefusal: what must not go out does not, whatever let it in.
func TestRefusal(t *testing.T) {
	k := New(whole(), Meta)
	k.in.Secrets = []string{"HighLevelSecret"}
	k.fields[0].lines[0] += " HighLevelSecret"
	if _, err := k.Render(Text); !errors.Is(err, ErrSecret) || model.Hint(err) == "" {
		t.Errorf("a secret in the text gave %v", err)
	}
	k = New(whole(), Meta)
	k.fields[0].lines[0] += " 15550100005"
	if _, err := k.Render(Markdown); !errors.Is(err, ErrLeak) || model.Hint(err) == "" {
		t.Errorf("a number in the text gave %v", err)
	}
	if _, err := k.Render("html"); err == nil {
		t.Error("HTML was rendered")
	}
}

func TestChoose(t *testing.T) {
	var all []model.Failure
	for n := range 40 {
		f := syncFailure(n)
		f.Template, f.Details = fmt.Sprintf("t%d", n/10), ""
		all = append(all, f)
	}
	got := choose(all, nil)
	var ids []model.MessageID
	for _, f := range got {
		ids = append(ids, f.ID)
	}
	// The newest three and the oldest have the templates 3 and 0; one each of the
	// others follows.
	if want := []model.MessageID{40, 39, 38, 30, 20, 1}; !slices.Equal(ids, want) {
		t.Errorf("chose %v, want %v", ids, want)
	}
	for n := range 40 {
		all[n].Details = fmt.Sprint(n)
	}
	if got := choose(all, nil); len(got) != 10 {
		t.Errorf("%d samples, want 10", len(got))
	}
	m := syncFailure(20)
	if got := choose(all, &m); len(got) != 1 || got[0].ID != 21 {
		t.Errorf("a packet about one message shows %d", len(got))
	}
	if got := choose(nil, nil); len(got) != 0 {
		t.Errorf("%d samples out of none", len(got))
	}
}

// TestMessage: a packet about one message leads with the message's own facts and
// says of every count that it is the incident's.
func TestMessage(t *testing.T) {
	in := whole()
	m := webhookFailure(3)
	in.Message = &m
	k := New(in, Meta)
	const of = "In the incident it belongs to:"
	if f := find(t, k, "when"); f.state != given || !strings.HasPrefix(f.lines[0], "this message 2026-05-13 13:44:07 UTC") || f.lines[1] != of {
		t.Errorf("when %d %q", f.state, f.lines)
	}
	for _, key := range []string{"impact", "frequency", "scope"} {
		f := find(t, k, key)
		if len(f.head) == 0 || f.head[len(f.head)-1] != of {
			t.Errorf("%s does not begin with whose figures they are: %q", key, f.head)
		}
	}
	if f := find(t, k, "scope"); !strings.HasPrefix(f.head[0], "This message: template order_ready, language en_US, ") || strings.Contains(f.head[0], number(3)) {
		t.Errorf("scope %q", f.head)
	}
	var js map[string]map[string]any
	text := render(t, k, JSON)
	var all map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	js = map[string]map[string]any{}
	for _, key := range []string{"when", "impact", "frequency", "scope"} {
		js[key], _ = all[key].(map[string]any)
		for inner := range js[key] {
			if inner != "incident" && !(key == "when" && (inner == "at" || inner == "at_local")) {
				t.Errorf("%s has %q outside of the incident", key, inner)
			}
		}
	}
	if js["when"]["at"] != "2026-05-13T13:44:07Z" || js["impact"]["incident"].(map[string]any)["failed"] != 11902.0 {
		t.Errorf("JSON: %v %v", js["when"], js["impact"])
	}
	for _, f := range []Format{Text, Short, Markdown} {
		flat := strings.Join(strings.Fields(render(t, k, f)), " ")
		if i := strings.Index(flat, "11,902 messages"); i < 0 || !strings.Contains(flat[max(0, i-50):i], of) {
			t.Errorf("%s does not say whose messages these are:\n%s", f, flat)
		}
	}
	m.At = time.Time{}
	if f := find(t, New(in, Meta), "when"); f.state != missing || f.lack != "no time of this message" {
		t.Errorf("a message without a time: %d %q", f.state, f.lack)
	}
}

// TestZones: a packet says the same wherever it is made, and UTC once.
func TestZones(t *testing.T) {
	in := whole()
	var first *Packet
	for _, zone := range []*time.Location{nil, time.UTC, time.FixedZone("", 0), time.FixedZone("Z", 0), time.FixedZone("", -4*3600), time.FixedZone("", 9*3600)} {
		in.Local = zone
		k := New(in, Meta)
		if first == nil {
			first = k
		}
		if k.Hash() != first.Hash() {
			t.Errorf("made in %v it has another hash", zone)
		}
		text := render(t, k, Text)
		_, offset := began.In(stdcmp.Or(zone, time.UTC)).Zone()
		if local := strings.Contains(text, "UTC ("); local != (offset != 0) {
			t.Errorf("in %v: local times are there: %v", zone, local)
		}
		if offset == 0 && text != render(t, first, Text) {
			t.Errorf("in %v the text differs from that in UTC", zone)
		}
	}
}

// TestCut: what is cut must not look like a secret that was left in.
func TestCut(t *testing.T) {
	s := "said Authorization: Bearer <secret:masked> and more of it"
	for n := range len(s) {
		if got := cut(s, n); safe.HasSecret(got) {
			t.Errorf("cut at %d: %q", n, got)
		}
	}
}
