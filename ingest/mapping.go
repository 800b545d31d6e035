package ingest

import (
	"fmt"
	"sort"
	"strings"
	"time"
	"unsafe"

	"unsent/model"
	"unsent/safe"
)

// A mapping says which column of a table is which field.
type mapping struct {
	headers []string
	cols    []mappedColumn // best first within a field
	zones   [nFields]*time.Location
	has     [nFields]bool
	rules   *preset
}

type mappedColumn struct {
	f     field
	rank  int
	col   int
	clock int   // the column with its time of day, from 1; 0: none
	alone field // of a day without that
}

// mapColumns recognises headers: by the agent's word, else by a preset that has
// them all, else by the names that columns have anywhere.
func mapColumns(headers []string, o Options) (*mapping, error) {
	m := &mapping{headers: headers}
	keys := make([]string, len(headers))
	set := make(map[string]bool, len(headers))
	for i, h := range headers {
		keys[i] = headerKey(h)
		set[keys[i]] = true
	}
	m.rules = presetFor(set)
	asked, err := askedColumns(headers, keys, o.Map)
	if err != nil {
		return nil, err
	}
	ignored, err := ignoredColumns(headers, keys, o.Ignore)
	if err != nil {
		return nil, err
	}
	for i, key := range keys {
		if i >= maxColumns {
			break
		}
		c := mappedColumn{col: i}
		if f, ok := asked[i]; ok {
			c.f, c.rank = f, askedRank
		} else if ignored[i] {
			continue
		} else if h, ok := m.presetField(key); ok {
			c.f, c.rank = h.f, h.rank-100
		} else if h, ok := headerFields()[key]; ok {
			c.f, c.rank = h.f, h.rank
		}
		if c.f == fNone || c.f == fOther {
			continue
		}
		m.cols = append(m.cols, c)
		m.has[c.f] = true
	}
	m.settle(keys)
	m.order()
	return m, nil
}

// order sorts the columns, best first within a field, and notes what follows from
// which there are.
func (m *mapping) order() {
	sort.SliceStable(m.cols, func(i, j int) bool {
		a, b := m.cols[i], m.cols[j]
		if a.f != b.f {
			return a.f < b.f
		}
		return a.rank < b.rank
	})
	m.has, m.zones = [nFields]bool{}, [nFields]*time.Location{}
	for _, c := range m.cols {
		m.has[c.f] = true
		for _, col := range []int{c.col, c.clock - 1} {
			if col < 0 || m.zones[c.f] != nil {
				continue
			}
			if offset, name, ok := headerZone(m.headers[col]); ok {
				m.zones[c.f] = time.FixedZone(name, offset)
			}
		}
		if c.clock > 0 && m.zones[c.alone] == nil {
			m.zones[c.alone] = m.zones[c.f]
		}
	}
}

func (m *mapping) presetField(key string) (headerField, bool) {
	if m.rules == nil {
		return headerField{}, false
	}
	h, ok := m.rules.fields[key]
	return h, ok
}

// askedColumns finds the columns that the agent named: as they are written, by
// key, or by number.
func askedColumns(headers, keys []string, asked map[string]string) (map[int]field, error) {
	out := map[int]field{}
	for name, column := range asked {
		at := columnNamed(headers, keys, column)
		if at < 0 {
			return nil, noColumn(headers, fmt.Sprintf("there is no column %q for %s", column, name))
		}
		out[at] = fieldNamed(name)
	}
	return out, nil
}

// settle decides what some headers mean by the company they keep. "title" and
// "message" beside a column of codes are Meta's; elsewhere a title may be of
// anything, and a message is what was sent.
func (m *mapping) settle(keys []string) {
	for i := range m.cols {
		c := &m.cols[i]
		if c.rank == askedRank {
			continue
		}
		switch keys[c.col] {
		case "title":
			if c.f == fTitle && !m.has[fCode] {
				c.f = fComment
			}
		case "message":
			if c.f == fText && m.has[fCode] && m.has[fTitle] && !m.has[fMessage] {
				c.f = fMessage
			}
		case "statuscode":
			if c.f == fHTTP && !m.has[fCode] && !m.has[fStatus] {
				c.f = fStatus
			}
		}
	}
}

// retype makes a column another field's, once its values have told.
func (m *mapping) retype(from, to field) {
	for i := range m.cols {
		if m.cols[i].f == from {
			m.cols[i].f = to
		}
	}
	m.has[from], m.has[to] = false, true
}

// usable reports why a table with these columns cannot be a log of messages:
// nothing in it tells of an outcome, or nothing tells one message from another.
func (m *mapping) usable() (string, bool) {
	outcome, subject, any := false, false, false
	for _, f := range []field{fStatus, fSuccess, fCode, fError, fTitle, fMessage, fDetails, fFailedAt, fHTTP, fPayload, fResponse} {
		outcome = outcome || m.has[f]
	}
	for _, f := range []field{fRecipient, fRecipientUser, fUserID, fWAMID, fMessageID, fRowID, fPayload, fRequest, fCode, fError, fMessage, fDetails} {
		subject = subject || m.has[f]
	}
	// A reason tells of a failure where the row also says whose.
	outcome = outcome || m.has[fComment] && (m.has[fRecipient] || m.has[fRecipientUser] || m.has[fWAMID] || m.has[fMessageID])
	any = len(m.cols) > 0
	total := false
	for _, h := range m.headers {
		switch headerKey(h) {
		case "total", "totalrecipients", "recipientcount", "messagessent", "totalsent", "totalfailed", "failedcount", "sentcount", "failed", "deliveredcount":
			total = true
		}
	}
	switch {
	case total && !m.has[fRecipient] && !m.has[fRecipientUser] && !m.has[fWAMID] && !m.has[fMessageID]:
		return "this table has totals and no column that names a recipient or a message; it is a summary, not a log", false
	case outcome && subject:
		return "", true
	case !any:
		return "", false
	case !outcome:
		return "no column says whether a message failed: no status, error code, error text or failure time", false
	}
	return "no column says which message a row is about: no recipient, no message id", false
}

// drop leaves columns out.
func (m *mapping) drop(out func(i int) bool) {
	var kept []mappedColumn
	for i, c := range m.cols {
		if !out(i) {
			kept = append(kept, c)
		}
	}
	m.cols = kept
}

// fill puts a row's cells into a draft.
func (m *mapping) fill(d *draft, cells []string) {
	d.zones = &m.zones
	for _, c := range m.cols {
		if c.clock > 0 {
			c.fillClock(d, cells)
			continue
		}
		if c.col < len(cells) && cells[c.col] != "" {
			if s := cleanCell(cells[c.col]); s != "" {
				d.put(c.f, s)
			}
		}
	}
}

func cellAt(cells []string, col int) string {
	if col >= len(cells) {
		return ""
	}
	return cleanCell(cells[col])
}

// place is where raw, which may be the row, has a payload, which may be one of its cells.
func (m *mapping) place(row *row, raw, payload string) model.Place {
	if payload == "" || !same(raw, borrow(row.raw)) {
		return model.Place{}
	}
	for _, c := range m.cols {
		if (c.f == fRequest || c.f == fResponse || c.f == fPayload) && c.col < len(row.cells) && same(payload, row.cells[c.col]) {
			return row.ats[c.col]
		}
	}
	return model.Place{}
}

// same reports whether two texts are one and the same, and not only equal.
func same(a, b string) bool { return len(a) == len(b) && unsafe.StringData(a) == unsafe.StringData(b) }

// report names the columns that were used and those that were not.
func (m *mapping) report(rep *model.SourceReport) {
	used := map[int]bool{}
	rep.Columns = map[string]string{}
	for _, c := range m.cols {
		name := fieldInfos[c.f].name
		switch c.f {
		case fRowID:
			name = "message_id"
		case fUserID:
			name = "recipient"
		case fType:
			name = "kind"
		case fFromMe:
			name = "direction"
		case fTemplateID:
			name = "template"
		case fComment, fText:
			name = "details"
		}
		if name == "" {
			continue
		}
		used[c.col] = true
		column := m.headers[c.col]
		if c.clock > 0 {
			used[c.clock-1] = true
			column += " + " + m.headers[c.clock-1]
		}
		if _, ok := rep.Columns[name]; !ok {
			rep.Columns[name], _ = safe.Redact(column)
		}
	}
	rep.Unmapped = nil
	for i, h := range m.headers {
		if !used[i] && strings.TrimSpace(h) != "" {
			h, _ = safe.Redact(h)
			rep.Unmapped = append(rep.Unmapped, h)
		}
	}
}
