package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"

	"unsent/model"
)

// maxSpooled bounds what is copied to the disk to be read at random: an archive
// that comes from a pipe or stands in another archive.
const maxSpooled = 2 << 30

// A spool is a temporary file, readable by its owner only, that is gone when it
// is closed.
type spool struct {
	*os.File
	size    int64
	removed bool
}

// spoolAll copies r to a temporary file.
func spoolAll(r io.Reader) (*spool, error) {
	f, err := os.CreateTemp("", "unsent-*.tmp") // mode 0600
	if err != nil {
		return nil, model.WithHint(fmt.Errorf("making a temporary file for the archive: %w", err), "unpack the archive and import what comes out")
	}
	// Where an open file can be removed, nothing stays behind whatever happens.
	s := &spool{File: f, removed: os.Remove(f.Name()) == nil}
	s.size, err = io.Copy(f, io.LimitReader(r, maxSpooled+1))
	if err == nil && s.size > maxSpooled {
		err = &boundError{"the archive is larger than 2 GiB and cannot be read from a pipe or from inside another archive"}
	}
	if torn := (*damage)(nil); err != nil && !errors.As(err, &torn) {
		s.Close()
		return nil, err
	}
	return s, nil // a torn archive says so by itself
}

func (s *spool) Close() error {
	err := s.File.Close()
	if !s.removed {
		s.removed = true
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}
