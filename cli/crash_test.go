package cli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// A report of a fault names code and nothing that a log said, whatever the
// panic's value was.
func TestCrashReport(t *testing.T) {
	dir := t.TempDir()
	a := &app{Sys: Sys{Getenv: os.Getenv, Now: time.Now}}
	trap, err := newTrap()
	if err != nil {
		t.Fatal(err)
	}
	// As Bubble Tea writes it: the value first, then the trace, to standard error.
	func() {
		defer func() {
			v := recover()
			os.Stderr.WriteString("Caught panic:\r\n\r\n" + v.(error).Error() + "\r\n\r\nRestoring terminal...\r\n\r\n" + strings.ReplaceAll(string(debug.Stack()), "\n", "\r\n"))
		}()
		panic(errors.New("index of 12125550142 in wamid.SECRET EAAGsecret\ngoroutine 1 [running]:\n\t/12125550142.go:1"))
	}()
	trace := trap.close()
	if trace == "" {
		t.Fatal("the trap caught nothing")
	}
	err = a.crashed(filepath.Join(dir, "unsent.db"), trace)
	all, _ := filepath.Glob(filepath.Join(dir, "crash-*.txt"))
	if err == nil || len(all) != 1 || !strings.Contains(err.Error(), all[0]) || strings.Contains(err.Error(), "\n") {
		t.Fatalf("one line that names the report is wanted; got %v, files %v", err, all)
	}
	report, _ := os.ReadFile(all[0])
	for _, leak := range []string{"12125550142", "SECRET", "EAAG", "Caught", dir} {
		if strings.Contains(string(report), leak) {
			t.Errorf("%q stands in the report:\n%s", leak, report)
		}
	}
	for _, want := range []string{"TestCrashReport", "crash_test.go:", "goroutine "} {
		if !strings.Contains(string(report), want) {
			t.Errorf("%q is not in the report:\n%s", want, report)
		}
	}
	if info, _ := os.Stat(all[0]); info.Mode().Perm() != 0o600 {
		t.Errorf("the report has mode %v", info.Mode())
	}
}

// What is no panic is no crash, and standard error is given back.
func TestTrapQuiet(t *testing.T) {
	before := os.Stderr
	trap, err := newTrap()
	if err != nil {
		t.Fatal(err)
	}
	os.Stderr.WriteString("something unimportant\n")
	if trace := trap.close(); trace != "" || os.Stderr != before {
		t.Errorf("trace %q, standard error given back: %t", trace, os.Stderr == before)
	}
}
