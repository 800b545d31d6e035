package triage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"unsent/model"
)

// steady is a day of so many WABAs in which each sends twice a minute; from
// minute 800 to 830 the named ones fail with the code.
func steady(wabas int, code model.Code, app func(w int) string, fails func(w int) bool) []Strand {
	var out []Strand
	for w := range wabas {
		good := Strand{ID: int64(2*w + 1), WABA: fmt.Sprintf("10155501%02d", w), App: app(w)}
		bad := Strand{ID: int64(2*w + 2), Code: code, WABA: good.WABA, App: good.App}
		for t := range int64(1440) {
			switch {
			case t >= 800 && t < 830 && fails(w):
				bad.Minutes = append(bad.Minutes, Minute{At: simBegin + t, Failed: 2})
			case t%200 == int64(w):
				bad.Minutes = append(bad.Minutes, Minute{At: simBegin + t, Failed: 1})
				good.Minutes = append(good.Minutes, Minute{At: simBegin + t, Good: 1})
			default:
				good.Minutes = append(good.Minutes, Minute{At: simBegin + t, Good: 2})
			}
		}
		out = append(out, good, bad)
	}
	return out
}

func TestDisruptions(t *testing.T) {
	all := func(int) bool { return true }
	noApp := func(int) string { return "" }
	tests := []struct {
		name      string
		strands   []Strand
		suspect   Suspect // empty: nothing is suspected
		says      []string
		recovered bool
	}{
		{"nine WABAs at once are an outage", steady(9, "131016", noApp, all), SuspectMeta,
			[]string{"Suspected outage at Meta", "9 of 9 WABAs", "all of their sends failed", "in the hour before"}, true},
		{"an HTTP status of the server counts as well", func() []Strand {
			s := steady(4, "", noApp, all)
			for i := range s {
				if i%2 == 1 {
					s[i].HTTP = 503
				}
			}
			return s
		}(), SuspectMeta, []string{"4 of 4 WABAs"}, true},
		{"three of nine are an outage when they jump together", steady(9, "131000", noApp, func(w int) bool { return w < 3 }), SuspectMeta, []string{"3 of 9 WABAs"}, true},
		{"two of nine are not", steady(9, "131000", noApp, func(w int) bool { return w < 2 }), "", nil, false},
		{"a log of two WABAs cannot tell", steady(2, "131000", noApp, all), SuspectUnclear, []string{"Cannot tell an outage at Meta from a fault of the account", "2 WABAs only"}, true},
		{"a log of one WABA cannot tell", steady(1, "131000", noApp, all), SuspectUnclear, []string{"1 WABA only"}, true},
		{"the WABAs of one app while those of another send", steady(9, "131000", func(w int) string { return fmt.Sprint(700 + w/4) }, func(w int) bool { return w < 4 }),
			SuspectApp, []string{"Points to app 700, not to Meta"}, true},
		{"all WABAs of all apps", steady(9, "131000", func(w int) string { return fmt.Sprint(700 + w/4) }, all), SuspectMeta, []string{"9 of 9 WABAs"}, true},
		{"a log of one app says so", steady(5, "2", func(int) string { return "700" }, all), SuspectMeta, []string{"does not tell Meta from that app"}, true},
		{"code 4 is the app's limit", steady(5, "4", func(int) string { return "700" }, all), SuspectAppLimit, []string{"call limit of the app 700, not to Meta: code 4 came at several accounts in the same minutes. 5 of 5 WABAs"}, true},
		{"a refused token is no outage", steady(9, "190", noApp, all), "", nil, false},
		{"refused recipients are no outage", steady(9, "131026", noApp, all), "", nil, false},
	}
	for _, tt := range tests {
		for _, successes := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/successes=%t", tt.name, successes), func(t *testing.T) {
				strands := tt.strands
				if !successes {
					if tt.suspect == SuspectApp {
						t.Skip("that the others send is only known from successes")
					}
					strands = withoutSuccesses(strands)
				}
				found := Disruptions(strands)
				if tt.suspect == "" {
					if len(found) != 0 {
						t.Fatalf("found %s", found[0].Reason())
					}
					return
				}
				if len(found) != 1 {
					t.Fatalf("%d disruptions, want 1", len(found))
				}
				d := found[0]
				if d.Suspect != tt.suspect {
					t.Errorf("suspect %s, want %s", d.Suspect, tt.suspect)
				}
				if d.From != simBegin+800 || d.To != simBegin+829 || d.Noticed > d.From+2 {
					t.Errorf("from %d to %d, noticed %d", d.From-simBegin, d.To-simBegin, d.Noticed-simBegin)
				}
				if !d.Over {
					t.Error("it is said to go on")
				}
				if successes && (d.Recovered == 0 || d.Recovered > d.To+5) {
					t.Errorf("recovered at %d", d.Recovered-simBegin)
				}
				if seen := d.seen(); seen.Until.IsZero() || seen.Quiet == successes {
					t.Errorf("until %s, quiet %t, with sends that went well %t", seen.Until, seen.Quiet, successes)
				}
				if again := (&Disruption{Over: true, To: d.To, Again: d.To + 60}).Resume(); !strings.Contains(again, "until the next outage began, at "+clock(d.To+60)+", but") || d.Again != 0 {
					t.Errorf("another one began, and it is said: %s", again)
				}
				if d.After != 3*len(d.WABAs) || !successes && !strings.Contains(d.Resume(), fmt.Sprintf(" %d such failures", d.After)) {
					t.Errorf("%d such failures behind it, want %d: %s", d.After, 3*len(d.WABAs), d.Resume())
				}
				if !successes && (d.Recovered != 0 || !strings.Contains(d.Resume(), "does not show")) {
					t.Errorf("recovery is claimed without a success: %s", d.Resume())
				}
				for _, says := range tt.says {
					if !successes && strings.Contains(says, "their sends") {
						continue
					}
					if !strings.Contains(d.Reason(), says) {
						t.Errorf("%q does not say %q", d.Reason(), says)
					}
				}
			})
		}
	}
}

// A log that ends in an outage has one that goes on; what came before it decides
// whether a log without successes can tell.
func TestDisruptionsAtTheEndsOfALog(t *testing.T) {
	strands := steady(6, "131016", func(int) string { return "" }, func(int) bool { return true })
	cut := func(all []Strand, from, to int64) []Strand {
		var out []Strand
		for _, s := range all {
			s.Minutes = slices.DeleteFunc(slices.Clone(s.Minutes), func(m Minute) bool { return m.At < simBegin+from || m.At >= simBegin+to })
			if len(s.Minutes) > 0 {
				out = append(out, s)
			}
		}
		return out
	}
	found := Disruptions(cut(strands, 0, 820))
	if len(found) != 1 || found[0].Over || found[0].Resume() != "" || !strings.Contains(found[0].Reason(), "failed since ") {
		t.Errorf("a log that ends in it: %+v", found)
	}
	found = Disruptions(cut(strands, 800, 1000))
	if len(found) != 1 || !strings.Contains(found[0].Reason(), "begins in it") {
		t.Errorf("a log that begins in it: %+v", found)
	}
	if found = Disruptions(cut(withoutSuccesses(strands), 800, 820)); len(found) != 0 {
		t.Errorf("failures without any history are said to have jumped: %s", found[0].Reason())
	}
	if found = Disruptions(nil); len(found) != 0 {
		t.Errorf("an empty log: %v", found)
	}
}

// What stays for days is no outage: from then on it is what is usual.
func TestDisruptionsEnd(t *testing.T) {
	var strands []Strand
	for w := range 4 {
		s := every(Strand{ID: int64(w + 1), Code: "131016", WABA: fmt.Sprint(w)}, int64(w), 10*aDay, 480, 1, 0)
		for at := int64(3 * aDay); at < 10*aDay; at += 5 {
			s.Minutes = append(s.Minutes, Minute{At: simBegin + at, Failed: 2})
		}
		s.Minutes = byMinuteOf(s.Minutes)
		strands = append(strands, s)
	}
	found := Disruptions(strands)
	if len(found) == 0 {
		t.Fatal("nothing was seen when it began")
	}
	for _, d := range found {
		if d.Suspect == SuspectMeta || d.To-d.From > longest+1 {
			t.Errorf("%d minutes: %s", d.To-d.From, d.Reason())
		}
	}
	for _, g := range Groups(strands, nil) {
		if g.Shape == model.ShapeOutage {
			t.Errorf("an outage of %d minutes: %s", g.Last-g.First, g.Reason)
		}
	}
}

func byMinuteOf(all []Minute) []Minute {
	slices.SortFunc(all, func(a, b Minute) int { return int(a.At - b.At) })
	return all
}

// A job that sends once a day sends for all of its WABAs in one minute: a failure
// at each is rare by the counts and no outage.
func TestDisruptionsAFailureEachIsNone(t *testing.T) {
	for wabas := 3; wabas <= 5; wabas++ {
		var strands []Strand
		for w := range wabas {
			s := Strand{ID: int64(w + 1), Code: "131000", WABA: fmt.Sprint(w), Minutes: []Minute{{At: simBegin, Failed: 1}, {At: simBegin + 3*aDay, Failed: 1}}}
			strands = append(strands, s)
		}
		if found := Disruptions(strands); len(found) > 0 {
			t.Errorf("%d WABAs: %s", wabas, found[0].Reason())
		}
	}
}

// Eighty WABAs that fail once in three days, and forty of them within ten minutes:
// it is seen in how many there are, ends with them, and no more were hit than failed.
func TestDisruptionsOfACrowd(t *testing.T) {
	var strands []Strand
	for w := range 80 {
		s := every(Strand{ID: int64(w + 1), Code: "131016", WABA: fmt.Sprintf("%02d", w)}, int64(w)*50, 12*aDay, 3*aDay, 1, 0)
		if w%2 == 0 {
			s.Minutes = byMinuteOf(append(s.Minutes, Minute{At: simBegin + 5*aDay + 400 + int64(w/8), Failed: 1}))
		}
		strands = append(strands, s)
	}
	found := Disruptions(strands)
	if len(found) != 1 {
		t.Fatalf("%d disruptions", len(found))
	}
	d := found[0]
	if d.Suspect != SuspectMeta || !d.Over || d.Noticed > simBegin+5*aDay+403 || len(d.WABAs) < 35 || len(d.WABAs) > d.Active || d.To > simBegin+5*aDay+415 {
		t.Errorf("noticed %d: %s", d.Noticed-simBegin-5*aDay, d.Reason())
	}
	if !strings.Contains(d.Reason(), "WABAs that the log has failures of in that time were hit") {
		t.Errorf("%s", d.Reason())
	}
}

// A job that fails for its WABAs at two every night is no outage of every night, in
// a log that has failures only.
func TestDisruptionsOfEveryNightAreNone(t *testing.T) {
	var strands []Strand
	for w := range 5 {
		s := Strand{ID: int64(w + 1), Code: "131000", WABA: fmt.Sprint(w)}
		for day := range int64(12) {
			s.Minutes = append(s.Minutes, Minute{At: simBegin + day*aDay + day%3*4, Failed: int32(3 + (w+int(day))%2)})
		}
		strands = append(strands, s)
	}
	if found := Disruptions(strands); len(found) > 0 {
		t.Errorf("%d, the first: %s", len(found), found[0].Reason())
	}
}

// WABAs that sent once in an outage and failed are among those that it hit.
func TestDisruptionsCountThoseThatSendLittle(t *testing.T) {
	strands := steady(9, "131016", func(int) string { return "" }, func(w int) bool { return w < 6 })
	for w := range 20 {
		good := every(Strand{ID: int64(100 + 2*w), WABA: fmt.Sprint("little ", w)}, int64(w), 790, 30, 0, 1)
		bad := every(Strand{ID: int64(101 + 2*w), WABA: good.WABA, Code: "131016"}, int64(801+w), int64(802+w), 1, 1, 0)
		strands = append(strands, good, bad)
	}
	found := Disruptions(strands)
	if len(found) != 1 || len(found[0].WABAs) != 26 || found[0].Active != 29 {
		t.Fatalf("%+v", found)
	}
}

// A provider that says nothing for an hour, and then all that has failed in it, has
// late callbacks. Twenty times as many failures are an outage, silence or not.
func TestDisruptionsOfLateCallbacks(t *testing.T) {
	for _, tt := range []struct {
		name    string
		burst   int32 // failures of each WABA in each of three minutes behind the silence
		suspect Suspect
	}{
		{"what the silence owes", 5, SuspectLate},
		{"far more than it owes", 100, SuspectMeta},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var strands []Strand
			for w := range 6 {
				s := Strand{ID: int64(w + 1), Code: "131000", WABA: fmt.Sprint(w)}
				for at := int64(w % 4); at < 2*aDay; at += 4 {
					if at < aDay+600 || at >= aDay+660 {
						s.Minutes = append(s.Minutes, Minute{At: simBegin + at, Failed: 1})
					}
				}
				for at := range int64(3) {
					s.Minutes = append(s.Minutes, Minute{At: simBegin + aDay + 660 + at, Failed: tt.burst})
				}
				s.Minutes = byMinuteOf(s.Minutes)
				strands = append(strands, s)
			}
			found := Disruptions(strands)
			if len(found) != 1 || found[0].Suspect != tt.suspect {
				t.Fatalf("%d, %+v", len(found), found)
			}
			why := found[0].Reason()
			if late := strings.Contains(why, "callbacks that came late at the provider, not to Meta"); late != (tt.suspect == SuspectLate) {
				t.Error(why)
			}
			for _, g := range Groups(strands, nil) {
				if tt.suspect == SuspectLate && g.Shape != model.ShapeScattered {
					t.Errorf("a fault: %s", g.Reason)
				}
			}
		})
	}
}

// What an outage left behind is counted until the next one, which is said.
func TestAftermathEndsWithTheNext(t *testing.T) {
	w := &watcher{end: 900, done: []Disruption{{From: 100, To: 120}, {From: 500, To: 520}}}
	w.aftermath()
	if w.done[0].Again != 500 || w.done[1].Again != 0 {
		t.Errorf("the next ones began at %d and %d", w.done[0].Again, w.done[1].Again)
	}
}
