-- The record. Instants are milliseconds since 1970, UTC; truth values are 0 and 1; lists and parts are JSON text.

CREATE TABLE portal (
    id           INTEGER PRIMARY KEY,
    slug         TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    name_en      TEXT NOT NULL DEFAULT '',
    kind         TEXT NOT NULL,
    parent       TEXT,                       -- slug of the portal it is a component of
    url          TEXT NOT NULL,
    state        TEXT NOT NULL DEFAULT 'active',  -- active, paused, removed
    aliases      TEXT NOT NULL DEFAULT '[]', -- other domains of the same portal
    predecessors TEXT NOT NULL DEFAULT '[]', -- bodies and domains that became this one
    sources      TEXT NOT NULL DEFAULT '[]', -- feeds, sitemaps and listing pages that were registered
    found        TEXT NOT NULL DEFAULT '[]', -- those that visits found
    rules        TEXT,                       -- selectors of its own, when it has any
    cron         TEXT,                       -- its own schedule instead of its kind's
    delay_ms     BIGINT,                     -- its own pace instead of the general one
    confidence   TEXT NOT NULL DEFAULT '',
    notes        TEXT NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    last_visit_at   BIGINT,
    last_success_at BIGINT,
    last_new_at     BIGINT,
    next_visit_at   BIGINT,
    failures     INTEGER NOT NULL DEFAULT 0, -- visits in a row without success
    problem      TEXT                        -- why the last visit failed, in words
);

CREATE TABLE visit (
    id         INTEGER PRIMARY KEY,
    portal_id  INTEGER NOT NULL REFERENCES portal (id),
    started_at BIGINT NOT NULL,
    elapsed_ms BIGINT NOT NULL,
    report     TEXT NOT NULL
);
CREATE INDEX visit_portal ON visit (portal_id, started_at);

CREATE TABLE story (
    id         TEXT PRIMARY KEY,             -- the id of its first article
    created_at BIGINT NOT NULL
);

CREATE TABLE article (
    id            TEXT PRIMARY KEY,
    portal_id     INTEGER NOT NULL REFERENCES portal (id),
    url           TEXT NOT NULL,
    title         TEXT NOT NULL,
    summary       TEXT NOT NULL DEFAULT '',
    text          TEXT NOT NULL DEFAULT '',
    published_at  BIGINT,
    date_only     INTEGER NOT NULL DEFAULT 0,
    modified_at   BIGINT,
    author        TEXT NOT NULL DEFAULT '',
    category      TEXT NOT NULL DEFAULT '',
    image         TEXT,
    language      TEXT NOT NULL DEFAULT '',
    documents     TEXT NOT NULL DEFAULT '[]',
    attachments   TEXT NOT NULL DEFAULT '[]',
    problems      TEXT NOT NULL DEFAULT '[]',
    noarchive     INTEGER NOT NULL DEFAULT 0,
    content_hash  TEXT NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1,
    status        TEXT NOT NULL DEFAULT 'live',   -- live, gone
    story_id      TEXT NOT NULL REFERENCES story (id),
    copy_kind     TEXT NOT NULL DEFAULT 'origin', -- origin, verbatim, near
    revision      BIGINT NOT NULL,           -- rises with every change of the record; the index carries it
    first_seen_at BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    checked_at    BIGINT NOT NULL,           -- when its page was last asked for
    missing_since BIGINT,
    UNIQUE (portal_id, url)
);
CREATE INDEX article_story ON article (story_id);
CREATE INDEX article_checked ON article (portal_id, status, checked_at);
CREATE INDEX article_content ON article (portal_id, content_hash);
CREATE INDEX article_published ON article (published_at);

CREATE TABLE article_version (
    article_id   TEXT NOT NULL REFERENCES article (id),
    version      INTEGER NOT NULL,
    seen_at      BIGINT NOT NULL,
    title        TEXT NOT NULL,
    summary      TEXT NOT NULL,
    text         TEXT NOT NULL,
    published_at BIGINT,
    content_hash TEXT NOT NULL,
    PRIMARY KEY (article_id, version)
);

CREATE TABLE article_document (
    number     TEXT NOT NULL,
    article_id TEXT NOT NULL REFERENCES article (id),
    PRIMARY KEY (number, article_id)
);
CREATE INDEX article_document_article ON article_document (article_id);

CREATE TABLE triage_item (
    id           INTEGER PRIMARY KEY,
    story_id     TEXT NOT NULL UNIQUE REFERENCES story (id),
    state        TEXT NOT NULL DEFAULT 'new',
    level        TEXT,
    revision     BIGINT NOT NULL DEFAULT 1,
    score        DOUBLE PRECISION NOT NULL DEFAULT 0,
    parts        TEXT NOT NULL DEFAULT '[]',
    snoozed_until BIGINT,
    amplified_at BIGINT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX triage_queue ON triage_item (state, score);

CREATE TABLE decision (
    id         INTEGER PRIMARY KEY,
    item_id    INTEGER NOT NULL REFERENCES triage_item (id),
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    reason     TEXT NOT NULL DEFAULT '',
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    detail     TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX decision_item ON decision (item_id, id);

CREATE TRIGGER decision_is_never_edited BEFORE UPDATE ON decision
BEGIN SELECT RAISE(ABORT, 'a decision is never edited'); END;
CREATE TRIGGER decision_is_never_deleted BEFORE DELETE ON decision
BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END;

CREATE TABLE account (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL,             -- admin, operator, editor, officer
    password_hash TEXT,
    disabled      INTEGER NOT NULL DEFAULT 0,
    failures      INTEGER NOT NULL DEFAULT 0,
    locked_until  BIGINT,
    created_at    BIGINT NOT NULL
);

CREATE TABLE account_portal (
    account_id INTEGER NOT NULL REFERENCES account (id),
    portal     TEXT NOT NULL,                -- slug
    PRIMARY KEY (account_id, portal)
);

CREATE TABLE sign_in_link (
    token_hash TEXT PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE session (
    token_hash   TEXT PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id),
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL DEFAULT '',
    detail  TEXT NOT NULL DEFAULT ''
);

-- The last number given to a change; articles and the index carry it so that an old write cannot win.
CREATE TABLE journal (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    revision BIGINT NOT NULL
);
INSERT INTO journal (only_row, revision) VALUES (1, 0);

-- Articles whose copy in the search index is behind: a set of dirty ids, not a log of events.
CREATE TABLE outbox (
    target     TEXT NOT NULL,                -- embedded, meilisearch
    article_id TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    problem    TEXT,                         -- set when the engine refused this one; it waits for a person
    PRIMARY KEY (target, article_id)
);
