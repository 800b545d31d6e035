package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"unsent/model"
	"unsent/safe"
)

// Files that were put together (cat *.csv, an export appended to the last) have
// their header again and again, and a report may have one table below the other.
// Read as rows, a header is a failed message to "phone", and people who got their
// message are failures whose code is the name of a template.

// A tableHead is a header and what was made of it.
type tableHead struct {
	header []string
	m      *mapping
	secret []int  // columns whose header says that they hold a token or password
	bare   bool   // nothing but webhooks tells what became of a message
	key    int    // the first column that has a name
	line   int    // of a header further down
	odd    string // why the rows below it are not read

	codes    string // what its first rows told, see judge
	prefixed bool
	used     [nFields]bool // times that are day numbers
}

// mayBeHeader is asked of every row: one with a cell that begins like a number or
// an object is none, unless it has the header's own first name.
func (c *csvReader) mayBeHeader(cells []string) bool {
	for _, s := range cells {
		if s != "" && (isDigit(s[0]) || s[0] == '+' || s[0] == '{' || s[0] == '[') {
			return c.key < len(cells) && c.key < len(c.header) && cells[c.key] == c.header[c.key]
		}
	}
	return !c.lines
}

// repeats reports whether a row is the header at hand once more.
func (c *csvReader) repeats(cells []string) bool {
	named := false
	for i := range max(len(cells), len(c.header)) {
		cell, name := "", ""
		if i < len(cells) {
			cell = strings.Trim(cells[i], " \t\"\ufeff")
		}
		if i < len(c.header) {
			name = c.header[i]
		}
		if !strings.EqualFold(cell, name) {
			return false
		}
		named = named || name != ""
	}
	return named
}

// valueWords are headers that stand in rows as well.
var valueWords = map[string]bool{
	"template": true, "text": true, "message": true, "msg": true, "error": true, "errors": true, "whatsapp": true, "event": true, "contact": true,
	"success": true, "reply": true, "source": true, "location": true, "content": true, "reason": true, "campaign": true, "broadcast": true, "app": true,
	"note": true, "body": true, "read": true,
}

// anotherHeader reports whether a row is the header of another table: most of its
// cells are names that columns have, and none is a value.
func (c *csvReader) anotherHeader(cells []string) bool {
	for _, cell := range cells {
		if digitsIn(cell) >= 5 {
			return false // as rows have it; the rest costs more
		}
	}
	named, known, weak := 0, 0, 0
	seen := map[string]bool{}
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		if len(cell) > 80 || looksLikeValue(cell) || isData(cell) {
			return false
		}
		key := headerKey(cell)
		if seen[key] {
			return false
		}
		seen[key] = true
		named++
		if _, ok := headerFields()[key]; ok || presetKeys()[key] {
			if valueWords[key] {
				weak++
			} else {
				known++
			}
		}
		for _, m := range c.m.cols {
			if m.col == i && m.f == fStatus && outcomeWord(cell) != "" {
				return false
			}
		}
	}
	if all := known > 0 && known+weak == named && named > 1; !all && (known < 2 || known*2 < named) {
		return false
	}
	m, err := mapColumns(cells, Options{})
	if err != nil {
		return false
	}
	return slices.ContainsFunc([]field{fRecipient, fRecipientUser, fUserID, fWAMID, fMessageID, fRowID, fTime, fSentAt, fUpdatedAt, fFailedAt}, func(f field) bool { return m.has[f] })
}

// nextRow is the next row that is no header. Behind another header it is read by
// that one; where this cannot be, each row is rejected.
func (c *csvReader) nextRow() (*row, error) {
	if len(c.above) > 0 {
		err := c.above[0]
		c.above = c.above[1:]
		return nil, err
	}
	for {
		row, err := c.split.next()
		if err != nil {
			return nil, err
		}
		if c.mayBeHeader(row.cells) {
			if c.repeats(row.cells) {
				if c.again++; c.again <= maxNamed {
					c.againAt = append(c.againAt, strconv.Itoa(row.line))
				}
				continue
			}
			if c.anotherHeader(row.cells) {
				c.change(row)
				continue
			}
		}
		if c.odd != "" {
			return nil, &model.Rejection{Line: row.line, Raw: c.rawText(row.raw),
				Reason: fmt.Sprintf("it stands in another table, whose header is in line %d: %s", c.line, c.odd)}
		}
		return row, nil
	}
}

// passOver looks at a row above the header: titles and filters are no loss, but a
// row as whole as the header, with numbers and times, is one of another table.
func (c *csvReader) passOver(row *row, header int) {
	full, data := 0, 0
	for _, cell := range row.cells {
		if strings.TrimSpace(cell) != "" {
			full++
		}
		if isData(cell) {
			data++
		}
	}
	named := 0
	for _, name := range c.header {
		if name != "" {
			named++
		}
	}
	if data >= 2 && full > 2 && full*4 >= named*3 {
		c.above = append(c.above, &model.Rejection{Line: row.line, Raw: string(row.raw),
			Reason: fmt.Sprintf("it stands above the header, in line %d, and seems to be a row of another table: load that as a file of its own", header)})
	}
}

// change goes on by another header.
func (c *csvReader) change(row *row) {
	if c.top == nil {
		first := c.tableHead
		c.top, c.heads = &first, map[string]tableHead{strings.Join(first.header, "\x00"): first}
	}
	header := c.cleanHeaders(row.cells)
	for i := range header {
		header[i] = strings.Clone(header[i])
	}
	for len(header) > 0 && c.src.sheet != nil && header[len(header)-1] == "" {
		header = header[:len(header)-1]
	}
	name := strings.Join(header, "\x00")
	h, ok := c.heads[name]
	if !ok {
		h = c.headOf(header, row.line)
	}
	h.line = row.line
	c.others++
	if c.others <= maxNamed {
		c.notes = append(c.notes, h.note())
	} else if c.others == maxNamed+1 {
		c.notes = append(c.notes, fmt.Sprintf("More headers follow, the next in line %d; the rows below each were read by it or are listed.", row.line))
	}
	c.use(h)
	if !ok && h.odd == "" {
		c.serials.seen, c.serials.fit = [nFields]int{}, [nFields]int{}
		c.judge(c.tableRows(c.rowsNext()), c.o, false)
	}
	if !ok && len(c.heads) < 64 {
		c.heads[strings.Clone(name)] = c.tableHead
	}
}

// headOf maps another header as the first was: what somebody said of columns holds
// where they are.
func (c *csvReader) headOf(header []string, line int) tableHead {
	h := tableHead{header: header, key: firstNamed(header)}
	o := Options{Map: c.o.Map, Ignore: c.o.Ignore}
	m, err := mapColumns(header, o)
	if err != nil {
		h.odd = "it does not have the columns that were named by hand"
		m, _ = mapColumns(header, Options{})
	} else if _, err := m.decide(c.rowsNext(), line); err != nil {
		h.odd = shortly(err)
	} else if err := logTable(m, o, line); err != nil {
		h.odd = shortly(err)
	}
	h.m, h.secret = m, secretColumns(header)
	return h
}

// rowsNext are the rows behind the one that was read last.
func (c *csvReader) rowsNext() []row {
	return rowsOf(c.sample(c.src.peek(peekSize)), c.split, sampleRows)
}

// use reads on by a header.
func (c *csvReader) use(h tableHead) {
	c.tableHead = h
	c.split.expect = len(h.header)
	c.p.use(h.m.rules)
	if h.codes != "" {
		c.p.codes = h.codes
	}
	c.p.prefixed, c.serials.used = h.prefixed, h.used
}

// note says that another table begins.
func (h *tableHead) note() string {
	names, _ := safe.Redact(clip(strings.Join(slices.DeleteFunc(slices.Clone(h.header), func(s string) bool { return s == "" }), ", "), 120))
	begins := fmt.Sprintf("Another table begins in line %d, with the columns %s: ", h.line, names)
	if h.odd != "" {
		return begins + h.odd + ". Its rows were left out and are listed; if they are sends, save that table as a file of its own and name its columns."
	}
	return begins + "the rows below it were read by that header."
}

// tableRows are the rows that belong to the header at hand.
func (c *csvReader) tableRows(rows []row) []row {
	own := rows[:0]
	for _, r := range rows {
		if c.mayBeHeader(r.cells) {
			if c.repeats(r.cells) {
				continue
			}
			if c.anotherHeader(r.cells) {
				break
			}
		}
		own = append(own, r)
	}
	return own
}

// againNote says where the header stands again; empty where it does not.
func (c *csvReader) againNote() string {
	if c.again == 0 {
		return ""
	}
	where := strings.Join(c.againAt, ", ")
	if more := c.again - len(c.againAt); more > 0 {
		where += fmt.Sprintf(" and %d more", more)
	}
	return "The header stands again in line " + where + ", as in files that were put together; it was passed over."
}

func firstNamed(header []string) int {
	return max(0, slices.IndexFunc(header, func(s string) bool { return s != "" }))
}

// secretColumns are those whose header says that they hold a secret.
func secretColumns(header []string) []int {
	var cols []int
	for i, h := range header {
		switch key := headerKey(h); {
		case strings.HasSuffix(key, "token"), strings.HasSuffix(key, "apikey"), strings.HasSuffix(key, "secret"), strings.HasSuffix(key, "password"),
			key == "authorization", key == "pin", key == "credentials":
			cols = append(cols, i)
		}
	}
	return cols
}

// ownTable reports whether a header has a table of its own, so that a header with
// more known names further down is that of another.
func (l *layout) ownTable(o Options) bool {
	if l.columns < 2 {
		return false
	}
	m, err := mapColumns(l.row.cells, Options{Map: o.Map})
	if err != nil {
		return false
	}
	_, ok := m.usable()
	return ok && (m.has[fRecipient] || m.has[fWAMID] || m.has[fMessageID])
}
