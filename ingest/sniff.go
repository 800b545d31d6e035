package ingest

import (
	"bytes"
	"errors"

	"unsent/model"
)

// detect chooses the reader by what the text begins with.
func detect(src *source, name string, o Options) (format, error) {
	head := src.peek(peekSize)
	if src.err != nil && len(head) == 0 {
		return nil, src.err
	}
	trimmed := bytes.TrimLeft(head, " \t\r\n\ufeff")
	switch {
	case len(trimmed) == 0:
		return &empty{rep: emptyReport(name, o)}, nil
	case trimmed[0] == '{' || trimmed[0] == '[' && startsJSONArray(trimmed[1:]):
		return newJSONReader(src, name, o)
	case trimmed[0] == '"' && looksEncodedJSON(trimmed):
		return newJSONReader(src, name, o)
	}
	if trimmed[0] == '"' && jsonMember().Match(trimmed[:min(len(trimmed), 200)]) {
		if text := newTextReader(src, name, o); text != nil {
			return text, nil
		}
	}
	if other := refuseText(string(head[:min(len(head), 16<<10)])); other != nil && len(o.Map) == 0 {
		return nil, other
	}
	table, err := newCSVReader(src, name, o)
	if err == nil {
		return table, nil
	}
	// No table: perhaps somebody pasted an error message.
	var columns *ColumnsError
	if !errors.As(err, &columns) || columns.table {
		return nil, err
	}
	if text := newTextReader(src, name, o); text != nil {
		return text, nil
	}
	return nil, err
}

// jsonMember is the inside of an object that lost its braces: "errors": [
var jsonMember = model.Pattern(`^"[A-Za-z_]+"\s*:`)

// startsJSONArray tells an array of JSON from a log line such as "[12:01] …".
func startsJSONArray(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == ']' || b[0] == '[' || b[0] == '"' && bytes.HasPrefix(bytes.TrimLeft(b[1:], " "), []byte("{")))
}

// looksEncodedJSON knows a JSON string that holds JSON: "{\"object\":…
func looksEncodedJSON(b []byte) bool {
	return bytes.HasPrefix(b, []byte(`"{\"`)) || bytes.HasPrefix(b, []byte(`"[{\"`))
}
