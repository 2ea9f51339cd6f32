//! A Meilisearch server as the engine, for installations of several nodes. In: documents and queries. Out: results.
//!
//! A 202 is not an acknowledgement: `put` returns when the server's task has succeeded. The server keeps its queue in
//! order, and one outbox worker sends; before a batch replaces articles their revisions are read, so that an older one
//! does not win. A request whose reply was lost is simply sent again: it stands behind the first in the same queue.

mod ask;
mod failure;
mod http;
mod plain;
mod prepare;
mod searching;
mod shape;
mod text;
mod writing;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::request::{HttpClient, Method};
use meilisearch_sdk::task_info::TaskInfo;
use serde_json::json;
use tokio::sync::RwLock;

pub use self::plain::Plain;

use self::failure::meaning;
use self::http::Http;
use super::query::{self, Demand};
use super::{Document, Held, PutError, Query, Results, SearchIndex, check_ids};

/// Documents in one request.
const MOST_DOCUMENTS: usize = 1_000;

/// An index on a Meilisearch server. Cheap to clone.
#[derive(Clone)]
pub struct Meilisearch {
    inner: Arc<Inner>,
}

struct Inner {
    url: String,
    index: String,
    key: String,
    write: Http,
    client: Client<Http>,
    /// The client with the search key; nothing until it was needed.
    search: RwLock<Option<Http>>,
    /// Whether the index stands with its settings.
    prepared: RwLock<bool>,
    fresh: AtomicBool,
}

impl std::fmt::Debug for Meilisearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inner { url, index, .. } = &*self.inner;
        f.debug_struct("Meilisearch").field("url", url).field("index", index).finish_non_exhaustive()
    }
}

impl Meilisearch {
    /// The index `index` on the server at `url`. Nothing is asked of the server before the first use, so that a crawl
    /// starts while search is away.
    ///
    /// # Errors
    /// When the address, the key or the name cannot be used at all.
    pub fn connect(url: &str, key: &str, index: &str) -> Result<Self> {
        let parsed =
            url::Url::parse(url).with_context(|| format!("cannot use `{url}` as the address of Meilisearch"))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
            bail!("cannot use `{url}` as the address of Meilisearch (expected http://HOST:PORT)");
        }
        let is_name = (1..=400).contains(&index.len())
            && index.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !is_name {
            bail!("cannot use `{index}` as the name of an index (letters, digits, `-` and `_` only)");
        }
        let url = url.trim_end_matches('/').to_owned();
        let write = Http::new(key)?;
        let client = Client::new_with_client(&url, Some(key), write.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                url,
                index: index.to_owned(),
                key: key.to_owned(),
                write,
                client,
                search: RwLock::new(None),
                prepared: RwLock::new(false),
                fresh: AtomicBool::new(false),
            }),
        })
    }

    /// Puts this index, newly built, in the place of `live` on the same server and deletes the old one. To be called
    /// once: the server would swap back at a second call.
    ///
    /// # Errors
    /// When the server cannot be used; the live index is then as it was or already the new one.
    pub async fn swap_into(&self, live: &Self) -> Result<()> {
        let (built, live) = (&self.inner, &live.inner);
        live.prepare().await.context("cannot reach the search engine")?;
        let body = json!([{ "indexes": [built.index, live.index] }]);
        let url = format!("{}/swap-indexes", built.url);
        let task: Result<TaskInfo, Error> = built.write.request(&url, Method::Post { query: (), body }, 202).await;
        let task = task.map_err(|cause| meaning(&cause)).context("cannot swap the search indexes")?;
        built.wait(&task).await.context("cannot swap the search indexes")?;
        let deleted = built.client.delete_index(&built.index).await;
        let task = deleted.map_err(|cause| meaning(&cause)).context("cannot delete the old search index")?;
        *built.prepared.write().await = false;
        built.wait(&task).await.context("cannot delete the old search index")
    }

    /// Deletes indexes that a rebuild of this one left behind when it was stopped, and says how many.
    ///
    /// # Errors
    /// When the server cannot be used.
    pub async fn remove_leftovers(&self) -> Result<usize> {
        let inner = &self.inner;
        let trouble = "cannot delete what a stopped rebuild left on the search engine";
        let url = format!("{}/indexes?limit=1000", inner.url);
        let asked = Method::<(), ()>::Get { query: () };
        let listed: Result<serde_json::Value, Error> = inner.write.request(&url, asked, 200).await;
        let listed = listed.map_err(|cause| meaning(&cause)).context(trouble)?;
        let names = listed["results"].as_array().into_iter().flatten().filter_map(|index| index["uid"].as_str());
        let is_leftover = |name: &&str| {
            let number = name.strip_prefix(&inner.index).and_then(|rest| rest.strip_prefix('_'));
            number.is_some_and(|number| number.len() >= 9 && number.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let mut removed = 0;
        for name in names.filter(is_leftover) {
            let task = inner.client.delete_index(name).await.map_err(|cause| meaning(&cause)).context(trouble)?;
            inner.wait(&task).await.context(trouble)?;
            removed += 1;
        }
        Ok(removed)
    }

    /// The key that searches use: it can search this index and nothing else. Nothing when the server has no keys, or
    /// when the given key may not make any and is used itself.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn search_key(&self) -> Result<Option<String>> {
        let key = self.inner.narrow_key().await.context("cannot get a key for searching")?;
        Ok(key)
    }
}

impl Inner {
    fn path(&self, rest: &str) -> String {
        format!("{}/indexes/{}{rest}", self.url, self.index)
    }
}

#[async_trait]
impl SearchIndex for Meilisearch {
    async fn put(&self, documents: &[Document]) -> Result<(), PutError> {
        check_ids(documents)?;
        self.inner.prepare().await?;
        for some in documents.chunks(MOST_DOCUMENTS) {
            self.inner.put(some).await?;
        }
        Ok(())
    }

    async fn remove(&self, ids: &[String]) -> Result<(), PutError> {
        self.inner.prepare().await?;
        for some in ids.chunks(MOST_DOCUMENTS) {
            let index = self.inner.client.index(&self.inner.index);
            let task = index.delete_documents(some).await.map_err(|cause| meaning(&cause))?;
            self.inner.wait(&task).await?;
        }
        Ok(())
    }

    async fn search(&self, query: &Query) -> Result<Results> {
        let http = self.inner.searcher().await.context("cannot reach the search engine")?;
        let mut last = None;
        for mut step in query::steps(query::read(&query.text)) {
            let mut found = self.inner.find(&http, query, &step).await?;
            if step.demand == Demand::All && query::answer_is_thin(found.total(), &step.asked) {
                step.asked.with_successors = true;
                found = self.inner.find(&http, query, &step).await?;
            }
            let is_enough = found.total() > 0;
            last = Some((step, found));
            if is_enough {
                break;
            }
        }
        Ok(last.map_or_else(Results::default, |(step, found)| found.results(&step, query)))
    }

    async fn count(&self) -> Result<u64> {
        self.inner.prepare().await.context("cannot reach the search engine")?;
        Ok(self.inner.documents().await.map_err(|cause| meaning(&cause))?)
    }

    async fn held(&self, portal: Option<&str>, offset: usize, limit: usize) -> Result<Option<Vec<Held>>> {
        self.inner.prepare().await.context("cannot reach the search engine")?;
        Ok(Some(self.inner.held(portal, offset, limit).await.context("cannot list what the search engine holds")?))
    }

    fn take_fresh(&self) -> bool {
        self.inner.fresh.swap(false, Ordering::AcqRel)
    }
}
