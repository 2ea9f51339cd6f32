//! The outbox against an engine that misbehaves by seed: whatever happens, index and record agree in the end.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::index::{Held, Query, Results};

/// An engine that fails, loses replies, refuses bad documents and takes half a batch, by seed.
struct Unreliable {
    held: Mutex<BTreeMap<String, Document>>,
    seed: Mutex<u64>,
    /// Out of 100 calls, how many go wrong.
    trouble: u64,
    calls: Mutex<usize>,
}

impl Unreliable {
    fn new(seed: u64, trouble: u64) -> Self {
        Self { held: Mutex::default(), seed: Mutex::new(seed | 1), trouble, calls: Mutex::new(0) }
    }

    /// xorshift64 (Marsaglia 2003): the same seed gives the same trouble.
    fn draw(&self, below: u64) -> u64 {
        let mut seed = self.seed.lock().unwrap();
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed % below
    }

    fn titles(&self) -> BTreeMap<String, String> {
        self.held.lock().unwrap().iter().map(|(id, document)| (id.clone(), document.title.clone())).collect()
    }

    /// Decides what becomes of a call: applied or not, answered or not.
    fn fate(&self) -> (bool, Result<(), PutError>) {
        *self.calls.lock().unwrap() += 1;
        let away = || Err(PutError::Unavailable("away".to_owned()));
        match self.draw(100) {
            fate if fate >= self.trouble => (true, Ok(())),
            fate if fate % 2 == 0 => (true, away()),
            _ => (false, away()),
        }
    }
}

#[async_trait]
impl SearchIndex for Unreliable {
    async fn put(&self, documents: &[Document]) -> Result<(), PutError> {
        if self.draw(3) == 0 {
            tokio::task::yield_now().await;
        }
        if documents.iter().any(|document| document.title.contains("bad")) {
            return Err(PutError::Refused("bad title".to_owned()));
        }
        let (applied, reply) = self.fate();
        // A call that fails may have been applied in part.
        let reach = if reply.is_ok() { documents.len() } else { documents.len() / 2 + 1 };
        if applied {
            let mut held = self.held.lock().unwrap();
            for document in documents.iter().take(reach) {
                let is_newer = held.get(&document.id).is_none_or(|old| old.revision <= document.revision);
                if is_newer {
                    held.insert(document.id.clone(), document.clone());
                }
            }
        }
        reply
    }

    async fn remove(&self, ids: &[String]) -> Result<(), PutError> {
        let (applied, reply) = self.fate();
        if applied {
            self.held.lock().unwrap().retain(|id, _| !ids.contains(id));
        }
        reply
    }

    async fn search(&self, _: &Query) -> Result<Results> {
        Ok(Results::default())
    }

    async fn count(&self) -> Result<u64> {
        Ok(self.held.lock().unwrap().len() as u64)
    }

    async fn held(&self, portal: Option<&str>, offset: usize, limit: usize) -> Result<Option<Vec<Held>>> {
        let held = self.held.lock().unwrap();
        let of_portal = held.values().filter(|document| portal.is_none_or(|portal| document.portal == portal));
        let held = of_portal.skip(offset).take(limit).map(|document| Held {
            portal: document.portal.clone(),
            id: document.id.clone(),
            revision: document.revision,
        });
        Ok(Some(held.collect()))
    }
}

const TARGETS: &[&str] = &["embedded"];

async fn record(home: &tempfile::TempDir) -> Store {
    let store = Store::open(&home.path().join("lantoa.db")).await.unwrap();
    change(&store, |connection| {
        async move {
            run(
                connection,
                "INSERT INTO portal (id, slug, name, kind, url, created_at) VALUES \
                 (1, 'moha', 'Bộ Nội vụ', 'ministry', 'https://moha.example/', 0), \
                 (2, 'hue', 'Thành phố Huế', 'province', 'https://hue.example/', 0)",
            )
            .await
        }
        .boxed()
    })
    .await;
    store
}

async fn change<F>(store: &Store, change: F)
where
    F: for<'c> FnOnce(&'c mut Connection) -> crate::store::Change<'c, ()> + Send + 'static,
{
    store.write(change).await.unwrap();
}

async fn run(connection: &mut Connection, sql: &'static str) -> Result<()> {
    sqlx::query(sql).execute(connection).await?;
    Ok(())
}

/// Writes an article and marks it, as the archive does in one transaction.
async fn save(store: &Store, n: u64, portal: i64, title: String, status: &'static str, revision: i64) {
    let id = format!("a{n:03}");
    change(store, move |connection| {
        async move {
            sqlx::query("INSERT INTO story (id, created_at) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING")
                .bind(&id)
                .execute(&mut *connection)
                .await?;
            sqlx::query(
                "INSERT INTO article (id, portal_id, url, title, text, documents, content_hash, status, story_id, revision, \
                 first_seen_at, last_seen_at, checked_at) \
                 VALUES ($1, $2, $1, $3, 'nội dung', '[\"42/2022/NĐ-CP\"]', '', $4, $1, $5, 86400000, 0, 0) \
                 ON CONFLICT (id) DO UPDATE SET title = excluded.title, status = excluded.status, \
                 revision = excluded.revision",
            )
            .bind(&id)
            .bind(portal)
            .bind(title)
            .bind(status)
            .bind(revision)
            .execute(&mut *connection)
            .await?;
            mark(connection, TARGETS, &id, revision).await
        }
        .boxed()
    })
    .await;
}

#[tokio::test]
async fn documents_say_what_the_record_says() {
    let home = tempfile::tempdir().unwrap();
    let store = record(&home).await;
    save(&store, 1, 1, "Một".to_owned(), "live", 5).await;
    let index = Unreliable::new(1, 0);
    let drained = drain(&store, "embedded", &index, 10).await.unwrap();
    assert_eq!(drained, Drained { sent: 1, removed: 0, refused: 0, left: 0 });
    let held = index.held.lock().unwrap()["a001"].clone();
    let expected = Document {
        id: "a001".to_owned(),
        revision: 5,
        portal: "moha".to_owned(),
        portal_name: "Bộ Nội vụ".to_owned(),
        kind: crate::portal::Kind::Ministry,
        url: "a001".to_owned(),
        title: "Một".to_owned(),
        summary: String::new(),
        text: "nội dung".to_owned(),
        files: String::new(),
        published_at: crate::store::instant(86_400_000),
        documents: vec!["42/2022/NĐ-CP".to_owned()],
        topic: String::new(),
        story: "a001".to_owned(),
        origin: true,
    };
    assert_eq!(held, expected);
}

/// The record keeps what an engine must not know.
#[tokio::test]
async fn numbers_of_persons_reach_no_engine() {
    let home = tempfile::tempdir().unwrap();
    let store = record(&home).await;
    let title = "Quyết định 57/QĐ-UBND về ông A, CCCD 001204001234, STK 19001234567";
    save(&store, 1, 1, title.to_owned(), "live", 5).await;
    let index = Unreliable::new(1, 0);
    drain(&store, "embedded", &index, 10).await.unwrap();
    let held = index.held.lock().unwrap()["a001"].title.clone();
    assert_eq!(held, "Quyết định 57/QĐ-UBND về ông A, CCCD ●●●34, STK ●●●67");
    let (kept,): (String,) = sqlx::query_as("SELECT title FROM article").fetch_one(store.pool()).await.unwrap();
    assert_eq!(kept, title);
}

#[tokio::test]
async fn a_bad_article_waits_alone_and_returns_when_it_changes() {
    let home = tempfile::tempdir().unwrap();
    let store = record(&home).await;
    for n in 0..20 {
        let title = if n == 7 || n == 8 { "bad" } else { "good" };
        save(&store, n, 1, title.to_owned(), "live", n as i64 + 1).await;
    }
    let index = Unreliable::new(1, 0);
    let drained = drain(&store, "embedded", &index, 100).await.unwrap();
    assert_eq!(drained, Drained { sent: 18, removed: 0, refused: 2, left: 0 });
    let words = "bad title".to_owned();
    let waiting = refused(store.pool(), "embedded", 10).await.unwrap();
    assert_eq!(waiting, [("a007".to_owned(), words.clone()), ("a008".to_owned(), words)]);
    save(&store, 7, 1, "good again".to_owned(), "live", 50).await;
    assert_eq!(drain(&store, "embedded", &index, 100).await.unwrap().sent, 1);
    assert_eq!(refused(store.pool(), "embedded", 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn portals_and_rebuilds_mark_again() {
    let home = tempfile::tempdir().unwrap();
    let store = record(&home).await;
    for n in 0..6 {
        save(&store, n, 1 + (n % 2) as i64, "tin".to_owned(), "live", n as i64 + 1).await;
    }
    let index = Unreliable::new(1, 0);
    drain(&store, "embedded", &index, 100).await.unwrap();
    change(&store, |connection| {
        async move {
            run(connection, "UPDATE portal SET state = 'removed' WHERE id = 2").await?;
            mark_portal(connection, TARGETS, 2).await
        }
        .boxed()
    })
    .await;
    let drained = drain(&store, "embedded", &index, 100).await.unwrap();
    assert_eq!((drained.sent, drained.removed), (0, 3));
    assert_eq!(index.titles().len(), 3);

    let empty = Unreliable::new(1, 0);
    assert_eq!(mark_all(&store, "embedded").await.unwrap(), 6);
    assert_eq!(behind(store.pool(), "embedded").await.unwrap(), 6);
    while drain(&store, "embedded", &empty, 2).await.unwrap().left > 0 {}
    assert_eq!(empty.titles(), index.titles());
    assert_eq!(behind(store.pool(), "other").await.unwrap(), 0);

    let built = Unreliable::new(1, 0);
    assert_eq!(fill(&store, &built, 2, |_| {}).await.unwrap(), 3);
    assert_eq!(built.titles(), index.titles());
}

#[tokio::test]
async fn a_change_during_a_send_stays_dirty() {
    let home = tempfile::tempdir().unwrap();
    let store = record(&home).await;
    save(&store, 1, 1, "cũ".to_owned(), "live", 1).await;
    let read = table::dirty(store.pool(), "embedded", 10).await.unwrap();
    save(&store, 1, 1, "mới".to_owned(), "live", 2).await;
    let index = Unreliable::new(1, 0);
    let mut round = Round::default();
    round.send(&index, read).await.unwrap();
    round.note(&store, "embedded").await.unwrap();
    assert_eq!(behind(store.pool(), "embedded").await.unwrap(), 1);
    drain(&store, "embedded", &index, 10).await.unwrap();
    assert_eq!(index.titles()["a001"], "mới");
}

/// Random edits, disappearances and bad titles between rounds that go wrong in random ways.
#[tokio::test]
async fn index_and_record_agree_in_the_end() {
    let home = tempfile::tempdir().unwrap();
    for seed in 1..=40_u64 {
        let folder = tempfile::tempdir_in(home.path()).unwrap();
        let store = record(&folder).await;
        let index = Unreliable::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), 40);
        let mut expected = BTreeMap::new();
        let mut bad = BTreeSet::new();
        let mut revision = 0;
        for _ in 0..12 {
            for _ in 0..index.draw(4) {
                revision += 1;
                let n = index.draw(8);
                let id = format!("a{n:03}");
                bad.remove(&id);
                expected.remove(&id);
                let (title, status) = match index.draw(6) {
                    0 => {
                        bad.insert(id.clone());
                        (format!("bad {revision}"), "live")
                    }
                    1 => (format!("gone {revision}"), "gone"),
                    _ => {
                        expected.insert(id.clone(), format!("good {revision}"));
                        (format!("good {revision}"), "live")
                    }
                };
                save(&store, n, 1, title, status, revision).await;
            }
            let _ = drain(&store, "embedded", &index, 1 + index.draw(5) as usize).await;
        }
        let mut rounds = 0;
        while behind(store.pool(), "embedded").await.unwrap() > 0 {
            let _ = drain(&store, "embedded", &index, 3).await;
            rounds += 1;
            assert!(rounds < 500, "seed {seed}: never quiet");
        }
        let mut held = index.titles();
        // A refused article keeps its last good wording in the index until it is mended.
        held.retain(|id, _| !bad.contains(id));
        assert_eq!(held, expected, "seed {seed}");
        let waiting: BTreeSet<_> =
            refused(store.pool(), "embedded", 100).await.unwrap().into_iter().map(|(id, _)| id).collect();
        assert_eq!(waiting, bad, "seed {seed}: quarantine");
        store.close().await;
    }
}

#[tokio::test]
async fn what_an_engine_lost_or_should_not_hold_is_marked_portal_by_portal() {
    let home = tempfile::tempdir().unwrap();
    let store = record(&home).await;
    for n in 0..1_100 {
        save(&store, n, if n < 1_060 { 1 } else { 2 }, format!("tin {n}"), "live", 7).await;
    }
    let index = Unreliable::new(1, 0);
    assert_eq!(reconcile(&store, "embedded", &index).await.unwrap(), None, "articles wait to be sent");
    while behind(store.pool(), "embedded").await.unwrap() > 0 {
        drain(&store, "embedded", &index, 500).await.unwrap();
    }
    let agreed = Reconciled { held: 1_100, ..Reconciled::default() };
    assert_eq!(reconcile(&store, "embedded", &index).await.unwrap(), Some(agreed));

    let whole = index.titles();
    let change = |change: &dyn Fn(&mut BTreeMap<String, Document>)| change(&mut index.held.lock().unwrap());
    change(&|held| {
        held.remove("a003").unwrap();
        held.get_mut("a004").unwrap().revision = 6;
        held.insert("b1".to_owned(), Document { id: "b1".to_owned(), ..held["a005"].clone() });
    });
    let found = reconcile(&store, "embedded", &index).await.unwrap().unwrap();
    assert_eq!((found.held, found.marked, found.left_alone), (1_100, 3, Vec::new()));
    assert_eq!(behind(store.pool(), "embedded").await.unwrap(), 3);
    drain(&store, "embedded", &index, 500).await.unwrap();
    assert_eq!(index.titles(), whole);

    // More than a mishap explains: nothing is sent unasked, and the other portal is looked after all the same.
    change(&|held| held.retain(|id, document| document.portal != "hue" || id.as_str() < "a1079"));
    change(&|held| drop(held.remove("a000").unwrap()));
    let found = reconcile(&store, "embedded", &index).await.unwrap().unwrap();
    assert_eq!((found.marked, found.left_alone), (1, vec![("hue".to_owned(), 21)]));
    drain(&store, "embedded", &index, 500).await.unwrap();
    assert_eq!(index.count().await.unwrap(), 1_079);
    store.close().await;
}

#[tokio::test]
async fn the_worker_catches_up_and_says_how_it_is() {
    let home = tempfile::tempdir().unwrap();
    let store = record(&home).await;
    save(&store, 1, 1, "tin".to_owned(), "live", 1).await;
    let index = std::sync::Arc::new(Unreliable::new(3, 100));
    let worker = Arc::new(Worker::new(store.clone(), "embedded", index.clone(), 10));
    let handle = worker.handle();
    let cancel = CancellationToken::new();
    let task = tokio::spawn({
        let (worker, cancel) = (Arc::clone(&worker), cancel.clone());
        async move { worker.run(cancel).await }
    });
    while handle.status().failures < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let status = handle.status();
    assert_eq!(status.lag, 1);
    assert!(status.last_problem.unwrap().contains("away"));
    cancel.cancel();
    task.await.unwrap();

    let well = std::sync::Arc::new(Unreliable::new(3, 0));
    let worker = Arc::new(Worker::new(store.clone(), "embedded", well.clone(), 10));
    let handle = worker.handle();
    let cancel = CancellationToken::new();
    let task = tokio::spawn({
        let (worker, cancel) = (Arc::clone(&worker), cancel.clone());
        async move { worker.run(cancel).await }
    });
    handle.wake();
    while well.titles().is_empty() || handle.status().lag > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(handle.status(), Status::default());
    cancel.cancel();
    task.await.unwrap();
}
