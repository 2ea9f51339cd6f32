//! Webhooks and their deliveries in the record.

use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};

use super::super::webhook::{self, Event};
use super::back;
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};

/// Days for which deliveries are kept to be looked at.
const KEPT_DAYS: i64 = 30;
/// Hours for which the secret before the present one signs too.
const ROTATION_HOURS: i64 = 48;

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Its number.
    pub id: i64,
    /// Where it sends.
    pub url: String,
    /// What it sends.
    pub events: Vec<Event>,
    /// Only what these portals carry; none for no such bound.
    pub portals: Vec<String>,
    /// The key that made it.
    #[serde(skip)]
    pub key_id: Option<i64>,
    /// Since when.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Since when it sends no more.
    pub disabled_at: Option<Timestamp>,
    /// Why it sends no more.
    pub disabled_why: String,
    /// Deliveries that wait.
    pub waiting: i64,
    #[serde(skip)]
    pub(in crate::share) secrets: Vec<String>,
    #[serde(skip)]
    pub(in crate::share) decision_id: i64,
    #[serde(skip)]
    pub(in crate::share) amplified_at: i64,
}

/// One message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its row.
    pub id: i64,
    /// Its webhook.
    pub webhook: i64,
    /// Its id, the same for every try.
    pub message: String,
    /// What it tells.
    pub event: String,
    /// What is sent.
    pub body: String,
    /// Since when it waits.
    pub created_at: Timestamp,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried next; none when it was delivered or given up.
    pub next_at: Option<Timestamp>,
    /// When it arrived.
    pub delivered_at: Option<Timestamp>,
    /// What the receiver answered last.
    pub last_status: Option<i64>,
    /// Why the last try failed.
    pub last_problem: String,
}

/// A webhook as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Where to send.
    pub url: String,
    /// What to send.
    pub events: Vec<Event>,
    /// Only what these portals carry.
    pub portals: Vec<String>,
    /// The key that asks.
    pub key_id: Option<i64>,
}

/// Makes a webhook and answers with its number and its secret. It tells of what happens from now on.
///
/// # Errors
/// When the record cannot be written.
pub async fn make(connection: &mut Connection, wanted: &Wanted, actor: &str, now: Timestamp) -> Result<(i64, String)> {
    let secret = webhook::fresh_secret()?;
    let events: Vec<_> = wanted.events.iter().map(|event| event.as_str()).collect();
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO webhook (url, secret, events, portals, key_id, created_at, created_by, decision_id, amplified_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, COALESCE(MAX(id), 0), $6 FROM decision RETURNING id",
    )
    .bind(&wanted.url)
    .bind(&secret)
    .bind(events.join(" "))
    .bind(serde_json::to_string(&wanted.portals)?)
    .bind(wanted.key_id)
    .bind(millis(now))
    .bind(actor)
    .fetch_one(connection)
    .await
    .context("cannot make a webhook")?;
    Ok((id, secret))
}

#[derive(FromRow)]
struct Row {
    id: i64,
    url: String,
    secret: String,
    old_secret: Option<String>,
    old_secret_until: Option<i64>,
    events: String,
    portals: String,
    key_id: Option<i64>,
    created_at: i64,
    created_by: String,
    disabled_at: Option<i64>,
    disabled_why: String,
    decision_id: i64,
    amplified_at: i64,
    waiting: i64,
}

/// The webhooks that were not removed, by number.
///
/// # Errors
/// When the record cannot be read.
pub async fn list(pool: &Pool, now: Timestamp) -> Result<Vec<Webhook>> {
    // One whose key was revoked or ran out sends no more.
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT w.id, w.url, w.secret, w.old_secret, w.old_secret_until, w.events, w.portals, w.key_id, w.created_at,
                w.created_by, COALESCE(w.disabled_at, k.revoked_at, CASE WHEN k.expires_at <= $1 THEN k.expires_at END)
                    AS disabled_at,
                CASE WHEN w.disabled_at IS NULL AND (k.revoked_at IS NOT NULL OR k.expires_at <= $1)
                     THEN 'its key holds no more' ELSE w.disabled_why END AS disabled_why,
                w.decision_id, w.amplified_at,
                (SELECT COUNT(*) FROM delivery d WHERE d.webhook_id = w.id AND d.next_at IS NOT NULL) AS waiting
         FROM webhook w LEFT JOIN api_key k ON k.id = w.key_id WHERE w.removed_at IS NULL ORDER BY w.id",
    )
    .bind(millis(now))
    .fetch_all(pool)
    .await
    .context("cannot list webhooks")?;
    let webhook = |row: Row| {
        let old = row.old_secret.filter(|_| row.old_secret_until.is_some_and(|until| until > millis(now)));
        Webhook {
            id: row.id,
            url: row.url,
            events: row.events.split_whitespace().filter_map(|word| word.parse().ok()).collect(),
            portals: serde_json::from_str(&row.portals).unwrap_or_default(),
            key_id: row.key_id,
            created_at: instant(row.created_at),
            created_by: row.created_by,
            disabled_at: row.disabled_at.map(instant),
            disabled_why: row.disabled_why,
            waiting: row.waiting,
            secrets: std::iter::once(row.secret).chain(old).collect(),
            decision_id: row.decision_id,
            amplified_at: row.amplified_at,
        }
    };
    Ok(rows.into_iter().map(webhook).collect())
}

/// Removes a webhook; what waited is given up.
///
/// # Errors
/// When the record cannot be written.
pub async fn remove(connection: &mut Connection, id: i64, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE webhook SET removed_at = $2, secret = '', old_secret = NULL WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(&mut *connection)
        .await
        .context("cannot remove a webhook")?;
    give_up(connection, id).await
}

/// Sends no more; `why` is shown to its owner. What waited is given up.
///
/// # Errors
/// When the record cannot be written.
pub async fn disable(connection: &mut Connection, id: i64, why: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE webhook SET disabled_at = $2, disabled_why = $3 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .bind(why)
        .execute(&mut *connection)
        .await
        .context("cannot disable a webhook")?;
    give_up(connection, id).await
}

async fn give_up(connection: &mut Connection, id: i64) -> Result<()> {
    sqlx::query("UPDATE delivery SET next_at = NULL WHERE webhook_id = $1")
        .bind(id)
        .execute(connection)
        .await
        .context("cannot give deliveries up")?;
    Ok(())
}

/// Sends again, from now on.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn enable(connection: &mut Connection, pool: &Pool, id: i64, now: Timestamp) -> Result<()> {
    let last = back::last(pool).await?;
    sqlx::query(
        "UPDATE webhook SET disabled_at = NULL, disabled_why = '', decision_id = $2, amplified_at = $3 WHERE id = $1",
    )
    .bind(id)
    .bind(last)
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot enable a webhook")?;
    Ok(())
}

/// Gives a webhook a new secret; for two days the old one signs too.
///
/// # Errors
/// When the record cannot be written.
pub async fn rotate(connection: &mut Connection, id: i64, now: Timestamp) -> Result<String> {
    let secret = webhook::fresh_secret()?;
    sqlx::query("UPDATE webhook SET old_secret = secret, old_secret_until = $3, secret = $2 WHERE id = $1")
        .bind(id)
        .bind(&secret)
        .bind(millis(now) + ROTATION_HOURS * 3_600_000)
        .execute(connection)
        .await
        .context("cannot change the secret of a webhook")?;
    Ok(secret)
}

/// Queues a message, once.
///
/// # Errors
/// When the record cannot be written.
pub async fn enqueue(
    connection: &mut Connection,
    webhook: i64,
    (message, event, body): (&str, &str, &str),
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO delivery (webhook_id, message, event, body, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $5)
         ON CONFLICT (webhook_id, message) DO NOTHING",
    )
    .bind(webhook)
    .bind(message)
    .bind(event)
    .bind(body)
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot queue a delivery")?;
    Ok(())
}

/// Notes up to where a webhook's events were queued.
pub(in crate::share) async fn reached(
    connection: &mut Connection,
    id: i64,
    decision: i64,
    amplified: i64,
) -> Result<()> {
    sqlx::query("UPDATE webhook SET decision_id = $2, amplified_at = $3 WHERE id = $1")
        .bind(id)
        .bind(decision)
        .bind(amplified)
        .execute(connection)
        .await
        .context("cannot note what was queued")?;
    Ok(())
}

#[derive(FromRow)]
struct DeliveryRow {
    id: i64,
    webhook_id: i64,
    message: String,
    event: String,
    body: String,
    created_at: i64,
    attempts: i64,
    next_at: Option<i64>,
    delivered_at: Option<i64>,
    last_status: Option<i64>,
    last_problem: String,
}

const DELIVERIES: &str = "SELECT id, webhook_id, message, event, body, created_at, attempts, next_at, delivered_at,
    last_status, last_problem FROM delivery";

async fn deliveries(pool: &Pool, condition: &str, value: i64, limit: i64) -> Result<Vec<Delivery>> {
    // The text is put together from constants; every value is bound.
    let rows: Vec<DeliveryRow> = sqlx::query_as(AssertSqlSafe(format!("{DELIVERIES} {condition} LIMIT $2")))
        .bind(value)
        .bind(limit)
        .fetch_all(pool)
        .await
        .context("cannot read deliveries")?;
    let delivery = |row: DeliveryRow| Delivery {
        id: row.id,
        webhook: row.webhook_id,
        message: row.message,
        event: row.event,
        body: row.body,
        created_at: instant(row.created_at),
        attempts: row.attempts,
        next_at: row.next_at.map(instant),
        delivered_at: row.delivered_at.map(instant),
        last_status: row.last_status,
        last_problem: row.last_problem,
    };
    Ok(rows.into_iter().map(delivery).collect())
}

/// What is due, the oldest first.
pub(in crate::share) async fn due(pool: &Pool, now: Timestamp, limit: i64) -> Result<Vec<Delivery>> {
    deliveries(pool, "WHERE next_at <= $1 ORDER BY next_at, id", millis(now), limit).await
}

/// The last deliveries of a webhook, the latest first.
///
/// # Errors
/// When the record cannot be read.
pub async fn of_webhook(pool: &Pool, id: i64, limit: i64) -> Result<Vec<Delivery>> {
    deliveries(pool, "WHERE webhook_id = $1 ORDER BY id DESC", id, limit).await
}

/// Notes what came of a try, and forgets what is long done.
pub(in crate::share) async fn tried(
    connection: &mut Connection,
    id: i64,
    (status, problem): (Option<u16>, &str),
    next_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<()> {
    let arrived = status.is_some_and(|status| (200..300).contains(&status));
    sqlx::query(
        "UPDATE delivery SET attempts = attempts + 1, last_at = $2, last_status = $3, last_problem = $4, next_at = $5,
                delivered_at = CASE WHEN $6 = 1 THEN $2 END WHERE id = $1",
    )
    .bind(id)
    .bind(millis(now))
    .bind(status.map(i64::from))
    .bind(problem)
    .bind(next_at.map(millis))
    .bind(i64::from(arrived))
    .execute(&mut *connection)
    .await
    .context("cannot note a delivery")?;
    sqlx::query("DELETE FROM delivery WHERE next_at IS NULL AND created_at < $1")
        .bind(millis(now) - KEPT_DAYS * 86_400_000)
        .execute(connection)
        .await
        .context("cannot forget old deliveries")?;
    Ok(())
}
