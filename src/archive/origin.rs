//! Who told a story first, and what the other articles are to that one.
//!
//! An article came into the world between the last look at its portal that did not find it and the first that did; what
//! its portal says of the time is believed within these bounds. A portal that backdates, or stamps in the future, does
//! not become a story's origin by it.

use anyhow::{Context, Result};
use sqlx::Row;

use super::kinship;
use super::row::next_revision;
use crate::clock::Timestamp;
use crate::store::Connection;

/// What orders the articles of a story; rows that were not written by this version have no `appeared_at`.
pub(super) const APPEARED: &str = "COALESCE(appeared_at, published_at + 86399000 * date_only, first_seen_at)";
/// Articles whose texts are compared when a story gets another origin.
const COMPARED: usize = 50;
/// Milliseconds of a day but its last second: a day without a time counts as its end, so that it does not win against
/// every article of that day.
const DAY_MS: i64 = 86_399_000;

/// When an article came into the world: what its portal says, within what is known.
pub(super) fn appeared_at(
    published: Option<Timestamp>,
    date_only: bool,
    absent_at: Option<Timestamp>,
    first_seen_at: Timestamp,
) -> Timestamp {
    let Some(published) = published else { return first_seen_at };
    let end = if date_only { published.as_millisecond().saturating_add(DAY_MS) } else { published.as_millisecond() };
    let claimed = Timestamp::from_millisecond(end).unwrap_or(first_seen_at);
    claimed.max(absent_at.unwrap_or(claimed)).min(first_seen_at)
}

/// Settles which article of a story is its origin, and what the others are to it; `again` are those whose text is new.
/// Returns what changed, for the search index.
pub(super) async fn settle_origin(
    connection: &mut Connection,
    story: &str,
    again: &[String],
) -> Result<Vec<(String, i64)>> {
    let sql = format!("SELECT id, copy_kind FROM article WHERE story_id = $1 ORDER BY {APPEARED}, first_seen_at, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(story)
        .fetch_all(&mut *connection)
        .await
        .context("cannot read a story")?;
    let mut dirty = Vec::new();
    let Some(first) = rows.first() else { return Ok(dirty) };
    let first_id: String = first.try_get("id")?;
    let is_another = first.try_get::<String, _>("copy_kind")? != "origin" || again.contains(&first_id);
    let mut first_text = None;
    for (place, row) in rows.iter().enumerate() {
        let (id, kind): (String, String) = (row.try_get("id")?, row.try_get("copy_kind")?);
        let is_unknown = is_another || kind == "origin" || again.contains(&id);
        let settled = if id == first_id {
            "origin".to_owned()
        } else if is_unknown && place <= COMPARED {
            let first = match &first_text {
                Some(text) => text,
                None => first_text.insert(text_of(connection, &first_id).await?),
            };
            kinship(first, &text_of(connection, &id).await?).kind.as_str().to_owned()
        } else if kind == "origin" {
            "near".to_owned()
        } else {
            kind.clone()
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

async fn text_of(connection: &mut Connection, id: &str) -> Result<String> {
    let text: Option<String> = sqlx::query_scalar("SELECT text FROM article WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await
        .context("cannot read an article's text")?;
    Ok(text.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-20T{time}:00Z").parse().expect("a time")
    }

    fn check(published: Option<&str>, date_only: bool, absent: Option<&str>, seen: &str, expected: &str) {
        let found = appeared_at(published.map(at), date_only, absent.map(at), at(seen));
        assert_eq!(found, at(expected), "{published:?} {absent:?} {seen}");
    }

    #[test]
    fn a_portals_word_is_believed_within_what_was_seen() {
        check(Some("08:00"), false, None, "08:05", "08:00");
        check(Some("08:00"), false, Some("07:50"), "08:05", "08:00");
        // Backdated: an hour ago the portal did not have it.
        check(Some("06:00"), false, Some("09:00"), "10:00", "09:00");
        // Stamped in the future.
        check(Some("20:00"), false, Some("09:00"), "10:00", "10:00");
        check(None, false, Some("09:00"), "10:00", "10:00");
        // A day without a time ends after it was seen.
        check(Some("00:00"), true, None, "10:00", "10:00");
    }
}
