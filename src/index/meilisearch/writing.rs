//! Sending. In: documents. Out: the outcome of the server's task, never only that it was queued.

use std::collections::HashMap;
use std::time::Duration;

use futures::io::Cursor;
use meilisearch_sdk::request::{HttpClient, Method};
use meilisearch_sdk::task_info::TaskInfo;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::Inner;
use super::ask::one_of;
use super::failure::{Task, meaning, unavailable};
use super::shape::Shape;
use crate::index::tokens::Keys;
use crate::index::{Document, Held, PutError, newest};

/// Bytes in one request; the server's own limit is 100 MB.
const MOST_BYTES: usize = 8 << 20;
/// How long a task may take before the batch counts as not taken; a merge on a large index takes minutes.
const TASK_TIME: Duration = Duration::from_secs(600);
const FIRST_POLL: Duration = Duration::from_millis(10);
const LONGEST_POLL: Duration = Duration::from_millis(500);

impl Inner {
    /// The revisions that the server holds of these ids.
    async fn revisions(&self, ids: &[&str]) -> Result<HashMap<String, i64>, PutError> {
        #[derive(Deserialize)]
        struct Page {
            results: Vec<Revision>,
        }
        #[derive(Deserialize)]
        struct Revision {
            id: String,
            revision: i64,
        }
        let body = json!({ "ids": ids, "fields": ["id", "revision"], "limit": ids.len() });
        let page: Page = self
            .write
            .request(&self.path("/documents/fetch"), Method::Post { query: (), body }, 200)
            .await
            .map_err(|cause| unavailable(&cause))?;
        Ok(page.results.into_iter().map(|found| (found.id, found.revision)).collect())
    }

    /// Ids, portals and revisions of the documents on the server, in its own order.
    pub(super) async fn held(&self, portal: Option<&str>, offset: usize, limit: usize) -> Result<Vec<Held>, PutError> {
        #[derive(Deserialize)]
        struct Page {
            results: Vec<Held>,
        }
        let mut body = json!({ "fields": ["id", "portal", "revision"], "offset": offset, "limit": limit });
        if let Some(portal) = portal {
            body["filter"] = json!(one_of("portal", std::iter::once(portal)));
        }
        let page: Page = self
            .write
            .request(&self.path("/documents/fetch"), Method::Post { query: (), body }, 200)
            .await
            .map_err(|cause| unavailable(&cause))?;
        Ok(page.results)
    }

    pub(super) async fn put(&self, documents: &[Document]) -> Result<(), PutError> {
        let documents = newest(documents);
        let ids: Vec<_> = documents.iter().map(|document| document.id.as_str()).collect();
        let held = self.revisions(&ids).await?;
        let mut keys = Keys::default();
        let mut lines = Vec::new();
        for document in documents {
            if held.get(&document.id).is_some_and(|current| *current > document.revision) {
                continue;
            }
            let line = serde_json::to_vec(&Shape::of(document, &mut keys))
                .map_err(|cause| PutError::Refused(format!("`{}` cannot be written as JSON: {cause}", document.id)))?;
            if !lines.is_empty() && lines.len() + line.len() > MOST_BYTES {
                self.send(std::mem::take(&mut lines)).await?;
            }
            lines.extend_from_slice(&line);
            lines.push(b'\n');
        }
        if lines.is_empty() { Ok(()) } else { self.send(lines).await }
    }

    async fn send(&self, lines: Vec<u8>) -> Result<(), PutError> {
        let index = self.client.index(&self.index);
        let task = index.add_documents_ndjson(Cursor::new(lines), Some("id")).await.map_err(|cause| meaning(&cause))?;
        self.wait(&task).await
    }

    pub(super) async fn wait(&self, task: &TaskInfo) -> Result<(), PutError> {
        self.finished(task).await?.outcome().unwrap_or(Ok(()))
    }

    /// Polls until the task has an outcome.
    pub(super) async fn finished(&self, task: &TaskInfo) -> Result<Task, PutError> {
        let url = format!("{}/tasks/{}", self.url, task.task_uid);
        let deadline = Instant::now() + TASK_TIME;
        let mut pause = FIRST_POLL;
        loop {
            let asked = Method::<(), ()>::Get { query: () };
            let task: Task = self.write.request(&url, asked, 200).await.map_err(|cause| unavailable(&cause))?;
            if task.outcome().is_some() {
                return Ok(task);
            }
            if Instant::now() >= deadline {
                return Err(PutError::Unavailable(format!("{url} took longer than {} s", TASK_TIME.as_secs())));
            }
            sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_POLL);
        }
    }
}
