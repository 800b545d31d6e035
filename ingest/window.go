package ingest

import (
	"bytes"
	"context"
	"errors"
	"io"
)

const (
	readSize  = 256 << 10
	peekSize  = 1 << 20
	maxRecord = 16 << 20 // the most that one record may take
)

// A window is a stretch of the decoded stream held in memory. The readers look
// at buf[pos:], take what makes one record, and ask for more when it is cut off.
type window struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte
	pos  int
	eof  bool
	err  error // other than io.EOF; what was read before it is still good
	line int   // of buf[pos], from 1
}

func newWindow(ctx context.Context, r io.Reader) *window {
	return &window{ctx: ctx, r: r, line: 1}
}

// ended is why reading has to end now; nil when it has not.
func (w *window) ended() error {
	if w.ctx == nil {
		return nil // a piece of text in memory
	}
	return w.ctx.Err()
}

// rest is what is in memory and not yet taken.
func (w *window) rest() []byte { return w.buf[w.pos:] }

// more reads on and reports whether there is anything new behind rest.
func (w *window) more() bool {
	if w.eof {
		return false
	}
	if w.pos > 0 && (w.pos > cap(w.buf)/2 || w.pos == len(w.buf)) {
		n := copy(w.buf, w.buf[w.pos:])
		w.buf, w.pos = w.buf[:n], 0
	}
	if cap(w.buf)-len(w.buf) < readSize/4 {
		grown := make([]byte, len(w.buf)-w.pos, max(2*cap(w.buf), readSize))
		copy(grown, w.buf[w.pos:])
		w.buf, w.pos = grown, 0
	}
	for range 100 {
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		if err != nil {
			w.eof = true
			if !errors.Is(err, io.EOF) {
				w.err = err
			}
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	w.eof, w.err = true, io.ErrNoProgress
	return false
}

// peek reads until n bytes are in memory or the end is.
func (w *window) peek(n int) []byte {
	for len(w.rest()) < n && w.more() {
	}
	return w.rest()
}

// end is what the reading ended with: io.EOF, or what went wrong.
func (w *window) end() error {
	if w.err != nil {
		return w.err
	}
	return io.EOF
}

// take moves n bytes on. loneCR says that a carriage return by itself ends a
// line in this file.
func (w *window) take(n int, loneCR bool) {
	w.line += countLines(w.buf[w.pos:w.pos+n], loneCR)
	w.pos += n
}

func countLines(b []byte, loneCR bool) int {
	n := bytes.Count(b, []byte{'\n'})
	if loneCR {
		n += bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte("\r\n"))
	}
	return n
}

// lineEnd is the index behind the first line's end in b, and the length of the
// line without it; -1 when b holds no whole line and more may come.
func lineEnd(b []byte, loneCR, atEOF bool) (next, length int) {
	i := bytes.IndexByte(b, '\n')
	if loneCR {
		if j := bytes.IndexByte(b, '\r'); j >= 0 && (i < 0 || j < i) {
			switch {
			case j+1 < len(b) && b[j+1] == '\n':
				return j + 2, j
			case j+1 < len(b) || atEOF:
				return j + 1, j
			}
			return -1, 0
		}
	}
	switch {
	case i < 0 && atEOF:
		return len(b), len(b)
	case i < 0:
		return -1, 0
	case i > 0 && b[i-1] == '\r':
		return i + 1, i - 1
	}
	return i + 1, i
}

// skipLine takes the line at hand, however long, and returns its beginning, at
// most keep bytes of it.
func (w *window) skipLine(loneCR bool, keep int) string {
	var kept []byte
	for {
		b := w.rest()
		next, length := lineEnd(b, loneCR, w.eof)
		if next >= 0 {
			kept = append(kept, b[:min(length, max(0, keep-len(kept)))]...)
			w.take(next, loneCR)
			return string(kept)
		}
		// No end in sight: let go of what is there, unless a CRLF may be cut.
		n := len(b)
		if n > 0 && b[n-1] == '\r' {
			n--
		}
		if n > peekSize {
			kept = append(kept, b[:min(n, max(0, keep-len(kept)))]...)
			w.take(n, loneCR)
		}
		if !w.more() && !w.eof {
			return string(kept)
		}
	}
}
