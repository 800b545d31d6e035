package ingest

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"unsent/safe"
)

const (
	maxSheets  = 1000
	maxStyles  = 1 << 16   // cell formats: Excel allows 65,490
	maxShared  = 512 << 20 // bytes of the texts that a workbook's cells share
	maxElement = 16 << 20  // of one XML element and what stands in front of it
)

// A workbook is what the sheets of an .xlsx file share (ECMA-376 part 1,
// SpreadsheetML): which styles are dates, where days are counted from, the texts.
//
// It is read here and by no library because a log needs three things that the
// known ones give only for a workbook held in memory as a whole, or not at all:
// the style and the kind of each cell (a date is a number with a style), the
// stored number with all its digits, and an error where a sheet is cut off.
type workbook struct {
	op       *opening
	z        *zip.Reader
	date1904 bool
	dates    []bool // by style: it shows a date or a time
	shared   *sharedTexts
}

// isWorkbook tells a workbook from an archive that has one inside.
func isWorkbook(z *zip.Reader) bool {
	types, book := false, false
	for _, f := range z.File {
		types = types || f.Name == "[Content_Types].xml"
		book = book || strings.HasPrefix(f.Name, "xl/") && f.Name != "xl/workbook.bin"
	}
	return types && book && zipFile(z, "xl/workbook.bin") == nil
}

func zipFile(z *zip.Reader, name string) *zip.File {
	name = strings.TrimPrefix(name, "/")
	for _, f := range z.File {
		if strings.EqualFold(f.Name, name) {
			return f
		}
	}
	return nil
}

// openWorkbook reads the sheets of a workbook, each that is a log.
func (op *opening) openWorkbook(z *zip.Reader, name string, under io.Closer) (stream, error) {
	w := &workbook{op: op, z: z}
	book := "xl/workbook.xml"
	for _, r := range w.relations("_rels/.rels") {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			book = strings.TrimPrefix(path.Clean("/"+r.Target), "/")
		}
	}
	sheets, err := w.sheets(book)
	if err != nil {
		return nil, err
	}
	relations := w.relations(path.Join(path.Dir(book), "_rels", path.Base(book)+".rels"))
	styles, texts := "xl/styles.xml", "xl/sharedStrings.xml"
	s := &series{file: name, format: "xlsx", under: under}
	for _, r := range relations {
		target := r.Target
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", path.Dir(book), target)
		}
		target = strings.TrimPrefix(path.Clean(target), "/")
		switch r.Type[strings.LastIndexByte(r.Type, '/')+1:] {
		case "styles":
			styles = target
		case "sharedStrings":
			texts = target
		case "worksheet":
			for i := range sheets {
				if sheets[i].id == r.ID {
					sheets[i].target = target
				}
			}
		}
	}
	if err := w.readStyles(styles); err != nil {
		return nil, err
	}
	if w.shared, err = w.readShared(texts); err != nil {
		return nil, err
	}
	sheets = slices.DeleteFunc(sheets, func(s sheetRef) bool { return s.target == "" }) // charts and dialogs
	for _, ref := range sheets {
		file := name
		if len(sheets) > 1 {
			file += "/" + ref.name
		}
		s.parts = append(s.parts, part{ref.name, func() (stream, error) { return w.openSheet(ref, file) }})
	}
	return newSeries(s, "an Excel workbook")
}

type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

func (w *workbook) relations(name string) []relation {
	var all []relation
	// Without them the usual names are tried.
	_ = w.elements(name, func(e xml.StartElement) error {
		if e.Name.Local == "Relationship" && len(all) < maxSheets {
			all = append(all, relation{attribute(e, "Id"), attribute(e, "Type"), attribute(e, "Target")})
		}
		return nil
	})
	return all
}

type sheetRef struct{ name, id, target string }

func (w *workbook) sheets(book string) ([]sheetRef, error) {
	var all []sheetRef
	err := w.elements(book, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			v := attribute(e, "date1904")
			w.date1904 = v == "1" || v == "true"
		case "sheet":
			if len(all) >= maxSheets {
				return &boundError{fmt.Sprintf("this workbook has more than %d sheets", maxSheets)}
			}
			name, _ := safe.Redact(attribute(e, "name"))
			all = append(all, sheetRef{name: name, id: attribute(e, "id")})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// readStyles finds out which styles show a number as a date or a time.
func (w *workbook) readStyles(name string) error {
	if zipFile(w.z, name) == nil {
		return nil // nothing is styled
	}
	custom := map[string]bool{}
	inside := false
	err := w.elements(name, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if len(custom) < maxStyles {
				custom[attribute(e, "numFmtId")] = isDateFormat(attribute(e, "formatCode"))
			}
		case "cellXfs":
			inside = true
		case "cellStyles", "dxfs":
			inside = false
		case "xf":
			if !inside || len(w.dates) >= maxStyles {
				break
			}
			id := attribute(e, "numFmtId")
			date, ok := custom[id]
			if !ok {
				n, _ := strconv.Atoi(id)
				date = isDateID(n)
			}
			w.dates = append(w.dates, date)
		}
		return nil
	})
	return err
}

// isDateID knows the built-in formats that show dates and times (ECMA-376 part
// 1, 18.8.30 numFmt: 14 to 22 and 45 to 47 everywhere, 27 to 36 and 50 to 58 in
// the languages of East Asia).
func isDateID(n int) bool {
	return n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58
}

// isDateFormat reports whether a format has a place for a part of a date or time
// outside of quotes, brackets and escapes.
func isDateFormat(code string) bool {
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				return false
			}
			i += n + 1
		case '\\', '_', '*':
			i++
		case '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				return false
			}
			switch strings.ToLower(strings.Trim(code[i+1:i+n], "hmsHMS")) {
			case "":
				return n > 1 // [h], [mm]: elapsed time
			}
			i += n
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			return true
		case ';':
			return false // the format of a positive number ends here
		}
	}
	return false
}

// sharedTexts are the texts that cells name by number, in one piece of memory.
type sharedTexts struct {
	text []byte
	ends []int
}

func (t *sharedTexts) at(i int) (string, bool) {
	if t == nil || i < 0 || i >= len(t.ends) {
		return "", false
	}
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return string(t.text[start:t.ends[i]]), true
}

func (w *workbook) readShared(name string) (*sharedTexts, error) {
	f := zipFile(w.z, name)
	if f == nil {
		return nil, nil // all texts stand in their cells
	}
	x, err := w.openXML(f)
	if err != nil {
		return nil, err
	}
	defer x.close()
	t := &sharedTexts{}
	for {
		tok, err := x.token()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		if e, ok := tok.(xml.StartElement); ok && e.Name.Local == "si" {
			text, err := x.richText("si")
			if err != nil {
				return nil, err
			}
			t.text = append(t.text, text...)
			t.ends = append(t.ends, len(t.text))
			if len(t.text)+8*len(t.ends) > maxShared {
				return nil, &boundError{"the texts of this workbook are larger than 512 MiB"}
			}
		}
	}
}

// elements calls f with every element that begins in a file of the workbook.
func (w *workbook) elements(name string, f func(xml.StartElement) error) error {
	file := zipFile(w.z, name)
	if file == nil {
		return &damage{"this workbook is damaged: " + clip(name, 80) + " is missing"}
	}
	x, err := w.openXML(file)
	if err != nil {
		return err
	}
	defer x.close()
	for {
		tok, err := x.token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := tok.(xml.StartElement); ok {
			if err := f(e); err != nil {
				return err
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// An xmlFile reads one XML file of a workbook token by token.
type xmlFile struct {
	rc    io.Closer
	quota quota
	dec   *xml.Decoder
	depth int
	begun bool
}

func (w *workbook) openXML(f *zip.File) (*xmlFile, error) {
	rc, err := f.Open()
	if err != nil {
		return nil, &damage{"this workbook is damaged where " + clip(f.Name, 80) + " begins"}
	}
	x := &xmlFile{rc: rc}
	x.quota.r = &unpacker{w.op, rc, "workbook"}
	x.dec = xml.NewDecoder(&x.quota)
	return x, nil
}

func (x *xmlFile) close() { x.rc.Close() }

// token is the next one; io.EOF behind a whole document only. The tokens' names
// keep their prefixes apart, so that documents of both editions of the standard,
// whose name spaces differ, read the same. A token is good until the next.
func (x *xmlFile) token() (xml.Token, error) {
	x.quota.left = maxElement
	tok, err := x.dec.RawToken()
	switch tok.(type) {
	case xml.StartElement:
		x.begun = true
		x.depth++
	case xml.EndElement:
		x.depth--
	}
	var wrong *xml.SyntaxError
	switch {
	case err == io.EOF && (x.depth != 0 || !x.begun), errors.As(err, &wrong):
		return nil, &damage{"the workbook is damaged here, or was cut off; what comes behind is missing"}
	case err != nil:
		return nil, err
	}
	return tok, nil
}

// richText is the text up to the end of an element: that of all its runs, but not
// how it is pronounced.
func (x *xmlFile) richText(end string) (string, error) {
	var b strings.Builder
	inText, spoken := false, 0
	for {
		tok, err := x.token()
		if err == io.EOF {
			err = &damage{"the workbook is damaged here, or was cut off; what comes behind is missing"}
		}
		if err != nil {
			return "", err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				inText = true
			case "rPh":
				spoken++
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "rPh":
				spoken--
			case end:
				return unescapeXString(b.String()), nil
			}
		case xml.CharData:
			if inText && spoken == 0 && b.Len() < maxCell {
				b.Write(t)
			}
		}
	}
}

// unescapeXString reads the characters that XML cannot hold and SpreadsheetML
// writes as _x000D_ (ECMA-376 part 1, 22.9.2.19 ST_Xstring).
func unescapeXString(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '_' && i+7 <= len(s) && s[i+1] == 'x' && s[i+6] == '_' {
			if n, err := strconv.ParseUint(s[i+2:i+6], 16, 16); err == nil && (n < 0xd800 || n > 0xdfff) {
				b.WriteRune(rune(n))
				i += 6
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// A quota ends a read that goes on for too long without giving anything.
type quota struct {
	r    io.Reader
	left int
}

func (q *quota) Read(p []byte) (int, error) {
	if q.left <= 0 {
		return 0, &boundError{"one cell of this workbook is larger than 16 MiB"}
	}
	n, err := q.r.Read(p)
	q.left -= n
	return n, err
}
