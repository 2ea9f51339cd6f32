//! Pages that visits found and have not read yet, in the record.

use std::collections::HashMap;

use anyhow::{Context, Result};
use sqlx::{QueryBuilder, Row};
use url::Url;

use super::polls::Poll;
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};

/// A page that waits for a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) url: Url,
    /// Whether it is a page of a listing, from which the walk goes on, and not an article.
    pub(super) listing: bool,
    pub(super) title: Option<String>,
    pub(super) published: Option<Timestamp>,
    /// Visits that failed to read it.
    pub(super) tries: u32,
}

/// The pages of a portal that wait, in the order they were found.
pub(super) async fn pending(pool: &Pool, portal: i64) -> Result<Vec<Pending>> {
    let rows = sqlx::query("SELECT * FROM lead WHERE portal_id = $1 ORDER BY id")
        .bind(portal)
        .fetch_all(pool)
        .await
        .context("cannot read which pages wait")?;
    let mut pending = Vec::with_capacity(rows.len());
    for row in &rows {
        // An address that cannot be read any more waits in vain.
        let Ok(url) = Url::parse(row.try_get("url")?) else { continue };
        pending.push(Pending {
            url,
            listing: row.try_get::<i64, _>("listing")? != 0,
            title: row.try_get("title")?,
            published: row.try_get::<Option<i64>, _>("published_at")?.map(instant),
            tries: u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(u32::MAX),
        });
    }
    Ok(pending)
}

/// What is known of a portal's sources, by address.
pub(super) async fn polls(pool: &Pool, portal: i64) -> Result<HashMap<String, Poll>> {
    let rows = sqlx::query("SELECT url, history, due_at, failures FROM source WHERE portal_id = $1")
        .bind(portal)
        .fetch_all(pool)
        .await
        .context("cannot read when sources are due")?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in &rows {
        // What an older version wrote and this one cannot read is learnt again.
        let Ok(history) = serde_json::from_str(row.try_get("history")?) else { continue };
        let failures = u32::try_from(row.try_get::<i64, _>("failures")?).unwrap_or(u32::MAX);
        let due_at = instant(row.try_get("due_at")?);
        known.insert(row.try_get("url")?, Poll { history, due_at, failures });
    }
    Ok(known)
}

/// Writes down what the polls of one visit taught.
pub(super) async fn note_polls(connection: &mut Connection, portal: i64, polls: &[(String, Poll)]) -> Result<()> {
    for (url, poll) in polls {
        sqlx::query(
            "INSERT INTO source (portal_id, url, history, due_at, failures) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (portal_id, url) DO UPDATE SET history = excluded.history, due_at = excluded.due_at, \
             failures = excluded.failures",
        )
        .bind(portal)
        .bind(url)
        .bind(serde_json::to_string(&poll.history)?)
        .bind(millis(poll.due_at))
        .bind(i64::from(poll.failures))
        .execute(&mut *connection)
        .await
        .context("cannot note when sources are due")?;
    }
    Ok(())
}

/// Adds pages to those that wait; one that waits already stays as it is.
pub(super) async fn wait(connection: &mut Connection, portal: i64, pages: &[Pending]) -> Result<()> {
    /// Pages of one statement.
    const TOGETHER: usize = 50;
    for some in pages.chunks(TOGETHER) {
        let mut insert = QueryBuilder::new("INSERT INTO lead (portal_id, url, listing, title, published_at, tries) ");
        insert.push_values(some, |mut row, page| {
            row.push_bind(portal)
                .push_bind(page.url.as_str())
                .push_bind(i64::from(page.listing))
                .push_bind(&page.title)
                .push_bind(page.published.map(millis))
                .push_bind(i64::from(page.tries));
        });
        let insert = insert.push(" ON CONFLICT (portal_id, url) DO NOTHING").build();
        let inserted = insert.persistent(some.len() == TOGETHER).execute(&mut *connection).await;
        inserted.context("cannot note which pages wait")?;
    }
    Ok(())
}

/// Makes `left` the pages that wait.
pub(super) async fn settle(connection: &mut Connection, portal: i64, left: &[Pending]) -> Result<()> {
    sqlx::query("DELETE FROM lead WHERE portal_id = $1")
        .bind(portal)
        .execute(&mut *connection)
        .await
        .context("cannot note which pages were read")?;
    wait(connection, portal, left).await
}
