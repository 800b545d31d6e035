package check

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"unsent/check/graph"
	"unsent/model"
)

// canary is the invented token that must turn up in no finding.
const canary = "EAAinventedCanary0123456789abcdefghij"

// Invented ids.
const (
	testWABA  = "300000000000001"
	testPhone = "400000000000001"
	testApp   = "500000000000001"
)

// A fakeGraph answers each path, without the version, with a body: "3/phone_numbers"
// or "3". A path that it does not know is answered as Meta answers an id that does
// not exist. A query may be told apart: "3/message_templates?name=".
type fakeGraph struct {
	*httptest.Server
	token graph.Token
	mu    sync.Mutex
	says  map[string]string
	asked []string
	date  time.Time // of the Date header; zero: the real one
}

const notThere = `{"error":{"message":"Unsupported get request. Object with ID '1' does not exist, cannot be loaded due to missing permissions, or does not support this operation","type":"GraphMethodException","code":100,"error_subcode":33,"fbtrace_id":"AbcD_1"}}`

var fakes atomic.Int64

func serveGraph(t *testing.T, says map[string]string) *fakeGraph {
	t.Helper()
	// A pause that Meta asks for is kept by token and host, and ports come back.
	f := &fakeGraph{says: says, token: graph.Token(fmt.Sprint(canary, fakes.Add(1)))}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/v25.0/")
		f.mu.Lock()
		f.asked = append(f.asked, r.Method+" "+path)
		body, ok := f.says[path]
		if !r.URL.Query().Has("name") {
			if all, has := f.says[path+" all"]; has {
				body, ok = all, true
			}
		}
		f.mu.Unlock()
		if !f.date.IsZero() {
			w.Header().Set("Date", f.date.UTC().Format(http.TimeFormat))
		}
		if !ok {
			w.WriteHeader(http.StatusBadRequest)
			body = notThere
		}
		_, _ = fmt.Fprint(w, strings.ReplaceAll(body, canary, string(f.token)))
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fakeGraph) meta(t *testing.T) *Meta {
	t.Helper()
	g, err := graph.New(graph.Options{URL: f.URL, Token: f.token, Agent: "unsent test"})
	if err != nil {
		t.Fatal(err)
	}
	return &Meta{Graph: g}
}

// askFake puts one check to a fake Graph API that says these things.
func askFake(t *testing.T, name string, s Subject, says map[string]string) model.Finding {
	t.Helper()
	m := serveGraph(t, says).meta(t)
	if s.Meta != nil {
		m.Account = s.Meta.Account
	}
	s.Meta, s.Now = m, now
	f := Find(name).Run(t.Context(), s)
	whole, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(whole), canary) || strings.Contains(f.Raw, canary) {
		t.Errorf("the token is in the finding: %s", whole)
	}
	if f.Summary == "" || strings.HasSuffix(f.Summary, ".") || strings.Contains(f.Summary, "\n") {
		t.Errorf("that is no summary: %q", f.Summary)
	}
	return f
}

// of is a message with the invented ids.
func of(change func(*model.Failure)) Subject {
	f := model.Failure{WABA: testWABA, PhoneID: testPhone, At: now.Add(-time.Hour), Kind: "text"}
	if change != nil {
		change(&f)
	}
	return one(f)
}

// expect checks verdict and words of a finding; a word that begins with "fact:" is
// looked for in the facts, one that begins with "not:" must be nowhere.
func expect(t *testing.T, f model.Finding, v model.Verdict, says ...string) {
	t.Helper()
	var facts []string
	for _, x := range f.Facts {
		facts = append(facts, x.Name+": "+x.Value)
	}
	all := strings.Join(facts, "\n")
	if f.Verdict != v {
		t.Errorf("got %s %q, want %s\n%s", f.Verdict, f.Summary, v, all)
	}
	for _, w := range says {
		if not, ok := strings.CutPrefix(w, "not:"); ok {
			if strings.Contains(f.Summary+all, not) {
				t.Errorf("%q is in %q\n%s", not, f.Summary, all)
			}
		} else if w, ok := strings.CutPrefix(w, "fact:"); ok {
			if !strings.Contains(all, w) {
				t.Errorf("no fact has %q:\n%s", w, all)
			}
		} else if !strings.Contains(f.Summary, w) {
			t.Errorf("%q is not in %q", w, f.Summary)
		}
	}
}

// sample is a published answer of the reference folder; the test is skipped where
// that is not present.
func sample(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", "facts", "whatsapp", "samples", name))
	if err != nil {
		t.Skip("the reference folder is not here")
	}
	return string(b)
}
