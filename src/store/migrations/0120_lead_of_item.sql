-- What the desk filters, counts and orders by is that of the article that stands for the story, and follows when another
-- one does: by an editor's choice, or because the one that stood for it left.
DROP TRIGGER item_enters;
DROP TRIGGER item_has_its_portal;
CREATE TRIGGER item_enters AFTER INSERT ON triage_item
BEGIN
    UPDATE triage_item SET
        (kind, portal_id, published_at) = (SELECT p.kind, a.portal_id, COALESCE(a.published_at, a.first_seen_at)
            FROM story s JOIN article a ON a.id = COALESCE(s.lead, s.id) JOIN portal p ON p.id = a.portal_id
            WHERE s.id = NEW.story_id)
    WHERE id = NEW.id AND EXISTS (SELECT 1 FROM story s JOIN article a ON a.id = COALESCE(s.lead, s.id)
            WHERE s.id = NEW.story_id);
    UPDATE triage_item SET topic = (SELECT s.topic FROM story_topic s WHERE s.story_id = NEW.story_id)
    WHERE id = NEW.id AND EXISTS (SELECT 1 FROM story_topic s WHERE s.story_id = NEW.story_id);
    INSERT INTO triage_place (portal_id, item_id)
    SELECT DISTINCT a.portal_id, NEW.id FROM article a WHERE a.story_id = NEW.story_id ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER lead_reaches_item AFTER UPDATE OF lead ON story WHEN NEW.lead IS NOT OLD.lead
BEGIN
    UPDATE triage_item SET
        (kind, portal_id, published_at) = (SELECT p.kind, a.portal_id, COALESCE(a.published_at, a.first_seen_at)
            FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.id = COALESCE(NEW.lead, NEW.id))
    WHERE story_id = NEW.id AND EXISTS (SELECT 1 FROM article a WHERE a.id = COALESCE(NEW.lead, NEW.id));
END;
UPDATE triage_item SET
    (kind, portal_id, published_at) = (SELECT p.kind, a.portal_id, COALESCE(a.published_at, a.first_seen_at)
        FROM story s JOIN article a ON a.id = s.lead JOIN portal p ON p.id = a.portal_id WHERE s.id = triage_item.story_id)
WHERE story_id IN (SELECT s.id FROM story s JOIN article a ON a.id = s.lead WHERE s.lead <> s.id);
