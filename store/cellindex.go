package store

// What a search asks of the cells has an index each. Loading a log is faster without
// them, so a new database gets them when its first one has come to its end, or was cut
// off; until then the cells are looked through. Later logs keep them up to date.
var cellIndexes = [...]string{
	"CREATE INDEX IF NOT EXISTS cell_code ON cell (code)",
	"CREATE INDEX IF NOT EXISTS cell_template ON cell (template) WHERE template <> 0",
	"CREATE INDEX IF NOT EXISTS cell_phone ON cell (phone) WHERE phone <> 0",
	"CREATE INDEX IF NOT EXISTS cell_vendor ON cell (vendor) WHERE vendor <> 0",
}

func indexCells(t *session) error {
	for _, index := range cellIndexes {
		if err := t.exec(index); err != nil {
			return err
		}
	}
	return nil
}
