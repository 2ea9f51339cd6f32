//! Health in the record: last visits as lines, and trouble of many portals.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Cause, Incident, Kin};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};

/// Trouble of ours that was not seen for so long is over: nothing was visited that could say so.
const STALE: jiff::SignedDuration = jiff::SignedDuration::from_hours(6);
/// Incidents kept: old ones are history that nobody reads.
const KEPT: i64 = 200;

/// One of a portal's last visits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    /// When it began.
    pub started_at: Timestamp,
    /// Pages asked for.
    pub requests: u64,
    /// Articles that were not known.
    pub new: u64,
    /// Articles with a new version.
    pub changed: u64,
    /// Pages that could not be read.
    pub failed: u64,
    /// How long it took.
    pub elapsed_ms: u64,
    /// What was wrong.
    pub cause: Option<Cause>,
    /// It was part of a trouble of ours, and not charged to the portal.
    pub ours: bool,
    /// The same in the words of the visit.
    pub problem: Option<String>,
}

/// The last visits of a portal, newest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn last_visits(pool: &Pool, portal: i64, limit: i64) -> Result<Vec<Line>> {
    let reports = crate::portal::table::visits(pool, portal, limit).await?;
    let line = |(started_at, report): (Timestamp, String)| {
        // What an older version wrote lacks some of the fields.
        let line: Line = serde_json::from_str(&report).unwrap_or_default();
        Line { started_at, ..line }
    };
    Ok(reports.into_iter().map(line).collect())
}

fn kin_of(cause: Cause) -> &'static str {
    match cause.kin() {
        Kin::Network => "network",
        Kin::Alone(cause) => cause.code(),
    }
}

/// What is noted of a trouble of many portals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck {
    /// What they have.
    pub cause: Cause,
    /// The software family, when it is one family's.
    pub family: Option<String>,
    /// When the first of them was struck.
    pub began_at: Timestamp,
    /// How many were.
    pub struck: i64,
    /// Of how many.
    pub asked: i64,
}

/// Notes a trouble of many portals, or brings it up to date; true when it is a new one.
///
/// # Errors
/// When the record cannot be written.
pub async fn strike(connection: &mut Connection, struck: &Struck, now: Timestamp) -> Result<bool> {
    let family = struck.family.as_deref().unwrap_or_default();
    let known = sqlx::query(
        "UPDATE incident SET last_at = $3, cause = $4, struck = $5, asked = $6 \
         WHERE kin = $1 AND family = $2 AND ended_at IS NULL AND (last_at > $7 OR family <> '')",
    )
    .bind(kin_of(struck.cause))
    .bind(family)
    .bind(millis(now))
    .bind(struck.cause.code())
    .bind(struck.struck)
    .bind(struck.asked)
    .bind(millis(now - STALE))
    .execute(&mut *connection)
    .await
    .context("cannot note a trouble of many portals")?;
    if known.rows_affected() > 0 {
        return Ok(false);
    }
    end(connection, struck.family.as_deref(), now).await?;
    sqlx::query(
        "INSERT INTO incident (kin, family, cause, began_at, last_at, struck, asked) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(kin_of(struck.cause))
    .bind(family)
    .bind(struck.cause.code())
    .bind(millis(struck.began_at))
    .bind(millis(now))
    .bind(struck.struck)
    .bind(struck.asked)
    .execute(&mut *connection)
    .await
    .context("cannot note a trouble of many portals")?;
    sqlx::query("DELETE FROM incident WHERE id NOT IN (SELECT id FROM incident ORDER BY id DESC LIMIT $1)")
        .bind(KEPT)
        .execute(connection)
        .await
        .context("cannot prune troubles of many portals")?;
    Ok(true)
}

/// Ends the trouble of a family, or ours.
///
/// # Errors
/// When the record cannot be written.
pub async fn end(connection: &mut Connection, family: Option<&str>, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE incident SET ended_at = $2 WHERE family = $1 AND ended_at IS NULL")
        .bind(family.unwrap_or_default())
        .bind(millis(now))
        .execute(connection)
        .await
        .context("cannot end a trouble of many portals")?;
    Ok(())
}

/// Troubles of many portals that are not over, ours first.
///
/// # Errors
/// When the record cannot be read.
pub async fn open_incidents(pool: &Pool, now: Timestamp) -> Result<Vec<Incident>> {
    let rows = sqlx::query(
        "SELECT * FROM incident WHERE ended_at IS NULL AND (last_at > $1 OR family <> '') ORDER BY family, id DESC",
    )
    .bind(millis(now - STALE))
    .fetch_all(pool)
    .await
    .context("cannot read troubles of many portals")?;
    rows.iter().map(incident_of).collect()
}

fn incident_of(row: &SqliteRow) -> Result<Incident> {
    let family: String = row.try_get("family")?;
    Ok(Incident {
        id: row.try_get("id")?,
        cause: Cause::from(row.try_get::<String, _>("cause")?),
        family: Some(family).filter(|family| !family.is_empty()),
        began_at: instant(row.try_get("began_at")?),
        last_at: instant(row.try_get("last_at")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(instant),
        struck: row.try_get("struck")?,
        asked: row.try_get("asked")?,
    })
}

/// How many active portals a software family has, and how many of them give less than before.
///
/// # Errors
/// When the record cannot be read.
pub async fn of_family(connection: &mut Connection, family: &str) -> Result<(i64, i64, Option<Timestamp>)> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS members, COUNT(CASE WHEN cause = $2 THEN 1 END) AS fallen, \
         MIN(CASE WHEN cause = $2 THEN cause_since END) AS began_at FROM portal WHERE family = $1 AND state = 'active'",
    )
    .bind(family)
    .bind(Cause::LayoutChanged.code())
    .fetch_one(connection)
    .await
    .context("cannot read the portals of a software family")?;
    let began_at = row.try_get::<Option<i64>, _>("began_at")?.map(instant);
    Ok((row.try_get("members")?, row.try_get("fallen")?, began_at))
}

/// Takes back what was charged to portals for a trouble that turned out to be ours, and lets them be visited soon.
///
/// # Errors
/// When the record cannot be written.
pub async fn pardon(connection: &mut Connection, portals: &[i64], soon: Timestamp) -> Result<()> {
    for portal in portals {
        sqlx::query(
            "UPDATE portal SET failures = 0, points = 0, cause = NULL, cause_since = NULL, problem = NULL, \
             next_visit_at = CASE WHEN next_visit_at > $2 THEN $2 ELSE next_visit_at END WHERE id = $1",
        )
        .bind(portal)
        .bind(millis(soon))
        .execute(&mut *connection)
        .await
        .context("cannot pardon a portal")?;
    }
    Ok(())
}
