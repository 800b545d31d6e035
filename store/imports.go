package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"unsent/model"
)

// Imports are all imports that were not taken back, newest first, without their
// rejections. One that was killed counts what it had stored.
func (s *Store) Imports(ctx context.Context) ([]model.Import, error) {
	const doing = "listing imports"
	var all []model.Import
	rows, err := s.r.QueryContext(ctx, `SELECT id, file, system, format, read, stored, updated, duplicate, succeeded, not_attempted,
		in_progress, not_a_send, rejected, first, last, bytes, total_bytes, took, report FROM import ORDER BY id DESC`)
	err = each(rows, err, func(r *sql.Rows) error {
		var i model.Import
		var first, last, took int64
		var text string
		if err := r.Scan(&i.ID, &i.File, &i.System, &i.Format, &i.Read, &i.Stored, &i.Updated, &i.Duplicate, &i.Succeeded, &i.NotAttempted,
			&i.InProgress, &i.NotASend, &i.Rejected, &first, &last, &i.Bytes, &i.TotalBytes, &took, &text); err != nil {
			return err
		}
		var report importReport
		if err := json.Unmarshal([]byte(text), &report); err != nil {
			return err
		}
		i.First, i.Last, i.Took = moment(first), moment(last), time.Duration(took)*time.Millisecond
		i.Columns, i.Unmapped, i.Zone, i.Warnings = report.Columns, report.Unmapped, report.Zone, report.Warnings
		all = append(all, i)
		return nil
	})
	return all, s.fail(doing, err)
}

// Rejections are what an import could not read, in the order of the file: those
// behind the first so many ("after"), at most limit, 200 when that is 0.
func (s *Store) Rejections(ctx context.Context, importID int64, after, limit int) ([]model.Rejection, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	var all []model.Rejection
	rows, err := s.r.QueryContext(ctx, "SELECT line, reason, raw FROM rejection WHERE import = ? AND n > ? ORDER BY n LIMIT ?", importID, after, limit)
	err = each(rows, err, func(r *sql.Rows) error {
		var x model.Rejection
		err := r.Scan(&x.Line, &x.Reason, &x.Raw)
		all = append(all, x)
		return err
	})
	return all, s.fail("listing rejections", err)
}
