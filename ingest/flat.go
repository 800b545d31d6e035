package ingest

import (
	"strings"

	"unsent/model"
)

// containers are names that say nothing about what is in them.
var containers = map[string]bool{
	"data": true, "payload": true, "message": true, "messages": true, "whatsappmessage": true, "detail": true, "event": true, "body": true,
	"record": true, "value": true, "attributes": true, "result": true, "results": true, "kapso": true, "statuses": true, "_source": true, "fields": true,
}

// flat reads an object as a row of a table: its members are the columns, those
// of objects inside by their path ("error.code"). The same names and presets
// hold as for headers.
func (j *jsonReader) flat(v jsonValue, env envelope) error { return j.row(v, env, false) }

// row is flat, plain without the lists in the object.
func (j *jsonReader) row(v jsonValue, env envelope, plain bool) error {
	row := flatRow{plain: plain}
	row.add(v, "", 0)
	m, err := j.mapped(&row)
	if err != nil {
		return err
	}
	if reason, ok := m.usable(); !ok {
		if reason == "" {
			return notALog(v, j.line)
		}
		return &ColumnsError{Found: row.headers, Line: j.line, Reason: reason}
	}
	if j.first == nil {
		j.first = m
		j.p.use(m.rules)
	}
	var d draft
	m.fill(&d, row.cells)
	if row.inner.isObject() {
		if d.v[fCode] == row.inner.get("code").text() {
			d.v[fCode] = "" // Meta's, whosever the row is
		}
		fromError(&d, row.inner)
	}
	if d.v[fPayload] != "" {
		if d.line = j.at; j.text != "" {
			d.line = j.lineOf(v.start())
		}
		if j.expand(&d, false) {
			return nil
		}
	}
	if list := v.get("errors"); list.isArray() {
		d.also = otherErrors(list)
	}
	if d.v[fStatus] == "" && !d.failing {
		if o, ok := outcomeOf(strings.ToLower(v.get("type", "event", "eventType", "detail-type").text())); ok && o == model.Failed {
			d.outcome = model.Failed
		}
	}
	env.fill(&d)
	j.push(d, v, true, m.rules)
	return nil
}

// mapped says which member of such an object is which field.
func (j *jsonReader) mapped(row *flatRow) (*mapping, error) {
	signature := strings.Join(row.headers, "\x00")
	if m, ok := j.maps[signature]; ok {
		return m, nil
	}
	// They may be a part of a table's row, and what is remembered is not.
	signature = strings.Clone(signature)
	for i, h := range row.headers {
		row.headers[i] = strings.Clone(h)
	}
	m, err := mapColumns(row.headers, Options{})
	if err != nil {
		return nil, err
	}
	if len(j.o.Map) > 0 {
		// The agent's columns are those of some of the objects, perhaps.
		if asked, err := mapColumns(row.headers, j.o); err == nil {
			m = asked
		} else if j.first == nil && len(j.maps) == 0 {
			return nil, err
		}
	}
	m.decideOne(row.cells)
	if len(j.maps) >= 256 {
		clear(j.maps)
	}
	j.maps[signature] = m
	return m, nil
}

// A flatRow is an object as headers and cells.
type flatRow struct {
	headers, cells []string
	depths         []int     // where each cell lies
	inner          jsonValue // Meta's own error, where a provider puts it beside its own
	plain          bool      // lists of objects are left out
}

func (r *flatRow) put(header, cell string, depth int) {
	// The same name further inside is the more telling one, wherever it stands:
	// outside is the event or the page, inside the message.
	for i, h := range r.headers {
		if h == header {
			if depth >= r.depths[i] {
				r.cells[i], r.depths[i] = cell, depth
			}
			return
		}
	}
	r.headers = append(r.headers, header)
	r.cells = append(r.cells, cell)
	r.depths = append(r.depths, depth)
}

func (r *flatRow) add(v jsonValue, path string, depth int) {
	for c := range v.children {
		if len(r.headers) >= maxColumns {
			return
		}
		name := c.node().key
		if c.isArray() {
			// A history: the last state counts. Of errors, the first is the reason.
			last := c.first()
			if name == "statuses" {
				for e := range c.children {
					last = e
				}
			}
			if last.isObject() {
				if r.plain {
					continue
				}
				c = last
			}
		}
		full := name
		if path != "" {
			full = path + "." + name
		}
		switch {
		case name == "whatsappApiError":
			r.inner = c
		case name == "error" && (c.get("fbtrace_id").ok() || strings.HasSuffix(c.get("type").text(), "Exception")):
			r.inner = c
			r.add(c, full, depth+1)
		case c.isObject() && depth < 5 && !keepWhole[headerKey(name)]:
			if containers[strings.ToLower(name)] {
				full = path
			}
			r.add(c, full, depth+1)
		case c.kind() >= jsonArray:
			r.put(full, c.source(), depth)
		default:
			r.put(full, c.text(), depth)
		}
	}
}

// keepWhole are objects that are a request, an answer or a webhook: they are
// read as payloads.
var keepWhole = map[string]bool{
	"request": true, "requestbody": true, "requestpayload": true, "response": true, "responsebody": true, "responsepayload": true,
	"raw": true, "rawpayload": true, "rawmetapayload": true, "contentattributes": true, "apiresponse": true, "metadata": true,
}
