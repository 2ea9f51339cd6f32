-- What visits learn about a portal's addresses, and what they ask its operator.

ALTER TABLE portal ADD COLUMN learnt TEXT NOT NULL DEFAULT '{}'; -- portal::Learnt as JSON
ALTER TABLE portal ADD COLUMN moves TEXT NOT NULL DEFAULT '[]';  -- hosts that it left, with where it went

-- Other addresses of an article than its own.
CREATE TABLE article_address (
    portal_id  INTEGER NOT NULL REFERENCES portal (id),
    url        TEXT NOT NULL,
    article_id TEXT NOT NULL REFERENCES article (id),
    kind       TEXT NOT NULL,                -- spelling: as the learnt rules spell it; claim: it calls another its own
    PRIMARY KEY (portal_id, url)
);
CREATE INDEX article_address_article ON article_address (article_id);

CREATE TABLE question (
    portal_id   INTEGER NOT NULL REFERENCES portal (id),
    kind        TEXT NOT NULL,               -- gone, empty, moved
    subject     TEXT NOT NULL DEFAULT '',    -- moved: the address that leads elsewhere
    facts       TEXT NOT NULL,               -- portal::questions::Facts as JSON
    state       TEXT NOT NULL,               -- watched, open, answered
    days        INTEGER NOT NULL DEFAULT 1,  -- days on which it was seen
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    answer      TEXT,                        -- yes, no
    answered_at BIGINT,
    PRIMARY KEY (portal_id, kind, subject)
);
