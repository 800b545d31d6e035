package store

import (
	"encoding/binary"
	"strings"

	"unsent/model"
)

// A name is a short text with its hash, which is zero for the empty one.
type name struct {
	value string
	sum   hash128
}

// An origin is a cell and what bounds its strand.
type origin struct {
	cell   model.Cell
	bounds model.Bounds
	waba   hash128
	strand hash128
	sum    hash128 // of the cell in its strand
}

// A phrase is a wording with its hash.
type phrase struct {
	wording
	sum hash128
}

// A memory keeps some thousand things, and of these the ones that were asked for
// lately: what was not asked for while as many others came is forgotten. Long ones, of
// which each row may have its own, are not kept at all.
type memory[T any] struct{ newer, older map[string]*T }

const (
	remembered   = 2_048
	longestNamed = 1 << 10 // bytes
)

// get gives what has the key, or nil.
func (m *memory[T]) get(key []byte) *T {
	if x := m.newer[string(key)]; x != nil {
		return x
	}
	x := m.older[string(key)]
	if x != nil {
		m.put(key, x)
	}
	return x
}

func (m *memory[T]) put(key []byte, x *T) {
	if len(key) > longestNamed {
		return
	}
	if m.newer == nil || len(m.newer) >= remembered {
		m.older, m.newer = m.newer, make(map[string]*T, remembered)
	}
	m.newer[string(key)] = x
}

// A register keeps, for the goroutine that reads, what most of the records repeat: they
// refer to one copy. What it gave stays good after it has forgotten it.
type register struct {
	hasher  hasher
	names   memory[name]
	origins memory[origin]
	phrases memory[phrase]
	key     []byte // scratch space
}

var noName = &name{}

func (r *register) name(value string) *name {
	if value == "" {
		return noName
	}
	r.key = append(r.key[:0], value...)
	n := r.names.get(r.key)
	if n == nil {
		n = &name{strings.Clone(value), r.hasher.sum(value)}
		r.names.put(r.key, n)
	}
	return n
}

func (r *register) origin(c *model.Cell, b *model.Bounds) *origin {
	r.words(
		string(c.Code), c.Vendor.System, c.Vendor.Code, c.Title, c.WABA, c.PhoneID, c.Template, c.Language, c.Kind,
		string(b.Code), b.Vendor.System, b.Vendor.Code, b.Title, b.WABA, b.PhoneID, b.Template, b.Language, b.App)
	r.key = binary.AppendVarint(binary.AppendVarint(r.key, int64(c.HTTP)), int64(b.HTTP))
	p := r.origins.get(r.key)
	if p == nil {
		p = &origin{cell: *c, bounds: *b}
		x, y := &p.cell, &p.bounds
		own((*string)(&x.Code), &x.Vendor.System, &x.Vendor.Code, &x.Title, &x.WABA, &x.PhoneID, &x.Template, &x.Language, &x.Kind,
			(*string)(&y.Code), &y.Vendor.System, &y.Vendor.Code, &y.Title, &y.WABA, &y.PhoneID, &y.Template, &y.Language, &y.App)
		p.strand = r.hasher.strand(y)
		p.waba = r.hasher.sum(x.WABA)
		p.sum = r.hasher.cell(x, p.strand)
		r.origins.put(r.key, p)
	}
	return p
}

func (r *register) phrase(w *wording) *phrase {
	r.words(w.title, w.message, w.details)
	p := r.phrases.get(r.key)
	if p == nil {
		p = &phrase{wording: *w}
		own(&p.title, &p.message, &p.details)
		p.sum = r.hasher.sum(p.title, p.message, p.details)
		r.phrases.put(r.key, p)
	}
	return p
}

// words makes texts, in their order, the key.
func (r *register) words(texts ...string) {
	r.key = r.key[:0]
	for _, t := range texts {
		r.key = binary.AppendUvarint(r.key, uint64(len(t)))
		r.key = append(r.key, t...)
	}
}

// own copies texts into one piece of memory, because what the stream gave is the
// stream's again with the next record.
func own(texts ...*string) {
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
	for _, t := range texts {
		n := len(*t)
		*t, all = all[:n], all[n:]
	}
}
