-- When the article that cites a document was published: who explained a document first, and who last, is one step in
-- an index, however many articles cite it.
ALTER TABLE article_document ADD COLUMN published_at BIGINT;
UPDATE article_document
SET published_at = (SELECT COALESCE(a.published_at, a.first_seen_at) FROM article a WHERE a.id = article_document.article_id);
CREATE INDEX article_document_when ON article_document (number, published_at);
