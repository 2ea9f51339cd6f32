//! What a person keeps at the desk: filters as tabs, and whether keys press buttons.

use anyhow::{Context, Result};
use sqlx::FromRow;

use crate::store::{Connection, Pool};

/// Tabs that a person may keep: each is counted on every page.
pub const MAX_VIEWS: i64 = 8;
/// Characters of a tab's name.
pub const MAX_NAME: usize = 40;
/// Bytes of a tab's filter.
pub const MAX_QUERY: usize = 1_000;

/// A filter that is kept.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SavedView {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The query of its address.
    pub query: String,
}

/// The filters that an account keeps, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn list(pool: &Pool, account: i64) -> Result<Vec<SavedView>> {
    sqlx::query_as("SELECT id, name, query FROM desk_view WHERE account_id = $1 ORDER BY id LIMIT $2")
        .bind(account)
        .bind(MAX_VIEWS)
        .fetch_all(pool)
        .await
        .context("cannot read the filters that are kept")
}

/// Keeps a filter; one of the same name is replaced. Says whether there was room.
///
/// # Errors
/// When the record cannot be written.
pub async fn keep(connection: &mut Connection, account: i64, name: &str, query: &str) -> Result<bool> {
    let (others,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM desk_view WHERE account_id = $1 AND name <> $2")
        .bind(account)
        .bind(name)
        .fetch_one(&mut *connection)
        .await
        .context("cannot count the filters that are kept")?;
    if others >= MAX_VIEWS {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO desk_view (account_id, name, query) VALUES ($1, $2, $3)
         ON CONFLICT (account_id, name) DO UPDATE SET query = excluded.query",
    )
    .bind(account)
    .bind(name)
    .bind(query)
    .execute(connection)
    .await
    .context("cannot keep a filter")?;
    Ok(true)
}

/// Forgets a filter of this account.
///
/// # Errors
/// When the record cannot be written.
pub async fn forget(connection: &mut Connection, account: i64, id: i64) -> Result<()> {
    sqlx::query("DELETE FROM desk_view WHERE account_id = $1 AND id = $2")
        .bind(account)
        .bind(id)
        .execute(connection)
        .await
        .context("cannot forget a filter")?;
    Ok(())
}

/// Whether keys press buttons for this account.
///
/// # Errors
/// When the record cannot be read.
pub async fn keys(pool: &Pool, account: i64) -> Result<bool> {
    let set: Option<i64> = sqlx::query_scalar("SELECT keys FROM desk_setting WHERE account_id = $1")
        .bind(account)
        .fetch_optional(pool)
        .await
        .context("cannot read the settings of the desk")?;
    Ok(set.is_none_or(|keys| keys == 1))
}

/// Switches the keys on or off.
///
/// # Errors
/// When the record cannot be written.
pub async fn set_keys(connection: &mut Connection, account: i64, on: bool) -> Result<()> {
    sqlx::query(
        "INSERT INTO desk_setting (account_id, keys) VALUES ($1, $2)
         ON CONFLICT (account_id) DO UPDATE SET keys = excluded.keys",
    )
    .bind(account)
    .bind(i64::from(on))
    .execute(connection)
    .await
    .context("cannot keep the settings of the desk")?;
    Ok(())
}
