package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"sync"

	"unsent/model"
)

// A dictionary remembers what the numbers in rows stand for. It may: a number
// stands for the same thing for ever, here and in other consoles.
type dictionary struct {
	r querier

	mu       sync.Mutex
	cells    map[int64]*cellRow
	wordings map[int64]*wording
	names    map[int64]string
	files    map[int64]string // of imports
	weight   int
}

type cellRow struct {
	model.Cell
	strand int64
}

const maxRemembered = 16 << 20 // bytes, about

func newDictionary(r querier) *dictionary {
	d := &dictionary{r: r}
	d.reset()
	return d
}

func (d *dictionary) reset() {
	d.cells, d.wordings = map[int64]*cellRow{}, map[int64]*wording{}
	d.names, d.files = map[int64]string{0: ""}, map[int64]string{}
	d.weight = 0
}

// ids is a list of numbers as a parameter for json_each.
func ids[T ~int64](list []T) string {
	b := []byte{'['}
	for i, id := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(id), 10)
	}
	return string(append(b, ']'))
}

// unknown are those of want that have is without, each once.
func unknown[V any](have map[int64]V, want []int64) []int64 {
	var list []int64
	for _, id := range want {
		if _, ok := have[id]; !ok {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (d *dictionary) loadNames(ctx context.Context, want []int64) error {
	list := unknown(d.names, want)
	if len(list) == 0 {
		return nil
	}
	rows, err := d.r.QueryContext(ctx, "SELECT id, value FROM name WHERE id IN (SELECT value FROM json_each(?))", ids(list))
	return each(rows, err, func(r *sql.Rows) error {
		var id int64
		var v string
		err := r.Scan(&id, &v)
		d.names[id] = v
		d.weight += len(v) + 64
		return err
	})
}

func (d *dictionary) loadCells(ctx context.Context, want []int64) error {
	list := unknown(d.cells, want)
	if len(list) == 0 {
		return nil
	}
	var keys []cellKey
	var at []int64
	rows, err := d.r.QueryContext(ctx, `SELECT id, strand, code, system, vendor, http, title, waba, phone, template, language, kind
		FROM cell WHERE id IN (SELECT value FROM json_each(?))`, ids(list))
	if err := each(rows, err, func(r *sql.Rows) error {
		var id int64
		var k cellKey
		err := r.Scan(&id, &k.strand, &k.code, &k.system, &k.vendor, &k.http, &k.title, &k.waba, &k.phone, &k.template, &k.language, &k.kind)
		keys, at = append(keys, k), append(at, id)
		return err
	}); err != nil {
		return err
	}
	var names []int64
	for _, k := range keys {
		names = append(names, k.code, k.system, k.vendor, k.title, k.waba, k.phone, k.template, k.language, k.kind)
	}
	if err := d.loadNames(ctx, names); err != nil {
		return err
	}
	for i, k := range keys {
		d.cells[at[i]] = &cellRow{
			Cell: model.Cell{
				Code: model.Code(d.names[k.code]), Vendor: model.Vendor{System: d.names[k.system], Code: d.names[k.vendor]},
				HTTP: int(k.http), Title: d.names[k.title], WABA: d.names[k.waba], PhoneID: d.names[k.phone],
				Template: d.names[k.template], Language: d.names[k.language], Kind: d.names[k.kind],
			},
			strand: k.strand,
		}
		d.weight += 256
	}
	return nil
}

func (d *dictionary) loadWordings(ctx context.Context, want []int64) error {
	list := unknown(d.wordings, want)
	if len(list) == 0 {
		return nil
	}
	rows, err := d.r.QueryContext(ctx, "SELECT id, title, message, details FROM wording WHERE id IN (SELECT value FROM json_each(?))", ids(list))
	return each(rows, err, func(r *sql.Rows) error {
		var id int64
		w := &wording{}
		err := r.Scan(&id, &w.title, &w.message, &w.details)
		d.wordings[id] = w
		d.weight += len(w.title) + len(w.message) + len(w.details) + 128
		return err
	})
}

func (d *dictionary) loadFiles(ctx context.Context, want []int64) error {
	list := unknown(d.files, want)
	if len(list) == 0 {
		return nil
	}
	rows, err := d.r.QueryContext(ctx, "SELECT id, file FROM import WHERE id IN (SELECT value FROM json_each(?))", ids(list))
	return each(rows, err, func(r *sql.Rows) error {
		var id int64
		var v string
		err := r.Scan(&id, &v)
		d.files[id] = v
		d.weight += len(v) + 64
		return err
	})
}

// A stored failure is one row of "failure", or of "attempt".
type stored struct {
	id, at, incident, cell, recipient, wording, campaign int64
	attempts                                             int
	delivered                                            bool
	imported, text                                       int64
	moved                                                model.Moved
}

// storedColumns are what scan reads, of failure f.
const storedColumns = "f.id, f.at, " + incidentOf + ", f.cell, f.recipient, f.wording, f.campaign, f.attempts, f.delivered, f.import, f.text, " + movedHow

func (f *stored) scan(r *sql.Rows) error {
	var moved sql.NullString
	if err := r.Scan(&f.id, &f.at, &f.incident, &f.cell, &f.recipient, &f.wording, &f.campaign, &f.attempts, &f.delivered, &f.imported, &f.text, &moved); err != nil {
		return err
	}
	var err error
	f.moved, err = readMoved(moved)
	return err
}

// failures makes rows what they stand for; full is with their payloads.
func (d *dictionary) failures(ctx context.Context, rows []stored, full bool) ([]model.Failure, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.weight > maxRemembered {
		d.reset()
	}
	cells, wordings := make([]int64, 0, len(rows)), make([]int64, 0, len(rows))
	var names, files []int64
	for i := range rows {
		r := &rows[i]
		cells, wordings = append(cells, r.cell), append(wordings, r.wording)
		names, files = append(names, r.campaign), append(files, r.imported)
	}
	for _, load := range [...]struct {
		of   func(context.Context, []int64) error
		want []int64
	}{{d.loadCells, cells}, {d.loadWordings, wordings}, {d.loadNames, names}, {d.loadFiles, files}} {
		if err := load.of(ctx, load.want); err != nil {
			return nil, err
		}
	}
	all := make([]model.Failure, len(rows))
	places := make(map[int64]int, len(rows))
	for i := range rows {
		r := &rows[i]
		places[r.text] = i
		cell, words := d.cells[r.cell], d.wordings[r.wording]
		if cell == nil || words == nil {
			return nil, errFacts
		}
		f := &all[i]
		*f = model.Failure{
			ID: model.MessageID(r.id), Incident: model.IncidentID(r.incident), At: moment(r.at),
			Code: cell.Code, Vendor: cell.Vendor, Title: words.title, Message: words.message, Details: words.details,
			WABA: cell.WABA, PhoneID: cell.PhoneID, Template: cell.Template, Language: cell.Language, Kind: cell.Kind,
			Campaign: d.names[r.campaign], Attempts: r.attempts, Source: model.Source{File: d.files[r.imported]}, Moved: r.moved,
		}
		if r.recipient > 0 {
			f.Recipient = strconv.FormatInt(r.recipient, 10)
		}
	}
	err := eachText(ctx, d.r, slices.Collect(maps.Keys(places)), full, func(number int64, t *text) error {
		i := places[number]
		f := &all[i]
		request, response, err := readFacts(t.facts, f)
		if err != nil {
			return err
		}
		if rows[i].delivered && !slices.Contains(f.Flags, model.FlagDelivered) {
			f.Flags = append(f.Flags, model.FlagDelivered)
		}
		f.Raw, f.Request, f.Response = t.raw, t.request, t.response
		if request.kind != 0 {
			f.Request = request.in(f.Raw)
		}
		if response.kind != 0 {
			f.Response = response.in(f.Raw)
		}
		return nil
	})
	return all, err
}
