//! Seen before, changed, or a copy of what another portal has? A bounded window of keys in sled answers in
//! microseconds; beyond the window, and whenever sled is gone, the record's unique index answers.
//!
//! Nothing here is the only copy of anything: the folder may be deleted at any time and is made again from the record.

mod directory;
mod figures;
mod minima;
mod nearest;
mod packed;
mod repeated;
mod shelf;
mod sketch;
#[cfg(test)]
mod tests;
mod window;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

pub use nearest::Near;
pub use sketch::{Likeness, Reading, Sketch};
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
    /// Share of the shorter one's shingles (0–1) from which they do: it is a part of the longer one.
    pub contained: f64,
    /// Share of shingles (0–1) from which an editor is asked whether they do.
    pub perhaps: f64,
    /// Share of figures (0–1) that two such articles must agree in, where both have one: weekly notices differ in
    /// nothing else.
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
            contained: 0.8,
            perhaps: 0.3,
            figures: 0.8,
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
    /// The story as far as the window knows: the id of its first article, which may be this one.
    pub story: String,
    /// The nearest article of another portal, when it tells the same; `None` when this one begins a story.
    pub near: Option<Near>,
    /// The nearest one that may tell the same, when none surely does.
    pub perhaps: Option<Near>,
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
