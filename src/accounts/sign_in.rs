//! In and out of the house: password or one-time link in, session token out; session token or key in, account out.

use anyhow::Result;
use futures::FutureExt;

use super::key::Key;
use super::password::Hasher;
use super::token::{self, Token};
use super::{Account, Options, Role, table, totp};
use crate::clock::Timestamp;
use crate::store::{Connection, Store, instant, millis};

/// How long a session may go without its last use being noted: a write a minute, not one a request.
const TOUCH_AFTER_MS: i64 = 60_000;
/// Longest name that is looked up; longer ones are nobody's.
const MAX_NAME_BYTES: usize = 256;
/// After so long without a failure an address begins anew.
const ADDRESS_FORGIVEN_MS: i64 = 3_600_000;

/// Where somebody comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The client's address; the network of 64 bits for IPv6. Empty where nobody knows.
    pub address: String,
    /// What the browser says about itself.
    pub agent: String,
    /// The secret by which a browser is known again, when it has one.
    pub device: Option<String>,
}

/// Somebody at the door.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// The name.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// The code of the authenticator app, or a recovery code; empty for an account without.
    pub code: &'a str,
    /// Where they come from.
    pub caller: &'a Caller,
}

/// Somebody who was let in just now, with the token of the new session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// What to put in the cookie.
    pub session: Token,
    /// What to put in the cookie by which the browser is known again.
    pub device: Token,
}

/// Somebody who is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub account: Account,
    /// When they last proved who they are.
    pub confirmed_at: Timestamp,
    /// Must set up a second factor before anything else.
    pub must_enrol: bool,
}

/// Lets a person in by name and password, or nobody. The one answer "no" covers a wrong name, a wrong password or code, a
/// disabled account and one that is closed for a while, and takes equally long in each case. An address that is closed
/// is answered at once, whatever it says.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn sign_in(
    store: &Store,
    hasher: &Hasher,
    options: &Options,
    attempt: Attempt<'_>,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    let Attempt { name, password, code, caller } = attempt;
    let device = caller.device.as_deref().map(token::hash);
    let (known, is_known_device, is_closed) = {
        let mut connection = store.pool().acquire().await?;
        let known = match name.len() {
            0..=MAX_NAME_BYTES => table::by_name(&mut connection, name).await?,
            _ => None,
        };
        let is_known = match (&known, &device) {
            (Some(account), Some(hash)) => table::known_device(&mut connection, hash, account.id, now).await?.is_some(),
            _ => false,
        };
        let from = table::from_address(&mut connection, &caller.address).await?;
        (known, is_known, from.locked_until.is_some_and(|until| until > millis(now)))
    };
    if is_closed && !is_known_device {
        return Ok(None);
    }
    let disabled = known.as_ref().filter(|account| account.disabled).map(|account| account.name.clone());
    let usable = known.filter(|account| !account.disabled);
    let kept = usable.as_ref().and_then(|account| account.password_hash.as_deref());
    let right = hasher.matches(password, kept).await?;
    let fresh_hash = match kept {
        Some(kept) if right && !hasher.is_up_to_date(kept) => Some(hasher.hash(password).await?),
        _ => None,
    };

    let settling = Settling {
        right,
        code: code.chars().take(64).collect(),
        caller: caller.clone(),
        device,
        options: options.clone(),
        fresh_hash,
        now,
    };
    store
        .write(move |connection| {
            async move {
                let Some(account) = usable else {
                    count_address(connection, &settling).await?;
                    // What was typed for a name that nobody has may be a password: it is not written down.
                    let name = disabled.as_deref().unwrap_or_default();
                    let why = if name.is_empty() { "unknown" } else { "disabled" };
                    let detail = format!("{why}{}", settling.place());
                    table::audit(connection, "", "sign-in refused", name, &detail, now).await?;
                    return Ok(None);
                };
                settle(connection, account, &settling).await
            }
            .boxed()
        })
        .await
}

/// What was found out about somebody at the door before the record is changed.
struct Settling {
    right: bool,
    code: String,
    caller: Caller,
    device: Option<String>,
    options: Options,
    /// The password's hash under today's parameters, where the one that is kept is older.
    fresh_hash: Option<String>,
    now: Timestamp,
}

impl Settling {
    fn place(&self) -> String {
        from(&self.caller)
    }
}

/// Where somebody came from, for the audit trail.
pub(super) fn from(caller: &Caller) -> String {
    if caller.address.is_empty() { String::new() } else { format!(", from {}", caller.address) }
}

/// What a right or wrong password means for an account. The counters are read again here, inside the change, so that
/// guesses made at the same time are all counted.
async fn settle(connection: &mut Connection, account: table::Credentials, at: &Settling) -> Result<Option<SignedIn>> {
    let account = table::by_name(connection, &account.name).await?.unwrap_or(account);
    let most = i64::from(at.options.free_failures);
    let is_known = match &at.device {
        Some(hash) => {
            table::known_device(connection, hash, account.id, at.now).await?.is_some_and(|failed| failed < most)
        }
        None => false,
    };
    let locked = !is_known && account.locked_until.is_some_and(|until| until > millis(at.now));
    let proof = match at.right && !locked {
        true => second_factor(connection, account.id, &at.code, at.now).await?,
        false => Err(if locked { "closed after too many failures" } else { "wrong password" }),
    };
    let how = match proof {
        Ok(how) => how,
        Err(why) => {
            if let (true, Some(hash)) = (is_known, &at.device) {
                table::doubt_device(connection, hash, most).await?;
            } else if !locked {
                let failures = account.failures + 1;
                let until = lock_until(failures, at.options.free_failures, &at.options, at.now);
                table::set_failures(connection, account.id, failures, until).await?;
                count_address(connection, at).await?;
            } else {
                count_address(connection, at).await?;
            }
            let detail = format!("{why}{}", at.place());
            table::audit(connection, "", "sign-in refused", &account.name, &detail, at.now).await?;
            return Ok(None);
        }
    };
    table::set_failures(connection, account.id, 0, None).await?;
    if let Some(hash) = &at.fresh_hash {
        table::renew_hash(connection, account.id, hash).await?;
    }
    admit(connection, account.id, &at.options, how, &at.caller, at.now).await
}

/// Whether the second factor is given, or not asked for; and how the audit trail calls that.
pub(super) async fn second_factor(
    connection: &mut Connection,
    account: i64,
    code: &str,
    now: Timestamp,
) -> Result<Result<&'static str, &'static str>> {
    let factor = table::factor(connection, account).await?;
    let Some(secret) = factor.totp_secret else { return Ok(Ok("password")) };
    if let Some(step) = totp::step_of(&secret, code, factor.totp_step, now) {
        table::use_step(connection, account, step).await?;
        return Ok(Ok("password and code"));
    }
    let recovery = token::hash(&totp::plain(code));
    if !code.is_empty() && table::use_recovery_code(connection, account, &recovery, now).await? {
        return Ok(Ok("password and recovery code"));
    }
    Ok(Err("right password, wrong code"))
}

/// Counts a failure against the address that it came from.
async fn count_address(connection: &mut Connection, at: &Settling) -> Result<()> {
    let address = &at.caller.address;
    if address.is_empty() {
        return Ok(());
    }
    let known = table::from_address(connection, address).await?;
    let forgiven = millis(at.now) - known.last_at > ADDRESS_FORGIVEN_MS;
    let failures = if forgiven { 1 } else { known.failures + 1 };
    let until = lock_until(failures, at.options.free_failures_address, &at.options, at.now);
    table::set_from_address(connection, address, failures, until, at.now).await
}

/// Until when a door stays closed after so many failures in a row, of which `free` cost nothing.
fn lock_until(failures: i64, free: u32, options: &Options, now: Timestamp) -> Option<i64> {
    let beyond = failures - i64::from(free);
    let doublings = u32::try_from((beyond - 1).min(16)).ok()?;
    let seconds = (i64::from(options.lock_seconds) << doublings).min(i64::from(options.lock_seconds_max));
    Some(millis(now) + seconds * 1000)
}

/// Whose link this is, while it can still be used; looking does not use it up.
///
/// # Errors
/// When the record cannot be read.
pub async fn link_owner(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Account>> {
    let mut connection = store.pool().acquire().await?;
    match table::open_link(&mut connection, &token::hash(secret), now).await? {
        Some(id) => table::account(&mut connection, id).await,
        None => Ok(None),
    }
}

/// Lets a person in by a one-time link, or nobody when the link is spent. A password, already judged, is set first
/// and ends the account's other sessions.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn enter_by_link(
    store: &Store,
    hasher: &Hasher,
    options: &Options,
    secret: &str,
    password: Option<&str>,
    caller: &Caller,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    if password.is_none() && !options.link_without_password {
        return Ok(None);
    }
    // Hashing is dear: a spent link is turned away before.
    if link_owner(store, secret, now).await?.is_none() {
        return Ok(None);
    }
    let kept = match password {
        Some(password) => Some(hasher.hash(password).await?),
        None => None,
    };
    let (link, options, caller) = (token::hash(secret), options.clone(), caller.clone());
    store
        .write(move |connection| {
            async move {
                // Asked again inside the change: of two who come together only one gets in.
                let Some(id) = table::open_link(connection, &link, now).await? else { return Ok(None) };
                table::use_link(connection, &link, now).await?;
                if let Some(hash) = kept {
                    table::set_password(connection, id, &hash).await?;
                }
                admit(connection, id, &options, "one-time link", &caller, now).await
            }
            .boxed()
        })
        .await
}

pub(super) async fn admit(
    connection: &mut Connection,
    id: i64,
    options: &Options,
    how: &str,
    caller: &Caller,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    let Some(account) = table::account(connection, id).await? else { return Ok(None) };
    let (session, device) = (Token::fresh()?, Token::fresh()?);
    table::open_session(connection, &session.hash(), id, caller, options, now).await?;
    if let Some(old) = &caller.device {
        table::doubt_device(connection, &token::hash(old), 0).await?;
    }
    table::know_device(connection, &device.hash(), id, now).await?;
    let detail = format!("{how}{}", from(caller));
    table::audit(connection, &account.name, "signed in", &account.name, &detail, now).await?;
    Ok(Some(SignedIn { account, session, device }))
}

/// Whose session this is. Ended after [`Options::session_idle_minutes`] without use and
/// [`Options::session_hours`] in any case; roles and disabled accounts are looked up every time.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn who(store: &Store, options: &Options, secret: &str, now: Timestamp) -> Result<Option<Present>> {
    let hash = token::hash(secret);
    let mut connection = store.pool().acquire().await?;
    let Some(session) = table::session(&mut connection, &hash).await? else { return Ok(None) };
    let idle_ms = millis(now) - session.last_seen_at;
    if session.expires_at <= millis(now) || idle_ms > i64::from(options.session_idle_minutes) * 60_000 {
        return Ok(None);
    }
    let Some(account) = table::account(&mut connection, session.account_id).await? else { return Ok(None) };
    let must_enrol = must_have_second_factor(options, account.role)
        && table::factor(&mut connection, account.id).await?.totp_secret.is_none();
    drop(connection);
    if idle_ms > TOUCH_AFTER_MS {
        let touched =
            store.write(move |connection| async move { table::touch_session(connection, &hash, now).await }.boxed());
        note_failure(touched.await);
    }
    Ok(Some(Present { account, confirmed_at: instant(session.confirmed_at), must_enrol }))
}

fn must_have_second_factor(options: &Options, role: Role) -> bool {
    options.second_factor_for.contains(&role)
}

/// When somebody was last seen could not be written down. A disk that is full must not keep people from reading; whose
/// session is not seen to be used ends the sooner.
fn note_failure(touched: Result<()>) {
    if let Err(cause) = touched {
        tracing::warn!(cause = format!("{cause:#}"), "cannot note that somebody was here");
    }
}

/// The key whose secret this is, while it holds.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn key_of(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Key>> {
    let found = table::keys::by_secret(&mut *store.pool().acquire().await?, secret, now).await?;
    let Some((key, touch)) = found else { return Ok(None) };
    if touch {
        let id = key.id;
        let touched =
            store.write(move |connection| async move { table::keys::touch(connection, id, now).await }.boxed());
        note_failure(touched.await);
    }
    Ok(Some(key))
}

/// Ends a session.
///
/// # Errors
/// When the record cannot be written.
pub async fn sign_out(store: &Store, account: &Account, secret: &str, now: Timestamp) -> Result<()> {
    let (hash, name) = (token::hash(secret), account.name.clone());
    store
        .write(move |connection| {
            async move {
                table::close_session(connection, &hash).await?;
                table::audit(connection, &name, "signed out", &name, "", now).await
            }
            .boxed()
        })
        .await
}

#[cfg(test)]
#[path = "sign_in_tests.rs"]
mod tests;
