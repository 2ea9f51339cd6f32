//! Whatever an editor does with a story is evidence: `lantoa audit verify` finds each line that was altered, taken away or
//! put elsewhere, and no column of the record escapes the chain.

use std::path::Path;
use std::process::Command;

use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::*;

/// What `lantoa audit verify` says of the record in a folder, and whether it is content.
fn verify(folder: &Path) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LANTOA__")) {
        command.env_remove(name);
    }
    let output = command.current_dir(folder).args(["--data-dir", ".", "audit", "verify"]).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(0 | 1)), "{said}");
    (output.status.success(), said)
}

/// A copy of the record after somebody with the file in hand did this to it, the triggers out of the way.
async fn tampered(house: &House, statements: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lantoa.db");
    house.store.copy_to(&file).await.unwrap();
    let mut connection =
        sqlx::sqlite::SqliteConnectOptions::new().filename(&file).foreign_keys(false).connect().await.unwrap();
    let triggers: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let drops = triggers.iter().map(|name| format!("DROP TRIGGER {name}"));
    for sql in drops.chain(statements.iter().cloned()) {
        sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut connection).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    connection.close().await.unwrap();
    folder
}

/// A story of three articles about two of which the machine asks, and everything that an editor can do with it.
async fn dealt_with(house: &House) {
    let lan = house.enter(Who::Editor).await;
    let articles = house.articles.clone();
    let (story, copy, other) = (articles[0].clone(), articles[3].clone(), articles[2].clone());
    let (of, near) = (copy.clone(), story.clone());
    let asked = house.store.write(move |connection| {
        async move {
            let ask = "INSERT INTO story_question (article_id, near_id, story_id, joined, share, contained, asked_at) \
                       VALUES ($1, $2, $2, $3, 0.62, 0.9, 0)";
            for (article, joined) in [(&of, 1), (&other, 0)] {
                sqlx::query(ask).bind(article).bind(&near).bind(joined).execute(&mut *connection).await?;
            }
            Ok(())
        }
        .boxed()
    });
    asked.await.unwrap();
    let path = format!("/desk/stories/{story}/decisions");
    for act in [
        "act=same&question=2".to_owned(),
        "act=apart&question=1".to_owned(),
        format!("act=lead&article={}", articles[2]),
        format!("act=detach&article={}", articles[2]),
    ] {
        let done = house.post(&path, &lan, &act).await;
        assert_eq!(done.status, 303, "{act}: {}", done.body);
    }
}

#[tokio::test]
async fn deeds_about_stories_are_under_the_chain() {
    let house = House::new().await;
    dealt_with(&house).await;
    let (whole, said) = verify(tampered(&house, &[]).await.path());
    assert!(whole, "{said}");
    for action in ["same", "apart", "lead", "detach"] {
        let (id, next): (i64, Option<i64>) = sqlx::query_as(
            "SELECT d.id, (SELECT MIN(n.id) FROM decision n WHERE n.id > d.id) FROM decision d WHERE d.action = $1",
        )
        .bind(action)
        .fetch_one(house.store.pool())
        .await
        .unwrap_or_else(|cause| panic!("no line about {action}: {cause}"));
        let check = async |what: &str, statements: &[String], expected: &str| {
            let (whole, said) = verify(tampered(&house, statements).await.path());
            assert!(!whole && said.contains(expected), "{action} {what}: {said}");
        };
        let altered = format!("line {id} was altered");
        check("altered", &[format!("UPDATE decision SET actor = 'minh' WHERE id = {id}")], &altered).await;
        for change in [
            "at = at + 1",
            "reason = 'khác'",
            "action = 'note'",
            "detail = json_set(detail, '$.article', 'x')",
            "detail = json_remove(detail, '$.moved', '$.lead_before', '$.question')",
            "item_id = item_id + 1",
            "revision = revision + 1",
            "to_state = 'amplified'",
            "decided_text = ''",
        ] {
            let copy = tampered(&house, &[format!("UPDATE decision SET {change} WHERE id = {id}")]).await;
            let pool = sqlx::SqlitePool::connect(&copy.path().join("lantoa.db").to_string_lossy()).await.unwrap();
            let found = lantoa::store::chain::verify(&pool, &triage::table::told::DECISIONS, None).await.unwrap();
            assert_eq!(found.faults, [altered.as_str()], "{action} {change}");
        }
        check("taken away", &[format!("DELETE FROM decision WHERE id = {id}")], &format!("line {id} is missing")).await;
        let with_its_link = [
            format!("DELETE FROM decision WHERE id = {id}"),
            format!("DELETE FROM chain_link WHERE chain = 'decision' AND line_id = {id}"),
        ];
        check("taken away with its link", &with_its_link, "are missing").await;
        let other = next.unwrap_or(id - 1);
        let swap = [
            format!("UPDATE decision SET id = 99 WHERE id = {id}"),
            format!("UPDATE decision SET id = {id} WHERE id = {other}"),
            format!("UPDATE decision SET id = {other} WHERE id = 99"),
        ];
        check("put elsewhere", &swap, &altered).await;
        let links = [
            format!("UPDATE chain_link SET line_id = 99 WHERE chain = 'decision' AND line_id = {id}"),
            format!("UPDATE chain_link SET line_id = {id} WHERE chain = 'decision' AND line_id = {other}"),
            format!("UPDATE chain_link SET line_id = {other} WHERE chain = 'decision' AND line_id = 99"),
        ];
        check("put elsewhere by its link", &links, "stands behind line").await;
    }
    let added = "INSERT INTO decision (item_id, at, actor, action, from_state, to_state, revision) \
                 VALUES (1, 0, 'lan', 'lead', 'new', 'new', 9)";
    let (whole, said) = verify(tampered(&house, &[added.to_owned()]).await.path());
    assert!(!whole && said.contains("was added past the chain"), "{said}");
}

/// A column that is added to a table of evidence is evidence as well: the chain must name it.
#[tokio::test]
async fn every_column_of_the_evidence_is_in_its_chain() {
    let house = House::new().await;
    for chain in [&accounts::table::AUDIT, &triage::table::told::DECISIONS] {
        let sql = format!("SELECT name FROM pragma_table_info('{}') ORDER BY cid", chain.table);
        let columns: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(house.store.pool()).await.unwrap();
        // The chain always has the number of the line.
        let chained: Vec<&str> = std::iter::once("id").chain(chain.columns.iter().copied()).collect();
        assert_eq!(columns, chained, "{}", chain.table);
    }
}
