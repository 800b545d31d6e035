package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"unsent/check/graph"
	"unsent/model"
)

// readTokenFile reads a token out of a file that only its owner can read. Any
// other file is refused, with what to type: whoever reads a token can send in the
// business's name. On Windows a file's mode does not say who can read it.
func (a *app) readTokenFile(name string) (graph.Token, error) {
	text, err := readPrivate(name)
	if err != nil {
		return "", fmt.Errorf("reading the token file: %w", err)
	}
	token, _, err := readToken(text)
	if err == nil && token == "" {
		err = model.WithHint(errors.New("it is empty"), "write the token into it, and nothing else")
	}
	if err != nil {
		return "", model.WithHint(fmt.Errorf("%s: %w", name, err), model.Hint(err))
	}
	a.tokens.seen(token)
	return token, nil
}

func readPrivate(name string) (string, error) {
	link, err := os.Lstat(name)
	switch {
	case err != nil:
		return "", model.WithHint(err, "is the name right?")
	case link.Mode()&fs.ModeSymlink != 0:
		hint := "name the file itself"
		if to, err := filepath.EvalSymlinks(name); err == nil {
			hint = "name the file itself: " + to
		}
		return "", model.WithHint(fmt.Errorf("%s is a link to another file", name), hint)
	case link.IsDir():
		return "", model.WithHint(fmt.Errorf("%s is a folder", name), "name a file")
	case !link.Mode().IsRegular(): // opening a pipe would wait for its other end
		return "", model.WithHint(fmt.Errorf("%s is no regular file", name), "name a regular file, or give the token on standard input")
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !os.SameFile(link, info) {
		return "", model.WithHint(fmt.Errorf("%s was exchanged while it was opened", name), "see who else can write into its folder")
	}
	if err := private(name, info); err != nil {
		return "", err
	}
	const most = 8 << 10 // far more than a token has
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(text) > most {
		err = model.WithHint(fmt.Errorf("%s has more than %d bytes", name, most), "a token file holds one token and nothing else")
	}
	return string(text), err
}
