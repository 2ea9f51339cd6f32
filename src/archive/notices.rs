//! Addresses that served what bears a mark of secrecy. The record keeps where and when, and nothing of the content; the
//! address is closed to us until a person has dealt with it.

use anyhow::{Context, Result};
use sqlx::Row;

use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};
use crate::vietnamese::secrecy::Degree;

/// One such address.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Notice {
    /// Slug of the portal.
    pub portal: String,
    /// The address.
    pub url: String,
    /// MẬT, TỐI MẬT or TUYỆT MẬT.
    pub mark: String,
    /// When it was last seen there.
    pub seen_at: Timestamp,
}

/// What a person says of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The portal has dealt with it: the address may be asked again, and is closed again if the mark is still there.
    Cleared,
    /// The mark was none: what is there may be kept.
    NotSecret,
}

/// Notes a mark. One that was met before is open again.
///
/// # Errors
/// When the record cannot be written.
pub async fn note(connection: &mut Connection, portal: i64, url: &str, degree: Degree, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO notice (portal_id, url, mark, seen_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (portal_id, url) DO UPDATE SET mark = excluded.mark, seen_at = excluded.seen_at, state = 'open', \
         cleared_at = NULL, cleared_by = NULL",
    )
    .bind(portal)
    .bind(url)
    .bind(degree.as_str())
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot note a mark of secrecy")?;
    Ok(())
}

/// The notices that nobody has dealt with, newest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn open(pool: &Pool) -> Result<Vec<Notice>> {
    let rows = sqlx::query(
        "SELECT p.slug AS portal, n.url, n.mark, n.seen_at FROM notice n JOIN portal p ON p.id = n.portal_id \
         WHERE n.state = 'open' ORDER BY n.seen_at DESC, n.id",
    )
    .fetch_all(pool)
    .await
    .context("cannot read the notices")?;
    rows.iter()
        .map(|row| {
            Ok(Notice {
                portal: row.try_get("portal")?,
                url: row.try_get("url")?,
                mark: row.try_get("mark")?,
                seen_at: instant(row.try_get("seen_at")?),
            })
        })
        .collect()
}

/// A portal's addresses that are closed to us, and those that a person found not to be secret.
///
/// # Errors
/// When the record cannot be read.
pub async fn of_portal(pool: &Pool, portal: i64) -> Result<(Vec<String>, Vec<String>)> {
    let rows = sqlx::query("SELECT url, state FROM notice WHERE portal_id = $1 AND state <> 'cleared'")
        .bind(portal)
        .fetch_all(pool)
        .await
        .context("cannot read the notices of a portal")?;
    let (mut closed, mut harmless) = (Vec::new(), Vec::new());
    for row in &rows {
        let url: String = row.try_get("url")?;
        if row.try_get::<String, _>("state")? == "open" { closed.push(url) } else { harmless.push(url) }
    }
    Ok((closed, harmless))
}

/// Puts down what a person says; returns how many notices that were.
///
/// # Errors
/// When the record cannot be written.
pub async fn clear(connection: &mut Connection, url: &str, verdict: Verdict, by: &str, now: Timestamp) -> Result<u64> {
    let state = match verdict {
        Verdict::Cleared => "cleared",
        Verdict::NotSecret => "not_secret",
    };
    let cleared =
        sqlx::query("UPDATE notice SET state = $2, cleared_at = $3, cleared_by = $4 WHERE url = $1 AND state = 'open'")
            .bind(url)
            .bind(state)
            .bind(millis(now))
            .bind(by)
            .execute(&mut *connection)
            .await
            .context("cannot clear a notice")?;
    Ok(cleared.rows_affected())
}
