//go:build unix

// Package tty lets a test script sit at a terminal. It adds these commands:
//
//	tty [-size WxH] CMD ARG...   start CMD in a terminal, 100x30 unless told
//	type TEXT                    type the text as it stands
//	paste FILE                   paste what is in FILE, as a terminal with bracketed paste does
//	key NAME...                  press keys: enter, esc, tab, up, ctrl+c, …
//	[!] see TEXT                 wait until the screen shows TEXT, or no longer does
//	screen FILE                  wait until the screen is as in FILE, without trailing blanks
//	clip FILE                    the clipboard holds exactly what is in FILE
//	[!] clip contains TEXT       wait until the clipboard holds TEXT
//	resize WxH                   change the size of the terminal
//	ended [CODE]                 wait until the program has ended, with CODE (0)
//
// The bytes go through a terminal emulator, so a script sees what a person sees.
// Nothing sleeps: a command waits for what the program draws, and patience only
// bounds a failing test. See something between two keys: a terminal cannot tell
// escape and then q from alt+q when they arrive together.
//
// To add a command, add a function to Commands.
package tty

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"github.com/rogpeppe/go-internal/testscript"
)

// patience is how long a command waits for what it is told to expect.
const patience = 4 * time.Minute

// passed are the variables of the script that the program gets: the terminal's
// world, and not the machine's.
var passed = []string{
	"PATH", "HOME", "USER", "TMPDIR", "WORK", "TZ", "LANG", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
	"TERM", "COLORTERM", "NO_COLOR", "SSH_TTY", "SSH_CONNECTION", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY",
	"UNSENT_DB", "UNSENT_CLIPBOARD", "UNSENT_OFFLINE", "UNSENT_TOKEN", "UNSENT_TOKEN_FILE",
	"UNSENT_GRAPH_URL", "UNSENT_GRAPH_VERSION", "UNSENT_STATUS_URL", "DBUS_SESSION_BUS_ADDRESS", "GOCOVERDIR",
}

// keys are what keys send in the terminal's normal mode.
var keys = map[string]string{
	"enter": "\r", "esc": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "space": " ", "backspace": "\x7f", "delete": "\x1b[3~",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
}

// A terminal is one program with its screen. Its mutex guards the emulator,
// which does not guard itself; only the emulator's Read is safe beside it.
type terminal struct {
	pty  *os.File
	cmd  *exec.Cmd
	emu  *vt.Emulator
	exit chan struct{} // closed when the program has ended and all it wrote is drawn
	err  error         // of Wait, after exit

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever the screen or the clipboard changes
	clip    string
	clipped bool
}

// Commands are the commands for testscript.Params.Cmds.
func Commands() map[string]func(*testscript.TestScript, bool, []string) {
	var open sync.Map // *testscript.TestScript -> *terminal
	at := func(ts *testscript.TestScript) *terminal {
		t, ok := open.Load(ts)
		if !ok {
			ts.Fatalf("no terminal is open: use tty first")
		}
		return t.(*terminal)
	}
	plain := func(ts *testscript.TestScript, neg bool) {
		if neg {
			ts.Fatalf("this command cannot be negated")
		}
	}
	return map[string]func(*testscript.TestScript, bool, []string){
		"tty": func(ts *testscript.TestScript, neg bool, args []string) {
			plain(ts, neg)
			open.Store(ts, start(ts, args))
		},
		"type": func(ts *testscript.TestScript, neg bool, args []string) {
			plain(ts, neg)
			at(ts).send(ts, strings.Join(args, " "))
		},
		"paste": func(ts *testscript.TestScript, neg bool, args []string) {
			plain(ts, neg)
			at(ts).send(ts, "\x1b[200~"+ts.ReadFile(args[0])+"\x1b[201~")
		},
		"key": func(ts *testscript.TestScript, neg bool, args []string) {
			plain(ts, neg)
			for _, name := range args {
				at(ts).send(ts, sequence(ts, name))
			}
		},
		"see": func(ts *testscript.TestScript, neg bool, args []string) {
			want := strings.Join(args, " ")
			at(ts).wait(ts, fmt.Sprintf("%q (shown: %t)", want, !neg), func(t *terminal) bool {
				return strings.Contains(t.text(), want) != neg
			})
		},
		"screen": func(ts *testscript.TestScript, neg bool, args []string) {
			plain(ts, neg)
			want := ts.ReadFile(args[0])
			at(ts).wait(ts, "the screen of "+args[0], func(t *terminal) bool { return t.text() == want })
		},
		"clip": func(ts *testscript.TestScript, neg bool, args []string) {
			at(ts).clipboard(ts, neg, args)
		},
		"resize": func(ts *testscript.TestScript, neg bool, args []string) {
			plain(ts, neg)
			at(ts).resize(ts, args[0])
		},
		"ended": func(ts *testscript.TestScript, neg bool, args []string) {
			plain(ts, neg)
			code := 0
			if len(args) > 0 {
				var err error
				code, err = strconv.Atoi(args[0])
				ts.Check(err)
			}
			at(ts).end(ts, code)
		},
	}
}

// sequence is what a named key sends: a name of keys, "ctrl+x", "alt+x" or one
// character.
func sequence(ts *testscript.TestScript, name string) string {
	if s, ok := keys[name]; ok {
		return s
	}
	if k, ok := strings.CutPrefix(name, "ctrl+"); ok && len(k) == 1 {
		return string(rune(k[0] & 0x1f))
	}
	if k, ok := strings.CutPrefix(name, "alt+"); ok {
		return "\x1b" + k
	}
	if len([]rune(name)) != 1 {
		ts.Fatalf("there is no key %q", name)
	}
	return name
}

func parseSize(ts *testscript.TestScript, s string) (cols, rows int) {
	if n, err := fmt.Sscanf(s, "%dx%d", &cols, &rows); n != 2 || err != nil || cols < 1 || rows < 1 {
		ts.Fatalf("%q is no size such as 100x30", s)
	}
	return cols, rows
}

func start(ts *testscript.TestScript, args []string) *terminal {
	cols, rows := 100, 30
	if len(args) > 1 && args[0] == "-size" {
		cols, rows = parseSize(ts, args[1])
		args = args[2:]
	}
	if len(args) == 0 {
		ts.Fatalf("usage: tty [-size WxH] CMD ARG...")
	}
	cmd := exec.Command(lookPath(ts, args[0]), args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range passed {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	if ts.Getenv("TERM") == "" {
		cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	}
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)})
	ts.Check(err)
	t := &terminal{pty: f, cmd: cmd, emu: vt.NewEmulator(cols, rows), exit: make(chan struct{}), changed: make(chan struct{})}
	t.emu.RegisterOscHandler(52, t.osc52)
	drawn := make(chan struct{})
	go t.draw(drawn)
	go t.answer()
	go func() {
		t.err = cmd.Wait()
		<-drawn
		close(t.exit)
	}()
	ts.Defer(func() {
		cmd.Process.Kill()
		<-t.exit
		f.Close()
		// Not emu.Close: it would write to what answer reads.
		t.emu.InputPipe().(io.Closer).Close()
	})
	return t
}

func lookPath(ts *testscript.TestScript, name string) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if p, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return p
		}
	}
	ts.Fatalf("there is no program %q", name)
	return ""
}

// draw puts what the program writes on the screen, until it has ended.
func (t *terminal) draw(done chan<- struct{}) {
	defer close(done)
	buf := make([]byte, 32<<10)
	for {
		n, err := t.pty.Read(buf)
		t.mu.Lock()
		t.take(buf[:n])
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// take shows what the program wrote. While a terminal gets smaller, lines arrive
// that were meant for the size before; a real one leaves out what is outside of it,
// where this one panics. The program draws everything anew for the new size.
func (t *terminal) take(b []byte) {
	defer func() {
		if recover() != nil {
			t.emu.Write([]byte("\x1b[r\x1b[2J")) // the whole of it scrolls again
		}
	}()
	t.emu.Write(b)
}

// answer types what a terminal answers when a program asks for its colours, its
// modes or its name. Without it a program waits for answers that never come.
func (t *terminal) answer() {
	buf := make([]byte, 1024)
	for {
		n, err := t.emu.Read(buf)
		if n > 0 {
			t.pty.Write(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// osc52 takes what a program puts on the clipboard; it runs inside Write, with
// the mutex held. A question for the clipboard's content gets no answer, as most
// terminals are set.
func (t *terminal) osc52(data []byte) bool {
	parts := strings.SplitN(string(data), ";", 3)
	if len(parts) != 3 || parts[2] == "?" {
		return true
	}
	if text, err := base64.StdEncoding.DecodeString(parts[2]); err == nil {
		t.clip, t.clipped = string(text), true
	}
	return true
}

func (t *terminal) send(ts *testscript.TestScript, text string) {
	_, err := t.pty.WriteString(text)
	ts.Check(err)
}

// text is the screen without colours and without trailing blanks. The mutex is held.
func (t *terminal) text() string {
	lines := strings.Split(ansi.Strip(t.emu.Render()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// wait waits until ok, looking again whenever something has changed. What is
// not there when the program has ended does not come any more.
func (t *terminal) wait(ts *testscript.TestScript, what string, ok func(*terminal) bool) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		t.mu.Lock()
		good, screen, changed := ok(t), t.text(), t.changed
		t.mu.Unlock()
		if good {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			ts.Fatalf("waited in vain for %s; the screen is:\n%s", what, screen)
		case <-t.exit:
			t.mu.Lock()
			good, screen = ok(t), t.text()
			t.mu.Unlock()
			if !good {
				ts.Fatalf("the program ended without %s; the screen is:\n%s", what, screen)
			}
			return
		}
	}
}

func (t *terminal) clipboard(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case len(args) == 2 && args[0] == "contains" && neg:
		t.mu.Lock()
		clip := t.clip
		t.mu.Unlock()
		if strings.Contains(clip, args[1]) {
			ts.Fatalf("the clipboard holds %q:\n%s", args[1], clip)
		}
	case len(args) == 2 && args[0] == "contains":
		t.wait(ts, fmt.Sprintf("%q on the clipboard", args[1]), func(t *terminal) bool {
			return t.clipped && strings.Contains(t.clip, args[1])
		})
	case len(args) == 1 && !neg:
		want := ts.ReadFile(args[0])
		t.wait(ts, "the clipboard of "+args[0], func(t *terminal) bool { return t.clipped && t.clip == want })
	default:
		ts.Fatalf("usage: clip FILE | [!] clip contains TEXT")
	}
}

func (t *terminal) resize(ts *testscript.TestScript, size string) {
	cols, rows := parseSize(ts, size)
	t.mu.Lock()
	t.emu.Resize(cols, rows)
	t.mu.Unlock()
	ts.Check(pty.Setsize(t.pty, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}))
}

func (t *terminal) end(ts *testscript.TestScript, code int) {
	select {
	case <-t.exit:
	case <-time.After(patience):
		t.mu.Lock()
		defer t.mu.Unlock()
		ts.Fatalf("still running, with this on the screen:\n%s", t.text())
	}
	got := 0
	var exit *exec.ExitError
	if errors.As(t.err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(t.err)
	}
	if got != code {
		t.mu.Lock()
		defer t.mu.Unlock()
		ts.Fatalf("ended with code %d, not %d; the screen is:\n%s", got, code, t.text())
	}
}
