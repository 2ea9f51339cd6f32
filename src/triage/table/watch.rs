//! What changed at the desk since somebody last looked.

use anyhow::{Context, Result};

use crate::store::Pool;

/// Changes that are told at once; whoever missed more loads the page anew.
const MOST: i64 = 200;

/// The number of the latest change; 0 before the first.
///
/// # Errors
/// When the record cannot be read.
pub async fn latest(pool: &Pool) -> Result<i64> {
    sqlx::query_scalar("SELECT COALESCE(MAX(seq), 0) FROM desk_change")
        .fetch_one(pool)
        .await
        .context("cannot read what changed at the desk")
}

/// The changes after number `seen`, each with its item, oldest first; nothing when some of them are no longer kept, or
/// there are too many to tell.
///
/// # Errors
/// When the record cannot be read.
pub async fn since(pool: &Pool, seen: i64) -> Result<Option<Vec<(i64, i64)>>> {
    let (oldest, latest): (i64, i64) =
        sqlx::query_as("SELECT COALESCE(MIN(seq), 1), COALESCE(MAX(seq), 0) FROM desk_change")
            .fetch_one(pool)
            .await
            .context("cannot read what changed at the desk")?;
    if seen > latest || seen < oldest - 1 || latest - seen > MOST {
        return Ok(None);
    }
    let changes = sqlx::query_as("SELECT seq, item_id FROM desk_change WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(seen)
        .bind(MOST)
        .fetch_all(pool)
        .await
        .context("cannot read what changed at the desk")?;
    Ok(Some(changes))
}
