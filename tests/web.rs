//! The site as a visitor meets it: requests in, pages out, over a record made up for the occasion.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures::FutureExt;
use jiff::ToSpan;
use lantoa::accounts::{self, Role};
use lantoa::archive::{self, Copy, Incoming};
use lantoa::clock::{Clock, Timestamp};
use lantoa::extract::Article;
use lantoa::index::{Document, Hit, PutError, Query, Results, SearchIndex};
use lantoa::portal::health::table::Struck;
use lantoa::portal::{self, Entry, Kind};
use lantoa::store::Store;
use lantoa::triage;
use lantoa::web::{self, IndexStatus, Parts};
use tower::ServiceExt;

#[path = "web/citizens.rs"]
mod citizens;
#[path = "web/desk.rs"]
mod desk;
#[path = "web/evidence.rs"]
mod evidence;
#[path = "web/forms.rs"]
mod forms;
#[path = "web/hostile_texts.rs"]
mod hostile_texts;
#[path = "web/matrix.rs"]
mod matrix;
#[path = "web/openapi.rs"]
mod openapi;
#[path = "web/people.rs"]
mod people;
#[path = "web/programs.rs"]
mod programs;
#[path = "web/rules.rs"]
mod rules;
#[path = "web/story.rs"]
mod story;
#[path = "web/strangers.rs"]
mod strangers;
#[path = "web/unanswered.rs"]
mod unanswered;
#[path = "web/unsaved.rs"]
mod unsaved;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>' & {{7*7}}";

/// An engine that answers from a list, or not at all.
struct Engine {
    hits: Vec<Hit>,
    kinds: Vec<Kind>,
    broken: bool,
}

#[async_trait::async_trait]
impl SearchIndex for Engine {
    async fn put(&self, _: &[Document]) -> Result<(), PutError> {
        Ok(())
    }

    async fn remove(&self, _: &[String]) -> Result<(), PutError> {
        Ok(())
    }

    async fn search(&self, query: &Query) -> anyhow::Result<Results> {
        anyhow::ensure!(!self.broken, "the engine is broken");
        let words = query.text.to_lowercase();
        let mut found: Vec<(&Hit, Kind)> = self.hits.iter().zip(self.kinds.iter().copied()).collect();
        found.retain(|(hit, kind)| {
            hit.title.to_lowercase().contains(&words)
                && (query.portals.is_empty() || query.portals.contains(&hit.portal))
                && (query.kinds.is_empty() || query.kinds.contains(kind))
                && query.document.as_ref().is_none_or(|number| hit.documents.contains(number))
        });
        let mut results = Results { total: found.len() as u64, ..Results::default() };
        for (hit, kind) in &found {
            count(&mut results.portals, &hit.portal);
            count(&mut results.kinds, kind.as_str());
            hit.documents.iter().for_each(|number| count(&mut results.documents, number));
        }
        results.stories = found.len();
        results.years = vec![(2026, results.total)];
        let page = found.into_iter().skip((query.page - 1) * query.per_page).take(query.per_page);
        results.hits = page.map(|(hit, _)| hit.clone()).collect();
        Ok(results)
    }

    async fn count(&self) -> anyhow::Result<u64> {
        Ok(self.hits.len() as u64)
    }
}

fn count(counts: &mut Vec<(String, u64)>, key: &str) {
    match counts.iter_mut().find(|(other, _)| other == key) {
        Some((_, number)) => *number += 1,
        None => counts.push((key.to_owned(), 1)),
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Anonymous,
    Editor,
    Operator,
    Officer,
    Admin,
}

const EVERYONE: [Who; 5] = [Who::Anonymous, Who::Editor, Who::Operator, Who::Officer, Who::Admin];

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "",
            Self::Editor => "lan",
            Self::Operator => "tuan",
            Self::Officer => "minh",
            Self::Admin => "hoa",
        }
    }
}

struct House {
    store: Store,
    clock: Clock,
    router: Router,
    operations: Router,
    articles: Vec<String>,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: impl axum::http::header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that was set, as the browser would send it back.
    fn cookie(&self) -> String {
        self.header(SET_COOKIE).split(';').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn has(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "no {text:?} in {}", self.body);
        self
    }

    #[track_caller]
    fn lacks(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "{text:?} in {}", self.body);
        self
    }
}

impl House {
    async fn new() -> Self {
        Self::build(web::Options::default(), false).await
    }

    async fn build(options: web::Options, broken: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let (articles, hits, kinds) = fill(&store, now).await;
        let status = IndexStatus { engine: "embedded".into(), ready: !broken, documents: 4, ..IndexStatus::default() };
        let clock = Clock::fixed(now);
        let parts = Parts {
            store: store.clone(),
            clock: clock.clone(),
            index: Arc::new(Engine { hits, kinds, broken }),
            index_status: Arc::new(move || futures::future::ready(status.clone()).boxed()),
            accounts: accounts::Options { free_failures: 3, ..accounts::Options::default() },
            triage: triage::Options::default(),
            intake: intake(&store, &folder),
            sender: lantoa::fetch::Sender::new(&lantoa::fetch::Options::default()).unwrap(),
            searches: Arc::default(),
            options,
            metrics: Arc::default(),
        };
        let operations = web::operations(parts.clone());
        Self { store, clock, router: web::router(parts).unwrap(), operations, articles, _folder: folder }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        let answer =
            Answer { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() };
        assert_protected(&answer);
        answer
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::get(path).header(COOKIE, cookie).body(Body::empty()).unwrap()).await
    }

    /// A request to the site from `client`, with headers of its own.
    async fn watch(&self, path: &str, client: &str, headers: &[(&str, &str)]) -> Answer {
        let client: std::net::SocketAddr = client.parse().unwrap();
        let mut request = Request::get(path).extension(axum::extract::ConnectInfo(client));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(COOKIE, cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// A fresh one-time link.
    async fn link(&self, who: Who) -> String {
        let now = self.clock.now();
        let token = self
            .store
            .write(move |c| {
                let options = accounts::Options::default();
                async move { accounts::table::link(c, who.name(), &options, "test", now).await }.boxed()
            })
            .await
            .unwrap();
        format!("/sign-in/{}", token.secret())
    }

    /// The cookie of a new session; nothing for those who do not sign in.
    async fn enter(&self, who: Who) -> String {
        if who == Who::Anonymous {
            return String::new();
        }
        self.post(&self.link(who).await, "", "straight_in=1").await.cookie()
    }

    /// Everything that the record says about accounts, sessions and decisions.
    async fn state(&self) -> Vec<(String, i64)> {
        let mut state = Vec::new();
        for table in ["account", "session", "sign_in_link", "audit", "decision", "triage_item", "article", "portal"] {
            let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
            let (count,): (i64,) = sqlx::query_as(sql).fetch_one(self.store.pool()).await.unwrap();
            state.push((table.to_owned(), count));
        }
        state
    }
}

/// Where items go that portals hand in.
fn intake(store: &Store, folder: &tempfile::TempDir) -> lantoa::pipeline::Intake {
    let dedup = lantoa::dedup::Options::default();
    let window = lantoa::dedup::Window::open(&folder.path().join("dedup"), &dedup).unwrap().window;
    let engine = Arc::new(Engine { hits: vec![], kinds: vec![], broken: false });
    lantoa::pipeline::Intake {
        store: store.clone(),
        window: Arc::new(window),
        targets: Arc::from(["embedded"]),
        index: lantoa::index::outbox::Worker::new(store.clone(), "embedded", engine, 10).handle(),
        dedup: Arc::new(dedup),
        triage: Arc::new(triage::Options::default()),
        triage_hours: 72,
    }
}

/// What every answer must carry, whoever made it.
fn assert_protected(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(rule), "{} {policy}", answer.status);
    }
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    assert!(!answer.header("referrer-policy").is_empty());
    assert!(answer.body.len() < 60_000, "{}", answer.body.len());
    // JSON may hold anything: with its type and `nosniff` no browser takes it for a page.
    for hostile in ["<script>", "<img"].iter().filter(|_| !answer.header(CONTENT_TYPE).contains("json")) {
        assert!(!answer.body.contains(hostile), "{hostile} in {}", answer.body);
    }
}

/// Three portals, five people, four articles in three stories.
async fn fill(store: &Store, now: Timestamp) -> (Vec<String>, Vec<Hit>, Vec<Kind>) {
    store.write(move |c| async move { fill_in(c, now).await }.boxed()).await.unwrap()
}

async fn fill_in(
    connection: &mut lantoa::store::Connection,
    now: Timestamp,
) -> anyhow::Result<(Vec<String>, Vec<Hit>, Vec<Kind>)> {
    let portals = [
        ("moh", "Bộ Y tế", Kind::Ministry),
        ("quangnam", HOSTILE, Kind::Province),
        ("chinhphu", "Cổng Thông tin điện tử Chính phủ", Kind::Government),
    ];
    for (slug, name, kind) in portals {
        let url = format!("https://{slug}.gov.vn/").parse()?;
        portal::table::register(connection, &Entry::new(slug, name, kind, url), now).await?;
    }
    let officer = ["moh".to_owned()];
    for (who, role) in [
        (Who::Editor, Role::Editor),
        (Who::Operator, Role::Operator),
        (Who::Officer, Role::Officer),
        (Who::Admin, Role::Admin),
    ] {
        let portals: &[String] = if role == Role::Officer { &officer } else { &[] };
        accounts::table::create(connection, who.name(), role, portals, "test", now).await?;
    }
    let told = "Liên hệ ông Hòa, CCCD 001204001234, điện thoại 0912 345 678, hoa@gmail.com; đường dây nóng 19009095. ";
    let long = "Theo công điện, các địa phương chủ động phương án sơ tán dân, bảo đảm an toàn hồ đập. ".repeat(30);
    let cited = "Nghị định số 224/2026/NĐ-CP ngày 24/06/2026 của Chính phủ";
    let articles = [
        (
            0,
            "Công điện khẩn về ứng phó bão số 9",
            "Bộ Y tế yêu cầu các sở trực 24/24 giờ, bảo đảm cấp cứu.",
            None,
            false,
        ),
        (1, HOSTILE, HOSTILE, None, false),
        (2, "Nghị định mới về bảo hiểm y tế có hiệu lực từ 01/01/2027", "Chính phủ ban hành nghị định.", None, true),
        (1, "Ứng phó bão số 9: Quảng Nam sơ tán dân", "Tỉnh Quảng Nam triển khai công điện.", Some(0), false),
    ];
    let (mut ids, mut hits, mut kinds) = (Vec::<String>::new(), Vec::new(), Vec::new());
    for (number, (place, title, summary, copy_of, noarchive)) in articles.into_iter().enumerate() {
        let (slug, name, kind) = portals[place];
        let url: url::Url = format!("https://{slug}.gov.vn/tin-{number}.html?a=1&b=2").parse()?;
        let id = archive::article_id(slug, url.as_str());
        let story = copy_of.map_or_else(|| id.clone(), |other: usize| ids[other].clone());
        sqlx::query("INSERT INTO story (id, created_at) VALUES ($1, 0) ON CONFLICT DO NOTHING")
            .bind(&story)
            .execute(&mut *connection)
            .await?;
        let (row,): (i64,) =
            sqlx::query_as("SELECT id FROM portal WHERE slug = $1").bind(slug).fetch_one(&mut *connection).await?;
        let published = now - (i64::try_from(number)? * 5 + 1).hours();
        let incoming = Incoming {
            id: id.clone(),
            portal: row,
            url: url.clone(),
            article: Article {
                title: title.into(),
                summary: summary.into(),
                text: format!("{told}{long}"),
                published: Some(published),
                citations: lantoa::vietnamese::document::citations(cited),
                documents: vec!["224/2026/NĐ-CP".into()],
                language: "vi".into(),
                noarchive,
                ..Article::default()
            },
            problems: vec![],
            content_hash: format!("{number}"),
            story: story.clone(),
            copy: if copy_of.is_some() { Copy::Near } else { Copy::Origin },
            now: published + 10.minutes(),
        };
        archive::keep(connection, &incoming).await?;
        triage::table::refresh(connection, &story, &triage::Options::default(), now).await?;
        ids.push(id.clone());
        kinds.push(kind);
        hits.push(Hit {
            id,
            url: url.into(),
            portal: slug.into(),
            portal_name: name.into(),
            title: title.into(),
            snippet: format!("… {HOSTILE} <mark>bão</mark> …"),
            published_at: published,
            documents: vec!["224/2026/NĐ-CP".into()],
            story,
        });
    }
    Ok((ids, hits, kinds))
}

/// Every route with what each visitor gets, in the order of [`EVERYONE`].
#[tokio::test]
async fn each_visitor_gets_what_is_theirs() {
    let house = House::new().await;
    let mut cookies = Vec::new();
    for who in EVERYONE {
        cookies.push((who, house.enter(who).await));
    }
    let item = format!("/items/{}", house.articles[0]);
    let story = format!("/stories/{}", house.articles[0]);
    let api_item = format!("/api/v1/items/{}", house.articles[0]);
    let own_story = format!("/desk/stories/{}", house.articles[0]);
    let other_story = format!("/desk/stories/{}", house.articles[1]);
    let api_story = format!("/api/v1/stories/{}", house.articles[3]);
    let routes: Vec<(&str, &str, [u16; 5])> = vec![
        ("GET", "/", [200; 5]),
        ("GET", "/search", [200; 5]),
        ("GET", "/search?q=b%C3%A3o&portal=moh&kind=ministry&page=1&sort=newest", [200; 5]),
        ("GET", &item, [200; 5]),
        ("GET", "/items/nothing", [404; 5]),
        ("GET", "/items/aaaaaaaaaaaaaaaaaaaaaaaaaa", [404; 5]),
        ("GET", &story, [200; 5]),
        ("GET", "/stories/nothing", [404; 5]),
        ("GET", "/documents/224/2026/N%C4%90-CP", [200; 5]),
        ("GET", "/documents/224/2026/nd-cp", [303; 5]),
        ("GET", "/documents/909/2026/N%C4%90-CP", [404; 5]),
        ("GET", "/portals", [200; 5]),
        ("GET", "/portals/moh", [200; 5]),
        ("GET", "/portals/nothing", [404; 5]),
        ("GET", "/suggest?q=bao", [200; 5]),
        ("GET", "/feeds/amplified.atom", [200; 5]),
        ("GET", "/feeds/amplified.rss", [200; 5]),
        ("GET", "/feeds/amplified.json", [200; 5]),
        ("GET", "/feeds/amplified.exe", [404; 5]),
        ("GET", "/feeds/..%2f..%2fetc%2fpasswd", [404; 5]),
        ("GET", "/opensearch.xml", [200; 5]),
        ("GET", "/robots.txt", [200; 5]),
        ("GET", "/sitemap.xml", [200; 5]),
        ("GET", "/search.atom?q=b%C3%A3o", [200; 5]),
        ("GET", "/search.atom?page=x", [400; 5]),
        ("GET", "/accessibility", [200; 5]),
        ("GET", "/crawler", [200; 5]),
        ("GET", "/static/style.css", [200; 5]),
        ("GET", "/static/desk.js", [200; 5]),
        ("GET", "/static/desk_live.js", [200; 5]),
        ("GET", "/static/suggest.js", [200; 5]),
        ("GET", "/static/%2e%2e%2fmod.rs", [404; 5]),
        ("GET", "/api/v1/search", [200; 5]),
        ("GET", &api_item, [200; 5]),
        ("GET", &api_story, [200; 5]),
        ("GET", "/api/v1/stories/nothing", [404; 5]),
        ("GET", "/api/v1/documents/224/2026/N%C4%90-CP", [200; 5]),
        ("GET", "/api/v1/documents/x", [404; 5]),
        ("GET", "/api/v1/openapi.json", [200; 5]),
        ("GET", "/api/v1/portals", [200; 5]),
        ("GET", "/api/v1/amplified", [200; 5]),
        ("GET", "/api/v1/desk/items", [401, 200, 403, 200, 200]),
        ("GET", "/api/v1/desk/items?state=nonsense", [401, 400, 403, 400, 400]),
        ("POST", "/api/v1/desk/items/2/decisions", [401, 400, 403, 404, 400]),
        ("GET", "/api/v1/desk/questions", [401, 200, 403, 403, 200]),
        ("POST", "/api/v1/desk/stories/nothing/decisions", [401, 400, 403, 403, 400]),
        ("GET", "/login", [200, 303, 303, 303, 303]),
        ("GET", "/sign-in/nothing", [404; 5]),
        ("GET", "/logout", [405; 5]),
        ("GET", "/desk", [303, 200, 403, 200, 200]),
        ("GET", "/desk/items/1", [303, 200, 403, 200, 200]),
        // Item 2 is a story of another portal than the officer's.
        ("GET", "/desk/items/2", [303, 200, 403, 404, 200]),
        ("GET", "/desk/items/99", [303, 404, 403, 404, 404]),
        ("GET", "/desk/items/1/decisions", [405; 5]),
        ("POST", "/desk/decisions", [403, 400, 403, 400, 400]),
        ("GET", "/desk/decisions", [405; 5]),
        ("GET", "/desk/events?seen=0&wait=0", [303, 200, 403, 200, 200]),
        ("GET", "/desk/events?seen=0&wait=0&item=2", [303, 200, 403, 404, 200]),
        ("POST", "/desk/views", [403, 400, 403, 400, 400]),
        ("POST", "/desk/settings", [403, 400, 403, 400, 400]),
        ("GET", "/desk/numbers", [303, 200, 403, 200, 200]),
        ("GET", "/desk/items/1%2F..", [303, 404, 403, 404, 404]),
        ("POST", "/desk/items/2/decisions", [403, 400, 403, 404, 400]),
        ("GET", "/desk/questions", [303, 200, 403, 403, 200]),
        ("GET", &own_story, [303, 200, 403, 200, 200]),
        ("GET", &other_story, [303, 200, 403, 404, 200]),
        ("GET", "/desk/stories/nothing", [303, 404, 403, 404, 404]),
        ("POST", "/desk/stories/nothing/decisions", [403, 400, 403, 403, 400]),
        ("GET", "/console", [303, 403, 200, 403, 200]),
        ("GET", "/console?state=late", [303, 403, 200, 403, 200]),
        ("GET", "/console?state=%00", [303, 403, 200, 403, 200]),
        ("GET", "/console/portals/moh", [303, 403, 200, 403, 200]),
        ("GET", "/console/portals/nothing", [303, 403, 404, 403, 404]),
        ("POST", "/console/questions", [403, 403, 400, 403, 400]),
        ("GET", "/console/unanswered", [303, 200, 200, 403, 200]),
        ("GET", "/console/unanswered.csv", [303, 200, 200, 403, 200]),
        ("GET", "/account", [303, 200, 200, 200, 200]),
        ("POST", "/account/prove", [403; 5]),
        ("POST", "/account/sessions", [403, 400, 400, 400, 400]),
        ("POST", "/account/password", [403, 422, 422, 422, 422]),
        ("POST", "/account/second", [403, 400, 400, 400, 400]),
        ("GET", "/console/people", [303, 403, 403, 403, 200]),
        ("POST", "/console/people", [403, 403, 403, 403, 422]),
        ("POST", "/console/people/nobody", [403, 403, 403, 403, 404]),
        ("GET", "/console/keys", [303, 403, 403, 403, 200]),
        ("POST", "/console/keys", [403, 403, 403, 403, 422]),
        ("POST", "/console/keys/nothing", [403, 403, 403, 403, 404]),
        ("GET", "/console/webhooks", [303, 403, 200, 403, 200]),
        ("POST", "/console/webhooks", [403, 403, 422, 403, 422]),
        ("POST", "/console/webhooks/9", [403, 403, 404, 403, 404]),
        ("POST", "/api/v1/items", [401; 5]),
        ("GET", "/api/v1/decisions", [401, 200, 403, 200, 200]),
        ("GET", "/api/v1/decisions?portal=chinhphu", [401, 200, 403, 404, 200]),
        ("GET", "/api/v1/webhooks", [401; 5]),
        ("POST", "/api/v1/webhooks", [401; 5]),
        ("DELETE", "/api/v1/webhooks/1", [401; 5]),
        ("GET", "/console/audit", [303, 403, 403, 403, 200]),
        ("GET", "/console/audit.csv", [303, 403, 403, 403, 200]),
        ("GET", "/console/rules", [303, 200, 403, 403, 200]),
        ("GET", "/console/rules/new", [303, 200, 403, 403, 200]),
        ("POST", "/console/rules/draft", [403, 422, 403, 403, 422]),
        ("GET", "/console/rules/1", [303, 404, 403, 403, 404]),
        ("POST", "/console/rules/1", [403, 404, 403, 403, 404]),
        ("GET", "/console/topics", [303, 200, 403, 403, 200]),
        ("POST", "/console/topics", [403, 422, 403, 403, 422]),
        ("GET", "/console/topics/new", [303, 200, 403, 403, 200]),
        ("GET", "/console/topics/y-te", [303, 200, 403, 403, 200]),
        ("GET", "/console/topics/nothing", [303, 404, 403, 403, 404]),
        ("POST", "/console/topics/y-te", [403, 400, 403, 403, 400]),
        ("GET", "/desk/items/1/rules", [303, 200, 403, 403, 200]),
        ("GET", "/desk/items/99/rules", [303, 404, 403, 403, 404]),
        ("GET", "/healthz", [200; 5]),
        // For clients on this machine only, and these requests say nothing of where they come from.
        ("GET", "/readyz", [404; 5]),
        ("GET", "/metrics", [404; 5]),
        ("GET", "/nothing", [404; 5]),
        ("GET", "//desk", [404; 5]),
        ("GET", "/desk/", [404; 5]),
        ("GET", "/DESK", [404; 5]),
        ("GET", "/api/v1/nothing", [404; 5]),
        ("DELETE", "/", [405; 5]),
        ("TRACE", "/desk", [405; 5]),
        ("POST", "/logout", [303; 5]),
    ];
    for (method, path, expected) in routes {
        for ((who, cookie), expected) in cookies.iter().zip(expected) {
            let request = Request::builder()
                .method(method.parse::<Method>().unwrap())
                .uri(path)
                .header(COOKIE, cookie)
                .header("sec-fetch-site", "same-origin");
            let answer = house.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, expected, "{method} {path} as {who:?}");
            if *who != Who::Anonymous || path.starts_with("/desk") || path.starts_with("/console") {
                assert_eq!(answer.header("cache-control"), "no-store", "{method} {path} as {who:?}");
            }
        }
    }
}

/// The matrix above must know every route: an address that the router has and the test has not fails here.
#[test]
fn the_matrix_has_every_route() {
    let here = include_str!("web.rs");
    let router = include_str!("../src/web/router.rs");
    let routes = regex::Regex::new(r#"\.route\("([^"{]+)"#).unwrap();
    let mut found = 0;
    for route in routes.captures_iter(router) {
        found += 1;
        let (quoted, formatted) = (format!("\"{}", &route[1]), format!("\"{}{{", &route[1]));
        assert!(here.contains(&quoted) || here.contains(&formatted), "no test asks for {}", &route[1]);
    }
    assert!(found > 20);
}

#[tokio::test]
async fn reading_changes_nothing() {
    let house = House::new().await;
    let admin = house.enter(Who::Admin).await;
    let link = house.link(Who::Editor).await;
    let before = house.state().await;
    for path in ["/", "/search?q=a", "/desk", "/desk/items/1", "/console", "/login", &link, "/api/v1/search"] {
        house.get(path, &admin).await;
        house.get(path, "").await;
    }
    assert_eq!(house.state().await, before);
}

#[tokio::test]
async fn hostile_text_stays_text_on_every_page() {
    let house = House::new().await;
    let admin = house.enter(Who::Admin).await;
    let hostile = format!("/items/{}", house.articles[1]);
    for path in ["/", "/search", "/desk", "/desk/items/1", "/desk/items/2", "/console", &hostile] {
        let answer = house.get(path, &admin).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.lacks("onerror=alert(2)>'");
    }
    let typed = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for path in
        ["/search?q=", "/search?from=", "/search?page=", "/search?portal=", "/search?kind=", "/search?document="]
    {
        house.get(&format!("{path}{typed}"), "").await.lacks("<script>alert");
    }
    for path in ["/desk?portal=", "/login?next=", "/items/", "/nothing/", "/sign-in/"] {
        house.get(&format!("{path}{typed}"), &admin).await.lacks("<script>alert");
    }
}

#[tokio::test]
async fn an_item_shows_an_extract_and_leads_to_the_original() {
    let house = House::new().await;
    let item = house.get(&format!("/items/{}", house.articles[0]), "").await;
    item.has("rel=\"noopener noreferrer nofollow\"")
        .has("<link rel=\"canonical\" href=\"https://moh.gov.vn/tin-0.html?a=1&#38;b=2\">")
        .has("14:00 21/11/2026")
        .has("/documents/224/2026/N%C4%90-CP")
        .has("(Chính phủ, 24/06/2026)")
        .has("CCCD ●●●34")
        .has("19009095")
        .lacks("001204001234")
        .lacks("0912 345 678")
        .lacks("hoa@gmail")
        .has("Quảng Nam sơ tán dân")
        .has("\"isBasedOn\":\"https://moh.gov.vn/tin-0.html")
        .has("Theo công điện");
    house.get("/search?document=224%2F2026%2FN%C4%90-CP", "").await.has("Nghị định · Chính phủ, 24/06/2026");
    let told = house.get(&format!("/api/v1/items/{}", house.articles[0]), "").await;
    told.has("\"issued_on\":\"2026-06-24\"").lacks("001204001234");
    // One thirtieth of the text is 90 characters long; the whole must not be here.
    assert!(item.body.matches("Theo công điện").count() <= 5);
    house.get(&format!("/items/{}", house.articles[2]), "").await.has("Chính phủ ban hành").lacks("Theo công điện");
}

#[tokio::test]
async fn the_search_finds_filters_and_never_fails_on_nonsense() {
    let house = House::new().await;
    let check = |path: &'static str, status: u16, texts: &'static [&'static str]| {
        let house = &house;
        async move {
            let answer = house.get(path, "").await;
            assert_eq!(answer.status, status, "{path}");
            texts.iter().for_each(|text| {
                answer.has(text);
            });
        }
    };
    check("/search?q=b%C3%A3o", 200, &["<h1>2 kết quả</h1>", "<mark>bão</mark>", "value=\"bão\""]).await;
    check("/search?q=zzz", 200, &["Không tìm thấy tin nào"]).await;
    check("/search?portal=moh&q=b%C3%A3o", 200, &["<h1>1 kết quả</h1>", "href=\"/search?q=b%C3%A3o\""]).await;
    check("/search?lang=en", 200, &["4 results", "lang=\"en\""]).await;
    check("/search?from=31/02/2026", 400, &["31/02/2026", "<h1>4 kết quả</h1>"]).await;
    check("/search?page=0&to=%FF&kind=x&sort=y", 400, &["<h1>4 kết quả</h1>"]).await;
    check("/search?page=99999999999999999999", 400, &["99999999999999999999"]).await;
    check("/search?q=%F0%28%8C%28&&&===&%", 200, &["0 kết quả"]).await;
    let long = format!("/search?q={}", "a".repeat(5000));
    assert_eq!(house.get(&long, "").await.status, 400);
}

#[tokio::test]
async fn feeds_are_read_by_readers() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    house.post("/desk/items/2/decisions", &lan, "action=amplify&revision=1").await;
    for (path, entries) in [
        ("/feeds/amplified.atom", 1),
        ("/feeds/amplified.rss", 1),
        ("/feeds/amplified.json", 1),
        ("/search.atom", 4),
        ("/search.atom?q=zzz", 0),
    ] {
        let answer = house.get(path, "").await;
        let feed = feed_rs::parser::parse(answer.body.as_bytes()).unwrap();
        assert_eq!(feed.entries.len(), entries, "{path}");
        if let (Some(entry), 1) = (feed.entries.first(), entries) {
            assert!(entry.title.as_ref().unwrap().content.contains("<script>alert(1)"), "{path} {entry:?}");
        }
    }
}

#[tokio::test]
async fn the_api_keeps_its_contract() {
    let house = House::new().await;
    let read = |answer: &Answer| serde_json::from_str::<serde_json::Value>(&answer.body).unwrap();
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");

    let answer = house.get("/api/v1/search?q=b%C3%A3o&per_page=1", "").await;
    assert_eq!(answer.header(CONTENT_TYPE), "application/json");
    let found = read(&answer);
    assert_eq!(keys(&found), "query total took_ms page per_page facets stories notes items");
    assert_eq!(keys(&found["facets"]), "portal kind topic document year");
    assert_eq!(found["facets"]["portal"]["moh"], 1);
    assert_eq!((&found["total"], &found["per_page"]), (&2.into(), &1.into()));
    let item = &found["items"][0];
    assert_eq!(keys(item), "id url portal portal_name title snippet published_at documents story copies");
    assert_eq!((&item["copies"], &item["published_at"]), (&1.into(), &"2026-11-21T07:00:00Z".into()));
    let snippet = item["snippet"].as_str().unwrap();
    assert!(snippet.contains("<mark>bão</mark>") && !snippet.contains("<script"), "{snippet}");

    let item = read(&house.get(&format!("/api/v1/items/{}", house.articles[0]), "").await);
    assert!(item.get("text").is_none() && item["title"] == "Công điện khẩn về ứng phó bão số 9");
    assert_eq!(read(&house.get("/api/v1/portals", "").await)["portals"].as_array().unwrap().len(), 3);

    for (path, status) in [
        ("/api/v1/search?page=-1", 400),
        ("/api/v1/search?from=x", 400),
        ("/api/v1/amplified?since=x", 400),
        ("/api/v1/items/x", 404),
        ("/api/v1/nothing", 404),
    ] {
        let answer = house.get(path, "").await;
        assert_eq!(answer.header(CONTENT_TYPE), "application/problem+json", "{path}");
        assert_eq!((answer.status.as_u16(), &read(&answer)["status"]), (status, &status.into()), "{path}");
    }
}

#[tokio::test]
async fn a_broken_engine_is_said_plainly() {
    let house = House::build(web::Options::default(), true).await;
    assert_eq!(house.get("/", "").await.status, 200);
    let search = house.get("/search?q=a", "").await;
    assert_eq!(search.status, 503);
    search.has("Máy tìm kiếm").lacks("the engine is broken");
    assert_eq!(house.watch("/readyz", "127.0.0.1:9", &[]).await.status, 503);
    assert_eq!(house.get("/healthz", "").await.status, 200);
}

#[tokio::test]
async fn signing_in_gives_a_new_session_and_signing_out_ends_it() {
    let house = House::new().await;
    let link = house.link(Who::Editor).await;
    house.get(&link, "").await.has("lan").has("Đặt mật khẩu và vào");
    for form in ["", "password=short&again=short", "password=một+câu+dễ+nhớ&again=một+câu+khác"] {
        assert_eq!(house.post(&link, "", form).await.status, 422, "{form}");
    }
    // A cookie that somebody planted before is not the one that is valid afterwards.
    let planted = "lantoa=planted-by-somebody-else";
    let entered = house.post(&link, planted, "password=một+câu+dễ+nhớ&again=một+câu+dễ+nhớ").await;
    assert_eq!((entered.status.as_u16(), entered.header(LOCATION)), (303, "/desk"));
    let line = entered.header(SET_COOKIE);
    assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax") && !line.contains("planted"), "{line}");
    assert_eq!(house.get("/desk", planted).await.status, 303);
    let first = entered.cookie();
    assert_eq!(house.get("/desk", &first).await.status, 200);
    assert_eq!(house.post(&link, "", "straight_in=1").await.status, 404);

    // Signing in again, with the old cookie, ends the old session.
    let form = "name=lan&password=một+câu+dễ+nhớ&next=/desk?view=closed";
    let again = house.post("/login", &first, form).await;
    assert_eq!((again.status.as_u16(), again.header(LOCATION)), (303, "/desk?view=closed"));
    let second = again.cookie();
    assert_ne!(first, second);
    assert_eq!(house.get("/desk", &first).await.status, 303);
    assert_eq!(house.get("/desk", &second).await.status, 200);

    // The record does not know the secret.
    let secret = second.split_once('=').unwrap().1;
    let (kept,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM session WHERE token_hash = $1")
        .bind(secret)
        .fetch_one(house.store.pool())
        .await
        .unwrap();
    assert_eq!(kept, 0);

    let left = house.post("/logout", &second, "").await;
    assert!(left.header(SET_COOKIE).contains("Max-Age=0"));
    assert_eq!(house.get("/desk", &second).await.status, 303);
}

#[tokio::test]
async fn guesses_are_refused_alike_and_then_slowed_down() {
    let house = House::new().await;
    let link = house.link(Who::Editor).await;
    house.post(&link, "", "password=một+câu+dễ+nhớ&again=một+câu+dễ+nhớ").await;
    let wrong = house.post("/login", "", "name=lan&password=wrong").await;
    let nobody = house.post("/login", "", "name=nobody&password=wrong").await;
    assert_eq!((wrong.status, nobody.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(wrong.body.replace("lan\"", "x\""), nobody.body.replace("nobody\"", "x\""));
    for _ in 0..4 {
        house.post("/login", "", "name=lan&password=wrong").await;
    }
    assert_eq!(house.post("/login", "", "name=lan&password=một+câu+dễ+nhớ").await.status, 401);
    house.clock.set(house.clock.now() + 10.minutes());
    assert_eq!(house.post("/login", "", "name=lan&password=một+câu+dễ+nhớ").await.status, 303);
}

#[tokio::test]
async fn sessions_end_with_idleness_and_with_the_account() {
    let house = House::new().await;
    let cookie = house.enter(Who::Editor).await;
    house.clock.set(house.clock.now() + 31.minutes());
    assert_eq!(house.get("/desk", &cookie).await.status, 303);
    let cookie = house.enter(Who::Editor).await;
    let change =
        |sql: &'static str| house.store.write(move |c| async move { Ok(sqlx::query(sql).execute(c).await?) }.boxed());
    change("UPDATE account SET role = 'operator' WHERE name = 'lan'").await.unwrap();
    assert_eq!(house.get("/desk", &cookie).await.status, 403);
    change("UPDATE account SET disabled = 1 WHERE name = 'lan'").await.unwrap();
    assert_eq!(house.get("/desk", &cookie).await.status, 303);
}

#[tokio::test]
async fn strangers_cannot_make_a_browser_act() {
    let house = House::new().await;
    let cookie = house.enter(Who::Editor).await;
    let check = |headers: &'static [(&'static str, &'static str)], status: u16| {
        let (house, cookie) = (&house, &cookie);
        async move {
            let mut request =
                Request::post("/desk/items/1/decisions").header(COOKIE, cookie).header("host", "127.0.0.1:8080");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = house.send(request.body(Body::from("action=routine&revision=1")).unwrap()).await;
            assert_eq!(answer.status, status, "{headers:?}");
        }
    };
    check(&[("sec-fetch-site", "cross-site")], 403).await;
    check(&[("sec-fetch-site", "same-site")], 403).await;
    check(&[("origin", "https://evil.example")], 403).await;
    check(&[("origin", "null")], 403).await;
    check(&[("origin", "http://127.0.0.1:8080")], 303).await;
}

#[tokio::test]
async fn bodies_are_bounded() {
    let house = House::new().await;
    let form = format!("name=lan&password={}", "a".repeat(70_000));
    assert_eq!(house.post("/login", "", &form).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // A body that does not say how long it is, and has no end.
    for path in ["/login", "/api/v1/desk/items/1/decisions"] {
        let lan = house.enter(Who::Editor).await;
        let request = Request::post(path).header(COOKIE, lan).header("sec-fetch-site", "same-origin");
        let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>("name=lan&".repeat(100)));
        let answer = house.send(request.body(Body::from_stream(endless)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
    }
}

#[tokio::test]
async fn a_decision_is_taken_told_and_taken_back() {
    let house = House::new().await;
    let (lan, hoa) = (house.enter(Who::Editor).await, house.enter(Who::Admin).await);
    let decisions = "/desk/items/1/decisions";
    house.get("/desk", &lan).await.has("Công điện khẩn").has("value=\"amplify\"").has("Khẩn, thiên tai");

    let form = "action=amplify&level=urgent&revision=1&reason=bão+đang+vào&back=/desk?view=open";
    let taken = house.post(decisions, &lan, form).await;
    assert_eq!((taken.status.as_u16(), taken.header(LOCATION)), (303, "/desk?view=open&done=1#queue"));
    house.get("/desk?view=open&done=1", &lan).await.has("Đã chọn lan tỏa").has("value=\"undo\"");
    house.get("/desk?view=amplified", &lan).await.has("Công điện khẩn");
    house.get("/desk/items/1", &lan).await.has("bão đang vào").has("value=\"recall\"");
    house.get("/", "").await.has("Khẩn</span>");
    house.get("/feeds/amplified.atom", "").await.has("Công điện khẩn").has("term=\"urgent\"");

    // Somebody else decided on what they saw before.
    let late = house.post(decisions, &hoa, "action=reject&revision=1").await;
    assert_eq!(late.status, 409);
    late.has("Đã có người quyết định trước").has("bão đang vào").has("<strong>lan</strong>");
    // And what cannot be is refused.
    let refused = house.post(decisions, &hoa, "action=reject&revision=2").await;
    assert_eq!(refused.status, 409);
    refused.has("Hãy thu hồi trước");

    house.clock.set(house.clock.now() + 1.minutes());
    assert_eq!(
        house.post(decisions, &lan, "action=undo&revision=2&back=//evil").await.header(LOCATION),
        "/desk?done=1#queue"
    );
    house.get("/desk", &lan).await.has("Công điện khẩn");
    house.get("/", "").await.has("Hiện chưa có tin nào được chọn");
    // Who read the feed in the meantime learns of it.
    house.get("/feeds/amplified.atom", "").await.has("[Thu hồi] Công điện khẩn").lacks("bảo đảm cấp cứu");
    house.get("/feeds/amplified.json", "").await.has("\"status\":\"recalled\"");
    let nothing = house.post(decisions, &lan, "action=undo&revision=3").await;
    assert_eq!(nothing.status, 409);

    let history: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT actor, action, from_state, to_state FROM decision ORDER BY id")
            .fetch_all(house.store.pool())
            .await
            .unwrap();
    let history: Vec<String> =
        history.iter().map(|(who, what, from, to)| format!("{who} {what} {from}-{to}")).collect();
    assert_eq!(history, ["lan amplify new-amplified", "lan undo amplified-new"]);
}

#[tokio::test]
async fn programs_decide_like_people() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let path = "/api/v1/desk/items/1/decisions";
    let read = |answer: &Answer| serde_json::from_str::<serde_json::Value>(&answer.body).unwrap();
    let taken = house.post(path, &lan, r#"{"action":"amplify","level":"high","revision":1}"#).await;
    assert_eq!((taken.status.as_u16(), &read(&taken)["revision"]), (200, &2.into()));
    let late = house.post(path, &lan, r#"{"action":"reject","revision":1}"#).await;
    assert_eq!((late.status.as_u16(), late.header(CONTENT_TYPE)), (409, "application/problem+json"));
    assert_eq!(read(&late)["since"][0]["action"], "amplify");
    assert_eq!(house.post(path, &lan, r#"{"action":"reject","revision":2}"#).await.status, 409);
    let queue = read(&house.get("/api/v1/desk/items?state=amplified", &lan).await);
    assert_eq!((&queue["items"][0]["id"], &queue["items"][0]["level"]), (&1.into(), &"high".into()));
}

#[tokio::test]
async fn a_correction_follows_what_was_amplified() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    house.post("/desk/items/1/decisions", &lan, "action=amplify&revision=1").await;
    house.get("/feeds/amplified.json", "").await.has("\"status\":\"amplified\"");
    house.clock.set(house.clock.now() + 5.minutes());
    let (id, now) = (house.articles[0].clone(), house.clock.now());
    let changed = house.store.write(move |connection| {
        async move {
            let article = Article { title: "Công điện về bão số 10".into(), ..Article::default() };
            let (url, story) = ("https://moh.gov.vn/tin-0.html?a=1&b=2".parse()?, id.clone());
            let (content_hash, copy) = ("another".into(), Copy::Origin);
            let incoming = Incoming { id, portal: 1, url, article, problems: vec![], content_hash, story, copy, now };
            archive::keep(connection, &incoming).await
        }
        .boxed()
    });
    changed.await.unwrap();
    house.get("/feeds/amplified.atom", "").await.has("[Đính chính] Công điện về bão số 10").has("2026-11-21T08:05:00Z");
    house.get("/api/v1/amplified?since=2026-11-21T08:01:00Z", "").await.has("\"status\":\"corrected\"");
    house.get(&format!("/items/{}", house.articles[0]), "").await.has("Lịch sử thay đổi").has("tiêu đề");
    house.get(&format!("/items/{}", house.articles[0]), "").await.has("<ins>").has("<del>");
    house.get(&format!("/api/v1/items/{}", house.articles[0]), "").await.has("\"nature\":\"");
}

/// What a visit may not decide by itself is answered in the console, once, and by those who run lantoa.
#[tokio::test]
async fn a_question_is_answered_in_the_console() {
    use lantoa::portal::questions::{self, Facts, Kind as Question};
    let house = House::new().await;
    let now = house.clock.now();
    let facts = Facts { missing: Some(8), live: Some(30), ..Facts::default() };
    let asked = house.store.write(move |connection| {
        async move { questions::sighted(connection, 1, Question::Gone, "", &facts, now).await }.boxed()
    });
    let slug = asked.await.unwrap().portal;
    let operator = house.enter(Who::Operator).await;
    house.get("/console", &operator).await.has("8 trong 30 tin").has("Giữ lại").has(&format!("value=\"{slug}\""));
    let form: &'static str = format!("portal={slug}&kind=gone&subject=&answer=no").leak();
    let editor = house.enter(Who::Editor).await;
    assert_eq!(house.post("/console/questions", &editor, form).await.status, 403);
    assert_eq!(house.post("/console/questions", &operator, "portal=x&kind=gone&answer=no").await.status, 404);
    assert_eq!(house.post("/console/questions", &operator, "portal=x&kind=gone").await.status, 400);
    for _ in 0..2 {
        assert_eq!(house.post("/console/questions", &operator, form).await.status, 303);
    }
    house.get("/console", &operator).await.lacks("8 trong 30 tin");
    assert!(questions::open(house.store.pool()).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_put_off_comes_back() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    for bad in
        ["action=snooze&revision=1", "action=snooze&hours=99999&revision=1", "action=burn&revision=1", "action=routine"]
    {
        assert_eq!(house.post("/desk/items/1/decisions", &lan, bad).await.status, 400, "{bad}");
    }
    house.post("/desk/items/1/decisions", &lan, "action=snooze&hours=1&revision=1").await;
    house.get("/desk", &lan).await.lacks("Công điện khẩn");
    house.get("/desk?view=snoozed", &lan).await.has("Công điện khẩn").has("16:00 21/11/2026");
    house.clock.set(house.clock.now() + 20.minutes());
    house.get("/desk", &lan).await.lacks("Công điện khẩn");
    house.clock.set(house.clock.now() + 25.minutes());
    house.get("/desk", &lan).await;
    house.clock.set(house.clock.now() + 16.minutes());
    house.get("/desk", &lan).await.has("Công điện khẩn");
}

#[tokio::test]
async fn an_officer_sees_and_proposes_for_its_own_portal_only() {
    let house = House::new().await;
    let minh = house.enter(Who::Officer).await;
    house.get("/desk", &minh).await.has("Công điện khẩn").lacks("Nghị định mới").lacks("value=\"amplify\"");
    let check = |item: u32, form: &'static str, status: u16| {
        let (house, minh) = (&house, &minh);
        async move {
            let answer = house.post(&format!("/desk/items/{item}/decisions"), minh, form).await;
            assert_eq!(answer.status, status, "{item} {form}");
        }
    };
    check(1, "action=amplify&revision=1", 403).await;
    check(3, "action=propose&revision=1", 404).await;
    check(1, "action=propose&level=normal&revision=1", 303).await;
    let lan = house.enter(Who::Editor).await;
    house.get("/desk", &lan).await.has("Được đề xuất");
}

#[tokio::test]
async fn cookies_are_bound_to_tls_when_there_is_some() {
    let options =
        web::Options { secure_cookies: true, public_url: "https://lantoa.gov.vn".into(), ..Default::default() };
    let house = House::build(options, false).await;
    let line = house.post(&house.link(Who::Editor).await, "", "straight_in=1").await;
    let line = line.header(SET_COOKIE);
    let home = house.get("/", "").await;
    assert_eq!(home.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
    assert!(line.starts_with("__Host-lantoa=") && line.contains("; Secure") && line.contains("; Path=/"), "{line}");
    house.get("/opensearch.xml", "").await.has("https://lantoa.gov.vn/search?q={searchTerms}");
}

/// `/readyz` and `/metrics` tell how the house is run: not for those outside.
#[tokio::test]
async fn only_this_machine_watches() {
    let house = House::new().await;
    let check = |path: &'static str, client: &'static str, headers: &'static [(&str, &str)], status: u16| {
        let house = &house;
        async move {
            let answer = house.watch(path, client, headers).await;
            assert_eq!(answer.status, status, "{path} {client} {headers:?}");
        }
    };
    for path in ["/readyz", "/metrics"] {
        check(path, "127.0.0.1:9", &[], 200).await;
        check(path, "[::1]:9", &[], 200).await;
        check(path, "[::ffff:127.0.0.1]:9", &[], 200).await;
        check(path, "203.0.113.7:9", &[], 404).await;
        check(path, "10.0.0.1:9", &[("x-forwarded-for", "127.0.0.1")], 404).await;
        check(path, "127.0.0.1:9", &[("x-forwarded-for", "203.0.113.7")], 404).await;
        check(path, "127.0.0.1:9", &[("forwarded", "for=127.0.0.1")], 404).await;
    }
    check("/healthz", "203.0.113.7:9", &[], 200).await;

    house.get("/items/nothing", "").await;
    let metrics = house.watch("/metrics", "127.0.0.1:9", &[]).await.body;
    for line in [
        "lantoa_http_requests_total{route=\"/items/{id}\",status=\"404\"} 1",
        "lantoa_articles{status=\"live\"} 4",
        "lantoa_portals{state=\"active\"} 3",
        "lantoa_last_visits{outcome=\"none\"} 3",
        "lantoa_outbox_articles 0",
        "lantoa_index_ready 1",
        "lantoa_triage_items{view=\"open\"} 3",
    ] {
        assert!(metrics.lines().any(|found| found == line), "no {line} in {metrics}");
    }
    assert!(metrics.ends_with("# EOF\n") && metrics.matches("# EOF").count() == 1, "{metrics}");

    let own = web::Options { operations_listen: "127.0.0.1:0".into(), ..web::Options::default() };
    let house = House::build(own, false).await;
    assert_eq!(house.watch("/metrics", "127.0.0.1:9", &[]).await.status, 404);
    for path in ["/healthz", "/readyz", "/metrics"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(house.operations.clone().oneshot(request).await.unwrap().status(), 200, "{path}");
    }
}

/// One way to a page is one verdict, however the request is dressed.
#[tokio::test]
async fn no_disguise_opens_a_door() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let before = house.state().await;
    let check =
        |method: &'static str, path: &'static str, cookie: &str, headers: &'static [(&str, &str)], status: u16| {
            let (house, cookie) = (&house, cookie.to_owned());
            async move {
                let mut request = Request::builder().method(method).uri(path).header(COOKIE, cookie);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let answer = house.send(request.body(Body::from("action=routine&revision=1")).unwrap()).await;
                assert_eq!(answer.status, status, "{method} {path} {headers:?}");
            }
        };
    check("HEAD", "/desk", "", &[], 303).await;
    check("HEAD", "/console", &lan, &[], 403).await;
    check("HEAD", "/", "", &[], 200).await;
    check("GET", "/desk/items/1/decisions", &lan, &[("x-http-method-override", "POST")], 405).await;
    check("GET", "/desk/items/1", &lan, &[("x-method-override", "POST")], 200).await;
    check("PUT", "/desk/items/1/decisions", &lan, &[("sec-fetch-site", "same-origin")], 405).await;
    check("GET", "/%64esk", "", &[], 404).await;
    check("GET", "/desk%2F", &lan, &[], 404).await;
    check(
        "GET",
        "/console",
        "",
        &[("x-original-url", "/"), ("x-rewrite-url", "/"), ("x-forwarded-for", "127.0.0.1")],
        303,
    )
    .await;
    check(
        "POST",
        "/desk/items/1/decisions",
        &lan,
        &[("content-type", "text/plain"), ("sec-fetch-site", "cross-site")],
        403,
    )
    .await;
    check("POST", "/api/v1/desk/items/1/decisions", &lan, &[("content-type", "text/plain"), ("origin", "null")], 403)
        .await;
    // Who is lured into signing in or out is not let in or out.
    check("POST", "/login", "", &[("sec-fetch-site", "cross-site")], 403).await;
    check("POST", "/logout", &lan, &[("sec-fetch-site", "cross-site")], 403).await;
    // A packed body is not unpacked.
    check(
        "POST",
        "/desk/items/1/decisions",
        &lan,
        &[("content-encoding", "gzip"), ("sec-fetch-site", "same-origin")],
        415,
    )
    .await;
    let mut after = house.state().await;
    // Refusals are audited; nothing else changed.
    after.iter_mut().zip(&before).for_each(|(now, then)| {
        if now.0 == "audit" {
            now.1 = then.1;
        }
    });
    assert_eq!(after, before);
}

#[tokio::test]
async fn what_changes_for_an_account_counts_at_once() {
    let house = House::new().await;
    let change =
        |sql: &'static str| house.store.write(move |c| async move { Ok(sqlx::query(sql).execute(c).await?) }.boxed());

    // An officer that gets another portal sees that one and no longer the old.
    let minh = house.enter(Who::Officer).await;
    assert_eq!(house.get("/desk/items/1", &minh).await.status, 200);
    change("UPDATE account_portal SET portal = 'chinhphu'").await.unwrap();
    assert_eq!(house.get("/desk/items/1", &minh).await.status, 404);
    assert_eq!(house.get("/desk/items/3", &minh).await.status, 200);

    // A new password ends the sessions that were open.
    let old = house.enter(Who::Editor).await;
    let link = house.link(Who::Editor).await;
    let new = house.post(&link, "", "password=một+câu+dễ+nhớ&again=một+câu+dễ+nhớ").await.cookie();
    assert_eq!(house.get("/desk", &old).await.status, 303);
    assert_eq!(house.get("/desk", &new).await.status, 200);

    // Guesses close the account to passwords for a while, not to its owner, who is in or has a link.
    for _ in 0..8 {
        house.post("/login", "", "name=lan&password=wrong").await;
    }
    assert_eq!(house.post("/login", "", "name=lan&password=một+câu+dễ+nhớ").await.status, 401);
    assert_eq!(house.get("/desk", &new).await.status, 200);
    assert_ne!(house.enter(Who::Editor).await, "");

    // Used all day, a session ends all the same after its hours.
    let busy = house.enter(Who::Editor).await;
    for _ in 0..35 {
        house.clock.set(house.clock.now() + 20.minutes());
        assert_eq!(house.get("/desk", &busy).await.status, 200);
    }
    house.clock.set(house.clock.now() + 21.minutes());
    assert_eq!(house.get("/desk", &busy).await.status, 303);
}

#[tokio::test]
async fn every_action_can_be_taken_back() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let stand = || async {
        let (state, level, snoozed): (String, Option<String>, Option<i64>) =
            sqlx::query_as("SELECT state, level, snoozed_until FROM triage_item WHERE id = 1")
                .fetch_one(house.store.pool())
                .await
                .unwrap();
        (state, level, snoozed)
    };
    let mut revision = 1;
    let mut post = async |form: &str| {
        let form = format!("{form}&revision={revision}");
        let answer = house.post("/desk/items/1/decisions", &lan, &form).await;
        assert_eq!((answer.status.as_u16(), answer.header(LOCATION)), (303, "/desk?done=1#queue"), "{form}");
        revision += 1;
    };
    for action in ["amplify&level=urgent", "routine", "reject", "snooze&hours=4", "merge&into=2"] {
        let before = stand().await;
        post(&format!("action={action}")).await;
        assert_ne!(stand().await, before, "{action}");
        house.get("/desk?done=1", &lan).await.has("value=\"undo\"");
        post("action=undo").await;
        assert_eq!(stand().await, before, "{action}");
        house.get("/desk?done=1", &lan).await.has("Đã hoàn tác").lacks("value=\"undo\"");
    }
    post("action=amplify").await;
    for (action, status) in
        [("recall", "recalled"), ("undo", "amplified"), ("recall", "recalled"), ("reopen", "recalled")]
    {
        house.clock.set(house.clock.now() + 1.minutes());
        post(&format!("action={action}")).await;
        house.get("/feeds/amplified.json", "").await.has(&format!("\"status\":\"{status}\""));
        let mark = "[Thu hồi] Công điện khẩn";
        for path in ["/feeds/amplified.atom", "/feeds/amplified.rss"] {
            assert_eq!(house.get(path, "").await.body.contains(mark), status == "recalled", "{path} after {action}");
        }
    }
}

#[tokio::test]
async fn of_two_editors_the_second_loses_nothing() {
    let house = House::new().await;
    let (lan, hoa) = (house.enter(Who::Editor).await, house.enter(Who::Admin).await);
    house.post("/desk/items/1/decisions", &lan, "action=snooze&hours=4&revision=1&reason=chờ+thêm").await;
    let form = "action=amplify&level=urgent&revision=1&reason=bão+<đã>+vào";
    let late = house.post("/desk/items/1/decisions", &hoa, form).await;
    assert_eq!(late.status, 409);
    late.has("<strong>lan</strong>: Để lại sau").has("chờ thêm").has("name=\"revision\" value=\"2\"");
    // What was typed and chosen is still there, to be sent with the new revision.
    late.has(">bão &#60;đã&#62; vào</textarea>").has("<option value=\"urgent\" selected>").has("value=\"amplify\"");
    let again = form.replace("revision=1", "revision=2");
    assert_eq!(house.post("/desk/items/1/decisions", &hoa, &again).await.status, 303);
    house.get("/desk/items/1", &lan).await.has("chờ thêm").has("bão &#60;đã&#62; vào");

    for back in ["%2Fdesk%0D%0AX-Evil:+y", "%2Fdesk%5Cevil", "%2F%2Fevil.example%2Fdesk", "https:%2F%2Fevil%2Fdesk"] {
        let form = format!("action=note&reason=x&revision=3&back={back}");
        let answer = house.post("/desk/items/1/decisions", &lan, &form).await;
        let status = answer.status.as_u16();
        assert!(status == 409 || (status, answer.header(LOCATION)) == (303, "/desk?done=1#queue"), "{back} {status}");
        assert!(answer.headers.get("x-evil").is_none());
    }
}

/// Where a portal gives only the day, no page makes up a time.
#[tokio::test]
async fn dates_are_told_as_their_portals_give_them() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let item = format!("/items/{}", house.articles[0]);
    for path in ["/", "/search", &item, "/desk", "/desk/items/1"] {
        house.get(path, &lan).await.has("14:00 21/11/2026");
    }
    let id = house.articles[0].clone();
    let change = house.store.write(move |c| {
        async move { Ok(sqlx::query("UPDATE article SET date_only = 1 WHERE id = $1").bind(id).execute(c).await?) }
            .boxed()
    });
    change.await.unwrap();
    for path in ["/", "/search", &item, "/desk", "/desk/items/1"] {
        house.get(path, &lan).await.has("21/11/2026").lacks("14:00 21/11/2026");
    }
    house.get(&item, "").await.has("\"datePublished\":\"2026-11-21\"");
}

#[tokio::test]
async fn the_console_says_what_is_wrong_in_words() {
    let house = House::new().await;
    let tuan = house.enter(Who::Operator).await;
    let now = house.clock.now();
    house
        .store
        .write(move |connection| {
            async move {
                let visit = |portal, success, problem: Option<&str>| portal::table::Visited {
                    portal,
                    started_at: now - 1.hours(),
                    elapsed_ms: 5,
                    report: "{}".into(),
                    success,
                    news: success,
                    problem: problem.map(str::to_owned),
                    interrupted: false,
                    next_visit_at: Some(now + 30.minutes()),
                    found: vec![],
                    diagnosis: portal::table::Diagnosis {
                        cause: problem.map(|_| portal::health::Cause::ServerError),
                        ..Default::default()
                    },
                };
                let refused = "the portal cannot be read: the server answered with status 503";
                portal::table::visited(connection, &visit(1, true, None)).await?;
                portal::table::visited(connection, &visit(3, false, Some(refused))).await?;
                portal::table::visited(connection, &visit(3, false, Some(refused))).await?;
                let cause = portal::health::Cause::Dns;
                let struck = Struck { cause, family: None, began_at: now - 1.hours(), struck: 12, asked: 14 };
                portal::health::table::strike(connection, &struck, now).await
            }
            .boxed()
        })
        .await
        .unwrap();
    let console = house.get("/console", &tuan).await;
    console.has("Đang lỗi (1)").has("không đọc được cổng: máy chủ trả mã 503").has("14:00 21/11/2026");
    console.has("15:30 21/11/2026").has("Chờ lần đầu (1)").has("Số tin").has("máy chủ của cổng bị lỗi");
    console.has("12 trong 14 cổng được thăm từ 14:00 21/11 bị lỗi").has("có lẽ do đường truyền của ta");
    house.get("/console?lang=en", &tuan).await.has("the server answered with status 503").lacks("máy chủ trả");
    let all = portal::table::list(house.store.pool()).await.unwrap();
    let failing = all.iter().find(|portal| portal.id == 3).unwrap().entry.slug.clone();
    let row = format!("href=\"/console/portals/{failing}\"");
    house.get("/console?state=failing", &tuan).await.has(&row).lacks("/console/portals/moh");
    house.get("/console?state=late", &tuan).await.lacks(&row);
    let page = house.get(&format!("/console/portals/{failing}"), &tuan).await;
    page.has("Đang lỗi").has("Cách xử lý:").has("quá một ngày thì báo cho cổng").has("2 lần thăm gần nhất");
}

#[tokio::test]
async fn feeds_are_well_formed_whatever_a_title_holds() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let hostile = "]]> <![CDATA[ & \u{0}\u{8}\u{b}\u{1b}[31m \u{202e}gnp.exe\u{2066} \u{fffe} \u{e0041} a\r\nX: y <!-- --> <?x?> &#0; &nbsp;";
    let id = house.articles[0].clone();
    let change = house.store.write(move |c| {
        async move {
            let change = sqlx::query("UPDATE article SET title = $2, summary = $2 WHERE id = $1");
            sqlx::query("UPDATE portal SET name = $1 WHERE slug = 'moh'").bind(hostile).execute(&mut *c).await?;
            Ok(change.bind(id).bind(hostile).execute(c).await?)
        }
        .boxed()
    });
    change.await.unwrap();
    house.post("/desk/items/1/decisions", &lan, "action=amplify&revision=1").await;
    for path in ["/feeds/amplified.atom", "/feeds/amplified.rss", "/search.atom", "/opensearch.xml", "/sitemap.xml"] {
        let answer = house.get(path, "").await;
        assert!(answer.header(CONTENT_TYPE).contains("xml; charset=utf-8"), "{path}");
        let bad = |c: &char| (c.is_control() && *c != '\n') || ['\u{fffe}', '\u{202e}', '\u{e0041}'].contains(c);
        assert_eq!(answer.body.chars().find(bad), None, "{path}");
        let mut reader = quick_xml::Reader::from_str(&answer.body);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(quick_xml::events::Event::GeneralRef(entity)) => {
                    let name = entity.to_string();
                    assert!(["amp", "lt", "gt", "quot", "#39"].contains(&name.as_str()), "{path} {name}");
                }
                Ok(_) => {}
                Err(cause) => panic!("{path}: {cause} in {}", answer.body),
            }
        }
    }
    let json = house.get("/feeds/amplified.json", "").await;
    let feed: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    let title = feed["items"][0]["title"].as_str().unwrap();
    assert!(!title.chars().any(|c| c.is_control() || c == '\u{202e}'), "{title:?}");
    for path in ["/", "/desk", "/desk/items/1", "/search"] {
        house.get(path, &lan).await.lacks("<![CDATA[").lacks("<?x");
    }
}

#[tokio::test]
async fn questions_that_are_bombs_are_answered_quickly() {
    let house = House::new().await;
    for (path, status) in [
        (format!("/search?q={}", "(".repeat(5000)), 400),
        (format!("/search?q={}", "a+".repeat(10_000)), 400),
        (format!("/search?{}", "portal=x&".repeat(1000)), 400),
        (format!("/search?{}", "kind=x&".repeat(1000)), 400),
        ("/api/v1/search?per_page=1000000".into(), 400),
        ("/api/v1/search?page=1000000000".into(), 400),
        ("/api/v1/search?page=-9223372036854775808".into(), 400),
        (format!("/search?{}", "province=x&".repeat(1000)), 400),
        (format!("/suggest?q={}", "a+".repeat(5_000)), 200),
        (format!("/portals?q={}&page=99999999999", "(".repeat(5_000)), 200),
        (format!("/documents/{}", "%C4%90/".repeat(2000)), 404),
    ] {
        let begun = std::time::Instant::now();
        let answer = house.get(&path, "").await;
        assert_eq!(answer.status, status, "{}", &path[..40.min(path.len())]);
        assert!(begun.elapsed().as_millis() < 1000, "{}", &path[..40.min(path.len())]);
    }
}

/// Nothing that is not escaped leaves without being on this list.
#[test]
fn only_reviewed_text_goes_out_unescaped() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/templates");
    let safe = regex::Regex::new(r"\{\{([^}]*)\|\s*safe").unwrap();
    let inline = regex::Regex::new(r"(?i)\s(on[a-z]+|style)\s*=|<style|javascript:").unwrap();
    let mut unescaped = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let (name, text) =
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap());
        for line in text.lines() {
            unescaped.extend(safe.captures_iter(line).map(|found| format!("{name}: {}", found[1].trim())));
            // Neither scripts nor styles nor handlers stand in a page; data blocks are not run.
            assert!(!inline.is_match(line), "{name}: {line}");
            for script in line.split("<script").skip(1) {
                let harmless = script.starts_with(" src=") || script.starts_with(" type=\"application/ld+json\"");
                assert!(harmless, "{name}: {line}");
            }
        }
    }
    unescaped.sort();
    assert_eq!(unescaped, ["item.html: json_ld", "search.html: outward::marked(hit.snippet)"]);
}

/// Serves the made-up site until it is stopped, to be looked at: `cargo test --test web -- --ignored look`.
#[tokio::test]
#[ignore = "serves until it is stopped"]
async fn look() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await.unwrap();
    let house = House::new().await;
    for who in [Who::Editor, Who::Operator, Who::Officer, Who::Admin] {
        println!("{} http://127.0.0.1:8080{}", who.name(), house.link(who).await);
    }
    web::serve(listener, house.router.clone(), tokio_util::sync::CancellationToken::new()).await.unwrap();
}

/// Two articles of different portals of which the machine is not sure: an editor says, and can take it back.
#[tokio::test]
async fn an_editor_says_whether_two_articles_are_one() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let officer = house.enter(Who::Officer).await;
    let (story, id, near) = (house.articles[0].clone(), house.articles[3].clone(), house.articles[0].clone());
    house
        .store
        .write(move |connection| {
            async move {
                sqlx::query(
                    "INSERT INTO story_question (article_id, near_id, story_id, joined, share, contained, asked_at) \
                     VALUES ($1, $2, $2, 1, 0.62, 0.9, 0)",
                )
                .bind(id)
                .bind(near)
                .execute(connection)
                .await?;
                Ok(())
            }
            .boxed()
        })
        .await
        .unwrap();
    let page = format!("/desk/stories/{story}");
    let decisions = format!("{page}/decisions");
    // On the card, on a page of its own, at the story, and for programs; not for an officer.
    for path in ["/desk", "/desk/questions", &page] {
        house.get(path, &lan).await.has("Hai tin này là một?").has("62 %");
    }
    assert!(house.get("/api/v1/desk/questions", &lan).await.body.contains("\"total\":1"));
    house.get("/desk", &officer).await.lacks("Hai tin này là một?");
    assert_eq!(house.post(&decisions, &officer, "act=apart&question=1").await.status, 403);

    house.get(&page, &lan).await.has("Đăng đầu tiên").has("Tách ra").has("Chọn làm tin chính");
    assert_eq!(house.post(&decisions, &lan, "act=apart&question=1").await.status, 303);
    assert_eq!(house.post(&decisions, &lan, "act=apart&question=1").await.status, 409);
    let parted = house.get(&format!("/api/v1/stories/{story}"), "").await;
    assert!(parted.body.contains("\"articles\":1"), "{}", parted.body);
    house.get("/desk/questions", &lan).await.lacks("Hai tin này là một?");

    assert_eq!(house.post("/desk/items/1/decisions", &lan, "action=undo&revision=2").await.status, 303);
    assert!(house.get(&format!("/api/v1/stories/{story}"), "").await.body.contains("\"articles\":2"));
    house.get("/desk/questions", &lan).await.has("Hai tin này là một?");
    // The index hears of what moved.
    let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE article_id = $1")
        .bind(&house.articles[3])
        .fetch_one(house.store.pool())
        .await
        .unwrap();
    assert_eq!(waiting, 1);
}
