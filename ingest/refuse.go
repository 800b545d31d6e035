package ingest

import (
	"bytes"
	"encoding/binary"
	"strings"

	"unsent/model"
)

// What is asked for in place of a file that is no log.
const (
	askTable = "ask for the export of the messages themselves as CSV or .xlsx"
	askImage = "ask for the export as CSV or .xlsx; a picture of the log cannot be read. An error text in it can be typed into a file and imported"
	unpack   = "unpack it and import what comes out"
)

// Files that are no text, by how they begin. Many are called .csv all the same.
var magics = []struct{ magic, what, advice string }{
	{"\x89PNG\r\n\x1a\n", "a PNG image", askImage},
	{"\xff\xd8\xff", "a JPEG image", askImage},
	{"GIF8", "a GIF image", askImage},
	{"II*\x00", "a TIFF image", askImage},
	{"MM\x00*", "a TIFF image", askImage},
	{"%PDF-", "a PDF document", askTable + "; a PDF cannot be read"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls), a workbook with a password, or another old Office file",
		"open it in a spreadsheet program and save it, without a password, as .xlsx or as CSV UTF-8"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", unpack},
	{"Rar!\x1a\x07", "a RAR archive", unpack},
	{"BZh", "a bzip2 file", unpack},
	{"\xfd7zXZ\x00", "an xz file", unpack},
	{"\x28\xb5\x2f\xfd", "a Zstandard file", unpack},
	{"PAR1", "a Parquet file", "export the table as CSV or NDJSON"},
	{"Obj\x01", "an Avro file", "export the events as CSV or JSON"},
	{"\x7fELF", "a program", "import the log that it wrote"},
	{"\xcf\xfa\xed\xfe", "a macOS program", "import the log that it wrote"},
	{"\xca\xfe\xba\xbe", "a program", "import the log that it wrote"},
	{"MZ\x90\x00", "a Windows program", "import the log that it wrote"},
	{"OggS", "a sound recording (Ogg)", askTable},
	{"ID3", "a sound recording (MP3)", askTable},
	{"\xff\xfe\x00\x00", "text in UTF-32", "save it as UTF-8"},
	{"\x00\x00\xfe\xff", "text in UTF-32", "save it as UTF-8"},
	{"{\\rtf", "a rich text document (.rtf)", "copy the log out of it and save it as plain text"},
	{"bplist00", "an Apple property list", askTable},
}

// ourDatabase is what unsent writes at byte 68 of its database files, where
// SQLite keeps the number of the program that a file belongs to
// (https://sqlite.org/fileformat2.html, 1.3.15).
const ourDatabase = 0x756e736e

// refuse names what is certainly no failure log. The name of a file plays no
// part: only its beginning does.
func refuse(head []byte) error {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return &ContentError{m.what, m.advice}
		}
	}
	if err := refuseInside(head); err != nil {
		return err
	}
	text := strings.ToLower(strings.TrimLeft(string(bytes.TrimPrefix(head[:min(len(head), 2048)], []byte("\xef\xbb\xbf"))), " \t\r\n"))
	if err := refuseMarkup(text); err != nil {
		return err
	}
	if n := min(len(head), 4096); n >= 32 {
		control := 0
		for _, c := range head[:n] {
			if c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != 0 && c != 0x1b {
				control++
			}
		}
		if control > n/10 {
			return &ContentError{"a binary file, not text", askTable}
		}
	}
	return nil
}

// refuseInside knows the files whose mark is not at the very beginning.
func refuseInside(head []byte) error {
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(0, "RIFF") && at(8, "WEBP"):
		return &ContentError{"a WebP image", askImage}
	case at(0, "RIFF") && (at(8, "WAVE") || at(8, "AVI ")):
		return &ContentError{"a sound or video recording", askTable}
	case at(4, "ftyphei"), at(4, "ftypmif"), at(4, "ftypavif"):
		return &ContentError{"a photograph (HEIC or AVIF)", askImage}
	case at(4, "ftyp"):
		return &ContentError{"a video or sound recording (MP4)", askTable}
	case at(257, "ustar"):
		return &ContentError{"a tar archive", unpack}
	case !at(0, "SQLite format 3\x00"):
		return nil
	case len(head) >= 72 && binary.BigEndian.Uint32(head[68:]) == ourDatabase:
		return &ContentError{"a database of unsent itself, not a log", "open it with 'unsent --db FILE'"}
	}
	return &ContentError{"an SQLite database", "export its table of messages as CSV"}
}

// refuseMarkup names web pages and other files of markup. The text is in lower
// case and begins with what is no blank.
func refuseMarkup(text string) error {
	if strings.HasPrefix(text, "<!--") {
		if _, rest, ok := strings.Cut(text, "-->"); ok {
			text = strings.TrimLeft(rest, " \t\r\n")
		}
	}
	if !strings.HasPrefix(text, "<") {
		return nil
	}
	switch {
	case strings.Contains(text, "urn:schemas-microsoft-com:office:spreadsheet"):
		return &ContentError{"an Excel 2003 XML workbook", "open it in a spreadsheet program and save it as .xlsx or as CSV UTF-8"}
	case strings.Contains(text, "urn:schemas-microsoft-com:office:excel"), strings.HasPrefix(text, "<table"):
		return &ContentError{"a web page with a table in it, which some programs call an Excel file", "open it in a spreadsheet program and save it as .xlsx or as CSV UTF-8"}
	case strings.HasPrefix(text, "<svg"), strings.Contains(text, "<svg ") && strings.HasPrefix(text, "<?xml"):
		return &ContentError{"an SVG image", askImage}
	}
	for _, begin := range []string{"<!doctype html", "<html", "<head", "<body", "<meta", "<title", "<script", "<div"} {
		if !strings.HasPrefix(text, begin) && !(strings.HasPrefix(text, "<?xml") && strings.Contains(text, "<html")) {
			continue
		}
		if strings.Contains(text, "password") || strings.Contains(text, "log in") || strings.Contains(text, "login") || strings.Contains(text, "sign in") {
			return &ContentError{"a web page (HTML), by its words a login page saved in place of the export", "log in, download the export again and import that"}
		}
		return &ContentError{"a web page (HTML), perhaps a login or error page saved in place of the export", "log in, download the export again and import that"}
	}
	if strings.HasPrefix(text, "<?xml") || strings.HasPrefix(text, "<!doctype") {
		return &ContentError{"an XML file", "ask for the export of the messages as CSV, .xlsx or JSON"}
	}
	return nil
}

var (
	mailHeader  = model.Pattern(`^(?i)(return-path|received|delivered-to|mime-version|dkim-signature|from|to|cc|subject|date|message-id|reply-to|content-type|content-transfer-encoding|x-[a-z0-9-]+|arc-[a-z-]+|authentication-results|thread-[a-z]+|list-[a-z]+|in-reply-to|references|sender):\s`)
	mailOnly    = model.Pattern(`^(?i)(return-path|received|delivered-to|mime-version|dkim-signature):\s`)
	metricLine  = model.Pattern(`^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_]+="[^\n]*\})?\s+[-+]?[0-9.eE+-]+(\s+\d+)?$`)
	chatAndroid = model.Pattern(`^\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}[:.]\d{2}([:.]\d{2})?(.{0,3}[AaPp]\.? ?[Mm]\.?)? - (.*)$`)
	chatIOS     = model.Pattern(`^\[\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? \d{1,2}[:.]\d{2}[:.]\d{2}(.{0,3}[AaPp]\.? ?[Mm]\.?)?\] ([^:]{1,60}: .*)$`)
	chatLevel   = model.Pattern(`^(?i)\[?(error|warn|warning|info|debug|trace|fatal|critical|notice|failed)\b`)
)

// refuseText names texts that look like a table or a log to a program and are
// neither. The text is the beginning of the file in UTF-8.
func refuseText(text string) error {
	text = strings.TrimPrefix(text, "\ufeff")
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.Trim(line, " \t\r\n\u200e\u200f\ufeff"); line != "" {
			// The no-break blanks that telephones write stand for plain ones.
			lines = append(lines, strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(line))
		}
		if len(lines) == 60 {
			break
		}
	}
	switch {
	case isMail(lines):
		return &ContentError{"an e-mail", "save the file that is attached to it and import that; an error text in it can be copied into a file of its own"}
	case isChat(lines):
		return &ContentError{"a chat that somebody exported from WhatsApp", "it has what was said, and no message that failed: ask for the export of the platform that sends the messages"}
	case isMetrics(lines):
		return &ContentError{"a list of metrics (Prometheus or OpenMetrics)", "it counts messages and names none: ask for the log of the program that sends the messages, or its webhooks"}
	}
	return nil
}

// isMail knows an e-mail by its header lines. "From" and "To" alone are what a
// pasted message log has too.
func isMail(lines []string) bool {
	if len(lines) > 0 && strings.HasPrefix(lines[0], "From ") {
		lines = lines[1:] // of a mailbox
	}
	known, sure := 0, false
	for i, line := range lines {
		if mailHeader().MatchString(line) {
			known++
			sure = sure || mailOnly().MatchString(line)
		} else if i == 0 {
			return false
		}
		if i == 30 {
			break
		}
	}
	return sure && known >= 3
}

// isChat knows the text that WhatsApp's "Export chat" writes, on Android and on
// iOS. A program's log writes a level where the chat has a name.
func isChat(lines []string) bool {
	chat := 0
	for _, line := range lines {
		m := chatAndroid().FindStringSubmatch(line)
		if m == nil {
			m = chatIOS().FindStringSubmatch(line)
		}
		if m != nil && !chatLevel().MatchString(m[len(m)-1]) {
			chat++
		}
	}
	if chat > 0 && len(lines) < 4 {
		return chat == len(lines) && chat > 1
	}
	return chat >= 2 && chat*3 > len(lines)
}

func isMetrics(lines []string) bool {
	metrics, sure := 0, false
	for _, line := range lines {
		said := strings.HasPrefix(line, "# HELP ") || strings.HasPrefix(line, "# TYPE ")
		if said || line == "# EOF" || metricLine().MatchString(line) {
			metrics++
		}
		sure = sure || said // "Error 131026" has the form of a metric as well
	}
	return sure && metrics == len(lines)
}
