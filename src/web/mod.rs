//! Pages and API: what citizens search, where editors decide, where operators look.
//!
//! A request comes in, a page or a JSON document goes out. Nothing here decides who may do what (`accounts` does) or
//! what a decision means (`triage` does), and no HTML that was crawled ever leaves.

mod api;
mod asked;
mod assets;
mod caller;
mod directory;
mod form;
mod found;
mod frame;
mod guard;
mod headers;
mod history;
mod language;
mod mistake;
mod outward;
mod pages;
mod problem;
mod qr;
mod router;
mod serve;
mod suggest;
mod trouble;
mod unanswered;
mod visitor;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use prometheus_client::registry::Registry;
use serde::{Deserialize, Serialize};
use tokio::sync::RwLock;

use self::directory::Directory;

pub use api::answer as search_answer;
pub use pages::operations::operations;
pub use router::router;
pub use serve::serve;

use crate::clock::{Clock, Timestamp};
use crate::index::SearchIndex;
use crate::index::unanswered::Tally;
use crate::store::Store;
use crate::{accounts, fetch, pipeline, portal, triage};

/// What the pages need. Cheap to clone.
#[derive(Clone)]
pub struct Parts {
    /// The record.
    pub store: Store,
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where articles are found.
    pub index: Arc<dyn SearchIndex>,
    /// How the search engine is doing, for the console and `/readyz`.
    pub index_status: Arc<dyn Fn() -> BoxFuture<'static, IndexStatus> + Send + Sync>,
    /// How people sign in.
    pub accounts: accounts::Options,
    /// How stories are scored; shown to editors who ask why.
    pub triage: triage::Options,
    /// Where items go that portals hand in.
    pub intake: pipeline::Intake,
    /// How events leave.
    pub sender: fetch::Sender,
    /// Searches that were counted and are not written yet: the site writes them once a minute, and whoever ends the site
    /// writes the last.
    pub searches: Arc<Tally>,
    /// Addresses.
    pub options: Options,
    /// What `/metrics` shows; the router adds its own counters.
    pub metrics: Arc<Mutex<Registry>>,
}

/// How the search engine is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IndexStatus {
    /// `embedded` or `meilisearch`.
    pub engine: String,
    /// Whether searches are answered.
    pub ready: bool,
    /// Articles it holds.
    pub documents: u64,
    /// Articles that it still has to take in.
    pub waiting: u64,
    /// What is wrong, in words.
    pub problem: Option<String>,
}

/// Where the site is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The address to listen on.
    pub listen: String,
    /// The address that people type, without a slash at the end: links in feeds and sign-in links start with it.
    pub public_url: String,
    /// Where `/readyz` and `/metrics` are answered to whoever reaches that address; empty: on `listen`, and only to
    /// clients on this machine that no proxy passed on.
    pub operations_listen: String,
    /// Send cookies over TLS only. Set it wherever a proxy serves the site by https.
    pub secure_cookies: bool,
    /// Whom portals write to about the crawler; shown at `/crawler`.
    pub contact: String,
    /// Networks of the proxies that pass requests on: only they are believed where a request comes from.
    pub trusted_proxies: Vec<ipnet::IpNet>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: "http://127.0.0.1:8080".into(),
            operations_listen: String::new(),
            secure_cookies: false,
            contact: String::new(),
            trusted_proxies: Vec::new(),
        }
    }
}

impl Options {
    /// The address of `path`, which starts with a slash.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}

/// The parts, with what the pages keep between requests.
struct Site {
    parts: Parts,
    hasher: accounts::Hasher,
    directory: RwLock<Option<(Timestamp, Arc<Directory>)>>,
    suggestions: suggest::Suggestions,
    unanswered: unanswered::Unanswered,
    live: pages::desk::live::Live,
}

/// Names of portals by slug.
type Names = HashMap<String, String>;

/// Seconds for which the directory is kept: portals change by hand, a search happens many times a second.
const DIRECTORY_FOR_SECONDS: i64 = 60;

impl Site {
    fn new(parts: Parts) -> Self {
        let hasher = accounts::Hasher::new(parts.accounts.parallel_hashes);
        let unanswered = unanswered::Unanswered::new(parts.clock.now());
        let (directory, suggestions) = (RwLock::default(), suggest::Suggestions::default());
        Self { parts, hasher, directory, suggestions, unanswered, live: pages::desk::live::Live::default() }
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// The registry, at most a minute older than it is asked for.
    async fn directory(&self) -> anyhow::Result<Arc<Directory>> {
        let now = self.now();
        if let Some((since, directory)) = self.directory.read().await.as_ref()
            && now.duration_since(*since).as_secs().abs() < DIRECTORY_FOR_SECONDS
        {
            return Ok(Arc::clone(directory));
        }
        // One request makes it anew; those that come meanwhile wait for it and find it made.
        let mut kept = self.directory.write().await;
        if let Some((since, directory)) = kept.as_ref()
            && now.duration_since(*since).as_secs().abs() < DIRECTORY_FOR_SECONDS
        {
            return Ok(Arc::clone(directory));
        }
        let portals = portal::table::list(self.parts.store.pool()).await?;
        let topics = triage::topics::table::list(self.parts.store.pool()).await?;
        let directory = tokio::task::spawn_blocking(move || Arc::new(Directory::of(&portals, topics))).await?;
        *kept = Some((now, Arc::clone(&directory)));
        Ok(directory)
    }
}
