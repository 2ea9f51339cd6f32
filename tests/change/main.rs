//! What becomes of a portal's articles over time: one article under many addresses, edits, disappearance, a portal that
//! empties itself or moves, servers that lie about change. On loopback, against a server that answers as each test wants.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod server;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use lantoa::archive;
use lantoa::archive::difference::{Nature, Wording, difference};
use lantoa::portal::questions::{Kind, Stage};
use server::{Desk, Reply, Server, article, listing, number, title, usual};

/// A switch that a test turns while the server runs.
fn switch() -> (Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let switch = Arc::new(AtomicUsize::new(0));
    (Arc::clone(&switch), switch)
}

#[tokio::test(flavor = "multi_thread")]
async fn spellings_of_one_address_are_learnt() {
    let desk = Desk::open().await;
    let (day, now) = switch();
    let server = Server::start(move |asked| match asked.path.to_ascii_lowercase().trim_end_matches('/') {
        "" if day.load(Ordering::Relaxed) == 0 => Reply::page(listing([
            (1, "/Tin/Bai-1.aspx"),
            (2, "/Tin/Bai-2.aspx"),
            (1, "/tin/bai-1.aspx"),
            (3, "/tin-3"),
            (3, "/tin-3/"),
        ])),
        "" => Reply::page(listing([(1, "/TIN/BAI-1.ASPX"), (2, "/tin/BAI-2.aspx/"), (3, "/Tin-3/"), (4, "/TIN-4/")])),
        "/tin/bai-1.aspx" => Reply::page(article(1, "", "")),
        "/tin/bai-2.aspx" => Reply::page(article(2, "", "")),
        "/tin-3" => Reply::page(article(3, "", "")),
        "/tin-4" => Reply::page(article(4, "", "")),
        _ => Reply::missing(),
    })
    .await;
    desk.register("so", &server, None).await;
    desk.visit("so").await;
    let learnt = desk.portal("so").await.learnt;
    assert!(learnt.case.holds() && learnt.slash.holds(), "{learnt:?}");
    assert_eq!(desk.archived("so").await.len(), 3);
    assert_eq!(learnt.in_words().iter().filter(|line| line.contains("make no difference")).count(), 2);
    now.store(1, Ordering::Relaxed);
    desk.later(24);
    let report = desk.visit("so").await;
    assert_eq!((report.new, report.changed), (1, 0), "{report:?}");
    assert_eq!(desk.archived("so").await.len(), 4);
    // One spelling was tried again to prove the habit; the others were known without a request.
    assert!(server.asked("/TIN/BAI-1.ASPX") + server.asked("/tin/BAI-2.aspx/") + server.asked("/Tin-3/") <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn spellings_that_matter_are_not_mixed_up() {
    let desk = Desk::open().await;
    let (day, now) = switch();
    let server = Server::start(move |asked| match asked.path {
        "/" if day.load(Ordering::Relaxed) == 0 => Reply::page(listing([
            (1, "/tin/bai-viet-aB.html"),
            (1, "/tin/bai-viet-ab.html"),
            (3, "/tin/bai-viet-cD.html"),
        ])),
        "/" => Reply::page(listing([
            (1, "/tin/bai-viet-aB.html"),
            (3, "/tin/bai-viet-cD.html"),
            (4, "/tin/bai-viet-cd.html"),
            (5, "/tin/bai-viet-CD.html"),
        ])),
        "/tin/bai-viet-aB.html" | "/tin/bai-viet-ab.html" => Reply::page(article(1, "", "")),
        "/tin/bai-viet-cD.html" => Reply::page(article(3, "", "")),
        "/tin/bai-viet-cd.html" => Reply::page(article(4, "", "")),
        "/tin/bai-viet-CD.html" => Reply::page(article(5, "", "")),
        _ => Reply::missing(),
    })
    .await;
    desk.register("so", &server, None).await;
    desk.visit("so").await;
    assert!(desk.portal("so").await.learnt.case.holds());
    now.store(1, Ordering::Relaxed);
    for _ in 0..2 {
        desk.later(24);
        desk.visit("so").await;
    }
    let learnt = desk.portal("so").await.learnt;
    assert!(!learnt.case.holds() && learnt.case.differ > 0, "{learnt:?}");
    let mut titles: Vec<String> = desk.archived("so").await.into_iter().map(|article| article.title).collect();
    titles.sort();
    assert_eq!(titles, [title(1), title(3), title(4), title(5)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canonical_address_is_believed_until_several_claim_it() {
    let desk = Desk::open().await;
    let good = Server::start(|asked| match asked.path {
        "/" => Reply::page(listing([(1, "/muc-a/bai-1.html"), (1, "/muc-b/bai-1.html"), (2, "/muc-a/bai-2.html")])),
        path if path.ends_with("bai-1.html") => Reply::page(article(1, "", "<link rel=canonical href='/bai-1.html'>")),
        path if path.ends_with("bai-2.html") => Reply::page(article(2, "", "<link rel=canonical href='/bai-2.html'>")),
        _ => Reply::missing(),
    })
    .await;
    desk.register("tot", &good, None).await;
    desk.visit("tot").await;
    let mut paths: Vec<String> = desk
        .archived("tot")
        .await
        .iter()
        .map(|article| url::Url::parse(&article.url).unwrap().path().to_owned())
        .collect();
    paths.sort();
    assert_eq!(paths, ["/bai-1.html", "/bai-2.html"]);

    // Every page calls the section its own.
    let bad = Server::start(|asked| match number(asked.path) {
        Some(n) => Reply::page(article(n, "", "<link rel=canonical href='/chuyen-muc'>")),
        None if asked.path == "/" => Reply::page(usual(1..7)),
        None => Reply::missing(),
    })
    .await;
    desk.register("xau", &bad, None).await;
    let report = desk.visit("xau").await;
    assert_eq!(report.new, 6, "{report:?}");
    let mut found: Vec<(String, String)> = desk
        .archived("xau")
        .await
        .iter()
        .map(|a| (a.title.clone(), url::Url::parse(&a.url).unwrap().path().to_owned()))
        .collect();
    found.sort();
    let expected: Vec<(String, String)> =
        (1..7).map(|n| (title(n), format!("/tin-tuc/bai-viet-so-{n}.html"))).collect();
    assert_eq!(found, expected);
    assert!(desk.portal("xau").await.learnt.claims.are_refuted());
    desk.later(2);
    assert_eq!(desk.visit("xau").await.new, 0, "each is known under its own address");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_like_that_of_a_made_up_address_is_no_article() {
    let desk = Desk::open().await;
    let excuse = "<html><head><title>Cổng thông tin điện tử huyện</title></head><body><article><h1>Cổng thông tin điện tử huyện</h1>\
        <p>Ủy ban nhân dân huyện trân trọng giới thiệu với quý vị và các bạn những nét chính về vùng đất, con người và \
        truyền thống lịch sử của địa phương, cùng các chương trình phát triển kinh tế xã hội đang được triển khai.</p>\
        <p>Mời quý vị ghé thăm các chuyên mục của chúng tôi để biết thêm thông tin chi tiết về từng lĩnh vực, từ nông \
        nghiệp, du lịch đến cải cách hành chính và dịch vụ công trực tuyến.</p></article></body></html>";
    let server = Server::start(move |asked| match number(asked.path) {
        Some(n) if n < 5 => Reply::page(article(n, "", "")),
        None if asked.path == "/" => Reply::page(usual(1..8)),
        _ => Reply::page(excuse),
    })
    .await;
    desk.register("huyen", &server, None).await;
    assert_eq!(desk.visit("huyen").await.new, 4);
    desk.later(2);
    desk.visit("huyen").await;
    assert_eq!(server.asked_like("lantoa-kiem-tra"), 1, "once a week is enough");

    // Software that answers by the path alone gives the article itself, whatever the query says.
    let deaf = Server::start(|asked| match number(asked.path.split('?').next().unwrap()) {
        Some(n) => Reply::page(article(n, "", "")),
        None if asked.path == "/" => {
            let addresses: Vec<String> = (1..5).map(|n| format!("/tin-tuc/bai-viet-so-{n}.html?id={n}")).collect();
            Reply::page(listing(addresses.iter().enumerate().map(|(n, url)| (n + 1, url.as_str()))))
        }
        None => Reply::missing(),
    })
    .await;
    desk.register("phuong", &deaf, None).await;
    assert_eq!(desk.visit("phuong").await.new, 4);

    let led = Server::start(move |asked| match (asked.path.split('?').next().unwrap(), number(asked.path)) {
        (_, Some(n)) if n < 5 => Reply::page(article(n, "", "")),
        ("/", _) => Reply::page(usual(1..8)),
        ("/loi.aspx", _) => Reply::page(excuse),
        (path, _) => Reply::to(302, &format!("/loi.aspx?aspxerrorpath={path}")),
    })
    .await;
    desk.register("xa", &led, None).await;
    assert_eq!(desk.visit("xa").await.new, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_a_version_and_a_counter_is_none() {
    let desk = Desk::open().await;
    let (fetches, edited) = (AtomicUsize::new(0), Arc::new(Mutex::new(String::from("<p>Có 12 người bị thương.</p>"))));
    let line = Arc::clone(&edited);
    let server = Server::start(move |asked| match number(asked.path) {
        Some(n) => {
            let views = 1_000 + fetches.fetch_add(1, Ordering::Relaxed);
            Reply::page(article(n, &format!("{}<p>Lượt xem: {views}</p>", line.lock().unwrap()), ""))
        }
        None if asked.path == "/" => Reply::page(usual(1..3)),
        None => Reply::missing(),
    })
    .await;
    desk.register("tinh", &server, None).await;
    desk.visit("tinh").await;
    let revision = archive::table::revision(desk.works.app.store.pool()).await.unwrap();
    for _ in 0..5 {
        desk.later(3);
        let report = desk.visit_all("tinh").await;
        assert_eq!((report.changed, report.unchanged), (0, 2), "{report:?}");
    }
    assert_eq!(
        archive::table::revision(desk.works.app.store.pool()).await.unwrap(),
        revision,
        "nothing is indexed again"
    );
    *edited.lock().unwrap() = "<p>Có 15 người bị thương.</p>".to_owned();
    desk.later(3);
    assert_eq!(desk.visit_all("tinh").await.changed, 2);
    let id = desk.archived("tinh").await[0].id.clone();
    let versions = archive::table::versions(desk.works.app.store.pool(), &id).await.unwrap();
    let wording =
        |at: usize| Wording { title: &versions[at].title, summary: &versions[at].summary, text: &versions[at].text };
    assert_eq!(versions.len(), 2);
    let found = difference(&wording(0), &wording(1));
    assert_eq!(found.nature, Nature::Facts);
    assert!(found.in_words().contains(&"đổi số: 12 → 15".to_owned()), "{:?}", found.in_words());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_vanish_at_once_are_a_question() {
    let desk = Desk::open().await;
    let (from, gone) = switch();
    let server = Server::start(move |asked| match number(asked.path) {
        Some(n) if n < from.load(Ordering::Relaxed) => Reply::missing(),
        Some(n) => Reply::page(article(n, "", "")),
        None if asked.path == "/" => Reply::page(usual(0..30)),
        None => Reply::missing(),
    })
    .await;
    for slug in ["co", "khong"] {
        desk.register(slug, &server, None).await;
        assert_eq!(desk.visit(slug).await.new, 30);
    }
    gone.store(8, Ordering::Relaxed);
    for _ in 0..3 {
        desk.later(30);
        for slug in ["co", "khong"] {
            let report = desk.visit_all(slug).await;
            assert!(
                report.problem.as_deref().unwrap_or_default().contains("8 of 30 articles are missing"),
                "{report:?}"
            );
            assert_eq!(desk.counts(slug).await, (30, 0));
        }
    }
    assert_eq!(desk.answer("co", true).await, 8);
    assert_eq!(desk.counts("co").await, (22, 8));
    desk.answer("khong", false).await;
    desk.later(30);
    let report = desk.visit_all("khong").await;
    assert_eq!((report.problem, desk.counts("khong").await), (None, (30, 0)));
    // They come back by themselves.
    gone.store(0, Ordering::Relaxed);
    desk.later(24 * 31);
    desk.visit_all("khong").await;
    assert_eq!(desk.counts("khong").await, (30, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_taken_back_when_the_articles_are_back() {
    let desk = Desk::open().await;
    let (from, gone) = switch();
    let server = Server::start(move |asked| match number(asked.path) {
        Some(n) if n < from.load(Ordering::Relaxed) => Reply::missing(),
        Some(n) => Reply::page(article(n, "", "")),
        None if asked.path == "/" => Reply::page(usual(0..30)),
        None => Reply::missing(),
    })
    .await;
    desk.register("tinh", &server, None).await;
    desk.visit("tinh").await;
    gone.store(8, Ordering::Relaxed);
    desk.later(30);
    desk.visit_all("tinh").await;
    assert_eq!(desk.questions("tinh").await.len(), 1);
    gone.store(0, Ordering::Relaxed);
    desk.later(30);
    let report = desk.visit_all("tinh").await;
    assert_eq!((report.problem, desk.questions("tinh").await.len()), (None, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_empties_itself_stops_and_asks() {
    let parked = "<html><head><title>Tên miền đang được rao bán</title></head><body><article><h1>Tên miền đang được rao bán</h1>\
        <p>Tên miền này hiện đang được rao bán trên sàn giao dịch tên miền quốc tế, quý khách có nhu cầu xin liên hệ với bộ \
        phận kinh doanh của chúng tôi để được tư vấn và báo giá trong thời gian sớm nhất, kèm nhiều ưu đãi hấp dẫn.</p>\
        <p>Chúng tôi cung cấp dịch vụ lưu trữ, thư điện tử và thiết kế trang thông tin trọn gói cho doanh nghiệp nhỏ.</p>\
        </article></body></html>";
    for lists in [false, true] {
        let desk = Desk::open().await;
        let (state, now) = switch();
        let server = Server::start(move |asked| match (number(asked.path), state.load(Ordering::Relaxed)) {
            (Some(n), 0) => Reply::page(article(n, "", "")),
            (None, 0) if asked.path == "/" => Reply::page(usual(0..20)),
            (None, _) if asked.path == "/" && lists => Reply::page(usual(0..20)),
            (None, 0) => Reply::missing(),
            (_, _) => Reply::page(parked),
        })
        .await;
        desk.register("tinh", &server, None).await;
        assert_eq!(desk.visit("tinh").await.new, 20);
        now.store(1, Ordering::Relaxed);
        for _ in 0..3 {
            desk.later(30);
            let report = desk.visit_all("tinh").await;
            assert!(report.problem.as_deref().unwrap_or_default().contains("emptied itself"), "{lists}: {report:?}");
            assert_eq!((report.changed, report.new, report.gone), (0, 0, 0), "{lists}: {report:?}");
        }
        let all = desk.archived("tinh").await;
        assert!(all.len() == 20 && all.iter().all(|article| article.version == 1 && article.text.contains("Đoạn 3")));
        now.store(0, Ordering::Relaxed);
        desk.later(30);
        let report = desk.visit("tinh").await;
        assert!(!report.problem.unwrap_or_default().contains("emptied itself"), "{lists}");
        assert_eq!(desk.questions("tinh").await.len(), 0, "{lists}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_proposed_after_three_days_and_followed_when_accepted() {
    let (day, now) = switch();
    let place = Arc::new(Mutex::new(String::new()));
    let to = Arc::clone(&place);
    let old = Server::start(move |asked| {
        if day.load(Ordering::Relaxed) > 0 {
            return Reply::to(301, &format!("{}{}", to.lock().unwrap().trim_end_matches('/'), asked.path));
        }
        match number(asked.path) {
            Some(n) => Reply::page(article(n, "", "")),
            None if asked.path == "/" => Reply::page(usual(0..12)),
            None => Reply::missing(),
        }
    })
    .await;
    let new = Server::start(|asked| match number(asked.path) {
        Some(n) => Reply::page(article(n, "", "")),
        None if asked.path == "/" => Reply::page(usual(0..14)),
        None => Reply::missing(),
    })
    .await;
    // Another port is another host.
    let desk = Desk::reaching(&[new.address.port().unwrap()]).await;
    *place.lock().unwrap() = new.address.to_string();
    desk.register("bo", &old, None).await;
    assert_eq!(desk.visit("bo").await.new, 12);
    let ids: Vec<String> = desk.archived("bo").await.into_iter().map(|article| article.id).collect();
    now.store(1, Ordering::Relaxed);
    for (visit, expected) in [(1, Stage::Watched), (2, Stage::Watched), (3, Stage::Watched), (4, Stage::Open)] {
        // The second visit is on the day of the first.
        desk.later(if visit == 2 { 2 } else { 24 });
        let report = desk.visit_all("bo").await;
        assert!(report.problem.is_some() && report.new == 0, "{visit}: {report:?}");
        let asked = desk.questions("bo").await;
        assert_eq!((asked[0].kind, asked[0].stage), (Kind::Moved, expected), "visit {visit}: {asked:?}");
    }
    assert_eq!(new.asked_like("/tin-tuc/"), 0, "nothing is read before the answer");
    assert_eq!(desk.answer("bo", true).await, 12);
    let portal = desk.portal("bo").await;
    assert_eq!(portal.entry.url, new.address);
    desk.later(1);
    let report = desk.visit_all("bo").await;
    assert_eq!((report.new, report.changed, report.problem), (2, 0, None), "{:?}", report.errors);
    let all = desk.archived("bo").await;
    assert_eq!(all.len(), 14);
    assert!(ids.iter().all(|id| all.iter().any(|article| article.id == *id)), "articles stay what they are");
    assert!(all.iter().all(|article| article.url.starts_with(new.address.as_str())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_for_now_is_no_move_and_a_refused_one_is_not_proposed_again() {
    let elsewhere = Server::start(|_| Reply::page("<html><body>Xin chào</body></html>")).await;
    let desk = Desk::reaching(&[elsewhere.address.port().unwrap()]).await;
    let to = elsewhere.address.to_string();
    let passing = Server::start(move |_| Reply::to(302, &to)).await;
    let to = elsewhere.address.to_string();
    let refresh = Server::start(move |asked| match asked.path {
        "/" => Reply::page(format!("<head><meta http-equiv=refresh content='0; url={to}'></head>")),
        _ => Reply::missing(),
    })
    .await;
    desk.register("tam", &passing, None).await;
    desk.register("han", &refresh, None).await;
    for _ in 0..4 {
        desk.later(24);
        desk.visit("tam").await;
        desk.visit("han").await;
    }
    assert!(desk.questions("tam").await.is_empty());
    assert_eq!(desk.questions("han").await[0].stage, Stage::Open);
    desk.answer("han", false).await;
    for _ in 0..4 {
        desk.later(24);
        desk.visit("han").await;
    }
    assert_eq!(desk.questions("han").await[0].stage, Stage::Answered);
    assert_eq!(desk.portal("han").await.entry.url, refresh.address);
}

fn feed(range: std::ops::Range<usize>, base: &str) -> String {
    let items: String = range
        .map(|n| format!("<item><title>{}</title><link>{base}tin-tuc/bai-viet-so-{n}.html</link></item>", title(n)))
        .collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Tin</title>{items}</channel></rss>")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_admits_a_change_is_found_out_within_a_day() {
    let desk = Desk::open().await;
    let (count, now) = switch();
    let base = Arc::new(Mutex::new(String::new()));
    let own = Arc::clone(&base);
    let server = Server::start(move |asked| match number(asked.path) {
        Some(n) => Reply::page(article(n, "", "")),
        // Whatever is asked with a validator has not changed, it says.
        None if asked.path == "/rss" && asked.whole.contains("if-none-match") => {
            Reply { status: 304, headers: "etag: \"1\"\r\n".to_owned(), body: String::new() }
        }
        None if asked.path == "/rss" => {
            Reply::page(feed(0..5 + count.load(Ordering::Relaxed), &own.lock().unwrap())).with("etag: \"1\"")
        }
        None if asked.path == "/" => Reply::page("<html><body>Trang chủ</body></html>"),
        None => Reply::missing(),
    })
    .await;
    *base.lock().unwrap() = server.address.to_string();
    desk.register("tinh", &server, Some("/rss")).await;
    assert_eq!(desk.visit("tinh").await.new, 5);
    now.store(3, Ordering::Relaxed);
    let mut hours = 0;
    let mut new = 0;
    while new == 0 && hours < 48 {
        desk.later(1);
        hours += 1;
        new = desk.visit("tinh").await.new;
    }
    assert_eq!(new, 3);
    assert!(hours <= 25, "found after {hours} hours");
}
