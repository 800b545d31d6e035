package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeTTY is a terminal that remembers what was written to it.
type fakeTTY struct{ bytes.Buffer }

func (*fakeTTY) Close() error { return nil }

// fakeHelper puts a program on PATH that keeps its arguments and its input.
func fakeHelper(t *testing.T, dir, name string, code int) {
	t.Helper()
	script := "#!/bin/sh\necho \"$@\" >" + filepath.Join(dir, name+".args") + "\ncat >" + filepath.Join(dir, name+".in") + "\nexit " + string(rune('0'+code)) + "\n"
	if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
}

// The clipboard goes the way that suits the place, byte for byte, and says no
// more than it knows: the twelve places of the security notes, T2.
func TestClipboard(t *testing.T) {
	const text = "packet line 1\nüber 2\n"
	osc := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\x07"
	tests := []struct {
		name    string
		goos    string
		env     map[string]string
		helpers map[string]int // name -> exit code
		noTTY   bool
		text    string

		helper, args, in string // the helper that got the text, and exactly what it got
		tty              string // exactly what the terminal got
		say              string // a part of what is said
		err              string // a part of why nothing was copied
	}{
		{name: "local X11", env: map[string]string{"DISPLAY": ":0"}, helpers: map[string]int{"xclip": 0, "xsel": 0},
			helper: "xclip", args: "-selection clipboard", in: text, say: "copied with xclip"},
		{name: "Wayland", env: map[string]string{"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, helpers: map[string]int{"wl-copy": 0, "xclip": 0},
			helper: "wl-copy", args: "--type text/plain;charset=utf-8", in: text, say: "copied with wl-copy"},
		{name: "macOS", goos: "darwin", helpers: map[string]int{"pbcopy": 0}, helper: "pbcopy", in: text, say: "copied with pbcopy"},
		{name: "Windows Terminal", goos: "windows", env: map[string]string{"WT_SESSION": "1"}, helpers: map[string]int{"powershell.exe": 0},
			helper: "powershell.exe", args: strings.Join(powershell.args, " "), in: base64.StdEncoding.EncodeToString([]byte(text)), say: "copied with powershell"},
		{name: "SSH", env: map[string]string{"SSH_TTY": "/dev/pts/1", "DISPLAY": ":10"}, helpers: map[string]int{"xclip": 0},
			tty: osc, say: "sent to the terminal (OSC 52), which does not say whether it took it"},
		{name: "SSH and tmux", env: map[string]string{"SSH_TTY": "/dev/pts/1", "TMUX": "/tmp/t,1,0"}, helpers: map[string]int{"tmux": 0},
			helper: "tmux", args: "load-buffer -w -", in: text, say: "handed to tmux"},
		{name: "SSH and screen", env: map[string]string{"SSH_TTY": "/dev/pts/1", "STY": "1.pts"},
			tty: "\x1bP" + osc + "\x1b\\", say: "screen must let it through"},
		{name: "TERM=dumb", env: map[string]string{"TERM": "dumb", "SSH_TTY": "/dev/pts/1"}, err: "this terminal has no clipboard"},
		{name: "no terminal", env: map[string]string{"SSH_TTY": "/dev/pts/1"}, noTTY: true, err: "there is no terminal to send it to"},
		{name: "over the cap", env: map[string]string{"SSH_TTY": "/dev/pts/1"}, text: strings.Repeat("x", 56_300), err: "more than a terminal takes"},
		{name: "helper missing", env: map[string]string{"DISPLAY": ":0"}, tty: osc, say: "sent to the terminal (OSC 52)"},
		{name: "helper fails", env: map[string]string{"WAYLAND_DISPLAY": "w"}, helpers: map[string]int{"wl-copy": 1},
			helper: "wl-copy", args: "--type text/plain;charset=utf-8", in: text, tty: osc, say: "wl-copy failed (exit status 1); sent to the terminal"},

		{name: "tmux too old, on SSH", env: map[string]string{"SSH_TTY": "x", "TMUX": "x"}, helpers: map[string]int{"tmux": 1},
			helper: "tmux", args: "load-buffer -w -", in: text, tty: osc, say: "tmux drops it unless set-clipboard is on"},
		{name: "forced native, on SSH", env: map[string]string{"SSH_TTY": "x", "DISPLAY": ":0", "UNSENT_CLIPBOARD": "native"}, helpers: map[string]int{"xclip": 0},
			helper: "xclip", args: "-selection clipboard", in: text, say: "copied with xclip"},
		{name: "forced OSC 52, at a desktop", env: map[string]string{"DISPLAY": ":0", "UNSENT_CLIPBOARD": "osc52"}, helpers: map[string]int{"xclip": 0},
			tty: osc, say: "sent to the terminal"},
		{name: "forced file", env: map[string]string{"DISPLAY": ":0", "UNSENT_CLIPBOARD": "file"}, helpers: map[string]int{"xclip": 0}, err: "file only"},
		{name: "forced tmux, none there", env: map[string]string{"UNSENT_CLIPBOARD": "tmux"}, err: "no such program"},
		{name: "forced nonsense", env: map[string]string{"UNSENT_CLIPBOARD": "pigeon"}, err: "no way to copy"},
		{name: "WSL", env: map[string]string{"WSL_DISTRO_NAME": "Debian"}, helpers: map[string]int{"powershell.exe": 0, "clip.exe": 0},
			helper: "powershell.exe", args: strings.Join(powershell.args, " "), in: base64.StdEncoding.EncodeToString([]byte(text)), say: "copied with powershell"},
		{name: "hostile text", env: map[string]string{"DISPLAY": ":0"}, helpers: map[string]int{"xclip": 0}, text: "a\x1b]0;x\x07b",
			helper: "xclip", args: "-selection clipboard", in: "a␛]0;x^Gb\n", say: "copied with xclip"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bin := t.TempDir()
			for name, code := range tt.helpers {
				fakeHelper(t, bin, name, code)
			}
			// cat and sh are found, but no clipboard program of this machine.
			for _, name := range []string{"sh", "cat"} {
				for _, dir := range []string{"/bin/", "/usr/bin/"} {
					if os.Symlink(dir+name, filepath.Join(bin, name)) == nil {
						break
					}
				}
			}
			t.Setenv("PATH", bin)
			var tty fakeTTY
			c := clipboard{goos: tt.goos, getenv: func(k string) string { return tt.env[k] }, tty: func() (io.WriteCloser, error) {
				if tt.noTTY {
					return nil, os.ErrNotExist
				}
				return &tty, nil
			}}
			in := tt.text
			if in == "" {
				in = text
			}
			got := c.send(context.Background(), in)
			if (got.Err != nil) != (tt.err != "") || got.Err != nil && !strings.Contains(got.Err.Error(), tt.err) {
				t.Fatalf("error %v, want one with %q", got.Err, tt.err)
			}
			if !strings.Contains(got.Said, tt.say) || got.Err != nil && got.Said != "" {
				t.Errorf("said %q, want %q", got.Said, tt.say)
			}
			if tty.String() != tt.tty {
				t.Errorf("the terminal got %q, want %q", tty.String(), tt.tty)
			}
			for name := range tt.helpers {
				args, err := os.ReadFile(filepath.Join(bin, name+".args"))
				if name != tt.helper {
					if !errors.Is(err, os.ErrNotExist) {
						t.Errorf("%s was started", name)
					}
					continue
				}
				got, _ := os.ReadFile(filepath.Join(bin, name+".in"))
				if string(got) != tt.in || strings.TrimSpace(string(args)) != tt.args {
					t.Errorf("%s %s got %q, want %s with %q", name, args, got, tt.args, tt.in)
				}
			}
		})
	}
}

// The screen sends OSC 52 itself: for it, the clipboard only says so.
func TestClipboardForScreen(t *testing.T) {
	c := clipboard{goos: "linux", getenv: func(k string) string { return map[string]string{"SSH_TTY": "x"}[k] }}
	if got := c.copy(context.Background(), "text"); !got.Terminal || got.Err != nil {
		t.Errorf("got %+v, want it left to the terminal", got)
	}
}

// A long text goes through screen in pieces, and the pieces make the sequence.
func TestClipboardPieces(t *testing.T) {
	c := clipboard{getenv: func(k string) string { return map[string]string{"STY": "1"}[k] }}
	text := strings.Repeat("0123456789", 200) + "\n"
	seq := c.sequence(text)
	whole := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(seq, "\x1bP"), "\x1b\\"), "\x1b\\\x1bP", "")
	if want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\x07"; whole != want {
		t.Errorf("the pieces make %.80q…, want %.80q…", whole, want)
	}
	for piece := range strings.SplitSeq(seq, "\x1b\\") {
		if len(piece) > 256 {
			t.Errorf("a piece of %d bytes is more than screen takes", len(piece))
		}
	}
}
