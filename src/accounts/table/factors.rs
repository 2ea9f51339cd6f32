//! Second factors in the record: the secret of an authenticator app and the hashes of recovery codes.

use anyhow::{Context, Result};
use sqlx::FromRow;

use crate::clock::Timestamp;
use crate::store::{Connection, millis};

/// An account's second factor.
#[derive(Clone, Debug, Default, FromRow)]
pub(in crate::accounts) struct Factor {
    /// The secret that was proved; none for an account without a second factor.
    pub(in crate::accounts) totp_secret: Option<String>,
    /// The one that waits to be proved.
    pub(in crate::accounts) totp_pending: Option<String>,
    /// The last time step whose code was used.
    pub(in crate::accounts) totp_step: i64,
}

pub(in crate::accounts) async fn factor(connection: &mut Connection, account: i64) -> Result<Factor> {
    let found = sqlx::query_as("SELECT totp_secret, totp_pending, totp_step FROM account WHERE id = $1")
        .bind(account)
        .fetch_optional(connection)
        .await
        .context("cannot read a second factor")?;
    Ok(found.unwrap_or_default())
}

pub(in crate::accounts) async fn set_pending(connection: &mut Connection, account: i64, secret: &str) -> Result<()> {
    sqlx::query("UPDATE account SET totp_pending = $2 WHERE id = $1")
        .bind(account)
        .bind(secret)
        .execute(connection)
        .await
        .context("cannot keep a secret")?;
    Ok(())
}

/// Makes `secret` the account's second factor, with new recovery codes; without one the account has none any more.
pub(in crate::accounts) async fn set_factor(
    connection: &mut Connection,
    account: i64,
    secret: Option<&str>,
    recovery_hashes: &[String],
) -> Result<()> {
    sqlx::query("UPDATE account SET totp_secret = $2, totp_pending = NULL WHERE id = $1")
        .bind(account)
        .bind(secret)
        .execute(&mut *connection)
        .await
        .context("cannot set a second factor")?;
    sqlx::query("DELETE FROM recovery_code WHERE account_id = $1")
        .bind(account)
        .execute(&mut *connection)
        .await
        .context("cannot forget recovery codes")?;
    for hash in recovery_hashes {
        sqlx::query("INSERT INTO recovery_code (account_id, code_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(account)
            .bind(hash)
            .execute(&mut *connection)
            .await
            .context("cannot keep a recovery code")?;
    }
    Ok(())
}

pub(in crate::accounts) async fn use_step(connection: &mut Connection, account: i64, step: i64) -> Result<()> {
    sqlx::query("UPDATE account SET totp_step = $2 WHERE id = $1")
        .bind(account)
        .bind(step)
        .execute(connection)
        .await
        .context("cannot use up a code")?;
    Ok(())
}

/// Uses a recovery code up; no when it is none or was used.
pub(in crate::accounts) async fn use_recovery_code(
    connection: &mut Connection,
    account: i64,
    hash: &str,
    now: Timestamp,
) -> Result<bool> {
    let used = sqlx::query(
        "UPDATE recovery_code SET used_at = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL",
    )
    .bind(account)
    .bind(hash)
    .bind(millis(now))
    .execute(connection)
    .await
    .context("cannot use up a recovery code")?;
    Ok(used.rows_affected() == 1)
}

/// Recovery codes that are left.
pub(in crate::accounts) async fn recovery_left(connection: &mut Connection, account: i64) -> Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL")
        .bind(account)
        .fetch_one(connection)
        .await
        .context("cannot count recovery codes")
}
