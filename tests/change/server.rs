//! A portal on loopback that answers as a test wants, and everything that a visit needs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::TryStreamExt;
use lantoa::app::{App, Works};
use lantoa::archive::{Record, Status};
use lantoa::clock::{Clock, Timestamp};
use lantoa::config::Config;
use lantoa::pipeline::{self, Order, Report};
use lantoa::portal::questions::{self, Question};
use lantoa::portal::{Entry, Kind, Portal, Source, SourceKind, table};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What a server sends back.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn page(body: impl Into<String>) -> Self {
        Self { status: 200, headers: String::new(), body: body.into() }
    }

    pub(crate) fn missing() -> Self {
        Self { status: 404, headers: String::new(), body: String::new() }
    }

    pub(crate) fn to(status: u16, place: &str) -> Self {
        Self { status, headers: format!("location: {place}\r\n"), body: String::new() }
    }

    pub(crate) fn with(mut self, header: &str) -> Self {
        self.headers.push_str(header);
        self.headers.push_str("\r\n");
        self
    }
}

/// What was asked: the path with its query, and the request as it came.
pub(crate) struct Asked<'a> {
    pub(crate) path: &'a str,
    pub(crate) whole: &'a str,
}

type Answers = Arc<dyn Fn(Asked<'_>) -> Reply + Send + Sync>;

/// A portal on a port of its own that counts what it is asked.
pub(crate) struct Server {
    pub(crate) address: Url,
    counts: Arc<Mutex<HashMap<String, usize>>>,
}

impl Server {
    pub(crate) async fn start(answers: impl Fn(Asked<'_>) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let counts = Arc::new(Mutex::new(HashMap::new()));
        let (answers, kept): (Answers, _) = (Arc::new(answers), Arc::clone(&counts));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&answers), Arc::clone(&kept)));
            }
        });
        Self { address, counts }
    }

    pub(crate) fn asked(&self, path: &str) -> usize {
        self.counts.lock().unwrap().get(path).copied().unwrap_or(0)
    }

    pub(crate) fn asked_like(&self, part: &str) -> usize {
        self.counts.lock().unwrap().iter().filter(|(path, _)| path.contains(part)).map(|(_, count)| count).sum()
    }
}

async fn answer(mut stream: TcpStream, answers: Answers, counts: Arc<Mutex<HashMap<String, usize>>>) {
    let mut request = vec![0; 16_384];
    let length = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    *counts.lock().unwrap().entry(path.clone()).or_default() += 1;
    let reply = if path == "/robots.txt" {
        Reply::missing()
    } else {
        answers(Asked { path: &path, whole: &request.to_ascii_lowercase() })
    };
    let kind = if reply.body.starts_with("<?xml") { "application/rss+xml" } else { "text/html" };
    let head = format!(
        "HTTP/1.1 {} X\r\ncontent-type: {kind}; charset=utf-8\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n",
        reply.status,
        reply.body.len(),
        reply.headers
    );
    let _ = stream.write_all(format!("{head}{}", reply.body).as_bytes()).await;
}

/// Everything that a visit needs, in a folder that goes away.
pub(crate) struct Desk {
    _home: tempfile::TempDir,
    pub(crate) clock: Clock,
    pub(crate) works: Works,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::reaching(&[]).await
    }

    /// One whose portals may lead to these ports besides their own.
    pub(crate) async fn reaching(ports: &[u16]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.general.data_dir = home.path().to_owned();
        config.fetch.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
        config.fetch.delay_ms = 0;
        config.fetch.allow_ports.extend(ports);
        config.fetch.first_byte_timeout_s = 2;
        config.fetch.timeout_s = 5;
        let clock = Clock::fixed("2026-11-16T02:00:00Z".parse().unwrap());
        let works = App::open(config, clock.clone()).await.unwrap().into_works().await.unwrap();
        Self { _home: home, clock, works }
    }

    pub(crate) async fn register(&self, slug: &str, server: &Server, feed: Option<&str>) {
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
    }

    pub(crate) async fn portal(&self, slug: &str) -> Portal {
        table::find(self.works.app.store.pool(), slug).await.unwrap().unwrap()
    }

    pub(crate) async fn visit(&self, slug: &str) -> Report {
        self.visit_with(slug, Order::default()).await
    }

    /// A visit that asks for every known article again.
    pub(crate) async fn visit_all(&self, slug: &str) -> Report {
        self.visit_with(slug, Order { full: true, force: false }).await
    }

    async fn visit_with(&self, slug: &str, order: Order) -> Report {
        let portal = self.portal(slug).await;
        pipeline::visit(&self.works.visits, &portal, order, &CancellationToken::new(), &|_| {}).await
    }

    pub(crate) async fn archived(&self, slug: &str) -> Vec<Record> {
        let all = lantoa::archive::table::export(self.works.app.store.pool(), Some(slug), None);
        all.map_ok(|(article, _)| article).try_collect().await.unwrap()
    }

    /// Live and gone articles.
    pub(crate) async fn counts(&self, slug: &str) -> (usize, usize) {
        let all = self.archived(slug).await;
        let live = all.iter().filter(|article| article.status == Status::Live).count();
        (live, all.len() - live)
    }

    pub(crate) async fn questions(&self, slug: &str) -> Vec<Question> {
        let portal = self.portal(slug).await;
        questions::of_portal(self.works.app.store.pool(), portal.id).await.unwrap()
    }

    pub(crate) async fn answer(&self, slug: &str, yes: bool) -> u64 {
        let portal = self.portal(slug).await;
        let question = self.questions(slug).await.into_iter().find(Question::is_open).unwrap();
        let store = &self.works.app.store;
        let now = self.clock.now();
        pipeline::answers::answer(store, &["embedded"], &portal, &question, yes, now).await.unwrap().unwrap()
    }

    pub(crate) fn later(&self, hours: i64) {
        let to: Timestamp = self.clock.now() + jiff::SignedDuration::from_hours(hours);
        self.clock.set(to);
    }
}

/// The headline of article `n`.
pub(crate) fn title(n: usize) -> String {
    format!("Hội nghị triển khai nhiệm vụ công tác số {n} của tỉnh")
}

/// The page of article `n`, with a line of its own and something in the head.
pub(crate) fn article(n: usize, line: &str, head: &str) -> String {
    let body: String = (0..8)
        .map(|k| {
            format!(
                "<p>Đoạn {k} của tin số {n}: nội dung đủ dài để là một bài viết thật sự, với {} người.</p>",
                k * 7 + n
            )
        })
        .collect();
    let date = "<meta property=\"article:published_time\" content=\"2026-11-15T08:00:00+07:00\">";
    let title = title(n);
    format!(
        "<html><head><title>{title}</title>{date}{head}</head><body><article><h1>{title}</h1>{body}{line}</article></body></html>"
    )
}

/// A page of links to addresses, each with the headline of its article.
pub(crate) fn listing<'a>(links: impl IntoIterator<Item = (usize, &'a str)>) -> String {
    let links: String =
        links.into_iter().map(|(n, url)| format!("<h3><a href=\"{url}\">{}</a></h3>", title(n))).collect();
    format!("<html><body><div>{links}</div></body></html>")
}

/// `/tin-tuc/bai-viet-so-{n}.html` for each article of a range.
pub(crate) fn usual(range: std::ops::Range<usize>) -> String {
    let addresses: Vec<(usize, String)> = range.map(|n| (n, format!("/tin-tuc/bai-viet-so-{n}.html"))).collect();
    listing(addresses.iter().map(|(n, url)| (*n, url.as_str())))
}

/// The article that a usual address names.
pub(crate) fn number(path: &str) -> Option<usize> {
    path.strip_prefix("/tin-tuc/bai-viet-so-")?.strip_suffix(".html")?.parse().ok()
}
