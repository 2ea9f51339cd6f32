-- Files that articles link to. The row is there from the moment the article is; the file is fetched afterwards.
CREATE TABLE attachment (
    id            INTEGER PRIMARY KEY,
    article_id    TEXT NOT NULL REFERENCES article (id),
    place         INTEGER NOT NULL,              -- its place among the article's files
    url           TEXT NOT NULL,
    title         TEXT NOT NULL DEFAULT '',      -- the words of the link
    kind          TEXT NOT NULL DEFAULT '',      -- pdf, docx, xlsx, rtf, doc, …; empty until it is known
    state         TEXT NOT NULL DEFAULT 'waiting', -- waiting, text, scanned, refused, failed
    reason        TEXT,                          -- why it is refused or failed, in words
    bytes         BIGINT,
    sha256        TEXT,
    text          TEXT NOT NULL DEFAULT '',      -- bounded; empty unless the state is text
    etag          TEXT,
    last_modified TEXT,
    fetched_at    BIGINT,
    tries         INTEGER NOT NULL DEFAULT 0,    -- fetches that failed for a while
    next_try_at   BIGINT DEFAULT 0,              -- when to fetch it (again); nothing once that is settled
    UNIQUE (article_id, url)
);
CREATE INDEX attachment_due ON attachment (next_try_at);
CREATE INDEX attachment_sha256 ON attachment (sha256);
CREATE INDEX attachment_url ON attachment (url);

-- Articles of before have their files in a list.
INSERT INTO attachment (article_id, place, url, title)
SELECT a.id, j.key, json_extract(j.value, '$.url'), COALESCE(json_extract(j.value, '$.title'), '')
FROM article a, json_each(a.attachments) j
WHERE a.status = 'live' AND json_extract(j.value, '$.url') IS NOT NULL
ON CONFLICT (article_id, url) DO NOTHING;

-- Addresses that served what bears a mark of secrecy. Nothing of the content is kept, and the address is not asked
-- again until a person has dealt with it.
CREATE TABLE notice (
    id         INTEGER PRIMARY KEY,
    portal_id  INTEGER NOT NULL REFERENCES portal (id),
    url        TEXT NOT NULL,
    article_id TEXT,                             -- the article that links to it, when it is a file
    mark       TEXT NOT NULL,                    -- MẬT, TỐI MẬT, TUYỆT MẬT
    seen_at    BIGINT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'open',     -- open, cleared (may be asked again), not_secret (may be kept)
    cleared_at BIGINT,
    cleared_by TEXT,
    UNIQUE (portal_id, url)
);
CREATE INDEX notice_state ON notice (state);
