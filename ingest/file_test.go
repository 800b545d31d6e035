package ingest

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"unsent/model"
)

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "log.png") // the name plays no part
	if err := os.WriteFile(file, []byte("phone,status,error_code\n15550100101,failed,131026\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	for _, path := range []string{file, link} {
		r, err := OpenFile(context.Background(), path, options())
		if err != nil {
			t.Fatal(err)
		}
		if d := drain(t, r); d.count(model.Failed) != 1 || d.records[0].Source.File != path {
			t.Errorf("%s: %+v", path, d.records)
		}
		if _, total := r.Position(); total == 0 {
			t.Error("the size is not known")
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("closing again: %v", err)
		}
	}
	secret := filepath.Join(dir, "unreadable")
	if err := os.WriteFile(secret, nil, 0); err != nil {
		t.Fatal(err)
	}
	for path, what := range map[string]string{
		filepath.Join(dir, "missing"): "no such file",
		dir:                           "a folder",
		secret:                        "no permission",
	} {
		_, err := OpenFile(context.Background(), path, options())
		if path == secret && os.Geteuid() == 0 {
			continue // root reads everything
		}
		if err == nil || !strings.Contains(err.Error(), what) || model.Hint(err) == "" {
			t.Errorf("%s: error %v, hint %q", path, err, model.Hint(err))
		}
	}
	if runtime.GOOS != "windows" {
		if _, err := OpenFile(context.Background(), os.DevNull, options()); err == nil || model.Hint(err) == "" {
			t.Errorf("a device: %v", err)
		}
	}
}
