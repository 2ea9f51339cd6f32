//! What leaves the house: what the centre amplified as Atom, RSS and JSON Feed, and what a search found as Atom.
//!
//! In come rows of the record; out comes text. Crawled text goes out as text, never as HTML, and never more of it
//! than headline and sapo.

mod atom;
pub mod deliver;
mod json;
mod rss;
mod spreadsheet;
pub mod table;
pub mod webhook;
mod xml;

use std::borrow::Cow;

use serde::Serialize;

pub use atom::{atom, found};
pub use json::json;
pub use rss::rss;
pub use spreadsheet::{cell, sheet};

use crate::clock::Timestamp;
use crate::triage::Level;

/// A story that the centre amplified, as it stands now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Amplified {
    /// The story: the id of its first article.
    pub story: String,
    /// Headline.
    pub title: String,
    /// Sapo.
    pub summary: String,
    /// Where the first article is.
    pub url: String,
    /// Slug of its portal.
    pub portal: String,
    /// Name of its portal.
    pub portal_name: String,
    /// When it was published, or first seen when its portal does not say.
    pub published_at: Timestamp,
    /// Whether its portal gave the day and no time.
    pub date_only: bool,
    /// How soon it is to be spread.
    pub level: Level,
    /// Until when it should have been taken over.
    pub deadline: Option<Timestamp>,
    /// What the centre says that changed since; empty when it says nothing.
    pub correction: String,
    /// Documents that it cites.
    pub documents: Vec<String>,
    /// Whether it still stands.
    pub status: Status,
    /// When it was first amplified.
    pub amplified_at: Timestamp,
    /// When it was amplified, corrected or recalled last.
    pub updated_at: Timestamp,
}

/// Whether an amplified story still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// As it was amplified.
    Amplified,
    /// Its portal changed the article since; whoever took it over must follow (Nghị định 237/2026/NĐ-CP).
    Corrected,
    /// The centre took it back, or its portal no longer serves it.
    Recalled,
}

/// What a feed says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed<'a> {
    /// Its title.
    pub title: &'a str,
    /// The public address of the site, without a slash at the end.
    pub site: &'a str,
    /// The public address of the feed.
    pub address: &'a str,
    /// Since when it is unchanged, for a feed without entries.
    pub updated: Timestamp,
}

impl Status {
    /// The word in JSON and in categories.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amplified => "amplified",
            Self::Corrected => "corrected",
            Self::Recalled => "recalled",
        }
    }

    /// What stands before the headline, for readers that know nothing of our categories.
    fn mark(self) -> &'static str {
        match self {
            Self::Amplified => "",
            Self::Corrected => "[Đính chính] ",
            Self::Recalled => "[Thu hồi] ",
        }
    }
}

impl Amplified {
    fn headline(&self) -> String {
        format!("{}{}", self.status.mark(), self.title)
    }

    /// What the reader is told: what the centre corrected first. A recalled story says nothing more than that.
    fn words(&self) -> Cow<'_, str> {
        match self.status {
            Status::Recalled => Cow::Borrowed(""),
            Status::Corrected if !self.correction.is_empty() => {
                Cow::Owned(format!("Đính chính: {} {}", self.correction, self.summary))
            }
            Status::Amplified | Status::Corrected => Cow::Borrowed(&self.summary),
        }
    }

    /// The same for ever, whatever the title or the address becomes (RFC 4151).
    fn id(&self, site: &str) -> String {
        format!("tag:{},2026:story/{}", host(site), self.story)
    }
}

/// The host of an address, which names the authority of our ids.
fn host(site: &str) -> String {
    url::Url::parse(site).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "localhost".into())
}

impl Feed<'_> {
    /// Where an entry leads: to the original, or to our own page of the article where the record has no address of the
    /// web for it. Readers open whatever stands there.
    fn leads_to<'u>(&self, url: &'u str, article: &str) -> Cow<'u, str> {
        let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
        if ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) {
            return Cow::Borrowed(url);
        }
        Cow::Owned(format!("{}/items/{article}", self.site))
    }

    /// When the feed changed last.
    fn updated(&self, entries: &[Amplified]) -> Timestamp {
        entries.iter().map(|entry| entry.updated_at).max().unwrap_or(self.updated)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    /// Three stories with everything that can go wrong in a title.
    pub(crate) fn stories() -> Vec<Amplified> {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let story = |id: &str, title: &str, status, updated| Amplified {
            story: id.into(),
            title: title.into(),
            summary: "Một & hai <script>alert(1)</script> ]]> \u{0} \u{b} \u{fffe} hết".into(),
            url: "https://moh.gov.vn/tin?a=1&b=\"2\"".into(),
            portal: "moh".into(),
            portal_name: "Bộ Y tế <b>".into(),
            published_at: at("2026-11-20T01:37:00Z"),
            date_only: false,
            level: Level::Normal,
            deadline: Some(at("2026-11-22T10:00:00Z")),
            correction: String::new(),
            documents: vec!["224/2026/NĐ-CP".into()],
            status,
            amplified_at: at("2026-11-20T03:00:00Z"),
            updated_at: at(updated),
        };
        vec![
            story(
                "aaaaaaaaaaaaaaaaaaaaaaaaaa",
                "Bão số 9 <mạnh> & \u{1b}[31mđỏ",
                Status::Recalled,
                "2026-11-21T05:00:00Z",
            ),
            story("bbbbbbbbbbbbbbbbbbbbbbbbbb", "Tiêm chủng\r\nX: y", Status::Corrected, "2026-11-21T04:00:00Z"),
            story("cccccccccccccccccccccccccc", "Học phí", Status::Amplified, "2026-11-20T03:00:00Z"),
        ]
    }

    pub(crate) fn feed() -> Feed<'static> {
        Feed {
            title: "Tin cần lan tỏa",
            site: "https://lantoa.gov.vn",
            address: "https://lantoa.gov.vn/feeds/amplified.atom",
            updated: "2026-11-01T00:00:00Z".parse().unwrap(),
        }
    }
}
