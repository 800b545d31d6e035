//go:build unix

package cli_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"unsent/check"
	"unsent/cli"
)

// The tokens of this test. The second looks like nothing in particular, so that
// only somebody who knows it can mask it.
const (
	canaryMeta  = "EAAQcanaryBird0123456789abcdefghijklmnopqrstuvwxyz"
	canaryPlain = "tweetiepie.9f3c7e-d8k2m5q1"
)

// lapse is what is left of a token in b, in any form in which it may be written;
// empty when nothing is.
func lapse(b []byte) string {
	for _, token := range []string{canaryMeta, canaryPlain} {
		for _, part := range []string{token, token[:14], token[len(token)-14:]} {
			for form, text := range map[string]string{
				"as it is": part, "hex": hex.EncodeToString([]byte(part)), "URL": url.QueryEscape(part),
				"base64": base64.RawStdEncoding.EncodeToString([]byte(part))[:16],
			} {
				if bytes.Contains(b, []byte(text)) {
					return form + ": " + part
				}
			}
		}
	}
	return ""
}

// A keeper is a keyring in memory. One that is full repeats what it was given.
type keeper struct {
	sync.Map
	full bool
}

func (k *keeper) Set(service, entry, secret string) error {
	if k.full {
		return errors.New("there is no place for " + secret)
	}
	k.Store(service+"/"+entry, secret)
	return nil
}

func (k *keeper) Get(service, entry string) (string, error) {
	if v, ok := k.Load(service + "/" + entry); ok && !k.full {
		return v.(string), nil
	}
	return "", errors.New("no such entry")
}

func (k *keeper) Delete(service, entry string) error {
	if k.full {
		return errors.New("it is locked")
	}
	k.Map.Delete(service + "/" + entry)
	return nil
}

const canaryLog = `timestamp,wamid,recipient,phone_number_id,waba_id,message_type,template_name,template_language,status,error_code,error_title,error_details
2026-05-13T13:41:07Z,wamid.HBgLMTIxMjU1NTAxMDAVAgARGBIwMDAwMDAwMDAwMDAwMjBCRDQA,15550100100,106540352242922,102290129340398,template,order_ready,en_US,failed,131000,Something went wrong,the sender wrote ` + canaryMeta + `
2026-05-13T13:42:07Z,wamid.HBgLMTIxMjU1NTAxMDEVAgARGBIwMDAwMDAwMDAwMDAwMjBDMzkA,15550100101,106540352242922,102290129340398,template,order_ready,en_US,failed,131000,Something went wrong,access_token=` + canaryPlain + `
2026-05-13T13:43:07Z,wamid.HBgLMTIxMjU1NTAxMDIVAgARGBIwMDAwMDAwMDAwMDAwMjBDOUUA,15550100102,106540352242922,102290129340398,template,order_ready,en_US,failed,131000,Something went wrong,
`

// No session leaves a token anywhere but in the keyring and in the file that the
// agent keeps it in: not in what is printed, not in any file, whatever Meta, the
// keyring or a fault of ours may do with it.
func TestNoTokenAnywhere(t *testing.T) {
	// A server that repeats all it is told, in ever another way.
	asked := 0
	var mu sync.Mutex
	parrot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked++
		n := asked
		mu.Unlock()
		said := r.Header.Get("Authorization") + " " + r.URL.String()
		switch n % 4 {
		case 0:
			fmt.Fprintf(w, `{"data":{"is_valid":false,"scopes":[],"error":{"code":190,"message":%q}}}`, said)
		case 1:
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":{"message":%q,"type":"OAuthException","code":190,"fbtrace_id":"A1"}}`, said)
		case 2:
			fmt.Fprintf(w, "<html><body>%s</body></html>", said)
		default:
			w.Header().Set("Location", "http://127.0.0.1:1/?"+said)
			w.WriteHeader(http.StatusFound)
		}
	}))
	defer parrot.Close()

	home := t.TempDir()
	file := func(name string) string { return filepath.Join(home, name) }
	logFile := filepath.Join(t.TempDir(), "failures.csv") // not ours, and full of tokens
	if err := os.WriteFile(logFile, []byte(canaryLog), 0o600); err != nil {
		t.Fatal(err)
	}
	tokenFile := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte(canaryPlain+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	k := &keeper{}
	env := map[string]string{"HOME": home, "XDG_DATA_HOME": file("data"), "USER": "alex", "TERM": "dumb", "UNSENT_GRAPH_URL": parrot.URL, "UNSENT_STATUS_URL": parrot.URL}
	now := time.Now
	run := func(input string, args ...string) {
		t.Helper()
		var out, errs bytes.Buffer
		cli.Main(args, cli.Sys{
			Stdin: strings.NewReader(input), Stdout: &out, Stderr: &errs, GOOS: "linux", Keyring: k,
			Getenv: func(name string) string { return env[name] }, Now: func() time.Time { return now() },
		})
		for what, b := range map[string][]byte{"standard output": out.Bytes(), "standard error": errs.Bytes()} {
			if l := lapse(b); l != "" {
				t.Errorf("unsent %q: %s has it (%s):\n%s", args, what, l, b)
			}
		}
	}
	// What is typed is masked where it looks like a token, or is one that the run
	// knows without asking the keyring.
	typed := canaryMeta
	job := func() {
		t.Helper()
		for _, args := range [][]string{
			{"check", "i1"}, {"check", "m1", "--json"}, {"account", "list"}, {"account", "list", "--json"}, {"show", "i1"}, {"show", "i1", "--json", "--full"},
			{"packet", "i1"}, {"packet", "i1", "--profile", "internal", "--json"}, {"packet", "m2", "--format", "markdown", "--override=" + typed},
			{"note", "i1", "the token is " + typed}, {"step", "i1", "3", "--note", typed}, {"audit", "--full"}, {"list", "--full", "--json"},
		} {
			run("", args...)
		}
	}
	ids := []string{"--waba", "102290129340398", "--phone-id", "106540352242922"}
	add := func(more ...string) []string {
		return append(append([]string{"account", "add", "shop"}, ids...), more...)
	}

	// In the keyring.
	run(canaryPlain+"\n", add()...)
	run("", "import", logFile)
	job()
	// Not taken by the keyring.
	k.full = true
	run(canaryMeta, add("--json")...)
	run(canaryPlain, add()...)
	job()
	run("", "account", "remove", "shop")
	k.full = false
	run("", "account", "remove", "shop")
	// In a file, and given wrongly in every way.
	run("", add("--token-file", tokenFile)...)
	job()
	for _, wrong := range []string{"Bearer " + canaryPlain, canaryPlain + " " + canaryMeta, `"` + canaryMeta + `"`, canaryPlain + "\n" + canaryMeta, strings.Repeat(canaryMeta, 2000), "\x00" + canaryPlain} {
		run(wrong, add()...)
		env["UNSENT_TOKEN"] = wrong
		job()
	}
	run("", add(canaryMeta)...)
	run("", add("--token="+canaryMeta)...)
	run("", "account", "add", canaryMeta, "--waba", "102290129340398")
	run("", "account", "remove", canaryMeta)
	run("", "check", canaryMeta)
	// In the environment, beside addresses that make no sense.
	run("", "account", "remove", "shop")
	for _, token := range []string{canaryPlain, canaryMeta} {
		env["UNSENT_TOKEN"], typed = token, token
		job()
		env["UNSENT_GRAPH_VERSION"] = token
		run("", "check", "i1")
		delete(env, "UNSENT_GRAPH_VERSION")
		env["UNSENT_GRAPH_URL"] = "http://" + token + "@[::1"
		run("", "check", "i1")
		env["UNSENT_GRAPH_URL"] = parrot.URL
	}
	// With a fault of ours that says all it knows.
	now = func() time.Time {
		now = time.Now
		panic("with the token " + canaryPlain + "\ngoroutine 1 [running]:\n\t/" + canaryMeta + ".go:1")
	}
	run("", "check", "i1")
	if crashes, _ := filepath.Glob(file("data/unsent/crash-*.txt")); len(crashes) != 1 {
		t.Errorf("reports of the fault: %v", crashes)
	}

	if asked == 0 && check.Find("token").Run != nil {
		t.Error("Meta was never asked, so that this proves little")
	}
	files := 0
	if err := filepath.WalkDir(home, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		files++
		if l := lapse(append(b, name...)); l != "" {
			t.Errorf("%s has it: %s", strings.TrimPrefix(name, home), l)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if files < 3 { // the database, the report, packets
		t.Errorf("only %d files were looked at", files)
	}
}

// While a token is asked for, nobody on the machine sees it in the list of processes.
func TestNoTokenInProcessList(t *testing.T) {
	home := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "unsent", "account", "add", "shop", "--waba", "102290129340398")
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(home, "no-bus"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write([]byte(canaryMeta)); err != nil { // it waits for the end of it
		t.Fatal(err)
	}
	var line []byte
	for len(line) == 0 && err == nil { // for a moment of its start a process has none
		line, err = os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", cmd.Process.Pid))
	}
	in.Close()
	if waited := cmd.Wait(); waited != nil {
		t.Errorf("%v: %s", waited, out.Bytes())
	}
	if err != nil {
		t.Skip("the system shows no processes this way")
	}
	if !bytes.Contains(line, []byte("account")) || lapse(line) != "" || lapse(out.Bytes()) != "" {
		t.Errorf("the list of processes shows %q, the program said %q", line, out.Bytes())
	}
}
