//! How items stand and what was decided about them, in the record. Decisions are added, never changed.

use anyhow::{Context, Result};
use serde_json::Value;
use sqlx::FromRow;

use super::told;
use crate::clock::Timestamp;
use crate::store::{Connection, chain, instant, millis};
use crate::triage::{Decision, Level, State};

/// How an item stands: what a decision reads and changes.
#[derive(Clone, Debug)]
pub(in crate::triage) struct Standing {
    pub(in crate::triage) state: State,
    pub(in crate::triage) level: Option<Level>,
    pub(in crate::triage) revision: i64,
    pub(in crate::triage) snoozed_until: Option<i64>,
    pub(in crate::triage) amplified_at: Option<i64>,
    pub(in crate::triage) updated_at: i64,
    pub(in crate::triage) story: String,
    pub(in crate::triage) deadline: Option<i64>,
    pub(in crate::triage) assigned_to: Option<String>,
    pub(in crate::triage) decided_at: Option<i64>,
    pub(in crate::triage) corrected_at: Option<i64>,
    pub(in crate::triage) correction: String,
}

pub(in crate::triage) async fn standing(connection: &mut Connection, id: i64) -> Result<Option<Standing>> {
    #[derive(FromRow)]
    struct Row {
        state: String,
        level: Option<String>,
        revision: i64,
        snoozed_until: Option<i64>,
        amplified_at: Option<i64>,
        updated_at: i64,
        story_id: String,
        deadline: Option<i64>,
        assigned_to: Option<String>,
        decided_at: Option<i64>,
        corrected_at: Option<i64>,
        correction: String,
    }
    let row: Option<Row> = sqlx::query_as(
        "SELECT state, level, revision, snoozed_until, amplified_at, updated_at, story_id, deadline, assigned_to,
                decided_at, corrected_at, correction FROM triage_item WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
    .with_context(|| format!("cannot read item {id}"))?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Standing {
        state: read_state(&row.state)?,
        level: row.level.and_then(|level| level.parse().ok()),
        revision: row.revision,
        snoozed_until: row.snoozed_until,
        amplified_at: row.amplified_at,
        updated_at: row.updated_at,
        story: row.story_id,
        deadline: row.deadline,
        assigned_to: row.assigned_to,
        decided_at: row.decided_at,
        corrected_at: row.corrected_at,
        correction: row.correction,
    }))
}

/// The story of an item.
pub(in crate::triage) async fn story_of(connection: &mut Connection, item: i64) -> Result<String> {
    sqlx::query_scalar("SELECT story_id FROM triage_item WHERE id = $1")
        .bind(item)
        .fetch_one(connection)
        .await
        .with_context(|| format!("cannot read item {item}"))
}

/// The item of a story, if it has one.
pub(in crate::triage) async fn number_of_item(connection: &mut Connection, story: &str) -> Result<Option<i64>> {
    sqlx::query_scalar("SELECT id FROM triage_item WHERE story_id = $1")
        .bind(story)
        .fetch_optional(connection)
        .await
        .with_context(|| format!("cannot read the item of story {story}"))
}

pub(in crate::triage) async fn move_to(connection: &mut Connection, id: i64, next: &Standing) -> Result<()> {
    sqlx::query(
        "UPDATE triage_item SET state = $2, level = $3, revision = $4, snoozed_until = $5, amplified_at = $6,
                updated_at = $7, deadline = $8, assigned_to = $9, decided_at = $10, corrected_at = $11,
                correction = $12 WHERE id = $1",
    )
    .bind(id)
    .bind(next.state.as_str())
    .bind(next.level.map(Level::as_str))
    .bind(next.revision)
    .bind(next.snoozed_until)
    .bind(next.amplified_at)
    .bind(next.updated_at)
    .bind(next.deadline)
    .bind(&next.assigned_to)
    .bind(next.decided_at)
    .bind(next.corrected_at)
    .bind(&next.correction)
    .execute(connection)
    .await
    .with_context(|| format!("cannot change item {id}"))?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a row has as many columns")]
pub(in crate::triage) async fn add_decision(
    connection: &mut Connection,
    item: i64,
    (from, to): (&Standing, &Standing),
    action: &str,
    actor: &str,
    reason: &str,
    detail: &Value,
    now: Timestamp,
) -> Result<()> {
    let decided_text = told::keep(connection, item).await?;
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO decision (item_id, at, actor, action, reason, from_state, to_state, revision, detail, decided_text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    )
    .bind(item)
    .bind(millis(now))
    .bind(actor)
    .bind(action)
    .bind(reason)
    .bind(from.state.as_str())
    .bind(to.state.as_str())
    .bind(to.revision)
    .bind(detail.to_string())
    .bind(decided_text)
    .fetch_one(&mut *connection)
    .await
    .with_context(|| format!("cannot add a decision about item {item}"))?;
    chain::append(connection, &told::DECISIONS, id).await
}

pub(in crate::triage) async fn decisions_since(
    connection: &mut Connection,
    item: i64,
    revision: i64,
) -> Result<Vec<Decision>> {
    type Row = (i64, i64, String, String, String, String, String, i64, String);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, at, actor, action, reason, from_state, to_state, revision, detail FROM decision
         WHERE item_id = $1 AND revision > $2 ORDER BY id",
    )
    .bind(item)
    .bind(revision)
    .fetch_all(connection)
    .await
    .with_context(|| format!("cannot read the history of item {item}"))?;
    rows.into_iter()
        .map(|(id, at, actor, action, reason, from, to, revision, detail)| {
            Ok(Decision {
                id,
                at: instant(at),
                actor,
                action,
                reason,
                from: read_state(&from)?,
                to: read_state(&to)?,
                revision,
                detail: serde_json::from_str(&detail).unwrap_or_default(),
            })
        })
        .collect()
}

pub(super) fn read_state(word: &str) -> Result<State> {
    word.parse().map_err(|problem: String| anyhow::anyhow!("cannot read the queue: {problem}"))
}

/// The item of a story with its revision; nothing for a story that is not in the queue.
///
/// # Errors
/// When the record cannot be read.
pub async fn item_to_decide(connection: &mut Connection, story: &str) -> Result<Option<(i64, i64)>> {
    sqlx::query_as("SELECT id, revision FROM triage_item WHERE story_id = $1")
        .bind(story)
        .fetch_optional(connection)
        .await
        .with_context(|| format!("cannot look up the item of story {story}"))
}
