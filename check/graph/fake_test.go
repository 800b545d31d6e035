package graph

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// canary is the invented token that must turn up nowhere.
const canary = "EAAinventedCanary|0123456789/abcdefghij"

// a fake answers by path, "/v25.0/1" say, and writes down what it was asked.
type fake struct {
	*httptest.Server
	token Token
	mu    sync.Mutex
	asked []string // "GET path?query"
	auth  []string
}

var fakes atomic.Int64

// throttles gives the fake a token of its own: a pause is kept by token and host
// for longer than a test takes, and ports come back.
func (f *fake) throttles() *fake {
	f.token = Token(fmt.Sprint(canary, fakes.Add(1)))
	return f
}

// serve starts a fake. A body of "!" hangs up.
func serve(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *fake {
	t.Helper()
	f := &fake{token: canary}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.Method+" "+r.URL.RequestURI())
		f.auth = append(f.auth, r.Header.Get("Authorization"))
		f.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// says serves one body to every question.
func says(t *testing.T, status int, body string) *fake {
	return serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func (f *fake) client(t *testing.T) *Client {
	t.Helper()
	c, err := New(Options{URL: f.URL, Token: f.token, Agent: "unsent test"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (f *fake) questions() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

// clean fails when the canary is in any of the texts.
func clean(t *testing.T, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if strings.Contains(s, canary) || strings.Contains(s, "inventedCanary") {
			t.Errorf("the token is in %.200q", s)
		}
	}
}
