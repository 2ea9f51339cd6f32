//! Counts what was searched and what was opened, and writes it down once a minute. Only words and numbers pass here;
//! see [`crate::index::unanswered`] for what is never kept.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use url::Url;

use super::Site;
use crate::clock::{Timestamp, vietnam};
use crate::index::unanswered::table;

/// Seconds between two writings: a search must not wait for the record.
const WRITTEN_EVERY_SECONDS: i64 = 60;

/// When what was counted was last written.
pub(super) struct Unanswered {
    written: Mutex<Timestamp>,
    /// Held while counts are on their way: who reads them afterwards waits for them.
    writing: tokio::sync::Mutex<()>,
}

impl Unanswered {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { written: Mutex::new(now), writing: tokio::sync::Mutex::default() }
    }
}

/// Counts the first page of a search for words alone: who filters knows what is there.
pub(super) fn searched(site: &Arc<Site>, text: &str, found: u64) {
    let now = site.now();
    site.parts.searches.searched(text, found, now.to_zoned(vietnam()).date());
    let is_due = {
        let mut written = site.unanswered.written.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = now.duration_since(*written).as_secs().abs() >= WRITTEN_EVERY_SECONDS;
        if is_due {
            *written = now;
        }
        is_due
    };
    if is_due {
        let site = Arc::clone(site);
        tokio::spawn(async move {
            if let Err(cause) = write(&site).await {
                tracing::warn!(cause = format!("{cause:#}"), "searches were not counted");
            }
        });
    }
}

/// Counts an item that was opened from the answer to a search, as the browser says: the address of the page before is
/// sent within one site only (`Referrer-Policy`).
pub(super) fn opened(site: &Site, referrer: &str) {
    let Ok(before) = Url::parse(referrer) else { return };
    if before.path() == "/search"
        && let Some((_, words)) = before.query_pairs().find(|(key, _)| key == "q")
    {
        site.parts.searches.opened(&words, site.now().to_zoned(vietnam()).date());
    }
}

/// Writes down what was counted.
pub(super) async fn write(site: &Site) -> Result<()> {
    let _writing = site.unanswered.writing.lock().await;
    let today = site.now().to_zoned(vietnam()).date();
    table::write(&site.parts.store, &site.parts.searches, today).await
}
