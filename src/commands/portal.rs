//! `lantoa portal`: the registry.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use comfy_table::{Table, presets};
use serde::Serialize;

use super::{Invocation, one_line, print_json, println_or_quit, say};
use crate::app::App;
use crate::clock::Timestamp;
use crate::index::outbox;
use crate::pipeline::sweep;
use crate::portal::import::{self, Format, Imported};
use crate::portal::table::Registered;
use crate::portal::{Entry, Kind, Portal, State, questions, table};
use crate::{extract, schedule, vietnamese};

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
    List,
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
        Args::Import { files } => import(&app, &files, invocation.json).await,
        Args::Add { url, slug, name, kind, parent } => {
            let url = import::address(&url).map_err(|cause| anyhow!("cannot register {url}: {cause}"))?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let mut entry =
                Entry::new(&slug.unwrap_or_else(|| import::slug_of(&host)), &name.unwrap_or(host), kind, url);
            entry.parent = parent;
            add(&app, entry, invocation.json).await
        }
        Args::List => list(&app, invocation.json).await,
        Args::Show { slug } => show(&app, &slug, invocation.json).await,
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

#[derive(Default, Serialize)]
struct Import {
    added: usize,
    changed: usize,
    unchanged: usize,
    problems: Vec<String>,
}

async fn import(app: &App, files: &[PathBuf], json: bool) -> Result<ExitCode> {
    let mut outcome = Import::default();
    let mut entries: Vec<(String, Entry)> = Vec::new();
    let mut read = 0;
    for file in files {
        match read_all(file) {
            Ok(some) => {
                read += 1;
                for (place, mut imported) in some {
                    let bad = bad_selectors(&mut imported);
                    outcome
                        .problems
                        .extend(imported.problems.iter().chain(&bad).map(|problem| format!("{place}: {problem}")));
                    entries.extend(imported.entries.into_iter().map(|entry| (place.clone(), entry)));
                }
            }
            Err(cause) if files.len() == 1 => return Err(cause),
            // One file that cannot be read keeps no other from being imported.
            Err(cause) => outcome.problems.push(one_line(&cause)),
        }
    }
    if read == 0 {
        bail!("{}", outcome.problems.join("; "));
    }
    let known: HashSet<String> =
        table::list(app.store.pool()).await?.into_iter().map(|portal| portal.entry.slug).collect();
    let named: HashSet<String> = entries.iter().map(|(_, entry)| entry.slug.clone()).collect();
    entries.retain(|(place, entry)| {
        let orphan = entry.parent.as_ref().filter(|parent| !known.contains(*parent) && !named.contains(*parent));
        let problem = orphan
            .map(|parent| format!("there is no portal `{parent}` to be its parent"))
            .or_else(|| problem_of(entry));
        if let Some(problem) = &problem {
            outcome.problems.push(format!("{place}: portal `{}`: {problem}", entry.slug));
        }
        problem.is_none()
    });
    let entries = entries.into_iter().map(|(_, entry)| entry).collect();
    for registered in register(app, entries, app.clock.now()).await? {
        match registered {
            Registered::Added => outcome.added += 1,
            Registered::Changed => outcome.changed += 1,
            Registered::Unchanged => outcome.unchanged += 1,
        }
    }
    for problem in &outcome.problems {
        eprintln!("error: {problem}");
    }
    if json {
        print_json(&outcome)?;
    } else {
        println_or_quit(&format!(
            "{} added, {} changed, {} unchanged, {} refused",
            outcome.added,
            outcome.changed,
            outcome.unchanged,
            outcome.problems.len()
        ))?;
    }
    Ok(if outcome.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Registers portals in one transaction. What citizens see of a portal that changed goes to the search index with it.
pub(super) async fn register(app: &App, entries: Vec<Entry>, now: Timestamp) -> Result<Vec<Registered>> {
    let target = app.config.index.backend.as_str();
    app.store
        .write(move |connection| {
            Box::pin(async move {
                let mut registered = Vec::with_capacity(entries.len());
                for entry in &entries {
                    let outcome = table::register(connection, entry, now).await?;
                    if outcome == Registered::Changed
                        && let Some(portal) = table::id(connection, &entry.slug).await?
                    {
                        outbox::mark_portal(connection, &[target], portal).await?;
                    }
                    registered.push(outcome);
                }
                Ok(registered)
            })
        })
        .await
}

/// Takes the portals out whose selectors cannot be used; a line for each such selector.
pub(super) fn bad_selectors(imported: &mut Imported) -> Vec<String> {
    let mut problems = Vec::new();
    let mut refused = HashSet::new();
    for entry in &imported.entries {
        for bad in entry.rules.iter().flat_map(extract::bad_selectors) {
            let line = imported.line_of(&entry.slug, bad.key, bad.place);
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            let (slug, key) = (&entry.slug, bad.key);
            problems.push(format!("{place}portal `{slug}`, rules.{key}: `{}`: {}", bad.selector, bad.why));
            refused.insert(slug.clone());
        }
    }
    imported.entries.retain(|entry| !refused.contains(&entry.slug));
    problems
}

/// Why an entry cannot be registered, or nothing.
pub(super) fn problem_of(entry: &Entry) -> Option<String> {
    let cron = entry.cron.as_deref().and_then(|cron| schedule::parse(cron).err());
    import::problem_of(entry).or_else(|| cron.map(|cause| one_line(&cause)))
}

/// What a registry file holds, or each registry file of a folder, with where it stands.
pub(super) fn read_all(file: &Path) -> Result<Vec<(String, Imported)>> {
    let mut all = Vec::new();
    for file in readable(file)? {
        let Some(format) = Format::of(&file) else {
            bail!("cannot import {}: unknown kind of file (use .csv, .opml or .toml)", file.display());
        };
        let bytes = std::fs::read(&file).with_context(|| format!("cannot import {}", file.display()))?;
        all.push((file.display().to_string(), import::read(&String::from_utf8_lossy(&bytes), format)));
    }
    Ok(all)
}

/// The file itself, and in place of a folder the registry files in it.
fn readable(file: &Path) -> Result<Vec<PathBuf>> {
    if !file.is_dir() {
        return Ok(vec![file.to_owned()]);
    }
    let trouble = || format!("cannot read the folder {}", file.display());
    let mut inside = Vec::new();
    for entry in std::fs::read_dir(file).with_context(trouble)? {
        inside.push(entry.with_context(trouble)?.path());
    }
    inside.retain(|path| path.is_file() && Format::of(path).is_some());
    inside.sort();
    if inside.is_empty() {
        bail!("cannot import {}: no .csv, .opml or .toml file in it", file.display());
    }
    Ok(inside)
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

async fn list(app: &App, json: bool) -> Result<ExitCode> {
    let portals = table::list(app.store.pool()).await?;
    if json {
        print_json(&portals)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = Table::new();
    rows.load_style(presets::NOTHING);
    rows.set_header(["slug", "name", "kind", "address", "state", "last success", "problem"]);
    for portal in &portals {
        rows.add_row([
            portal.entry.slug.clone(),
            portal.entry.name.clone(),
            portal.entry.kind.to_string(),
            portal.entry.url.to_string(),
            portal.state.as_str().to_owned(),
            when(portal.health.last_success_at),
            portal.health.problem.clone().unwrap_or_default(),
        ]);
    }
    println_or_quit(&rows.to_string())?;
    println_or_quit(&format!("{} portals", portals.len()))?;
    Ok(ExitCode::SUCCESS)
}

async fn show(app: &App, slug: &str, json: bool) -> Result<ExitCode> {
    let portal = registered(app, slug, &format!("cannot show `{slug}`")).await?;
    let next = next_runs(app, &portal)?;
    let questions = questions::of_portal(app.store.pool(), portal.id).await?;
    let sweep = sweep::progress(app.store.pool(), portal.id).await?;
    if json {
        let mut value = serde_json::to_value(&portal)?;
        value["next_runs"] = serde_json::to_value(&next)?;
        value["questions"] = serde_json::to_value(&questions)?;
        value["sweep"] = serde_json::to_value(sweep)?;
        print_json(&value)?;
        return Ok(ExitCode::SUCCESS);
    }
    let health = &portal.health;
    let lines = [
        ("slug", portal.entry.slug.clone()),
        ("name", portal.entry.name.clone()),
        ("English name", portal.entry.name_en.clone()),
        ("kind", portal.entry.kind.to_string()),
        ("parent", portal.entry.parent.clone().unwrap_or_default()),
        ("address", portal.entry.url.to_string()),
        ("other domains", portal.entry.aliases.join(", ")),
        ("state", portal.state.as_str().to_owned()),
        ("schedule", app.config.schedule.cron_of(&portal.entry).to_owned()),
        ("next runs", next.iter().map(|at| when(Some(*at))).collect::<Vec<_>>().join(", ")),
        ("last visit", when(health.last_visit_at)),
        ("last success", when(health.last_success_at)),
        ("last new item", when(health.last_new_at)),
        ("problem", health.problem.clone().unwrap_or_default()),
        ("confidence", portal.entry.confidence.clone()),
        ("notes", portal.entry.notes.clone()),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        println_or_quit(&format!("{name:14} {value}"))?;
    }
    for question in questions.iter().filter(|question| question.is_open()) {
        println_or_quit(&format!("{:14} {} ({})", "question", question.words(), question.mend()))?;
    }
    for line in portal.learnt.in_words() {
        println_or_quit(&format!("{:14} {line}", "learnt"))?;
    }
    if let Some(sweep) = sweep {
        let (done, waiting) = (sweep.done, sweep.waiting);
        println_or_quit(&format!(
            "{:14} {done} pages dealt with, {waiting} wait (lantoa sweep {slug} goes on)",
            "sweep"
        ))?;
    }
    for source in portal.entry.sources.iter().chain(&portal.found) {
        println_or_quit(&format!("{:14} {}", format!("{:?}", source.kind).to_lowercase(), source.url))?;
    }
    for old in &portal.entry.predecessors {
        let until = old.until.map(|day| day.strftime(" (until %d/%m/%Y)").to_string()).unwrap_or_default();
        let domain = old.domain.as_ref().map(|domain| format!(", {domain}")).unwrap_or_default();
        println_or_quit(&format!("{:14} {}{domain}{until}", "predecessor", old.name))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The next three visits; the first may be one that was missed and is due at once.
fn next_runs(app: &App, portal: &Portal) -> Result<Vec<Timestamp>> {
    if portal.state != State::Active {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    // A portal that was never visited, or whose visit was missed, is due at once.
    let first = portal.health.next_visit_at.unwrap_or(now).max(now);
    let mut runs = vec![first];
    let from = first;
    runs.extend(schedule::next_visits(&app.config.schedule, &portal.entry, from, 3)?);
    runs.dedup();
    runs.truncate(3);
    Ok(runs)
}

async fn set_state(app: &App, slug: &str, state: State, json: bool) -> Result<ExitCode> {
    let portal = registered(app, slug, &format!("cannot make `{slug}` {}", state.as_str())).await?;
    let (owned, target) = (slug.to_owned(), app.config.index.backend.as_str());
    app.store
        .write(move |connection| {
            Box::pin(async move {
                let changed = table::set_state(connection, &owned, state).await?;
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
