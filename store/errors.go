package store

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"unsent/model"
)

// A NewerError is a database that a later version of the program has written.
// Nothing was changed in it.
type NewerError struct {
	Path       string
	Have, Know int // schema versions: the file's, and the last one known here
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s was written by a newer version of unsent (schema %d, this version knows %d)", e.Path, e.Have, e.Know)
}

// Hint says what to do.
func (e *NewerError) Hint() string {
	return "update unsent, or name another file with --db; this one was left as it is"
}

// A BusyError is a database that another program kept locked for longer than
// one waits.
type BusyError struct {
	Path string
	Err  error
}

func (e *BusyError) Error() string { return e.Path + " is in use by another program" }
func (e *BusyError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *BusyError) Hint() string {
	return "another console may be importing or purging; wait for it or close it, then try again"
}

// A DamagedError is a file that is no database, or one that is broken.
type DamagedError struct {
	Path string
	Err  error
}

func (e *DamagedError) Error() string {
	if e.Err == nil {
		return e.Path + " is damaged"
	}
	return e.Path + " is damaged: " + e.Err.Error()
}
func (e *DamagedError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *DamagedError) Hint() string {
	return "keep a copy of the file, put back a backup or name a new file with --db, and import the logs again"
}

// A ForeignError is a file that is a database, but not one of unsent.
type ForeignError struct{ Path string }

func (e *ForeignError) Error() string { return e.Path + " is a database of another program" }

// Hint says what to do.
func (e *ForeignError) Hint() string {
	return "name a file of unsent, or a new file, with --db; this one was left as it is"
}

// A FullError is a disk, a quota or a file size limit that is used up. Line is
// set when an import met it: what stands before that line of the file is kept.
type FullError struct {
	Path string
	Err  error
	Line int
}

func (e *FullError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("there is no space left for %s; everything before line %d is kept", e.Path, e.Line)
	}
	return "there is no space left for " + e.Path
}
func (e *FullError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *FullError) Hint() string {
	if e.Line > 0 {
		return fmt.Sprintf("make space, then import the same file again: it goes on at line %d and skips what is there", e.Line)
	}
	return "make space and try again; nothing of what was there is lost"
}

// A StoppedError is an import that ended before its file did. Everything before
// Line is kept; Line is 0 when that is not known.
type StoppedError struct {
	Line int
	Err  error // why
}

func (e *StoppedError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("stopped; everything before line %d is kept: %v", e.Line, e.Err)
	}
	return "stopped: " + e.Err.Error()
}
func (e *StoppedError) Unwrap() error { return e.Err }

// Hint is that of the reason, else how to go on.
func (e *StoppedError) Hint() string {
	if h := model.Hint(e.Err); h != "" {
		return h
	}
	return "import the same file again: what is already there is skipped"
}

// fail translates an error of the driver and says what was being done. It is
// the one place that looks at the codes of SQLite, and it never looks at texts.
func (s *Store) fail(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, translate(s.path, err))
}

func translate(path string, err error) error {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			return &FullError{Path: path, Err: err}
		}
		return err
	}
	const extended = lib.SQLITE_IOERR | 3<<8 // SQLITE_IOERR_WRITE: what a full quota looks like
	switch code := se.Code(); {
	case code == extended || code&0xff == lib.SQLITE_FULL:
		return &FullError{Path: path, Err: err}
	case code&0xff == lib.SQLITE_BUSY, code&0xff == lib.SQLITE_LOCKED, code&0xff == lib.SQLITE_PROTOCOL:
		return &BusyError{Path: path, Err: err}
	case code&0xff == lib.SQLITE_CORRUPT, code&0xff == lib.SQLITE_NOTADB:
		return &DamagedError{Path: path, Err: err}
	case code&0xff == lib.SQLITE_CANTOPEN:
		return model.WithHint(err, "see whether the folder exists and may be written, or name another file with --db")
	case code&0xff == lib.SQLITE_READONLY, code&0xff == lib.SQLITE_PERM:
		return model.WithHint(err, "the file or its folder may not be written; change that, or name another file with --db")
	case code&0xff == lib.SQLITE_INTERRUPT:
		return errors.Join(context.Canceled, err)
	}
	return err
}

// missing makes "no rows" the error of the vocabulary.
func missing(what fmt.Stringer) error {
	return fmt.Errorf("looking for %s: %w", what, model.ErrNotFound)
}
