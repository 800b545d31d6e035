package store

import (
	"context"
	"database/sql"

	"modernc.org/sqlite/vtab"
)

const feedModule = "unsent_feed"

// A feed hands rows from Go to SQLite as a virtual table, so that one statement
// takes hundreds of them: per row it costs about half of what binding
// parameters does. It belongs to the writing connection; whoever holds the
// transaction may fill it.
type feed struct {
	n     int
	value func(row, column int) vtab.Value
}

// source is the name under which the feed stands in SQL, columns c0 to c11.
const source = "temp.unsent_rows"

func (f *feed) clear() { f.n, f.value = 0, nil }

// attach makes the source on the connection of tx, once.
func (f *feed) attach(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "CREATE VIRTUAL TABLE IF NOT EXISTS "+source+" USING "+feedModule)
	return err
}

// Create implements vtab.Module.
func (f *feed) Create(c vtab.Context, args []string) (vtab.Table, error) { return f.Connect(c, args) }

// Connect implements vtab.Module.
func (f *feed) Connect(c vtab.Context, _ []string) (vtab.Table, error) {
	return f, c.Declare("CREATE TABLE x (c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11)")
}

// BestIndex says that reading the feed is dear, so that it is read once, in the
// outer loop, and the tables are looked into by key.
func (f *feed) BestIndex(i *vtab.IndexInfo) error {
	i.EstimatedCost, i.EstimatedRows = 1e9, 1000
	return nil
}

// Open implements vtab.Table.
func (f *feed) Open() (vtab.Cursor, error) { return &feedCursor{feed: f}, nil }

// Disconnect implements vtab.Table.
func (f *feed) Disconnect() error { return nil }

// Destroy implements vtab.Table.
func (f *feed) Destroy() error { return nil }

type feedCursor struct {
	feed *feed
	row  int
}

func (c *feedCursor) Filter(int, string, []vtab.Value) error { c.row = 0; return nil }
func (c *feedCursor) Next() error                            { c.row++; return nil }
func (c *feedCursor) Eof() bool                              { return c.row >= c.feed.n }
func (c *feedCursor) Rowid() (int64, error)                  { return int64(c.row), nil }
func (c *feedCursor) Close() error                           { return nil }
func (c *feedCursor) Column(i int) (vtab.Value, error)       { return c.feed.value(c.row, i), nil }
