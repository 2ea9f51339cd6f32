//! The queue in the record.

mod decisions;

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, FromRow};

use super::options::Options;
use super::score::{Facts, Score, score};
use super::{Card, Decision, Filter, View};
use crate::archive::stories;
use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::store::{Connection, Pool, instant, millis};
use crate::vietnamese::personal;
use decisions::read_state;
pub(super) use decisions::{Standing, add_decision, decisions_since, item_of, move_to, standing, story_of};

/// Cards on one page of the desk: what an editor can look through in one sitting.
pub const MAX_CARDS: i64 = 100;
/// Items whose score is made anew at a time.
const MAX_RESCORED: i64 = 1_000;

/// Puts a story into the queue, or refreshes the score of the item that it has. What was decided stays.
///
/// # Errors
/// When the record cannot be written.
pub async fn enter(connection: &mut Connection, story: &str, score: &Score, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO triage_item (story_id, score, parts, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (story_id) DO UPDATE SET score = excluded.score, parts = excluded.parts",
    )
    .bind(story)
    .bind(score.total)
    .bind(serde_json::to_string(&score.parts)?)
    .bind(millis(now))
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

/// The queue as one view shows it, at most [`MAX_CARDS`].
///
/// # Errors
/// When the record cannot be read.
pub async fn queue(pool: &Pool, filter: &Filter, now: Timestamp) -> Result<Vec<Card>> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    let order = match filter.view {
        View::Open => "t.score DESC, t.id DESC",
        View::Amplified | View::Closed => "t.updated_at DESC, t.id DESC",
        View::Snoozed => "t.snoozed_until, t.id",
    };
    let (condition, portals) = condition(filter);
    let sql = format!("{SELECT_CARD} WHERE {condition} ORDER BY {order} LIMIT {MAX_CARDS}");
    // The text is put together from the constants here; every value is bound.
    let mut query = sqlx::query_as::<_, CardRow>(AssertSqlSafe(sql)).bind(millis(now));
    for portal in portals {
        query = query.bind(portal);
    }
    let rows = query.fetch_all(&mut *connection).await.context("cannot read the queue")?;
    cards(&mut connection, rows).await
}

/// How many items each view has, in the order of [`View::ALL`].
///
/// # Errors
/// When the record cannot be read.
pub async fn counts(pool: &Pool, filter: &Filter, now: Timestamp) -> Result<Vec<(View, i64)>> {
    let mut counts = Vec::new();
    for view in View::ALL {
        let (condition, portals) = condition(&Filter { view, ..filter.clone() });
        let sql = format!("SELECT COUNT(*) FROM triage_item t WHERE {condition}");
        let mut query = sqlx::query_as::<_, (i64,)>(AssertSqlSafe(sql)).bind(millis(now));
        for portal in portals {
            query = query.bind(portal);
        }
        let (count,) = query.fetch_one(pool).await.context("cannot count the queue")?;
        counts.push((view, count));
    }
    Ok(counts)
}

/// The condition of a filter. `$1` is now, the portals that it answers with follow.
fn condition(filter: &Filter) -> (String, Vec<String>) {
    let view = match filter.view {
        View::Open => "(t.state IN ('new', 'proposed') OR (t.state = 'snoozed' AND t.snoozed_until <= $1))",
        View::Amplified => "(t.state = 'amplified' AND $1 = $1)",
        View::Snoozed => "(t.state = 'snoozed' AND t.snoozed_until > $1)",
        View::Closed => "(t.state IN ('routine', 'rejected', 'merged', 'recalled') AND $1 = $1)",
    };
    let (mut sql, mut values) = (view.to_owned(), Vec::new());
    let mut carried_by = |portals: &[String]| {
        let marks: Vec<String> = (0..portals.len()).map(|n| format!("${}", values.len() + n + 2)).collect();
        values.extend_from_slice(portals);
        sql += &format!(
            " AND EXISTS (SELECT 1 FROM article a JOIN portal p ON p.id = a.portal_id
                WHERE a.story_id = t.story_id AND p.slug IN ({}))",
            marks.join(", ")
        );
    };
    if let Some(portal) = &filter.portal {
        carried_by(std::slice::from_ref(portal));
    }
    if let Some(portals) = &filter.bound_to {
        carried_by(portals);
    }
    (sql, values)
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
    item_of(&mut connection, story).await
}

/// Every decision about an item, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn history(pool: &Pool, id: i64) -> Result<Vec<Decision>> {
    let mut connection = pool.acquire().await.context("cannot reach the record")?;
    decisions_since(&mut connection, id, 0).await
}

pub(super) async fn card(connection: &mut Connection, id: i64) -> Result<Option<Card>> {
    const ONE: &str = "WHERE t.id = $1";
    let rows = sqlx::query_as::<_, CardRow>(AssertSqlSafe(format!("{SELECT_CARD} {ONE}")))
        .bind(id)
        .fetch_all(&mut *connection)
        .await
        .with_context(|| format!("cannot read item {id}"))?;
    Ok(cards(connection, rows).await?.pop())
}

const SELECT_CARD: &str = "SELECT t.id, t.story_id, t.state, t.level, t.revision, t.score, t.parts, t.snoozed_until,
        t.amplified_at, t.created_at, t.updated_at, o.title, o.summary, o.url, o.published_at, o.date_only, o.first_seen_at,
        o.documents, op.kind, o.id AS lead
    FROM triage_item t JOIN article o ON o.id = (SELECT COALESCE(s.lead, s.id) FROM story s WHERE s.id = t.story_id)
    JOIN portal op ON op.id = o.portal_id";

#[derive(FromRow)]
struct CardRow {
    id: i64,
    story_id: String,
    state: String,
    level: Option<String>,
    revision: i64,
    score: f64,
    parts: String,
    snoozed_until: Option<i64>,
    amplified_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
    title: String,
    summary: String,
    url: String,
    published_at: Option<i64>,
    date_only: bool,
    first_seen_at: i64,
    documents: String,
    kind: String,
    lead: String,
}

async fn cards(connection: &mut Connection, rows: Vec<CardRow>) -> Result<Vec<Card>> {
    let mut cards = Vec::with_capacity(rows.len());
    let shown: Vec<String> = rows.iter().map(|row| row.story_id.clone()).collect();
    let questions = stories::questions_about(connection, &shown).await?;
    for row in rows {
        let portals: Vec<(String, String)> = sqlx::query_as(
            "SELECT p.slug, p.name FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.story_id = $1
             GROUP BY p.id, p.slug, p.name ORDER BY MIN(CASE WHEN a.id = (SELECT COALESCE(s.lead, s.id) FROM story s WHERE s.id = $1)
                THEN 0 ELSE a.first_seen_at END), p.slug",
        )
        .bind(&row.story_id)
        .fetch_all(&mut *connection)
        .await
        .with_context(|| format!("cannot read the portals of story {}", row.story_id))?;
        cards.push(Card {
            id: row.id,
            state: read_state(&row.state)?,
            level: row.level.and_then(|level| level.parse().ok()),
            revision: row.revision,
            score: Score { total: row.score, parts: serde_json::from_str(&row.parts).unwrap_or_default() },
            snoozed_until: row.snoozed_until.map(instant),
            amplified_at: row.amplified_at.map(instant),
            created_at: instant(row.created_at),
            updated_at: instant(row.updated_at),
            title: personal::mask(&row.title).into_owned(),
            summary: personal::mask(&row.summary).into_owned(),
            url: row.url,
            kind: row.kind.parse().unwrap_or(Kind::Other),
            published_at: row.published_at.map(instant),
            date_only: row.date_only,
            first_seen_at: instant(row.first_seen_at),
            documents: serde_json::from_str(&row.documents).unwrap_or_default(),
            portals,
            questions: questions.iter().filter(|asked| asked.is_about(&row.story_id)).cloned().collect(),
            lead: row.lead,
            story: row.story_id,
        });
    }
    Ok(cards)
}

/// A story without articles, for tests of what happens to its item.
#[cfg(test)]
pub(super) async fn bare_story(connection: &mut Connection, id: &str) -> Result<()> {
    sqlx::query("INSERT INTO story (id, created_at) VALUES ($1, 0)").bind(id).execute(connection).await?;
    Ok(())
}
