//! Deliveries to a receiver on this machine that answers as it is told.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use data_encoding::BASE64;
use futures::FutureExt;
use jiff::ToSpan;
use ring::hmac;

use super::super::table::hooks::Wanted;
use super::*;
use crate::fetch;

#[derive(Clone)]
struct Receiver {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    answers: Arc<Mutex<Vec<u16>>>,
}

async fn receive(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, &'static str); 1]) {
    receiver.got.lock().unwrap().push((headers, body));
    let status = receiver.answers.lock().unwrap().pop().unwrap_or(200);
    (StatusCode::from_u16(status).unwrap(), [("location", "/elsewhere")])
}

struct House {
    store: Store,
    sender: Sender,
    clock: Clock,
    receiver: Receiver,
    secret: String,
    id: i64,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new(answers: &[u16]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let answers = Arc::new(Mutex::new(answers.iter().rev().copied().collect()));
        let receiver = Receiver { got: Arc::default(), answers };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route("/hook", post(receive)).with_state(receiver.clone());
        tokio::spawn(async move { axum_like(listener, router).await });
        let options = fetch::Options {
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
            allow_ports: vec![443, port],
            ..fetch::Options::default()
        };
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let wanted = Wanted {
            url: format!("http://127.0.0.1:{port}/hook"),
            events: Event::ALL.to_vec(),
            portals: vec![],
            key_id: None,
        };
        let made = store.write(move |c| async move { hooks::make(c, &wanted, "test", now).await }.boxed());
        let (id, secret) = made.await.unwrap();
        let house = Self {
            store,
            sender: Sender::new(&options).unwrap(),
            clock: Clock::fixed(now),
            receiver,
            secret,
            id,
            _folder: folder,
        };
        let queued = house.store.write(move |c| {
            async move { hooks::enqueue(c, id, ("msg_1", "decision", "{\"a\":1}"), now).await }.boxed()
        });
        queued.await.unwrap();
        house
    }

    async fn round(&self) -> usize {
        round(&self.store, &self.sender, &self.clock).await.unwrap()
    }

    async fn delivery(&self) -> Delivery {
        hooks::of_webhook(self.store.pool(), self.id, 1).await.unwrap().remove(0)
    }

    fn verified(&self, at: usize, secret: &str) -> bool {
        let got = self.receiver.got.lock().unwrap();
        let (headers, body) = &got[at];
        let text = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
        let key =
            hmac::Key::new(hmac::HMAC_SHA256, &BASE64.decode(secret.trim_start_matches("whsec_").as_bytes()).unwrap());
        let signed = format!("{}.{}.{body}", text("webhook-id"), text("webhook-timestamp"));
        text("webhook-signature").split(' ').any(|signature| {
            let tag = BASE64.decode(signature.trim_start_matches("v1,").as_bytes()).unwrap();
            hmac::verify(&key, signed.as_bytes(), &tag).is_ok()
        })
    }
}

async fn axum_like(listener: tokio::net::TcpListener, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let service = hyper_util::service::TowerToHyperService::new(router.clone());
        tokio::spawn(
            hyper::server::conn::http1::Builder::new().serve_connection(hyper_util::rt::TokioIo::new(stream), service),
        );
    }
}

#[tokio::test]
async fn a_message_arrives_signed_and_once() {
    let house = House::new(&[200]).await;
    assert_eq!((house.round().await, house.round().await), (1, 0));
    assert!(house.verified(0, &house.secret));
    assert!(!house.verified(0, &crate::share::webhook::fresh_secret().unwrap()));
    let delivery = house.delivery().await;
    assert_eq!((delivery.attempts, delivery.last_status, delivery.next_at), (1, Some(200), None));
    assert!(delivery.delivered_at.is_some());
}

#[tokio::test]
async fn what_fails_is_tried_again_under_the_same_id_and_a_new_time() {
    let house = House::new(&[500, 302, 204]).await;
    house.round().await;
    assert_eq!(house.round().await, 0);
    assert!(house.delivery().await.last_problem.contains("500"));
    house.clock.set(house.clock.now() + 6.seconds());
    // A redirect is followed nowhere, and is no success.
    house.round().await;
    assert!(house.delivery().await.delivered_at.is_none());
    house.clock.set(house.clock.now() + 6.minutes());
    house.round().await;
    assert!(house.delivery().await.delivered_at.is_some());
    let got = house.receiver.got.lock().unwrap();
    let of = |name: &str| got.iter().map(|(headers, _)| headers.get(name).unwrap().clone()).collect::<Vec<_>>();
    assert_eq!(of("webhook-id"), ["msg_1"; 3]);
    assert!(of("webhook-timestamp")[0] != of("webhook-timestamp")[1]);
}

#[tokio::test]
async fn ten_tries_are_enough() {
    let house = House::new(&[500; 12]).await;
    for _ in 0..12 {
        house.round().await;
        house.clock.set(house.clock.now() + 30.hours());
    }
    let delivery = house.delivery().await;
    assert_eq!((delivery.attempts, delivery.next_at, delivery.delivered_at), (10, None, None));
}

#[tokio::test]
async fn who_answers_410_gets_no_more() {
    let house = House::new(&[410]).await;
    house.round().await;
    let webhook = hooks::list(house.store.pool(), house.clock.now()).await.unwrap().remove(0);
    assert!(webhook.disabled_at.is_some() && webhook.disabled_why.contains("410"));
    house.clock.set(house.clock.now() + 30.hours());
    assert_eq!(house.round().await, 0);
}

#[tokio::test]
async fn while_a_secret_changes_both_sign() {
    let house = House::new(&[500, 500, 200]).await;
    let (id, now) = (house.id, house.clock.now());
    let new = house.store.write(move |c| async move { hooks::rotate(c, id, now).await }.boxed()).await.unwrap();
    house.round().await;
    assert!(house.verified(0, &house.secret) && house.verified(0, &new));
    house.clock.set(house.clock.now() + 49.hours());
    house.round().await;
    assert!(!house.verified(1, &house.secret) && house.verified(1, &new));
}

/// The guard looks before each send, whatever was allowed when the webhook was made.
#[tokio::test]
async fn nothing_is_sent_into_the_house() {
    let house = House::new(&[]).await;
    let strict = Sender::new(&fetch::Options::default()).unwrap();
    round(&house.store, &strict, &house.clock).await.unwrap();
    assert!(house.receiver.got.lock().unwrap().is_empty());
    assert!(!house.delivery().await.last_problem.is_empty());
    for address in [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://a.gov.vn:22/",
        "http://a.gov.vn/",
        "ftp://a.gov.vn/",
        "file:///etc/passwd",
    ] {
        assert!(strict.check(&Url::parse(address).unwrap()).is_err(), "{address}");
    }
    assert!(strict.check(&Url::parse("https://hook.gov.vn/a?b=c").unwrap()).is_ok());
    for name in ["https://localhost/", "https://localhost./"] {
        assert!(strict.check_by_name(&Url::parse(name).unwrap()).await.is_err(), "{name}");
    }
}
