-- What the numbers of the desk go by stands in the item itself: they are read without a look at the articles.
ALTER TABLE triage_item ADD COLUMN portal_id INTEGER;      -- the portal that had it first
ALTER TABLE triage_item ADD COLUMN published_at BIGINT;    -- when it did, or when it was first seen
UPDATE triage_item SET
    portal_id = (SELECT a.portal_id FROM article a WHERE a.id = triage_item.story_id),
    published_at = (SELECT COALESCE(a.published_at, a.first_seen_at) FROM article a WHERE a.id = triage_item.story_id);
CREATE TRIGGER item_has_its_portal AFTER INSERT ON triage_item
BEGIN
    UPDATE triage_item SET
        portal_id = (SELECT a.portal_id FROM article a WHERE a.id = NEW.story_id),
        published_at = (SELECT COALESCE(a.published_at, a.first_seen_at) FROM article a WHERE a.id = NEW.story_id)
    WHERE id = NEW.id;
END;

DROP INDEX triage_rising;
CREATE INDEX triage_rising ON triage_item (state, growth, id) WHERE growth > 0;
