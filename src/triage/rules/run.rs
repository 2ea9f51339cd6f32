//! Rules and the queue: every story that came or changed is put to the rules, and a rule that nobody kept yet is tried
//! on the last days.

use std::collections::HashMap;

use anyhow::{Context, Result};
use futures::FutureExt;
use serde::Serialize;
use sqlx::{FromRow, QueryBuilder, Sqlite};

use super::act::carry_out;
use super::{Check, Mode, Ready, Rule, Subject, table};
use crate::clock::Timestamp;
use crate::store::{Pool, Store, instant, millis};
use crate::triage::State;
use crate::triage::ownership::{Owned, Owner};

/// Days over which a rule is tried.
pub const DRY_DAYS: i64 = table::HIT_DAYS;
/// Items on which a rule is tried at most, the newest first.
pub const MOST_LOOKED_AT: usize = 20_000;
/// Hits of a trial that are named; all are counted.
const MOST_NAMED: usize = 50;
/// Stories read together.
const TOGETHER: i64 = 200;
/// Characters of a text in which words are looked for.
const TEXT_CHARS: i64 = 20_000;

/// How a rule would have done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Dry {
    /// Items of the last days that it was tried on.
    pub looked_at: usize,
    /// Whether there were more items than were looked at.
    pub more: bool,
    /// For how many it holds.
    pub hits: usize,
    /// The newest of them.
    pub named: Vec<DryHit>,
}

/// One item for which a rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DryHit {
    /// The item.
    pub item: i64,
    /// Its headline.
    pub title: String,
    /// When it came into the queue.
    pub entered_at: Timestamp,
    /// Why: the conditions with what the story has.
    pub checks: Vec<Check>,
}

/// Puts every story that waits to the rules; says how many there were. Reading and thinking happen outside of the
/// transaction, so that nobody waits for them.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn run_waiting(store: &Store, target: &str, now: Timestamp) -> Result<usize> {
    let rules: Vec<(i64, Rule)> = table::list(store.pool(), now)
        .await?
        .into_iter()
        .filter(|kept| kept.rule.mode != Mode::Off)
        .map(|kept| (kept.id, kept.rule))
        .collect();
    let mut ready = Ready::new(rules);
    let parents = parents(store.pool()).await?;
    let mut sum = 0;
    loop {
        let waiting: Vec<(String, i64)> =
            sqlx::query_as("SELECT story_id, turn FROM rule_waiting ORDER BY story_id LIMIT $1")
                .bind(TOGETHER)
                .fetch_all(store.pool())
                .await
                .context("cannot read which stories wait for the rules")?;
        if waiting.is_empty() {
            return Ok(sum);
        }
        sum += waiting.len();
        let subjects = if ready.is_empty() {
            Vec::new()
        } else {
            let stories: Vec<&str> = waiting.iter().map(|(story, _)| story.as_str()).collect();
            read(store.pool(), &Wanted::Stories(&stories), ready.looks_at_text(), &parents).await?
        };
        let (again, fired) = tokio::task::spawn_blocking(move || {
            let fired: Vec<_> = subjects
                .into_iter()
                .map(|subject| (ready.run(&subject), subject))
                .filter(|(fired, _)| !fired.is_empty())
                .map(|(fired, subject)| (subject.item, subject.story, fired))
                .collect();
            (ready, fired)
        })
        .await
        .context("cannot run the rules")?;
        ready = again;
        let target = target.to_owned();
        let kept = store.write(move |connection| {
            async move {
                for (item, story, fired) in fired {
                    carry_out(connection, (item, &story), fired, &[&target], now).await?;
                }
                for (story, turn) in &waiting {
                    sqlx::query("DELETE FROM rule_waiting WHERE story_id = $1 AND turn = $2")
                        .bind(story)
                        .bind(turn)
                        .execute(&mut *connection)
                        .await
                        .with_context(|| format!("cannot note that rules looked at story {story}"))?;
                }
                Ok(())
            }
            .boxed()
        });
        kept.await?;
    }
}

/// Tries a rule, whatever its mode, on what came into the queue during the last days. Changes nothing.
///
/// # Errors
/// When the record cannot be read.
pub async fn dry_run(pool: &Pool, rule: &Rule, now: Timestamp) -> Result<Dry> {
    let mut ready = Ready::new(vec![(0, Rule { mode: Mode::Shadow, ..rule.clone() })]);
    let parents = parents(pool).await?;
    let since = millis(now) - DRY_DAYS * 86_400_000;
    let (mut dry, mut before) = (Dry::default(), i64::MAX);
    loop {
        let wanted = Wanted::Since { since, before };
        let subjects = read(pool, &wanted, ready.looks_at_text(), &parents).await?;
        let Some(last) = subjects.last() else { return Ok(dry) };
        before = last.item;
        if dry.looked_at >= MOST_LOOKED_AT {
            dry.more = true;
            return Ok(dry);
        }
        dry.looked_at += subjects.len();
        let room = MOST_NAMED.saturating_sub(dry.named.len());
        let (again, hits, named) = tokio::task::spawn_blocking(move || {
            let holding: Vec<Subject> = subjects.into_iter().filter(|subject| !ready.run(subject).is_empty()).collect();
            let named: Vec<DryHit> = holding
                .iter()
                .take(room)
                .map(|subject| DryHit {
                    item: subject.item,
                    title: subject.title.clone(),
                    entered_at: subject.entered_at,
                    checks: ready.explain(0, subject).unwrap_or_default(),
                })
                .collect();
            (ready, holding.len(), named)
        })
        .await
        .context("cannot try the rule")?;
        ready = again;
        dry.hits += hits;
        dry.named.extend(named);
    }
}

/// What rules know of one item; nothing when there is no such item.
///
/// # Errors
/// When the record cannot be read.
pub async fn subject(pool: &Pool, item: i64) -> Result<Option<Subject>> {
    let parents = parents(pool).await?;
    Ok(read(pool, &Wanted::Item(item), true, &parents).await?.pop())
}

/// Which items to read.
enum Wanted<'s> {
    Stories(&'s [&'s str]),
    Since { since: i64, before: i64 },
    Item(i64),
}

#[derive(FromRow)]
struct Row {
    item: i64,
    story: String,
    state: String,
    level: Option<String>,
    score: f64,
    entered_at: i64,
    title: String,
    summary: String,
    text: String,
    documents: String,
    published_at: i64,
    kind: String,
    topic: Option<String>,
    topic_owner: Option<String>,
    level_of_rule: Option<String>,
    assigned: Option<String>,
    touched: bool,
    levelled: bool,
}

async fn read(
    pool: &Pool,
    wanted: &Wanted<'_>,
    with_text: bool,
    parents: &HashMap<String, Option<String>>,
) -> Result<Vec<Subject>> {
    let mut query =
        QueryBuilder::<Sqlite>::new("SELECT t.id AS item, t.story_id AS story, t.state, t.level, t.score, ");
    query.push("t.created_at AS entered_at, a.title, a.summary, substr(a.text, 1, ");
    query.push_bind(if with_text { TEXT_CHARS } else { 0 });
    query.push(
        ") AS text, a.documents, COALESCE(a.published_at, a.first_seen_at) AS published_at, p.kind, st.topic,
            st.owner AS topic_owner,
            (SELECT v.value FROM rule_value v WHERE v.story_id = t.story_id AND v.field = 'level') AS level_of_rule,
            (SELECT v.value FROM rule_value v WHERE v.story_id = t.story_id AND v.field = 'assign') AS assigned,
            EXISTS (SELECT 1 FROM decision d WHERE d.item_id = t.id AND d.actor NOT LIKE 'rule:%'
                AND d.action <> 'note') AS touched,
            EXISTS (SELECT 1 FROM decision d WHERE d.item_id = t.id AND d.actor NOT LIKE 'rule:%'
                AND d.action IN ('amplify', 'propose', 'reopen', 'recall')) AS levelled
         FROM triage_item t JOIN article a
            ON a.id = (SELECT COALESCE(y.lead, y.id) FROM story y WHERE y.id = t.story_id) JOIN portal p ON p.id = a.portal_id
         LEFT JOIN story_topic st ON st.story_id = t.story_id WHERE ",
    );
    match wanted {
        Wanted::Stories(stories) => {
            query.push("t.story_id IN (");
            let mut list = query.separated(", ");
            for story in *stories {
                list.push_bind((*story).to_owned());
            }
            query.push(")");
        }
        Wanted::Since { since, before } => {
            query.push("t.id < ").push_bind(*before).push(" AND t.created_at >= ").push_bind(*since);
        }
        Wanted::Item(item) => {
            query.push("t.id = ").push_bind(*item);
        }
    }
    query.push(" ORDER BY t.id DESC LIMIT ").push_bind(TOGETHER);
    let rows: Vec<Row> = query.build_query_as().fetch_all(pool).await.context("cannot read what rules look at")?;
    let mut carriers = carriers(pool, &rows).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let slugs = carriers.remove(&row.story).unwrap_or_default();
            row.subject(with_parents(slugs, parents))
        })
        .collect())
}

/// The portals that carry each story.
async fn carriers(pool: &Pool, rows: &[Row]) -> Result<HashMap<String, Vec<String>>> {
    let mut carriers: HashMap<String, Vec<String>> = HashMap::new();
    if rows.is_empty() {
        return Ok(carriers);
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "SELECT DISTINCT a.story_id, p.slug FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.story_id IN (",
    );
    let mut list = query.separated(", ");
    for row in rows {
        list.push_bind(row.story.clone());
    }
    query.push(") ORDER BY a.story_id, p.slug");
    let pairs: Vec<(String, String)> =
        query.build_query_as().fetch_all(pool).await.context("cannot read the portals of stories")?;
    for (story, slug) in pairs {
        carriers.entry(story).or_default().push(slug);
    }
    Ok(carriers)
}

async fn parents(pool: &Pool) -> Result<HashMap<String, Option<String>>> {
    let rows: Vec<(String, Option<String>)> = sqlx::query_as("SELECT slug, parent FROM portal")
        .fetch_all(pool)
        .await
        .context("cannot read which portal belongs to which")?;
    Ok(rows.into_iter().collect())
}

fn with_parents(mut slugs: Vec<String>, parents: &HashMap<String, Option<String>>) -> Vec<String> {
    let mut at = 0;
    while let Some(slug) = slugs.get(at) {
        let parent = parents.get(slug).cloned().flatten();
        if let Some(parent) = parent.filter(|parent| !slugs.contains(parent)) {
            slugs.push(parent);
        }
        at += 1;
    }
    slugs
}

impl Row {
    fn subject(self, portals: Vec<String>) -> Subject {
        let standing = self.level.and_then(|level| level.parse().ok());
        let level = match (self.levelled, self.level_of_rule) {
            (true, _) => Some(Owned { value: standing, owner: Owner::HumanCentre }),
            (false, Some(_)) => Some(Owned { value: standing, owner: Owner::Rule }),
            (false, None) => None,
        };
        let owner = self.topic_owner.and_then(|owner| owner.parse().ok()).unwrap_or(Owner::Machine);
        Subject {
            story: self.story,
            item: self.item,
            title: self.title,
            summary: self.summary,
            text: self.text,
            portals,
            kind: self.kind.parse().unwrap_or(crate::portal::Kind::Other),
            documents: serde_json::from_str(&self.documents).unwrap_or_default(),
            topic: self.topic.map(|topic| Owned { value: (!topic.is_empty()).then_some(topic), owner }),
            level,
            assignee: self.assigned.map(|name| Owned { value: Some(name), owner: Owner::Rule }),
            state: self.state.parse().unwrap_or(State::New),
            touched: self.touched,
            score: self.score,
            entered_at: instant(self.entered_at),
            published_at: instant(self.published_at),
        }
    }
}

#[cfg(test)]
mod tests;
