//! `lantoa reindex`: the search index anew from the record.
//!
//! Alone on the data folder, the embedded index is built beside the old one and takes its place. While a server
//! works there, or with Meilisearch, every article is sent again to the index that is being searched: documents are
//! replaced one by one, so searches are served throughout.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::{Invocation, say};
use crate::app::App;
use crate::index::embedded::Embedded;
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
        Backend::Embedded => beside(&app, target, &context).await?,
        Backend::Meilisearch => {
            let index = app.search_index().await?;
            fill(&app, target, index, &context).await?
        }
    };
    drop(lock);
    app.store.close().await;
    let line = format!("{articles} articles are in the {target} index");
    say(context.json, &serde_json::json!({ "articles": articles, "index": target }), &line)?;
    Ok(ExitCode::SUCCESS)
}

async fn beside(app: &App, target: &'static str, context: &Invocation) -> Result<u64> {
    let live = app.index_folder();
    let (new, old) = (live.with_extension("new"), live.with_extension("old"));
    for folder in [&new, &old] {
        remove(folder)?;
    }
    let articles = {
        let index: Arc<dyn SearchIndex> = Arc::new(Embedded::open(&new, &app.config.index)?);
        fill(app, target, index, context).await?
    };
    if live.exists() {
        std::fs::rename(&live, &old).with_context(|| format!("cannot move {} aside", live.display()))?;
    }
    std::fs::rename(&new, &live).with_context(|| format!("cannot put {} in place", new.display()))?;
    remove(&old)?;
    Ok(articles)
}

async fn fill(app: &App, target: &'static str, index: Arc<dyn SearchIndex>, context: &Invocation) -> Result<u64> {
    outbox::mark_all(&app.store, target).await?;
    let worker = outbox::Worker::new(app.store.clone(), target, Arc::clone(&index), app.config.index.batch);
    worker.catch_up(&context.cancel).await?;
    index.count().await
}

fn remove(folder: &std::path::Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            Err(cause).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
