-- Stories that are looked at once more because the list of topics changed wait behind those that came or were edited.
ALTER TABLE topic_waiting ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
CREATE INDEX topic_waiting_turn ON topic_waiting (again, story_id);

-- When a rule last held is asked for each rule that has old hits.
CREATE INDEX rule_hit_last ON rule_hit (rule_id, last_at);
