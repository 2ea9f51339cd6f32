//! The topic of an item's story, as people set it and take that back. What may overwrite what is `ownership`'s.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::clock::Timestamp;
use crate::store::Connection;
use crate::triage::By;
use crate::triage::ownership::{Owned, Owner};
use crate::triage::topics::table::{self, Held};

/// Sets the topic and answers with what stood before; nothing when it belongs to somebody of a higher rank.
pub(in crate::triage) async fn set(
    connection: &mut Connection,
    story: &str,
    topic: Owned<String>,
    by: &By<'_>,
    now: Timestamp,
) -> Result<Option<Value>> {
    let before = table::of(connection, story).await?;
    let held = Held { topic, why: Vec::new(), actor: by.name.to_owned(), at: now };
    let stands = table::claim(connection, story, &held, by.targets).await?;
    Ok(stands.then(|| {
        let (topic, why, actor) = before.map_or_else(
            || (Owned { value: None, owner: Owner::Machine }, Vec::new(), String::new()),
            |held| (held.topic, held.why, held.actor),
        );
        json!({ "value": topic.value, "owner": topic.owner, "why": why, "actor": actor })
    }))
}

/// Puts back what stood before, its owner included, so that the machine may go on with what was its own.
pub(in crate::triage) async fn restore(
    connection: &mut Connection,
    story: &str,
    before: &Value,
    by: &By<'_>,
    now: Timestamp,
) -> Result<()> {
    let value = before["value"].as_str().map(str::to_owned);
    let owner = before["owner"].as_str().and_then(|word| word.parse().ok()).unwrap_or(Owner::Machine);
    let why = serde_json::from_value(before["why"].clone()).unwrap_or_default();
    let actor = before["actor"].as_str().unwrap_or_default().to_owned();
    let held = Held { topic: Owned { value, owner: Owner::HumanCentre }, why, actor, at: now };
    if table::claim(connection, story, &held, by.targets).await? {
        sqlx::query("UPDATE story_topic SET owner = $2 WHERE story_id = $1")
            .bind(story)
            .bind(owner.as_str())
            .execute(connection)
            .await
            .with_context(|| format!("cannot put the topic of story {story} back"))?;
    }
    Ok(())
}
