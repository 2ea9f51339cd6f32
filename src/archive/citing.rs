//! Who explained a legal document. In: its canonical number. Out: the live articles that cite it, the first or the last
//! of them, by the index on number and date; nothing here reads all of them.

use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row};

use crate::clock::Timestamp;
use crate::store::{Pool, instant};

/// An article that cites a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Citing {
    /// The article's id.
    pub id: String,
    /// Its headline.
    pub title: String,
    /// Slug of its portal.
    pub portal: String,
    /// Name of its portal.
    pub portal_name: String,
    /// When it was published, or first seen when its portal does not say.
    pub published_at: Timestamp,
    /// Whether its portal gave the day and no time.
    pub date_only: bool,
}

/// Which end of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first to explain it first.
    OldestFirst,
    /// The last first.
    NewestFirst,
}

/// Live articles that cite the document with this canonical number.
///
/// # Errors
/// When the record cannot be read.
pub async fn articles(pool: &Pool, number: &str, order: Order, most: i64) -> Result<Vec<Citing>> {
    let direction = if order == Order::OldestFirst { "ASC" } else { "DESC" };
    // The text is put together from constants; every value is bound.
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT a.id, a.title, a.date_only, p.slug, p.name, d.published_at AS at \
         FROM article_document d JOIN article a ON a.id = d.article_id JOIN portal p ON p.id = a.portal_id \
         WHERE d.number = $1 AND a.status = 'live' AND p.state <> 'removed' ORDER BY d.published_at {direction} LIMIT $2"
    )))
    .bind(number)
    .bind(most)
    .fetch_all(pool)
    .await
    .with_context(|| format!("cannot read who cites {number}"))?;
    rows.iter().map(citing_of).collect()
}

/// Numbers that begin so, the most cited first, among a bounded part of those that do.
///
/// # Errors
/// When the record cannot be read.
pub async fn beginning_with(pool: &Pool, start: &str, most: i64) -> Result<Vec<String>> {
    /// Citations looked at: `1` alone begins a tenth of all numbers.
    const LOOKED_AT: i64 = 4_000;
    let beyond = format!("{start}\u{10ffff}");
    sqlx::query_scalar(
        "SELECT number FROM (SELECT number FROM article_document WHERE number >= $1 AND number < $2 LIMIT $3) AS some \
         GROUP BY number ORDER BY COUNT(*) DESC, number LIMIT $4",
    )
    .bind(start)
    .bind(beyond)
    .bind(LOOKED_AT)
    .bind(most)
    .fetch_all(pool)
    .await
    .context("cannot read the numbers of documents")
}

fn citing_of(row: &SqliteRow) -> Result<Citing> {
    Ok(Citing {
        id: row.try_get("id")?,
        title: row.try_get("title")?,
        portal: row.try_get("slug")?,
        portal_name: row.try_get("name")?,
        published_at: instant(row.try_get::<Option<i64>, _>("at")?.unwrap_or_default()),
        date_only: row.try_get::<i64, _>("date_only")? == 1,
    })
}
