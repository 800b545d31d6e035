-- Failures that an agent has moved to an incident by hand: the word of a person,
-- which stands whatever the incidents are made of later.
CREATE TABLE pin (
	message  INTEGER PRIMARY KEY,
	incident INTEGER NOT NULL, -- where it was moved to; that one may have become a part of another since
	source   INTEGER NOT NULL, -- where it was then
	who      TEXT NOT NULL,
	at       INTEGER NOT NULL
) STRICT;

-- Such failures stand in strands of their own, one for each strand that they come
-- from and incident that they were moved to, so that all kept counts are right and
-- an incident stays as whole strands. Their numbers, and those of their cells, are
-- below 0: an import gives out the others in memory. Attempts stay with the strand
-- that they come from, in the timeline: incidents are made of these as if
-- nothing had been moved.
CREATE TABLE pinned (
	strand   INTEGER PRIMARY KEY,
	origin   INTEGER NOT NULL, -- a strand
	incident INTEGER NOT NULL,
	UNIQUE (origin, incident)
) STRICT;
