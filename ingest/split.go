package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unsafe"

	"unsent/model"
)

const (
	maxCell    = 1 << 20 // of a quoted cell, in bytes
	maxColumns = 256     // cells behind the 256th are counted and not read
	maxCells   = 4096    // and behind these not even counted
	maxRaw     = 4 << 10 // of what a rejection quotes

	maxLooseJSON = 128 << 10 // of JSON in a cell whose quotes are not doubled
	manyOpen     = 4 << 10   // quotes that never closed, behind which cells of several lines are not believed in
	maxUnclosed  = 4         // cells of a row that may begin like such JSON and be none
)

// A splitter takes a table apart into rows. It is forgiving where a row can
// still be told (quotes in the middle of a cell, JSON whose quotes are not
// doubled, blanks around quotes) and strict about damage: a quote that never
// closes costs its own line and no other.
type splitter struct {
	w         *window
	delim     byte
	loneCR    bool // a carriage return by itself ends a row
	backslash bool // \" is a quote inside a cell, not its end
	plain     bool // cells are never quoted, and line breaks in them are signs: a sheet's rows
	expect    int  // cells of a whole row, 0 when not known yet

	row   row
	out   []byte        // the cells' text, a line feed behind each
	ends  []int         // where each ends in out
	ats   []model.Place // where each stands in the row as it is written; none where that is another text
	open  int           // quotes that never closed, so far
	loose int           // cells of this row that begin like JSON without doubled quotes and are none
	odd   bool          // the row has a quote in the middle of a cell, behind a line end
}

// A row is one record of a table. All of it is good until the next one is read: its
// texts are not copied, because a large log would have copies made of all that it holds,
// and collected again.
type row struct {
	text  string        // the cells, each followed by a line feed
	cells []string      // at most maxColumns
	total int           // cells there are
	line  int           // where it begins, from 1
	raw   []byte        // as written, without its line end; valid until the next call
	ats   []model.Place // where raw has the cells, where it has their very text
	multi bool          // it has more than one line
}

type splitState int

const (
	splitOK splitState = iota
	splitMore
	splitOpen // a quote opens and never closes
	splitBig
)

// next is the next row that has anything in it. A *model.Rejection stands for
// one line that cannot be a row; the next call goes on behind it.
func (s *splitter) next() (*row, error) {
	for {
		// One row may take long to judge, and rows that cannot be one are passed over
		// in here.
		if err := s.w.ended(); err != nil {
			return nil, err
		}
		b := s.w.rest()
		if len(b) == 0 {
			if s.w.more() {
				continue
			}
			return nil, s.w.end()
		}
		n, length, state := s.parse(b, s.w.eof)
		switch state {
		case splitMore:
			if len(b) >= maxRecord {
				return nil, s.reject("the row is larger than 16 MiB")
			}
			s.w.more()
			continue
		case splitOpen:
			s.open++
			return nil, s.reject("a quote opens in this line and is not closed")
		case splitBig:
			return nil, s.reject(fmt.Sprintf("the row is larger than 16 MiB or has more than %d cells", maxCells))
		}
		if n == length && n == len(b) && s.w.err != nil {
			return nil, s.w.end() // half a row, and half a number looks like a whole one
		}
		line, raw := s.w.line, b[:length]
		multi := n > 0 && countLines(raw, s.loneCR) > 0
		if multi && s.expect > 0 && (s.odd || len(s.ends) != s.expect) && s.swallowed(b) {
			s.open++
			return nil, s.reject("a quote opens in this line and is not closed")
		}
		s.w.take(n, s.loneCR)
		if len(bytes.Trim(bytes.TrimSpace(s.out), "\x00 \n")) == 0 {
			continue // a blank line, one of delimiters only, or the NULs of a file that was laid out in advance
		}
		if multi && s.open > 512 {
			s.open-- // there are quotes that close as well
		}
		s.fill(line, raw, multi)
		return &s.row, nil
	}
}

func (s *splitter) fill(line int, raw []byte, multi bool) {
	if s.plain {
		for i, c := range s.out {
			if c == breakSign {
				s.out[i] = '\n'
			}
		}
	}
	s.row.text = borrow(s.out)
	s.row.cells = s.row.cells[:0]
	start := 0
	for i, end := range s.ends {
		if i == maxColumns {
			break
		}
		s.row.cells = append(s.row.cells, s.row.text[start:end])
		start = end + 1
	}
	s.row.total, s.row.line, s.row.raw, s.row.multi = len(s.ends), line, raw, multi
	s.row.ats = s.ats
}

// borrow reads bytes as a text without a copy. It changes when they do.
func borrow(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// reject gives up the line at hand and goes on behind it.
func (s *splitter) reject(reason string) error {
	line := s.w.line
	return &model.Rejection{Line: line, Reason: reason, Raw: s.w.skipLine(s.loneCR, maxRaw)}
}

// limit is how long a quoted cell may be; 0: as long as its line. A file with one
// open quote after the other is not searched for a megabyte each time: the more
// of them there are, the less likely is it that any closes.
func (s *splitter) limit() int {
	switch {
	case s.open > manyOpen:
		return 0
	case s.open > 512:
		return 512
	case s.open > 64:
		return 4 << 10
	case s.open > 4:
		return 32 << 10
	}
	return maxCell
}

// swallowed reports whether a row of several lines that looks wrong is an open
// quote that ate whole rows: its second line alone is one.
func (s *splitter) swallowed(b []byte) bool {
	next, _ := lineEnd(b, s.loneCR, true)
	rest := b[next:]
	end, length := lineEnd(rest, s.loneCR, true)
	if end <= 0 {
		return false
	}
	whole, cells, ats := s.out, s.ends, s.ats
	s.out, s.ends, s.ats = nil, nil, nil
	n, _, state := s.parse(rest[:end], true)
	ok := state == splitOK && n >= length && len(s.ends) == s.expect
	s.out, s.ends, s.ats = whole, cells, ats
	return ok
}

// parse reads one row from the beginning of b into out and ends. It returns how
// many bytes the row takes with and without its line end.
func (s *splitter) parse(b []byte, atEOF bool) (n, length int, state splitState) {
	s.out, s.ends, s.ats, s.odd, s.loose = s.out[:0], s.ends[:0], s.ats[:0], false, 0
	limit := s.limit()
	i := 0
	for {
		if i > maxRecord || len(s.ends) >= maxCells {
			return 0, 0, splitBig
		}
		q := i
		for q < len(b) && b[q] == ' ' {
			q++
		}
		end := i
		var at model.Place
		switch {
		case s.plain:
			end = s.bare(b, i)
			s.out = append(s.out, b[i:end]...)
		case q < len(b) && b[q] == '"':
			end, at, state = s.quoted(b, q+1, atEOF, limit)
		case q < len(b) && (b[q] == '{' || b[q] == '['):
			if end = q + s.bareJSON(b[q:]); end == q {
				end = s.bare(b, q)
			}
			s.out = append(s.out, b[q:end]...)
			at = model.Place{From: q, To: end}
		default:
			end = s.bare(b, i)
			s.out = append(s.out, b[i:end]...)
			at = model.Place{From: i, To: end}
		}
		if state != splitOK {
			return 0, 0, state
		}
		for end < len(b) && b[end] == ' ' {
			end++
		}
		if end == len(b) && !atEOF {
			return 0, 0, splitMore
		}
		s.ends, s.ats = append(s.ends, len(s.out)), append(s.ats, at)
		s.out = append(s.out, '\n')
		switch {
		case end == len(b):
			return end, end, splitOK
		case b[end] == s.delim:
			i = end + 1
			continue
		case b[end] == '\n':
			return end + 1, end, splitOK
		case end+1 < len(b) && b[end+1] == '\n':
			return end + 2, end, splitOK
		case end+1 == len(b) && !atEOF:
			return 0, 0, splitMore
		}
		return end + 1, end, splitOK
	}
}

// bare is where the cell without quotes at i ends.
func (s *splitter) bare(b []byte, i int) int {
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case c == s.delim, c == '\n':
			return i
		case c == '\r' && (s.loneCR || i+1 == len(b) || b[i+1] == '\n'):
			return i
		}
	}
	return i
}

// bareJSON is the length of a JSON object without quotes around it, when all of
// it stands on this line; joined by hand, its commas would cut the cell.
func (s *splitter) bareJSON(b []byte) int {
	// Each try looks at the whole line, so a row has only a few.
	if len(b) < 4 || b[1] != '"' && b[1] != '{' || s.loose >= maxUnclosed {
		return 0
	}
	n := jsonLength(b)
	if n > 0 && (n == len(b) || b[n] == s.delim || b[n] == '\n' || b[n] == '\r') {
		return n
	}
	s.loose++
	return 0
}

// quoted reads the cell that begins behind the quote before i, and returns what
// lies behind its closing quote, and where b has its very text.
func (s *splitter) quoted(b []byte, i int, atEOF bool, limit int) (int, model.Place, splitState) {
	start, from, lines, stray := i, len(s.out), false, false
	var none model.Place
	escaped := s.backslash || opensEscaped(b[i:])
	if !escaped && s.loose < maxUnclosed && opensBareJSON(b[i:]) {
		// "{"a":"b","c":1}": the quotes of JSON, not doubled.
		if n := jsonLength(b[i:]); n > 0 && i+n < len(b) && b[i+n] == '"' && (i+n+1 == len(b) || s.closes(b[i+n+1])) {
			s.out = append(s.out, b[i:i+n]...)
			return i + n + 1, model.Place{From: i, To: i + n}, splitOK
		}
		s.loose++
	}
	if limit == 0 {
		limit = maxRecord
		if next, length := lineEnd(b[i:], s.loneCR, atEOF); next >= 0 {
			limit = length
		}
	}
	for {
		if !escaped {
			i, lines = s.doubled(b[:min(len(b), start+limit)], i, lines)
		}
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			if atEOF || len(b)-start > limit {
				return 0, none, splitOpen
			}
			return 0, none, splitMore
		}
		q := i + j
		if q-start > limit {
			return 0, none, splitOpen
		}
		s.out = append(s.out, b[i:q]...)
		lines = lines || bytes.IndexByte(b[i:q], '\n') >= 0
		if escaped && oddBackslashes(b[start:q]) {
			s.out = append(s.out, '"')
			i = q + 1
			continue
		}
		k := q + 1
		for k < len(b) && b[k] == ' ' {
			k++
		}
		switch {
		case q+1 < len(b) && b[q+1] == '"':
			s.out = append(s.out, '"')
			i = q + 2
		case k == len(b) && !atEOF:
			return 0, none, splitMore
		case k == len(b) || s.closes(b[k]):
			if escaped {
				s.out = unescape(s.out, from)
			}
			if escaped || stray {
				return k, none, splitOK
			}
			return k, model.Place{From: start, To: q, Doubled: len(s.out)-from < q-start}, splitOK
		default:
			// A quote in the middle of the text, as in "IT"S".
			s.odd, stray = s.odd || lines, true
			s.out = append(s.out, '"')
			i = q + 1
		}
	}
}

// doubled takes text whose quotes are all doubled, from i on and eight bytes at once.
// It stops before a quote that is not, or near the end of b; lines is set when it
// passed a line feed.
func (s *splitter) doubled(b []byte, i int, lines bool) (int, bool) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for i+9 <= len(b) {
		room := min(len(b)-i, 4<<10)
		o, end := len(s.out), i+room-9
		out := slices.Grow(s.out, room+8)
		out = out[:cap(out)]
		for i <= end {
			w := binary.LittleEndian.Uint64(b[i:])
			binary.LittleEndian.PutUint64(out[o:], w)
			x, y := w^ones*'"', w^ones*'\n'
			quote, feed := (x-ones)&^x&tops, (y-ones)&^y&tops // the lowest bit is right
			if quote == 0 {
				lines = lines || feed != 0
				i, o = i+8, o+8
				continue
			}
			lines = lines || feed&(quote&-quote-1) != 0
			n := bits.TrailingZeros64(quote) / 8
			i, o = i+n, o+n
			if b[i+1] != '"' {
				s.out = out[:o]
				return i, lines
			}
			i, o = i+2, o+1
		}
		s.out = out[:o]
	}
	return i, lines
}

// closes reports whether c can stand behind a closing quote.
func (s *splitter) closes(c byte) bool { return c == s.delim || c == '\n' || c == '\r' }

// opensEscaped knows a cell that holds JSON with \" for its quotes, the way MySQL
// and BigQuery write it.
func opensEscaped(b []byte) bool {
	b = b[:min(len(b), 16)]
	return bytes.HasPrefix(b, []byte(`{\"`)) || bytes.HasPrefix(b, []byte(`[\"`)) ||
		bytes.HasPrefix(b, []byte(`[{\"`)) || bytes.HasPrefix(b, []byte(`{ \"`))
}

func opensBareJSON(b []byte) bool {
	switch {
	case len(b) < 4:
		return false
	case b[0] == '{' && b[1] == '"':
		return b[2] != '"'
	case b[0] == '[' && b[1] == '{' && b[2] == '"':
		return b[3] != '"'
	}
	return false
}

func oddBackslashes(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// unescape takes one level of backslashes out of out[from:], those before quotes
// and backslashes only: \n belongs to the JSON inside.
func unescape(out []byte, from int) []byte {
	cell := out[from:]
	if bytes.IndexByte(cell, '\\') < 0 {
		return out
	}
	w := 0
	for i := 0; i < len(cell); i++ {
		if cell[i] == '\\' && i+1 < len(cell) && (cell[i+1] == '"' || cell[i+1] == '\\') {
			i++
		}
		cell[w] = cell[i]
		w++
	}
	return out[:from+w]
}

// jsonLength is the length of the object or array that b begins with, by its
// brackets and strings; 0 when it does not close on this line or is longer than
// such cells are.
func jsonLength(b []byte) int {
	depth, inString := 0, false
	for i := 0; i < len(b) && i < maxLooseJSON; i++ {
		c := b[i]
		if c == '\n' {
			return 0
		}
		if inString {
			switch c {
			case '\\':
				i++
			case '"':
				inString = false
			}
			continue
		}
		switch c {
		case '"':
			inString = true
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// rowsOf splits a sample, for guessing: whole rows only, at most n, rejections
// left out.
func rowsOf(sample []byte, s splitter, n int) []row {
	s.w = &window{ctx: s.w.ctx, buf: sample, eof: true, line: 1}
	s.out, s.ends, s.ats = nil, nil, nil
	var rows []row
	for rejected := 0; len(rows) < n && rejected < 4*n; {
		r, err := s.next()
		if isRejection(err) {
			rejected++
			continue
		}
		if err != nil {
			break
		}
		c := *r
		c.cells = append([]string(nil), r.cells...)
		c.raw, c.ats = nil, nil
		rows = append(rows, c)
		s.out = nil // it is this row's now
	}
	return rows
}

// joinCells writes cells as a row again, for a raw text whose secrets are masked.
func joinCells(cells []string, delim byte) string {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(delim)
		}
		if strings.ContainsAny(c, "\"\r\n"+string(delim)) {
			fmt.Fprintf(&b, `"%s"`, strings.ReplaceAll(c, `"`, `""`))
		} else {
			b.WriteString(c)
		}
	}
	return b.String()
}
