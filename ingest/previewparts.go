package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"unsent/model"
)

// partRows is how many records of an archive or a workbook a preview reads.
const partRows = 5000

// A beginning is that of one part of a file, kept while the part itself is read.
type beginning struct {
	head  []byte
	sheet *sheet
}

// see keeps the beginning of what is opened, for a preview.
func (op *opening) see(src *source) {
	if op.seen != nil {
		*op.seen = beginning{bytes.Clone(src.peek(peekSize)), src.sheet}
	}
}

// previewParts is Preview of a zip archive or a workbook. It describes the columns
// of the first part that is a log, or of the only one that could be.
func previewParts(ctx context.Context, r io.Reader, name string, o Options) (model.Table, error) {
	t := model.Table{File: name, Whole: true}
	if err := checkOptions(o); err != nil {
		return t, err
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	op := &opening{ctx: ctx, o: o, seen: &beginning{}}
	if f, ok := r.(sized); ok {
		op.total = f.Size()
	}
	from, err := op.open(r, name, 0)
	var unknown *ColumnsError
	if errors.As(err, &unknown) {
		if t.Why = unknown.Reason; t.Why == "" {
			t.Why = "no column of a failure log is recognised"
		}
		src := &source{sheet: op.seen.sheet}
		src.window = newWindow(ctx, bytes.NewReader(op.seen.head))
		c, wrong := unread(src, o)
		if wrong != nil {
			return t, fmt.Errorf("reading %s: %w", name, wrong)
		}
		if len(c.header) < 2 || c.best.even < 2 {
			return t, fmt.Errorf("reading %s: %w", name, err) // a text, and no table
		}
		t.Format = "csv"
		c.describe(op.seen.head, o, &t)
		return t, ctx.Err()
	}
	if err != nil {
		return t, fmt.Errorf("reading %s: %w", name, err)
	}
	log := &Reader{op: op, from: from}
	defer log.Close()
	c, ok := tableOf(from)
	head := op.seen.head
	if err := try(log, &t, partRows); err != nil || !ok {
		return t, err
	}
	t.Format = "csv"
	c.describe(head, o, &t)
	return t, ctx.Err()
}
