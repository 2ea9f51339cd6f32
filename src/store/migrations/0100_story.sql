-- Stories: who told them first, what kind of copy each article is, which matches an editor is asked about, and which
-- article stands for a story.

-- When an article came into the world, as far as it can be known: what its portal says, within the bounds of when the
-- portal was last looked at without it and when it was first seen.
ALTER TABLE article ADD COLUMN appeared_at BIGINT;
ALTER TABLE article ADD COLUMN near_id TEXT;          -- the article of another portal that it was found to be near to
ALTER TABLE article ADD COLUMN likeness DOUBLE PRECISION; -- share of what either says that both say, 0-1
ALTER TABLE article ADD COLUMN credit TEXT;           -- whom it names as its source
UPDATE article SET appeared_at = CASE
    WHEN published_at IS NULL OR published_at + 86399000 * date_only > first_seen_at THEN first_seen_at
    ELSE published_at + 86399000 * date_only END;

ALTER TABLE story ADD COLUMN lead TEXT;               -- the article that stands for it; the one it is named after when NULL
ALTER TABLE story ADD COLUMN lead_by TEXT NOT NULL DEFAULT ''; -- who chose it; empty when that was the machine

-- "Are these two one?" A match across portals that is not verbatim is a question to an editor. Answers stay: they are
-- what later copies go by.
CREATE TABLE story_question (
    id          INTEGER PRIMARY KEY,
    article_id  TEXT NOT NULL REFERENCES article (id),
    near_id     TEXT NOT NULL REFERENCES article (id),
    story_id    TEXT NOT NULL REFERENCES story (id), -- the story that the article was put into, or may belong to
    joined      INTEGER NOT NULL,                    -- 1: it stands in that story until the answer is no
    share       DOUBLE PRECISION NOT NULL,
    contained   DOUBLE PRECISION NOT NULL,
    asked_at    BIGINT NOT NULL,
    answer      TEXT NOT NULL DEFAULT 'open',        -- open, same, apart
    answered_at BIGINT,
    actor       TEXT NOT NULL DEFAULT '',
    UNIQUE (article_id, story_id)
);
CREATE INDEX story_question_story ON story_question (story_id, answer);
CREATE INDEX story_question_open ON story_question (answer, id);
