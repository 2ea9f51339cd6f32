//! The assembled parts: what a command needs, opened in the right order and closed again.

mod families;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio_util::sync::CancellationToken;

use crate::archive;
use crate::clock::Clock;
use crate::config::Config;
use crate::dedup::Window;
use crate::fetch::Fetcher;
use crate::index::embedded::Embedded;
use crate::index::meilisearch::Meilisearch;
use crate::index::{Backend, SearchIndex, outbox};
use crate::pipeline;
use crate::store::{DataLock, Store};
use crate::triage;

pub use families::{families, read as read_family};

/// The record and the options: enough to read, and to change what needs neither dedup nor index.
pub struct App {
    /// Every option.
    pub config: Config,
    /// What time it is.
    pub clock: Clock,
    /// The record.
    pub store: Store,
}

/// Everything that crawling and serving need. One process at a time has it.
pub struct Works {
    /// The record and the options.
    pub app: App,
    /// What one visit needs.
    pub visits: pipeline::Parts,
    /// The search engine.
    pub index: Arc<dyn SearchIndex>,
    /// Brings the search engine up to the record.
    pub worker: Arc<outbox::Worker>,
    _lock: DataLock,
}

impl App {
    /// Opens the record in the data folder, making both when they are absent.
    ///
    /// # Errors
    /// When the folder or the record cannot be opened or written.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        let folder = &config.general.data_dir;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the data folder {} (give another --data-dir)", folder.display()))?;
        let store = Store::open(&folder.join("lantoa.db")).await?;
        Ok(Self { config, clock, store })
    }

    /// Where the embedded index lives.
    #[must_use]
    pub fn index_folder(&self) -> PathBuf {
        self.config.general.data_dir.join("index")
    }

    /// A search engine to ask, while another process may be writing to it.
    ///
    /// # Errors
    /// When there is no index yet, or the server cannot be reached.
    pub async fn search_index(&self) -> Result<Arc<dyn SearchIndex>> {
        Ok(match self.config.index.backend {
            Backend::Embedded => Arc::new(Embedded::open_reader(&self.index_folder())?),
            Backend::Meilisearch => Arc::new(meilisearch(&self.config)?),
        })
    }

    /// Takes the data folder and opens the rest; what is missing or damaged of the derived stores is made again.
    ///
    /// # Errors
    /// When another process holds the folder, or something cannot be opened.
    pub async fn into_works(self) -> Result<Works> {
        let folder = self.config.general.data_dir.clone();
        let lock = DataLock::take(&folder)?;
        let opened = Window::open(&folder.join("dedup"), &self.config.dedup)?;
        let window = Arc::new(opened.window);
        let reached = archive::table::revision(self.store.pool()).await?;
        let replaced = window.revision() > reached;
        if replaced {
            // The record was deleted or put back to an older one: what was seen since then is not in it.
            tracing::warn!("the record is older than the dedup window, which is made anew");
            window.clear()?;
        }
        pipeline::rebuild::catch_up(&self.store, &window).await?;

        let target = self.config.index.backend.as_str();
        let index: Arc<dyn SearchIndex> = match self.config.index.backend {
            Backend::Embedded => Arc::new(self.embedded(replaced).await?),
            Backend::Meilisearch => Arc::new(meilisearch(&self.config)?),
        };
        let worker = outbox::Worker::new(self.store.clone(), target, Arc::clone(&index), self.config.index.batch);
        let worker = Arc::new(worker);
        let processors = std::thread::available_parallelism().map_or(2, std::num::NonZeroUsize::get);
        let (families, problems) = families(&self.config.extract);
        for problem in problems {
            tracing::warn!(problem, "a family of portal software is not used");
        }
        let visits = pipeline::Parts {
            store: self.store.clone(),
            clock: self.clock.clone(),
            fetcher: Fetcher::new(self.config.fetch.clone(), self.clock.clone())?,
            window,
            targets: Arc::from([target]),
            index: worker.handle(),
            thinkers: pipeline::Thinkers::start(processors)?,
            reader: pipeline::reader::Reader::of_this_program()?,
            options: Arc::new(self.config.crawl.clone()),
            attachments: Arc::new(self.config.attachments.clone()),
            families: Arc::new(families),
            witness: None,
            dedup: Arc::new(self.config.dedup.clone()),
            archive: Arc::new(self.config.archive.clone()),
            triage: Arc::new(self.config.triage.clone()),
            schedule: Arc::new(self.config.schedule.clone()),
            health: pipeline::health::Shared::default(),
        };
        Ok(Works { app: self, visits, index, worker, _lock: lock })
    }
}

impl App {
    /// The embedded index; an empty one when it holds what the record does not know.
    async fn embedded(&self, replaced: bool) -> Result<Embedded> {
        let folder = self.index_folder();
        let index = Embedded::open(&folder, &self.config.index)?;
        let known = archive::table::count(self.store.pool()).await?;
        // The record keeps every article that it ever had, so the index can hold more only if it is another record's.
        if !replaced && index.count().await? <= known {
            return Ok(index);
        }
        tracing::warn!("the search index is another record's, it is made anew");
        drop(index);
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove the search index {}", folder.display()))?;
        Embedded::open(&folder, &self.config.index)
    }
}

impl Works {
    /// Runs the index worker until `cancel`.
    pub fn start_worker(&self, cancel: &CancellationToken) -> tokio::task::JoinHandle<()> {
        let (worker, cancel) = (Arc::clone(&self.worker), cancel.clone());
        tokio::spawn(async move { worker.run(cancel).await })
    }

    /// Forgets what has left the dedup window, and what rules did to stories that nobody waits for any more: every hour,
    /// and at the end of a process that does not live so long.
    pub async fn prune(&self) {
        let (window, now) = (Arc::clone(&self.visits.window), self.app.clock.now());
        match tokio::task::spawn_blocking(move || window.prune(now)).await {
            Ok(Ok(keys)) => tracing::info!(keys, "dedup window pruned"),
            Ok(Err(cause)) => tracing::error!(cause = %format!("{cause:#}"), "cannot prune the dedup window"),
            Err(cause) => tracing::error!(%cause, "cannot prune the dedup window"),
        }
        match triage::rules::table::forget_hits(&self.app.store, now).await {
            Ok(hits) => tracing::info!(hits, "old hits of rules forgotten"),
            Err(cause) => tracing::error!(cause = %format!("{cause:#}"), "cannot forget old hits of rules"),
        }
    }

    /// Writes down what is in memory and closes the record.
    ///
    /// # Errors
    /// When the dedup window cannot be written; the record is closed all the same.
    pub async fn close(self) -> Result<()> {
        let flushed = pipeline::rebuild::flush(&self.app.store, &self.visits.window).await;
        self.app.store.close().await;
        flushed
    }
}

fn meilisearch(config: &Config) -> Result<Meilisearch> {
    let options = &config.index;
    Meilisearch::connect(&options.meilisearch_url, &options.meilisearch_key, &options.meilisearch_index)
}
