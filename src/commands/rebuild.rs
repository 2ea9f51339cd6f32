//! `lantoa rebuild dedup`: the dedup window anew from the record.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;

use super::{Invocation, say};
use crate::app::App;
use crate::dedup::Window;
use crate::pipeline;
use crate::store::DataLock;

/// What to make anew.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// The window in sled that recognises what was seen before
    Dedup,
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let Args::Dedup = args;
    let app = App::open(context.config.clone(), context.clock()).await?;
    let folder = &app.config.general.data_dir;
    let _lock = DataLock::take(folder)?;
    let window = Arc::new(Window::open(&folder.join("dedup"), &app.config.dedup)?.window);
    let articles = pipeline::rebuild::dedup(&app.store, &window).await?;
    let line = format!("{articles} articles are in the dedup window");
    say(context.json, &serde_json::json!({ "articles": articles }), &line)?;
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
