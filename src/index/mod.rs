//! Search: one trait, two engines. The index is derived from the record and can be made again at any time.

use anyhow::Result;
use async_trait::async_trait;
use serde::Serialize;

use crate::clock::Timestamp;
use crate::portal::Kind;

/// What the index knows of an article. Sent whole; `revision` decides which of two writes is newer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// The article's id: `[a-z0-9]{26}`.
    pub id: String,
    /// The record's revision of the article.
    pub revision: i64,
    /// Slug of its portal.
    pub portal: String,
    /// Name of its portal.
    pub portal_name: String,
    /// Kind of its portal.
    pub kind: Kind,
    /// Where it is.
    pub url: String,
    /// Headline.
    pub title: String,
    /// Sapo.
    pub summary: String,
    /// Body.
    pub text: String,
    /// When it was published, or first seen when the page does not say.
    pub published_at: Timestamp,
    /// Canonical numbers of the legal documents it cites.
    pub documents: Vec<String>,
    /// Its story.
    pub story: String,
    /// Whether it is its story's first article.
    pub origin: bool,
}

/// What a person asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words as typed; empty asks for everything, newest first.
    pub text: String,
    /// Only these portals (slugs); empty for all.
    pub portals: Vec<String>,
    /// Only these kinds of portal; empty for all.
    pub kinds: Vec<Kind>,
    /// Only articles that cite this document (canonical number).
    pub document: Option<String>,
    /// Published at or after.
    pub from: Option<Timestamp>,
    /// Published before.
    pub to: Option<Timestamp>,
    /// The order.
    pub sort: Sort,
    /// First page is 1.
    pub page: usize,
    /// Hits a page, 1–100.
    pub per_page: usize,
}

/// The order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best match first.
    #[default]
    Relevance,
    /// Newest first.
    Newest,
}

/// What the index answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Results {
    /// Articles that match.
    pub total: u64,
    /// One page of them.
    pub hits: Vec<Hit>,
    /// Counts of all matches by portal slug, most first.
    pub portals: Vec<(String, u64)>,
    /// Counts of all matches by kind of portal, most first.
    pub kinds: Vec<(String, u64)>,
    /// Counts of all matches by cited document, most first, 20 at most.
    pub documents: Vec<(String, u64)>,
    /// Counts of all matches by year of publication in Vietnam, newest first.
    pub years: Vec<(i16, u64)>,
}

/// One match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit {
    /// The article's id.
    pub id: String,
    /// Where it is.
    pub url: String,
    /// Slug of its portal.
    pub portal: String,
    /// Name of its portal.
    pub portal_name: String,
    /// Headline, plain text.
    pub title: String,
    /// The passage that matched: escaped HTML with `<mark>` only.
    pub snippet: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// Documents it cites.
    pub documents: Vec<String>,
    /// Its story.
    pub story: String,
}

/// An engine that finds articles. Both engines pass one and the same contract test.
#[async_trait]
pub trait SearchIndex: Send + Sync {
    /// Adds or replaces documents by id and returns when they can be found; an older revision never replaces a newer.
    async fn put(&self, documents: &[Document]) -> Result<(), PutError>;
    /// Takes documents out; unknown ids are no error.
    async fn remove(&self, ids: &[String]) -> Result<(), PutError>;
    /// Answers a query.
    async fn search(&self, query: &Query) -> Result<Results>;
    /// Documents in the index.
    async fn count(&self) -> Result<u64>;
}

/// Why documents were not taken.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The engine cannot be used now; keep everything and try again.
    #[error("search engine unavailable: {0}")]
    Unavailable(String),
    /// The engine refuses these documents; no other is at fault.
    #[error("search engine refused the documents: {0}")]
    Refused(String),
}
