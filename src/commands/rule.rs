//! `lantoa rule`: rules for the queue, as files that people write, try and keep.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use futures::FutureExt;
use serde_json::json;

use super::{Invocation, print_json, println_or_quit, say};
use crate::accounts;
use crate::app::App;
use crate::portal;
use crate::store::Connection;
use crate::triage::rules::table::{self, Kept};
use crate::triage::rules::{self, DRY_DAYS, Dry, Known, Mode, Ready, Rule};
use crate::triage::topics;
use crate::vietnamese::date;

/// What to do with the rules.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// List the rules in their order, with what they hit in the last 7 days
    List,
    /// Print a rule as a file
    Show {
        /// Its name or number
        rule: String,
    },
    /// Try a file of rules on the last 7 days; keeps nothing
    Check {
        /// The file: one rule, or several under [[rule]]
        file: PathBuf,
    },
    /// Try a file of rules on the last 7 days and keep it behind the others
    Add {
        /// The file: one rule, or several under [[rule]]
        file: PathBuf,
    },
    /// Put the one rule of a file in the place of another, once it was tried
    Replace {
        /// The name or number of the rule to replace
        rule: String,
        /// The file
        file: PathBuf,
    },
    /// Let a rule act
    Enable {
        /// Its name or number
        rule: String,
    },
    /// Do not look at a rule any more
    Disable {
        /// Its name or number
        rule: String,
    },
    /// Count what a rule would do, and change nothing
    Shadow {
        /// Its name or number
        rule: String,
    },
    /// Move a rule to another place; the first that sets a field wins
    Move {
        /// Its name or number
        rule: String,
        /// The place, from 1
        place: usize,
    },
    /// Remove a rule; what it set stays
    Remove {
        /// Its name or number
        rule: String,
    },
    /// Say why a rule holds for an item or does not, condition by condition
    Explain {
        /// Its name or number
        rule: String,
        /// The item's number, as in /desk/items/NUMBER
        item: i64,
    },
}

pub(super) async fn run(context: Invocation, args: Args) -> Result<ExitCode> {
    let app = App::open(context.config.clone(), context.clock()).await?;
    let json = context.json;
    match args {
        Args::List => list(&app, json).await?,
        Args::Show { rule } => {
            let kept = find(&app, &rule).await?;
            if json { print_json(&kept)? } else { println_or_quit(kept.rule.to_toml()?.trim_end())? }
        }
        Args::Check { file } => {
            for (rule, dry) in tried(&app, &file).await? {
                tell(&rule, &dry, json)?;
            }
        }
        Args::Add { file } => add(&app, &file, json).await?,
        Args::Replace { rule, file } => replace(&app, &rule, &file, json).await?,
        Args::Enable { rule } => set_mode(&app, &rule, Mode::On, json).await?,
        Args::Disable { rule } => set_mode(&app, &rule, Mode::Off, json).await?,
        Args::Shadow { rule } => set_mode(&app, &rule, Mode::Shadow, json).await?,
        Args::Move { rule, place } => {
            let kept = find(&app, &rule).await?;
            let id = kept.id;
            write(&app, "rule moved", &kept.rule.name, &place.to_string(), move |connection| {
                async move { table::move_to(connection, id, place).await }.boxed()
            })
            .await?;
            say(
                json,
                &json!({ "moved": kept.rule.name, "place": place }),
                &format!("`{}` stands at {place}", kept.rule.name),
            )?;
        }
        Args::Remove { rule } => {
            let kept = find(&app, &rule).await?;
            let id = kept.id;
            let body = kept.rule.to_toml()?;
            write(&app, "rule removed", &kept.rule.name, &body, move |connection| {
                async move { table::remove(connection, id).await }.boxed()
            })
            .await?;
            say(json, &json!({ "removed": kept.rule.name }), &format!("`{}` is removed", kept.rule.name))?;
        }
        Args::Explain { rule, item } => explain(&app, &rule, item, json).await?,
    }
    app.store.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn find(app: &App, word: &str) -> Result<Kept> {
    let found = table::find(app.store.pool(), word, app.clock.now()).await?;
    found.with_context(|| {
        format!("cannot find rule `{word}`: there is none of that name or number (see lantoa rule list)")
    })
}

async fn list(app: &App, json: bool) -> Result<()> {
    let kept = table::list(app.store.pool(), app.clock.now()).await?;
    if json {
        return print_json(&kept);
    }
    let mut lines = Table::new();
    lines.load_style(presets::NOTHING);
    lines.set_header(["", "no.", "mode", "hits, 7 days", "last", "name"]);
    if let Some(column) = lines.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for (place, kept) in kept.iter().enumerate() {
        let hits = if kept.rule.mode == Mode::Shadow { format!("({})", kept.would) } else { kept.hits.to_string() };
        lines.add_row([
            (place + 1).to_string(),
            kept.id.to_string(),
            kept.rule.mode.as_str().to_owned(),
            hits,
            kept.last_at.map_or_else(|| "-".to_owned(), date::show),
            kept.rule.name.clone(),
        ]);
    }
    println_or_quit(&lines.to_string())?;
    println_or_quit(&format!("{} rules (lantoa rule show NUMBER prints one)", kept.len()))
}

/// The rules of a file with how they would have done.
async fn tried(app: &App, file: &Path) -> Result<Vec<(Rule, Dry)>> {
    let name = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
    let read = rules::read(&text).with_context(|| format!("cannot use {name}"))?;
    let pool = app.store.pool();
    let known = Known {
        portals: portal::table::list(pool).await?.into_iter().map(|portal| portal.entry.slug).collect(),
        topics: topics::table::in_use(pool).await?.into_iter().map(|topic| topic.code).collect(),
        people: accounts::table::colleagues::deciders(pool).await?,
    };
    let mut tried = Vec::with_capacity(read.len());
    for rule in read {
        rule.check_names(&known).with_context(|| format!("cannot use {name}"))?;
        let dry = rules::dry_run(pool, &rule, app.clock.now()).await?;
        tried.push((rule, dry));
    }
    Ok(tried)
}

fn tell(rule: &Rule, dry: &Dry, json: bool) -> Result<()> {
    if json {
        return print_json(&json!({ "rule": rule, "dry_run": dry }));
    }
    let more = if dry.more { ", the newest of them" } else { "" };
    println_or_quit(&format!(
        "`{}` holds for {} of {} items of the last {DRY_DAYS} days{more}",
        rule.name, dry.hits, dry.looked_at
    ))?;
    for hit in dry.named.iter().take(10) {
        println_or_quit(&format!("  {:>8}  {}  {}", hit.item, date::show(hit.entered_at), hit.title))?;
    }
    if dry.hits > 10 {
        println_or_quit(&format!("  … and {} more", dry.hits - 10))?;
    }
    Ok(())
}

async fn add(app: &App, file: &Path, json: bool) -> Result<()> {
    let now = app.clock.now();
    for (rule, dry) in tried(app, file).await? {
        let (body, kept) = (rule.to_toml()?, rule.clone());
        write(app, "rule added", &rule.name, &body, move |connection| {
            async move { table::add(connection, &kept, &who(), now).await.map(|_| ()) }.boxed()
        })
        .await
        .with_context(|| format!("cannot add {}", file.display()))?;
        tell(&rule, &dry, json)?;
        if !json {
            println_or_quit(&format!("`{}` is kept, and is {}", rule.name, rule.mode.as_str()))?;
        }
    }
    Ok(())
}

async fn replace(app: &App, word: &str, file: &Path, json: bool) -> Result<()> {
    let (kept, now) = (find(app, word).await?, app.clock.now());
    let mut tried = tried(app, file).await?;
    let (Some((rule, dry)), true) = (tried.pop(), tried.is_empty()) else {
        bail!("cannot replace `{word}` by {}: it holds several rules (give a file of one)", file.display());
    };
    let (body, other) = (rule.to_toml()?, rule.clone());
    write(app, "rule changed", &rule.name, &body, move |connection| {
        async move {
            anyhow::ensure!(
                table::change(connection, kept.id, kept.revision, &other, &who(), now).await?,
                "somebody has just changed it (see lantoa rule show, and try again)"
            );
            Ok(())
        }
        .boxed()
    })
    .await
    .with_context(|| format!("cannot replace `{word}`"))?;
    tell(&rule, &dry, json)
}

async fn set_mode(app: &App, word: &str, mode: Mode, json: bool) -> Result<()> {
    let (kept, now) = (find(app, word).await?, app.clock.now());
    let id = kept.id;
    write(app, "rule changed", &kept.rule.name, mode.as_str(), move |connection| {
        async move { table::set_mode(connection, id, mode, &who(), now).await }.boxed()
    })
    .await?;
    let line = format!("`{}` is {}", kept.rule.name, mode.as_str());
    say(json, &json!({ "rule": kept.rule.name, "mode": mode }), &line)
}

/// A change with its line in the audit trail.
async fn write<F>(app: &App, act: &'static str, subject: &str, detail: &str, change: F) -> Result<()>
where
    F: for<'c> FnOnce(&'c mut Connection) -> crate::store::Change<'c, ()> + Send + 'static,
{
    let (subject, detail, now) = (format!("rule {subject}"), detail.to_owned(), app.clock.now());
    app.store
        .write(move |connection| {
            async move {
                change(&mut *connection).await?;
                accounts::table::audit(connection, &who(), act, &subject, &detail, now).await
            }
            .boxed()
        })
        .await
}

/// Who works on the command line.
fn who() -> String {
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "command line".to_owned())
}

async fn explain(app: &App, word: &str, item: i64, json: bool) -> Result<()> {
    let (pool, now) = (app.store.pool(), app.clock.now());
    let kept = find(app, word).await?;
    let Some(subject) = rules::subject(pool, item).await? else {
        bail!("cannot explain item {item}: there is none of that number (the desk shows them: /desk/items/NUMBER)");
    };
    let ready = Ready::new(vec![(kept.id, kept.rule.clone())]);
    let checks = ready.explain(kept.id, &subject).unwrap_or_default();
    let holds = checks.iter().all(|check| check.holds);
    let hit = table::hits_of(pool, &subject.story).await?.into_iter().find(|hit| hit.rule == kept.id);
    if json {
        let name = &kept.rule.name;
        return print_json(&json!({
            "rule": name, "mode": kept.rule.mode, "item": item, "holds": holds, "checks": checks, "hit": hit,
            "at": now,
        }));
    }
    println_or_quit(&format!(
        "`{}` {} for item {item}, {}",
        kept.rule.name,
        if holds { "holds" } else { "does not hold" },
        subject.title
    ))?;
    for check in &checks {
        let mark = if check.holds { "yes" } else { "no " };
        println_or_quit(&format!(
            "  {mark} {}: asks for {}, the story has {}",
            check.condition, check.wanted, check.found
        ))?;
    }
    match hit {
        None => println_or_quit(if holds {
            "it has not acted on it (it came later, or is off)"
        } else {
            "it never acted on it"
        }),
        Some(hit) => {
            println_or_quit(&format!("last at {}:", date::show(hit.at)))?;
            for did in &hit.did {
                println_or_quit(&format!("  {} {}: {}", did.action, did.value, did.outcome.as_str()))?;
            }
            Ok(())
        }
    }
}
