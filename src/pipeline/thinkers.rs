//! The threads that read pages: as many as there are processors, over all visits. Work in, its outcome out.
//!
//! They are threads of their own and not those that the runtime lends for blocking work, of which it has many and gives
//! each job to another: an allocator keeps what a large page took for the thread that took it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use anyhow::{Context, Result, anyhow};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// The way to the threads. They end when the last clone is gone and the work is done.
#[derive(Clone, Debug)]
pub struct Thinkers {
    /// Whoever has a turn hands in one job, so the line is never longer than there are threads.
    line: mpsc::Sender<Job>,
    turns: Arc<Semaphore>,
}

impl Thinkers {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(threads: usize) -> Result<Self> {
        let (line, jobs) = mpsc::channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = threads.max(1);
        for _ in 0..threads {
            let jobs = Arc::clone(&jobs);
            let work = move || {
                loop {
                    let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { break };
                    job();
                }
            };
            std::thread::Builder::new()
                .name("lantoa-reading".to_owned())
                .spawn(work)
                .context("cannot start a thread for reading pages")?;
        }
        Ok(Self { line, turns: Arc::new(Semaphore::new(threads)) })
    }

    /// Waits for a turn, for work that a child does: it wants a processor as the threads do.
    ///
    /// # Errors
    /// Never while this is there.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).acquire_owned().await.context("the threads that read pages have ended")
    }

    /// Runs work that takes the processor.
    ///
    /// # Errors
    /// When it panicked; the thread goes on with the next.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = self.turn().await?;
        let (tell, told) = oneshot::channel();
        let job = Box::new(move || {
            let outcome = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
                let words = panic.downcast_ref::<String>().map(String::as_str);
                anyhow!("{}", words.or(panic.downcast_ref::<&str>().copied()).unwrap_or("it gave up"))
            });
            drop(turn);
            // Whoever asked may be gone by now.
            let _ = tell.send(outcome);
        });
        self.line.send(job).map_err(|_| anyhow!("the threads that read pages have ended"))?;
        told.await.context("the threads that read pages have ended")?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_and_survived() {
        let thinkers = Thinkers::start(1).expect("a thread");
        let all = futures::future::join_all((0..20).map(|n| thinkers.run(move || n * 2)));
        assert_eq!(all.await.into_iter().sum::<Result<i32>>().expect("all are done"), 380);
        let panicked = thinkers.run(|| panic!("no {}", 7)).await;
        assert_eq!(panicked.map_err(|cause: anyhow::Error| cause.to_string()), Err::<(), _>("no 7".to_owned()));
        assert_eq!(thinkers.run(|| 1).await.expect("the thread goes on"), 1);
    }
}
