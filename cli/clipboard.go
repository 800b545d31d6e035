package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"unsent/model"
	"unsent/safe"
	"unsent/ui"
)

// oscLimit is how many bytes of base64 one OSC 52 sequence may hold: above it
// terminals drop the sequence or print it as garbage, and none says so.
const oscLimit = 74_994

// helperTime is how long a clipboard program may take.
const helperTime = 5 * time.Second

// A clipboard copies text by the way that suits the place: tmux when inside it,
// a program of the desktop when the desktop is this machine's, else the terminal
// by OSC 52. It says which way it went and never more than it knows.
type clipboard struct {
	getenv func(string) string
	goos   string
	// tty opens the controlling terminal for writing.
	tty func() (io.WriteCloser, error)
}

func (a *app) clipboard() clipboard {
	return clipboard{getenv: a.Getenv, goos: a.GOOS, tty: func() (io.WriteCloser, error) {
		return os.OpenFile("/dev/tty", os.O_WRONLY, 0)
	}}
}

// helper is a program that takes the text on its standard input.
type helper struct {
	name string
	args []string
	b64  bool // it is given base64, because it would garble anything but ASCII
}

// powershell reads base64 from standard input: clip.exe and a bare pipe would
// take UTF-8 for the machine's code page.
var powershell = helper{name: "powershell.exe", b64: true, args: []string{"-NoProfile", "-NonInteractive", "-Command",
	"Set-Clipboard -Value ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String([Console]::In.ReadToEnd().Trim())))"}}

// native are the programs of this desktop, best first.
func (c clipboard) native() []helper {
	switch c.goos {
	case "darwin":
		return []helper{{name: "pbcopy"}}
	case "windows":
		return []helper{powershell}
	}
	var out []helper
	if c.getenv("WAYLAND_DISPLAY") != "" {
		out = append(out, helper{name: "wl-copy", args: []string{"--type", "text/plain;charset=utf-8"}})
	}
	if c.getenv("DISPLAY") != "" {
		out = append(out, helper{name: "xclip", args: []string{"-selection", "clipboard"}}, helper{name: "xsel", args: []string{"--input", "--clipboard"}})
	}
	if c.getenv("TERMUX_VERSION") != "" {
		out = append(out, helper{name: "termux-clipboard-set"})
	}
	if c.getenv("WSL_DISTRO_NAME") != "" {
		out = append(out, powershell)
	}
	return out
}

// remote reports whether this machine is not the one that the agent sits at.
func remote(getenv func(string) string) bool {
	return getenv("SSH_TTY") != "" || getenv("SSH_CONNECTION") != ""
}

// copy copies text. When the terminal must carry it, it says so with
// Copied.Terminal and leaves the writing to whoever owns the terminal.
func (c clipboard) copy(ctx context.Context, text string) ui.Copied {
	text = strings.TrimRight(safe.Text(text), "\n") + "\n"
	force := c.getenv("UNSENT_CLIPBOARD")
	var tried []string
	try := func(h helper) (string, bool) {
		err := h.run(ctx, text)
		if err == nil {
			return h.name, true
		}
		if !errors.Is(err, exec.ErrNotFound) {
			tried = append(tried, h.name+" failed ("+err.Error()+")")
		}
		return "", false
	}
	switch force {
	case "", "native", "tmux", "osc52", "file":
	default:
		return ui.Copied{Err: model.WithHint(fmt.Errorf("copying: UNSENT_CLIPBOARD=%s is no way to copy", safe.Line(force)),
			"write osc52, native, tmux or file")}
	}
	if force == "file" {
		return ui.Copied{Err: errors.New("not copied: UNSENT_CLIPBOARD says file only")}
	}
	if force == "tmux" || force == "" && c.getenv("TMUX") != "" {
		if _, ok := try(helper{name: "tmux", args: []string{"load-buffer", "-w", "-"}}); ok {
			return ui.Copied{Said: "handed to tmux, which passes it on to the terminal"}
		}
	}
	if force == "native" || force == "" && !remote(c.getenv) {
		for _, h := range c.native() {
			if name, ok := try(h); ok {
				return ui.Copied{Said: "copied with " + strings.TrimSuffix(name, ".exe")}
			}
		}
	}
	if force == "tmux" || force == "native" {
		return ui.Copied{Err: model.WithHint(fmt.Errorf("copying by %s: %s", force, because(tried, "no such program here")), "unset UNSENT_CLIPBOARD to let the program choose")}
	}
	return c.byTerminal(text, tried)
}

func because(tried []string, none string) string {
	if len(tried) == 0 {
		return none
	}
	return strings.Join(tried, "; ")
}

// byTerminal says whether the terminal can carry the text.
func (c clipboard) byTerminal(text string, tried []string) ui.Copied {
	prefix := ""
	if len(tried) > 0 {
		prefix = strings.Join(tried, "; ") + "; "
	}
	n := base64.StdEncoding.EncodedLen(len(text))
	switch {
	case c.getenv("TERM") == "dumb":
		return ui.Copied{Err: errors.New(prefix + "not copied: this terminal has no clipboard (TERM=dumb)")}
	case n > oscLimit:
		return ui.Copied{Err: fmt.Errorf("%snot copied: %d bytes are more than a terminal takes (%d)", prefix, n, oscLimit)}
	}
	said := prefix + "sent to the terminal (OSC 52), which does not say whether it took it"
	switch {
	case c.getenv("TMUX") != "":
		said += "; tmux drops it unless set-clipboard is on"
	case c.getenv("STY") != "":
		said += "; screen must let it through"
	}
	return ui.Copied{Terminal: true, Said: said}
}

// send copies text and, where that needs the terminal, writes to it.
func (c clipboard) send(ctx context.Context, text string) ui.Copied {
	got := c.copy(ctx, text)
	if !got.Terminal {
		return got
	}
	tty, err := c.tty()
	if err != nil {
		return ui.Copied{Err: errors.New("not copied: there is no terminal to send it to")}
	}
	defer tty.Close()
	if _, err := io.WriteString(tty, c.sequence(text)); err != nil {
		return ui.Copied{Err: fmt.Errorf("not copied: writing to the terminal: %w", err)}
	}
	got.Terminal = false
	return got
}

// sequence is OSC 52 with text. GNU screen would swallow it, so there it goes in
// device control strings, in pieces that every version of screen takes.
func (c clipboard) sequence(text string) string {
	seq := ansi.SetSystemClipboard(strings.TrimRight(safe.Text(text), "\n") + "\n")
	if c.getenv("STY") != "" && c.getenv("TMUX") == "" {
		return ansi.ScreenPassthrough(seq, 240)
	}
	return seq
}

// run gives the helper the text. Its output goes nowhere: xclip and wl-copy stay
// behind to serve the selection and would hold a pipe open.
func (h helper) run(ctx context.Context, text string) error {
	path, err := exec.LookPath(h.name)
	if err != nil {
		return exec.ErrNotFound
	}
	if h.b64 {
		text = base64.StdEncoding.EncodeToString([]byte(text))
	}
	ctx, cancel := context.WithTimeout(ctx, helperTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, h.args...)
	cmd.Env = childEnv()
	cmd.Stdin = bytes.NewReader([]byte(text))
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return errors.New("no answer within " + helperTime.String())
		}
		return err
	}
	return nil
}
