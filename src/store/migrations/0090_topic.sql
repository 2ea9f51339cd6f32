-- Fields of state administration, as far as they were edited; an empty table stands for the list that the program brings.
CREATE TABLE topic (
    code    TEXT PRIMARY KEY,
    place   INTEGER NOT NULL,            -- in lists, and before others that fit as well
    name    TEXT NOT NULL,
    name_en TEXT NOT NULL DEFAULT '',
    words   TEXT NOT NULL DEFAULT '[]',
    bodies  TEXT NOT NULL DEFAULT '[]'
);

-- The field that a story belongs to, and to whom that value belongs. An empty topic is a value too: none.
CREATE TABLE story_topic (
    story_id TEXT PRIMARY KEY REFERENCES story (id) ON DELETE CASCADE,
    topic    TEXT NOT NULL,
    owner    TEXT NOT NULL,              -- machine, rule, human-ministry, human-centre
    why      TEXT NOT NULL DEFAULT '[]', -- what a machine or rule went by: pairs of place and word
    actor    TEXT NOT NULL DEFAULT '',
    set_at   BIGINT NOT NULL
);
CREATE INDEX story_topic_topic ON story_topic (topic);

-- Stories that the machine has not looked at since they came or were edited.
CREATE TABLE topic_waiting (
    story_id TEXT PRIMARY KEY REFERENCES story (id) ON DELETE CASCADE
);
INSERT INTO topic_waiting (story_id) SELECT id FROM story;
CREATE TRIGGER story_waits_for_topic AFTER INSERT ON story
BEGIN INSERT INTO topic_waiting (story_id) VALUES (NEW.id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER edited_story_waits_for_topic AFTER UPDATE OF content_hash ON article
WHEN NEW.content_hash <> OLD.content_hash AND NEW.id = NEW.story_id
BEGIN INSERT INTO topic_waiting (story_id) VALUES (NEW.story_id) ON CONFLICT DO NOTHING; END;

-- Meilisearch has to learn of the new field; the embedded index sees by itself that it is of another version.
UPDATE journal SET revision = revision + 1;
INSERT INTO outbox (target, article_id, revision)
SELECT 'meilisearch', a.id, j.revision FROM article a CROSS JOIN journal j
WHERE EXISTS (SELECT 1 FROM article)
ON CONFLICT (target, article_id) DO UPDATE SET revision = excluded.revision, problem = NULL;
