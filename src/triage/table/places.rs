//! Which portals carry the story of an item, and which of them an officer speaks for.

use anyhow::{Context, Result};
use sqlx::AssertSqlSafe;

use crate::store::Pool;

/// The query for the ids of `count` portals and everything below them; their slugs are bound from `$first` on.
pub(super) fn with_children(count: usize, first: usize) -> String {
    if count == 0 {
        return "SELECT id FROM portal WHERE 1 = 0".to_owned();
    }
    let marks: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    format!(
        "WITH RECURSIVE own (id, slug) AS (SELECT id, slug FROM portal WHERE slug IN ({})
             UNION SELECT c.id, c.slug FROM portal c JOIN own ON c.parent = own.slug)
         SELECT id FROM own",
        marks.join(", ")
    )
}

/// Whether one of these portals, or of the portals below them, carries the story of an item.
///
/// # Errors
/// When the record cannot be read.
pub async fn is_carried_by(pool: &Pool, item: i64, slugs: &[String]) -> Result<bool> {
    let own = with_children(slugs.len(), 2);
    let sql = format!("SELECT EXISTS (SELECT 1 FROM triage_place x WHERE x.item_id = $1 AND x.portal_id IN ({own}))");
    let mut query = sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql)).bind(item);
    for slug in slugs {
        query = query.bind(slug);
    }
    query.fetch_one(pool).await.with_context(|| format!("cannot read which portals carry item {item}"))
}

/// Whether one of these portals, or of the portals below them, has an article in a story, in the queue or not.
///
/// # Errors
/// When the record cannot be read.
pub async fn tells(pool: &Pool, story: &str, slugs: &[String]) -> Result<bool> {
    let own = with_children(slugs.len(), 2);
    let sql = format!("SELECT EXISTS (SELECT 1 FROM article a WHERE a.story_id = $1 AND a.portal_id IN ({own}))");
    let mut query = sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql)).bind(story);
    for slug in slugs {
        query = query.bind(slug);
    }
    query.fetch_one(pool).await.with_context(|| format!("cannot read which portals tell story {story}"))
}
