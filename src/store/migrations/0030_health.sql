-- How each portal has been: what is wrong by name, since when, and what is usual.
ALTER TABLE portal ADD COLUMN cause TEXT;                 -- what was wrong with the last visit, a code of portal::health
ALTER TABLE portal ADD COLUMN cause_since BIGINT;         -- when visits began to have a cause, or to have none
ALTER TABLE portal ADD COLUMN points DOUBLE PRECISION NOT NULL DEFAULT 0; -- failure points since a visit without a cause
ALTER TABLE portal ADD COLUMN usual_per_day DOUBLE PRECISION; -- articles a day, as it was when the last one came
ALTER TABLE portal ADD COLUMN state_since BIGINT;         -- when it was registered, paused or resumed
ALTER TABLE portal ADD COLUMN family TEXT;                -- the software it runs on, as its pages show it
ALTER TABLE portal ADD COLUMN yields TEXT;                -- what its pages give, before and lately, as JSON
ALTER TABLE portal ADD COLUMN ca_file TEXT;               -- certificates of its own, a file
UPDATE portal SET state_since = created_at;
UPDATE portal SET cause = 'other', cause_since = last_visit_at, points = failures WHERE failures > 0;
CREATE INDEX portal_family ON portal (family);

-- Trouble that struck many portals at once, told once.
CREATE TABLE incident (
    id       INTEGER PRIMARY KEY,
    kin      TEXT NOT NULL,            -- network, or the code of the cause
    family   TEXT NOT NULL DEFAULT '', -- the software family it is about; empty: ours
    cause    TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    ended_at BIGINT,
    struck   BIGINT NOT NULL,          -- portals that were struck
    asked    BIGINT NOT NULL           -- portals that were visited, or that the family has
);
CREATE INDEX incident_open ON incident (ended_at, last_at);
