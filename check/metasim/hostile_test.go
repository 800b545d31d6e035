package metasim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever is asked, the server answers and does not panic, gives nobody what is
// another's, and names no token that the question did not hold.
func FuzzServe(f *testing.F) {
	s, err := Start(f.Context(), Options{Scenarios: []string{"healthy", "paging", "flow-blocked"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(s.Close)
	a, other := s.Accounts[1], s.Accounts[0]
	for _, path := range []string{
		"/v25.0/" + a.WABA, "/v25.0/" + a.WABA + "/message_templates?name=a&limit=2&after=YXQ6MQ==", "/v25.0/debug_token?input_token=" + other.Token,
		"/v25.0/" + a.WABA + "?fields=id,health_status.phone_number(1){x{y}}", "/v25.0/" + a.WABA + "?fields=" + strings.Repeat("a{", 99),
		"/v25.0/../../data/orgs.json", "/v25.0//", "/v25.0", "/", "/data/outages/graph-api.json", "/outage-events-feed-.rss",
		"/v25.0/" + a.WABA + "/phone_numbers?limit=99999999999999999999&after=%ff", "/v999.99/%00", "/v25.0/" + a.WABA + "/message_templates?language=[,,&status=%22",
		"/v25.0/" + a.Phones[0] + "/message_history?message_id=%00&fields=events{", "/v25.0/" + a.WABA + "?fields=,,.(",
	} {
		f.Add("GET", path, "Bearer "+a.Token)
	}
	f.Add("POST", "/v25.0/"+a.WABA, "Basic eA==")
	f.Add("GET", "/v25.0/me", "Bearer")
	f.Fuzz(func(t *testing.T, method, path, auth string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		u, err := r.URL.Parse(path)
		if err != nil {
			t.Skip("no request has such an address")
		}
		r.Method, r.URL = method, u
		r.Header.Set("Authorization", auth)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		body := w.Body.String()
		if method != http.MethodGet && w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s got HTTP %d", method, w.Code)
		}
		if !utf8.ValidString(body) {
			t.Errorf("%q is not UTF-8", body)
		}
		for _, x := range s.Accounts {
			if strings.Contains(body, x.Token) && auth != "Bearer "+x.Token && !strings.Contains(path, x.Token) {
				t.Errorf("the token of %s is in the answer to another", x.Scenario)
			}
			if strings.Contains(body, `"id":"`+x.WABA) && auth != "Bearer "+x.Token {
				t.Errorf("the account of %s is shown to another", x.Scenario)
			}
		}
	})
}

func TestParseFields(t *testing.T) {
	for _, test := range []struct {
		text string
		want int // how many fields; 0: it is refused
	}{
		{"id", 1}, {"id,name", 2}, {" id , name ", 2}, {"a{b,c{d}},e", 2}, {"health_status.phone_number(12)", 1}, {"a.limit(3){b}", 1},
		{"", 0}, {",", 0}, {"a,", 0}, {"a{", 0}, {"a}", 0}, {"a{}", 0}, {"a.b", 0}, {"a.b(", 0}, {"a)", 0}, {"a b(c)", 0},
		{strings.Repeat("a{", 20) + "b" + strings.Repeat("}", 20), 0}, {strings.Repeat("a,", 5000) + "a", 0},
	} {
		got, err := parseFields(test.text)
		if err != nil && test.want != 0 || err == nil && len(got) != test.want {
			t.Errorf("parseFields(%.40q) = %v, %v, want %d", test.text, got, err, test.want)
		}
	}
	got, err := parseFields("health_status.phone_number(12){id}")
	if err != nil || got[0].args["phone_number"] != "12" || got[0].sub[0].name != "id" {
		t.Errorf("got %+v, %v", got, err)
	}
}
