//! Evidence: lines that are only ever added, chained by hashes. A line's columns in, a link out; a whole chain in, what
//! is wrong with it out.
//!
//! A link is the SHA-256 of the link before it and of the line, each column written with its length (a netstring), so
//! that no two lines read the same. An altered, missing, moved or added line no longer fits its link. Who can write to
//! the record can forge the whole chain anew: a head that was noted elsewhere shows that too.

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row};

use super::{Connection, Pool};

/// Links that are read at a time.
const BATCH: i64 = 1_000;
/// Faults that are named; the rest is counted.
const MAX_FAULTS: usize = 100;

/// A table whose lines are chained.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    /// The chain's name in the record.
    pub name: &'static str,
    /// The table; its rows have an `id` that rises.
    pub table: &'static str,
    /// What of a row is evidence.
    pub columns: &'static [&'static str],
}

/// Where a chain ends: worth noting elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many links there are.
    pub place: i64,
    /// The last link.
    pub hash: String,
}

/// What came of looking a chain through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Links that were looked at.
    pub lines: i64,
    /// Where the chain ends, as the record says.
    pub head: Option<Head>,
    /// What is wrong, in words, in the order of the chain; the first hundred.
    pub faults: Vec<String>,
}

impl Verdict {
    fn fault(&mut self, words: String) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(words);
        }
    }
}

/// The hex SHA-256 of parts, each with its length before it.
#[must_use]
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_string().as_bytes());
        hasher.update(b":");
        hasher.update(part.as_bytes());
        hasher.update(b",");
    }
    HEXLOWER.encode(&hasher.finalize())
}

/// Adds the link for a line that was just written. Lines that were there before the first link are linked first.
///
/// # Errors
/// When the record cannot be read or written.
pub async fn append(connection: &mut Connection, chain: &Chain, line: i64) -> Result<()> {
    let cannot = || format!("cannot add to the chain {}", chain.name);
    let mut head = last(connection, chain).await.with_context(cannot)?;
    let unlinked: Vec<i64> = match &head {
        Some(_) => vec![line],
        None => sqlx::query_scalar(AssertSqlSafe(format!("SELECT id FROM {} WHERE id <= $1 ORDER BY id", chain.table)))
            .bind(line)
            .fetch_all(&mut *connection)
            .await
            .with_context(cannot)?,
    };
    for id in unlinked {
        let columns = written(chain, "");
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {columns} FROM {} WHERE id = $1", chain.table)))
            .bind(id)
            .fetch_one(&mut *connection)
            .await
            .with_context(cannot)?;
        let before = head.as_ref().map_or("", |head| head.hash.as_str());
        let hash = link(before, &fields(chain, &row, 0)?);
        let place = head.map_or(0, |head| head.place) + 1;
        sqlx::query("INSERT INTO chain_link (chain, place, line_id, hash) VALUES ($1, $2, $3, $4)")
            .bind(chain.name)
            .bind(place)
            .bind(id)
            .bind(&hash)
            .execute(&mut *connection)
            .await
            .with_context(cannot)?;
        head = Some(Head { place, hash });
    }
    if let Some(head) = head {
        sqlx::query(
            "INSERT INTO chain_head (chain, place, hash) VALUES ($1, $2, $3)
             ON CONFLICT (chain) DO UPDATE SET place = excluded.place, hash = excluded.hash",
        )
        .bind(chain.name)
        .bind(head.place)
        .bind(head.hash)
        .execute(connection)
        .await
        .with_context(cannot)?;
    }
    Ok(())
}

/// Where the chain ends: as its head says, or its last link where that is gone.
async fn last(connection: &mut Connection, chain: &Chain) -> Result<Option<Head>> {
    for sql in [
        "SELECT place, hash FROM chain_head WHERE chain = $1",
        "SELECT place, hash FROM chain_link WHERE chain = $1 ORDER BY place DESC LIMIT 1",
    ] {
        let found: Option<(i64, String)> =
            sqlx::query_as(sql).bind(chain.name).fetch_optional(&mut *connection).await?;
        if let Some((place, hash)) = found {
            return Ok(Some(Head { place, hash }));
        }
    }
    Ok(None)
}

/// Looks a chain through from its first link to its last. `noted` is a head that somebody wrote down earlier.
///
/// # Errors
/// When the record cannot be read.
pub async fn verify(pool: &Pool, chain: &Chain, noted: Option<&Head>) -> Result<Verdict> {
    let cannot = || format!("cannot read the chain {}", chain.name);
    let mut verdict = Verdict::default();
    let (mut place, mut line, mut before) = (0, i64::MIN, String::new());
    let sql = format!(
        "SELECT l.place, l.line_id, l.hash, CASE WHEN t.id IS NULL THEN 0 ELSE 1 END, {} FROM chain_link l
         LEFT JOIN {} t ON t.id = l.line_id WHERE l.chain = $1 AND l.place > $2 ORDER BY l.place LIMIT {BATCH}",
        written(chain, "t."),
        chain.table
    );
    loop {
        let rows = sqlx::query(AssertSqlSafe(sql.clone())).bind(chain.name).bind(place).fetch_all(pool).await;
        let rows = rows.with_context(cannot)?;
        let Some(end) = rows.last() else { break };
        let end: i64 = end.try_get(0)?;
        for row in &rows {
            let (here, id, hash): (i64, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let gap = here != place + 1;
            if gap {
                verdict.fault(format!("links {} to {} are missing before line {id}", place + 1, here - 1));
            }
            if id <= line {
                verdict.fault(format!("line {id} stands behind line {line}"));
            }
            if row.try_get::<i64, _>(3)? == 0 {
                verdict.fault(format!("line {id} is missing"));
            } else if !gap && link(&before, &fields(chain, row, 4)?) != hash {
                verdict.fault(format!("line {id} was altered"));
            }
            if let Some(noted) = noted.filter(|noted| noted.place == here && noted.hash != hash) {
                verdict.fault(format!("link {} is not the one that was noted", noted.place));
            }
            (place, line, before) = (here, id, hash);
            verdict.lines += 1;
        }
        place = end;
    }
    let head: Option<(i64, String)> = sqlx::query_as("SELECT place, hash FROM chain_head WHERE chain = $1")
        .bind(chain.name)
        .fetch_optional(pool)
        .await
        .with_context(cannot)?;
    verdict.head = head.map(|(place, hash)| Head { place, hash });
    for end in verdict.head.clone().iter().chain(noted) {
        if end.place > place {
            verdict.fault(format!("links {} to {} are missing at the end", place + 1, end.place));
        }
    }
    match &verdict.head {
        Some(head) if head.place < place || (head.place == place && head.hash != before) => {
            verdict.fault("the end of the chain is not the one that was kept apart".to_owned());
        }
        None if place > 0 => verdict.fault("what was kept apart of the end of the chain is missing".to_owned()),
        _ => {}
    }
    unlinked(pool, chain, &mut verdict).await.with_context(cannot)?;
    Ok(verdict)
}

/// Lines without a link. Before the first link there is no chain yet, after it each line has its own.
async fn unlinked(pool: &Pool, chain: &Chain, verdict: &mut Verdict) -> Result<()> {
    if verdict.lines == 0 && verdict.head.is_none() {
        return Ok(());
    }
    let sql = format!(
        "SELECT id FROM {} t WHERE NOT EXISTS (SELECT 1 FROM chain_link l WHERE l.chain = $1 AND l.line_id = t.id)
         ORDER BY id LIMIT {MAX_FAULTS}",
        chain.table
    );
    let added: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(chain.name).fetch_all(pool).await?;
    for id in added {
        verdict.fault(format!("line {id} was added past the chain"));
    }
    Ok(())
}

/// The columns as text; a missing value and an empty one are written differently.
fn written(chain: &Chain, of: &str) -> String {
    let columns = std::iter::once(&"id").chain(chain.columns);
    let text: Vec<_> = columns
        .map(|name| format!("CASE WHEN {of}{name} IS NULL THEN '-' ELSE '+' || CAST({of}{name} AS TEXT) END"))
        .collect();
    text.join(", ")
}

fn fields(chain: &Chain, row: &sqlx::sqlite::SqliteRow, from: usize) -> Result<Vec<String>> {
    (from..=from + chain.columns.len()).map(|at| Ok(row.try_get::<String, _>(at)?)).collect()
}

fn link(before: &str, fields: &[String]) -> String {
    digest(std::iter::once(before).chain(fields.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use futures::FutureExt;

    use super::*;
    use crate::store::Store;

    const AUDIT: Chain = Chain { name: "audit", table: "audit", columns: &["at", "actor", "act", "subject", "detail"] };

    async fn store(folder: &tempfile::TempDir, lines: i64) -> Store {
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        store
            .write(move |connection| {
                async move {
                    for number in 1..=lines {
                        let insert = "INSERT INTO audit (at, actor, act, subject) VALUES ($1, 'lan', 'a', 'b')";
                        sqlx::query(insert).bind(number).execute(&mut *connection).await?;
                        append(connection, &AUDIT, number).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
            .unwrap();
        store
    }

    /// What is found after somebody with the file in hand ran `tampering`, triggers out of the way.
    async fn check(tampering: &'static [&'static str], expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, 5).await;
        let noted = verify(store.pool(), &AUDIT, None).await.unwrap();
        assert_eq!((noted.lines, noted.faults.len()), (5, 0));
        store
            .write(move |connection| {
                async move {
                    let triggers: Vec<String> =
                        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                            .fetch_all(&mut *connection)
                            .await?;
                    for trigger in triggers {
                        sqlx::query(AssertSqlSafe(format!("DROP TRIGGER {trigger}"))).execute(&mut *connection).await?;
                    }
                    for sql in tampering {
                        sqlx::query(*sql).execute(&mut *connection).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
            .unwrap();
        let found = verify(store.pool(), &AUDIT, noted.head.as_ref()).await.unwrap();
        assert_eq!(found.faults, expected, "{tampering:?}");
    }

    #[tokio::test]
    async fn whatever_is_done_to_a_line_is_found() {
        check(&[], &[]).await;
        check(&["UPDATE audit SET actor = 'minh' WHERE id = 3"], &["line 3 was altered"]).await;
        check(&["UPDATE audit SET at = 2 WHERE id = 1"], &["line 1 was altered"]).await;
        check(&["DELETE FROM audit WHERE id = 1"], &["line 1 is missing"]).await;
        check(&["DELETE FROM audit WHERE id = 3"], &["line 3 is missing"]).await;
        check(&["DELETE FROM audit WHERE id = 5"], &["line 5 is missing"]).await;
        check(&["INSERT INTO audit (at, actor, act) VALUES (6, 'x', 'y')"], &["line 6 was added past the chain"]).await;
        let swap = &[
            "UPDATE audit SET id = 99 WHERE id = 2",
            "UPDATE audit SET id = 2 WHERE id = 3",
            "UPDATE audit SET id = 3 WHERE id = 99",
        ];
        check(swap, &["line 2 was altered", "line 3 was altered"]).await;
    }

    #[tokio::test]
    async fn a_line_that_went_with_its_link_is_found_too() {
        let first = &["DELETE FROM audit WHERE id = 1", "DELETE FROM chain_link WHERE line_id = 1"];
        check(first, &["links 1 to 1 are missing before line 2"]).await;
        let middle = &["DELETE FROM audit WHERE id = 3", "DELETE FROM chain_link WHERE line_id = 3"];
        check(middle, &["links 3 to 3 are missing before line 4"]).await;
        let last = &["DELETE FROM audit WHERE id = 5", "DELETE FROM chain_link WHERE line_id = 5"];
        // Both the head that is kept apart and the one that was noted elsewhere say so.
        check(last, &["links 5 to 5 are missing at the end", "links 5 to 5 are missing at the end"]).await;
        let closed = &[
            "DELETE FROM audit WHERE id = 3",
            "DELETE FROM chain_link WHERE line_id = 3",
            "UPDATE chain_link SET place = place - 1 WHERE line_id = 4",
            "UPDATE chain_link SET place = place - 1 WHERE line_id = 5",
        ];
        check(
            closed,
            &["line 4 was altered", "links 5 to 5 are missing at the end", "links 5 to 5 are missing at the end"],
        )
        .await;
        let cut = &[
            "DELETE FROM audit WHERE id = 5",
            "DELETE FROM chain_link WHERE line_id = 5",
            "UPDATE chain_head SET place = 4, hash = (SELECT hash FROM chain_link WHERE place = 4)",
        ];
        // Only the head that was noted elsewhere knows.
        check(cut, &["links 5 to 5 are missing at the end"]).await;
        check(&["DELETE FROM chain_head"], &["what was kept apart of the end of the chain is missing"]).await;
    }

    #[tokio::test]
    async fn the_database_itself_refuses() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder, 2).await;
        for sql in [
            "UPDATE audit SET actor = 'x'",
            "DELETE FROM audit",
            "UPDATE chain_link SET hash = ''",
            "DELETE FROM chain_link",
            "UPDATE chain_head SET place = 1",
            "DELETE FROM chain_head",
        ] {
            let tried = store.write(move |c| async move { Ok(sqlx::query(sql).execute(c).await?) }.boxed()).await;
            assert!(tried.is_err(), "{sql}");
        }
        assert_eq!(verify(store.pool(), &AUDIT, None).await.unwrap().faults, Vec::<String>::new());
    }

    #[tokio::test]
    async fn lines_from_before_the_chain_are_linked_with_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("lantoa.db")).await.unwrap();
        store
            .write(|connection| {
                async move {
                    for number in 1..=3 {
                        let insert = "INSERT INTO audit (at, actor, act) VALUES ($1, 'lan', 'a')";
                        sqlx::query(insert).bind(number).execute(&mut *connection).await?;
                    }
                    append(connection, &AUDIT, 3).await
                }
                .boxed()
            })
            .await
            .unwrap();
        let found = verify(store.pool(), &AUDIT, None).await.unwrap();
        assert_eq!((found.lines, found.faults.len()), (3, 0));
    }
}
