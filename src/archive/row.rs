//! The rows of an article: the article itself, its versions, the documents that it cites, and the revision that every
//! change of the record takes.

use anyhow::{Context, Result};
use sqlx::{QueryBuilder, Row};
use url::Url;

use super::stories::Placed;
use super::{Incoming, credit};
use crate::store::{Connection, millis};

/// Citations of one statement; each number of them is a statement that the database keeps ready.
const CITED_TOGETHER: usize = 16;

/// Gives an article the record's next revision, because something that belongs to it has changed.
///
/// # Errors
/// When the record cannot be written.
pub async fn touch(connection: &mut Connection, id: &str) -> Result<i64> {
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

/// A new article's rows: the story unless the record has it, the article, its first version. Returns the record's new
/// revision, and whether the article is its story's only one.
///
/// The statements go together, because a message to the database costs more than most of them. They share their
/// numbered values; a database that takes one statement a message needs them one by one.
pub(super) async fn begin(connection: &mut Connection, incoming: &Incoming, placed: &Placed) -> Result<(i64, bool)> {
    let (article, now) = (&incoming.article, millis(incoming.now));
    let rows = sqlx::query(
        "UPDATE journal SET revision = revision + 1; \
         INSERT INTO story (id, created_at) VALUES ($19, $21) ON CONFLICT (id) DO NOTHING; \
         INSERT INTO article (id, portal_id, url, title, summary, text, published_at, date_only, modified_at, author, \
         category, image, language, documents, attachments, problems, noarchive, content_hash, story_id, copy_kind, \
         revision, first_seen_at, last_seen_at, checked_at, appeared_at, near_id, likeness, credit) VALUES \
         ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
         (SELECT revision FROM journal), $21, $21, $21, $22, $23, $24, $25); \
         INSERT INTO article_version (article_id, version, seen_at, title, summary, text, published_at, content_hash) \
         VALUES ($1, 1, $21, $4, $5, $6, $7, $18); \
         SELECT revision, (SELECT COUNT(*) FROM article WHERE story_id = $19) AS told FROM journal",
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
    .bind(&placed.story)
    .bind(placed.copy.as_str())
    .bind(now)
    .bind(millis(placed.appeared_at))
    .bind(placed.near.as_deref())
    .bind(placed.likeness)
    .bind(credit(&article.text, &article.source, &article.author))
    .fetch_all(connection)
    .await
    .with_context(|| format!("cannot keep article {}", incoming.url))?;
    let row = rows.last().with_context(|| format!("cannot keep article {}: no revision came back", incoming.url))?;
    Ok((row.try_get("revision")?, row.try_get::<i64, _>("told")? == 1))
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
         last_seen_at = $19, checked_at = $19, credit = $20 WHERE id = $1",
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
    .bind(credit(&article.text, &article.source, &article.author))
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
    let published = millis(article.published.unwrap_or(incoming.now));
    // In one statement as far as it goes: few articles cite more.
    for numbers in article.documents.chunks(CITED_TOGETHER) {
        let mut insert =
            QueryBuilder::new("INSERT INTO article_document (number, article_id, issuer, issued_on, published_at) ");
        insert.push_values(numbers, |mut row, number| {
            let cited = article.citations.iter().find(|cited| cited.number == *number);
            row.push_bind(number)
                .push_bind(&incoming.id)
                .push_bind(cited.and_then(|cited| cited.issuer.as_deref()))
                .push_bind(cited.and_then(|cited| cited.date).map(|date| date.to_string()))
                .push_bind(published);
        });
        insert.push(" ON CONFLICT DO NOTHING");
        insert.build().execute(&mut *connection).await.context("cannot note which documents are cited")?;
    }
    Ok(())
}

/// Notes beside each citation when its article was published: a page that no longer says it keeps its date.
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
