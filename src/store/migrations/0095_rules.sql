-- Rules that people write for the queue, in the order in which they are looked at.
CREATE TABLE rule (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    place      INTEGER NOT NULL,
    body       TEXT NOT NULL,            -- triage::rules::Rule as JSON
    revision   BIGINT NOT NULL DEFAULT 1,
    actor      TEXT NOT NULL,            -- who changed it last
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- For which stories a rule held: what it did, or would have done.
CREATE TABLE rule_hit (
    rule_id  INTEGER NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
    story_id TEXT NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    shadow   INTEGER NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    did      TEXT NOT NULL,              -- triage::rules::Did as JSON, of the last time
    PRIMARY KEY (rule_id, story_id)
);
CREATE INDEX rule_hit_story ON rule_hit (story_id);
CREATE INDEX rule_hit_when ON rule_hit (last_at);

-- What rules set besides the topic, which has its own place in story_topic.
CREATE TABLE rule_value (
    story_id TEXT NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    field    TEXT NOT NULL,              -- level, assign
    value    TEXT NOT NULL,
    rule     TEXT NOT NULL,              -- its name
    set_at   BIGINT NOT NULL,
    PRIMARY KEY (story_id, field)
);

-- What rules have to say to the desk: once for each rule and story.
CREATE TABLE rule_notice (
    id       INTEGER PRIMARY KEY,
    rule     TEXT NOT NULL,              -- its name, which outlives it
    story_id TEXT NOT NULL REFERENCES story (id) ON DELETE CASCADE,
    words    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    UNIQUE (rule, story_id)
);
CREATE INDEX rule_notice_story ON rule_notice (story_id);

-- Stories that rules have not looked at since they came or changed. `turn` rises with each change, so that one that
-- comes while the rules are looking is not lost.
CREATE TABLE rule_waiting (
    story_id TEXT PRIMARY KEY REFERENCES story (id) ON DELETE CASCADE,
    turn     BIGINT NOT NULL DEFAULT 1
);
CREATE TRIGGER item_waits_for_rules AFTER INSERT ON triage_item
BEGIN INSERT INTO rule_waiting (story_id) VALUES (NEW.story_id) ON CONFLICT (story_id) DO UPDATE SET turn = turn + 1; END;
CREATE TRIGGER edited_article_waits_for_rules AFTER UPDATE OF content_hash ON article
WHEN NEW.content_hash <> OLD.content_hash AND NEW.id = NEW.story_id
BEGIN INSERT INTO rule_waiting (story_id) SELECT story_id FROM triage_item WHERE story_id = NEW.story_id
    ON CONFLICT (story_id) DO UPDATE SET turn = turn + 1; END;
CREATE TRIGGER joined_story_waits_for_rules AFTER INSERT ON article WHEN NEW.id <> NEW.story_id
BEGIN INSERT INTO rule_waiting (story_id) SELECT story_id FROM triage_item WHERE story_id = NEW.story_id
    ON CONFLICT (story_id) DO UPDATE SET turn = turn + 1; END;
-- A score falls by itself every hour; only one that rises is news.
CREATE TRIGGER risen_item_waits_for_rules AFTER UPDATE OF score ON triage_item WHEN NEW.score > OLD.score + 0.5
BEGIN INSERT INTO rule_waiting (story_id) VALUES (NEW.story_id) ON CONFLICT (story_id) DO UPDATE SET turn = turn + 1; END;
-- A topic that a rule set is no reason to run the rules again: they would never come to an end.
CREATE TRIGGER first_topic_waits_for_rules AFTER INSERT ON story_topic WHEN NEW.owner <> 'rule' AND NEW.topic <> ''
BEGIN INSERT INTO rule_waiting (story_id) SELECT story_id FROM triage_item WHERE story_id = NEW.story_id
    ON CONFLICT (story_id) DO UPDATE SET turn = turn + 1; END;
CREATE TRIGGER other_topic_waits_for_rules AFTER UPDATE OF topic ON story_topic
WHEN NEW.owner <> 'rule' AND NEW.topic <> OLD.topic
BEGIN INSERT INTO rule_waiting (story_id) SELECT story_id FROM triage_item WHERE story_id = NEW.story_id
    ON CONFLICT (story_id) DO UPDATE SET turn = turn + 1; END;
