package ingest

import (
	"strings"

	"unsent/model"
	"unsent/safe"
)

// Who receives webhooks keeps them in a table: a row for each body, with a status of
// its own that says how the receiver fared with it, or "inbound". Of what became of
// messages only the body tells, and it may tell of many. In other tables the row is
// one message and the payload the answer or the last webhook that it had; these
// are read as rows.

// expand queues the records of the webhook in a row's payload. It reports whether
// the payload tells what became of messages, and not the row. Bare says that the
// table has no column that does: then anything of Meta's in the cell is good.
func (j *jsonReader) expand(row *draft, bare bool) bool {
	s := row.v[fPayload]
	if !strings.Contains(s, "statuses") && !strings.Contains(s, "messages") && !strings.Contains(s, "error") && !strings.Contains(s, "recipient_id") && !strings.Contains(s, "changes") {
		return false
	}
	v, err := j.p.parsePayload(j.p.fix(s))
	if err != nil {
		return false
	}
	whole := wholeHook(v, 0)
	if !bare && !whole {
		return false
	}
	before := len(j.queue)
	text, line, mark, at := j.text, j.line, j.mark, j.at
	j.text, j.line, j.mark, j.at = v.d.src, row.line, 0, row.line
	err = j.walk(v, envelope{cell: true}, 0)
	j.text, j.line, j.mark, j.at = text, line, mark, at
	queued := j.queue[before:]
	single := len(queued) == 1
	if err != nil || len(queued) == 0 {
		j.queue = j.queue[:before]
		return false
	}
	if !bare && single && row.sameAs(&queued[0].d) && row.tells() {
		row.failing = row.failing || outcomeWord(queued[0].d.v[fStatus]) == model.Failed
		j.queue = j.queue[:before]
		return false
	}
	for i := range queued {
		d := &queued[i].d
		d.line, d.zones = row.line, row.zones
		if single {
			d.raw = s
		}
		d.v[fResponse] = d.raw
		if whole {
			row.addTo(d, single || row.sameAs(d))
			continue
		}
		for f, s := range row.v {
			if field(f) != fPayload && d.v[f] == "" && (single || field(f) != fMessageID) {
				d.v[f] = s
			}
		}
	}
	if whole && row.v[fStatus]+row.v[fDirection]+row.v[fCode]+row.v[fError]+row.v[fMessage] != "" {
		j.p.decided++
	}
	return true
}

// wholeHook knows a webhook's body or one of its inner parts, with what it says of
// messages, and not the answer to a send.
func wholeHook(v jsonValue, depth int) bool {
	v = v.first()
	if !v.isObject() || depth > 3 {
		return false
	}
	entry, changes := v.get("entry"), v.get("changes")
	switch {
	case entry.isArray() && (v.get("object").ok() || entry.first().get("changes").isArray()),
		changes.isArray() && changes.first().get("value").isObject(),
		v.get("statuses").isArray() && isStatus(v.get("statuses").first()),
		v.get("metadata").get("phone_number_id").ok() && isValue(v),
		isStatus(v) && v.get("recipient_id").ok():
		return true
	}
	for _, key := range wrappers {
		if wholeHook(v.get(key), depth+1) {
			return true
		}
	}
	return false
}

// sameAs reports whether a row names the message or the recipient of a status. Of
// numbers the end counts: they are written with and without what some countries
// put behind their code.
func (d *draft) sameAs(status *draft) bool {
	if id := d.v[fWAMID]; id != "" && status.v[fWAMID] != "" {
		return id == status.v[fWAMID]
	}
	if user := d.v[fRecipientUser]; user != "" && user == status.v[fRecipientUser] {
		return true
	}
	a, b := safe.Digits(d.v[fRecipient]), safe.Digits(status.v[fRecipient])
	return len(a) >= 8 && len(b) >= 8 && a[len(a)-8:] == b[len(b)-8:]
}

// tells reports whether a row says what became of a message, and not how a webhook
// was dealt with.
func (d *draft) tells() bool {
	if d.v[fCode]+d.v[fError]+d.v[fTitle]+d.v[fMessage]+d.v[fFailedAt] != "" {
		return true
	}
	switch word := strings.ToLower(d.v[fStatus]); statusKey(word) {
	case "success", "successful", "succeeded", "ok", "complete", "completed", "processed", "processing", "done", "handled", "received", "pending", "new", "200":
		return false
	default:
		_, ok := outcomeOf(word)
		return ok
	}
}

// addTo gives a status what the row has and a webhook lacks. What the row says of
// the body's own fate, direction and time stays with the row.
func (d *draft) addTo(status *draft, own bool) {
	fields := []field{fWABA, fPhoneID, fApp}
	if own {
		fields = append(fields, fWAMID, fMessageID, fRecipient, fRecipientUser, fSender, fTemplate, fTemplateID, fLanguage, fCategory, fCampaign, fLastInbound, fAttempts, fRequest)
		if !otherKind(d.v[fKind]) {
			fields = append(fields, fKind)
		}
	}
	if status.v[fTime] == "" {
		fields = append(fields, fTime, fUpdatedAt, fSentAt)
	}
	for _, f := range fields {
		if status.v[f] == "" {
			status.v[f] = d.v[f]
		}
	}
}

// hookCells finds the column that holds webhooks where no header says so: they call
// it "body", "data", "log" and whatnot.
func (c *csvReader) hookCells(sample []byte) {
	if c.m.has[fPayload] {
		return
	}
	rows := rowsOf(sample, c.split, 20+c.best.index)
	for _, r := range rows[min(c.best.index, len(rows)):] {
		for i, cell := range r.cells {
			if len(cell) < 40 || cell[0] != '{' && cell[0] != '[' || !strings.Contains(cell, "statuses") || !strings.Contains(cell, "changes") {
				continue
			}
			var doc jsonDoc
			if v, err := doc.parse(cell); err == nil && wholeHook(v, 0) && c.m.makePayload(i) {
				return
			}
		}
	}
}

// makePayload takes a column for that of webhooks, unless somebody or a
// preset named it.
func (m *mapping) makePayload(col int) bool {
	for i, c := range m.cols {
		if c.col != col {
			continue
		}
		if c.rank < 0 {
			return false
		}
		m.cols = append(m.cols[:i], m.cols[i+1:]...)
		break
	}
	m.cols = append(m.cols, mappedColumn{f: fPayload, col: col})
	m.has = [nFields]bool{}
	for _, c := range m.cols {
		m.has[c.f] = true
	}
	return true
}
