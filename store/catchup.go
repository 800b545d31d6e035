package store

// Messages are stored as they come, and are put in order by their strands, and
// counted, later: many at a time, because each time most of the table by_strand is
// written anew. Until then they are found by their ids and in the list of all
// messages; incidents do not have them anyway, because these are made afterwards.
// Who makes incidents, takes back or deletes catches up first.

// behind is from how many messages on an import catches up: an eighth of what there
// is, within these limits. One of many is kept as it was by what it would cost.
const (
	leastBehind = 16_384
	mostBehind  = 131_072
)

// caughtUp is the number of the last message that is in order and counted.
func caughtUp(t *session) (n int64, err error) {
	_, err = t.scan("SELECT value FROM meta WHERE key = 'caught_up'", nil, &n)
	return n, err
}

// catchUp puts all messages in order and counts them.
func catchUp(t *session) error {
	var caught, last int64
	if _, err := t.scan("SELECT coalesce((SELECT value FROM meta WHERE key = 'caught_up'), 0), coalesce((SELECT max(id) FROM failure), 0)", nil, &caught, &last); err != nil || last <= caught {
		return err
	}
	// "OR FAIL" spares SQLite a copy of each page that it would need to undo the
	// statement alone; if it fails, all is undone.
	for _, statement := range [...]string{
		`INSERT OR FAIL INTO by_strand (strand, at, id, recipient, cell, wording, campaign, country, app)
			SELECT strand, at, id, recipient, cell, wording, campaign, country, app FROM failure WHERE id > ?1 ORDER BY strand, at, id`,
		`UPDATE OR FAIL cell SET failures = failures + s.n FROM (SELECT cell AS id, count(*) AS n FROM failure WHERE id > ?1 GROUP BY cell) AS s WHERE cell.id = s.id`,
		`UPDATE OR FAIL strand SET failures = failures + s.n, first = CASE WHEN s.a <> 0 AND (first = 0 OR s.a < first) THEN s.a ELSE first END, last = max(last, s.b)
			FROM (SELECT strand AS id, count(*) AS n, coalesce(min(nullif(at, 0)), 0) AS a, coalesce(max(nullif(at, 0)), 0) AS b FROM failure WHERE id > ?1 GROUP BY strand) AS s WHERE strand.id = s.id`,
		"INSERT OR IGNORE INTO seen (dim, value, strand) SELECT DISTINCT 1, campaign, strand FROM failure WHERE id > ?1 AND campaign <> 0 ORDER BY campaign, strand",
		"INSERT OR IGNORE INTO seen (dim, value, strand) SELECT DISTINCT 2, wording, strand FROM failure WHERE id > ?1 ORDER BY wording, strand",
	} {
		if err := t.exec(statement, caught); err != nil {
			return err
		}
	}
	if err := forgetTotals(t); err != nil {
		return err
	}
	return t.exec("INSERT INTO meta (key, value) VALUES ('caught_up', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", last)
}

// catchUp does so in an import when it is worth it.
func (im *importing) catchUp() error {
	behind := im.next - 1 - im.caught
	if behind < min(max(leastBehind, im.caught/8), mostBehind) {
		return nil
	}
	im.caught = im.next - 1
	return catchUp(im.t)
}

// reorder puts a message that has changed in order again. old is what it was.
func reorder(t *session, id int64, old *weighed) error {
	if err := t.exec("DELETE FROM by_strand WHERE strand = ? AND at = ? AND id = ?", old.strand, old.at, id); err != nil {
		return err
	}
	return t.exec(`INSERT INTO by_strand (strand, at, id, recipient, cell, wording, campaign, country, app)
		SELECT strand, at, id, recipient, cell, wording, campaign, country, app FROM failure WHERE id = ?`, id)
}
