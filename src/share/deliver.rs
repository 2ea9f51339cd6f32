//! Deliveries: what happened since the last round is queued for each webhook, and what is due is sent. At least once,
//! never for ever; one receiver that hangs holds nobody else up.

use anyhow::Result;
use futures::stream::{self, StreamExt};
use serde_json::json;
use url::Url;

use super::table::back::{self, Sought};
use super::table::hooks::{self, Delivery, Webhook};
use super::webhook::{Event, headers, next_try};
use super::{Amplified, Status, table};
use crate::clock::{Clock, Timestamp};
use crate::fetch::Sender;
use crate::store::chain::digest;
use crate::store::{Store, instant, millis};

/// Messages of one webhook that may wait; beyond them what happens stays unqueued until some arrived.
const MOST_WAITING: i64 = 5_000;
/// Messages queued for one webhook, and sent altogether, in one round.
const ROUND: i64 = 200;
/// Messages that are on their way at once.
const AT_ONCE: usize = 8;
/// A change may be committed a little after the time that it bears.
const OVERLAP_MS: i64 = 300_000;

/// Queues what happened and sends what is due. Answers how many messages were tried.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn round(store: &Store, sender: &Sender, clock: &Clock) -> Result<usize> {
    let now = clock.now();
    let webhooks = hooks::list(store.pool(), now).await?;
    for webhook in webhooks.iter().filter(|webhook| webhook.disabled_at.is_none() && webhook.waiting < MOST_WAITING) {
        queue(store, webhook, now).await?;
    }
    let due = hooks::due(store.pool(), now, ROUND).await?;
    let mut tries: Vec<(Webhook, Delivery)> = Vec::with_capacity(due.len());
    for delivery in due {
        let webhook = webhooks.iter().find(|webhook| webhook.id == delivery.webhook && webhook.disabled_at.is_none());
        tries.extend(webhook.map(|webhook| (webhook.clone(), delivery)));
    }
    let outcomes: Vec<Result<()>> = stream::iter(tries)
        .map(|(webhook, delivery)| async move { attempt(store, sender, &webhook, &delivery, clock).await })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let tried = outcomes.len();
    outcomes.into_iter().collect::<Result<Vec<()>>>()?;
    Ok(tried)
}

async fn queue(store: &Store, webhook: &Webhook, now: Timestamp) -> Result<()> {
    let (mut messages, mut decision, mut amplified) = (Vec::new(), webhook.decision_id, webhook.amplified_at);
    let bound = (!webhook.portals.is_empty()).then(|| webhook.portals.clone());
    if webhook.events.contains(&Event::Decision) {
        let sought = Sought { portals: bound, since: None, after: decision };
        for told in back::told(store.pool(), &sought, ROUND).await? {
            decision = told.id;
            messages.push((
                format!("decision-{}", told.id),
                Event::Decision,
                message("decision.taken", told.at, &json!(told)),
            ));
        }
    }
    if webhook.events.contains(&Event::Amplified) {
        let since = instant(amplified - OVERLAP_MS);
        let mut stories = table::amplified(store.pool(), Some(since), ROUND).await?;
        stories.retain(|story| webhook.portals.is_empty() || webhook.portals.contains(&story.portal));
        // Those that changed before the webhook was made are no news.
        stories.retain(|story| story.updated_at > webhook.created_at);
        for story in stories.iter_mut().rev() {
            if story.status == Status::Recalled {
                // What was taken back is not told again.
                story.summary.clear();
            }
            amplified = amplified.max(millis(story.updated_at));
            let kind = format!("story.{}", story.status.as_str());
            let body = message(&kind, story.updated_at, &json!(story));
            messages.push((format!("story-{}", mark(story)), Event::Amplified, body));
        }
    }
    if messages.is_empty() {
        return Ok(());
    }
    let id = webhook.id;
    store
        .write(move |connection| {
            Box::pin(async move {
                for (message, event, body) in &messages {
                    let message = format!("msg_{id}_{message}");
                    hooks::enqueue(connection, id, (&message, event.as_str(), body), now).await?;
                }
                hooks::reached(connection, id, decision, amplified).await
            })
        })
        .await
}

/// What tells one state of a story from another.
fn mark(story: &Amplified) -> String {
    let at = millis(story.updated_at).to_string();
    digest([story.story.as_str(), story.status.as_str(), &at])[..24].to_owned()
}

fn message(kind: &str, at: Timestamp, data: &serde_json::Value) -> String {
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

/// The message of a test.
#[must_use]
pub fn test_message(now: Timestamp) -> String {
    message("test", now, &json!({ "say": "lantoa" }))
}

async fn attempt(store: &Store, sender: &Sender, webhook: &Webhook, delivery: &Delivery, clock: &Clock) -> Result<()> {
    let outcome = send(sender, webhook, &delivery.message, &delivery.body, clock.now()).await;
    let (now, attempts) = (clock.now(), usize::try_from(delivery.attempts).unwrap_or(usize::MAX).saturating_add(1));
    let (status, problem) = match outcome {
        Ok(status) if (200..300).contains(&status) => (Some(status), String::new()),
        // A receiver that redirects is told to give its own address.
        Ok(status) => (Some(status), format!("the receiver answered with status {status}")),
        Err(cause) => (None, crate::store::in_words(&cause)),
    };
    let next = if problem.is_empty() { None } else { next_try(attempts, now, fastrand::f64()) };
    let (id, webhook) = (delivery.id, webhook.id);
    store
        .write(move |connection| {
            Box::pin(async move {
                hooks::tried(connection, id, (status, &problem), next, now).await?;
                if status == Some(410) {
                    hooks::disable(connection, webhook, "the receiver answered 410: it wants no more", now).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Sends one message now and answers with the receiver's status.
///
/// # Errors
/// When the address may not be sent to, or there is no answer.
pub async fn send(sender: &Sender, webhook: &Webhook, message: &str, body: &str, now: Timestamp) -> Result<u16> {
    let secrets: Vec<&str> = webhook.secrets.iter().map(String::as_str).collect();
    let url = Url::parse(&webhook.url)?;
    Ok(sender.post(&url, &headers(message, now, body, &secrets)?, body.to_owned()).await?)
}

#[cfg(test)]
#[path = "deliver_tests.rs"]
mod tests;
