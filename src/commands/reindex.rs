//! `lantoa reindex`: the search index anew from the record.
//!
//! Alone on the data folder, the index is built beside the old one and takes its place when it is complete. While a
//! server works there, every article is sent again to the index that is being searched: documents are replaced one by
//! one. Searches are served throughout.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{Invocation, say};
use crate::app::App;
use crate::index::embedded::Embedded;
use crate::index::meilisearch::Meilisearch;
use crate::index::{Backend, SearchIndex, outbox};
use crate::store::DataLock;

/// Options of `lantoa reindex`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The engine to fill instead of the configured one: embedded or meilisearch
    #[arg(long, value_name = "ENGINE", value_parser = backend)]
    backend: Option<Backend>,
}

fn backend(text: &str) -> Result<Backend, String> {
    [Backend::Embedded, Backend::Meilisearch]
        .into_iter()
        .find(|backend| backend.as_str() == text)
        .ok_or_else(|| format!("unknown engine `{text}` (embedded or meilisearch)"))
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let mut app = App::open(context.config.clone(), context.clock()).await?;
    if let Some(backend) = args.backend {
        app.config.index.backend = backend;
    }
    let target = app.config.index.backend.as_str();
    let lock = match DataLock::take(&app.config.general.data_dir) {
        Ok(lock) => lock,
        Err(_) => {
            let articles = outbox::mark_all(&app.store, target).await?;
            let line = format!("{articles} articles will be sent to the index again by the process that is serving");
            say(
                context.json,
                &serde_json::json!({ "articles": articles, "by": "the process that is serving" }),
                &line,
            )?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    let articles = match app.config.index.backend {
        Backend::Embedded => beside(&app, &context).await?,
        Backend::Meilisearch => on_server(&app, &context).await?,
    };
    drop(lock);
    app.store.close().await;
    let line = format!("{articles} articles are in the {target} index");
    say(context.json, &serde_json::json!({ "articles": articles, "index": target }), &line)?;
    Ok(ExitCode::SUCCESS)
}

/// The embedded index: a new folder beside the old one, which it replaces when it is complete.
async fn beside(app: &App, invocation: &Invocation) -> Result<usize> {
    let live = app.index_folder();
    let new = live.with_extension("new");
    match std::fs::remove_dir_all(&new) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            return Err(cause).with_context(|| format!("cannot remove {}", new.display()));
        }
        _ => {}
    }
    let articles = {
        let index = Embedded::open(&new, &app.config.index)?;
        fill(app, &index, invocation).await?
    };
    Embedded::swap_in(&new, &live)?;
    Ok(articles)
}

/// The index on a Meilisearch server: a new one under another name, swapped with the old one when it is complete.
async fn on_server(app: &App, invocation: &Invocation) -> Result<usize> {
    let options = &app.config.index;
    let connect = |name: &str| Meilisearch::connect(&options.meilisearch_url, &options.meilisearch_key, name);
    let live = connect(&options.meilisearch_index)?;
    // One rebuild at a time holds the data folder, so what bears such a name is nobody's.
    live.remove_leftovers().await?;
    let new = connect(&format!("{}_{}", options.meilisearch_index, app.clock.now().as_second()))?;
    let built = fill(app, &new, invocation).await;
    if built.is_err()
        && let Err(cause) = live.remove_leftovers().await
    {
        tracing::warn!(cause = %format!("{cause:#}"), "the half-built index stays on the search engine until the next rebuild");
    }
    let articles = built?;
    new.swap_into(&live).await?;
    Ok(articles)
}

/// Sends everything; a stop leaves the old index where it is.
async fn fill(app: &App, index: &dyn SearchIndex, invocation: &Invocation) -> Result<usize> {
    tokio::select! {
        filled = outbox::fill(&app.store, index, app.config.index.batch, |_| {}) => filled,
        () = invocation.cancel.cancelled() => bail!("reindexing was stopped; the old index stays in its place"),
    }
}
