//! The queue in the record.

mod cards;
pub(super) mod classification;
pub mod crowd;
mod decisions;
pub mod told;
pub mod numbers;
pub mod places;
pub mod proposals;
mod queue;
pub mod views;
pub mod watch;

use anyhow::{Context, Result};
use sqlx::FromRow;

use super::options::Options;
use super::score::{Facts, Score, score};
use super::{Card, Decision};
use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::store::{Connection, Pool, instant, millis};
pub(super) use cards::card;
pub use decisions::item_to_decide;
pub use queue::{counts, queue, queue_from, tally};

pub(super) use decisions::{Standing, add_decision, decisions_since, move_to, number_of_item, standing, story_of};

/// Cards that a program gets at once.
pub const MAX_CARDS: i64 = 100;
/// Items whose score is made anew at a time.
const MAX_RESCORED: i64 = 1_000;

/// Puts a story into the queue, or refreshes the score of the item that it has. What was decided stays.
///
/// # Errors
/// When the record cannot be written.
pub async fn enter(connection: &mut Connection, story: &str, score: &Score, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO triage_item (story_id, score, parts, created_at, updated_at, growth) VALUES ($1, $2, $3, $4, $4, $5)
         ON CONFLICT (story_id) DO UPDATE SET score = excluded.score, parts = excluded.parts, growth = excluded.growth",
    )
    .bind(story)
    .bind(score.total)
    .bind(serde_json::to_string(&score.parts)?)
    .bind(millis(now))
    .bind(score.parts.iter().find(|part| part.name == "growth").map_or(0.0, |part| part.points))
    .execute(connection)
    .await
    .with_context(|| format!("cannot put story {story} into the queue"))?;
    Ok(())
}

/// What the record knows about a story for its score; nothing when there is no such story.
///
/// # Errors
/// When the record cannot be read.
pub async fn facts(
    connection: &mut Connection,
    story: &str,
    options: &Options,
    now: Timestamp,
) -> Result<Option<Facts>> {
    #[derive(FromRow)]
    struct Row {
        title: String,
        summary: String,
        kind: String,
        published_at: i64,
        portals: i64,
        joined: i64,
        proposed: bool,
    }
    let row: Option<Row> = sqlx::query_as(
        "SELECT a.title, a.summary, p.kind, COALESCE(a.published_at, a.first_seen_at) AS published_at,
                (SELECT COUNT(DISTINCT c.portal_id) FROM article c WHERE c.story_id = a.story_id
                    AND (c.portal_id = a.portal_id OR c.first_seen_at > $3)) AS portals,
                (SELECT COUNT(DISTINCT c.portal_id) FROM article c WHERE c.story_id = a.story_id
                    AND c.portal_id <> a.portal_id AND c.first_seen_at > $2) AS joined,
                EXISTS (SELECT 1 FROM triage_item t WHERE t.story_id = a.story_id AND t.state = 'proposed') AS proposed
         FROM article a JOIN portal p ON p.id = a.portal_id
         WHERE a.id = (SELECT COALESCE(s.lead, s.id) FROM story s WHERE s.id = $1) AND a.story_id = $1",
    )
    .bind(story)
    .bind(millis(now) - options.growth_hours * 3_600_000)
    .bind(millis(now) - options.spread_days * 86_400_000)
    .fetch_optional(&mut *connection)
    .await
    .with_context(|| format!("cannot read what is known about story {story}"))?;
    let Some(row) = row else { return Ok(None) };
    // The first that any other story was seen to cite the same decides whether this one tells of it first.
    let documents: Vec<(String, bool)> = sqlx::query_as(
        "SELECT d.number, NOT EXISTS (SELECT 1 FROM article_document e JOIN article b ON b.id = e.article_id
                    WHERE e.number = d.number AND b.story_id <> $1 AND b.first_seen_at <= o.first_seen_at) AS first
         FROM (SELECT DISTINCT d.number FROM article_document d JOIN article a ON a.id = d.article_id
               WHERE a.story_id = $1) d
         JOIN article o ON o.id = (SELECT COALESCE(s.lead, s.id) FROM story s WHERE s.id = $1) ORDER BY d.number",
    )
    .bind(story)
    .fetch_all(connection)
    .await
    .with_context(|| format!("cannot read the documents of story {story}"))?;
    Ok(Some(Facts {
        title: row.title,
        summary: row.summary,
        first_told: documents.iter().filter(|(_, first)| *first).map(|(number, _)| number.clone()).collect(),
        documents: documents.into_iter().map(|(number, _)| number).collect(),
        kind: row.kind.parse().unwrap_or(Kind::Other),
        portals: usize::try_from(row.portals).unwrap_or(0),
        joined: usize::try_from(row.joined).unwrap_or(0),
        proposed: row.proposed,
        published_at: instant(row.published_at),
    }))
}

/// Scores a story by what the record knows about it and enters it; for whoever just archived one of its articles.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn refresh(connection: &mut Connection, story: &str, options: &Options, now: Timestamp) -> Result<()> {
    match facts(connection, story, options, now).await? {
        Some(facts) => enter(connection, story, &score(&facts, options, now), now).await,
        None => Ok(()),
    }
}

/// Scores everything that waits for a decision anew, because time alone changes freshness and growth. Answers how
/// many items there were.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn refresh_open(connection: &mut Connection, options: &Options, now: Timestamp) -> Result<usize> {
    let stories: Vec<(String,)> = sqlx::query_as(
        "SELECT story_id FROM triage_item WHERE state IN ('new', 'proposed', 'snoozed') ORDER BY id DESC LIMIT $1",
    )
    .bind(MAX_RESCORED)
    .fetch_all(&mut *connection)
    .await
    .context("cannot list what waits for a decision")?;
    for (story,) in &stories {
        refresh(connection, story, options, now).await?;
    }
    Ok(stories.len())
}

/// One item, or nothing.
///
/// # Errors
/// When the record cannot be read.
pub async fn item(pool: &Pool, id: i64) -> Result<Option<Card>> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    card(&mut connection, id).await
}

/// The number of a story's item, if it has one.
///
/// # Errors
/// When the record cannot be read.
pub async fn number_of(pool: &Pool, story: &str) -> Result<Option<i64>> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    number_of_item(&mut connection, story).await
}

/// Every decision about an item, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn history(pool: &Pool, id: i64) -> Result<Vec<Decision>> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    decisions_since(&mut connection, id, 0).await
}

/// A story without articles, for tests of what happens to its item.
#[cfg(test)]
pub(super) async fn bare_story(connection: &mut Connection, id: &str) -> Result<()> {
    sqlx::query("INSERT INTO story (id, created_at) VALUES ($1, 0)").bind(id).execute(connection).await?;
    Ok(())
}
