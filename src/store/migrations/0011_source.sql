-- What the polls of each feed, sitemap and listing have taught, and when it is due again.

CREATE TABLE source (
    portal_id INTEGER NOT NULL REFERENCES portal (id),
    url       TEXT NOT NULL,
    history   TEXT NOT NULL,              -- schedule::History as JSON
    due_at    BIGINT NOT NULL,
    failures  INTEGER NOT NULL DEFAULT 0, -- polls in a row that failed
    PRIMARY KEY (portal_id, url)
);
