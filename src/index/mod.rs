//! Search: one trait, two engines. The index is derived from the record and can be made again at any time.
//!
//! Both engines find by folded words (`chinh phu` and `chính phủ` find the same articles) and order by accents: what is
//! written as typed comes first. [`outbox`] brings the record's changes to an engine; nothing else writes to one.

pub mod embedded;
pub mod meilisearch;
pub mod outbox;
mod query;
mod snippet;
mod table;
mod tokens;
pub mod unanswered;
mod weights;

use std::collections::HashMap;

use anyhow::Result;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::portal::Kind;

/// What the index knows of an article. Sent whole; `revision` decides which of two writes is newer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What its attached files say; a word there counts less than one in the article.
    pub files: String,
    /// When it was published, or first seen when the page does not say.
    pub published_at: Timestamp,
    /// Canonical numbers of the legal documents it cites.
    pub documents: Vec<String>,
    /// Code of the field of state administration that its story belongs to; empty for none.
    #[serde(default)]
    pub topic: String,
    /// Its story.
    pub story: String,
    /// Whether it is its story's first article.
    pub origin: bool,
}

/// What a person asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// Words as typed; empty asks for everything, newest first.
    pub text: String,
    /// Only these portals (slugs); empty for all.
    pub portals: Vec<String>,
    /// Only these kinds of portal; empty for all.
    pub kinds: Vec<Kind>,
    /// Only these fields of state administration (codes); empty for all.
    pub topics: Vec<String>,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    /// Counts of all matches by topic, most first; articles without one are left out.
    pub topics: Vec<(String, u64)>,
    /// Counts of all matches by cited document, most first, 20 at most.
    pub documents: Vec<(String, u64)>,
    /// Counts of all matches by year of publication in Vietnam, newest first.
    pub years: Vec<(i16, u64)>,
    /// Stories among the matches, counted up to [`DEEPEST_HIT`]: each has one hit, its best article.
    pub stories: usize,
    /// What was searched besides or instead of the words as typed, and what else may be worth a search.
    pub notes: Vec<Note>,
}

/// Something that a reader must know of a search: nothing is added or changed silently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What was done.
    #[serde(flatten)]
    pub kind: NoteKind,
    /// The words of the query that it is about; empty for all of them.
    pub typed: String,
    /// What was searched, or would be; empty when there are no words for it.
    pub searched: String,
}

/// What was done with a query, or could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NoteKind {
    /// Another way of writing the same was searched too: `UBND`, `Ủy ban nhân dân`.
    Also,
    /// What took over on that day was searched too, because little was found.
    Successor {
        /// `01/07/2025`.
        since: &'static str,
    },
    /// What took over on that day is worth a search.
    SeeSuccessor {
        /// `01/07/2025`.
        since: &'static str,
    },
    /// What this took over from is worth a search.
    SeePredecessor,
    /// Nothing was found as typed; the signs of a Telex or VNI keyboard were read as letters.
    Keyboard,
    /// Nothing was found as typed; words spelled a little otherwise were searched.
    Spelling,
    /// No article holds every word; these hold most, or those that matter.
    Fewer,
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
    /// Adds documents of distinct ids to an index that is being built from nothing; they can be found, and are safe, only
    /// after [`SearchIndex::finish`].
    async fn add(&self, documents: &[Document]) -> Result<(), PutError> {
        self.put(documents).await
    }
    /// Ends the building of an index.
    async fn finish(&self) -> Result<(), PutError> {
        Ok(())
    }
    /// Takes documents out; unknown ids are no error.
    async fn remove(&self, ids: &[String]) -> Result<(), PutError>;
    /// Answers a query.
    async fn search(&self, query: &Query) -> Result<Results>;
    /// Documents in the index.
    async fn count(&self) -> Result<u64>;
    /// What the engine holds, of one portal or of all, in pages of a steady order. Nothing from an engine that cannot
    /// differ from what it has acknowledged.
    async fn held(&self, _portal: Option<&str>, _offset: usize, _limit: usize) -> Result<Option<Vec<Held>>> {
        Ok(None)
    }
    /// True once after the engine was found empty, as when it is new or was damaged and set aside: the outbox's worker
    /// then marks every article of the record.
    fn take_fresh(&self) -> bool {
        false
    }
}

/// A document that an engine holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// Slug of its portal.
    pub portal: String,
    /// The record's revision that it carries.
    pub revision: i64,
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

/// Hits that a person may page through; beyond them a narrower query serves better.
pub const DEEPEST_HIT: usize = 1_000;
/// Values counted per facet.
const MOST_FACET_VALUES: usize = 1_000;
/// Values counted of cited documents.
const MOST_DOCUMENT_VALUES: usize = 20;

impl Query {
    /// The hits of the asked page as offset and number; none beyond [`DEEPEST_HIT`].
    fn window(&self) -> (usize, usize) {
        let per_page = self.per_page.clamp(1, 100);
        let offset = self.page.max(1).saturating_sub(1).saturating_mul(per_page);
        (offset, per_page.min(DEEPEST_HIT.saturating_sub(offset)))
    }

    /// The cited document as documents carry it.
    fn document(&self) -> Option<String> {
        let typed = self.document.as_deref()?;
        Some(crate::vietnamese::document::canonical(typed).unwrap_or_else(|| typed.to_owned()))
    }
}

/// The most frequent values; equal counts in the order of the alphabet.
fn most_first(counts: HashMap<String, u64>, most: usize) -> Vec<(String, u64)> {
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_unstable_by(|(name, n), (other, m)| m.cmp(n).then_with(|| name.cmp(other)));
    sorted.truncate(most);
    sorted
}

/// The newest of each article in a batch, in the order handed in; of equal revisions the last.
fn newest(documents: &[Document]) -> Vec<&Document> {
    let mut newest: HashMap<&str, &Document> = HashMap::with_capacity(documents.len());
    for document in documents {
        let kept = newest.entry(&document.id).or_insert(document);
        if kept.revision <= document.revision {
            *kept = document;
        }
    }
    documents.iter().filter(|document| std::ptr::eq(newest[document.id.as_str()], *document)).collect()
}

/// Ids that both engines take: letters, digits, `-` and `_`, 1–511 of them. One bad id would fail its whole batch.
fn check_ids(documents: &[Document]) -> Result<(), PutError> {
    let is_good = |id: &str| {
        (1..=511).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    match documents.iter().find(|document| !is_good(&document.id)) {
        Some(bad) => {
            Err(PutError::Refused(format!("`{}` is no document id", bad.id.chars().take(64).collect::<String>())))
        }
        None => Ok(()),
    }
}

/// Which engine answers, and how it is reached.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// `embedded`, in this process and without anything to install, or `meilisearch`, for several nodes.
    pub backend: Backend,
    /// Where the Meilisearch server is.
    pub meilisearch_url: String,
    /// Its master key. Only from the environment (`LANTOA__INDEX__MEILISEARCH_KEY`), never from a file.
    #[serde(skip_serializing)]
    pub meilisearch_key: String,
    /// Name of the index on that server; two installations may share a server under two names.
    pub meilisearch_index: String,
    /// Memory of the embedded writer in megabytes, 32 at least; more makes fewer and larger segments.
    pub memory_mb: usize,
    /// Articles sent to the engine at once, 1,000 at most: large enough that the fixed cost of a batch does not count,
    /// small enough that one is soon repeated.
    pub batch: usize,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Without the key: options end up in logs.
        f.debug_struct("Options")
            .field("backend", &self.backend)
            .field("meilisearch_url", &self.meilisearch_url)
            .field("meilisearch_index", &self.meilisearch_index)
            .field("memory_mb", &self.memory_mb)
            .field("batch", &self.batch)
            .finish_non_exhaustive()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            backend: Backend::Embedded,
            meilisearch_url: "http://127.0.0.1:7700".to_owned(),
            meilisearch_key: String::new(),
            meilisearch_index: "articles".to_owned(),
            memory_mb: 64,
            batch: 1_000,
        }
    }
}

/// A search engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// tantivy, in this process.
    Embedded,
    /// A Meilisearch server.
    Meilisearch,
}

impl Backend {
    /// The word in configuration, and the engine's name as a target of the outbox.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Meilisearch => "meilisearch",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_say_what_they_do_not_know_and_keep_the_key_to_themselves() {
        let read = |toml: &str| toml::from_str::<Options>(toml);
        assert_eq!(read("").ok(), Some(Options::default()));
        let options = read("backend = 'meilisearch'\nmeilisearch_key = 'secret'").unwrap_or_default();
        assert_eq!((options.backend, options.meilisearch_key.as_str()), (Backend::Meilisearch, "secret"));
        assert!(!format!("{options:?} {}", toml::to_string(&options).unwrap_or_default()).contains("secret"));
        assert!(read("backend = 'other'").is_err() && read("memory = 3").is_err());
    }

    #[test]
    fn pages_end_at_the_deepest_hit() {
        let check = |page, per_page, expected| {
            assert_eq!(Query { page, per_page, ..Query::default() }.window(), expected, "{page} {per_page}");
        };
        check(1, 20, (0, 20));
        check(50, 20, (980, 20));
        check(51, 20, (1_000, 0));
        check(34, 30, (990, 10));
        check(0, 0, (0, 1));
        check(usize::MAX, usize::MAX, (usize::MAX, 0));
    }
}
