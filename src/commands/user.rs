//! `lantoa user`: accounts. A person enters by a one-time link and sets their own password.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{Invocation, print_json, println_or_quit};
use crate::accounts::{self, Role};
use crate::app::App;
use crate::portal;

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// Make an account and print its one-time sign-in link
    Add {
        /// Name to sign in with
        name: String,
        /// admin, operator, editor or officer
        #[arg(long, value_parser = role)]
        role: Role,
        /// Portal of an officer; may be repeated
        #[arg(long, value_name = "SLUG")]
        portal: Vec<String>,
    },
    /// Print a new one-time sign-in link for an account
    Link {
        /// Name of the account
        name: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
        let all: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("unknown role `{text}` (one of {})", all.join(", "))
    })
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    let name = match args {
        Args::Add { name, role, portal: portals } => {
            for slug in &portals {
                if portal::table::find(app.store.pool(), slug).await?.is_none() {
                    bail!("cannot bind `{name}` to `{slug}`: no such portal (see lantoa portal list)");
                }
            }
            let (account, now) = (name.clone(), app.clock.now());
            app.store
                .write(move |connection| {
                    Box::pin(async move {
                        accounts::table::create(connection, &account, role, &portals, "command line", now).await
                    })
                })
                .await?;
            name
        }
        Args::Link { name } => name,
    };
    let link = sign_in_link(&app, &name).await?;
    if context.json {
        print_json(&serde_json::json!({ "name": name, "link": link }))?;
    } else {
        println_or_quit(&link)?;
        eprintln!("{name} can sign in once with this link within {} minutes", app.config.accounts.link_minutes);
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

/// The address of a new one-time sign-in page.
pub(super) async fn sign_in_link(app: &App, name: &str) -> Result<String> {
    let (account, options, now) = (name.to_owned(), app.config.accounts.clone(), app.clock.now());
    let token = app
        .store
        .write(move |connection| {
            Box::pin(async move { accounts::table::link(connection, &account, &options, "command line", now).await })
        })
        .await
        .with_context(|| format!("cannot make a sign-in link for {name}"))?;
    Ok(format!("{}/sign-in/{}", app.config.web.public_url.trim_end_matches('/'), token.secret()))
}
