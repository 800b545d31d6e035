package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unsent/kb"
)

func TestPageURL(t *testing.T) {
	good := map[string]string{
		"https://metastatus.com/whatsapp-business-api":                                     "https://metastatus.com/whatsapp-business-api",
		"https://developers.facebook.com/tools/debug/accesstoken":                          "https://developers.facebook.com/tools/debug/accesstoken",
		"https://business.facebook.com/wa/manage/home/?fbclid=abc&utm_source=x&waba_id=12": "https://business.facebook.com/wa/manage/home/?waba_id=12",
	}
	for in, want := range good {
		if got, err := pageURL(in); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range hostileURLs {
		if got, err := pageURL(in); err == nil {
			t.Errorf("%q is accepted as %q", in, got)
		}
	}
}

var hostileURLs = []string{
	"", "metastatus.com", "http://metastatus.com/", "HTTP://metastatus.com/", "ftp://metastatus.com/", "file:///etc/passwd",
	"javascript:alert(1)", "data:text/html,x", "mailto:a@example.com", "//metastatus.com/", "https:metastatus.com", "https:///x",
	"https://metastatus.com.example/", "https://example/metastatus.com", "https://evil.example/?metastatus.com", "https://xmetastatus.com/",
	"https://metastatus.com@evil.example/", "https://evil.example@metastatus.com/", "https://user:pass@metastatus.com/",
	"https://metastatus.com:444/", "https://metastatus.com:443/", "https://127.0.0.1/", "https://[::1]/", "https://localhost/",
	"https://metastatus.com/ --new-window", "https://metastatus.com/\n--x", "https://metastatus.com/\x00", "https://metastatus.com/\x1b[2J",
	"--help", "-e", "--incognito https://metastatus.com/", "https://metastatus.com/`reboot`",
	"https://metastatus.com/\"; reboot; \"", "https://metastatus.com/'|reboot", "https://metastatus.com/\\evil", "https://metastatus.com\\@evil.example/",
	"https://metastatus.com/<x>", "https://metastatus.com/{a,b}", "https://metastatus.com/^", "https://mеtastatus.com/", // a Cyrillic letter
	"https://metastatus.com/\u202e", "https://metastatus.com/\u200b", "https://metastatus.com/é", "https://metastatus.com%00.evil.example/",
	"https://metastatus.com%2f@evil.example/", "https://%6detastatus.com.evil.example/", "https://graph.facebook.com.evil.example/",
	"vbscript:x", "smb://metastatus.com/x", "https://facebook.com.evil.example/wa",
}

// The token of the environment is nobody else's: neither the browser's nor that of
// the program that keeps the clipboard, which outlive this one.
func TestChildrenGetNoToken(t *testing.T) {
	const secret = "EAAinventedForNobodyElse0123456789"
	bin := t.TempDir()
	for _, name := range []string{"xdg-open", "xclip"} {
		file := filepath.Join(bin, name+".env")
		script := "#!/bin/sh\nset >" + file + ".part\n/bin/mv " + file + ".part " + file + "\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("UNSENT_TOKEN", secret)
	t.Setenv("UNSENT_CANARY_BESIDE", "handed on")
	env := map[string]string{"DISPLAY": ":0"}
	a := &app{Sys: Sys{GOOS: "linux", Now: time.Now, Getenv: func(k string) string { return env[k] }}}
	if _, err := a.openPage(t.Context(), "https://metastatus.com/"); err != nil {
		t.Fatal(err)
	}
	if got := a.clipboard().copy(t.Context(), "text"); got.Err != nil {
		t.Fatal(got.Err)
	}
	for _, name := range []string{"xdg-open", "xclip"} {
		b, err := os.ReadFile(filepath.Join(bin, name+".env"))
		for i := 0; err != nil && i < 6000; i++ { // the browser is not waited for
			time.Sleep(10 * time.Millisecond)
			b, err = os.ReadFile(filepath.Join(bin, name+".env"))
		}
		if err != nil || !strings.Contains(string(b), "handed on") || strings.Contains(string(b), secret) {
			t.Errorf("%s: %v, has the token: %t", name, err, strings.Contains(string(b), secret))
		}
	}
}

// Hostile addresses start nothing, whatever the desktop.
func TestOpenPage(t *testing.T) {
	bin := t.TempDir()
	fakeHelper(t, bin, "xdg-open", 0)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	env := map[string]string{"DISPLAY": ":0"}
	a := &app{Sys: Sys{GOOS: "linux", Now: time.Now, Getenv: func(k string) string { return env[k] }}}
	for _, in := range hostileURLs {
		if _, err := a.openPage(context.Background(), in); err == nil {
			t.Errorf("%q was opened", in)
		}
	}
	if _, err := os.Stat(filepath.Join(bin, "xdg-open.args")); err == nil {
		t.Fatal("a program was started for a hostile address")
	}
	const page = "https://metastatus.com/whatsapp-business-api"
	if said, err := a.openPage(context.Background(), page); err != nil || said != "opened with xdg-open" {
		t.Errorf("got %q, %v", said, err)
	}
	if got, _ := os.ReadFile(filepath.Join(bin, "xdg-open.args")); strings.TrimSpace(string(got)) != page {
		t.Errorf("xdg-open got %q", got)
	}
	env["SSH_TTY"] = "/dev/pts/0"
	if _, err := a.openPage(context.Background(), page); err == nil || !strings.Contains(err.Error(), "the machine you came from") {
		t.Errorf("over SSH: %v", err)
	}
}

// Each page that an article sends an agent to can be opened.
func TestArticlePages(t *testing.T) {
	var walk func(id string, steps []kb.Step)
	walk = func(id string, steps []kb.Step) {
		for _, s := range steps {
			if s.Open != "" {
				if _, err := pageURL(s.Open); err != nil {
					t.Errorf("article %s, step %s: %v", id, s.ID, err)
				}
			}
			walk(id, s.Sub)
		}
	}
	for _, art := range kb.All() {
		walk(art.ID, art.Steps)
	}
}
