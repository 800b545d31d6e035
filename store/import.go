package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"unsent/model"
)

// ImportOptions say how Import works.
type ImportOptions struct {
	// Progress is called from time to time with what is counted so far, on the
	// goroutine that called Import.
	Progress func(model.Import)
	// Sorting is called before incidents are made, now and then while more is loaded
	// and at the end, which takes the most memory. What it answers with is called behind it.
	Sorting func() (done func())
	// Dry reads and reports, and stores nothing. It holds the write lock.
	Dry bool
	// Who is named in the audit trail; empty: what SetWho said.
	Who string
}

// Batches are whole or not at all. One ends at a chunk's end after so many
// records, bytes or so long, whichever comes first.
const (
	batchItems = 8_192
	batchBytes = 48 << 20
	batchTime  = time.Second
	firstTime  = 150 * time.Millisecond // the first batch is short: somebody waits to see something
)

// keptRejections is how many of the rejections Import answers with.
const keptRejections = 100

// An importing is one run of Import.
type importing struct {
	s    *Store
	opts ImportOptions
	in   *interner
	h    hasher

	now, safe model.Import // with and without the batch that is under way
	began     time.Time

	t       *session
	started time.Time // of the batch
	items   int
	size    int
	line    int // where the batch begins
	last    int // line of the last record that was taken
	version int64

	known   map[digest]*message
	fresh   []*message // known ones that are new to the database
	changed []*message
	sieve   *sieve   // for all runs: most messages are in none
	sieves  []*sieve // one for each run
	whole   bool     // they know all messages of the database
	asked   int      // look-ups since they did not
	next    int64    // number of the next failure
	held    int64    // failures from this number on may be in rows
	caught  int64    // failures up to this number are in order and counted
	waiting []waiting
	rows    []row
	text    int64   // number of the chunk's first text
	kept    []owner // of the chunk's texts, those that stay
	block   block   // scratch space
	mention []mention
	rejects []model.Rejection
	deltas  *deltas

	grouped   int64     // the number of the next failure when incidents were last made
	groupedAt time.Time // or when it all began
}

// Import stores what a stream yields, in batches that are whole or not there.
//
// A failed record is stored, or counted as a duplicate when the same attempt of
// the message is known, or kept as the message's history when it is another
// attempt. A success is counted, once. What could not be read
// is kept with its line.
//
// When it ends early, the answer counts what is kept and the error is a
// *StoppedError or *FullError with the line to go on at; importing the same
// file again skips what is there. When another console has taken the import back
// meanwhile, it ends, and nothing of it is kept.
func (s *Store) Import(ctx context.Context, from model.Stream, o ImportOptions) (model.Import, error) {
	s.bulk.Lock()
	defer s.bulk.Unlock()
	if o.Who == "" {
		o.Who = s.user()
	}
	report := from.Report()
	im := &importing{
		s: s, opts: o, in: newInterner(), h: newHasher(), began: s.now(),
		known: map[digest]*message{}, deltas: newDeltas(),
	}
	im.now = model.Import{File: report.File, System: report.System, Format: report.Format}
	im.safe = im.now

	reading, stop := context.WithCancel(ctx)
	r := read(reading, from, im.h, s.bounds)
	err := im.run(ctx, r)
	stop()
	r.stop()
	err = im.finish(ctx, from.Report(), err)
	return im.safe, err
}

func (im *importing) run(ctx context.Context, r *reader) error {
	if err := im.begin(ctx); err != nil {
		return err
	}
	for c := range r.out {
		if err := im.take(c); err != nil {
			return im.t.rollback(err)
		}
		im.now.Bytes, im.now.TotalBytes = c.read, c.total
		end := c.err
		r.free <- c
		if end != nil && errors.Is(end, ctx.Err()) {
			return im.t.rollback(end)
		}
		if end == nil && !im.full() {
			im.progress()
			continue
		}
		if end == nil && im.opts.Dry {
			// One transaction to the end, which takes it all back.
			if err := im.flush(false); err != nil {
				return im.t.rollback(err)
			}
			im.started, im.items, im.size = time.Now(), 0, 0
			im.progress()
			continue
		}
		if err := im.commit(ctx, end != nil); err != nil {
			return err
		}
		im.progress()
		switch {
		case errors.Is(end, io.EOF):
			return nil
		case end != nil:
			return end
		}
		if err := im.begin(ctx); err != nil {
			return err
		}
	}
	return im.t.rollback(ctx.Err())
}

// full reports whether the batch has enough. The first incidents are made of soonGrouped
// records, so until then no batch waits for more.
func (im *importing) full() bool {
	items, longest := batchItems, batchTime
	if before := im.now.Read - im.items; before < soonGrouped {
		items, longest = soonGrouped-before, firstTime
	}
	return im.items >= items || im.size >= batchBytes || time.Since(im.started) >= longest
}

func (im *importing) progress() {
	if im.opts.Progress != nil {
		im.now.Took = im.s.now().Sub(im.began)
		im.opts.Progress(im.now)
	}
}

// begin starts a batch.
func (im *importing) begin(ctx context.Context) (err error) {
	if im.t, err = im.s.begin(ctx); err != nil {
		return err
	}
	im.started, im.items, im.size, im.line = time.Now(), 0, 0, im.last
	err = func() error {
		if im.now.ID == 0 {
			r, err := im.t.result("INSERT INTO import (at, file, system, format) VALUES (?, ?, ?, ?)",
				im.began.UnixMilli(), im.now.File, im.now.System, im.now.Format)
			if err != nil {
				return err
			}
			if im.now.ID, err = r.LastInsertId(); err != nil {
				return err
			}
			if err := im.s.event(im.t, im.opts.Who, "import", im.now.File, "started"); err != nil {
				return err
			}
		}
		if _, err := im.t.scan("SELECT value FROM meta WHERE key = 'next_message'", nil, &im.next); err != nil {
			return err
		}
		im.next = max(im.next, 1)
		if im.now.Read == 0 {
			im.grouped, im.groupedAt = im.next-1, time.Now() // what was there mostly has its incidents
		}
		if _, err := im.t.scan("SELECT value FROM meta WHERE key = 'next_text'", nil, &im.text); err != nil {
			return err
		}
		im.text = max(im.text, 1)
		im.held = im.next
		caught, err := caughtUp(im.t)
		if err != nil {
			return err
		}
		if caught != im.caught { // somebody has made incidents
			im.caught, im.waiting = caught, im.waiting[:0]
		}
		return im.look()
	}()
	if err != nil {
		return im.t.rollback(err)
	}
	return nil
}

// flush writes what the batch holds in memory; at the end, also what waits to be put
// in order.
func (im *importing) flush(end bool) error {
	if err := im.in.flush(im.t); err != nil {
		return err
	}
	if err := im.writeRows(); err != nil {
		return err
	}
	if err := im.writeMessages(); err != nil {
		return err
	}
	if err := im.deltas.apply(im.t, im.now.ID); err != nil {
		return err
	}
	for i, r := range im.rejects {
		n := im.now.Rejected - len(im.rejects) + i + 1
		if err := im.t.exec("INSERT OR FAIL INTO rejection (import, n, line, reason, raw) VALUES (?, ?, ?, ?, ?)", im.now.ID, n, r.Line, r.Reason, r.Raw); err != nil {
			return err
		}
	}
	im.deltas.clear()
	im.rejects = im.rejects[:0]
	if err := im.catchUp(end); err != nil {
		return err
	}
	if err := im.t.exec("INSERT INTO meta (key, value) VALUES ('next_message', ?), ('next_text', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
		im.next, im.text); err != nil {
		return err
	}
	return im.unsorted(im.t)
}

// unsorted leaves the mark of an import that has not come to its end.
func (im *importing) unsorted(t *session) error {
	return t.exec("INSERT INTO meta (key, value) VALUES ('unsorted', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", millis(im.s.now()))
}

// commit ends a batch. A dry run is taken back with it, which is its end.
func (im *importing) commit(ctx context.Context, last bool) error {
	if err := im.flush(last); err != nil {
		return im.t.rollback(err)
	}
	if im.opts.Dry {
		im.safe = im.now
		return im.t.rollback(nil)
	}
	row := im.now
	if !last { // who kills the program must not leave a part behind that looks like the whole
		row.Warnings = []string{fmt.Sprintf(model.WarnNoEnd+": it goes on behind line %d, or was cut off there; import the file again if nobody is at it", im.last)}
	}
	if err := im.save(im.t, &row); err != nil {
		return im.t.rollback(err)
	}
	if err := im.t.commit(); err != nil {
		return im.t.rollback(err)
	}
	im.safe = im.now
	if im.last > 0 { // else the log has no lines
		im.line = im.last + 1
	}
	im.safe.Rejections = append([]model.Rejection(nil), im.now.Rejections...)
	im.s.forgetCounted()
	if last {
		return nil
	}
	if err := im.regroup(ctx); err != nil {
		return err
	}
	im.giveWay(ctx)
	return nil
}

// soonGrouped is after how many records the incidents are made for the first time
// while more is loaded. A file that has fewer gives its incidents the same numbers
// on a slow machine as on a fast one.
const soonGrouped = 5_000

// regroup makes the incidents now and then while more is loaded: they are what
// is looked at. It takes time in proportion to what is stored, so it waits until that
// is four times as much as the last time; and at the end it is done anyway, so it is not
// done shortly before.
func (im *importing) regroup(ctx context.Context) error {
	// A slow stream may never have as much; a second for 250,000 messages is what it takes.
	slow := time.Since(im.groupedAt) > 20*time.Duration(im.next)*4*time.Microsecond
	if im.now.Read < soonGrouped || im.next < 4*im.grouped && !slow || im.soonDone() {
		return nil
	}
	im.grouped, im.groupedAt = im.next, time.Now()
	defer im.sorting()()
	return im.s.session(ctx, func(t *session) error {
		if _, err := im.s.regroup(t); err != nil {
			return err
		}
		return im.unsorted(t) // it is not the end
	})
}

// sorting tells who wants to know that incidents are being made.
func (im *importing) sorting() (done func()) {
	if im.opts.Sorting == nil {
		return func() {}
	}
	return im.opts.Sorting()
}

// soonDone reports whether less is to be read than was, or takes no two seconds.
func (im *importing) soonDone() bool {
	done, all := im.now.Bytes, im.now.TotalBytes
	if all == 0 || done == 0 {
		return false
	}
	left := im.s.now().Sub(im.began).Seconds() * float64(all-done) / float64(done)
	return done > all/2 || left < 2
}

// giveWay leaves the write lock alone for a moment. Another console looks for
// it every 10 ms at the latest, so every third second a pause is longer than that.
func (im *importing) giveWay(ctx context.Context) {
	pause := time.Millisecond
	if since := im.s.now().Sub(im.began); since > 3*time.Second && since%(3*time.Second) < time.Since(im.started) {
		pause = 25 * time.Millisecond
	}
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

var errTakenBack = model.WithHint(errors.New("it was taken back while it was running, so nothing of it is kept"),
	"ask who took it back before you import the file again: 'unsent audit' names them")

// there looks whether the import's own row is there still: without it, what is
// stored could not be taken back any more.
func (im *importing) there(t *session) error {
	var one int
	found, err := t.scan("SELECT 1 FROM import WHERE id = ?", []any{im.now.ID}, &one)
	if err == nil && !found {
		return errTakenBack
	}
	return err
}

type importReport struct {
	Columns  map[string]string `json:"columns,omitempty"`
	Unmapped []string          `json:"unmapped,omitempty"`
	Zone     model.Zone        `json:"zone"`
	Warnings []string          `json:"warnings,omitempty"`
}

func (im *importing) save(t *session, i *model.Import) error {
	report, err := json.Marshal(importReport{i.Columns, i.Unmapped, i.Zone, i.Warnings})
	if err != nil {
		return err
	}
	return t.exec(`UPDATE import SET system = ?, format = ?, read = ?, stored = ?, updated = ?, duplicate = ?, succeeded = ?, not_attempted = ?,
		in_progress = ?, not_a_send = ?, rejected = ?, first = ?, last = ?, bytes = ?, total_bytes = ?, took = ?, report = ? WHERE id = ?`,
		i.System, i.Format, i.Read, i.Stored, i.Updated, i.Duplicate, i.Succeeded, i.NotAttempted,
		i.InProgress, i.NotASend, i.Rejected, millis(i.First), millis(i.Last), i.Bytes, i.TotalBytes, i.Took.Milliseconds(), string(report), i.ID)
}

// finish completes the import's own row and brings what incidents repeat of the
// counts up to date. err is why reading ended, nil at the end of the file.
func (im *importing) finish(ctx context.Context, report model.SourceReport, err error) error {
	// Making incidents needs memory of its own.
	im.in, im.known, im.fresh, im.changed, im.sieve, im.sieves, im.rows, im.waiting, im.deltas = nil, nil, nil, nil, nil, nil, nil, nil, nil
	im.safe.System, im.safe.Format = report.System, report.Format
	im.safe.Zone, im.safe.Columns, im.safe.Unmapped, im.safe.Warnings = report.Zone, report.Columns, report.Unmapped, report.Warnings
	im.safe.Took = im.s.now().Sub(im.began)
	if im.opts.Dry {
		im.line = 0 // nothing is kept, and there is nowhere to go on
	}
	if err != nil && !im.opts.Dry { // a list of imports must not show a part as the whole
		im.safe.Warnings = append(slices.Clone(im.safe.Warnings), fmt.Sprintf(model.WarnStopped+"%d: the rest of the file was not read; import it again to go on", im.line))
	}
	if im.safe.ID != 0 && !im.opts.Dry && !errors.Is(err, errTakenBack) {
		// Also when the caller has given up: it is short, and the counts of
		// what is kept should not be missing.
		defer im.sorting()()
		var log *Log
		e := im.s.session(context.WithoutCancel(ctx), func(t *session) error {
			if err := im.there(t); err != nil {
				return err
			}
			if err := im.compare(t); err != nil {
				return err
			}
			if err := im.save(t, &im.safe); err != nil {
				return err
			}
			if err := indexCells(t); err != nil {
				return err
			}
			var e error
			if log, e = im.s.regroup(t); e != nil {
				return e
			}
			return im.s.event(t, im.opts.Who, "import", im.safe.File, outcome(&im.safe, im.line, err))
		})
		if e == nil {
			e = im.s.refresh(ctx, log, topIncidents)
		}
		if err == nil || errors.Is(e, errTakenBack) {
			err = e
		}
	}
	if im.opts.Dry {
		im.safe.ID = 0
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, errTakenBack) {
		file := im.safe.File
		im.safe = model.Import{File: file, System: report.System, Format: report.Format}
		return fmt.Errorf("importing %s: %w", file, err)
	}
	err = translate(im.s.path, err)
	var full *FullError
	if errors.As(err, &full) {
		full.Line = im.line
		return fmt.Errorf("importing %s: %w", im.safe.File, full)
	}
	return fmt.Errorf("importing %s: %w", im.safe.File, &StoppedError{im.line, err})
}

// compare warns when an earlier import read the same file in another way: what a
// column was taken for tells messages apart, so both may be stored. Imports that did
// not come to their end have not seen all columns, and tell nothing; nor does one that
// knew most of the records.
func (im *importing) compare(t *session) error {
	now := &im.safe
	if now.Stored <= now.Duplicate || now.TotalBytes == 0 || now.Bytes < now.TotalBytes || now.Unfinished() != "" {
		return nil
	}
	rows, err := t.tx.QueryContext(t.ctx, "SELECT id, report FROM import WHERE file = ? AND total_bytes = ? AND bytes = total_bytes AND id <> ? AND stored > 0 ORDER BY id DESC",
		now.File, now.TotalBytes, im.now.ID)
	return each(rows, err, func(r *sql.Rows) error {
		var was model.Import
		var text string
		if err := r.Scan(&was.ID, &text); err != nil {
			return err
		}
		var report importReport
		if err := json.Unmarshal([]byte(text), &report); err != nil {
			return err
		}
		was.Warnings = report.Warnings
		if was.Unfinished() == "" && (!maps.Equal(report.Columns, now.Columns) || report.Zone != now.Zone || was.DaysAssumed() != now.DaysAssumed()) {
			now.Warnings = append(slices.Clone(now.Warnings), fmt.Sprintf(
				"import %d read the same file with other columns or times, and what both stored counts twice: take the wrong one back (unsent import --undo %[1]d, or U on the list of files)", was.ID))
		}
		return nil
	})
}

func outcome(i *model.Import, line int, err error) string {
	s := fmt.Sprintf("import %d: read %d, stored %d, updated %d, duplicate %d, succeeded %d, rejected %d",
		i.ID, i.Read, i.Stored, i.Updated, i.Duplicate, i.Succeeded, i.Rejected)
	if err != nil {
		s += fmt.Sprintf("; stopped before line %d", line)
	}
	return s
}

// session is write for what needs bulk statements.
func (s *Store) session(ctx context.Context, f func(*session) error) error {
	t, err := s.begin(ctx)
	if err != nil {
		return err
	}
	if err := f(t); err != nil {
		return t.rollback(err)
	}
	if err := t.commit(); err != nil {
		return t.rollback(err)
	}
	return nil
}

// millis is a time as the database keeps it; 0 for none.
func millis(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMilli()
}

// moment is the reverse of millis.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
