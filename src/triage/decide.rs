//! A decision in, a new state and one more line of history out, all in one change of the record.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::ownership::{Owned, Owner};
use super::state::{Action, Refusal, next_state};
use super::stories;
use super::table::{self, Standing, classification, proposals};
use super::{Card, Decision, State};
use crate::clock::Timestamp;
use crate::index::outbox;
use crate::store::{Connection, millis};

/// The longest snooze; what nobody wants to see in a month is routine.
pub(super) const MAX_SNOOZE_DAYS: i64 = 30;
/// Characters of a reason that are kept.
pub const MAX_REASON: usize = 2_000;

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Where the item stood.
    pub from: State,
    /// Where it stands.
    pub to: State,
    /// Its new revision.
    pub revision: i64,
}

/// Why a decision was not taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// There is no such item.
    Unknown,
    /// Somebody was faster: the item as it stands now and the decisions taken since, oldest first.
    Conflict {
        /// The item.
        card: Box<Card>,
        /// What happened in the meantime.
        since: Vec<Decision>,
    },
    /// The state machine says no.
    Not(Refusal),
}

/// Who decides, and in whose name.
#[derive(Clone, Copy, Debug)]
pub struct By<'a> {
    /// The account's name.
    pub name: &'a str,
    /// Whose value a topic becomes: the centre's, or a ministry's.
    pub owner: Owner,
    /// Slugs of the portals that an officer speaks for.
    pub portals: &'a [String],
    /// Search engines that have to learn of a new topic, and of articles that moved to another story.
    pub targets: &'a [&'a str],
    /// What the history notes besides.
    pub batch: Option<&'a str>,
}

/// Takes a decision of the centre about `item` as it stood at `revision`; see [`decide_by`].
///
/// # Errors
/// When the record cannot be read or written; what a person may answer for is in [`Refused`].
pub async fn decide(
    connection: &mut Connection,
    item: i64,
    action: &Action,
    revision: i64,
    actor: &str,
    reason: &str,
    now: Timestamp,
) -> anyhow::Result<Result<Decided, Refused>> {
    let by = By { name: actor, owner: Owner::HumanCentre, portals: &[], targets: &[], batch: None };
    decide_by(connection, item, action, revision, by, reason, now).await
}

/// Takes a decision about `item` as it stood at `revision`. Undo is a decision like the others: it restores where the
/// item stood before the last decision that still counts; a ministry takes back only its own.
///
/// # Errors
/// When the record cannot be read or written; what a person may answer for is in [`Refused`].
pub async fn decide_by(
    connection: &mut Connection,
    item: i64,
    action: &Action,
    revision: i64,
    by: By<'_>,
    reason: &str,
    now: Timestamp,
) -> anyhow::Result<Result<Decided, Refused>> {
    let Some(standing) = table::standing(connection, item).await? else { return Ok(Err(Refused::Unknown)) };
    if standing.revision != revision {
        let Some(card) = table::card(connection, item).await? else { return Ok(Err(Refused::Unknown)) };
        let since = table::decisions_since(connection, item, revision).await?;
        return Ok(Err(Refused::Conflict { card: Box::new(card), since }));
    }
    let reason: String = reason.trim().chars().take(MAX_REASON).collect();
    let mut undone = None;
    let mut dirty = Vec::new();
    let (next, mut detail) = match action {
        Action::Undo => match last_that_counts(&table::decisions_since(connection, item, 0).await?) {
            Some(last) if by.owner != Owner::HumanCentre && last.actor != by.name => {
                return Ok(Err(Refused::Not(Refusal::NotYours)));
            }
            Some(last) => {
                undone = Some(last.clone());
                dirty = stories::take_back(connection, item, &last.detail, by.name, now).await?;
                before(last, &standing)
            }
            None => return Ok(Err(Refused::Not(Refusal::NothingToUndo))),
        },
        action => {
            if let Err(refusal) = sensible(connection, item, action, &reason, now).await? {
                return Ok(Err(Refused::Not(refusal)));
            }
            match after(action, &standing, now) {
                Ok(changed) => changed,
                Err(refusal) => return Ok(Err(Refused::Not(refusal))),
            }
        }
    };
    if let Action::Merge { into } = action {
        (detail["moved"], dirty) = stories::merge(connection, item, *into, by.name, now).await?;
    }
    for (article, revision) in dirty {
        outbox::mark(connection, by.targets, &article, revision).await?;
    }
    // What stood before goes into the history, so that an undo needs nothing else.
    detail["before"] = kept(&standing);
    if let Some(batch) = by.batch {
        detail["batch"] = batch.into();
    }
    if let Action::Classify { topic } = action {
        let claim = Owned { value: topic.clone(), owner: by.owner };
        match classification::set(connection, &standing.story, claim, &by, now).await? {
            Some(before) => detail["before"]["topic"] = before,
            None => return Ok(Err(Refused::Not(Refusal::NotYours))),
        }
    }
    if let Some(undone) = undone.as_ref().filter(|undone| undone.action == "classify") {
        classification::restore(connection, &standing.story, &undone.detail["before"]["topic"], &by, now).await?;
    }
    let still = matches!(action, Action::Note | Action::Assign { .. } | Action::Classify { .. });
    let leaves = [State::Amplified, State::Routine, State::Rejected, State::Merged].contains(&next.state);
    let next = Standing {
        revision: standing.revision + 1,
        amplified_at: next.amplified_at.or((next.state == State::Amplified).then(|| millis(now))),
        decided_at: next.decided_at.or((leaves && undone.is_none()).then(|| millis(now))),
        // What leaves the queue and what is told outside goes by this; a note and the like change neither.
        updated_at: if still { standing.updated_at } else { millis(now) },
        ..next
    };
    table::move_to(connection, item, &next).await?;
    let (from, to) = (standing.state, next.state);
    match (action, &undone) {
        (Action::Propose { level, deadline }, _) => {
            proposals::add(connection, item, &by, (*level, *deadline), &reason, now).await?;
        }
        (_, Some(undone)) => proposals::take_back(connection, item, undone, now).await?,
        (action, None) => proposals::answer(connection, item, action, now).await?,
    }
    table::add_decision(connection, item, (&standing, &next), action.as_str(), by.name, &reason, &detail, now).await?;
    Ok(Ok(Decided { from, to, revision: next.revision }))
}

/// What only the clock and the record can tell about an action.
async fn sensible(
    connection: &mut Connection,
    item: i64,
    action: &Action,
    reason: &str,
    now: Timestamp,
) -> anyhow::Result<Result<(), Refusal>> {
    let good = match action {
        Action::Return if reason.is_empty() => Err(Refusal::NoReason),
        Action::Correct { correction, .. } if correction.trim().is_empty() => Err(Refusal::NoReason),
        Action::Snooze { until } if *until <= now || *until > now + (MAX_SNOOZE_DAYS * 24).hours() => {
            Err(Refusal::BadTime)
        }
        Action::Amplify { deadline: Some(deadline), .. }
        | Action::Propose { deadline: Some(deadline), .. }
        | Action::Correct { deadline: Some(deadline), .. }
            if *deadline <= now =>
        {
            Err(Refusal::BadTime)
        }
        Action::Merge { into } if *into == item || table::standing(connection, *into).await?.is_none() => {
            Err(Refusal::BadMerge)
        }
        _ => Ok(()),
    };
    Ok(good)
}

/// How an item stands after an action, and what the history says about it besides.
fn after(action: &Action, standing: &Standing, now: Timestamp) -> Result<(Standing, Value), Refusal> {
    let state = next_state(standing.state, action)?;
    let mut next = Standing { state, ..standing.clone() };
    let mut detail = json!({});
    match action {
        Action::Amplify { level, deadline } => {
            (next.level, next.deadline, next.snoozed_until) = (Some(*level), deadline.map(millis), None);
            if standing.state == State::Amplified {
                next.corrected_at = Some(millis(now));
            }
            detail = json!({ "level": level, "deadline": deadline });
        }
        Action::Propose { level, deadline } => {
            (next.level, next.deadline, next.snoozed_until) = (Some(*level), deadline.map(millis), None);
            detail = json!({ "level": level, "deadline": deadline });
        }
        Action::Correct { level, deadline, correction } => {
            next.level = level.or(standing.level);
            next.deadline = deadline.map(millis).or(standing.deadline);
            next.corrected_at = Some(millis(now));
            next.correction = correction.trim().chars().take(MAX_REASON).collect();
            detail = json!({ "level": next.level, "deadline": deadline, "correction": next.correction });
        }
        Action::Snooze { until } => {
            next.snoozed_until = Some(millis(*until));
            detail = json!({ "until": until });
        }
        Action::Merge { into } => {
            next.snoozed_until = None;
            detail = json!({ "into": into });
        }
        Action::Assign { to } => {
            next.assigned_to.clone_from(to);
            detail = json!({ "to": to });
        }
        Action::Classify { topic } => detail = json!({ "topic": topic }),
        Action::Routine | Action::Reject => next.snoozed_until = None,
        Action::Reopen | Action::Return => (next.level, next.deadline, next.snoozed_until) = (None, None, None),
        Action::Recall | Action::Note | Action::Undo => (),
    }
    Ok((next, detail))
}

/// What an undo needs to know of how an item stood.
pub(super) fn kept(standing: &Standing) -> Value {
    json!({
        "level": standing.level,
        "snoozed_until": standing.snoozed_until,
        "deadline": standing.deadline,
        "assigned_to": standing.assigned_to,
        "decided_at": standing.decided_at,
        "corrected_at": standing.corrected_at,
        "correction": standing.correction,
    })
}

/// The last decision that changed something and was not taken back.
fn last_that_counts(history: &[Decision]) -> Option<&Decision> {
    let undone: Vec<i64> = history.iter().filter_map(|decision| decision.detail["undoes"].as_i64()).collect();
    history.iter().rev().find(|decision| {
        let changed_something = decision.action != "undo" && decision.action != "note";
        changed_something && !undone.contains(&decision.id)
    })
}

/// How an item stood before a decision. That it was amplified once is not forgotten: whoever read the feed in the
/// meantime must see the recall.
fn before(undone: &Decision, standing: &Standing) -> (Standing, Value) {
    let kept = &undone.detail["before"];
    let next = Standing {
        state: undone.from,
        level: kept["level"].as_str().and_then(|level| level.parse().ok()),
        snoozed_until: kept["snoozed_until"].as_i64(),
        deadline: kept["deadline"].as_i64(),
        assigned_to: kept["assigned_to"].as_str().map(str::to_owned),
        decided_at: kept["decided_at"].as_i64(),
        corrected_at: kept["corrected_at"].as_i64(),
        correction: kept["correction"].as_str().unwrap_or_default().to_owned(),
        ..standing.clone()
    };
    (next, json!({ "undoes": undone.id, "action": undone.action }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use futures::FutureExt;

    use super::super::{Level, Score};
    use super::*;
    use crate::store::Store;

    fn now() -> Timestamp {
        "2026-11-21T08:00:00Z".parse().unwrap()
    }

    /// Takes decisions one after the other; answers with the state and level after each, or the refusal.
    async fn check(actions: &[Action], expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let actions = actions.to_vec();
        let told = store.write(move |connection| {
            async move {
                table::bare_story(connection, "a").await?;
                table::enter(connection, "a", &Score::default(), now()).await?;
                let mut told = Vec::new();
                for action in &actions {
                    let revision = table::standing(connection, 1).await?.unwrap().revision;
                    let outcome = decide(connection, 1, action, revision, "lan", "", now()).await?;
                    let after = table::standing(connection, 1).await?.unwrap();
                    told.push(match outcome {
                        Ok(_) => format!("{} {}", after.state.as_str(), after.level.map_or("-", Level::as_str)),
                        Err(Refused::Not(refusal)) => format!("{refusal:?}"),
                        Err(other) => format!("{other:?}"),
                    });
                }
                Ok(told)
            }
            .boxed()
        });
        assert_eq!(told.await.unwrap().join(", "), expected);
    }

    fn amplify(level: Level) -> Action {
        Action::Amplify { level, deadline: None }
    }

    #[tokio::test]
    async fn undo_goes_back_step_by_step() {
        let snooze = Action::Snooze { until: now() + 4.hours() };
        check(
            &[amplify(Level::Urgent), amplify(Level::High), Action::Undo, Action::Undo, Action::Undo],
            "amplified urgent, amplified high, amplified urgent, new -, NothingToUndo",
        )
        .await;
        check(
            &[snooze, Action::Routine, Action::Note, Action::Undo, Action::Undo, Action::Reject],
            "snoozed -, routine -, routine -, snoozed -, new -, rejected -",
        )
        .await;
        check(
            &[Action::Reject, Action::Undo, Action::Routine, Action::Undo, Action::Undo],
            "rejected -, new -, routine -, new -, NothingToUndo",
        )
        .await;
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused() {
        check(&[Action::Snooze { until: now() }], "BadTime").await;
        check(&[Action::Snooze { until: now() + (31 * 24).hours() }], "BadTime").await;
        check(&[Action::Amplify { level: Level::Urgent, deadline: Some(now()) }], "BadTime").await;
        check(&[Action::Merge { into: 1 }, Action::Merge { into: 99 }], "BadMerge, BadMerge").await;
        check(&[amplify(Level::Urgent), Action::Routine], "amplified urgent, RecallInstead").await;
    }
}
