//! The names of accounts, for whoever has to name a person.

use anyhow::{Context, Result};

use crate::store::Pool;

/// The accounts that can be given work: those that may enter and may decide, in order of their names.
///
/// # Errors
/// When the record cannot be read.
pub async fn who_decides(pool: &Pool) -> Result<Vec<String>> {
    sqlx::query_scalar("SELECT name FROM account WHERE disabled = 0 AND role IN ('admin', 'editor') ORDER BY name")
        .fetch_all(pool)
        .await
        .context("cannot read the names of the accounts")
}
