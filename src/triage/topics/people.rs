//! Topics as people decide them: a person sets one, and how often people kept what the machine suggested.

use std::collections::HashMap;

use anyhow::{Context, Result};
use serde::Serialize;

use super::table::{Held, claim, listed};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, millis};
use crate::triage::ownership::{Owned, Owner};

/// Days over which agreement is counted: words that were changed since should show.
pub const AGREEMENT_DAYS: i64 = 90;

/// Why a topic was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such topic.
    #[error("there is no such topic (choose one of the list)")]
    Unknown,
    /// It is given to nothing new.
    #[error("this topic is retired (choose another one)")]
    Retired,
    /// Somebody of a higher rank set it.
    #[error("the centre has set the topic (ask it to change it)")]
    Higher,
}

/// How often people kept what the machine suggested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Stories with this suggestion about which people have spoken: they set a topic, or decided and left it.
    pub spoken: i64,
    /// How many of them have it still.
    pub kept: i64,
}

impl Agreement {
    /// The share that was kept, in hundredths; nothing when nobody has spoken yet.
    #[must_use]
    pub fn percent(self) -> Option<i64> {
        (self.spoken > 0).then(|| (100 * self.kept + self.spoken / 2) / self.spoken)
    }
}

/// A person sets a story's topic, or clears it with `None`. `targets` are the search engines that have to learn of it.
///
/// # Errors
/// When the record cannot be read or written; what a person may answer for is in [`Refused`].
pub async fn set(
    connection: &mut Connection,
    story: &str,
    code: Option<&str>,
    (owner, actor): (Owner, &str),
    targets: &[&str],
    now: Timestamp,
) -> Result<Result<(), Refused>> {
    if let Some(code) = code {
        match listed(connection).await?.into_iter().find(|topic| topic.code == code) {
            None => return Ok(Err(Refused::Unknown)),
            Some(topic) if topic.retired => return Ok(Err(Refused::Retired)),
            Some(_) => {}
        }
    }
    let topic = Owned { value: code.map(str::to_owned), owner };
    let held = Held { topic, why: Vec::new(), actor: actor.to_owned(), at: now };
    Ok(if claim(connection, story, &held, targets).await? { Ok(()) } else { Err(Refused::Higher) })
}

/// How often people kept each suggestion in the last [`AGREEMENT_DAYS`], by the topic's code.
///
/// # Errors
/// When the record cannot be read.
pub async fn agreement(pool: &Pool, now: Timestamp) -> Result<HashMap<String, Agreement>> {
    // Who decides about a story and leaves its topic has seen it and agrees.
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT suggested, COUNT(*), SUM(CASE WHEN topic = suggested THEN 1 ELSE 0 END) FROM (
            SELECT s.suggested, s.topic FROM story_topic s WHERE s.owner IN ('human-ministry', 'human-centre')
                AND s.set_at > $1
            UNION ALL
            SELECT s.suggested, s.topic FROM triage_item t JOIN story_topic s ON s.story_id = t.story_id
            WHERE t.state IN ('proposed', 'amplified', 'routine', 'rejected', 'recalled') AND s.owner = 'machine'
                AND t.updated_at > $1
                AND EXISTS (SELECT 1 FROM decision d WHERE d.item_id = t.id AND d.actor NOT LIKE 'rule:%'
                    AND d.action IN ('propose', 'amplify', 'routine', 'reject')))
         AS spoken WHERE suggested <> '' GROUP BY suggested",
    )
    .bind(millis(now) - AGREEMENT_DAYS * 86_400_000)
    .fetch_all(pool)
    .await
    .context("cannot count how often suggestions were kept")?;
    Ok(rows.into_iter().map(|(code, spoken, kept)| (code, Agreement { spoken, kept })).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use futures::FutureExt;

    use super::super::table::{of, replace};
    use super::super::{Topic, seed};
    use super::*;
    use crate::store::{Store, instant};
    use crate::triage::table::{bare_story, enter};
    use crate::triage::{Action, Score, decide};

    async fn suggest(connection: &mut Connection, story: &str, code: &str) -> Result<()> {
        bare_story(connection, story).await?;
        let topic = Owned { value: Some(code.to_owned()), owner: Owner::Machine };
        let held = Held { topic, why: vec![], actor: String::new(), at: instant(0) };
        claim(connection, story, &held, &[]).await.map(|_| ())
    }

    #[tokio::test]
    async fn people_set_what_is_on_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let told = store.write(|connection| {
            async move {
                suggest(connection, "a", "y-te").await?;
                let mut topics = seed()?;
                topics[1] = Topic { retired: true, ..topics[1].clone() };
                let retired = topics[1].code.clone();
                replace(connection, &topics).await?;
                let mut told = Vec::new();
                for (owner, code) in [
                    (Owner::HumanMinistry, Some("nothing")),
                    (Owner::HumanMinistry, Some(retired.as_str())),
                    (Owner::HumanMinistry, Some("giao-duc")),
                    (Owner::HumanCentre, None),
                    (Owner::HumanMinistry, Some("giao-duc")),
                ] {
                    let outcome = set(connection, "a", code, (owner, "lan"), &[], instant(1)).await?;
                    let value = of(connection, "a").await?.unwrap().topic.value.unwrap_or_default();
                    told.push(format!("{outcome:?} {value}"));
                }
                Ok(told)
            }
            .boxed()
        });
        let expected = ["Err(Unknown) y-te", "Err(Retired) y-te", "Ok(()) giao-duc", "Ok(()) ", "Err(Higher) "];
        assert_eq!(told.await.unwrap(), expected);
    }

    #[tokio::test]
    async fn what_people_kept_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let filled = store.write(|connection| {
            async move {
                for story in ["a", "b", "c", "d"] {
                    suggest(connection, story, "y-te").await?;
                    enter(connection, story, &Score::default(), instant(0)).await?;
                }
                let centre = (Owner::HumanCentre, "lan");
                set(connection, "a", Some("giao-duc"), centre, &[], instant(1)).await?.unwrap();
                set(connection, "b", Some("y-te"), centre, &[], instant(1)).await?.unwrap();
                decide(connection, 3, &Action::Routine, 1, "lan", "", instant(1)).await?.unwrap();
                decide(connection, 4, &Action::Routine, 1, "rule:x", "", instant(1)).await?.unwrap();
                // The machine thinks again, and its suggestion is remembered beside what people set.
                suggest(connection, "e", "giao-duc").await?;
                let topic = Owned { value: Some("tu-phap".to_owned()), owner: Owner::Machine };
                let held = Held { topic, why: vec![], actor: String::new(), at: instant(2) };
                assert!(!claim(connection, "b", &held, &[]).await?);
                Ok(())
            }
            .boxed()
        });
        filled.await.unwrap();
        let agreement = agreement(store.pool(), instant(3)).await.unwrap();
        assert_eq!(agreement.get("y-te"), Some(&Agreement { spoken: 2, kept: 1 }));
        assert_eq!(agreement.get("tu-phap"), Some(&Agreement { spoken: 1, kept: 0 }));
        assert_eq!(agreement["y-te"].percent(), Some(50));
    }
}
