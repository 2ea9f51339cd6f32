//! From the record to an engine. In: dirty article ids, written in the same transaction as the change itself. Out: the
//! current text of each, in the index. Delivery is at least once and order does not matter, because whole documents
//! are sent and carry their revision. The outbox is a set: ten edits while the engine is away are one send.
//!
//! Nothing is taken out of the outbox before the engine acknowledged it, and never what was marked again meanwhile.

mod reconcile;
mod worker;

use anyhow::{Context, Result, anyhow};
use futures::FutureExt;

pub use reconcile::{Reconciled, reconcile};
pub use worker::{Handle, Status, Worker};

use super::table::{self, Dirty};
use super::{Document, PutError, SearchIndex};
use crate::store::{Connection, Pool, Store};

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Articles the engine took.
    pub sent: usize,
    /// Articles taken out of the index.
    pub removed: usize,
    /// Articles the engine refused; they wait for a change or for a person.
    pub refused: usize,
    /// Articles that still wait.
    pub left: i64,
}

/// Marks an article as changed for each target; part of the caller's transaction.
///
/// # Errors
/// When the record cannot be written.
pub async fn mark(connection: &mut Connection, targets: &[&str], article_id: &str, revision: i64) -> Result<()> {
    for target in targets {
        table::mark(connection, target, article_id, revision).await?;
    }
    Ok(())
}

/// Marks every article of a portal, after its name, kind or state changed; part of the caller's transaction.
///
/// # Errors
/// When the record cannot be written.
pub async fn mark_portal(connection: &mut Connection, targets: &[&str], portal_id: i64) -> Result<()> {
    for target in targets {
        table::mark_many(connection, target, Some(portal_id)).await?;
    }
    Ok(())
}

/// Marks every article of the record, to fill an index anew; says how many.
///
/// # Errors
/// When the record cannot be written.
pub async fn mark_all(store: &Store, target: &str) -> Result<u64> {
    let target = target.to_owned();
    store.write(move |connection| async move { table::mark_many(connection, &target, None).await }.boxed()).await
}

/// Sends every living article of the record to an index that is being built, `batch` at a time, past the outbox; says
/// how many. `progress` hears the sum after each batch.
///
/// # Errors
/// When the engine or the record cannot be used. Articles that the engine refuses are logged and left out.
pub async fn fill(
    store: &Store,
    index: &dyn SearchIndex,
    batch: usize,
    progress: impl Fn(usize) + Send,
) -> Result<usize> {
    let mut sum = 0;
    let mut after = String::new();
    loop {
        let some = table::living(store.pool(), &after, batch.max(1)).await?;
        let Some(last) = some.last() else {
            index.finish().await.context("cannot finish the search index")?;
            return Ok(sum);
        };
        after.clone_from(&last.article_id);
        let mut round = Round { is_building: true, ..Round::default() };
        round.send(index, some).await?;
        sum += round.sent;
        progress(sum);
    }
}

/// Articles that wait to be sent to `target`.
///
/// # Errors
/// When the record cannot be read.
pub async fn behind(pool: &Pool, target: &str) -> Result<i64> {
    table::behind(pool, target).await
}

/// Articles that `target` refused, at most `most`, each with the engine's words.
///
/// # Errors
/// When the record cannot be read.
pub async fn refused(pool: &Pool, target: &str, most: usize) -> Result<Vec<(String, String)>> {
    table::refused(pool, target, most).await
}

/// Sends up to `batch` dirty articles. Callers see to it that one drain a target runs at a time.
///
/// # Errors
/// When the engine cannot be used now, or the record; what was acknowledged before is noted, the rest stays dirty.
pub async fn drain(store: &Store, target: &str, index: &dyn SearchIndex, batch: usize) -> Result<Drained> {
    let dirty = table::dirty(store.pool(), target, batch.max(1)).await?;
    let mut round = Round::default();
    let outcome = round.send(index, dirty).await;
    let drained = Drained { sent: round.sent, removed: round.removed, refused: round.refused.len(), left: 0 };
    // What the engine took is noted even when it failed on the rest.
    round.note(store, target).await?;
    outcome?;
    Ok(Drained { left: behind(store.pool(), target).await?, ..drained })
}

/// What the engine has said so far.
#[derive(Default)]
struct Round {
    settled: Vec<(String, i64)>,
    refused: Vec<(String, i64, String)>,
    sent: usize,
    removed: usize,
    /// The index is being built from nothing.
    is_building: bool,
}

impl Round {
    async fn send(&mut self, index: &dyn SearchIndex, dirty: Vec<Dirty>) -> Result<()> {
        let mut documents = Vec::new();
        let mut marks = Vec::new();
        let mut gone = Vec::new();
        let mut gone_marks = Vec::new();
        for Dirty { article_id, revision, document } in dirty {
            match document {
                Some(document) => {
                    documents.push(document);
                    marks.push((article_id, revision));
                }
                None => {
                    gone.push(article_id.clone());
                    gone_marks.push((article_id, revision));
                }
            }
        }
        if !gone.is_empty() {
            index.remove(&gone).await.context("cannot take articles out of the search index")?;
            self.removed = gone.len();
            self.settled.append(&mut gone_marks);
        }
        self.put(index, &documents, &marks).await
    }

    /// Puts the documents; a batch that is refused is halved until the bad ones stand alone.
    async fn put(&mut self, index: &dyn SearchIndex, documents: &[Document], marks: &[(String, i64)]) -> Result<()> {
        let mut waiting: Vec<_> = std::iter::once(0..documents.len()).collect();
        while let Some(range) = waiting.pop() {
            if range.is_empty() {
                continue;
            }
            let some = &documents[range.clone()];
            let outcome = if self.is_building { index.add(some).await } else { index.put(some).await };
            match outcome {
                Ok(()) => {
                    self.sent += range.len();
                    self.settled.extend_from_slice(&marks[range]);
                }
                Err(PutError::Refused(words)) if range.len() == 1 => {
                    let (article_id, revision) = marks[range.start].clone();
                    tracing::warn!(article = article_id, cause = words, "the search engine refused an article");
                    self.refused.push((article_id, revision, words));
                }
                Err(PutError::Refused(_)) => {
                    let middle = range.start + range.len() / 2;
                    waiting.push(middle..range.end);
                    waiting.push(range.start..middle);
                }
                Err(cause @ PutError::Unavailable(_)) => {
                    return Err(anyhow!(cause).context("cannot bring articles to the search index"));
                }
            }
        }
        Ok(())
    }

    async fn note(self, store: &Store, target: &str) -> Result<()> {
        if self.settled.is_empty() && self.refused.is_empty() {
            return Ok(());
        }
        let target = target.to_owned();
        store
            .write(move |connection| {
                async move {
                    table::settle(connection, &target, &self.settled).await?;
                    for (article_id, revision, words) in &self.refused {
                        table::refuse(connection, &target, article_id, *revision, words).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

#[cfg(test)]
mod tests;
