package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"unsent/model"
)

const goos = runtime.GOOS

// dataFolder is where this program keeps what it must not lose: under
// $XDG_DATA_HOME where that is set, else where the system's programs do.
func (a *app) dataFolder() string {
	if dir := a.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "unsent")
	}
	switch a.GOOS {
	case "windows":
		if dir := a.Getenv("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, "unsent")
		}
	case "darwin":
		if home := a.home(); home != "" {
			return filepath.Join(home, "Library", "Application Support", "unsent")
		}
	default:
		if home := a.home(); home != "" {
			return filepath.Join(home, ".local", "share", "unsent")
		}
	}
	return ""
}

func (a *app) home() string {
	if a.GOOS == "windows" {
		return a.Getenv("USERPROFILE")
	}
	return a.Getenv("HOME")
}

func (a *app) defaultDB() string {
	dir := a.dataFolder()
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "unsent.db")
}

// databasePath is the flag, else UNSENT_DB, else the default.
func (a *app) databasePath() (string, error) {
	for _, p := range []string{a.db, a.Getenv("UNSENT_DB"), a.defaultDB()} {
		if p != "" {
			return p, nil
		}
	}
	return "", model.WithHint(errors.New("finding a place for the database: no home folder is set"),
		"name one with --db FILE or UNSENT_DB")
}

// dbNamed reports whether somebody said where the database is.
func (a *app) dbNamed() bool { return a.db != "" || a.Getenv("UNSENT_DB") != "" }

// makeFolder makes the folder of a database for its owner only. A folder that is
// there already keeps its mode: it may be somebody's own.
func makeFolder(db string) error {
	if err := os.MkdirAll(filepath.Dir(db), 0o700); err != nil {
		return model.WithHint(fmt.Errorf("making the database's folder: %w", err), "name another place with --db FILE")
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// shown is a path with the home folder as "~", for help texts.
func (a *app) shown(path string) string {
	if home := a.home(); home != "" && home != "/" {
		if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
			return "~" + string(filepath.Separator) + rest
		}
	}
	return path
}
