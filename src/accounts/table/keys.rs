//! Keys of programs in the record.

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use sqlx::FromRow;

use super::super::key::{self, Key, Scope};
use super::super::token;
use super::audit;
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};

/// Longest name of a key, in characters.
const MAX_NAME: usize = 64;
/// How long a key may go without its last use being noted: a write a minute, not one a request.
const TOUCH_AFTER_MS: i64 = 60_000;

/// A new key as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Slugs of the portals that it is bound to.
    pub portals: Vec<String>,
    /// Days that it holds; without end when there are none.
    pub days: Option<u32>,
}

/// A key with its story.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The key.
    #[serde(flatten)]
    pub key: Key,
    /// Since when.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// Since when it holds no more.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    prefix: String,
    hash: String,
    name: String,
    scopes: String,
    portals: String,
    created_at: i64,
    created_by: String,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    last_used_at: Option<i64>,
}

const COLUMNS: &str =
    "SELECT id, prefix, hash, name, scopes, portals, created_at, created_by, expires_at, revoked_at, last_used_at
    FROM api_key";

impl Row {
    fn key(&self) -> Key {
        Key {
            id: self.id,
            prefix: self.prefix.clone(),
            name: self.name.clone(),
            scopes: self.scopes.split_whitespace().filter_map(|word| word.parse().ok()).collect(),
            portals: serde_json::from_str(&self.portals).unwrap_or_default(),
            expires_at: self.expires_at.map(instant),
        }
    }
}

/// Makes a key and answers with its secret, which nobody can read again.
///
/// # Errors
/// When the wish makes no sense, or the record cannot be written.
pub async fn make(connection: &mut Connection, wanted: &Wanted, actor: &str, now: Timestamp) -> Result<(Key, String)> {
    let name = wanted.name.trim();
    let usable = !name.is_empty() && name.chars().count() <= MAX_NAME && !name.chars().any(char::is_control);
    ensure!(usable, "cannot make a key: its name is empty, longer than {MAX_NAME} characters or not one line");
    ensure!(!wanted.scopes.is_empty(), "cannot make key `{name}`: say what it may do (--scope push)");
    let pushes = wanted.scopes.contains(&Scope::Push);
    ensure!(
        !pushes || !wanted.portals.is_empty(),
        "cannot make key `{name}`: a key that hands items in needs --portal"
    );
    let decides = wanted.scopes.contains(&Scope::Decide);
    ensure!(!decides || wanted.portals.is_empty(), "cannot make key `{name}`: a key of a portal cannot decide");
    ensure!(wanted.days != Some(0), "cannot make key `{name}`: it has to hold for one day at least");
    for slug in &wanted.portals {
        let known: Option<i64> = sqlx::query_scalar("SELECT id FROM portal WHERE slug = $1")
            .bind(slug)
            .fetch_optional(&mut *connection)
            .await
            .context("cannot look up a portal")?;
        ensure!(known.is_some(), "cannot make key `{name}`: no portal `{slug}` (see lantoa portal list)");
    }
    let (prefix, secret) = key::fresh()?;
    let scopes: Vec<_> = wanted.scopes.iter().map(|scope| scope.as_str()).collect();
    let expires_at = wanted.days.map(|days| millis(now) + i64::from(days) * 86_400_000);
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO api_key (prefix, hash, name, scopes, portals, created_at, created_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(&prefix)
    .bind(token::hash(&secret))
    .bind(name)
    .bind(scopes.join(" "))
    .bind(serde_json::to_string(&wanted.portals)?)
    .bind(millis(now))
    .bind(actor)
    .bind(expires_at)
    .fetch_one(&mut *connection)
    .await
    .with_context(|| format!("cannot make key `{name}`"))?;
    let detail = format!("{prefix} {} {}", scopes.join(" "), wanted.portals.join(" "));
    audit(connection, actor, "key made", name, detail.trim_end(), now).await?;
    let key = Key {
        id,
        prefix,
        name: name.to_owned(),
        scopes: wanted.scopes.clone(),
        portals: wanted.portals.clone(),
        expires_at: expires_at.map(instant),
    };
    Ok((key, secret))
}

/// Every key, those that hold first, then by name.
///
/// # Errors
/// When the record cannot be read.
pub async fn list(pool: &Pool) -> Result<Vec<Listed>> {
    // The text is put together from constants.
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY revoked_at IS NOT NULL, name, id"));
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(pool).await.context("cannot list keys")?;
    let listed = |row: Row| Listed {
        key: row.key(),
        created_at: instant(row.created_at),
        created_by: row.created_by,
        revoked_at: row.revoked_at.map(instant),
        last_used_at: row.last_used_at.map(instant),
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Ends a key, named by its prefix; from the next request on it opens nothing.
///
/// # Errors
/// When there is no such key, or the record cannot be written.
pub async fn revoke(connection: &mut Connection, prefix: &str, actor: &str, now: Timestamp) -> Result<()> {
    let name: Option<String> = sqlx::query_scalar(
        "UPDATE api_key SET revoked_at = $2 WHERE prefix = $1 AND revoked_at IS NULL RETURNING name",
    )
    .bind(prefix)
    .bind(millis(now))
    .fetch_optional(&mut *connection)
    .await
    .context("cannot revoke a key")?;
    let Some(name) = name else { bail!("no key `{prefix}` that holds (see lantoa key list)") };
    audit(connection, actor, "key revoked", &name, prefix, now).await
}

/// The key whose secret this is, with the portals below its own; whether its use has to be noted comes with it.
pub(in crate::accounts) async fn by_secret(
    connection: &mut Connection,
    secret: &str,
    now: Timestamp,
) -> Result<Option<(Key, bool)>> {
    let Some(prefix) = key::prefix_of(secret) else { return Ok(None) };
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE prefix = $1 AND revoked_at IS NULL"));
    let row: Option<Row> =
        sqlx::query_as(sql).bind(prefix).fetch_optional(&mut *connection).await.context("cannot look up a key")?;
    let holds = |row: &Row| row.expires_at.is_none_or(|until| until > millis(now));
    let Some(row) = row.filter(|row| key::equal(&row.hash, &token::hash(secret)) && holds(row)) else {
        return Ok(None);
    };
    let mut key = row.key();
    key.portals = with_those_below(connection, key.portals).await?;
    Ok(Some((key, row.last_used_at.is_none_or(|last| millis(now) - last > TOUCH_AFTER_MS))))
}

/// Portals and, however deep, those whose parent they are.
async fn with_those_below(connection: &mut Connection, mut portals: Vec<String>) -> Result<Vec<String>> {
    let mut at = 0;
    while let Some(slug) = portals.get(at) {
        let below: Vec<String> = sqlx::query_scalar("SELECT slug FROM portal WHERE parent = $1")
            .bind(slug)
            .fetch_all(&mut *connection)
            .await
            .context("cannot read the portals below a key's own")?;
        below.into_iter().for_each(|slug| {
            if !portals.contains(&slug) {
                portals.push(slug);
            }
        });
        at += 1;
    }
    Ok(portals)
}

pub(in crate::accounts) async fn touch(connection: &mut Connection, id: i64, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE api_key SET last_used_at = $2 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .execute(connection)
        .await
        .context("cannot note the use of a key")?;
    Ok(())
}
