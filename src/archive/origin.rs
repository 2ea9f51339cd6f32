//! Stories in the record: the first to publish is a story's origin.

use anyhow::{Context, Result};
use sqlx::Row;

use super::row::next_revision;
use crate::store::Connection;

/// The first to publish is a story's origin. A day without a time counts as its end, so that it does not win against
/// every article of that day.
pub(super) async fn settle_origin(connection: &mut Connection, story: &str) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query(
        "SELECT id, copy_kind FROM article WHERE story_id = $1 \
         ORDER BY COALESCE(published_at + 86399000 * date_only, first_seen_at), first_seen_at, id",
    )
    .bind(story)
    .fetch_all(&mut *connection)
    .await
    .context("cannot read a story")?;
    let mut dirty = Vec::new();
    let Some(first) = rows.first() else { return Ok(dirty) };
    let first_kind: String = first.try_get("copy_kind")?;
    for row in &rows {
        let (id, kind): (String, String) = (row.try_get("id")?, row.try_get("copy_kind")?);
        let is_first = id == first.try_get::<String, _>("id")?;
        let settled = match (is_first, kind.as_str()) {
            (true, _) => "origin",
            // What the new origin was to the old one, the old one is to the new.
            (false, "origin") if first_kind == "verbatim" => "verbatim",
            (false, "origin") => "near",
            (false, kind) => kind,
        };
        if settled != kind {
            let revision = next_revision(connection).await?;
            sqlx::query("UPDATE article SET copy_kind = $2, revision = $3 WHERE id = $1")
                .bind(&id)
                .bind(settled)
                .bind(revision)
                .execute(&mut *connection)
                .await
                .context("cannot settle a story's origin")?;
            dirty.push((id, revision));
        }
    }
    Ok(dirty)
}
