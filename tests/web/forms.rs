//! Forms that cannot be taken: the page says why in its own language, names the field, and keeps what was typed.

use super::*;

/// Sends a form that is wrong in `field`; the page marks that field, says `words` and keeps `kept`.
async fn check(house: &House, cookie: &str, (path, form): (&str, &str), field: &str, words: &str, kept: &str) {
    let answer = house.post(path, cookie, form).await;
    assert_eq!(answer.status, 422, "{path} {form}: {}", answer.body);
    let told = answer.body.split("id=\"fault\"").nth(1).unwrap_or_default().split("</div>").next().unwrap_or_default();
    assert!(told.contains(words), "{path} {form}: no {words:?} in {told}");
    assert!(!told.contains("lang=\"en\""), "{path} {form}: {told}");
    if !field.is_empty() {
        assert!(told.contains(&format!("href=\"#{field}\"")), "{path} {form}: {told}");
        assert!(answer.body.contains(&format!("id=\"{field}\"")), "{path} {form}: nothing is called {field}");
    }
    assert!(answer.body.contains(kept), "{path} {form}: {kept} is gone in {}", answer.body);
}

#[tokio::test]
async fn people_and_keys_and_webhooks() {
    let house = House::new().await;
    let hoa = house.enter(Who::Admin).await;
    let people = async |form: &str, field: &str, words: &str, kept: &str| {
        check(&house, &hoa, ("/console/people", form), field, words, kept).await;
    };
    people("name=a%2Fb&role=editor", "name", "“a/b” không dùng làm tên được", "value=\"a/b\" aria-invalid=\"true\"")
        .await;
    people("name=lan&role=viewer", "name", "đã có người tên “lan”", "<option value=\"viewer\" selected>").await;
    people("name=thu&role=king", "role", "không có vai trò “king”", "value=\"thu\"").await;
    people("name=thu&role=officer", "portals", "đầu mối phải gắn", "<option value=\"officer\" selected>").await;
    people("name=thu&role=editor&portals=moh", "portals", "chỉ đầu mối", "value=\"moh\" aria-invalid").await;
    people("name=thu&role=officer&portals=xyz", "portals", "không có cổng nào mang mã “xyz”", "value=\"xyz\"").await;
    let last = ("/console/people/hoa", "action=role&role=viewer");
    check(&house, &hoa, last, "role", "quản trị viên cuối cùng", "<details open>").await;
    let lost = ("/console/people/lan", "action=role&role=officer&portals=xyz");
    check(&house, &hoa, lost, "portals", "“xyz”", "value=\"xyz\" aria-invalid").await;

    let keys = async |form: &str, field: &str, words: &str, kept: &str| {
        check(&house, &hoa, ("/console/keys", form), field, words, kept).await;
    };
    keys("name=&scope=desk", "name", "hãy đặt tên", "value=\"desk\" checked").await;
    keys("name=May&days=30", "scope", "ít nhất một việc", "value=\"May\"").await;
    keys("name=May&scope=push&days=30", "portals", "khóa để gửi tin", "value=\"30\"").await;
    keys("name=May&scope=decide&portals=moh", "portals", "không được quyết định", "value=\"moh\"").await;
    keys("name=May&scope=desk&portals=xyz", "portals", "“xyz”", "value=\"May\"").await;
    // What is no number of days must not become a key that never ends.
    for days in ["0", "-1", "mười", "9999999999999999999"] {
        keys(
            &format!("name=May&scope=desk&days={days}"),
            "days",
            "số ngày từ 1",
            &format!("value=\"{days}\" aria-invalid"),
        )
        .await;
    }

    let hooks = async |form: &str, field: &str, words: &str, kept: &str| {
        check(&house, &hoa, ("/console/webhooks", form), field, words, kept).await;
    };
    hooks("url=nowhere&event=decision", "url", "địa chỉ không đọc được", "value=\"nowhere\" aria-invalid").await;
    hooks(
        "url=https://a:b@example.com/&event=decision",
        "url",
        "không kèm tên và mật khẩu",
        "value=\"decision\" checked",
    )
    .await;
    hooks(
        "url=https://127.0.0.1/&event=decision",
        "url",
        "không được gửi đến địa chỉ này",
        "value=\"https://127.0.0.1/\"",
    )
    .await;
    hooks("url=https://example.com/", "event", "ít nhất một loại tin", "value=\"https://example.com/\"").await;
}

#[tokio::test]
async fn topics_and_rules() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let topics = async |form: &str, field: &str, words: &str, kept: &str| {
        check(&house, &lan, ("/console/topics", form), field, words, kept).await;
    };
    topics("code=Y+tế&name=Mới", "code", "“Y tế” không dùng làm mã được", "value=\"Mới\"").await;
    topics("code=new&name=Mới", "code", "không dùng làm mã được", "value=\"new\" aria-invalid").await;
    topics("code=y-te&name=Mới", "code", "đã có lĩnh vực mang mã “y-te”", "value=\"Mới\"").await;
    topics("code=moi&words=bão", "name", "hãy đặt tên", ">bão</textarea>").await;
    let long = "a".repeat(500);
    topics(&format!("code=moi&name=Mới&words={long}"), "words", "quá dài", &long).await;

    let rules = async |form: &str, field: &str, words: &str, kept: &str| {
        let form = format!("places=title&{form}");
        check(&house, &lan, ("/console/rules/draft", &form), field, words, kept).await;
    };
    let sound = "name=Bão&words=bão+số+9&level=urgent";
    let name = "value=\"Bão\"";
    rules("words=bão&level=urgent", "name", "hãy đặt tên", ">bão</textarea>").await;
    rules(&format!("name={long}&words=bão&level=urgent"), "name", "quá dài", &long).await;
    rules("name=Bão&words=%2C%2C&level=urgent", "words", "không phải là từ để tìm", name).await;
    rules("name=Bão&level=urgent", "when", "chưa có điều kiện", name).await;
    rules("name=Bão&words=bão", "then", "chưa làm gì", name).await;
    rules(&format!("{sound}&score_from=x"), "score_from", "không phải là điểm", "value=\"x\" aria-invalid").await;
    rules(&format!("{sound}&score_from=50&score_to=40"), "score_to", "nhỏ hơn điểm từ", "value=\"40\" aria-invalid")
        .await;
    rules(&format!("{sound}&score_to=1e300"), "score_to", "không phải là điểm", name).await;
    rules(&format!("{sound}&hours=22h"), "hours", "“22h” không phải là khoảng giờ", "value=\"22h\" aria-invalid").await;
    rules(&format!("{sound}&age_hours=-1"), "age_hours", "“-1” không phải là số giờ", "value=\"-1\"").await;
    rules(&format!("{sound}&portals=xyz"), "portals", "không có cổng nào mang mã “xyz”", ">xyz</textarea>").await;
    rules(&format!("{sound}&topics=xyz"), "topics", "không có lĩnh vực “xyz”", name).await;
    rules(&format!("{sound}&topic=xyz"), "topic", "không có lĩnh vực “xyz”", name).await;
    rules(&format!("{sound}&assign=xyz"), "assign", "không có người tên “xyz”", name).await;
    rules(&format!("{sound}&notify={long}"), "notify", "quá dài", &long).await;
    rules(&format!("{sound}&mode=maybe"), "mode", "không có “maybe”", name).await;
    rules(&format!("{sound}&documents={long}"), "documents", "không phải là số văn bản", name).await;
    let many: Vec<String> = (0..400).map(|n| format!("a{n}")).collect();
    rules(&format!("name=Bão&level=urgent&words={}", many.join("%0A")), "words", "có 400 mục", name).await;
    let page = house.post("/console/rules/draft", &lan, "name=Bão&words=bão&level=urgent").await;
    assert!(page.status == 422 && page.body.contains("hãy chọn ít nhất một: tiêu đề"), "{}", page.body);

    // The same, for whoever reads English.
    let english =
        house.post("/console/rules/draft?lang=en", &lan, "places=title&name=a&words=b&level=urgent&hours=22h").await;
    english.has("`22h` are no hours").lacks("không phải").has("<html lang=\"en\"");
}

/// A filter that cannot be kept, and an item that nobody has to merge into.
#[tokio::test]
async fn at_the_desk() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let kept = house.post("/desk/views", &lan, "name=&query=").await;
    assert_eq!(kept.status, 400);
    kept.has("không giữ được bộ lọc");
    for into in ["abc", "", "-1", "99999999999999999999"] {
        let path = "/desk/items/1/decisions";
        let form = format!("action=merge&revision=1&reason=trùng&into={into}");
        let refused = house.post(path, &lan, &form).await;
        assert_eq!(refused.status, 409, "{into}");
        refused.has("role=\"alert\"").has("trùng").has(&format!("value=\"{into}\""));
    }
}
