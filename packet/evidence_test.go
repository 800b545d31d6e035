package packet

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// widely is an outage that several accounts and codes have, as the log shows it.
func widely() Input {
	in := whole()
	in.Incident.Shape, in.Incident.Reason, in.Incident.WABAs, in.Incident.WABA = model.ShapeOutage, "several accounts fail in the same minutes", 9, ""
	in.Codes = []model.CodeCount{{Code: "131000", Failures: 11000}, {Code: "131016", Failures: 800}, {Vendor: model.Vendor{System: "twilio", Code: "63016"}, Failures: 60}, {HTTP: 503, Failures: 42}}
	in.Scopes = maps.Clone(in.Scopes)
	in.Scopes[model.DimWABA] = model.Scope{Values: 9, Top: []model.ScopeValue{{Value: "120000000000002", Failed: 9000, Attempted: 9100}, {Value: "120000000000003", Failed: 900, Attempted: 940}}}
	in.Evidence = model.Evidence{Shape: model.ShapeOutage, Outage: model.LogOutage{Suspected: true, WABAs: 9, Hit: 8, Since: began, Reason: "8 of 9 accounts fail"}}
	return in
}

func TestGoldenOutage(t *testing.T) {
	k := New(widely(), BSP)
	golden(t, "outage.txt", render(t, k, Text), k)
	golden(t, "outage.short.txt", render(t, k, Short), k)
	golden(t, "outage.json", render(t, k, JSON), k)
}

// text is what a field says.
func text(t *testing.T, in Input, p Profile, key string) string {
	t.Helper()
	return strings.Join(find(t, New(in, p), key).lines, "\n")
}

// What a fault is isolated to is said only where other sends of the time went well.
func TestIsolated(t *testing.T) {
	with := func(change func(*Input), all ...model.Contrast) Input {
		in := whole()
		in.Evidence = model.Evidence{Contrasts: all}
		change(&in)
		return in
	}
	of := func(dim model.Dim, value string, in, out int) model.Contrast { // percent that fail
		return model.Contrast{Dim: dim, Value: value, In: model.Share{Sends: 200, Failed: 2 * in}, Out: model.Share{Sends: 1000, Failed: 10 * out}}
	}
	same := func(*Input) {}
	for name, c := range map[string]struct {
		in   Input
		want []string
		not  []string
	}{
		"a template": {with(same, of(model.DimTemplate, "promo / en", 99, 1)),
			[]string{"Isolated to template promo / en (99% of its 200 sends failed, and 1% of 1,000 of the account's other sends)."}, []string{"cannot tell", "singled out"}},
		"an account and no number": {with(same, of(model.DimWABA, "120000000000002", 97, 0), of(model.DimPhone, "120000000000012", 97, 96)),
			[]string{"Isolated to WABA 120000000000002 (97%", "Not isolated to business number 120000000000012 (97% of its 200 sends failed, and 96% of 1,000"}, nil},
		"half and half": {with(same, of(model.DimTemplate, "promo / en", 60, 40)), []string{"nothing else is singled out"}, []string{"Isolated to", "cannot tell"}},
		"few others": {with(same, model.Contrast{Dim: model.DimTemplate, Value: "promo / en", In: model.Share{Sends: 50, Failed: 50}, Out: model.Share{Sends: 3}}),
			[]string{"too few other sends"}, []string{"Isolated to"}},
		"no successes": {with(func(in *Input) { in.Incident.Successes = false }, of(model.DimTemplate, "promo / en", 99, 1)), []string{"no sends of that time that went well"}, []string{"Isolated to"}},
		"many of each": {with(same), []string{"Not isolated to one template (14 are hit), one business number (3 are hit) or one recipient (11,377 are hit)."}, nil},
		"an outage":    {widely(), []string{"Not isolated to one account: 8 of 9 WABAs in the log fail since 2026-05-13 13:41 UTC, all through one app, and the log alone does not tell Meta from it."}, []string{"cannot tell"}},
		"a known other account": {with(func(in *Input) { in.Evidence.Outage = model.LogOutage{WABAs: 5, Hit: 1} }),
			[]string{"Of the 5 WABAs in the log that were sending at the time, 1 failed far more than before."}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := text(t, c.in, Meta, "scope")
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q is not in\n%s", want, got)
				}
			}
			for _, not := range c.not {
				if strings.Contains(got, not) {
					t.Errorf("%q is in\n%s", not, got)
				}
			}
		})
	}
}

// An incident of several codes names them all: in its subject, in what is asked,
// and with their counts.
func TestCodes(t *testing.T) {
	in := widely()
	if got := text(t, in, Meta, "subject"); !strings.HasPrefix(got, "131000 Something went wrong (also 131016, twilio 63016, 1 more): 11,902 messages failed since") {
		t.Errorf("subject: %s", got)
	}
	if got := text(t, in, Meta, "ask"); !strings.Contains(got, "the cause of 131000, 131016, twilio 63016 and HTTP 503,") {
		t.Errorf("asked: %s", got)
	}
	if got := text(t, in, Meta, "impact"); !strings.Contains(got, "Failures by error: 131000: 11,000; 131016: 800; twilio 63016: 60; HTTP 503: 42.") {
		t.Errorf("impact: %s", got)
	}
	in = whole()
	if got := text(t, in, Meta, "subject") + text(t, in, Meta, "impact"); strings.Contains(got, "also") || strings.Contains(got, "by error") {
		t.Errorf("of one code: %s", got)
	}
}

// The severity stands on what all sends of the account did, now and before, and
// for a BSP's desk in its own words.
func TestSeverityEvidence(t *testing.T) {
	in := whole()
	if got := text(t, in, Meta, "severity"); !strings.Contains(got, "98% of 12,140 attempts of the account failed this way, in the hour before 0.4% of 9,000 sends.") {
		t.Errorf("%s", got)
	}
	message := webhookFailure(3)
	for want, change := range map[string]func(*Input){
		"no emergency by these counts":      func(*Input) {},
		"an emergency, many accounts fail":  func(in *Input) { *in = widely() },
		"an emergency, an outage at Meta":   func(in *Input) { in.Outage = true },
		"whether every message stops, this": func(in *Input) { in.Incident.Successes = false },
		"no emergency, it is one message":   func(in *Input) { in.Message = &message },
		"an emergency, Meta has blocked":    func(in *Input) { in.Findings = append(in.Findings, blockedHealth()) },
	} {
		in := whole()
		change(&in)
		if got := text(t, in, BSP, "severity"); !strings.Contains(got, want) {
			t.Errorf("want %q: %s", want, got)
		}
		if got := text(t, in, Meta, "severity"); strings.Contains(got, "desk") {
			t.Errorf("Meta has no emergency line: %s", got)
		}
	}
}

// What is over is not urgent and no emergency, and a packet says since when; where
// the log has no sends that went well it says that, and not that it is over.
func TestPacketOfAnEnd(t *testing.T) {
	until := began.Add(40 * time.Minute)
	past := func(in *Input) { *in = widely(); in.Evidence.Outage.Until = until }
	for _, x := range []struct {
		name   string
		change func(*Input)
		says   []string
		not    []string
	}{
		{"an account", func(in *Input) { in.Well = until },
			[]string{"Standard, in the words of Meta's support page: by the log sends like these go well again since 2026-05-13 14:21 UTC; while it lasted, 98%", "no emergency any more"}, []string{"Urgent"}},
		{"an outage", func(in *Input) { past(in); in.Well = until }, []string{"Standard,", "failed from 2026-05-13 13:41 UTC to", "no emergency any more"}, []string{"Urgent", "an emergency, many"}},
		{"an outage without successes", func(in *Input) { past(in); in.Evidence.Outage.Quiet, in.Evidence.Outage.After = true, 11 },
			[]string{"Since 2026-05-13 14:21 UTC the log has 11 such failures at these accounts, and no send that went well.", "whether it is still one, this log cannot tell"}, []string{"an emergency, many", "any more"}},
		{"an outage that goes on", func(in *Input) { *in = widely() }, []string{"Urgent", "an emergency, many accounts"}, []string{"any more"}},
		{"blocked now, whatever the log says", func(in *Input) { in.Well = until; in.Findings = append(in.Findings, blockedHealth()) }, []string{"Critical"}, []string{"any more"}},
	} {
		in := whole()
		x.change(&in)
		got := text(t, in, BSP, "severity")
		for _, s := range x.says {
			if !strings.Contains(got, s) {
				t.Errorf("%s: %q is not in %s", x.name, s, got)
			}
		}
		for _, s := range x.not {
			if strings.Contains(got, s) {
				t.Errorf("%s: %q is in %s", x.name, s, got)
			}
		}
		short, err := New(in, BSP).Render(Short)
		if when := text(t, in, Meta, "when"); err != nil || strings.Contains(when, "well again") == in.Well.IsZero() || strings.Contains(short, "failed from") == in.Well.IsZero() || strings.Contains(short, "well again") == in.Well.IsZero() {
			t.Errorf("%s: %s\n%s %v", x.name, when, short, err)
		}
	}
}

func blockedHealth() model.Finding {
	return model.Finding{Check: "health", Verdict: model.Problem, At: began.Add(time.Hour), Facts: []model.Fact{{Name: "WABA can_send_message", Value: "BLOCKED"}}}
}

// What changed is told with its source; recipients in it are masked.
func TestChanged(t *testing.T) {
	in := whole()
	got := text(t, in, Meta, "changed")
	for _, want := range []string{"The access token expired on 13 May 13:40 UTC, 1 minute before the first failure (token check, 13 May 13:49 UTC)", "first seen on 13 May 13:20 UTC, sent to <recipient#", "No change on the account"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	in.Findings = nil
	if got := text(t, in, Meta, "changed"); !strings.Contains(got, "expired") || strings.Contains(got, "Not known") {
		t.Errorf("without checks: %s", got)
	}
	in.Changed = nil
	if got := text(t, in, Meta, "changed"); got != "Not known." {
		t.Errorf("nothing known: %s", got)
	}
}

// What was added by hand is said, and which of the samples were.
func TestAddedByHand(t *testing.T) {
	in := whole()
	in.Samples = slices.Clone(in.Samples)
	for i := range in.Samples {
		if in.Samples[i].WAMID != "" || in.Samples[i].Trace != "" {
			in.Samples[i].Moved = model.Moved{From: 9, Who: "alex", At: began}
		}
	}
	in.Moved = 2
	for _, key := range []string{"scope", "messages", "traces"} {
		f := find(t, New(in, BSP), key)
		said := strings.Join(append(slices.Clone(f.lines), f.exact...), "\n")
		if !strings.Contains(said, "by hand") || strings.Contains(said, "alex") {
			t.Errorf("%s says:\n%s", key, said)
		}
		if f = find(t, New(whole(), BSP), key); strings.Contains(strings.Join(append(slices.Clone(f.lines), f.exact...), "\n"), "by hand") {
			t.Errorf("%s says it of what nobody moved", key)
		}
	}
}
