package store

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

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

func (w wording) clone() wording {
	return wording{strings.Clone(w.title), strings.Clone(w.message), strings.Clone(w.details)}
}

// A cellKey is a row of the table "cell" by its content: numbers of names, but
// for http.
type cellKey struct {
	incident, code, system, vendor, http, title, waba, phone, template, language, kind int64
}

// An interner gives the numbers of what repeats, and makes them as needed. What
// it remembers is good for one import, and only while no other program writes.
type interner struct {
	names     map[string]int64
	cells     map[cellKey]int64
	wordings  map[wording]int64
	incidents map[string]int64
	weight    int // bytes of remembered texts
	wabas     map[int64]bool
}

// How much an interner remembers before it starts anew: a file whose every row
// differs must not fill the memory.
const (
	maxInterned      = 40_000
	maxInternedBytes = 8 << 20
)

func newInterner() *interner {
	return &interner{
		names:     map[string]int64{},
		cells:     map[cellKey]int64{},
		wordings:  map[wording]int64{},
		incidents: map[string]int64{},
		wabas:     map[int64]bool{},
	}
}

// forget drops what may be wrong after another program has written.
func (in *interner) forget() {
	clear(in.names)
	clear(in.cells)
	clear(in.wordings)
	clear(in.incidents)
	in.weight = 0
}

// trim keeps the memory bounded. It is called between records.
func (in *interner) trim() {
	if in.weight > maxInternedBytes || len(in.names)+len(in.cells)+len(in.wordings)+len(in.incidents) > 4*maxInterned {
		in.forget()
	}
}

// made inserts a row and gives its number, or that of the row that is there
// already. A cell that is not remembered is new nearly always, so inserting comes
// first. It uses up a number when the row is there: not for what people read.
func made(t *session, args []any, insert, find string) (id int64, err error) {
	r, err := t.result(insert, args...)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		if err != nil {
			return 0, err
		}
		return r.LastInsertId()
	}
	_, err = t.scan(find, args, &id)
	return id, err
}

// name is the number of a short value, 0 for the empty one.
func (in *interner) name(t *session, value string) (int64, error) {
	if value == "" {
		return 0, nil
	}
	if id, ok := in.names[value]; ok {
		return id, nil
	}
	var id int64
	found, err := t.scan("SELECT id FROM name WHERE value = ?", []any{value}, &id)
	if err != nil {
		return 0, err
	}
	if !found {
		r, err := t.result("INSERT INTO name (value) VALUES (?)", value)
		if err != nil {
			return 0, err
		}
		if id, err = r.LastInsertId(); err != nil {
			return 0, err
		}
		if err := t.exec("INSERT INTO name_fts (rowid, value) VALUES (?, ?)", id, value); err != nil {
			return 0, err
		}
	}
	in.names[strings.Clone(value)] = id
	in.weight += len(value) + 64
	return id, nil
}

// cell is the number of the cell of r in an incident.
func (in *interner) cell(t *session, r *model.Record, incident int64) (int64, error) {
	c := model.CellOf(r)
	k := cellKey{incident: incident, http: int64(c.HTTP)}
	for _, part := range [...]struct {
		value string
		to    *int64
	}{
		{string(c.Code), &k.code}, {c.Vendor.System, &k.system}, {c.Vendor.Code, &k.vendor}, {c.Title, &k.title},
		{c.WABA, &k.waba}, {c.PhoneID, &k.phone}, {c.Template, &k.template}, {c.Language, &k.language}, {c.Kind, &k.kind},
	} {
		id, err := in.name(t, part.value)
		if err != nil {
			return 0, err
		}
		*part.to = id
	}
	if id, ok := in.cells[k]; ok {
		return id, nil
	}
	if !in.wabas[k.waba] {
		// From here on, what incidents of this account repeat of the
		// roll-ups may be out of date.
		if err := t.exec(staleByWABA, k.waba); err != nil {
			return 0, err
		}
		in.wabas[k.waba] = true
	}
	args := []any{k.incident, k.code, k.system, k.vendor, k.http, k.title, k.waba, k.phone, k.template, k.language, k.kind}
	id, err := made(t, args, `INSERT INTO cell (incident, code, system, vendor, http, title, waba, phone, template, language, kind)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		`SELECT id FROM cell WHERE incident = ? AND code = ? AND system = ? AND vendor = ? AND http = ? AND title = ?
		AND waba = ? AND phone = ? AND template = ? AND language = ? AND kind = ?`)
	if err != nil {
		return 0, err
	}
	in.cells[k] = id
	return id, nil
}

// wording is the number of a wording.
func (in *interner) wording(t *session, w wording) (int64, error) {
	if id, ok := in.wordings[w]; ok {
		return id, nil
	}
	hash := w.hash()
	var id int64
	found, err := t.scan("SELECT id FROM wording WHERE hash = ? AND title = ? AND message = ? AND details = ?",
		[]any{hash, w.title, w.message, w.details}, &id)
	if err != nil {
		return 0, err
	}
	if !found {
		r, err := t.result("INSERT INTO wording (hash, title, message, details) VALUES (?, ?, ?, ?)", hash, w.title, w.message, w.details)
		if err != nil {
			return 0, err
		}
		if id, err = r.LastInsertId(); err != nil {
			return 0, err
		}
		if err := t.exec("INSERT INTO wording_fts (rowid, title, message, details) VALUES (?, ?, ?, ?)", id, w.title, w.message, w.details); err != nil {
			return 0, err
		}
	}
	in.wordings[w.clone()] = id
	in.weight += len(w.title) + len(w.message) + len(w.details) + 128
	return id, nil
}

// incident is the number of the incident that has a key.
func (in *interner) incident(t *session, key string) (int64, error) {
	if id, ok := in.incidents[key]; ok {
		return id, nil
	}
	var id int64
	found, err := t.scan("SELECT id FROM incident WHERE key = ?", []any{key}, &id)
	if err != nil {
		return 0, err
	}
	if !found {
		r, err := t.result("INSERT INTO incident (key) VALUES (?)", key)
		if err != nil {
			return 0, err
		}
		if id, err = r.LastInsertId(); err != nil {
			return 0, err
		}
	}
	in.incidents[strings.Clone(key)] = id
	in.weight += len(key) + 64
	return id, nil
}
