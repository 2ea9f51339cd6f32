//! The dedup window from the record: whole when it was lost, the rest when a crash cut its last writes off.

use std::sync::Arc;

use anyhow::Result;
use futures::TryStreamExt;

use crate::archive::{self, Record};
use crate::dedup::{Reading, Window};
use crate::store::Store;

/// Adds to the window what the record has and the window does not; returns how many articles that were.
///
/// # Errors
/// When the record cannot be read or the window not written.
pub async fn catch_up(store: &Store, window: &Arc<Window>) -> Result<usize> {
    let since = window.revision();
    let mut articles = archive::table::changed_since(store.pool(), since);
    let mut added = 0;
    while let Some(article) = articles.try_next().await? {
        remember(window, &article)?;
        added += 1;
    }
    drop(articles);
    if added > 0 {
        tracing::info!(articles = added, "dedup window brought up to the record");
        flush(store, window).await?;
    }
    Ok(added)
}

/// Makes the window anew.
///
/// # Errors
/// As [`catch_up`].
pub async fn dedup(store: &Store, window: &Arc<Window>) -> Result<usize> {
    window.clear()?;
    catch_up(store, window).await
}

/// Writes the window to disk with the revision of the record that it has reached.
///
/// # Errors
/// When the record cannot be read or the window not written.
pub async fn flush(store: &Store, window: &Window) -> Result<()> {
    let reached = archive::table::revision(store.pool()).await?;
    window.set_revision(reached)?;
    window.flush().await
}

fn remember(window: &Window, article: &Record) -> Result<()> {
    let published = article.published_at.unwrap_or(article.first_seen_at);
    window.join(&article.id, &article.portal, &Reading::of(&article.text), published, &article.story)?;
    window.mark_seen(&article.portal, &article.url, true, article.last_seen_at)
}
