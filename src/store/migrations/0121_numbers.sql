-- The numbers of the desk are read from this index alone, day by day, without a look at the items.
DROP INDEX triage_created;
CREATE INDEX triage_numbers ON triage_item (created_at, portal_id, decided_at, amplified_at, published_at);
