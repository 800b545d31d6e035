package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"unsent/safe"
)

// A table is aligned columns. Every cell passes safe.Line on its way in, so that
// untrusted text may be given as it is.
type table struct {
	head []string
	rows [][]string
	flex int // the column that gives way when a terminal is too narrow
}

func newTable(flex int, head ...string) *table { return &table{head: head, flex: flex} }

func (t *table) add(cells ...string) {
	row := make([]string, len(cells))
	for i, c := range cells {
		if row[i] = safe.Line(c); row[i] == "" {
			row[i] = "-"
		}
	}
	t.rows = append(t.rows, row)
}

// print writes the table. Behind a terminal a line is cut at its edge, the
// flexible column first; in a pipe nothing is cut.
func (t *table) print(w io.Writer) {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, c := range row {
			widths[i] = max(widths[i], ansi.StringWidth(c))
		}
	}
	cols, limited := width(w)
	if limited {
		sum := 2 * (len(widths) - 1)
		for _, n := range widths {
			sum += n
		}
		if over := sum - cols; over > 0 {
			widths[t.flex] = max(widths[t.flex]-over, min(widths[t.flex], 8))
		}
	}
	for _, row := range append([][]string{t.head}, t.rows...) {
		var b strings.Builder
		for i, c := range row {
			if i > 0 {
				b.WriteString("  ")
			}
			if limited {
				c = ansi.Truncate(c, widths[i], "…")
			}
			b.WriteString(c)
			b.WriteString(strings.Repeat(" ", max(0, widths[i]-ansi.StringWidth(c))))
		}
		line := strings.TrimRight(b.String(), " ")
		if limited {
			line = ansi.Truncate(line, cols, "…")
		}
		fmt.Fprintln(w, line)
	}
}

// wrap breaks trusted or cleaned text into lines of at most n columns, each
// begun with indent.
func wrap(text, indent string, n int) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		for part := range strings.SplitSeq(ansi.Wordwrap(line, max(20, n-len(indent)), ""), "\n") {
			out = append(out, strings.TrimRight(indent+part, " "))
		}
	}
	return strings.Join(out, "\n")
}

// sayLine writes a sentence, which may quote untrusted text: broken between words
// for a terminal, one line in a pipe.
func sayLine(w io.Writer, text string) {
	text = safe.Line(text)
	if terminal(w) {
		text = wrap(text, "", textWidth(w))
	}
	fmt.Fprintln(w, text)
}

// textWidth is the width for prose: the terminal's, but no line longer than
// can be read with ease.
func textWidth(w io.Writer) int {
	if cols, ok := width(w); ok {
		return min(cols, 80)
	}
	return 80
}

// jsonLine writes v as one line of JSON. Beyond what JSON asks for, every rune
// that a terminal or a reader's eye could be deceived by is written as an escape of four hex digits.
func jsonLine(w io.Writer, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	_, err := w.Write(escapeJSON(buf.Bytes()))
	return err
}

// escapeJSON writes DEL, C1, format and private-use runes in JSON text as
// escapes; the JSON means the same before and after.
func escapeJSON(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r != '\n' && (unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)) {
			if r > 0xffff {
				r -= 0x10000
				out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
		} else {
			out = append(out, b[:n]...)
		}
		b = b[n:]
	}
	return out
}
