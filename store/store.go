// Package store keeps everything in one SQLite file: failed messages, the
// incidents they belong to, counts of all attempts, findings, steps, notes,
// packets and the audit trail. It alone knows SQL, and it translates every
// error of the driver (errors.go).
//
// There is one file per topic, and the tables stand in migrations/. To change
// the schema add the next migrations/NNNN_*.sql and bring the topic's file
// along; a released migration is never edited. A new column of a failure that
// no query asks for is a field in fields.go and needs no migration.
package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"unsent/model"
)

// A Store is one open database. Its methods may be used from any number of
// goroutines: one writes at a time, four read beside it.
type Store struct {
	path  string
	w     *sql.DB
	r     *reads
	feed  *feed // rows on their way into the writer's tables
	dict  *dictionary
	hands hands
	now   func() time.Time

	begun    atomic.Int64  // transactions that write
	patience time.Duration // how long to wait for another console's transaction

	bounds func(*model.Record) model.Bounds // of the strand that a failure belongs to
	sorter Sorter                           // makes incidents of strands

	bulk sync.Mutex // one import, taking back or purge at a time

	mu         sync.Mutex
	who        string
	recipients map[model.IncidentID]counted
}

// Open opens the database at path and makes it when there is none, the folder
// with mode 0700 and the file with 0600. A schema of an earlier version is
// brought up to date; the file is copied beside itself first.
//
// The errors are *NewerError, *DamagedError, *ForeignError, *BusyError,
// *FullError or what the system says.
func Open(ctx context.Context, path string) (*Store, error) {
	s, err := open(ctx, path, migrations())
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", translate(path, err))
	}
	return s, nil
}

func open(ctx context.Context, path string, known []migration) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, path, len(known)); err != nil {
		return nil, err
	}
	s := &Store{
		path:       path,
		feed:       &feed{},
		now:        time.Now,
		patience:   20 * time.Second,
		recipients: map[model.IncidentID]counted{},
		bounds:     byTemplate,
		sorter:     eachStrand,
	}
	s.w = writer(path, s.feed)
	s.r = &reads{DB: readers(path, &s.hands), prepared: map[string]*sql.Stmt{}}
	s.dict = newDictionary(s.r)
	if err := s.migrate(ctx, known); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close ends all work. The file is whole at any time, also without it; with it
// nothing is left in the log beside the file, unless somebody else has it open.
func (s *Store) Close() error {
	err := s.r.Close()
	if _, e := os.Stat(s.path + "-wal"); e == nil {
		// The last connection that can write takes the log into the file. Where none
		// can, it stays there.
		_ = s.w.Ping()
	}
	return errors.Join(err, s.w.Close())
}

// Path is the file's absolute name.
func (s *Store) Path() string { return s.path }

// SetWho sets who is named in the audit trail for what has no "who" of its own:
// findings, packets, settings, taking back an import, purging.
func (s *Store) SetWho(who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.who = who
}

func (s *Store) user() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.who
}

// Check looks for damage. It reads the whole file and is meant for the
// background; a *DamagedError says what it found.
func (s *Store) Check(ctx context.Context) error {
	var first string
	err := s.r.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&first)
	if err == nil && first != "ok" {
		err = &DamagedError{Path: s.path, Err: errors.New(first)}
	}
	return s.fail("checking the database", err)
}

const (
	magic         = "SQLite format 3\x00"
	applicationID = 0x756e736e // "unsn"
)

// prepare makes folder and file, or looks at the first hundred bytes of what is
// there. Nothing is written into a file that may not be ours: the settings of
// the writing connection would already change its header.
func prepare(ctx context.Context, path string, known int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return errors.Join(f.Close(), initialise(ctx, path))
	}
	if !errors.Is(err, os.ErrExist) {
		return err
	}
	sure, info, err := glimpse(path, known)
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return initialise(ctx, path)
	}
	if sure {
		if info.Mode().Perm()&0o077 != 0 {
			// Numbers of customers are in it. Best effort: the file may be
			// someone else's.
			_ = os.Chmod(path, 0o600)
		}
		return nil
	}
	// The first transaction of a new database may still be in the log beside
	// it, so the header alone cannot tell.
	r := readers(path, &hands{})
	defer r.Close()
	var app, tables int
	if err := r.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), count(*) FROM sqlite_schema").Scan(&app, &tables); err != nil {
		return err
	}
	if app != applicationID && tables > 0 {
		return &ForeignError{Path: path}
	}
	return nil
}

// glimpse looks at the first hundred bytes of a file. It is sure when they say that it is
// ours.
func glimpse(path string, known int) (sure bool, info os.FileInfo, err error) {
	f, err := os.Open(path)
	if err != nil {
		return false, nil, err
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return false, nil, err
	}
	if !info.Mode().IsRegular() {
		return false, nil, model.WithHint(fmt.Errorf("%s is not a regular file", path), "name another file with --db")
	}
	if info.Size() == 0 {
		return false, info, nil
	}
	var head [100]byte
	if _, err := io.ReadFull(f, head[:]); err != nil || string(head[:16]) != magic {
		return false, nil, &DamagedError{Path: path, Err: errors.New("it is not a database")}
	}
	version := int(int32(binary.BigEndian.Uint32(head[60:])))
	switch app := binary.BigEndian.Uint32(head[68:]); {
	case app == applicationID && version > known:
		return false, nil, &NewerError{Path: path, Have: version, Know: known}
	case app != 0 && app != applicationID:
		return false, nil, &ForeignError{Path: path}
	default:
		return app == applicationID, info, nil
	}
}

// Probe says at once what is wrong with the file at path, as far as its beginning tells,
// with the errors of Open. It opens nothing and makes nothing; that there is no
// file is no error.
func Probe(path string) error {
	path, err := filepath.Abs(path)
	if err == nil {
		_, _, err = glimpse(path, len(migrations()))
	}
	if err == nil || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("opening the database: %w", translate(path, err))
}
