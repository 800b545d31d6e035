//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"unsent/model"
)

func TestTokenFile(t *testing.T) {
	const token = "EAAinvented0123456789"
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	write := func(file, text string, mode os.FileMode) string {
		if err := os.WriteFile(name(file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name(file), mode); err != nil {
			t.Fatal(err)
		}
		return name(file)
	}
	if err := os.Symlink(write("target", token, 0o600), name("link")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(name("fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ file, say, hint string }{
		{write("good", token+"\n", 0o600), "", ""},
		{write("read only", token, 0o400), "", ""},
		{write("group", token, 0o640), "mode 0640", "chmod 600 " + name("group")},
		{write("it's all", token, 0o604), "mode 0604", "chmod 600 '" + name(`it'\''s all`) + "'"},
		{write("writable", token, 0o602), "mode 0602", "chmod 600"},
		{name("link"), "is a link", name("target")},
		{name("fifo"), "no regular file", ""},
		{dir, "is a folder", "name a file"},
		{"/dev/zero", "no regular file", ""},
		{name("none"), "no such file", "is the name right"},
		{write("empty", "\n", 0o600), "is empty", "write the token into it"},
		{write("two", token+"\n"+token, 0o600), "line break", "in one piece"},
		{write("large", strings.Repeat(token, 1000), 0o600), "more than 8192 bytes", "one token"},
		{write("binary", "\x7fELF\x02\x01\x01 and more", 0o600), "control character in it, at character 1 ", "in one piece"},
	} {
		a := &app{Sys: Sys{Getenv: func(string) string { return "" }}}
		got, err := a.readTokenFile(tt.file)
		switch {
		case tt.say == "" && (err != nil || string(got) != token):
			t.Errorf("%s: %d characters, %v", tt.file, len(got), err)
		case tt.say == "" && strings.Contains(a.clean("x "+token+" y"), token):
			t.Errorf("%s: its token is not masked from then on", tt.file)
		case tt.say != "" && (err == nil || got != "" || !strings.Contains(err.Error(), tt.say) || !strings.Contains(model.Hint(err), tt.hint)):
			t.Errorf("%s: want an error with %q and the hint %q, got %v (%s)", tt.file, tt.say, tt.hint, err, model.Hint(err))
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Errorf("%s: the token stands in its error", tt.file)
		}
	}
	if os.Geteuid() == 0 {
		other := write("other's", token, 0o600)
		if err := os.Chown(other, 4711, 4711); err != nil {
			t.Skip("no file can be given away here")
		}
		if _, err := (&app{}).readTokenFile(other); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
			t.Errorf("another's file: %v", err)
		}
	}
}
