//! What people do with their own accounts: prove anew who they are, change the password, set up a second factor, end
//! sessions. A session and a wish in, what became of it out; each change is a line of the audit trail.

use anyhow::Result;
use futures::FutureExt;

use super::password::Hasher;
use super::sign_in::{Attempt, Caller, SignedIn, second_factor};
use super::{Account, Options, sign_in, table, token, totp};
use crate::clock::Timestamp;
use crate::store::{Connection, Store};

/// How an account stands, for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Has set a password.
    pub password: bool,
    /// Has a second factor.
    pub second_factor: bool,
    /// The secret that waits to be proved.
    pub pending: Option<String>,
    /// Recovery codes that are left.
    pub recovery_left: i64,
}

/// A second factor that was just set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// Shown once: what lets in when the phone is lost.
    pub recovery_codes: Vec<String>,
}

/// How an account stands.
///
/// # Errors
/// When the record cannot be read.
pub async fn standing_of(store: &Store, account: &Account) -> Result<Standing> {
    let mut connection = store.pool().acquire().await?;
    let known = table::by_name(&mut connection, &account.name).await?;
    let factor = table::factor(&mut connection, account.id).await?;
    Ok(Standing {
        password: known.is_some_and(|known| known.password_hash.is_some()),
        second_factor: factor.totp_secret.is_some(),
        pending: factor.totp_pending,
        recovery_left: table::recovery_left(&mut connection, account.id).await?,
    })
}

/// Proves anew who sits before the browser: by the password, and the code where there is a second factor. Wrong ones are
/// counted like those at the door.
///
/// # Errors
/// When the record cannot be read or written.
#[expect(clippy::too_many_arguments, reason = "a door, a person and where they stand")]
pub async fn confirm(
    store: &Store,
    hasher: &Hasher,
    options: &Options,
    account: &Account,
    session: &str,
    (password, code): (&str, &str),
    caller: &Caller,
    now: Timestamp,
) -> Result<bool> {
    let attempt = Attempt { name: &account.name, password, code, caller };
    // The same door with the same patience; the session that it opens is closed again at once.
    let Some(proved) = sign_in(store, hasher, options, attempt, now).await? else { return Ok(false) };
    let (fresh, kept, name) = (token::hash(proved.session.secret()), token::hash(session), account.name.clone());
    let device = caller.device.as_deref().map(token::hash);
    let id = account.id;
    store
        .write(move |connection| {
            async move {
                table::close_session(connection, &fresh).await?;
                if let Some(device) = device {
                    table::know_device(connection, &device, id, now).await?;
                }
                table::confirm_session(connection, &kept, now).await?;
                table::audit(connection, &name, "confirmed", &name, "", now).await?;
                Ok(true)
            }
            .boxed()
        })
        .await
}

/// Sets a new password, already judged, for who knows the old one. Every session ends, and a new one begins.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn set_own_password(
    store: &Store,
    hasher: &Hasher,
    options: &Options,
    attempt: Attempt<'_>,
    new: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    if sign_in(store, hasher, options, attempt, now).await?.is_none() {
        return Ok(None);
    }
    let (hash, name) = (hasher.hash(new).await?, attempt.name.to_owned());
    let (options, caller) = (options.clone(), attempt.caller.clone());
    store
        .write(move |connection| {
            async move {
                let Some(known) = table::by_name(connection, &name).await? else { return Ok(None) };
                table::set_password(connection, known.id, &hash).await?;
                table::forget_devices(connection, known.id).await?;
                table::audit(connection, &name, "password changed", &name, "", now).await?;
                super::sign_in::admit(connection, known.id, &options, "new password", &caller, now).await
            }
            .boxed()
        })
        .await
}

/// Makes a secret for an authenticator app; it counts from when a code of it was given ([`enrol`]).
///
/// # Errors
/// When the record cannot be written.
pub async fn begin_second_factor(store: &Store, account: &Account) -> Result<String> {
    let (secret, id) = (totp::fresh_secret()?, account.id);
    let kept = secret.clone();
    store.write(move |connection| async move { table::set_pending(connection, id, &kept).await }.boxed()).await?;
    Ok(secret)
}

/// Makes the secret that waits the account's second factor, when `code` is one of its codes. Other sessions end: they
/// were opened without it.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn enrol(
    store: &Store,
    account: &Account,
    session: &str,
    code: &str,
    now: Timestamp,
) -> Result<Option<Enrolled>> {
    let (account, session, code) = (account.clone(), token::hash(session), code.to_owned());
    store
        .write(move |connection| {
            async move {
                let factor = table::factor(connection, account.id).await?;
                let Some(secret) = factor.totp_pending else { return Ok(None) };
                let Some(step) = totp::step_of(&secret, &code, 0, now) else { return Ok(None) };
                let recovery_codes = totp::fresh_recovery_codes()?;
                let hashes: Vec<_> = recovery_codes.iter().map(|code| token::hash(&totp::plain(code))).collect();
                table::set_factor(connection, account.id, Some(&secret), &hashes).await?;
                table::use_step(connection, account.id, step).await?;
                table::end_sessions(connection, account.id, None, Some(&session)).await?;
                table::audit(connection, &account.name, "second factor set up", &account.name, "", now).await?;
                Ok(Some(Enrolled { recovery_codes }))
            }
            .boxed()
        })
        .await
}

/// Takes the second factor off, when `code` is one of its codes; no when it is not.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn take_off_second_factor(store: &Store, account: &Account, code: &str, now: Timestamp) -> Result<bool> {
    let (account, code) = (account.clone(), code.to_owned());
    store
        .write(move |connection| {
            async move {
                if code.is_empty() || second_factor(connection, account.id, &code, now).await?.is_err() {
                    return Ok(false);
                }
                table::set_factor(connection, account.id, None, &[]).await?;
                table::audit(connection, &account.name, "second factor taken off", &account.name, "", now).await?;
                Ok(true)
            }
            .boxed()
        })
        .await
}

/// Ends the session that `handle` names, or every session but the one whose secret is `session`.
///
/// # Errors
/// When the record cannot be written.
pub async fn end_own_sessions(
    store: &Store,
    account: &Account,
    handle: Option<&str>,
    session: &str,
    now: Timestamp,
) -> Result<u64> {
    let (account, handle, session) = (account.clone(), handle.map(str::to_owned), token::hash(session));
    store
        .write(move |connection: &mut Connection| {
            async move {
                let spared = handle.is_none().then_some(session.as_str());
                let ended = table::end_sessions(connection, account.id, handle.as_deref(), spared).await?;
                let detail = ended.to_string();
                table::audit(connection, &account.name, "sessions ended", &account.name, &detail, now).await?;
                Ok(ended)
            }
            .boxed()
        })
        .await
}
