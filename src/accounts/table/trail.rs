//! The audit trail: who did what and when, written line by line and read back. Lines are only ever added.

use anyhow::{Context, Result};
use serde::Serialize;
use sqlx::{AssertSqlSafe, FromRow};

use crate::clock::Timestamp;
use crate::store::chain::{self, Chain};
use crate::store::{Connection, Pool, instant, millis};

/// The audit trail as evidence.
pub const AUDIT: Chain = Chain { name: "audit", table: "audit", columns: &["at", "actor", "act", "subject", "detail"] };

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who; empty for somebody who was not let in.
    pub actor: String,
    /// What.
    pub act: String,
    /// To what or whom.
    pub subject: String,
    /// More about it.
    pub detail: String,
}

/// Which lines to see; empty fields ask for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Who.
    pub actor: Option<String>,
    /// What.
    pub act: Option<String>,
    /// A part of the subject or of the detail.
    pub words: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Only lines before this one: the next page.
    pub before: Option<i64>,
}

/// Notes who did what. Rows are only ever added.
///
/// # Errors
/// When the record cannot be written.
pub async fn audit(
    connection: &mut Connection,
    actor: &str,
    act: &str,
    subject: &str,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let insert = "INSERT INTO audit (at, actor, act, subject, detail) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let (id,): (i64,) = sqlx::query_as(insert)
        .bind(millis(now))
        .bind(actor)
        .bind(act)
        .bind(subject)
        .bind(detail)
        .fetch_one(&mut *connection)
        .await
        .context("cannot write the audit trail")?;
    chain::append(connection, &AUDIT, id).await
}

/// The lines that are sought, latest first, at most `limit`.
///
/// # Errors
/// When the record cannot be read.
pub async fn lines(pool: &Pool, sought: &Sought, limit: i64) -> Result<Vec<Line>> {
    #[derive(FromRow)]
    struct Row {
        id: i64,
        at: i64,
        actor: String,
        act: String,
        subject: String,
        detail: String,
    }
    // A value that is not sought is NULL, and NULL lets every line through.
    let sql = "SELECT id, at, actor, act, subject, detail FROM audit
        WHERE ($1 IS NULL OR actor = $1) AND ($2 IS NULL OR act = $2)
          AND ($3 IS NULL OR subject LIKE $3 ESCAPE '\\' OR detail LIKE $3 ESCAPE '\\')
          AND ($4 IS NULL OR at >= $4) AND ($5 IS NULL OR at < $5) AND ($6 IS NULL OR id < $6)
        ORDER BY id DESC LIMIT $7";
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(&sought.actor)
        .bind(&sought.act)
        .bind(sought.words.as_deref().map(anywhere))
        .bind(sought.since.map(millis))
        .bind(sought.until.map(millis))
        .bind(sought.before)
        .bind(limit)
        .fetch_all(pool)
        .await
        .context("cannot read the audit trail")?;
    let line = |row: Row| Line {
        id: row.id,
        at: instant(row.at),
        actor: row.actor,
        act: row.act,
        subject: row.subject,
        detail: row.detail,
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Every act that the trail knows.
///
/// # Errors
/// When the record cannot be read.
pub async fn acts(pool: &Pool) -> Result<Vec<String>> {
    sqlx::query_scalar("SELECT DISTINCT act FROM audit ORDER BY act")
        .fetch_all(pool)
        .await
        .context("cannot read the audit trail")
}

/// A pattern that finds `words` anywhere; what a pattern gives a meaning to stands for itself.
fn anywhere(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in words.chars() {
        if ['%', '_', '\\'].contains(&c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}
