package triage

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"unsent/model"
)

// A hundred thousand plans of random messages, with random evidence, keep every
// rule. The rules are written here once more, from the messages and not from the
// planner's own functions.
func TestPlanRulesHoldForRandomPlans(t *testing.T) {
	plans := 100_000
	if testing.Short() {
		plans = 5_000
	}
	rnd := rand.New(rand.NewPCG(5, 8))
	codes := []model.Code{"999999", "131000", "131016", "2", "133004", "130429", "131056", "131000", "131016"}
	for c := range planRules {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	sent := 0
	for n := range plans {
		in, all := randomPlan(rnd, codes)
		got, sum := planFor(in, all...)
		if err := brokenRule(in, all, got); err != nil {
			t.Fatalf("plan %d: %v", n, err)
		}
		refused := 0
		for _, r := range got {
			if r.Refused != nil {
				refused++
			}
		}
		if sum.Planned+refused != len(all) || sum.RefusedCount() != refused {
			t.Fatalf("plan %d: %d messages, %d planned, %d refused by count, %d in the list", n, len(all), sum.Planned, sum.RefusedCount(), refused)
		}
		sent += sum.Planned
	}
	if sent < plans/10 {
		t.Errorf("only %d sends in %d plans: the rules are hardly met", sent, plans)
	}
}

func draw[T any](rnd *rand.Rand, all ...T) T { return all[rnd.IntN(len(all))] }

func randomPlan(rnd *rand.Rand, codes []model.Code) (PlanInput, []model.Failure) {
	in := PlanInput{Now: now.Add(time.Duration(rnd.IntN(1e9))), Single: rnd.IntN(4) == 0}
	in.Incident = model.Incident{
		State: draw(rnd, model.StateNew, model.StateWorking, model.StateSolved), Changed: now.Add(-time.Duration(rnd.IntN(7200)) * time.Second),
		WABAs: rnd.IntN(3), Templates: rnd.IntN(3), Last: now.Add(-time.Duration(rnd.IntN(7200)) * time.Second),
	}
	if rnd.IntN(8) == 0 {
		in.Outage = "an outage is open"
	}
	for rnd.IntN(3) == 0 {
		in.Findings = append(in.Findings, model.Finding{
			Check:   draw(rnd, "status-page", "log-outage", "token", "health", "account", "template", "phone-number", "window"),
			Verdict: draw(rnd, model.OK, model.OK, model.Problem, model.Unknown), At: now.Add(-time.Duration(rnd.IntN(7200)) * time.Second),
		})
	}
	for rnd.IntN(4) == 0 {
		in.Causes = append(in.Causes, model.CauseFinding{
			Cause:   draw(rnd, "outage", "token", "account", "template", "window", "recipient", "payment", "throttled", "transient"),
			Verdict: draw(rnd, model.Confirmed, model.Likely, model.Possible, model.Unlikely, model.CannotTell),
		})
	}
	all := make([]model.Failure, 1+rnd.IntN(7))
	for i := range all {
		all[i] = randomFailure(rnd, len(all)-i, codes)
	}
	slices.SortFunc(all, func(a, b model.Failure) int {
		if newerThan(&a, failedAt(&b), b.ID) {
			return -1
		}
		return 1
	})
	return in, all
}

var allFlags = []model.Flag{
	model.FlagContradiction, model.FlagDelivered, model.FlagRecipientDamaged, model.FlagRecipientMasked, model.FlagRecipientOdd, model.FlagNoRecipient,
	model.FlagNoTime, model.FlagZoneAssumed, model.FlagFuture, model.FlagSecret, model.FlagSeveral, model.FlagRepaired, model.FlagGroup,
	model.FlagBSUID, model.FlagLocalText, model.FlagAccountError, model.FlagVendorOnly, model.FlagHTTPOnly,
}

func randomFailure(rnd *rand.Rand, id int, codes []model.Code) model.Failure {
	f := model.Failure{
		ID: model.MessageID(id), Code: draw(rnd, codes...), CodeFrom: draw(rnd, model.FromColumn, model.FromJSON, model.FromTitle), Attempts: 1 + rnd.IntN(2),
		Recipient: fmt.Sprintf("155501%02d", rnd.IntN(4)), WABA: draw(rnd, "", "1", "1", "2"), PhoneID: draw(rnd, "", "11", "12"),
		Category: draw(rnd, "", "utility", "marketing", "authentication"), Kind: "template", Template: draw(rnd, "a", "b", "store_otp"),
	}
	if f.At = now.Add(-time.Duration(rnd.Int64N(int64(4*time.Hour)) / 1e6 * 1e6)); rnd.IntN(4) == 0 {
		f.At = now.Add(-time.Duration(rnd.Int64N(int64(100 * time.Hour))))
	}
	switch rnd.IntN(8) {
	case 0:
		f.Code, f.CodeFrom = "", model.FromNone
		f.HTTPStatus = draw(rnd, 0, 200, 400, 408, 429, 500, 503)
		f.Title = draw(rnd, "", "connection timed out", "rejected")
	case 1:
		f.Code, f.Vendor = "", model.Vendor{System: "gupshup", Code: "1002"}
	case 2:
		f.HTTPStatus = 503
	case 3:
		f.Flags = append(f.Flags, draw(rnd, allFlags...))
	case 4:
		f.Flags = append(f.Flags, model.FlagZoneAssumed)
	}
	if rnd.IntN(4) == 0 {
		f.Template, f.Kind, f.Category = "", draw(rnd, "", "text"), ""
		if rnd.IntN(2) == 0 {
			f.LastInbound = now.Add(-time.Duration(rnd.Int64N(int64(30 * time.Hour))))
		}
	}
	if rnd.IntN(30) == 0 {
		f.At = time.Time{}
	}
	return f
}

// brokenRule says which rule a plan breaks; nil when it keeps them all.
func brokenRule(in PlanInput, all []model.Failure, got []Retry) error {
	finding := func(check string, v model.Verdict) bool {
		return slices.ContainsFunc(in.Findings, func(f model.Finding) bool { return f.Check == check && f.Verdict == v })
	}
	cause := func(name string) bool {
		return slices.ContainsFunc(in.Causes, func(c model.CauseFinding) bool {
			return c.Cause == name && (c.Verdict == model.Likely || c.Verdict == model.Confirmed)
		})
	}
	type send struct {
		f *model.Failure
		r *Retry
	}
	var sends []send
	for i := range all {
		if got[i].Message != all[i].ID {
			return fmt.Errorf("answer %d is of %s, want %s", i, got[i].Message, all[i].ID)
		}
		if r := &got[i]; r.Refused == nil {
			sends = append(sends, send{&all[i], r})
		} else if r.Refused.Rule == "" || r.Refused.Why == "" || !r.NotBefore.IsZero() {
			return fmt.Errorf("%s is refused without a reason, or with a time: %+v", r.Message, r)
		}
	}
	for i, s := range sends {
		f, r := s.f, s.r
		bad := func(what string) error { return fmt.Errorf("%s: %+v as %+v", what, *f, *r) }
		text := f.Template == "" && f.Kind != "template"
		switch {
		case in.Outage != "" || finding("status-page", model.Problem) || finding("log-outage", model.Problem) || cause("outage"):
			return bad("sent in an outage")
		case in.Incident.State != model.StateSolved && (cause("token") || cause("account") || cause("template") || cause("payment") || cause("window") && text):
			return bad("sent before the cause is put right")
		case f.Code == "", f.CodeFrom == model.FromTitle && f.HTTPStatus >= 500:
			return bad("an ambiguous outcome is sent")
		case slices.Contains([]model.Code{"131047", "131050", "130472", "130403", "131026", "999999", "132000", "100"}, f.Code):
			return bad("a code that is never sent")
		case slices.Contains([]model.Code{"190", "131042", "131031", "132001"}, f.Code) && in.Incident.State != model.StateSolved &&
			!finding("token", model.OK) && !finding("health", model.OK) && !finding("account", model.OK) && !finding("template", model.OK):
			return bad("sent before what it failed by is put right")
		case f.At.IsZero():
			return bad("sent without knowing how old it is")
		case r.Wait < 30*time.Second, r.NotBefore.Sub(in.Now) < r.Wait:
			return bad("the wait is too short")
		case f.Code == "131049" && r.NotBefore.Sub(f.At) < 24*time.Hour:
			return bad("held back, and sent within a day")
		case r.NotBefore.After(r.NotAfter):
			return bad("not before is after not after")
		case r.Number < 1 || r.Number > 5, len(r.Then) != 5-r.Number && f.Code != "131049", f.Code == "131049" && (r.Number > 1 || len(r.Then) > 0):
			return bad("there is no end")
		case r.NotBefore.Sub(f.At) > 72*time.Hour:
			return bad("older than anything may be")
		case (f.Category == "authentication" || f.Category == "" && f.Template == "store_otp") && f.Code != "131049" && r.NotBefore.Sub(f.At) > 10*time.Minute:
			return bad("a login code that is too old")
		case f.Category != "marketing" && f.Code != "131049" && r.NotBefore.Sub(f.At) > 24*time.Hour:
			return bad("news that is too old")
		case text && !f.LastInbound.IsZero() && r.NotBefore.Sub(f.LastInbound) > 24*time.Hour:
			return bad("free text in a closed window")
		case r.NotBefore.Nanosecond() != 0 || r.NotBefore.Location() != time.UTC:
			return bad("a time that is not whole seconds of UTC")
		}
		waits := append([]time.Duration{r.Wait}, r.Then...)
		if !slices.IsSorted(waits) {
			return bad("a wait is shorter than the one before")
		}
		for _, flag := range f.Flags {
			switch flag {
			case model.FlagNoTime, model.FlagBSUID, model.FlagSecret, model.FlagLocalText, model.FlagVendorOnly, model.FlagHTTPOnly: // these speak of something else
			case model.FlagZoneAssumed:
				if f.Category == "authentication" && f.Code != "131049" || f.Code == "131049" && r.NotBefore.Sub(f.At) < 36*time.Hour {
					return bad("no zone, and the age is taken as known")
				}
			default:
				return bad("sent in spite of its flag")
			}
		}
		for _, o := range all {
			if o.Recipient != f.Recipient {
				continue
			}
			maybeMarketing := f.Category == "marketing" || f.Category == "" && !text && f.Template != "store_otp"
			if (o.Code == "131050" || o.Code == "130472") && maybeMarketing || o.Code == "130403" {
				return bad("the person is to get none")
			}
			if o.Template == f.Template && (o.WABA == f.WABA || o.WABA == "" || f.WABA == "") && newerThan(&o, failedAt(f), f.ID) {
				return bad("there is a newer one")
			}
		}
		for _, o := range sends[:i] {
			if o.f.Recipient != f.Recipient {
				continue
			}
			if o.f.Template == f.Template && (o.f.WABA == f.WABA || o.f.WABA == "" || f.WABA == "") {
				return bad("two sends of one template to one person")
			}
			if o.r.NotBefore.Sub(r.NotBefore).Abs() < 6*time.Second {
				return bad("two sends to one person within six seconds")
			}
		}
	}
	return nil
}
