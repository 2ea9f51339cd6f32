//! The registry in the record.

use anyhow::{Context, Result};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::health::Cause;
use super::{Entry, Health, Learnt, Move, Portal, Source, State};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};

/// What registering an entry did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It was not known before.
    Added,
    /// It was known and differs now.
    Changed,
    /// It was known exactly so.
    Unchanged,
}

/// Every portal that was not removed, by kind and name.
///
/// # Errors
/// When the record cannot be read.
pub async fn list(pool: &Pool) -> Result<Vec<Portal>> {
    let rows = sqlx::query("SELECT * FROM portal WHERE state <> 'removed' ORDER BY slug")
        .fetch_all(pool)
        .await
        .context("cannot read the registry")?;
    let mut portals = rows.iter().map(portal_of).collect::<Result<Vec<_>>>()?;
    portals.sort_by(|a, b| (a.entry.kind, &a.entry.slug).cmp(&(b.entry.kind, &b.entry.slug)));
    Ok(portals)
}

/// One portal by its slug, removed or not.
///
/// # Errors
/// When the record cannot be read.
pub async fn find(pool: &Pool, slug: &str) -> Result<Option<Portal>> {
    let row = sqlx::query("SELECT * FROM portal WHERE slug = $1")
        .bind(slug)
        .fetch_optional(pool)
        .await
        .with_context(|| format!("cannot read portal {slug}"))?;
    row.as_ref().map(portal_of).transpose()
}

/// Slugs and names of the portals that are components of this one, by name.
///
/// # Errors
/// When the record cannot be read.
pub async fn components(pool: &Pool, slug: &str) -> Result<Vec<(String, String)>> {
    sqlx::query_as("SELECT slug, name FROM portal WHERE parent = $1 AND state <> 'removed' ORDER BY name, slug")
        .bind(slug)
        .fetch_all(pool)
        .await
        .with_context(|| format!("cannot read the components of portal {slug}"))
}

/// Adds a portal or brings its registration up to date; what was learnt about it stays. A removed one comes back.
///
/// # Errors
/// When the record cannot be written.
pub async fn register(connection: &mut Connection, entry: &Entry, now: Timestamp) -> Result<Registered> {
    let known = sqlx::query("SELECT * FROM portal WHERE slug = $1")
        .bind(&entry.slug)
        .fetch_optional(&mut *connection)
        .await
        .context("cannot read the registry")?;
    let known = known.as_ref().map(portal_of).transpose()?;
    let outcome = match &known {
        None => Registered::Added,
        Some(portal) if portal.entry == *entry && portal.state != State::Removed => return Ok(Registered::Unchanged),
        Some(_) => Registered::Changed,
    };
    sqlx::query(
        "INSERT INTO portal (slug, name, name_en, kind, parent, url, aliases, predecessors, sources, rules, cron, \
         delay_ms, confidence, notes, created_at, state_since, ca_file) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16) \
         ON CONFLICT (slug) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, kind = excluded.kind, \
         parent = excluded.parent, url = excluded.url, aliases = excluded.aliases, \
         predecessors = excluded.predecessors, sources = excluded.sources, rules = excluded.rules, \
         cron = excluded.cron, delay_ms = excluded.delay_ms, confidence = excluded.confidence, \
         notes = excluded.notes, ca_file = excluded.ca_file, \
         state_since = CASE portal.state WHEN 'removed' THEN excluded.state_since ELSE portal.state_since END, \
         state = CASE portal.state WHEN 'removed' THEN 'active' ELSE portal.state END",
    )
    .bind(&entry.slug)
    .bind(&entry.name)
    .bind(&entry.name_en)
    .bind(entry.kind.as_str())
    .bind(&entry.parent)
    .bind(entry.url.as_str())
    .bind(serde_json::to_string(&entry.aliases)?)
    .bind(serde_json::to_string(&entry.predecessors)?)
    .bind(serde_json::to_string(&entry.sources)?)
    .bind(entry.rules.as_ref().map(serde_json::to_string).transpose()?)
    .bind(&entry.cron)
    .bind(entry.delay_ms.map(|delay| i64::try_from(delay).unwrap_or(i64::MAX)))
    .bind(&entry.confidence)
    .bind(&entry.notes)
    .bind(millis(now))
    .bind(entry.ca_file.as_ref().map(|file| file.to_string_lossy().into_owned()))
    .execute(connection)
    .await
    .with_context(|| format!("cannot register portal {}", entry.slug))?;
    Ok(outcome)
}

/// The row of a portal, within a change.
///
/// # Errors
/// When the record cannot be read.
pub async fn id(connection: &mut Connection, slug: &str) -> Result<Option<i64>> {
    sqlx::query_scalar("SELECT id FROM portal WHERE slug = $1")
        .bind(slug)
        .fetch_optional(connection)
        .await
        .with_context(|| format!("cannot read portal {slug}"))
}

/// Pauses, resumes or removes a portal; false when there is no such portal.
///
/// # Errors
/// When the record cannot be written.
pub async fn set_state(connection: &mut Connection, slug: &str, state: State, now: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE portal SET state = $2, state_since = CASE WHEN state = $2 THEN state_since ELSE $3 END \
         WHERE slug = $1 AND state <> 'removed'",
    )
    .bind(slug)
    .bind(state.as_str())
    .bind(millis(now))
    .execute(connection)
    .await
    .with_context(|| format!("cannot change portal {slug}"))?;
    Ok(done.rows_affected() > 0)
}

/// Notes what is known of a portal's addresses; its moves are the operator's and stay.
///
/// # Errors
/// When the record cannot be written.
pub async fn set_learnt(connection: &mut Connection, portal: i64, learnt: &Learnt) -> Result<()> {
    let learnt = Learnt { moves: Vec::new(), ..learnt.clone() };
    sqlx::query("UPDATE portal SET learnt = $2 WHERE id = $1")
        .bind(portal)
        .bind(serde_json::to_string(&learnt)?)
        .execute(connection)
        .await
        .context("cannot note what was learnt about a portal")?;
    Ok(())
}

/// Notes that a portal is at another address now: its entry as it is from now on, what visits found there, and every
/// host that it left. It is due at once.
///
/// # Errors
/// When the record cannot be written.
pub async fn set_moved(
    connection: &mut Connection,
    portal: i64,
    entry: &Entry,
    found: &[Source],
    moves: &[Move],
) -> Result<()> {
    sqlx::query(
        "UPDATE portal SET url = $2, aliases = $3, sources = $4, found = $5, moves = $6, problem = NULL, \
         next_visit_at = NULL WHERE id = $1",
    )
    .bind(portal)
    .bind(entry.url.as_str())
    .bind(serde_json::to_string(&entry.aliases)?)
    .bind(serde_json::to_string(&entry.sources)?)
    .bind(serde_json::to_string(found)?)
    .bind(serde_json::to_string(moves)?)
    .execute(connection)
    .await
    .with_context(|| format!("cannot move portal {}", entry.slug))?;
    Ok(())
}

/// What a visit learnt about a portal, and when it is due again.
#[derive(Clone, Debug)]
pub struct Visited {
    /// The portal's row.
    pub portal: i64,
    /// When the visit began.
    pub started_at: Timestamp,
    /// How long it took.
    pub elapsed_ms: u64,
    /// Its report as JSON.
    pub report: String,
    /// Whether the portal answered.
    pub success: bool,
    /// Whether it brought something new.
    pub news: bool,
    /// Why it failed or what to look at, in words.
    pub problem: Option<String>,
    /// When it is due again.
    pub next_visit_at: Option<Timestamp>,
    /// Feeds and sitemaps that were found, beside the registered ones.
    pub found: Vec<Source>,
    /// Whether lantoa was told to stop in the middle: then the portal stays due and its health is as it was.
    pub interrupted: bool,
    /// What it says of the portal's health.
    pub diagnosis: Diagnosis,
}

/// What a visit says of a portal's health.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// What was wrong; a visit without success has a cause.
    pub cause: Option<Cause>,
    /// It struck many portals and is not charged to this one.
    pub ours: bool,
    /// Articles a day, when the visit brought some and that is known.
    pub usual_per_day: Option<f64>,
    /// The software that the portal runs on, when its pages were read.
    pub family: Option<String>,
    /// What its pages give, as JSON, when some were read.
    pub yields: Option<String>,
}

/// Visits kept for each portal: a day of half-hourly ones.
const VISITS_KEPT: i64 = 50;

/// Records a visit.
///
/// # Errors
/// When the record cannot be written.
pub async fn visited(connection: &mut Connection, visit: &Visited) -> Result<()> {
    let found = serde_json::to_string(&visit.found)?;
    if visit.interrupted {
        sqlx::query("UPDATE portal SET found = $2 WHERE id = $1")
            .bind(visit.portal)
            .bind(found)
            .execute(connection)
            .await
            .context("cannot record a visit")?;
        return Ok(());
    }
    let at = millis(visit.started_at);
    sqlx::query("INSERT INTO visit (portal_id, started_at, elapsed_ms, report) VALUES ($1, $2, $3, $4)")
        .bind(visit.portal)
        .bind(at)
        .bind(i64::try_from(visit.elapsed_ms).unwrap_or(i64::MAX))
        .bind(&visit.report)
        .execute(&mut *connection)
        .await
        .context("cannot record a visit")?;
    sqlx::query(
        "DELETE FROM visit WHERE portal_id = $1 AND id NOT IN \
         (SELECT id FROM visit WHERE portal_id = $1 ORDER BY id DESC LIMIT $2)",
    )
    .bind(visit.portal)
    .bind(VISITS_KEPT)
    .execute(&mut *connection)
    .await
    .context("cannot prune visits")?;
    let Diagnosis { cause, ours, .. } = visit.diagnosis;
    // What is ours leaves the portal as it was, and is told once for all.
    let charged = cause.filter(|_| !ours);
    let failed = !visit.success && !ours;
    sqlx::query(
        "UPDATE portal SET last_visit_at = $2, next_visit_at = $4, found = $7, \
         last_success_at = CASE WHEN $5 = 1 THEN $2 ELSE last_success_at END, \
         last_new_at = CASE WHEN $6 = 1 THEN $2 ELSE last_new_at END, \
         failures = CASE WHEN $5 = 1 THEN 0 ELSE failures + $8 END, \
         problem = CASE WHEN $11 = 1 THEN problem ELSE $3 END, \
         points = CASE WHEN $9 IS NULL AND $11 = 0 THEN 0 ELSE points + $10 END, \
         cause_since = CASE WHEN $11 = 1 OR (cause IS NULL AND $9 IS NULL AND cause_since IS NOT NULL) \
         OR (cause IS NOT NULL AND $9 IS NOT NULL) THEN cause_since ELSE $2 END, \
         cause = CASE WHEN $11 = 1 THEN cause ELSE $9 END, \
         usual_per_day = COALESCE($12, usual_per_day), family = COALESCE($13, family), \
         yields = COALESCE($14, yields) WHERE id = $1",
    )
    .bind(visit.portal)
    .bind(at)
    .bind(&visit.problem)
    .bind(visit.next_visit_at.map(millis))
    .bind(i64::from(visit.success))
    .bind(i64::from(visit.news))
    .bind(found)
    .bind(i64::from(failed))
    .bind(charged.map(Cause::code))
    .bind(charged.map_or(0.0, Cause::points))
    .bind(i64::from(ours))
    .bind(visit.diagnosis.usual_per_day)
    .bind(&visit.diagnosis.family)
    .bind(&visit.diagnosis.yields)
    .execute(connection)
    .await
    .context("cannot record a visit")?;
    Ok(())
}

/// What the pages of a portal gave so far, as JSON.
///
/// # Errors
/// When the record cannot be read.
pub async fn yields(pool: &Pool, portal: i64) -> Result<Option<String>> {
    let row = sqlx::query_scalar("SELECT yields FROM portal WHERE id = $1").bind(portal).fetch_optional(pool).await;
    row.context("cannot read what a portal's pages gave").map(Option::flatten)
}

/// The reports of a portal's last visits, newest first, with when each began.
///
/// # Errors
/// When the record cannot be read.
pub async fn visits(pool: &Pool, portal: i64, limit: i64) -> Result<Vec<(Timestamp, String)>> {
    let rows = sqlx::query("SELECT started_at, report FROM visit WHERE portal_id = $1 ORDER BY id DESC LIMIT $2")
        .bind(portal)
        .bind(limit)
        .fetch_all(pool)
        .await
        .context("cannot read visits")?;
    rows.iter().map(|row| Ok((instant(row.try_get("started_at")?), row.try_get("report")?))).collect()
}

fn portal_of(row: &SqliteRow) -> Result<Portal> {
    let slug: String = row.try_get("slug")?;
    let trouble = || format!("the record of portal {slug} is damaged");
    let json = |column: &str| row.try_get::<String, _>(column);
    let when = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(instant));
    let entry = Entry {
        slug: slug.clone(),
        name: row.try_get("name")?,
        name_en: row.try_get("name_en")?,
        kind: row.try_get::<String, _>("kind")?.parse().map_err(anyhow::Error::msg).with_context(trouble)?,
        parent: row.try_get("parent")?,
        url: row.try_get::<String, _>("url")?.parse().with_context(trouble)?,
        aliases: serde_json::from_str(&json("aliases")?).with_context(trouble)?,
        predecessors: serde_json::from_str(&json("predecessors")?).with_context(trouble)?,
        sources: serde_json::from_str(&json("sources")?).with_context(trouble)?,
        rules: row
            .try_get::<Option<String>, _>("rules")?
            .map(|rules| serde_json::from_str(&rules))
            .transpose()
            .with_context(trouble)?,
        cron: row.try_get("cron")?,
        delay_ms: row.try_get::<Option<i64>, _>("delay_ms")?.and_then(|delay| u64::try_from(delay).ok()),
        ca_file: row.try_get::<Option<String>, _>("ca_file")?.map(Into::into),
        confidence: row.try_get("confidence")?,
        notes: row.try_get("notes")?,
    };
    // What an older version wrote and this one cannot read is learnt again; a move was somebody's decision.
    let learnt: Learnt = serde_json::from_str(&json("learnt")?).unwrap_or_default();
    let moves = serde_json::from_str(&json("moves")?).with_context(trouble)?;
    Ok(Portal {
        id: row.try_get("id")?,
        entry,
        learnt: Learnt { moves, ..learnt },
        found: serde_json::from_str(&json("found")?).with_context(trouble)?,
        state: row.try_get::<String, _>("state")?.parse().map_err(anyhow::Error::msg).with_context(trouble)?,
        health: Health {
            last_visit_at: when("last_visit_at")?,
            last_success_at: when("last_success_at")?,
            last_new_at: when("last_new_at")?,
            next_visit_at: when("next_visit_at")?,
            failures: u32::try_from(row.try_get::<i64, _>("failures")?).unwrap_or(u32::MAX),
            problem: row.try_get("problem")?,
            cause: row.try_get::<Option<String>, _>("cause")?.map(Cause::from),
            cause_since: when("cause_since")?,
            points: row.try_get("points")?,
            usual_per_day: row.try_get("usual_per_day")?,
            state_since: when("state_since")?,
            family: row.try_get("family")?,
        },
    })
}
