//! The registry: which portals there are, whose they are, and what is known about reading them.

mod canonical;
pub mod health;
pub mod import;
mod learnt;
pub mod questions;
pub mod table;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

pub(crate) use canonical::host_and_port;
pub use canonical::{canonical_url, owner_of, same_owner, same_site};
pub use learnt::{Claims, Habit, Learnt, Move, NotFound, Spelling};

use crate::clock::Timestamp;
use health::Cause;

/// The longest pause between two requests that an option may ask for: an hour.
pub const MOST_DELAY_MS: u64 = 3_600_000;

/// A registered site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Portal {
    /// Its row in the record.
    pub id: i64,
    /// What was registered.
    #[serde(flatten)]
    pub entry: Entry,
    /// Feeds and sitemaps that visits found, beside the registered ones.
    pub found: Vec<Source>,
    /// What visits learnt about its addresses.
    pub learnt: Learnt,
    /// Whether it is visited.
    pub state: State,
    /// How it has been.
    pub health: Health,
}

/// What an operator registers: a line of a seed file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Short name in addresses and commands: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Vietnamese name.
    pub name: String,
    /// English name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// What kind of body it belongs to.
    pub kind: Kind,
    /// Slug of the portal it is a component of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Its home page.
    pub url: Url,
    /// Other domains of the same portal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Bodies that became this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub predecessors: Vec<Predecessor>,
    /// Known feeds, sitemaps and listing pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// Selectors of its own, tried before those of its software family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
    /// Its own cron expression instead of its kind's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// Its own pace, in milliseconds between requests, instead of the general one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Certificates (PEM) that complete or found this portal's chain, for servers that send it incomplete; a file,
    /// its path from lantoa's working folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// How sure the registry is of the address: `verified`, `domain verified`, `unverified`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub confidence: String,
    /// What an operator should know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// A body that was merged into the owner of a portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predecessor {
    /// Its name.
    pub name: String,
    /// Its old domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The day of the merger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<jiff::civil::Date>,
}

/// A page that lists articles.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How to read it.
    pub kind: SourceKind,
    /// Where it is.
    pub url: Url,
}

/// How a page lists articles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// RSS, Atom or JSON Feed.
    Feed,
    /// XML or text sitemap, or an index of sitemaps.
    Sitemap,
    /// An HTML page with links to articles.
    Listing,
}

/// CSS selectors of one portal or one software family. In each list the first selector that yields something wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// The headline.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub title: Vec<String>,
    /// The sapo.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<String>,
    /// The container of the body text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<String>,
    /// Where the date of publication is written. `selector@attribute` reads an attribute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub date: Vec<String>,
    /// The author's or signer's name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub author: Vec<String>,
    /// The section it was published in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<String>,
    /// What to take out of the body before reading it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
    /// Links to articles on a listing page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// The link to the next page of a listing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
}

impl Rules {
    /// Every list with its key, in the order of the fields above.
    #[must_use]
    pub fn lists(&self) -> [(&'static str, &[String]); 9] {
        [
            ("title", &self.title),
            ("summary", &self.summary),
            ("content", &self.content),
            ("date", &self.date),
            ("author", &self.author),
            ("category", &self.category),
            ("drop", &self.drop),
            ("links", &self.links),
            ("next", &self.next),
        ]
    }
}

/// Whether a portal is visited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Visited when due.
    Active,
    /// Kept, not visited.
    Paused,
    /// No longer registered; its articles stay.
    Removed,
}

/// How a portal has been. What that means now says [`Portal::verdict`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Health {
    /// When it was last visited.
    pub last_visit_at: Option<Timestamp>,
    /// When a visit last succeeded.
    pub last_success_at: Option<Timestamp>,
    /// When a visit last brought something new.
    pub last_new_at: Option<Timestamp>,
    /// When it is due again.
    pub next_visit_at: Option<Timestamp>,
    /// Visits in a row that failed.
    pub failures: u32,
    /// Why the last visit failed, in words.
    pub problem: Option<String>,
    /// The same by name.
    pub cause: Option<Cause>,
    /// When visits began to have a cause, or to have none.
    pub cause_since: Option<Timestamp>,
    /// Failure points since the last visit without a cause.
    pub points: f64,
    /// Articles a day, as it was when the last one came; nothing until that is known.
    pub usual_per_day: Option<f64>,
    /// When the portal was registered, paused or resumed.
    pub state_since: Option<Timestamp>,
    /// The software it runs on, as its pages show it.
    pub family: Option<String>,
}

/// What kind of body a portal belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The Government and its own sites.
    Government,
    /// A ministry or a ministry-level agency.
    Ministry,
    /// An agency under the Government.
    Agency,
    /// A province or a centrally run city.
    Province,
    /// A department of a province or ministry.
    Department,
    /// A commune or ward.
    Commune,
    /// A newspaper.
    Press,
    /// Anything else.
    Other,
}

impl Kind {
    /// Every kind, in order of rank.
    pub const ALL: [Self; 8] = [
        Self::Government,
        Self::Ministry,
        Self::Agency,
        Self::Province,
        Self::Department,
        Self::Commune,
        Self::Press,
        Self::Other,
    ];

    /// The word in files, addresses and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Government => "government",
            Self::Ministry => "ministry",
            Self::Agency => "agency",
            Self::Province => "province",
            Self::Department => "department",
            Self::Commune => "commune",
            Self::Press => "press",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("unknown kind `{text}` (one of {})", all.join(", "))
        })
    }
}

impl State {
    /// The word in the record and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Removed => "removed",
        }
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Active, Self::Paused, Self::Removed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("unknown state `{text}`"))
    }
}

impl Entry {
    /// An entry that says no more than what it is called and where it is.
    #[must_use]
    pub fn new(slug: &str, name: &str, kind: Kind, url: Url) -> Self {
        Self {
            slug: slug.to_owned(),
            name: name.to_owned(),
            name_en: String::new(),
            kind,
            parent: None,
            url,
            aliases: Vec::new(),
            predecessors: Vec::new(),
            sources: Vec::new(),
            rules: None,
            cron: None,
            delay_ms: None,
            ca_file: None,
            confidence: String::new(),
            notes: String::new(),
        }
    }
}
