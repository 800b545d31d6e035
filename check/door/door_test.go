package door

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"unsent/model"
)

func TestAddresses(t *testing.T) {
	for _, s := range []string{
		"https://graph.facebook.com", "https://graph.facebook.com/", "https://graph.facebook.com:443", "https://GRAPH.facebook.com", "https://metastatus.com",
		"http://127.0.0.1:8080", "http://127.8.9.10:1", "https://[::1]:8443", "http://localhost:80/pretend", "http://LOCALHOST:80",
	} {
		if _, err := New(Options{Base: s}); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{
		"", "graph.facebook.com", "ftp://graph.facebook.com", "http://graph.facebook.com", "http://metastatus.com", "https://graph.facebook.com:8443",
		"https://graph.facebook.com.example.com", "https://graph.facebook.com.", "https://evil.graph.facebook.com", "https://www.facebook.com",
		"https://graph.faceb\u043e\u043ek.com", "https://graph.facebook.com@example.com", "https://example.com#graph.facebook.com", "https://" + canary + ":x@graph.facebook.com",
		"https://graph.facebook.com/v25.0", "https://graph.facebook.com?access_token=" + canary, "https://graph.facebook.com:" + canary, "https://x:" + canary + "@[::1",
		"http://127.0.0.1.example.com", "http://0.0.0.0:80", "http://10.0.0.1", "http://[::ffff:127.0.0.1]", "http://[::1%25lo]:80", "http://2130706433", "http://127.1", "http://localhost.example.com",
		"https://user:" + canary + "@127.0.0.1", "http://", "https:///x", "\x1b[31mhttps://graph.facebook.com", "https://graph.facebook.com\n", "file:///etc/passwd", "https://\x1b[31m.example.com",
	} {
		_, err := New(Options{Base: s})
		if err == nil {
			t.Errorf("%q is let through", s)
			continue
		}
		if strings.Contains(err.Error(), canary) || strings.ContainsAny(err.Error(), "\x1b\n") || model.Hint(err) == "" {
			t.Errorf("%q: %q, hint %q", s, err, model.Hint(err))
		}
	}
	if _, err := New(Options{Base: "https://metastatus.com", Secret: canary}); err == nil || strings.Contains(err.Error(), canary) {
		t.Errorf("a token for the status page: %v", err)
	}
}

func TestCleanSecret(t *testing.T) {
	for in, repaired := range map[string]string{
		canary:                                   "",
		" " + canary + "\r\n":                    "spaces or line breaks",
		"\u200b" + canary + "\ufeff":             "spaces or line breaks",
		"Bearer " + canary:                       `"Bearer"`,
		"Authorization: bearer  " + canary + " ": `spaces or line breaks, "Authorization:", "Bearer"`,
		`"` + canary + `"`:                       "quotes",
		"\u201c" + canary + "\u201d":             "quotes",
		`'Bearer ` + canary + `'`:                `quotes, "Bearer"`,
	} {
		got, note, err := CleanSecret(in)
		if err != nil || got != canary {
			t.Errorf("%q: %q, %v", in, got, err)
		}
		if want := repaired; want == "" && note != "" || want != "" && note != "taken off around the token: "+want {
			t.Errorf("%q: says %q, want %q", in, note, want)
		}
	}
	if got, note, err := CleanSecret("166000000000690|inventedAppSecret00"); got != "166000000000690|inventedAppSecret00" || note != "" || err != nil {
		t.Errorf("an app's token: %q %q %v", got, note, err)
	}
	half, rest := canary[:20], canary[20:]
	for in, say := range map[string]string{
		"": "empty", " \n": "empty", `""`: "empty",
		"Bearer ": "6 bytes, fewer", "EAA": "3 bytes, fewer",
		"access_token=" + canary:                       "something around it",
		"https://graph.facebook.com/me?access_token=x": "something around it",
		half + "\n" + rest:                             "line break in it, at character 21",
		half + " " + rest:                              "space in it, at character 21",
		half + "\t" + rest:                             "space in it",
		half + "\u00a0" + rest:                         "space in it",
		half + "\x00" + rest:                           "control character in it, at character 21 (U+0000)",
		half + "\x1b[0m" + rest:                        "U+001B",
		half + "\u200b" + rest:                         "U+200B",
		half + "\u0410" + rest:                         "U+0410",
		half + "\xff" + rest:                           "U+FFFD",
		half + "…":                                     "not whole",
		half + "...":                                   "not whole",
		half + "********":                              "not whole",
		`"` + canary:                                   "a sign in it that no token has",
		`{"access_token":"` + canary:                   "a sign in it",
		"access_token=" + half + "&x=1":                "something around it",
		"<ACCESS_TOKEN>":                               "a sign in it",
		strings.Repeat("EAA", 2000):                    "6000 bytes",
	} {
		got, note, err := CleanSecret(in)
		if err == nil || !strings.Contains(err.Error(), say) || got != "" || note != "" || model.Hint(err) == "" {
			t.Errorf("%q: %q %q %v", in, got, note, err)
			continue
		}
		if strings.Contains(err.Error(), half[3:]) || strings.Contains(err.Error(), rest) {
			t.Errorf("the error holds the token: %v", err)
		}
	}
	if _, err := New(Options{Base: "https://graph.facebook.com", Secret: half + "\n" + rest}); err == nil || strings.Contains(err.Error(), half) {
		t.Errorf("New: %v", err)
	}
}

// What arrives is a GET with the secret in the one header, and nothing else.
func TestWhatArrives(t *testing.T) {
	var mu sync.Mutex
	var got []*http.Request
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		got = append(got, r)
		mu.Unlock()
		if r.URL.Path == "/from" {
			http.Redirect(w, r, "/to?x=1", http.StatusFound)
			return
		}
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, r.URL.RawQuery)
	}))
	t.Cleanup(srv.Close)
	d := open(t, Options{Base: srv.URL, Agent: "unsent/test"})
	a, err := d.Get(t.Context(), "/v25.0/../v25.0/a b?c", url.Values{"fields": {"id,name"}, "input_token": {"secret in the query"}})
	if err != nil || a.Status != http.StatusTeapot || string(a.Body) != "fields=id%2Cname&input_token=secret+in+the+query" {
		t.Errorf("HTTP %d %q, %v", a.Status, a.Body, err)
	}
	if want := "GET " + d.Host() + "/v25.0/a%20b%3Fc"; a.Asked != want {
		t.Errorf("asked %q, want %q", a.Asked, want)
	}
	if ahead, ok := a.Ahead(); !ok || ahead < -time.Minute || ahead > time.Minute {
		t.Errorf("this clock is %s ahead of itself", ahead)
	}
	if _, err := d.Get(t.Context(), "from", url.Values{"input_token": {canary}}); err != nil {
		t.Error(err)
	}
	if len(got) != 3 {
		t.Fatalf("%d requests", len(got))
	}
	for _, r := range got {
		if r.Method != http.MethodGet || r.ContentLength > 0 || r.Header.Get("Authorization") != "Bearer "+canary || r.UserAgent() != "unsent/test" ||
			r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("%s %s with %v", r.Method, r.URL.Path, r.Header)
		}
	}
}

// A redirect to any other place ends there, and that place hears nothing.
func TestRedirects(t *testing.T) {
	var heard atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard.Add(1) }))
	t.Cleanup(other.Close)
	var to atomic.Value
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Path == "/end" {
			return
		}
		w.Header().Set("Location", to.Load().(string))
		w.WriteHeader([]int{301, 302, 303, 307, 308}[calls.Load()%5])
	}))
	t.Cleanup(srv.Close)
	d := open(t, Options{Base: srv.URL})
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	dialled := spy(d)
	for _, target := range []string{
		other.URL, "//" + strings.TrimPrefix(other.URL, "http://"), strings.Replace(srv.URL, "http:", "https:", 1), "http://localhost" + port, "http://127.0.0.2" + port,
		"https://graph.facebook.com/v25.0/me", "http://graph.facebook.com/", "http://user:pw@127.0.0.1" + port, "ftp://127.0.0.1/", "http://127.0.0.1:1/",
		"http://metastatus.com\\@127.0.0.1" + port, "/round", "http://127.0.0.1" + port + "/round",
	} {
		to.Store(target)
		calls.Store(0)
		if _, err := d.Get(t.Context(), "/begin", url.Values{"input_token": {canary}}); err == nil || strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "pw@") {
			t.Errorf("%s: %v", target, err)
		}
		if n := calls.Load(); n > maxHops+1 {
			t.Errorf("%s: asked %d times", target, n)
		}
	}
	to.Store("/end")
	if a, err := d.Get(t.Context(), "/begin", nil); err != nil || a.Status != http.StatusOK {
		t.Errorf("within the host: HTTP %d, %v", a.Status, err)
	}
	if heard.Load() != 0 {
		t.Errorf("another host was asked %d times", heard.Load())
	}
	if got := dialled(); !slices.Equal(got, []string{strings.TrimPrefix(srv.URL, "http://")}) {
		t.Errorf("dialled %v", got)
	}
}

// spy notes every address that a door dials.
func spy(d *Door) func() []string {
	var mu sync.Mutex
	var got []string
	inner := d.dial
	d.dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if !slices.Contains(got, addr) {
			got = append(got, addr)
		}
		return inner(ctx, network, addr)
	}
	return func() []string { mu.Lock(); defer mu.Unlock(); return got }
}

// The last line of defence: whatever asks for it, no other address is dialled.
func TestDialsNobodyElse(t *testing.T) {
	d := open(t, Options{Base: "https://graph.facebook.com"})
	d.dial = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("dialled") }
	for _, addr := range []string{"example.com:443", "metastatus.com:443", "graph.facebook.com:80", "127.0.0.1:443", ""} {
		if _, err := d.connect(t.Context(), "tcp", addr); !errors.Is(err, errElsewhere) {
			t.Errorf("%q: %v", addr, err)
		}
	}
	if _, err := d.connect(t.Context(), "tcp", "graph.facebook.com:443"); err == nil || err.Error() != "dialled" {
		t.Errorf("its own address: %v", err)
	}
	home := open(t, Options{Base: "http://localhost:80"})
	for addr, ok := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "192.0.2.1:80": false, "[2001:db8::1]:80": false, "nonsense": false} {
		if err := home.onlyLoopback("tcp", addr, nil); (err == nil) != ok {
			t.Errorf("localhost at %s: %v", addr, err)
		}
	}
}

func TestFourAtOnce(t *testing.T) {
	var now, most atomic.Int32
	release := make(chan struct{})
	var begun sync.WaitGroup
	begun.Add(AtOnce)
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n <= AtOnce {
			select {
			case <-release:
			default:
				begun.Done()
				<-release
			}
		}
	}))
	t.Cleanup(srv.Close)
	d := open(t, Options{Base: srv.URL, Wait: time.Minute})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := d.Get(t.Context(), fmt.Sprint("/", i), nil); err != nil {
				t.Error(err)
			}
		})
	}
	begun.Wait()
	if len(d.turns) != AtOnce {
		t.Errorf("%d turns taken", len(d.turns))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Get(ctx, "/late", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped while it waits for its turn: %v", err)
	}
	close(release)
	wg.Wait()
	if most.Load() != AtOnce {
		t.Errorf("%d at once", most.Load())
	}
}

// One run asks the same thing once, also when it fails; the next run asks anew.
func TestShare(t *testing.T) {
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.URL.Path == "/bad" {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(srv.Close)
	d, e := open(t, Options{Base: srv.URL}), open(t, Options{Base: srv.URL})
	ask := func(ctx context.Context, d *Door, path, field string) (at time.Time) {
		a, err := d.Get(ctx, path, url.Values{"fields": {field}})
		if (err != nil) != (path == "/bad") {
			t.Error(err)
		}
		return a.At
	}
	run := Share(t.Context())
	gone, cancel := context.WithCancel(run)
	cancel()
	d.Get(gone, "/node", url.Values{"fields": {"id"}}) // whoever asks first and goes away takes the answer from nobody
	var wg sync.WaitGroup
	var mu sync.Mutex
	times := map[time.Time]bool{}
	for range 10 {
		wg.Go(func() {
			at := ask(run, d, "/node", "id")
			mu.Lock()
			times[at] = true
			mu.Unlock()
		})
	}
	wg.Wait()
	if calls.Load() != 1 || len(times) != 1 {
		t.Errorf("asked %d times, answers of %d times", calls.Load(), len(times))
	}
	late, stop := context.WithDeadline(run, time.Now().Add(-time.Second))
	defer stop()
	calls.Store(1)
	if _, err := d.Get(late, "/late", nil); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "to the questions before this one") || calls.Load() != 1 {
		t.Errorf("a question whose time is up before it is put: %v, asked %d times", err, calls.Load())
	}
	ask(run, d, "/node", "id,name")
	ask(run, e, "/node", "id") // another token's door
	ask(Share(t.Context()), d, "/node", "id")
	ask(t.Context(), d, "/node", "id")
	if calls.Load() != 5 {
		t.Errorf("asked %d times, want 5", calls.Load())
	}
	calls.Store(0)
	ask(run, d, "/bad", "id")
	once := calls.Load() // the one retry belongs to it
	ask(run, d, "/bad", "id")
	if once == 0 || calls.Load() != once {
		t.Errorf("a failure is asked for again: %d, then %d", once, calls.Load())
	}
}

// The proxy of the environment is read once in a process, so each case is one.
func TestProxy(t *testing.T) {
	if base := os.Getenv("DOOR_TEST_BASE"); base != "" {
		d, err := New(Options{Base: base, Secret: canary, Wait: 30 * time.Second})
		if err == nil {
			_, err = d.Get(t.Context(), "/v25.0/debug_token", url.Values{"input_token": {canary}})
		}
		fmt.Printf("said: %v | %s\n", err, model.Hint(err))
		return
	}
	var mu sync.Mutex
	var seen []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Method+" "+r.Host+" "+r.Header.Get("Authorization"))
		mu.Unlock()
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	t.Cleanup(proxy.Close)
	home := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(home.Close)
	at := strings.TrimPrefix(proxy.URL, "http://")
	for _, tt := range []struct{ name, base, proxy, say, seen string }{
		{"https goes through it", "https://graph.facebook.com", "http://me:pass%20word@" + at, "the proxy " + at + " does not let it through to graph.facebook.com (HTTP 407)", "CONNECT graph.facebook.com:443 "},
		{"loopback never does", home.URL, proxy.URL, "said: <nil>", ""},
		{"the status page takes no token", "https://metastatus.com", proxy.URL, "without an access token", ""},
		{"a proxy that is off", "https://graph.facebook.com", "http://me:pass%20word@127.0.0.1:1", "the proxy 127.0.0.1:1, on the way to graph.facebook.com, cannot be reached", ""},
		{"not an address", "https://graph.facebook.com", "http://me:pass@[::1", "reading the proxy's address", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mu.Lock()
			seen = nil
			mu.Unlock()
			exe, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestProxy$")
			cmd.Env = append(os.Environ(), "DOOR_TEST_BASE="+tt.base, "NO_PROXY=", "no_proxy=", "https_proxy=", "http_proxy=",
				"HTTPS_PROXY="+tt.proxy, "HTTP_PROXY="+tt.proxy, "ALL_PROXY="+tt.proxy)
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), tt.say) {
				t.Errorf("%v: %s", err, out)
			}
			for _, s := range []string{canary, "pass", "me:"} {
				if strings.Contains(strings.ReplaceAll(string(out), "PASS", ""), s) {
					t.Errorf("it tells %q: %s", s, out)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if got := strings.Join(seen, "\n"); got != tt.seen {
				t.Errorf("the proxy saw %q, want %q", got, tt.seen)
			}
		})
	}
}
