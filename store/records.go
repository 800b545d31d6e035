package store

import (
	"cmp"
	"context"
	"errors"

	"unsent/model"
)

// An item is what an import has to know of a record, worked out without the
// database. The record's texts are in the chunk's block already.
type item struct {
	rejected *model.Rejection
	outcome  model.Outcome
	line     int
	at       int64 // milliseconds, 0: none

	digest    digest
	sig       int64
	recipient int64
	mentions  []int64 // a part of the chunk's
	text      int     // place in the chunk's block

	// What it refers to; other items refer to the same.
	origin                 *origin
	phrase                 *phrase // the rest is a failure's
	campaign, country, app *name
}

// A chunk is some items in the order of the file, with the block of their texts.
type chunk struct {
	items       []item
	mentions    []int64
	size        int // bytes of texts
	texts       int // how many the block has
	head, body  []byte
	read, total int64
	err         error // why reading ended behind the items; io.EOF at the end
}

// How many chunks are read ahead. While a batch is written, which takes a good
// half of the time, the chunks of the next one come together.
const chunksAhead = 128

// A reader takes records off a stream beside the goroutine that writes, and does
// all of the work that needs no database.
type reader struct {
	from   model.Stream
	system string
	file   string
	bounds func(*model.Record) model.Bounds
	names  register
	out    chan *chunk
	free   chan *chunk

	rec   model.Record
	block block
	facts []byte // scratch space
}

// read starts reading. The chunks are used one after the other and handed back
// through free; after the one with an err there is none.
func read(ctx context.Context, from model.Stream, h hasher, bounds func(*model.Record) model.Bounds) *reader {
	report := from.Report()
	r := &reader{
		from: from, system: report.System, file: report.File, bounds: bounds, names: register{hasher: h},
		out: make(chan *chunk, chunksAhead), free: make(chan *chunk, chunksAhead+2),
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
	c.items, c.mentions, c.size, c.err = c.items[:0], c.mentions[:0], 0, nil
	r.block.begin(0)
	for len(c.items) < blockTexts && c.size < blockBytes {
		if c.err = ctx.Err(); c.err != nil {
			break
		}
		r.rec = model.Record{}
		err := r.from.Next(&r.rec)
		var rejected *model.Rejection
		switch {
		case errors.As(err, &rejected):
			own := *rejected
			c.items = append(c.items, item{rejected: &own, line: own.Line})
			c.size += len(own.Raw)
			continue
		case err != nil:
			c.err = err
		default:
			c.items = append(c.items, item{})
			c.size += r.make(c, &c.items[len(c.items)-1])
			continue
		}
		break
	}
	c.texts = r.block.texts
	if c.texts > 0 {
		head, body := r.block.pack()
		c.head, c.body = append(c.head[:0], head...), append(c.body[:0], body...)
	}
	c.read, c.total = r.from.Position()
}

// make works out what is to be known about r.rec, and answers its size.
func (r *reader) make(c *chunk, it *item) int {
	rec := &r.rec
	it.outcome, it.line, it.at = rec.Outcome, rec.Source.Line, millis(rec.At)
	if rec.Outcome != model.Failed && rec.Outcome != model.Succeeded {
		return len(rec.Raw)
	}
	it.digest = digestOf(rec.Identity(cmp.Or(rec.Source.System, r.system)))
	cell, bounds := model.CellOf(rec), r.bounds(rec)
	it.origin = r.names.origin(&cell, &bounds)
	if rec.Outcome == model.Failed {
		r.failed(c, it)
	}
	return len(rec.Raw)
}

func (r *reader) failed(c *chunk, it *item) {
	f := &r.rec.Failure
	it.campaign, it.country, it.app = r.names.name(f.Campaign), r.names.name(f.Country), r.names.name(f.App)
	it.sig = signature(f)
	it.recipient = recipientKey(f)
	from := len(c.mentions)
	w := mentionsIn(f, func(key int64) { c.mentions = append(c.mentions, key) })
	it.phrase = r.names.phrase(&w)
	it.mentions = c.mentions[from:len(c.mentions):len(c.mentions)]

	request, response := standsAt(r.rec.RequestAt, f.Raw, f.Request), standsAt(r.rec.ResponseAt, f.Raw, f.Response)
	r.facts = appendFacts(r.facts[:0], f, &it.phrase.wording, it.recipient, r.file, request, response)
	x := text{facts: r.facts, request: f.Request, response: f.Response, raw: f.Raw}
	if request.kind != 0 {
		x.request = "" // it stands in the row of the file
	}
	if response.kind != 0 {
		x.response = ""
	}
	it.text = r.block.texts
	r.block.add(&x)
}

// mentionsIn gives the keys by which a message can be found, and answers what
// its error says without them.
func mentionsIn(f *model.Failure, give func(key int64)) wording {
	mention := func(id string) {
		if id != "" {
			give(mentionKey(id))
		}
	}
	w := wording{fold(f.Title, mention), fold(f.Message, mention), fold(f.Details, mention)}
	for _, id := range [...]string{f.Recipient, f.RecipientUser, f.MessageID, f.Trace} {
		mention(id)
	}
	return w
}

// stop waits until the stream is no longer used.
func (r *reader) stop() {
	for range r.out {
	}
}
