//! Who can be given a story, and whether a session still lasts for somebody who only watches.

use anyhow::{Context, Result};

use crate::accounts::{Act, Options, Role, may, token};
use crate::clock::Timestamp;
use crate::store::{Pool, millis};

/// Names of the accounts that decide, in their order.
///
/// # Errors
/// When the record cannot be read.
pub async fn deciders(pool: &Pool) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = sqlx::query_as("SELECT name, role FROM account WHERE disabled = 0 ORDER BY name")
        .fetch_all(pool)
        .await
        .context("cannot read who decides")?;
    let decides = |role: &str| role.parse::<Role>().is_ok_and(|role| may(role, Act::Decide));
    Ok(rows.into_iter().filter(|(_, role)| decides(role)).map(|(name, _)| name).collect())
}

/// Whether a session still lasts. Watching is no use of it: it ends with its last request like any other.
///
/// # Errors
/// When the record cannot be read.
pub async fn lasts(pool: &Pool, options: &Options, secret: &str, now: Timestamp) -> Result<bool> {
    let idle_ms = i64::from(options.session_idle_minutes) * 60_000;
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM session s JOIN account a ON a.id = s.account_id
            WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at >= $3 AND a.disabled = 0)",
    )
    .bind(token::hash(secret))
    .bind(millis(now))
    .bind(millis(now) - idle_ms)
    .fetch_one(pool)
    .await
    .context("cannot read whether a session lasts")
}
