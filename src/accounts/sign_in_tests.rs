//! The door as people and guessers meet it.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use jiff::ToSpan;

use super::super::own::{begin_second_factor, confirm, enrol};
use super::*;

const PASSWORD: &str = "một câu dễ nhớ";

struct House {
    store: Store,
    hasher: Hasher,
    options: Options,
    caller: Caller,
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
        Self {
            store,
            hasher: Hasher::new(2),
            options: Options::default(),
            caller: Caller::default(),
            now,
            _folder: folder,
        }
    }

    async fn link(&self) -> Token {
        let (options, now) = (self.options.clone(), self.now);
        self.store
            .write(move |c| async move { table::link(c, "lan", &options, "test", now).await }.boxed())
            .await
            .unwrap()
    }

    async fn enter(&self, link: &Token, password: Option<&str>) -> Option<SignedIn> {
        enter_by_link(&self.store, &self.hasher, &self.options, link.secret(), password, &self.caller, self.now)
            .await
            .unwrap()
    }

    async fn sign_in(&self, name: &str, password: &str) -> Option<SignedIn> {
        self.sign_in_from(&self.caller, name, password, "").await
    }

    async fn sign_in_from(&self, caller: &Caller, name: &str, password: &str, code: &str) -> Option<SignedIn> {
        let attempt = Attempt { name, password, code, caller };
        sign_in(&self.store, &self.hasher, &self.options, attempt, self.now).await.unwrap()
    }

    async fn who(&self, session: &Token) -> Option<Account> {
        let present = who(&self.store, &self.options, session.secret(), self.now).await.unwrap();
        present.map(|present| present.account)
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
        assert_eq!(lock_until(failures, 5, &Options::default(), now), seconds.map(|s| s * 1000), "{failures}");
    };
    check(1, None);
    check(5, None);
    check(6, Some(30));
    check(7, Some(60));
    check(11, Some(900));
    check(i64::MAX, Some(900));
    check(1_000_000, Some(900));
}

fn from(address: &str) -> Caller {
    Caller { address: address.to_owned(), ..Caller::default() }
}

/// A thousand guesses from a hundred addresses close the account to strangers, and not to the browser that its owner
/// signed in with before.
#[tokio::test]
async fn locking_a_colleague_out_is_no_weapon() {
    let mut house = House::new().await;
    let lan = house.enter(&house.link().await, Some(PASSWORD)).await.unwrap();
    for guess in 0..40 {
        let stranger = from(&format!("127.0.0.{}", guess % 10 + 1));
        assert!(house.sign_in_from(&stranger, "lan", "wrong wrong wrong", "").await.is_none());
        house.now += 1.seconds();
    }
    assert!(house.sign_in_from(&from("198.51.100.1"), "lan", PASSWORD, "").await.is_none());
    let own = Caller { device: Some(lan.device.secret().to_owned()), ..from("198.51.100.1") };
    let again = house.sign_in_from(&own, "lan", PASSWORD, "").await.unwrap();
    // A secret is used once: who copied the old one is a stranger.
    assert_ne!(again.device, lan.device);
    for _ in 0..6 {
        house.sign_in_from(&from("127.0.0.1"), "lan", "wrong wrong wrong", "").await;
    }
    assert!(house.sign_in_from(&own, "lan", PASSWORD, "").await.is_none());
    // A known browser may guess as often as a stranger before it is one.
    let known = Caller { device: Some(again.device.secret().to_owned()), ..from("198.51.100.1") };
    for _ in 0..5 {
        assert!(house.sign_in_from(&known, "lan", "wrong wrong wrong", "").await.is_none());
    }
    assert!(house.sign_in_from(&known, "lan", PASSWORD, "").await.is_none());
}

#[tokio::test]
async fn an_address_that_guesses_is_closed_whatever_the_names() {
    let mut house = House::new().await;
    house.enter(&house.link().await, Some(PASSWORD)).await.unwrap();
    house.options.free_failures_address = 3;
    for name in ["an", "ba", "cu", "de"] {
        assert!(house.sign_in_from(&from("203.0.113.7"), name, "wrong wrong wrong", "").await.is_none());
    }
    assert!(house.sign_in_from(&from("203.0.113.7"), "lan", PASSWORD, "").await.is_none());
    assert!(house.sign_in_from(&from("203.0.113.8"), "lan", PASSWORD, "").await.is_some());
    house.now += 31.seconds();
    assert!(house.sign_in_from(&from("203.0.113.7"), "lan", PASSWORD, "").await.is_some());
}

/// The door takes as long for a name that nobody has as for a wrong password: each hashes once.
#[tokio::test]
async fn the_door_does_not_tell_who_works_here() {
    let mut house = House::new().await;
    house.enter(&house.link().await, Some(PASSWORD)).await.unwrap();
    house.options.free_failures = 1_000;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..15 {
        for (name, times) in ["lan", "nobody"].into_iter().zip(&mut times) {
            let begun = std::time::Instant::now();
            assert!(house.sign_in(name, "wrong wrong wrong").await.is_none());
            times.push(begun.elapsed().as_micros());
        }
    }
    let least = times.map(|times| times.into_iter().min().unwrap());
    let (one, other) = (least[0].min(least[1]), least[0].max(least[1]));
    assert!(other * 2 < one * 3, "{least:?} µs");
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_used_once() {
    let mut house = House::new().await;
    let lan = house.enter(&house.link().await, Some(PASSWORD)).await.unwrap();
    let secret = begin_second_factor(&house.store, &lan.account).await.unwrap();
    let code = |now: Timestamp| totp::code_at(&secret, now.as_second() / 30).unwrap();
    // Until it is proved it is not asked for.
    assert!(house.sign_in("lan", PASSWORD).await.is_some());
    let other = house.sign_in("lan", PASSWORD).await.unwrap();
    assert!(enrol(&house.store, &lan.account, lan.session.secret(), "000000", house.now).await.unwrap().is_none());
    let enrolled =
        enrol(&house.store, &lan.account, lan.session.secret(), &code(house.now), house.now).await.unwrap().unwrap();
    assert!(house.who(&lan.session).await.is_some());
    assert!(house.who(&other.session).await.is_none());

    let caller = Caller::default();
    assert!(house.sign_in("lan", PASSWORD).await.is_none());
    // The code of the enrolment was used.
    assert!(house.sign_in_from(&caller, "lan", PASSWORD, &code(house.now)).await.is_none());
    house.now += 30.seconds();
    let now = code(house.now);
    assert!(house.sign_in_from(&caller, "lan", "wrong wrong wrong", &now).await.is_none());
    assert!(house.sign_in_from(&caller, "lan", PASSWORD, &now).await.is_some());
    assert!(house.sign_in_from(&caller, "lan", PASSWORD, &now).await.is_none());
    let recovery = enrolled.recovery_codes[3].to_uppercase().replace('-', " ");
    assert!(house.sign_in_from(&caller, "lan", PASSWORD, &recovery).await.is_some());
    assert!(house.sign_in_from(&caller, "lan", PASSWORD, &recovery).await.is_none());
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT code_hash FROM recovery_code").fetch_all(house.store.pool()).await.unwrap();
    assert_eq!(kept.len(), totp::RECOVERY_CODES);
    assert!(kept.iter().all(|hash| hash.len() == 64 && !enrolled.recovery_codes.contains(hash)));
}

#[tokio::test]
async fn who_must_have_a_second_factor_is_told() {
    let mut house = House::new().await;
    let lan = house.enter(&house.link().await, None).await.unwrap();
    let must = async |house: &House| {
        who(&house.store, &house.options, lan.session.secret(), house.now).await.unwrap().unwrap().must_enrol
    };
    assert!(!must(&house).await);
    house.options.second_factor_for = vec![Role::Editor];
    assert!(must(&house).await);
    let secret = begin_second_factor(&house.store, &lan.account).await.unwrap();
    let code = totp::code_at(&secret, house.now.as_second() / 30).unwrap();
    enrol(&house.store, &lan.account, lan.session.secret(), &code, house.now).await.unwrap().unwrap();
    assert!(!must(&house).await);
}

#[tokio::test]
async fn who_is_in_proves_anew_who_they_are() {
    let mut house = House::new().await;
    let lan = house.enter(&house.link().await, Some(PASSWORD)).await.unwrap();
    let begun = house.now;
    house.now += 11.minutes();
    let try_with = async |house: &House, password: &str| {
        let caller = Caller::default();
        let (session, proof) = (lan.session.secret(), (password, ""));
        confirm(&house.store, &house.hasher, &house.options, &lan.account, session, proof, &caller, house.now)
            .await
            .unwrap()
    };
    let at = async |house: &House| {
        who(&house.store, &house.options, lan.session.secret(), house.now).await.unwrap().unwrap().confirmed_at
    };
    assert!(!try_with(&house, "wrong wrong wrong").await);
    assert_eq!(at(&house).await, begun);
    assert!(try_with(&house, PASSWORD).await);
    assert_eq!(at(&house).await, house.now);
    let (open,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM session").fetch_one(house.store.pool()).await.unwrap();
    assert_eq!(open, 1);
}

#[tokio::test]
async fn another_house_may_vouch_for_an_account_and_not_make_one() {
    let house = House::new().await;
    let vouch = async |name: &str| {
        let identity = Identity { issuer: "https://id.example".into(), name: name.into() };
        enter_as(&house.store, &house.options, &identity, &from("203.0.113.7"), house.now).await.unwrap()
    };
    assert_eq!(vouch("lan").await.unwrap().account.role, Role::Editor);
    assert!(vouch("nobody").await.is_none());
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
