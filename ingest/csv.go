package ingest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"unsent/model"
	"unsent/safe"
)

const sampleRows = 1000 // columns are judged by so many

// A csvReader reads tables.
type csvReader struct {
	tableHead // by which the rows at hand are read

	src   *source
	split splitter
	p     *interpreter
	o     Options
	hooks *jsonReader // set when a column may hold webhooks
	d     draft
	notes []string
	file  string

	lines    bool // it is a log of lines; see linesOf
	repaired int
	serials  serials
	any      bool // a row has been read

	above   []error              // rows that stand above the header
	top     *tableHead           // the first header, once there was another
	heads   map[string]tableHead // those that were met
	others  int                  // how often another came
	again   int                  // rows that are the header once more
	againAt []string             // the lines of the first

	set     string            // names the header, "" when there is none
	asked   map[string]string // what was said by hand
	ignored []string
	kept    *Remembered // of it, what was said earlier
	best    layout
	skip    int // bytes before the first row
}

// loneCR reports whether a carriage return by itself ends a line.
func loneCR(head []byte) bool {
	return bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(bytes.TrimRight(head, "\r"), '\r') >= 0
}

// sqlDump knows what mysqldump, pg_dump and phpMyAdmin write. Taken for a table,
// its commas and quotes would give rows that are none.
var sqlDump = model.Pattern("(?im)^\\s*(?:INSERT INTO|REPLACE INTO|CREATE TABLE|COPY) [`\"\\w.]+ ?(?:IF NOT EXISTS|\\(|VALUES|AS SELECT)")

// newCSVReader finds the delimiter, the header and what the columns are. It
// takes nothing from the source when it fails.
func newCSVReader(src *source, name string, o Options) (*csvReader, error) {
	head := src.peek(peekSize)
	if sqlDump().Match(head[:min(len(head), 64<<10)]) {
		return nil, &ContentError{"an SQL dump", "export the table of messages as CSV instead: phpMyAdmin and most database tools offer it beside SQL"}
	}
	c := &csvReader{src: src, file: name}
	c.split = splitter{w: src.window, delim: ','}
	c.split.loneCR = loneCR(head)
	best, skip := c.layOut(head, o)
	if c.recall(best, &o); c.kept != nil {
		best, skip = c.layOut(head, o)
	}
	if err := src.ended(); err != nil {
		return nil, err // what was judged was cut short
	}
	if best.columns == 0 {
		return nil, &ColumnsError{Found: best.row.cells, Reason: best.misnamed(o), Line: best.row.line + countLines(head[:skip], c.split.loneCR), table: src.sheet != nil || best.row.total > 2 && best.even > 1}
	}
	c.split.delim, c.split.backslash, c.split.expect = best.delim, best.backslash, best.row.total
	if c.header = c.cleanHeaders(best.row.cells); best.headless != nil {
		c.header = best.headless
	}
	c.keepHand(o, best)
	line := best.row.line + countLines(head[:skip], c.split.loneCR)
	m, err := mapColumns(c.header, withHeadless(o, best))
	if err != nil {
		return nil, err
	}
	c.m, c.key = m, firstNamed(c.header)
	rows := c.tableRows(c.rowsBelow(head, best, skip))
	notes, doubt := m.decide(rows, line)
	c.notes = append(c.notes, notes...)
	c.p = newInterpreter(name, o, src.fixText)
	c.best, c.skip = best, skip
	c.hookCells(c.sample(head)[skip:])
	reason, ok := m.usable()
	c.lines = !ok && c.linesOf(c.sample(head)[skip:])
	if !c.lines {
		if err := logTable(m, o, line); err != nil {
			return nil, err
		}
	}
	if !ok && !c.lines {
		return nil, &ColumnsError{Found: c.header, Line: line, Reason: reason, table: len(c.header) > 1}
	}
	if doubt != nil {
		return nil, doubt
	}
	c.secret, c.o = secretColumns(c.header), o
	c.p.use(m.rules)

	src.take(skip, c.split.loneCR)
	for i := 0; i < best.index; {
		if row, err := c.split.next(); err == nil {
			i++
			c.passOver(row, line)
		} else if !isRejection(err) {
			break // next says it again
		}
	}
	if best.headless == nil {
		for {
			if _, err := c.split.next(); !isRejection(err) {
				break
			}
		}
	}
	if best.index > 0 {
		c.notes = append(c.notes, fmt.Sprintf("The header is in line %d; what stands above it was passed over.", line))
	}
	if best.headless != nil {
		c.notes = append(c.notes, "The file has no header; what its columns are was told from their values. Use --map to say it.")
	}
	if n := best.row.total; n > maxColumns {
		c.notes = append(c.notes, fmt.Sprintf("The file has %d columns; only the first %d are read.", n, maxColumns))
	}
	c.judge(rows, o, true)
	if clock := c.p.clock; c.kept != nil && !clock.told && c.kept.DateOrder != "" {
		clock.order, clock.told = c.kept.DateOrder, true
	}
	return c, nil
}

// layOut finds how the table that begins with head is taken apart, and how many
// bytes stand before its first row.
func (c *csvReader) layOut(head []byte, o Options) (best layout, skip int) {
	sample := c.sample(head)
	delims := []byte{',', ';', '\t', '|'}
	if c.src.sheet != nil {
		c.split.plain, delims = true, []byte{cellSign}
	} else if n, delim, ok := sepLine(sample, c.split.loneCR); ok {
		skip, delims = n, []byte{delim}
		sample = sample[n:]
	}
	best = c.bestLayout(sample, delims, o)
	if best.columns == 0 && len(o.Map) > 0 {
		best.byHand(o)
	}
	return best, skip
}

// sample is what is known of the table's beginning, without a last line that is
// cut off.
func (c *csvReader) sample(head []byte) []byte {
	if !c.src.eof {
		if i := bytes.LastIndexByte(head, '\n'); i > 0 {
			return head[:i+1]
		}
	}
	return head
}

var twilioID = model.Pattern(`^(SM|MM)[0-9a-f]{32}$`)

// judge looks at the first rows for what headers do not tell: the order of day
// and month, whose message ids these are, whether "message" is an error.
// The order of dates is told by the file's first table.
func (c *csvReader) judge(rows []row, o Options, first bool) {
	twilio, ids, prefixed := 0, 0, 0
	textFailed, textElse := 0, 0
	if c.src.sheet != nil && first {
		c.src.sheet.names, c.serials.date1904 = c.header, c.src.sheet.book.date1904
	}
	for i := range rows {
		var d draft
		c.m.fill(&d, rows[i].cells)
		for _, f := range timeFields {
			if d.v[f] != "" {
				if first {
					c.p.clock.sample(d.v[f])
				}
				c.serials.sample(f, d.v[f])
			}
		}
		if strings.HasPrefix(d.v[fRecipient], "whatsapp:") {
			prefixed++
		}
		if d.v[fMessageID] != "" {
			if ids++; twilioID().MatchString(d.v[fMessageID]) {
				twilio++
			}
		}
		if d.v[fText] != "" {
			if outcomeWord(d.v[fStatus]) == model.Failed {
				textFailed++
			} else {
				textElse++
			}
		} else if d.v[fStatus] != "" && outcomeWord(d.v[fStatus]) != model.Failed {
			textElse-- // a success without a text speaks for an error column
		}
	}
	c.serials.decide()
	if c.m.rules == nil && o.Source == "" && ids > 0 && twilio*2 > ids {
		c.p.system, c.p.codes = "twilio", "twilio"
	}
	c.p.prefixed = c.p.codes == "twilio" && prefixed > 0
	if c.m.has[fText] && !c.m.has[fMessage] && !c.m.has[fError] && textFailed > 0 && textElse < 0 {
		c.m.retype(fText, fMessage)
	}
	if c.m.has[fPayload] {
		if c.hooks == nil {
			c.hooks = newCellReader(c.p)
		}
		c.bare = !c.m.has[fStatus] && !c.m.has[fCode] && !c.m.has[fMessage] && !c.m.has[fError]
	}
	c.codes, c.prefixed, c.used = c.p.codes, c.p.prefixed, c.serials.used
}

func isRejection(err error) bool {
	_, ok := err.(*model.Rejection)
	return ok
}

func (c *csvReader) next(r *model.Record) error {
	if c.hooks != nil {
		rules, codes := c.p.rules, c.p.codes
		err := c.hooks.queued(r)
		if c.p.rules, c.p.codes = rules, codes; err != io.EOF {
			return err
		}
	}
	row, err := c.nextRow()
	if err == io.EOF && !c.any {
		c.any = true
		c.notes = append(c.notes, "The file has a header and no rows.")
	}
	c.any = true
	if err != nil {
		if rej, ok := err.(*model.Rejection); ok {
			rej.Raw = c.rawText([]byte(rej.Raw))
		}
		return err
	}
	cells := row.cells
	c.d = draft{line: row.line}
	if c.src.sheet != nil {
		cells = c.src.sheet.fit(cells, len(c.header))
	} else if row.total != len(c.header) && !(row.total > maxColumns && row.total == c.split.expect) {
		fixed, ok := c.repair(row)
		if !ok {
			return &model.Rejection{Line: row.line, Raw: c.rawText(row.raw),
				Reason: fmt.Sprintf("the row has %d cells, the header has %d", row.total, len(c.header))}
		}
		cells = fixed
		c.repaired++
		c.d.flags = append(c.d.flags, model.FlagRepaired)
	}
	c.m.fill(&c.d, cells)
	c.serials.convert(&c.d)
	if c.hooks != nil && c.d.v[fPayload] != "" && c.hooks.expand(&c.d, c.bare) {
		return c.next(r)
	}
	if c.lines {
		lineOfLog(&c.d, c.p)
	}
	if c.d.raw = borrow(row.raw); c.src.sheet != nil {
		c.d.raw = joinCells(row.cells, ',')
	}
	c.d.valid = utf8.ValidString(c.d.raw) && strings.IndexByte(c.d.raw, 0) < 0
	c.guard(row, cells)
	if err := c.p.record(&c.d, r); err != nil {
		return err
	}
	r.RequestAt, r.ResponseAt = c.m.place(row, r.Raw, r.Request), c.m.place(row, r.Raw, r.Response)
	return nil
}

// guard keeps secrets of a row from being kept. The row is searched once, as a
// whole; where there is one, cell by cell, and its raw text is written anew from
// the cells, because quotes may hide a secret in it.
func (c *csvReader) guard(row *row, cells []string) {
	masked := false
	for _, col := range c.secret {
		masked = masked || col < len(cells) && cleanCell(cells[col]) != ""
	}
	if !masked && !safe.HasSecret(row.text) {
		c.d.clean = true
		return
	}
	clean := make([]string, len(row.cells))
	for i, s := range row.cells {
		s = c.src.fixText(s)
		var n int
		clean[i], n = safe.Redact(s)
		masked = masked || n > 0
	}
	for _, col := range c.secret {
		if col < len(clean) && cleanCell(clean[col]) != "" {
			clean[col] = safe.Mask
		}
	}
	delim := c.split.delim
	if c.src.sheet != nil {
		delim = ','
	}
	c.d.raw = joinCells(clean, delim)
	if masked {
		c.d.flags = append(c.d.flags, model.FlagSecret)
	}
}

// rawText is a row as a rejection quotes it.
func (c *csvReader) rawText(raw []byte) string {
	clean, _ := safe.Redact(c.src.fixText(clip(string(raw), maxRaw-4)))
	return clip(clean, maxRaw-4)
}

func (c *csvReader) report() model.SourceReport {
	rep := model.SourceReport{File: c.file, System: c.p.system, Format: "csv", Zone: c.p.clock.zoneReport()}
	if c.src.sheet != nil {
		rep.Format = "xlsx"
	}
	if c.top != nil {
		c.top.m.report(&rep)
	} else {
		c.m.report(&rep)
	}
	rep.Warnings = append(rep.Warnings, c.notes...)
	if note := c.againNote(); note != "" {
		rep.Warnings = append(rep.Warnings, note)
	}
	rep.Warnings = append(rep.Warnings, c.serials.warnings()...)
	if c.repaired > 0 {
		rep.Warnings = append(rep.Warnings, countOf(c.repaired, "row has", "rows have")+" more or fewer cells than the header; they were repaired and are marked.")
	}
	rep.Warnings = append(rep.Warnings, c.p.warnings()...)
	return rep
}
