package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"unsent/model"
	"unsent/safe"
)

const (
	shownSamples = 3
	shownCell    = 200 // bytes of a sample
)

// Preview says how Open would read r: its columns with samples, what is not
// decided, and what the records of the beginning would become. It reads at most
// 1 MiB of r and stores nothing. Options.Map overrules as it does for Open; with
// columns that will not do, the Table says why, and that is no error. An error
// says that r is no log and no table.
func Preview(ctx context.Context, r io.Reader, name string, o Options) (model.Table, error) {
	t := model.Table{File: name}
	head, err := headOf(ctx, r, &t)
	if err != nil {
		return t, fmt.Errorf("reading %s: %w", name, err)
	}
	log, err := Open(ctx, bytes.NewReader(head), name, o)
	var unknown *ColumnsError
	switch {
	case errors.As(err, &unknown):
		if t.Why = unknown.Reason; t.Why == "" {
			t.Why = "no column of a failure log is recognised"
		}
	case err != nil:
		return t, err
	default:
		if err := try(log, &t, math.MaxInt); err != nil {
			return t, err
		}
	}
	var c *csvReader
	if log != nil {
		var ok bool
		if c, ok = tableOf(log.from); !ok {
			return t, nil
		}
	} else if c, err = unreadText(ctx, head, o); err != nil {
		return t, fmt.Errorf("reading %s: %w", name, err)
	} else if len(c.header) < 2 || c.best.even < 2 {
		return t, fmt.Errorf("reading %s: %w", name, unknown) // a text, and no table
	}
	t.Format = "csv"
	c.describe(head, o, &t)
	return t, ctx.Err()
}

// PreviewFile is Preview of a file; see OpenFile for which files are read.
func PreviewFile(ctx context.Context, path string, o Options) (model.Table, error) {
	info, err := os.Stat(path)
	if err == nil {
		err = regular(path, info)
	}
	if err != nil {
		return model.Table{}, model.WithHint(fmt.Errorf("opening %s: %w", path, err), "is the file still there? Load it again from where it is now")
	}
	f, err := os.Open(path)
	if err != nil {
		return model.Table{}, fmt.Errorf("opening %s: %w", path, err)
	}
	defer f.Close()
	var sign [4]byte
	if n, _ := f.ReadAt(sign[:], 0); isZip(sign[:n]) {
		return previewParts(ctx, sizedFile{f, info.Size()}, path, o)
	}
	return Preview(ctx, f, path, o)
}

// headOf reads the beginning: whole lines of decoded text.
func headOf(ctx context.Context, r io.Reader, t *model.Table) ([]byte, error) {
	limit := &io.LimitedReader{R: r, N: peekSize}
	src, err := textOf(ctx, limit)
	if err != nil {
		return nil, err
	}
	head := src.peek(peekSize)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if src.err != nil && len(head) == 0 {
		return nil, src.err
	}
	t.Whole = limit.N > 0 && src.eof && src.err == nil && len(head) <= peekSize
	if t.Whole {
		return head, nil
	}
	head = head[:min(len(head), peekSize)]
	for _, end := range []byte{'\n', '\r'} {
		if i := bytes.LastIndexByte(head, end); i > 0 {
			return head[:i+1], nil
		}
	}
	return head, nil
}

// textOf reads text, compressed or not.
func textOf(ctx context.Context, r io.Reader) (*source, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(4096)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, &damage{"this gzip file is damaged or was cut off at its very beginning"}
		}
		in = bufio.NewReaderSize(z, 64<<10)
		head, _ = in.Peek(4096)
	}
	if isZip(head) {
		return nil, &ContentError{"an archive or a workbook, whose columns cannot be asked about one by one",
			"save the table as CSV and load that; or name its columns on the command line: unsent import --map field=COLUMN FILE"}
	}
	return newSource(ctx, in, head), nil
}

// try reads at most so many records of the beginning and counts what they would
// become.
func try(log *Reader, t *model.Table, most int) error {
	// Rejected behind the last good record; where the beginning is cut off there,
	// that says nothing.
	late, reason := 0, ""
	settle := func() {
		t.Read += late
		t.Rejected += late
		if t.Reason == "" {
			t.Reason = reason
		}
		late, reason = 0, ""
	}
	for {
		var r model.Record
		err := log.Next(&r)
		if err == nil && t.Read+late >= most {
			err, t.Whole = io.EOF, false
		}
		var reject *model.Rejection
		switch {
		case err == nil:
			settle()
			countRecord(t, &r)
		case errors.As(err, &reject):
			if late++; reason == "" {
				reason = reject.Reason
			}
		case errors.Is(err, io.EOF):
			if t.Whole || t.Read == 0 {
				settle()
			}
			rep := log.Report()
			t.System, t.Format = rep.System, rep.Format
			return nil
		default:
			return err
		}
	}
}

func countRecord(t *model.Table, r *model.Record) {
	t.Read++
	switch r.Outcome {
	case model.Failed:
		if t.Failed++; t.Failed == 1 {
			if t.Code = strings.Clone(string(r.Code)); t.Code == "" {
				t.Code = r.Vendor.String()
			}
		}
	case model.Succeeded:
		t.Succeeded++
	default:
		t.Other++
	}
	if t.Clock == "" && (r.Zone == model.ZoneAssumed || r.Zone == model.ZoneFlag) {
		t.Clock = strings.Clone(r.AtText)
	}
}

func unreadText(ctx context.Context, head []byte, o Options) (*csvReader, error) {
	src, err := textOf(ctx, bytes.NewReader(head))
	if err != nil {
		return nil, err
	}
	return unread(src, o)
}

// unread is a table whose columns will not do, as far as it can be described.
func unread(src *source, o Options) (c *csvReader, err error) {
	head := src.peek(peekSize)
	c = &csvReader{src: src}
	c.split = splitter{w: src.window, delim: ',', loneCR: loneCR(head)}
	best, skip := c.layOut(head, o)
	if c.recall(best, &o); c.kept != nil {
		best, skip = c.layOut(head, o)
	}
	c.split.delim, c.split.backslash, c.split.expect = best.delim, best.backslash, best.row.total
	c.skip, c.best = skip, best
	c.header = c.cleanHeaders(best.row.cells)
	switch names, headless := best.names(); {
	case best.headless != nil:
		c.header = best.headless
	case best.columns == 0 && headless:
		c.header, c.best.headless = names, names
	}
	c.secret = secretColumns(c.header)
	c.keepHand(o, c.best)
	if c.m, err = mapColumns(c.header, withHeadless(o, c.best)); err == nil {
		c.m.decide(c.rowsBelow(head, c.best, skip), 0) // what is in doubt shows as it would be read
	}
	return c, err
}

// describe fills in the columns of a table.
func (c *csvReader) describe(head []byte, o Options, t *model.Table) {
	if c.top != nil {
		c.tableHead, c.split.expect = *c.top, len(c.top.header)
	}
	t.Headless, t.Set = c.best.headless != nil, c.set
	t.Hand = model.Reading{Map: c.asked, Ignore: c.ignored, DateOrder: o.DateOrder}
	if o.Zone != nil {
		t.Hand.Zone = o.Zone.String()
	}
	if c.kept != nil {
		t.Hand.At, t.Hand.DateOrder = c.kept.At, c.kept.DateOrder
		if c.kept.Zone != nil {
			t.Hand.Zone = c.kept.Zone.String()
		}
	}
	split := c.split
	split.w = &window{ctx: c.src.ctx}
	rows := belowHeader(rowsOf(head[min(c.skip, len(head)):], split, sampleRows), c.best)

	said := map[string]bool{}
	for _, ref := range c.asked {
		said[ref] = true
	}
	taken := map[field]bool{}
	for i, h := range c.header[:min(len(c.header), maxColumns)] {
		col := model.Column{N: i + 1, Ref: columnRef(c.header, i)}
		col.Header, _ = safe.Redact(h)
		for _, m := range c.m.cols {
			if m.col != i && m.clock != i+1 {
				continue
			}
			col.Field, col.Sure = fieldInfos[m.f].name, model.SureName
			if col.Field == "" {
				col.Meaning = meanings[m.f]
			}
			switch {
			case t.Headless && !said[col.Ref]:
				col.Sure = model.SureValues
			case m.rank == askedRank:
				col.Sure = model.SureAsked
			case m.rank < 0:
				col.Sure = model.SureFormat
			}
			col.Second = taken[m.f] && m.clock == 0
			taken[m.f] = true
		}
		col.Samples = c.samples(rows, i)
		t.Columns = append(t.Columns, col)
	}
	for i := range t.Columns {
		col := &t.Columns[i]
		if f := valueField(rows[:min(len(rows), 100)], i); col.Field == "" && col.Meaning == "" && f != fNone && !taken[f] && !slices.Contains(c.ignored, col.Ref) {
			taken[f] = true
			col.Looks = fieldInfos[f].name
		}
	}
	t.Dates = c.unclearDate(rows)
}

// samples are the first different values of a column, secrets masked.
func (c *csvReader) samples(rows []row, col int) []string {
	var out []string
	for _, r := range rows {
		if col >= len(r.cells) || len(out) == shownSamples {
			continue
		}
		s := cleanCell(c.src.fixText(r.cells[col]))
		if s == "" {
			continue
		}
		if s, _ = safe.Redact(s); slices.Contains(c.secret, col) {
			s = safe.Mask
		}
		if s = clip(s, shownCell); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// unclearDate is a date of the file that does not tell day from month, when no
// other of its dates tells it either.
func (c *csvReader) unclearDate(rows []row) string {
	var evidence clock
	example := ""
	for _, r := range rows {
		var d draft
		c.m.fill(&d, r.cells)
		for _, f := range [...]field{fFailedAt, fUpdatedAt, fTime, fSentAt, fDeliveredAt, fReadAt} {
			evidence.sample(d.v[f])
			if st, ok := parseStamp(d.v[f]); ok && st.unclear && st.a != st.b && example == "" {
				example = d.v[f]
			}
		}
	}
	if evidence.told {
		return ""
	}
	return example
}
