//! What programs of portals hand in and get back.

use lantoa::accounts::Scope;
use serde_json::{Value, json};

use super::*;

fn item(url: &str) -> Value {
    json!({
        "url": url,
        "title": "Khai giảng năm học mới tại các điểm trường vùng cao",
        "summary": "Bộ Y tế phối hợp tổ chức khám sức khỏe học sinh.",
        "text": "Sáng nay các điểm trường đồng loạt khai giảng.\nHọc sinh được khám sức khỏe theo Thông tư số 13/2016/TTLT-BYT-BGDĐT.",
        "date": "2026-11-21T07:30:00Z",
    })
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

#[tokio::test]
async fn a_portal_hands_its_own_items_in() {
    let house = House::new().await;
    let key = house.key(&[Scope::Push], &["moh"]).await;
    let path = "/api/v1/items";
    let mut own = item("https://moh.gov.vn/tin-moi.html?utm_source=x");
    let taken = house.ask("POST", path, &key, &own.to_string()).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    let told = read(&taken);
    assert_eq!((&told["status"], &told["portal"]), (&"new".into(), &"moh".into()));
    assert_eq!(told["url"], "https://moh.gov.vn/tin-moi.html");
    let shown = house.get(&format!("/items/{}", told["id"].as_str().unwrap()), "").await;
    assert_eq!(shown.status, 200);
    shown.has("Khai giảng năm học mới").has("13/2016/TTLT-BYT-BGDĐT");
    // The index is told, and the desk sees it.
    let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE article_id = $1")
        .bind(told["id"].as_str())
        .fetch_one(house.store.pool())
        .await
        .unwrap();
    assert_eq!(waiting, 1);
    let lan = house.enter(Who::Editor).await;
    house.get("/desk", &lan).await.has("Khai giảng năm học mới");

    // The same address is the same article.
    assert_eq!(read(&house.ask("POST", path, &key, &own.to_string()).await)["status"], "unchanged");
    own["title"] = "Khai giảng năm học mới, có 120 điểm trường".into();
    own["proposal"] = json!({ "level": "high", "reason": "cả nước quan tâm" });
    let changed = read(&house.ask("POST", path, &key, &own.to_string()).await);
    assert_eq!((&changed["status"], &changed["id"]), (&"changed".into(), &told["id"]));
    assert_eq!(changed["proposal"]["state"], "proposed", "{changed}");
    house.get("/desk", &lan).await.has("Được đề xuất");

    // Under a name of its own the same answer is given, and for nothing else.
    let named = |body: String, name: &'static str| {
        let request = Request::post(path).header("authorization", format!("Bearer {key}"));
        house.send(request.header("idempotency-key", name).body(Body::from(body)).unwrap())
    };
    let other = item("https://moh.gov.vn/tin-khac.html");
    let first = named(other.to_string(), "a-1").await;
    let second = named(other.to_string(), "a-1").await;
    assert_eq!((first.status, second.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.body, second.body);
    assert_eq!(named(item("https://moh.gov.vn/tin-nua.html").to_string(), "a-1").await.status, 400);
}

/// A proposal says until when it is wanted, and speaks for the portal that makes it.
#[tokio::test]
async fn a_proposal_bears_its_deadline() {
    let house = House::new().await;
    let key = house.key(&[Scope::Push], &["moh"]).await;
    let lan = house.enter(Who::Editor).await;
    let propose = async |url: &str, proposal: Value| {
        let mut item = item(url);
        // Each is a story of its own.
        item["text"] = format!("Bài tại {url}. {}", "Nội dung riêng của bài này. ".repeat(5)).into();
        item["proposal"] = proposal;
        house.ask("POST", "/api/v1/items", &key, &item.to_string()).await
    };
    let wanted = json!({ "level": "urgent", "reason": "mưa lớn", "deadline": "2026-11-21T12:30:00Z" });
    let taken = propose("https://moh.gov.vn/han.html", wanted).await;
    assert_eq!(taken.status, 201, "{}", taken.body);
    let told = read(&taken);
    assert_eq!(told["proposal"]["state"], "proposed", "{told}");
    // The centre is offered the deadline, and takes it over.
    let page = format!("/desk/items/{}", told["proposal"]["item"]);
    house.get(&page, &lan).await.has("19:30 21/11/2026").has("mưa lớn").has("value=\"2026-11-21T12:30:00Z\" selected");
    let form = "action=amplify&level=urgent&deadline=2026-11-21T12:30:00Z&revision=2";
    assert_eq!(house.post(&format!("{page}/decisions"), &lan, form).await.status, 303);
    house.get("/api/v1/amplified", "").await.has("2026-11-21T12:30:00Z");
    house.get("/desk/numbers", &lan).await.has("Bộ Y tế").has("100 %");

    // The item is kept where the wish cannot be: the day is over, or it is no day.
    let late =
        propose("https://moh.gov.vn/qua-han.html", json!({ "level": "high", "deadline": "2026-11-21T07:59:59Z" }))
            .await;
    assert_eq!(late.status, 201);
    assert!(read(&late)["proposal"]["refused"].is_string(), "{}", late.body);
    for deadline in ["tomorrow", "2026-13-01T00:00:00Z", "4", ""] {
        let wrong = propose("https://moh.gov.vn/sai-han.html", json!({ "level": "high", "deadline": deadline })).await;
        assert_eq!(wrong.status, 400, "{deadline}: {}", wrong.body);
    }
    let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM article WHERE url LIKE '%sai-han%'")
        .fetch_one(house.store.pool())
        .await
        .unwrap();
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn what_is_not_a_portals_own_is_refused() {
    let house = House::new().await;
    let key = house.key(&[Scope::Push], &["moh"]).await;
    let before = house.state().await;
    let check = async |change: &dyn Fn(&mut Value), status: u16| {
        let mut body = item("https://moh.gov.vn/tin.html");
        change(&mut body);
        let answer = house.ask("POST", "/api/v1/items", &key, &body.to_string()).await;
        assert_eq!(answer.status, status, "{body} {}", answer.body);
        answer.body
    };
    // Somebody else's and nobody's look the same.
    let foreign = check(&|body| body["url"] = "https://chinhphu.gov.vn/tin.html".into(), 404).await;
    let nobodys = check(&|body| body["url"] = "https://evil.example/tin.html".into(), 404).await;
    assert_eq!(foreign, nobodys);
    check(&|body| body["url"] = "javascript:alert(1)".into(), 400).await;
    check(&|body| body["url"] = "https://moh.gov.vn.evil.example/".into(), 404).await;
    for field in ["role", "portal", "portal_id", "id", "story", "published_by", "rev", "status"] {
        check(&|body| body[field] = "x".into(), 400).await;
    }
    check(&|body| body["title"] = "a".repeat(301).into(), 400).await;
    check(&|body| body["title"] = "\u{0}\u{202e}".into(), 400).await;
    check(&|body| body["text"] = "".into(), 400).await;
    check(&|body| body["text"] = "a".repeat(200_001).into(), 400).await;
    check(&|body| body["date"] = "2027-01-01T00:00:00Z".into(), 400).await;
    check(&|body| body["documents"] = json!(["x"]), 400).await;
    check(&|body| body["proposal"] = json!({ "level": "huge" }), 400).await;
    check(&|body| body["proposal"] = json!({ "level": "high", "actor": "lan" }), 400).await;
    let large = format!("{{\"text\":\"{}\"}}", "a".repeat(1_100_000));
    assert_eq!(house.ask("POST", "/api/v1/items", &key, &large).await.status, 413);
    assert_eq!(house.state().await, before);
    // What looks like markup stays text.
    let mut hostile = item("https://moh.gov.vn/la.html");
    hostile["title"] = HOSTILE.into();
    hostile["text"] = HOSTILE.into();
    let told = read(&house.ask("POST", "/api/v1/items", &key, &hostile.to_string()).await);
    house.get(&format!("/items/{}", told["id"].as_str().unwrap()), "").await.lacks("<script>alert");
}

#[tokio::test]
async fn decisions_go_back_to_the_portals_that_they_are_about() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    house.post("/desk/items/1/decisions", &lan, "action=amplify&level=urgent&revision=1&reason=bão+vào").await;
    house.post("/desk/items/2/decisions", &lan, "action=reject&revision=1&reason=trùng").await;
    house.post("/desk/items/1/decisions", &lan, "action=note&revision=2&reason=nội+bộ").await;
    let path = "/api/v1/decisions";
    let moh = house.key(&[Scope::Decisions], &["moh"]).await;
    let told = house.ask("GET", path, &moh, "").await;
    told.has("bão vào").lacks("nội bộ").lacks("\"lan\"").lacks("trùng");
    let told = read(&told);
    assert_eq!(told["items"].as_array().unwrap().len(), 1);
    assert_eq!((&told["items"][0]["action"], &told["items"][0]["level"]), (&"amplify".into(), &"urgent".into()));
    let after = format!("{path}?after={}", told["last"]);
    assert_eq!(read(&house.ask("GET", &after, &moh, "").await)["items"].as_array().unwrap().len(), 0);
    for other in ["quangnam", "chinhphu", "nothing"] {
        assert_eq!(house.ask("GET", &format!("{path}?portal={other}"), &moh, "").await.status, 404, "{other}");
    }
    // The second story is carried by another portal too, which has the first one's copy.
    let quangnam = house.key(&[Scope::Decisions], &["quangnam"]).await;
    let told = read(&house.ask("GET", path, &quangnam, "").await);
    let urls: Vec<_> = told["items"].as_array().unwrap().iter().map(|item| item["url"].as_str().unwrap()).collect();
    assert!(urls.iter().all(|url| url.starts_with("https://quangnam.gov.vn/")), "{urls:?}");
    let centre = house.key(&[Scope::Decisions], &[]).await;
    assert_eq!(read(&house.ask("GET", path, &centre, "").await)["items"].as_array().unwrap().len(), 2);
    assert_eq!(house.ask("GET", &format!("{path}?since=x"), &centre, "").await.status, 400);
    let late = format!("{path}?since=2026-11-21T09:00:00Z");
    assert_eq!(read(&house.ask("GET", &late, &centre, "").await)["items"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_webhook_is_a_keys_own_and_never_leads_into_the_house() {
    let house = House::new().await;
    let (one, other) = (house.key(&[Scope::Webhooks], &["moh"]).await, house.key(&[Scope::Webhooks], &[]).await);
    let path = "/api/v1/webhooks";
    for url in [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/",
        "https://10.1.2.3/",
        "https://localhost/",
        "http://moh.gov.vn/",
        "https://moh.gov.vn:6379/",
        "file:///etc/passwd",
        "x",
        "https://user:pass@198.51.100.7/",
    ] {
        let answer = house.ask("POST", path, &one, &json!({ "url": url }).to_string()).await;
        assert_eq!(answer.status, 400, "{url} {}", answer.body);
    }
    let body = json!({ "url": "https://1.1.1.1/hook", "events": ["decision"] });
    let made = house.ask("POST", path, &one, &body.to_string()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let made = read(&made);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(made["portals"], json!(["moh"]));
    house.ask("GET", path, &one, "").await.has("https://1.1.1.1/hook").lacks(secret);
    house.ask("GET", path, &other, "").await.lacks("1.1.1.1");
    let hoa = house.enter(Who::Admin).await;
    house.get("/console/webhooks", &hoa).await.has("https://1.1.1.1/hook").has("key:webhooks-moh").lacks(secret);
    let own = format!("{path}/{}", made["id"]);
    assert_eq!(house.ask("DELETE", &own, &other, "").await.status, 404);
    assert_eq!(house.ask("DELETE", &own, &one, "").await.status, 204);
    assert_eq!(house.ask("DELETE", &own, &one, "").await.status, 404);
    for bad in [
        json!({}),
        json!({ "url": "https://1.1.1.1/", "events": ["x"] }),
        json!({ "url": "https://1.1.1.1/", "portals": [] }),
    ] {
        assert_eq!(house.ask("POST", path, &one, &bad.to_string()).await.status, 400, "{bad}");
    }
    // By hand in the console, where the test button is guarded as well.
    let form = "url=https%3A%2F%2F127.0.0.1%2F&event=decision";
    house.post("/console/webhooks", &hoa, form).await.has("không được gửi đến địa chỉ này");
    let made = house.post("/console/webhooks", &hoa, "url=https%3A%2F%2F1.1.1.1%2Fa&event=decision").await;
    made.has("whsec_");
    let change = "UPDATE webhook SET url = 'https://127.0.0.1/'";
    house.store.write(move |c| async move { Ok(sqlx::query(change).execute(c).await?) }.boxed()).await.unwrap();
    house.post("/console/webhooks/2", &hoa, "action=test").await.has("không phải địa chỉ công cộng");
    house.post("/console/webhooks/2", &hoa, "action=rotate").await.has("whsec_");
    assert_eq!(house.post("/console/webhooks/2", &hoa, "action=remove").await.status, 303);
    assert_eq!(house.post("/console/webhooks/2", &hoa, "action=test").await.status, 404);
}
