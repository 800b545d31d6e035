package ingest

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
)

// Files that are no text, by how they begin. Many are called .csv all the same.
var magics = []struct{ magic, what, advice string }{
	{"\x89PNG\r\n\x1a\n", "a PNG image", "export the log as CSV; a picture of it cannot be read"},
	{"\xff\xd8\xff", "a JPEG image", "export the log as CSV; a picture of it cannot be read"},
	{"GIF8", "a GIF image", "export the log as CSV; a picture of it cannot be read"},
	{"%PDF-", "a PDF document", "export the log as CSV; a PDF cannot be read"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or another Office file", "open it in a spreadsheet program and save it as CSV UTF-8"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"},
	{"Rar!\x1a\x07", "a RAR archive", "unpack it first"},
	{"BZh", "a bzip2 file", "unpack it first"},
	{"\xfd7zXZ\x00", "an xz file", "unpack it first"},
	{"\x28\xb5\x2f\xfd", "a Zstandard file", "unpack it first"},
	{"\x1f\x8b", "a gzip file inside a gzip file", "unpack it once and import what comes out"},
	{"SQLite format 3\x00", "an SQLite database", "export the table of messages as CSV"},
	{"PAR1", "a Parquet file", "export the table as CSV or NDJSON"},
	{"Obj\x01", "an Avro file", "export the events as CSV or JSON"},
	{"\x7fELF", "a program", "import the log that it wrote"},
	{"MZ\x90\x00", "a Windows program", "import the log that it wrote"},
	{"\xff\xfe\x00\x00", "text in UTF-32", "save it as UTF-8"},
	{"\x00\x00\xfe\xff", "text in UTF-32", "save it as UTF-8"},
	{"{\\rtf", "a rich text document (.rtf)", "copy the log out of it and save it as plain text"},
}

// refuse names what is certainly no failure log. The name of a file plays no
// part: only its beginning does.
func refuse(head []byte) error {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return &ContentError{m.what, m.advice}
		}
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		switch {
		case bytes.Contains(head, []byte("xl/")) || bytes.Contains(head, []byte("[Content_Types].xml")):
			return &ContentError{"an Excel workbook", "open it in a spreadsheet program and save it as CSV UTF-8"}
		case bytes.Contains(head, []byte("opendocument")):
			return &ContentError{"an OpenDocument file", "open it in a spreadsheet program and save it as CSV UTF-8"}
		}
		return &ContentError{"a zip archive", "unpack it and import the file inside"}
	}
	text := strings.ToLower(strings.TrimLeft(string(bytes.TrimPrefix(head[:min(len(head), 1024)], []byte("\xef\xbb\xbf"))), " \t\r\n"))
	switch {
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"), strings.HasPrefix(text, "<head"):
		return &ContentError{"a web page (HTML), perhaps a login or error page saved in place of the export", "sign in, download the export again and import that"}
	case strings.HasPrefix(text, "<?xml"), strings.HasPrefix(text, "<svg"):
		return &ContentError{"an XML file", "export the log as CSV or JSON"}
	}
	if n := min(len(head), 4096); n >= 32 {
		control := 0
		for _, c := range head[:n] {
			if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0 && c != 0x1b {
				control++
			}
		}
		if control > n/10 {
			return &ContentError{"a binary file, not text", "export the log as CSV or JSON"}
		}
	}
	return nil
}

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
	if trimmed[0] == '"' && jsonMember.Match(trimmed[:min(len(trimmed), 200)]) {
		if text := newTextReader(src, name, o); text != nil {
			return text, nil
		}
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
var jsonMember = regexp.MustCompile(`^"[A-Za-z_]+"\s*:`)

// startsJSONArray tells an array of JSON from a log line such as "[12:01] …".
func startsJSONArray(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == ']' || b[0] == '[' || b[0] == '"' && bytes.HasPrefix(bytes.TrimLeft(b[1:], " "), []byte("{")))
}

// looksEncodedJSON knows a JSON string that holds JSON: "{\"object\":…
func looksEncodedJSON(b []byte) bool {
	return bytes.HasPrefix(b, []byte(`"{\"`)) || bytes.HasPrefix(b, []byte(`"[{\"`))
}
