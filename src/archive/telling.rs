//! A story as its portals told it. In: its id. Out: one line for each of its articles, the first to publish first, and
//! never their texts: a story may stand on hundreds of portals.

use std::collections::HashMap;

use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};

use super::Copy;
use super::origin::APPEARED;
use crate::clock::Timestamp;
use crate::portal::Kind;
use crate::store::{Pool, instant};

/// One portal's article of a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Telling {
    /// The article's id.
    pub id: String,
    /// Its headline.
    pub title: String,
    /// Slug of its portal.
    pub portal: String,
    /// Name of its portal.
    pub portal_name: String,
    /// Kind of its portal.
    pub kind: Kind,
    /// When it was published, or first seen when its portal does not say.
    pub at: Timestamp,
    /// Whether its portal gave the day and no time.
    pub date_only: bool,
    /// When lantoa first saw it.
    pub first_seen_at: Timestamp,
    /// When it came into the world, as far as that can be known: its portal's word within what was seen.
    pub appeared_at: Timestamp,
    /// How it belongs to the story.
    pub copy: Copy,
    /// Whom it names as its source.
    pub credit: Option<String>,
    /// Whether its portal still serves it.
    pub live: bool,
}

/// The first `most` articles of a story.
///
/// # Errors
/// When the record cannot be read.
pub async fn of(pool: &Pool, story: &str, most: i64) -> Result<Vec<Telling>> {
    let trouble = || format!("cannot read who told story {story}");
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT a.id, a.title, p.slug, p.name, p.kind, COALESCE(a.published_at, a.first_seen_at) AS at, a.date_only, \
         a.first_seen_at, a.copy_kind, a.status, a.credit, {APPEARED} AS appeared \
         FROM article a JOIN portal p ON p.id = a.portal_id \
         WHERE a.story_id = $1 ORDER BY appeared, a.first_seen_at, a.id LIMIT $2"
    )))
    .bind(story)
    .bind(most)
    .fetch_all(pool)
    .await
    .with_context(trouble)?;
    rows.iter()
        .map(|row| {
            Ok(Telling {
                id: row.try_get("id")?,
                title: row.try_get("title")?,
                portal: row.try_get("slug")?,
                portal_name: row.try_get("name")?,
                kind: row.try_get::<String, _>("kind")?.parse().map_err(anyhow::Error::msg).with_context(trouble)?,
                at: instant(row.try_get("at")?),
                date_only: row.try_get::<i64, _>("date_only")? == 1,
                first_seen_at: instant(row.try_get("first_seen_at")?),
                appeared_at: instant(row.try_get("appeared")?),
                credit: row.try_get("credit")?,
                copy: row
                    .try_get::<String, _>("copy_kind")?
                    .parse()
                    .map_err(anyhow::Error::msg)
                    .with_context(trouble)?,
                live: row.try_get::<String, _>("status")? == "live",
            })
        })
        .collect()
}

/// How many articles a story has, and on how many portals.
///
/// # Errors
/// When the record cannot be read.
pub async fn spread(pool: &Pool, story: &str) -> Result<(i64, i64)> {
    sqlx::query_as("SELECT COUNT(*), COUNT(DISTINCT portal_id) FROM article WHERE story_id = $1")
        .bind(story)
        .fetch_one(pool)
        .await
        .with_context(|| format!("cannot count the articles of story {story}"))
}

/// The same for several stories; stories that nobody knows are left out.
///
/// # Errors
/// When the record cannot be read.
pub async fn spreads(pool: &Pool, stories: &[String]) -> Result<HashMap<String, (i64, i64)>> {
    if stories.is_empty() {
        return Ok(HashMap::new());
    }
    let marks: Vec<String> = (1..=stories.len()).map(|n| format!("${n}")).collect();
    // The text is put together from placeholders; every value is bound.
    let sql = format!(
        "SELECT story_id, COUNT(*), COUNT(DISTINCT portal_id) FROM article WHERE story_id IN ({}) GROUP BY story_id",
        marks.join(", ")
    );
    let mut query = sqlx::query_as::<_, (String, i64, i64)>(AssertSqlSafe(sql));
    for story in stories {
        query = query.bind(story);
    }
    let rows = query.fetch_all(pool).await.context("cannot count the articles of stories")?;
    Ok(rows.into_iter().map(|(story, articles, portals)| (story, (articles, portals))).collect())
}
