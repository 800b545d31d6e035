package ingest

import "strings"

// linesOf reports whether a table is a program's log, as the tools that collect
// logs export it: a time and a line of text, and some lines name an error.
func (c *csvReader) linesOf(sample []byte) bool {
	if !c.m.has[fText] || c.m.has[fStatus] || c.m.has[fMessage] {
		return false
	}
	for _, r := range rowsOf(sample, c.split, sampleRows) {
		var d draft
		c.m.fill(&d, r.cells)
		if lineOfLog(&d, c.p); d.v[fMessage]+d.v[fPayload] != "" {
			return true
		}
	}
	return false
}

// lineOfLog reads the text of such a row: what it says of an error, to whom, and
// the payload in it. A line that names no error stays without one, and is no send.
func lineOfLog(d *draft, p *interpreter) {
	s := d.v[fText]
	if _, ok := codeInText(s, p.known); ok {
		d.v[fMessage] = s
	}
	words := s
	if at := strings.IndexByte(s, '{'); at >= 0 && strings.Contains(s[at:], "code") {
		d.set(fPayload, s[at:])
		d.v[fMessage], words = "", s[:at]
	}
	if d.v[fMessage]+d.v[fPayload] == "" {
		return
	}
	var said draft
	names(words, &said)
	for _, f := range []field{fTime, fRecipient, fWAMID} {
		d.set(f, said.v[f])
	}
}
