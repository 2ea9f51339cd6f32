//! The two keys: what officers propose, and what the centre makes of it.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, FromRow};

use super::places;
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};
use crate::triage::{Action, By, Decision, Level};

/// A proposal as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Who proposed.
    pub actor: String,
    /// Name of the portal that the officer spoke for.
    pub portal_name: String,
    /// How widely.
    pub level: Level,
    /// Until when.
    pub deadline: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// When.
    pub proposed_at: Timestamp,
    /// What became of it: `accepted`, `ranked`, `returned`, `declined`, `withdrawn`; nothing while it waits.
    pub outcome: Option<String>,
}

/// How often the centre agreed with one portal.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Agreement {
    /// Slug of the portal.
    pub portal: String,
    /// Its name.
    pub portal_name: String,
    /// Proposals of the time asked for.
    pub proposed: i64,
    /// Amplified as proposed.
    pub accepted: i64,
    /// Amplified at another level.
    pub ranked: i64,
    /// Given back with a word.
    pub returned: i64,
    /// Decided otherwise.
    pub declined: i64,
}

impl Agreement {
    /// Share of the answered proposals that were accepted, in percent; nothing before the first answer.
    #[must_use]
    pub fn percent(&self) -> Option<i64> {
        let answered = self.accepted + self.ranked + self.returned + self.declined;
        (answered > 0).then(|| (self.accepted * 100 + answered / 2) / answered)
    }
}

/// Notes a proposal; one that still waits is changed.
pub(in crate::triage) async fn add(
    connection: &mut Connection,
    item: i64,
    by: &By<'_>,
    (level, deadline): (Level, Option<Timestamp>),
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let trouble = || format!("cannot note a proposal about item {item}");
    sqlx::query("UPDATE proposal SET outcome = 'withdrawn', answered_at = $2 WHERE item_id = $1 AND outcome IS NULL")
        .bind(item)
        .bind(millis(now))
        .execute(&mut *connection)
        .await
        .with_context(trouble)?;
    // Whom the officer speaks for; the story's first portal when a program or the centre proposes.
    let own = places::with_children(by.portals.len(), 2);
    let sql = format!(
        "SELECT x.portal_id FROM triage_place x JOIN triage_item t ON t.id = x.item_id
         LEFT JOIN article a
            ON a.id = (SELECT COALESCE(y.lead, y.id) FROM story y WHERE y.id = t.story_id) WHERE x.item_id = $1
         ORDER BY CASE WHEN x.portal_id IN ({own}) THEN 0 ELSE 1 END,
                  CASE WHEN x.portal_id = a.portal_id THEN 0 ELSE 1 END, x.portal_id LIMIT 1"
    );
    let mut query = sqlx::query_as::<_, (i64,)>(AssertSqlSafe(sql)).bind(item);
    for slug in by.portals {
        query = query.bind(slug);
    }
    let Some((portal,)) = query.fetch_optional(&mut *connection).await.with_context(trouble)? else { return Ok(()) };
    sqlx::query(
        "INSERT INTO proposal (item_id, portal_id, actor, level, deadline, reason, proposed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(item)
    .bind(portal)
    .bind(by.name)
    .bind(level.as_str())
    .bind(deadline.map(millis))
    .bind(reason)
    .bind(millis(now))
    .execute(connection)
    .await
    .with_context(trouble)?;
    Ok(())
}

/// Notes what the centre made of the proposal that waits, if one does.
pub(in crate::triage) async fn answer(
    connection: &mut Connection,
    item: i64,
    action: &Action,
    now: Timestamp,
) -> Result<()> {
    let (outcome, level) = match action {
        Action::Amplify { level, .. } => ("accepted", level.as_str()),
        Action::Return => ("returned", ""),
        Action::Routine | Action::Reject | Action::Merge { .. } => ("declined", ""),
        _ => return Ok(()),
    };
    sqlx::query(
        "UPDATE proposal SET outcome = CASE WHEN $2 = 'accepted' AND level <> $3 THEN 'ranked' ELSE $2 END,
                answered_at = $4 WHERE item_id = $1 AND outcome IS NULL",
    )
    .bind(item)
    .bind(outcome)
    .bind(level)
    .bind(millis(now))
    .execute(connection)
    .await
    .with_context(|| format!("cannot answer the proposal about item {item}"))?;
    Ok(())
}

/// What an undo makes of the latest proposal: taken back with its proposing, waiting again with its answer.
pub(in crate::triage) async fn take_back(
    connection: &mut Connection,
    item: i64,
    undone: &Decision,
    now: Timestamp,
) -> Result<()> {
    let (outcome, at) = match undone.action.as_str() {
        "propose" => (Some("withdrawn"), Some(millis(now))),
        "amplify" | "return" | "routine" | "reject" | "merge" => (None, None),
        _ => return Ok(()),
    };
    // An answer was given in the same instant as the decision that is undone.
    sqlx::query(
        "UPDATE proposal SET outcome = $2, answered_at = $3
         WHERE id = (SELECT MAX(id) FROM proposal WHERE item_id = $1) AND (outcome IS NULL OR answered_at = $4)",
    )
    .bind(item)
    .bind(outcome)
    .bind(at)
    .bind(millis(undone.at))
    .execute(connection)
    .await
    .with_context(|| format!("cannot take back the proposal about item {item}"))?;
    Ok(())
}

/// The latest proposal about an item.
///
/// # Errors
/// When the record cannot be read.
pub async fn latest(pool: &Pool, item: i64) -> Result<Option<Proposal>> {
    type Row = (String, String, String, Option<i64>, String, i64, Option<String>);
    let row: Option<Row> = sqlx::query_as(
        "SELECT r.actor, p.name, r.level, r.deadline, r.reason, r.proposed_at, r.outcome
         FROM proposal r JOIN portal p ON p.id = r.portal_id WHERE r.item_id = $1 ORDER BY r.id DESC LIMIT 1",
    )
    .bind(item)
    .fetch_optional(pool)
    .await
    .with_context(|| format!("cannot read the proposals about item {item}"))?;
    Ok(row.map(|(actor, portal_name, level, deadline, reason, at, outcome)| Proposal {
        actor,
        portal_name,
        level: level.parse().unwrap_or_default(),
        deadline: deadline.map(instant),
        reason,
        proposed_at: instant(at),
        outcome,
    }))
}

/// How often the centre agreed with each portal since `since`, most proposals first; for an officer only with its own.
///
/// # Errors
/// When the record cannot be read.
pub async fn agreement(pool: &Pool, since: Timestamp, own: Option<&[String]>) -> Result<Vec<Agreement>> {
    let bound =
        own.map_or(String::new(), |own| format!("AND r.portal_id IN ({})", places::with_children(own.len(), 2)));
    let sql = format!(
        "SELECT p.slug AS portal, p.name AS portal_name, COUNT(*) AS proposed,
                SUM(CASE WHEN r.outcome = 'accepted' THEN 1 ELSE 0 END) AS accepted,
                SUM(CASE WHEN r.outcome = 'ranked' THEN 1 ELSE 0 END) AS ranked,
                SUM(CASE WHEN r.outcome = 'returned' THEN 1 ELSE 0 END) AS returned,
                SUM(CASE WHEN r.outcome = 'declined' THEN 1 ELSE 0 END) AS declined
         FROM proposal r JOIN portal p ON p.id = r.portal_id
         WHERE r.proposed_at >= $1 AND (r.outcome IS NULL OR r.outcome <> 'withdrawn') {bound}
         GROUP BY p.slug, p.name ORDER BY proposed DESC, p.slug"
    );
    let mut query = sqlx::query_as::<_, Agreement>(AssertSqlSafe(sql)).bind(millis(since));
    for slug in own.unwrap_or_default() {
        query = query.bind(slug);
    }
    query.fetch_all(pool).await.context("cannot count how often the centre agreed")
}
