//! Files of articles over several visits: what is read is found, what fails harms nothing, what bears a mark of secrecy
//! leaves no trace and is not asked for again.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use lantoa::app::{App, Works};
use lantoa::archive::attachments::{self, File};
use lantoa::archive::{Record, Status, notices, table};
use lantoa::clock::Clock;
use lantoa::config::Config;
use lantoa::index::Query;
use lantoa::pipeline::reader::Reader;
use lantoa::pipeline::{self, Order, Report};
use lantoa::portal::{Entry, Kind};
use tokio_util::sync::CancellationToken;
use url::Url;

/// What a portal answers by path, and how often it was asked.
#[derive(Clone, Default)]
struct Portal(Arc<Mutex<Answers>>);

#[derive(Default)]
struct Answers {
    by_path: HashMap<String, (u16, String)>,
    asked: HashMap<String, usize>,
}

impl Portal {
    fn put(&self, path: &str, status: u16, body: impl Into<String>) {
        self.0.lock().unwrap().by_path.insert(path.to_owned(), (status, body.into()));
    }

    fn asked(&self, path: &str) -> usize {
        self.0.lock().unwrap().asked.get(path).copied().unwrap_or(0)
    }

    async fn serve(&self) -> Url {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

async fn answer(State(portal): State<Portal>, uri: Uri) -> Response {
    let mut state = portal.0.lock().unwrap();
    *state.asked.entry(uri.path().to_owned()).or_default() += 1;
    let (status, body) = state.by_path.get(uri.path()).cloned().unwrap_or((404, String::new()));
    let kind = if uri.path().contains("tep") { "application/octet-stream" } else { "text/html; charset=utf-8" };
    (StatusCode::from_u16(status).unwrap(), [(header::CONTENT_TYPE, kind)], body).into_response()
}

const PAGE: &str = "/tin-tuc/bai-viet-so-1.html";

fn article(head: &str, links: &[(&str, &str)]) -> String {
    let body: String = (0..6)
        .map(|k| format!("<p>Đoạn {k}: nội dung đủ dài để là một bài viết thật sự, kể cho {} người nghe.</p>", k * 7))
        .collect();
    let links: String = links.iter().map(|(url, title)| format!("<p><a href='{url}'>{title}</a></p>")).collect();
    format!(
        "<html><head><title>Hội nghị triển khai nhiệm vụ của tỉnh</title>\
         <meta property='article:published_time' content='2026-11-20T08:00:00+07:00'></head>\
         <body><article><h1>Hội nghị triển khai nhiệm vụ của tỉnh</h1>{head}{body}{links}</article></body></html>"
    )
}

fn rtf(text: &str) -> String {
    let letters: String = text
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(b'\n') => "\\par ".to_owned(),
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{}?", unit.cast_signed()),
        })
        .collect();
    format!("{{\\rtf1\\ansi {letters}}}")
}

struct Desk {
    home: tempfile::TempDir,
    works: Works,
    portal: Portal,
}

impl Desk {
    async fn open() -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.general.data_dir = home.path().to_owned();
        config.fetch.allow_networks = vec!["127.0.0.0/8".parse().unwrap()];
        config.fetch.delay_ms = 0;
        config.attachments.max_mb = 1;
        let clock = Clock::fixed("2026-11-21T08:00:00Z".parse().unwrap());
        let mut works = App::open(config, clock).await.unwrap().into_works().await.unwrap();
        works.visits.reader = Reader::at(env!("CARGO_BIN_EXE_lantoa"));
        let portal = Portal::default();
        let address = portal.serve().await;
        let (entry, now) = (Entry::new("cong", "Cổng", Kind::Other, address), works.app.clock.now());
        let register = works.app.store.write(move |connection| {
            Box::pin(async move { lantoa::portal::table::register(connection, &entry, now).await })
        });
        register.await.unwrap();
        portal.put("/", 200, format!("<html><body><div><h3><a href='{PAGE}'>Hội nghị triển khai nhiệm vụ của tỉnh</a></h3></div></body></html>"));
        Self { home, works, portal }
    }

    /// A visit an hour after the one before.
    async fn visit(&self) -> Report {
        self.works.app.clock.set(self.works.app.clock.now() + jiff::SignedDuration::from_hours(1));
        let cong = lantoa::portal::table::find(self.works.app.store.pool(), "cong").await.unwrap().unwrap();
        let order = Order { full: true, force: false };
        pipeline::visit(&self.works.visits, &cong, order, &CancellationToken::new(), &|_| {}).await
    }

    async fn clear(&self, url: &str, verdict: notices::Verdict) -> u64 {
        let (url, now) = (url.to_owned(), self.works.app.clock.now());
        let cleared = self.works.app.store.write(move |connection| {
            Box::pin(async move { notices::clear(connection, &url, verdict, "an", now).await })
        });
        cleared.await.unwrap()
    }

    async fn article(&self) -> Option<Record> {
        use futures::TryStreamExt;
        let all: Vec<_> = table::export(self.works.app.store.pool(), None, None).try_collect().await.unwrap();
        all.into_iter().map(|(article, _)| article).next()
    }

    async fn files(&self) -> HashMap<String, File> {
        let Some(article) = self.article().await else { return HashMap::new() };
        let files = attachments::of(self.works.app.store.pool(), &article.id).await.unwrap();
        files.into_iter().map(|file| (file.url.rsplit('/').next().unwrap().to_owned(), file)).collect()
    }

    async fn finds(&self, text: &str) -> usize {
        let cancel = CancellationToken::new();
        let worker = self.works.start_worker(&cancel);
        for _ in 0..200 {
            if lantoa::index::outbox::behind(self.works.app.store.pool(), "embedded").await.unwrap() == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        cancel.cancel();
        worker.await.unwrap();
        let query = Query { text: text.to_owned(), page: 1, per_page: 10, ..Query::default() };
        self.works.index.search(&query).await.unwrap().hits.len()
    }

    /// Files of the data folder that hold these bytes.
    fn holding(&self, needle: &str) -> Vec<std::path::PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if std::fs::read(&path).unwrap().windows(needle.len()).any(|part| part == needle.as_bytes()) {
                    found.push(path);
                }
            }
        }
        found
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_has_its_own_fate() {
    let mut desk = Desk::open().await;
    let links = [
        ("/tep/tot.rtf", "Phụ lục"),
        ("/tep/la-trang.pdf", "Quyết định"),
        ("/tep/hong.pdf", "Kế hoạch"),
        ("/tep/khong-con.pdf", "Báo cáo"),
        ("/tep/lon.pdf", "Bản đồ"),
        ("/tep/cu.doc", "Bản cũ"),
        ("/tep/ds.rtf", "Danh sách người nhận"),
        ("https://luu-tru.example.com/tep/xa.pdf", "Nơi khác"),
    ];
    desk.portal.put(PAGE, 200, article("", &links));
    desk.portal.put("/tep/tot.rtf", 200, rtf("Phụ lục về nuôi cá lồng bè trên hồ thủy điện"));
    desk.portal.put("/tep/la-trang.pdf", 200, "<!DOCTYPE html><html>Không tìm thấy</html>");
    desk.portal.put("/tep/hong.pdf", 500, "");
    desk.portal.put("/tep/lon.pdf", 200, format!("%PDF-1.4{}", "x".repeat(1_100_000)));
    let report = desk.visit().await;
    assert_eq!((report.new, report.failed, report.attachments, report.problem.clone()), (1, 0, 1, None), "{report:?}");
    let files = desk.files().await;
    let check = |name: &str, state: &str, reason: &str| {
        let file = &files[name];
        let found = (file.state.as_str(), file.reason.clone().unwrap_or_default());
        assert!(found.0 == state && found.1.contains(reason), "{name}: {found:?}, not {state} {reason}");
    };
    check("tot.rtf", "text", "");
    check("la-trang.pdf", "failed", "a web page came");
    check("hong.pdf", "failed", "status 500");
    check("khong-con.pdf", "failed", "status 404");
    check("lon.pdf", "refused", "larger than 1000000 bytes");
    check("cu.doc", "refused", "doc files are not read");
    check("ds.rtf", "refused", "a list of persons");
    check("xa.pdf", "refused", "a host of somebody else");
    assert_eq!(desk.finds("cá lồng bè").await, 1);

    // What is settled is not asked for again; what failed is, after its time, and then it is found too.
    desk.portal.put("/tep/hong.pdf", 200, rtf("Kế hoạch nạo vét kênh tưới"));
    desk.visit().await;
    assert_eq!((desk.portal.asked("/tep/tot.rtf"), desk.portal.asked("/tep/hong.pdf")), (1, 1));
    desk.works.app.clock.set(desk.works.app.clock.now() + jiff::SignedDuration::from_hours(7));
    desk.visit().await;
    assert_eq!((desk.portal.asked("/tep/tot.rtf"), desk.portal.asked("/tep/hong.pdf")), (1, 2));
    assert_eq!(desk.finds("nạo vét kênh").await, 1);

    // A new wording asks for its files again, and bytes that are the same are not read again.
    desk.portal.put(PAGE, 200, article("<p>Đoạn mới thêm vào sau khi đăng, nói về việc khác hẳn.</p>", &links[..1]));
    desk.works.app.clock.set(desk.works.app.clock.now() + jiff::SignedDuration::from_hours(7));
    desk.works.visits.reader = Reader::at("/bin/true");
    assert_eq!(desk.visit().await.changed, 1);
    assert_eq!(desk.portal.asked("/tep/tot.rtf"), 2);
    assert_eq!(desk.files().await.len(), 1);
    assert_eq!(desk.finds("cá lồng bè").await, 1);
    assert_eq!(desk.finds("nạo vét kênh").await, 0);
}

const HEAD: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSố: 9/BC-UBND\nTỐI MẬT\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_reads_the_files_of_what_it_finds_even_when_its_budget_is_spent() {
    let desk = Desk::open().await;
    desk.portal.put(PAGE, 200, article("", &[("/tep/tot.rtf", "Phụ lục")]));
    desk.portal.put("/tep/tot.rtf", 200, rtf("Phụ lục về nuôi cá lồng bè trên hồ thủy điện"));
    let options = pipeline::sweep::Options { max_pages: 2, ..pipeline::sweep::Options::default() };
    let portal = lantoa::portal::table::list(desk.works.app.store.pool()).await.unwrap().remove(0);
    let cancel = CancellationToken::new();
    for _ in 0..6 {
        let report =
            pipeline::sweep::sweep(&desk.works.visits, &portal, &options, false, &cancel, &|_| {}).await.unwrap();
        if report.attachments > 0 {
            break;
        }
    }
    assert_eq!(desk.finds("cá lồng bè").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_file_leaves_no_trace() {
    let desk = Desk::open().await;
    desk.portal.put(PAGE, 200, article("", &[("/tep/mat.rtf", "Báo cáo"), ("/tep/tot.rtf", "Phụ lục")]));
    desk.portal.put("/tep/mat.rtf", 200, rtf(&format!("{HEAD}Nội dung là hoadaoquy7714.")));
    desk.portal.put("/tep/tot.rtf", 200, rtf("Phụ lục về nuôi cá"));
    let report = desk.visit().await;
    assert_eq!((report.new, report.withheld, report.attachments), (1, 1, 1), "{report:?}");
    assert!(report.errors.iter().any(|error| error.cause.contains("TỐI MẬT")), "{report:?}");
    assert_eq!(desk.files().await.keys().collect::<Vec<_>>(), ["tot.rtf"]);
    assert_eq!(desk.finds("hoadaoquy7714").await, 0);
    assert_eq!(desk.holding("hoadaoquy7714"), Vec::<std::path::PathBuf>::new());
    let open = notices::open(desk.works.app.store.pool()).await.unwrap();
    assert_eq!(
        open.iter().map(|notice| (notice.portal.as_str(), notice.mark.as_str())).collect::<Vec<_>>(),
        [("cong", "TỐI MẬT")]
    );
    desk.visit().await;
    assert_eq!(desk.portal.asked("/tep/mat.rtf"), 1);

    // A person looked and found the mark to be none.
    assert_eq!(desk.clear(&open[0].url, notices::Verdict::NotSecret).await, 1);
    desk.visit().await;
    assert_eq!(desk.portal.asked("/tep/mat.rtf"), 2);
    assert_eq!(desk.finds("hoadaoquy7714").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_to_bear_a_mark_is_withdrawn() {
    let desk = Desk::open().await;
    desk.portal.put(PAGE, 200, article("<p>Đoạn này nhắc đến hoabanrung5521 và những việc khác nữa.</p>", &[]));
    assert_eq!(desk.visit().await.new, 1);
    assert_eq!(desk.finds("hoabanrung5521").await, 1);
    let head: String = HEAD.lines().map(|line| format!("<p>{line}</p>")).collect();
    desk.portal.put(
        PAGE,
        200,
        article(&format!("{head}<p>Đoạn này nhắc đến hoabanrung5521 và những việc khác nữa.</p>"), &[]),
    );
    let report = desk.visit().await;
    assert_eq!((report.withheld, report.changed), (1, 0), "{report:?}");
    let article = desk.article().await.unwrap();
    assert_eq!((article.status, article.text.as_str(), article.title.as_str()), (Status::Gone, "", "(đã rút)"));
    assert!(table::versions(desk.works.app.store.pool(), &article.id).await.unwrap().is_empty());
    assert_eq!(desk.finds("hoabanrung5521").await, 0);
    let asked = desk.portal.asked(PAGE);
    desk.visit().await;
    assert_eq!(desk.portal.asked(PAGE), asked);

    // The portal took it down and a person says so: the page is an article again.
    desk.portal.put(PAGE, 200, self::article("<p>Đoạn này nói về những việc khác.</p>", &[]));
    let open = notices::open(desk.works.app.store.pool()).await.unwrap();
    assert_eq!(open.len(), 1);
    assert_eq!(desk.clear(&open[0].url, notices::Verdict::Cleared).await, 1);
    assert_eq!(desk.visit().await.new, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_page_is_never_stored() {
    let desk = Desk::open().await;
    let head: String = HEAD.lines().map(|line| format!("<p>{line}</p>")).collect();
    desk.portal.put(
        PAGE,
        200,
        article(&format!("{head}<p>Đoạn này nhắc đến hoabanrung5521 và những việc khác nữa.</p>"), &[]),
    );
    let report = desk.visit().await;
    assert_eq!((report.withheld, report.new), (1, 0), "{report:?}");
    assert_eq!(desk.holding("hoabanrung5521"), Vec::<std::path::PathBuf>::new());
    desk.visit().await;
    assert_eq!(desk.portal.asked(PAGE), 1);
}
