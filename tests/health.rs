//! How portals are doing, after visits of portals on loopback that fail in many ways: each cause by name, a changed layout
//! by what it no longer gives, and what strikes many at once told once.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::{Arc, Mutex};

use lantoa::app::{App, Works};
use lantoa::clock::{Clock, Timestamp};
use lantoa::config::Config;
use lantoa::pipeline::{self, Order, Report};
use lantoa::portal::health::table::{last_visits, open_incidents};
use lantoa::portal::health::{Cause, Condition, Incident};
use lantoa::portal::{Entry, Kind, Portal, Source, SourceKind, table};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

/// A path in, status and body out.
type Answers = Arc<Mutex<Box<dyn Fn(&str) -> (u16, String) + Send>>>;

/// A portal on a port of its own, whose answers can be changed.
struct Server {
    address: Url,
    answers: Answers,
}

impl Server {
    async fn start(answers: impl Fn(&str) -> (u16, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let answers: Answers = Arc::new(Mutex::new(Box::new(answers)));
        let shared = Arc::clone(&answers);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answers = Arc::clone(&shared);
                tokio::spawn(async move {
                    let mut request = vec![0; 8192];
                    let length = stream.read(&mut request).await.unwrap_or(0);
                    let request = String::from_utf8_lossy(&request[..length]).into_owned();
                    let (status, body) = (answers.lock().unwrap())(request.split(' ').nth(1).unwrap_or("/"));
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                });
            }
        });
        Self { address, answers }
    }

    fn now_says(&self, answers: impl Fn(&str) -> (u16, String) + Send + 'static) {
        *self.answers.lock().unwrap() = Box::new(answers);
    }
}

struct House {
    _folder: tempfile::TempDir,
    clock: Clock,
    works: Works,
}

impl House {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.general.data_dir = folder.path().to_owned();
        config.fetch.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
        config.fetch.delay_ms = 0;
        config.fetch.first_byte_timeout_s = 1;
        let clock = Clock::fixed("2026-11-20T01:00:00Z".parse().unwrap());
        let works = App::open(config, clock.clone()).await.unwrap().into_works().await.unwrap();
        Self { _folder: folder, clock, works }
    }

    async fn register(&self, slug: &str, url: &Url, feed: Option<&str>) {
        let mut entry = Entry::new(slug, slug, Kind::Ministry, url.clone());
        entry.sources.extend(feed.map(|path| Source { kind: SourceKind::Feed, url: url.join(path).unwrap() }));
        let now = self.clock.now();
        let registered = self
            .works
            .app
            .store
            .write(move |connection| Box::pin(async move { table::register(connection, &entry, now).await }));
        registered.await.unwrap();
    }

    async fn portal(&self, slug: &str) -> Portal {
        table::find(self.works.app.store.pool(), slug).await.unwrap().unwrap()
    }

    async fn visit(&self, slug: &str) -> Report {
        let portal = self.portal(slug).await;
        let order = Order { full: true, force: false };
        pipeline::visit(&self.works.visits, &portal, order, &CancellationToken::new(), &|_| {}).await
    }

    async fn incidents(&self) -> Vec<Incident> {
        open_incidents(self.works.app.store.pool(), self.clock.now()).await.unwrap()
    }

    fn later(&self, minutes: i64) {
        let to: Timestamp = self.clock.now() + jiff::SignedDuration::from_mins(minutes);
        self.clock.set(to);
    }

    #[track_caller]
    fn condition(&self, portal: &Portal) -> (Condition, Option<Cause>) {
        let verdict = portal.verdict(self.clock.now());
        (verdict.condition, verdict.cause)
    }
}

const MARK: &str = "<meta name=\"generator\" content=\"NukeViet v4.5\">";

/// A page of news with a date and a text where `whole`, with the title alone otherwise.
fn article(n: usize, whole: bool) -> String {
    let title = format!("Hội nghị triển khai nhiệm vụ công tác số {n} của tỉnh");
    let line =
        |k: usize| format!("<p>Đoạn {k} của tin số {n}: đủ dài để là một bài thật, với {} người dự.</p>", k * 7 + n);
    let lines: String = (0..8).map(line).collect();
    let body = if whole {
        format!("<time datetime=\"2026-11-19T08:00:00+07:00\"></time><div id=\"news-bodyhtml\">{lines}</div>")
    } else {
        "<div id=\"news-shell\">Xem thêm</div>".to_owned()
    };
    format!(
        "<html><head><title>{title}</title>{MARK}</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    )
}

/// Articles of `numbers` from a home page, each whole or not.
fn news(numbers: std::ops::Range<usize>, whole: bool) -> impl Fn(&str) -> (u16, String) + Send + 'static {
    move |path| {
        let number = path.strip_prefix("/tin-tuc/bai-viet-so-").and_then(|rest| rest.strip_suffix(".html"));
        match (path, number.and_then(|number| number.parse().ok())) {
            (_, Some(n)) => (200, article(n, whole)),
            ("/", _) => {
                let link = |n| {
                    format!(
                        "<h3><a href=\"/tin-tuc/bai-viet-so-{n}.html\">Hội nghị triển khai nhiệm vụ công tác số {n} của tỉnh</a></h3>"
                    )
                };
                (200, format!("<html><body><div>{}</div></body></html>", numbers.clone().map(link).collect::<String>()))
            }
            _ => (404, String::new()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn causes_are_named() {
    let house = House::open().await;
    let closed: Url = "http://127.0.0.1:9/".parse().unwrap();
    let check = async |name: &str, robots: (u16, &'static str), home: (u16, &'static str), expected: Cause| {
        let server = Server::start(move |path| {
            let (status, body) = match path {
                "/robots.txt" => robots,
                "/" => home,
                _ => (404, ""),
            };
            (status, body.to_owned())
        })
        .await;
        house.register(name, &server.address, None).await;
        let report = house.visit(name).await;
        assert_eq!(report.cause, Some(expected), "{name}: {report:?}");
        assert_eq!(house.portal(name).await.health.cause, Some(expected), "{name}");
    };
    house.register("closed", &closed, None).await;
    assert_eq!(house.visit("closed").await.cause, Some(Cause::ConnectionRefused));
    let open = (404, "");
    check("refused", open, (403, ""), Cause::Refused).await;
    check("failing", open, (500, ""), Cause::ServerError).await;
    check("rules", (503, ""), (200, "<p>Xin chào"), Cause::RobotsUnreachable).await;
    check("forbids", (200, "User-agent: *\nDisallow: /\n"), (200, "<p>Xin chào"), Cause::RobotsForbids).await;
    let shell = "<html><body><div id=root></div><script src=/a.js></script></body></html>";
    check("script", open, (200, shell), Cause::NeedsJavascript).await;
    let challenge = "<html><title>Just a moment...</title><body><p>Checking your browser</p></body></html>";
    check("challenge", open, (200, challenge), Cause::Challenge).await;
    check("empty", open, (200, "<p>Xin chào các bạn</p>"), Cause::NothingListed).await;
    let web =
        Server::start(|path| (if path == "/" || path == "/rss" { 200 } else { 404 }, "<p>Xin chào</p>".into())).await;
    house.register("no-feed", &web.address, Some("/rss")).await;
    assert_eq!(house.visit("no-feed").await.cause, Some(Cause::NotAFeed));
    assert_eq!(house.incidents().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_of_one_portal_become_points() {
    let house = House::open().await;
    let server = Server::start(news(0..4, true)).await;
    house.register("bo", &server.address, None).await;
    assert_eq!(house.condition(&house.portal("bo").await), (Condition::New, None));
    house.visit("bo").await;
    let began = house.clock.now();
    let portal = house.portal("bo").await;
    assert_eq!(house.condition(&portal), (Condition::Good, None));
    assert_eq!(portal.verdict(began).since, Some(began));

    server.now_says(|path| (if path == "/robots.txt" { 404 } else { 500 }, String::new()));
    house.later(30);
    house.visit("bo").await;
    assert_eq!(house.condition(&house.portal("bo").await), (Condition::Good, Some(Cause::ServerError)));
    let first = house.clock.now();
    house.later(30);
    house.visit("bo").await;
    let portal = house.portal("bo").await;
    assert_eq!(house.condition(&portal), (Condition::Failing, Some(Cause::ServerError)));
    assert_eq!(portal.verdict(house.clock.now()).since, Some(first));
    let visits = last_visits(house.works.app.store.pool(), portal.id, 50).await.unwrap();
    let causes: Vec<_> = visits.iter().map(|visit| visit.cause).collect();
    assert_eq!(causes, [Some(Cause::ServerError), Some(Cause::ServerError), None]);
    assert_eq!((visits[2].new, visits[2].started_at), (4, began));

    server.now_says(news(0..4, true));
    house.later(60);
    house.visit("bo").await;
    assert_eq!(house.condition(&house.portal("bo").await), (Condition::Good, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_ours_is_told_once_and_charged_to_nobody() {
    let house = House::open().await;
    let mut servers = Vec::new();
    for n in 0..8 {
        let server = Server::start(news(0..2, true)).await;
        house.register(&format!("bo-{n}"), &server.address, None).await;
        house.visit(&format!("bo-{n}")).await;
        servers.push(server);
    }
    assert_eq!(house.incidents().await, []);
    house.later(60);
    // Seven of eight turn us away at once, as on a network that is down.
    let closed: Url = "http://127.0.0.1:9/".parse().unwrap();
    for n in 1..8_u16 {
        let mut entry = house.portal(&format!("bo-{n}")).await.entry;
        entry.url = closed.clone();
        entry.url.set_port(Some(n)).unwrap();
        let now = house.clock.now();
        let moved = house
            .works
            .app
            .store
            .write(move |connection| Box::pin(async move { table::register(connection, &entry, now).await }));
        moved.await.unwrap();
    }
    let mut ours = Vec::new();
    for n in 0..8 {
        ours.push(house.visit(&format!("bo-{n}")).await.ours);
    }
    assert_eq!(ours, [false, false, false, false, false, true, true, true]);
    let incidents = house.incidents().await;
    assert_eq!(incidents.len(), 1);
    assert_eq!((incidents[0].struck, incidents[0].asked, &incidents[0].family), (7, 7, &None));
    assert!(incidents[0].words(false).ends_with("it is probably our connection"), "{}", incidents[0].words(false));
    for n in 0..8 {
        let portal = house.portal(&format!("bo-{n}")).await;
        assert_eq!(house.condition(&portal), (Condition::Good, None), "{n}");
        let health = &portal.health;
        assert_eq!((health.failures, health.points, &health.problem), (0, 0.0, &None), "{n}");
        let soon = house.clock.now() + jiff::SignedDuration::from_mins(20);
        assert!(n == 0 || health.next_visit_at.unwrap() <= soon, "{n}: {:?}", health.next_visit_at);
    }
    house.later(20);
    for (n, server) in servers.iter().enumerate().skip(1) {
        let mut entry = house.portal(&format!("bo-{n}")).await.entry;
        entry.url = server.address.clone();
        server.now_says(news(0..2, true));
        let now = house.clock.now();
        let back = house
            .works
            .app
            .store
            .write(move |connection| Box::pin(async move { table::register(connection, &entry, now).await }));
        back.await.unwrap();
        house.visit(&format!("bo-{n}")).await;
    }
    assert_eq!(house.incidents().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_layout_is_noticed_and_told_once_for_its_family() {
    let house = House::open().await;
    let mut servers = Vec::new();
    for n in 0..4 {
        let server = Server::start(news(0..40, true)).await;
        house.register(&format!("so-{n}"), &server.address, None).await;
        let report = house.visit(&format!("so-{n}")).await;
        assert_eq!((report.new, report.cause), (40, None), "{report:?}");
        servers.push(server);
    }
    assert_eq!(house.portal("so-0").await.health.family.as_deref(), Some("NukeViet"));
    house.later(24 * 60);
    let mut told = Vec::new();
    for (n, server) in servers.iter().enumerate().take(3) {
        server.now_says(news(30..52, false));
        house.later(60);
        let report = house.visit(&format!("so-{n}")).await;
        assert_eq!(report.cause, Some(Cause::LayoutChanged), "{report:?}");
        let problem = report.problem.unwrap();
        assert!(
            problem.starts_with("the layout changed: text on 1 % of its pages, before on 100 %")
                && problem.contains("date on"),
            "{problem}"
        );
        told.push(house.incidents().await.len());
    }
    assert_eq!(told, [0, 0, 1]);
    let incidents = house.incidents().await;
    let incident = &incidents[0];
    assert_eq!((incident.struck, incident.asked, incident.family.as_deref()), (3, 4, Some("NukeViet")));
    let portal = house.portal("so-0").await;
    assert_eq!(house.condition(&portal), (Condition::Failing, Some(Cause::LayoutChanged)));
    assert!(incident.covers(&portal.health) && !incident.covers(&house.portal("so-3").await.health));

    // The family's selectors were mended: what was usual comes back.
    servers[0].now_says(news(52..80, true));
    house.later(60);
    assert_eq!(house.visit("so-0").await.cause, None);
    assert_eq!(house.condition(&house.portal("so-0").await), (Condition::Good, None));
    servers[1].now_says(news(52..80, true));
    house.visit("so-1").await;
    assert_eq!(house.incidents().await, []);
}
