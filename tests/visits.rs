//! Visits of portals that behave badly, on loopback: each ends in words an operator can use, none delays another, and
//! nothing that was found is lost on the way.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use lantoa::app::{App, Works};
use lantoa::archive::Record;
use lantoa::clock::{Clock, Timestamp};
use lantoa::config::Config;
use lantoa::pipeline::{self, Order, Report};
use lantoa::portal::{Entry, Kind, Portal, Source, SourceKind, State, table};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What a server does with a request.
#[derive(Clone)]
enum Reply {
    Page(u16, String),
    Redirect(String),
    Hang,
    /// Says that there is more than there is.
    Cut,
    /// Goes on for ever.
    Endless,
}

type Answers = Arc<dyn Fn(&str) -> Reply + Send + Sync>;

/// A portal on a port of its own that counts what it is asked.
struct Server {
    address: Url,
    asked: Arc<Mutex<HashMap<String, usize>>>,
}

impl Server {
    async fn start(answers: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let asked = Arc::new(Mutex::new(HashMap::new()));
        let (answers, counts): (Answers, _) = (Arc::new(answers), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&answers), Arc::clone(&counts)));
            }
        });
        Self { address, asked }
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().get(path).copied().unwrap_or(0)
    }
}

async fn answer(mut stream: TcpStream, answers: Answers, counts: Arc<Mutex<HashMap<String, usize>>>) {
    let mut request = vec![0; 8192];
    let length = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    *counts.lock().unwrap().entry(path.clone()).or_default() += 1;
    let reply = if path == "/robots.txt" { Reply::Page(404, String::new()) } else { answers(&path) };
    let head = |status: u16, more: &str| {
        format!("HTTP/1.1 {status} X\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n{more}\r\n")
    };
    let _ = match reply {
        Reply::Page(status, body) => {
            let head = head(status, &format!("content-length: {}\r\n", body.len()));
            stream.write_all(format!("{head}{body}").as_bytes()).await
        }
        Reply::Redirect(to) => {
            stream.write_all(head(302, &format!("location: {to}\r\ncontent-length: 0\r\n")).as_bytes()).await
        }
        Reply::Hang => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            Ok(())
        }
        Reply::Cut => stream.write_all(format!("{}<html>", head(200, "content-length: 9000\r\n")).as_bytes()).await,
        Reply::Endless => {
            let part = vec![b'a'; 1 << 16];
            let mut sent = stream.write_all(head(200, "").as_bytes()).await;
            while sent.is_ok() {
                sent = stream.write_all(&part).await;
            }
            sent
        }
    };
}

const NOW: &str = "2026-11-21T08:00:00Z";

/// Everything that a visit needs, in a folder that goes away.
struct Desk {
    _home: tempfile::TempDir,
    clock: Clock,
    works: Works,
}

impl Desk {
    async fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.general.data_dir = home.path().to_owned();
        config.fetch.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
        config.fetch.delay_ms = 0;
        config.fetch.first_byte_timeout_s = 1;
        config.fetch.timeout_s = 5;
        config.fetch.page_max_mb = 1;
        let clock = Clock::fixed(NOW.parse().unwrap());
        let works = App::open(config, clock.clone()).await.unwrap().into_works().await.unwrap();
        Self { _home: home, clock, works }
    }

    async fn register(&self, slug: &str, server: &Server, feed: Option<&str>) -> Portal {
        let mut entry = Entry::new(slug, slug, Kind::Other, server.address.clone());
        entry
            .sources
            .extend(feed.map(|feed| Source { kind: SourceKind::Feed, url: server.address.join(feed).unwrap() }));
        let now = self.clock.now();
        let store = &self.works.app.store;
        store
            .write(move |connection| Box::pin(async move { table::register(connection, &entry, now).await }))
            .await
            .unwrap();
        self.portal(slug).await
    }

    async fn portal(&self, slug: &str) -> Portal {
        table::find(self.works.app.store.pool(), slug).await.unwrap().unwrap()
    }

    async fn visit(&self, slug: &str) -> Report {
        let portal = self.portal(slug).await;
        assert_eq!(portal.state, State::Active);
        pipeline::visit(&self.works.visits, &portal, Order::default(), &CancellationToken::new(), &|_| {}).await
    }

    async fn archived(&self, slug: &str) -> Vec<Record> {
        let all = lantoa::archive::table::export(self.works.app.store.pool(), Some(slug), None);
        all.map_ok(|(article, _)| article).try_collect().await.unwrap()
    }

    fn later(&self, minutes: i64) {
        let to: Timestamp = self.clock.now() + jiff::SignedDuration::from_mins(minutes);
        self.clock.set(to);
    }
}

fn title(n: usize) -> String {
    format!("Hội nghị triển khai nhiệm vụ công tác số {n} của tỉnh")
}

fn article(n: usize, published: &str) -> Reply {
    let body: String = (0..8)
        .map(|k| {
            format!(
                "<p>Đoạn {k} của tin số {n}: nội dung đủ dài để là một bài viết thật sự, với {} người.</p>",
                k * 7 + n
            )
        })
        .collect();
    let date = format!("<meta property=\"article:published_time\" content=\"{published}\">");
    let title = title(n);
    let page = format!(
        "<html><head><title>{title}</title>{date}</head><body><article><h1>{title}</h1>{body}</article></body></html>"
    );
    Reply::Page(200, page)
}

fn listing(articles: std::ops::Range<usize>, next: Option<&str>) -> Reply {
    let links: String =
        articles.map(|n| format!("<h3><a href=\"/tin-tuc/bai-viet-so-{n}.html\">{}</a></h3>", title(n))).collect();
    let next = next.map(|next| format!("<a rel=\"next\" href=\"{next}\">Trang sau</a>")).unwrap_or_default();
    Reply::Page(200, format!("<html><body><div>{links}</div>{next}</body></html>"))
}

fn number(path: &str) -> Option<usize> {
    path.strip_prefix("/tin-tuc/bai-viet-so-")?.strip_suffix(".html")?.parse().ok()
}

/// A portal of three listing pages with eight articles each.
fn pages(path: &str) -> Reply {
    match (path, number(path)) {
        (_, Some(n)) => article(n, "2026-11-20T08:00:00+07:00"),
        ("/", _) => listing(0..8, Some("/?page=2")),
        ("/?page=2", _) => listing(8..16, Some("/?page=3")),
        ("/?page=3", _) => listing(16..24, None),
        _ => Reply::Page(404, String::new()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_said_in_words_and_stays_where_it_is() {
    let desk = Desk::open().await;
    let home =
        |reply: Reply| move |path: &str| if path == "/" { reply.clone() } else { Reply::Page(404, String::new()) };
    let cases: Vec<(&str, Server, &str)> = vec![
        ("treo", Server::start(|_| Reply::Hang).await, "timed out"),
        (
            "vong",
            Server::start(|path| Reply::Redirect(if path == "/" { "/a" } else { "/" }.to_owned())).await,
            "circle",
        ),
        ("dai", Server::start(|path| Reply::Redirect(format!("{path}x"))).await, "more redirects"),
        ("lon", Server::start(|_| Reply::Endless).await, "larger than"),
        ("cut", Server::start(|_| Reply::Cut).await, "broken"),
        ("loi", Server::start(|_| Reply::Page(500, String::new())).await, "status 500"),
        ("ban", Server::start(|_| Reply::Page(503, String::new())).await, "status 503"),
        ("rong", Server::start(home(Reply::Page(200, String::new()))).await, "no feed, sitemap or listing"),
        ("nham", Server::start(home(Reply::Page(200, "\u{0}\u{1}%PDF-1.7 rác".to_owned()))).await, "no feed, sitemap"),
    ];
    let good = Server::start(pages).await;
    desk.register("tot", &good, None).await;
    for (slug, server, _) in &cases {
        desk.register(slug, server, None).await;
    }
    let began = Instant::now();
    let troubled = futures::future::join_all(cases.iter().map(|(slug, ..)| desk.visit(slug)));
    let fine = async {
        let report = desk.visit("tot").await;
        (report, began.elapsed())
    };
    let (reports, (report, took)) = futures::future::join(troubled, fine).await;
    assert_eq!((report.new, report.failed, report.problem), (24, 0, None));
    assert!(took < Duration::from_secs(20), "the good portal took {took:?}");
    for ((slug, _, words), report) in cases.iter().zip(reports) {
        let problem = report.problem.unwrap_or_default();
        assert!(problem.contains(words), "{slug}: {problem}");
        let portal = desk.portal(slug).await;
        assert_eq!(portal.health.problem.as_deref(), Some(problem.as_str()), "{slug}");
        assert!(portal.health.next_visit_at.is_some_and(|next| next > desk.clock.now()), "{slug} is not due again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_under_the_address_of_a_feed_is_no_feed() {
    let desk = Desk::open().await;
    let server = Server::start(|path| match path {
        "/rss" => Reply::Page(200, "<!doctype html><html><body>Trang chủ</body></html>".to_owned()),
        "/xml" => Reply::Page(200, "<rss><channel><item><title>A".to_owned()),
        path => pages(path),
    })
    .await;
    desk.register("tinh", &server, Some("/rss")).await;
    let report = desk.visit("tinh").await;
    assert_eq!(report.new, 24, "the listings are read all the same");
    assert!(report.errors.iter().any(|failure| failure.cause.contains("not a feed")), "{:?}", report.errors);
    desk.register("huyen", &server, Some("/xml")).await;
    let report = desk.visit("huyen").await;
    assert!(report.errors.iter().any(|failure| failure.url.ends_with("/xml")), "{:?}", report.errors);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_in_the_middle_loses_nothing() {
    let desk = Desk::open().await;
    let up = Arc::new(Mutex::new(false));
    let server = Server::start({
        let up = Arc::clone(&up);
        // The first page of the listing is read, then the portal asks to be left alone.
        move |path| match number(path) {
            Some(n) if n >= 8 && !*up.lock().unwrap() => Reply::Page(503, String::new()),
            _ => pages(path),
        }
    })
    .await;
    desk.register("tinh", &server, None).await;
    let report = desk.visit("tinh").await;
    assert_eq!(report.new, 8, "{report:?}");
    *up.lock().unwrap() = true;
    desk.later(60);
    let report = desk.visit("tinh").await;
    assert_eq!((report.new, report.problem), (16, None));
    desk.later(60);
    assert_eq!(desk.visit("tinh").await.new, 0);
    assert_eq!(desk.archived("tinh").await.len(), 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_is_stopped_ends_at_once_and_is_gone_on_with() {
    let desk = Desk::open().await;
    let up = Arc::new(Mutex::new(false));
    let server = Server::start({
        let up = Arc::clone(&up);
        move |path| match number(path) {
            Some(n) if n >= 8 && !*up.lock().unwrap() => Reply::Hang,
            _ => pages(path),
        }
    })
    .await;
    let portal = desk.register("tinh", &server, None).await;
    let cancel = CancellationToken::new();
    // The first page of the listing is read; then the portal hangs, and lantoa is told to stop.
    let stop = async {
        while desk.archived("tinh").await.len() < 8 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        cancel.cancel();
        Instant::now()
    };
    let visit = pipeline::visit(&desk.works.visits, &portal, Order::default(), &cancel, &|_| {});
    let (report, told) = futures::future::join(visit, stop).await;
    assert!(told.elapsed() < Duration::from_millis(800), "{:?}", told.elapsed());
    assert_eq!((report.new, report.failed, report.problem), (8, 0, None));
    let portal = desk.portal("tinh").await;
    assert_eq!((portal.health.next_visit_at, portal.health.failures), (None, 0), "it is due as it was");
    *up.lock().unwrap() = true;
    // Everything on the first page is known by now; what the other pages listed waited all the same.
    assert_eq!(desk.visit("tinh").await.new, 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_never_answers_well_is_left_alone_after_some_visits() {
    let desk = Desk::open().await;
    let server = Server::start(|path| match number(path) {
        Some(3) => Reply::Page(500, String::new()),
        _ => pages(path),
    })
    .await;
    desk.register("tinh", &server, None).await;
    assert_eq!(desk.visit("tinh").await.new, 23);
    for _ in 0..8 {
        desk.later(60);
        desk.visit("tinh").await;
    }
    let asked = server.asked("/tin-tuc/bai-viet-so-3.html");
    assert!((2..=5).contains(&asked), "asked for {asked} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_year_9999_is_not_believed() {
    let desk = Desk::open().await;
    let server = Server::start(|path| match number(path) {
        Some(n) => article(n, "9999-12-31T23:59:59+07:00"),
        None => pages(path),
    })
    .await;
    desk.register("tinh", &server, None).await;
    assert_eq!(desk.visit("tinh").await.new, 24);
    for article in desk.archived("tinh").await {
        assert!(article.published_at.is_none_or(|at| at <= desk.clock.now()), "{:?}", article.published_at);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_is_believed_the_second_time_whatever_the_status_says() {
    let desk = Desk::open().await;
    let gone = Arc::new(Mutex::new(false));
    let says = Arc::clone(&gone);
    let server = Server::start(move |path| match number(path) {
        Some(3) if *says.lock().unwrap() => Reply::Page(404, String::new()),
        Some(5) if *says.lock().unwrap() => Reply::Page(
            200,
            "<html><head><title>Không tìm thấy trang</title></head><body><h1>Không tìm thấy trang</h1>\
             <p>Nội dung bạn yêu cầu không tồn tại hoặc đã bị xóa.</p></body></html>"
                .to_owned(),
        ),
        _ => pages(path),
    })
    .await;
    desk.register("tinh", &server, None).await;
    assert_eq!(desk.visit("tinh").await.new, 24);
    *gone.lock().unwrap() = true;
    let status = |records: &[Record]| {
        let live = records.iter().filter(|record| record.status == lantoa::archive::Status::Live).count();
        (live, records.len() - live)
    };
    // The first sighting says little, the second a day later is believed; the text stays.
    for (hours, expected) in [(12, (24, 0)), (30, (22, 2))] {
        desk.later(60 * hours);
        desk.visit("tinh").await;
        let records = desk.archived("tinh").await;
        assert_eq!(status(&records), expected, "after {hours} hours");
        assert!(records.iter().all(|record| record.text.contains("nội dung đủ dài")));
    }
}
