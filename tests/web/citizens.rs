//! The pages for citizens: filters, portals, stories, documents, suggestions, and that none of them reads too much.

use super::*;

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn filters_are_counted_as_they_are_used() {
    let house = House::new().await;
    // With one portal chosen the others still say how many articles they would add.
    let one = house.get("/search?portal=moh", "").await;
    one.has("<h1>1 kết quả</h1>").has("value=\"moh\" checked").has("value=\"chinhphu\">").has("Bộ Y tế");
    let kinds = house.get("/search?kind=ministry", "").await;
    kinds.has("<h1>1 kết quả</h1>").has("value=\"government\">").has("value=\"province\">");
    // A portal and a kind must both hold.
    house.get("/search?portal=moh&kind=government", "").await.has("<h1>0 kết quả</h1>").has("value=\"moh\" checked");
    house.get("/search?portal=moh&portal=chinhphu", "").await.has("<h1>2 kết quả</h1>");
}

#[tokio::test]
async fn spans_of_time_and_their_nonsense() {
    let house = House::new().await;
    let week = house.get("/search?within=week&q=b%C3%A3o", "").await;
    week.has("<strong>7 ngày qua</strong>").has("name=\"within\" value=\"week\"").has("href=\"/search?q=b%C3%A3o\"");
    let turned = house.get("/search?from=2026-11-21&to=2026-11-20", "").await;
    assert_eq!(turned.status, 200);
    turned.has("đã được đổi chỗ").has("value=\"20/11/2026\"");
    for (path, said) in [
        ("/search?within=age", "age"),
        ("/search?portal=nowhere", "nowhere"),
        ("/search?province=nowhere", "nowhere"),
        ("/search?page=1000000000", "1000000000"),
        ("/search?kind=x&kind=y", "Không có loại cổng này"),
    ] {
        let answer = house.get(path, "").await;
        assert_eq!(answer.status, 400, "{path}");
        answer.has(said).has("<h1>4 kết quả</h1>").has("Có chỗ chưa hiểu");
    }
    // What turns a line round is not said back.
    house.get("/search?portal=%E2%80%AEevil&q=%E2%80%AEx%E2%81%A6", "").await.lacks("\u{202e}").lacks("\u{2066}");
}

#[tokio::test]
async fn a_province_is_all_its_portals() {
    let house = House::new().await;
    house.get("/search", "").await.has("name=\"province\"");
    // Its portal's name is hostile, and still a name.
    let list = house.get("/search", "").await;
    let key = list.body.split("name=\"province\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let there = house.get(&format!("/search?province={key}"), "").await;
    there.has("<h1>2 kết quả</h1>").has("checked");
    house.get(&format!("/search?province={key}&portal=moh"), "").await.has("<h1>0 kết quả</h1>");
    let feed = house.get(&format!("/search.atom?province={key}"), "").await;
    assert_eq!(feed_rs::parser::parse(feed.body.as_bytes()).unwrap().entries.len(), 2);
}

#[tokio::test]
async fn copies_are_folded_and_told_as_a_story() {
    let house = House::new().await;
    let (first, copy) = (&house.articles[0], &house.articles[3]);
    let search = house.get("/search?q=b%C3%A3o", "").await;
    search.has("và 1 cổng khác").has(&format!("/stories/{first}"));
    let story = house.get(&format!("/stories/{first}"), "").await;
    story.has("Tin này có trên 2 cổng").has("Đăng nguyên văn").has("Đăng đầu tiên").has("/portals/moh");
    let place = |id: &str| story.body.find(&format!("href=\"/items/{id}"));
    assert!(place(copy) < place(first), "the copy was published earlier");
    story.has("sau 15 giờ");
    assert_eq!(house.get(&format!("/stories/{copy}"), "").await.header(LOCATION), format!("/stories/{first}"));
    let alone = &house.articles[2];
    assert_eq!(house.get(&format!("/stories/{alone}"), "").await.header(LOCATION), format!("/items/{alone}"));
    let item = house.get(&format!("/items/{copy}"), "").await;
    item.has("Cùng tin: 1 bài khác").has(&format!("/stories/{first}"));
    let told = json(&house.get(&format!("/api/v1/stories/{copy}"), "").await);
    assert_eq!((&told["articles"], &told["portals"]), (&2.into(), &2.into()));
    assert_eq!(told["items"][1]["lag_minutes"], 900);
}

#[tokio::test]
async fn a_document_says_who_explained_it() {
    let house = House::new().await;
    let page = house.get("/documents/224/2026/N%C4%90-CP", "").await;
    page.has("<h1>224/2026/NĐ-CP</h1>").has("Nghị định · Chính phủ, 24/06/2026").has("Đăng đầu tiên");
    page.has("<dd>4</dd>").has("<dd>3</dd>").has(&format!("/items/{}", house.articles[0]));
    let other = house.get("/documents/224/2026/nd-cp", "").await;
    assert_eq!(other.header(LOCATION), "/documents/224/2026/N%C4%90-CP");
    let told = json(&house.get("/api/v1/documents/224/2026/nd-cp", "").await);
    assert_eq!(told["first_article"]["id"], house.articles[3].as_str());
    assert_eq!(told["newest"][0]["id"], house.articles[0].as_str());
    assert_eq!((&told["articles"], &told["type"]), (&4.into(), &"Nghị định".into()));
    // Without the search engine the record still tells who and when.
    let broken = House::build(web::Options::default(), true).await;
    broken.get("/documents/224/2026/N%C4%90-CP", "").await.has("Đăng đầu tiên").has("Theo cổng");
    assert_eq!(broken.get("/portals/moh", "").await.status, 200);
}

#[tokio::test]
async fn a_document_follows_the_dates_of_its_articles() {
    let house = House::new().await;
    let (id, now) = (house.articles[2].clone(), house.clock.now());
    let changed = house.store.write(move |connection| {
        async move {
            let article = Article {
                title: "Nghị định mới".into(),
                published: Some("2020-01-02T00:00:00Z".parse()?),
                documents: vec!["224/2026/NĐ-CP".into()],
                ..Article::default()
            };
            let (url, story) = ("https://chinhphu.gov.vn/tin-2.html?a=1&b=2".parse()?, id.clone());
            let (content_hash, copy) = ("another".into(), Copy::Origin);
            let incoming = Incoming { id, portal: 3, url, article, problems: vec![], content_hash, story, copy, now };
            archive::keep(connection, &incoming).await
        }
        .boxed()
    });
    changed.await.unwrap();
    let told = json(&house.get("/api/v1/documents/224/2026/NĐ-CP".replace('Đ', "%C4%90").as_str(), "").await);
    assert_eq!(told["first"], "2020-01-02T00:00:00Z");
}

#[tokio::test]
async fn portals_are_listed_found_and_told() {
    let house = House::new().await;
    house.get("/portals", "").await.has("<h1>3 cổng</h1>").has("/portals/moh");
    house.get("/portals?q=y+te", "").await.has("<h1>1 cổng</h1>").has("Bộ Y tế");
    house.get("/portals?kind=government", "").await.has("<h1>1 cổng</h1>").lacks("Bộ Y tế");
    house.get("/portals?q=zzz&page=7&kind=x", "").await.has("<h1>0 cổng</h1>");
    let moh = house.get("/portals/moh", "").await;
    moh.has("<h1>Bộ Y tế</h1>").has("Công điện khẩn").has("/search.atom?portal=moh").has("moh.gov.vn");
    moh.has("Cổng vừa được đăng ký");
    house.get("/portals/moh?lang=en", "").await.has("has not been read yet");
}

#[tokio::test]
async fn suggestions_are_few_and_of_every_kind() {
    let house = House::new().await;
    let ask = async |typed: &str| {
        let query: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        let answer = house.get(&format!("/suggest?q={query}"), "").await;
        assert_eq!(answer.status, 200, "{typed}");
        assert!(answer.headers.get(SET_COOKIE).is_none());
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        let items = json(&answer)["items"].as_array().unwrap().clone();
        assert!(items.len() <= 8);
        items.iter().map(|item| format!("{} {}", item["kind"], item["address"]).replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(ask("bo y").await, ["portal /portals/moh"]);
    assert_eq!(ask("224/2026").await[0], "document /documents/224/2026/N%C4%90-CP");
    assert_eq!(ask("nđ 224/20").await[0], "document /documents/224/2026/N%C4%90-CP");
    assert_eq!(ask("nghe a").await, ["place /search?q=Ngh%E1%BB%87+An"]);
    assert_eq!(ask("quảng nam s").await, [format!("title /items/{}", house.articles[3])]);
    for nothing in ["", "a", "?!", "\u{202e}", "%%%", &"x".repeat(5_000)] {
        assert!(ask(nothing).await.is_empty(), "{nothing}");
    }
}

/// With a million articles a page must not read them all: each question that pages ask has an index that answers it.
#[tokio::test]
async fn pages_do_not_read_the_whole_record() {
    let house = House::new().await;
    let check = async |sql: &str, forbidden: &[&str]| {
        let rows: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                .fetch_all(house.store.pool())
                .await
                .unwrap();
        let plan: Vec<_> = rows.into_iter().map(|row| row.3).collect();
        for word in forbidden {
            assert!(!plan.iter().any(|step| step.contains(word)), "{word} in {plan:#?} of {sql}");
        }
    };
    let citing = "SELECT a.id, a.title, a.date_only, p.slug, p.name, d.published_at AS at FROM article_document d \
                  JOIN article a ON a.id = d.article_id JOIN portal p ON p.id = a.portal_id WHERE d.number = '1' \
                  AND a.status = 'live' AND p.state <> 'removed' ORDER BY d.published_at DESC LIMIT 10";
    check(citing, &["SCAN", "TEMP B-TREE"]).await;
    let headlines = "SELECT id, title FROM article WHERE status = 'live' AND published_at IS NOT NULL \
                     ORDER BY published_at DESC LIMIT 10";
    check(headlines, &["SCAN article ", "TEMP B-TREE"]).await;
    let telling = "SELECT a.id FROM article a JOIN portal p ON p.id = a.portal_id WHERE a.story_id = '1'";
    check(telling, &["SCAN"]).await;
}
