package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"unsent/check"
	"unsent/check/metasim"
	"unsent/kb"
	"unsent/model"
	"unsent/packet"
	"unsent/store"
	"unsent/triage"
)

// askDemo asks the demo's Meta something in the name of an account, whose
// answer's HTTP status it returns.
func askDemo(t *testing.T, s *metasim.Server, token, path string, answer any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil {
		err = json.Unmarshal(body, answer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

// What the demo's logs tell and what its Meta answers is one story.
func TestDemoMeta(t *testing.T) {
	d := newDemo(testNow)
	// The logs' clock is cut to the minute, so Meta's may be most of a minute ahead.
	s, err := metasim.Start(t.Context(), metasim.Options{Accounts: demoMeta(), Now: testNow.Add(59 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	type named struct {
		ID, Status, Name, Language string
		Number                     string `json:"display_phone_number"`
	}
	names := map[string]bool{}
	templates, phones, tokens := map[string]string{}, map[string]string{}, map[string]string{}
	var list struct{ Data []named }
	for _, a := range s.Accounts {
		tokens[a.WABA] = a.Token
		var account named
		if askDemo(t, s, a.Token, "/v25.0/"+a.WABA, &account); names[account.Name] {
			t.Errorf("two accounts have the name %q", account.Name)
		}
		names[account.Name] = true
		list.Data = nil
		if askDemo(t, s, a.Token, "/v25.0/"+a.WABA+"/phone_numbers", &list); len(list.Data) != 2 && a.WABA != wabaID(tokenWABA) {
			t.Errorf("%s has the numbers %v", a.WABA, list.Data)
		}
		for _, p := range list.Data {
			phones[a.WABA+p.ID] = p.Number
		}
		list.Data = nil
		askDemo(t, s, a.Token, "/v25.0/"+a.WABA+"/message_templates", &list)
		for _, x := range list.Data {
			templates[a.WABA+x.Name+x.Language] = x.Status
		}
	}
	var refused struct{ Error struct{ Code int } }
	if askDemo(t, s, tokens[wabaID(tokenWABA)], "/v25.0/"+wabaID(tokenWABA), &refused); refused.Error.Code != 190 {
		t.Errorf("the expired token is answered %+v", refused)
	}
	var outages []struct {
		Posts []struct{ Time time.Time }
	}
	askDemo(t, s, "", "/data/outages/whatsapp-business-api.history.json", &outages)
	if len(outages) != 1 {
		t.Fatalf("the status page has %d outages", len(outages))
	}
	begun, ended := outages[0].Posts[0].Time, outages[0].Posts[1].Time

	covered, all := map[int]int{}, map[int]int{}
	for _, x := range d.sends {
		waba := wabaID(x.waba)
		if x.waba != tokenWABA && phones[waba+phoneID(x.waba, x.phone)] != "+"+spaced(sender(x.waba, x.phone)) {
			t.Fatalf("Meta knows %s as %q", sender(x.waba, x.phone), phones[waba+phoneID(x.waba, x.phone)])
		}
		want := "APPROVED"
		if x.waba == pausedWABA && x.template == "order_ready" && x.lang == "en" {
			want = "PAUSED"
		}
		if got := templates[waba+x.template+x.lang]; x.template != "" && x.waba != tokenWABA && got != want {
			t.Fatalf("%s / %s of %s is %q, want %q", x.template, x.lang, waba, got, want)
		}
		key := x.code
		if x.code == 131000 && x.template != "" {
			key = -1
		}
		all[key]++
		if x.at.After(begun) && x.at.Before(ended) {
			covered[key]++
		}
	}
	if covered[131016] != all[131016] || covered[131000] != all[131000] {
		t.Errorf("the page covers %d of %d and %d of %d failures of the outage", covered[131016], all[131016], covered[131000], all[131000])
	}
	for _, key := range []int{-1, 190, 131009, 131047} {
		if covered[key] > 0 || all[key] == 0 {
			t.Errorf("the page covers %d of the %d failures %d, which the outage did not cause", covered[key], all[key], key)
		}
	}
}

func spaced(n string) string { return n[:1] + " " + n[1:4] + "-" + n[4:7] + "-" + n[7:] }

// Each of the demo's incidents is settled by its checks as its story goes, in the
// name of its own account, and nothing of the agent's own is asked.
func TestDemoChecks(t *testing.T) {
	a := &app{Sys: Sys{GOOS: "linux", Now: time.Now, Getenv: func(name string) string {
		return map[string]string{"UNSENT_OFFLINE": "1", "UNSENT_TOKEN": "EAAtheAgentsOwn0123456789", "UNSENT_GRAPH_URL": "http://127.0.0.1:1", "HOME": t.TempDir()}[name]
	}}}
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "demo.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := a.loadDemo(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	stop, err := a.pretend(t.Context(), s, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	d := a.deps(s, "demo.db")
	stories := map[string]int{}
	for id := 1; ; id++ {
		m, err := load(t.Context(), s, fmt.Sprintf("i%d", id))
		if err != nil {
			break
		}
		story, want := "outage", map[string]model.Verdict{"status-page": model.Problem, "token": model.OK, "account": model.OK}
		quiet := map[string]model.Verdict{"status-page": model.OK, "token": model.OK, "account": model.OK, "number-in-account": model.OK}
		switch code := m.Incident.Code; {
		case code == "190":
			story, want = "token", map[string]model.Verdict{"status-page": model.OK, "token": model.Problem}
		case code == "131009":
			story, want = "number", quiet
			want["recipient"] = model.Problem
		case code == "131047":
			story, want = "window", quiet
			want["window"] = model.Problem
		case code == "131000" && m.Incident.Template != "":
			story, want = "template", quiet
			want["template"] = model.Problem
		}
		stories[story]++
		meta, err := d.Meta(t.Context(), m.Case)
		if err != nil || meta == nil || meta.Graph == nil {
			t.Fatalf("i%d, %s: %+v, %v", id, story, meta, err)
		}
		if meta.Account.WABA != m.Incident.WABA {
			t.Errorf("i%d is asked about as %s", id, meta.Account.Name)
		}
		check.Run(t.Context(), check.Subject{Case: m.Case, Now: a.Now(), Meta: meta}, nil, func(f model.Finding) {
			if v, ok := want[f.Check]; ok && f.Verdict != v {
				t.Errorf("i%d, %s: %s is %s, want %s: %s", id, story, f.Check, f.Verdict, v, f.Summary)
			}
			if f.Verdict == model.Problem && want[f.Check] != model.Problem {
				t.Errorf("i%d, %s: %s found a problem: %s", id, story, f.Check, f.Summary)
			}
			if err := s.SaveFinding(t.Context(), m.Incident.ID, 0, f); err != nil {
				t.Fatal(err)
			}
		})
		if story == "template" {
			t.Run("settled", func(t *testing.T) { demoSettled(t, a, s, m.Incident.ID) })
		}
	}
	if len(stories) != 5 {
		t.Errorf("the stories are %v", stories)
	}
}

// After its checks each of the steps 1 to 6 of the paused template is settled by a
// finding, with nothing ticked by hand, and its packet lacks nothing.
func demoSettled(t *testing.T, a *app, s *store.Store, id model.IncidentID) {
	m, err := load(t.Context(), s, id.String())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]model.StepState{"1": model.StepDone, "2": model.StepDone, "3": model.StepDone, "4": model.StepDone, "5": model.StepProblem, "6": model.StepDone, "6.1": model.StepDone}
	for _, step := range m.Steps {
		if state, ok := want[step.ID]; ok && (step.State != state || step.By != "check") {
			t.Errorf("step %s %s is %s by %q, want %s by check", step.ID, step.Title, step.State, step.By, state)
		}
		delete(want, step.ID)
	}
	if len(want) > 0 {
		t.Errorf("there are no steps %v", want)
	}
	if step, text, ok := triage.Next(m.Steps); !ok || step.ID != "5" {
		t.Errorf("next is %q", text)
	}
	made := packet.New(a.packetInput(m, packetAsk{}), packet.Meta)
	if made.Complete != 5 || len(made.Stops) > 0 {
		t.Errorf("the packet is %s, stopped by %v, and misses %+v", made.Meter(), made.Stops, made.Missing)
	}
	text, err := made.Render(packet.Text)
	if err != nil || !strings.Contains(text, "waiting did not help") || !strings.Contains(text, "2 Wait a little, then retry: done") {
		t.Errorf("%v:\n%s", err, text)
	}
}

// The articles that ask for a retry are those whose errors may pass by themselves.
func TestRetryIsAsked(t *testing.T) {
	n := 0
	for _, article := range kb.All() {
		for _, step := range article.Steps {
			for _, code := range article.Codes {
				if !slices.Contains(step.Checks, "retry") {
					continue
				}
				n++
				c := model.Case{Incident: model.Incident{Code: model.Code(code), Failures: 1}, Newest: []model.Failure{{ID: 1, Code: model.Code(code)}}}
				check.Run(t.Context(), check.Subject{Case: c, Now: testNow}, []string{"retry"}, func(f model.Finding) {
					if f.Verdict != model.Unknown {
						t.Errorf("step %s of article %s: %s %q", step.ID, article.ID, f.Verdict, f.Summary)
					}
				})
			}
		}
	}
	if n < 2 {
		t.Errorf("%d articles ask", n)
	}
}
