//! Rules over a record: what came and changed is looked at once, people's values stay, a trial changes nothing.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use super::*;
use crate::archive::{self, Copy, Incoming};
use crate::extract::Article;
use crate::portal::{self, Entry, Kind};
use crate::store::Connection;
use crate::triage::rules::{Outcome, read as read_rules};
use crate::triage::topics::table::{Held, claim, of};
use crate::triage::{self, Action, Options};

fn now() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

struct House {
    store: Store,
    _folder: tempfile::TempDir,
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        let filled = store.write(|connection| {
            async move {
                let url = "https://moh.gov.vn/".parse()?;
                portal::table::register(connection, &Entry::new("moh", "Bộ Y tế", Kind::Ministry, url), now()).await?;
                for title in ["Công điện về bão số 9", "Lịch công tác tuần", "Thông báo nghỉ lễ"] {
                    put(connection, title).await?;
                }
                Ok(())
            }
            .boxed()
        });
        filled.await.unwrap();
        Self { store, _folder: folder }
    }

    async fn add(&self, rules: &str) {
        let rules = read_rules(rules).unwrap();
        let added = self.store.write(move |connection| {
            async move {
                for rule in &rules {
                    table::add(connection, rule, "lan", now()).await?;
                }
                Ok(())
            }
            .boxed()
        });
        added.await.unwrap();
    }

    /// What the items are like afterwards: state, level and topic.
    async fn items(&self) -> Vec<String> {
        let rows: Vec<(String, Option<String>, Option<String>)> = sqlx::query_as(
            "SELECT t.state, t.level, s.topic FROM triage_item t LEFT JOIN story_topic s ON s.story_id = t.story_id
             ORDER BY t.id",
        )
        .fetch_all(self.store.pool())
        .await
        .unwrap();
        let told = |(state, level, topic): (String, Option<String>, Option<String>)| {
            format!("{state} {} {}", level.unwrap_or_else(|| "-".into()), topic.unwrap_or_else(|| "-".into()))
        };
        rows.into_iter().map(told).collect()
    }
}

async fn put(connection: &mut Connection, title: &str) -> Result<String> {
    let url: url::Url = format!("https://moh.gov.vn/{}.html", title.len()).parse()?;
    let id = archive::article_id("moh", url.as_str());
    let incoming = Incoming {
        id: id.clone(),
        portal: 1,
        url,
        article: Article {
            title: title.into(),
            text: format!("{title}. {}", "Nội dung bài viết. ".repeat(20)),
            published: Some(now()),
            ..Article::default()
        },
        problems: vec![],
        content_hash: title.into(),
        story: id.clone(),
        copy: Copy::Origin,
        now: now(),
    };
    archive::keep(connection, &incoming).await?;
    triage::table::refresh(connection, &id, &Options::default(), now()).await?;
    Ok(id)
}

const RULES: &str = "[[rule]]\nname = 'bão'\nwhen.words = ['bão']\nthen.topic = 'thien-tai'\nthen.level = 'urgent'\n\
                     then.notify = 'Có bão'\nthen.assign = 'lan'\n[[rule]]\nname = 'lịch'\nwhen.words = ['lịch công tác']\nthen.routine = true\n\
                     [[rule]]\nname = 'lễ'\nmode = 'shadow'\nwhen.words = ['nghỉ lễ']\nthen.routine = true\n";

#[tokio::test]
async fn what_came_is_looked_at_once() {
    let house = House::new().await;
    house.add(RULES).await;
    assert_eq!(run_waiting(&house.store, "embedded", now()).await.unwrap(), 3);
    assert_eq!(house.items().await, ["new urgent thien-tai", "routine - -", "new - -"]);
    assert_eq!(run_waiting(&house.store, "embedded", now()).await.unwrap(), 0);
    let kept = table::list(house.store.pool(), now()).await.unwrap();
    let counts: Vec<(i64, i64)> = kept.iter().map(|kept| (kept.hits, kept.would)).collect();
    assert_eq!(counts, [(1, 0), (1, 0), (0, 1)]);
    let card = triage::table::item(house.store.pool(), 1).await.unwrap().unwrap();
    assert_eq!(card.assigned_to.as_deref(), Some("lan"));
    let notices = table::notices(house.store.pool(), None).await.unwrap();
    assert_eq!((notices.len(), notices[0].words.as_str(), notices[0].item), (1, "Có bão", Some(1)));
    let history = triage::table::history(house.store.pool(), 2).await.unwrap();
    assert_eq!((history[0].actor.as_str(), history[0].action.as_str()), ("rule:lịch", "routine"));
    // An edit puts the story to the rules again, and the notice is not written twice.
    let edited = house.store.write(|connection| {
        async move {
            sqlx::query("UPDATE article SET content_hash = 'other'").execute(connection).await?;
            Ok(())
        }
        .boxed()
    });
    edited.await.unwrap();
    assert_eq!(run_waiting(&house.store, "embedded", now()).await.unwrap(), 3);
    assert_eq!(table::notices(house.store.pool(), None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_person_decided_stays() {
    let house = House::new().await;
    house.add(RULES).await;
    let decided = house.store.write(|connection| {
        async move {
            let story: String =
                sqlx::query_scalar("SELECT story_id FROM triage_item WHERE id = 1").fetch_one(&mut *connection).await?;
            let topic = Owned { value: None, owner: Owner::HumanMinistry };
            let held = Held { topic, why: vec![], actor: "minh".into(), at: now() };
            claim(connection, &story, &held, &["embedded"]).await?;
            for action in [Action::Reject, Action::Reopen] {
                for item in [1, 2] {
                    let revision = triage::table::standing(connection, item).await?.unwrap().revision;
                    assert!(triage::decide(connection, item, &action, revision, "lan", "", now()).await?.is_ok());
                }
            }
            Ok(story)
        }
        .boxed()
    });
    let story = decided.await.unwrap();
    run_waiting(&house.store, "embedded", now()).await.unwrap();
    assert_eq!(house.items().await, ["new - ", "new - -", "new - -"]);
    let hits = table::hits_of(house.store.pool(), &story).await.unwrap();
    let outcomes: Vec<Outcome> = hits[0].did.iter().map(|did| did.outcome).collect();
    assert_eq!(outcomes, [Outcome::Person, Outcome::Person, Outcome::Done, Outcome::Done]);
    let mut connection = house.store.pool().acquire().await.unwrap();
    assert_eq!(of(&mut connection, &story).await.unwrap().unwrap().actor, "minh");
}

#[tokio::test]
async fn a_trial_names_its_hits_and_changes_nothing() {
    let house = House::new().await;
    let before = house.items().await;
    let rule = read_rules(RULES).unwrap().remove(0);
    let dry = dry_run(house.store.pool(), &rule, now()).await.unwrap();
    assert_eq!((dry.looked_at, dry.hits, dry.named[0].item), (3, 1, 1));
    assert_eq!(house.items().await, before);
    let later = now() + jiff::SignedDuration::from_hours(24 * 8);
    assert_eq!(dry_run(house.store.pool(), &rule, later).await.unwrap().looked_at, 0);
}

#[tokio::test]
async fn order_and_changes() {
    let house = House::new().await;
    house.add(RULES).await;
    let names = house.store.write(|connection| {
        async move {
            table::shift(connection, 3, true).await?;
            table::shift(connection, 1, true).await?;
            table::move_to(connection, 1, 3).await?;
            let rule = read_rules("name = 'lễ'\nwhen.words = ['lễ']\nthen.stop = true").unwrap().remove(0);
            assert!(table::change(connection, 3, 1, &rule, "hoa", now()).await?);
            assert!(!table::change(connection, 3, 1, &rule, "lan", now()).await?, "somebody was faster");
            assert!(table::add(connection, &rule, "lan", now()).await.is_err(), "its name is taken");
            table::set_mode(connection, 2, Mode::Off, "hoa", now()).await?;
            table::remove(connection, 1).await?;
            Ok(())
        }
        .boxed()
    });
    names.await.unwrap();
    let kept = table::list(house.store.pool(), now()).await.unwrap();
    let told: Vec<(&str, &str)> = kept.iter().map(|kept| (kept.rule.name.as_str(), kept.rule.mode.as_str())).collect();
    assert_eq!(told, [("lễ", "on"), ("lịch", "off")]);
    assert_eq!(table::find(house.store.pool(), "lễ", now()).await.unwrap().unwrap().id, 3);
    assert_eq!(table::find(house.store.pool(), "2", now()).await.unwrap().unwrap().rule.name, "lịch");
}

#[tokio::test]
async fn old_hits_go_unless_they_explain_what_waits() {
    let house = House::new().await;
    house.add("[[rule]]\nname = 'tất cả'\nwhen.kinds = ['ministry']\nthen.stop = true\n").await;
    run_waiting(&house.store, "embedded", now()).await.unwrap();
    let decided = house.store.write(|connection| {
        async move {
            for (item, action) in [(1, Action::Reject), (2, Action::Routine)] {
                let revision = triage::table::standing(connection, item).await?.unwrap().revision;
                assert!(triage::decide(connection, item, &action, revision, "lan", "", now()).await?.is_ok());
            }
            // It held for the second story an hour later.
            sqlx::query(
                "UPDATE rule_hit SET last_at = last_at + 3600000
                 WHERE story_id = (SELECT story_id FROM triage_item WHERE id = 2)",
            )
            .execute(connection)
            .await?;
            Ok(())
        }
        .boxed()
    });
    decided.await.unwrap();
    let after = |days: i64| now() + jiff::SignedDuration::from_hours(24 * days + 2);
    let forget = async |days| table::forget_hits(&house.store, after(days)).await.unwrap();
    // The last week is shown; the third story waits, and the second is the last for which the rule held.
    assert_eq!((forget(6).await, forget(8).await, forget(9).await), (0, 1, 0));
    let left: Vec<i64> =
        sqlx::query_scalar("SELECT t.id FROM rule_hit h JOIN triage_item t ON t.story_id = h.story_id ORDER BY t.id")
            .fetch_all(house.store.pool())
            .await
            .unwrap();
    assert_eq!(left, [2, 3]);
}
