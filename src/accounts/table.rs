//! Accounts, links, sessions and the audit trail in the record.

mod factors;
pub mod handed;
pub mod keys;
mod people;
mod sessions;
mod trail;
pub mod colleagues;

use anyhow::{Context, Result, bail, ensure};
use sqlx::FromRow;

pub(super) use factors::{factor, recovery_left, set_factor, set_pending, use_recovery_code, use_step};
pub use people::{Change, Person, change, people};
pub use sessions::{Open, end_sessions, sessions};
pub(super) use sessions::{
    close_session, confirm_session, doubt_device, forget_devices, from_address, know_device, known_device,
    open_session, session, set_from_address, touch_session,
};
pub use trail::{AUDIT, Line, Sought, acts, audit, lines};

use super::token::Token;
use super::{Account, Options, Role};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, millis};

/// Longest name of an account, in characters.
const MAX_NAME: usize = 64;

/// Makes an account and answers with it. It has no password until its owner follows a one-time link.
///
/// # Errors
/// When the name is taken or not usable, an officer has no portal, or the record cannot be written.
pub async fn create(
    connection: &mut Connection,
    name: &str,
    role: Role,
    portals: &[String],
    actor: &str,
    now: Timestamp,
) -> Result<Account> {
    let usable = !name.is_empty()
        && name.chars().count() <= MAX_NAME
        && name.chars().all(|c| c.is_alphanumeric() || ".-_@".contains(c));
    ensure!(usable, "cannot add user `{name}` (use letters, digits, and . - _ @, at most {MAX_NAME})");
    bindable(name, role, portals)?;
    if by_name(connection, name).await?.is_some() {
        bail!("cannot add user `{name}`: the name is taken (choose another)");
    }
    let (id,): (i64,) = sqlx::query_as("INSERT INTO account (name, role, created_at) VALUES ($1, $2, $3) RETURNING id")
        .bind(name)
        .bind(role.as_str())
        .bind(millis(now))
        .fetch_one(&mut *connection)
        .await
        .with_context(|| format!("cannot add user `{name}`"))?;
    bind(connection, id, portals).await?;
    let detail = format!("{role} {}", portals.join(" "));
    audit(connection, actor, "account created", name, detail.trim_end(), now).await?;
    Ok(Account { id, name: name.to_owned(), role, portals: portals.to_vec() })
}

/// Whether a role goes with these portals.
fn bindable(name: &str, role: Role, portals: &[String]) -> Result<()> {
    ensure!(
        (role == Role::Officer) != portals.is_empty(),
        "cannot make user `{name}` {role} (an officer needs a portal, --portal SLUG; the other roles take none)"
    );
    Ok(())
}

async fn bind(connection: &mut Connection, id: i64, portals: &[String]) -> Result<()> {
    for portal in portals {
        sqlx::query("INSERT INTO account_portal (account_id, portal) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(portal)
            .execute(&mut *connection)
            .await
            .with_context(|| format!("cannot bind an account to portal `{portal}`"))?;
    }
    Ok(())
}

/// Makes a one-time sign-in link for the account `name` and answers with its token. Earlier unused links end.
///
/// # Errors
/// When there is no such account, or the record cannot be written.
pub async fn link(
    connection: &mut Connection,
    name: &str,
    options: &Options,
    actor: &str,
    now: Timestamp,
) -> Result<Token> {
    let Some(credentials) = by_name(connection, name).await? else {
        bail!("cannot make a sign-in link: no user `{name}` (see `lantoa user add`)");
    };
    let token = Token::fresh()?;
    sqlx::query("DELETE FROM sign_in_link WHERE account_id = $1 AND used_at IS NULL")
        .bind(credentials.id)
        .execute(&mut *connection)
        .await
        .context("cannot end earlier sign-in links")?;
    sqlx::query("INSERT INTO sign_in_link (token_hash, account_id, expires_at) VALUES ($1, $2, $3)")
        .bind(token.hash())
        .bind(credentials.id)
        .bind(millis(now) + i64::from(options.link_minutes) * 60_000)
        .execute(&mut *connection)
        .await
        .context("cannot keep a sign-in link")?;
    audit(connection, actor, "sign-in link made", name, "", now).await?;
    Ok(token)
}

/// How many accounts there are; a record without any needs its first administrator.
///
/// # Errors
/// When the record cannot be read.
pub async fn count(pool: &Pool) -> Result<i64> {
    let (count,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM account").fetch_one(pool).await.context("cannot count accounts")?;
    Ok(count)
}

/// What the door needs to know of an account.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Credentials {
    pub(super) id: i64,
    pub(super) name: String,
    pub(super) password_hash: Option<String>,
    pub(super) disabled: bool,
    pub(super) failures: i64,
    pub(super) locked_until: Option<i64>,
}

pub(super) async fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Credentials>> {
    sqlx::query_as(
        "SELECT id, name, password_hash, disabled <> 0 AS disabled, failures, locked_until FROM account WHERE name = $1",
    )
    .bind(name)
    .fetch_optional(connection)
    .await
    .with_context(|| format!("cannot look up user `{name}`"))
}

/// The portals of an account and, however deep, those whose parent they are: who speaks for a ministry speaks for its
/// departments.
const OWN_AND_BELOW: &str = "WITH RECURSIVE own (slug) AS (
        SELECT portal FROM account_portal WHERE account_id = $1
        UNION SELECT p.slug FROM portal p JOIN own ON p.parent = own.slug
    ) SELECT slug FROM own ORDER BY slug";

pub(super) async fn account(connection: &mut Connection, id: i64) -> Result<Option<Account>> {
    let row: Option<(String, String)> = sqlx::query_as("SELECT name, role FROM account WHERE id = $1 AND disabled = 0")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await
        .context("cannot read an account")?;
    let Some((name, role)) = row else { return Ok(None) };
    let role = role.parse().map_err(|problem: String| anyhow::anyhow!("cannot read user `{name}`: {problem}"))?;
    let portals: Vec<String> = sqlx::query_scalar(OWN_AND_BELOW)
        .bind(id)
        .fetch_all(connection)
        .await
        .context("cannot read an account's portals")?;
    Ok(Some(Account { id, name, role, portals }))
}

pub(super) async fn set_failures(
    connection: &mut Connection,
    id: i64,
    failures: i64,
    locked_until: Option<i64>,
) -> Result<()> {
    sqlx::query("UPDATE account SET failures = $2, locked_until = $3 WHERE id = $1")
        .bind(id)
        .bind(failures)
        .bind(locked_until)
        .execute(connection)
        .await
        .context("cannot count a failed sign-in")?;
    Ok(())
}

/// Keeps the same password's hash under today's parameters.
pub(super) async fn renew_hash(connection: &mut Connection, id: i64, hash: &str) -> Result<()> {
    sqlx::query("UPDATE account SET password_hash = $2 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .execute(connection)
        .await
        .context("cannot renew the hash of a password")?;
    Ok(())
}

/// Sets the password and ends every session of the account.
pub(super) async fn set_password(connection: &mut Connection, id: i64, hash: &str) -> Result<()> {
    sqlx::query("UPDATE account SET password_hash = $2, failures = 0, locked_until = NULL WHERE id = $1")
        .bind(id)
        .bind(hash)
        .execute(&mut *connection)
        .await
        .context("cannot set a password")?;
    sqlx::query("DELETE FROM session WHERE account_id = $1")
        .bind(id)
        .execute(connection)
        .await
        .context("cannot end the sessions of an account")?;
    Ok(())
}

/// The account that a link can still let in.
pub(super) async fn open_link(connection: &mut Connection, hash: &str, now: Timestamp) -> Result<Option<i64>> {
    let row: Option<(i64,)> = sqlx::query_as(
        "SELECT account_id FROM sign_in_link WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
    )
    .bind(hash)
    .bind(millis(now))
    .fetch_optional(connection)
    .await
    .context("cannot look up a sign-in link")?;
    Ok(row.map(|(id,)| id))
}

pub(super) async fn use_link(connection: &mut Connection, hash: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE sign_in_link SET used_at = $2 WHERE token_hash = $1")
        .bind(hash)
        .bind(millis(now))
        .execute(connection)
        .await
        .context("cannot use up a sign-in link")?;
    Ok(())
}
