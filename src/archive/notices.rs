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

/// A mark where it was met.
#[derive(Clone, Copy, Debug)]
pub struct Met<'a> {
    /// The portal's row.
    pub portal: i64,
    /// The address.
    pub url: &'a str,
    /// The article that links to it, when it is a file.
    pub article: Option<&'a str>,
    /// What it bears.
    pub degree: Degree,
}

/// Notes a mark. One that was met before is open again.
///
/// # Errors
/// When the record cannot be written.
pub async fn note(connection: &mut Connection, met: &Met<'_>, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO notice (portal_id, url, article_id, mark, seen_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (portal_id, url) DO UPDATE SET article_id = excluded.article_id, mark = excluded.mark, \
         seen_at = excluded.seen_at, state = 'open', cleared_at = NULL, cleared_by = NULL",
    )
    .bind(met.portal)
    .bind(met.url)
    .bind(met.article)
    .bind(met.degree.as_str())
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

/// Puts down what a person says, so that the next visit asks for the address: a file waits beside its article again, a
/// page that was withdrawn is new. Returns how many notices that were.
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
    let trouble = || format!("cannot open the address {url} again");
    sqlx::query(
        "INSERT INTO attachment (article_id, place, url) \
         SELECT n.article_id, 0, n.url FROM notice n JOIN article a ON a.id = n.article_id \
         WHERE n.url = $1 AND n.state <> 'open' ON CONFLICT (article_id, url) DO NOTHING",
    )
    .bind(url)
    .execute(&mut *connection)
    .await
    .with_context(trouble)?;
    // Nothing is left in the row of a withdrawn article but its address.
    sqlx::query("DELETE FROM article WHERE url = $1 AND status = 'gone' AND content_hash = ''")
        .bind(url)
        .execute(&mut *connection)
        .await
        .with_context(trouble)?;
    Ok(cleared.rows_affected())
}
