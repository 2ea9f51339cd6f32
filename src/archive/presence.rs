//! Whether a portal still serves an article: seen as it was, asked for in vain, missing and then gone, withdrawn.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Row};

use super::row::next_revision;
use crate::clock::Timestamp;
use crate::store::{Connection, instant, millis};

/// The headline of what was withdrawn.
const WITHDRAWN: &str = "(đã rút)";

/// Notes that an article is still served as it was.
///
/// # Errors
/// When the record cannot be written.
pub async fn seen(connection: &mut Connection, id: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE article SET last_seen_at = $2, checked_at = $2, missing_since = NULL WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(connection)
        .await
        .with_context(|| format!("cannot note that article {id} was seen"))?;
    Ok(())
}

/// Notes that an article was asked for in vain for a reason that says nothing about it.
///
/// # Errors
/// When the record cannot be written.
pub async fn asked(connection: &mut Connection, id: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE article SET checked_at = $2 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(connection)
        .await
        .with_context(|| format!("cannot note that article {id} was asked for"))?;
    Ok(())
}

/// Notes that a portal answered 404 or 410 for an article. The second sighting at least `gone_after` after the first
/// marks it gone and returns the record's new revision.
///
/// # Errors
/// When the record cannot be written.
pub async fn missing(
    connection: &mut Connection,
    id: &str,
    gone_after: jiff::SignedDuration,
    now: Timestamp,
) -> Result<Option<i64>> {
    let known = sqlx::query("SELECT missing_since, status FROM article WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .with_context(|| format!("cannot read article {id}"))?;
    let Some(known) = known else { return Ok(None) };
    let since = known.try_get::<Option<i64>, _>("missing_since")?.map(instant);
    let again = since.is_some_and(|since| now.duration_since(since) >= gone_after);
    if known.try_get::<String, _>("status")? == "gone" {
        return Ok(None);
    }
    if !again {
        sighted_missing(connection, id, now).await?;
        return Ok(None);
    }
    gone(connection, id, now).await.map(Some)
}

/// Marks an article gone; returns the record's new revision.
///
/// # Errors
/// When the record cannot be written.
pub async fn gone(connection: &mut Connection, id: &str, now: Timestamp) -> Result<i64> {
    let revision = next_revision(connection).await?;
    sqlx::query("UPDATE article SET status = 'gone', checked_at = $2, revision = $3 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .bind(revision)
        .execute(connection)
        .await
        .with_context(|| format!("cannot mark article {id} gone"))?;
    Ok(revision)
}

/// Takes everything that an article said out of the record, for a page that has come to bear a mark of secrecy: its
/// address stays, so that it is not taken for new. Returns the record's new revision, or nothing when the record does
/// not have the article.
///
/// # Errors
/// When the record cannot be written.
pub async fn withdraw(connection: &mut Connection, id: &str, now: Timestamp) -> Result<Option<i64>> {
    let trouble = || format!("cannot withdraw article {id}");
    for emptied in ["article_version", "article_document", "attachment"] {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {emptied} WHERE article_id = $1")))
            .bind(id)
            .execute(&mut *connection)
            .await
            .with_context(trouble)?;
    }
    let revision = next_revision(connection).await?;
    let withdrawn = sqlx::query(
        "UPDATE article SET title = $2, summary = '', text = '', author = '', category = '', image = NULL, \
         documents = '[]', attachments = '[]', problems = '[]', content_hash = '', status = 'gone', checked_at = $3, \
         revision = $4 WHERE id = $1",
    )
    .bind(id)
    .bind(WITHDRAWN)
    .bind(millis(now))
    .bind(revision)
    .execute(connection)
    .await
    .with_context(trouble)?;
    Ok((withdrawn.rows_affected() > 0).then_some(revision))
}

/// The live articles of a portal that are missing since some time.
///
/// # Errors
/// When the record cannot be read.
pub async fn missing_now<'e>(reader: impl sqlx::SqliteExecutor<'e>, portal: i64) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT id FROM article WHERE portal_id = $1 AND status = 'live' AND missing_since IS NOT NULL ORDER BY id",
    )
    .bind(portal)
    .fetch_all(reader)
    .await
    .context("cannot read which articles are missing")
}

/// Notes that a portal was asked in vain for an article, and nothing else.
///
/// # Errors
/// When the record cannot be written.
pub async fn sighted_missing(connection: &mut Connection, id: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE article SET missing_since = COALESCE(missing_since, $2), checked_at = $2 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(connection)
        .await
        .with_context(|| format!("cannot note that article {id} is missing"))?;
    Ok(())
}

/// Takes back that the articles of a portal are missing.
///
/// # Errors
/// When the record cannot be written.
pub async fn forgive_missing(connection: &mut Connection, portal: i64) -> Result<()> {
    sqlx::query("UPDATE article SET missing_since = NULL WHERE portal_id = $1 AND status = 'live'")
        .bind(portal)
        .execute(connection)
        .await
        .context("cannot note that articles are still there")?;
    Ok(())
}
