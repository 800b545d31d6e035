package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash/maphash"
	"slices"

	"modernc.org/sqlite/vtab"

	"unsent/model"
)

// A wording is what an error says, without the ids of one message.
type wording struct{ title, message, details string }

func (w wording) hash() int64 {
	h := sha256.New()
	for _, part := range [...]string{w.title, w.message, w.details} {
		h.Write(binary.AppendUvarint(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	var sum [sha256.Size]byte
	return int64(binary.BigEndian.Uint64(h.Sum(sum[:0])) >> 16)
}

// A cellKey is a row of the table "cell" by its content: numbers of names, but
// for http.
type cellKey struct {
	strand, code, system, vendor, http, title, waba, phone, template, language, kind int64
}

// An interner gives the numbers of what repeats and makes new ones as needed.
// New rows are written at the end of the batch, all at once. What it remembers
// is good for one import, and only while no other program writes.
//
// It remembers 96 bits of a hash and not the texts. Two that agree by chance are
// not to be expected (once in 10^18 imports of a million things; the seeds are
// random, so that nobody can make them agree either).
type interner struct {
	names    index[string]
	cells    index[cellKey]
	wordings index[wording]
	strands  index[string]
	touched  map[hash128]bool // accounts whose incidents are marked already
	stale    []int64          // those whose incidents are to be marked
}

type hash128 [2]uint64

// A hasher belongs to one goroutine; its copies give the same hashes.
type hasher struct {
	seeds   [2]maphash.Seed
	scratch []byte
}

func newHasher() hasher {
	return hasher{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// sum is the hash of some texts in their order, zero when all are empty.
func (h *hasher) sum(texts ...string) hash128 {
	size := 0
	for _, t := range texts {
		h.scratch = binary.AppendUvarint(h.scratch, uint64(len(t)))
		h.scratch = append(h.scratch, t...)
		size += len(t)
	}
	if size == 0 {
		h.scratch = h.scratch[:0]
		return hash128{}
	}
	return h.end()
}

func (h *hasher) end() hash128 {
	sum := hash128{maphash.Bytes(h.seeds[0], h.scratch), maphash.Bytes(h.seeds[1], h.scratch)}
	h.scratch = h.scratch[:0]
	return sum
}

// cell is the hash of a cell in a strand.
func (h *hasher) cell(c *model.Cell, strand hash128) hash128 {
	h.scratch = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(h.scratch, strand[0]), strand[1])
	h.scratch = binary.AppendVarint(h.scratch, int64(c.HTTP))
	for _, t := range [...]string{string(c.Code), c.Vendor.System, c.Vendor.Code, c.Title, c.WABA, c.PhoneID, c.Template, c.Language, c.Kind} {
		h.scratch = binary.AppendUvarint(h.scratch, uint64(len(t)))
		h.scratch = append(h.scratch, t...)
	}
	return h.end()
}

// strand is the hash of what bounds a strand.
func (h *hasher) strand(b *model.Bounds) hash128 {
	h.scratch = binary.AppendVarint(h.scratch, int64(b.HTTP))
	for _, t := range [...]string{string(b.Code), b.Vendor.System, b.Vendor.Code, b.Title, b.WABA, b.PhoneID, b.Template, b.Language, b.App} {
		h.scratch = binary.AppendUvarint(h.scratch, uint64(len(t)))
		h.scratch = append(h.scratch, t...)
	}
	return h.end()
}

// An index gives the numbers of one kind of thing.
type index[T any] struct {
	table string
	known map[uint64]ref
	whole bool  // known has all that the database has
	next  int64 // the next new number
	fresh []T   // new ones to be written; they have the numbers before next
}

// A ref is the number of a thing with 32 bits of its hash; 64 more are the key that
// it stands under. A map of these is two thirds of one with whole hashes, and the
// largest thing in memory all the same.
type ref struct{ tag, id uint32 }

func (x *index[T]) get(h hash128) (int64, bool) {
	r, ok := x.known[h[0]]
	return int64(r.id), ok && r.tag == uint32(h[1])
}

func (x *index[T]) set(h hash128, id int64) { x.known[h[0]] = ref{uint32(h[1]), uint32(id)} }

// maxInterned is how many things an interner remembers before it starts anew: a
// file whose every row differs must not fill the memory.
const maxInterned = 400_000

func newInterner() *interner {
	return &interner{
		names:    index[string]{table: "name"},
		cells:    index[cellKey]{table: "cell"},
		wordings: index[wording]{table: "wording"},
		strands:  index[string]{table: "strand"},
		touched:  map[hash128]bool{},
	}
}

// forget starts anew: at the beginning, after another program has written, and
// when too much is remembered.
func (in *interner) forget(t *session) error {
	for _, forget := range [...]func(*session) error{in.names.forget, in.cells.forget, in.wordings.forget, in.strands.forget} {
		if err := forget(t); err != nil {
			return err
		}
	}
	clear(in.touched) // whoever wrote may have made summaries
	return nil
}

func (x *index[T]) forget(t *session) error {
	// A tool that repairs databases may leave the sequence behind the table.
	var last int64
	if _, err := t.scan("SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0), coalesce((SELECT max(id) FROM "+x.table+"), 0))",
		[]any{x.table}, &last); err != nil {
		return err
	}
	x.known, x.whole, x.next, x.fresh = map[uint64]ref{}, last == 0, last+1, x.fresh[:0]
	return nil
}

// look finds a thing that is not remembered in the database.
func (x *index[T]) look(t *session, h hash128, find string, args ...any) (id int64, found bool, err error) {
	if x.whole {
		return 0, false, nil
	}
	if found, err = t.scan(find, args, &id); found {
		x.set(h, id)
	}
	return id, found, err
}

// add makes a thing new.
func (x *index[T]) add(h hash128, thing T) int64 {
	id := x.next
	x.next++
	x.set(h, id)
	x.fresh = append(x.fresh, thing)
	return id
}

// write writes the new things. value is a column of one, from 1.
func (x *index[T]) write(t *session, insert string, value func(thing *T, column int) vtab.Value) error {
	first := x.next - int64(len(x.fresh))
	_, err := t.bulk(insert, len(x.fresh), func(row, column int) vtab.Value {
		if column == 0 {
			return first + int64(row)
		}
		return value(&x.fresh[row], column)
	})
	return err
}

func (x *index[T]) written() {
	clear(x.fresh) // their texts are not needed any longer
	x.fresh = x.fresh[:0]
}

// name is the number of a short value, 0 for the empty one.
func (in *interner) name(t *session, n *name) (int64, error) {
	if n.value == "" {
		return 0, nil
	}
	if id, ok := in.names.get(n.sum); ok {
		return id, nil
	}
	id, found, err := in.names.look(t, n.sum, "SELECT id FROM name WHERE value = ?", n.value)
	if found || err != nil {
		return id, err
	}
	return in.names.add(n.sum, n.value), nil
}

// cell is the number of an origin's cell in its strand.
func (in *interner) cell(t *session, h *hasher, p *origin, strand int64) (int64, error) {
	c := &p.cell
	if !in.touched[p.waba] {
		// From here on, what incidents of this account repeat of the
		// counts may be out of date.
		waba, err := in.name(t, &name{c.WABA, p.waba})
		if err != nil {
			return 0, err
		}
		in.touched[p.waba] = true
		in.stale = append(in.stale, waba)
	}
	if id, ok := in.cells.get(p.sum); ok {
		return id, nil
	}
	k := cellKey{strand: strand, http: int64(c.HTTP)}
	for _, part := range [...]struct {
		value string
		to    *int64
	}{
		{string(c.Code), &k.code}, {c.Vendor.System, &k.system}, {c.Vendor.Code, &k.vendor}, {c.Title, &k.title},
		{c.WABA, &k.waba}, {c.PhoneID, &k.phone}, {c.Template, &k.template}, {c.Language, &k.language}, {c.Kind, &k.kind},
	} {
		id, err := in.name(t, &name{part.value, h.sum(part.value)})
		if err != nil {
			return 0, err
		}
		*part.to = id
	}
	id, found, err := in.cells.look(t, p.sum, `SELECT id FROM cell INDEXED BY cell_waba WHERE strand = ? AND code = ? AND system = ? AND vendor = ? AND http = ? AND title = ?
		AND waba = ? AND phone = ? AND template = ? AND language = ? AND kind = ?`,
		k.strand, k.code, k.system, k.vendor, k.http, k.title, k.waba, k.phone, k.template, k.language, k.kind)
	if found || err != nil {
		return id, err
	}
	return in.cells.add(p.sum, k), nil
}

// wording is the number of a phrase.
func (in *interner) wording(t *session, p *phrase) (int64, error) {
	if id, ok := in.wordings.get(p.sum); ok {
		return id, nil
	}
	id, found, err := in.wordings.look(t, p.sum, "SELECT id FROM wording WHERE hash = ? AND title = ? AND message = ? AND details = ?",
		p.hash(), p.title, p.message, p.details)
	if found || err != nil {
		return id, err
	}
	return in.wordings.add(p.sum, p.wording), nil
}

// strand is the number of an origin's strand.
func (in *interner) strand(t *session, p *origin) (int64, error) {
	if id, ok := in.strands.get(p.strand); ok {
		return id, nil
	}
	key, err := json.Marshal(&p.bounds)
	if err != nil {
		return 0, err
	}
	id, found, err := in.strands.look(t, p.strand, "SELECT id FROM strand WHERE key = ?", string(key))
	if found || err != nil {
		return id, err
	}
	return in.strands.add(p.strand, string(key)), nil
}

// flush writes what is new.
func (in *interner) flush(t *session) error {
	name := func(value *string, _ int) vtab.Value { return *value }
	words := func(w *wording, column int) vtab.Value {
		switch column {
		case 1:
			return w.title
		case 2:
			return w.message
		case 3:
			return w.details
		}
		return w.hash()
	}
	for _, write := range [...]func() error{
		func() error {
			return in.names.write(t, "INSERT OR FAIL INTO name (id, value) SELECT c0, c1 FROM "+source, name)
		},
		func() error {
			return in.names.write(t, "INSERT INTO name_fts (rowid, value) SELECT c0, c1 FROM "+source, name)
		},
		func() error {
			return in.wordings.write(t, "INSERT OR FAIL INTO wording (id, title, message, details, hash) SELECT c0, c1, c2, c3, c4 FROM "+source, words)
		},
		func() error {
			return in.wordings.write(t, "INSERT INTO wording_fts (rowid, title, message, details) SELECT c0, c1, c2, c3 FROM "+source, words)
		},
		func() error {
			return in.strands.write(t, "INSERT OR FAIL INTO strand (id, key) SELECT c0, c1 FROM "+source, name)
		},
		func() error {
			return in.cells.write(t, `INSERT OR FAIL INTO cell (id, strand, code, system, vendor, http, title, waba, phone, template, language, kind)
				SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 FROM `+source, (*cellKey).column)
		},
		func() error { return in.markStale(t) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	in.names.written()
	in.wordings.written()
	in.strands.written()
	in.cells.written()
	if len(in.names.known)+len(in.cells.known)+len(in.wordings.known)+len(in.strands.known)+len(in.touched) > maxInterned {
		return in.forget(t)
	}
	return nil
}

func (in *interner) markStale(t *session) error {
	slices.Sort(in.stale)
	_, err := t.bulk(`UPDATE incident SET stale = 1 WHERE stale = 0 AND id IN
		(SELECT e.incident FROM `+source+` AS s CROSS JOIN cell AS c INDEXED BY cell_waba ON c.waba = s.c0 CROSS JOIN extent AS e ON e.strand = c.strand)`,
		len(in.stale), func(row, _ int) vtab.Value { return in.stale[row] })
	in.stale = in.stale[:0]
	return err
}

// column is a value of a cell as its table has it, from 1.
func (k *cellKey) column(n int) vtab.Value {
	return [...]int64{k.strand, k.code, k.system, k.vendor, k.http, k.title, k.waba, k.phone, k.template, k.language, k.kind}[n-1]
}
