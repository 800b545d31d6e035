//go:build unix

package cli

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"unsent/model"
)

// private says why a file is not its owner's alone, nil when it is.
func private(name string, info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return fmt.Errorf("who owns %s cannot be told", name)
	case int(st.Uid) != os.Geteuid():
		return model.WithHint(fmt.Errorf("%s belongs to another user", name), "make a file of your own with the token in it")
	case info.Mode().Perm()&0o077 != 0:
		return model.WithHint(fmt.Errorf("%s has mode %04o, so that others on this machine can read or change it", name, info.Mode().Perm()),
			"chmod 600 "+quoted(name))
	}
	return nil
}

// quoted is a file's name as a shell takes it.
func quoted(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool {
		return !strings.ContainsRune("/._-+:@%,", r) && (r < '0' || r > 'z' || r > '9' && r < 'A' || r > 'Z' && r < 'a')
	}) {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}
