//! What leaves the house, read from the record.

pub mod back;
pub mod hooks;

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, FromRow};

use super::{Amplified, Status};
use crate::clock::Timestamp;
use crate::store::{Pool, instant, millis};
use crate::triage::Level;
use crate::vietnamese::personal;

/// The stories that were amplified at any time and changed after `since`, latest change first: what was corrected or
/// recalled comes again with its new status.
///
/// # Errors
/// When the record cannot be read.
pub async fn amplified(pool: &Pool, since: Option<Timestamp>, limit: i64) -> Result<Vec<Amplified>> {
    #[derive(FromRow)]
    struct Row {
        story_id: String,
        state: String,
        level: Option<String>,
        amplified_at: i64,
        changed_at: i64,
        corrected_at: Option<i64>,
        deadline: Option<i64>,
        told_at: Option<i64>,
        correction: String,
        title: String,
        summary: String,
        url: String,
        status: String,
        documents: String,
        published_at: i64,
        date_only: bool,
        slug: String,
        name: String,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT * FROM (
            SELECT t.story_id, t.state, t.level, t.amplified_at, v.corrected_at,
                   CASE WHEN a.status = 'gone' AND a.checked_at > t.updated_at THEN a.checked_at
                        WHEN v.corrected_at > t.updated_at THEN v.corrected_at
                        ELSE t.updated_at END AS changed_at,
                   t.deadline, t.corrected_at AS told_at, t.correction,
                   a.title, a.summary, a.url, a.status, a.documents,
                   COALESCE(a.published_at, a.first_seen_at) AS published_at, a.date_only, p.slug, p.name
            FROM triage_item t JOIN article a ON a.id = (SELECT COALESCE(s.lead, s.id) FROM story s WHERE s.id = t.story_id) JOIN portal p ON p.id = a.portal_id
            LEFT JOIN (SELECT article_id, MAX(seen_at) AS corrected_at FROM article_version WHERE version > 1
                       GROUP BY article_id) v ON v.article_id = a.id
            WHERE t.amplified_at IS NOT NULL
         ) AS story WHERE changed_at > $1 ORDER BY changed_at DESC, story_id LIMIT $2",
    )
    .bind(since.map_or(i64::MIN, millis))
    .bind(limit)
    .fetch_all(pool)
    .await
    .context("cannot read what was amplified")?;
    let story = |row: Row| {
        let recalled = row.state != "amplified" || row.status == "gone";
        // By its portal, or by the centre.
        let corrected = row.corrected_at.max(row.told_at).is_some_and(|at| at > row.amplified_at);
        Amplified {
            story: row.story_id,
            title: personal::mask(&row.title).into_owned(),
            summary: personal::mask(&row.summary).into_owned(),
            url: row.url,
            portal: row.slug,
            portal_name: row.name,
            published_at: instant(row.published_at),
            date_only: row.date_only,
            level: row.level.and_then(|level| level.parse().ok()).unwrap_or(Level::Normal),
            deadline: row.deadline.map(instant),
            correction: if recalled { String::new() } else { personal::mask(&row.correction).into_owned() },
            documents: serde_json::from_str(&row.documents).unwrap_or_default(),
            status: match (recalled, corrected) {
                (true, _) => Status::Recalled,
                (false, true) => Status::Corrected,
                (false, false) => Status::Amplified,
            },
            amplified_at: instant(row.amplified_at),
            updated_at: instant(row.changed_at),
        }
    };
    Ok(rows.into_iter().map(story).collect())
}

/// How many articles each of these stories has; stories that nobody knows are left out.
///
/// # Errors
/// When the record cannot be read.
pub async fn articles_of(pool: &Pool, stories: &[String]) -> Result<HashMap<String, i64>> {
    if stories.is_empty() {
        return Ok(HashMap::new());
    }
    let marks: Vec<String> = (1..=stories.len()).map(|n| format!("${n}")).collect();
    // The text is put together from placeholders; every value is bound.
    let sql =
        format!("SELECT story_id, COUNT(*) FROM article WHERE story_id IN ({}) GROUP BY story_id", marks.join(", "));
    let mut query = sqlx::query_as::<_, (String, i64)>(AssertSqlSafe(sql));
    for story in stories {
        query = query.bind(story);
    }
    let counts = query.fetch_all(pool).await.context("cannot count the articles of stories")?;
    Ok(counts.into_iter().collect())
}

/// Which of these articles have only a day for a date, because their portal gives no time.
///
/// # Errors
/// When the record cannot be read.
pub async fn dated_by_day(pool: &Pool, articles: &[&str]) -> Result<HashSet<String>> {
    if articles.is_empty() {
        return Ok(HashSet::new());
    }
    let marks: Vec<String> = (1..=articles.len()).map(|n| format!("${n}")).collect();
    // The text is put together from placeholders; every value is bound.
    let sql = format!("SELECT id FROM article WHERE date_only = 1 AND id IN ({})", marks.join(", "));
    let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql));
    for article in articles {
        query = query.bind(*article);
    }
    let found = query.fetch_all(pool).await.context("cannot read how articles are dated")?;
    Ok(found.into_iter().map(|(id,)| id).collect())
}
