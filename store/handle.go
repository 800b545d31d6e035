package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// connector opens connections with settings that stand in the name and not in
// statements: database/sql keeps a pool, and a statement would reach only one
// connection of it.
type connector struct {
	driver *sqlite.Driver
	name   string
}

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return c.driver.Open(c.name)
}

func (c *connector) Driver() driver.Driver { return c.driver }

// dsn is the name of path as a URI, so that "?", "#" and "%" in it mean
// themselves. The driver runs busy_timeout first, whatever the order.
func dsn(path string, query url.Values) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	return u.String()
}

// writer is the one connection that writes. It takes the write lock at BEGIN,
// so that a transaction cannot fail half-way for want of it. The page cache is
// small on purpose: imports write in order, and this driver needs about four
// times the memory that it is given.
func writer(path string, f *feed) *sql.DB {
	d := &sqlite.Driver{}
	if err := d.RegisterModule(feedModule, f); err != nil {
		panic(err) // only for a name given twice to one driver
	}
	db := sql.OpenDB(&connector{d, dsn(path, url.Values{
		"_pragma": {
			"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			"cache_size(-2048)", "temp_store(MEMORY)", "journal_size_limit(134217728)",
			"wal_autocheckpoint(8192)", "trusted_schema(0)",
		},
		"_txlock": {"immediate"},
	})})
	db.SetMaxOpenConns(1)
	return db
}

// initialise gives an empty file what cannot be changed later. Pages of 8 KiB
// hold four of our rows with less waste than the usual ones hold two: the file
// is an eighth smaller and an import a tenth faster.
func initialise(ctx context.Context, path string) error {
	db := sql.OpenDB(&connector{&sqlite.Driver{}, dsn(path, url.Values{"_pragma": {"busy_timeout(5000)"}})})
	defer db.Close()
	_, err := db.ExecContext(ctx, "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL")
	return err
}

// readers are the connections that read, beside the writer and never in its way.
func readers(path string, h *hands) *sql.DB {
	d := &sqlite.Driver{}
	if err := d.RegisterFunction(handFunction, h.function()); err != nil {
		panic(err) // only for a name given twice to one driver
	}
	d.RegisterConnectionHook(defend)
	db := sql.OpenDB(&connector{d, dsn(path, url.Values{
		"mode": {"ro"},
		"_pragma": {
			"busy_timeout(5000)", "query_only(1)", "cache_size(-1024)", "temp_store(MEMORY)", "trusted_schema(0)",
		},
	})})
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(idleReaders)
	return db
}

// idleReaders is how many connections that read are kept for the next questions.
const idleReaders = 2

// Rest gives back memory of those who read that is only good for more of the same
// questions: pages of the file, and connections beyond the first. Asking again takes
// hardly longer; it is for whoever keeps a database open and asks nothing for a while.
func (s *Store) Rest(ctx context.Context) {
	s.r.SetMaxIdleConns(1)
	s.r.SetMaxIdleConns(idleReaders)
	_, _ = s.r.ExecContext(ctx, "PRAGMA shrink_memory") // what cannot be given back now is the next time
}

// defend is run on each new connection that reads: a database is a file that
// somebody may have been sent, so a broken page is to be an error and nothing
// worse.
func defend(c sqlite.ExecQuerierContext, _ string) error {
	_, err := c.ExecContext(context.Background(), "PRAGMA cell_size_check=1", nil)
	return err
}
