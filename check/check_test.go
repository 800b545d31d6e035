package check

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

var now = time.Date(2026, 5, 13, 14, 30, 0, 0, time.UTC)

func run(t *testing.T, name string, s Subject) model.Finding {
	t.Helper()
	s.Now = now
	var got []model.Finding
	Run(t.Context(), s, []string{name}, func(f model.Finding) { got = append(got, f) })
	if len(got) != 1 {
		t.Fatalf("%d findings from %s", len(got), name)
	}
	return got[0]
}

func one(f model.Failure) Subject { f.ID = 1; return Subject{Case: model.Case{Message: &f}} }

func TestWindow(t *testing.T) {
	at := now
	tests := []struct {
		name string // the row of the article that it serves
		f    model.Failure
		want model.Verdict
		say  string
	}{
		{"S2-C5 free text after 26 hours", model.Failure{At: at, Kind: "text", LastInbound: at.Add(-26 * time.Hour)}, model.Problem, "26 hours"},
		{"S2-R3 five days", model.Failure{At: at, Kind: "image", LastInbound: at.Add(-120 * time.Hour)}, model.Problem, "5 days"},
		{"free text in time", model.Failure{At: at, Kind: "text", LastInbound: at.Add(-2 * time.Hour)}, model.OK, "within 24 hours"},
		{"the customer's last message is later", model.Failure{At: at, Kind: "text", LastInbound: at.Add(19 * 24 * time.Hour)}, model.Unknown, "later than this failure"},
		{"exactly 24 hours", model.Failure{At: at, Kind: "text", LastInbound: at.Add(-24 * time.Hour)}, model.OK, "within 24 hours"},
		{"template", model.Failure{At: at, Kind: "template", LastInbound: at.Add(-300 * time.Hour)}, model.OK, "needs no open window"},
		{"template by its name only", model.Failure{At: at, Template: "order_ready"}, model.OK, "needs no open window"},
		{"no last inbound time", model.Failure{At: at, Kind: "text"}, model.Unknown, "ask the CRM for the time of the last inbound message"},
		{"no kind", model.Failure{At: at, LastInbound: at.Add(-90 * time.Hour)}, model.Unknown, "whether a template or a free-form message"},
		{"Meta says that it was shut", model.Failure{At: at, Code: "131047", Kind: "text", LastInbound: at.Add(-3 * time.Hour)}, model.Unknown, "wrote 3 hours before, and Meta's code 131047 says"},
		{"no time", model.Failure{Kind: "text", LastInbound: at}, model.Unknown, "cannot tell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, "window", one(tt.f))
			if got.Verdict != tt.want || !strings.Contains(got.Summary, tt.say) {
				t.Errorf("got %s %q, want %s with %q", got.Verdict, got.Summary, tt.want, tt.say)
			}
		})
	}
}

func TestRecipient(t *testing.T) {
	request := func(to string) string { return `{"messaging_product":"whatsapp","to":"` + to + `","type":"text"}` }
	tests := []struct {
		name string
		f    model.Failure
		want model.Verdict
		say  string
	}{
		{"S2-S6a good", model.Failure{RecipientRaw: "15550100123"}, model.OK, "well formed"},
		{"S2-S6b written with signs in the request", model.Failure{Request: request("+1 (555) 010-0123")}, model.Unknown, "the article asks for digits only"},
		{"a plus in front is accepted", model.Failure{Request: request("+15550100123")}, model.OK, "well formed"},
		{"letters in the request", model.Failure{Request: request("1555O100123")}, model.Problem, "signs other than digits"},
		{"a user id is no number", model.Failure{RecipientRaw: "US.13491208655302741918", Flags: []model.Flag{model.FlagBSUID}}, model.Skipped, "no number to judge"},
		{"S2-S6b written with signs in a column", model.Failure{RecipientRaw: "+1 (555) 010-0123"}, model.Unknown, "ask the CRM how it was sent"},
		{"S2-C6 too short", model.Failure{RecipientRaw: "555"}, model.Problem, "3 digits"},
		{"S2-C6 too long", model.Failure{RecipientRaw: "1555010012345678"}, model.Problem, "15 is the most"},
		{"trunk zero", model.Failure{RecipientRaw: "05550100123"}, model.Problem, "begins with 0"},
		{"the request counts before the column", model.Failure{Request: request("15550100123"), RecipientRaw: "+1 (555) 010-0123"}, model.OK, "well formed"},
		{"too short for its country", model.Failure{RecipientRaw: "155501001"}, model.Unknown, "8 digits behind +1 (US, Canada, Caribbean), where 10 are usual"},
		{"lengths that are not certain", model.Failure{RecipientRaw: "4915550100"}, model.OK, "well formed"},
		{"masked by the export", model.Failure{RecipientRaw: "1555****123", Flags: []model.Flag{model.FlagRecipientMasked}}, model.Unknown, "ask the CRM for the whole number"},
		{"cut by a spreadsheet", model.Failure{RecipientRaw: "1.5555E+10", Flags: []model.Flag{model.FlagRecipientDamaged}}, model.Unknown, "without a spreadsheet"},
		{"nobody", model.Failure{}, model.Unknown, "names no recipient"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, "recipient", one(tt.f))
			if got.Verdict != tt.want || !strings.Contains(got.Summary, tt.say) {
				t.Errorf("got %s %q, want %s with %q", got.Verdict, got.Summary, tt.want, tt.say)
			}
			for _, f := range got.Facts {
				if strings.Contains(f.Value, "0100123") || strings.Contains(f.Value, "010-0123") {
					t.Errorf("a fact shows the number: %s", f.Value)
				}
			}
		})
	}
}

// A repair is proposed where only one can have been meant, with the number masked,
// and where one would have to be guessed there is none.
func TestRecipientRepair(t *testing.T) {
	for written, want := range map[string]string{
		"+1 (555) 010-0123":   "+1 555 ... 23 (11 digits), without the signs; nothing was changed",
		"0015550100123":       "+1 555 ... 23 (11 digits), without the 00 in front; nothing was changed",
		"+49 (0)1555 0100123": "+49 155 ... 23 (13 digits), without the (0) and the signs; nothing was changed",
		"15550100123":         "",
		"+15550100123":        "",
		"05550100123":         "",
		"1555O100123":         "",
		"555":                 "",
		"+1 (555) 010-012":    "", // a digit is missing
		"1.5555E+10":          "",
	} {
		got := ""
		for _, f := range run(t, "recipient", one(model.Failure{RecipientRaw: written})).Facts {
			if f.Name == "proposed" {
				got = f.Value
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", written, got, want)
		}
	}
}

// A well-formed number is not a number on WhatsApp: the finding says that it
// cannot know.
func TestRecipientPromisesNothing(t *testing.T) {
	if got := run(t, "recipient", one(model.Failure{RecipientRaw: "15550100123"})); !strings.Contains(got.Summary, "cannot be asked") {
		t.Errorf("got %q", got.Summary)
	}
}

// A sample does not pass for the whole incident.
func TestIncidentIsASample(t *testing.T) {
	var s Subject
	s.Incident = model.Incident{ID: 1, Failures: 11902}
	for range 200 {
		s.Newest = append(s.Newest, model.Failure{RecipientRaw: "15550100123", Kind: "template"})
	}
	s.Newest[7].RecipientRaw = "555"
	got := run(t, "recipient", s)
	if got.Verdict != model.Unknown || !strings.HasPrefix(got.Summary, "cannot tell: 1 of the 200 newest of 11902 numbers") || len(got.Facts) != 1 {
		t.Errorf("got %s %q %v", got.Verdict, got.Summary, got.Facts)
	}
	if got := run(t, "window", s); got.Verdict != model.OK || !strings.Contains(got.Summary, "the 200 newest of 11902 messages") {
		t.Errorf("got %s %q", got.Verdict, got.Summary)
	}
}

// What a few of an incident's failures have is not the incident's cause; what most
// of them have may be.
func TestFewExplainNothing(t *testing.T) {
	mixed := func(bad, good int) (s Subject) {
		s.Incident = model.Incident{ID: 1, Failures: bad + good}
		for i := range bad + good {
			f := model.Failure{RecipientRaw: "15550100123", Kind: "text", At: now, LastInbound: now.Add(-time.Hour)}
			if i < bad {
				f.RecipientRaw, f.LastInbound = "555", now.Add(-30*time.Hour)
			}
			s.Newest = append(s.Newest, f)
		}
		return s
	}
	for _, tt := range []struct {
		bad, good int
		want      model.Verdict
	}{{8, 170, model.Unknown}, {5, 5, model.Unknown}, {6, 5, model.Problem}, {7, 0, model.Problem}} {
		for _, name := range []string{"window", "recipient"} {
			if got := run(t, name, mixed(tt.bad, tt.good)); got.Verdict != tt.want || !strings.Contains(got.Summary, fmt.Sprintf("%d of ", tt.bad)) && tt.good > 0 {
				t.Errorf("%s, %d of %d: %s %q", name, tt.bad, tt.bad+tt.good, got.Verdict, got.Summary)
			}
		}
	}
}

// What cannot be asked is skipped and says why; it is never ok.
func TestRemoteIsNeverOK(t *testing.T) {
	var names []string
	Run(t.Context(), Subject{Now: now}, nil, func(f model.Finding) {
		names = append(names, f.Check)
		if Find(f.Check).Hand != "" && (f.Verdict != model.Skipped || f.Summary != "skipped: offline") {
			t.Errorf("%s: %s %q", f.Check, f.Verdict, f.Summary)
		}
		if f.Verdict == model.OK {
			t.Errorf("%s is ok about nothing at all", f.Check)
		}
	})
	if len(names) != len(order) || !slices.Equal(names, order) {
		t.Errorf("asked %v, want the articles' order %v", names, order)
	}
}

func TestUnknownName(t *testing.T) {
	got := run(t, "moon", Subject{})
	if got.Verdict != model.Skipped || !strings.Contains(got.Summary, `no check named "moon"`) {
		t.Errorf("got %+v", got)
	}
}

func TestStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	Run(ctx, Subject{Now: now}, nil, func(model.Finding) { n++; cancel() })
	if n != 1 {
		t.Errorf("%d findings after the stop", n-1)
	}
}
