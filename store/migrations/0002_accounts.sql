-- Business accounts that checks may ask about. Their access tokens are never in
-- this file: keep says where each is, slot names the keyring's entry and file the
-- file that has it.
CREATE TABLE account (
	name    TEXT PRIMARY KEY COLLATE NOCASE,
	waba    TEXT NOT NULL,
	phones  TEXT NOT NULL, -- JSON
	app     TEXT NOT NULL,
	keep    TEXT NOT NULL,
	file    TEXT NOT NULL,
	slot    TEXT NOT NULL,
	expires INTEGER NOT NULL, -- milliseconds since 1970 in UTC, 0: not known, or never
	checked INTEGER NOT NULL, -- when Meta said so, 0: it was not asked
	added   INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
