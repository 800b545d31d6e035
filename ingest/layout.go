package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"

	"unsent/model"
	"unsent/safe"
)

const headerRows = 50 // the header is looked for in so many rows

// sepLine reads Excel's first line "sep=;".
func sepLine(b []byte, loneCR bool) (n int, delim byte, ok bool) {
	next, length := lineEnd(b, loneCR, true)
	line := bytes.Trim(b[:length], "\" ")
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) {
		return next, line[4], true
	}
	if bytes.EqualFold(line, []byte(`sep=\t`)) {
		return next, '\t', true
	}
	return 0, 0, false
}

// A layout is one way to take a table apart.
type layout struct {
	delim     byte
	backslash bool
	row       row // the header, or the first row
	index     int // how many rows stand before the header
	columns   int // headers that are known
	even      int // rows that have as many cells as the header
	headless  []string
	fields    map[string]string // of a headless table, for Options.Map
}

func (a layout) better(b layout) bool {
	switch {
	case a.columns != b.columns:
		return a.columns > b.columns
	case (a.row.total > 1) != (b.row.total > 1):
		return a.row.total > 1
	case a.even != b.even:
		return a.even > b.even
	}
	return false
}

// bestLayout tries the delimiters and keeps the one under which most headers
// are known and most rows are even.
func (c *csvReader) bestLayout(sample []byte, delims []byte, o Options) layout {
	var best layout
	slashes := bytes.Contains(sample, []byte(`\"`))
	for _, delim := range delims {
		for _, backslash := range []bool{false, true} {
			if backslash && !slashes {
				continue
			}
			s := c.split
			s.delim, s.backslash = delim, backslash
			rows := rowsOf(sample, s, 400)
			l := headerOf(rows, o)
			l.delim, l.backslash = delim, backslash
			if l.columns == 0 {
				l.likelyHeader(rows)
			}
			for _, r := range rows[min(l.index, len(rows)):] {
				if r.total == l.row.total {
					l.even++
				}
			}
			if l.columns == 0 && l.row.total > 1 {
				l.guessColumns(rows[l.index:])
			}
			if best.row.cells == nil || l.better(best) {
				best = l
			}
		}
	}
	return best
}

// headerOf finds the row with most known headers among the first.
func headerOf(rows []row, o Options) layout {
	var l layout
	asked := map[string]bool{}
	for _, column := range o.Map {
		asked[headerKey(column)] = true
	}
	below := false // a row of values stands below the best
	for i, r := range rows[:min(len(rows), headerRows)] {
		known, data := 0, false
		for _, cell := range r.cells {
			if len(cell) > 80 {
				continue
			}
			data = data || isData(cell)
			key := headerKey(cell)
			if _, ok := headerFields()[key]; (ok || presetKeys()[key]) && !looksLikeValue(cell) || asked[key] && key != "" {
				known++
			}
		}
		if i == 0 {
			l.row = r
		}
		if known > l.columns && !data {
			if below && l.ownTable(o) {
				break
			}
			l.columns, l.index, l.row, below = known, i, r, false
		}
		below = below || data
	}
	return l
}

// presetKeys are the headers that only presets know.
var presetKeys = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for _, p := range presets() {
		for key := range p.fields {
			m[key] = true
		}
	}
	delete(m, "")
	return m
})

// looksLikeValue keeps a row of data from being a header: "template" and "error"
// are values as well as headers, but headers have no digits in front and are no
// objects.
func looksLikeValue(cell string) bool {
	return cell != "" && (isDigit(cell[0]) || cell[0] == '+' || strings.Contains(cell, "{") || strings.Contains(cell, "=>"))
}

// isData knows the cells that no header has: numbers as long as a phone number,
// times, message ids.
func isData(cell string) bool {
	cell = strings.TrimSpace(cell)
	if len(cell) < 8 {
		return false
	}
	if isWAMID(cell) || digitsIn(cell) >= 8 && !hasLetter(cell) {
		return true
	}
	_, ok := parseStamp(cell)
	return ok
}

// guessColumns tells the columns of a table without a header by their values.
// It needs a status or a code, and somebody or something it is about.
func (l *layout) guessColumns(rows []row) {
	rows = rows[:min(len(rows), 100)]
	found := map[field]int{}
	fields := map[string]string{}
	names := make([]string, l.row.total)
	for col := range names {
		names[col] = fmt.Sprintf("column %d", col+1)
		f := valueField(rows, col)
		if _, taken := found[f]; f == fNone || taken {
			continue
		}
		found[f] = col
		fields[fieldInfos[f].name] = names[col]
	}
	_, status := found[fStatus]
	_, code := found[fCode]
	_, text := found[fMessage]
	_, who := found[fRecipient]
	_, id := found[fWAMID]
	if (status || code || text && len(names) > 2) && (who || id) {
		l.columns, l.headless, l.fields = len(found), names, fields
	}
}

// valueField is what all values of a column look like.
func valueField(rows []row, col int) field {
	tests := []struct {
		f  field
		is func(string) bool
	}{
		{fWAMID, isWAMID},
		{fTime, func(s string) bool { _, ok := parseStamp(s); return ok }},
		{fCode, func(s string) bool {
			c, ok := model.ParseCode(s)
			n, _ := c.Int()
			return ok && n >= 130000 && n < 150000
		}},
		{fRecipient, func(s string) bool { return len(safe.ParsePhone(s).Digits) >= 8 }},
		{fStatus, func(s string) bool { _, ok := outcomeOf(strings.ToLower(s)); return ok }},
		{fMessage, func(s string) bool { _, ok := codeInText(s, nil); return ok }},
	}
	for _, t := range tests {
		n, hit := 0, 0
		for _, r := range rows {
			if col >= len(r.cells) {
				continue
			}
			s := cleanCell(r.cells[col])
			if s == "" {
				continue
			}
			if n++; t.is(s) {
				hit++
			}
		}
		if n > 0 && (hit == n || t.f == fMessage && hit*2 > n) {
			return t.f
		}
	}
	return fNone
}

func withHeadless(o Options, l layout) Options {
	if l.headless == nil {
		return o
	}
	merged := map[string]string{}
	said := append([]string(nil), o.Ignore...)
	for f, col := range o.Map {
		merged[f] = col
		said = append(said, col)
	}
	for f, col := range l.fields {
		if _, ok := merged[f]; !ok && !slices.Contains(said, col) {
			merged[f] = col
		}
	}
	o.Map = merged
	return o
}

// rowsBelow are the first rows of a table, those that its columns are judged by.
func (c *csvReader) rowsBelow(head []byte, l layout, skip int) []row {
	split := c.split
	split.delim, split.backslash, split.expect = l.delim, l.backslash, l.row.total
	return belowHeader(rowsOf(c.sample(head)[skip:], split, sampleRows), l)
}

// belowHeader leaves out what stands above the data.
func belowHeader(rows []row, l layout) []row {
	first := l.index
	if l.headless == nil {
		first++
	}
	return rows[min(first, len(rows)):]
}
