//! What a sweep did, as operators and scripts read it.

use serde::Serialize;

use super::shape::Kind;
use crate::pipeline::Failure;

/// One run of a sweep in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Slug of the portal.
    pub portal: String,
    /// Whether nothing is left to ask for; otherwise the next sweep goes on from here.
    pub done: bool,
    /// Pages that earlier runs of this sweep dealt with.
    pub earlier: u64,
    /// Requests in this run, those for sitemaps included.
    pub requests: u64,
    /// Pages read in this run.
    pub pages: u64,
    /// Articles that were not in the record.
    pub new: u64,
    /// Articles with a new version.
    pub changed: u64,
    /// Articles that the record had, asked for again or not.
    pub known: u64,
    /// Pages that are no articles: listings, menus, forms.
    pub not_articles: u64,
    /// Pages that robots.txt closes.
    pub denied: u64,
    /// Links to pages that are not there.
    pub missing: u64,
    /// Pages that could not be read; the next run tries those again that may be had later.
    pub failed: u64,
    /// Pages that wait because the budget was spent or the run was stopped.
    pub waiting: u64,
    /// Pages that are more hops away than `--max-depth`.
    pub too_deep: u64,
    /// Attached files whose text was read.
    pub attachments: u64,
    /// What goes on without end and brings nothing.
    pub traps: Vec<Trap>,
    /// Bytes received, decompressed.
    pub bytes: u64,
    /// How long this run took.
    pub elapsed_ms: u64,
    /// What went wrong, the first of each.
    pub errors: Vec<Failure>,
    /// What the operator should know, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Something that goes on without end and brings nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Trap {
    /// What kind.
    pub kind: Kind,
    /// The shape of its addresses, each number as `#`; or the parameter.
    pub pattern: String,
    /// One of its addresses.
    pub example: String,
    /// Pages of it that were asked for, over all runs.
    pub asked: u64,
    /// Pages of it that were found and left out.
    pub left_out: u64,
}
