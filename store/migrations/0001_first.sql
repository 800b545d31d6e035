-- The first schema. A released migration is never edited: add the next file.
--
-- Times are milliseconds since 1970 in UTC, 0 when a record has none. A number
-- that names a row of "name" is 0 for the empty string.

-- What is counted as it goes: next_message, next_text, successes, messages,
-- incidents; caught_up, the last message that by_strand has; apps, 1 when a message named one; unsorted, when an
-- import that has not come to its end has last stored some.
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE setting (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID, STRICT;

-- Every short value that repeats: codes, accounts, templates, campaigns.
-- Numbers of rows are never given out twice (AUTOINCREMENT here and below), so
-- that what another console remembers of them cannot become wrong.
CREATE TABLE name (
	id    INTEGER PRIMARY KEY AUTOINCREMENT,
	value TEXT NOT NULL UNIQUE
) STRICT;

CREATE VIRTUAL TABLE name_fts USING fts5(
	value, content='name', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);

-- What the errors say, with numbers and ids folded away. The hash finds a row;
-- the texts decide.
CREATE TABLE wording (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	hash    INTEGER NOT NULL,
	title   TEXT NOT NULL,
	message TEXT NOT NULL,
	details TEXT NOT NULL
) STRICT;
CREATE INDEX wording_hash ON wording (hash);

CREATE VIRTUAL TABLE wording_fts USING fts5(
	title, message, details, content='wording', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);

CREATE TABLE import (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	at            INTEGER NOT NULL,
	file          TEXT NOT NULL,
	system        TEXT NOT NULL,
	format        TEXT NOT NULL,
	read          INTEGER NOT NULL DEFAULT 0,
	stored        INTEGER NOT NULL DEFAULT 0,
	updated       INTEGER NOT NULL DEFAULT 0,
	duplicate     INTEGER NOT NULL DEFAULT 0,
	succeeded     INTEGER NOT NULL DEFAULT 0,
	not_attempted INTEGER NOT NULL DEFAULT 0,
	in_progress   INTEGER NOT NULL DEFAULT 0,
	not_a_send    INTEGER NOT NULL DEFAULT 0,
	rejected      INTEGER NOT NULL DEFAULT 0,
	first         INTEGER NOT NULL DEFAULT 0,
	last          INTEGER NOT NULL DEFAULT 0,
	bytes         INTEGER NOT NULL DEFAULT 0,
	total_bytes   INTEGER NOT NULL DEFAULT 0,
	took          INTEGER NOT NULL DEFAULT 0, -- milliseconds
	report        TEXT NOT NULL DEFAULT '{}'  -- JSON: columns, unmapped, zone, warnings
) STRICT;

CREATE TABLE rejection (
	import INTEGER NOT NULL REFERENCES import (id) ON DELETE CASCADE,
	n      INTEGER NOT NULL, -- counted from 1 in each import
	line   INTEGER NOT NULL,
	reason TEXT NOT NULL,
	raw    TEXT NOT NULL,
	PRIMARY KEY (import, n)
) WITHOUT ROWID, STRICT;

-- What cannot be parted but in time: failures of one error with the same bounds,
-- or successes. key is these in JSON.
CREATE TABLE strand (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	key      TEXT NOT NULL UNIQUE,
	failures INTEGER NOT NULL DEFAULT 0, -- messages
	first    INTEGER NOT NULL DEFAULT 0,
	last     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which incident a strand's failures belong to, from a time on and before
-- another. Those of a strand leave no time out. A strand that is new since the
-- incidents were last made has none yet.
CREATE TABLE extent (
	strand   INTEGER NOT NULL,
	since    INTEGER NOT NULL,
	until    INTEGER NOT NULL,
	incident INTEGER NOT NULL,
	PRIMARY KEY (strand, since)
) WITHOUT ROWID, STRICT;
CREATE INDEX extent_incident ON extent (incident);

-- An incident keeps its number and its work when it has no failures left.
-- summary repeats what cells, messages and the timeline say, so that a list of
-- incidents need not ask them; it does not count where stale is 1.
CREATE TABLE incident (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	shape      TEXT NOT NULL DEFAULT '',
	reason     TEXT NOT NULL DEFAULT '',
	outage     TEXT NOT NULL DEFAULT '',   -- JSON: what the log shows of one
	going      INTEGER NOT NULL DEFAULT 0,
	joined     INTEGER NOT NULL DEFAULT 0, -- the incident that it became a part of
	failures   INTEGER NOT NULL DEFAULT 0,
	first      INTEGER NOT NULL DEFAULT 0,
	last       INTEGER NOT NULL DEFAULT 0,
	state      TEXT NOT NULL DEFAULT 'new',
	assignee   TEXT NOT NULL DEFAULT '',
	ticket     TEXT NOT NULL DEFAULT '',
	changed    INTEGER NOT NULL DEFAULT 0,
	stale      INTEGER NOT NULL DEFAULT 1,
	summary    TEXT NOT NULL DEFAULT '', -- JSON
	detail     TEXT NOT NULL DEFAULT ''  -- JSON: what a case asks and a list does not
) STRICT;
CREATE INDEX incident_top ON incident (failures DESC, id) WHERE failures > 0;

-- model.Cell. A cell belongs to one strand for good; the same facts in another
-- strand are another cell.
CREATE TABLE cell (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	strand   INTEGER NOT NULL,
	code     INTEGER NOT NULL,
	system   INTEGER NOT NULL,
	vendor   INTEGER NOT NULL,
	http     INTEGER NOT NULL, -- a number, not a name
	title    INTEGER NOT NULL,
	waba     INTEGER NOT NULL,
	phone    INTEGER NOT NULL,
	template INTEGER NOT NULL,
	language INTEGER NOT NULL,
	kind     INTEGER NOT NULL,
	failures INTEGER NOT NULL DEFAULT 0  -- messages whose newest failure is in it
) STRICT;
CREATE INDEX cell_strand ON cell (strand);
CREATE INDEX cell_waba ON cell (waba, template, language);
-- More are made when the first log was loaded: cellindex.go.

-- One failed message: whole numbers only, so that a million rows stay small.
-- strand repeats the cell's.
CREATE TABLE failure (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	strand    INTEGER NOT NULL,
	cell      INTEGER NOT NULL,
	recipient INTEGER NOT NULL, -- E.164 digits as a number, or below 0 a hash of what the row had; 0: none
	wording   INTEGER NOT NULL,
	campaign  INTEGER NOT NULL, -- name, as are country and app
	country   INTEGER NOT NULL,
	app       INTEGER NOT NULL,
	attempts  INTEGER NOT NULL,
	delivered INTEGER NOT NULL, -- the log has a success for it too
	sig       INTEGER NOT NULL, -- tells attempts of one message apart
	import    INTEGER NOT NULL, -- that the newest attempt came with
	text      INTEGER NOT NULL  -- its place in a block
) STRICT;
CREATE INDEX failure_at ON failure (at, id, cell, wording, campaign);

-- The same messages by their strands, with what an incident's scope counts. An index
-- would be rewritten nearly whole by each batch of an import; into this they are
-- put many at a time, and the counts of cells and strands with them: see catchup.go.
CREATE TABLE by_strand (
	strand    INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	id        INTEGER NOT NULL,
	recipient INTEGER NOT NULL,
	cell      INTEGER NOT NULL,
	wording   INTEGER NOT NULL,
	campaign  INTEGER NOT NULL,
	country   INTEGER NOT NULL,
	app       INTEGER NOT NULL,
	PRIMARY KEY (strand, at, id)
) WITHOUT ROWID, STRICT;

-- What a list and the case view show besides, in blocks of texts: text.go reads
-- them. The first text of a block has the number "first", the next ones follow.
CREATE TABLE block (
	first    INTEGER PRIMARY KEY,
	failures BLOB NOT NULL, -- whose texts they are
	head     BLOB NOT NULL, -- compressed: lengths and facts
	body     BLOB NOT NULL  -- compressed: requests, responses, rows of the file
) STRICT;

-- Earlier failures of a message, and late ones that are older than the newest.
CREATE TABLE attempt (
	id        INTEGER PRIMARY KEY AUTOINCREMENT,
	failure   INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	cell      INTEGER NOT NULL,
	recipient INTEGER NOT NULL,
	wording   INTEGER NOT NULL,
	campaign  INTEGER NOT NULL,
	country   INTEGER NOT NULL,
	app       INTEGER NOT NULL,
	sig       INTEGER NOT NULL,
	import    INTEGER NOT NULL,
	text      INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_failure ON attempt (failure, at);
CREATE INDEX attempt_sig ON attempt (failure, sig);

-- What is looked up by hashes is spread all over, and a large batch of an import
-- would rewrite most of the table to put its own in. So it has a run of its own at
-- the end; what is written singly is in run 0. Looking something up asks each run.
CREATE TABLE run (
	id       INTEGER PRIMARY KEY,
	messages INTEGER NOT NULL -- about how many it has in "identity"
) STRICT;
INSERT INTO run VALUES (0, 0);

-- Which messages are known. key and tag are two parts of one SHA-256.
CREATE TABLE identity (
	run     INTEGER NOT NULL,
	key     INTEGER NOT NULL,
	tag     INTEGER NOT NULL,
	failure INTEGER NOT NULL, -- 0: never failed
	success INTEGER NOT NULL, -- the import that had its success, 0: none
	PRIMARY KEY (run, key, tag)
) WITHOUT ROWID, STRICT;

-- Numbers and ids by which a message can be found: recipient, the sender's
-- message id, fbtrace_id, ids in details. Above 0 a number, below 0 a hash.
CREATE TABLE mention (
	run     INTEGER NOT NULL,
	key     INTEGER NOT NULL,
	failure INTEGER NOT NULL,
	PRIMARY KEY (run, key, failure)
) WITHOUT ROWID, STRICT;

-- The attempts of all cells by the minute, a piece for each batch of an import, so
-- that one can be taken back: timeline.go reads them. What incidents are made from.
CREATE TABLE timeline (
	import INTEGER NOT NULL,
	n      INTEGER NOT NULL,
	counts BLOB NOT NULL,
	PRIMARY KEY (import, n)
) WITHOUT ROWID, STRICT;

-- What a cell does not have, and the strands in whose messages it was seen (dim 1
-- campaign, 2 wording): where a search has to look. A strand may have none of it
-- any more.
CREATE TABLE seen (
	dim    INTEGER NOT NULL,
	value  INTEGER NOT NULL,
	strand INTEGER NOT NULL,
	PRIMARY KEY (dim, value, strand)
) WITHOUT ROWID, STRICT;

CREATE TABLE step (
	incident INTEGER NOT NULL REFERENCES incident (id),
	step     TEXT NOT NULL,
	state    TEXT NOT NULL,
	by       TEXT NOT NULL,
	at       INTEGER NOT NULL,
	note     TEXT NOT NULL,
	PRIMARY KEY (incident, step)
) WITHOUT ROWID, STRICT;

CREATE TABLE note (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	incident INTEGER NOT NULL REFERENCES incident (id),
	at       INTEGER NOT NULL,
	who      TEXT NOT NULL,
	text     TEXT NOT NULL,
	removed  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX note_incident ON note (incident, id);

CREATE TABLE finding (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	incident INTEGER NOT NULL,
	message  INTEGER NOT NULL, -- 0: it is about the incident
	name     TEXT NOT NULL,
	title    TEXT NOT NULL,
	verdict  TEXT NOT NULL,
	summary  TEXT NOT NULL,
	facts    TEXT NOT NULL, -- JSON
	source   TEXT NOT NULL,
	at       INTEGER NOT NULL,
	took     INTEGER NOT NULL, -- nanoseconds
	raw      TEXT NOT NULL
) STRICT;
CREATE INDEX finding_of ON finding (incident, message, name, id);
CREATE INDEX finding_message ON finding (message, name, id) WHERE message <> 0;

CREATE TABLE packet (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	incident INTEGER NOT NULL,
	message  INTEGER NOT NULL,
	made     INTEGER NOT NULL,
	profile  TEXT NOT NULL,
	format   TEXT NOT NULL,
	complete INTEGER NOT NULL,
	hash     TEXT NOT NULL,
	file     TEXT NOT NULL,
	text     TEXT NOT NULL
) STRICT;
CREATE INDEX packet_incident ON packet (incident, id);

-- The audit trail. Rows are only ever added.
CREATE TABLE event (
	n      INTEGER PRIMARY KEY,
	at     INTEGER NOT NULL,
	who    TEXT NOT NULL,
	what   TEXT NOT NULL,
	target TEXT NOT NULL,
	detail TEXT NOT NULL,
	hash   TEXT NOT NULL
) STRICT;

-- Where the audit trail ends, so that a trail cut short is seen.
CREATE TABLE event_head (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	n    INTEGER NOT NULL,
	hash TEXT NOT NULL
) STRICT;

-- What agents changed by hand, for undo and redo.
CREATE TABLE change (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	at       INTEGER NOT NULL,
	who      TEXT NOT NULL,
	what     TEXT NOT NULL, -- as Undo says it
	kind     TEXT NOT NULL, -- work, step or note
	incident INTEGER NOT NULL,
	item     TEXT NOT NULL, -- the step or the note
	before   TEXT NOT NULL, -- JSON
	after    TEXT NOT NULL, -- JSON
	state    TEXT NOT NULL  -- done, undone or dropped
) STRICT;
