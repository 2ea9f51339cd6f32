//! What must stand before the first use: a known version, the index with its settings, and a key for searching.

use std::sync::atomic::Ordering;

use meilisearch_sdk::errors::Error;
use meilisearch_sdk::key::{Action, KeyBuilder, KeysQuery};
use meilisearch_sdk::request::{HttpClient, Method};
use meilisearch_sdk::task_info::TaskInfo;
use serde::Deserialize;

use super::Inner;
use super::failure::{TaskError, as_unavailable, unavailable};
use super::http::Http;
use super::shape::settings;
use crate::index::PutError;

/// Versions whose answers are known: before 1.40 a search could not show one article of each
/// story, and 2 may mean anything.
const OLDEST: (u32, u32) = (1, 40);
const FIRST_UNKNOWN_MAJOR: u32 = 2;

impl Inner {
    /// Before the first write: checks the server's version and makes the index with its settings.
    pub(super) async fn prepare(&self) -> Result<(), PutError> {
        if *self.prepared.read().await {
            return Ok(());
        }
        let mut prepared = self.prepared.write().await;
        if *prepared {
            return Ok(());
        }
        self.check_version().await?;
        self.make_index().await?;
        if self.documents().await.map_err(|cause| unavailable(&cause))? == 0 {
            self.fresh.store(true, Ordering::Release);
        }
        *prepared = true;
        Ok(())
    }

    /// The client for searching. It waits for no task, so that searches are answered while settings change.
    pub(super) async fn searcher(&self) -> Result<Http, PutError> {
        if let Some(search) = &*self.search.read().await {
            return Ok(search.clone());
        }
        let search = self.search_client().await?;
        *self.search.write().await = Some(search.clone());
        Ok(search)
    }

    async fn check_version(&self) -> Result<(), PutError> {
        let version = self.client.get_version().await.map_err(|cause| unavailable(&cause))?.pkg_version;
        let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
        let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if found < OLDEST || found.0 >= FIRST_UNKNOWN_MAJOR {
            return Err(PutError::Unavailable(format!(
                "Meilisearch {version} is outside the tested range (1.40 to 1.x); install another version"
            )));
        }
        Ok(())
    }

    async fn make_index(&self) -> Result<(), PutError> {
        let made = self.client.create_index(&self.index, Some("id")).await.map_err(|cause| unavailable(&cause))?;
        let task = self.finished(&made).await?;
        if !task.error.as_ref().is_some_and(TaskError::is_existing_index) {
            task.outcome().unwrap_or(Ok(())).map_err(as_unavailable)?;
        }
        let set: TaskInfo = self
            .write
            .request(&self.path("/settings"), Method::Patch { query: (), body: settings() }, 202)
            .await
            .map_err(|cause| unavailable(&cause))?;
        self.wait(&set).await.map_err(as_unavailable)
    }

    /// A client that can search this index and nothing else. The given key serves when it may not make keys itself.
    async fn search_client(&self) -> Result<Http, PutError> {
        match self.narrow_key().await? {
            Some(key) => Http::new(&key).map_err(|cause| PutError::Unavailable(format!("{cause:#}"))),
            None => Ok(self.write.clone()),
        }
    }

    pub(super) async fn narrow_key(&self) -> Result<Option<String>, PutError> {
        if self.key.is_empty() {
            return Ok(None);
        }
        match self.search_key().await {
            Ok(key) => Ok(Some(key)),
            Err(Error::MeilisearchCommunication(answer)) if matches!(answer.status_code, 401 | 403) => {
                tracing::warn!(index = self.index, "the Meilisearch key may not make keys; searches use it as it is");
                Ok(None)
            }
            Err(cause) => Err(unavailable(&cause)),
        }
    }

    async fn search_key(&self) -> Result<String, Error> {
        let name = format!("lantoa search {}", self.index);
        let known = self.client.get_keys_with(KeysQuery::new().with_limit(1_000)).await?;
        let fits = |key: &meilisearch_sdk::key::Key| {
            key.name.as_deref() == Some(&name)
                && matches!(key.actions.as_slice(), [Action::Search])
                && key.indexes == [self.index.clone()]
                && key.expires_at.is_none()
        };
        if let Some(key) = known.results.into_iter().find(fits) {
            return Ok(key.key);
        }
        let mut wanted = KeyBuilder::new();
        wanted.with_name(&name).with_action(Action::Search).with_index(&self.index);
        Ok(self.client.create_key(&wanted).await?.key)
    }

    pub(super) async fn documents(&self) -> Result<u64, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Stats {
            number_of_documents: u64,
        }
        let asked = Method::<(), ()>::Get { query: () };
        let stats: Stats = self.write.request(&self.path("/stats"), asked, 200).await?;
        Ok(stats.number_of_documents)
    }
}
