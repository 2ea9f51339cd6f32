//! What is searched and not found: counted by words, never by persons, and shown to those who can do something.

use super::*;

async fn kept(house: &House) -> Vec<(String, i64, i64, i64)> {
    sqlx::query_as("SELECT words, searches, empty, clicks FROM unanswered_query ORDER BY words")
        .fetch_all(house.store.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn questions_without_an_answer_become_work() {
    let house = House::new().await;
    let tuan = house.enter(Who::Operator).await;
    for path in [
        "/search?q=h%E1%BB%8Dc+ph%C3%AD+y+t%E1%BA%BF",
        "/search?q=PHI+HOC+y+te",
        "/search?q=h%E1%BB%8Dc+ph%C3%AD+y+t%E1%BA%BF&page=2",
        "/search?q=zzz&portal=moh",
        "/search?q=0912345678",
        "/search?q=001204001234",
        "/search?q=hoa%40gmail.com",
        "/search?q=",
        "/search?q=b%C3%A3o",
    ] {
        house.get(path, "").await;
    }
    let opened = Request::get(format!("/items/{}", house.articles[0]))
        .header("referer", "http://127.0.0.1:8080/search?q=b%C3%A3o&page=2")
        .body(Body::empty())
        .unwrap();
    house.send(opened).await;

    let page = house.get("/console/unanswered", &tuan).await;
    page.has("1 nhóm câu hỏi").has("/portals/moh").lacks("0912345678").lacks("gmail").lacks("bão");
    let count = |words: &str, searches, empty, clicks| (words.to_owned(), searches, empty, clicks);
    assert_eq!(kept(&house).await, [count("bao", 1, 0, 1), count("hoc phi te y", 2, 2, 0)]);
    let csv = house.get("/console/unanswered.csv?days=30", &tuan).await;
    assert_eq!(csv.header(CONTENT_TYPE), "text/csv; charset=utf-8");
    assert_eq!(csv.body.lines().count(), 2);
    csv.has(",2,2,2026-11-21,moh");

    // The day after, what was found and opened is forgotten.
    house.clock.set(house.clock.now() + 24.hours());
    let tuan = house.enter(Who::Operator).await;
    house.get("/search?q=%3DHYPERLINK%281%29", "").await;
    house.get("/console/unanswered", &tuan).await.has("2 nhóm câu hỏi");
    assert_eq!(
        kept(&house).await.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(),
        ["1 hyperlink", "hoc phi te y"]
    );
    house.get("/console/unanswered.csv", &tuan).await.has("'=HYPERLINK(1)");
    // And three months later so are the others.
    house.clock.set(house.clock.now() + 2_400.hours());
    let tuan = house.enter(Who::Operator).await;
    house.get("/search?q=xyz", "").await;
    house.get("/console/unanswered?days=90", &tuan).await.has("1 nhóm câu hỏi");
    assert_eq!(kept(&house).await.len(), 1);
}
