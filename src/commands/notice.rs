//! `lantoa notice`: what bears a mark of secrecy. Lists where and when, never what; and takes down what a person says.

use std::process::ExitCode;

use anyhow::{Result, bail};

use super::{Invocation, print_json, println_or_quit, say};
use crate::app::App;
use crate::archive::notices::{self, Verdict};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// The addresses that nobody has dealt with, newest first
    List,
    /// Say that an address was dealt with: it is asked again, and closed again if the mark is still there
    Clear {
        /// The address as `list` shows it
        url: String,
        /// The mark was none: what is there may be kept
        #[arg(long)]
        not_secret: bool,
        /// Who says so (default: the user of this shell)
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    match args {
        Args::List => {
            let open = notices::open(app.store.pool()).await?;
            if context.json {
                print_json(&open)?;
            } else {
                for notice in &open {
                    let at = crate::vietnamese::date::show(notice.seen_at);
                    println_or_quit(&format!("{:10} {at}  {}  {}", notice.mark, notice.portal, notice.url))?;
                }
            }
        }
        Args::Clear { url, not_secret, by } => {
            let verdict = if not_secret { Verdict::NotSecret } else { Verdict::Cleared };
            let by = by.or_else(|| std::env::var("USER").ok()).unwrap_or_else(|| "command line".to_owned());
            let (address, now) = (url.clone(), app.clock.now());
            let cleared = app
                .store
                .write(move |connection| {
                    Box::pin(async move { notices::clear(connection, &address, verdict, &by, now).await })
                })
                .await?;
            if cleared == 0 {
                bail!("cannot clear the notice of {url}: there is no open one (see lantoa notice list)");
            }
            say(context.json, &serde_json::json!({ "cleared": url }), &format!("{url} may be asked again"))?;
        }
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
