package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/term"

	"unsent/model"
)

// errInterrupted is ctrl+c typed where the terminal does not make a signal of it.
var errInterrupted = errors.New("stopped")

// longestSecret bounds what is read of somebody's standard input or keys.
const longestSecret = 64 << 10

// secretInput reads a secret that may not be an argument: typed without echo at a
// terminal, else all of standard input. Nothing typed or sent is no secret.
func (a *app) secretInput(ctx context.Context, prompt string) (string, error) {
	if f, ok := a.Stdin.(*os.File); ok && term.IsTerminal(f.Fd()) {
		return a.typedSecret(ctx, f, prompt)
	}
	text, err := waitFor(ctx, func() (string, error) {
		b, err := io.ReadAll(io.LimitReader(a.Stdin, longestSecret+1))
		return string(b), err
	})
	if err != nil {
		return "", fmt.Errorf("reading the token from standard input: %w", err)
	}
	return text, tooLong(len(text))
}

func tooLong(n int) error {
	if n <= longestSecret {
		return nil
	}
	return model.WithHint(errors.New("reading the token: what was given has more than 64 KiB"), "give the token and nothing else")
}

// typedSecret reads keys with the echo off. The terminal's own way of reading a
// line would end at the first line break of a paste, and leave the rest of the
// token to the shell, which shows it and remembers it.
func (a *app) typedSecret(ctx context.Context, f *os.File, prompt string) (string, error) {
	state, err := term.MakeRaw(f.Fd())
	if err != nil {
		return "", fmt.Errorf("turning the terminal's echo off: %w", err)
	}
	begin, end := "\x1b[?2004h", "\x1b[?2004l\r\n" // pastes are marked as such
	if a.Getenv("TERM") == "dumb" {
		begin, end = "", "\r\n"
	}
	fmt.Fprint(a.Stderr, prompt+begin)
	defer func() {
		fmt.Fprint(a.Stderr, end)
		_ = term.Restore(f.Fd(), state)
	}()
	var in secretKeys
	for {
		chunk, err := waitFor(ctx, func() (string, error) {
			b := make([]byte, 4096)
			n, err := f.Read(b)
			return string(b[:n]), err
		})
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("reading the token: %w", err)
		}
		done, stop := in.feed(chunk)
		switch {
		case stop:
			return "", errInterrupted
		case tooLong(len(in.text)) != nil:
			return "", tooLong(len(in.text))
		case done || err != nil:
			return string(in.text), nil
		}
	}
}

// waitFor gives up waiting when ctx ends; what it waits for is left behind.
func waitFor(ctx context.Context, do func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	ch := make(chan answer, 1)
	go func() {
		text, err := do()
		ch <- answer{text, err}
	}()
	select {
	case got := <-ch:
		return got.text, got.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

const pasteBegins, pasteEnds = "\x1b[200~", "\x1b[201~"

// secretKeys makes a text of keys.
type secretKeys struct {
	text   []byte
	rest   string // the beginning of a sequence that is not whole yet
	pasted bool   // inside a paste
}

// feed takes what was read at once. Enter ends the text, unless more came with
// it: then it is a line break of a paste by a terminal that does not mark them.
func (k *secretKeys) feed(chunk string) (done, stop bool) {
	s := k.rest + chunk
	k.rest = ""
	for len(s) > 0 {
		c := s[0]
		switch {
		case c == '\x1b':
			n := sequenceLength(s)
			switch {
			case n == 0:
				k.rest = s
				return false, false
			case s[:n] == pasteBegins:
				k.pasted = true
			case s[:n] == pasteEnds:
				k.pasted = false
			}
			s = s[n:]
			continue
		case k.pasted:
			k.text = append(k.text, c)
		case c == '\r' || c == '\n':
			if strings.Trim(s, "\r\n") == "" {
				return true, false
			}
			k.text = append(k.text, '\n')
		case c == 'c'&0x1f:
			return false, true
		case c == 'd'&0x1f:
			return true, false
		case c == 'u'&0x1f:
			k.text = k.text[:0]
		case c == '\b' || c == 0x7f:
			if len(k.text) > 0 {
				_, n := utf8.DecodeLastRune(k.text)
				k.text = k.text[:len(k.text)-n]
			}
		default:
			k.text = append(k.text, c)
		}
		s = s[1:]
	}
	return false, false
}

// sequenceLength is how long the escape sequence is that s begins with; 0 when
// it is not whole yet.
func sequenceLength(s string) int {
	switch {
	case len(s) == 1:
		return 0
	case s[1] != '[':
		return 1
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}
