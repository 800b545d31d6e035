package store

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"unsent/model"
)

// Whoever only reads a database that was left by a crash leaves it in one file, which
// is all that somebody may copy.
func TestCloseTakesTheLogIn(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.1", 1), failed("wamid.2", 2))
	path := filepath.Join(t.TempDir(), "left.db")
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(s.Path() + end)
		if err == nil {
			err = os.WriteFile(path+end, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	left, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	if got := wamids(t, left, model.Query{}); got != "wamid.2 wamid.1" {
		t.Error(got)
	}
	if err := left.Close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
		t.Errorf("%q are left", files)
	}
}

// A copy that SQLite has made is no longer one whose readers let others write. Opening it
// makes it one.
func TestOpenACopy(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	importAll(t, s, failed("wamid.1", 1), failed("wamid.2", 2))
	path := filepath.Join(t.TempDir(), "copy.db")
	if _, err := s.w.Exec("VACUUM INTO ?", path); err != nil {
		t.Fatal(err)
	}
	c, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	rows, err := c.r.DB.QueryContext(ctx, "SELECT id FROM failure")
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	defer rows.Close()
	begun := time.Now()
	if _, err := c.Import(ctx, records(failed("wamid.3", 3)), ImportOptions{}); err != nil {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
}

// However taking the write lock ends, the connection waits for locks as long as before.
func TestBeginLeavesTheTimeout(t *testing.T) {
	s := openTest(t)
	for i := range 500 {
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(time.Duration(i%60)*2*time.Microsecond, cancel)
		if x, err := s.begin(ctx); err == nil {
			_ = x.rollback(nil)
		}
		cancel()
		var n int
		if err := s.w.QueryRow("PRAGMA busy_timeout").Scan(&n); err != nil || n != 5000 {
			t.Fatalf("%d ms, %v", n, err)
		}
	}
}
