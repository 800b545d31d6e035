package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"unsent/model"
)

// askedRank is that of a column that somebody named: before all others.
const askedRank = -1000

// A Remembered is what somebody said earlier about tables with these headers.
type Remembered struct {
	Map       map[string]string // as Options.Map
	Ignore    []string          // as Options.Ignore
	Zone      *time.Location    // as Options.Zone; Options.Zone wins
	DateOrder string            // used where neither Options nor the file's own dates tell
	At        time.Time         // when it was said
}

// Is makes a table whose columns are not known a model.ErrColumns.
func (e *ColumnsError) Is(target error) bool { return target == model.ErrColumns }

// Hand is what somebody said about the table's columns, now or earlier, and the
// Table.Set under which it can be kept. It is empty for what is no table.
func (d *Reader) Hand() (set string, asked map[string]string, ignored []string) {
	if c, ok := tableOf(d.from); ok {
		return c.set, c.asked, c.ignored
	}
	return "", nil, nil
}

// tableOf is the table that a stream reads: of several the one at hand, and when
// all are read the last of which somebody said something.
func tableOf(s stream) (c *csvReader, ok bool) {
	switch s := s.(type) {
	case *series:
		if s.cur == nil {
			return s.table, s.table != nil
		}
		return tableOf(s.cur)
	case *content:
		c, ok = s.form.(*csvReader)
	}
	return c, ok
}

// headerSet names a set of headers. Their order plays a part only where two have
// the same name, or none, because nothing else tells those apart.
func headerSet(headers []string) string {
	keys := make([]string, len(headers))
	for i, h := range headers {
		keys[i] = headerKey(h)
	}
	sorted := slices.Sorted(slices.Values(keys))
	if len(sorted) == 0 {
		return ""
	}
	if sorted[0] != "" && len(slices.Compact(slices.Clone(sorted))) == len(keys) {
		keys = sorted
	}
	sum := sha256.Sum256([]byte(strings.Join(keys, "\x00")))
	return hex.EncodeToString(sum[:12])
}

// columnRef is how askedColumns finds column i again: by its header, or by its
// number where that is empty or stands there twice.
func columnRef(headers []string, i int) string {
	key := headerKey(headers[i])
	for j, h := range headers {
		if j != i && headerKey(h) == key {
			return columnName(i)
		}
	}
	if key == "" {
		return columnName(i)
	}
	return headers[i]
}

func columnName(i int) string { return "column " + strconv.Itoa(i+1) }

// columnNamed is the column that somebody named: as it is written, by key, or by
// number; -1 when there is none.
func columnNamed(headers, keys []string, column string) int {
	for i, h := range headers {
		if strings.TrimSpace(h) == strings.TrimSpace(column) {
			return i
		}
	}
	for i, k := range keys {
		if k != "" && k == headerKey(column) {
			return i
		}
	}
	if n := atoi(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(column)), "column ")); n >= 1 && n <= len(headers) {
		return n - 1
	}
	return -1
}

// ignoredColumns finds the columns that are not to be used.
func ignoredColumns(headers, keys, ignore []string) (map[int]bool, error) {
	out := map[int]bool{}
	for _, column := range ignore {
		at := columnNamed(headers, keys, column)
		if at < 0 {
			return nil, noColumn(headers, fmt.Sprintf("there is no column %q to leave out", column))
		}
		out[at] = true
	}
	return out, nil
}

func noColumn(headers []string, what string) error {
	return model.WithHint(fmt.Errorf("%s", what), "the columns are "+strings.Join(quoteAll(headers[:min(len(headers), 40)]), ", "))
}

// names are the columns' names of a layout in which nothing is recognised: its
// first row, unless that is data.
func (l *layout) names() (names []string, headless bool) {
	headless = slices.ContainsFunc(l.row.cells, isData)
	for i, cell := range l.row.cells {
		if headless {
			cell = columnName(i)
		}
		names = append(names, cell)
	}
	return names, headless
}

// likelyHeader passes over what stands above a table in which nothing is
// recognised: nearly all rows have as many cells as the header.
func (l *layout) likelyHeader(rows []row) {
	seen := map[int]int{}
	best := 0
	for _, r := range rows {
		if seen[r.total]++; r.total > 2 && seen[r.total] > seen[best] {
			best = r.total
		}
	}
	if best == l.row.total || seen[best] < 3 || seen[best]*10 < len(rows)*8 {
		return
	}
	l.index = slices.IndexFunc(rows, func(r row) bool { return r.total == best })
	l.row = rows[l.index]
}

// byHand makes a table of a layout in which nothing is recognised, when somebody
// named its columns.
func (l *layout) byHand(o Options) {
	names, headless := l.names()
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = headerKey(n)
	}
	for _, column := range o.Map {
		if columnNamed(names, keys, column) < 0 {
			return
		}
	}
	if l.columns = len(o.Map); headless {
		l.headless = names
	}
}

// misnamed says which column somebody named that the table does not have; empty
// for none.
func (l *layout) misnamed(o Options) string {
	names, _ := l.names()
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = headerKey(n)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Map)) {
		if columnNamed(names, keys, o.Map[name]) < 0 {
			return fmt.Sprintf("there is no column %q for %s", o.Map[name], name)
		}
	}
	return ""
}

// recall looks whether somebody said earlier how such a table is read, and makes
// it part of the options.
func (c *csvReader) recall(best layout, o *Options) {
	if o.Recall == nil || len(o.Map) > 0 || len(o.Ignore) > 0 || best.headless != nil {
		return
	}
	names := best.row.cells
	if best.columns == 0 {
		var headless bool
		if names, headless = best.names(); headless {
			return
		}
	}
	r := o.Recall(headerSet(c.cleanHeaders(names)))
	if r == nil {
		return
	}
	o.Map, o.Ignore = r.Map, r.Ignore
	if o.Zone == nil {
		o.Zone = r.Zone
	}
	c.kept = r
	c.notes = append(c.notes, "The columns are read as you mapped them on "+r.At.UTC().Format("2006-01-02")+"; m on the list of files changes that, --map on the command line.")
}

func (c *csvReader) cleanHeaders(cells []string) []string {
	out := append([]string(nil), cells...)
	for i, h := range out {
		out[i] = strings.Trim(strings.TrimSpace(c.src.fixText(h)), "\"\ufeff")
	}
	return out
}

// keepHand notes what was said by hand, by names that find the same columns in
// the next file.
func (c *csvReader) keepHand(o Options, best layout) {
	if best.headless == nil {
		c.set = headerSet(c.header)
	}
	keys := make([]string, len(c.header))
	for i, h := range c.header {
		keys[i] = headerKey(h)
	}
	c.asked = map[string]string{}
	for name, column := range o.Map {
		if at := columnNamed(c.header, keys, column); at >= 0 {
			c.asked[name] = columnRef(c.header, at)
		}
	}
	for _, column := range o.Ignore {
		if at := columnNamed(c.header, keys, column); at >= 0 {
			c.ignored = append(c.ignored, columnRef(c.header, at))
		}
	}
}
