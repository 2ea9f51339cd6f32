//! The record as a comparison with an engine sees it: which articles belong in the index, and marks for those that
//! differ.

use anyhow::{Context, Result};
use futures::TryStreamExt;
use sqlx::FromRow;

use crate::index::table::mark;
use crate::store::{Connection, Pool};

/// Articles that belong in the index, those aside that the engine refused or that wait.
pub(in crate::index::outbox) async fn living_count(pool: &Pool, target: &str) -> Result<u64> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.status = 'live' AND p.state <> 'removed' \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.target = $1 AND o.article_id = a.id)",
    )
    .bind(target)
    .fetch_one(pool)
    .await
    .context("cannot count the articles that belong in the search index")?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// An article that belongs in the index.
#[derive(FromRow)]
pub(super) struct Living {
    pub(super) portal: String,
    pub(super) id: String,
    pub(super) revision: i64,
}

/// Hands over every article that belongs in the index, or those of one portal.
pub(super) async fn each_living(pool: &Pool, portal: Option<&str>, mut hand: impl FnMut(Living)) -> Result<()> {
    let mut rows = sqlx::query_as::<_, Living>(
        "SELECT p.slug AS portal, a.id, a.revision FROM article a JOIN portal p ON p.id = a.portal_id \
         WHERE a.status = 'live' AND p.state <> 'removed' AND ($1 IS NULL OR p.slug = $1)",
    )
    .bind(portal)
    .fetch(pool);
    let trouble = "cannot read the articles to compare the search index with";
    while let Some(living) = rows.try_next().await.context(trouble)? {
        hand(living);
    }
    Ok(())
}

/// Marks these articles under a new number of the journal.
pub(super) async fn mark_some(connection: &mut Connection, target: &str, article_ids: &[String]) -> Result<()> {
    let trouble = "cannot mark articles for the search index";
    sqlx::query("UPDATE journal SET revision = revision + 1 WHERE only_row = 1")
        .execute(&mut *connection)
        .await
        .context(trouble)?;
    let revision: i64 = sqlx::query_scalar("SELECT revision FROM journal WHERE only_row = 1")
        .fetch_one(&mut *connection)
        .await
        .context(trouble)?;
    for article_id in article_ids {
        mark(connection, target, article_id, revision).await?;
    }
    Ok(())
}
