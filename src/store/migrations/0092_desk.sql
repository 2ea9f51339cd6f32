-- What the desk filters and orders by stands in the item itself, so that a page of the queue is a few steps in an index
-- however many items wait.
ALTER TABLE triage_item ADD COLUMN kind TEXT NOT NULL DEFAULT 'other';  -- of the portal that had it first
ALTER TABLE triage_item ADD COLUMN topic TEXT NOT NULL DEFAULT '';      -- follows story_topic; empty for none
ALTER TABLE triage_item ADD COLUMN growth DOUBLE PRECISION NOT NULL DEFAULT 0; -- points of its score for growing now
ALTER TABLE triage_item ADD COLUMN deadline BIGINT;
ALTER TABLE triage_item ADD COLUMN assigned_to TEXT;                    -- name of an account
ALTER TABLE triage_item ADD COLUMN decided_at BIGINT;                   -- when it first left the queue
ALTER TABLE triage_item ADD COLUMN corrected_at BIGINT;                 -- when the centre corrected it after amplifying
ALTER TABLE triage_item ADD COLUMN correction TEXT NOT NULL DEFAULT ''; -- what the centre says about that, to everybody
UPDATE triage_item SET
    kind = COALESCE((SELECT p.kind FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.id = triage_item.story_id), 'other'),
    topic = COALESCE((SELECT s.topic FROM story_topic s WHERE s.story_id = triage_item.story_id), ''),
    decided_at = (SELECT MIN(d.at) FROM decision d WHERE d.item_id = triage_item.id
                  AND d.action IN ('amplify', 'routine', 'reject', 'merge')),
    deadline = (SELECT CAST(strftime('%s', json_extract(d.detail, '$.deadline')) AS INTEGER) * 1000 FROM decision d
                WHERE d.item_id = triage_item.id AND d.action = 'amplify' ORDER BY d.id DESC LIMIT 1);
DROP INDEX triage_queue;
CREATE INDEX triage_queue ON triage_item (state, score, id, level, created_at, deadline, kind, topic);
CREATE INDEX triage_updated ON triage_item (state, updated_at);
CREATE INDEX triage_snoozed ON triage_item (snoozed_until) WHERE snoozed_until IS NOT NULL;
CREATE INDEX triage_rising ON triage_item (growth) WHERE growth > 0;
CREATE INDEX triage_assigned ON triage_item (assigned_to) WHERE assigned_to IS NOT NULL;
CREATE INDEX triage_created ON triage_item (created_at);
CREATE INDEX triage_waiting ON triage_item (created_at) WHERE state IN ('new', 'proposed');
CREATE INDEX triage_decided ON triage_item (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX portal_parent ON portal (parent) WHERE parent IS NOT NULL;

-- Which portals carry the story of an item. An officer's queue starts here.
CREATE TABLE triage_place (
    portal_id INTEGER NOT NULL REFERENCES portal (id),
    item_id   INTEGER NOT NULL REFERENCES triage_item (id) ON DELETE CASCADE,
    PRIMARY KEY (portal_id, item_id)
) WITHOUT ROWID;
CREATE INDEX triage_place_item ON triage_place (item_id);
INSERT INTO triage_place (portal_id, item_id)
SELECT DISTINCT a.portal_id, t.id FROM triage_item t JOIN article a ON a.story_id = t.story_id;

CREATE TRIGGER item_enters AFTER INSERT ON triage_item
BEGIN
    UPDATE triage_item SET
        kind = COALESCE((SELECT p.kind FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.id = NEW.story_id), 'other'),
        topic = COALESCE((SELECT s.topic FROM story_topic s WHERE s.story_id = NEW.story_id), '')
    WHERE id = NEW.id;
    INSERT INTO triage_place (portal_id, item_id)
    SELECT DISTINCT a.portal_id, NEW.id FROM article a WHERE a.story_id = NEW.story_id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER article_joins_item AFTER INSERT ON article
BEGIN
    INSERT INTO triage_place (portal_id, item_id)
    SELECT NEW.portal_id, t.id FROM triage_item t WHERE t.story_id = NEW.story_id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER article_changes_item AFTER UPDATE OF story_id ON article WHEN NEW.story_id <> OLD.story_id
BEGIN
    DELETE FROM triage_place
    WHERE portal_id = OLD.portal_id AND item_id IN (SELECT t.id FROM triage_item t WHERE t.story_id = OLD.story_id)
      AND NOT EXISTS (SELECT 1 FROM article a WHERE a.story_id = OLD.story_id AND a.portal_id = OLD.portal_id);
    INSERT INTO triage_place (portal_id, item_id)
    SELECT NEW.portal_id, t.id FROM triage_item t WHERE t.story_id = NEW.story_id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER topic_reaches_item AFTER INSERT ON story_topic
BEGIN UPDATE triage_item SET topic = NEW.topic WHERE story_id = NEW.story_id AND topic <> NEW.topic; END;
CREATE TRIGGER topic_of_item_changes AFTER UPDATE OF topic ON story_topic WHEN NEW.topic <> OLD.topic
BEGIN UPDATE triage_item SET topic = NEW.topic WHERE story_id = NEW.story_id; END;

-- What changed at the desk, in order; whoever watches asks for what came after the last number that they know. Only the
-- latest lines are kept: who was away for longer loads the page anew.
CREATE TABLE desk_change (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id INTEGER NOT NULL
);
CREATE TRIGGER item_is_news AFTER INSERT ON triage_item
BEGIN
    INSERT INTO desk_change (item_id) VALUES (NEW.id);
    DELETE FROM desk_change WHERE seq <= (SELECT MAX(seq) FROM desk_change) - 5000;
END;
CREATE TRIGGER item_changes AFTER UPDATE OF revision ON triage_item WHEN NEW.revision <> OLD.revision
BEGIN
    INSERT INTO desk_change (item_id) VALUES (NEW.id);
    DELETE FROM desk_change WHERE seq <= (SELECT MAX(seq) FROM desk_change) - 5000;
END;

-- What officers proposed and what became of it; the two keys are counted from here.
CREATE TABLE proposal (
    id          INTEGER PRIMARY KEY,
    item_id     INTEGER NOT NULL REFERENCES triage_item (id),
    portal_id   INTEGER NOT NULL REFERENCES portal (id), -- whom the officer spoke for
    actor       TEXT NOT NULL,
    level       TEXT NOT NULL,
    deadline    BIGINT,
    reason      TEXT NOT NULL DEFAULT '',
    proposed_at BIGINT NOT NULL,
    outcome     TEXT,                        -- accepted, ranked, returned, declined, withdrawn; empty while it waits
    answered_at BIGINT
);
CREATE INDEX proposal_item ON proposal (item_id, id);
CREATE INDEX proposal_portal ON proposal (portal_id, proposed_at);

-- Filters that a person keeps as tabs.
CREATE TABLE desk_view (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    query      TEXT NOT NULL,
    UNIQUE (account_id, name)
);

-- What a person set at the desk.
CREATE TABLE desk_setting (
    account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    keys       INTEGER NOT NULL DEFAULT 1    -- whether single keys press buttons (WCAG 2.1.4)
);
