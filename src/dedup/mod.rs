//! Seen before, changed, or a copy of what another portal has? A bounded window of keys in sled answers in
//! microseconds; beyond the window, and whenever sled is gone, the record's unique index answers.
//!
//! Nothing here is the only copy of anything: the folder may be deleted at any time and is made again from the record.

mod filter;
mod prune;
mod sketch;
#[cfg(test)]
mod tests;
mod text;
mod window;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

pub use sketch::Sketch;
pub use window::{Opened, Window};

use crate::clock::Timestamp;
use crate::extract::Article;

/// How duplicates are recognised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Days that a key is kept after it was last seen.
    pub window_days: u32,
    /// Keys of one kind (pages, validators, texts) kept at most; sled's memory follows their number.
    pub max_keys: usize,
    /// sled's cache in MB.
    pub cache_mb: u64,
    /// Days between the publication of two copies of one story, at most.
    pub story_days: u32,
    /// Share of four-syllable shingles (0–1) from which two articles of different portals tell one story.
    pub near: f64,
    /// Share of figures (0–1) that the shorter of two such articles must find in the other: weekly notices differ
    /// in nothing else.
    pub figures: f64,
    /// Share of shingles (0–1) from which a copy counts as verbatim.
    pub verbatim: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            window_days: 30,
            max_keys: 1_000_000,
            cache_mb: 32,
            story_days: 7,
            near: 0.5,
            figures: 0.7,
            verbatim: 0.95,
        }
    }
}

/// A page that was asked before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It was an article.
    Article,
    /// It was no article when last asked, at this instant.
    NoArticle(Timestamp),
}

/// Where an article belongs.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The story: the id of its first article, which may be this one.
    pub story: String,
    /// How like the nearest article of the story it is, 0–1; `None` when it begins the story.
    pub likeness: Option<f64>,
}

/// The fingerprint of what a reader sees: an edit changes it, markup and time of day do not.
#[must_use]
pub fn content_hash(article: &Article) -> String {
    let mut content = String::with_capacity(article.title.len() + article.summary.len() + article.text.len() + 2);
    for part in [&article.title, &article.summary, &article.text] {
        content.push_str(part);
        content.push('\u{1f}');
    }
    format!("{:016x}", xxh3_64(content.as_bytes()))
}
