//! How much one visit may do.

use serde::{Deserialize, Serialize};

/// How much one visit may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Portals visited at the same time; each has one connection.
    pub portals_at_once: usize,
    /// Pages asked for in one visit, at most.
    pub pages_per_visit: usize,
    /// Pages of one listing read in one visit, at most: a calendar without end stops here.
    pub pages_per_listing: usize,
    /// Known articles asked for again in a scheduled visit, at most; one named by hand asks for all.
    pub checks_per_visit: usize,
    /// Days until a page that was no article is asked for again.
    pub no_article_days: u32,
    /// Failures in a row after which a visit gives up: the portal has stopped answering.
    pub failures_in_a_row: u32,
    /// Hours: only articles published so recently enter triage, so that a first visit does not flood the queue.
    pub triage_hours: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            portals_at_once: 32,
            pages_per_visit: 5000,
            pages_per_listing: 500,
            checks_per_visit: 40,
            no_article_days: 7,
            failures_in_a_row: 5,
            triage_hours: 72,
        }
    }
}
