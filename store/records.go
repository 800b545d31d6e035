package store

import (
	"context"
	"errors"
	"strings"

	"unsent/model"
)

// An item is a record, or the rejection of one, with everything that can be
// worked out about it without the database.
type item struct {
	rec      model.Record // its texts are its own
	rejected *model.Rejection

	digest    digest
	sig       int64
	group     string
	wording   wording
	mentions  []int64
	recipient int64
	facts     []byte
	request   place
	response  place
}

// A chunk is some items in the order of the file.
type chunk struct {
	items       []item
	size        int // bytes of texts
	read, total int64
	err         error // why reading ended behind the items; io.EOF at the end
}

const (
	chunkItems = 256
	chunkBytes = 1 << 20
)

// A reader takes records off a stream beside the goroutine that writes.
type reader struct {
	from   model.Stream
	system string
	file   string
	group  func(*model.Record) string
	out    chan *chunk
	free   chan *chunk

	rec     model.Record
	doubled []byte
}

// read starts reading. The chunks are used one after the other and handed back
// through free; after the one with an err there is none.
func read(ctx context.Context, from model.Stream, group func(*model.Record) string) *reader {
	report := from.Report()
	r := &reader{
		from: from, system: report.System, file: report.File, group: group,
		out: make(chan *chunk, 2), free: make(chan *chunk, 4),
	}
	for range cap(r.free) {
		r.free <- &chunk{}
	}
	go r.run(ctx)
	return r
}

func (r *reader) run(ctx context.Context) {
	defer close(r.out)
	for {
		var c *chunk
		select {
		case c = <-r.free:
		case <-ctx.Done():
			return
		}
		r.fill(ctx, c)
		select {
		case r.out <- c:
		case <-ctx.Done():
			return
		}
		if c.err != nil {
			return
		}
	}
}

func (r *reader) fill(ctx context.Context, c *chunk) {
	c.items, c.size, c.err = c.items[:0], 0, nil
	for len(c.items) < chunkItems && c.size < chunkBytes {
		if c.err = ctx.Err(); c.err != nil {
			break
		}
		r.rec = model.Record{}
		err := r.from.Next(&r.rec)
		var rejected *model.Rejection
		switch {
		case errors.As(err, &rejected):
			own := *rejected
			c.items = append(c.items, item{rejected: &own})
			c.size += len(own.Raw)
			continue
		case err != nil:
			c.err = err
		default:
			c.items = append(c.items, item{})
			c.size += r.make(&c.items[len(c.items)-1])
			continue
		}
		break
	}
	c.read, c.total = r.from.Position()
}

// make works out what is to be known about r.rec, and answers its size.
func (r *reader) make(it *item) int {
	size := pack(&it.rec, &r.rec)
	rec := &it.rec
	if rec.Outcome != model.Failed && rec.Outcome != model.Succeeded {
		return size
	}
	it.digest = digestOf(rec.Identity(r.system))
	if rec.Outcome == model.Succeeded {
		return size
	}
	f := &rec.Failure
	it.group = r.group(rec)
	it.sig = signature(f)
	it.recipient = recipientKey(f)
	mention := func(id string) {
		if id != "" {
			it.mentions = append(it.mentions, mentionKey(id))
		}
	}
	it.wording = wording{fold(f.Title, mention), fold(f.Message, mention), fold(f.Details, mention)}
	for _, id := range [...]string{f.Recipient, f.RecipientUser, f.MessageID, f.Trace} {
		mention(id)
	}
	it.request = locate(f.Raw, f.Request, &r.doubled)
	it.response = locate(f.Raw, f.Response, &r.doubled)
	it.facts = appendFacts(make([]byte, 0, 384), f, &it.wording, it.recipient, r.file, it.request, it.response)
	return size + len(it.facts)
}

// mentionsOf are the keys by which a message can be found.
func mentionsOf(f *model.Failure) (keys []int64) {
	mention := func(id string) {
		if id != "" {
			keys = append(keys, mentionKey(id))
		}
	}
	for _, text := range [...]string{f.Title, f.Message, f.Details} {
		fold(text, mention)
	}
	for _, id := range [...]string{f.Recipient, f.RecipientUser, f.MessageID, f.Trace} {
		mention(id)
	}
	return keys
}

// pack copies a record with all its texts into one piece of memory, because
// what the stream gave is the stream's again with the next record.
func pack(to, from *model.Record) int {
	*to = *from
	to.Flags = append([]model.Flag(nil), from.Flags...)
	texts := [...]*string{
		&to.AtText, (*string)(&to.Code), &to.Vendor.System, &to.Vendor.Code, &to.Title, &to.Message, &to.Details, &to.Subcode,
		&to.Trace, &to.WAMID, &to.MessageID, &to.Recipient, &to.RecipientRaw, &to.RecipientUser, &to.Country, &to.Sender,
		&to.PhoneID, &to.WABA, &to.App, &to.Template, &to.Language, &to.Kind, &to.Category, &to.Campaign, &to.Status,
		&to.Source.File, &to.Request, &to.Response, &to.Raw,
	}
	size := 0
	for _, t := range texts {
		size += len(*t)
	}
	var b strings.Builder
	b.Grow(size)
	for _, t := range texts {
		b.WriteString(*t)
	}
	all := b.String()
	at := 0
	for _, t := range texts {
		n := len(*t)
		*t = all[at : at+n]
		at += n
	}
	return size
}

// stop waits until the stream is no longer used.
func (r *reader) stop() {
	for range r.out {
	}
}
