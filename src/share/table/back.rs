//! The way back: what the centre decided about what portals carry. No names of persons, no notes.

use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};

use crate::clock::Timestamp;
use crate::store::{Pool, instant, millis};
use crate::vietnamese::personal;

/// A decision as its portals are told of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    /// Its number; later ones are higher.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What: the action's word.
    pub action: String,
    /// Why, where the centre answers for it.
    pub reason: String,
    /// Where the item stood before.
    pub from: String,
    /// Where it stands since.
    pub to: String,
    /// How soon it is to be spread.
    pub level: Option<String>,
    /// Until when it should have been taken over.
    pub deadline: Option<String>,
    /// The item.
    pub item: i64,
    /// The story: the id of its first article.
    pub story: String,
    /// Headline of the story.
    pub title: String,
    /// The portal's own article of the story.
    pub url: String,
    /// Slug of the portal.
    pub portal: String,
}

/// Which decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Only about what one of these portals carries; `None` for no such bound.
    pub portals: Option<Vec<String>>,
    /// Only later ones, by time.
    pub since: Option<Timestamp>,
    /// Only later ones, by number.
    pub after: i64,
}

/// What moves an item; who put it off, who has it and what they note is the desk's own matter.
const TOLD: &str =
    "'amplify', 'routine', 'reject', 'merge', 'recall', 'correct', 'reopen', 'return', 'propose', 'undo'";
/// Whose reasons leave the house: answers of the centre to a portal.
const ANSWERS: [&str; 5] = ["amplify", "recall", "correct", "reject", "return"];

/// The decisions that are sought, in order, at most `limit`.
///
/// # Errors
/// When the record cannot be read.
pub async fn told(pool: &Pool, sought: &Sought, limit: i64) -> Result<Vec<Told>> {
    #[derive(FromRow)]
    struct Row {
        id: i64,
        at: i64,
        action: String,
        reason: String,
        from_state: String,
        to_state: String,
        detail: String,
        item_id: i64,
        story_id: String,
        title: String,
        url: String,
        slug: String,
    }
    let own = match &sought.portals {
        Some(portals) => {
            let marks: Vec<String> = (0..portals.len()).map(|n| format!("${}", n + 4)).collect();
            format!("p.slug IN ({})", marks.join(", "))
        }
        None => "a.id = (SELECT COALESCE(y.lead, y.id) FROM story y WHERE y.id = t.story_id)".to_owned(),
    };
    // The portal's own article, its first; the story's first for whoever is bound to none. Every value is bound.
    let sql = format!(
        "SELECT d.id, d.at, d.action, d.reason, d.from_state, d.to_state, d.detail, d.item_id, t.story_id, o.title,
                a.url, p.slug
         FROM decision d JOIN triage_item t ON t.id = d.item_id JOIN article o ON o.id = t.story_id
         JOIN article a ON a.id = (SELECT a.id FROM article a JOIN portal p ON p.id = a.portal_id
                                   WHERE a.story_id = t.story_id AND {own} ORDER BY a.first_seen_at, a.id LIMIT 1)
         JOIN portal p ON p.id = a.portal_id
         WHERE d.id > $1 AND d.at > $2 AND d.action IN ({TOLD}) ORDER BY d.id LIMIT $3"
    );
    let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(sql))
        .bind(sought.after)
        .bind(sought.since.map_or(i64::MIN, millis))
        .bind(limit);
    for portal in sought.portals.iter().flatten() {
        query = query.bind(portal);
    }
    let rows = query.fetch_all(pool).await.context("cannot read what was decided")?;
    let told = |row: Row| {
        let detail: serde_json::Value = serde_json::from_str(&row.detail).unwrap_or_default();
        let text = |key: &str| detail[key].as_str().map(str::to_owned);
        let answers = ANSWERS.contains(&row.action.as_str());
        Told {
            id: row.id,
            at: instant(row.at),
            reason: if answers { row.reason } else { String::new() },
            level: text("level"),
            deadline: text("deadline"),
            action: row.action,
            from: row.from_state,
            to: row.to_state,
            item: row.item_id,
            story: row.story_id,
            title: personal::mask(&row.title).into_owned(),
            url: row.url,
            portal: row.slug,
        }
    };
    Ok(rows.into_iter().map(told).collect())
}

/// The number of the last decision.
///
/// # Errors
/// When the record cannot be read.
pub async fn last(pool: &Pool) -> Result<i64> {
    sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) FROM decision")
        .fetch_one(pool)
        .await
        .context("cannot read the last decision")
}
