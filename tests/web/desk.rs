//! The desk: many items at once, the two keys, filters that are kept, what is told while it is open.

use super::*;

impl House {
    async fn decide(&self, item: u32, cookie: &str, form: &str) -> u16 {
        self.post(&format!("/desk/items/{item}/decisions"), cookie, form).await.status.as_u16()
    }
}

#[tokio::test]
async fn many_are_decided_and_taken_back_together() {
    let house = House::new().await;
    let (lan, hoa) = (house.enter(Who::Editor).await, house.enter(Who::Admin).await);
    house.decide(3, &hoa, "action=note&reason=x&revision=1").await;
    let form = "action=routine&item=1:1&item=2:1&item=3:1&item=99:1&back=/desk?view=open";
    let taken = house.post("/desk/decisions", &lan, form).await;
    assert_eq!((taken.status.as_u16(), taken.header(LOCATION)), (303, "/desk?view=open&done=1,2&late=3#queue"));
    // What somebody else was faster with is told, and stays as it was.
    let page = house.get("/desk?done=1,2&late=3", &lan).await;
    page.has("2 tin")
        .has("Đã có người quyết định trước")
        .has("value=\"1:2\"")
        .has("value=\"2:2\"")
        .has("Nghị định mới");
    let undone = house.post("/desk/decisions", &lan, "action=undo&item=1:2&item=2:2").await;
    assert_eq!(undone.header(LOCATION), "/desk?done=1,2#queue");
    house.get("/desk", &lan).await.has("Công điện khẩn");
    for bad in ["action=routine&item=1", "action=routine&item=1:x", "action=burn&item=1:1", "item=1:1"] {
        assert_eq!(house.post("/desk/decisions", &lan, bad).await.status, 400, "{bad}");
    }
    // An officer cannot decide by choosing many, and what is not its own is not there.
    let minh = house.enter(Who::Officer).await;
    assert_eq!(house.post("/desk/decisions", &minh, "action=routine&item=1:3").await.status, 403);
    let proposed = house.post("/desk/decisions", &minh, "action=propose&item=1:3&item=3:2").await;
    assert_eq!(proposed.header(LOCATION), "/desk?done=1#queue");
}

#[tokio::test]
async fn the_two_keys_are_turned_and_counted() {
    let house = House::new().await;
    let (lan, minh) = (house.enter(Who::Editor).await, house.enter(Who::Officer).await);
    let form = "action=propose&level=high&deadline=4&reason=dân+cần+biết&revision=1";
    assert_eq!(house.decide(1, &minh, form).await, 303);
    house.get("/desk?view=proposals", &lan).await.has("dân cần biết").has("19:00 21/11/2026");
    // It goes back with a word only, and its officer may take back what is its own, not what the centre decided.
    assert_eq!(house.decide(1, &lan, "action=return&revision=2").await, 409);
    assert_eq!(house.decide(1, &lan, "action=return&reason=thiếu+căn+cứ&revision=2").await, 303);
    house.get("/desk/items/1", &minh).await.has("thiếu căn cứ");
    assert_eq!(house.decide(1, &minh, "action=undo&revision=3").await, 409);
    assert_eq!(house.decide(1, &minh, "action=propose&level=urgent&revision=3").await, 303);
    assert_eq!(house.decide(1, &minh, "action=undo&revision=4").await, 303);
    assert_eq!(house.decide(1, &minh, "action=propose&level=high&revision=5").await, 303);
    assert_eq!(house.decide(1, &lan, "action=amplify&level=high&revision=6").await, 303);
    let numbers = house.get("/desk/numbers", &lan).await;
    // One accepted, one returned; the one that was taken back does not count.
    numbers.has("50 %").has("Bộ Y tế");
    house.get("/desk/numbers", &minh).await.has("50 %").lacks("Cổng Thông tin điện tử Chính phủ");
    assert_eq!(house.decide(1, &lan, "action=undo&revision=7").await, 303);
    assert_eq!(house.decide(1, &lan, "action=amplify&level=normal&revision=8").await, 303);
    house.get("/desk/numbers", &lan).await.has("0 %");
}

#[tokio::test]
async fn a_correction_of_the_centre_reaches_every_output() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    house.decide(1, &lan, "action=amplify&level=high&revision=1").await;
    house.clock.set(house.clock.now() + 1.minutes());
    assert_eq!(house.decide(1, &lan, "action=correct&level=urgent&revision=2").await, 409);
    assert_eq!(house.decide(1, &lan, "action=correct&level=urgent&correction=sửa+số+liệu&revision=2").await, 303);
    for path in ["/feeds/amplified.atom", "/feeds/amplified.rss", "/feeds/amplified.json"] {
        house.get(path, "").await.has("sửa số liệu").has("[Đính chính]").has("urgent");
    }
    house.get("/api/v1/amplified", "").await.has("\"correction\":\"sửa số liệu\"").has("\"status\":\"corrected\"");
    house.clock.set(house.clock.now() + 1.minutes());
    assert_eq!(house.decide(1, &lan, "action=recall&revision=3").await, 303);
    house.get("/api/v1/amplified", "").await.lacks("sửa số liệu").has("\"status\":\"recalled\"");
}

#[tokio::test]
async fn a_topic_and_a_person_are_set_and_taken_back() {
    let house = House::new().await;
    let (lan, minh) = (house.enter(Who::Editor).await, house.enter(Who::Officer).await);
    assert_eq!(house.decide(1, &lan, "action=classify&set_topic=nothing&revision=1").await, 409);
    assert_eq!(house.decide(1, &lan, "action=assign&to=tuan&revision=1").await, 409);
    assert_eq!(house.decide(1, &minh, "action=classify&set_topic=y-te&revision=1").await, 303);
    house.get("/desk/items/1", &lan).await.has("đầu mối cổng đặt");
    assert_eq!(house.decide(1, &lan, "action=classify&set_topic=thien-tai&revision=2").await, 303);
    // What the centre set is the centre's.
    assert_eq!(house.decide(1, &minh, "action=classify&set_topic=y-te&revision=3").await, 409);
    house.get("/desk?topic=thien-tai", &lan).await.has("Công điện khẩn");
    house.get("/desk?topic=-thien-tai", &lan).await.lacks("Công điện khẩn");
    assert_eq!(house.decide(1, &lan, "action=undo&revision=3").await, 303);
    house.get("/desk/items/1", &lan).await.has("đầu mối cổng đặt");
    assert_eq!(house.decide(1, &lan, "action=assign&to=lan&revision=4").await, 303);
    house.get("/desk?view=mine", &lan).await.has("Công điện khẩn").has("giao cho");
    let hoa = house.enter(Who::Admin).await;
    house.get("/desk?view=mine", &hoa).await.lacks("Công điện khẩn");
}

#[tokio::test]
async fn filters_leave_in_and_out_and_are_kept() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let check = async |query: &str, bao: bool, nghi_dinh: bool| {
        let page = house.get(&format!("/desk?{query}"), &lan).await;
        let queue = page.body.split("id=\"queue\"").nth(1).unwrap().to_owned();
        assert_eq!((queue.contains("Công điện khẩn"), queue.contains("Nghị định mới")), (bao, nghi_dinh), "{query}");
    };
    check("kind=ministry", true, false).await;
    check("kind=-ministry", false, true).await;
    check("kind=ministry&kind=government", true, true).await;
    check("portal=quangnam", true, false).await;
    check("portal=-quangnam,-moh", false, true).await;
    check("level=none", true, true).await;
    check("level=urgent", false, false).await;
    check("view=overdue", false, false).await;
    house.clock.set(house.clock.now() + 20.minutes());
    house.decide(1, &lan, "action=propose&level=urgent&revision=1").await;
    check("view=overdue", true, false).await;
    check("view=proposals", true, false).await;

    let kept = house.post("/desk/views", &lan, "name=Trừ+bộ&query=kind%3D-ministry%26evil%3D%22%3E%3Cscript%3E").await;
    assert_eq!(kept.header(LOCATION), "/desk?view=open&kind=-ministry");
    house.get("/desk", &lan).await.has("Trừ bộ").has("href=\"/desk?view=open&#38;kind=-ministry\"");
    let hoa = house.enter(Who::Admin).await;
    house.get("/desk", &hoa).await.lacks("Trừ bộ");
    house.post("/desk/views", &hoa, "forget=1").await;
    house.get("/desk", &lan).await.has("Trừ bộ");
    house.post("/desk/views", &lan, "forget=1").await;
    house.get("/desk", &lan).await.lacks("Trừ bộ");
    for number in 0..8 {
        assert_eq!(house.post("/desk/views", &lan, &format!("name=n{number}&query=")).await.status, 303);
    }
    assert_eq!(house.post("/desk/views", &lan, "name=zu+viel&query=").await.status, 400);

    house.get("/desk", &lan).await.has("data-keys=\"on\"");
    house.post("/desk/settings", &lan, "keys=off").await;
    house.get("/desk", &lan).await.has("data-keys=\"off\"");
    house.get("/desk", &hoa).await.has("data-keys=\"on\"");
}

#[tokio::test]
async fn what_happens_is_told_while_the_desk_is_open() {
    let house = House::new().await;
    let (lan, minh) = (house.enter(Who::Editor).await, house.enter(Who::Officer).await);
    let events =
        async |seen: i64, cookie: &str| house.get(&format!("/desk/events?seen={seen}&wait=0"), cookie).await.body;
    let count = |text: &str| text.matches("event: change").count();
    assert_eq!(count(&events(0, &lan).await), 3);
    assert_eq!(count(&events(3, &lan).await), 0);
    house.decide(1, &lan, "action=routine&revision=1").await;
    house.decide(3, &lan, "action=reject&revision=1").await;
    let told = events(3, &lan).await;
    assert!(count(&told) == 2 && told.contains("id: 4") && told.contains("\"said\":\"lan: Tin thường\""), "{told}");
    // An officer hears of its own portals' stories only.
    assert_eq!(count(&events(3, &minh).await), 1);
    // Who asks for numbers that nobody kept is told to load anew.
    assert!(events(99, &lan).await.contains("event: reload"));
    // Reconnecting goes on from the last one heard.
    let request = Request::get("/desk/events?seen=0&wait=0").header(COOKIE, &lan).header("last-event-id", "4");
    assert_eq!(count(&house.send(request.body(Body::empty()).unwrap()).await.body), 1);
    // Who looks at an item is told to the others, and to nobody who may not see it.
    let hoa = house.enter(Who::Admin).await;
    house.get("/desk/items/2", &hoa).await;
    house.get("/desk", &lan).await.has("hoa đang xem");
    house.clock.set(house.clock.now() + 2.minutes());
    house.get("/desk", &lan).await.lacks("hoa đang xem");
}

#[tokio::test]
async fn an_officer_speaks_for_the_portals_below_its_own() {
    let house = House::new().await;
    let minh = house.enter(Who::Officer).await;
    assert_eq!(house.get("/desk/items/3", &minh).await.status, 404);
    let adopt = house.store.write(|connection| {
        async move {
            sqlx::query("UPDATE portal SET parent = 'moh' WHERE slug = 'chinhphu'").execute(connection).await?;
            Ok(())
        }
        .boxed()
    });
    adopt.await.unwrap();
    assert_eq!(house.get("/desk/items/3", &minh).await.status, 200);
    house.get("/desk", &minh).await.has("Nghị định mới");
    assert_eq!(house.decide(3, &minh, "action=propose&level=high&revision=1").await, 303);
}
