-- A topic that stories carry is never deleted: it is retired, keeps its name, and is given to nothing new.
ALTER TABLE topic ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;
-- What the machine suggests stays known beside what people set: how often they kept it is counted from here.
ALTER TABLE story_topic ADD COLUMN suggested TEXT;          -- empty: it suggests none; NULL: not known
ALTER TABLE story_topic ADD COLUMN suggested_why TEXT NOT NULL DEFAULT '[]';
UPDATE story_topic SET suggested = topic, suggested_why = why WHERE owner = 'machine';
CREATE INDEX story_topic_owner ON story_topic (owner);
