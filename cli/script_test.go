//go:build unix

package cli_test

import (
	"archive/zip"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"

	"unsent/cli"
	"unsent/cli/internal/tty"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"unsent": func() { os.Exit(cli.Main(os.Args[1:], cli.OS())) },
		"nonet":  nonet,
	})
}

// Each script in testdata is a session that a person could have, with a home of
// its own, at UTC, and without anything of the machine's desktop. UPDATE=1
// rewrites what cmp compares with.
//
// 'nonet CMD…' runs a command in a network namespace that has no interface, as
// far as the kernel allows it, which the condition [nonet] tells.
//
// Beside testscript's own commands there are those of package tty, 'code N CMD…'
// for an exact exit code, 'sql DB STATEMENT', 'fifo NAME', 'png NAME'
// and 'zip ARCHIVE FILE…'.
func TestScripts(t *testing.T) { testscript.Run(t, sessions("testdata")) }

// The main job on logs of realistic size and variety, which a tool beside the
// project generates; without it there is nothing to run.
func TestGeneratedLogs(t *testing.T) {
	source := filepath.Join("..", "..", "shared", "tools", "waloggen")
	if _, err := os.Stat(source); err != nil {
		t.Skip("the generator is not here")
	}
	bin := filepath.Join(t.TempDir(), "waloggen")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, ".")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the generator: %v\n%s", err, out)
	}
	p := sessions(filepath.Join("testdata", "generated"))
	p.Cmds["waloggen"] = func(ts *testscript.TestScript, _ bool, args []string) { // waloggen ROWS FILE
		n, err := strconv.Atoi(args[0])
		ts.Check(err)
		if raced {
			n /= 5
		}
		ts.Check(ts.Exec(bin, "-n", strconv.Itoa(n), "-o", ts.MkAbs(args[1])))
	}
	testscript.Run(t, p)
}

// sessions is how the scripts of a folder are run.
func sessions(dir string) testscript.Params {
	cmds := tty.Commands()
	cmds["sql"] = runSQL
	cmds["fifo"] = func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o600))
	}
	cmds["code"] = exitCode
	cmds["png"] = func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"), 0o600))
	}
	cmds["zip"] = makeZip
	return testscript.Params{
		Dir:                 dir,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		RequireExplicitExec: true,
		Cmds:                cmds,
		Condition: func(cond string) (bool, error) {
			if cond != "nonet" {
				return false, fmt.Errorf("there is no condition %q", cond)
			}
			return hasNonet(), nil
		},
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			for k, v := range map[string]string{
				"HOME": home, "XDG_DATA_HOME": filepath.Join(home, "data"), "XDG_STATE_HOME": filepath.Join(home, "state"),
				"XDG_CONFIG_HOME": filepath.Join(home, "config"), "XDG_CACHE_HOME": filepath.Join(home, "cache"),
				"USER": "alex", "TZ": "UTC", "LANG": "C.UTF-8", "TERM": "xterm-256color", "DB": filepath.Join(home, "data", "unsent", "unsent.db"),
				"DISPLAY": "", "WAYLAND_DISPLAY": "", "TMUX": "", "STY": "", "SSH_TTY": "", "SSH_CONNECTION": "", "NO_COLOR": "",
				"UNSENT_DB": "", "UNSENT_CLIPBOARD": "", "UNSENT_TOKEN": "", "UNSENT_TOKEN_FILE": "", "UNSENT_OFFLINE": "", "UNSENT_GRAPH_VERSION": "",
				// Nobody answers there, so that a session which means to ask has to say whom.
				"UNSENT_GRAPH_URL": "http://127.0.0.1:1", "UNSENT_STATUS_URL": "http://127.0.0.1:1",
				// A bus of nobody, where there would be the machine's own keyring.
				"DBUS_SESSION_BUS_ADDRESS": "unix:path=" + filepath.Join(env.WorkDir, "no-bus"),
				"WSL_DISTRO_NAME":          "", "TERMUX_VERSION": "", "HOSTILE": "a\x1b[2J\u202eb.csv",
			} {
				env.Setenv(k, v)
			}
			return os.MkdirAll(home, 0o700)
		},
	}
}

// nonet becomes the command of its arguments, without a network.
func nonet() {
	path, err := exec.LookPath("unshare")
	if err == nil {
		err = syscall.Exec(path, append([]string{"unshare", "--map-root-user", "--net", "--"}, os.Args[1:]...), os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

var hasNonet = sync.OnceValue(func() bool {
	return exec.Command("unshare", "--map-root-user", "--net", "--", "true").Run() == nil
})

// exitCode runs a command and asks for its exact exit code; what it wrote can be
// looked at with stdout and stderr as after exec.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N CMD ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = err.Error()
		if n, ok := strings.CutPrefix(got, "exit status "); ok {
			got = n
		}
	}
	if got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// runSQL changes a database behind the program's back.
func runSQL(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[1])
	ts.Check(err)
}

// makeZip packs files of the script into an archive.
func makeZip(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	z := zip.NewWriter(f)
	for _, name := range args[1:] {
		w, err := z.Create(name)
		ts.Check(err)
		_, err = io.WriteString(w, ts.ReadFile(name))
		ts.Check(err)
	}
	ts.Check(errors.Join(z.Close(), f.Close()))
}
