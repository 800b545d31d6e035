package ingest

import "strings"

const curlyQuotes = "“”„‘’"

var straightQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'")

// commentLength is the length of the comment that s begins with, 0 for none.
// Documentation has comments in its samples, and people paste them along.
func commentLength(s string) int {
	if strings.HasPrefix(s, "//") {
		if i := strings.IndexByte(s, '\n'); i > 0 {
			return i
		}
		return len(s)
	}
	if strings.HasPrefix(s, "/*") {
		if i := strings.Index(s[2:], "*/"); i >= 0 {
			return i + 4
		}
	}
	return 0
}

// unwrap makes an object of one member that MongoDB's tools write for a value with
// a type, such as {"$date": …} or {"$numberLong": "…"}, that value.
func (d *jsonDoc) unwrap(at int) {
	only := &d.nodes[at+1]
	switch only.key {
	case "$date", "$oid", "$uuid", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal":
		if only.kind < jsonArray {
			d.nodes[at].kind, d.nodes[at].str = only.kind, only.str
			d.nodes = d.nodes[:at+1]
		}
	}
}

// closeJSON ends a value that a column or a log line has cut off: what is not
// whole at the cut is left out (half a number is another number), and the open
// brackets are closed. False when nothing is open.
func closeJSON(s string) (string, bool) {
	var closers []byte
	end, open := 0, 0 // what is whole, and the brackets open there
	var quote byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		if quote != 0 {
			switch c {
			case '\\':
				i++
			case quote:
				quote = 0
			}
			continue
		}
		switch c {
		case '"', '\'':
			quote = c
		case '{', '[':
			closers = append(closers, c+2) // the closing bracket's place in ASCII
			end, open = i+1, len(closers)
		case '}', ']':
			if len(closers) == 0 || closers[len(closers)-1] != c {
				return "", false
			}
			closers = closers[:len(closers)-1]
			end, open = i+1, len(closers)
		case ',':
			end, open = i, len(closers)
		}
	}
	if len(closers) == 0 {
		return "", false
	}
	var b strings.Builder
	b.WriteString(s[:end])
	for i := open - 1; i >= 0; i-- {
		b.WriteByte(closers[i])
	}
	return b.String(), true
}
