//! The one writer: changes in, answers out after `COMMIT`. Changes that wait together share one transaction, each with
//! a savepoint before it, so that a bad one takes no other down. A full disk is told to whoever asked, and the writer
//! goes on.
//!
//! A statement costs a message to SQLite's thread and one back, often more than its work: savepoints are set with as
//! few as can be.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::SqlitePool;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Change, Connection};

/// Changes that share one transaction at most: a bound on how much one failed commit repeats.
const BATCH: usize = 256;
/// Changes waiting in line at most; callers beyond it wait.
const QUEUE: usize = 1024;
/// How long a transaction waits for more changes while several callers are busy: a commit flushes the disk, and every
/// page that two transactions change is written twice.
const GATHER: Duration = Duration::from_millis(4);

/// Runs the change, or tells its caller why it cannot be run.
type Job = Box<dyn for<'c> FnOnce(Result<&'c mut Connection, String>) -> BoxFuture<'c, Done> + Send>;
/// Answers the caller once the outcome of the commit is known.
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;

struct Done {
    answer: Answer,
    failed: bool,
    /// The change failed in a way that may have undone the whole transaction.
    broken: Option<String>,
}

#[derive(Clone)]
pub(super) struct Writer {
    line: mpsc::Sender<Job>,
    worker: Arc<Mutex<Option<JoinHandle<()>>>>,
    stop: tokio_util::sync::CancellationToken,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

impl Writer {
    pub(super) fn start(pool: SqlitePool) -> Self {
        let (line, jobs) = mpsc::channel(QUEUE);
        let stop = tokio_util::sync::CancellationToken::new();
        let worker = tokio::spawn(work(pool, jobs, stop.clone()));
        Self { line, worker: Arc::new(Mutex::new(Some(worker))), stop }
    }

    pub(super) async fn run<T, F>(&self, change: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Change<'c, T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            async move {
                let outcome = match connection {
                    Ok(connection) => change(connection).await,
                    Err(cause) => Err(NotSaved(cause).into()),
                };
                let failed = outcome.is_err();
                let broken = outcome.as_ref().err().filter(|cause| undoes_all(cause)).map(super::in_words);
                let answer: Answer = Box::new(move |committed| {
                    let told = match committed {
                        Ok(()) => outcome,
                        Err(cause) => Err(NotSaved(format!("cannot commit to the record: {cause}")).into()),
                    };
                    // A caller that went away no longer wants to know.
                    let _ = reply.send(told);
                });
                Done { answer, failed, broken }
            }
            .boxed()
        });
        self.line.send(job).await.map_err(|_| anyhow!("the record is closed"))?;
        answer.await.context("the record was closed before it answered")?
    }

    pub(super) async fn stop(&self) {
        self.stop.cancel();
        if let Some(worker) = self.worker.lock().await.take() {
            let _ = worker.await;
        }
    }
}

/// Nothing of a change was kept, and not for anything that it asked for: the disk is full, or cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotSaved(String);

/// Whether SQLite may have rolled back more than the change that failed: it does so by itself when the disk is full,
/// a file cannot be read or written, memory is short or the record is locked.
fn undoes_all(cause: &anyhow::Error) -> bool {
    const CODES: [u32; 6] = [5, 7, 9, 10, 11, 13];
    cause.chain().filter_map(|cause| cause.downcast_ref::<sqlx::Error>()).any(|cause| {
        let code = cause.as_database_error().and_then(|cause| cause.code()).and_then(|code| code.parse::<u32>().ok());
        // The lowest byte is the primary result code.
        code.is_some_and(|code| CODES.contains(&(code & 0xff)))
    })
}

async fn work(pool: SqlitePool, mut jobs: mpsc::Receiver<Job>, stop: tokio_util::sync::CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut busy = false;
    loop {
        let taken = tokio::select! {
            taken = jobs.recv_many(&mut batch, BATCH) => taken,
            () = stop.cancelled(), if !jobs.is_closed() => { jobs.close(); continue; }
        };
        if taken == 0 {
            break;
        }
        if busy && taken < BATCH && !jobs.is_closed() {
            tokio::time::sleep(GATHER).await;
            while batch.len() < BATCH
                && let Ok(job) = jobs.try_recv()
            {
                batch.push(job);
            }
        }
        busy = batch.len() > 1;
        let mut waiting = batch.drain(..).collect::<VecDeque<_>>();
        while !waiting.is_empty() {
            commit_together(&pool, &mut waiting).await;
        }
    }
    pool.close().await;
}

/// Runs the changes that wait in one transaction and answers their callers. Ends early, with changes still waiting,
/// after one that may have undone those before it: what was not committed is never told to be.
async fn commit_together(pool: &SqlitePool, waiting: &mut VecDeque<Job>) {
    let mut connection = match pool.acquire().await {
        Ok(connection) => connection,
        Err(cause) => return refuse(waiting, &format!("cannot reach the record: {cause}")).await,
    };
    let mut answers = Vec::with_capacity(waiting.len());
    let committed = run(&mut connection, waiting, &mut answers).await.map_err(|cause| super::in_words(&cause));
    if let Err(cause) = &committed {
        // What state the connection is in is anybody's guess: the next transaction gets a new one.
        connection.close_on_drop();
        if answers.is_empty() {
            refuse(waiting, cause).await;
        }
    }
    drop(connection);
    for answer in answers {
        answer(committed.clone());
    }
}

async fn run(connection: &mut Connection, waiting: &mut VecDeque<Job>, answers: &mut Vec<Answer>) -> Result<()> {
    let mut transaction =
        sqlx::Connection::begin_with(connection, "BEGIN IMMEDIATE").await.context("cannot begin a transaction")?;
    let alone = waiting.len() == 1;
    let mut next = "SAVEPOINT change";
    while let Some(job) = waiting.pop_front() {
        if !alone && !next.is_empty() {
            sqlx::query(next).execute(&mut *transaction).await.context("cannot begin a change")?;
        }
        let done = job(Ok(&mut transaction)).await;
        answers.push(done.answer);
        if let Some(cause) = done.broken {
            return Err(anyhow!(cause));
        }
        if done.failed && alone {
            return transaction.rollback().await.context("cannot undo a change");
        }
        next = if done.failed {
            // The savepoint stays, and serves the next change.
            let undone = sqlx::query("ROLLBACK TO SAVEPOINT change").execute(&mut *transaction).await;
            undone.context("cannot undo a change")?;
            ""
        } else {
            "RELEASE SAVEPOINT change; SAVEPOINT change"
        };
    }
    transaction.commit().await.context("cannot commit")
}

async fn refuse(waiting: &mut VecDeque<Job>, cause: &str) {
    for job in waiting.drain(..) {
        let done = job(Err(cause.to_owned())).await;
        (done.answer)(Ok(()));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use futures::FutureExt;

    use crate::store::Store;

    async fn put(store: &Store, name: String, bytes: i64) -> anyhow::Result<()> {
        store
            .write(move |connection| {
                async move {
                    sqlx::query("INSERT INTO audit (at, actor, act, detail) VALUES (0, $1, '', zeroblob($2))")
                        .bind(name)
                        .bind(bytes)
                        .execute(connection)
                        .await?;
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// SQLite undoes a whole transaction by itself when the disk is full: nothing that was acknowledged may be lost by
    /// a neighbour's failure, and the writer goes on.
    #[tokio::test]
    async fn a_full_disk_is_told_and_survived() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&home.path().join("lantoa.db")).await.unwrap();
        for round in 0..20 {
            // As much room as the record has now and 40 pages: a big change does not fit, small ones do.
            store
                .write(|connection| {
                    async move {
                        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *connection).await?;
                        let room = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {}", pages + 40));
                        sqlx::query(room).execute(connection).await?;
                        Ok(())
                    }
                    .boxed()
                })
                .await
                .unwrap();
            let size = |n: i64| if n % 5 == round % 5 { 4_000_000 } else { 10 };
            let outcomes =
                futures::future::join_all((0..15).map(|n| put(&store, format!("{round}-{n}"), size(n)))).await;
            assert!(outcomes.iter().any(Result::is_err), "nothing was too big");
            for (n, outcome) in outcomes.iter().enumerate() {
                let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM audit WHERE actor = $1")
                    .bind(format!("{round}-{n}"))
                    .fetch_one(store.pool())
                    .await
                    .unwrap();
                assert_eq!(kept == 1, outcome.is_ok(), "round {round}, change {n}: {outcome:?}");
            }
            put(&store, format!("after {round}"), 10).await.unwrap();
        }
    }
}
