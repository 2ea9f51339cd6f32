//! `fixtures/portals/expected.toml` in, the truth about the fixture portals out: what a visit should find in each
//! epoch. `demo --check` holds the record against it.

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Deserialize;

use super::PORTALS;
use super::fixture::Epoch;

/// The whole truth.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Every portal, with its articles.
    #[serde(rename = "portal")]
    pub portals: Vec<Portal>,
    /// News that stands on several portals.
    #[serde(rename = "story")]
    pub stories: Vec<Story>,
    /// What a citizen types.
    #[serde(rename = "query")]
    pub queries: Vec<Query>,
}

/// One portal.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// Its slug.
    pub slug: String,
    /// How a visit ends.
    pub outcome: Outcome,
    /// Words that its problem must contain.
    #[serde(default)]
    pub problem: Vec<String>,
    /// Number of articles served in the first epoch and in the later one.
    pub articles: [usize; 2],
    /// Pages that are linked to like articles and are none.
    #[serde(default)]
    pub not_articles: Vec<String>,
    /// Beginnings of paths that must never be asked for.
    #[serde(default)]
    pub denied: Vec<String>,
    /// The articles of both epochs, oldest first.
    #[serde(default, rename = "article")]
    pub list: Vec<Article>,
}

/// How a visit of a portal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything was read.
    Healthy,
    /// The portal asks to come back another time.
    Unavailable,
    /// Everything on it has moved to another portal.
    Moved,
}

/// One article. A field that its page does not show recognisably is absent and proves nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Path and query of its canonical address.
    pub path: String,
    /// Headline, NFC.
    pub title: String,
    /// When it was published; 00:00 in Viet Nam when only the day is known.
    pub published: Timestamp,
    /// True when the page gives only the day.
    #[serde(default)]
    pub date_only: bool,
    /// Sapo.
    #[serde(default)]
    pub summary: Option<String>,
    /// Author.
    #[serde(default)]
    pub author: Option<String>,
    /// Numbers of the documents it cites, in the order of title, sapo and text.
    pub documents: Vec<String>,
    /// A sentence that stands in this text and in no other but its copies'.
    pub sentence: String,
    /// Its attached files.
    #[serde(default)]
    pub files: Vec<File>,
    /// Attached files that bear a mark of secrecy: nothing of them may be stored.
    #[serde(default)]
    pub withheld: Vec<String>,
    /// A word that stands only in those.
    #[serde(default)]
    pub secret: Option<String>,
    /// What becomes of it in the later epoch; absent when nothing does.
    #[serde(default)]
    pub later: Option<Later>,
    /// The sentence that stands in place of `sentence` after the edit.
    #[serde(default)]
    pub edited_sentence: Option<String>,
}

/// An attached file and what should become of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Path of its address.
    pub path: String,
    /// `text`, `scanned` or `refused`.
    pub state: String,
}

/// What becomes of an article in the later epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Later {
    /// It is published only then.
    New,
    /// Its text is changed.
    Edited,
    /// It is no longer served or listed.
    Removed,
}

/// One story.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The first to publish it.
    pub origin: Reference,
    /// The same text elsewhere.
    pub verbatim: Vec<Reference>,
    /// A part of the text elsewhere, under another title.
    pub shortened: Vec<Reference>,
}

/// One query and what must be among its answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// What is typed.
    pub text: String,
    /// The epoch from which it holds.
    #[serde(default)]
    pub epoch: Epoch,
    /// Articles that must be found. Their copies may stand behind them.
    pub hits: Vec<Reference>,
    /// Nothing but `hits` may be found.
    #[serde(default)]
    pub nothing_else: bool,
}

/// An article of a portal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Slug of the portal.
    pub portal: String,
    /// Path and query.
    pub path: String,
}

/// Reads the truth from the binary.
pub fn load() -> Result<Expected> {
    let file = PORTALS.get_file("expected.toml").and_then(|file| file.contents_utf8());
    let text = file.context("cannot read fixtures/portals/expected.toml (missing or not UTF-8)")?;
    toml::from_str(text).context("cannot read fixtures/portals/expected.toml")
}

impl Portal {
    /// The articles that the portal serves in `epoch`.
    pub fn served(&self, epoch: Epoch) -> impl Iterator<Item = &Article> {
        self.list.iter().filter(move |article| article.is_served(epoch))
    }
}

impl Article {
    /// Whether its portal serves it in `epoch`.
    #[must_use]
    pub fn is_served(&self, epoch: Epoch) -> bool {
        match epoch {
            Epoch::First => self.later != Some(Later::New),
            Epoch::Later => self.later != Some(Later::Removed),
        }
    }

    /// The sentence that tells its text from others in `epoch`.
    #[must_use]
    pub fn sentence_in(&self, epoch: Epoch) -> &str {
        match (&self.edited_sentence, epoch) {
            (Some(edited), Epoch::Later) => edited,
            _ => &self.sentence,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests;
