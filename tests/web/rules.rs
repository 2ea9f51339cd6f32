//! Rules in the console: tried before they are kept, explained on an item, and harmless whatever was typed.

use super::*;

fn form(pairs: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs).finish()
}

const STORM: [(&str, &str); 6] = [
    ("name", "Bão"),
    ("mode", "on"),
    ("words", "bão\nlũ quét"),
    ("marks", "1"),
    ("places", "title"),
    ("level", "urgent"),
];

/// What the page brings back to keep the rule that was tried.
fn mark(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("name=\"tried\" value=\"").expect("the trial has its mark");
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_rule_is_tried_before_it_is_kept() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    house.get("/console/rules/new", &lan).await.has("Thử trên 7 ngày qua").lacks("Lưu luật");

    let untried: Vec<_> = STORM.into_iter().chain([("do", "keep")]).collect();
    let page = house.post("/console/rules/draft", &lan, &form(&untried)).await;
    page.has("chưa lưu").has("1 tin trúng luật").has("/desk/items/1");
    house.get("/console/rules", &lan).await.has("Chưa có luật nào");

    let mark = mark(&page);
    let other: Vec<_> = STORM.into_iter().chain([("do", "keep"), ("tried", mark.as_str()), ("stop", "1")]).collect();
    house.post("/console/rules/draft", &lan, &form(&other)).await.has("chưa lưu");
    let same: Vec<_> = STORM.into_iter().chain([("do", "keep"), ("tried", mark.as_str())]).collect();
    let kept = house.post("/console/rules/draft", &lan, &form(&same)).await;
    assert_eq!((kept.status, kept.header(LOCATION)), (StatusCode::SEE_OTHER, "/console/rules?done=added&rule=1#rules"));
    house.get("/console/rules?done=added&rule=1", &lan).await.has("Đã thêm luật").has("Bão").has("Đang chạy");
    // Its name is taken now.
    let twice = house.post("/console/rules/draft", &lan, &form(&same)).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    twice.has("Tên luật").has("đã có luật tên");

    let ran = triage::rules::run_waiting(&house.store, "embedded", house.clock.now()).await.unwrap();
    assert_eq!(ran, 3);
    house.get("/desk/items/1", &lan).await.has("/desk/items/1/rules").has("Khẩn");
    let why = house.get("/desk/items/1/rules", &lan).await;
    why.has("Trúng").has("bão (Tiêu đề)").has("Đặt mức: Khẩn").has("đã làm");
    house.get("/desk/items/2/rules", &lan).await.has("Không trúng").has("Chưa luật nào trúng tin này");

    for (act, shown) in [("shadow", "Luật chạy thử ngầm"), ("off", "Đã tắt luật"), ("on", "Luật đang chạy")]
    {
        let moved = house.post("/console/rules/1", &lan, &form(&[("act", act)])).await;
        assert_eq!(moved.status, StatusCode::SEE_OTHER, "{act}");
        house.get(moved.header(LOCATION).split('#').next().unwrap(), &lan).await.has(shown);
    }
    // Whoever edits from an older revision is told, and nothing is lost.
    let stale: Vec<_> = same.iter().copied().chain([("id", "1"), ("revision", "1")]).collect();
    let conflict = house.post("/console/rules/draft", &lan, &form(&stale)).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    conflict.has("Có người vừa sửa").has("lũ quét");
    assert_eq!(house.post("/console/rules/1", &lan, "act=remove").await.status, StatusCode::SEE_OTHER);
    assert_eq!(house.get("/console/rules/1", &lan).await.status, StatusCode::NOT_FOUND);
    let audit: Vec<(String, String)> =
        sqlx::query_as("SELECT act, subject FROM audit WHERE act LIKE 'rule %' ORDER BY id")
            .fetch_all(house.store.pool())
            .await
            .unwrap();
    assert_eq!(audit.len(), 5, "{audit:?}");
    assert!(audit.iter().all(|(_, subject)| subject == "rule Bão"));
}

#[tokio::test]
async fn mistakes_and_hostile_words_are_shown_as_text() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let check = async |pairs: &[(&str, &str)], shown: &str| {
        let all: Vec<_> = [("places", "title")].iter().chain(pairs).copied().collect();
        let page = house.post("/console/rules/draft", &lan, &form(&all)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{pairs:?}");
        page.has(shown);
    };
    check(&[("name", ""), ("words", "x"), ("stop", "1")], "Tên luật").await;
    check(&[("name", "a"), ("stop", "1")], "chưa có điều kiện").await;
    check(&[("name", "a"), ("words", "x")], "chưa làm gì").await;
    check(&[("name", "a"), ("words", "…"), ("stop", "1")], "Có ít nhất một từ").await;
    check(&[("name", "a"), ("portals", "mof"), ("stop", "1")], "không có cổng nào mang mã “mof”").await;
    check(&[("name", "a"), ("hours", "25"), ("stop", "1")], "Giờ trong ngày").await;
    check(&[("name", HOSTILE), ("words", HOSTILE), ("topic", HOSTILE)], "&#60;script&#62;").await;
    let bad = house.post("/console/rules/draft", &lan, "id=77").await;
    assert_eq!(bad.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn topics_are_edited_and_never_lost() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    triage::topics::table::suggest_waiting(&house.store, "embedded", house.clock.now()).await.unwrap();
    house.get("/console/topics", &lan).await.has("22 lĩnh vực").has("thien-tai");
    let new =
        form(&[("code", "chuyen-doi-so-xa"), ("name", "Chuyển đổi số cấp xã"), ("words", "tổ công nghệ số\nxã số")]);
    let added = house.post("/console/topics", &lan, &new).await;
    assert_eq!(added.header(LOCATION), "/console/topics?done=added");
    house.get("/console/topics?done=added", &lan).await.has("23 lĩnh vực").has("Đã thêm lĩnh vực");
    let twice = house.post("/console/topics", &lan, &new).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    twice.has("đã có lĩnh vực mang mã").has("tổ công nghệ số");
    let hostile = form(&[("code", "x"), ("name", HOSTILE), ("words", HOSTILE)]);
    assert_eq!(house.post("/console/topics", &lan, &hostile).await.status, StatusCode::SEE_OTHER);
    house.get("/console/topics/x", &lan).await.has("&#60;script&#62;");

    let page = house.get("/console/topics/y-te", &lan).await;
    let (_, rest) = page.body.split_once("name=\"was\" value=\"").unwrap();
    let was = rest.split('"').next().unwrap();
    let renamed = form(&[("act", "keep"), ("was", was), ("name", "Sức khỏe"), ("words", "y tế")]);
    assert_eq!(house.post("/console/topics/y-te", &lan, &renamed).await.status, StatusCode::SEE_OTHER);
    let stale = house.post("/console/topics/y-te", &lan, &renamed).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    stale.has("Có người vừa sửa").has("Sức khỏe");
    for (act, shown) in [("retire", "Ngừng dùng"), ("up", "Đã chuyển lên"), ("restore", "Đã dùng lại")] {
        let done = house.post("/console/topics/y-te", &lan, &form(&[("act", act)])).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}");
        house.get(done.header(LOCATION), &lan).await.has(shown).has("Sức khỏe");
    }
}
