package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"unsent/model"
)

// The line that says that checks are out never shares a row with a finding, and
// leaves nothing behind.
func TestWaiting(t *testing.T) {
	for term, want := range map[string]string{
		"xterm": "\r\x1b[Kasking: 0 of 3 answered, 1 s\r\x1b[Kasking: 0 of 3 answered, 2 s\r\x1b[Kfinding\n\r\x1b[Kasking: 1 of 3 answered, 3 s\r\x1b[K",
		"dumb":  "asking: 0 of 3 answered, 1 s\nfinding\n",
	} {
		var out bytes.Buffer
		a := &app{Sys: Sys{Stderr: &out, Getenv: func(string) string { return term }}}
		w := a.waitForFindings(3)
		w.draw(time.Second)
		w.draw(2 * time.Second)
		w.arrived(func() { out.WriteString("finding\n") })
		w.draw(3 * time.Second)
		w.end()
		if got := out.String(); got != want {
			t.Errorf("TERM=%s: %q, want %q", term, got, want)
		}
	}
}

func TestSourceText(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)
	for want, f := range map[string]model.Finding{
		"graph.facebook.com v25.0, 2026-11-22 14:29:58 UTC, took 230 ms": {Source: "graph.facebook.com v25.0", At: now.Add(-2 * time.Second), Took: 230 * time.Millisecond},
		"metastatus.com, 2026-11-22 14:29:15 UTC, 45 s ago":              {Source: "metastatus.com", At: now.Add(-45 * time.Second)},
		"metastatus.com, 2026-11-22 14:05:00 UTC, 25 min ago":            {Source: "metastatus.com", At: now.Add(-25 * time.Minute)},
		"this log, 2026-11-22 09:30:00 UTC, 5 h ago":                     {Source: "this log", At: now.Add(-5 * time.Hour)},
		"this log, 2026-11-19 14:30:00 UTC, 3 days ago":                  {Source: "this log", At: now.Add(-72 * time.Hour)},
	} {
		if got := sourceText(f, now); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	var out bytes.Buffer
	printFinding(&out, model.Finding{Verdict: model.Skipped, Title: "A?", Summary: "skipped: offline", Source: "unsent", At: now}, 80, now)
	if strings.Contains(out.String(), "2026") {
		t.Errorf("nobody was asked, and yet:\n%s", out.String())
	}
}
