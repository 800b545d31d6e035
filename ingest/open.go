package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"unsent/model"
	"unsent/safe"
)

const (
	// maxUnpacked bounds what a file may become, all in all. A log of ten million
	// rows has about 12 GB; a bomb of a few kilobytes has as much as it likes.
	maxUnpacked = 32 << 30
	// maxRatio is how many times its size a file may unpack to, once it has given
	// fairUnpacked bytes. Deflate can do 1032; logs, whose ids and times are all
	// different, do 5 to 60.
	maxRatio     = 500
	fairUnpacked = 64 << 20

	maxLayers = 2 // archives and compressions around a log: one, and one inside it
)

// A stream is what one file gives, or one member of an archive.
type stream interface {
	format
	close()
}

// An opening is what all parts of one file share while it is read.
type opening struct {
	ctx   context.Context
	o     Options
	read  atomic.Int64 // bytes of the file itself
	total int64        // its size, 0 when it is not known
	out   int64        // bytes that were unpacked
	seen  *beginning   // of the part that was opened last; nil for nobody who asks
}

type sized interface{ Size() int64 }

// open finds out what r holds, whatever it is packed in. Layers are the archives
// and compressions that were opened on the way to it.
func (op *opening) open(r io.Reader, name string, layers int) (stream, error) {
	from := r
	if layers == 0 {
		from = &counter{op, r}
	}
	in := bufio.NewReaderSize(from, 64<<10)
	head, err := in.Peek(4096)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	gz := bytes.HasPrefix(head, []byte{0x1f, 0x8b})
	switch {
	case (gz || isZip(head)) && layers >= maxLayers:
		return nil, &ContentError{"an archive inside an archive inside an archive", "unpack the outermost one and import what comes out"}
	case gz:
		return op.gunzip(in, name, layers)
	case isZip(head):
		return op.openZip(r, in, name, layers)
	}
	if err := refuse(head); err != nil {
		return nil, err
	}
	src := newSource(op.ctx, in, head)
	op.see(src)
	form, err := detect(src, name, op.o)
	if err != nil {
		return nil, err
	}
	return &content{form: form, src: src}, nil
}

func (op *opening) gunzip(in *bufio.Reader, name string, layers int) (stream, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, &damage{"this gzip file is damaged or was cut off at its very beginning"}
	}
	s, err := op.open(&unpacker{op, z, "gzip file"}, name, layers+1)
	if c, ok := s.(*content); ok {
		c.src.notes = append(c.src.notes, "The file is compressed (gzip) and was unpacked while reading.")
	}
	return s, err
}

// A content is text that is read as records.
type content struct {
	form  format
	src   *source
	ended bool      // by damage, which was told
	under io.Closer // what it is read from; nil when nobody need close it
}

// next passes on what the format reads. Damage of what the text is packed in
// ends it: everything in front of it is good, and what is missing is told by a
// rejection, so that it is counted and has a line.
func (c *content) next(r *model.Record) error {
	if c.ended {
		return io.EOF
	}
	err := c.form.next(r)
	var torn *damage
	if !errors.As(err, &torn) {
		return err
	}
	c.ended = true
	raw, _ := safe.Redact(c.src.fixText(clip(string(c.src.rest()), maxRaw-4)))
	c.src.notes = append(c.src.notes, "The file is not whole: what stands in front of the damage was read. Export or download it again and import that as well; nothing is stored twice.")
	return &model.Rejection{Line: c.src.line, Reason: torn.Error(), Raw: clip(raw, maxRaw-4)}
}

func (c *content) report() model.SourceReport {
	rep := c.form.report()
	rep.Warnings = append(rep.Warnings, c.src.warnings()...)
	return rep
}

func (c *content) close() {
	if c.under != nil {
		c.under.Close()
		c.under = nil
	}
}

// A damage is where a compressed file or a workbook is broken or ends too early.
type damage struct{ what string }

func (d *damage) Error() string { return d.what }

// Hint says what to do about it.
func (d *damage) Hint() string { return "export or download the file again" }

// A boundError ends the reading of a file that unpacks to more than a log can.
type boundError struct{ what string }

func (e *boundError) Error() string { return e.what }

// Hint says what to do about it.
func (e *boundError) Hint() string {
	return "if you trust the file, unpack it yourself and import what comes out, in parts"
}

// bound says why no more may be unpacked; nil while more may.
func (op *opening) bound() error {
	if op.out > maxUnpacked {
		return &boundError{"it unpacks to more than 32 GiB"}
	}
	if packed := max(op.total, op.read.Load()); op.out > fairUnpacked && op.out/maxRatio > packed {
		return &boundError{fmt.Sprintf("it unpacks to more than %d times its size, which no log does", maxRatio)}
	}
	return nil
}

// An unpacker counts what comes out of a decompressor, ends it where it is more
// than can be, and names its errors.
type unpacker struct {
	op   *opening
	r    io.Reader
	what string // "gzip file"
}

func (u *unpacker) Read(p []byte) (int, error) {
	if err := u.op.ctx.Err(); err != nil {
		return 0, err
	}
	if err := u.op.bound(); err != nil {
		return 0, err
	}
	n, err := u.r.Read(p)
	u.op.out += int64(n)
	var corrupt flate.CorruptInputError
	switch {
	case err == nil, err == io.EOF:
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = &damage{"the " + u.what + " is cut off here; what comes behind is missing"}
	case errors.Is(err, gzip.ErrHeader):
		err = &damage{"behind the end of the " + u.what + " stands something else, which was not read"}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrFormat), errors.As(err, &corrupt):
		err = &damage{"the " + u.what + " is damaged: something in front of this line is not as it was written, or something behind it is missing"}
	}
	return n, err
}

// A counter counts what is read, for progress, and ends when its context does.
type counter struct {
	op *opening
	r  io.Reader
}

func (c *counter) Read(p []byte) (int, error) {
	if err := c.op.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	c.op.read.Add(int64(n))
	return n, err
}

// A counterAt counts what is read at random.
type counterAt struct {
	op *opening
	r  io.ReaderAt
}

func (c *counterAt) ReadAt(p []byte, off int64) (int, error) {
	if err := c.op.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.ReadAt(p, off)
	c.op.read.Add(int64(n))
	return n, err
}
