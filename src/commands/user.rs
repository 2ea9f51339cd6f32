//! `lantoa user`: accounts. A person enters by a one-time link and sets their own password.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::{Invocation, print_json, println_or_quit, say};
use crate::accounts::table::Change;
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
        /// admin, operator, editor, officer or viewer
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
    /// Show every account
    List,
    /// Give an account another role; its sessions end
    Role {
        /// Name of the account
        name: String,
        /// admin, operator, editor, officer or viewer
        #[arg(value_parser = role)]
        role: Role,
        /// Portal of an officer; may be repeated
        #[arg(long, value_name = "SLUG")]
        portal: Vec<String>,
    },
    /// Let an account in no more; its sessions end
    Disable {
        /// Name of the account
        name: String,
    },
    /// Let a disabled account in again
    Enable {
        /// Name of the account
        name: String,
    },
    /// End every session of an account
    EndSessions {
        /// Name of the account
        name: String,
    },
    /// Take the second factor off an account whose owner lost it; its sessions end
    ForgetSecondFactor {
        /// Name of the account
        name: String,
    },
}

const ACTOR: &str = "command line";

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
            known(&app, &name, &portals).await?;
            let (account, now) = (name.clone(), app.clock.now());
            app.store
                .write(move |connection| {
                    Box::pin(
                        async move { accounts::table::create(connection, &account, role, &portals, ACTOR, now).await },
                    )
                })
                .await?;
            name
        }
        Args::Link { name } => name,
        Args::List => return list(app, context.json).await,
        Args::Role { name, role, portal: portals } => {
            known(&app, &name, &portals).await?;
            return change(app, context.json, name, Change::Role(role, portals)).await;
        }
        Args::Disable { name } => return change(app, context.json, name, Change::Disable).await,
        Args::Enable { name } => return change(app, context.json, name, Change::Enable).await,
        Args::EndSessions { name } => return change(app, context.json, name, Change::EndSessions).await,
        Args::ForgetSecondFactor { name } => return change(app, context.json, name, Change::ForgetSecondFactor).await,
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

/// Every portal that an account is to be bound to has to be registered.
async fn known(app: &App, name: &str, portals: &[String]) -> Result<()> {
    for slug in portals {
        if portal::table::find(app.store.pool(), slug).await?.is_none() {
            bail!("cannot bind `{name}` to `{slug}`: no such portal (see lantoa portal list)");
        }
    }
    Ok(())
}

async fn list(app: App, as_json: bool) -> Result<ExitCode> {
    for person in accounts::table::people(app.store.pool(), app.clock.now()).await? {
        if as_json {
            print_json(&person)?;
            continue;
        }
        let mut marks = vec![person.portals.join(",")];
        marks.extend(person.disabled.then(|| "disabled".to_owned()));
        marks.extend(person.second_factor.then(|| "second factor".to_owned()));
        marks.extend((!person.password).then(|| "no password yet".to_owned()));
        marks.retain(|mark| !mark.is_empty());
        println_or_quit(&format!("{}  {}  {}", person.name, person.role, marks.join("; ")))?;
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn change(app: App, as_json: bool, name: String, change: Change) -> Result<ExitCode> {
    let (changed, now) = (name.clone(), app.clock.now());
    app.store
        .write(move |connection| {
            Box::pin(async move { accounts::table::change(connection, &changed, &change, ACTOR, now).await })
        })
        .await?;
    say(as_json, &serde_json::json!({ "name": name }), &format!("{name} is changed; its sessions ended"))?;
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
