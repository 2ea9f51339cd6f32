//! What rules decided, carried out in one change of the record. Each action asks once more whose the value is, because
//! a person may have been there since the rules looked.

use anyhow::{Context, Result};

use super::{Did, Fired, Outcome};
use crate::clock::Timestamp;
use crate::store::{Connection, millis};
use crate::triage::ownership::{Owned, Owner};
use crate::triage::topics::table::{Held, claim};
use crate::triage::{Action, State, decide, table};

/// Before a rule's name where a person's would stand.
pub(super) const ACTOR: &str = "rule:";

/// Carries out what rules do with a story, and notes it.
pub(super) async fn carry_out(
    connection: &mut Connection,
    (item, story): (i64, &str),
    fired: Vec<Fired>,
    targets: &[&str],
    now: Timestamp,
) -> Result<()> {
    for mut rule in fired {
        for did in &mut rule.did {
            if did.outcome == Outcome::Done && !act(connection, (item, story), &rule.name, did, targets, now).await? {
                did.outcome = Outcome::Person;
            }
        }
        note(connection, story, &rule, now).await?;
    }
    Ok(())
}

/// Says whether it was done; otherwise a person was faster.
async fn act(
    connection: &mut Connection,
    (item, story): (i64, &str),
    rule: &str,
    did: &Did,
    targets: &[&str],
    now: Timestamp,
) -> Result<bool> {
    match did.action.as_str() {
        "topic" => {
            let held = Held {
                topic: Owned { value: Some(did.value.clone()), owner: Owner::Rule },
                why: vec![("rule".to_owned(), rule.to_owned())],
                actor: format!("{ACTOR}{rule}"),
                at: now,
            };
            claim(connection, story, &held, targets).await
        }
        "level" => {
            let changed = sqlx::query(
                "UPDATE triage_item SET level = $2 WHERE id = $1 AND state IN ('new', 'snoozed') AND NOT EXISTS
                    (SELECT 1 FROM decision d WHERE d.item_id = $1 AND d.actor NOT LIKE 'rule:%'
                        AND d.action IN ('amplify', 'propose', 'reopen', 'recall'))",
            )
            .bind(item)
            .bind(&did.value)
            .execute(&mut *connection)
            .await
            .with_context(|| format!("cannot set the level of item {item}"))?;
            let done = changed.rows_affected() == 1;
            if done {
                set_value(connection, story, did, rule, now).await?;
            }
            Ok(done)
        }
        "assign" => {
            set_value(connection, story, did, rule, now).await?;
            // Whoever was given the story by a person keeps it, and so does nobody.
            sqlx::query(
                "UPDATE triage_item SET assigned_to = $2 WHERE id = $1 AND state IN ('new', 'proposed', 'snoozed')
                    AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.item_id = $1 AND d.action = 'assign')",
            )
            .bind(item)
            .bind(&did.value)
            .execute(&mut *connection)
            .await
            .with_context(|| format!("cannot give item {item} to `{}`", did.value))?;
            Ok(true)
        }
        "routine" => {
            let Some(standing) = table::standing(connection, item).await? else { return Ok(false) };
            if standing.state != State::New {
                return Ok(false);
            }
            let actor = format!("{ACTOR}{rule}");
            let taken = decide(connection, item, &Action::Routine, standing.revision, &actor, "", now).await?;
            Ok(taken.is_ok())
        }
        "notify" => {
            sqlx::query(
                "INSERT INTO rule_notice (rule, story_id, words, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            )
            .bind(rule)
            .bind(story)
            .bind(&did.value)
            .bind(millis(now))
            .execute(connection)
            .await
            .with_context(|| format!("cannot write the notice of rule `{rule}`"))?;
            Ok(true)
        }
        _ => Ok(true),
    }
}

async fn set_value(connection: &mut Connection, story: &str, did: &Did, rule: &str, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO rule_value (story_id, field, value, rule, set_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (story_id, field) DO UPDATE SET value = excluded.value, rule = excluded.rule, set_at = excluded.set_at",
    )
    .bind(story)
    .bind(&did.action)
    .bind(&did.value)
    .bind(rule)
    .bind(millis(now))
    .execute(connection)
    .await
    .with_context(|| format!("cannot note what rule `{rule}` set"))?;
    Ok(())
}

async fn note(connection: &mut Connection, story: &str, fired: &Fired, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO rule_hit (rule_id, story_id, shadow, first_at, last_at, did)
         SELECT id, $2, $3, $4, $4, $5 FROM rule WHERE id = $1
         ON CONFLICT (rule_id, story_id) DO UPDATE SET shadow = excluded.shadow, last_at = excluded.last_at,
            did = excluded.did",
    )
    .bind(fired.rule)
    .bind(story)
    .bind(i64::from(fired.shadow))
    .bind(millis(now))
    .bind(serde_json::to_string(&fired.did)?)
    .execute(connection)
    .await
    .with_context(|| format!("cannot note that rule `{}` held", fired.name))?;
    Ok(())
}
