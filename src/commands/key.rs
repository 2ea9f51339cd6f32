//! `lantoa key`: keys of programs. The secret is printed once, when the key is made.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::{Invocation, print_json, println_or_quit, say};
use crate::accounts::Scope;
use crate::accounts::table::keys::{self, Wanted};
use crate::app::App;

/// What to do with keys.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// Make a key and print it, once
    Add {
        /// What people call it
        name: String,
        /// push, decisions, webhooks, desk, propose or decide; may be repeated
        #[arg(long, required = true, value_delimiter = ',')]
        scope: Vec<Scope>,
        /// A portal that it is bound to, with those below it; may be repeated
        #[arg(long, value_name = "SLUG")]
        portal: Vec<String>,
        /// Days that it holds (without end otherwise)
        #[arg(long, value_name = "N")]
        days: Option<u32>,
    },
    /// Show every key, without its secret
    List,
    /// End a key at once
    Revoke {
        /// The beginning of the key, as list shows it
        prefix: String,
    },
}

const ACTOR: &str = "command line";

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    let now = app.clock.now();
    match args {
        Args::Add { name, scope, portal, days } => {
            let wanted = Wanted { name, scopes: scope, portals: portal, days };
            let (key, secret) = app
                .store
                .write(move |connection| Box::pin(async move { keys::make(connection, &wanted, ACTOR, now).await }))
                .await?;
            say(context.json, &json!({ "key": key, "secret": secret }), &secret)?;
            eprintln!("keep it now, it is not shown again; programs send it as Authorization: Bearer");
        }
        Args::List => {
            for listed in keys::list(app.store.pool()).await? {
                if context.json {
                    print_json(&listed)?;
                    continue;
                }
                let scopes: Vec<_> = listed.key.scopes.iter().map(|scope| scope.as_str()).collect();
                let state = match (listed.revoked_at, listed.key.expires_at) {
                    (Some(at), _) => format!("revoked {at}"),
                    (None, Some(until)) if until <= now => format!("expired {until}"),
                    (None, Some(until)) => format!("until {until}"),
                    (None, None) => "without end".to_owned(),
                };
                let key = &listed.key;
                let portals = key.portals.join(",");
                println_or_quit(&format!("{}  {}  {}  {portals}  {state}", key.prefix, key.name, scopes.join(",")))?;
            }
        }
        Args::Revoke { prefix } => {
            let ended = prefix.clone();
            app.store
                .write(move |connection| Box::pin(async move { keys::revoke(connection, &ended, ACTOR, now).await }))
                .await?;
            say(context.json, &json!({ "revoked": prefix }), &format!("{prefix} opens nothing any more"))?;
        }
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}
