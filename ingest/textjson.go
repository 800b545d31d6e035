package ingest

import (
	"strings"

	"unsent/model"
)

// jsonIn reads JSON that begins in this line, and takes the lines that it goes on
// over. A text with many braces that never close is not searched to its end for
// each of them. What stands before the JSON tells when and to whom, perhaps.
func (t *textReader) jsonIn(line string, n int) bool {
	at := strings.IndexByte(line, '{')
	if at < 0 {
		return false
	}
	if open := strings.IndexByte(line[:at], '['); open >= 0 && strings.TrimSpace(line[open+1:at]) == "" {
		at = open
	}
	text := line[at:]
	depth := braces(text)
	taken := 0
	for lines := 0; depth > 0; lines++ {
		if lines >= 500 || t.unclosed > 100 || len(text) > maxCell {
			t.unclosed++
			return t.cutJSON(line, at, n)
		}
		more, next := t.ahead(taken)
		if next == 0 {
			t.unclosed++
			return t.cutJSON(line, at, n)
		}
		depth += braces(more)
		text += "\n" + more
		taken += next
	}
	var doc jsonDoc
	v, _, err := doc.parsePrefix(text)
	if err != nil || t.json.expandText(v.source(), n) != nil {
		return t.cutJSON(line, at, n)
	}
	t.src.take(taken, t.loneCR)
	t.context(line[:at])
	return true
}

// cutJSON reads the JSON of a line that the log has cut off.
func (t *textReader) cutJSON(line string, at, n int) bool {
	whole, ok := closeJSON(line[at:])
	if !ok || t.json.expandText(whole, n) != nil {
		return false
	}
	for i := t.json.head; i < len(t.json.queue); i++ {
		if d := &t.json.queue[i].d; d.raw != "" {
			d.raw = strings.TrimSpace(line)
		}
	}
	t.context(line[:at])
	return true
}

// ahead is the line that begins so many bytes behind the one at hand, and its
// length with its end; 0 at the end of the text, and for a line that is too long.
func (t *textReader) ahead(offset int) (line string, n int) {
	for {
		b := t.src.rest()[offset:]
		next, length := lineEnd(b, t.loneCR, t.src.eof)
		if next >= 0 {
			return t.src.fixText(string(b[:length])), next
		}
		if len(b) > maxCell || !t.src.more() && !t.src.eof {
			return "", 0
		}
	}
}

// context fills in what the words before a payload say of its one record, and
// what the line above it said: a client reports "status code 400" first and then
// prints the answer.
func (t *textReader) context(before string) {
	if len(t.json.queue)-t.json.head != 1 {
		return
	}
	d := &t.json.queue[t.json.head].d
	if d.outcome == model.NotASend {
		return
	}
	var said draft
	names(plainLine(before), &said)
	for _, f := range []field{fTime, fRecipient, fWAMID} {
		d.set(f, said.v[f])
	}
	if h := t.held; h != nil && t.near && t.httpOnly(h) {
		for _, f := range []field{fHTTP, fTime, fRecipient, fWAMID} {
			d.set(f, h.v[f])
		}
		t.held = nil
	}
}

// braces is how many more braces and brackets a line opens than it closes,
// strings left out as far as one line tells.
func braces(s string) int {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"':
			quote = c
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return depth
}

// labelled is a line of "name: value", in the ways that consoles and screens write
// it: code: 131000, · [code] => 131000 · Error Code = 131000.
var labelled = model.Pattern(`^\[?["']?([A-Za-z][A-Za-z0-9_. -]{0,40}?)["']?\]?[ \t]*(?::|=>|=|\t)[ \t]*(\S.*?),?$`)

// label reads such a line whose name is one that columns have.
func label(line string) (field, string, string) {
	m := labelled().FindStringSubmatch(strings.TrimPrefix(plainLine(line), "- "))
	if m == nil {
		return fNone, "", ""
	}
	key, value := headerKey(m[1]), strings.TrimSpace(m[2])
	if len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
		value = value[1 : len(value)-1]
	}
	if key == "errordata" {
		return fDetails, key, value
	}
	return headerFields()[key].f, key, value
}

// block reads an error of which each line names one thing, such as the inside of
// an object that was copied without its braces, or what a screen shows of a
// message. It begins at the line at hand and takes those that belong to it. Nil:
// the line is none, or is alone.
func (t *textReader) block(raw string, n int) *draft {
	d := &draft{line: n, valid: true}
	seen := map[string]bool{}
	meta, tells, lines, taken := false, false, 0, 0
	for line, next := raw, 0; ; taken += next {
		if lines > 0 {
			if line, next = t.ahead(taken); next == 0 || lines > 60 {
				break
			}
		}
		f, key, value := label(line)
		if f == fNone && key == "" || seen[key] {
			break
		}
		seen[key] = true
		lines++
		d.raw += strings.TrimSpace(line) + "\n"
		switch {
		case key == "fbtraceid", key == "errordata", key == "type" && strings.HasSuffix(value, "Exception"):
			meta = true
		}
		switch {
		case key == "errordata":
			var doc jsonDoc
			if v, err := doc.parse(value); err == nil {
				d.set(fDetails, v.get("details").text())
			}
			continue
		case key == "type" && meta, f == fNone, f == fOther:
			continue
		case key == "message":
			f = fMessage
		case key == "title":
			f = fTitle
		}
		d.set(f, value)
		tells = tells || tellsOfError(f, value)
	}
	if lines < 2 || !tells {
		return nil
	}
	if meta {
		// An error of the API: the number is Meta's.
		d.object, d.v[fCode] = d.v[fCode], ""
	}
	d.raw = strings.TrimSuffix(d.raw, "\n")
	t.src.take(taken, t.loneCR)
	return d
}

// tellsOfError reports whether a labelled line says that something failed.
func tellsOfError(f field, value string) bool {
	switch f {
	case fCode, fError, fMessage, fTitle, fDetails:
		return true
	}
	return f == fStatus && outcomeWord(value) == model.Failed
}
