//! Every hostile text of `fixtures/hostile_texts`, put into the record as it is, stays text on every page that shows it.
//! What a browser makes of the pages, `scripts/hostile-check` sees.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{ElementRef, Html};

use super::*;

#[derive(serde::Deserialize)]
struct Text {
    name: String,
    title: String,
    body: String,
    link: String,
}

fn texts() -> Vec<Text> {
    let lines = include_str!("../../fixtures/hostile_texts/texts.jsonl");
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The made-up record with every text as an article of its own, which an engine finds.
async fn house() -> (House, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
    let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
    fill(&store, now).await;
    let put = store.write(move |connection| {
        async move {
            let mut ids = Vec::new();
            let mut hits = Vec::new();
            for text in texts() {
                let (id, hit) = keep(connection, &text, now).await?;
                ids.push(id);
                hits.push(hit);
            }
            Ok((ids, hits))
        }
        .boxed()
    });
    let (articles, hits) = put.await.unwrap();
    let kinds = vec![Kind::Province; hits.len()];
    let status = IndexStatus { engine: "embedded".into(), ready: true, ..IndexStatus::default() };
    let clock = Clock::fixed(now);
    let parts = Parts {
        store: store.clone(),
        clock: clock.clone(),
        index: Arc::new(Engine { hits, kinds, broken: false }),
        index_status: Arc::new(move || futures::future::ready(status.clone()).boxed()),
        accounts: accounts::Options::default(),
        triage: triage::Options::default(),
        intake: intake(&store, &folder),
        sender: lantoa::fetch::Sender::new(&lantoa::fetch::Options::default()).unwrap(),
        searches: Arc::default(),
        options: web::Options::default(),
        metrics: Arc::default(),
    };
    let operations = web::operations(parts.clone());
    let router = web::router(parts).unwrap();
    (House { store, clock, router, operations, articles: articles.clone(), _folder: folder }, articles)
}

async fn keep(
    connection: &mut lantoa::store::Connection,
    text: &Text,
    now: Timestamp,
) -> anyhow::Result<(String, Hit)> {
    let url: url::Url = format!("https://quangnam.gov.vn/{}.html", text.name).parse()?;
    let id = archive::article_id("quangnam", url.as_str());
    let incoming = Incoming {
        id: id.clone(),
        portal: 2,
        url: url.clone(),
        article: Article {
            title: text.title.clone(),
            summary: text.body.clone(),
            text: format!("{} {} {}", text.title, text.body, text.link).repeat(3),
            author: text.title.clone(),
            category: text.link.clone(),
            documents: vec![text.title.clone()],
            image: text.link.parse().ok(),
            published: Some(now),
            ..Article::default()
        },
        problems: vec![text.title.clone()],
        content_hash: text.name.clone(),
        story: id.clone(),
        copy: Copy::Origin,
        now,
    };
    archive::keep(connection, &incoming).await?;
    triage::table::refresh(connection, &id, &triage::Options::default(), now).await?;
    let hit = Hit {
        id: id.clone(),
        url: text.link.clone(),
        portal: "quangnam".into(),
        portal_name: text.title.clone(),
        title: text.title.clone(),
        snippet: text.body.clone(),
        published_at: now,
        documents: vec![text.title.clone()],
        story: id.clone(),
    };
    Ok((id, hit))
}

/// Tags and attributes that the templates write: whatever else stands in a page came from a text.
fn written() -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/templates");
    let tag = regex::Regex::new(r"<([a-z][a-z0-9]*)").unwrap();
    let attribute = regex::Regex::new(r#"[\s"}]([a-z][a-z-]*)="#).unwrap();
    let (mut tags, mut attributes) = (BTreeSet::new(), BTreeSet::new());
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        tags.extend(tag.captures_iter(&text).map(|found| found[1].to_owned()));
        attributes.extend(attribute.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    tags.extend(["html", "head", "body", "mark", "tbody"].map(str::to_owned));
    let bare = ["defer", "hidden", "required", "checked", "selected", "open", "disabled", "autofocus", "reversed"];
    attributes.extend(bare.map(str::to_owned));
    (tags, attributes)
}

/// What is live in a page and should not be.
fn live(page: &str, (tags, attributes): &(BTreeSet<String>, BTreeSet<String>)) -> Vec<String> {
    let html = Html::parse_document(page);
    let mut wrong: Vec<String> = Vec::new();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for element in html.root_element().descendants().filter_map(ElementRef::wrap) {
        let value = element.value();
        if !tags.contains(value.name()) {
            wrong.push(format!("<{}>", value.name()));
        }
        for (name, text) in value.attrs() {
            let addresses = ["href", "src", "action", "formaction", "data", "poster", "cite"];
            let own = ["/", "#", "?"].iter().any(|start| text.starts_with(start)) && !text.starts_with("//");
            let web = text.starts_with("https://") || text.starts_with("http://");
            let leads = match (value.name(), name) {
                ("a", "href") => own || web,
                ("link", "href") => own || web && value.attr("rel") == Some("canonical"),
                (_, name) if addresses.contains(&name) => own,
                _ => true,
            };
            if !attributes.contains(name) || name.starts_with("on") || name == "style" || !leads {
                wrong.push(format!("<{} {name}={text}>", value.name()));
            }
            if name == "id" {
                *ids.entry(text).or_default() += 1;
            }
        }
        let is_data = value.attr("type") == Some("application/ld+json");
        let is_ours = value.attr("src").is_some_and(|src| src.starts_with("/static/"));
        if value.name() == "script" && !is_data && !is_ours {
            wrong.push("<script>".to_owned());
        }
    }
    wrong.extend(ids.into_iter().filter(|(_, times)| *times > 1).map(|(id, _)| format!("id {id} stands there twice")));
    for once in ["title", "h1", "main"] {
        let selector = scraper::Selector::parse(once).unwrap();
        if html.select(&selector).count() != 1 {
            wrong.push(format!("not one <{once}>"));
        }
    }
    wrong
}

async fn body_of(house: &House, path: &str, cookie: &str) -> (StatusCode, String, String) {
    let request = Request::get(path).header(COOKIE, cookie).body(Body::empty()).unwrap();
    let response = house.router.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let kind = head.headers.get(CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap()).to_owned();
    let policy = head.headers.get("content-security-policy").map_or("", |value| value.to_str().unwrap());
    assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
    let body = to_bytes(body, 8 << 20).await.unwrap();
    (head.status, kind, String::from_utf8(body.to_vec()).unwrap())
}

/// Rules and topics that bear hostile names, as if somebody's account had been taken.
async fn hostile_house_rules(house: &House) {
    let now = house.clock.now();
    let kept = house.store.write(move |connection| {
        async move {
            let mut topics = triage::topics::seed()?;
            for (number, text) in texts().into_iter().take(60).enumerate() {
                let name: String = text.title.chars().filter(|c| !c.is_control()).take(60).collect();
                let file = format!(
                    "name = {0}\nwhen.score_from = -1\nthen.notify = {0}\n",
                    serde_json::to_string(&format!("{number} {name}"))?
                );
                if let Ok(rules) = triage::rules::read(&file) {
                    triage::rules::table::add(connection, &rules[0], &name, now).await?;
                }
                let topic = triage::topics::Topic {
                    code: format!("x{number}"),
                    name: format!("{number} {name}"),
                    ..triage::topics::Topic::default()
                };
                topics.push(topic);
            }
            triage::topics::table::replace(connection, &topics).await
        }
        .boxed()
    });
    kept.await.unwrap();
    triage::rules::run_waiting(&house.store, "embedded", now).await.unwrap();
}

#[tokio::test]
async fn no_hostile_text_comes_alive_on_a_page() {
    let (house, articles) = house().await;
    assert!(articles.len() >= 60, "{}", articles.len());
    hostile_house_rules(&house).await;
    let admin = house.enter(Who::Admin).await;
    let written = written();
    let mut paths: Vec<String> = ["/", "/search", "/search?sort=newest", "/portals", "/portals/quangnam", "/desk"]
        .into_iter()
        .chain(["/desk?view=closed", "/console", "/console/portals/quangnam", "/console/unanswered"])
        .chain(["/console/rules", "/console/rules/1", "/console/topics", "/console/topics/x1"])
        .map(str::to_owned)
        .collect();
    paths.extend((1..=11).map(|page| format!("/search?page={page}")));
    for text in texts() {
        let typed = url::form_urlencoded::byte_serialize(text.title.as_bytes()).collect::<String>();
        for field in ["q", "portal", "from", "document", "topic", "sort"] {
            paths.push(format!("/search?{field}={typed}"));
        }
        paths.push(format!("/desk?portal={typed}"));
        // What is not there is said without saying what was asked for.
        let places =
            ["nothing", "items", "stories", "portals", "documents", "feeds", "static", "sign-in", "desk/items"];
        paths.extend(places.iter().map(|place| format!("/{place}/{typed}")));
        paths.push(format!("/login?next={typed}"));
    }
    for id in &articles {
        paths.push(format!("/items/{id}"));
        paths.push(format!("/stories/{id}"));
    }
    for item in 1..=articles.len() + 3 {
        paths.push(format!("/desk/items/{item}"));
        if item % 10 == 0 {
            paths.push(format!("/desk/items/{item}/rules"));
        }
    }
    let mut wrong = Vec::new();
    for path in &paths {
        let (status, kind, body) = body_of(&house, path, &admin).await;
        assert!(!status.is_server_error(), "{path}: {status}");
        if kind.starts_with("text/html") {
            wrong.extend(live(&body, &written).into_iter().map(|what| format!("{path}: {what}")));
        }
    }
    assert!(wrong.is_empty(), "{} of {} pages: {wrong:#?}", wrong.len(), paths.len());
}

#[tokio::test]
async fn feeds_and_answers_hold_hostile_text_as_text() {
    let (house, articles) = house().await;
    let admin = house.enter(Who::Admin).await;
    let now = house.clock.now();
    let amplified = house.store.write(move |connection| {
        async move {
            let items: Vec<(i64, i64)> =
                sqlx::query_as("SELECT id, revision FROM triage_item").fetch_all(&mut *connection).await?;
            for (item, revision) in items {
                let action = triage::Action::Amplify { level: triage::Level::High, deadline: None };
                let _ = triage::decide(connection, item, &action, revision, "lan", "", now).await?;
            }
            Ok(())
        }
        .boxed()
    });
    amplified.await.unwrap();
    for path in ["/search.atom?q=", "/feeds/amplified.atom", "/feeds/amplified.rss", "/sitemap.xml"] {
        let (status, _, body) = body_of(&house, path, "").await;
        assert_eq!(status, 200, "{path}");
        let forbidden =
            |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}');
        assert_eq!(body.chars().find(forbidden), None, "{path} holds what XML must not");
        let mut reader = quick_xml::Reader::from_str(&body);
        let mut links = 0;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag)) => {
                    for attribute in tag.attributes().flatten().filter(|one| one.key.as_ref() == "href") {
                        links += 1;
                        let address = attribute.value.to_string();
                        assert!(address.starts_with("http://") || address.starts_with("https://"), "{path}: {address}");
                    }
                }
                Ok(_) => {}
                Err(cause) => panic!("{path}: {cause}"),
            }
        }
        assert!(links > 0 || !path.contains("atom"), "{path} has no links");
    }
    let mut json =
        vec!["/feeds/amplified.json".to_owned(), "/api/v1/search".to_owned(), "/api/v1/desk/items".to_owned()];
    json.extend(articles.iter().map(|id| format!("/api/v1/items/{id}")));
    for path in json {
        let (status, kind, body) = body_of(&house, &path, &admin).await;
        assert_eq!(status, 200, "{path}");
        assert!(kind.contains("json"), "{path}: {kind}");
        serde_json::from_str::<serde_json::Value>(&body).unwrap();
    }
}
