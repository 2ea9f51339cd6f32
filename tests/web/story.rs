//! Stories at the desk: which article stands for one, and what follows from that.

use lantoa::accounts::table;

use super::*;

impl House {
    /// Somebody else who speaks for portals.
    async fn officer_of(&self, name: &'static str, portal: &'static str) -> String {
        let now = self.clock.now();
        let link = self.store.write(move |c| {
            async move {
                table::create(c, name, Role::Officer, &[portal.to_owned()], "test", now).await?;
                table::link(c, name, &accounts::Options::default(), "test", now).await
            }
            .boxed()
        });
        let link = format!("/sign-in/{}", link.await.unwrap().secret());
        self.post(&link, "", "straight_in=1").await.cookie()
    }

    /// What an item says of itself: kind of its portal, the portal, hours between its publishing and now.
    async fn told_of(&self, item: i64) -> (String, String, i64) {
        let (kind, portal, at): (String, String, i64) = sqlx::query_as(
            "SELECT t.kind, p.slug, t.published_at FROM triage_item t JOIN portal p ON p.id = t.portal_id WHERE t.id = $1",
        )
        .bind(item)
        .fetch_one(self.store.pool())
        .await
        .unwrap();
        (kind, portal, (self.clock.now().as_millisecond() - at) / 3_600_000)
    }

    /// Which of these see item 1: in the list, and by its address.
    async fn sight(&self, cookies: [&str; 2]) -> [(bool, bool); 2] {
        let mut sight = [(false, false); 2];
        for (cookie, seen) in cookies.into_iter().zip(&mut sight) {
            let listed = self.get("/desk", cookie).await.body.contains("id=\"item-1\"");
            *seen = (listed, self.get("/desk/items/1", cookie).await.status == 200);
        }
        sight
    }
}

/// Another article stands for the story: filters, numbers and the one who is spoken for follow, and go back with it.
#[tokio::test]
async fn an_item_follows_the_article_that_stands_for_it() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let (first, other) = (house.enter(Who::Officer).await, house.officer_of("khac", "quangnam").await);
    let (story, copy) = (house.articles[0].clone(), house.articles[3].clone());
    let decisions = format!("/desk/stories/{story}/decisions");
    assert_eq!(house.told_of(1).await, ("ministry".into(), "moh".into(), 1));

    assert_eq!(house.post(&decisions, &lan, &format!("act=lead&article={copy}")).await.status, 303);
    assert_eq!(house.told_of(1).await, ("province".into(), "quangnam".into(), 16));
    let listed = async |query: &str| {
        let page = house.get(&format!("/desk?{query}"), &lan).await;
        page.body.contains("id=\"item-1\"")
    };
    assert_eq!((listed("kind=province").await, listed("kind=ministry").await), (true, false));
    // Both portals carry it, whoever stands for it: both officers have it before them.
    assert_eq!(house.sight([&first, &other]).await, [(true, true); 2]);

    // The one that no longer stands for it leaves, and its officer with it; what was decided stays.
    assert_eq!(house.post(&decisions, &lan, &format!("act=detach&article={story}")).await.status, 303);
    assert_eq!(house.sight([&first, &other]).await, [(false, false), (true, true)]);
    assert_eq!(house.told_of(1).await, ("province".into(), "quangnam".into(), 16));
    let hidden = house.get("/desk/items/1", &first).await;
    assert_eq!(hidden.body, house.get("/desk/items/987654", &first).await.body.replace("987654", "1"));
    let history: Vec<String> = sqlx::query_scalar("SELECT action FROM decision WHERE item_id = 1 ORDER BY id")
        .fetch_all(house.store.pool())
        .await
        .unwrap();
    assert_eq!(history, ["lead", "detach"]);

    // Step by step back: the first is there again, and then stands for it.
    assert_eq!(house.post("/desk/items/1/decisions", &lan, "action=undo&revision=3").await.status, 303);
    assert_eq!(house.sight([&first, &other]).await, [(true, true); 2]);
    assert_eq!(house.post("/desk/items/1/decisions", &lan, "action=undo&revision=4").await.status, 303);
    assert_eq!(house.told_of(1).await, ("ministry".into(), "moh".into(), 1));
}

/// The one that a story is named after leaves without anybody having chosen another.
#[tokio::test]
async fn an_item_follows_when_the_article_that_stood_for_it_leaves() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let first = house.enter(Who::Officer).await;
    let story = house.articles[0].clone();
    let path = format!("/desk/stories/{story}/decisions");
    assert_eq!(house.post(&path, &lan, &format!("act=detach&article={story}")).await.status, 303);
    assert_eq!(house.told_of(1).await.1, "quangnam");
    assert_eq!(house.get("/desk/items/1", &first).await.status, 404);
    // The article that left has an item of its own, and its officer sees that one.
    let own: i64 = sqlx::query_scalar("SELECT MAX(id) FROM triage_item").fetch_one(house.store.pool()).await.unwrap();
    assert_eq!(house.told_of(own).await.1, "moh");
    assert_eq!(house.get(&format!("/desk/items/{own}"), &first).await.status, 200);
}

/// A story's page shows an officer what the desk shows it, and nothing by the back door.
#[tokio::test]
async fn an_officer_sees_stories_of_the_portals_below_its_own_and_no_others() {
    let house = House::new().await;
    let minh = house.enter(Who::Officer).await;
    let (own, foreign) = (&house.articles[0], &house.articles[2]);
    assert_eq!(house.get(&format!("/desk/stories/{foreign}"), &minh).await.status, 404);
    house.get(&format!("/desk/stories/{own}?done=3"), &minh).await.lacks("Nghị định mới");
    let adopt = "UPDATE portal SET parent = 'moh' WHERE slug = 'chinhphu'";
    let adopted = house.store.write(move |c| async move { Ok(sqlx::query(adopt).execute(c).await?) }.boxed());
    adopted.await.unwrap();
    assert_eq!(house.get(&format!("/desk/stories/{foreign}"), &minh).await.status, 200);
}
