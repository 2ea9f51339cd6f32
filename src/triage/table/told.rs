//! The text that was decided upon, as it was then: portals edit their articles, and a decision must be judged by what
//! the one who took it had before them.

use anyhow::{Context, Result};
use sqlx::FromRow;

use crate::store::chain::{Chain, digest};
use crate::store::{Connection, Pool};

/// The decisions as evidence.
pub const DECISIONS: Chain = Chain {
    name: "decision",
    table: "decision",
    columns: &[
        "item_id",
        "at",
        "actor",
        "action",
        "reason",
        "from_state",
        "to_state",
        "revision",
        "detail",
        "decided_text",
    ],
};

/// A text as it was when somebody decided.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Told {
    /// Headline.
    pub title: String,
    /// Sapo.
    pub summary: String,
    /// Body.
    pub text: String,
}

impl Told {
    fn hash(&self) -> String {
        digest([self.title.as_str(), &self.summary, &self.text])
    }
}

/// Keeps what the first article of an item's story says now, once for each wording, and answers with its hash; with
/// nothing for a story without articles.
pub(super) async fn keep(connection: &mut Connection, item: i64) -> Result<String> {
    let cannot = || format!("cannot keep what item {item} says");
    let told: Option<Told> = sqlx::query_as(
        "SELECT a.title, a.summary, a.text FROM triage_item t JOIN article a
            ON a.id = (SELECT COALESCE(y.lead, y.id) FROM story y WHERE y.id = t.story_id) WHERE t.id = $1",
    )
    .bind(item)
    .fetch_optional(&mut *connection)
    .await
    .with_context(cannot)?;
    let Some(told) = told else { return Ok(String::new()) };
    let hash = told.hash();
    sqlx::query("INSERT INTO decided_text (hash, title, summary, text) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(&hash)
        .bind(told.title)
        .bind(told.summary)
        .bind(told.text)
        .execute(connection)
        .await
        .with_context(cannot)?;
    Ok(hash)
}

/// What a decision was taken upon; nothing for those from before texts were kept.
///
/// # Errors
/// When the record cannot be read.
pub async fn of_decision(pool: &Pool, decision: i64) -> Result<Option<Told>> {
    sqlx::query_as(
        "SELECT w.title, w.summary, w.text FROM decision d JOIN decided_text w ON w.hash = d.decided_text WHERE d.id = $1",
    )
    .bind(decision)
    .fetch_optional(pool)
    .await
    .with_context(|| format!("cannot read what decision {decision} was taken upon"))
}

/// Decisions whose text is missing or no longer says what it said, in words.
///
/// # Errors
/// When the record cannot be read.
pub async fn faults(pool: &Pool) -> Result<Vec<String>> {
    let cannot = "cannot read what was decided upon";
    let missing: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM decision d WHERE d.decided_text <> ''
         AND NOT EXISTS (SELECT 1 FROM decided_text w WHERE w.hash = d.decided_text) ORDER BY id LIMIT 100",
    )
    .fetch_all(pool)
    .await
    .context(cannot)?;
    let mut faults: Vec<String> =
        missing.into_iter().map(|id| format!("the text of decision {id} is missing")).collect();
    let mut after = String::new();
    loop {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT hash, title, summary, text FROM decided_text WHERE hash > $1 ORDER BY hash LIMIT 200",
        )
        .bind(&after)
        .fetch_all(pool)
        .await
        .context(cannot)?;
        let Some(last) = rows.last() else { return Ok(faults) };
        after.clone_from(&last.0);
        for (hash, title, summary, text) in rows {
            if (Told { title, summary, text }).hash() != hash {
                faults.push(format!("the text {} that was decided upon was altered", &hash[..hash.len().min(12)]));
            }
        }
    }
}
