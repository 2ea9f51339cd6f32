//! `lantoa portal import`: registry files in, rows of the registry out; a bad line is named and keeps no good one away.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::app::App;
use crate::clock::Timestamp;
use crate::commands::{one_line, print_json, println_or_quit};
use crate::index::outbox;
use crate::portal::Entry;
use crate::portal::import::{self, Format, Imported};
use crate::portal::table::{self, Registered};
use crate::{extract, fetch, schedule};

#[derive(Default, Serialize)]
struct Import {
    added: usize,
    changed: usize,
    unchanged: usize,
    problems: Vec<String>,
}

pub(super) async fn import(app: &App, files: &[PathBuf], json: bool) -> Result<ExitCode> {
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
pub(in crate::commands) async fn register(app: &App, entries: Vec<Entry>, now: Timestamp) -> Result<Vec<Registered>> {
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
pub(in crate::commands) fn bad_selectors(imported: &mut Imported) -> Vec<String> {
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
pub(in crate::commands) fn problem_of(entry: &Entry) -> Option<String> {
    let cron = entry.cron.as_deref().and_then(|cron| schedule::parse(cron).err());
    let certificates = || entry.ca_file.as_deref().and_then(|file| fetch::certificates(file).err());
    import::problem_of(entry).or_else(|| cron.or_else(certificates).map(|cause| one_line(&cause)))
}

/// What a registry file holds, or each registry file of a folder, with where it stands.
pub(in crate::commands) fn read_all(file: &Path) -> Result<Vec<(String, Imported)>> {
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
