//! Topics in the record: the list as far as it was edited, and which topic each story has.

use std::collections::HashMap;

use anyhow::{Context, Result};
use futures::FutureExt;
use sqlx::FromRow;

pub(super) use super::list::listed;
pub use super::list::{edit, in_use, list, replace};
use super::{Subject, Suggestion, TEXT_CHARS, Topics};
use crate::archive;
use crate::clock::Timestamp;
use crate::index::outbox;
use crate::store::{Connection, Pool, Store, instant, millis};
use crate::triage::ownership::{Owned, Owner, settle};

/// Stories looked at together; one transaction takes them all.
const TOGETHER: i64 = 200;
/// Stories that a turn looks at again after a change of the list, a second or two of work: then the rules have theirs, and
/// what has come meanwhile.
const AGAIN_A_TURN: usize = 2_000;

/// The topic of a story, and how it came to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The code and whose value it is.
    pub topic: Owned<String>,
    /// What a machine or rule went by: where, and what.
    pub why: Vec<(String, String)>,
    /// The person who set it; empty for a machine.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Stories by topic, the empty code for those without one.
///
/// # Errors
/// When the record cannot be read.
pub async fn counts(pool: &Pool) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT topic, COUNT(*) FROM story_topic GROUP BY topic")
        .fetch_all(pool)
        .await
        .context("cannot count the stories of each topic")?;
    Ok(rows.into_iter().collect())
}

/// What a story's topic is, when it was looked at.
///
/// # Errors
/// When the record cannot be read.
pub async fn of(connection: &mut Connection, story: &str) -> Result<Option<Held>> {
    type Row = (String, String, String, String, i64);
    let row: Option<Row> =
        sqlx::query_as("SELECT topic, owner, why, actor, set_at FROM story_topic WHERE story_id = $1")
            .bind(story)
            .fetch_optional(connection)
            .await
            .with_context(|| format!("cannot read the topic of story {story}"))?;
    Ok(row.map(|(topic, owner, why, actor, at)| Held {
        topic: Owned { value: (!topic.is_empty()).then_some(topic), owner: owner.parse().unwrap_or(Owner::Machine) },
        why: serde_json::from_str(&why).unwrap_or_default(),
        actor,
        at: instant(at),
    }))
}

/// Sets a story's topic, or clears it, unless it belongs to somebody of a higher rank; says whether the claim stands.
/// The story's articles go to the search index again when the topic is another one.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn claim(connection: &mut Connection, story: &str, claim: &Held, targets: &[&str]) -> Result<bool> {
    let before = of(connection, story).await?.map(|held| held.topic);
    let after = settle(before.clone(), claim.topic.clone());
    if after != claim.topic {
        if claim.topic.owner == Owner::Machine {
            remember_suggestion(connection, story, claim).await?;
        }
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO story_topic (story_id, topic, owner, why, actor, set_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (story_id) DO UPDATE SET topic = excluded.topic, owner = excluded.owner, why = excluded.why,
            actor = excluded.actor, set_at = excluded.set_at",
    )
    .bind(story)
    .bind(after.value.as_deref().unwrap_or_default())
    .bind(after.owner.as_str())
    .bind(serde_json::to_string(&claim.why)?)
    .bind(&claim.actor)
    .bind(millis(claim.at))
    .execute(&mut *connection)
    .await
    .with_context(|| format!("cannot set the topic of story {story}"))?;
    if claim.topic.owner == Owner::Machine {
        remember_suggestion(connection, story, claim).await?;
    }
    if before.and_then(|before| before.value) != after.value {
        let articles: Vec<(String,)> = sqlx::query_as("SELECT id FROM article WHERE story_id = $1")
            .bind(story)
            .fetch_all(&mut *connection)
            .await
            .with_context(|| format!("cannot list the articles of story {story}"))?;
        for (id,) in articles {
            let revision = archive::touch(connection, &id).await?;
            outbox::mark(connection, targets, &id, revision).await?;
        }
    }
    Ok(true)
}

/// What the machine suggests stands beside what people set.
async fn remember_suggestion(connection: &mut Connection, story: &str, claim: &Held) -> Result<()> {
    sqlx::query("UPDATE story_topic SET suggested = $2, suggested_why = $3 WHERE story_id = $1")
        .bind(story)
        .bind(claim.topic.value.as_deref().unwrap_or_default())
        .bind(serde_json::to_string(&claim.why)?)
        .execute(connection)
        .await
        .with_context(|| format!("cannot note what is suggested for story {story}"))?;
    Ok(())
}

#[derive(FromRow)]
struct Waiting {
    story_id: String,
    title: Option<String>,
    summary: Option<String>,
    text: Option<String>,
    section: Option<String>,
    documents: Option<String>,
    portal: Option<String>,
    again: bool,
}

/// Suggests a topic for every story that came or was edited, and for some of those that are looked at again because the
/// list changed; says how many there were. Reading and thinking happen outside the transaction, so that nobody waits for
/// them.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn suggest_waiting(store: &Store, target: &str, now: Timestamp) -> Result<usize> {
    let mut topics: Option<Topics> = None;
    let (mut sum, mut again) = (0, 0);
    loop {
        let waiting = waiting(store.pool()).await?;
        if waiting.is_empty() || again >= AGAIN_A_TURN {
            return Ok(sum);
        }
        sum += waiting.len();
        again += waiting.iter().filter(|row| row.again).count();
        let ready = match topics.take() {
            Some(ready) => ready,
            None => Topics::new(list(store.pool()).await?),
        };
        let (ready, suggested) = tokio::task::spawn_blocking(move || {
            let suggested: Vec<(String, Option<Suggestion>)> = waiting
                .into_iter()
                .map(|row| {
                    let (story, subject) = row.subject();
                    (story, ready.suggest(&subject))
                })
                .collect();
            (ready, suggested)
        })
        .await
        .context("cannot suggest topics")?;
        topics = Some(ready);
        let target = target.to_owned();
        store.write(move |connection| async move { keep(connection, &suggested, &target, now).await }.boxed()).await?;
    }
}

async fn waiting(pool: &Pool) -> Result<Vec<Waiting>> {
    sqlx::query_as(
        "SELECT w.story_id, a.title, a.summary, substr(a.text, 1, $2) AS text, a.category AS section, a.documents,
                p.name AS portal, w.again
         FROM topic_waiting w LEFT JOIN article a ON a.id = (SELECT COALESCE(s.lead, s.id) FROM story s WHERE s.id = w.story_id) LEFT JOIN portal p ON p.id = a.portal_id
         ORDER BY w.again, w.story_id LIMIT $1",
    )
    .bind(TOGETHER)
    .bind(i64::try_from(TEXT_CHARS).unwrap_or(i64::MAX))
    .fetch_all(pool)
    .await
    .context("cannot read the stories that wait for a topic")
}

impl Waiting {
    fn subject(self) -> (String, Subject) {
        let subject = Subject {
            title: self.title.unwrap_or_default(),
            summary: self.summary.unwrap_or_default(),
            text: self.text.unwrap_or_default(),
            section: self.section.unwrap_or_default(),
            portal: self.portal.unwrap_or_default(),
            documents: self.documents.and_then(|list| serde_json::from_str(&list).ok()).unwrap_or_default(),
        };
        (self.story_id, subject)
    }
}

async fn keep(
    connection: &mut Connection,
    suggested: &[(String, Option<Suggestion>)],
    target: &str,
    now: Timestamp,
) -> Result<()> {
    for (story, suggestion) in suggested {
        let suggestion = suggestion.clone();
        let (value, why) = suggestion.map_or((None, Vec::new()), |found| (Some(found.code), found.why));
        let held = Held { topic: Owned { value, owner: Owner::Machine }, why, actor: String::new(), at: now };
        claim(connection, story, &held, &[target]).await?;
        sqlx::query("DELETE FROM topic_waiting WHERE story_id = $1")
            .bind(story)
            .execute(&mut *connection)
            .await
            .with_context(|| format!("cannot note that story {story} was looked at"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::super::{Topic, seed};
    use super::*;
    use crate::triage::table::bare_story;

    fn held(owner: Owner, value: Option<&str>) -> Held {
        let topic = Owned { value: value.map(str::to_owned), owner };
        Held { topic, why: Vec::new(), actor: String::new(), at: instant(0) }
    }

    #[tokio::test]
    async fn the_machine_fills_only_what_is_nobodys() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let stories = store.write(|connection| async move { bare_story(connection, "a").await }.boxed());
        stories.await.unwrap();
        assert_eq!(suggest_waiting(&store, "embedded", instant(1)).await.unwrap(), 1);
        assert_eq!(suggest_waiting(&store, "embedded", instant(1)).await.unwrap(), 0);
        let told = store.write(|connection| {
            async move {
                let mut told = Vec::new();
                for (owner, value) in [
                    (Owner::Machine, Some("y-te")),
                    (Owner::HumanMinistry, None),
                    (Owner::Machine, Some("y-te")),
                    (Owner::HumanCentre, Some("giao-duc")),
                    (Owner::HumanMinistry, Some("y-te")),
                ] {
                    let stands = claim(connection, "a", &held(owner, value), &["embedded"]).await?;
                    told.push((stands, of(connection, "a").await?.unwrap().topic.value.unwrap_or_default()));
                }
                Ok(told)
            }
            .boxed()
        });
        let told = told.await.unwrap();
        let expected = [(true, "y-te"), (true, ""), (false, ""), (true, "giao-duc"), (false, "giao-duc")];
        assert_eq!(told, expected.map(|(stands, value)| (stands, value.to_owned())));
    }

    #[tokio::test]
    async fn a_change_of_the_list_does_not_keep_what_comes_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let many = AGAIN_A_TURN + 500;
        let stories = store.write(move |connection| {
            async move {
                for n in 0..many {
                    bare_story(connection, &format!("a{n:05}")).await?;
                }
                Ok(())
            }
            .boxed()
        });
        stories.await.unwrap();
        let turn = async || suggest_waiting(&store, "embedded", instant(1)).await.unwrap();
        assert_eq!(turn().await, many);
        let changed = store.write(|connection| {
            async move {
                edit(connection, |topics| {
                    topics[0].words.push("từ mới".to_owned());
                    Ok(())
                })
                .await?;
                bare_story(connection, "new").await
            }
            .boxed()
        });
        changed.await.unwrap();
        assert_eq!(waiting(store.pool()).await.unwrap()[0].story_id, "new");
        let first = turn().await;
        assert!((AGAIN_A_TURN..many).contains(&first), "{first} in one turn");
        assert_eq!((turn().await, turn().await), (many + 1 - first, 0));
    }

    #[tokio::test]
    async fn an_edited_list_takes_the_place_of_the_programs() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        assert_eq!(list(store.pool()).await.unwrap(), seed().unwrap());
        let own = vec![Topic {
            code: "khac".to_owned(),
            name: "Khác".to_owned(),
            name_en: String::new(),
            words: vec!["việc khác".to_owned()],
            bodies: Vec::new(),
            retired: false,
        }];
        let edited = own.clone();
        store.write(move |connection| async move { replace(connection, &edited).await }.boxed()).await.unwrap();
        assert_eq!(list(store.pool()).await.unwrap(), own);
    }
}
