//! The pages of a sweep in the record.

use anyhow::{Context, Result};
use sqlx::Row;
use url::Url;

use super::frontier::Found;
use super::traps::Facts;
use crate::store::{Connection, Pool, instant, millis};

/// A page as the record has it.
pub(super) struct Noted {
    pub(super) page: Found,
    /// What came of it; nothing while it waits.
    pub(super) outcome: Option<String>,
    pub(super) facts: Option<Facts>,
}

/// What came of a page.
pub(super) struct Settled {
    pub(super) url: Url,
    pub(super) outcome: &'static str,
    pub(super) facts: Option<Facts>,
}

/// Every page of a portal's sweep: those that were dealt with in the order in which they were, then those that wait in
/// the order in which they were found.
pub(super) async fn pages(pool: &Pool, portal: i64) -> Result<Vec<Noted>> {
    let rows = sqlx::query(
        "SELECT * FROM sweep_page WHERE portal_id = $1 ORDER BY CASE WHEN turn IS NULL THEN 1 ELSE 0 END, turn, id",
    )
    .bind(portal)
    .fetch_all(pool)
    .await
    .context("cannot read where the sweep stopped")?;
    let mut pages = Vec::with_capacity(rows.len());
    for row in &rows {
        // An address or facts that cannot be read any more say nothing; the sweep goes on without them.
        let Ok(url) = Url::parse(row.try_get("url")?) else { continue };
        let facts: Option<String> = row.try_get("facts")?;
        pages.push(Noted {
            page: Found {
                url,
                depth: u32::try_from(row.try_get::<i64, _>("depth")?).unwrap_or(u32::MAX),
                parent: row.try_get::<Option<&str>, _>("found_on")?.and_then(|url| Url::parse(url).ok()),
                title: row.try_get("title")?,
                published: row.try_get::<Option<i64>, _>("published_at")?.map(instant),
                known: row.try_get::<i64, _>("known")? != 0,
                tries: u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(u32::MAX),
            },
            outcome: row.try_get("outcome")?,
            facts: facts.and_then(|facts| serde_json::from_str(&facts).ok()),
        });
    }
    Ok(pages)
}

/// Adds pages that wait.
pub(super) async fn add(connection: &mut Connection, portal: i64, pages: &[Found]) -> Result<()> {
    for page in pages {
        sqlx::query(
            "INSERT INTO sweep_page (portal_id, url, depth, found_on, title, published_at, known, tries) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (portal_id, url) DO NOTHING",
        )
        .bind(portal)
        .bind(page.url.as_str())
        .bind(i64::from(page.depth))
        .bind(page.parent.as_ref().map(Url::as_str))
        .bind(&page.title)
        .bind(page.published.map(millis))
        .bind(i64::from(page.known))
        .bind(i64::from(page.tries))
        .execute(&mut *connection)
        .await
        .context("cannot note which pages the sweep found")?;
    }
    Ok(())
}

/// Notes what came of pages, the first at `turn`.
pub(super) async fn settle(connection: &mut Connection, portal: i64, settled: &[Settled], turn: u64) -> Result<()> {
    for (turn, page) in (turn..).zip(settled) {
        sqlx::query("UPDATE sweep_page SET outcome = $3, facts = $4, turn = $5 WHERE portal_id = $1 AND url = $2")
            .bind(portal)
            .bind(page.url.as_str())
            .bind(page.outcome)
            .bind(page.facts.as_ref().map(serde_json::to_string).transpose()?)
            .bind(i64::try_from(turn).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await
            .context("cannot note what came of a page")?;
    }
    Ok(())
}

/// Notes that a run failed to read a page.
pub(super) async fn failed(connection: &mut Connection, portal: i64, url: &Url) -> Result<()> {
    sqlx::query("UPDATE sweep_page SET tries = tries + 1 WHERE portal_id = $1 AND url = $2")
        .bind(portal)
        .bind(url.as_str())
        .execute(connection)
        .await
        .context("cannot note that a page failed")?;
    Ok(())
}

/// Forgets a portal's sweep.
pub(super) async fn forget(connection: &mut Connection, portal: i64) -> Result<()> {
    sqlx::query("DELETE FROM sweep_page WHERE portal_id = $1")
        .bind(portal)
        .execute(connection)
        .await
        .context("cannot forget the sweep")?;
    Ok(())
}

/// How far the walk of a portal is that was stopped or spent its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// Pages that were dealt with.
    pub done: i64,
    /// Pages that wait.
    pub waiting: i64,
}

/// How far the sweep of a portal is; nothing when none is under way.
///
/// # Errors
/// When the record cannot be read.
pub async fn progress(pool: &Pool, portal: i64) -> Result<Option<Progress>> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS found, SUM(CASE WHEN turn IS NULL THEN 0 ELSE 1 END) AS done FROM sweep_page \
         WHERE portal_id = $1",
    )
    .bind(portal)
    .fetch_one(pool)
    .await
    .context("cannot read where the sweep stopped")?;
    let (found, done): (i64, Option<i64>) = (row.try_get("found")?, row.try_get("done")?);
    let done = done.unwrap_or_default();
    Ok((found > 0).then_some(Progress { done, waiting: found - done }))
}
