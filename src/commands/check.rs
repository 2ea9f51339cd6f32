//! `lantoa portal check`: what would be found at a portal, and what its own selectors are worth, before anything is
//! saved.

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, anyhow, bail};
use futures::TryStreamExt;
use serde::Serialize;
use url::Url;

use super::explain::{self, Detail, put, short};
use super::portal::{bad_selectors, problem_of, read_all, register, registered};
use super::trial::{self, Filled, Refused, Tried};
use super::{Invocation, print_json, println_or_quit};
use crate::app::App;
use crate::archive::{self, Record};
use crate::clock::Timestamp;
use crate::extract::Extracted;
use crate::pipeline::{self, Order, Report, Witnessed};
use crate::portal::import::{self, Imported};
use crate::portal::{Entry, Kind, Source, table};

/// Articles that a check previews.
const PREVIEW: usize = 10;
/// Pages that a check asks for: the sources, and enough links to find ten articles among them.
const CHECK_PAGES: usize = 40;
/// Listing pages on which selectors for links are tried.
const LISTINGS: usize = 5;

/// One portal, tried.
#[derive(Serialize)]
struct Checked {
    portal: Entry,
    ok: bool,
    found: Vec<Source>,
    articles: Vec<Record>,
    /// How many of the articles have each field, and where it was found.
    fields: Vec<Filled>,
    /// What each selector of the portal's own found.
    selectors: Vec<Tried>,
    /// Where the portal's selectors and the family or the general method say different things.
    disagreements: Vec<trial::Disagreement>,
    /// Pages that were no articles.
    refused: Vec<Refused>,
    /// What keeps the portal from being registered.
    problems: Vec<String>,
    report: Report,
    #[serde(skip)]
    read: Vec<(Url, Extracted)>,
}

/// What a visit read, as its witness kept it.
#[derive(Default)]
pub(super) struct Seen {
    /// The markup of listing pages.
    pub(super) listings: Vec<String>,
    /// Articles: address, markup, what was read.
    pub(super) articles: Vec<(Url, String, Extracted)>,
    /// The same of pages that were none.
    pub(super) refused: Vec<(Url, String, Extracted)>,
}

/// Tries one portal, or each portal of a file.
pub(super) async fn check(invocation: &Invocation, portal: &str, save: bool) -> Result<ExitCode> {
    let what = format!("cannot check `{portal}`");
    let file = Path::new(portal);
    if file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
        return check_file(invocation, file, save).await;
    }
    if save {
        bail!("{what}: --save registers the portals of a .toml file (portal add registers an address)");
    }
    let entry = match Url::parse(portal) {
        Ok(_) => {
            let url = import::address(portal).map_err(|cause| anyhow!("{what}: {cause}"))?;
            let host = url.host_str().unwrap_or_default().to_owned();
            Entry::new(&import::slug_of(&host), &host, Kind::Other, url)
        }
        Err(_) => {
            let app = App::open(invocation.config.clone(), invocation.clock()).await?;
            registered(&app, portal, &what).await?.entry
        }
    };
    let checked = try_portal(invocation, entry, &Imported::default(), &what).await?;
    if invocation.json {
        print_json(&checked)?;
    } else {
        print_checked(&checked)?;
        println_or_quit("nothing was saved")?;
    }
    Ok(if say_problems(portal, &checked) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Tries the portals of a registry file, and registers those that hold when `save` is set.
async fn check_file(invocation: &Invocation, file: &Path, save: bool) -> Result<ExitCode> {
    let what = format!("cannot check {}", file.display());
    let read = read_all(file).map_err(|cause| anyhow!("{what}: {}", super::one_line(&cause)))?;
    let mut checked = Vec::new();
    let mut problems = Vec::new();
    for (place, mut imported) in read {
        let bad = bad_selectors(&mut imported);
        problems.extend(imported.problems.iter().chain(&bad).map(|problem| format!("{place}: {problem}")));
        for entry in std::mem::take(&mut imported.entries) {
            match problem_of(&entry) {
                Some(problem) => problems.push(format!("{place}: portal `{}`: {problem}", entry.slug)),
                None => checked.push(try_portal(invocation, entry, &imported, &what).await?),
            }
        }
    }
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    let mut good = problems.is_empty();
    for one in &checked {
        if !invocation.json {
            print_checked(one)?;
        }
        good &= say_problems(&one.portal.slug, one);
    }
    let mut saved = Vec::new();
    if save && good {
        let app = App::open(invocation.config.clone(), invocation.clock()).await?;
        let entries: Vec<Entry> = checked.iter().map(|one| one.portal.clone()).collect();
        for entry in &entries {
            let parent = entry.parent.as_ref();
            let named = parent.is_none_or(|parent| entries.iter().any(|other| other.slug == *parent));
            if let Some(parent) = parent.filter(|_| !named)
                && table::find(app.store.pool(), parent).await?.is_none()
            {
                bail!("cannot register `{}`: there is no portal `{parent}` to be its parent", entry.slug);
            }
        }
        saved = entries.iter().map(|entry| entry.slug.clone()).collect();
        register(&app, entries, app.clock.now()).await?;
        app.store.close().await;
    }
    if invocation.json {
        print_json(&serde_json::json!({ "portals": checked, "problems": problems, "saved": saved }))?;
    } else if saved.is_empty() {
        let hint = if good { format!(" (lantoa portal import {} does)", file.display()) } else { String::new() };
        println_or_quit(&format!("nothing was saved{hint}"))?;
    } else {
        println_or_quit(&format!("registered: {}", saved.join(", ")))?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Says what is wrong with a portal; true when nothing is.
fn say_problems(asked: &str, checked: &Checked) -> bool {
    let act = if checked.articles.is_empty() { "preview" } else { "use" };
    for problem in &checked.problems {
        eprintln!("error: cannot {act} `{asked}`: {problem}");
    }
    checked.ok
}

/// One visit into a record of its own, which is thrown away.
async fn try_portal(invocation: &Invocation, entry: Entry, file: &Imported, what: &str) -> Result<Checked> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut config = invocation.config.clone();
    config.general.data_dir = folder.path().to_owned();
    config.index.backend = crate::index::Backend::Embedded;
    config.crawl.pages_per_visit = CHECK_PAGES;
    config.crawl.pages_per_listing = 1;
    // A preview shows articles; their files come with the first real visit.
    config.attachments.enabled = false;
    let app = App::open(config, invocation.clock()).await?;
    let (slug, now) = (entry.slug.clone(), app.clock.now());
    // Its parent is not in the record that is thrown away.
    let alone = Entry { parent: None, ..entry.clone() };
    app.store.write(move |connection| Box::pin(async move { table::register(connection, &alone, now).await })).await?;
    let mut works = app.into_works().await?;
    let seen = Arc::new(Mutex::new(Seen::default()));
    works.visits.witness = Some(witness(&seen));
    let portal = registered(&works.app, &slug, what).await?;
    // Ten articles are enough: the visit is told to end once it has them.
    let enough = invocation.cancel.child_token();
    let report = {
        let enough = Arc::new(enough.clone());
        pipeline::visit(&works.visits, &portal, Order::default(), &enough.clone(), &move |report| {
            if report.new >= PREVIEW as u64 {
                enough.cancel();
            }
        })
        .await
    };
    let articles: Vec<Record> =
        archive::table::export(works.app.store.pool(), None, None).map_ok(|(article, _)| article).try_collect().await?;
    let portal = registered(&works.app, &slug, what).await?;
    let families = Arc::clone(&works.visits.families);
    works.close().await?;
    let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(judge(entry, portal.found, articles, report, seen, &families, file, now))
}

/// Keeps what a visit reads, as far as a check shows it.
fn witness(seen: &Arc<Mutex<Seen>>) -> pipeline::Witness {
    let seen = Arc::clone(seen);
    Arc::new(move |witnessed| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        match witnessed {
            Witnessed::Listing { html } if seen.listings.len() < LISTINGS => seen.listings.push(html.to_owned()),
            Witnessed::Listing { .. } => {}
            Witnessed::Page { url, html, read } => {
                let list = if read.not_an_article.is_none() { &mut seen.articles } else { &mut seen.refused };
                if list.len() < PREVIEW {
                    list.push((url.clone(), html.to_owned(), read.clone()));
                }
            }
        }
    })
}

#[expect(clippy::too_many_arguments, reason = "each is a part of the outcome")]
fn judge(
    entry: Entry,
    found: Vec<Source>,
    articles: Vec<Record>,
    report: Report,
    seen: Seen,
    families: &crate::extract::Families,
    file: &Imported,
    now: Timestamp,
) -> Checked {
    let rules = entry.rules.clone().unwrap_or_default();
    let selectors = trial::selectors(&entry.slug, &rules, &seen, file);
    let disagreements = trial::disagreements(&seen, families, now);
    let mut problems = Vec::new();
    if articles.is_empty() {
        let cause = report.problem.as_deref().unwrap_or("no article was found");
        problems.push(format!("{cause}{}", trial::why_none(&seen)));
    }
    problems.extend(selectors.iter().filter_map(Tried::complaint));
    Checked {
        ok: problems.is_empty(),
        portal: entry,
        found,
        articles,
        fields: trial::fields(&seen),
        selectors,
        disagreements,
        refused: seen.refused.iter().map(Refused::of).collect(),
        problems,
        report,
        read: seen.articles.into_iter().map(|(url, _, read)| (url, read)).collect(),
    }
}

fn print_checked(checked: &Checked) -> Result<()> {
    let mut out = Vec::new();
    put(&mut out, "portal", &format!("{}, {}", checked.portal.slug, checked.portal.url));
    for source in checked.portal.sources.iter().chain(&checked.found) {
        put(&mut out, &format!("{:?}", source.kind).to_lowercase(), source.url.as_str());
    }
    for (number, (url, read)) in checked.read.iter().enumerate() {
        out.push(format!("\n{}. {}", number + 1, short(url.as_str(), 76)));
        out.extend(explain::lines(read, Detail::Brief));
    }
    out.push(String::new());
    let count = checked.read.len();
    for field in &checked.fields {
        let sources: Vec<String> =
            field.sources.iter().map(|source| format!("{} ({})", source.source, source.count)).collect();
        let rest = if sources.is_empty() { String::new() } else { format!(": {}", sources.join(", ")) };
        put(&mut out, field.field, &format!("{} of {count}{rest}", field.filled));
    }
    if !checked.selectors.is_empty() {
        out.push("\nselectors of the portal".to_owned());
        let mut shown = "";
        for tried in &checked.selectors {
            let name = if shown == tried.key { "" } else { tried.key };
            shown = tried.key;
            put(&mut out, name, &tried.in_words());
        }
    }
    if !checked.disagreements.is_empty() {
        out.push("\nwhere they disagree with what is found without them".to_owned());
        for disagreement in &checked.disagreements {
            put(&mut out, disagreement.field, &format!("{} ({})", disagreement.in_words(), disagreement.url));
        }
    }
    if !checked.refused.is_empty() {
        out.push("\npages that are no articles".to_owned());
        for refused in checked.refused.iter().take(5) {
            put(&mut out, "", &format!("{} ({})", refused.reason, refused.url));
        }
    }
    for failure in &checked.report.errors {
        put(&mut out, "failed", &format!("{}: {}", failure.url, failure.cause));
    }
    out.push(format!("\n{count} articles from {} requests", checked.report.requests));
    println_or_quit(&out.join("\n"))
}
