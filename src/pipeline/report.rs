//! What a visit did, as operators and scripts read it.

use serde::Serialize;

use crate::portal::health::Cause;

/// Errors kept in a report: enough to see the pattern of a portal that fails everywhere.
const ERRORS: usize = 20;

/// One visit in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Slug of the portal.
    pub portal: String,
    /// Pages asked for.
    pub requests: u64,
    /// Articles that were not known.
    pub new: u64,
    /// Articles with a new version.
    pub changed: u64,
    /// Articles asked for again that are as they were.
    pub unchanged: u64,
    /// Pages that turned out to be an article known under another address.
    pub duplicates: u64,
    /// Articles marked gone.
    pub gone: u64,
    /// Pages that could not be read.
    pub failed: u64,
    /// Pages left alone: robots.txt denies them, or they are no articles.
    pub skipped: u64,
    /// Attached files whose text was read.
    pub attachments: u64,
    /// Pages and files that bear a mark of secrecy and were not stored.
    pub withheld: u64,
    /// Bytes received, decompressed.
    pub bytes: u64,
    /// How long it took.
    pub elapsed_ms: u64,
    /// What went wrong, the first of each.
    pub errors: Vec<Failure>,
    /// What the operator should know, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The same by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// It struck many portals at once, so it is not this one's.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ours: bool,
    /// The record could not be told of this visit.
    #[serde(skip)]
    pub unrecorded: bool,
    /// Trouble of our own was logged.
    #[serde(skip)]
    troubled: bool,
}

/// One thing that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The page.
    pub url: String,
    /// Why, in words.
    pub cause: String,
}

impl Report {
    pub(super) fn new(portal: &str) -> Self {
        Self { portal: portal.to_owned(), ..Self::default() }
    }

    /// Notes a page that could not be read.
    pub(super) fn fail(&mut self, url: &url::Url, cause: &dyn std::fmt::Display) {
        self.failed += 1;
        if self.errors.len() < ERRORS {
            self.errors.push(Failure { url: url.to_string(), cause: cause.to_string() });
        }
    }

    /// Notes what an operator should know of a page or file without counting it as a page that failed.
    pub(super) fn mention(&mut self, url: &str, cause: &str) {
        if self.errors.len() < ERRORS {
            self.errors.push(Failure { url: url.to_owned(), cause: cause.to_owned() });
        }
    }

    /// Notes trouble of our own: the record or the window could not be written.
    pub(super) fn note<T>(&mut self, outcome: anyhow::Result<T>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(cause) => {
                let cause = crate::store::in_words(&cause);
                // A full disk refuses everything: once a visit is enough, the rest stands in the report.
                if !std::mem::replace(&mut self.troubled, true) {
                    tracing::error!(portal = self.portal, %cause, "a visit could not be written down");
                }
                self.failed += 1;
                if self.errors.len() < ERRORS {
                    self.errors.push(Failure { url: String::new(), cause });
                }
                None
            }
        }
    }

    /// Adds another visit's numbers to these.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.duplicates += other.duplicates;
        self.gone += other.gone;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.attachments += other.attachments;
        self.withheld += other.withheld;
        self.bytes += other.bytes;
        self.elapsed_ms = self.elapsed_ms.max(other.elapsed_ms);
    }
}
