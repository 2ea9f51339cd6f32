//! Rules in the record: their order, what they hit, the notices that they wrote.

use anyhow::{Context, Result, bail, ensure};
use futures::FutureExt;
use serde::Serialize;
use sqlx::FromRow;

use super::{Did, MAX_RULES, Mode, Rule};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, Store, instant, millis};

/// Days over which hits are counted.
pub const HIT_DAYS: i64 = 7;
/// Hits that are forgotten in one transaction.
const TOGETHER: i64 = 1_000;
/// Notices that are shown.
const MOST_NOTICES: i64 = 100;

/// A rule as the record keeps it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// Its number.
    pub id: i64,
    /// The rule.
    pub rule: Rule,
    /// Rises with every change; a change names the revision that it was made from.
    pub revision: i64,
    /// Who changed it last.
    pub actor: String,
    /// When.
    pub changed_at: Timestamp,
    /// Stories of the last [`HIT_DAYS`] for which it acted.
    pub hits: i64,
    /// Stories of the last [`HIT_DAYS`] for which it would have acted.
    pub would: i64,
    /// When it last held.
    pub last_at: Option<Timestamp>,
}

/// One story for which a rule held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// The rule's number.
    pub rule: i64,
    /// Its name.
    pub name: String,
    /// Whether it was in shadow.
    pub shadow: bool,
    /// When it held last.
    pub at: Timestamp,
    /// What it did, or would have done.
    pub did: Vec<Did>,
}

/// What a rule has to say about a story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its number.
    pub id: i64,
    /// The rule's name.
    pub rule: String,
    /// The story.
    pub story: String,
    /// Its item in the queue.
    pub item: Option<i64>,
    /// Its headline.
    pub title: String,
    /// The rule's words.
    pub words: String,
    /// When.
    pub at: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    body: String,
    revision: i64,
    actor: String,
    changed_at: i64,
    hits: i64,
    would: i64,
    last_at: Option<i64>,
}

/// Every rule, in order.
///
/// # Errors
/// When the record cannot be read.
pub async fn list(pool: &Pool, now: Timestamp) -> Result<Vec<Kept>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT r.id, r.body, r.revision, r.actor, r.changed_at,
                COALESCE(SUM(CASE WHEN h.last_at > $1 AND h.shadow = 0 THEN 1 ELSE 0 END), 0) AS hits,
                COALESCE(SUM(CASE WHEN h.last_at > $1 AND h.shadow = 1 THEN 1 ELSE 0 END), 0) AS would,
                MAX(h.last_at) AS last_at
         FROM rule r LEFT JOIN rule_hit h ON h.rule_id = r.id
         GROUP BY r.id, r.body, r.revision, r.actor, r.changed_at, r.place ORDER BY r.place, r.id",
    )
    .bind(millis(now) - HIT_DAYS * 86_400_000)
    .fetch_all(pool)
    .await
    .context("cannot read the rules")?;
    rows.into_iter()
        .map(|row| {
            let rule = serde_json::from_str(&row.body).with_context(|| format!("cannot read rule {}", row.id))?;
            Ok(Kept {
                id: row.id,
                rule,
                revision: row.revision,
                actor: row.actor,
                changed_at: instant(row.changed_at),
                hits: row.hits,
                would: row.would,
                last_at: row.last_at.map(instant),
            })
        })
        .collect()
}

/// A rule by its name or number.
///
/// # Errors
/// When the record cannot be read.
pub async fn find(pool: &Pool, word: &str, now: Timestamp) -> Result<Option<Kept>> {
    let kept = list(pool, now).await?;
    let number = word.parse::<i64>().ok();
    let named = kept.iter().position(|kept| kept.rule.name == word);
    let found = named.or_else(|| kept.iter().position(|kept| Some(kept.id) == number));
    Ok(found.and_then(|at| kept.into_iter().nth(at)))
}

/// Adds a rule behind the others and answers with its number.
///
/// # Errors
/// When it cannot be kept, its name is taken, or the record cannot be written.
pub async fn add(connection: &mut Connection, rule: &Rule, actor: &str, now: Timestamp) -> Result<i64> {
    rule.check()?;
    ensure!(
        !is_taken(connection, &rule.name, 0).await?,
        "rule `{}` is there already (give this one another name)",
        rule.name
    );
    let (count, last): (i64, i64) = sqlx::query_as("SELECT COUNT(*), COALESCE(MAX(place), 0) FROM rule")
        .fetch_one(&mut *connection)
        .await
        .context("cannot count the rules")?;
    ensure!(count < MAX_RULES as i64, "there are {MAX_RULES} rules already (remove one that nobody needs)");
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO rule (name, place, body, actor, created_at, changed_at) VALUES ($1, $2, $3, $4, $5, $5) RETURNING id",
    )
    .bind(&rule.name)
    .bind(last + 1)
    .bind(serde_json::to_string(rule)?)
    .bind(actor)
    .bind(millis(now))
    .fetch_one(connection)
    .await
    .with_context(|| format!("cannot keep rule `{}`", rule.name))?;
    Ok(id)
}

/// Puts a rule in the place of the one with this number; says no when somebody else has changed it since `revision`.
///
/// # Errors
/// When it cannot be kept, its name is taken, or the record cannot be written.
pub async fn change(
    connection: &mut Connection,
    id: i64,
    revision: i64,
    rule: &Rule,
    actor: &str,
    now: Timestamp,
) -> Result<bool> {
    rule.check()?;
    ensure!(
        !is_taken(connection, &rule.name, id).await?,
        "rule `{}` is there already (give this one another name)",
        rule.name
    );
    let changed = sqlx::query(
        "UPDATE rule SET name = $3, body = $4, actor = $5, changed_at = $6, revision = revision + 1
         WHERE id = $1 AND revision = $2",
    )
    .bind(id)
    .bind(revision)
    .bind(&rule.name)
    .bind(serde_json::to_string(rule)?)
    .bind(actor)
    .bind(millis(now))
    .execute(connection)
    .await
    .with_context(|| format!("cannot change rule `{}`", rule.name))?;
    Ok(changed.rows_affected() == 1)
}

/// Sets whether a rule acts.
///
/// # Errors
/// When there is no such rule, or the record cannot be written.
pub async fn set_mode(connection: &mut Connection, id: i64, mode: Mode, actor: &str, now: Timestamp) -> Result<()> {
    let row: Option<(String, i64)> = sqlx::query_as("SELECT body, revision FROM rule WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .with_context(|| format!("cannot read rule {id}"))?;
    let Some((body, revision)) = row else { bail!("there is no rule {id}") };
    let rule: Rule = serde_json::from_str(&body).with_context(|| format!("cannot read rule {id}"))?;
    change(connection, id, revision, &Rule { mode, ..rule }, actor, now).await?;
    Ok(())
}

/// Moves a rule one place up or down.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn shift(connection: &mut Connection, id: i64, up: bool) -> Result<()> {
    let mut order: Vec<i64> = sqlx::query_scalar("SELECT id FROM rule ORDER BY place, id")
        .fetch_all(&mut *connection)
        .await
        .context("cannot read the order of the rules")?;
    let Some(at) = order.iter().position(|other| *other == id) else { return Ok(()) };
    let to = if up { at.saturating_sub(1) } else { (at + 1).min(order.len() - 1) };
    order.swap(at, to);
    write_order(connection, &order).await
}

/// Moves a rule to a place, counted from 1.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn move_to(connection: &mut Connection, id: i64, place: usize) -> Result<()> {
    let mut order: Vec<i64> = sqlx::query_scalar("SELECT id FROM rule WHERE id <> $1 ORDER BY place, id")
        .bind(id)
        .fetch_all(&mut *connection)
        .await
        .context("cannot read the order of the rules")?;
    order.insert(place.saturating_sub(1).min(order.len()), id);
    write_order(connection, &order).await
}

async fn write_order(connection: &mut Connection, order: &[i64]) -> Result<()> {
    for (place, id) in order.iter().enumerate() {
        sqlx::query("UPDATE rule SET place = $2 WHERE id = $1 AND place <> $2")
            .bind(id)
            .bind(i64::try_from(place + 1).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await
            .context("cannot change the order of the rules")?;
    }
    Ok(())
}

/// Removes a rule. What it set stays, and its notices.
///
/// # Errors
/// When the record cannot be written.
pub async fn remove(connection: &mut Connection, id: i64) -> Result<()> {
    sqlx::query("DELETE FROM rule WHERE id = $1")
        .bind(id)
        .execute(connection)
        .await
        .with_context(|| format!("cannot remove rule {id}"))?;
    Ok(())
}

async fn is_taken(connection: &mut Connection, name: &str, by_other_than: i64) -> Result<bool> {
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM rule WHERE name = $1 AND id <> $2")
        .bind(name)
        .bind(by_other_than)
        .fetch_one(connection)
        .await
        .context("cannot look for a rule's name")?;
    Ok(count > 0)
}

/// What rules did with a story, in their order.
///
/// # Errors
/// When the record cannot be read.
pub async fn hits_of(pool: &Pool, story: &str) -> Result<Vec<Hit>> {
    let rows: Vec<(i64, String, i64, i64, String)> = sqlx::query_as(
        "SELECT r.id, r.name, h.shadow, h.last_at, h.did FROM rule_hit h JOIN rule r ON r.id = h.rule_id
         WHERE h.story_id = $1 ORDER BY r.place, r.id",
    )
    .bind(story)
    .fetch_all(pool)
    .await
    .with_context(|| format!("cannot read what rules did with story {story}"))?;
    let hit = |(rule, name, shadow, at, did): (i64, String, i64, i64, String)| Hit {
        rule,
        name,
        shadow: shadow == 1,
        at: instant(at),
        did: serde_json::from_str(&did).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(hit).collect())
}

/// Forgets hits that no page shows any more; says how many. What stays: the hits of the last [`HIT_DAYS`], those that
/// explain an item which waits for a decision, and the last of each rule.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn forget_hits(store: &Store, now: Timestamp) -> Result<usize> {
    let until = millis(now) - HIT_DAYS * 86_400_000;
    let mut sum = 0;
    loop {
        let old: Vec<(i64, String)> = sqlx::query_as(
            "SELECT h.rule_id, h.story_id FROM rule_hit h WHERE h.last_at <= $1
                AND h.last_at < (SELECT MAX(o.last_at) FROM rule_hit o WHERE o.rule_id = h.rule_id)
                AND NOT EXISTS (SELECT 1 FROM triage_item t WHERE t.story_id = h.story_id
                    AND t.state IN ('new', 'proposed', 'snoozed'))
             LIMIT $2",
        )
        .bind(until)
        .bind(TOGETHER)
        .fetch_all(store.pool())
        .await
        .context("cannot read which hits of rules are old")?;
        if old.is_empty() {
            return Ok(sum);
        }
        sum += old.len();
        let forgotten = store.write(move |connection| {
            async move {
                for (rule, story) in &old {
                    // The rule may have held again since it was asked.
                    sqlx::query("DELETE FROM rule_hit WHERE rule_id = $1 AND story_id = $2 AND last_at <= $3")
                        .bind(rule)
                        .bind(story)
                        .bind(until)
                        .execute(&mut *connection)
                        .await
                        .context("cannot forget old hits of rules")?;
                }
                Ok(())
            }
            .boxed()
        });
        forgotten.await?;
    }
}

/// The last notices, newest first: of one story, or of all.
///
/// # Errors
/// When the record cannot be read.
pub async fn notices(pool: &Pool, story: Option<&str>) -> Result<Vec<Notice>> {
    type Line = (i64, String, String, Option<i64>, Option<String>, String, i64);
    let rows: Vec<Line> = sqlx::query_as(
        "SELECT n.id, n.rule, n.story_id, t.id, a.title, n.words, n.at FROM rule_notice n
         LEFT JOIN triage_item t ON t.story_id = n.story_id LEFT JOIN article a
            ON a.id = (SELECT COALESCE(y.lead, y.id) FROM story y WHERE y.id = n.story_id)
         WHERE $1 IS NULL OR n.story_id = $1 ORDER BY n.id DESC LIMIT $2",
    )
    .bind(story)
    .bind(MOST_NOTICES)
    .fetch_all(pool)
    .await
    .context("cannot read the notices of rules")?;
    let notice = |(id, rule, story, item, title, words, at): Line| Notice {
        id,
        rule,
        story,
        item,
        title: title.unwrap_or_default(),
        words,
        at: instant(at),
    };
    Ok(rows.into_iter().map(notice).collect())
}
