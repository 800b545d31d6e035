package ingest

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// The rows of a sheet are handed to the reader of tables as text: one line a row,
// so that a row's number is its line, with signs between the cells that no text
// has. Rows and cells that the file leaves out are blank there.
const (
	cellSign  = 0x1f // between cells
	breakSign = 0x1e // a line break inside a cell

	maxSheetRow = 1 << 20 // rows of a sheet (Excel's specification)
	maxSheetCol = 1 << 14 // and columns
	maxMixed    = 256     // columns that are watched for dates of two kinds
)

// A sheet turns one sheet's XML into text.
type sheet struct {
	book *workbook
	xml  *xmlFile
	text []byte // that was not yet read
	row  int    // the last one written
	end  error

	cells []string // of the row at hand
	last  int      // the last of them that is not blank

	lost  int            // cells whose text is missing
	dates [maxMixed]bool // columns with real dates
	words [maxMixed]bool // and with dates as text that do not tell day from month
	names []string       // of the columns, for what is said about them
	over  map[int]int    // cells behind the header's end, by column
}

func (w *workbook) openSheet(ref sheetRef, file string) (stream, error) {
	f := zipFile(w.z, ref.target)
	if f == nil {
		return nil, &damage{"the sheet is missing in the workbook"}
	}
	x, err := w.openXML(f)
	if err != nil {
		return nil, err
	}
	sh := &sheet{book: w, xml: x}
	src := &source{sheet: sh}
	src.window = newWindow(w.op.ctx, sh)
	if len(bytes.TrimSpace(src.peek(1))) == 0 && len(bytes.TrimSpace(src.peek(peekSize))) == 0 {
		err := src.end()
		x.close()
		if err == io.EOF {
			err = errBlank
		}
		return nil, err
	}
	w.op.see(src)
	table, err := newCSVReader(src, file, w.op.o)
	if err != nil {
		x.close()
		return nil, err
	}
	return &content{form: table, src: src, under: closing(x.close)}, nil
}

type closing func()

func (c closing) Close() error { c(); return nil }

// Read gives the rows as text. It ends with the sheet.
func (s *sheet) Read(p []byte) (int, error) {
	for len(s.text) == 0 {
		if s.end != nil {
			return 0, s.end
		}
		s.text = s.text[:0]
		s.end = s.nextRow()
	}
	n := copy(p, s.text)
	s.text = s.text[n:]
	return n, nil
}

// nextRow writes the next row.
func (s *sheet) nextRow() error {
	for {
		tok, err := s.xml.token()
		if err != nil {
			return err
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "row" {
			n, err := strconv.Atoi(attribute(e, "r"))
			if err != nil || n <= s.row || n > maxSheetRow {
				n = s.row + 1
			}
			if err := s.readRow(); err != nil {
				return err
			}
			if s.last == 0 {
				return nil // the blank line comes with the next row that has cells
			}
			s.text = append(s.text, bytes.Repeat([]byte{'\n'}, n-s.row-1)...)
			s.row = n
			s.write()
			return nil
		}
	}
}

// readRow reads the cells up to the row's end.
func (s *sheet) readRow() error {
	s.cells, s.last = s.cells[:0], 0
	col, size := 0, 0
	for {
		tok, err := s.xml.token()
		if err == io.EOF {
			err = &damage{"the workbook was cut off here; what comes behind is missing"}
		}
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local != "c" {
				break
			}
			if n, ok := columnOf(attribute(t, "r")); ok && n >= col {
				col = n
			}
			kind, style := attribute(t, "t"), attribute(t, "s")
			text, err := s.readCell(kind, style, col)
			if err != nil {
				return err
			}
			// What comes behind too much would only take memory: the row is
			// rejected in any case.
			if text != "" && col < maxSheetCol && size <= maxRecord {
				size += len(text)
				for len(s.cells) <= col {
					s.cells = append(s.cells, "")
				}
				s.cells[col], s.last = text, col+1
			}
			col++
		case xml.EndElement:
			if t.Name.Local == "row" {
				return nil
			}
		}
	}
}

// columnOf reads the letters of a cell's name: "C7" is column 2.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := range len(ref) {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > maxSheetCol {
			return 0, false
		}
	}
	return n - 1, n > 0
}

// readCell reads a cell up to its end. Of a formula it is the value that the
// spreadsheet program kept; nothing is worked out here.
func (s *sheet) readCell(kind, style string, col int) (string, error) {
	var value []byte
	inline := ""
	inValue := false
	for {
		tok, err := s.xml.token()
		if err == io.EOF {
			err = &damage{"the workbook was cut off here; what comes behind is missing"}
		}
		if err != nil {
			return "", err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				inValue = true
			case "is":
				if inline, err = s.xml.richText("is"); err != nil {
					return "", err
				}
			}
		case xml.CharData:
			if inValue && len(value) < maxCell {
				value = append(value, t...)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v":
				inValue = false
			case "c":
				return s.cellText(kind, style, string(value), inline, col), nil
			}
		}
	}
}

// cellText is what a cell holds (ECMA-376 part 1, 18.18.11 ST_CellType).
func (s *sheet) cellText(kind, style, value, inline string, col int) string {
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		text, ok := s.book.shared.at(n)
		if err != nil || !ok {
			s.lost++
		}
		s.book.op.out += int64(len(text)) // one text may be named a million times
		return s.note(text, col)
	case "inlineStr":
		return s.note(inline, col)
	case "str":
		return s.note(unescapeXString(value), col)
	case "b":
		switch strings.TrimSpace(value) {
		case "1":
			return "TRUE"
		case "0":
			return "FALSE"
		}
		return value
	case "e", "d":
		return value
	}
	return s.number(strings.TrimSpace(value), style, col)
}

// note remembers that a column has dates as text.
func (s *sheet) note(text string, col int) string {
	if col < maxMixed && !s.words[col] && len(text) >= 6 && len(text) <= 24 && isDigit(text[0]) {
		if st, ok := parseStamp(text); ok && st.unclear {
			s.words[col] = true
		}
	}
	return text
}

// number writes the number of a cell with all digits that are stored, whatever
// the sheet shows: 5.51199E+12 on the screen is 5511990000000 or another number
// in the file. A number with a date's style is a date.
func (s *sheet) number(value, style string, col int) string {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(s.book.dates) && s.book.dates[n] {
		if text, ok := serialTime(v, s.book.date1904); ok {
			if col < maxMixed {
				s.dates[col] = true
			}
			return text
		}
	}
	// Spreadsheets keep 15 digits. What is longer has lost some, and stays
	// written so that it cannot be taken for a whole number.
	if v == math.Trunc(v) && math.Abs(v) >= 1e15 {
		return strconv.FormatFloat(v, 'E', 14, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// write makes the row at hand text.
func (s *sheet) write() {
	for i, cell := range s.cells[:s.last] {
		if i > 0 {
			s.text = append(s.text, cellSign)
		}
		if len(s.text) > maxRecord {
			break // too large for a row, and rejected as that
		}
		for j := range len(cell) {
			switch c := cell[j]; c {
			case '\r':
				if j+1 == len(cell) || cell[j+1] != '\n' {
					s.text = append(s.text, breakSign)
				}
			case '\n':
				s.text = append(s.text, breakSign)
			case cellSign, breakSign:
				s.text = append(s.text, ' ')
			default:
				s.text = append(s.text, c)
			}
		}
	}
	s.text = append(s.text, '\n')
}

// fit makes a row of a sheet as wide as the header. Cells that are not there are
// blank; those behind the header's end belong to columns without a name and are
// counted.
func (s *sheet) fit(cells []string, columns int) []string {
	for len(cells) < columns && len(cells) < maxColumns {
		cells = append(cells, "")
	}
	for i := columns; i < len(cells); i++ {
		if strings.TrimSpace(cells[i]) != "" {
			if s.over == nil {
				s.over = map[int]int{}
			}
			s.over[i]++
		}
	}
	return cells[:min(len(cells), columns)]
}

func (s *sheet) warnings() []string {
	var out []string
	for i, name := range s.names {
		if i < maxMixed && s.dates[i] && s.words[i] {
			out = append(out, fmt.Sprintf("The column %q has real dates and dates written as text. A spreadsheet that took month for day (or day for month) makes such a mix, and then the real dates are wrong: compare some with the system that the log is from.", clip(name, 60)))
		}
	}
	if n := len(s.over); n > 0 {
		out = append(out, countOf(n, "column has", "columns have")+" cells and no name in the header; they were not read.")
	}
	if s.lost > 0 {
		out = append(out, countOf(s.lost, "cell names", "cells name")+" a text that the workbook does not have; they were read as blank.")
	}
	return out
}
