package ingest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A source is a file as text: decompressed, in UTF-8 without a byte order mark.
// Bytes that are no UTF-8 are left for fixText, because exports mix encodings
// from cell to cell.
type source struct {
	*window
	notes []string
	fixed int // texts that held bytes of another encoding
	nulls int // texts that held NUL bytes

	sheet *sheet // set when the text is the rows of a workbook's sheet
}

// newSource reads text. Head is the beginning of in, not yet taken from it.
func newSource(ctx context.Context, in *bufio.Reader, head []byte) *source {
	s := &source{}
	s.window = newWindow(ctx, s.decode(in, head))
	return s
}

// decode picks the encoding: a byte order mark decides, else NULs at every
// second byte speak for UTF-16 without one.
func (s *source) decode(in *bufio.Reader, head []byte) io.Reader {
	utf16 := func(e unicode.Endianness, bom unicode.BOMPolicy) io.Reader {
		s.notes = append(s.notes, "The file is written in UTF-16.")
		return transform.NewReader(in, unicode.UTF16(e, bom).NewDecoder())
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		_, err := in.Discard(3)
		if err != nil {
			return &failing{err}
		}
		return in
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return utf16(unicode.LittleEndian, unicode.ExpectBOM)
	}
	n := min(len(head), 512) &^ 1
	even, odd := 0, 0
	for i := 0; i < n; i += 2 {
		if head[i] == 0 {
			even++
		}
		if head[i+1] == 0 {
			odd++
		}
	}
	switch {
	case n >= 8 && odd > n/4 && even < n/20+1:
		return utf16(unicode.LittleEndian, unicode.IgnoreBOM)
	case n >= 8 && even > n/4 && odd < n/20+1:
		return utf16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	return in
}

func (s *source) warnings() []string {
	out := append([]string(nil), s.notes...)
	if s.sheet != nil {
		out = append(out, s.sheet.warnings()...)
	}
	if s.fixed > 0 {
		out = append(out, fmt.Sprintf("%s bytes that are not UTF-8; they were read as Windows-1252.", countOf(s.fixed, "text has", "texts have")))
	}
	if s.nulls > 0 {
		out = append(out, fmt.Sprintf("%s NUL bytes; they were taken out.", countOf(s.nulls, "text has", "texts have")))
	}
	return out
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// fixText makes s valid UTF-8 without NULs. A byte that is part of no UTF-8
// sequence is a character of Windows-1252, the encoding that spreadsheets write
// when they do not write UTF-8; a sequence cut off at the very end, in a text
// that has whole ones, is a column that was too short and becomes U+FFFD.
func (s *source) fixText(text string) string {
	if utf8.ValidString(text) {
		if strings.IndexByte(text, 0) < 0 {
			return text
		}
	}
	out := make([]byte, 0, len(text)+len(text)/4)
	wide, wrong, nul := false, false, false
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == 0:
			nul = true
			i++
			continue
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r != utf8.RuneError || n > 1:
			out = append(out, text[i:i+n]...)
			wide = true
			i += n
		case wide && !utf8.FullRuneInString(text[i:]):
			out = utf8.AppendRune(out, utf8.RuneError)
			i = len(text)
		default:
			out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(c))
			wrong = true
			i++
		}
	}
	if wrong {
		s.fixed++
	}
	if nul {
		s.nulls++
	}
	return string(out)
}

// failing is a reader that has an error and nothing else.
type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }
