//! The people in the record, as an administrator sees and changes them. Each change is a line of the audit trail and
//! ends the sessions of whom it concerns.

use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use sqlx::FromRow;

use super::super::Role;
use super::{audit, by_name, end_sessions, sessions};
use crate::clock::Timestamp;
use crate::store::{Connection, Pool, instant, millis};

/// A person as an administrator sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Its row.
    pub id: i64,
    /// The name it signs in with.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The portals that an officer was bound to; those below them are not named.
    pub portals: Vec<String>,
    /// May not sign in.
    pub disabled: bool,
    /// Has set a password.
    pub password: bool,
    /// Has a second factor.
    pub second_factor: bool,
    /// Closed until then after too many failures.
    pub locked_until: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
    /// When a session of its was last used.
    pub last_seen_at: Option<Timestamp>,
    /// Sessions that have not run out.
    pub sessions: i64,
}

/// What an administrator changes about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another role, with the portals of an officer.
    Role(Role, Vec<String>),
    /// May no longer sign in.
    Disable,
    /// May sign in again.
    Enable,
    /// Ends every session.
    EndSessions,
    /// Takes the second factor off, for who lost both phone and recovery codes.
    ForgetSecondFactor,
}

/// Every person, by name.
///
/// # Errors
/// When the record cannot be read.
pub async fn people(pool: &Pool, now: Timestamp) -> Result<Vec<Person>> {
    #[derive(FromRow)]
    struct Row {
        id: i64,
        name: String,
        role: String,
        disabled: bool,
        password: bool,
        second_factor: bool,
        locked_until: Option<i64>,
        created_at: i64,
        last_seen_at: Option<i64>,
        sessions: i64,
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT a.id, a.name, a.role, a.disabled <> 0 AS disabled, a.password_hash IS NOT NULL AS password,
                a.totp_secret IS NOT NULL AS second_factor, a.locked_until, a.created_at,
                MAX(s.last_seen_at) AS last_seen_at, COUNT(s.token_hash) AS sessions
         FROM account a LEFT JOIN session s ON s.account_id = a.id AND s.expires_at > $1
         GROUP BY a.id, a.name, a.role, a.disabled, a.password_hash, a.totp_secret, a.locked_until, a.created_at
         ORDER BY a.name",
    )
    .bind(millis(now))
    .fetch_all(pool)
    .await
    .context("cannot list accounts")?;
    let bound: Vec<(i64, String)> =
        sqlx::query_as("SELECT account_id, portal FROM account_portal ORDER BY account_id, portal")
            .fetch_all(pool)
            .await
            .context("cannot list the portals of accounts")?;
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let role = row.role.parse().map_err(|why: String| anyhow::anyhow!("cannot read user `{}`: {why}", row.name))?;
        people.push(Person {
            portals: bound.iter().filter(|(id, _)| *id == row.id).map(|(_, slug)| slug.clone()).collect(),
            id: row.id,
            name: row.name,
            role,
            disabled: row.disabled,
            password: row.password,
            second_factor: row.second_factor,
            locked_until: row.locked_until.filter(|until| *until > millis(now)).map(instant),
            created_at: instant(row.created_at),
            last_seen_at: row.last_seen_at.map(instant),
            sessions: row.sessions,
        });
    }
    Ok(people)
}

/// Changes something about the person called `name`. The last administrator who can sign in stays one.
///
/// # Errors
/// When there is no such person, the change makes no sense, or the record cannot be written.
pub async fn change(
    connection: &mut Connection,
    name: &str,
    change: &Change,
    actor: &str,
    now: Timestamp,
) -> Result<()> {
    let Some(known) = by_name(connection, name).await? else { bail!("no user `{name}` (see `lantoa user list`)") };
    let before: String = sqlx::query_scalar("SELECT role FROM account WHERE id = $1")
        .bind(known.id)
        .fetch_one(&mut *connection)
        .await
        .context("cannot read a role")?;
    let (act, detail) = match change {
        Change::Role(role, portals) => {
            super::bindable(name, *role, portals)?;
            set_role(connection, known.id, *role, portals).await?;
            ("role changed", format!("{before} → {role} {}", portals.join(" ")))
        }
        Change::Disable => {
            set_disabled(connection, known.id, true).await?;
            ("account disabled", String::new())
        }
        Change::Enable => {
            set_disabled(connection, known.id, false).await?;
            ("account enabled", String::new())
        }
        Change::EndSessions => ("sessions ended", String::new()),
        Change::ForgetSecondFactor => {
            super::set_factor(connection, known.id, None, &[]).await?;
            ("second factor taken off", String::new())
        }
    };
    let (admins,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM account WHERE role = 'admin' AND disabled = 0")
        .fetch_one(&mut *connection)
        .await
        .context("cannot count administrators")?;
    ensure!(admins > 0, "cannot change user `{name}`: the last administrator must stay one (make another first)");
    // Whoever was in under the old rights comes in anew under the new ones.
    end_sessions(connection, known.id, None, None).await?;
    sessions::forget_devices(connection, known.id).await?;
    sqlx::query("DELETE FROM sign_in_link WHERE account_id = $1 AND used_at IS NULL AND $2 = 1")
        .bind(known.id)
        .bind(i64::from(*change == Change::Disable))
        .execute(&mut *connection)
        .await
        .context("cannot end sign-in links")?;
    audit(connection, actor, act, name, detail.trim_end(), now).await
}

async fn set_role(connection: &mut Connection, id: i64, role: Role, portals: &[String]) -> Result<()> {
    sqlx::query("UPDATE account SET role = $2 WHERE id = $1")
        .bind(id)
        .bind(role.as_str())
        .execute(&mut *connection)
        .await
        .context("cannot change a role")?;
    sqlx::query("DELETE FROM account_portal WHERE account_id = $1")
        .bind(id)
        .execute(&mut *connection)
        .await
        .context("cannot change an account's portals")?;
    super::bind(connection, id, portals).await
}

async fn set_disabled(connection: &mut Connection, id: i64, disabled: bool) -> Result<()> {
    sqlx::query("UPDATE account SET disabled = $2, failures = 0, locked_until = NULL WHERE id = $1")
        .bind(id)
        .bind(i64::from(disabled))
        .execute(connection)
        .await
        .context("cannot disable or enable an account")?;
    Ok(())
}
