//! In and out of the house: password or one-time link in, session token out; session token in, account out.

use anyhow::Result;
use futures::FutureExt;

use super::password::Hasher;
use super::token::{self, Token};
use super::{Account, Options, table};
use crate::clock::Timestamp;
use crate::store::{Connection, Store, millis};

/// How long a session may go without its last use being noted: a write a minute, not one a request.
const TOUCH_AFTER_MS: i64 = 60_000;
/// Longest name that is looked up; longer ones are nobody's.
const MAX_NAME_BYTES: usize = 256;

/// Somebody who was let in just now, with the token of the new session.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// What to put in the cookie.
    pub session: Token,
}

/// Lets a person in by name and password, or nobody. The one answer "no" covers a wrong name, a wrong password, a
/// disabled account and one that is closed for a while, and takes equally long in each case.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn sign_in(
    store: &Store,
    hasher: &Hasher,
    options: &Options,
    name: &str,
    password: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    let known = match name.len() {
        0..=MAX_NAME_BYTES => table::by_name(&mut *store.pool().acquire().await?, name).await?,
        _ => None,
    };
    let usable = known.filter(|account| !account.disabled);
    let kept = usable.as_ref().and_then(|account| account.password_hash.as_deref());
    let right = hasher.matches(password, kept).await?;

    let options = options.clone();
    let name: String = name.chars().take(MAX_NAME_BYTES).collect();
    store
        .write(move |connection| {
            async move {
                let Some(account) = usable else {
                    table::audit(connection, "", "sign-in refused", &name, "unknown or disabled", now).await?;
                    return Ok(None);
                };
                settle(connection, account, right, &options, now).await
            }
            .boxed()
        })
        .await
}

/// What a right or wrong password means for an account. The counters are read again here, inside the change, so that
/// guesses made at the same time are all counted.
async fn settle(
    connection: &mut Connection,
    account: table::Credentials,
    right: bool,
    options: &Options,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    let account = table::by_name(connection, &account.name).await?.unwrap_or(account);
    let locked = account.locked_until.is_some_and(|until| until > millis(now));
    if locked || !right {
        if !locked {
            let failures = account.failures + 1;
            let until = lock_until(failures, options, now);
            table::set_failures(connection, account.id, failures, until).await?;
        }
        let detail = if locked { "closed after too many failures" } else { "wrong password" };
        table::audit(connection, "", "sign-in refused", &account.name, detail, now).await?;
        return Ok(None);
    }
    table::set_failures(connection, account.id, 0, None).await?;
    admit(connection, account.id, options, "password", now).await
}

/// Until when an account stays closed after so many failures in a row.
fn lock_until(failures: i64, options: &Options, now: Timestamp) -> Option<i64> {
    let beyond = failures - i64::from(options.free_failures);
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
    let (link, options) = (token::hash(secret), options.clone());
    store
        .write(move |connection| {
            async move {
                // Asked again inside the change: of two who come together only one gets in.
                let Some(id) = table::open_link(connection, &link, now).await? else { return Ok(None) };
                table::use_link(connection, &link, now).await?;
                if let Some(hash) = kept {
                    table::set_password(connection, id, &hash).await?;
                }
                admit(connection, id, &options, "one-time link", now).await
            }
            .boxed()
        })
        .await
}

async fn admit(
    connection: &mut Connection,
    id: i64,
    options: &Options,
    how: &str,
    now: Timestamp,
) -> Result<Option<SignedIn>> {
    let Some(account) = table::account(connection, id).await? else { return Ok(None) };
    let session = Token::fresh()?;
    table::open_session(connection, &session.hash(), id, options, now).await?;
    table::audit(connection, &account.name, "signed in", &account.name, how, now).await?;
    Ok(Some(SignedIn { account, session }))
}

/// Whose session this is. Ended after [`Options::session_idle_minutes`] without use and
/// [`Options::session_hours`] in any case; roles and disabled accounts are looked up every time.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn who(store: &Store, options: &Options, secret: &str, now: Timestamp) -> Result<Option<Account>> {
    let hash = token::hash(secret);
    let mut connection = store.pool().acquire().await?;
    let Some(session) = table::session(&mut connection, &hash).await? else { return Ok(None) };
    let idle_ms = millis(now) - session.last_seen_at;
    if session.expires_at <= millis(now) || idle_ms > i64::from(options.session_idle_minutes) * 60_000 {
        return Ok(None);
    }
    let account = table::account(&mut connection, session.account_id).await?;
    drop(connection);
    if account.is_some() && idle_ms > TOUCH_AFTER_MS {
        store
            .write(move |connection| async move { table::touch_session(connection, &hash, now).await }.boxed())
            .await?;
    }
    Ok(account)
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
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use jiff::ToSpan;

    use super::super::Role;
    use super::*;

    const PASSWORD: &str = "một câu dễ nhớ";

    struct House {
        store: Store,
        hasher: Hasher,
        options: Options,
        now: Timestamp,
        _folder: tempfile::TempDir,
    }

    impl House {
        async fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
            let now = "2026-11-21T08:00:00Z".parse().unwrap();
            store
                .write(move |c| async move { table::create(c, "lan", Role::Editor, &[], "test", now).await }.boxed())
                .await
                .unwrap();
            Self { store, hasher: Hasher::new(2), options: Options::default(), now, _folder: folder }
        }

        async fn link(&self) -> Token {
            let (options, now) = (self.options.clone(), self.now);
            self.store
                .write(move |c| async move { table::link(c, "lan", &options, "test", now).await }.boxed())
                .await
                .unwrap()
        }

        async fn enter(&self, link: &Token, password: Option<&str>) -> Option<SignedIn> {
            enter_by_link(&self.store, &self.hasher, &self.options, link.secret(), password, self.now).await.unwrap()
        }

        async fn sign_in(&self, name: &str, password: &str) -> Option<SignedIn> {
            sign_in(&self.store, &self.hasher, &self.options, name, password, self.now).await.unwrap()
        }

        async fn who(&self, session: &Token) -> Option<Account> {
            who(&self.store, &self.options, session.secret(), self.now).await.unwrap()
        }
    }

    #[tokio::test]
    async fn a_link_lets_in_once_and_for_an_hour() {
        let mut house = House::new().await;
        let link = house.link().await;
        assert!(link_owner(&house.store, link.secret(), house.now).await.unwrap().is_some());
        let lan = house.enter(&link, None).await.unwrap();
        assert_eq!(house.who(&lan.session).await.unwrap().name, "lan");
        assert!(house.enter(&link, None).await.is_none());

        let late = house.link().await;
        house.now += 61.minutes();
        assert!(house.enter(&late, None).await.is_none());

        let (earlier, later) = (house.link().await, house.link().await);
        assert!(house.enter(&earlier, None).await.is_none());
        assert!(house.enter(&later, None).await.is_some());
    }

    #[tokio::test]
    async fn a_new_password_opens_the_door_and_ends_other_sessions() {
        let house = House::new().await;
        let before = house.enter(&house.link().await, None).await.unwrap();
        let after = house.enter(&house.link().await, Some(PASSWORD)).await.unwrap();
        assert!(house.who(&before.session).await.is_none());
        assert!(house.who(&after.session).await.is_some());
        assert!(house.sign_in("lan", PASSWORD).await.is_some());
        assert!(house.sign_in("lan", "một câu khác hẳn").await.is_none());
        assert!(house.sign_in("nobody", PASSWORD).await.is_none());
        assert!(house.sign_in(&"x".repeat(100_000), PASSWORD).await.is_none());
    }

    #[tokio::test]
    async fn guessing_closes_the_door_for_a_while() {
        let mut house = House::new().await;
        house.enter(&house.link().await, Some(PASSWORD)).await.unwrap();
        house.options.free_failures = 2;
        for _ in 0..3 {
            assert!(house.sign_in("lan", "wrong wrong wrong").await.is_none());
        }
        assert!(house.sign_in("lan", PASSWORD).await.is_none());
        house.now += 31.seconds();
        assert!(house.sign_in("lan", PASSWORD).await.is_some());
    }

    #[test]
    fn closures_double_up_to_a_bound() {
        let now = Timestamp::UNIX_EPOCH;
        let check = |failures, seconds: Option<i64>| {
            assert_eq!(lock_until(failures, &Options::default(), now), seconds.map(|s| s * 1000), "{failures}");
        };
        check(1, None);
        check(5, None);
        check(6, Some(30));
        check(7, Some(60));
        check(11, Some(900));
        check(i64::MAX, Some(900));
        check(1_000_000, Some(900));
    }

    #[tokio::test]
    async fn sessions_end_when_idle_and_at_the_end_of_the_day() {
        let mut house = House::new().await;
        let lan = house.enter(&house.link().await, None).await.unwrap();
        for _ in 0..25 {
            house.now += 28.minutes();
            assert!(house.who(&lan.session).await.is_some(), "{}", house.now);
        }
        house.now += 28.minutes();
        assert!(house.who(&lan.session).await.is_none());

        let lan = house.enter(&house.link().await, None).await.unwrap();
        house.now += 31.minutes();
        assert!(house.who(&lan.session).await.is_none());
    }

    #[tokio::test]
    async fn signing_out_ends_the_session() {
        let house = House::new().await;
        let lan = house.enter(&house.link().await, None).await.unwrap();
        sign_out(&house.store, &lan.account, lan.session.secret(), house.now).await.unwrap();
        assert!(house.who(&lan.session).await.is_none());
    }

    #[tokio::test]
    async fn names_are_unique_and_officers_are_bound() {
        let house = House::new().await;
        let check = |name: &'static str, role, portals: Vec<String>, good: bool| {
            let (store, now) = (house.store.clone(), house.now);
            async move {
                let made = store
                    .write(move |c| async move { table::create(c, name, role, &portals, "test", now).await }.boxed())
                    .await;
                assert_eq!(made.is_ok(), good, "{name} {role}: {made:?}");
            }
        };
        check("lan", Role::Admin, vec![], false).await;
        check("minh", Role::Officer, vec![], false).await;
        check("minh", Role::Officer, vec!["moh".into()], true).await;
        check("hoa", Role::Editor, vec!["moh".into()], false).await;
        check("hai\nba", Role::Editor, vec![], false).await;
        check("", Role::Editor, vec![], false).await;
    }
}
