//! Keeps one engine up to date for as long as the process runs: drains when woken, and every second besides, so that a
//! wake-up that was lost costs a second and nothing else. Changes that arrive together are sent together, because the
//! fixed cost of a commit is that of a hundred articles.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::reconcile::living_count;
use super::{Drained, behind, drain, mark_all, reconcile};
use crate::index::SearchIndex;
use crate::store::Store;

/// How long a change waits at most when nobody wakes the worker.
const TICK: Duration = Duration::from_secs(1);
/// How long the first change waits for others. An engine that commits after every few articles spends its time on
/// opening, merging and syncing segments of a few articles each.
const GATHER: Duration = Duration::from_secs(1);
/// Waits after failures: a random part of 1 s, 2 s, 4 s … 5 min, so that many nodes do not return together.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// How often the engine's number of documents is looked at, and how often everything it holds is compared.
const COUNT_EVERY: Duration = Duration::from_secs(600);
const COMPARE_EVERY: Duration = Duration::from_secs(24 * 3_600);
/// Even a lucky draw leaves the engine some air.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// Brings the record's changes to one engine.
pub struct Worker {
    store: Store,
    target: String,
    index: Arc<dyn SearchIndex>,
    batch: usize,
    handle: Handle,
    checks: Mutex<Checks>,
}

/// When the engine was last checked against the record.
#[derive(Clone, Copy)]
struct Checks {
    counted: Instant,
    compared: Instant,
    /// It was away, and may have come back as another.
    is_suspect: bool,
}

/// How the worker is doing, and the way to wake it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Handle {
    wake: Arc<Notify>,
    status: Arc<Mutex<Status>>,
}

/// How far an engine is behind the record.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Status {
    /// Articles that wait to be sent.
    pub lag: i64,
    /// Why the last round failed; nothing while all is well.
    pub last_problem: Option<String>,
    /// Rounds that failed in a row.
    pub failures: u32,
}

impl Handle {
    /// Says that something was marked.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// The state after the last round.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn report(&self, change: impl FnOnce(&mut Status)) -> Status {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut status);
        status.clone()
    }
}

impl Worker {
    /// A worker for the engine that the outbox calls `target`, sending at most `batch` articles at once.
    #[must_use]
    pub fn new(store: Store, target: &str, index: Arc<dyn SearchIndex>, batch: usize) -> Self {
        Self {
            store,
            target: target.to_owned(),
            index,
            batch,
            handle: Handle::default(),
            checks: Mutex::new(Checks::now()),
        }
    }

    /// The handle for others to keep.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Works until cancelled. A round that is under way is finished first.
    pub async fn run(&self, cancel: CancellationToken) {
        // Reaches an engine that nobody uses yet, so that it is known to be empty. A failure shows again in the round.
        let _ = self.index.count().await;
        while !cancel.is_cancelled() {
            let wait = self.round().await;
            let woken = async {
                // A failing engine is left alone for the whole wait, however many changes arrive.
                match wait {
                    Wait::ForChanges => {
                        if tokio::time::timeout(TICK, self.handle.wake.notified()).await.is_ok() {
                            tokio::time::sleep(GATHER).await;
                        }
                    }
                    Wait::ForMore => tokio::time::sleep(GATHER).await,
                    Wait::AfterFailure(pause) => tokio::time::sleep(pause).await,
                    Wait::No => {}
                }
            };
            tokio::select! {
                () = woken => {}
                () = cancel.cancelled() => {}
            }
        }
    }

    /// Drains until nothing waits that the engine would take. Not beside [`Worker::run`].
    ///
    /// # Errors
    /// When the engine cannot be used; nothing is lost.
    pub async fn catch_up(&self, cancel: &CancellationToken) -> anyhow::Result<()> {
        while !cancel.is_cancelled() {
            let drained = self.drain().await?;
            self.handle.report(|status| *status = Status { lag: drained.left, ..Status::default() });
            if drained.left == 0 || drained.sent + drained.removed + drained.refused == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Marks everything when the engine turned out to be empty, then sends.
    async fn drain(&self) -> Result<Drained> {
        if self.index.take_fresh() {
            let marked = mark_all(&self.store, &self.target).await?;
            tracing::info!(target_engine = self.target, marked, "the search index is filled from the record");
        }
        drain(&self.store, &self.target, &*self.index, self.batch).await
    }

    /// Compares the engine with the record when that is due; says what a person must decide.
    async fn check(&self) -> Result<Option<String>> {
        let checks = *self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_due = checks.is_suspect || checks.compared.elapsed() >= COMPARE_EVERY;
        if !is_due && checks.counted.elapsed() >= COUNT_EVERY {
            let expected = living_count(self.store.pool(), &self.target).await?;
            is_due = self.index.count().await? != expected;
            self.checks.lock().unwrap_or_else(PoisonError::into_inner).counted = Instant::now();
        }
        if !is_due {
            return Ok(None);
        }
        let Some(found) = reconcile(&self.store, &self.target, &*self.index).await? else { return Ok(None) };
        *self.checks.lock().unwrap_or_else(PoisonError::into_inner) = Checks::now();
        if found.marked > 0 {
            let (target, articles) = (&self.target, found.marked);
            tracing::warn!(
                target_engine = target,
                articles,
                "the search index differed from the record; articles are sent again"
            );
            self.handle.wake();
        }
        let (portal, articles) = match found.left_alone.first() {
            Some((portal, articles)) => (portal, articles),
            None => return Ok(None),
        };
        let more = found.left_alone.len() - 1;
        Ok(Some(format!(
            "the search index differs from the record in {articles} articles of {portal} and in {more} more portals (run `lantoa reindex`)"
        )))
    }

    async fn round(&self) -> Wait {
        match self.drain().await {
            Ok(drained) => {
                let before = self.handle.status();
                if before.failures > 0 {
                    tracing::info!(target_engine = self.target, waiting = drained.left, "the search engine is back");
                }
                self.checks.lock().unwrap_or_else(PoisonError::into_inner).is_suspect |= before.failures > 0;
                let told = if drained.left == 0 { self.check().await } else { Ok(None) };
                let last_problem = told.unwrap_or_else(|cause| {
                    tracing::warn!(cause = %format!("{cause:#}"), "the search index was not compared with the record");
                    None
                });
                self.handle.report(|status| *status = Status { lag: drained.left, last_problem, failures: 0 });
                let progressed = drained.sent + drained.removed + drained.refused > 0;
                match usize::try_from(drained.left) {
                    Ok(left) if left >= self.batch && progressed => Wait::No,
                    Ok(1..) if progressed => Wait::ForMore,
                    _ => Wait::ForChanges,
                }
            }
            Err(cause) => {
                let lag = behind(self.store.pool(), &self.target).await;
                let words = format!("{cause:#}");
                let status = self.handle.report(|status| {
                    status.lag = lag.unwrap_or(status.lag);
                    status.failures = status.failures.saturating_add(1);
                    status.last_problem = Some(words.clone());
                });
                if status.failures == 1 {
                    tracing::warn!(target_engine = self.target, cause = words, "the search index falls behind");
                }
                Wait::AfterFailure(pause_after(status.failures, random_fraction()))
            }
        }
    }
}

impl Checks {
    fn now() -> Self {
        Self { counted: Instant::now(), compared: Instant::now(), is_suspect: false }
    }
}

enum Wait {
    /// A whole batch waits already.
    No,
    /// Less than a batch waits.
    ForMore,
    ForChanges,
    AfterFailure(Duration),
}

/// Exponential with full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter", 2015).
fn pause_after(failures: u32, fraction: f64) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    doubled.min(LONGEST_WAIT).mul_f64(fraction.clamp(0.0, 1.0)).max(SHORTEST_WAIT)
}

fn random_fraction() -> f64 {
    // Without a source of randomness the full wait is the safe one.
    getrandom::u32().map_or(1.0, |drawn| f64::from(drawn) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay_inside_their_bounds() {
        let check = |failures, fraction, expected: u64| {
            assert_eq!(pause_after(failures, fraction), Duration::from_millis(expected), "{failures} {fraction}");
        };
        check(1, 1.0, 1_000);
        check(2, 1.0, 2_000);
        check(3, 0.5, 2_000);
        check(1, 0.0, 100);
        check(9, 1.0, 256_000);
        check(10, 1.0, 300_000);
        check(u32::MAX, 1.0, 300_000);
        assert!((0.0..=1.0).contains(&random_fraction()));
    }
}
