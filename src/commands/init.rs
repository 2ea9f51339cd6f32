//! `lantoa init`: a new installation.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{Invocation, print_json, println_or_quit, user};
use crate::accounts::{self, Role};
use crate::app::App;
use crate::config;

/// Options of `lantoa init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to put it
    #[arg(default_value = ".")]
    dir: PathBuf,
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let file = args.dir.join("config.toml");
    if file.exists() {
        bail!("cannot write {}: it exists (remove it, or choose another folder)", file.display());
    }
    std::fs::create_dir_all(&args.dir).with_context(|| format!("cannot make {}", args.dir.display()))?;
    // Of two that are started at once, one finds the other's file.
    std::fs::File::create_new(&file)
        .and_then(|mut made| made.write_all(config::COMMENTED.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))?;
    let mut config = context.config.clone();
    if config.general.data_dir.is_relative() {
        config.general.data_dir = args.dir.join(&config.general.data_dir);
    }
    let app = App::open(config, context.clock()).await?;
    let name = "admin";
    if accounts::table::count(app.store.pool()).await? == 0 {
        let now = app.clock.now();
        app.store
            .write(move |connection| {
                Box::pin(async move {
                    accounts::table::create(connection, name, Role::Admin, &[], "command line", now).await
                })
            })
            .await?;
    }
    let link = user::sign_in_link(&app, name).await?;
    app.store.close().await;
    if context.json {
        return print_json(&serde_json::json!({ "config": file, "name": name, "link": link }))
            .map(|()| ExitCode::SUCCESS);
    }
    println_or_quit(&format!("{} is ready; edit it, then:", file.display()))?;
    println_or_quit("  lantoa portal import FILE    register portals (seeds/ has the real ones)")?;
    println_or_quit("  lantoa serve                 crawl them and open the site")?;
    println_or_quit(&format!("first administrator, once: {link}"))?;
    Ok(ExitCode::SUCCESS)
}
