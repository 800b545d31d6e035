package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"modernc.org/sqlite"

	"unsent/model"
)

func openTest(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "unsent.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// base is a time all test rows lie near.
var base = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// failed makes a failure of its own wamid, after so many minutes.
func failed(wamid string, minutes int, change ...func(*model.Record)) model.Record {
	at := base.Add(time.Duration(minutes) * time.Minute)
	r := model.Record{Outcome: model.Failed, Failure: model.Failure{
		At: at, AtText: at.Format(time.RFC3339), Zone: model.ZoneOffset, Code: "131000", CodeFrom: model.FromColumn,
		Title: "Something went wrong", Message: "Something went wrong", Details: "Unknown error",
		WAMID: wamid, Recipient: "15550100001", RecipientRaw: "+1 555-010-0001", Country: "1",
		Sender: "15550190000", PhoneID: "105550000000001", WABA: "205550000000001", App: "9900",
		Template: "order_update_v1", Language: "en_US", Kind: "template", Category: "utility", Campaign: "spring", Status: "failed",
		Flags: []model.Flag{model.FlagRecipientOdd, model.FlagRepaired}, LastInbound: at.Add(-time.Hour),
		HTTPStatus: 400, Subcode: "2494010", Trace: "AbCdEfGhIjKlMnO_pQrStUv",
	}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func succeeded(wamid string, minutes int, change ...func(*model.Record)) model.Record {
	at := base.Add(time.Duration(minutes) * time.Minute)
	r := model.Record{Outcome: model.Succeeded, Failure: model.Failure{
		At: at, WAMID: wamid, PhoneID: "105550000000001", WABA: "205550000000001",
		Template: "order_update_v1", Language: "en_US", Kind: "template", Status: "delivered",
	}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func code(c model.Code) func(*model.Record)    { return func(r *model.Record) { r.Code = c } }
func to(number string) func(*model.Record)     { return func(r *model.Record) { r.Recipient = number } }
func template(name string) func(*model.Record) { return func(r *model.Record) { r.Template = name } }

func importAll(t testing.TB, s *Store, list ...model.Record) model.Import {
	t.Helper()
	i, err := s.Import(context.Background(), records(list...), ImportOptions{Who: "ana"})
	if err != nil {
		t.Fatal(err)
	}
	if i.Read != i.Sum() {
		t.Errorf("read %d is not the sum %d", i.Read, i.Sum())
	}
	return i
}

func failures(t testing.TB, s *Store, q model.Query) []model.Failure {
	t.Helper()
	all, err := s.Failures(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// wamids are those of the messages that q selects, parted by spaces.
func wamids(t testing.TB, s *Store, q model.Query) string {
	t.Helper()
	var list []string
	for _, f := range failures(t, s, q) {
		list = append(list, f.WAMID)
	}
	return strings.Join(list, " ")
}

func sound(t testing.TB, s *Store) {
	t.Helper()
	for _, pragma := range []string{"PRAGMA integrity_check", "PRAGMA foreign_key_check"} {
		rows, err := s.r.Query(pragma)
		if err := each(rows, err, func(r *sql.Rows) error {
			var line string
			if err := r.Scan(&line); err != nil || line != "ok" {
				t.Errorf("%s: %q, %v", pragma, line, err)
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
	}
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestOpenMakesPrivateFiles(t *testing.T) {
	for _, name := range []string{"unsent.db", "what? #1 100%.db", "späße 'quoted'.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "new", "folder", name)
			s, err := Open(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			importAll(t, s, failed("wamid.A", 0))
			if n := len(failures(t, s, model.Query{})); n != 1 {
				t.Errorf("%d messages", n)
			}
			dir, err := os.Stat(filepath.Dir(path))
			if err != nil || dir.Mode().Perm() != 0o700 {
				t.Errorf("folder: %v, %v", dir.Mode(), err)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(entries) == 0 {
				t.Fatal(entries, err)
			}
			for _, e := range entries {
				info, err := e.Info()
				if err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
				}
				if !strings.HasPrefix(e.Name(), name) {
					t.Errorf("a file %q was made", e.Name())
				}
			}
		})
	}
}

func TestSettingsReachEveryConnection(t *testing.T) {
	s := openTest(t)
	for _, c := range []struct {
		db           *sql.DB
		pragma, want string
	}{
		{s.w, "journal_mode", "wal"}, {s.w, "synchronous", "2"}, {s.w, "busy_timeout", "5000"}, {s.w, "foreign_keys", "1"},
		{s.r.DB, "query_only", "1"}, {s.r.DB, "busy_timeout", "5000"},
	} {
		var conns []*sql.Conn
		for range c.db.Stats().MaxOpenConnections {
			conn, err := c.db.Conn(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			conns = append(conns, conn)
			var got string
			if err := conn.QueryRowContext(context.Background(), "PRAGMA "+c.pragma).Scan(&got); err != nil || got != c.want {
				t.Errorf("%s is %s, %v; want %s", c.pragma, got, err, c.want)
			}
		}
		for _, conn := range conns {
			conn.Close()
		}
	}
	if _, err := s.r.Exec("DELETE FROM meta"); err == nil {
		t.Error("a reader can write")
	}
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	file := func(name string) string { return filepath.Join(t.TempDir(), name) }
	made := func(change string) string {
		path := file("a.db")
		s, err := Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		importAll(t, s, failed("wamid.A", 0))
		if _, err := s.w.Exec(change); err != nil {
			t.Fatal(err)
		}
		s.Close()
		return path
	}
	foreign := file("foreign.db")
	f := sql.OpenDB(&connector{&sqlite.Driver{}, dsn(foreign, nil)})
	if _, err := f.Exec("CREATE TABLE precious (x); INSERT INTO precious VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	f.Close()
	text := file("notes.txt")
	os.WriteFile(text, []byte(strings.Repeat("this is no database ", 100)), 0o600)
	short := file("short.db")
	os.WriteFile(short, []byte("SQLite format 3\x00"), 0o600)

	var newer *NewerError
	var damaged *DamagedError
	var other *ForeignError
	for _, c := range []struct {
		name, path string
		as         any
	}{
		{"newer", made("PRAGMA user_version = 99"), &newer},
		{"another program's", foreign, &other},
		{"another program's by its mark", made("PRAGMA application_id = 7"), &other},
		{"text", text, &damaged},
		{"cut off", short, &damaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, _ := os.ReadFile(c.path)
			s, err := Open(ctx, c.path)
			if err == nil {
				s.Close()
				t.Fatal("was opened")
			}
			if !errors.As(err, c.as) {
				t.Errorf("%T: %v", err, err)
			}
			if model.Hint(err) == "" || !strings.Contains(err.Error(), filepath.Base(c.path)) {
				t.Errorf("no hint or no file name: %v", err)
			}
			if after, _ := os.ReadFile(c.path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestDamageIsFound(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	var list []model.Record
	for i := range 2000 {
		list = append(list, failed(fmt.Sprintf("wamid.%d", i), i))
	}
	importAll(t, s, list...)
	if err := s.Check(ctx); err != nil {
		t.Errorf("sound: %v", err)
	}
	s.Close()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := int(binary.BigEndian.Uint16(data[16:]))
	for i := 4 * page; i < len(data)-page; i += 3 * page {
		copy(data[i:], strings.Repeat("\xee", page/2))
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err = Open(ctx, path)
	if err == nil {
		defer s.Close()
		err = s.Check(ctx)
	}
	var damaged *DamagedError
	if !errors.As(err, &damaged) || model.Hint(err) == "" {
		t.Errorf("%T %v", err, err)
	}
}

func TestMigrationKeepsACopy(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	importAll(t, s, failed("wamid.A", 0))
	s.Close()

	next := append(migrations(), migration{"9999_next.sql", "CREATE TABLE next (x) STRICT; INSERT INTO setting VALUES ('migrated', 'yes')"})
	if _, err := open(ctx, path, append(migrations(), migration{"9999_bad.sql", "CREATE TABLE next (x); SELECT nonsense"})); err == nil {
		t.Error("a broken migration was taken")
	}
	next[len(next)-1].sql = "CREATE TABLE next (x ANY) STRICT; INSERT INTO setting VALUES ('migrated', 'yes')"
	if s, err = open(ctx, path, next); err != nil {
		t.Fatal(err)
	}
	if v, _ := s.Setting(ctx, "migrated"); v != "yes" || wamids(t, s, model.Query{}) != "wamid.A" {
		t.Error("not brought up to date")
	}
	s.Close()

	known := len(migrations())
	copies, _ := filepath.Glob(fmt.Sprintf("%s.schema%d-*.bak", path, known))
	if len(copies) == 0 {
		t.Fatal("no copy was made")
	}
	info, err := os.Stat(copies[0])
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	old, err := Open(ctx, copies[0])
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if wamids(t, old, model.Query{}) != "wamid.A" {
		t.Error("the copy is not whole")
	}
	var newer *NewerError
	if _, err := Open(ctx, path); !errors.As(err, &newer) || newer.Have != known+1 || newer.Know != known {
		t.Errorf("%v", err)
	}
}

func TestSettingRoundTrip(t *testing.T) {
	s := openTest(t)
	ctx := context.Background()
	if v, err := s.Setting(ctx, "theme"); v != "" || err != nil {
		t.Errorf("%q %v", v, err)
	}
	for _, v := range []string{"dark", "light", ""} {
		if err := s.SetSetting(ctx, "theme", v); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Setting(ctx, "theme"); got != v || err != nil {
			t.Errorf("%q %v", got, err)
		}
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// A store that rests holds one connection, and answers as before.
func TestRest(t *testing.T) {
	s := openTest(t)
	importAll(t, s, failed("wamid.1", 1), failed("wamid.2", 2))
	ctx := context.Background()
	var open []*sql.Conn
	for range 3 {
		c, err := s.r.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	for _, c := range open {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.r.Stats().Idle; n != idleReaders {
		t.Errorf("%d connections are kept", n)
	}
	s.Rest(ctx)
	if n := s.r.Stats().OpenConnections; n != 1 {
		t.Errorf("at rest it has %d connections", n)
	}
	if all, err := s.Failures(ctx, model.Query{Limit: 10}); err != nil || len(all) != 2 {
		t.Error(len(all), err)
	}
}
