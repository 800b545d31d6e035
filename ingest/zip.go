package ingest

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"unsent/safe"
)

// maxMembers bounds the members of an archive. The list of them is read as a
// whole, and a hostile one is long.
const maxMembers = 10_000

// maxListing bounds the bytes of that list. The number of members that stands at
// the end of an archive may be anything, and zip.NewReader compares only 16 bits
// of it.
const maxListing = 16 << 20

// isZip knows the beginning of a zip archive, an empty and a split one too.
func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) || bytes.HasPrefix(head, []byte("PK\x07\x08"))
}

// openZip reads what is called a zip: an archive, or a document that is one
// inside. In is r with its beginning looked at.
func (op *opening) openZip(r, in io.Reader, name string, layers int) (stream, error) {
	var at io.ReaderAt
	var size int64
	var under io.Closer
	if f, ok := r.(interface {
		io.ReaderAt
		sized
	}); ok && layers == 0 {
		op.read.Store(0)
		at, size = &counterAt{op, f}, f.Size()
	} else {
		s, err := spoolAll(in)
		if err != nil {
			return nil, err
		}
		at, size, under = s, s.size, s
	}
	s, err := op.unzip(at, size, name, layers, under)
	if err != nil && under != nil {
		under.Close()
	}
	return s, err
}

func (op *opening) unzip(at io.ReaderAt, size int64, name string, layers int, under io.Closer) (stream, error) {
	if n := zipMembers(at, size); n > maxMembers {
		return nil, &boundError{fmt.Sprintf("this zip archive has %d members; at most %d are read", n, maxMembers)}
	}
	list := &listing{at: at, left: maxListing}
	z, err := zip.NewReader(list, size)
	over := list.left < 0
	list.open = true
	switch {
	case op.ctx.Err() != nil:
		return nil, op.ctx.Err()
	case over, err == nil && len(z.File) > maxMembers:
		return nil, &boundError{fmt.Sprintf("this zip archive has more members than it says; at most %d are read", maxMembers)}
	case err != nil:
		return nil, &damage{"this zip archive is damaged or was cut off: its table of contents, which stands at the end, cannot be read"}
	}
	if isWorkbook(z) {
		return op.openWorkbook(z, name, under)
	}
	if err := refusePackage(z); err != nil {
		return nil, err
	}
	s := &series{file: name, format: "zip", under: under}
	files := slices.Clone(z.File)
	slices.SortStableFunc(files, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range files {
		if isLitter(f.Name) {
			continue
		}
		member, _ := safe.Redact(memberName(f))
		s.parts = append(s.parts, part{member, func() (stream, error) {
			return op.openMember(f, name+"/"+member, layers+1)
		}})
	}
	return newSeries(s, "a zip archive")
}

// A listing gives so many bytes of an archive until it is open.
type listing struct {
	at   io.ReaderAt
	left int
	open bool
}

func (l *listing) ReadAt(p []byte, off int64) (int, error) {
	if l.open {
		return l.at.ReadAt(p, off)
	}
	if l.left -= len(p); l.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return l.at.ReadAt(p, off)
}

// zipMembers is how many members an archive says that it has, by the record at
// its end (APPNOTE.TXT 6.3.10, sections 4.3.14 and 4.3.16); 0 when there is none.
func zipMembers(at io.ReaderAt, size int64) uint64 {
	tail := make([]byte, min(size, 1<<16+22))
	if _, err := at.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return 0
	}
	end := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if end < 0 || len(tail)-end < 22 {
		return 0
	}
	n := uint64(binary.LittleEndian.Uint16(tail[end+10:]))
	if n < 0xffff || end < 20 || !bytes.HasPrefix(tail[end-20:], []byte("PK\x06\x07")) {
		return n
	}
	var big [56]byte
	if _, err := at.ReadAt(big[:], int64(binary.LittleEndian.Uint64(tail[end-12:]))); err != nil || !bytes.HasPrefix(big[:], []byte("PK\x06\x06")) {
		return n
	}
	return binary.LittleEndian.Uint64(big[32:])
}

// isLitter knows what archiving programs add by themselves.
func isLitter(name string) bool {
	if strings.HasSuffix(name, "/") || strings.HasPrefix(name, "__MACOSX/") || strings.Contains(name, "/__MACOSX/") {
		return true
	}
	switch base := path.Base(name); {
	case strings.HasPrefix(base, "._"), base == ".DS_Store", strings.EqualFold(base, "Thumbs.db"), strings.EqualFold(base, "desktop.ini"):
		return true
	}
	return false
}

// memberName is a member's name as UTF-8. Old programs write it in the code page
// of the first PCs.
func memberName(f *zip.File) string {
	if utf8.ValidString(f.Name) {
		return f.Name
	}
	name, err := charmap.CodePage437.NewDecoder().String(f.Name)
	if err != nil {
		return strings.ToValidUTF8(f.Name, "?")
	}
	return name
}

func (op *opening) openMember(f *zip.File, name string, layers int) (stream, error) {
	if f.Flags&1 != 0 {
		return nil, &ContentError{"protected by a password", "unpack the archive with its password and import what comes out"}
	}
	rc, err := f.Open()
	switch {
	case errors.Is(err, zip.ErrAlgorithm):
		return nil, &ContentError{fmt.Sprintf("packed by a method (number %d) that cannot be unpacked here", f.Method), "unpack the archive and import what comes out"}
	case err != nil:
		return nil, &damage{"the archive is damaged where this member begins"}
	}
	s, err := op.open(&unpacker{op, rc, "zip member"}, name, layers)
	if c, ok := s.(*content); ok && err == nil {
		c.under = rc
		return c, nil
	}
	rc.Close() // what is packed in it was copied
	return s, err
}

// refusePackage names documents and programs that are zip archives inside, by the
// members that make them what they are.
func refusePackage(z *zip.Reader) error {
	for _, f := range z.File {
		switch {
		case f.Name == "mimetype":
			return refuseOpenDocument(f)
		case strings.HasPrefix(f.Name, "word/"):
			return &ContentError{"a Word document (.docx)", "copy the log out of it and save it as plain text, or ask for the export itself"}
		case strings.HasPrefix(f.Name, "ppt/"):
			return &ContentError{"a PowerPoint presentation (.pptx)", "ask for the export of the messages as CSV or .xlsx"}
		case f.Name == "xl/workbook.bin":
			return &ContentError{"a binary Excel workbook (.xlsb)", "open it in Excel and save it as .xlsx or as CSV UTF-8"}
		case strings.HasPrefix(f.Name, "Index/Tables/"):
			return &ContentError{"an Apple Numbers document (.numbers)", "open it in Numbers and export it as CSV or .xlsx"}
		case strings.HasPrefix(f.Name, "Index/") && strings.HasSuffix(f.Name, ".iwa"), f.Name == "Index.zip":
			return &ContentError{"an Apple document (Numbers, Pages or Keynote)", "open it in the program that made it and export it as CSV or .xlsx"}
		case f.Name == "AndroidManifest.xml", f.Name == "META-INF/MANIFEST.MF":
			return &ContentError{"a program (.apk or .jar)", "import the log that it wrote"}
		}
	}
	return nil
}

func refuseOpenDocument(f *zip.File) error {
	rc, err := f.Open()
	if err != nil {
		return nil
	}
	defer rc.Close()
	kind, err := io.ReadAll(io.LimitReader(rc, 100))
	switch {
	case err != nil:
		return nil
	case bytes.HasPrefix(kind, []byte("application/vnd.oasis.opendocument.spreadsheet")):
		return &ContentError{"an OpenDocument spreadsheet (.ods)", "open it in a spreadsheet program and save it as .xlsx or as CSV UTF-8"}
	case bytes.HasPrefix(kind, []byte("application/vnd.oasis.opendocument")):
		return &ContentError{"an OpenDocument text or drawing", "ask for the export of the messages as CSV or .xlsx"}
	case bytes.HasPrefix(kind, []byte("application/epub")):
		return &ContentError{"a book (.epub)", "ask for the export of the messages as CSV or .xlsx"}
	}
	return nil
}
