-- Pages that a visit found and has not read yet. They are written down before the first of them is read, so that a
-- crash in the middle loses none: the listing's first page may show nothing new by then.
CREATE TABLE lead (
    id           INTEGER PRIMARY KEY,
    portal_id    INTEGER NOT NULL REFERENCES portal (id),
    url          TEXT NOT NULL,
    listing      INTEGER NOT NULL DEFAULT 0, -- 1: a page of a listing from which a walk goes on
    title        TEXT,
    published_at BIGINT,
    tries        INTEGER NOT NULL DEFAULT 0, -- visits that failed to read it
    UNIQUE (portal_id, url)
);
