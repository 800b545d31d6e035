package safe

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"
)

// Cell makes s harmless in a cell of a spreadsheet. A text that a spreadsheet
// would take for a formula gets an apostrophe in front, which spreadsheets hide
// and readers strip. Digits are left alone, so a phone number written without
// "+" stays as it is.
func Cell(s string) string {
	if s == "" {
		return s
	}
	// Some programs trim a cell before they look at its first character.
	t := strings.TrimLeft(s, " \u00a0\u3000\ufeff")
	if t == "" {
		return s
	}
	r, _ := utf8.DecodeRuneInString(t)
	switch r {
	case '=', '+', '-', '@', '\t', '\r', '\n', 0, '＝', '＋', '－', '＠', '−':
		return "'" + s
	}
	return s
}

// A CSVWriter writes rows as RFC 4180 has it, with "\r\n" between them and every
// field made safe: controls visible as in Text, formulas guarded as in Cell.
type CSVWriter struct {
	w   *bufio.Writer
	err error
}

// CSV writes to w. Call Flush at the end.
func CSV(w io.Writer) *CSVWriter { return &CSVWriter{w: bufio.NewWriter(w)} }

// Write appends one row. After an error every call answers with that error.
func (c *CSVWriter) Write(row []string) error {
	for i, field := range row {
		if i > 0 {
			c.put(",")
		}
		field = Cell(Text(field))
		// A lone empty field would read as an empty line, which readers skip.
		if field == "" && len(row) == 1 || needsQuotes(field) {
			field = `"` + strings.ReplaceAll(field, `"`, `""`) + `"`
		}
		c.put(field)
	}
	c.put("\r\n")
	return c.err
}

// Flush writes what is buffered and answers the first error of all writes.
func (c *CSVWriter) Flush() error {
	if err := c.w.Flush(); c.err == nil {
		c.err = err
	}
	return c.err
}

func (c *CSVWriter) put(s string) {
	if c.err == nil {
		_, c.err = c.w.WriteString(s)
	}
}

// needsQuotes also answers true for the separators of other locales: there a
// bare "a;=b" would be two cells.
func needsQuotes(s string) bool {
	return strings.ContainsAny(s, ",;\"\n\r\t|") || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ")
}
