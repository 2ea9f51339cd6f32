//! The one writer: changes in, answers out after `COMMIT`. Changes that wait together share one transaction, each in
//! its own savepoint, so that a bad one takes no other down.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use futures::FutureExt;
use sqlx::{Acquire, SqlitePool};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{Change, Connection};

/// Changes that share one transaction at most: a bound on how much one failed commit repeats.
const BATCH: usize = 256;
/// Changes waiting in line at most; callers beyond it wait.
const QUEUE: usize = 1024;

/// Runs the change and returns how to answer its caller once the outcome of the commit is known.
type Job = Box<dyn for<'c> FnOnce(&'c mut Connection) -> Change<'c, Answer> + Send>;
type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;

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
                let outcome = in_savepoint(connection, change).await;
                let answer: Answer = Box::new(move |committed| {
                    let told = match committed {
                        Ok(()) => outcome,
                        Err(cause) => Err(anyhow!("cannot commit to the record: {cause}")),
                    };
                    // A caller that went away no longer wants to know.
                    let _ = reply.send(told);
                });
                Ok(answer)
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

async fn in_savepoint<T, F>(connection: &mut Connection, change: F) -> Result<T>
where
    F: for<'c> FnOnce(&'c mut Connection) -> Change<'c, T>,
{
    let mut savepoint = connection.begin().await.context("cannot begin a change")?;
    let value = change(&mut savepoint).await?;
    savepoint.commit().await.context("cannot end a change")?;
    Ok(value)
}

async fn work(pool: SqlitePool, mut jobs: mpsc::Receiver<Job>, stop: tokio_util::sync::CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let taken = tokio::select! {
            taken = jobs.recv_many(&mut batch, BATCH) => taken,
            () = stop.cancelled(), if !jobs.is_closed() => { jobs.close(); continue; }
        };
        if taken == 0 {
            break;
        }
        let mut answers = Vec::with_capacity(taken);
        let committed = commit_together(&pool, &mut batch, &mut answers).await.map_err(|cause| format!("{cause:#}"));
        for answer in answers {
            answer(committed.clone());
        }
    }
    pool.close().await;
}

async fn commit_together(pool: &SqlitePool, batch: &mut Vec<Job>, answers: &mut Vec<Answer>) -> Result<()> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.context("cannot begin a transaction")?;
    for job in batch.drain(..) {
        answers.push(job(&mut transaction).await?);
    }
    transaction.commit().await.context("cannot commit")
}
