//! Articles, their versions and their stories: the text of record.

pub mod addresses;
pub mod attachments;
pub mod citing;
mod credit;
pub mod difference;
mod keep;
mod kinship;
pub mod notices;
mod origin;
mod presence;
mod row;
pub mod stories;
pub mod table;
pub mod telling;
mod unrest;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::extract::Attachment;
use crate::portal::Kind;

pub use credit::credit;
pub use keep::{Incoming, Kept, Kin, Neighbour, Outcome, keep, keep_kin};
pub use kinship::{Kinship, kinship};
pub use presence::{asked, forgive_missing, gone, missing, missing_now, seen, sighted_missing, withdraw};
pub use row::touch;

/// How long the archive waits before it believes that something is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Hours between the two sightings of 404 or 410 that mark an article gone.
    pub gone_after_hours: u32,
    /// When more than this share of a portal's articles (percent) is missing in one visit, nothing is marked and the
    /// operator is asked.
    pub gone_share_percent: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { gone_after_hours: 24, gone_share_percent: 5 }
    }
}

/// An article as the record keeps it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// `[a-z2-7]{26}`, made of the portal's slug and the canonical address; the same for ever.
    pub id: String,
    /// Slug of its portal.
    pub portal: String,
    /// Name of its portal.
    pub portal_name: String,
    /// Kind of its portal.
    pub kind: Kind,
    /// Canonical address.
    pub url: String,
    /// Headline.
    pub title: String,
    /// Sapo.
    pub summary: String,
    /// Paragraphs joined by `\n`.
    pub text: String,
    /// When it was published, as its portal says.
    pub published_at: Option<Timestamp>,
    /// True when its portal gave only the day.
    pub date_only: bool,
    /// When it was changed, as its portal says.
    pub modified_at: Option<Timestamp>,
    /// Names, or empty.
    pub author: String,
    /// Section, or empty.
    pub category: String,
    /// Lead image.
    pub image: Option<String>,
    /// Language tag.
    pub language: String,
    /// Canonical numbers of the documents it cites.
    pub documents: Vec<String>,
    /// Files it links to.
    pub attachments: Vec<Attachment>,
    /// What was missing or doubtful when it was read.
    pub problems: Vec<String>,
    /// Its page asks that no copy be shown.
    pub noarchive: bool,
    /// 1, and one more for each edit.
    pub version: i64,
    /// Whether its portal still serves it.
    pub status: Status,
    /// Its story: the id of the story's first article.
    pub story: String,
    /// How it belongs to its story.
    pub copy: Copy,
    /// The record's revision at its last change.
    pub revision: i64,
    /// When lantoa first saw it.
    pub first_seen_at: Timestamp,
    /// When lantoa last saw it served.
    pub last_seen_at: Timestamp,
}

/// Whether a portal still serves an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Served when last asked.
    Live,
    /// No longer served.
    Gone,
}

/// How an article belongs to its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Copy {
    /// The first to publish.
    Origin,
    /// The same text.
    Verbatim,
    /// The same text in other words here and there.
    Near,
    /// A part of the text.
    Shortened,
    /// The text, or a part of it, with facts of its own.
    Own,
}

/// What an article says of a document that it cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cited {
    /// The canonical number.
    pub number: String,
    /// Who issued it, when the article or the number says so.
    pub issuer: Option<String>,
    /// The day of issue, when the article says so.
    pub issued_on: Option<jiff::civil::Date>,
}

/// A portal that explained a document: how often, and from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Its slug.
    pub portal: String,
    /// Its name.
    pub portal_name: String,
    /// Living articles of it that cite the document.
    pub articles: i64,
    /// When the first of them was published, or seen when it does not say.
    pub first: Timestamp,
    /// When the last was.
    pub last: Timestamp,
}

/// One wording of an article.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Version {
    /// 1 is the first.
    pub version: i64,
    /// When lantoa saw it.
    pub seen_at: Timestamp,
    /// Headline.
    pub title: String,
    /// Sapo.
    pub summary: String,
    /// Body.
    pub text: String,
}

/// The id of the article that `portal` serves at the canonical address `url`.
#[must_use]
pub fn article_id(portal: &str, url: &str) -> String {
    let digest = Sha256::new().chain_update(portal).chain_update([0]).chain_update(url).finalize();
    let mut id = data_encoding::BASE32_NOPAD.encode(&digest).to_ascii_lowercase();
    id.truncate(26);
    id
}
