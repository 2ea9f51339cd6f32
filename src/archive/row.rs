//! The rows of an article: the article itself, its versions, the documents that it cites, and the revision that every
//! change of the record takes.

use anyhow::{Context, Result};
use sqlx::Row;
use url::Url;

use super::Incoming;
use crate::store::{Connection, millis};

/// Gives an article the record's next revision, because something that belongs to it has changed.
pub(super) async fn touch(connection: &mut Connection, id: &str) -> Result<i64> {
    let revision = next_revision(connection).await?;
    sqlx::query("UPDATE article SET revision = $2 WHERE id = $1")
        .bind(id)
        .bind(revision)
        .execute(connection)
        .await
        .with_context(|| format!("cannot note that article {id} has changed"))?;
    Ok(revision)
}

pub(super) async fn next_revision(connection: &mut Connection) -> Result<i64> {
    let row = sqlx::query("UPDATE journal SET revision = revision + 1 RETURNING revision")
        .fetch_one(connection)
        .await
        .context("cannot take the next revision")?;
    Ok(row.try_get("revision")?)
}

pub(super) async fn insert(connection: &mut Connection, incoming: &Incoming, revision: i64) -> Result<()> {
    let (article, now) = (&incoming.article, millis(incoming.now));
    sqlx::query(
        "INSERT INTO article (id, portal_id, url, title, summary, text, published_at, date_only, modified_at, author, \
         category, image, language, documents, attachments, problems, noarchive, content_hash, story_id, copy_kind, \
         revision, first_seen_at, last_seen_at, checked_at) VALUES \
         ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22, $22)",
    )
    .bind(&incoming.id)
    .bind(incoming.portal)
    .bind(incoming.url.as_str())
    .bind(&article.title)
    .bind(&article.summary)
    .bind(&article.text)
    .bind(article.published.map(millis))
    .bind(i64::from(article.date_only))
    .bind(article.modified.map(millis))
    .bind(&article.author)
    .bind(&article.category)
    .bind(article.image.as_ref().map(Url::as_str))
    .bind(&article.language)
    .bind(serde_json::to_string(&article.documents)?)
    .bind(serde_json::to_string(&article.attachments)?)
    .bind(serde_json::to_string(&incoming.problems)?)
    .bind(i64::from(article.noarchive))
    .bind(&incoming.content_hash)
    .bind(&incoming.story)
    .bind(incoming.copy.as_str())
    .bind(revision)
    .bind(now)
    .execute(connection)
    .await
    .with_context(|| format!("cannot keep article {}", incoming.url))?;
    Ok(())
}

/// What is known stays where the page no longer says it: a date that only the listing gave is not lost.
pub(super) async fn update(
    connection: &mut Connection,
    incoming: &Incoming,
    revision: i64,
    version: i64,
) -> Result<()> {
    let (article, now) = (&incoming.article, millis(incoming.now));
    sqlx::query(
        "UPDATE article SET title = $2, summary = $3, text = $4, published_at = COALESCE($5, published_at), \
         date_only = CASE WHEN $5 IS NULL THEN date_only ELSE $6 END, modified_at = COALESCE($7, modified_at), \
         author = $8, category = $9, image = $10, language = $11, documents = $12, attachments = $13, problems = $14, \
         noarchive = $15, content_hash = $16, revision = $17, version = $18, status = 'live', missing_since = NULL, \
         last_seen_at = $19, checked_at = $19 WHERE id = $1",
    )
    .bind(&incoming.id)
    .bind(&article.title)
    .bind(&article.summary)
    .bind(&article.text)
    .bind(article.published.map(millis))
    .bind(i64::from(article.date_only))
    .bind(article.modified.map(millis))
    .bind(&article.author)
    .bind(&article.category)
    .bind(article.image.as_ref().map(Url::as_str))
    .bind(&article.language)
    .bind(serde_json::to_string(&article.documents)?)
    .bind(serde_json::to_string(&article.attachments)?)
    .bind(serde_json::to_string(&incoming.problems)?)
    .bind(i64::from(article.noarchive))
    .bind(&incoming.content_hash)
    .bind(revision)
    .bind(version)
    .bind(now)
    .execute(connection)
    .await
    .with_context(|| format!("cannot keep article {}", incoming.url))?;
    Ok(())
}

pub(super) async fn add_version(connection: &mut Connection, incoming: &Incoming, version: i64) -> Result<()> {
    let article = &incoming.article;
    sqlx::query(
        "INSERT INTO article_version (article_id, version, seen_at, title, summary, text, published_at, content_hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&incoming.id)
    .bind(version)
    .bind(millis(incoming.now))
    .bind(&article.title)
    .bind(&article.summary)
    .bind(&article.text)
    .bind(article.published.map(millis))
    .bind(&incoming.content_hash)
    .execute(connection)
    .await
    .with_context(|| format!("cannot keep version {version} of {}", incoming.url))?;
    Ok(())
}

pub(super) async fn forget_citations(connection: &mut Connection, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM article_document WHERE article_id = $1")
        .bind(id)
        .execute(connection)
        .await
        .context("cannot note which documents are cited")?;
    Ok(())
}

pub(super) async fn cite(connection: &mut Connection, incoming: &Incoming) -> Result<()> {
    let article = &incoming.article;
    for number in &article.documents {
        let cited = article.citations.iter().find(|cited| cited.number == *number);
        sqlx::query(
            "INSERT INTO article_document (number, article_id, issuer, issued_on) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind(number)
        .bind(&incoming.id)
        .bind(cited.and_then(|cited| cited.issuer.as_deref()))
        .bind(cited.and_then(|cited| cited.date).map(|date| date.to_string()))
        .execute(&mut *connection)
        .await
        .context("cannot note which documents are cited")?;
    }
    Ok(())
}

/// Notes beside each citation when its article was published.
pub(super) async fn date_citations(connection: &mut Connection, incoming: &Incoming) -> Result<()> {
    if incoming.article.documents.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE article_document SET published_at = \
         (SELECT COALESCE(a.published_at, a.first_seen_at) FROM article a WHERE a.id = $1) WHERE article_id = $1",
    )
    .bind(&incoming.id)
    .execute(connection)
    .await
    .context("cannot note when documents were cited")?;
    Ok(())
}
