-- What Meilisearch holds of an article now carries its place in its story and the parts of the numbers that it cites, so
-- every article is sent to it again. The embedded index sees by itself that it is of another version.
UPDATE journal SET revision = revision + 1;
INSERT INTO outbox (target, article_id, revision)
SELECT 'meilisearch', a.id, j.revision FROM article a CROSS JOIN journal j
WHERE EXISTS (SELECT 1 FROM article)
ON CONFLICT (target, article_id) DO UPDATE SET revision = excluded.revision, problem = NULL;
