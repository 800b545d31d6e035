package cli_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"unsent/check/metasim"
	"unsent/cli"
)

// A session is the program in a home of its own, beside a pretend Meta.
type session struct {
	home string
	env  map[string]string
	ring keeper
	said bytes.Buffer // all that it ever said
}

func newSession(t *testing.T, meta *metasim.Server) *session {
	home := t.TempDir()
	return &session{home: home, env: map[string]string{
		"HOME": home, "XDG_DATA_HOME": filepath.Join(home, "data"), "USER": "alex", "TERM": "dumb",
		"UNSENT_GRAPH_URL": meta.URL, "UNSENT_STATUS_URL": meta.URL,
	}}
}

// run is one command: its exit code, what it printed, and its errors and remarks.
func (s *session) run(input string, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	code = cli.Main(args, cli.Sys{
		Stdin: strings.NewReader(input), Stdout: &stdout, Stderr: &stderr, GOOS: "linux", Keyring: &s.ring,
		Getenv: func(name string) string { return s.env[name] }, Now: time.Now,
	})
	s.said.Write(stdout.Bytes())
	s.said.Write(stderr.Bytes())
	return code, stdout.String(), stderr.String()
}

// logOf is the export in which a scenario's message failed.
func logOf(t *testing.T, sc metasim.Scenario, a metasim.Account) string {
	t.Helper()
	now, m := time.Now(), sc.Message
	request := map[string]any{"messaging_product": "whatsapp", "to": m.To, "type": "text", "text": map[string]any{"body": "Hello"}}
	kind := "text"
	switch {
	case m.Template != "":
		kind = "template"
		request["template"] = map[string]any{"name": m.Template, "language": map[string]any{"code": m.Language}}
	case m.Flow:
		kind = "interactive"
		request["interactive"] = map[string]any{"type": "flow", "action": map[string]any{"name": "flow", "parameters": map[string]any{"flow_id": a.FlowID()}}}
	}
	if kind != "text" {
		request["type"] = kind
		delete(request, "text")
	}
	asked, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	inbound := ""
	if at := m.Inbound.From(now); !at.IsZero() {
		inbound = at.UTC().Format(time.RFC3339)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{"timestamp", "wamid", "waba_id", "phone_number_id", "recipient", "message_type", "template_name", "template_language", "status", "error_code", "error_details", "request", "last_inbound_at"})
	w.Write([]string{m.At.From(now).UTC().Format(time.RFC3339), "wamid.HBgLMTIxMjU1NTAxNDIVAgARGBIwMDAwMDAwMDAwMDAwMDIwQkQ0AA==", a.WABA, a.Phones[m.Phone], m.To, kind,
		m.Template, m.Language, "failed", strconv.Itoa(m.Code), m.Details, string(asked), inbound})
	w.Flush()
	return b.String()
}

// masked is a phone number as it is shown to those who did not ask to see it.
var masked = regexp.MustCompile(`\+[0-9 ]+ \.\.\. [0-9]+`)

// Each cause and each trap is answered as its scenario says, with the exit code
// that follows, within the time that is promised, and without a trace of the
// token.
func TestScenarioChecks(t *testing.T) {
	for _, name := range metasim.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sc, err := metasim.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			meta, err := metasim.Start(t.Context(), metasim.Options{Scenarios: []string{name}})
			if err != nil {
				t.Fatal(err)
			}
			a := meta.Accounts[0]
			s := newSession(t, meta)
			if code, _, errs := s.run(a.Token+"\n", "account", "add", "shop", "--waba", a.WABA, "--phone-id", a.Phones[0], "--app", a.App); code != 0 {
				t.Fatal(errs)
			}
			if code, _, errs := s.run(logOf(t, sc, a), "import", "-"); code != 0 {
				t.Fatal(errs)
			}
			code, out, errs := s.run("", "check", "m1", "--json")
			found := map[string]string{}
			why := map[string]string{}
			for line := range strings.Lines(out) {
				var f struct{ Check, Verdict, Summary string }
				if err := json.Unmarshal([]byte(line), &f); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				found[f.Check], why[f.Check] = f.Verdict, f.Summary
				if f.Check != "recipient" && masked.MatchString(f.Summary) {
					t.Errorf("a code or an id of Meta's is masked as if it were somebody's number: %s", f.Summary)
				}
			}
			for _, question := range slices.Sorted(maps.Keys(sc.Expect)) {
				if want := sc.Expect[question]; found[question] != want {
					t.Errorf("%s is %q, want %q: %s", question, found[question], want, why[question])
				}
			}
			want := 0
			for _, verdict := range found {
				if verdict == "problem" {
					want = 3
				}
			}
			if code != want || (want == 3) != slices.Contains(slices.Collect(maps.Values(sc.Expect)), "problem") {
				t.Errorf("exit code %d, found %v; %s", code, found, errs)
			}
			s.run("", "show", "m1", "--full")
			s.run("", "packet", "i1", "--format", "json")
			if strings.Contains(s.said.String(), a.Token) {
				t.Error("the token was printed")
			}
			for _, r := range meta.Requests() {
				if r.Method != "GET" {
					t.Errorf("%s %s was asked", r.Method, r.Path)
				}
			}
			noToken(t, s.home, a.Token)
		})
	}
}

// noToken looks for a token in every file below a folder.
func noToken(t *testing.T, home, token string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		if err == nil && bytes.Contains(b, []byte(token)) {
			t.Errorf("%s holds the token", filepath.Base(path))
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files were looked at: %v", files, err)
	}
}
