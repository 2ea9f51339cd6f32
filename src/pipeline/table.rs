//! Pages that visits found and have not read yet, in the record.

use anyhow::{Context, Result};
use sqlx::Row;
use url::Url;

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

/// Adds pages to those that wait; one that waits already stays as it is.
pub(super) async fn wait(connection: &mut Connection, portal: i64, pages: &[Pending]) -> Result<()> {
    for page in pages {
        sqlx::query(
            "INSERT INTO lead (portal_id, url, listing, title, published_at, tries) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (portal_id, url) DO NOTHING",
        )
        .bind(portal)
        .bind(page.url.as_str())
        .bind(i64::from(page.listing))
        .bind(&page.title)
        .bind(page.published.map(millis))
        .bind(i64::from(page.tries))
        .execute(&mut *connection)
        .await
        .context("cannot note which pages wait")?;
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
