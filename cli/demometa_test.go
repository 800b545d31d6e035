package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
	"time"

	"unsent/check/metasim"
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
