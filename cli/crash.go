package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"unsent/model"
)

// A trap holds standard error while the screen is drawn. Whatever is written
// there would only tear the picture; and when the program has a fault, the
// library that draws writes the panic's value there, which may quote a log.
type trap struct {
	file  *os.File
	old   *os.File
	trace string
}

func newTrap() (*trap, error) {
	f, err := os.CreateTemp("", "unsent-*.log")
	if err != nil {
		return nil, fmt.Errorf("preparing the console: %w", err)
	}
	t := &trap{file: f, old: os.Stderr}
	os.Stderr = f
	return t, nil
}

// panicked notes the stack of the panic that is being recovered.
func (t *trap) panicked() { t.trace = string(debug.Stack()) }

// close gives standard error back and returns the trace of a panic, or "".
func (t *trap) close() string {
	os.Stderr = t.old
	name := t.file.Name()
	t.file.Close()
	said, err := os.ReadFile(name)
	os.Remove(name)
	if t.trace == "" && err == nil && strings.Contains(string(said), "goroutine ") {
		t.trace = string(said)
	}
	return t.trace
}

// frameRE are the lines of a Go trace that name code. Everything else, the
// panic's value above all, may hold data.
var frameRE = model.Pattern(`^(?:goroutine \d+ \[[a-z ,0-9]*\]:|\s+\S+\.go:\d+(?: \+0x[0-9a-f]+)?|created by \S+(?: in goroutine \d+)?|[\w./*()\[\]…-]+\.[\w.*()\[\]…-]+\(.*\))$`)

// headRE begins the trace of a goroutine. The value of a panic comes before the
// last of them.
var headRE = model.Pattern(`(?m)^goroutine \d+ \[[a-z ,0-9]*\]:$`)

// callRE is the argument list of a frame.
var callRE = model.Pattern(`\([^()]*\)$`)

// frames is a trace reduced to names of code and positions in it.
func frames(trace string) string {
	trace = strings.ReplaceAll(trace, "\r", "")
	if heads := headRE().FindAllStringIndex(trace, -1); len(heads) > 0 {
		trace = trace[heads[len(heads)-1][0]:]
	}
	var out []string
	for line := range strings.SplitSeq(trace, "\n") {
		if strings.HasPrefix(line, "panic(") || !frameRE().MatchString(line) {
			continue
		}
		if strings.HasPrefix(line, "\t") || strings.HasPrefix(line, " ") {
			// The folder says where somebody builds; the last two names say enough.
			path, pos, _ := strings.Cut(strings.TrimSpace(line), ".go:")
			parts := strings.Split(filepath.ToSlash(path), "/")
			line = "\t" + strings.Join(parts[max(0, len(parts)-2):], "/") + ".go:" + pos
		} else {
			line = callRE().ReplaceAllString(line, "()")
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n") + "\n"
}

// crashed writes the report and gives the one line for the screen.
func (a *app) crashed(db, trace string) error {
	text := fmt.Sprintf("unsent %s, %s, %s/%s, TERM=%s\n%s\n%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH,
		a.Getenv("TERM"), a.Now().UTC().Format("2006-01-02 15:04:05 UTC"), frames(trace))
	dir := os.TempDir()
	if db != "" && exists(filepath.Dir(db)) {
		dir = filepath.Dir(db)
	}
	name := filepath.Join(dir, "crash-"+a.Now().UTC().Format("20060102-150405")+".txt")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		return fmt.Errorf("unsent stopped because of a fault of its own; no report could be written: %w", err)
	}
	return model.WithHint(fmt.Errorf("unsent stopped because of a fault of its own; the report is %s", name),
		"nothing that was stored is lost; the report names code only, nothing out of a log")
}
