-- The walk of a whole portal (lantoa sweep): every page that was found, before any of them is asked for, and what came
-- of those that were. A sweep that is stopped goes on from here; the rows go when it is done.
CREATE TABLE sweep_page (
    id           INTEGER PRIMARY KEY,
    portal_id    INTEGER NOT NULL REFERENCES portal (id),
    url          TEXT NOT NULL,
    depth        INTEGER NOT NULL,           -- hops from the home page
    found_on     TEXT,                       -- the page that led here first
    title        TEXT,                       -- as the listing has it
    published_at BIGINT,
    known        INTEGER NOT NULL DEFAULT 0, -- 1: the record had it as an article when it was found
    tries        INTEGER NOT NULL DEFAULT 0, -- runs that failed to read it
    turn         INTEGER,                    -- the order in which pages were dealt with; NULL: it waits
    outcome      TEXT,
    facts        TEXT,                       -- JSON: what traps are recognised by
    UNIQUE (portal_id, url)
);
