//! Sweeps of a portal on loopback that has everything a crawler can get lost in: what is there is found, each page is
//! asked for once, by us alone, and a sweep that was stopped goes on where it was.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::TryStreamExt;
use lantoa::app::{App, Works};
use lantoa::archive::Record;
use lantoa::clock::Clock;
use lantoa::config::Config;
use lantoa::pipeline::sweep::{self, Kind, Options, Report};
use lantoa::portal::{Entry, Kind as PortalKind, Portal, table};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use url::Url;

type Answers = Arc<dyn Fn(&str) -> Reply + Send + Sync>;
/// Every request: what was asked for, and by whom.
type Log = Arc<Mutex<Vec<(String, String)>>>;

#[derive(Clone)]
enum Reply {
    Page(String),
    Status(u16),
    Redirect(String),
    Hang,
}

struct Server {
    address: Url,
    log: Log,
}

impl Server {
    async fn start(robots: &'static str, answers: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let log = Log::default();
        let (answers, written): (Answers, _) = (Arc::new(answers), Arc::clone(&log));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, robots, Arc::clone(&answers), Arc::clone(&written)));
            }
        });
        Self { address, log }
    }

    /// How often each page was asked for.
    fn asked(&self) -> BTreeMap<String, usize> {
        let mut asked = BTreeMap::new();
        for (path, _) in self.log.lock().unwrap().iter() {
            *asked.entry(path.clone()).or_default() += 1;
        }
        asked
    }

    fn asked_under(&self, start: &str) -> usize {
        self.asked().iter().filter(|(path, _)| path.starts_with(start)).map(|(_, times)| times).sum()
    }
}

async fn answer(mut stream: TcpStream, robots: &'static str, answers: Answers, log: Log) {
    let mut request = vec![0; 8192];
    let length = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
    let agent = request.lines().find_map(|line| line.strip_prefix("user-agent: ")).unwrap_or("nobody").to_owned();
    log.lock().unwrap().push((path.clone(), agent));
    let reply = match path.as_str() {
        "/robots.txt" if robots.is_empty() => Reply::Status(404),
        "/robots.txt" => Reply::Page(robots.to_owned()),
        path => answers(path),
    };
    let (status, more, body) = match reply {
        Reply::Page(body) => (200, String::new(), body),
        Reply::Status(status) => (status, String::new(), String::new()),
        Reply::Redirect(to) => (302, format!("location: {to}\r\n"), String::new()),
        Reply::Hang => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            return;
        }
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\n\
         content-length: {}\r\n{more}\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

/// Everything that a sweep needs, in a folder that goes away.
struct Desk {
    _home: tempfile::TempDir,
    works: Works,
    clock: Clock,
}

impl Desk {
    async fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.general.data_dir = home.path().to_owned();
        config.fetch.allow_networks = vec!["127.0.0.1/32".parse().unwrap()];
        config.fetch.delay_ms = 0;
        config.fetch.timeout_s = 5;
        let clock = Clock::fixed("2026-11-21T08:00:00Z".parse().unwrap());
        let works = App::open(config, clock.clone()).await.unwrap().into_works().await.unwrap();
        Self { _home: home, works, clock }
    }

    async fn register(&self, server: &Server) -> Portal {
        let entry = Entry::new("tinh", "Tỉnh", PortalKind::Province, server.address.clone());
        let (store, now) = (&self.works.app.store, self.clock.now());
        store
            .write(move |connection| Box::pin(async move { table::register(connection, &entry, now).await }))
            .await
            .unwrap();
        table::find(store.pool(), "tinh").await.unwrap().unwrap()
    }

    async fn sweep(&self, portal: &Portal, options: &Options, cancel: &CancellationToken) -> Report {
        sweep::sweep(&self.works.visits, portal, options, false, cancel, &|_| {}).await.unwrap()
    }

    async fn whole(&self, portal: &Portal) -> Report {
        self.sweep(portal, &Options::default(), &CancellationToken::new()).await
    }

    async fn archived(&self) -> BTreeSet<String> {
        let all = lantoa::archive::table::export(self.works.app.store.pool(), Some("tinh"), None);
        let all: Vec<Record> = all.map_ok(|(article, _)| article).try_collect().await.unwrap();
        all.into_iter().map(|article| Url::parse(&article.url).unwrap().path().to_owned()).collect()
    }

    async fn queued(&self) -> i64 {
        lantoa_rows(self, "triage_item").await
    }
}

/// Rows of a table of the record.
async fn lantoa_rows(desk: &Desk, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(desk.works.app.store.pool()).await.unwrap()
}

const WORDS: [&str; 12] = [
    "thủy lợi",
    "trường học",
    "bệnh viện",
    "cầu đường",
    "lâm nghiệp",
    "du lịch",
    "nông thôn mới",
    "chuyển đổi số",
    "an toàn giao thông",
    "phòng chống bão",
    "văn hóa cơ sở",
    "tín dụng chính sách",
];

fn words(n: usize) -> String {
    format!("{} và {}", WORDS[n % 12], WORDS[n / 12 % 12])
}

fn title(n: usize) -> String {
    format!("Hội nghị triển khai nhiệm vụ {} năm {}", words(n), 1700 + n)
}

fn article(n: usize, foot: &str) -> Reply {
    let body: String = (0..8)
        .map(|k| {
            format!(
                "<p>Đoạn {k} về {}: ủy ban giao các sở thực hiện {} việc trong quý.</p>",
                words(n + k * 5),
                n * 7 + k
            )
        })
        .collect();
    let title = title(n);
    Reply::Page(format!(
        "<html><head><title>{title}</title><meta property=\"article:published_time\" \
         content=\"2019-0{}-10T08:00:00+07:00\"></head><body><article><h1>{title}</h1>{body}</article>{foot}</body></html>",
        n % 9 + 1
    ))
}

fn page(links: impl IntoIterator<Item = (String, String)>) -> Reply {
    let links: String =
        links.into_iter().map(|(href, label)| format!("<li><a href=\"{href}\">{label}</a></li>")).collect();
    Reply::Page(format!("<html><head><title>Trang tin</title></head><body><ul>{links}</ul></body></html>"))
}

fn link(href: impl Into<String>, label: impl Into<String>) -> (String, String) {
    (href.into(), label.into())
}

/// The number in `/tin-tuc/bai-viet-so-7.html`.
fn number(path: &str) -> Option<usize> {
    path.strip_prefix("/tin-tuc/bai-viet-so-")?.strip_suffix(".html")?.parse().ok()
}

fn bai(n: usize) -> String {
    format!("/tin-tuc/bai-viet-so-{n}.html")
}

/// An archive of 30 pages with ten articles each, reached by "next" alone.
fn archive(path: &str) -> Reply {
    if let Some(n) = number(path).filter(|n| *n < 300) {
        return article(n, "<a href=\"/\">Trang chủ</a>");
    }
    let at = match path {
        "/" => 0,
        path => match path.strip_prefix("/?page=").and_then(|page| page.parse::<usize>().ok()) {
            Some(page) if page < 30 => page,
            _ => return Reply::Status(404),
        },
    };
    let mut links: Vec<_> = (at * 10..at * 10 + 10).map(|n| link(bai(n), title(n))).collect();
    links.extend((at < 29).then(|| link(format!("/?page={}", at + 1), "Trang sau")));
    page(links)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_read_to_its_end_by_us_alone_and_each_page_once() {
    let desk = Desk::open().await;
    let server = Server::start("", archive).await;
    let portal = desk.register(&server).await;
    let report = desk.whole(&portal).await;
    assert_eq!((report.new, report.not_articles, report.failed), (300, 30, 0), "{report:?}");
    assert!(report.done && report.traps.is_empty() && report.problem.is_none(), "{report:?}");
    assert_eq!(desk.archived().await.len(), 300);
    assert_eq!(desk.queued().await, 0, "what is old does not enter the queue");
    for (path, times) in server.asked() {
        assert_eq!(times, 1, "{path}");
    }
    for (path, agent) in server.log.lock().unwrap().iter() {
        assert!(agent.starts_with("lantoa/"), "{path} was asked for by {agent}");
    }
    assert_eq!(server.asked().keys().next().map(String::as_str), Some("/"));
    assert_eq!(server.log.lock().unwrap()[0].0, "/robots.txt");

    // A later sweep begins anew: the listings are read, articles only as long as they may lead on.
    let before = server.asked_under("/tin-tuc/");
    let report = desk.whole(&portal).await;
    assert_eq!((report.new, report.known, report.earlier, report.done), (0, 300, 0, true), "{report:?}");
    assert_eq!(server.asked_under("/tin-tuc/") - before, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_spider_takes_for_one_page_is_read_twice() {
    let desk = Desk::open().await;
    let server = Server::start("", |path| match path {
        "/" => page([
            link("/tin/Bai-A.html", "Hoa"),
            link("/tin/bai-a.html", "Thường"),
            link("/TIN/BAI-A.html", "Cả hai"),
            link("/tin/bai-b.html#dau", "Khác"),
        ]),
        "/tin/Bai-A.html" => article(1, ""),
        "/tin/bai-a.html" => article(2, ""),
        "/TIN/BAI-A.html" => article(3, ""),
        "/tin/bai-b.html" => article(4, ""),
        _ => Reply::Status(404),
    })
    .await;
    let portal = desk.register(&server).await;
    let report = desk.whole(&portal).await;
    assert_eq!((report.new, report.done), (4, true), "{report:?}");
    assert_eq!(server.asked_under("/tin/") + server.asked_under("/TIN/"), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn robots_are_ours_and_a_private_address_is_refused() {
    let desk = Desk::open().await;
    let server = Server::start("User-agent: *\nDisallow: /noi-bo\n", |path| match path {
        "/" => page([
            link("/noi-bo/1.html", "Nội bộ"),
            link("/noi-bo-khac", "Nội bộ"),
            link("/chuyen", "Chuyển"),
            link("/trong-mang", "Trong mạng"),
            link("/di", "Đi"),
            link(bai(1), title(1)),
        ]),
        "/chuyen" => Reply::Redirect("/noi-bo/2.html".to_owned()),
        "/trong-mang" => Reply::Redirect("http://127.0.0.9/tin".to_owned()),
        "/di" => Reply::Redirect(bai(1)),
        path if number(path).is_some() => article(1, ""),
        _ => Reply::Status(404),
    })
    .await;
    let portal = desk.register(&server).await;
    let report = desk.whole(&portal).await;
    assert_eq!(server.asked_under("/noi-bo"), 0);
    assert_eq!((report.new, report.denied), (1, 3), "{report:?}");
    let refused: Vec<_> = report.errors.iter().filter(|error| error.cause.contains("not a public address")).collect();
    assert_eq!((refused.len(), report.failed), (1, 1), "{report:?}");
    assert!(refused[0].url.ends_with("/trong-mang"));

    let closed = Server::start("User-agent: *\nDisallow: /\n", archive).await;
    let desk = Desk::open().await;
    let portal = desk.register(&closed).await;
    let report = desk.whole(&portal).await;
    assert!(report.problem.is_some_and(|problem| problem.contains("robots.txt closes the whole portal")));
    assert_eq!(closed.asked().keys().collect::<Vec<_>>(), ["/robots.txt"]);
}

/// The trap of that kind: how many of it were asked for, and its pattern.
fn trap(report: &Report, kind: Kind) -> (u64, &str) {
    let found = report.traps.iter().find(|trap| trap.kind == kind).unwrap_or_else(|| panic!("no {kind:?}: {report:?}"));
    assert!(found.example.starts_with("http://127.0.0.1:"), "{found:?}");
    (found.asked, &found.pattern)
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_paging_orders_and_paths_without_end_are_named_and_left() {
    let desk = Desk::open().await;
    let server = Server::start("", |path| {
        let url = Url::parse("http://a.vn/").unwrap().join(path).unwrap();
        let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let count = |name: &str| value(name).and_then(|value| value.parse::<usize>().ok()).unwrap_or(1);
        match url.path() {
            "/" => page([
                link("/su-kien?nam=2026&thang=11", "Sự kiện"),
                link("/tin?page=1", "Tin"),
                link("/van-ban?sort=moi", "Văn bản"),
                link("/a/b/", "Mục"),
            ]),
            // Each month leads to the next, each day of it is a page.
            "/su-kien" => {
                let (year, month) = (count("nam"), count("thang"));
                let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let mut links = vec![link(format!("/su-kien?nam={}&thang={}", next.0, next.1), "Tháng sau")];
                links.extend((1..28).map(|day| link(format!("/su-kien/ngay/{year}-{month:02}-{day:02}"), "")));
                page(links)
            }
            // Three pages with articles, then pages for ever.
            "/tin" => {
                let at = count("page");
                let mut links: Vec<_> =
                    (at * 10..at * 10 + 10).filter(|n| *n < 40).map(|n| link(bai(n), title(n))).collect();
                links.push(link(format!("/tin?page={}", at + 1), "Trang sau"));
                page(links)
            }
            "/van-ban" => {
                let orders = (0..500).map(|n| format!("/van-ban?sort=o{}{n}", value("sort").unwrap_or_default().len()));
                let mut links: Vec<_> = orders.map(|order| link(order, "Sắp xếp")).collect();
                links.extend((100..110).map(|n| link(bai(n), title(n))));
                page(links)
            }
            path if path.starts_with("/a/b/") => page([link("a/b/", "Mục"), link("/", "Trang chủ")]),
            path if path.starts_with("/su-kien/ngay/") => page([link("/", "Trang chủ")]),
            path => number(path).map_or(Reply::Status(404), |n| article(n, "")),
        }
    })
    .await;
    let portal = desk.register(&server).await;
    let report = desk.whole(&portal).await;
    assert_eq!((report.new, report.done, report.problem.as_deref()), (40, true, None), "{report:?}");
    let calendars: Vec<_> = report.traps.iter().filter(|trap| trap.kind == Kind::Calendar).collect();
    assert_eq!(calendars.len(), 2, "{report:?}");
    for calendar in calendars {
        assert!(calendar.asked <= 70, "{calendar:?}");
    }
    let (asked, pattern) = trap(&report, Kind::Paging);
    assert!(pattern == "/tin?page" && (30..=40).contains(&asked), "{report:?}");
    let (_, pattern) = trap(&report, Kind::Order);
    assert!(pattern.contains("sort") && server.asked_under("/van-ban?sort=") < 35, "{report:?}");
    assert_eq!(trap(&report, Kind::Repetition).1, "/a/b/a/b/");
    assert!(report.requests < 230, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_in_the_address_is_named_and_each_page_read_a_few_times_at_most() {
    let desk = Desk::open().await;
    let sessions = Arc::new(Mutex::new(0));
    let server = Server::start("", move |path| {
        let mut session = sessions.lock().unwrap();
        *session += 1;
        let with = |href: String| format!("{href}?phien={session}");
        let bare = path.split('?').next().unwrap_or(path);
        match number(bare) {
            Some(n) if n < 40 => article(n, &format!("<a href=\"{}\">Tin khác</a>", with(bai((n + 1) % 40)))),
            _ => match bare {
                "/" => page((0..4).map(|k| link(with(format!("/muc-{k}")), format!("Mục {k}")))),
                "/muc-0" | "/muc-1" | "/muc-2" | "/muc-3" => {
                    let k = usize::from(bare.as_bytes()[5] - b'0');
                    let articles = (k * 10..k * 10 + 10).map(|n| link(with(bai(n)), title(n)));
                    page(articles.chain((0..4).map(|k| link(with(format!("/muc-{k}")), format!("Mục {k}")))))
                }
                _ => Reply::Status(404),
            },
        }
    })
    .await;
    let portal = desk.register(&server).await;
    let report = desk.whole(&portal).await;
    assert_eq!((report.new, report.done), (40, true), "{report:?}");
    assert_eq!(trap(&report, Kind::Session).1, "?phien=");
    assert!(report.requests < 140, "{} requests for 45 pages", report.requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_stopped_goes_on_where_it_was() {
    let desk = Desk::open().await;
    let hangs = Arc::new(Mutex::new(true));
    let server = Server::start("", {
        let hangs = Arc::clone(&hangs);
        move |path| if path == "/?page=9" && *hangs.lock().unwrap() { Reply::Hang } else { archive(path) }
    })
    .await;
    let portal = desk.register(&server).await;

    // The budget ends the first run.
    let options = Options { max_pages: 25, ..Options::default() };
    let report = desk.sweep(&portal, &options, &CancellationToken::new()).await;
    assert!(!report.done && report.waiting > 0 && report.requests == 25, "{report:?}");

    // The second is dropped in the middle of a page, as a kill would.
    let whole = Options::default();
    let cancel = CancellationToken::new();
    let dropped = desk.sweep(&portal, &whole, &cancel);
    let until = async {
        while server.asked_under("/?page=9") == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        report = dropped => panic!("it ended: {report:?}"),
        () = until => {}
    }
    // The third is told to stop.
    let stop = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        cancel.cancel();
    };
    let (report, ()) = tokio::join!(desk.sweep(&portal, &whole, &cancel), stop);
    assert!(!report.done && report.earlier > 25 && report.problem.is_none(), "{report:?}");
    *hangs.lock().unwrap() = false;

    let report = desk.whole(&portal).await;
    assert!(report.done && report.earlier > 25, "{report:?}");
    assert_eq!(desk.archived().await.len(), 300, "nothing is lost");
    let twice: Vec<_> =
        server.asked().into_iter().filter(|(path, times)| *times > 1 && path != "/robots.txt").collect();
    assert!(twice.len() <= 3, "{twice:?}");
    assert_eq!(lantoa_rows(&desk, "sweep_page").await, 0, "nothing is left of a sweep that is done");
}

#[tokio::test(flavor = "multi_thread")]
async fn depth_counts_hops_and_what_is_deeper_is_counted() {
    let desk = Desk::open().await;
    let server = Server::start("", archive).await;
    let portal = desk.register(&server).await;
    let options = Options { max_depth: 3, ..Options::default() };
    let report = desk.sweep(&portal, &options, &CancellationToken::new()).await;
    // The home page and three pages after it; the articles of the last are four hops away.
    assert_eq!((report.new, report.not_articles, report.too_deep, report.done), (30, 4, 11, true), "{report:?}");
}
