//! People, their sessions and the keys of programs, as a browser and a program meet them.

use lantoa::accounts::Scope;
use lantoa::accounts::table::keys::{self, Wanted};
use lantoa::accounts::totp;

use super::*;

const PASSWORD: &str = "một+câu+dễ+nhớ";

impl House {
    /// A key of a program, as it is sent.
    pub(super) async fn key(&self, scopes: &[Scope], portals: &[&str]) -> String {
        let wanted = Wanted {
            name: format!("{}-{}", scopes[0], portals.join("-")),
            scopes: scopes.to_vec(),
            portals: portals.iter().map(|slug| (*slug).to_owned()).collect(),
            days: Some(30),
        };
        let now = self.clock.now();
        let made = self.store.write(move |c| async move { keys::make(c, &wanted, "test", now).await }.boxed());
        made.await.unwrap().1
    }

    /// A request of a program.
    pub(super) async fn ask(&self, method: &str, path: &str, key: &str, body: &str) -> Answer {
        let request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        let request = request.header("authorization", format!("Bearer {key}")).header(CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    async fn with_password(&self, who: Who) -> String {
        let link = self.link(who).await;
        self.post(&link, "", &format!("password={PASSWORD}&again={PASSWORD}")).await.cookie()
    }

    async fn audited(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT actor || ' ' || act || ' ' || subject || ' ' || detail FROM audit ORDER BY id")
            .fetch_all(self.store.pool())
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn somebody_is_invited_gets_rights_and_loses_them() {
    let house = House::new().await;
    let hoa = house.with_password(Who::Admin).await;
    let form = "name=thu&role=officer&portals=moh";
    let made = house.post("/console/people", &hoa, form).await;
    assert_eq!(made.status, 200);
    // The link begins with the address that people type, whatever the request says about itself.
    let link = made.body.split("http://127.0.0.1:8080").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(link.starts_with("/sign-in/"), "{link}");
    let thu = house.post(&link, "", &format!("password={PASSWORD}&again={PASSWORD}")).await.cookie();
    assert_eq!(house.get("/desk/items/1", &thu).await.status, 200);
    assert_eq!(house.get("/desk/items/2", &thu).await.status, 404);

    // Other rights: the sessions end, and the next one has them.
    assert_eq!(house.post("/console/people/thu", &hoa, "action=role&role=editor").await.status, 303);
    assert_eq!(house.get("/desk", &thu).await.status, 303);
    let thu = house.post("/login", "", &format!("name=thu&password={PASSWORD}")).await.cookie();
    assert_eq!(house.get("/desk/items/2", &thu).await.status, 200);
    house.post("/console/people/thu", &hoa, "action=end_sessions").await;
    assert_eq!(house.get("/desk", &thu).await.status, 303);
    house.post("/console/people/thu", &hoa, "action=disable").await;
    assert_eq!(house.post("/login", "", &format!("name=thu&password={PASSWORD}")).await.status, 401);
    house.post("/console/people/thu", &hoa, "action=enable").await;
    assert_eq!(house.post("/login", "", &format!("name=thu&password={PASSWORD}")).await.status, 303);

    for (form, words) in [
        ("name=thu&role=editor", "đã có người tên"),
        ("name=x&role=king", "không có vai trò"),
        ("name=x&role=officer", "đầu mối phải gắn"),
        ("name=x&role=officer&portals=nothing", "không có cổng nào mang mã"),
        ("name=a%0Ab&role=editor", "không dùng làm tên được"),
    ] {
        let answer = house.post("/console/people", &hoa, form).await;
        assert_eq!(answer.status, 422, "{form}");
        answer.has(words);
    }
    // The last administrator stays one.
    for form in ["action=disable", "action=role&role=viewer"] {
        assert_eq!(house.post("/console/people/hoa", &hoa, form).await.status, 422, "{form}");
    }
    assert_eq!(house.post("/console/people/nobody", &hoa, "action=disable").await.status, 404);
    let trail = house.audited().await;
    for line in [
        "hoa account created thu officer moh",
        "hoa sign-in link made thu ",
        "hoa role changed thu officer → editor",
        "hoa account disabled thu ",
        "thu signed in thu password",
    ] {
        assert!(trail.iter().any(|found| found == line), "no {line:?} in {trail:#?}");
    }
}

#[tokio::test]
async fn an_officer_speaks_for_the_portals_below_its_own() {
    let house = House::new().await;
    let minh = house.enter(Who::Officer).await;
    assert_eq!(house.get("/desk/items/2", &minh).await.status, 404);
    let change = "UPDATE portal SET parent = CASE slug WHEN 'quangnam' THEN 'chinhphu' WHEN 'chinhphu' THEN 'moh' END";
    house.store.write(move |c| async move { Ok(sqlx::query(change).execute(c).await?) }.boxed()).await.unwrap();
    // Two steps below.
    assert_eq!(house.get("/desk/items/2", &minh).await.status, 200);
    house.get("/account", &minh).await.has("moh, quangnam");
}

#[tokio::test]
async fn sessions_are_seen_and_ended_by_their_owner() {
    let house = House::new().await;
    let (one, other) = (house.enter(Who::Editor).await, house.enter(Who::Editor).await);
    house.get("/account", &one).await.has("Phiên đang mở (2)");
    assert_eq!(house.post("/account/sessions", &one, "others=1").await.status, 303);
    assert_eq!(house.get("/desk", &other).await.status, 303);
    assert_eq!(house.get("/desk", &one).await.status, 200);
    // Nobody ends a session of somebody else by its name.
    let hoa = house.enter(Who::Admin).await;
    let page = house.get("/account", &hoa).await.body;
    let handle = page.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    house.post("/account/sessions", &one, &format!("session={handle}")).await;
    assert_eq!(house.get("/desk", &hoa).await.status, 200);
    house.post("/account/sessions", &hoa, &format!("session={handle}")).await;
    assert_eq!(house.get("/desk", &hoa).await.status, 303);
}

#[tokio::test]
async fn what_is_grave_asks_who_one_is() {
    let house = House::new().await;
    let hoa = house.with_password(Who::Admin).await;
    house.clock.set(house.clock.now() + 11.minutes());
    let before = house.state().await;
    for (path, form) in [
        ("/console/people", "name=thu&role=editor"),
        ("/console/people/lan", "action=disable"),
        ("/console/keys", "name=x&scope=desk"),
        ("/console/keys/lt_xxxxxxxx", ""),
        ("/account/second", "action=begin"),
    ] {
        let answer = house.post(path, &hoa, form).await;
        assert_eq!(answer.status, 403, "{path}");
        answer.has("Xác nhận lại").has("action=\"/account/prove\"");
    }
    let answer = house.get("/console/audit.csv?act=refused", &hoa).await;
    assert_eq!(answer.status, 403);
    answer.has("value=\"/console/audit.csv?act=refused\"");
    assert_eq!(house.state().await, before);
    // To look is no matter.
    for path in ["/console/people", "/console/keys", "/console/audit"] {
        assert_eq!(house.get(path, &hoa).await.status, 200, "{path}");
    }
    assert_eq!(house.post("/account/prove", &hoa, "password=wrong&next=/console/keys").await.status, 403);
    let proof = format!("password={PASSWORD}&next=");
    let there = house.post("/account/prove", &hoa, &format!("{proof}/console/keys")).await;
    assert_eq!((there.status.as_u16(), there.header(LOCATION)), (303, "/console/keys"));
    let away = house.post("/account/prove", &hoa, &format!("{proof}//evil.example")).await;
    assert_eq!(away.header(LOCATION), "/account");
    assert_eq!(house.post("/console/keys", &hoa, "name=x&scope=desk").await.status, 200);
}

#[tokio::test]
async fn a_second_factor_is_set_up_asked_for_and_taken_off() {
    let house = House::new().await;
    let lan = house.with_password(Who::Editor).await;
    assert_eq!(house.post("/account/second", &lan, "action=begin").await.status, 303);
    let page = house.get("/account", &lan).await.body;
    let secret = page.split("secret=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let code = |house: &House| totp::code_at(&secret, house.clock.now().as_second() / 30).unwrap();
    // The secret stands there to be scanned and to be typed, until it was proved.
    let typed: Vec<String> =
        secret.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
    assert!(
        page.contains(&typed.join(" "))
            && page.contains("<svg class=\"qr\"")
            && page.contains("<path d=\"M4 4h7v1h-7z")
    );
    assert_eq!(house.post("/account/second", &lan, "action=enrol&code=000000").await.status, 422);
    let on = house.post("/account/second", &lan, &format!("action=enrol&code={}", code(&house))).await;
    assert_eq!(on.status, 200);
    on.has("Mã dự phòng");
    assert_eq!(on.body.matches("<li><code>").count(), totp::RECOVERY_CODES);
    house.get("/account", &lan).await.lacks(&secret).lacks("<svg class=\"qr\"");

    house.clock.set(house.clock.now() + 1.minutes());
    let sign_in = |code: String| format!("name=lan&password={PASSWORD}&code={code}");
    assert_eq!(house.post("/login", "", &sign_in(String::new())).await.status, 401);
    assert_eq!(house.post("/login", "", &sign_in("123".into())).await.status, 401);
    assert_eq!(house.post("/login", "", &sign_in(code(&house))).await.status, 303);
    assert_eq!(house.post("/login", "", &sign_in(code(&house))).await.status, 401);
    house.clock.set(house.clock.now() + 1.minutes());
    assert_eq!(house.post("/account/second", &lan, "action=off&code=000000").await.status, 422);
    assert_eq!(house.post("/account/second", &lan, &format!("action=off&code={}", code(&house))).await.status, 303);
    assert_eq!(house.post("/login", "", &sign_in(String::new())).await.status, 303);
}

#[tokio::test]
async fn the_own_password_is_changed_by_who_knows_it() {
    let house = House::new().await;
    let lan = house.with_password(Who::Editor).await;
    let other = house.enter(Who::Editor).await;
    let new = "password=ba+con+cò+bay+lả&again=ba+con+cò+bay+lả";
    assert_eq!(house.post("/account/password", &lan, &format!("old=wrong&{new}")).await.status, 422);
    let weak = format!("old={PASSWORD}&password=matkhau123456&again=matkhau123456");
    house.post("/account/password", &lan, &weak).await.has("quá dễ đoán");
    let changed = house.post("/account/password", &lan, &format!("old={PASSWORD}&{new}")).await;
    assert_eq!(changed.status, 303);
    for old in [&lan, &other] {
        assert_eq!(house.get("/desk", old).await.status, 303);
    }
    assert_eq!(house.get("/desk", &changed.cookie()).await.status, 200);
    assert_eq!(house.post("/login", "", &format!("name=lan&password={PASSWORD}")).await.status, 401);
    assert_eq!(house.post("/login", "", "name=lan&password=ba+con+cò+bay+lả").await.status, 303);
}

#[tokio::test]
async fn a_key_is_shown_once_and_ends_at_once() {
    let house = House::new().await;
    let hoa = house.enter(Who::Admin).await;
    let made = house.post("/console/keys", &hoa, "name=Trung+tâm&scope=desk&days=10").await;
    let secret = made.body.split("<code>lt_").nth(1).unwrap().split('<').next().unwrap();
    let secret = format!("lt_{secret}");
    assert_eq!(secret.len(), 55);
    house.get("/console/keys", &hoa).await.has("Trung tâm").has(&secret[..11]).lacks(&secret[12..]);
    let queue = "/api/v1/desk/items";
    assert_eq!(house.ask("GET", queue, &secret, "").await.status, 200);
    // A key opens no page, and neither half of it opens anything.
    let page = Request::get("/desk").header("authorization", format!("Bearer {secret}"));
    assert_eq!(house.send(page.body(Body::empty()).unwrap()).await.status, 303);
    for wrong in [&secret[..54], &secret[..11], "", "lt_", &format!("{secret}a")] {
        assert_eq!(house.ask("GET", queue, wrong, "").await.status, 401, "{wrong}");
    }
    // Beside a key no cookie counts.
    let both = Request::get(queue).header(COOKIE, &hoa).header("authorization", "Bearer lt_aaaaaaaa_bbbb");
    assert_eq!(house.send(both.body(Body::empty()).unwrap()).await.status, 401);
    // Nothing of it is in the record.
    house.store.copy_to(&house._folder.path().join("copy.db")).await.unwrap();
    let copy = std::fs::read(house._folder.path().join("copy.db")).unwrap();
    assert!(!copy.windows(43).any(|part| part == &secret.as_bytes()[12..]));
    assert!(copy.windows(11).any(|part| part == &secret.as_bytes()[..11]));

    assert_eq!(house.post(&format!("/console/keys/{}", &secret[..11]), &hoa, "").await.status, 303);
    assert_eq!(house.ask("GET", queue, &secret, "").await.status, 401);
    let short = house.key(&[Scope::Desk], &[]).await;
    assert_eq!(house.ask("GET", queue, &short, "").await.status, 200);
    house.clock.set(house.clock.now() + (31 * 24).hours());
    assert_eq!(house.ask("GET", queue, &short, "").await.status, 401);
}

#[tokio::test]
async fn the_trail_is_read_filtered_and_taken_away_as_a_table() {
    let house = House::new().await;
    let hoa = house.enter(Who::Admin).await;
    let lan = house.enter(Who::Editor).await;
    house.post("/login", "", "name=mat-khau-go-nham&password=wrong").await;
    house.post("/console/keys", &hoa, "name=%3Dcmd%7C%27&scope=desk").await;
    house.get("/console", &lan).await;
    let page = house.get("/console/audit", &hoa).await;
    // What was typed for a name that nobody has may be a password.
    page.has("đăng nhập bị từ chối").lacks("mat-khau-go-nham").has("=cmd|&#39;").has("GET /console");
    house.get("/console/audit?actor=lan&act=refused", &hoa).await.has("GET /console").lacks("=cmd");
    house.get("/console/audit?q=100%25", &hoa).await.has("Không có dòng nào");
    house.get("/console/audit?from=22/11/2026", &hoa).await.has("Không có dòng nào");
    house.get("/console/audit?from=21/11/2026&to=21/11/2026", &hoa).await.lacks("Không có dòng nào");
    house.get("/console/audit?before=x&from=y&act=%00", &hoa).await.has("Nhật ký");
    let csv = house.get("/console/audit.csv", &hoa).await;
    assert_eq!(csv.header(CONTENT_TYPE), "text/csv; charset=utf-8");
    csv.has(",'=cmd|',").lacks(",=cmd");
    assert!(house.audited().await.iter().any(|line| line.starts_with("hoa audit exported")));
    for chain in [&accounts::table::AUDIT, &triage::table::told::DECISIONS] {
        let verdict = lantoa::store::chain::verify(house.store.pool(), chain, None).await.unwrap();
        assert_eq!(verdict.faults, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_decision_keeps_the_text_that_it_was_taken_upon() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    house.post("/desk/items/1/decisions", &lan, "action=amplify&revision=1").await;
    let edit = "UPDATE article SET title = 'Khác', text = 'Khác' WHERE url LIKE '%tin-0%'";
    house.store.write(move |c| async move { Ok(sqlx::query(edit).execute(c).await?) }.boxed()).await.unwrap();
    house.post("/desk/items/1/decisions", &lan, "action=recall&revision=2").await;
    let told = async |id| triage::table::told::of_decision(house.store.pool(), id).await.unwrap().unwrap();
    assert_eq!(told(1).await.title, "Công điện khẩn về ứng phó bão số 9");
    assert!(told(1).await.text.contains("sơ tán dân"));
    assert_eq!(told(2).await.title, "Khác");
    assert_eq!(triage::table::told::faults(house.store.pool()).await.unwrap(), Vec::<String>::new());
    let tamper =
        ["DROP TRIGGER decided_text_is_never_edited", "UPDATE decided_text SET text = 'x' WHERE title = 'Khác'"];
    for sql in tamper {
        house.store.write(move |c| async move { Ok(sqlx::query(sql).execute(c).await?) }.boxed()).await.unwrap();
    }
    assert_eq!(triage::table::told::faults(house.store.pool()).await.unwrap().len(), 1);
}
