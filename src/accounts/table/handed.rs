//! What keys handed in under a name of their own, for the day after: asked again, the same answer is given.

use anyhow::{Context, Result};
use sqlx::FromRow;

use crate::clock::Timestamp;
use crate::store::{Connection, Pool, millis};

/// Hours for which an answer is remembered.
const KEPT_HOURS: i64 = 48;

/// The answer that was given.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Answer {
    /// The hash of what was handed in.
    pub body_hash: String,
    /// Status of the answer.
    pub status: u16,
    /// Its body, JSON.
    pub answer: String,
}

/// What was answered to a key under this name.
///
/// # Errors
/// When the record cannot be read.
pub async fn answer(pool: &Pool, key: i64, name: &str) -> Result<Option<Answer>> {
    sqlx::query_as("SELECT body_hash, status, answer FROM handed_in WHERE key_id = $1 AND idempotency = $2")
        .bind(key)
        .bind(name)
        .fetch_optional(pool)
        .await
        .context("cannot look up what was handed in")
}

/// Remembers an answer, and forgets those that are old.
///
/// # Errors
/// When the record cannot be written.
pub async fn note(
    connection: &mut Connection,
    key: i64,
    name: &str,
    body_hash: &str,
    status: u16,
    answer: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM handed_in WHERE at < $1")
        .bind(millis(now) - KEPT_HOURS * 3_600_000)
        .execute(&mut *connection)
        .await
        .context("cannot forget old answers")?;
    sqlx::query(
        "INSERT INTO handed_in (key_id, idempotency, body_hash, status, answer, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT DO NOTHING",
    )
    .bind(key)
    .bind(name)
    .bind(body_hash)
    .bind(i64::from(status))
    .bind(answer)
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot remember an answer")?;
    Ok(())
}
