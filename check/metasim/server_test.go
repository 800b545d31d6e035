package metasim

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// start serves scenarios until the test ends.
func start(t *testing.T, names ...string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{Scenarios: names})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// ask puts a question in the name of a token.
func ask(t *testing.T, s *Server, token, path string) (*http.Response, string) {
	t.Helper()
	resp, body, err := try(t.Context(), s, http.MethodGet, token, path)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

func try(ctx context.Context, s *Server, method, token, path string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.URL+path, nil)
	if err != nil {
		return nil, "", err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp, string(body), err
}

// at is the value at a path of names and numbers in a JSON answer.
func at(t *testing.T, body string, path ...any) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s is no JSON: %v", body, err)
	}
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func want(t *testing.T, body string, value any, path ...any) {
	t.Helper()
	if got := at(t, body, path...); fmt.Sprint(got) != fmt.Sprint(value) {
		t.Errorf("%v is %v, want %v, in %s", path, got, value, body)
	}
}

func TestGraphHealthy(t *testing.T) {
	s := start(t, "healthy")
	a := s.Accounts[0]
	resp, body := ask(t, s, a.Token, "/v25.0/"+a.WABA)
	want(t, body, a.WABA, "id")
	want(t, body, "Example Trading", "name")
	want(t, body, nil, "status") // not among the fields that are told unasked
	for name, value := range map[string]string{"facebook-api-version": "v25.0", "Content-Type": "application/json; charset=UTF-8"} {
		if resp.Header.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, resp.Header.Get(name), value)
		}
	}
	want(t, resp.Header.Get("x-business-use-case-usage"), 1, a.WABA, 0, "call_count")
	want(t, resp.Header.Get("x-app-usage"), 1, "call_count")
	if resp.Header.Get("x-fb-trace-id") == "" {
		t.Error("there is no x-fb-trace-id")
	}

	_, body = ask(t, s, a.Token, "/v25.0/"+a.WABA+"?fields=status,owner_business_info{name}")
	want(t, body, "ACTIVE", "status")
	want(t, body, "Example Trading Ltd", "owner_business_info", "name")
	want(t, body, a.WABA, "id") // comes along
	want(t, body, nil, "name")

	_, body = ask(t, s, a.Token, "/v25.0/"+a.Phones[1]+"?fields=status,health_status")
	want(t, body, "CONNECTED", "status")
	want(t, body, "AVAILABLE", "health_status", "can_send_message")
	want(t, body, "PHONE_NUMBER", "health_status", "entities", 0, "entity_type")
	want(t, body, a.App, "health_status", "entities", 3, "id")

	_, body = ask(t, s, a.Token, "/v25.0/debug_token?input_token="+a.Token)
	want(t, body, true, "data", "is_valid")
	want(t, body, "SYSTEM_USER", "data", "type")
	want(t, body, 0, "data", "expires_at")
	want(t, body, a.WABA, "data", "granular_scopes", 0, "target_ids", 0)

	_, body = ask(t, s, a.Token, "/v25.0/"+a.WABA+"/phone_numbers")
	want(t, body, a.Phones[1], "data", 1, "id")
	want(t, body, nil, "paging", "next")

	_, body = ask(t, s, a.Token, "/v25.0/"+a.WABA+"/subscribed_apps")
	want(t, body, a.App, "data", 0, "whatsapp_business_api_data", "id")

	// The filter by name finds whatever contains it.
	_, body = ask(t, s, a.Token, "/v25.0/"+a.WABA+"/message_templates?name=order&fields=name,language,status")
	want(t, body, "order_shipped", "data", 3, "name")
	want(t, body, nil, "data", 4)
	_, body = ask(t, s, a.Token, "/v25.0/"+a.WABA+`/message_templates?name=order_ready&language=%5B%22en%22%5D`)
	want(t, body, "en", "data", 0, "language")
	want(t, body, nil, "data", 1)

	_, body = ask(t, s, a.Token, "/v25.0/"+a.Phones[0]+"/whatsapp_business_encryption")
	want(t, body, "[]", "data")
	_, body = ask(t, s, a.Token, "/v25.0/"+a.FlowID()+"?fields=status,health_status.phone_number("+a.Phones[0]+")")
	want(t, body, "PUBLISHED", "status")
	want(t, body, "PHONE_NUMBER", "health_status", "entities", 1, "entity_type")
	_, body = ask(t, s, a.Token, "/v25.0/"+a.WABA+"/activities")
	want(t, body, "USER_ADDED", "data", 0, "activity_type")
}

func TestGraphRefusals(t *testing.T) {
	s := start(t, "healthy", "missing-scope", "token-other-app", "unknown-field", "token-elsewhere")
	a, scope, other, field, blind := s.Accounts[0], s.Accounts[1], s.Accounts[2], s.Accounts[3], s.Accounts[4]
	for _, test := range []struct {
		name, token, path string
		http, code, sub   int
	}{
		{"no token", "", "/v25.0/" + a.WABA, 401, 104, 0},
		{"a token of nobody's", "EAAnobody", "/v25.0/" + a.WABA, 401, 190, 0},
		{"somebody else's account", scope.Token, "/v25.0/" + a.WABA, 400, 100, 33},
		{"somebody else's number", scope.Token, "/v25.0/" + a.Phones[0], 400, 100, 33},
		{"somebody else's list", scope.Token, "/v25.0/" + a.WABA + "/phone_numbers", 400, 100, 33},
		{"an id of nothing", a.Token, "/v25.0/1", 400, 100, 33},
		{"an id with a letter", a.Token, "/v25.0/12x", 400, 100, 33},
		{"an account that may not be seen", blind.Token, "/v25.0/" + blind.WABA, 400, 100, 33},
		{"a missing permission", scope.Token, "/v25.0/" + scope.WABA, 403, 200, 0},
		{"a missing permission for a list", scope.Token, "/v25.0/" + scope.WABA + "/message_templates", 403, 200, 0},
		{"a field of nothing", a.Token, "/v25.0/" + a.WABA + "?fields=id,shoe_size", 400, 100, 0},
		{"a field of nothing in a list", a.Token, "/v25.0/" + a.WABA + "/phone_numbers?fields=shoe_size", 400, 100, 0},
		{"a field that this version lacks", field.Token, "/v25.0/" + field.WABA + "?fields=id,health_status", 400, 100, 0},
		{"a field for partners only", a.Token, "/v25.0/" + a.WABA + "?fields=primary_funding_id", 403, 10, 0},
		{"fields that are no fields", a.Token, "/v25.0/" + a.WABA + "?fields=id%7B", 400, 2500, 0},
		{"a list that there is not", a.Token, "/v25.0/" + a.WABA + "/shoes", 400, 2500, 0},
		{"a list of a list", a.Token, "/v25.0/" + a.WABA + "/phone_numbers/1", 400, 2500, 0},
		{"a cursor that is none", a.Token, "/v25.0/" + a.WABA + "/phone_numbers?after=abc", 400, 100, 0},
		{"a cursor beyond the end", a.Token, "/v25.0/" + a.WABA + "/phone_numbers?after=" + cursor(99), 400, 100, 0},
		{"a limit that is none", a.Token, "/v25.0/" + a.WABA + "/phone_numbers?limit=-1", 400, 100, 0},
		{"no input token", a.Token, "/v25.0/debug_token", 400, 100, 0},
		{"another app's token", a.Token, "/v25.0/debug_token?input_token=" + other.Token, 400, 100, 0},
		{"what only an app may ask", a.Token, "/v25.0/" + a.App + "/subscriptions", 400, 15, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			resp, body := ask(t, s, test.token, test.path)
			if resp.StatusCode != test.http {
				t.Errorf("HTTP %d, want %d", resp.StatusCode, test.http)
			}
			want(t, body, test.code, "error", "code")
			if test.sub != 0 {
				want(t, body, test.sub, "error", "error_subcode")
			}
			if at(t, body, "error", "fbtrace_id") == nil || !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "OAuth ") {
				t.Errorf("a trace or the WWW-Authenticate header is missing: %s", body)
			}
		})
	}
	// A token that nobody knows is asked about by one that is known.
	_, body := ask(t, s, a.Token, "/v25.0/debug_token?input_token=EAAnobody")
	want(t, body, false, "data", "is_valid")
	want(t, body, 190, "data", "error", "code")
}

func TestExpired(t *testing.T) {
	s := start(t, "expired-token", "expired-token-said")
	status, said := s.Accounts[0], s.Accounts[1]
	resp, body := ask(t, s, status.Token, "/v25.0/debug_token?input_token="+status.Token)
	if resp.StatusCode != 401 {
		t.Errorf("HTTP %d", resp.StatusCode)
	}
	want(t, body, 463, "error", "error_subcode")
	resp, body = ask(t, s, said.Token, "/v25.0/debug_token?input_token="+said.Token)
	if resp.StatusCode != 200 {
		t.Errorf("HTTP %d", resp.StatusCode)
	}
	want(t, body, false, "data", "is_valid")
	want(t, body, 463, "data", "error", "subcode")
	_, body = ask(t, s, said.Token, "/v25.0/"+said.WABA)
	want(t, body, 190, "error", "code")
}

// Meta's own example says BLOCKED when nothing but calling over SIP is.
func TestHealthOverall(t *testing.T) {
	s := start(t, "sip-blocked", "paused-template", "webhook-other-app")
	a := s.Accounts[0]
	_, body := ask(t, s, a.Token, "/v25.0/"+a.Phones[0]+"?fields=health_status")
	want(t, body, "BLOCKED", "health_status", "can_send_message")
	for i := range 4 {
		want(t, body, "AVAILABLE", "health_status", "entities", i, "can_send_message")
	}
	a = s.Accounts[1]
	_, list := ask(t, s, a.Token, "/v25.0/"+a.WABA+"/message_templates?name=order_ready&fields=id,status")
	want(t, list, "PAUSED", "data", 1, "status")
	_, body = ask(t, s, a.Token, fmt.Sprintf("/v25.0/%s?fields=health_status", at(t, list, "data", 1, "id")))
	want(t, body, 141002, "health_status", "entities", 0, "errors", 0, "error_code")
	a = s.Accounts[2]
	_, body = ask(t, s, a.Token, "/v25.0/"+a.WABA+"?fields=health_status")
	want(t, body, "LIMITED", "health_status", "can_send_message")
	want(t, body, "APP", "health_status", "entities", 2, "entity_type")
}

// Whoever follows the cursors sees each entry once; whoever shows the address of
// the next page gives the token away.
func TestPaging(t *testing.T) {
	s := start(t, "paging", "paging-loop")
	a := s.Accounts[0]
	var seen []string
	after := ""
	for range 10 {
		_, body := ask(t, s, a.Token, "/v25.0/"+a.WABA+"/phone_numbers?after="+url.QueryEscape(after))
		for i := range 2 {
			if id := at(t, body, "data", i, "id"); id != nil {
				seen = append(seen, id.(string))
			}
		}
		next, _ := at(t, body, "paging", "next").(string)
		if next == "" {
			break
		}
		if !strings.Contains(next, "access_token="+a.Token) {
			t.Errorf("%s is without the token", next)
		}
		after = at(t, body, "paging", "cursors", "after").(string)
	}
	if !slices.Equal(seen, a.Phones) {
		t.Errorf("saw %v, want %v", seen, a.Phones)
	}
	a = s.Accounts[1]
	_, body := ask(t, s, a.Token, "/v25.0/"+a.WABA+"/phone_numbers?after="+cursor(1))
	want(t, body, cursor(1), "paging", "cursors", "after")
	want(t, body, a.Phones[0], "data", 0, "id")
}

// Only GET is answered; everything is recorded, and no value of a query is.
func TestRequests(t *testing.T) {
	s := start(t, "healthy")
	a := s.Accounts[0]
	ask(t, s, a.Token, "/v25.0/debug_token?input_token="+a.Token+"&b=secret")
	for _, method := range []string{"POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "BREW"} {
		resp, _, err := try(t.Context(), s, method, a.Token, "/v25.0/"+a.Phones[0]+"/messages")
		if err != nil || resp.StatusCode != 405 || resp.Header.Get("Allow") != "GET" {
			t.Errorf("%s: %v, %v", method, resp, err)
		}
	}
	got := s.Requests()
	if len(got) != 8 || got[0].Path != "/v25.0/debug_token" || !slices.Equal(got[0].Query, []string{"b", "input_token"}) || got[0].Scenario != "healthy" || got[3].Method != "PUT" {
		t.Errorf("the requests are %+v", got)
	}
	if text := fmt.Sprintf("%+v", got); strings.Contains(text, a.Token) || strings.Contains(text, "secret") {
		t.Errorf("the log holds a value: %s", text)
	}
}

func TestStart(t *testing.T) {
	for _, test := range []struct {
		o    Options
		want string
	}{
		{Options{}, "no scenario"},
		{Options{Scenarios: []string{"moon"}}, `no scenario "moon"`},
		{Options{Scenarios: []string{"healthy", "healthy"}}, "two"},
		{Options{Scenarios: []string{"outage-open", "page-html"}}, "both say"},
		{Options{Accounts: []Account{{Scenario: "healthy", WABA: "1"}, {Scenario: "healthy", WABA: "2"}}}, "two things have the id"},
	} {
		if s, err := Start(t.Context(), test.o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Start(%+v) = %v, %v, want an error with %q", test.o, s, err, test.want)
		}
	}
	// One scenario can be true of several accounts, under their own ids.
	s, err := Start(t.Context(), Options{Scenarios: []string{"healthy"}, Accounts: []Account{{Scenario: "healthy", WABA: "21", Phones: []string{"22", "23", "24"}, Numbers: []string{"+1 212-555-0177"}}}})
	if err != nil {
		t.Fatal(err)
	}
	_, body := ask(t, s, s.Accounts[1].Token, "/v25.0/21/phone_numbers")
	want(t, body, "24", "data", 2, "id")
	want(t, body, "+1 212-555-0177", "data", 0, "display_phone_number")
}

// A canceled context and Close both end the server, and the answers that wait.
func TestClose(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Options{Scenarios: []string{"silent"}})
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		_, _, err := try(t.Context(), s, http.MethodGet, s.Accounts[0].Token, "/v25.0/"+s.Accounts[0].WABA)
		answered <- err
	}()
	for len(s.Requests()) == 0 {
		time.Sleep(time.Millisecond) // until the question has arrived
	}
	cancel()
	if err := <-answered; err == nil {
		t.Error("the silent server answered")
	}
	s.Close()
	if _, _, err := try(t.Context(), s, http.MethodGet, "", "/data/orgs.json"); err == nil {
		t.Error("a closed server answered")
	}
}

func TestFaults(t *testing.T) {
	s := start(t, "html", "cut", "endless", "huge", "redirect", "empty", "gateway", "not-utf8", "rate-limited", "error-in-200", "other-version", "deep")
	of := func(name string) Account {
		i := slices.IndexFunc(s.Accounts, func(a Account) bool { return a.Scenario == name })
		return s.Accounts[i]
	}
	get := func(name string) (*http.Response, string, error) {
		return try(t.Context(), s, http.MethodGet, of(name).Token, "/v25.0/"+of(name).WABA)
	}
	if resp, body, err := get("html"); err != nil || resp.StatusCode != 200 || !strings.HasPrefix(body, "<!DOCTYPE html>") {
		t.Errorf("html: %v %q %v", resp, body, err)
	}
	if _, body, err := get("cut"); !errors.Is(err, io.ErrUnexpectedEOF) || body == "" {
		t.Errorf("cut: %q %v", body, err)
	}
	for _, name := range []string{"endless", "huge"} {
		if _, body, err := get(name); err != nil || len(body) != 1<<20 {
			t.Errorf("%s: %d bytes, %v", name, len(body), err)
		}
	}
	if resp, _, err := get("redirect"); err != nil || resp.StatusCode != 302 || !strings.HasPrefix(resp.Header.Get("Location"), "https://graph.example.com/") {
		t.Errorf("redirect: %v %v", resp, err)
	}
	if resp, body, err := get("empty"); err != nil || resp.StatusCode != 200 || body != "" {
		t.Errorf("empty: %v %q %v", resp, body, err)
	}
	if resp, body, err := get("gateway"); err != nil || resp.StatusCode != 502 || body != "Bad Gateway" {
		t.Errorf("gateway: %v %q %v", resp, body, err)
	}
	if _, body, err := get("not-utf8"); err != nil || !bytes.Contains([]byte(body), []byte{0xe9, ' '}) || !strings.Contains(body, `\u001b`) {
		t.Errorf("not-utf8: %q %v", body, err)
	}
	resp, body, err := get("rate-limited")
	if err != nil || resp.StatusCode != 400 {
		t.Errorf("rate-limited: %v %v", resp, err)
	}
	want(t, body, 80007, "error", "code")
	want(t, resp.Header.Get("x-business-use-case-usage"), 12, of("rate-limited").WABA, 0, "estimated_time_to_regain_access")
	resp, body, err = get("error-in-200")
	if err != nil || resp.StatusCode != 200 {
		t.Errorf("error-in-200: %v %v", resp, err)
	}
	want(t, body, 190, "error", "code")
	want(t, body, "ACTIVE", "status")
	if resp, _, err := get("other-version"); err != nil || resp.Header.Get("facebook-api-version") != "v22.0" {
		t.Errorf("other-version: %v %v", resp, err)
	}
}

// An answer that is late comes, and one that nobody waits for any more does not
// hold the server up.
func TestLate(t *testing.T) {
	s := start(t, "slow", "trickle")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	for _, a := range s.Accounts {
		if _, _, err := try(ctx, s, http.MethodGet, a.Token, "/v25.0/"+a.WABA); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", a.Scenario, err)
		}
	}
	fast, err := Start(t.Context(), Options{Scenarios: []string{"healthy"}, Delay: 30 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	ask(t, fast, fast.Accounts[0].Token, "/v25.0/"+fast.Accounts[0].WABA)
	if took := time.Since(begun); took < 30*time.Millisecond {
		t.Errorf("an answer that takes 30 ms came after %v", took)
	}
}

func TestStatusPage(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	serve := func(name string) *Server {
		s, err := Start(t.Context(), Options{Scenarios: []string{name}, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const active, past, orgs = "/data/outages/whatsapp-business-api.json", "/data/outages/whatsapp-business-api.history.json", "/data/orgs.json"
	s := serve("healthy")
	for path, empty := range map[string]string{active: "[]", past: "[]"} {
		if _, body := ask(t, s, "", path); body != empty {
			t.Errorf("%s is %s", path, body)
		}
	}
	_, body := ask(t, s, "", orgs)
	want(t, body, "No known issues", 0, "services", 0, "status")
	want(t, body, "outage-events-feed-whatsapp-business-api.rss", 0, "rss_file_paths", 0)
	if items := feed(t, s); len(items) != 0 {
		t.Errorf("a quiet feed has %+v", items)
	}

	s = serve("outage-open")
	_, body = ask(t, s, "", active)
	want(t, body, "High disruptions", 0, "status")
	want(t, body, "2026-11-20T11:15:00Z", 0, "posts", 0, "time")
	_, body = ask(t, s, "", orgs)
	want(t, body, "High disruptions", 0, "services", 0, "status")
	want(t, body, "No known issues", 0, "services", 3, "status")
	if items := feed(t, s); len(items) != 1 || items[0].Title != "Cloud API: High disruptions" {
		t.Errorf("the feed has %+v", items)
	}

	s = serve("outage-resolved")
	if _, body = ask(t, s, "", active); body != "[]" {
		t.Errorf("open: %s", body)
	}
	_, body = ask(t, s, "", past)
	want(t, body, "Resolved", 0, "status")
	want(t, body, "2026-11-20T09:30:00Z", 0, "posts", 0, "time")
	want(t, body, "2026-11-20T11:00:00Z", 0, "posts", 1, "time")

	s = serve("outage-still-listed")
	_, body = ask(t, s, "", active)
	want(t, body, "Resolved", 0, "status")
	want(t, body, "2026-11-20T09:30:00Z", 0, "posts", 0, "time")
	_, body = ask(t, serve("outage-without-zone"), "", past)
	want(t, body, "2026-11-20T09:30:00", 0, "posts", 0, "time")

	s = serve("outage-elsewhere")
	_, body = ask(t, s, "", orgs)
	want(t, body, "No known issues", 0, "services", 0, "status")
	want(t, body, "Some disruption", 0, "services", 3, "status")

	if resp, _ := ask(t, serve("page-missing"), "", active); resp.StatusCode != 404 {
		t.Errorf("page-missing: HTTP %d", resp.StatusCode)
	}
	if resp, _ := ask(t, s, "", "/whatsapp-business-api"); resp.StatusCode != 404 {
		t.Errorf("the page for people: HTTP %d", resp.StatusCode)
	}
}

func feed(t *testing.T, s *Server) []rssItem {
	t.Helper()
	_, body := ask(t, s, "", "/outage-events-feed-whatsapp-business-api.rss")
	var v struct {
		Items []rssItem `xml:"channel>item"`
	}
	if err := xml.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return v.Items
}
