//! A record that cannot be written: nothing is told to be done that is not, reading goes on, and so does work once there
//! is room again.

use super::*;

impl House {
    /// No room is left in the file; the first change that finds none gets a new connection, which has room again.
    async fn fill_up(&self) {
        let full = self.store.write(|connection| {
            async move {
                let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count").fetch_one(&mut *connection).await?;
                let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
                sqlx::query(limit).execute(connection).await?;
                Ok(())
            }
            .boxed()
        });
        full.await.unwrap();
    }
}

#[tokio::test]
async fn a_decision_that_cannot_be_written_is_not_told_to_be_taken() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    for (path, api) in [("/desk/items/1/decisions", false), ("/api/v1/desk/items/1/decisions", true)] {
        house.fill_up().await;
        let (mut taken, mut refused) = (0, None);
        let revision = async || {
            let sql = "SELECT revision FROM triage_item WHERE id = 1";
            sqlx::query_scalar::<_, i64>(sql).fetch_one(house.store.pool()).await.unwrap()
        };
        for number in 0..200 {
            let (reason, at) = (format!("{number} {}", "dài ".repeat(400)), revision().await);
            let body = if api {
                serde_json::json!({ "action": "note", "reason": reason, "revision": at }).to_string()
            } else {
                format!("action=note&revision={at}&reason={reason}")
            };
            let answer = house.post(path, &lan, &body).await;
            match answer.status.as_u16() {
                200 | 303 => taken += 1,
                503 => {
                    assert_eq!(revision().await, at, "a decision that was refused stands");
                    refused = Some((answer, body));
                    break;
                }
                other => panic!("{other}: {}", answer.body),
            }
        }
        let (answer, body) = refused.unwrap_or_else(|| panic!("{taken} notes found room"));
        if api {
            assert!(answer.header(CONTENT_TYPE).contains("problem+json"), "{}", answer.header(CONTENT_TYPE));
            answer.has("nothing was saved");
        } else {
            answer.has("Chưa có gì được lưu").lacks("Máy tìm kiếm đang");
        }
        answer.lacks("disk is full").lacks("max_page_count");
        // Once there is room again the same form is taken.
        let again = house.post(path, &lan, &body).await;
        assert!([200, 303].contains(&again.status.as_u16()), "{}", again.body);
    }
    let verdict =
        lantoa::store::chain::verify(house.store.pool(), &triage::table::told::DECISIONS, None).await.unwrap();
    assert_eq!(verdict.faults, Vec::<String>::new());
}

/// That somebody was here cannot be noted: they read on all the same.
#[tokio::test]
async fn reading_needs_no_room() {
    let house = House::new().await;
    let lan = house.enter(Who::Editor).await;
    let key = house.key(&[lantoa::accounts::Scope::Desk], &[]).await;
    house.clock.set(house.clock.now() + 5.minutes());
    // Nothing at all can be written any more.
    let refuse = "CREATE TRIGGER nothing_more BEFORE UPDATE ON session BEGIN SELECT RAISE(ABORT, 'no room'); END";
    let keys = "CREATE TRIGGER nothing_either BEFORE UPDATE ON api_key BEGIN SELECT RAISE(ABORT, 'no room'); END";
    for sql in [refuse, keys] {
        house.store.write(move |c| async move { Ok(sqlx::query(sql).execute(c).await?) }.boxed()).await.unwrap();
    }
    for path in ["/desk", "/desk/items/1", "/search?q=", "/account"] {
        assert_eq!(house.get(path, &lan).await.status, 200, "{path}");
    }
    assert_eq!(house.ask("GET", "/api/v1/desk/items", &key, "").await.status, 200);
}
