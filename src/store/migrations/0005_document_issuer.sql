-- Who issued a cited document and when, as the citing article says it; nothing where it does not. A number alone is not
-- unique: 1182/QĐ-UBND exists in every province.
ALTER TABLE article_document ADD COLUMN issuer TEXT;
ALTER TABLE article_document ADD COLUMN issued_on TEXT; -- 2024-03-12

-- Articles are sent to the search engines again: what they hold so far shows numbers of persons. A target that is not
-- in use costs one row for each article.
UPDATE journal SET revision = revision + 1;
INSERT INTO outbox (target, article_id, revision)
SELECT t.target, a.id, j.revision
FROM (SELECT 'embedded' AS target UNION ALL SELECT 'meilisearch' AS target) t CROSS JOIN article a CROSS JOIN journal j
WHERE true
ON CONFLICT (target, article_id) DO UPDATE SET revision = excluded.revision, problem = NULL;
