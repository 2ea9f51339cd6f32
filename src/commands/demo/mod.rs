//! `lantoa demo`: the whole flow on portals that live in the binary, so that anyone can see it work without asking a
//! state portal for a single page.
//!
//! [`fixture`] knows what each portal answers, [`web`] answers on loopback, [`expected`] knows what a visit should
//! find, [`check`] holds the record against it. The portals themselves are data: `fixtures/portals/<slug>/`, all text
//! in them invented.

mod check;
pub mod expected;
mod files;
pub mod fixture;
pub mod web;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use include_dir::{Dir, include_dir};
use tokio::net::TcpListener;

use self::web::FixtureWeb;
use super::{Invocation, crawl, println_or_quit, serve, user};
use crate::accounts::{self, Role};
use crate::app::{App, Works};
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::pipeline::Order;
use crate::{portal, triage};

/// `fixtures/portals`, embedded: an installed binary has no source tree beside it.
///
/// Cargo sees when an embedded file changes, but not when one is added: save this file again after adding one.
static PORTALS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/portals");

/// The evening of 18 November 2026 in Vietnam: the fixtures' first epoch ends here.
const FIRST: &str = "2026-11-18T20:00:00+07:00";
/// Two days later: articles were added, edited and removed.
const LATER: &str = "2026-11-20T21:00:00+07:00";
/// The port of the site when nothing else is asked for.
const PORT: u16 = 8080;
/// Milliseconds between two requests to one fixture portal: enough to see it happen, and it is our own machine.
const DELAY_MS: u64 = 5;
/// Who works here, and as what. The officer is bound to a portal.
const STAFF: [(&str, Role, Option<&str>); 4] = [
    ("quan-tri", Role::Admin, None),
    ("bien-tap", Role::Editor, None),
    ("van-hanh", Role::Operator, None),
    ("can-bo-so", Role::Officer, Some("bo-ha-tang-do-thi")),
];

/// Options of `lantoa demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Assert what should come out, print what does not, and exit
    #[arg(long)]
    check: bool,
    /// Port of the site on 127.0.0.1 (default: 8080, or any that is free)
    #[arg(long)]
    port: Option<u16>,
    /// Keep the data in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub(super) async fn run(invocation: Invocation, args: Args) -> Result<ExitCode> {
    let temporary = tempfile::tempdir().context("cannot make a temporary folder")?;
    let folder = args.keep.as_deref().unwrap_or(temporary.path());
    let listener = listen(args.port).await?;
    let fixtures = web::serve(fixture::all()?).await?;
    let works = open(folder, &listener, &fixtures).await?;
    let count = register(&works.app, &fixtures).await?;
    eprintln!("{count} fixture portals are served on loopback; visiting them");
    if args.check {
        return check::run(works, &fixtures, &invocation.cancel).await;
    }
    visit(&works, &invocation).await?;
    works.app.clock.set(instant(LATER)?);
    fixtures.later();
    eprintln!("two days later: articles were added, edited and removed; visiting again");
    visit(&works, &invocation).await?;
    score(&works.app).await?;
    show(&works, listener, &invocation).await?;
    works.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Everything as in a real installation, but on loopback, in a hurry, and two days ago.
async fn open(folder: &Path, listener: &TcpListener, fixtures: &FixtureWeb) -> Result<Works> {
    let address = listener.local_addr().context("cannot read the address of the site")?;
    let mut config = Config::default();
    config.general.data_dir = folder.to_owned();
    config.fetch.allow_networks = vec!["127.0.0.0/8".parse().context("a network")?];
    // One portal sends its visitors to another, whose port is its own.
    config.fetch.allow_ports.extend(fixtures.portals()?.iter().filter_map(|entry| entry.url.port()));
    config.fetch.delay_ms = DELAY_MS;
    config.web.listen = address.to_string();
    config.web.public_url = format!("http://{address}");
    config.accounts.link_without_password = true;
    App::open(config, Clock::starting_at(instant(FIRST)?)).await?.into_works().await
}

async fn listen(port: Option<u16>) -> Result<TcpListener> {
    match port {
        Some(port) => TcpListener::bind(("127.0.0.1", port))
            .await
            .with_context(|| format!("cannot listen on 127.0.0.1:{port} (is the port in use? give another --port)")),
        None => match TcpListener::bind(("127.0.0.1", PORT)).await {
            Ok(listener) => Ok(listener),
            Err(_) => TcpListener::bind(("127.0.0.1", 0)).await.context("cannot listen on 127.0.0.1"),
        },
    }
}

async fn register(app: &App, fixtures: &FixtureWeb) -> Result<usize> {
    let entries = fixtures.portals()?;
    let (count, now) = (entries.len(), app.clock.now());
    app.store
        .write(move |connection| {
            Box::pin(async move {
                for entry in &entries {
                    portal::table::register(connection, entry, now).await?;
                }
                for (name, role, portal) in STAFF {
                    let portals: Vec<String> = portal.map(str::to_owned).into_iter().collect();
                    accounts::table::create(connection, name, role, &portals, "demo", now).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(count)
}

async fn visit(works: &Works, invocation: &Invocation) -> Result<()> {
    let portals = portal::table::list(works.app.store.pool()).await?;
    let order = Order { full: true, force: false };
    let outcome = crawl::visit_all(works, &portals, order, &invocation.cancel).await;
    crawl::print_table(&outcome)
}

/// Two days have passed for what was in the queue already, too.
async fn score(app: &App) -> Result<()> {
    let (options, now) = (app.config.triage.clone(), app.clock.now());
    let scored = app
        .store
        .write(move |connection| Box::pin(async move { triage::table::refresh_open(connection, &options, now).await }));
    scored.await.map(|_| ())
}

/// Opens the site and prints where to look.
async fn show(works: &Works, listener: TcpListener, invocation: &Invocation) -> Result<()> {
    let site = works.app.config.web.public_url.clone();
    let lines = [
        ("search", format!("{site}/")),
        ("try", format!("{site}/search?q=nha+o+xa+hoi")),
        ("amplified", format!("{site}/feeds/amplified.atom")),
    ];
    println_or_quit("\nThe site is open:")?;
    for (what, address) in lines {
        println_or_quit(&format!("  {what:10} {address}"))?;
    }
    println_or_quit("\nSign-in links, each good once:")?;
    for (name, role, _) in STAFF {
        let link = user::sign_in_link(&works.app, name).await?;
        println_or_quit(&format!("  {:10} {link}", role.as_str()))?;
    }
    println_or_quit("\nCtrl-C ends the demo.")?;
    let router = crate::web::router(serve::site_parts(works)?)?;
    let worker = works.start_worker(&invocation.cancel);
    crate::web::serve(listener, router, invocation.cancel.clone()).await?;
    let _ = worker.await;
    Ok(())
}

fn instant(text: &str) -> Result<Timestamp> {
    text.parse().with_context(|| format!("`{text}` is no instant"))
}
