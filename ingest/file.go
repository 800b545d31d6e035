package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"unsent/model"
)

// OpenFile opens a file of records; see Open. Only regular files are read: a
// named pipe or a device would hang the import, a folder holds nothing. Symbolic
// links are followed. The caller closes the Reader.
func OpenFile(ctx context.Context, path string, o Options) (*Reader, error) {
	// The kind is asked for before opening, because opening a named pipe waits.
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, model.WithHint(fmt.Errorf("opening %s: there is no such file", path), "check the name and the folder")
	case errors.Is(err, fs.ErrPermission):
		return nil, model.WithHint(fmt.Errorf("opening %s: no permission", path), "ask the owner of the file for read access, or copy it to your own folder")
	case err != nil:
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if err := regular(path, info); err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, model.WithHint(fmt.Errorf("opening %s: no permission", path), "ask the owner of the file for read access, or copy it to your own folder")
	}
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if info, err = f.Stat(); err == nil {
		err = regular(path, info)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	r, err := Open(ctx, sizedFile{f, info.Size()}, path, o)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

func regular(path string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return model.WithHint(fmt.Errorf("opening %s: it is a folder", path), "name the files in it, for example "+path+"/*.csv")
	case mode&fs.ModeNamedPipe != 0:
		return model.WithHint(fmt.Errorf("opening %s: it is a named pipe", path), "write - for the file name and send the log to standard input")
	}
	return model.WithHint(fmt.Errorf("opening %s: it is no regular file", path), "name a file")
}

type sizedFile struct {
	*os.File
	size int64
}

func (f sizedFile) Size() int64 { return f.size }
