//! `lantoa portal`: the registry.

mod register;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};

use super::{Invocation, print_json, println_or_quit, say};
use crate::app::App;
use crate::clock::Timestamp;
use crate::index::outbox;
use crate::portal::health::Condition;
use crate::portal::{Entry, Kind, Portal, State, import, table};
use crate::vietnamese;

pub(super) use register::{bad_selectors, problem_of, read_all, register};

/// What to do with the registry.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// Register the portals of .csv, .opml or .toml files; what is known already is brought up to date
    Import {
        /// Files, or folders of such files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Register one portal
    Add {
        /// Its home page
        url: String,
        /// Short name (default: made of the host)
        #[arg(long)]
        slug: Option<String>,
        /// Name (default: the host)
        #[arg(long)]
        name: Option<String>,
        /// government, ministry, agency, province, department, commune, press or other
        #[arg(long, default_value = "other", value_parser = kind)]
        kind: Kind,
        /// Slug of the portal it is a component of
        #[arg(long, value_name = "SLUG")]
        parent: Option<String>,
    },
    /// List the portals
    List {
        /// Only portals in this state: failing, silent, late, new, paused or good
        #[arg(long, value_name = "STATE")]
        state: Option<Condition>,
    },
    /// Everything known about one portal
    Show {
        /// Its slug
        slug: String,
    },
    /// Find feeds, sitemaps and listings of a portal and try its selectors on ten articles, before anything is saved
    Check {
        /// Address of a home page, slug of a registered portal, or a .toml file of portals
        portal: String,
        /// Register the portals of the file when nothing is wrong with them
        #[arg(long)]
        save: bool,
    },
    /// Stop visiting a portal
    Pause {
        /// Its slug
        slug: String,
    },
    /// Visit a paused portal again
    Resume {
        /// Its slug
        slug: String,
    },
    /// Take a portal out of the registry; its articles stay in the record
    Remove {
        /// Its slug
        slug: String,
    },
    /// Portals that seem to have moved; follow a move or refuse it
    Moves {
        #[command(subcommand)]
        act: Option<super::answer::Moves>,
    },
    /// Mark the articles gone that vanished all at once
    ConfirmGone {
        /// Slug of the portal
        slug: String,
    },
    /// Keep the articles that vanished all at once, and read a portal on that seems to have emptied itself
    Keep {
        /// Slug of the portal
        slug: String,
    },
    /// Print the registry as TOML that `portal import` reads back
    Export,
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse()
}

pub(super) async fn run(invocation: Invocation, args: Args) -> Result<ExitCode> {
    if let Args::Check { portal, save } = &args {
        return super::check::check(&invocation, portal, *save).await;
    }
    let app = App::open(invocation.config.clone(), invocation.clock()).await?;
    let code = match args {
        Args::Import { files } => register::import(&app, &files, invocation.json).await,
        Args::Add { url, slug, name, kind, parent } => {
            let url = import::address(&url).map_err(|cause| anyhow!("cannot register {url}: {cause}"))?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let mut entry =
                Entry::new(&slug.unwrap_or_else(|| import::slug_of(&host)), &name.unwrap_or(host), kind, url);
            entry.parent = parent;
            add(&app, entry, invocation.json).await
        }
        Args::List { state } => show::list(&app, state, invocation.json).await,
        Args::Show { slug } => show::show(&app, &slug, invocation.json).await,
        Args::Pause { slug } => set_state(&app, &slug, State::Paused, invocation.json).await,
        Args::Resume { slug } => set_state(&app, &slug, State::Active, invocation.json).await,
        Args::Remove { slug } => set_state(&app, &slug, State::Removed, invocation.json).await,
        Args::Moves { act } => super::answer::moves(&app, act, invocation.json).await,
        Args::ConfirmGone { slug } => super::answer::confirm_gone(&app, &slug, invocation.json).await,
        Args::Keep { slug } => super::answer::keep(&app, &slug, invocation.json).await,
        Args::Export => export(&app, invocation.json).await,
        Args::Check { .. } => Ok(ExitCode::SUCCESS),
    }?;
    app.store.close().await;
    Ok(code)
}

async fn add(app: &App, entry: Entry, json: bool) -> Result<ExitCode> {
    if let Some(problem) = problem_of(&entry) {
        bail!("cannot register {}: {problem}", entry.url);
    }
    if let Some(parent) = &entry.parent
        && table::find(app.store.pool(), parent).await?.is_none()
    {
        bail!("cannot register {}: there is no portal `{parent}` to be its parent", entry.url);
    }
    if table::find(app.store.pool(), &entry.slug).await?.is_some_and(|known| known.state != State::Removed) {
        bail!("cannot register {}: the slug `{}` is taken (choose another with --slug)", entry.url, entry.slug);
    }
    let (slug, now) = (entry.slug.clone(), app.clock.now());
    register(app, vec![entry], now).await?;
    let line = format!("{slug} is registered (lantoa crawl {slug} visits it now)");
    say(json, &serde_json::json!({ "portal": slug, "state": "active" }), &line)?;
    Ok(ExitCode::SUCCESS)
}

async fn set_state(app: &App, slug: &str, state: State, json: bool) -> Result<ExitCode> {
    let portal = registered(app, slug, &format!("cannot make `{slug}` {}", state.as_str())).await?;
    let (owned, target, now) = (slug.to_owned(), app.config.index.backend.as_str(), app.clock.now());
    app.store
        .write(move |connection| {
            Box::pin(async move {
                let changed = table::set_state(connection, &owned, state, now).await?;
                // The articles of a portal that was removed leave the search index with it.
                if changed && state == State::Removed {
                    outbox::mark_portal(connection, &[target], portal.id).await?;
                }
                Ok(())
            })
        })
        .await?;
    let line = format!("{slug} is {}", state.as_str());
    say(json, &serde_json::json!({ "portal": slug, "state": state }), &line)?;
    Ok(ExitCode::SUCCESS)
}

async fn export(app: &App, json: bool) -> Result<ExitCode> {
    let entries: Vec<Entry> = table::list(app.store.pool()).await?.into_iter().map(|portal| portal.entry).collect();
    if json {
        print_json(&serde_json::json!({ "portal": entries }))?;
        return Ok(ExitCode::SUCCESS);
    }
    println_or_quit(&import::to_toml(&entries).context("cannot write the registry as TOML")?)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn registered(app: &App, slug: &str, what: &str) -> Result<Portal> {
    match table::find(app.store.pool(), slug).await? {
        Some(portal) if portal.state != State::Removed => Ok(portal),
        _ => bail!("{what}: no such portal (see lantoa portal list)"),
    }
}

pub(super) fn when(at: Option<Timestamp>) -> String {
    at.map(vietnamese::date::show).unwrap_or_default()
}
