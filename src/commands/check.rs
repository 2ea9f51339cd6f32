//! `lantoa portal check`: what would be found at a portal, before anything is saved.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use futures::TryStreamExt;
use serde::Serialize;
use url::Url;

use super::portal::{registered, when};
use super::{Invocation, print_json, println_or_quit};
use crate::app::App;
use crate::archive::{self, Record};
use crate::pipeline::{self, Order, Report};
use crate::portal::import;
use crate::portal::{Entry, Kind, table};

/// Articles that a check previews.
const PREVIEW: usize = 10;
/// Pages that a check asks for: the sources, and enough links to find ten articles among them.
const CHECK_PAGES: usize = 40;

#[derive(Serialize)]
struct Checked {
    portal: Entry,
    found: Vec<crate::portal::Source>,
    articles: Vec<Record>,
    report: Report,
}

/// One visit into a record of its own, which is thrown away.
pub(super) async fn check(invocation: &Invocation, portal: &str) -> Result<ExitCode> {
    let what = format!("cannot check `{portal}`");
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
    let (asked, folder) = (portal, tempfile::tempdir().context("cannot make a temporary folder")?);
    let mut config = invocation.config.clone();
    config.general.data_dir = folder.path().to_owned();
    config.index.backend = crate::index::Backend::Embedded;
    config.crawl.pages_per_visit = CHECK_PAGES;
    config.crawl.pages_per_listing = 1;
    let app = App::open(config, invocation.clock()).await?;
    let (slug, now) = (entry.slug.clone(), app.clock.now());
    app.store.write(move |connection| Box::pin(async move { table::register(connection, &entry, now).await })).await?;
    let works = app.into_works().await?;
    let portal = registered(&works.app, &slug, &what).await?;
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
    let portal = registered(&works.app, &slug, &what).await?;
    works.close().await?;
    let good = !articles.is_empty();
    let checked = Checked { portal: portal.entry, found: portal.found, articles, report };
    if invocation.json {
        print_json(&checked)?;
    } else {
        print_checked(&checked)?;
    }
    if !good {
        let cause = checked.report.problem.as_deref().unwrap_or("no article was found");
        eprintln!("error: cannot preview `{asked}`: {cause}");
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn print_checked(checked: &Checked) -> Result<()> {
    for source in checked.portal.sources.iter().chain(&checked.found) {
        println_or_quit(&format!("{:8} {}", format!("{:?}", source.kind).to_lowercase(), source.url))?;
    }
    for article in checked.articles.iter().take(PREVIEW) {
        println_or_quit(&format!("\n{}", article.title))?;
        println_or_quit(&format!("  {} · {}", when(article.published_at), article.url))?;
        let words: String = article.text.chars().take(160).collect();
        println_or_quit(&format!("  {} [{} characters]", words.replace('\n', " "), article.text.chars().count()))?;
        for problem in &article.problems {
            println_or_quit(&format!("  ! {problem}"))?;
        }
    }
    for failure in &checked.report.errors {
        println_or_quit(&format!("! {}: {}", failure.url, failure.cause))?;
    }
    println_or_quit(&format!(
        "\n{} articles from {} requests; nothing was saved",
        checked.articles.len(),
        checked.report.requests
    ))
}
