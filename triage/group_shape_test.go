package triage

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unsent/model"
)

// every is a strand that has so many failures or successes every step minutes.
func every(s Strand, from, to, step int64, failed, good int) Strand {
	for at := from; at < to; at += step {
		s.Minutes = append(s.Minutes, Minute{At: simBegin + at, Failed: int32(failed), Good: int32(good)})
	}
	return s
}

func numbered(strands ...Strand) []Strand {
	for i := range strands {
		strands[i].ID = int64(i + 1)
	}
	return strands
}

// one says that all failures of a strand went to one recipient.
func one(strand int64) Tally {
	return func(dim model.Dim, s, from, to int64) (int, int64, int) {
		if dim != model.DimRecipient {
			return 0, 0, 0
		}
		if s == strand {
			return 1, 15550100123, 2000
		}
		return 1 << 20, 15550100124, 1
	}
}

const aDay = 1440

func TestGroupsShapes(t *testing.T) {
	good := func(waba, phone, template string) Strand {
		return every(Strand{WABA: waba, Phone: phone, Template: template, Language: "en"}, 0, 2*aDay, 2, 0, 1)
	}
	down := func(template string, from, to int64) Strand {
		return every(Strand{Code: "131000", WABA: "1", Template: template, Language: "en"}, from, to, 1, 1, 0)
	}
	spared := func(template string, from, to int64) Strand { // all other minutes
		s := Strand{WABA: "1", Template: template, Language: "en"}
		return every(every(s, 0, from, 1, 0, 1), to, 2*aDay, 1, 0, 1)
	}
	tests := []struct {
		name    string
		strands []Strand
		tally   Tally
		shapes  []model.Shape // of the groups, in their order
		says    string        // the first reason
		going   bool
	}{
		{"one refused token is a fault of the account", numbered(every(Strand{Code: "190", WABA: "1"}, 600, 601, 1, 1, 0)), nil, []model.Shape{model.ShapeAccount}, "about account 1", true},
		{"payment that does not hit every send", numbered(good("1", "5", "a"), every(Strand{Code: "131042", WABA: "1"}, 1000, 2*aDay, 7, 1, 0)), nil, []model.Shape{model.ShapeAccount}, "still so when the log ends", true},
		{"a few sends behind it are no proof, and not still so", numbered(every(Strand{Code: "131000", WABA: "1", Template: "a", Language: "en"}, 100, 112, 1, 1, 0), every(Strand{WABA: "1", Template: "a", Language: "en"}, 112, 134, 2, 0, 1)), nil,
			[]model.Shape{model.ShapeTemplate}, "After that 11 such sends went well until the log ends at", true},
		{"without successes a log that goes on says so", numbered(every(Strand{Code: "132001", WABA: "1", Template: "a", Language: "en"}, 100, 112, 1, 1, 0), every(Strand{Code: "131026", WABA: "2"}, 120, 140, 19, 1, 0)), nil,
			[]model.Shape{model.ShapeTemplate, model.ShapeScattered}, "The log goes on until 2 Feb 04:59 UTC and does not show whether it is over.", true},
		{"an account that fails with both of its templates", numbered(down("a", 1000, 1120), down("b", 1000, 1120), spared("a", 1000, 1120), spared("b", 1000, 1120)), nil,
			[]model.Shape{model.ShapeAccount}, "No send of the account went well in that time.", false},
		{"a template beside one that fails for longer", numbered(down("a", 1000, 1120), down("b", 900, 1300), spared("a", 1000, 1120), spared("b", 900, 1300)), nil,
			[]model.Shape{model.ShapeTemplate, model.ShapeTemplate}, "280 others of the account did, while 120 failed as well.", false},
		{"two templates, and free text goes well", numbered(down("a", 1000, 1120), down("b", 1000, 1120), spared("a", 1000, 1120), spared("b", 1000, 1120), every(Strand{WABA: "1", Phone: "5"}, 0, 2*aDay, 5, 0, 1)), nil,
			[]model.Shape{model.ShapeTemplate, model.ShapeTemplate}, "24 others of the account did, while 120 failed as well.", false},
		{"payment that was settled and broke again is two faults", numbered(good("1", "5", "a"), every(every(Strand{Code: "131042", WABA: "1"}, 100, 200, 7, 1, 0), 2000, 2200, 7, 1, 0)), nil,
			[]model.Shape{model.ShapeAccount, model.ShapeAccount}, "131042", false},
		{"a night without sends does not part a fault", numbered(every(every(Strand{Code: "131042", WABA: "1"}, 100, 500, 7, 1, 0), 1400, 1800, 7, 1, 0)), nil, []model.Shape{model.ShapeAccount}, "131042", true},
		{"two codes of one account's standing are one fault", numbered(every(Strand{Code: "131031", WABA: "1"}, 100, 500, 7, 1, 0), every(Strand{Code: "368", WABA: "1"}, 130, 480, 9, 1, 0)), nil,
			[]model.Shape{model.ShapeAccount}, "and another error", true},
		{"a token and a payment of one account are two", numbered(every(Strand{Code: "190", WABA: "1"}, 100, 500, 7, 1, 0), every(Strand{Code: "131042", WABA: "1"}, 130, 480, 9, 1, 0)), nil,
			[]model.Shape{model.ShapeAccount, model.ShapeAccount}, "", true},
		{"a token that three WABAs share", numbered(every(Strand{Code: "190", WABA: "1", App: "7"}, 100, 500, 7, 1, 0), every(Strand{Code: "190", WABA: "2", App: "7"}, 102, 500, 7, 1, 0), every(Strand{Code: "190", WABA: "3", App: "7"}, 109, 500, 7, 1, 0)), nil,
			[]model.Shape{model.ShapeApp}, "3 WABAs began to fail with the same error within 10 minutes, which points to the app 7 or a token that they share", true},
		{"tokens that fail since the log begins are not known to have ended together", numbered(every(Strand{Code: "190", WABA: "1"}, 0, 500, 7, 1, 0), every(Strand{Code: "190", WABA: "2"}, 2, 500, 7, 1, 0), every(Strand{Code: "190", WABA: "3"}, 9, 500, 7, 1, 0)), nil,
			[]model.Shape{model.ShapeAccount, model.ShapeAccount, model.ShapeAccount}, "about account 1", true},
		{"few failures in a month that ended days before it are not said to go on", numbered(every(Strand{Code: "130429", WABA: "1", Phone: "5"}, 12*aDay, 24*aDay, aDay, 1, 0), every(Strand{Code: "131049", WABA: "1"}, 0, 30*aDay, 300, 1, 0)), nil,
			[]model.Shape{model.ShapeNumber, model.ShapeScattered}, "from 14 Feb", false},
		{"tokens that ended on different days are not shared", numbered(every(Strand{Code: "190", WABA: "1"}, 100, 500, 7, 1, 0), every(Strand{Code: "190", WABA: "2"}, 1002, 1500, 7, 1, 0), every(Strand{Code: "190", WABA: "3"}, 2009, 2500, 7, 1, 0)), nil,
			[]model.Shape{model.ShapeAccount, model.ShapeAccount, model.ShapeAccount}, "", false},
		{"a number that is not registered", numbered(good("1", "5", "a"), every(Strand{Code: "133010", WABA: "1", Phone: "6"}, 100, 2*aDay, 5, 1, 0)), nil, []model.Shape{model.ShapeNumber}, "Sender number 6 of account 1", true},
		{"a template that does not exist", numbered(good("1", "5", "a"), good("1", "5", "b"), every(Strand{Code: "132001", WABA: "1", Template: "c", Language: "en"}, 1000, 2*aDay, 5, 1, 0)), nil,
			[]model.Shape{model.ShapeTemplate}, "None with it went well in that time, and 1,876 others of the account did", true},
		{"a template that does not exist among others that do not, without a usual time", numbered(every(Strand{Code: "132001", WABA: "1", Template: "c", Language: "en"}, 0, 2*aDay, 50, 1, 0), every(Strand{Code: "132001", WABA: "1", Template: "d", Language: "en"}, 0, 2*aDay, 60, 1, 0), every(Strand{Code: "132001", WABA: "2", Template: "c", Language: "en"}, 0, 2*aDay, 70, 1, 0)), nil,
			[]model.Shape{model.ShapeTemplate, model.ShapeTemplate, model.ShapeTemplate}, "Template c (en) of account 1: 58 sends failed with 132001", true},
		{"a template's name that was written wrong once", numbered(every(Strand{Code: "132001", WABA: "1", Template: "c", Language: "en"}, 0, 2, 1, 1, 0)), nil, []model.Shape{model.ShapeScattered}, "", false},
		{"131000 that follows 132001 on the same template belongs to it", numbered(good("1", "5", "b"), every(Strand{Code: "132001", WABA: "1", Template: "c", Language: "en"}, 1000, 2000, 5, 1, 0), every(Strand{Code: "131000", WABA: "1", Template: "c", Language: "en"}, 1010, 2*aDay, 5, 1, 0)), nil,
			[]model.Shape{model.ShapeTemplate}, "and another error", true},
		{"one recipient sent to again and again is one fault", numbered(good("1", "5", "a"), every(Strand{Code: "131026", WABA: "1"}, 1000, 2000, 1, 2, 0)), one(2), []model.Shape{model.ShapeRecipient}, "One recipient of account 1 is sent to again and again: 2,000 sends failed", false},
		{"refusals of nobody knows how many recipients", numbered(good("1", "5", "a"), every(Strand{Code: "131026", WABA: "1"}, 1000, 1100, 1, 4, 0)), func(model.Dim, int64, int64, int64) (int, int64, int) { return 0, 0, 0 },
			[]model.Shape{model.ShapeAccount}, "the log does not tell more closely what they share", false},
		{"many recipients refused at once", numbered(good("1", "5", "a"), every(Strand{Code: "131026", WABA: "1"}, 1000, 1100, 1, 4, 0)), nil, []model.Shape{model.ShapeFormat}, "Many recipients are refused at once", false},
		{"without successes that may be a campaign", numbered(every(Strand{Code: "131026", WABA: "1"}, 1000, 1100, 1, 4, 0)), nil, []model.Shape{model.ShapeScattered}, "It has no sends of these accounts that went well, so it does not tell a bad list from a large campaign", false},
		{"Meta's choice is no fault, however often", numbered(good("1", "5", "a"), every(Strand{Code: "131049", WABA: "1"}, 1000, 1100, 1, 4, 0)), nil, []model.Shape{model.ShapeScattered}, "", false},
		{"one failure of an error that may be anything", numbered(good("1", "5", "a"), every(Strand{Code: "131000", WABA: "1"}, 1000, 1001, 1, 1, 0)), nil, []model.Shape{model.ShapeScattered}, "nothing in the log ties it to others", false},
		{"a log of one error on one template only", numbered(every(Strand{Code: "131000", WABA: "1", Template: "a", Language: "en"}, 100, 2000, 9, 1, 0)), nil, []model.Shape{model.ShapeTemplate}, "Template a (en) of account 1", true},
		{"an account that the log does not name", numbered(every(Strand{Code: "131000"}, 0, aDay, 9, 1, 0)), nil, []model.Shape{model.ShapeAccount}, "At an account that the log does not name 160 sends failed", true},
		{"rows without a time", numbered(Strand{Code: "131026", WABA: "1", Minutes: []Minute{{At: 0, Failed: 9}}}), nil, []model.Shape{model.ShapeScattered}, "none has a time", false},
		{"rows without a time go with those that have one", numbered(Strand{Code: "190", WABA: "1", Minutes: []Minute{{At: 0, Failed: 2}, {At: simBegin, Failed: 3}}}), nil, []model.Shape{model.ShapeAccount}, "5 sends failed with 190", true},
		{"accounts that stopped failing together, where the log begins with them", numbered(every(Strand{Code: "131016", WABA: "1"}, 0, 60, 2, 1, 0), every(Strand{Code: "131000", WABA: "2"}, 1, 60, 2, 1, 0), every(Strand{Code: "2", WABA: "3"}, 2, 60, 2, 1, 0), every(Strand{Code: "190", WABA: "4"}, 600, 700, 5, 1, 0)), nil,
			[]model.Shape{model.ShapeOutage, model.ShapeAccount}, "3 WABAs began to fail with Meta's own errors together", false},
		{"a log of nothing but those does not tell", numbered(every(Strand{Code: "131016", WABA: "1"}, 0, 60, 2, 1, 0), every(Strand{Code: "131000", WABA: "2"}, 1, 60, 2, 1, 0), every(Strand{Code: "2", WABA: "3"}, 2, 60, 2, 1, 0)), nil,
			[]model.Shape{model.ShapeAccount, model.ShapeAccount, model.ShapeAccount}, "does not tell more closely", true},
		{"another system's code is told by where it piles up", numbered(good("1", "5", "a"), good("1", "5", "b"), every(Strand{Vendor: model.Vendor{System: "gupshup", Code: "1002"}, WABA: "1", Template: "c", Language: "en"}, 1000, 2*aDay, 5, 1, 0)), nil,
			[]model.Shape{model.ShapeTemplate}, "gupshup 1002", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			groups := Groups(tt.strands, tt.tally)
			var shapes []model.Shape
			for _, g := range groups {
				shapes = append(shapes, g.Shape)
				t.Log(g.Reason)
			}
			if !slices.Equal(shapes, tt.shapes) {
				t.Fatalf("shapes %v, want %v", shapes, tt.shapes)
			}
			if !strings.Contains(groups[0].Reason, tt.says) {
				t.Errorf("%q does not say %q", groups[0].Reason, tt.says)
			}
			if groups[0].Going != tt.going {
				t.Errorf("still going: %t", groups[0].Going)
			}
		})
	}
}

// A fault of one number under all its templates: the strands part by template,
// so the number is asked for.
func TestGroupsAskForTheNumber(t *testing.T) {
	var strands []Strand
	for _, template := range []string{"a", "b", "c", "d"} {
		for _, phone := range []string{"5", "6"} {
			strands = append(strands, every(Strand{WABA: "1", Phone: phone, Template: template, Language: "en"}, 0, 2*aDay, 4, 0, 1))
		}
		strands = append(strands, every(Strand{WABA: "1", Code: "131000", Template: template, Language: "en"}, 1000, 2000, 4, 1, 0))
	}
	strands = numbered(strands...)
	phones := func(distinct int, most int) Tally {
		return func(dim model.Dim, strand, from, to int64) (int, int64, int) {
			if dim == model.DimPhone {
				return distinct, 6, most
			}
			return 0, 0, 0
		}
	}
	for _, tt := range []struct {
		tally Tally
		want  model.Shape
	}{{phones(1, 250), model.ShapeNumber}, {phones(2, 130), model.ShapeAccount}, {phones(0, 0), model.ShapeAccount}, {nil, model.ShapeAccount}} {
		groups := Groups(strands, tt.tally)
		if len(groups) != 1 || groups[0].Shape != tt.want || groups[0].Failures != 1000 {
			t.Errorf("want one %s of 1000: %+v", tt.want, groups)
		}
	}
}

// An outage on top of a background and of a fault that was there before: the
// fault keeps what is its own, the background before and behind is no part of it.
func TestGroupsPartAnOutage(t *testing.T) {
	strands := steady(6, "131000", func(int) string { return "" }, func(int) bool { return true })
	strands = append(strands, every(Strand{ID: 90, Code: "131000", WABA: strands[0].WABA, Template: "broken", Language: "en"}, 500, 1440, 3, 1, 0))
	groups := Groups(strands, nil)
	var outage, template *Group
	for i := range groups {
		switch groups[i].Shape {
		case model.ShapeOutage:
			outage = &groups[i]
		case model.ShapeTemplate:
			template = &groups[i]
		}
	}
	if outage == nil || outage.First != simBegin+800 || outage.Last != simBegin+829 || outage.Failures != 6*60 || outage.Going || outage.Outage == nil {
		t.Errorf("the outage: %+v", outage)
	}
	if template == nil || template.Failures != 314 || !template.Going {
		t.Errorf("the template: %+v", template)
	}
}

// Whatever a log holds: every failure is in exactly one group, the counts add
// up, and neither order nor numbering changes anything.
func TestGroupsCoverEveryFailureOnce(t *testing.T) {
	codes := []model.Code{"", "131000", "131000", "131016", "190", "131042", "132001", "131026", "131049", "133010", "4", "100", "999999"}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 9))
		var strands []Strand
		total := 0
		for i := range 1 + r.IntN(40) {
			s := Strand{ID: int64(i + 1), Code: codes[r.IntN(len(codes))], WABA: []string{"", "1", "2", "3", "4"}[r.IntN(5)], Title: string(rune('a' + i))}
			if r.IntN(2) == 0 {
				s.Template = []string{"x", "y"}[r.IntN(2)]
			}
			if r.IntN(3) == 0 {
				s.Phone = []string{"5", "6"}[r.IntN(2)]
			}
			at := int64(0)
			if r.IntN(5) > 0 {
				at = simBegin + int64(r.IntN(3000))
			}
			for range r.IntN(60) {
				m := Minute{At: at, Failed: r.Int32N(3) * r.Int32N(5)}
				if r.IntN(2) == 0 {
					m.Good = r.Int32N(9)
				}
				total += int(m.Failed)
				s.Minutes = append(s.Minutes, m)
				at = max(at, simBegin) + 1 + int64(r.ExpFloat64()*20)
			}
			strands = append(strands, s)
		}
		var tally Tally
		if seed%2 == 0 {
			tally = one(int64(1 + r.IntN(40)))
		}
		groups := Groups(strands, tally)
		sum := 0
		for _, g := range groups {
			n := 0
			for _, e := range g.Extents {
				for _, m := range strands[e.Strand-1].Minutes {
					if e.From <= m.At && m.At <= e.To {
						n += int(m.Failed)
					}
				}
			}
			if n != g.Failures || n == 0 || g.Reason == "" || g.Last < g.First {
				t.Fatalf("seed %d: its extents have %d failures: %+v", seed, n, g)
			}
			sum += n
		}
		of := groupOf(groups)
		for _, s := range strands {
			for _, m := range s.Minutes {
				if m.Failed > 0 && of(s.ID, m.At) < 0 {
					t.Fatalf("seed %d: a failure of strand %d at %d is in no group", seed, s.ID, m.At)
				}
			}
		}
		if sum != total {
			t.Fatalf("seed %d: %d failures in groups, %d in the log", seed, sum, total)
		}
		want := describe(groups, strands)
		if tally == nil {
			r.Shuffle(len(strands), func(i, j int) { strands[i], strands[j] = strands[j], strands[i] })
			for i := range strands {
				strands[i].ID = int64(len(strands) - i + 100)
			}
			if got := describe(Groups(strands, nil), strands); got != want {
				t.Fatalf("seed %d: another order gives\n%s\nnot\n%s", seed, got, want)
			}
		}
	}
	if groups := Groups(nil, nil); len(groups) != 0 {
		t.Errorf("an empty log: %v", groups)
	}
}

// A month of failures alone, of two hundred accounts of which most have few: what
// is always there is scattered, whatever its error, and nothing began together.
func TestGroupsOfABackgroundAreScattered(t *testing.T) {
	codes := []model.Code{"131000", "131000", "131000", "131016", "131026", "131047", "131049", "131031", "190"}
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 31))
		s := &fakeStore{}
		for w := range int64(200) {
			for range 1 + int(2000/float64((w+4)*(w+4)/4+1)) {
				k := fakeKind{waba: int8(w % 100), phone: int8(w / 100), template: int8(r.IntN(fakeTemplates)), code: codes[r.IntN(len(codes))]}
				s.add(&fakeEvent{at: simBegin + int64(r.IntN(30*aDay)), to: int64(r.IntN(1000)), kind: k})
			}
		}
		for _, g := range Groups(s.all(), s.tally) {
			first := byID(s.strands, g.Extents[0].Strand)
			if named := first.bound().named(); g.Shape != model.ShapeScattered && !named || g.WABAs > 1 && named {
				t.Errorf("seed %d: %s: %s", seed, g.Shape, g.Reason)
			}
		}
	}
}

func byID(strands []Strand, id int64) *Strand {
	for i := range strands {
		if strands[i].ID == id {
			return &strands[i]
		}
	}
	return nil
}

// Accounts that fail with Meta's own errors for days are no outage, although they
// began in the same minutes; one that ends at another time than the others, and
// did not begin with them, is no part of theirs.
func TestGroupsAnOutageEnds(t *testing.T) {
	three := func(to int64) []Strand {
		return []Strand{every(Strand{Code: "131016", WABA: "1"}, 100, to, 3, 1, 0), every(Strand{Code: "131000", WABA: "2"}, 101, to, 3, 1, 0), every(Strand{Code: "2", WABA: "3"}, 102, to, 3, 1, 0),
			every(Strand{Code: "190", WABA: "4"}, 0, 5*aDay, 100, 1, 0)}
	}
	for _, g := range Groups(numbered(three(4*aDay)...), nil) {
		if g.Shape == model.ShapeOutage {
			t.Errorf("an outage of four days: %s", g.Reason)
		}
	}
	late := every(Strand{Code: "131016", WABA: "5"}, 115, 130, 1, 1, 0)
	for _, g := range Groups(numbered(append(three(300), late)...), nil) {
		if g.Shape == model.ShapeOutage && g.WABAs != 3 {
			t.Errorf("it has %d accounts: %s", g.WABAs, g.Reason)
		}
	}
}

// An incident of one account says how the others fared as it began, as far as the
// log has sends of theirs that went well.
func TestGroupsCompareTheAccounts(t *testing.T) {
	var strands []Strand
	for w := range 5 {
		strands = append(strands, every(Strand{WABA: string(rune('a' + w)), Template: "x"}, 0, 2*aDay, 2, 0, 1))
	}
	for _, template := range []string{"x", "y", "z"} {
		strands = append(strands, every(Strand{WABA: "a", Code: "131000", Template: template}, 1000, 1060, 1, 1, 0))
	}
	strands = append(strands, every(Strand{WABA: "b", Code: "131026"}, 0, 2*aDay, 4, 1, 0), // as always
		every(Strand{WABA: "c", Code: "190"}, 1010, 1050, 1, 1, 0), every(Strand{WABA: "mute", Code: "131026"}, 990, 1100, 1, 1, 0))
	all := Incidents(ofModel(numbered(strands...)), nil, nil)
	i := slices.IndexFunc(all, func(g model.Group) bool { return strings.Contains(g.Reason, "131000") })
	if i < 0 || all[i].Outage != (model.LogOutage{WABAs: 5, Hit: 2}) {
		t.Errorf("%+v", all)
	}
	for i, g := range Incidents(ofModel(withoutSuccesses(strands)), nil, nil) {
		if g.Outage.WABAs != 0 {
			t.Errorf("without successes %d: %+v", i, g)
		}
	}
}

func ofModel(all []Strand) (out []model.Strand) {
	for _, s := range all {
		out = append(out, model.Strand{ID: s.ID, Minutes: s.Minutes,
			Bounds: model.Bounds{Code: s.Code, WABA: s.WABA, PhoneID: s.Phone, Template: s.Template, Language: s.Language}})
	}
	return out
}
