//! Sessions and the browsers that are known, in the record.

use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::FromRow;

use super::super::{Caller, Options};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};

/// Days that a browser is known without being used.
const DEVICE_DAYS: i64 = 180;
/// Characters of a session's hash by which its owner names it; the hash tells nothing of the secret.
const HANDLE: i64 = 16;
/// Characters of what a browser says about itself that are kept.
const MAX_AGENT: usize = 160;

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Open {
    /// What names it.
    pub handle: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// Where it was opened from.
    pub address: String,
    /// What the browser said about itself.
    pub agent: String,
}

/// A session as the record keeps it.
#[derive(Clone, Copy, Debug, FromRow)]
pub(in crate::accounts) struct Session {
    pub(in crate::accounts) account_id: i64,
    pub(in crate::accounts) last_seen_at: i64,
    pub(in crate::accounts) expires_at: i64,
    pub(in crate::accounts) confirmed_at: i64,
}

pub(in crate::accounts) async fn open_session(
    connection: &mut Connection,
    hash: &str,
    account: i64,
    caller: &Caller,
    options: &Options,
    now: Timestamp,
) -> Result<()> {
    // The expired ones go with the next that comes, so the table stays as small as the staff.
    sqlx::query("DELETE FROM session WHERE expires_at <= $1")
        .bind(millis(now))
        .execute(&mut *connection)
        .await
        .context("cannot clear expired sessions")?;
    sqlx::query(
        "INSERT INTO session (token_hash, account_id, created_at, last_seen_at, confirmed_at, expires_at, address, agent)
         VALUES ($1, $2, $3, $3, $3, $4, $5, $6)",
    )
    .bind(hash)
    .bind(account)
    .bind(millis(now))
    .bind(millis(now) + i64::from(options.session_hours) * 3_600_000)
    .bind(&caller.address)
    .bind(caller.agent.chars().filter(|c| !c.is_control()).take(MAX_AGENT).collect::<String>())
    .execute(connection)
    .await
    .context("cannot open a session")?;
    Ok(())
}

pub(in crate::accounts) async fn session(connection: &mut Connection, hash: &str) -> Result<Option<Session>> {
    sqlx::query_as("SELECT account_id, last_seen_at, expires_at, confirmed_at FROM session WHERE token_hash = $1")
        .bind(hash)
        .fetch_optional(connection)
        .await
        .context("cannot look up a session")
}

pub(in crate::accounts) async fn touch_session(connection: &mut Connection, hash: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE session SET last_seen_at = $2 WHERE token_hash = $1")
        .bind(hash)
        .bind(millis(now))
        .execute(connection)
        .await
        .context("cannot extend a session")?;
    Ok(())
}

/// Its owner proved anew who they are.
pub(in crate::accounts) async fn confirm_session(
    connection: &mut Connection,
    hash: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE session SET confirmed_at = $2 WHERE token_hash = $1")
        .bind(hash)
        .bind(millis(now))
        .execute(connection)
        .await
        .context("cannot confirm a session")?;
    Ok(())
}

pub(in crate::accounts) async fn close_session(connection: &mut Connection, hash: &str) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE token_hash = $1")
        .bind(hash)
        .execute(connection)
        .await
        .context("cannot end a session")?;
    Ok(())
}

/// The sessions of an account that are open, the last used first.
///
/// # Errors
/// When the record cannot be read.
pub async fn sessions(pool: &Pool, account: i64, options: &Options, now: Timestamp) -> Result<Vec<Open>> {
    type Row = (String, i64, i64, i64, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT substr(token_hash, 1, $4), created_at, last_seen_at, expires_at, address, agent FROM session
         WHERE account_id = $1 AND expires_at > $2 AND last_seen_at >= $3 ORDER BY last_seen_at DESC",
    )
    .bind(account)
    .bind(millis(now))
    .bind(millis(now) - i64::from(options.session_idle_minutes) * 60_000)
    .bind(HANDLE)
    .fetch_all(pool)
    .await
    .context("cannot list sessions")?;
    let open = |(handle, created, seen, expires, address, agent): Row| Open {
        handle,
        created_at: instant(created),
        last_seen_at: instant(seen),
        expires_at: instant(expires),
        address,
        agent,
    };
    Ok(rows.into_iter().map(open).collect())
}

/// Ends the session of `account` that `handle` names, or all but the one whose secret's hash is `spared`. Answers how
/// many ended.
///
/// # Errors
/// When the record cannot be written.
pub async fn end_sessions(
    connection: &mut Connection,
    account: i64,
    handle: Option<&str>,
    spared: Option<&str>,
) -> Result<u64> {
    let ended = sqlx::query(
        "DELETE FROM session WHERE account_id = $1 AND ($2 IS NULL OR substr(token_hash, 1, $4) = $2)
         AND ($3 IS NULL OR token_hash <> $3)",
    )
    .bind(account)
    .bind(handle)
    .bind(spared)
    .bind(HANDLE)
    .execute(connection)
    .await
    .context("cannot end sessions")?;
    Ok(ended.rows_affected())
}

/// How often somebody failed in a browser in which the account signed in before; nothing for any other browser.
pub(in crate::accounts) async fn known_device(
    connection: &mut Connection,
    hash: &str,
    account: i64,
    now: Timestamp,
) -> Result<Option<i64>> {
    sqlx::query_scalar("SELECT failures FROM known_device WHERE token_hash = $1 AND account_id = $2 AND last_at > $3")
        .bind(hash)
        .bind(account)
        .bind(millis(now) - DEVICE_DAYS * 86_400_000)
        .fetch_optional(connection)
        .await
        .context("cannot look up a browser")
}

/// Notes that a browser is the account's, with no failure.
pub(in crate::accounts) async fn know_device(
    connection: &mut Connection,
    hash: &str,
    account: i64,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM known_device WHERE last_at <= $1")
        .bind(millis(now) - DEVICE_DAYS * 86_400_000)
        .execute(&mut *connection)
        .await
        .context("cannot forget old browsers")?;
    sqlx::query(
        "INSERT INTO known_device (token_hash, account_id, last_at) VALUES ($1, $2, $3)
         ON CONFLICT (token_hash) DO UPDATE SET account_id = excluded.account_id, failures = 0, last_at = excluded.last_at",
    )
    .bind(hash)
    .bind(account)
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot note a browser")?;
    Ok(())
}

/// Counts a failure in a known browser; one with too many is known no more.
pub(in crate::accounts) async fn doubt_device(connection: &mut Connection, hash: &str, most: i64) -> Result<()> {
    sqlx::query("UPDATE known_device SET failures = failures + 1 WHERE token_hash = $1")
        .bind(hash)
        .execute(&mut *connection)
        .await
        .context("cannot count a failure")?;
    sqlx::query("DELETE FROM known_device WHERE token_hash = $1 AND failures >= $2")
        .bind(hash)
        .bind(most)
        .execute(connection)
        .await
        .context("cannot forget a browser")?;
    Ok(())
}

/// Every browser of the account is a stranger again.
pub(in crate::accounts) async fn forget_devices(connection: &mut Connection, account: i64) -> Result<()> {
    sqlx::query("DELETE FROM known_device WHERE account_id = $1")
        .bind(account)
        .execute(connection)
        .await
        .context("cannot forget the browsers of an account")?;
    Ok(())
}

/// Failures from an address: how many, until when it is closed, when the last one was.
#[derive(Clone, Copy, Debug, Default, FromRow)]
pub(in crate::accounts) struct FromAddress {
    pub(in crate::accounts) failures: i64,
    pub(in crate::accounts) locked_until: Option<i64>,
    pub(in crate::accounts) last_at: i64,
}

pub(in crate::accounts) async fn from_address(connection: &mut Connection, address: &str) -> Result<FromAddress> {
    let found = sqlx::query_as("SELECT failures, locked_until, last_at FROM sign_in_address WHERE address = $1")
        .bind(address)
        .fetch_optional(connection)
        .await
        .context("cannot look up an address")?;
    Ok(found.unwrap_or_default())
}

pub(in crate::accounts) async fn set_from_address(
    connection: &mut Connection,
    address: &str,
    failures: i64,
    locked_until: Option<i64>,
    now: Timestamp,
) -> Result<()> {
    // What nobody came from for a day is forgotten, so that the table stays small.
    sqlx::query("DELETE FROM sign_in_address WHERE last_at < $1")
        .bind(millis(now) - 86_400_000)
        .execute(&mut *connection)
        .await
        .context("cannot forget old addresses")?;
    sqlx::query(
        "INSERT INTO sign_in_address (address, failures, locked_until, last_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (address) DO UPDATE SET failures = excluded.failures, locked_until = excluded.locked_until,
             last_at = excluded.last_at",
    )
    .bind(address)
    .bind(failures)
    .bind(locked_until)
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot count a failure from an address")?;
    Ok(())
}
