package store

import (
	"context"
	"database/sql"
	"strconv"
)

// A piece is some failures of a strand: those from a time on and before another.
// An incident is made of pieces.
type piece struct{ strand, from, to int64 }

// ever is later than any time, -ever earlier. JSON writes both exactly.
const ever = 1 << 62

func (p piece) whole() bool { return p.from == -ever && p.to == ever }

// incidentOf is the incident that a row f of "failure" belongs to, 0 while it is
// not known.
const incidentOf = "coalesce((SELECT e.incident FROM extent AS e WHERE e.strand = f.strand AND e.since <= f.at ORDER BY e.since DESC LIMIT 1), 0)"

// inPieces are the rows f of "by_strand" in the pieces of the parameter, in the
// order of each.
const inPieces = "json_each(?) AS p CROSS JOIN by_strand AS f ON f.strand = p.value ->> 0 AND f.at >= p.value ->> 1 AND f.at < p.value ->> 2"

// jsonPieces is the parameter of inPieces.
func jsonPieces(all []piece) string {
	b := []byte{'['}
	for i, p := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = strconv.AppendInt(b, p.strand, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, p.from, 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, p.to, 10)
		b = append(b, ']')
	}
	return string(append(b, ']'))
}

// piecesOf are the pieces of an incident, in the order of strands and times.
func piecesOf(ctx context.Context, q querier, incident int64) (all []piece, err error) {
	rows, err := q.QueryContext(ctx, "SELECT strand, since, until FROM extent INDEXED BY extent_incident WHERE incident = ? ORDER BY strand, since", incident)
	err = each(rows, err, func(r *sql.Rows) error {
		var p piece
		err := r.Scan(&p.strand, &p.from, &p.to)
		all = append(all, p)
		return err
	})
	return all, err
}

// strandsOf are the strands of some pieces, when each is there as a whole: then
// what is kept of strands can be added up. Else ok is false.
func strandsOf(all []piece) (list []int64, ok bool) {
	for _, p := range all {
		if !p.whole() {
			return nil, false
		}
		list = append(list, p.strand)
	}
	return list, true
}
